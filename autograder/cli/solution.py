"""``autograder solution``: the reasoning and a right answer, once yours is right."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from autograder.course import find_course

HELP = "why is an answer right?"

DESCRIPTION = """\
Explain a right answer, once yours is right; or when you ask with --anyway.
Then it is worth doing a similar exercise later. A course that was released
for a class has no solutions: ask your instructor.
"""
EXAMPLES = """\
examples:
  autograder solution first-door             after yours is right
  autograder solution first-door --anyway    before that

Exit status: 0 shown, 1 not shown yet, 2 it could not be carried out.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder solution``."""
    from .learner import add_course

    parser = commands.add_parser(
        "solution",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("exercise", metavar="EXERCISE", help="which exercise")
    parser.add_argument("--anyway", action="store_true", help="show it although your answer is not right yet")
    add_course(parser)


def run(args: argparse.Namespace) -> int:
    """Print the solution, or why not, and return the exit status. Raises `InputError` if it cannot be read."""
    from autograder.exercises.checking import check_answer
    from autograder.exercises.hints import solution
    from autograder.exercises.history import saw_solution
    from autograder.exercises.spec import Exercises
    from autograder.exercises.terminal_prose import markdown_lines

    from . import learner

    exercises = Exercises(find_course(args.course))
    exercise = exercises.get(args.exercise)
    answer, folder = learner.answer_of(exercise, exercises.course)
    passed = exercise.solution is not None and check_answer(exercise, answer).status == "pass"
    shown = solution(exercise, passed=passed, asked=args.anyway)
    if shown.kind != "solution":
        remedy = (
            f" To see it all the same: autograder solution {exercise.id} --anyway" if shown.kind == "not-yet" else ""
        )
        print(f"autograder: {shown.text}{remedy}", file=sys.stderr)
        return 1
    if not passed:
        saw_solution(exercise, folder)
    style = learner.style()
    print(style.paint(f"{exercise.id}: {exercise.title}", "head"))
    print()
    for line in markdown_lines(shown.text, style):
        print(line)
    if shown.answers:
        print(f"\n{style.paint('A right answer:', 'head')}\n")
        print(shown.answers[0].rstrip())
    return 0
