"""A class that was graded, without the bulk engine: a record for every submission of nbgrader's tree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.classroom.gradebook.page import checked, lay_out
from autograder.classroom.records import Record, Scored, write_record
from autograder.classroom.submission import Submission
from autograder.course import find_course
from autograder.exercises.answers import body
from autograder.exercises.checking import Result
from autograder.exercises.spec import Exercise, Exercises


@dataclass(frozen=True)
class Folder:
    """A submission in a folder."""

    student: str
    assignment: str
    folder: Path
    received: str | None = None
    trouble: tuple[str, ...] = ()

    def read(self) -> Submission:
        """Return it."""
        files = {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.suffix in {".ipynb", ".yaml"}
        }
        return Submission(self.student, self.assignment, files, self.received, self.trouble)


def handed_in(course: Path, assignment: str, received: str | None = None) -> list[Folder]:
    """Return the submissions for an assignment in nbgrader's tree."""
    folders = sorted((course / "classroom-data" / "submitted").glob(f"*/{assignment}"))
    return [Folder(folder.parent.name, assignment, folder, received) for folder in folders]


def grade_all(course: Path, submissions: list[Folder], out: Path) -> Iterator[Record]:
    """Write a record for each, and yield it."""
    exercises = Exercises(find_course(course))
    for each in submissions:
        yield grade_one(exercises.of_assignment(each.assignment), each, out)


def grade_one(exercises: tuple[Exercise, ...], found: Folder, out: Path, **changes: object) -> Record:
    """Write the record of a submission and return it."""
    submission = found.read()
    with TemporaryDirectory() as folder:
        results = checked(submission, exercises, lay_out(submission, found.assignment, exercises, Path(folder)))
    scored = tuple(_scored(exercise, results[exercise.id]) for exercise in exercises)
    record = Record(
        student=found.student,
        assignment=found.assignment,
        status="graded" if submission.files else "unreadable",
        input_sha256=submission.sha256,
        course_version="0.1.0",
        graded_by="0" * 64,
        received=submission.received,
        late=0,
        penalty=0.0,
        score=round(sum(result.score for result in scored), 2),
        max=sum(result.max for result in scored),
        results=scored,
        trouble=submission.trouble,
    )
    record = replace(record, **changes)
    write_record(out, record)
    return record


def _scored(exercise: Exercise, result: Result) -> Scored:
    return Scored(
        exercise=exercise.id,
        version=exercise.version,
        title=exercise.title,
        concepts=exercise.concepts,
        score=result.score,
        max=result.max,
        status=result.status,
        state="changed" if result.text else "missing",
        side="cell" if result.text else None,
        excused=False,
        answer_sha256=hashlib.sha256(body(result.text).encode()).hexdigest() if result.text else None,
        findings=(),
        misconceptions=result.misconceptions,
    )
