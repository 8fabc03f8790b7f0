"""``autograder export``: the grades in the file that a learning platform imports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.manifests.limits import InputError
from autograder.manifests.whole import whole

if TYPE_CHECKING:
    from autograder.classroom.lms.filling import Filled

HELP = "fill the grades of a class into the file of Canvas or Moodle"

DESCRIPTION = """\
Fill the grades of a class into the file that a learning platform exports,
so that it can be imported again as it is. The learners are those of the file;
nobody is guessed: whoever is not certainly in it is listed.
"""
EXAMPLES = """\
examples:
  autograder export grades/ --canvas gradebook.csv
        Canvas: Grades, Export; then Grades, Import
  autograder export grades/ --moodle worksheet.csv --assignment np-union
        Moodle: Download grading worksheet; then Upload grading worksheet
  autograder export grades/ --moodle grades.csv --maximum 20
        Moodle: Grades, Export, Plain text file; then Grades, Import

Exit status: 0 every grade is in the file, 1 some are not, 2 it could not be written.
"""
_NEXT = {
    "canvas": "In Canvas: Grades, Import.",
    "moodle": "In Moodle: Upload grading worksheet, or Grades, Import, CSV file.",
}


def add(commands: Any) -> None:
    """Name the arguments of ``autograder export``."""
    parser = commands.add_parser(
        "export",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder that `autograder grade` has written")
    platform = parser.add_mutually_exclusive_group(required=True)
    platform.add_argument("--canvas", type=Path, metavar="FILE", help="the gradebook that Canvas has exported")
    platform.add_argument(
        "--moodle", type=Path, metavar="FILE", help="a worksheet or gradebook that Moodle has exported"
    )
    parser.add_argument(
        "--assignment",
        action="append",
        default=[],
        metavar="NAME",
        help="which assignment (default: all that are there)",
    )
    parser.add_argument(
        "--column", default="", metavar="NAME", help="the column that takes the grades, as it is headed"
    )
    parser.add_argument(
        "--maximum", type=float, metavar="N", help="what Moodle gives at most, where its file does not tell"
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="where to write (default: OUT/canvas.csv, OUT/moodle.csv)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file, say what is not in it, and return the exit status. Raises `InputError` for what cannot be."""
    from autograder.classroom.lms.canvas import canvas
    from autograder.classroom.lms.moodle import moodle
    from autograder.classroom.records import records_in

    assignments = args.assignment or _assignments_in(args.out)
    if args.maximum is not None and not 0 < args.maximum < float("inf"):
        raise InputError(f"--maximum {args.maximum:g} is no number of points. Give one above 0.")
    platform = "canvas" if args.canvas else "moodle"
    if platform == "canvas" and args.maximum is not None:
        raise InputError("--maximum is for Moodle: Canvas's file tells what an assignment gives. Leave it out.")
    records = (record for record in records_in(args.out) if record.assignment in assignments)
    filled = (
        canvas(args.canvas, records, column=args.column, assignments=assignments)
        if args.canvas
        else moodle(args.moodle, records, column=args.column, assignments=assignments, maximum=args.maximum)
    )
    target = args.to or args.out / f"{platform}.csv"
    _write(target, filled.text)
    _tell(filled)
    grades = "1 grade stands" if filled.filled == 1 else f"{filled.filled} grades stand"
    print(f"{grades} in {target}. {_NEXT[platform]}")
    return 1 if filled.unmatched else 0


def _assignments_in(out: Path) -> list[str]:
    """Return the assignments that there are grades for. Raises InputError when there are none."""
    from autograder.classroom.records import RECORDS, read_record

    folders = sorted(path for path in (out / RECORDS).glob("*") if path.is_dir())
    firsts = (min(folder.glob("*.json"), default=None) for folder in folders)
    found = [read_record(first).assignment for first in firsts if first is not None]
    if not found:
        raise InputError(f"{out} holds no grades. Name the folder that `autograder grade --out` has written.")
    return found


def _tell(filled: Filled) -> None:
    """Tell a person what is not in the file, on standard error."""
    for each in filled.unmatched:
        print(f"autograder: {each.student}, {each.assignment}: {each.reason}", file=sys.stderr)
    for note in filled.notes:
        print(f"autograder: {note}", file=sys.stderr)
    if filled.without:
        shown = "; ".join(filled.without[:10]) + ("; …" if len(filled.without) > 10 else "")
        print(f"autograder: {len(filled.without)} in the file have no grade here: {shown}", file=sys.stderr)


def _write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all. Raises InputError when it cannot be written."""
    try:
        with whole(path) as part:
            part.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Name another file with --to.") from None
