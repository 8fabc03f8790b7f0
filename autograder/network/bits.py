"""Sets of small numbers as ints, and functions from those numbers to values as partitions.

A *mask* is a set of columns, one bit each. A *partition* is a dict from a value to the mask of the columns that
have it; its masks are disjoint and together cover the universe that the caller has in mind.
"""

from __future__ import annotations

from collections.abc import Iterable

Mask = int
Partition = dict[int, Mask]


def bits(mask: Mask) -> list[int]:
    """Return the numbers in a mask, ascending.

    Searching the binary text beats clearing the lowest bit: an int of 10,000 bits is copied once, not once a bit.
    """
    text = bin(mask)[:1:-1]
    found = []
    at = text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


def mask_of(numbers: Iterable[int]) -> Mask:
    """Return the mask that holds the given numbers.

    >>> bits(mask_of([5, 0, 3]))
    [0, 3, 5]
    """
    ordered = sorted(numbers)
    if not ordered:
        return 0
    buffer = bytearray(ordered[-1] // 8 + 1)
    for number in ordered:
        buffer[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(buffer, "little")


def add(partition: Partition, value: int, mask: Mask) -> Partition:
    """Return the partition with `value` or-ed into every column of `mask`."""
    result: Partition = {}
    for old, columns in partition.items():
        hit = columns & mask
        if hit:
            new = old | value
            result[new] = result.get(new, 0) | hit
            columns ^= hit  # noqa: PLW2901 - what is left of this cell
        if columns:
            result[old] = result.get(old, 0) | columns
    return result


def meet(left: Partition, right: Partition) -> Partition:
    """Return column by column the bits that both sides have."""
    if left is right:
        return left
    result: Partition = {}
    for value, columns in left.items():
        for other, others in right.items():
            both = columns & others
            if both:
                kept = value & other
                result[kept] = result.get(kept, 0) | both
    return result


def join(left: Partition, right: Partition) -> Partition:
    """Return column by column the bits that either side has."""
    if left is right:
        return left
    result: Partition = {}
    for value, columns in left.items():
        for other, others in right.items():
            both = columns & others
            if both:
                kept = value | other
                result[kept] = result.get(kept, 0) | both
    return result


def restrict(partition: Partition, mask: Mask) -> Partition:
    """Return the partition without the columns outside `mask`."""
    return {value: columns & mask for value, columns in partition.items() if columns & mask}


def put(partition: Partition, value: int, mask: Mask) -> Partition:
    """Return the partition with exactly `value` in every column of `mask`."""
    if not mask:
        return partition
    result = restrict(partition, ~mask)
    result[value] = result.get(value, 0) | mask
    return result


def value_at(partition: Partition, column: int) -> int:
    """Return the value of one column; 0 when no cell holds it."""
    for value, columns in partition.items():
        if columns >> column & 1:
            return value
    return 0
