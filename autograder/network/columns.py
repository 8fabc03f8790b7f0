"""The columns of the matrix, and selectors as masks over them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from autograder.manifests.objects import IPBlock, LabelSelector, NetworkPolicy, Peer, Requirement, Service

from .addresses import Family, address, block
from .bits import Mask, mask_of
from .cluster import Cluster
from .layout import Layout, lay_out
from .selectors import is_empty, matches
from .semantics import Semantics
from .sight import Sight
from .variants import Camp, Variant

_Name = TypeVar("_Name")


COLUMN_SWITCHES: Final = ("host_network", "ip_block_pods", "except_scope", "nat")
"""The switches that decide which columns there are. Under readings that differ in others the columns are the same."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Every column, and the masks by which selectors and blocks are evaluated."""

    layout: Layout
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
    by_namespace: Mapping[str, Mask]
    services: Mapping[int, tuple[Service, ...]]
    """Under ``nat: before``: the Services in front of each column."""
    semantics: Semantics
    namespaces: Mapping[str, Mapping[str, str]]
    _by_label: Mapping[tuple[str, str], Mask]
    _by_key: Mapping[str, Mask]
    _by_signature: tuple[tuple[int, Mask], ...]
    _block_bit: Mapping[IPBlock, int]
    _memo: dict[object, Mask] = field(default_factory=dict)

    @property
    def variants(self) -> tuple[Variant | None, ...]:
        """What each column stands for; None for an outside range."""
        return self.layout.variants

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


class _Numbers:
    """Columns by everything that selectors, blocks and folding ask for."""

    def __init__(self, layout: Layout, sight: Sight) -> None:
        self.by_label: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.by_key: dict[str, list[int]] = defaultdict(list)
        self.by_namespace: dict[str, list[int]] = defaultdict(list)
        self.by_family: dict[Family | Literal[0], list[int]] = defaultdict(list)
        self.by_camp: dict[Camp, list[int]] = defaultdict(list)
        self.by_node: dict[str | None, list[int]] = defaultdict(list)
        self.by_signature: dict[int, list[int]] = defaultdict(list)
        self.unknown: dict[Family | None, list[int]] = defaultdict(list)
        self.possible: dict[Family | None, list[int]] = {None: [], 4: [], 6: []}
        self.services: dict[int, tuple[Service, ...]] = {}
        for column, variant in enumerate(layout.variants):
            if variant is not None:
                self._take(column, variant, sight)
        for found in layout.ranges:
            self.by_signature[found.signature].append(found.column)
            for family in found.families:
                self.possible[family].append(found.column)
            if found.families:
                self.possible[None].append(found.column)

    def _take(self, column: int, variant: Variant, sight: Sight) -> None:
        self.by_namespace[variant.namespace].append(column)
        for pair in variant.labels.items():
            if pair[0] in sight.wording.keys:
                self.by_key[pair[0]].append(column)
                if pair in sight.wording.pairs:
                    self.by_label[pair].append(column)
        if sight.sees_nodes:
            self.by_node[variant.node].append(column)
        if variant.family is not None:
            self.by_family[variant.family].append(column)
        if variant.camp is not None:
            self.by_camp[variant.camp].append(column)
        place = sight.place(variant)
        if place is None:
            # Without NO_FAMILY, whose place is known to be nowhere.
            self.unknown[variant.family or None].append(column)
        else:
            self.by_signature[place].append(column)
        services = sight.in_front(variant.namespace, variant.labels)
        if services:
            self.services[column] = services


def build(
    cluster: Cluster, semantics: Semantics, pod_cidrs: Iterable[str] = (), cuts: Iterable[IPBlock] = ()
) -> Columns:
    """Return the columns for a cluster: one class for Pods that no policy of it can tell apart.

    The outside world is cut at the bounds of `cuts` as well. Raises ValueError when one of `pod_cidrs` is no CIDR.
    """
    pod_cidrs = tuple(pod_cidrs)
    sight = Sight.of(cluster, semantics, pod_cidrs, cuts)
    layout = lay_out(cluster, semantics, sight, pod_cidrs)
    numbers = _Numbers(layout, sight)
    everyone = (1 << len(layout.variants)) - 1
    found = [(column, variant) for column, variant in enumerate(layout.variants) if variant is not None]
    pods = mask_of(column for column, _ in found)
    return Columns(
        layout=layout,
        everyone=everyone,
        pods=pods,
        policed=mask_of(column for column, variant in found if variant.policed),
        ranges=everyone & ~pods,
        unknown=_masks(numbers.unknown),
        possible=_masks(numbers.possible),
        families=_masks(numbers.by_family),
        camps=_masks(numbers.by_camp),
        hosts=mask_of(column for column, variant in found if variant.host),
        nodes=_masks(numbers.by_node),
        by_namespace=_masks(numbers.by_namespace),
        services=numbers.services,
        semantics=semantics,
        namespaces=cluster.namespaces,
        _by_label=_masks(numbers.by_label),
        _by_key=_masks(numbers.by_key),
        _by_signature=tuple(_masks(numbers.by_signature).items()),
        _block_bit={ip_block: index for index, ip_block in enumerate(sight.blocks)},
    )


def _masks(numbers: Mapping[_Name, list[int]]) -> dict[_Name, Mask]:
    return {name: mask_of(columns) for name, columns in numbers.items()}


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
