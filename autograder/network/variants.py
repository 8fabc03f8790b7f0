"""What a Pod may turn out to be: every concrete possibility behind what a manifest leaves open.

A verdict must hold whatever the open facts are, or it is undefined. The open facts that matter to policies:

=========================== ======================================================================
open fact                   possibilities
=========================== ======================================================================
hostNetwork                 a Pod like any other, or nobody (its node); the documentation allows both
label of a replica          every value it can have among the replicas (``apps.kubernetes.io/pod-index``)
label of unknown value      every value that a selector names, and one that none names
address family              a connection uses one family; a Pod with both is two possibilities
unknown address             one possibility per family; the ranges inside it are folded by `rows`
=========================== ======================================================================

Almost every Pod has exactly one possibility, and then nothing here costs anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from autograder.manifests.objects import ContainerPort, LabelSelector, Pod

from .addresses import FAMILIES, Family, address
from .selectors import requirements
from .semantics import Semantics

_FRESH: Final = "\x00some value that no selector names"


@dataclass(frozen=True, slots=True)
class Variant:
    """One concrete possibility of a Pod."""

    namespace: str
    labels: Mapping[str, str]
    ports: tuple[ContainerPort, ...]
    address: tuple[Family, int] | None
    """None when the address is unknown."""
    family: Family | None
    """The address family of the connection, where the policies can tell families apart; None: any."""
    policed: bool
    """False for a hostNetwork Pod that policies take for its node."""
    host: bool
    node: str | None


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


def _label_variants(pod: Pod, wording: Wording) -> list[Mapping[str, str]]:
    """Return the label sets that a Pod may carry, told apart only as far as selectors can."""
    open_keys = [key for key in pod.varying if key in wording.keys and key not in pod.labels]
    if not open_keys:
        return [pod.labels]
    by_replica = [key for key in open_keys if pod.varying[key] is not None]
    unknown = [key for key in open_keys if pod.varying[key] is None]
    # Labels that number the replicas move together: replica 0 has index 0 and the name that ends in -0.
    rows: list[tuple[str, ...]] = (
        list(zip(*(pod.varying[key] or () for key in by_replica), strict=True)) if by_replica else [()]
    )
    told_apart = {
        tuple(value if (key, value) in wording.pairs else _FRESH for key, value in zip(by_replica, row, strict=True)): row
        for row in reversed(rows)
    }
    guesses = [[value for k, value in sorted(wording.pairs) if k == key] + [_FRESH] for key in unknown]
    return [
        {**pod.labels, **dict(zip(by_replica, row, strict=True)), **dict(zip(unknown, guess, strict=True))}
        for row in told_apart.values()
        for guess in product(*guesses)
    ]


def variants(pod: Pod, wording: Wording, semantics: Semantics, *, families: bool) -> list[Variant]:
    """Return every possibility of a Pod; never empty.

    `families` says whether the policies can tell address families apart at all.
    """
    known = [address(text) for text in pod.addresses]
    places: list[tuple[tuple[Family, int] | None, Family | None]]
    if not families:
        places = [(known[0] if known else None, None)]
    elif known:
        places = [(place, place[0]) for place in known]
    else:
        places = [(None, family) for family in FAMILIES]
    if not pod.host_network:
        policed = [True]
    else:
        policed = {"undefined": [True, False], "ignored": [False], "pod": [True]}[semantics.host_network]
    return [
        Variant(pod.namespace, labels, pod.ports, place, family, treated, pod.host_network, pod.node)
        for labels in _label_variants(pod, wording)
        for treated in policed
        for place, family in places
    ]
