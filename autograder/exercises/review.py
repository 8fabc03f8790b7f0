"""When is a concept due again?

Each concept sits in a box. A right answer to one of its exercises moves it on, and the further it has come, the longer
it may rest:

===== ====================
box   rests for
===== ====================
1     1 day
2     3 days
3     7 days
4     21 days
===== ====================

============================================ ===================================================
an answer to an exercise about a concept     then the concept
============================================ ===================================================
right, for the first time                    is put into box 1
right, when it is due                        moves to the next box; box 4 is the last one
right, before it is due                      stays: cramming is no remembering
not right yet, when it is due                goes back to box 1, and rests one day
not right yet, before it is due              stays
============================================ ===================================================

Only answers that are new count: checking the same one again changes nothing. `autograder watch` checks whenever a file
is saved; what is not right there is a draft, and moves nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

RESTS: Final = (1, 3, 7, 21)
"""Days, by box."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a concept sits, and since when."""

    number: int
    since: dt.date

    @property
    def due(self) -> dt.date:
        """The day on which it is due again."""
        try:
            return self.since + dt.timedelta(days=RESTS[self.number - 1])
        except OverflowError:  # a day at the end of all days, which somebody wrote by hand
            return dt.date.max


def today() -> dt.date:
    """The day on which the learner learns. Tests set it."""
    return dt.datetime.now().astimezone().date()


def moved(box: Box | None, *, right: bool, day: dt.date) -> Box | None:
    """Return where a concept sits after an answer, as the table above says; None while no answer was right.

    >>> moved(Box(1, dt.date(2026, 3, 2)), right=True, day=dt.date(2026, 3, 3)).number
    2
    """
    if box is None:
        return Box(1, day) if right else None
    if day < box.due:
        return box
    return Box(min(box.number + 1, len(RESTS)) if right else 1, day)


def when(due: dt.date, day: dt.date) -> str:
    """Return when something is due, seen from a day.

    >>> when(dt.date(2026, 3, 5), dt.date(2026, 3, 2)), when(dt.date(2026, 3, 1), dt.date(2026, 3, 2))
    ('in 3 days', 'now')
    """
    left = (due - day).days
    if left <= 0:
        return "now"
    return "tomorrow" if left == 1 else f"in {left} days"


def read_box(value: object) -> Box | None:
    """Return a box as the memory has it; None for what is none."""
    if not isinstance(value, dict):
        return None
    number, since = value.get("box"), value.get("since")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(RESTS):
        return None
    try:
        return Box(number, dt.date.fromisoformat(since)) if isinstance(since, str) else None
    except ValueError:
        return None


def written_box(box: Box, known: object = None) -> dict[str, Any]:
    """Return a box as the memory has it; keys of `known` that this edition does not know are kept."""
    others = known if isinstance(known, dict) else {}
    return {**others, "box": box.number, "since": box.since.isoformat()}
