"""One submission becomes a record and its feedback. Reads texts, runs nothing, and never fails on what was handed in.

The score and the words are those of the learner's own check: both come from `check_answer`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import autograder
from autograder.classroom.records import Record, Scored
from autograder.classroom.submission import Submission
from autograder.classroom.variants.assigned import made, variant_of
from autograder.classroom.variants.others import Handed, handed_to, others_answered
from autograder.course import Course
from autograder.exercises.answers import Answer, answer_among, answer_path, body
from autograder.exercises.checking import Result, check_answer, unreadable
from autograder.exercises.notebooks import Notebook, parse_notebook, read_notebook
from autograder.exercises.spec import Exercise, Exercises
from autograder.manifests.limits import InputError

from .settings import Settings

_KEPT: Final = 512
"""How many results are kept for the next learner with the same text. The untouched starter is the most common one."""
_INSTRUCTOR_ONLY: Final = frozenset({"right", "wrong", "solution.md"})
"""What of an exercise does not decide a grade."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A graded submission, before it is written."""

    record: Record
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    """A submission as far as it can be read."""

    notebooks: tuple[Notebook, ...]
    files: dict[str, str]
    """Texts of answers by the name of the file; of several of one name, the one in a folder ``answers`` counts."""
    trouble: tuple[str, ...]


class Grader:
    """Grades submissions for one course and one set of settings. Keeps what many submissions share."""

    def __init__(self, course: Course, settings: Settings) -> None:
        """Take the instructor's course; nothing is read yet."""
        self.course, self.settings = course, settings
        self.exercises = Exercises(course)
        self._of_assignment: dict[str, tuple[Exercise, ...]] = {}
        self._manual: dict[str, tuple[dict[str, Any], ...]] = {}
        self._results: dict[tuple[object, ...], Result] = {}
        self._handed: Handed | None = None

    def graded_by(self, assignment: str) -> str:
        """Return the digest of everything that a grade depends on besides the submission.

        The program, the assignment's exercises, and the settings: when one of them changes, grading starts again.
        """
        return _digest(
            [
                program_digest(),
                self.course.version,
                _folder_digest(self.exercises.root / assignment),
                json.dumps([sorted(self.settings.due.items()), self.settings.late]),
                json.dumps(self.settings.later, sort_keys=True),
                json.dumps(sorted(self.settings.excused.items())),
                hashlib.sha256(self.settings.secret or b"").hexdigest(),
            ]
        )

    def exercises_of(self, assignment: str) -> tuple[Exercise, ...]:
        """Return an assignment's exercises in the order of its notebook. Raises `InputError` if there are none."""
        if assignment not in self._of_assignment:
            found = self.exercises.of_assignment(assignment)
            if not found:
                there = ", ".join(self.exercises.assignments)
                raise InputError(f"there is no assignment {assignment!r} in the course. There are: {there}.")
            order = [cell.grade_id for cell in self._source(assignment).cells]
            self._of_assignment[assignment] = tuple(
                sorted(found, key=lambda each: order.index(each.id) if each.id in order else len(order))
            )
        return self._of_assignment[assignment]

    def lessons_of(self, assignment: str) -> dict[str, str]:
        """Return the lesson that teaches what each exercise of an assignment asks."""
        return {exercise.id: exercise.lesson for exercise in self.exercises_of(assignment)}

    def grade(self, submission: Submission) -> Graded:
        """Return the record of a submission, and the results that its feedback is made of.

        Raises `InputError` when the course itself is broken.
        """
        parts = _parts(submission)
        settings, student, assignment = self.settings, submission.student, submission.assignment
        results: list[Result] = []
        scored: list[Scored] = []
        signs: list[str] = []
        for general in self.exercises_of(assignment):
            exercise, variant = self._own(general, student)
            answer = _answer(exercise, parts)
            if answer is None:
                result = unreadable(exercise, " ".join(parts.trouble))
            else:
                result = self._result(exercise, variant, answer)
                signs += self._signs(general, student, answer, result)
            excused = settings.is_excused(student, assignment, exercise.id)
            results.append(result)
            scored.append(_scored(exercise, answer, result, excused=excused))
        counted = [part for part in scored if not part.excused]
        late = settings.seconds_late(student, assignment, submission.received)
        earned = _sum(part.score for part in counted)
        penalty = earned if late and settings.late == "zero" else 0.0
        nothing = not parts.notebooks and not parts.files
        record = Record(
            student=student,
            assignment=assignment,
            status="unreadable" if nothing else "graded",
            input_sha256=submission.sha256,
            course_version=self.course.version,
            graded_by=self._graded_by(assignment),
            received=submission.received,
            late=late,
            penalty=penalty,
            score=_sum([earned, -penalty]),
            max=_sum(part.max for part in counted),
            results=tuple(scored),
            manual=self._manual_cells(assignment),
            trouble=parts.trouble,
            signs=tuple(signs),
        )
        return Graded(record, tuple(results))

    def failed(self, submission: Submission, why: str) -> Record:
        """Return the record of a submission that the grader itself failed on: somebody must look."""
        return Record(
            student=submission.student,
            assignment=submission.assignment,
            status="failed",
            input_sha256=submission.sha256,
            course_version=self.course.version,
            graded_by=self._graded_by(submission.assignment),
            received=submission.received,
            late=self.settings.seconds_late(submission.student, submission.assignment, submission.received),
            penalty=0.0,
            score=0.0,
            max=_sum(float(exercise.points) for exercise in self.exercises_of(submission.assignment)),
            trouble=("This could not be graded yet. Your instructor has been told.",),
            signs=(f"The grader failed: {why}. Grade this one by hand, and report the fault.",),
        )

    @cache  # noqa: B019 - one grader lives as long as its process
    def _graded_by(self, assignment: str) -> str:
        return self.graded_by(assignment)

    def _own(self, exercise: Exercise, student: str) -> tuple[Exercise, str]:
        """Return an exercise as a student has it, and the id of the variant; empty if it is the same for all."""
        secret = self.settings.secret
        variant = variant_of(exercise, student, secret) if secret is not None else None
        return (exercise, "") if variant is None else (made(exercise, variant), variant.id)

    def _signs(self, exercise: Exercise, student: str, answer: Answer, result: Result) -> Iterator[str]:
        """Yield a sentence if an answer fits somebody else's variant and not the own one."""
        if self.settings.secret is None or result.status == "pass" or answer.state != "changed":
            return
        if self._handed is None:
            every = [self.exercises.get(name) for name in self.exercises.ids]
            self._handed = handed_to(every, self.settings.students, self.settings.secret)
        sentence = others_answered(exercise, student, answer.text, self._handed)
        if sentence:
            yield sentence

    def _result(self, exercise: Exercise, variant: str, answer: Answer) -> Result:
        """Return what an answer is worth; the same text is judged once."""
        key = (exercise.id, variant, answer)
        found = self._results.get(key)
        if found is None:
            if len(self._results) >= _KEPT:
                self._results.clear()
            found = self._results[key] = check_answer(exercise, answer)
        return found

    def _source(self, assignment: str) -> Notebook:
        return read_notebook(self.exercises.root / assignment / f"{assignment}.ipynb")

    def _manual_cells(self, assignment: str) -> tuple[dict[str, Any], ...]:
        """Return the cells of an assignment that people grade, as nbgrader marks them."""
        if assignment not in self._manual:
            self._manual[assignment] = tuple(_manual(self._source(assignment).data))
        return self._manual[assignment]


def program_digest() -> str:
    """Return the digest of the program itself: every file of the package that is not a copy of the course."""
    return _package_digest(Path(autograder.__file__).parent)


@cache
def _package_digest(root: Path) -> str:
    return _digest(
        f"{path.relative_to(root).as_posix()} {_file_digest(path)}"
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and "_course" not in path.relative_to(root).parts
    )


def _folder_digest(root: Path) -> str:
    return _digest(
        f"{path.relative_to(root).as_posix()} {_file_digest(path)}"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not _INSTRUCTOR_ONLY & set(path.relative_to(root).parts)
    )


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _manual(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in notebook.get("cells", ()):
        marks = cell.get("metadata", {}).get("nbgrader") or {}
        if marks.get("task") or (marks.get("grade") and marks.get("solution")):
            yield {"cell": str(marks.get("grade_id", "")), "max": float(marks.get("points", 0))}


def _parts(submission: Submission) -> _Parts:
    """Return what of a submission can be read."""
    notebooks: list[Notebook] = []
    files: dict[str, tuple[bool, str]] = {}
    trouble = list(submission.trouble)
    for path, data in sorted(submission.files.items(), key=lambda item: _rank(submission, item[0])):
        folder, _, name = path.rpartition("/")
        if name.lower().endswith(".ipynb"):
            try:
                notebooks.append(parse_notebook(data, path))
            except InputError as error:
                trouble.append(str(error))
        else:
            # An answer among `answers/` is where the course itself writes it.
            at_home = folder.rpartition("/")[2] == "answers"
            stem = f"{name.lower().removesuffix('.yml').removesuffix('.yaml')}.yaml"
            if stem not in files or (at_home and not files[stem][0]):
                files[stem] = at_home, data.decode("utf-8-sig", "replace")
    return _Parts(tuple(notebooks), {name: text for name, (_, text) in files.items()}, tuple(trouble))


def _rank(submission: Submission, path: str) -> tuple[bool, int, str]:
    """Return the order in which files are read: the assignment's own notebook first, then what lies highest."""
    return not path.endswith(f"{submission.assignment}.ipynb"), path.count("/"), path


def _answer(exercise: Exercise, parts: _Parts) -> Answer | None:
    """Return the answer that counts; None if there may be one in something that nobody can read."""
    answer = answer_among(exercise, parts.notebooks, parts.files.get(answer_path(exercise, Path()).name))
    return None if answer.state == "missing" and parts.trouble else answer


def _scored(exercise: Exercise, answer: Answer | None, result: Result, *, excused: bool) -> Scored:
    there = answer is not None and answer.state in {"changed", "starter"}
    return Scored(
        exercise=exercise.id,
        version=exercise.version,
        title=exercise.title,
        concepts=exercise.concepts,
        score=result.score,
        max=result.max,
        status=result.status,
        state=answer.state if answer is not None else "unreadable",
        side=answer.side if answer is not None and answer.state != "missing" else None,
        excused=excused,
        answer_sha256=_file_text_digest(answer.text) if answer is not None and there else None,
        findings=tuple(found.to_json() for found in result.findings),
        misconceptions=result.misconceptions,
    )


def _file_text_digest(text: str) -> str:
    return hashlib.sha256(body(text).encode("utf-8", "replace")).hexdigest()


def _sum(numbers: Iterable[float]) -> float:
    """Return a sum of points, which have two decimals, without the dust of binary fractions."""
    return round(sum(numbers), 2)
