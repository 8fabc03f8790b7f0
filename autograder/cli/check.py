"""``autograder check``: is the answer right?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import find_course
from autograder.manifests.limits import ANSWERS, InputError

if TYPE_CHECKING:
    from autograder.exercises.checking import Result
    from autograder.exercises.spec import Exercise, Exercises

HELP = "is the answer right?"

DESCRIPTION = """\
Check answers to exercises, as grading does: there are no hidden tests.
Without an exercise, all whose notebook or answer lies in this folder or on
the desk below it are checked.
"""
EXAMPLES = """\
examples:
  autograder check                                   everything that is here
  autograder check cache-shards                      one exercise
  autograder check cache-shards --answer mine.yaml   an answer from somewhere else
  autograder check cache-shards --full               nothing folded
  autograder check -o json                           for a program

Exit status: 0 all right, 1 something is not, 2 it could not be checked.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder check``."""
    parser = commands.add_parser(
        "check",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "exercises", nargs="*", metavar="EXERCISE", help="which exercises (default: those that are here)"
    )
    parser.add_argument("--answer", metavar="FILE", help="a YAML file, a notebook, or - for standard input")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")
    parser.add_argument("--full", action="store_true", help="show every finding in full")
    parser.add_argument("--effect", action="store_true", help="show who reaches whom before and after the answer")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="how to write the answer")


def run(args: argparse.Namespace) -> int:
    """Check, print, and return the exit status. Raises `InputError` for what cannot be checked."""
    from autograder.exercises.spec import Exercises

    exercises = Exercises(find_course(args.course))
    if args.answer is not None and len(args.exercises) != 1:
        raise InputError("--answer is the answer to one exercise. Name it: autograder check EXERCISE --answer FILE.")
    checked = [_checked(exercises, name, args.answer) for name in dict.fromkeys(args.exercises)]
    if not args.exercises:
        checked = list(_all_here(exercises))
    results = [result for result, _, _ in checked]
    if args.output == "json":
        print(json.dumps(document(results), ensure_ascii=False, indent=1))
    else:
        _print(checked, args)
    broken = [result for result in results if result.status == "error"]
    for result in broken:
        print(f"autograder: {result.exercise}: {result.findings[0].got}", file=sys.stderr)
    return 2 if broken else 0 if all(result.status == "pass" for result in results) else 1


def document(results: list[Result]) -> dict[str, Any]:
    """Return the answer of the command as the contract has it."""
    from . import options

    return {
        "version": 1,
        "results": [result.to_json() for result in results],
        "ignored": [options.ignored_object(item) for result in results for item in result.ignored],
    }


def _checked(exercises: Exercises, name: str, answer: str | None) -> tuple[Result, str, str]:
    """Return the result, what is to be said about a belief that comes back, and what is offered.

    Only the learner's own answer is remembered, not one from somewhere else.
    """
    from autograder.exercises.answers import file_answer
    from autograder.exercises.checking import broken, check, check_answer

    from . import learner

    exercise = exercises.get(name)
    if answer == "-":
        text = sys.stdin.buffer.read(ANSWERS.max_bytes + 1).decode("utf-8-sig", "replace")
        return _judged(exercise, lambda: check(exercise, text, "<stdin>"), broken), "", ""
    if answer is not None:
        named = file_answer(exercise, Path(answer))
        return _judged(exercise, lambda: check_answer(exercise, named), broken), "", ""
    found, folder = learner.answer_of(exercise, exercises.course)
    result = _judged(exercise, lambda: check_answer(exercise, found), broken)
    return result, *_remembered(exercise, result, found.text, folder)


def _remembered(exercise: Exercise, result: Result, text: str, folder: Path) -> tuple[str, str]:
    from autograder.exercises.history import offer, recurring, remember

    again = recurring(remember(exercise, result, text, folder), result)
    offers = {"hint": f"For a hint: autograder hint {exercise.id}", "": ""}
    offers["solution"] = f"To see how it is done: autograder solution {exercise.id} --anyway"
    return again, offers[offer(exercise, result, folder)]


def _judged(exercise: Exercise, judge: Any, broken: Any) -> Result:
    """Return the result, or that the exercise is broken: what is wrong with an answer never raises."""
    try:
        result: Result = judge()
    except InputError as error:
        result = broken(exercise.id, str(error))
    return result


def _all_here(exercises: Exercises) -> Iterator[tuple[Result, str, str]]:
    """Yield the results of all exercises that have a notebook or an answer here."""
    from autograder.exercises.checking import broken, check_answer
    from autograder.exercises.whereabouts import find_answer

    found = False
    for name in exercises.ids:
        try:
            exercise = exercises.get(name)
        except InputError as error:
            found = True
            yield broken(name, str(error)), "", ""
            continue
        answer, folder = find_answer(exercise, Path.cwd())
        if answer.state != "missing":
            found = True
            result = _judged(exercise, lambda: check_answer(exercise, answer), broken)  # noqa: B023 - called at once
            yield result, *_remembered(exercise, result, answer.text, folder)
    if not found:
        raise InputError(
            "there is no exercise here. Go to the folder of a notebook, or name an exercise: autograder check EXERCISE."
        )


def _print(checked: list[tuple[Result, str, str]], args: argparse.Namespace) -> None:
    from autograder.exercises.report import effect_lines, points, result_lines

    from . import learner

    style = learner.style()
    results = [result for result, _, _ in checked]
    for index, (result, again, offered) in enumerate(checked):
        if index:
            print()
        for line in result_lines(result, style, full=args.full, recurring=again):
            print(line)
        if offered:
            print(f"\n{offered}")
        effect = result.effect() if args.effect else None
        if effect is not None:
            print()
            for line in effect_lines(effect, style):
                print(line)
    if len(results) > 1:
        passed = sum(result.status == "pass" for result in results)
        earned, most = (points(sum(numbers)) for numbers in zip(*((r.score, r.max) for r in results), strict=True))
        print(f"\n{passed} of {len(results)} right, {earned} of {most} points")
