"""The columns of the matrix: possibilities that no policy can tell apart share one, and selectors become masks.

Numbering. Endpoints fall into *classes* of equal endpoints. Class `j` has its first possibility in column `j`;
classes with more possibilities come first, so that their k-th ones form the run of columns that starts at
``planes[k]``, in the same order. Folding the possibilities of a class is then a shift, whatever their number.
Ranges of outside addresses are classes of their own and stand behind those of the Pods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from autograder.manifests.objects import IPBlock, LabelSelector, NetworkPolicy, Peer, Requirement, Service

from .addresses import AddressSpace, Family, address, block
from .bits import Mask, mask_of
from .cluster import Cluster, Endpoint
from .selectors import is_empty, matches
from .semantics import Semantics
from .variants import NO_FAMILY, Camp, Families, Variant, Wording, variants


@dataclass(frozen=True, slots=True)
class Columns:
    """Every column, what is in it, and the masks by which selectors and blocks are evaluated."""

    endpoints: tuple[Endpoint, ...]
    """Pods by id, then the outside ranges."""
    class_of: tuple[int, ...]
    """The class of each endpoint."""
    members: tuple[tuple[int, ...], ...]
    """The endpoints of each class."""
    variants: tuple[Variant | None, ...]
    """What each column stands for; None for an outside range."""
    planes: tuple[tuple[int, int], ...]
    """For the second and later possibilities: the first column and how many there are."""
    columns_of_class: tuple[tuple[int, ...], ...]
    everyone: Mask
    pods: Mask
    policed: Mask
    """Pods that selectors see: all but hostNetwork Pods taken for their node."""
    ranges: Mask
    unknown: Mapping[Family | None, Mask]
    """Pods without a known address, by the family of the connection."""
    possible: Mapping[Family | None, Mask]
    """The ranges where such a Pod may be."""
    families: Mapping[Family | Literal[0], Mask]
    camps: Mapping[Camp, Mask]
    hosts: Mask
    nodes: Mapping[str | None, Mask]
    _by_label: Mapping[tuple[str, str], Mask]
    _by_key: Mapping[str, Mask]
    by_namespace: Mapping[str, Mask]
    _by_signature: tuple[tuple[int, Mask], ...]
    _block_bit: Mapping[IPBlock, int]
    services: Mapping[int, tuple[Service, ...]]
    """Under ``nat: before``: the Services in front of each column."""
    semantics: Semantics
    namespaces: Mapping[str, Mapping[str, str]]
    _memo: dict[object, Mask] = field(default_factory=dict)

    def selected(self, selector: LabelSelector) -> Mask:
        """Return the columns, of any namespace, whose labels a podSelector matches."""
        found = self._memo.get(selector)
        if found is None:
            if is_empty(selector):
                found = self.policed if self.semantics.empty_selector == "all" else 0
            else:
                found = self.policed
                for pair in selector.match_labels:
                    found &= self._by_label.get(pair, 0)
                for requirement in selector.match_expressions:
                    found &= self._satisfying(requirement)
            self._memo[selector] = found
        return found

    def _satisfying(self, requirement: Requirement) -> Mask:
        carriers = self._by_key.get(requirement.key, 0)
        if requirement.operator == "Exists":
            return carriers
        if requirement.operator == "DoesNotExist":
            return ~carriers
        named = 0
        for value in requirement.values:
            named |= self._by_label.get((requirement.key, value), 0)
        return named if requirement.operator == "In" else ~named

    def in_namespaces(self, selector: LabelSelector) -> Mask:
        """Return the columns of every Pod in the namespaces that a namespaceSelector matches."""
        key = ("namespaces", selector)
        found = self._memo.get(key)
        if found is None:
            found = 0
            for name, mask in self.by_namespace.items():
                if self._namespace_matches(selector, name):
                    found |= mask
            found &= self.policed
            self._memo[key] = found
        return found

    def _namespace_matches(self, selector: LabelSelector, name: str) -> bool:
        if is_empty(selector):
            return self.semantics.empty_selector == "all"
        if self.semantics.namespace_key == "labels":
            return matches(selector, self.namespaces.get(name, {}))
        # The believer compares the selector's values with the namespace's name, whatever the key.
        named_by = {requirement.key: name for requirement in selector.match_expressions}
        named_by.update((key, name) for key, _ in selector.match_labels)
        return matches(selector, named_by)

    def block(self, ip_block: IPBlock) -> Mask:
        """Return the outside ranges and the Pods with a known address inside an ipBlock, exceptions cut out."""
        key = ("block", ip_block)
        found = self._memo.get(key)
        if found is None:
            bit = self._block_bit[ip_block]
            found = 0
            for signature, mask in self._by_signature:
                if signature >> bit & 1:
                    found |= mask
            self._memo[key] = found
        return found

    def subject(self, policy: NetworkPolicy) -> Mask:
        """Return the columns that a policy applies to."""
        return self.selected(policy.pod_selector) & self.by_namespace.get(policy.namespace, 0)

    def peer_keys(self, policy: NetworkPolicy, peer: Peer, *, beyond: bool = False) -> list[Mask]:
        """Return one mask for each condition that the keys of a peer make; the peer is what satisfies all.

        ============= =================== ====================================================
        podSelector   namespaceSelector   the peer is
        ============= =================== ====================================================
        set           absent              Pods so labelled, in the policy's **own** namespace
        absent        set                 every Pod of the namespaces so labelled
        set           set                 Pods so labelled in namespaces so labelled
        ============= =================== ====================================================

        `beyond` lets a podSelector look beyond the policy's own namespace even alone: only a believer does that.
        """
        if peer.ip_block is not None:
            return [self.block(peer.ip_block)]
        masks = []
        if peer.namespace_selector is not None:
            masks.append(self.in_namespaces(peer.namespace_selector))
        if peer.pod_selector is not None:
            pods = self.selected(peer.pod_selector)
            alone = peer.namespace_selector is None or self.semantics.peer_logic == "or"
            if alone and not beyond:
                pods &= self._own_scope(policy)
            masks.append(pods)
        return masks

    def _own_scope(self, policy: NetworkPolicy) -> Mask:
        if self.semantics.pod_peer_scope == "cluster":
            return self.everyone
        return self.by_namespace.get(policy.namespace, 0)


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


def build(
    cluster: Cluster, semantics: Semantics, pod_cidrs: Iterable[str] = (), cuts: Iterable[IPBlock] = ()
) -> Columns:
    """Return the columns for a cluster: one class for Pods that no policy of it can tell apart.

    The outside world is cut at the bounds of `cuts` as well. Raises ValueError when one of `pod_cidrs` is no CIDR.
    """
    policies = cluster.policies
    blocks = blocks_of(policies)
    space = AddressSpace((*blocks, *cuts))
    if semantics.except_scope == "pod":
        blocks += [IPBlock(cidr) for cidr in dict.fromkeys(cidr for item in blocks for cidr in item.except_)]
    signatures = _range_signatures(space, blocks)
    pods_match_blocks = semantics.ip_block_pods == "match"
    pod_cidrs = tuple(pod_cidrs)
    families = Families.of(cluster.pods, pod_cidrs, matter=bool(blocks) and pods_match_blocks)
    wording = Wording.of(_selectors(policies))
    names = _port_names(policies)
    any_host = any(pod.host_network for pod in cluster.pods)
    in_front = _services_in_front(cluster, semantics)

    def column_key(variant: Variant) -> tuple[object, ...]:
        """Return all that policies can see of a possibility."""
        place = -1
        if not blocks or not pods_match_blocks or variant.family == NO_FAMILY:
            place = 0
        elif variant.address is not None:
            place = signatures[space.find(*variant.address)]
        services = in_front(variant.namespace, variant.labels)
        return (
            variant.namespace,
            frozenset(
                [
                    pair if pair in wording.pairs else (pair[0], None)
                    for pair in variant.labels.items()
                    if pair[0] in wording.keys
                ]
            ),
            frozenset([(port.name, port.protocol, port.number) for port in variant.ports if port.name in names])
            if names
            else None,
            place,
            variant.family,
            variant.policed,
            variant.camp,
            (variant.host, variant.node) if any_host else None,
            # Translated ports hang on every declared port of the Pod.
            (tuple(service.name for service in services), variant.ports) if services else None,
        )

    endpoints = list(cluster.pod_endpoints())
    grouped: dict[tuple[object, ...], list[int]] = defaultdict(list)
    possibilities: dict[tuple[object, ...], list[Variant]] = {}
    for index, pod in enumerate(cluster.pods):
        found = variants(pod, wording, semantics, families)
        key: tuple[object, ...]
        if len(found) == 1:
            key = column_key(found[0])
        else:
            # Two possibilities that look the same to every policy are one.
            distinct = {column_key(variant): variant for variant in found}
            key, found = tuple(distinct), list(distinct.values())
        grouped[key].append(index)
        possibilities.setdefault(key, found)
    order = sorted(grouped, key=lambda key: -len(possibilities[key]))

    by_signature_ranges: dict[int, list[int]] = defaultdict(list)
    for index, signature in enumerate(signatures):
        by_signature_ranges[signature].append(len(endpoints) + index)
    endpoints += [
        Endpoint(id=piece.id, kind="Range", range=piece.bounds, family=f"IPv{piece.family}") for piece in space.ranges
    ]
    members = [tuple(grouped[key]) for key in order] + [tuple(found) for found in by_signature_ranges.values()]
    class_of = [0] * len(endpoints)
    for index, group in enumerate(members):
        for member in group:
            class_of[member] = index

    # Columns: the first possibility of every class, then the second of those that have one, and so on.
    listed: list[Variant | None] = [possibilities[key][0] for key in order] + [None] * len(by_signature_ranges)
    columns_of_class = [[index] for index in range(len(members))]
    planes = []
    depth = 1
    while True:
        deep = [key for key in order if len(possibilities[key]) > depth]
        if not deep:
            break
        planes.append((len(listed), len(deep)))
        for index, key in enumerate(deep):
            columns_of_class[index].append(len(listed))
            listed.append(possibilities[key][depth])
        depth += 1

    by_label: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_key: dict[str, list[int]] = defaultdict(list)
    by_namespace: dict[str, list[int]] = defaultdict(list)
    by_family: dict[Family | Literal[0], list[int]] = defaultdict(list)
    by_camp: dict[Camp, list[int]] = defaultdict(list)
    by_node: dict[str | None, list[int]] = defaultdict(list)
    unknown: dict[Family | None, list[int]] = {None: [], 4: [], 6: []}
    by_signature: dict[int, list[int]] = defaultdict(list)
    behind: dict[int, tuple[Service, ...]] = {}
    for column, variant in enumerate(listed):
        if variant is None:
            continue
        by_namespace[variant.namespace].append(column)
        for pair in variant.labels.items():
            if pair[0] in wording.keys:
                by_key[pair[0]].append(column)
                if pair in wording.pairs:
                    by_label[pair].append(column)
        if any_host:
            by_node[variant.node].append(column)
        if variant.family is not None:
            by_family[variant.family].append(column)
        if variant.camp is not None:
            by_camp[variant.camp].append(column)
        if blocks and pods_match_blocks and variant.family != NO_FAMILY:
            if variant.address is None:
                unknown[variant.family].append(column)
            else:
                by_signature[signatures[space.find(*variant.address)]].append(column)
        services = in_front(variant.namespace, variant.labels)
        if services:
            behind[column] = services
    first_range = len(order)
    bounded = {position for cidr in pod_cidrs for position in space.overlapping(cidr)}
    possible_pieces = bounded or set(range(len(space.ranges)))
    possible: dict[Family | None, list[int]] = {None: [], 4: [], 6: []}
    for offset, (signature, found_ranges) in enumerate(by_signature_ranges.items()):
        by_signature[signature].append(first_range + offset)
        for position in possible_pieces.intersection(index - len(cluster.pods) for index in found_ranges):
            possible[None].append(first_range + offset)
            possible[space.ranges[position].family].append(first_range + offset)
    pod_columns = mask_of(column for column, variant in enumerate(listed) if variant is not None)
    return Columns(
        endpoints=tuple(endpoints),
        class_of=tuple(class_of),
        members=tuple(members),
        variants=tuple(listed),
        planes=tuple(planes),
        columns_of_class=tuple(tuple(columns) for columns in columns_of_class),
        everyone=(1 << len(listed)) - 1,
        pods=pod_columns,
        policed=mask_of(column for column, variant in enumerate(listed) if variant is not None and variant.policed),
        ranges=((1 << len(listed)) - 1) & ~pod_columns,
        unknown={family: mask_of(columns) for family, columns in unknown.items() if columns},
        possible={family: mask_of(set(columns)) for family, columns in possible.items()},
        families={family: mask_of(columns) for family, columns in by_family.items()},
        camps={camp: mask_of(columns) for camp, columns in by_camp.items()},
        hosts=mask_of(column for column, variant in enumerate(listed) if variant is not None and variant.host),
        nodes={node: mask_of(columns) for node, columns in by_node.items()},
        _by_label={pair: mask_of(columns) for pair, columns in by_label.items()},
        _by_key={key: mask_of(columns) for key, columns in by_key.items()},
        by_namespace={name: mask_of(columns) for name, columns in by_namespace.items()},
        _by_signature=tuple((signature, mask_of(columns)) for signature, columns in by_signature.items()),
        _block_bit={ip_block: index for index, ip_block in enumerate(blocks)},
        services=behind,
        semantics=semantics,
        namespaces=cluster.namespaces,
    )


def cluster_ip_blocks(columns: Columns, ip_block: IPBlock) -> Mask:
    """Return the Pods behind a Service whose ClusterIP an ipBlock holds (only under ``nat: before``)."""
    family, first, last = block(ip_block.cidr)
    holes = [block(cidr) for cidr in ip_block.except_]
    found = []
    for column, services in columns.services.items():
        for service in services:
            for text in service.cluster_ips:
                place = address(text) if text != "None" else None
                if (
                    place is not None
                    and place[0] == family
                    and first <= place[1] <= last
                    and not any(low <= place[1] <= high for _, low, high in holes)
                ):
                    found.append(column)
    return mask_of(found)
