"""``autograder onboarding``: which lessons teach what this team gets wrong?"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.manifests.limits import InputError

from . import options
from .rendered import add_no_render, read_rendered
from .security_options import add_security_options, surroundings_of

if TYPE_CHECKING:
    from autograder.onboarding import Path as Course

HELP = "which lessons teach what this team gets wrong?"

DESCRIPTION = """\
Review manifests, and choose from the course what their authors have to learn:
the lessons about what was found, those that come before, and the fewest
exercises that train it all. Each says why, with a line of your own files.
"""
EXAMPLES = """\
examples:
  autograder onboarding manifests/                      the path, for people
  autograder onboarding manifests/ --minutes 90         what counts most, in an hour and a half
  autograder onboarding manifests/ --knows 21 --knows 22
                                                        leave out what everybody here knows
  helm template shop/ | autograder onboarding - -o html --out path.html
                                                        one page to read, send or print
  autograder onboarding manifests/ --desk work          put it on a desk, as onboarding.md

Accepted findings ask for no lesson: see autograder review --help.
Exit status: 0 the path is there, 2 it could not be made.
"""

FORMATS = ("text", "markdown", "html", "json")
ON_DESK = "onboarding.md"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "onboarding",
        help=HELP,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_input_options(parser, judges_input=True, outputs=FORMATS)
    parser.add_argument(
        "--format", dest="output", choices=FORMATS, default=argparse.SUPPRESS, help="the same as --output"
    )
    parser.add_argument("--out", metavar="FILE", help="write the path into this file")
    parser.add_argument("--minutes", type=int, metavar="N", help="only what counts most, in at most so many minutes")
    parser.add_argument(
        "--knows",
        metavar="LESSON",
        action="append",
        default=[],
        help="a lesson that nobody needs any more, and all before it, such as 22; repeatable",
    )
    parser.add_argument("--desk", metavar="FOLDER", help=f"put the path on this desk, as {ON_DESK}")
    parser.add_argument("--baseline", metavar="FILE", help="a file of what is accepted for now")
    add_no_render(parser)
    add_security_options(parser, beliefs=False)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the path and return the exit status. Raises InputError for what cannot be read or written."""
    from autograder.onboarding import path
    from autograder.review import baseline, review

    if args.minutes is not None and args.minutes < 1:
        raise InputError(f"--minutes {args.minutes}: no time at all. Give at least 1, or leave it out.")
    known = [_lesson(name) for name in args.knows]
    surroundings = surroundings_of(args)
    accepted = baseline.read_baseline(args.baseline) if args.baseline else ()
    manifests, _ = read_rendered(args)
    result = review(
        manifests,
        accepted=accepted,
        baseline_file=args.baseline or "",
        node=surroundings.node,
        images=surroundings.images,
    )
    if not (result.workloads or result.scene.policies or result.findings):
        raise InputError(
            "There is no Pod, no workload and no NetworkPolicy here, so nothing tells what has to be learned. "
            "Name other files."
        )
    found = path(result, limit=args.minutes, known=known)
    if args.desk:
        _put_on_desk(Path(args.desk), found)
    text = _written(args.output, found, to_file=bool(args.out))
    if args.out:
        _replace(Path(args.out), text, "Name a file that can be written.")
    elif not args.desk or args.output != "text":
        sys.stdout.write(text)
    return 0


def _lesson(name: str) -> str:
    """Return the lesson that somebody means by its name, its number or its notebook."""
    import difflib

    from autograder.onboarding.catalogue import catalogue

    lessons = catalogue().lessons
    asked = name.removeprefix("course/").removesuffix(".ipynb")
    for lesson in lessons:
        if asked == lesson or (asked.isascii() and asked.isdigit() and asked.zfill(2) == lesson[:2]):
            return lesson
    close = difflib.get_close_matches(asked, lessons, n=1, cutoff=0.4)
    remedy = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(lessons)}."
    raise InputError(f"--knows {name}: the course has no such lesson. {remedy}")


def _written(form: str, found: Course, *, to_file: bool) -> str:
    if form == "markdown":
        from autograder.onboarding.pages import markdown

        return markdown.of(found)
    if form == "html":
        from autograder.onboarding.pages import html

        return html.of(found)
    if form == "json":
        from autograder.onboarding.pages import document

        return json.dumps(document.of(found), ensure_ascii=False, indent=1) + "\n"
    from . import onboarding_text
    from .terminal import Terminal, terminal

    # A file is the same on every machine, however wide its terminal is.
    return "".join(f"{line}\n" for line in onboarding_text.lines(found, Terminal() if to_file else terminal()))


def _put_on_desk(desk: Path, found: Course) -> None:
    """Lay out the desk and put the path on it. Raises InputError when that cannot be."""
    from autograder.course import find_course
    from autograder.desk import lay_out
    from autograder.exercises.history import remember_path
    from autograder.onboarding.pages import markdown

    lay_out(find_course(), desk)
    file = desk / ON_DESK
    _replace(file, markdown.of(found), "Make the desk writable.")
    remember_path(desk, found.exercises)
    print(f"The path is on the desk, in {file}; there, `autograder watch` follows it.", file=sys.stderr)


def _replace(file: Path, text: str, remedy: str) -> None:
    """Write a file as a whole. Raises InputError when it cannot be written, with what to do."""
    from autograder.manifests.whole import write_whole

    try:
        write_whole(file, text)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or 'it cannot be written'}. {remedy}") from error
