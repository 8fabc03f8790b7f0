"""Who is in the class? A CSV file with a column ``student``, as any spreadsheet or LMS saves one.

============================================ ================================================================
in the file                                  is
============================================ ================================================================
a byte order mark, ``;`` or tabs, CRLF       taken as it is
``Student`` for ``student``, more columns    taken; of the other columns only ``name`` and ``email`` are read
blank lines, spaces around a cell            left out
a name with line breaks or direction marks   cleaned, as `clean_name` does for submissions
a name that begins like a formula            a name; what is written for spreadsheets is made harmless
the same student twice                       an error that names both lines
no ``student`` column, an empty cell in it   an error
not UTF-8, broken quotes, far too large      an error
============================================ ================================================================
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.classroom.submission import clean_name
from autograder.manifests.limits import InputError

MOST_BYTES: Final = 16 << 20
MOST: Final = 100_000
LONGEST: Final = 200
_REMEDY: Final = "Give it a header line with the column student."
_DELIMITERS: Final = (",", ";", "\t")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True)
class Learner:
    """One line of a roster."""

    student: str
    """The id by which submissions and the gradebook name the learner, cleaned."""
    name: str = ""
    email: str = ""


def read_roster(path: Path) -> tuple[Learner, ...]:
    """Return the learners of a roster in its order. Raises `InputError` with file, line and remedy."""
    found: dict[str, int] = {}
    learners = []
    for line, row in table(path):
        written = row["student"].strip()
        if not written:
            raise InputError(f"{path}:{line}: the cell under student is empty. Fill it, or remove the line.")
        student = clean_name(written)
        if len(student) > LONGEST:
            raise InputError(f"{path}:{line}: a student's id has at most {LONGEST} characters. Shorten it.")
        if student in found:
            message = f"{student!r} stands in line {found[student]} already. Remove one of the two lines."
            raise InputError(f"{path}:{line}: {message}")
        found[student] = line
        learners.append(Learner(student, row.get("name", "").strip(), row.get("email", "").strip()))
    if not learners:
        raise InputError(f"{path} names no student. Write one into each line below the header.")
    return tuple(learners)


def table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines of a CSV file with a column ``student``: each line's number and its cells by column.

    Raises `InputError` with file, line and remedy.
    """
    text = _text(path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    rows = 0
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(f"{path}:{first}: {error}. Save the file as CSV again.") from None
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = [cell.strip().lower() for cell in cells]
            if columns.count("student") != 1:
                raise InputError(f"{path}:{first}: there is no column student, or there are two. {_REMEDY}")
            continue
        rows += 1
        if rows > MOST:
            raise InputError(f"{path}:{first}: more than {MOST} lines. Split the file.")
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            message = f"{len(cells)} cells, and the header has {len(columns)}"
            raise InputError(f"{path}:{first}: {message}. Put a cell that holds a {delimiter!r} into quotes.")
        filled = [*cells, *[""] * (len(columns) - len(cells))]
        yield first, {column: unguarded(cell) for column, cell in zip(columns, filled, strict=False)}
    if not columns:
        raise InputError(f"{path} is empty. {_REMEDY}")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `unguarded` takes it back.

    >>> guarded("=1+1"), guarded("ada")
    ("'=1+1", 'ada')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Check the name, and that the file may be read.") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"{path} is larger than {MOST_BYTES >> 20} MiB, which is no roster. Check the name.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8. Save the file as CSV in UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path}:{line}: a zero byte, so this is no text. Save the file as CSV in UTF-8.")
    return text
