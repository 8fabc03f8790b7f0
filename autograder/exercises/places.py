"""The ends of judged flows: endpoints of the scene, and pieces of the world outside.

Each set of policies cuts the addresses outside the cluster in its own way. To compare two of them, the addresses are
cut once more, at the bounds of both and of every CIDR that an intent names. Then each piece has one verdict.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from autograder.manifests.objects import Pod
from autograder.network.addresses import FAMILIES, LAST, AddressRange, Family, address, text_of
from autograder.network.cluster import Endpoint
from autograder.network.ports import PortSet
from autograder.network.reachability import Reachability

Block = tuple[Family, int, int]
"""Family, first and last address of a CIDR."""
Verdict = tuple[PortSet, PortSet]
"""What is allowed, and what the specification leaves open."""

_EXAMPLES: Final = tuple(
    (text, *address(text)) for text in ("198.51.100.7", "203.0.113.50", "192.0.2.10", "8.8.8.8", "2001:db8::7")
)
"""Addresses that can stand for a piece of the world outside. Nearly all are reserved for examples."""
_NOTHING: Final[Verdict] = (PortSet.EMPTY, PortSet.EMPTY)


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a judged flow."""

    label: str
    """An endpoint's id, or an intent's name for an address; empty for a piece of the world outside that has none."""
    namespace: str = ""
    range: AddressRange | None = None
    """The piece of the world outside; None for an endpoint of the scene."""
    pod: Pod | None = field(default=None, compare=False)
    meets_itself: bool = False

    @property
    def name(self) -> str:
        """The label; for a piece of the world outside that has none its CIDR, or ``first-last``."""
        return self.label or (self.range.id if self.range is not None else "")

    @property
    def example(self) -> str:
        """One address of a piece of the world outside; empty for an endpoint of the scene."""
        if self.range is None:
            return ""
        for text, family, number in _EXAMPLES:
            if family == self.range.family and self.range.first <= number <= self.range.last:
                return text
        first, last = self.range.first, self.range.last
        return text_of(self.range.family, min(first + 1, last) if first % 256 == 0 else first)

    def __str__(self) -> str:
        """Return the place as people write it: ``shop/web``, ``office (203.0.113.7)``, ``198.51.100.7``."""
        if self.range is None:
            return self.label
        return f"{self.label} ({self.example})" if self.label else self.example


class Placed:
    """Where places lie in one reachability."""

    def __init__(self, reach: Reachability) -> None:
        """Take a reachability."""
        self.reach = reach
        self._verdicts: dict[tuple[int, int], Verdict] = {}
        self._names = {endpoint.id for endpoint in reach.endpoints}
        self._ranges: dict[Family, list[tuple[int, Endpoint]]] = defaultdict(list)
        for endpoint in reach.endpoints:
            if endpoint.range is not None:
                family, first = address(endpoint.range[0])
                self._ranges[family].append((first, endpoint))
        for ranges in self._ranges.values():
            ranges.sort(key=lambda pair: pair[0])

    @property
    def cuts(self) -> list[tuple[Family, int]]:
        """The first address of every range outside."""
        return [(family, first) for family, ranges in self._ranges.items() for first, _ in ranges]

    def endpoint(self, place: Place) -> str:
        """Return the id of the endpoint that a place is, or lies in; empty when there is none."""
        if place.range is None:
            return place.label if place.label in self._names else ""
        ranges = self._ranges[place.range.family]
        index = bisect_right(ranges, place.range.first, key=lambda pair: pair[0]) - 1
        return ranges[index][1].id if index >= 0 else ""

    def pieces(self, place: Place) -> tuple[str, ...]:
        """Return the ids of all endpoints that a place covers: of a block of addresses there can be several."""
        if place.range is None:
            return (self.endpoint(place),)
        ranges = self._ranges[place.range.family]
        ends = [first for first, _ in ranges[1:]] + [LAST[place.range.family] + 1]
        return tuple(
            endpoint.id
            for (first, endpoint), following in zip(ranges, ends, strict=True)
            if first <= place.range.last and following > place.range.first
        )

    def class_of(self, name: str) -> int:
        """Return the class of an endpoint; -1 when there is none."""
        return self.reach.class_of(name) if name else -1

    def between_classes(self, source: int, target: int) -> Verdict:
        """Return the verdict between two different endpoints of two classes; -1 is the class of what is not there."""
        if source < 0 or target < 0:
            return _NOTHING
        # There are thousands of pairs and a handful of verdicts.
        values = self.reach.values_between_classes(source, target)
        found = self._verdicts.get(values)
        if found is None:
            surely, perhaps = (self.reach.decode(value) for value in values)
            found = self._verdicts[values] = (surely, perhaps - surely)
        return found

    def between(self, source: str, target: str) -> Verdict:
        """Return the verdict between two endpoints; to and from one that is not there nothing is allowed."""
        if not source or not target:
            return _NOTHING
        allowed, undefined = self.reach.allowed(source, target), self.reach.undefined(source, target)
        if not undefined:
            return allowed, PortSet.EMPTY
        return allowed, PortSet(span for ports, _ in undefined for span in ports.spans)

    def verdict(self, source: Place, target: Place) -> Verdict:
        """Return the verdict between two places."""
        return self.between(self.endpoint(source), self.endpoint(target))


def outside(names: Mapping[Block, str], cuts: Iterable[tuple[Family, int]]) -> Iterator[Place]:
    """Yield the world outside in pieces, cut at the named blocks and where ranges begin; IPv4 first, ascending.

    A piece in several named blocks has the name of the last of them.
    """
    starts: dict[Family, set[int]] = {family: {0} for family in FAMILIES}
    for family, first, last in names:
        starts[family].add(first)
        if last < LAST[family]:
            starts[family].add(last + 1)
    for family, first in cuts:
        starts[family].add(first)
    for family in FAMILIES:
        ordered = sorted(starts[family])
        for first, following in zip(ordered, [*ordered[1:], LAST[family] + 1], strict=True):
            piece = AddressRange(family, first, following - 1)
            inside = [name for block, name in names.items() if lies_in(piece, block)]
            yield Place(inside[-1] if inside else "", range=piece)


def lies_in(piece: AddressRange, block: Block) -> bool:
    """Return whether a piece lies wholly inside a block."""
    family, first, last = block
    return family == piece.family and first <= piece.first and piece.last <= last
