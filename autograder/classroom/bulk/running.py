"""All submissions of a class, over the cores of the machine: started, stopped, continued.

A submission that is graded already, by the same course and settings, is not graded again. So a run that was killed is
continued by starting it again, and ends with the same bytes as one that was not.

========================================  =======================================================================
what happens                              what becomes of it
========================================  =======================================================================
a submission cannot be read               it earns 0, its feedback says why, the rest goes on
the grader fails on a submission          it is marked, the instructor has to look, the rest goes on
a process of the grader dies              its submissions are graded again, one at a time; the one that kills
                                          its process twice is marked like the row above
the run is killed                         what has a record is done; everything else is graded next time
the disk is full                          the run stops with what it could not write; records stay whole
========================================  =======================================================================
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from autograder.classroom.feedback import page_html, page_markdown
from autograder.classroom.records import Record, feedback_folder, read_record, record_path, write_record
from autograder.classroom.submission import Found, Submission
from autograder.course import Course
from autograder.exercises.answers import replace_file
from autograder.manifests.limits import InputError

from .grading import Grader
from .settings import Settings

Outcome = Literal["graded", "kept", "unreadable", "failed"]
"""``kept``: it was graded before, by the same course and settings."""

_AT_ONCE: Final = 16
"""How many submissions one process takes at a time: enough that handing them over costs nothing."""
_ALONE: Final = 24
"""Up to how many submissions starting processes costs more than it saves."""
REPLACED: Final = "replaced"
"""Where the records lie that this run has replaced, until it is done."""


class Done(NamedTuple):
    """What became of one submission."""

    student: str
    assignment: str
    outcome: Outcome


@dataclass
class Summary:
    """What became of a class."""

    counts: Counter[str] = field(default_factory=Counter)
    """How many there are of each outcome."""
    to_look_at: list[Done] = field(default_factory=list)
    """Unreadable and failed ones."""
    graded_by: dict[str, str] = field(default_factory=dict)
    """By assignment, the digest of what graded it."""

    def add(self, done: Done) -> None:
        """Count one more."""
        self.counts[done.outcome] += 1
        if done.outcome in {"unreadable", "failed"}:
            self.to_look_at.append(done)

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Job:
    """What every process of a run has to know."""

    course: Course
    settings: Settings
    out: Path


def run(
    job: Job, found: Sequence[Found], *, processes: int = 0, told: Callable[[Done], None] = lambda _: None
) -> Summary:
    """Grade submissions into `job.out`, and return what became of them; `told` hears of each as it is done.

    `processes` is how many of the machine's cores to use, 0 for all. Raises `InputError` when the course is broken, an
    assignment does not exist, or the folder cannot be written.
    """
    grader = Grader(job.course, job.settings)
    summary = Summary()
    for assignment in sorted({each.assignment for each in found}):
        # Before anything is written: a misspelt assignment, a broken exercise.
        grader.exercises_of(assignment)
        summary.graded_by[assignment] = grader.graded_by(assignment)
    processes = min(processes or cores(), len(found) // 2 or 1)
    results = (
        _here(grader, job.out, found) if processes == 1 or len(found) <= _ALONE else _beside(job, found, processes)
    )
    for done in results:
        summary.add(done)
        told(done)
    summary.to_look_at.sort()
    return summary


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def grade_one(grader: Grader, out: Path, found: Found) -> Done:
    """Grade a submission and write its feedback and then its record, unless that is done already.

    Raises `InputError` when something cannot be written, or the course is broken.
    """
    submission = found.read()
    path = record_path(out, submission.assignment, submission.student)
    old = _old(path)
    if old is not None and _is_current(old, submission, grader, out):
        return Done(old.student, old.assignment, "kept")
    record, pages = _graded(grader, submission)
    if old is not None:
        # What changed, and for whom, is told from it.
        write_record(out / REPLACED, old)
    folder = feedback_folder(out, record.assignment, record.student)
    for name, text in pages.items():
        replace_file(folder / name, text)
    write_record(out, record)
    outcome: Outcome = record.status
    return Done(record.student, record.assignment, outcome)


def _graded(grader: Grader, submission: Submission) -> tuple[Record, dict[str, str]]:
    """Return the record and the feedback. A fault of the grader becomes a record as well: the rest has to go on."""
    try:
        graded = grader.grade(submission)
        record, results = graded.record, graded.results
        pages = _pages(grader, record, results)
    except InputError:
        raise  # the course is broken, for everybody
    except Exception as error:  # noqa: BLE001 - one submission must not cost a class its evening
        record = grader.failed(submission, f"{type(error).__name__}: {error}")
        pages = _pages(grader, record, ())
    return record, pages


def _pages(grader: Grader, record: Record, results: Sequence[Any]) -> dict[str, str]:
    title, lessons = grader.course.title, grader.lessons_of(record.assignment)
    return {
        "feedback.html": page_html(record, results, title, lessons),
        "feedback.md": page_markdown(record, results, lessons),
    }


def _old(path: Path) -> Record | None:
    """Return the record that is there; None if there is none, or a damaged one, which is made anew."""
    if not path.exists():
        return None
    try:
        return read_record(path)
    except InputError:
        return None


def _is_current(old: Record, submission: Submission, grader: Grader, out: Path) -> bool:
    folder = feedback_folder(out, old.assignment, old.student)
    return (
        old.student == submission.student
        and old.input_sha256 == submission.sha256
        and old.graded_by == grader.graded_by(old.assignment)
        and old.status != "failed"
        and all((folder / name).is_file() for name in ("feedback.html", "feedback.md"))
    )


def _here(grader: Grader, out: Path, found: Iterable[Found]) -> Iterator[Done]:
    return map(partial(grade_one, grader, out), found)


# -- several processes -------------------------------------------------------------------------------------------------

_GRADER: Grader | None = None
"""Of a worker: made once, kept for all its submissions."""


def _start(job: Job) -> None:
    global _GRADER  # noqa: PLW0603 - what a process pool offers to keep something in a worker
    _GRADER = Grader(job.course, job.settings)


def _work(out: Path, found: tuple[Found, ...]) -> list[Done]:
    assert _GRADER is not None  # noqa: S101 - the pool calls _start first
    return [grade_one(_GRADER, out, each) for each in found]


def _beside(job: Job, found: Sequence[Found], processes: int) -> Iterator[Done]:
    """Yield what becomes of submissions that are graded in processes of their own.

    Only as many are handed out as keep the processes busy, so memory does not grow with the class.
    """
    suspects: list[Found] = []
    waiting = (tuple(found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE))
    while True:
        left: list[Found] = []
        with _pool(job, processes) as pool:
            running: dict[Future[list[Done]], tuple[Found, ...]] = {}
            try:
                for chunk in islice(waiting, 2 * processes):
                    running[pool.submit(_work, job.out, chunk)] = chunk
                while running:
                    ready, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in ready:
                        yield from future.result()
                        del running[future]
                        for chunk in islice(waiting, 1):
                            running[pool.submit(_work, job.out, chunk)] = chunk
            except BrokenProcessPool:
                left = [each for chunk in running.values() for each in chunk]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if not left:
            break
        suspects += left
    for each in suspects:
        yield _carefully(job, each)


def _carefully(job: Job, found: Found) -> Done:
    """Grade a submission whose process died, in a process of its own; the second time it is marked."""
    with _pool(job, 1) as pool:
        try:
            return pool.submit(_work, job.out, (found,)).result()[0]
        except BrokenProcessPool:
            pass
    grader = Grader(job.course, job.settings)
    record = grader.failed(found.read(), "its process was killed twice, perhaps for want of memory")
    for name, text in _pages(grader, record, ()).items():
        replace_file(feedback_folder(job.out, record.assignment, record.student) / name, text)
    write_record(job.out, record)
    return Done(record.student, record.assignment, "failed")


def _pool(job: Job, processes: int) -> ProcessPoolExecutor:
    # Forking a process that may have threads is what Python warns about; "spawn" is there on every system.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_start, initargs=(job,))
