"""The record of a graded submission: one JSON file each, which everything else is made from.

    OUT/records/ASSIGNMENT/STUDENT.json       the record
    OUT/feedback/ASSIGNMENT/STUDENT/          feedback.html and feedback.md
    OUT/*.csv, *.json, report.html            tables and the class report, made from all records

A record is written as a whole or not at all, and after its feedback: where there is a record, the submission is done.
The same submission graded by the same course gives the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from autograder.exercises.answers import replace_file
from autograder.manifests.limits import InputError

from .submission import file_name

VERSION: Final = 1
RECORDS: Final = "records"
FEEDBACK: Final = "feedback"

Status = Literal["graded", "unreadable", "failed"]
"""``graded``; ``unreadable``: nothing of it can be read, it earns 0; ``failed``: the grader failed, nothing is earned
or lost until the instructor has looked."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One exercise of a record."""

    exercise: str
    version: int
    title: str
    concepts: tuple[str, ...]
    score: float
    max: float
    status: Literal["pass", "fail", "error"]
    state: Literal["changed", "starter", "empty", "missing", "unreadable"]
    """What the answer was."""
    side: Literal["cell", "file"] | None
    """Where the answer that counts stands: in the notebook or in a file."""
    excused: bool
    """An excused exercise is left out of the sum, and of its maximum."""
    answer_sha256: str | None
    """The digest of the answer's text without the line that names the exercise; None if there is no answer."""
    findings: tuple[dict[str, Any], ...]
    """As ``autograder check -o json`` has them."""
    misconceptions: tuple[str, ...]
    """What the whole answer fits, the most specific first."""


@dataclass(frozen=True, slots=True)
class Record:
    """A graded submission."""

    student: str
    assignment: str
    status: Status
    input_sha256: str
    course_version: str
    graded_by: str
    """The digest of what graded it: the program, the exercises, the options. Another one means: grade again."""
    received: str | None
    """When it was handed in, as ``2026-11-23T10:00:00Z``; None if nothing tells."""
    late: int
    """Seconds after the due date; 0 in time, or if there is no due date or nothing tells when it came."""
    penalty: float
    """Points taken off for being late."""
    score: float
    """What counts: the sum of the exercises that are not excused, less the penalty, never below 0."""
    max: float
    results: tuple[Scored, ...] = ()
    manual: tuple[dict[str, Any], ...] = ()
    """Cells that people grade: ``{"cell": grade_id, "max": points}``. Not part of `score` and `max`."""
    trouble: tuple[str, ...] = ()
    """What could not be read, in sentences for the learner."""
    signs: tuple[str, ...] = ()
    """What the instructor should look at, in sentences. No verdict, and not shown to the learner."""

    def to_json(self) -> dict[str, Any]:
        """Return the record as its file holds it."""
        return {"version": VERSION, **_fields(self), "results": [_fields(each) for each in self.results]}


def _fields(value: Record | Scored) -> dict[str, Any]:
    """Return the fields as they are. `dataclasses.asdict` would copy every finding before it is written."""
    return {name: getattr(value, name) for name in value.__slots__}


def record_path(out: Path, assignment: str, student: str) -> Path:
    """Return the file of a record."""
    return out / RECORDS / file_name(assignment) / f"{file_name(student)}.json"


def feedback_folder(out: Path, assignment: str, student: str) -> Path:
    """Return the folder of a submission's feedback."""
    return out / FEEDBACK / file_name(assignment) / file_name(student)


def write_record(out: Path, record: Record) -> Path:
    """Write a record as a whole or not at all, and return its file. Raises `InputError` when it cannot be written."""
    path = record_path(out, record.assignment, record.student)
    replace_file(path, json.dumps(record.to_json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return path


def read_record(path: Path) -> Record:
    """Return the record in a file. Raises `InputError` when it is not one."""
    try:
        value = json.loads(path.read_bytes())
        if value.pop("version") != VERSION:
            raise InputError(f"{path} was written by another version of autograder. Grade into a new folder.")
        results = [
            Scored(**{**part, **{key: tuple(part[key]) for key in ("concepts", "findings", "misconceptions")}})
            for part in value.pop("results")
        ]
        value.update({key: tuple(value[key]) for key in ("manual", "trouble", "signs")})
        return Record(**value, results=tuple(results))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Make the file readable.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path} is not a record ({error}). Remove it, and grade again.") from None


def records_in(out: Path) -> Iterator[Record]:
    """Yield the records of a folder, one at a time, by assignment and student. Raises `InputError` for a broken one."""
    # Names, not paths: of a large class thousands of them are held while they are sorted.
    for folder in sorted(_names(out / RECORDS)):
        for name in sorted(_names(out / RECORDS / folder)):
            if name.endswith(".json"):
                yield read_record(out / RECORDS / folder / name)


def _names(folder: Path) -> list[str]:
    """Return what is in a folder; nothing if it is none."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - of a path only the name is wanted
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}. Make the folder readable.") from None
