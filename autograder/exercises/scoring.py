"""What an answer earns.

=====================================  =======================================================
the answer                             the score
=====================================  =======================================================
changed, can be judged                 max · max(0, raw − raw(starter)) / (1 − raw(starter))
the same, a secret flow leaks          at most half of max
untouched, empty, or cannot be read    0
=====================================  =======================================================

*raw* is the weighted share of the lines of the intent that hold. What the starter already has earns nothing, so doing
nothing is worth nothing, and breaking what worked costs. Everything is exact until the last step, because the full
score means *right* and must never come out of rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor


def exact(number: float | Fraction) -> Fraction:
    """Return a number as its author wrote it: 0.1 is one tenth.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def raw(lines: Iterable[tuple[Fraction, bool]]) -> Fraction:
    """Return the weighted share of the lines that hold; 0 when there is no line.

    >>> raw([(Fraction(3), True), (Fraction(1), False)])
    Fraction(3, 4)
    """
    listed = list(lines)
    whole = sum((weight for weight, _ in listed), Fraction(0))
    held = sum((weight for weight, holds in listed if holds), Fraction(0))
    return held / whole if whole else Fraction(0)


def score(maximum: float, answer: Fraction, starter: Fraction, *, leaked: bool = False) -> float:
    """Return the points of an answer, in hundredths.

    `answer` and `starter` are the raw shares of the two. Only an answer with the share 1 gets `maximum`: rounding
    never lifts another one there, and never lifts a leaking one above half.

    Raises ValueError when the starter leaves nothing to do.

    >>> score(4, Fraction(3, 4), Fraction(1, 2))
    2.0
    >>> score(4, Fraction(999, 1000), Fraction(0))
    3.99
    >>> score(4, Fraction(3, 4), Fraction(0), leaked=True)
    2.0
    """
    if starter >= 1:
        raise ValueError("the starter already is a right answer, so there is nothing to score")
    full = exact(maximum) * 100
    earned = full * max(Fraction(0), answer - starter) / (1 - starter)
    if leaked:
        earned = min(earned, full / 2)
    cents = floor(earned + Fraction(1, 2))
    if earned < full:
        cents = min(cents, ceil(full) - 1)
    if leaked:
        cents = min(cents, floor(full / 2))
    return cents / 100
