"""Exact sets of protocols and ports, as interval algebra.

The three protocols that NetworkPolicy knows lie one after the other on a single number line, so a set is one
sorted tuple of closed intervals and every operation is one sweep.

>>> http = PortSet.of("TCP", 80)
>>> http | PortSet.of("TCP", 81, 90)
PortSet(TCP 80-90)
>>> (PortSet.ALL - http).by_protocol()["TCP"]
[(1, 79), (81, 65535)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

PROTOCOLS: Final = ("TCP", "UDP", "SCTP")
"""The protocols of networking.k8s.io/v1, in the order in which people read them."""
LAST_PORT: Final = 65535
_STRIDE: Final = LAST_PORT + 1
_BASE: Final = {protocol: index * _STRIDE for index, protocol in enumerate(PROTOCOLS)}

Span = tuple[int, int]
"""A closed interval on the line of all protocols; never crosses from one protocol into the next."""


class PortSet:
    """An immutable set of (protocol, port), ports 1 to 65535.

    Equal sets are equal objects in the sense of ``==`` and ``hash``, however they were made. An empty set is false.
    """

    __slots__ = ("spans",)

    spans: tuple[Span, ...]
    ALL: ClassVar[PortSet]
    EMPTY: ClassVar[PortSet]

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        """Take any intervals on the line, overlapping and unsorted as they may be."""
        merged: list[Span] = []
        for low, high in sorted(spans):
            if merged and low <= merged[-1][1] + 1:
                if high > merged[-1][1]:
                    merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        self.spans = tuple(merged)

    @classmethod
    def of(cls, protocol: str, first: int, last: int | None = None) -> PortSet:
        """Return the ports `first` to `last` of one protocol, both included; one port without `last`.

        Raises KeyError for a protocol that NetworkPolicy does not know.
        """
        base = _BASE[protocol]
        return cls([(base + first, base + (first if last is None else last))])

    @classmethod
    def protocol(cls, protocol: str) -> PortSet:
        """Return every port of one protocol."""
        return cls.of(protocol, 1, LAST_PORT)

    def __or__(self, other: PortSet) -> PortSet:
        """Return what is in either set."""
        return PortSet(self.spans + other.spans)

    def __and__(self, other: PortSet) -> PortSet:
        """Return what is in both sets."""
        left, right = self.spans, other.spans
        both: list[Span] = []
        i = j = 0
        while i < len(left) and j < len(right):
            low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
            if low <= high:
                both.append((low, high))
            if left[i][1] < right[j][1]:
                i += 1
            else:
                j += 1
        return PortSet(both)

    def __sub__(self, other: PortSet) -> PortSet:
        """Return what is in this set and not in the other."""
        rest: list[Span] = []
        for low, high in self.spans:
            start = low
            for cut_low, cut_high in other.spans:
                if cut_high < start:
                    continue
                if cut_low > high:
                    break
                if cut_low > start:
                    rest.append((start, cut_low - 1))
                start = cut_high + 1
            if start <= high:
                rest.append((start, high))
        return PortSet(rest)

    def __le__(self, other: PortSet) -> bool:
        """Return whether the other set holds all of this one."""
        return not self - other

    def __contains__(self, item: tuple[str, int]) -> bool:
        """Return whether ``(protocol, port)`` is in the set."""
        protocol, port = item
        point = _BASE[protocol] + port
        return any(low <= point <= high for low, high in self.spans)

    def __bool__(self) -> bool:
        """Return whether anything is in the set."""
        return bool(self.spans)

    def __len__(self) -> int:
        """Return how many (protocol, port) pairs are in the set."""
        return sum(high - low + 1 for low, high in self.spans)

    def __eq__(self, other: object) -> bool:
        """Return whether both sets hold the same ports."""
        return self is other or (isinstance(other, PortSet) and self.spans == other.spans)

    def __hash__(self) -> int:
        """Return a hash that equal sets share."""
        return hash(self.spans)

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        """Yield ``(protocol, first, last)`` for each interval."""
        for low, high in self.spans:
            index, first = divmod(low, _STRIDE)
            yield PROTOCOLS[index], first, high - index * _STRIDE

    def by_protocol(self) -> dict[str, list[tuple[int, int]]]:
        """Return ``{protocol: [(first, last), …]}``; a protocol without a port is absent."""
        result: dict[str, list[tuple[int, int]]] = {}
        for protocol, first, last in self:
            result.setdefault(protocol, []).append((first, last))
        return result

    def first(self) -> tuple[str, int]:
        """Return one member, the first on the line. Raises IndexError when the set is empty."""
        index, port = divmod(self.spans[0][0], _STRIDE)
        return PROTOCOLS[index], port

    def __str__(self) -> str:
        """Return the set as people write it: ``TCP 80, 8000-8080; UDP 53``, ``all ports``, ``nothing``."""
        if self == PortSet.ALL:
            return "all ports"
        parts = []
        for protocol, intervals in self.by_protocol().items():
            if intervals == [(1, LAST_PORT)]:
                parts.append(f"all {protocol}")
            else:
                parts.append(f"{protocol} " + ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in intervals))
        return "; ".join(parts) or "nothing"

    def __repr__(self) -> str:
        """Return the set for a programmer."""
        return f"PortSet({self})"


PortSet.EMPTY = PortSet()
PortSet.ALL = PortSet((base + 1, base + LAST_PORT) for base in _BASE.values())


class PortAtoms:
    """The finest parts of the port space that a set of policies can tell apart, one bit each.

    Inside the evaluator a set of ports is an int: a union is ``|``, an intersection ``&``, and equality is cheap.
    The price is that all cut points must be known before the first set is encoded.
    """

    __slots__ = ("_decoded", "_encoded", "_starts", "all", "atoms")

    def __init__(self, cuts: Iterable[PortSet]) -> None:
        """Cut the port space at the bounds of every given set."""
        starts = {base + 1 for base in _BASE.values()}
        for ports in cuts:
            for low, high in ports.spans:
                starts.add(low)
                if high % _STRIDE != LAST_PORT:
                    starts.add(high + 1)
        ordered = sorted(starts)
        self.atoms: tuple[Span, ...] = tuple(
            (low, min(following - 1, low - low % _STRIDE + LAST_PORT))
            for low, following in zip(ordered, [*ordered[1:], len(PROTOCOLS) * _STRIDE], strict=True)
        )
        self._starts = {low: index for index, (low, _) in enumerate(self.atoms)}
        self._encoded: dict[PortSet, int] = {}
        self._decoded: dict[int, PortSet] = {}
        self.all: int = (1 << len(self.atoms)) - 1

    def encode(self, ports: PortSet) -> int:
        """Return the set as an int. The set's bounds must be among the cuts."""
        found = self._encoded.get(ports)
        if found is None:
            found = 0
            for low, high in ports.spans:
                index = self._starts[low]
                while index < len(self.atoms) and self.atoms[index][1] <= high:
                    found |= 1 << index
                    index += 1
            self._encoded[ports] = found
        return found

    def decode(self, atoms: int) -> PortSet:
        """Return the set that the int stands for."""
        found = self._decoded.get(atoms)
        if found is None:
            found = PortSet(atom for index, atom in enumerate(self.atoms) if atoms >> index & 1)
            self._decoded[atoms] = found
        return found
