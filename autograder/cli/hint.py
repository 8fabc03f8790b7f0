"""``autograder hint``: the next hint for an exercise."""

from __future__ import annotations

import argparse
from typing import Any

from autograder.course import find_course

HELP = "what could I try?"

DESCRIPTION = """\
Show the next hint for an exercise. The first one is a question, the second
one points to the rule, the third one is a part of an answer. Which were shown
is remembered. Hints cost no points; what was right without one counts as
mastered sooner.
"""
EXAMPLES = """\
examples:
  autograder hint               for the exercise that you work on
  autograder hint first-door    for this one; once more: the next one
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder hint``."""
    from .learner import add_course

    parser = commands.add_parser(
        "hint",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("exercise", nargs="?", metavar="EXERCISE", help="which exercise (default: the one to do next)")
    add_course(parser)


def run(args: argparse.Namespace) -> int:
    """Print the hint and return 0. Raises `InputError` if it cannot be read or remembered."""
    from autograder.exercises.hints import next_hint
    from autograder.exercises.spec import Exercises
    from autograder.exercises.terminal_prose import markdown_lines

    from . import learner

    exercises = Exercises(find_course(args.course))
    exercise = exercises.get(args.exercise or learner.next_exercise(exercises))
    found = next_hint(exercise, learner.whereabouts(exercise, exercises.course))
    style = learner.style()
    print(style.paint(f"{exercise.id}: {exercise.title}", "head"))
    for line in markdown_lines(found.text, style):
        print(line)
    return 0
