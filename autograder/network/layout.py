"""Who stands in which column: endpoints fall into classes, and every possibility of a class has a column.

Class `j` has its first possibility in column `j`; classes with more possibilities come first, so that their k-th ones
form the run of columns that starts at ``planes[k]``, in the same order. Folding the possibilities of a class is then a
shift, whatever their number. Ranges of outside addresses are classes of their own and stand behind those of the Pods.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .addresses import Family
from .cluster import Cluster, Endpoint
from .semantics import Semantics
from .sight import Key, Sight
from .variants import Variant, variants


@dataclass(frozen=True, slots=True)
class RangeClass:
    """Outside ranges that lie in the same blocks."""

    column: int
    signature: int
    """The blocks that hold them, as bits."""
    families: frozenset[Family]
    """Families in which a Pod of unknown address may be in one of them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The numbering of classes and columns."""

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
    ranges: tuple[RangeClass, ...]
    """The classes of outside ranges."""


def lay_out(cluster: Cluster, semantics: Semantics, sight: Sight, pod_cidrs: tuple[str, ...]) -> Layout:
    """Return the numbering for a cluster whose policies see what `sight` says."""
    grouped: dict[Key, list[int]] = defaultdict(list)
    possibilities: dict[Key, list[Variant]] = {}
    for index, pod in enumerate(cluster.pods):
        found = variants(pod, sight.wording, semantics, sight.families)
        if len(found) == 1:
            key = sight.key(found[0])
        else:
            # Two possibilities that look the same to every policy are one.
            distinct = {sight.key(variant): variant for variant in found}
            key, found = tuple(distinct), list(distinct.values())
            if any(variant.replica is not None for variant in found):
                key = (*key, index)  # what it says of itself it says of no other workload
        grouped[key].append(index)
        possibilities.setdefault(key, found)
    order = sorted(grouped, key=lambda key: -len(possibilities[key]))

    ranges: dict[int, list[int]] = defaultdict(list)
    for position, signature in enumerate(sight.signatures):
        ranges[signature].append(position)
    pods = len(cluster.pods)
    members = [tuple(grouped[key]) for key in order]
    members += [tuple(pods + position for position in found) for found in ranges.values()]
    pieces = sight.space.ranges
    endpoints = (
        *cluster.pod_endpoints(),
        *(Endpoint(piece.id, "Range", range=piece.bounds, family=f"IPv{piece.family}") for piece in pieces),
    )
    class_of = [0] * len(endpoints)
    for number, group in enumerate(members):
        for member in group:
            class_of[member] = number

    listed, planes, columns_of_class = _columns([possibilities[key] for key in order], len(ranges))
    bounded = {position for cidr in pod_cidrs for position in sight.space.overlapping(cidr)}
    perhaps = bounded or set(range(len(pieces)))
    return Layout(
        endpoints=endpoints,
        class_of=tuple(class_of),
        members=tuple(members),
        variants=tuple(listed),
        planes=tuple(planes),
        columns_of_class=tuple(tuple(columns) for columns in columns_of_class),
        ranges=tuple(
            RangeClass(
                column=len(order) + offset,
                signature=signature,
                families=frozenset(pieces[position].family for position in positions if position in perhaps),
            )
            for offset, (signature, positions) in enumerate(ranges.items())
        ),
    )


def _columns(
    classes: list[list[Variant]], ranges: int
) -> tuple[list[Variant | None], list[tuple[int, int]], list[list[int]]]:
    """Return what stands in each column, the planes, and the columns of each class.

    First the first possibility of every class, then the second of those that have one, and so on.
    """
    listed: list[Variant | None] = [found[0] for found in classes] + [None] * ranges
    columns_of_class = [[number] for number in range(len(listed))]
    planes: list[tuple[int, int]] = []
    depth = 1
    while True:
        deep = [found for found in classes if len(found) > depth]
        if not deep:
            return listed, planes, columns_of_class
        planes.append((len(listed), len(deep)))
        for number, found in enumerate(deep):
            columns_of_class[number].append(len(listed))
            listed.append(found[depth])
        depth += 1
