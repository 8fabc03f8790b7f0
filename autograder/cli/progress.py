"""``autograder progress``: where do I stand, and what comes next?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import find_course

if TYPE_CHECKING:
    from autograder.exercises.progress import Progress
    from autograder.exercises.report import Style

HELP = "where do I stand, and what comes next?"

DESCRIPTION = """\
Show how far you have come: by track, and by concept. A concept is practiced
when one of its exercises was right, and mastered when two were right without a
hint. It comes up for review after 1 day, then after 3, 7 and 21 days. Beliefs
that your answers fitted stay listed until an answer speaks against them.
"""
EXAMPLES = """\
examples:
  autograder progress                             where you stand
  autograder progress -o json                     for a program
  autograder progress --certificate mine.html     a page to print, when a track
                                                  is complete
  autograder progress --certificate mine.html --name "Ada"    with your name

Exit status: 0 told; 1 no certificate yet; 2 it could not be carried out.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder progress``."""
    from .learner import add_course

    parser = commands.add_parser(
        "progress",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="write a page about the tracks that are complete"
    )
    parser.add_argument("--name", default="", help="the name on the certificate (default: a line to write it on)")
    add_course(parser)
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="how to write the answer")


def run(args: argparse.Namespace) -> int:
    """Print it and return the exit status. Raises `InputError` if the certificate cannot be written."""
    from autograder.exercises.progress import progress, to_json
    from autograder.exercises.spec import Exercises
    from autograder.manifests.limits import InputError

    from . import learner

    if args.name and args.certificate is None:
        raise InputError("--name is the name on a certificate. Say where to write one with --certificate FILE.")
    course = find_course(args.course)
    found = progress(Exercises(course), learner.place(course))
    status = 0
    if args.certificate is not None:
        status = _certificate(found, course.title, args)
    if args.output == "json":
        print(json.dumps(to_json(found), ensure_ascii=False, indent=1))
    elif args.certificate is None:
        for line in lines(found, learner.style()):
            print(line)
    return status


def _certificate(found: Progress, title: str, args: argparse.Namespace) -> int:
    import sys

    from autograder.exercises.answers import replace_file
    from autograder.notebook.certificate import certificate

    from . import learner

    page = certificate(found, title, args.name)
    if page is None:
        print("autograder: no track is complete yet, so there is no certificate. See how far you are:", file=sys.stderr)
        for line in learner.summary_lines(found, learner.style()):
            print(line, file=sys.stderr)
        return 1
    replace_file(args.certificate, page)
    print(f"{args.certificate} is written. Open it in a browser, and print it from there.", file=sys.stderr)
    return 0


def lines(found: Progress, style: Style) -> Iterator[str]:
    """Yield where a learner stands."""
    from . import learner

    yield f"{found.right} of {len(found.exercises)} exercises right."
    if found.on_path:
        drawn = learner.bar(found.path_done, len(found.on_path), 20, style)
        yield f"  {'path':<10}  {drawn}  {learner.path_words(found)}"
    yield from learner.summary_lines(found, style)
    yield ""
    touched = [known for known in found.concepts if known.grip != "new"]
    mastered = sum(known.grip == "mastered" for known in touched)
    yield style.paint(
        f"Concepts: {len(touched)} of {len(found.concepts)} practiced, {mastered} of them mastered", "head"
    )
    for known in touched:
        yield learner.concept_line(known, found, style)
    if not touched:
        yield "  None yet. The first right answer puts one here."
    if found.due:
        yield ""
        yield style.paint("Due for review", "head")
        for known in found.due[:5]:
            yield f"  {known.id:<4} autograder watch {known.review}"
        if len(found.due) > 5:
            yield f"  and {len(found.due) - 5} more"
    if found.misconceptions:
        yield ""
        yield style.paint("Beliefs that are still open", "head")
        for belief in found.misconceptions:
            yield f"  {style.paint(style.sign('warn'), 'warn')} {belief.title} ({', '.join(belief.exercises)})"
    yield ""
    yield f"Next: autograder watch {found.next}" if found.next else "Every exercise is right."
