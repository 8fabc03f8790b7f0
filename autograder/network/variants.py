"""What a Pod may turn out to be: every concrete possibility behind what a manifest leaves open.

A verdict must hold whatever the open facts are, or it is undefined. The open facts that matter to policies:

=========================== ======================================================================
open fact                   possibilities
=========================== ======================================================================
hostNetwork                 a Pod like any other, or nobody (its node); the documentation allows both, but a
                            plugin does one of them with all Pods: the two *camps* never meet
label of a replica          every value it can have among the replicas (``apps.kubernetes.io/pod-index``)
label of unknown value      every value that a selector names, and one that none names
address family              a connection uses one family; a Pod with both is two possibilities
unknown address             one possibility per family; the ranges inside it are folded by `rows`
no common family            towards Pods of the other family alone no packet can flow, so no ipBlock matches
=========================== ======================================================================

Almost every Pod has exactly one possibility, and then nothing here costs anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

from autograder.manifests.objects import ContainerPort, LabelSelector, Pod

from .addresses import FAMILIES, Family, address, block
from .selectors import requirements
from .semantics import Semantics

Camp = Literal["pod", "node"]
NO_FAMILY: Final = 0
_FRESH: Final = "\x00some value that no selector names"


@dataclass(frozen=True, slots=True)
class Variant:
    """One concrete possibility of a Pod."""

    namespace: str
    labels: Mapping[str, str]
    ports: tuple[ContainerPort, ...]
    address: tuple[Family, int] | None
    """None when the address is unknown."""
    family: Family | Literal[0] | None
    """The address family of the connection, where the policies can tell families apart; None: any.
    `NO_FAMILY` stands for the connections that cannot be, towards Pods that share no family with this one."""
    policed: bool
    """False for a hostNetwork Pod that policies take for its node."""
    camp: Camp | None
    """How the plugin takes hostNetwork Pods, where this Pod is one and that is open."""
    host: bool
    node: str | None
    replica: tuple[str, ...] | None = None
    """What is special about it, where it stands for exactly one replica of a workload."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the selectors of a set of policies mention."""

    keys: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, selectors: Iterable[LabelSelector]) -> Wording:
        """Return every label key and every (key, value) that the selectors name."""
        named = [requirement for selector in selectors for requirement in requirements(selector)]
        return cls(
            frozenset(requirement.key for requirement in named),
            frozenset((requirement.key, value) for requirement in named for value in requirement.values),
        )


def _label_variants(pod: Pod, wording: Wording) -> list[tuple[Mapping[str, str], tuple[str, ...] | None]]:
    """Return the label sets that a Pod may carry, told apart only as far as selectors can.

    Each comes with the values that single out one replica, if that is what it stands for.
    """
    open_keys = [key for key in pod.varying if key in wording.keys and key not in pod.labels]
    if not open_keys:
        return [(pod.labels, None)]
    by_replica = [key for key in open_keys if pod.varying[key] is not None]
    unknown = [key for key in open_keys if pod.varying[key] is None]
    # Labels that number the replicas move together: replica 0 has index 0 and the name that ends in -0.
    rows: list[tuple[str, ...]] = (
        list(zip(*(pod.varying[key] or () for key in by_replica), strict=True)) if by_replica else [()]
    )
    told_apart: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for row in rows:
        named = zip(by_replica, row, strict=True)
        told_apart.setdefault(tuple(v if (key, v) in wording.pairs else _FRESH for key, v in named), []).append(row)
    guesses = [[value for k, value in sorted(wording.pairs) if k == key] + [_FRESH] for key in unknown]
    return [
        (
            {**pod.labels, **dict(zip(by_replica, alike[0], strict=True)), **dict(zip(unknown, guess, strict=True))},
            alike[0] if by_replica and len(alike) == 1 else None,
        )
        for alike in told_apart.values()
        for guess in product(*guesses)
    ]


@dataclass(frozen=True, slots=True)
class Families:
    """Which address families the Pods of a cluster have."""

    matter: bool
    """Whether policies can tell families apart at all, and Pods differ in them."""
    unknown: tuple[Family, ...]
    """The families that a Pod of unknown address may have."""
    strangers: bool
    """Whether some two Pods have no family in common."""

    @classmethod
    def of(cls, pods: Iterable[Pod], pod_cidrs: Iterable[str], *, matter: bool) -> Families:
        """Return the families of the given Pods, those of unknown address being somewhere in `pod_cidrs`."""
        unknown = tuple(sorted({block(cidr)[0] for cidr in pod_cidrs})) or FAMILIES
        if not matter:
            return cls(matter=False, unknown=unknown, strangers=False)
        found = {frozenset(address(text)[0] for text in pod.addresses) or frozenset(unknown) for pod in pods}
        alone = {families for families in found if len(families) == 1}
        some_unknown = any(not pod.addresses for pod in pods)
        return cls(matter=some_unknown or len(found) > 1 or found != alone, unknown=unknown, strangers=len(alone) > 1)

    def places(self, pod: Pod) -> list[tuple[tuple[Family, int] | None, Family | Literal[0] | None]]:
        """Return address and family of every possibility of a Pod."""
        known = [address(text) for text in pod.addresses]
        if not self.matter:
            return [(known[0] if known else None, None)]
        places: list[tuple[tuple[Family, int] | None, Family | Literal[0] | None]]
        places = [(place, place[0]) for place in known] or [(None, family) for family in self.unknown]
        if self.strangers and len({family for _, family in places}) == 1:
            places.append((None, NO_FAMILY))
        return places


def variants(pod: Pod, wording: Wording, semantics: Semantics, families: Families) -> list[Variant]:
    """Return every possibility of a Pod; never empty."""
    camps: tuple[tuple[bool, Camp | None], ...] = ((True, None),)
    if pod.host_network:
        match semantics.host_network:
            case "undefined":
                camps = ((True, "pod"), (False, "node"))
            case "ignored":
                camps = ((False, None),)
    return [
        Variant(pod.namespace, labels, pod.ports, place, family, policed, camp, pod.host_network, pod.node, replica)
        for labels, replica in _label_variants(pod, wording)
        for policed, camp in camps
        for place, family in families.places(pod)
    ]
