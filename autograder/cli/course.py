"""``autograder course check``: is the course itself sound?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import find_course

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.exercises.audit import Audited, Problem
    from autograder.exercises.lesson_audit import Flaw

    from .terminal import Terminal

HELP = "is the course itself sound?"

DESCRIPTION = """\
For whoever writes exercises. Every exercise under solutions/ is tried on its
own files: the starter earns nothing, right answers earn all, wrong answers do
not and show the misconception that they are named after. Then every right
answer is spoiled in every small way. A spoiled answer that still earns all
must mean the same, or be permitted in right/permitted.txt.

Without names the lessons are checked as well: their parts, order, links and
words, whether each runs from top to bottom, and whether everything that the
course sets out to teach is taught, refuted and practiced. And the spelling of
whatever people read, if spylls is installed.
"""
EXAMPLES = """\
examples:
  autograder course check                     the whole course
  autograder course check cache-shards        one exercise
  autograder course check -o json             for a program

Exit status: 0 sound, 1 it has problems, 2 it could not be checked.
"""
_PAGE = 110


def add(commands: Any) -> None:
    """Name the arguments of ``autograder course``."""
    shown: dict[str, Any] = {
        "description": DESCRIPTION,
        "epilog": EXAMPLES,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }
    parts = commands.add_parser("course", **shown).add_subparsers(metavar="check", required=True)
    check = parts.add_parser("check", help=HELP, **shown)
    check.add_argument("exercises", nargs="*", metavar="EXERCISE", help="which exercises (default: all)")
    check.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")
    check.add_argument(
        "-o", "--output", choices=("text", "json"), default="text", help="the form of the answer (default %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Audit, print, and return the exit status. Raises `InputError` for what cannot be checked."""
    from autograder.exercises.audit import audit

    course = find_course(args.course)
    found = audit(course, args.exercises)
    if args.output == "json":
        audited = list(found)
        flaws = [] if args.exercises else list(_flaws(course))
        print(json.dumps(document(audited, flaws), ensure_ascii=False, indent=1))
    else:
        audited = list(_printed(found))
        flaws = [] if args.exercises else list(_printed_flaws(course))
        _print_sum(audited, flaws)
    return 1 if flaws or any(each.problems for each in audited) else 0


def document(audited: list[Audited], flaws: list[Flaw]) -> dict[str, Any]:
    """Return the answer of the command as the contract has it."""
    lessons = [
        {
            "id": flaw.id,
            "exercise": "",
            "file": flaw.file,
            "line": flaw.line,
            "message": flaw.message,
            "remedy": flaw.remedy,
            "diff": None,
            "flow": None,
        }
        for flaw in flaws
    ]
    return {
        "version": 1,
        "problems": [*(problem.to_json() for each in audited for problem in each.problems), *lessons],
        "exercises": [each.to_json() for each in audited],
        "ignored": [],
    }


def _printed(found: Iterable[Audited]) -> Iterator[Audited]:
    """Print and yield what is found out, each exercise as soon as it is done, since the whole takes a while."""
    from .terminal import terminal

    screen = terminal(sys.stdout)
    for each in found:
        print(_head(each, screen))
        for problem in each.problems:
            print("\n".join(_lines(problem, screen)))
        sys.stdout.flush()
        yield each


def _print_sum(audited: list[Audited], flaws: list[Flaw]) -> None:
    from .terminal import terminal

    screen = terminal(sys.stdout)
    problems = sum(len(each.problems) for each in audited) + len(flaws)
    said = screen.paint("no problems", "good") if not problems else screen.paint(_count(problems, "problem"), "bad")
    print(f"\n{_count(len(audited), 'exercise')}, {said}")


def _flaws(course: Course) -> Iterator[Flaw]:
    """Yield what is wrong with the lessons: with their texts, and where IPython is installed, when they are run.

    Says on standard error when the spelling cannot be checked, and why.
    """
    from autograder.exercises.lesson_audit import Flaw, audit_lessons
    from autograder.exercises.lessons import read_lessons
    from autograder.exercises.spelling import audit_spelling, why_not
    from autograder.notebook.running import can_run, failures

    yield from audit_lessons(course)
    lessons = read_lessons(course)
    if lessons and (reason := why_not(course)):
        print(f"Spelling is not checked: {reason}.", file=sys.stderr)
    elif lessons:
        yield from audit_spelling(course)
    if not can_run():
        return
    for lesson in lessons:
        if not (course.root / lesson.file).is_file():
            yield Flaw("lesson-unbuilt", lesson.file, 1, "the notebook is missing", "Build it: make build")
            continue
        for cell, said in failures(course.root, lesson.file):
            message = f"cell {cell} fails: {said}" if cell else said
            yield Flaw("lesson-fails", lesson.file, 1, message, "Run the notebook and mend the cell.")


def _printed_flaws(course: Course) -> Iterator[Flaw]:
    from autograder.exercises.lessons import read_lessons

    from .terminal import paragraph, terminal

    screen = terminal(sys.stdout)
    lessons = [lesson for lesson in read_lessons(course) if lesson.number]
    if not lessons:
        return
    minutes = sum(lesson.minutes or 0 for lesson in lessons)
    print(f"\n{_count(len(lessons), 'lesson')}, {minutes} minutes")
    sys.stdout.flush()
    for flaw in _flaws(course):
        print(f"  {screen.paint(f'{flaw.file}:{flaw.line}', 'bad')}: {flaw.id}")
        for text in (flaw.message, flaw.remedy):
            print("\n".join(paragraph(text, min(screen.width, _PAGE), "    ")))
        sys.stdout.flush()
        yield flaw


def _head(each: Audited, screen: Terminal) -> str:
    mutants = each.mutants
    return (
        f"{screen.paint(each.id, 'head')}: {each.right} right, {each.wrong} wrong; mutants: {mutants.killed} killed, "
        f"{mutants.equivalent} equivalent, {mutants.permitted} permitted, {mutants.survived} survived"
    )


def _lines(problem: Problem, screen: Terminal) -> Iterator[str]:
    from .terminal import paragraph

    width = min(screen.width, _PAGE)
    yield f"  {screen.paint(f'{problem.file}:{problem.line}', 'bad')}: {problem.id}"
    yield from paragraph(problem.message, width, "    ")
    for line in problem.diff.splitlines():
        role: Any = {"+": "bad", "-": "good"}.get(line[:1], "quiet")
        yield f"      {screen.paint(line, role)}"
    if problem.flow:
        yield from paragraph(problem.flow, width, "    ")
    yield from paragraph(problem.remedy, width, "    ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
