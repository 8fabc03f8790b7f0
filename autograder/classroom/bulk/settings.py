"""What an instructor decides about a class: when work is due, what lateness costs, and who is excused from what.

Late work is as nbgrader has it: ``none`` notes it and takes nothing off, ``zero`` takes off everything
(nbgrader.plugins.LateSubmissionPlugin). nbgrader knows no excused exercise; here one is left out of the sum and of its
maximum.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from autograder.exercises.spec import read_file
from autograder.manifests.limits import InputError

Late = Literal["none", "zero"]
EVERY: Final = ""
"""The assignment that a due date without a name is for: every one that has no date of its own."""
_COLUMNS: Final = ("student", "exercise")


@dataclass(frozen=True, slots=True)
class Settings:
    """What grading depends on besides the submissions and the course."""

    due: Mapping[str, str] = field(default_factory=dict)
    """By assignment, `EVERY` among them, as ``2026-11-27T18:00:00Z``."""
    late: Late = "none"
    excused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By student the exercises, or whole assignments, that do not count for them."""
    secret: bytes | None = None
    """The course's secret when every learner has a variant; None for the exercises as they are."""
    students: tuple[str, ...] = ()
    """With a secret: everybody whose variants an answer may fit. It decides about signs, not about grades."""

    def seconds_late(self, assignment: str, received: str | None) -> int:
        """Return how many seconds after its due date a submission came; 0 if nothing tells.

        >>> Settings({"": "2026-11-27T18:00:00Z"}).seconds_late("np-union", "2026-11-27T18:01:05Z")
        65
        """
        due = self.due.get(assignment, self.due.get(EVERY))
        if due is None or received is None:
            return 0
        return max(0, int((_instant(received) - _instant(due)).total_seconds()))

    def is_excused(self, student: str, assignment: str, exercise: str) -> bool:
        """Return whether an exercise does not count for a student."""
        named = self.excused.get(student, ())
        return exercise in named or assignment in named


def read_due(words: Iterable[str], assignments: Iterable[str]) -> dict[str, str]:
    """Return due dates by assignment, from words such as ``np-union=2026-11-27T18:00+01:00`` or just a time.

    Raises `InputError` for a time without its distance from UTC (nobody could say which hour is meant) and for an
    assignment that does not exist.

    >>> read_due(["2026-11-27T18:00+01:00"], ())
    {'': '2026-11-27T17:00:00Z'}
    """
    known = set(assignments)
    found: dict[str, str] = {}
    for word in words:
        name, equals, time = word.partition("=")
        if not equals:
            name, time = EVERY, word
        elif name not in known:
            raise InputError(f"--due {word}: there is no assignment {name!r}. There are: {', '.join(sorted(known))}.")
        try:
            instant = datetime.fromisoformat(time)
        except ValueError:
            raise InputError(f"--due {word}: {time!r} is no time. Write it like 2026-11-27T18:00+01:00.") from None
        if instant.tzinfo is None:
            raise InputError(f"--due {word}: add the distance from UTC, such as {time}+01:00, or Z for UTC itself.")
        if name in found:
            raise InputError(f"--due {word}: there is another due date for the same. Name each once.")
        found[name] = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return found


def read_excused(path: Path, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what students are excused from, out of a CSV file with the columns ``student`` and ``exercise``.

    `names` are the exercises and assignments there are. Raises `InputError`, with the line, for anything else.
    """
    known = set(names)
    reader = csv.DictReader(io.StringIO(read_file(path)))
    if not reader.fieldnames or not set(_COLUMNS) <= set(reader.fieldnames):
        raise InputError(f"{path}:1: the columns {' and '.join(_COLUMNS)} are needed. Name them in the first line.")
    found: dict[str, list[str]] = {}
    for row in reader:
        student, exercise = ((row[name] or "").strip() for name in _COLUMNS)
        if not student and not exercise:
            continue
        if not student:
            raise InputError(f"{path}:{reader.line_num}: there is no student. Say who is excused from {exercise}.")
        if exercise not in known:
            what = f"there is no exercise or assignment {exercise!r}"
            raise InputError(f"{path}:{reader.line_num}: {what}. Spell it as the course does.")
        found.setdefault(student, []).append(exercise)
    return {student: tuple(sorted(set(listed))) for student, listed in found.items()}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
