"""``autograder list``: which exercises are there, and which are right?

The module is not called ``list``: loading it would hide Python's own from the package that it lies in.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from autograder.course import find_course

HELP = "which exercises are there, and which are right?"

DESCRIPTION = """\
List the exercises by lesson, each with its points and its state: right as it
was checked last, not there yet, or still open. The one to do next is marked.
"""
EXAMPLES = """\
examples:
  autograder list                  every exercise
  autograder list 05-one-hyphen    those of one lesson
  autograder list --open           those that are not right yet
  autograder list -o json          for a program

Then take one: autograder watch EXERCISE.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder list``."""
    from .learner import add_course

    parser = commands.add_parser(
        "list",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="which lessons, such as 05 (default: all)")
    parser.add_argument("--path", action="store_true", help="only the path that `autograder onboarding` has put here")
    parser.add_argument("--open", action="store_true", help="leave out what is right")
    add_course(parser)
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="how to write the answer")


def run(args: argparse.Namespace) -> int:
    """Print the list and return 0. Raises `InputError` for a lesson that the course does not have."""
    from dataclasses import replace

    from autograder.exercises.progress import listing, progress
    from autograder.exercises.spec import Exercises
    from autograder.manifests.limits import InputError

    from . import learner

    course = find_course(args.course)
    found = progress(Exercises(course), learner.place(course))
    lessons = list(dict.fromkeys(one.lesson for one in found.exercises))
    for wanted in args.lessons:
        if not any(_is(wanted, lesson) for lesson in lessons):
            raise InputError(
                f"there is no lesson {wanted!r} with exercises. There are: {', '.join(filter(None, lessons))}."
            )
    shown = tuple(
        one
        for one in found.exercises
        if (not args.lessons or any(_is(wanted, one.lesson) for wanted in args.lessons))
        and (not args.path or one.id in found.path)
        and not (args.open and one.state == "right")
    )
    if args.path:
        if not found.on_path:
            raise InputError("there is no path on this desk. Put one there with: autograder onboarding … --desk DESK.")
        shown = tuple(sorted(shown, key=lambda one: found.path.index(one.id)))
    following = found.next
    if args.output == "json":
        print(
            json.dumps(
                {**listing(replace(found, exercises=shown)), "next": following or None}, ensure_ascii=False, indent=1
            )
        )
        return 0
    style = learner.style()
    width = max((len(one.id) for one in shown), default=0)
    for lesson, ones in replace(found, exercises=shown).by_lesson():
        title = found.lessons.get(lesson, "")
        head = f"{lesson[:2]} {title}" if title else lesson or "Other exercises"
        print(style.paint(head, "head"))
        for one in ones:
            mark = f"  {style.paint('<- next', 'head')}" if one.id == following else ""
            print(f"{learner.standing_line(one, style, width)}{mark}")
        print()
    print(f"{found.right} of {len(found.exercises)} right.", end=" ")
    print(f"Next: autograder watch {following}" if following else "Nothing is left to do.")
    return 0


def _is(wanted: str, lesson: str) -> bool:
    """Whether a word names a lesson: its whole name, its number, or the file of its notebook."""
    word = wanted.rpartition("/")[2].removesuffix(".ipynb")
    return bool(lesson) and (word == lesson or (word.isdecimal() and lesson.startswith(f"{int(word):02d}-")))
