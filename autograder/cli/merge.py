"""``autograder merge``: put the parts of a class together."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from autograder.course import find_course

HELP = "put the parts of a class together that several machines graded"

DESCRIPTION = """\
Put the parts of a class together that `autograder grade --shard I/N` has made,
each perhaps on a machine of its own. The result is the same, byte for byte, as
that of a class graded at once. A part that is missing or was stopped is named,
and nothing is written then.
"""
EXAMPLES = """\
examples:
  autograder merge part-0 part-1 part-2 part-3 --out grades
  autograder merge /grades/shard-* --out /grades/all

Exit status: 0 merged, 2 it could not be done.
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder merge``."""
    parser = commands.add_parser(
        "merge",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("parts", nargs="+", type=Path, metavar="DIR", help="the folders of all parts")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the whole class goes")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="how to write the answer")


def run(args: argparse.Namespace) -> int:
    """Merge, print how many submissions there are, and return the exit status."""
    from autograder.classroom.bulk.whole import merge_class

    total = merge_class(args.parts, args.out, find_course(args.course))
    if args.output == "json":
        print(json.dumps({"version": 1, "parts": len(args.parts), "submissions": total, "ignored": []}, indent=1))
    else:
        print(f"{len(args.parts)} parts, {total} submissions. The class report: {args.out / 'report.html'}.")
    return 0
