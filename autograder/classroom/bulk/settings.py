"""What an instructor decides about a class: when work is due, for whom later, what lateness costs, who is excused.

Late work is as nbgrader has it: ``none`` notes it and takes nothing off, ``zero`` takes off everything
(nbgrader.plugins.LateSubmissionPlugin). nbgrader knows no excused exercise; here one is left out of the sum and of its
maximum.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from autograder.exercises.spec import read_file
from autograder.manifests.limits import InputError

Late = Literal["none", "zero"]
EVERY: Final = ""
"""The assignment that a due date without a name is for: every one that has no date of its own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What grading depends on besides the submissions and the course."""

    due: Mapping[str, str] = field(default_factory=dict)
    """By assignment, `EVERY` among them, as ``2026-11-27T18:00:00Z``."""
    later: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By student the due dates of their own, which stand in place of everybody's."""
    late: Late = "none"
    excused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By student the exercises, or whole assignments, that do not count for them."""
    secret: bytes | None = None
    """The course's secret when every learner has a variant; None for the exercises as they are."""
    students: tuple[str, ...] = ()
    """With a secret: everybody whose variants an answer may fit. It decides about signs, not about grades."""

    def seconds_late(self, student: str, assignment: str, received: str | None) -> int:
        """Return how many seconds after its due date a submission came; 0 if nothing tells.

        A student's own date counts before everybody's, and of either the assignment's before the one for all.

        >>> Settings({"": "2026-11-27T18:00:00Z"}).seconds_late("ada", "np-union", "2026-11-27T18:01:05Z")
        65
        """
        dates = (self.later.get(student, {}), self.due)
        due = next((found[name] for found in dates for name in (assignment, EVERY) if name in found), None)
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
        if name in found:
            raise InputError(f"--due {word}: there is another due date for the same. Name each once.")
        found[name] = _utc(time, f"--due {word}")
    return found


def read_later(path: Path, assignments: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return students' own due dates, out of a CSV file with the columns ``student``, ``due`` and maybe ``assignment``.

    Without an assignment a date is for all. Raises `InputError`, with the line, for anything else.
    """
    known = set(assignments)
    found: dict[str, dict[str, str]] = {}
    for line, row in _rows(path, ("student", "due")):
        where, name = f"{path}:{line}", row.get("assignment", "") or EVERY
        if not row["student"]:
            raise InputError(f"{where}: there is no student. Say who may hand in later.")
        if name != EVERY and name not in known:
            raise InputError(f"{where}: there is no assignment {name!r}. There are: {', '.join(sorted(known))}.")
        own = found.setdefault(row["student"], {})
        if name in own:
            raise InputError(f"{where}: {row['student']} has another date for the same. Name each once.")
        own[name] = _utc(row["due"], where)
    return found


def read_excused(path: Path, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what students are excused from, out of a CSV file with the columns ``student`` and ``exercise``.

    `names` are the exercises and assignments there are. Raises `InputError`, with the line, for anything else.
    """
    known = set(names)
    found: dict[str, list[str]] = {}
    for line, row in _rows(path, ("student", "exercise")):
        student, exercise = row["student"], row["exercise"]
        if not student:
            raise InputError(f"{path}:{line}: there is no student. Say who is excused from {exercise}.")
        if exercise not in known:
            what = f"there is no exercise or assignment {exercise!r}"
            raise InputError(f"{path}:{line}: {what}. Spell it as the course does.")
        found.setdefault(student, []).append(exercise)
    return {student: tuple(sorted(set(listed))) for student, listed in found.items()}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that are not empty, with their lines. Raises `InputError` when a column is missing."""
    reader = csv.DictReader(io.StringIO(read_file(path)), restval="")
    if not reader.fieldnames or not set(columns) <= set(reader.fieldnames):
        raise InputError(f"{path}:1: the columns {' and '.join(columns)} are needed. Name them in the first line.")
    for row in reader:
        words = {name: value.strip() for name, value in row.items() if isinstance(value, str)}
        if any(words.values()):
            yield reader.line_num, words


def _utc(time: str, where: str) -> str:
    """Return a time as UTC. Raises `InputError` without a distance from UTC: nobody could say which hour is meant."""
    try:
        instant = datetime.fromisoformat(time)
    except ValueError:
        raise InputError(f"{where}: {time!r} is no time. Write it like 2026-11-27T18:00+01:00.") from None
    if instant.tzinfo is None:
        raise InputError(f"{where}: add the distance from UTC, such as {time}+01:00, or Z for UTC itself.")
    try:
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        raise InputError(f"{where}: {time!r} is no time of this world. Write it like 2026-11-27T18:00+01:00.") from None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
