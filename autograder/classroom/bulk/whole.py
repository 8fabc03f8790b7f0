"""A class from submissions to grades, tables and the report: on one machine, or in parts that are merged.

OUT/records/…  OUT/feedback/…             as submissions are done
OUT/grading.json                          what graded it
OUT/passed-over.csv                       what was named and is no submission, or was superseded
OUT/*.csv  OUT/grades.json  OUT/report.*  when all are done
OUT/changes.csv  OUT/changes.md           of a regrade: what changed, and for whom; the old records in previous/
OUT/shard.json                            of a part: it is complete; tables and report come with merging
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from autograder.classroom.intake import Intake, PassedOver
from autograder.classroom.records import RECORDS
from autograder.classroom.results.cells import MARK as BYTE_ORDER_MARK
from autograder.classroom.results.cells import row
from autograder.classroom.results.changes import compare, write_changes
from autograder.classroom.results.report import write_report
from autograder.classroom.results.tables import write_tables
from autograder.course import Course
from autograder.exercises.answers import replace_file
from autograder.manifests.limits import InputError

from .locking import locked
from .running import REPLACED, Done, Job, Summary, run
from .shards import MARK, Shard, gather, mark_complete, unmark

GRADING: Final = "grading.json"
PASSED_OVER: Final = "passed-over.csv"
PREVIOUS: Final = "previous"
"""Where the records lie that the last regrade has replaced."""


def grade_class(
    job: Job,
    intake: Intake,
    *,
    shard: Shard | None = None,
    processes: int = 0,
    told: Callable[[Done], None] = lambda _: None,
) -> Summary:
    """Grade everything that was handed in, or the learners of one part, and write all that is made from it.

    Returns what became of each submission. Raises `InputError` when the course is broken, or something cannot be
    written; what is graded stays, and the next run goes on from there.
    """
    found = [each for each in intake.found if shard is None or shard.holds(each.student)]
    with locked(job.out):
        unmark(job.out)
        summary = run(job, found, processes=processes, told=told)
        _note(job.out, summary.graded_by)
        _write_passed_over(job.out, intake.passed_over)
        if shard is not None:
            mark_complete(job.out, shard, summary.graded_by)
        else:
            finish(job.out, job.course)
    return summary


def merge_class(parts: Sequence[Path], out: Path, course: Course) -> int:
    """Put the parts of a class together, and return how many submissions there are.

    The folder is the same, byte for byte, as that of a class graded at once. Raises `InputError` if a part is missing,
    not complete, or of another course.
    """
    if any(part.resolve() == out.resolve() for part in parts):
        raise InputError(f"{out} is one of the parts. Name a folder of its own with --out.")
    with locked(out):
        total = gather(parts, out)
        graded_by: dict[str, str] = {}
        for part in parts:
            graded_by.update(json.loads((part / GRADING).read_bytes()).get("graded_by", {}))
        _note(out, graded_by)
        shutil.copyfile(parts[0] / PASSED_OVER, out / PASSED_OVER)
        finish(out, course)
    return total


def _note(out: Path, graded_by: dict[str, str]) -> None:
    replace_file(out / GRADING, json.dumps({"version": 1, "graded_by": graded_by}, indent=1, sort_keys=True) + "\n")


def _write_passed_over(out: Path, passed_over: Iterable[PassedOver]) -> None:
    lines = [row((each.origin, each.student, each.reason)) for each in passed_over]
    replace_file(out / PASSED_OVER, BYTE_ORDER_MARK + row(("origin", "student", "reason")) + "".join(lines))


def finish(out: Path, course: Course | None) -> None:
    """Write everything that is made from all records: tables, report, changes. Raises `InputError` if that fails."""
    if not (out / RECORDS).is_dir():
        return
    write_tables(out)
    write_report(out, course)
    if (out / REPLACED).is_dir():
        # What an earlier regrade replaced is forgotten only now: a run that changes nothing keeps it.
        shutil.rmtree(out / PREVIOUS, ignore_errors=True)
        (out / REPLACED).replace(out / PREVIOUS)
    if (out / PREVIOUS / RECORDS).is_dir():
        write_changes(compare(out / PREVIOUS, out, only_old=True), out)


__all__ = ["GRADING", "MARK", "PASSED_OVER", "PREVIOUS", "finish", "grade_class", "merge_class"]
