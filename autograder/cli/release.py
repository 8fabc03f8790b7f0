"""``autograder release``: a problem of their own for every learner."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import Course, find_course
from autograder.manifests.limits import InputError

if TYPE_CHECKING:
    from autograder.classroom.variants.desks import Assignment

HELP = "give every learner a problem of their own"

DESCRIPTION = """\
For instructors. Write one zip archive for each learner of a roster: a desk for
an assignment, with the learner's own variant of each exercise that has
variants. The roster is a CSV file with a column student, as submissions name
the learners; columns name and email may follow.

Which variant is whose follows from a secret, which is made the first time.
Keep its file: grading needs it. Every variant is proved before it is written:
its right answers earn all, its starter nothing, and its wrong answers show the
misconceptions that they are named after.

variants.csv, beside the archives, says who has what. It is yours alone.
"""
EXAMPLES = """\
examples:
  autograder release homework --roster class.csv --out desks
  autograder release homework --roster class.csv --out desks --secret FILE

Started again, it writes the same bytes, and desks for whoever has joined.
Exit status: 0 written, 2 it could not be carried out.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder release``."""
    parser = commands.add_parser(
        "release",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="which assignment, such as homework")
    parser.add_argument("--roster", type=Path, required=True, metavar="FILE", help="who is in the class, as CSV")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the archives go")
    parser.add_argument(
        "--secret",
        type=Path,
        metavar="FILE",
        help="the secret of the course (default: classroom-data/variants-secret, beside course.yaml)",
    )
    parser.add_argument(
        "--jobs", type=_number, default=os.cpu_count() or 1, metavar="N", help="how many processes prove variants"
    )
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")


def run(args: argparse.Namespace) -> int:
    """Write the desks and the manifest, and say how many. Raises `InputError` for what cannot be carried out."""
    from autograder.classroom.variants.choosing import secret_of
    from autograder.classroom.variants.desks import assigned, manifest_rows, read_assignment, write_desk, write_manifest
    from autograder.classroom.variants.proof import prove_all
    from autograder.classroom.variants.roster import read_roster

    course = find_course(args.course)
    assignment = read_assignment(course, args.assignment)
    students = sorted(learner.student for learner in read_roster(args.roster))
    secret = secret_of(_secret_file(args, course))
    everybody = list(assigned(assignment, students, secret))
    variants = [pair for given in everybody for pair in given.variants]
    _count_up(prove_all(course.root, variants, args.jobs), "variants proved")
    _count_up((write_desk(args.out, assignment, given) for given in everybody), f"of {len(everybody)} desks written")
    rows = [row for given in everybody for row in manifest_rows(given)]
    manifest = write_manifest(args.out, rows)
    for line in _summary(assignment, rows, len(students), args.out):
        print(line)
    print(f"Who has what stands in {manifest}. It is yours alone.")
    return 0


def _secret_file(args: argparse.Namespace, course: Course) -> Path:
    """Return where the secret lies. Raises `InputError` for a place from which it could be handed out."""
    from autograder.classroom.variants.choosing import SECRET

    root = Path() if course.root.name == "_course" else course.root
    path: Path = args.secret or root / SECRET
    if path.resolve().is_relative_to(args.out.resolve()):
        raise InputError(f"{path} lies among the desks, which are handed out. Name a file outside of {args.out}.")
    return path


def _count_up(steps: Iterable[object], what: str) -> None:
    """Take all steps, and say on a terminal how far they are: a number among them, or how many they are."""
    shown = sys.stderr is not None and sys.stderr.isatty()
    number = 0
    for count, step in enumerate(steps, 1):
        number = step if isinstance(step, int) else count
        if shown:
            print(f"\r{number} {what}", end="", file=sys.stderr, flush=True)
    if shown and number:
        print(file=sys.stderr)


def _summary(assignment: Assignment, rows: list[tuple[str, ...]], students: int, out: Path) -> Iterator[str]:
    """Yield what was written, in sentences."""
    yield f"{_count(students, 'desk')} for {assignment.name} in {out}."
    for exercise in assignment.own:
        variants = Counter(row[4] for row in rows if row[2] == exercise.id)
        alone = sum(number == 1 for number in variants.values())
        yield f"{exercise.id}: {_count(len(variants), 'variant')}, {alone} of them of one learner alone."
    written = {row[1] for row in rows}
    others = sorted(path.name for path in out.glob("*.zip") if path.name not in written)
    if others:
        are = "are" if len(others) > 1 else "is"
        named = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        yield f"{_count(len(others), 'archive')} there {are} not in the roster: {named}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; write 1 to 256")
    return int(text)
