"""Who has which score, in which exercise, in which concept, with which misconception? As tables for programs.

==================== ==================================== ==========================================================
file                 a row for each                       columns
==================== ==================================== ==========================================================
grades.csv           submission                           `GRADES`
exercises.csv        submission and exercise              `EXERCISES`
concepts.csv         learner and concept                  `CONCEPTS`
misconceptions.csv   misconception that was met           `MISCONCEPTIONS`
grades.json          all of it in one document            the same names, and the sentences of trouble and signs
==================== ==================================== ==========================================================

Records go by one at a time, so the size of a class costs no memory. A submission that the grader failed on has no
score: an empty cell, never a 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from autograder.classroom.records import Record, Scored, records_in
from autograder.misconceptions import CATALOGUE

from .cells import MARK, Value, row
from .tally import Met, Standing, Tally, belief_of
from .writing import replacing

VERSION: Final = 1
GRADES: Final = (
    "student", "assignment", "status", "score", "max", "share", "penalty", "late_seconds", "received", "exercises",
    "passed", "excused", "manual_cells", "manual_max", "unread", "signs", "course_version", "input_sha256",
)  # fmt: skip
EXERCISES: Final = (
    "student", "assignment", "exercise", "version", "title", "score", "max", "share", "status", "state", "side",
    "excused", "first_finding", "misconception", "also_fits", "concepts",
)  # fmt: skip
CONCEPTS: Final = ("student", "concept", "exercises", "passed", "score", "max", "share")
MISCONCEPTIONS: Final = ("misconception", "title", "learners", "share", "answers", "also_fits", "exercises", "where")
_SEVERAL: Final = frozenset({"also_fits", "concepts", "where"})
"""Cells that hold names with a space between them."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    files: tuple[Path, ...]
    submissions: int
    learners: int
    """How many learners have changed at least one answer."""


def write_tables(out: Path) -> Written:
    """Write the tables of a folder of grades beside its records, and say what was written.

    All files are replaced together, after the last record was read. Raises `InputError` for a broken record and for a
    file that cannot be written.
    """
    files = [out / name for name in ("grades.csv", "exercises.csv", "concepts.csv", "misconceptions.csv")]
    submissions = 0
    with ExitStack() as stack, Tally() as tally:
        grades, exercises, concepts, misconceptions = (stack.enter_context(replacing(file)) for file in files)
        document = stack.enter_context(replacing(out / "grades.json"))
        heads = ((grades, GRADES), (exercises, EXERCISES), (concepts, CONCEPTS), (misconceptions, MISCONCEPTIONS))
        for stream, names in heads:
            stream.write(MARK + row(names))
        document.write(f'{{"version": {VERSION},\n"submissions": [')
        for record in records_in(out):
            tally.add(record)
            grade = _grade(record)
            parts = [_exercise(record, scored) for scored in record.results]
            grades.write(row(grade.values()))
            exercises.writelines(row(values.values()) for values in parts)
            _item(document, _submission(record, grade, parts), first=submissions == 0)
            submissions += 1
        _list(document, "concepts", _written(concepts, map(_concept, tally.concepts())))
        learners = tally.answered
        _list(document, "misconceptions", _written(misconceptions, (_met(met, learners) for met in tally.met())))
        document.write("]}\n")
    return Written((*files, out / "grades.json"), submissions, learners)


def _grade(record: Record) -> dict[str, Value]:
    """Return a row of grades.csv."""
    graded = record.status != "failed"
    counted = [scored for scored in record.results if not scored.excused]
    return {
        "student": record.student,
        "assignment": record.assignment,
        "status": record.status,
        "score": record.score if graded else None,
        "max": record.max,
        "share": share(record.score, record.max) if graded else None,
        "penalty": record.penalty,
        "late_seconds": record.late,
        "received": record.received,
        "exercises": len(counted),
        "passed": sum(scored.status == "pass" for scored in counted),
        "excused": len(record.results) - len(counted),
        "manual_cells": len(record.manual),
        "manual_max": sum(float(cell.get("max", 0)) for cell in record.manual),
        "unread": len(record.trouble),
        "signs": len(record.signs),
        "course_version": record.course_version,
        "input_sha256": record.input_sha256,
    }


def _exercise(record: Record, scored: Scored) -> dict[str, Value]:
    """Return a row of exercises.csv. Several names in one cell have a space between them."""
    belief = belief_of(scored)
    return {
        "student": record.student,
        "assignment": record.assignment,
        "exercise": scored.exercise,
        "version": scored.version,
        "title": scored.title,
        "score": scored.score if scored.status != "error" else None,
        "max": scored.max,
        "share": share(scored.score, scored.max) if scored.status != "error" else None,
        "status": scored.status,
        "state": scored.state,
        "side": scored.side,
        "excused": scored.excused,
        "first_finding": first_finding(scored),
        "misconception": belief,
        "also_fits": " ".join(name for name in scored.misconceptions if name != belief),
        "concepts": " ".join(scored.concepts),
    }


def first_finding(scored: Scored) -> str | None:
    """Return the id of the finding that the feedback shows in full; None if nothing is wrong."""
    return next((str(found["id"]) for found in scored.findings if found.get("severity") == "error"), None)


def share(score: float, maximum: float) -> float:
    """Return the share of the points that were earned; 0 if there are none to earn."""
    return round(score / maximum, 4) if maximum else 0.0


def _concept(found: Standing) -> dict[str, Value]:
    return {
        "student": found.student,
        "concept": found.concept,
        "exercises": found.exercises,
        "passed": found.passed,
        "score": found.score,
        "max": found.max,
        "share": round(found.share, 4),
    }


def _met(found: Met, learners: int) -> dict[str, Value]:
    entry = CATALOGUE.get(found.misconception)
    return {
        "misconception": found.misconception,
        "title": entry.title if entry else found.misconception,
        "learners": found.learners,
        "share": share(found.learners, learners),
        "answers": found.answers,
        "also_fits": found.also,
        "exercises": len(found.exercises),
        "where": " ".join(exercise for _, exercise in found.exercises),
    }


# -- streams ----------------------------------------------------------------------------------------


def _submission(record: Record, grade: dict[str, Value], parts: Iterable[dict[str, Value]]) -> dict[str, Any]:
    """Return a submission of grades.json: its row, its sentences, and its exercises without what the row says."""
    return {
        **grade,
        "unread": list(record.trouble),
        "signs": list(record.signs),
        "manual": list(record.manual),
        "results": [
            _listing({name: value for name, value in values.items() if name not in {"student", "assignment"}})
            for values in parts
        ],
    }


def _written(stream: TextIO, rows: Iterable[dict[str, Value]]) -> Iterator[dict[str, Value]]:
    """Write rows of a table, and hand them on."""
    for values in rows:
        stream.write(row(values.values()))
        yield values


def _list(document: TextIO, name: str, items: Iterable[dict[str, Value]]) -> None:
    """End the list before, and begin and fill another."""
    document.write(f'],\n"{name}": [')
    for index, item in enumerate(items):
        _item(document, item, first=index == 0)


def _item(document: TextIO, item: dict[str, Any], *, first: bool) -> None:
    document.write("\n" if first else ",\n")
    document.write(json.dumps(_listing(item), ensure_ascii=False))


def _listing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for JSON: where a cell holds several names, a list does."""
    return {
        name: value.split() if name in _SEVERAL and isinstance(value, str) else value for name, value in values.items()
    }
