"""Where a learner's answers lie: the folder of a notebook, found from wherever the learner stands."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .answers import Answer, learner_answer
from .spec import Exercise

_BELOW: Final = ("", "{assignment}", "exercises/{assignment}", "course", "work/exercises/{assignment}", "work/course")
"""Where the notebook of an exercise may lie, seen from the learner: in its own folder, on the desk, beside the desk."""


def folders(exercise: Exercise, start: Path) -> list[Path]:
    """Return the folders at or below `start` in which an answer to an exercise may lie."""
    candidates = [start / pattern.format(assignment=exercise.assignment) for pattern in _BELOW]
    return [folder for folder in candidates if folder.is_dir()]


def find_answer(exercise: Exercise, start: Path) -> tuple[Answer, Path]:
    """Return the learner's answer and the folder it lies in, seen from `start`.

    Of several folders the first counts in which the answer was changed, else the first that has one at all. Without
    any the answer is missing, and the folder is `start`. Raises `InputError` when a file there cannot be read.
    """
    found = [(learner_answer(exercise, folder), folder) for folder in folders(exercise, start)]
    there = [pair for pair in found if pair[0].state != "missing"]
    changed = [pair for pair in there if pair[0].state == "changed"]
    return next(iter([*changed, *there]), (learner_answer(exercise, start), start))
