"""A path as the command line's contract has it: one JSON document."""

from __future__ import annotations

from typing import Any

from autograder.onboarding.catalogue import Exercise, Lesson
from autograder.onboarding.needs import Need
from autograder.onboarding.path import Path, Step

from . import wording


def of(path: Path) -> dict[str, Any]:
    """Return the whole path."""
    return {
        "version": 1,
        "minutes": path.minutes,
        "shortest": path.shortest,
        "limit": path.limit,
        "known": [lesson.name for lesson in path.known],
        "steps": [_step(step) for step in path.steps],
        "left_out": [
            {**_lesson(each.lesson), "minutes": each.minutes, "needs": [_need(need) for need in each.needs]}
            for each in path.left_out
        ],
        "clean": [_lesson(lesson) for lesson in path.clean],
        "afterwards": _lesson(path.capstone),
    }


def _lesson(lesson: Lesson) -> dict[str, Any]:
    return {"lesson": lesson.file, "title": lesson.title}


def _step(step: Step) -> dict[str, Any]:
    return {
        **_lesson(step.lesson),
        "minutes": step.minutes,
        "because": "found" if step.found else "before",
        "needs": [_need(need) for need in step.needs],
        "exercises": [_exercise(each) for each in step.exercises],
        "test": None if step.test is None else _exercise(step.test),
    }


def _need(need: Need) -> dict[str, Any]:
    return {
        "check": need.check.id,
        "severity": need.severity,
        "weight": need.weight,
        "concepts": sorted(need.concepts),
        "misconceptions": list(need.misconceptions),
        "part": need.part,
        "why": wording.meaning(need),
        "findings": [
            {
                "title": found.title,
                "subject": found.subject,
                "got": found.got,
                "file": found.file,
                "line": found.line,
                "fingerprint": found.fingerprint,
            }
            for found in need.findings
        ],
    }


def _exercise(exercise: Exercise) -> dict[str, Any]:
    return {
        "id": exercise.id,
        "title": exercise.title,
        "where": exercise.page,
        "graded": exercise.graded,
        "minutes": exercise.minutes,
        "concepts": sorted(exercise.concepts),
        "misconceptions": sorted(exercise.shows),
    }
