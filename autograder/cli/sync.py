"""``autograder sync``: the notebook's cell and the answer's file say the same again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from autograder.course import find_course

HELP = "make the notebook's cell and the answer's file equal"

DESCRIPTION = """\
An answer lives in a notebook's cell and in answers/EXERCISE.yaml beside the
notebook. Copy one over the other: the one that was changed is kept. If both
were, say which one to keep. Save and close the notebook first.
"""
EXAMPLES = """\
examples:
  autograder sync cache-shards               keep the one that was changed
  autograder sync cache-shards --keep file   copy the file into the notebook
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder sync``."""
    parser = commands.add_parser(
        "sync",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("exercises", nargs="+", metavar="EXERCISE", help="whose answer")
    parser.add_argument("--keep", choices=("cell", "file"), help="which one to keep, if both were changed")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")


def run(args: argparse.Namespace) -> int:
    """Make them equal and say what was done. Raises `InputError` when nobody can know which one to keep."""
    from autograder.exercises.spec import Exercises
    from autograder.exercises.sync import sync
    from autograder.exercises.whereabouts import find_answer

    exercises = Exercises(find_course(args.course))
    for name in args.exercises:
        exercise = exercises.get(name)
        _, folder = find_answer(exercise, Path.cwd())
        done = sync(exercise, folder, args.keep)
        said = "already the same" if done.done == "same" else f"{done.source} copied to {done.target}"
        print(f"{name}: {said}", file=sys.stderr)
    return 0
