"""What does the gradebook say about a cell? The record's score, and nothing of what a person decided is lost.

============================ ====================== ===================== ======================================
cell                         automatic score        needs a person        comment that is made
============================ ====================== ===================== ======================================
checks an exercise           what the record says   no                    "No response." at an untouched answer
of an excused exercise       the share of the rest  no                    that it is excused
… and everything is excused  none                   yes                   that it is excused
the grader failed            as it was, or none     yes                   that it failed
people grade it              0 if untouched, or     unless it is          "No response." at an untouched answer
                             none                   untouched
============================ ====================== ===================== ======================================

nbgrader has no excused exercises: its maximum is the same for everybody. The share of what the learner earned in the
others stands there, so that the percentage in the gradebook is the record's. A late penalty is scaled in the same way.

Scores, extra credit and comments that a person has entered always stay. Where the answer or its automatic score has
changed since, the cell is marked for a person to look at again; ``nbgrader autograde --force`` marks all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from autograder.classroom.records import Record, Scored

from .source import GradedCell, Source

NO_RESPONSE: Final = "No response."
"""nbgrader's own words."""
EXCUSED: Final = "Excused. The score here is the share that was earned in the other exercises."
ALL_EXCUSED: Final = "Excused. Nothing of this assignment counts, so a person has to decide what stands here."
FAILED: Final = "The grader failed here. A person has to look at this submission."


@dataclass(frozen=True, slots=True)
class CellScore:
    """What is known about a graded cell without a person."""

    auto: float | None
    manual: bool
    """Whether a person has to look at it."""
    keeps: bool = False
    """Whether an automatic score that is in the gradebook stays."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a submission's notebook is to be in the gradebook."""

    scores: Mapping[str, CellScore]
    comments: Mapping[str, str | None]


def page_scores(source: Source, record: Record, texts: Mapping[str, str]) -> Page:
    """Return the scores and the comments of a notebook whose cells hold `texts`."""
    results = {result.exercise: result for result in record.results}
    share = _share(record)
    failed = record.status == "failed"
    scores = {cell.name: _score(cell, results, share, texts, failed=failed) for cell in source.graded}
    comments: dict[str, str | None] = {}
    for name in source.commented:
        result = results.get(name)
        if failed:
            comments[name] = FAILED
        elif result is not None and result.excused:
            comments[name] = ALL_EXCUSED if share is None else EXCUSED
        else:
            untouched = name in source.texts and texts.get(name) == source.texts[name] and name not in source.tasks
            comments[name] = NO_RESPONSE if untouched else None
    return Page(scores, comments)


def penalty(record: Record) -> float:
    """Return what is taken off for being late, on the scale of the whole assignment, as nbgrader's maximum is."""
    if record.penalty <= 0:
        return 0.0
    counted = sum(result.max for result in record.results if not result.excused)
    whole = sum(result.max for result in record.results)
    return round(record.penalty * whole / counted, 2) if counted else 0.0


def _share(record: Record) -> float | None:
    """Return the share of the points that was earned in what is not excused; None when everything is excused."""
    counted = [result for result in record.results if not result.excused]
    most = sum(result.max for result in counted)
    return sum(result.score for result in counted) / most if most else None


def _score(
    cell: GradedCell, results: Mapping[str, Scored], share: float | None, texts: Mapping[str, str], *, failed: bool
) -> CellScore:
    if cell.exercise is None:
        untouched = cell.untouched is not None and texts.get(cell.name) == cell.untouched
        return CellScore(0.0, manual=False) if untouched else CellScore(None, manual=True)
    result = results.get(cell.exercise)
    if failed or result is None:
        return CellScore(None, manual=True, keeps=True)
    if not result.excused:
        return CellScore(_decimal(result.score, cell.points), manual=False)
    if share is None:
        return CellScore(None, manual=True)
    return CellScore(_decimal(share * cell.points, cell.points), manual=False)


def _decimal(score: float, most: float) -> float:
    """Return a score as nbgrader reads it from a cell: two decimals, between 0 and the most."""
    return float(f"{min(max(0.0, score), most):.2f}")
