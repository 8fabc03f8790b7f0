"""Which exercises are the fewest that train everything? An exact set cover; what is to be covered is small.

Of covers with equally many exercises the one counts that takes the least time, then the one that comes first.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)


def fewest(wanted: frozenset[Item], offers: Mapping[Name, tuple[frozenset[Item], int]]) -> tuple[Name, ...]:
    """Return the names of the fewest offers that cover what is wanted, in the order of `offers`.

    An offer is what it covers, and what it costs. What nobody covers is not asked for.

    >>> offers = {"ada": (frozenset("ab"), 1), "grace": (frozenset("bc"), 1), "linus": (frozenset("abc"), 9)}
    >>> fewest(frozenset("abc"), offers)
    ('linus',)
    """
    left = _worth_it(wanted, offers)
    coverable = frozenset[Item]().union(*(covered for covered, _ in left.values()))
    places = {name: place for place, name in enumerate(offers)}
    for size in range(len(left) + 1):
        found = _covers(coverable, left, size)
        if found:
            best = min(
                found, key=lambda names: (sum(left[name][1] for name in names), sorted(places[name] for name in names))
            )
            return tuple(sorted(best, key=places.__getitem__))
    return ()


def _worth_it(
    wanted: frozenset[Item], offers: Mapping[Name, tuple[frozenset[Item], int]]
) -> dict[Name, tuple[frozenset[Item], int]]:
    """Leave out an offer if another one covers as much and costs no more."""
    kept: dict[Name, tuple[frozenset[Item], int]] = {}
    useful = [(name, covered & wanted, cost) for name, (covered, cost) in offers.items() if covered & wanted]
    for place, (name, covered, cost) in enumerate(useful):
        beaten = any(
            covered <= other and price <= cost and ((other, price) != (covered, cost) or before < place)
            for before, (_, other, price) in enumerate(useful)
            if before != place
        )
        if not beaten:
            kept[name] = (covered, cost)
    return kept


def _covers(
    wanted: frozenset[Item], offers: Mapping[Name, tuple[frozenset[Item], int]], size: int
) -> set[frozenset[Name]]:
    """Return every cover with at most so many offers: whoever covers the rarest item has to be among them."""
    if not wanted:
        return {frozenset()}
    widest = max((len(covered & wanted) for covered, _ in offers.values()), default=0)
    if widest * size < len(wanted):
        return set()
    by_item = {item: [name for name, (covered, _) in offers.items() if item in covered] for item in wanted}
    rarest = min(by_item.values(), key=len)
    return {rest | {name} for name in rarest for rest in _covers(wanted - offers[name][0], offers, size - 1)}
