"""The fewest are the fewest: held to trying out every choice."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.onboarding.selecting import fewest

items = st.frozensets(st.sampled_from("abcdef"))
offers = st.dictionaries(st.sampled_from("0123456"), st.tuples(items, st.integers(0, 3)))


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        ("", {"ada": ("a", 1)}, ()),
        ("a", {}, ()),
        ("ab", {"ada": ("a", 1)}, ("ada",)),
        ("ab", {"ada": ("ab", 9), "grace": ("a", 1), "linus": ("b", 1)}, ("ada",)),
        ("a", {"ada": ("a", 2), "grace": ("a", 1)}, ("grace",)),
        ("a", {"ada": ("a", 1), "grace": ("a", 1)}, ("ada",)),
        ("abcd", {"ada": ("bc", 1), "grace": ("ab", 1), "linus": ("cd", 1)}, ("grace", "linus")),
    ],
)
def test_table(wanted, offered, chosen):
    sets = {name: (frozenset(covered), cost) for name, (covered, cost) in offered.items()}
    assert fewest(frozenset(wanted), sets) == chosen


@given(items, offers)
def test_no_choice_is_smaller_or_cheaper(wanted, offered):
    chosen = fewest(wanted, offered)

    def covered(names):
        return wanted & frozenset().union(*(offered[name][0] for name in names))

    best = min(
        (len(names), sum(offered[name][1] for name in names))
        for size in range(len(offered) + 1)
        for names in combinations(offered, size)
        if covered(names) == covered(offered)
    )
    assert covered(chosen) == covered(offered)
    assert (len(chosen), sum(offered[name][1] for name in chosen)) == best
