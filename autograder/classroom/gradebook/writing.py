"""From the records of a class to nbgrader's gradebook and its folder of graded notebooks.

A batch of submissions is graded again for its pages, then written into the tables in one transaction, then into files.
Ended in between, the next run does the same batch again: the tables come first, so that a cell which a person has to
look at again is never taken for one that did not change. Run twice, the second run changes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from autograder.classroom.records import Record, records_in
from autograder.classroom.submission import Found, Submission
from autograder.course import find_course
from autograder.exercises.checking import Result
from autograder.exercises.notebooks import read_notebook
from autograder.exercises.spec import Exercise, Exercises
from autograder.manifests.limits import InputError
from autograder.manifests.whole import whole

from .names import Names
from .page import MODE, Check, as_text, checked, lay_out, page, texts
from .rows import Entry, Tables
from .scores import Page, page_scores, penalty
from .settings import Settings, opened, read_settings
from .source import read_sources, register

BATCH: Final = 50
"""How many submissions a transaction holds: some megabytes of pages."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written, and what was not."""

    written: int
    """How many submissions stand in the gradebook as their records say."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Learners whose name nbgrader cannot take, and the name that it has for them."""
    absent: tuple[tuple[str, str], ...] = ()
    """Student and assignment of records whose submission was not found any more."""
    outdated: tuple[tuple[str, str, str], ...] = ()
    """Student, assignment and reason of records that are about another submission or another course."""

    def sentences(self) -> Iterator[str]:
        """Yield what an instructor has to know."""
        for student, name in self.renamed:
            yield f"{student} is called {name} in nbgrader's gradebook, which cannot take the name itself."
        for student, assignment in self.absent:
            yield (
                f"{student}, {assignment}: the submission is not there any more, so nothing was written into the "
                "gradebook. Name the same folders and archives as when it was graded."
            )
        for student, assignment, reason in self.outdated:
            yield f"{student}, {assignment}: {reason} Nothing was written into the gradebook. Grade again first."


@dataclass(slots=True)
class _Prepared:
    """A submission that is ready to be written."""

    entry: Entry
    pages: dict[str, str]
    """The text of every notebook."""


def write_gradebook(
    out: Path,
    course_root: Path,
    *,
    submissions: Iterable[Found],
    check: Check | None = None,
    batch: int = BATCH,
) -> Summary:
    """Write the grades in `out` into the gradebook of the course in `course_root`, and return what was written.

    `submissions` are those that were graded. `check` grades one again; by default as `autograder check` does, which is
    right unless learners have variants of their own.

    Raises InputError when nbgrader is not there or not set up, when its gradebook cannot be used, when a record is
    broken, or when the course itself has to be mended. What was written until then is right and stays.
    """
    settings = read_settings(course_root)
    course = Exercises(find_course(settings.root))
    found = {(each.student, each.assignment): each for each in submissions}
    todo = _Outcome(found)
    for assignment, records in _by_assignment(out):
        exercises = course.of_assignment(assignment)
        if not exercises:
            message = (
                f"{out} holds grades for {assignment}, which is no assignment of {settings.root}. Name its course."
            )
            raise InputError(message)
        _Assignment(settings, assignment, exercises, check, todo).write(records, batch)
    return todo.summary()


def _by_assignment(out: Path) -> Iterator[tuple[str, Iterator[Record]]]:
    """Yield the records of each assignment, as a stream."""
    yield from itertools.groupby(records_in(out), key=lambda record: record.assignment)


class _Outcome:
    """Collects what the summary says."""

    def __init__(self, found: Mapping[tuple[str, str], Found]) -> None:
        self._found = found
        self.written = 0
        self.renamed: dict[str, str] = {}
        self.absent: list[tuple[str, str]] = []
        self.outdated: list[tuple[str, str, str]] = []

    def submission_of(self, record: Record) -> Found | None:
        """Return where a record's submission is; one that does not say what it is for counts for any assignment."""
        return self._found.get((record.student, record.assignment)) or self._found.get((record.student, ""))

    def summary(self) -> Summary:
        return Summary(self.written, tuple(sorted(self.renamed.items())), tuple(self.absent), tuple(self.outdated))


class _Assignment:
    """Writes the grades of one assignment."""

    def __init__(
        self, settings: Settings, assignment: str, exercises: tuple[Exercise, ...], check: Check | None, todo: _Outcome
    ) -> None:
        self._settings = settings
        self._assignment = assignment
        self._exercises = exercises
        self._check = check
        self._todo = todo
        self._sources = read_sources(settings.root, assignment, exercises)

    def write(self, records: Iterator[Record], batch: int) -> None:
        for source in self._sources:
            register(self._settings, source)
        with opened(self._settings) as gradebook:
            names = Names(student.id for student in gradebook.students)
            tables = Tables(gradebook, self._sources)
            prepared: list[_Prepared] = []
            for record in records:
                ready = self._prepared(record, names)
                if ready is not None:
                    prepared.append(ready)
                if len(prepared) == batch:
                    self._flush(tables, prepared)
                    prepared = []
            self._flush(tables, prepared)

    def _flush(self, tables: Tables, prepared: list[_Prepared]) -> None:
        if not prepared:
            return
        tables.write([ready.entry for ready in prepared])
        for ready in prepared:
            folder = self._settings.autograded(ready.entry.student, self._assignment)
            for name, text in ready.pages.items():
                _replace(folder / f"{name}.ipynb", text)
        self._todo.written += len(prepared)

    def _prepared(self, record: Record, names: Names) -> _Prepared | None:
        """Return a submission as it is to be written; None, and a word in the summary, when its record does not fit."""
        submission: Submission | None = None
        if record.status != "failed":  # what made the grader fail is not tried again here
            found = self._todo.submission_of(record)
            if found is None:
                self._todo.absent.append((record.student, record.assignment))
                return None
            submission = found.read()
        shown, reason = self._shown(record, submission)
        if reason:
            self._todo.outdated.append((record.student, record.assignment, reason))
            return None
        name = names.of(record.student)
        if name != record.student:
            self._todo.renamed[record.student] = name
        pages: dict[str, Page] = {}
        changed: dict[str, frozenset[str] | None] = {}
        written: dict[str, str] = {}
        folder = self._settings.autograded(name, self._assignment)
        for source in self._sources:
            now = texts(shown[source.name])
            pages[source.name] = page_scores(source, record, now)
            before = _texts_in(folder / f"{source.name}.ipynb")
            changed[source.name] = (
                None if before is None else frozenset(key for key in now if before.get(key) != now[key])
            )
            written[source.name] = as_text(shown[source.name])
        entry = Entry(
            student=name,
            shown_as=record.student[:128] if name != record.student else "",
            received=self._received(record, name),
            penalty=penalty(record),
            pages=pages,
            changed=changed,
        )
        return _Prepared(entry, written)

    def _shown(self, record: Record, submission: Submission | None) -> tuple[dict[str, dict[str, object]], str]:
        """Return the notebooks as formgrader shows them, or the reason why the record does not fit the submission."""
        if submission is None:
            return {source.name: page(source, Path("nowhere"), self._exercises, {}) for source in self._sources}, ""
        known = replace(submission, assignment=record.assignment)
        if record.input_sha256 not in (submission.sha256, known.sha256):
            return {}, "the submission is another one than was graded."
        with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
            shown = {}
            for source in self._sources:
                notebook = lay_out(submission, source.name, self._exercises, Path(folder))
                results = self._check(submission) if self._check else checked(submission, self._exercises, notebook)
                reason = _difference(record, results)
                if reason:
                    return {}, reason
                shown[source.name] = page(source, notebook, self._exercises, results)
        return shown, ""

    def _received(self, record: Record, name: str) -> dt.datetime | None:
        """Return when a submission came: what nbgrader's own folder says where there is one, else the record.

        formgrader takes a submission for ungraded when the folder and the table differ.
        """
        if self._settings.submitted(name, self._assignment).is_dir():
            stamp: dt.datetime | None = self._settings.timestamp(name, self._assignment)
            return stamp
        if record.received is None:
            return None
        with contextlib.suppress(ValueError):
            moment = dt.datetime.fromisoformat(record.received)
            return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
        message = f"The record of {record.student} has no time in `received`: {record.received!r}. Grade again."
        raise InputError(message)


def _difference(record: Record, results: Mapping[str, Result]) -> str:
    """Return why a record is not what grading gives now; empty when it is."""
    scored = {result.exercise: result for result in record.results}
    for name, result in sorted(results.items()):
        if result.status == "error":
            raise InputError(f"{name} cannot be checked: {result.findings[0].got}")
        if name not in scored:
            return f"its record knows nothing about {name}."
        if not scored[name].excused and (scored[name].score, scored[name].max) != (result.score, result.max):
            was, now = f"{scored[name].score:g} of {scored[name].max:g}", f"{result.score:g} of {result.max:g}"
            return f"{name} earned {was} when it was graded, and {now} now."
    return ""


def _texts_in(path: Path) -> dict[str, str] | None:
    """Return what stands in the cells of a page that was written before; None if there is none that can be read."""
    try:
        notebook = read_notebook(path)
    except InputError:
        return None
    return {cell.grade_id: cell.text for cell in notebook.cells if cell.grade_id}


def _replace(path: Path, text: str) -> None:
    """Write a read-only file as a whole or not at all, unless it is that already. Raises InputError."""
    data = text.encode("utf-8", "replace")
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        with whole(path) as part:
            part.write_bytes(data)
            if path.exists():
                path.chmod(0o644)  # Windows replaces no file that is read-only
            part.chmod(MODE)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Make room and the folder writable.") from None
