"""IP addresses and blocks as numbers, and the world outside cut into the ranges that policies can tell apart."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from autograder.manifests.objects import IPBlock

Family = Literal[4, 6]
FAMILIES: Final[tuple[Family, ...]] = (4, 6)
LAST: Final[dict[Family, int]] = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
_MAPPED: Final = 0xFFFF << 32
Interval = tuple[int, int]


def _number(text: str) -> tuple[Family, int]:
    """Return family and number of an address as Go's sloppy parser reads it: leading zeros are decimal."""
    if ":" not in text:
        octets = [int(octet) for octet in text.split(".")]
        if len(octets) != 4 or any(not 0 <= octet <= 255 for octet in octets):
            message = f"{text!r} is not an IP address"
            raise ValueError(message)
        return 4, octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]
    value = int(ipaddress.IPv6Address(text))
    if value >> 32 == _MAPPED >> 32:
        return 4, value & LAST[4]
    return 6, value


@lru_cache(maxsize=65536)
def address(text: str) -> tuple[Family, int]:
    """Return ``(family, number)`` of an IP address; an IPv4-mapped IPv6 address counts as IPv4.

    Raises ValueError for anything that is no address.
    """
    return _number(text.strip())


@lru_cache(maxsize=65536)
def block(cidr: str) -> tuple[Family, int, int]:
    """Return ``(family, first, last)`` of a CIDR; host bits are cut off, as the API server's parser does.

    An IPv4-mapped block of /96 or longer is the IPv4 block inside it: so does Go's ``net.IPNet.Contains``.
    Raises ValueError for anything that is no CIDR.
    """
    text, slash, length = cidr.partition("/")
    if not slash or not length.isdigit():
        message = f"{cidr!r} is not a CIDR"
        raise ValueError(message)
    family, number = _number(text)
    prefix = int(length)
    if family == 4 and ":" in text:
        if prefix < 96:
            family, number = 6, number | _MAPPED
        else:
            prefix -= 96
    width = 32 if family == 4 else 128
    if prefix > width:
        message = f"{cidr!r} is not a CIDR"
        raise ValueError(message)
    host = (1 << (width - prefix)) - 1
    return family, number & ~host, number | host


@lru_cache(maxsize=65536)
def intervals(ip_block: IPBlock) -> tuple[Family, tuple[Interval, ...]]:
    """Return the family of an ipBlock and the intervals that are left when its exceptions are cut out."""
    family, first, last = block(ip_block.cidr)
    left: list[Interval] = []
    start = first
    holes = sorted(block(hole)[1:] for hole in ip_block.except_ if block(hole)[0] == family)
    for hole_first, hole_last in holes:
        if hole_last < start:
            continue
        if hole_first > start:
            left.append((start, hole_first - 1))
        start = max(start, hole_last + 1)
    if start <= last:
        left.append((start, last))
    return family, tuple(left)


def text_of(family: Family, number: int) -> str:
    """Return an address in its usual form."""
    return str(ipaddress.IPv4Address(number) if family == 4 else ipaddress.IPv6Address(number))


@dataclass(frozen=True, slots=True)
class AddressRange:
    """A run of addresses that no ipBlock divides."""

    family: Family
    first: int
    last: int

    @property
    def id(self) -> str:
        """The range as one CIDR where it is one, else ``first-last``."""
        width = 32 if self.family == 4 else 128
        size = self.last - self.first + 1
        if size & (size - 1) == 0 and self.first % size == 0:
            return f"{text_of(self.family, self.first)}/{width - size.bit_length() + 1}"
        return f"{text_of(self.family, self.first)}-{text_of(self.family, self.last)}"

    @property
    def bounds(self) -> tuple[str, str]:
        """First and last address as text."""
        return text_of(self.family, self.first), text_of(self.family, self.last)


class AddressSpace:
    """All IPv4 and IPv6 addresses, cut at every bound of the given ipBlocks.

    `ranges` lists the pieces, IPv4 first, ascending; a piece is wholly inside or wholly outside of each block.
    """

    __slots__ = ("_starts", "ranges")

    def __init__(self, blocks: Iterable[IPBlock]) -> None:
        """Cut at the bounds of the blocks and of their exceptions."""
        cuts: dict[Family, set[int]] = {4: {0}, 6: {0}}
        for ip_block in blocks:
            for cidr in (ip_block.cidr, *ip_block.except_):
                family, first, last = block(cidr)
                cuts[family].add(first)
                if last < LAST[family]:
                    cuts[family].add(last + 1)
        pieces: list[AddressRange] = []
        self._starts: dict[Family, tuple[int, list[int]]] = {}
        for family in FAMILIES:
            starts = sorted(cuts[family])
            self._starts[family] = (len(pieces), starts)
            ends = [start - 1 for start in starts[1:]] + [LAST[family]]
            pieces += [AddressRange(family, low, high) for low, high in zip(starts, ends, strict=True)]
        self.ranges: tuple[AddressRange, ...] = tuple(pieces)

    def find(self, family: Family, number: int) -> int:
        """Return the index of the range that holds an address."""
        offset, starts = self._starts[family]
        return offset + bisect_right(starts, number) - 1

    def inside(self, ip_block: IPBlock) -> list[int]:
        """Return the indexes of the ranges inside an ipBlock that the space was cut with."""
        family, parts = intervals(ip_block)
        found: list[int] = []
        for first, last in parts:
            found.extend(range(self.find(family, first), self.find(family, last) + 1))
        return found

    def overlapping(self, cidr: str) -> list[int]:
        """Return the indexes of the ranges that share an address with any CIDR."""
        family, first, last = block(cidr)
        return list(range(self.find(family, first), self.find(family, last) + 1))
