"""``autograder grade``: grade a class."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from autograder.course import find_course
from autograder.manifests.limits import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.classroom.bulk.running import Done, Summary
    from autograder.classroom.bulk.settings import Settings
    from autograder.classroom.intake import Intake
    from autograder.course import Course
    from autograder.exercises.spec import Exercises

HELP = "grade what a class has handed in"

DESCRIPTION = """\
Grade what a class has handed in: nbgrader's tree, the zip file of an LMS, or a
plain folder of notebooks and YAML files. Nothing in it is executed. Every
submission gets a record and its feedback, as a page that works offline and as
Markdown; from all records come tables and the class report.

Stopped at any moment, it goes on from there when it is started again. What is
graded already, by the same course and options, is not graded twice.
"""
EXAMPLES = """\
examples:
  autograder grade classroom-data/submitted --out grades
  autograder grade np-union.zip --assignment np-union --out grades
  autograder grade submissions/ --out grades --due 2026-11-27T18:00+01:00
  autograder grade submissions/ --out grades --gradebook
  autograder grade submissions/ --out part-0 --shard 0/4

Exit status: 0 all graded, 1 somebody has to look at some, 2 it could not be done.
"""
_SHOWN: Final = 10
"""How many submissions to look at, or passed over, are named; the tables have them all."""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder grade``."""
    parser = commands.add_parser(
        "grade",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("submissions", nargs="+", type=Path, metavar="SUBMISSIONS", help="folders, zip files, files")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where grades and feedback go")
    parser.add_argument("--assignment", default="", metavar="NAME", help="what they are for (default: each tells it)")
    parser.add_argument(
        "--names",
        action="append",
        default=[],
        metavar="REGEX",
        help="how your LMS names files: a regular expression with (?P<student>…), and perhaps received and file",
    )
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="how many processes (default: all cores)")
    parser.add_argument("--shard", metavar="I/N", help="only the learners of one of N parts, counted from 0; see merge")
    parser.add_argument(
        "--due",
        action="append",
        default=[],
        metavar="[NAME=]TIME",
        help="when it was due, with the distance from UTC; once for all assignments, or for each",
    )
    parser.add_argument(
        "--extensions", type=Path, metavar="FILE", help="CSV: student, due (and assignment): who may hand in later"
    )
    parser.add_argument(
        "--late", choices=("none", "zero"), default="none", help="what late work loses, as in nbgrader (default none)"
    )
    parser.add_argument("--excused", type=Path, metavar="FILE", help="CSV: student, exercise (or assignment)")
    parser.add_argument(
        "--secret", type=Path, metavar="FILE", help="of `autograder release`: everybody has a variant of their own"
    )
    parser.add_argument(
        "--gradebook", action="store_true", help="put the scores into nbgrader's gradebook of the course, too"
    )
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="how to write the answer")


def run(args: argparse.Namespace) -> int:
    """Grade, print what became of it, and return the exit status."""
    from autograder.classroom.bulk.running import Job
    from autograder.classroom.bulk.shards import read_shard
    from autograder.classroom.bulk.whole import grade_class
    from autograder.exercises.spec import Exercises

    course = find_course(args.course)
    exercises = Exercises(course)
    shard = read_shard(args.shard) if args.shard else None
    if args.jobs < 0:
        raise InputError(f"--jobs {args.jobs}: give the number of processes, or leave it out for all cores.")
    if shard is not None and args.gradebook:
        raise InputError("--gradebook needs the whole class. Merge the parts first, then grade with --gradebook.")
    intake = _found(args, exercises)
    settings = _settings(args, exercises, intake)
    count = sum(shard is None or shard.holds(each.student) for each in intake.found)
    if not intake.found:
        for each in intake.passed_over[:_SHOWN]:
            print(f"{each.origin}: {each.reason}", file=sys.stderr)
        raise InputError("there are no submissions in what you named. docs/instructors.md shows what is understood.")
    progress = Progress(count, sys.stderr)
    summary = grade_class(Job(course, settings, args.out), intake, shard=shard, processes=args.jobs, told=progress.step)
    progress.end()
    if args.gradebook:
        _into_gradebook(args.out, course, settings, intake)
    if args.output == "json":
        print(json.dumps(document(summary, intake), ensure_ascii=False, indent=1))
    else:
        _print(summary, intake, args)
    looked_for = summary.counts["failed"] + sum(1 for each in intake.passed_over if each.student)
    return 1 if looked_for else 0


def document(summary: Summary, intake: Intake) -> dict[str, Any]:
    """Return the answer of the command as the contract has it."""
    return {
        "version": 1,
        "submissions": {name: summary.counts[name] for name in ("graded", "kept", "unreadable", "failed")},
        "to_look_at": [done._asdict() for done in summary.to_look_at],
        "passed_over": [
            {"origin": each.origin, "student": each.student or None, "reason": each.reason}
            for each in intake.passed_over
        ],
        "ignored": [],
    }


def _settings(args: argparse.Namespace, exercises: Exercises, intake: Intake) -> Settings:
    from autograder.classroom.bulk.settings import Settings, read_due, read_excused, read_later
    from autograder.classroom.variants import read_secret

    names = [*exercises.assignments, *exercises.ids]
    return Settings(
        due=read_due(args.due, exercises.assignments),
        later=read_later(args.extensions, exercises.assignments) if args.extensions else {},
        late=args.late,
        excused=read_excused(args.excused, names) if args.excused else {},
        secret=read_secret(args.secret) if args.secret else None,
        students=tuple(sorted({each.student for each in intake.found})) if args.secret else (),
    )


def _found(args: argparse.Namespace, exercises: Exercises) -> Intake:
    from autograder.classroom.intake import PATTERNS, find

    if args.assignment and args.assignment not in exercises.assignments:
        there = ", ".join(exercises.assignments)
        raise InputError(f"--assignment {args.assignment}: there is none of this name. There are: {there}.")
    try:
        own = [re.compile(text) for text in args.names]
    except re.error as error:
        raise InputError(f"--names: this is no regular expression ({error}).") from None
    # What has no notebook of its own is practice: nobody hands it in, although whole desks hold it.
    graded = {name for name in exercises.assignments if (exercises.root / name / f"{name}.ipynb").is_file()}
    known = {name: home for name in exercises.ids if (home := exercises.assignment_of(name)) in graded}
    return find(args.submissions, known=known, assignment=args.assignment, patterns=[*own, *PATTERNS])


def _into_gradebook(out: Path, course: Course, settings: Settings, intake: Intake) -> None:
    from autograder.classroom.bulk.grading import Grader
    from autograder.classroom.gradebook import write_gradebook

    grader = Grader(course, settings)
    summary = write_gradebook(
        out,
        course.root,
        submissions=intake.found,
        check=lambda submission: {result.exercise: result for result in grader.grade(submission).results},
    )
    print(f"nbgrader's gradebook holds {summary.written} of these submissions.", file=sys.stderr)
    for sentence in summary.sentences():
        print(sentence, file=sys.stderr)


class Progress:
    """How far a class is, on one line that a terminal overwrites, or now and then where nobody watches."""

    def __init__(self, total: int, stream: Any, clock: Callable[[], float] = time.monotonic) -> None:
        """Take how many there are; `stream` is where people are told."""
        self._total, self._stream, self._clock = total, stream, clock
        self._done = 0
        self._begun = self._told = clock()
        self._live = bool(getattr(stream, "isatty", bool)())

    def step(self, _: Done) -> None:
        """Count one more."""
        self._done += 1
        now = self._clock()
        if now - self._told >= (0.1 if self._live else 10):
            self._told = now
            self._say(self.line(now))

    def line(self, now: float) -> str:
        """Return how far it is, and how long the rest takes if it goes on like this."""
        left = (now - self._begun) * (self._total - self._done) / max(self._done, 1)
        share = self._done * 100 // max(self._total, 1)
        return f"{self._done} of {self._total} ({share} %), {duration(left)} left"

    def end(self) -> None:
        """Remove the line."""
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _say(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{text}" if self._live else f"{text}\n")
        self._stream.flush()


def duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> duration(4.2), duration(75), duration(4000)
    ('5 s', '2 min', '67 min')
    """
    return f"{int(seconds) + 1} s" if seconds < 60 else f"{int(seconds // 60) + 1} min"


def _print(summary: Summary, intake: Intake, args: argparse.Namespace) -> None:
    counts = summary.counts
    parts = [f"{counts[name]} {word}" for name, word in _WORDS.items() if counts[name]]
    noun = "submission" if summary.total == 1 else "submissions"
    print(f"{summary.total} {noun}: {', '.join(parts) or 'nothing to do'}.")
    for done in summary.to_look_at[:_SHOWN]:
        print(f"  {done.outcome}: {done.student}, {done.assignment}")
    if len(summary.to_look_at) > _SHOWN:
        print(f"  and {len(summary.to_look_at) - _SHOWN} more, in exercises.csv")
    if intake.passed_over:
        print(f"{len(intake.passed_over)} passed over, for example:")
        for each in intake.passed_over[:3]:
            print(f"  {each.origin}: {each.reason}")
        print(f"  All of them are in {args.out / 'passed-over.csv'}.")
    if args.shard:
        print(f"This part is complete. When all are: autograder merge DIR… --out DIR. It lies in {args.out}.")
    else:
        print(f"The class report: {args.out / 'report.html'}. Feedback: {args.out / 'feedback'}.")


_WORDS: Final = {
    "graded": "graded",
    "kept": "graded before and not touched",
    "unreadable": "that cannot be read, with the reason in their feedback",
    "failed": "that the grader failed on: look at them",
}
