"""What a set of policies can see of a Pod or of an address outside: everything that may tell two of them apart.

Two Pods whose `key` is equal get the same verdicts, whatever else is in their manifests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from autograder.manifests.objects import IPBlock, LabelSelector, NetworkPolicy, Service

from .addresses import AddressSpace
from .cluster import Cluster
from .semantics import Semantics
from .variants import NO_FAMILY, Families, Variant, Wording

Key = tuple[object, ...]
InFront = Callable[[str, Mapping[str, str]], tuple[Service, ...]]


@dataclass(frozen=True, slots=True)
class Sight:
    """All that the policies of a cluster mention."""

    blocks: tuple[IPBlock, ...]
    space: AddressSpace
    signatures: tuple[int, ...]
    """For each outside range the set of blocks that hold it, as bits."""
    blocks_see_pods: bool
    families: Families
    wording: Wording
    port_names: frozenset[str]
    sees_nodes: bool
    """Whether it matters on which node a Pod runs."""
    in_front: InFront
    """The Services that a believer in ``nat: before`` sees in front of a Pod."""

    @classmethod
    def of(cls, cluster: Cluster, semantics: Semantics, pod_cidrs: tuple[str, ...], cuts: Iterable[IPBlock]) -> Sight:
        """Return what the policies of a cluster see; the world outside is cut at the bounds of `cuts` as well."""
        blocks = blocks_of(cluster.policies)
        space = AddressSpace((*blocks, *cuts))
        if semantics.except_scope == "pod":
            blocks += [IPBlock(cidr) for cidr in dict.fromkeys(cidr for item in blocks for cidr in item.except_)]
        see_pods = bool(blocks) and semantics.ip_block_pods == "match"
        return cls(
            blocks=tuple(blocks),
            space=space,
            signatures=tuple(_range_signatures(space, blocks)),
            blocks_see_pods=see_pods,
            families=Families.of(cluster.pods, pod_cidrs, matter=see_pods),
            wording=Wording.of(_selectors(cluster.policies)),
            port_names=_port_names(cluster.policies),
            sees_nodes=any(pod.host_network for pod in cluster.pods),
            in_front=_services_in_front(cluster, semantics),
        )

    def place(self, variant: Variant) -> int | None:
        """Return the set of blocks that hold a Pod's address, as bits; None when the address is not known."""
        if not self.blocks_see_pods or variant.family == NO_FAMILY:
            return 0
        return self.signatures[self.space.find(*variant.address)] if variant.address is not None else None

    def key(self, variant: Variant) -> Key:
        """Return all that the policies see of a possibility."""
        keys, pairs, names = self.wording.keys, self.wording.pairs, self.port_names
        services = self.in_front(variant.namespace, variant.labels)
        return (
            variant.namespace,
            # A value that no selector names is as good as any other such value.
            frozenset(
                [pair if pair in pairs else (pair[0], None) for pair in variant.labels.items() if pair[0] in keys]
            ),
            frozenset([(port.name, port.protocol, port.number) for port in variant.ports if port.name in names])
            if names
            else None,
            self.place(variant),
            variant.family,
            variant.policed,
            variant.camp,
            (variant.host, variant.node) if self.sees_nodes else None,
            # Translated ports hang on every declared port of the Pod.
            (tuple(service.name for service in services), variant.ports) if services else None,
        )


def blocks_of(policies: Iterable[NetworkPolicy]) -> list[IPBlock]:
    """Return every ipBlock of the policies once, in order of appearance."""
    found: dict[IPBlock, None] = {}
    for policy in policies:
        for rule in (*policy.ingress, *policy.egress):
            for peer in rule.peers:
                if peer.ip_block is not None:
                    found[peer.ip_block] = None
    return list(found)


def _selectors(policies: Iterable[NetworkPolicy]) -> set[LabelSelector]:
    """Return every podSelector of the policies, the spec's and the peers'."""
    found: set[LabelSelector] = set()
    for policy in policies:
        found.add(policy.pod_selector)
        for rule in (*policy.ingress, *policy.egress):
            found.update(peer.pod_selector for peer in rule.peers if peer.pod_selector is not None)
    return found


def _port_names(policies: Iterable[NetworkPolicy]) -> frozenset[str]:
    """Return every port name that a rule mentions."""
    return frozenset(
        port.port
        for policy in policies
        for rule in (*policy.ingress, *policy.egress)
        for port in rule.ports
        if isinstance(port.port, str)
    )


def _range_signatures(space: AddressSpace, blocks: list[IPBlock]) -> list[int]:
    """Return for each range the set of blocks that hold it, as bits."""
    signatures = [0] * len(space.ranges)
    for index, ip_block in enumerate(blocks):
        bit = 1 << index
        for piece in space.inside(ip_block):
            signatures[piece] |= bit
    return signatures


def _services_in_front(
    cluster: Cluster, semantics: Semantics
) -> Callable[[str, Mapping[str, str]], tuple[Service, ...]]:
    """Return a function from a Pod's namespace and labels to the Services that select it."""
    if semantics.nat == "after":
        return lambda _namespace, _labels: ()
    return lambda namespace, labels: tuple(
        service
        for service in cluster.services
        if service.namespace == namespace
        and service.selector
        and all(labels.get(key) == value for key, value in service.selector.items())
    )
