"""Where a learner's answers lie: the folder of a notebook, found from wherever the learner stands."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .answers import Answer, learner_answer
from .spec import Exercise

DESK: Final = ".desk.json"
"""The file that makes a folder a desk."""
_BELOW: Final = ("", "{assignment}", "exercises/{assignment}", "course", "work/exercises/{assignment}", "work/course")
"""Where the notebook of an exercise may lie, seen from the learner: in its own folder, on the desk, beside the desk."""
_ON_DESK: Final = ("exercises/{assignment}", "course")
_BESIDE: Final = "work"
"""What `autograder start` calls a desk beside the learner."""


def desk_of(start: Path) -> Path | None:
    """Return the desk that `start` lies on, or that lies beside it; None if there is none."""
    here = start.absolute()
    for folder in (here, *here.parents):
        if (folder / DESK).is_file():
            return folder
    return here / _BESIDE if (here / _BESIDE / DESK).is_file() else None


def folders(exercise: Exercise, start: Path, *, anywhere: bool = False) -> list[Path]:
    """Return the folders at or below `start` in which an answer to an exercise may lie.

    Beside ``solutions/`` the course's own release is none of them: what is written there would be everybody's.
    `anywhere` adds those of the desk that `start` lies on, also when it lies in another folder of it.
    """
    candidates = [start / pattern.format(assignment=exercise.assignment) for pattern in _BELOW]
    desk = desk_of(start) if anywhere else None
    if desk is not None:
        candidates += [desk / pattern.format(assignment=exercise.assignment) for pattern in _ON_DESK]
    found: dict[Path, Path] = {}
    for folder in candidates:
        if folder.is_dir() and not _is_release(exercise, folder):
            found.setdefault(folder.absolute(), folder)
    return list(found.values())


def find_answer(exercise: Exercise, start: Path, *, anywhere: bool = False) -> tuple[Answer, Path]:
    """Return the learner's answer and the folder it lies in, seen from `start`; `anywhere` as for `folders`.

    Of several folders the first counts in which the answer was changed, else the first that has one at all. Without
    any the answer is missing, and the folder is `start`. Raises `InputError` when a file there cannot be read.
    """
    found = [(learner_answer(exercise, folder), folder) for folder in folders(exercise, start, anywhere=anywhere)]
    there = [pair for pair in found if pair[0].state != "missing"]
    changed = [pair for pair in there if pair[0].state == "changed"]
    return next(iter([*changed, *there]), (learner_answer(exercise, start), start))


def home_of(exercise: Exercise, start: Path) -> Path | None:
    """Return the folder in which a learner answers an exercise, with or without a notebook; None without a desk.

    It is where the answer lies already, else the folder of the desk that the exercise belongs to. Raises `InputError`
    when a file there cannot be read.
    """
    answer, folder = find_answer(exercise, start, anywhere=True)
    if answer.state != "missing":
        return folder
    desk = desk_of(start)
    if desk is None:
        return None
    own = desk / _ON_DESK[0].format(assignment=exercise.assignment)
    return own if own.is_dir() else desk / "course"


def _is_release(exercise: Exercise, folder: Path) -> bool:
    """Return whether a folder is part of the release that lies beside the exercise's own ``solutions/``."""
    solutions = exercise.folder.absolute().parents[1]
    return solutions.name == "solutions" and folder.absolute() in (
        solutions.parent / "exercises" / exercise.assignment,
        solutions.parent / "course",
    )
