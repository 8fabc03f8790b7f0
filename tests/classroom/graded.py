"""A small class whose answers were graded by the check itself, and the records of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder.classroom.records import Record, Scored, write_record
from autograder.course import Course, read_course
from autograder.exercises.answers import body, state_of
from autograder.exercises.checking import Result, check
from autograder.exercises.predictions import true_table
from autograder.exercises.spec import Exercise, Exercises

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "np-union"
BELIEVED = {"cache-shards": "policies-intersect", "report-leaves": "namespace-by-name"}
"""What grace believes, by exercise."""


@cache
def course() -> Course:
    """The course of this repository."""
    return read_course(ROOT)


@cache
def exercises(assignment: str = ASSIGNMENT) -> tuple[Exercise, ...]:
    """The exercises of an assignment."""
    return Exercises(course()).of_assignment(assignment)


def lessons(assignment: str = ASSIGNMENT) -> dict[str, str]:
    """The lesson of each exercise."""
    return {exercise.id: exercise.lesson for exercise in exercises(assignment)}


def right(exercise: Exercise) -> str:
    """The first right answer."""
    if exercise.prediction is not None:
        return "".join(f"{line}: {truth}\n" for line, truth in true_table(exercise).items())
    return exercise.right[0].text


def wrong(exercise: Exercise, misconception: str) -> str:
    """What somebody writes who holds a misconception."""
    return next(sample.text for sample in exercise.wrong if sample.name == misconception)


@cache
def _checked(exercise: Exercise, text: str, file: str) -> Result:
    return check(exercise, text, file)


def graded(
    student: str = "ada", answers: Mapping[str, str] | None = None, file: str = "np-union.ipynb, cell 4", **others: Any
) -> tuple[Record, list[Result]]:
    """Return the record and the results of a learner who answers everything right but for `answers`."""
    results, scored = [], []
    for exercise in exercises(others.get("assignment", ASSIGNMENT)):
        text = right(exercise) if answers is None or exercise.id not in answers else answers[exercise.id]
        result = _checked(exercise, text, file)
        state = state_of(exercise, text)
        digest = hashlib.sha256(body(text).encode()).hexdigest() if state == "changed" else None
        results.append(result)
        scored.append(
            Scored(
                exercise.id, exercise.version, exercise.title, exercise.concepts, result.score, result.max,
                result.status, state, "cell", excused=exercise.id in others.get("excused", ()), answer_sha256=digest,
                findings=tuple(found.to_json() for found in result.findings), misconceptions=result.misconceptions,
            )
        )  # fmt: skip
    others.pop("excused", None)
    counted = [part for part in scored if not part.excused]
    penalty = others.get("penalty", 0.0)
    record = Record(
        student=student, assignment=others.pop("assignment", ASSIGNMENT), status="graded", input_sha256="0" * 64,
        course_version="1.2.3", graded_by="1" * 64, received="2026-11-23T10:00:00Z", late=0, penalty=0.0,
        score=round(max(0.0, sum(part.score for part in counted) - penalty), 2),
        max=sum(part.max for part in counted), results=tuple(scored),
    )  # fmt: skip
    return replace(record, **others), results


def nothing(student: str, status: Any, **others: Any) -> Record:
    """Return the record of a submission that was not graded."""
    record, _ = graded(student)
    return replace(record, status=status, score=0.0, results=(), **others)


def grace(**others: Any) -> tuple[Record, list[Result]]:
    """Return what a learner gets who holds two misconceptions and has not touched one exercise."""
    answers = {name: wrong(one(name), belief) for name, belief in BELIEVED.items()}
    answers["archive-offline"] = one("archive-offline").starter
    return graded("grace", answers, **others)


def one(name: str) -> Exercise:
    """Return an exercise by its id."""
    return next(exercise for exercise in exercises() if exercise.id == name)


def records() -> list[Record]:
    """Return the records of a class of six."""
    late = {"late": 5400, "penalty": 5.0, "excused": ("three-teams",)}
    return [
        graded("ada")[0],
        grace()[0],
        graded("linus", {"cache-shards": ""}, manual=({"cell": "why", "max": 5},), **late)[0],
        nothing(
            "barbara", "unreadable", trouble=("np-union.ipynb ends in the middle. Save it, and hand it in again.",)
        ),
        nothing("ken", "failed", trouble=("This could not be graded yet.",), signs=("The grader failed: KeyError.",)),
        replace(grace()[0], student="radia", signs=("It answers the variant of somebody else in cache-shards.",)),
    ]


def write_class(out: Path) -> Path:
    """Write the records of the class into a folder of grades, and return it."""
    for record in records():
        write_record(out, record)
    return out
