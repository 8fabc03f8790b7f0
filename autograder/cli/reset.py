"""``autograder reset``: begin an exercise anew. The old answer is kept."""

from __future__ import annotations

import argparse
from typing import Any

from autograder.course import find_course

HELP = "begin an exercise anew; the old answer is kept"

DESCRIPTION = """\
Put the starter back, into the answer's file and into the cell of the
notebook. What you wrote is kept beside the file under a numbered name, such as
answers/first-door.yaml.1. Close the notebook in JupyterLab first.
"""
EXAMPLES = """\
examples:
  autograder reset first-door    begin anew

To get an old answer back, copy it over the file:
  cp answers/first-door.yaml.1 answers/first-door.yaml
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder reset``."""
    from .learner import add_course

    parser = commands.add_parser(
        "reset",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("exercises", nargs="+", metavar="EXERCISE", help="which exercises")
    add_course(parser)


def run(args: argparse.Namespace) -> int:
    """Reset, say what was kept, and return 0. Raises `InputError` when something cannot be read or written."""
    from autograder.exercises.reset import reset
    from autograder.exercises.spec import Exercises

    from . import learner

    exercises = Exercises(find_course(args.course))
    # All names first: a slip of the keyboard in the last one changes nothing.
    for exercise in [exercises.get(name) for name in dict.fromkeys(args.exercises)]:
        done = reset(exercise, learner.whereabouts(exercise, exercises.course))
        kept = ", ".join(learner.short(path) for path in done.kept)
        print(f"{exercise.id}: the starter is back in {learner.short(done.file)}", end="")
        print("".join(f" and in {cell}" for cell in done.cells), end=". ")
        print(f"Your old answer is kept in {kept}." if kept else "There was no other answer to keep.")
    return 0
