"""``autograder forget``: delete everything that is stored about a learner."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from autograder.manifests.limits import InputError

_MOST_SHOWN = 20

HELP = "delete everything that is stored about a learner"

DESCRIPTION = """\
Delete everything that is stored about a learner: records, feedback and rows of
tables in a folder of grades, and with --gradebook the rows of nbgrader's
gradebook and the folders with the submissions, too. Then look for the name.
What is stored, and why: docs/privacy.md.
"""
EXAMPLES = """\
examples:
  autograder forget ada --out grades/                    show it, and ask
  autograder forget ada --out grades/ --gradebook . --yes

Exit status: 0 nothing names the learner any more, 1 some files still do, 2 it could not be done.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder forget``."""
    parser = commands.add_parser(
        "forget",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("student", metavar="STUDENT", help="the learner, as the records or the gradebook name them")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder that `autograder grade` has written")
    parser.add_argument(
        "--gradebook", type=Path, metavar="COURSE", help="the folder of the course that nbgrader is run in"
    )
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def run(args: argparse.Namespace) -> int:
    """Show, ask, delete, look, and return the exit status. Raises `InputError` for what cannot be done."""
    from autograder.classroom.forget import forget, stored

    if args.out is None and args.gradebook is None:
        raise InputError("where? Name the folder of grades with --out, the course with --gradebook, or both.")
    if not args.student.strip():
        raise InputError("a learner without a name cannot be found. Name one as the gradebook does.")
    places = {"out": args.out, "course_root": args.gradebook}
    if not args.yes:
        found = stored(args.student, **places)
        _list(f"This is stored about {args.student}, and would be deleted:" if found else "", found)
        if found and not _agreed():
            print("Nothing was deleted.", file=sys.stderr)
            return 2
    done = forget(args.student, **places)
    if not done.deleted:
        print(f"Nothing is stored under the name {args.student!r}. Names are compared letter by letter.")
    _list(f"Deleted about {args.student}:" if done.deleted else "", done.deleted)
    _list("Made anew without them:" if done.remade else "", [str(path) for path in done.remade])
    if not done.left:
        print(f"{args.student!r} was looked for in every file there, and stands in none.")
        return 0
    print(
        f"{args.student!r} still stands in {len(done.left)} {'file' if len(done.left) == 1 else 'files'}. It may be a "
        "word of the course, or be written about somebody else; look at them:",
        file=sys.stderr,
    )
    for path in done.left[:_MOST_SHOWN]:
        print(f"  {path}", file=sys.stderr)
    return 1


def _list(title: str, lines: Any) -> None:
    if title:
        print(title)
    for line in lines:
        print(f"  {line}")


def _agreed() -> bool:
    """Ask a person. Raises InputError where nobody can answer."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("nobody is there to say yes. Add --yes to delete it.")
    return input("Delete it? It cannot be brought back. [y/N] ").strip().casefold() in {"y", "yes"}
