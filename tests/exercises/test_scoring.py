from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.exercises.scoring import exact, raw, score

shares = st.fractions(min_value=0, max_value=1, max_denominator=200)
points = st.integers(1, 100_000).map(lambda cents: cents / 100)


@pytest.mark.parametrize(
    ("maximum", "answer", "starter", "leaked", "earned"),
    [
        pytest.param(4, Fraction(1), Fraction(1, 2), False, 4.0, id="right"),
        pytest.param(4, Fraction(3, 4), Fraction(1, 2), False, 2.0, id="half of what was left to do"),
        pytest.param(4, Fraction(1, 2), Fraction(1, 2), False, 0.0, id="no better than the starter"),
        pytest.param(4, Fraction(0), Fraction(1, 2), False, 0.0, id="worse than the starter"),
        pytest.param(3, Fraction(1, 3), Fraction(0), False, 1.0, id="a third is exact"),
        pytest.param(1, Fraction(2, 3), Fraction(0), False, 0.67, id="rounded up from the half"),
        pytest.param(4, Fraction(9999, 10000), Fraction(0), False, 3.99, id="never rounded up to right"),
        pytest.param(4, Fraction(9, 10), Fraction(0), True, 2.0, id="a leak caps at half"),
        pytest.param(0.01, Fraction(9, 10), Fraction(0), True, 0.0, id="half of a hundredth is nothing"),
        pytest.param(4, Fraction(1, 4), Fraction(0), True, 1.0, id="a leak below half costs no more"),
    ],
)
def test_the_score_of(maximum, answer, starter, leaked, earned):
    assert score(maximum, answer, starter, leaked=leaked) == earned


def test_a_starter_that_is_right_cannot_be_scored():
    with pytest.raises(ValueError, match="nothing to score"):
        score(4, Fraction(1), Fraction(1))


@given(points, shares, shares, st.booleans())
def test_a_score_lies_between_nothing_and_all(maximum, answer, starter, leaked):
    assume(starter < 1)
    earned = score(maximum, answer, starter, leaked=leaked)
    assert 0 <= earned <= maximum
    assert exact(earned) * 100 == int(exact(earned) * 100)


@given(points, shares, shares)
def test_only_what_is_right_gets_all(maximum, answer, starter):
    assume(starter < 1)
    assert (score(maximum, answer, starter) == maximum) is (answer == 1)


@given(points, shares)
def test_the_starter_earns_nothing(maximum, starter):
    assume(starter < 1)
    assert score(maximum, starter, starter) == 0


@given(points, shares, shares)
def test_a_leak_earns_at_most_half(maximum, answer, starter):
    assume(starter < 1)
    assert 2 * exact(score(maximum, answer, starter, leaked=True)) <= exact(maximum)


@given(points, shares, shares, shares)
def test_more_that_holds_never_earns_less(maximum, one, other, starter):
    assume(starter < 1)
    low, high = sorted((one, other))
    assert score(maximum, low, starter) <= score(maximum, high, starter)


def test_raw_is_the_weighted_share():
    assert raw([(exact(0.1), True), (exact(0.2), False)]) == Fraction(1, 3)
    assert raw([]) == 0
