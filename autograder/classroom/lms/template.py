"""What does a platform's CSV file hold, and how is it written back with some cells changed?

Delimiter, line ends and byte order mark stay as they were, so the platform reads what it wrote.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.manifests.limits import FILES, InputError, size

Row = list[str]
MARK: Final = "\ufeff"
DELIMITERS: Final = ",;\t:"
"""What Canvas and Moodle put between cells, the usual one first."""
_FORMULA: Final = "=+-@\t\r＝＋－＠"


@dataclass(slots=True)
class Template:
    """A CSV file that a platform has exported."""

    file: str
    head: Row
    rows: list[Row]
    delimiter: str
    line_end: str
    marked: bool

    def column(self, *names: str) -> int | None:
        """Return the first column that has one of these names, whatever its case."""
        wanted = {name.casefold() for name in names}
        return next((index for index, name in enumerate(self.head) if plain(name) in wanted), None)

    def columns(self, fits: Callable[[str], bool]) -> list[int]:
        """Return the columns whose name fits."""
        return [index for index, name in enumerate(self.head) if fits(name)]

    def text(self) -> str:
        """Return the file with what was put into its rows."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerows([self.head, *self.rows])
        return MARK * self.marked + stream.getvalue()


def plain(name: str) -> str:
    """Return the name of a column as it is compared."""
    return " ".join(name.split()).casefold()


def read_template(path: Path, sound: Callable[[Row], bool], kind: str) -> Template:
    """Return the CSV file that a platform exported. `sound` tells whether a first row is one of this `kind`.

    Raises InputError when the file cannot be read, or is none of this kind.
    """
    text = _text(path)
    marked = text.startswith(MARK)
    text = text.removeprefix(MARK)
    line_end = "\r\n" if "\r\n" in text else "\n"
    first = text.lstrip("\r\n").splitlines()[:1]
    for delimiter in DELIMITERS:
        if first and sound(next(iter(csv.reader(first, delimiter=delimiter)), [])):
            rows = _rows(path, text, delimiter)
            return Template(str(path), rows[0], rows[1:], delimiter, line_end, marked)
    raise InputError(f"{path} is not {kind}: its first row has other columns. Export it again, and change nothing.")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(FILES.max_bytes + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Name the CSV file that your platform exports.") from None
    if len(data) > FILES.max_bytes:
        raise InputError(f"{path} is larger than {size(FILES.max_bytes)}. Export fewer columns.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8. Export it again, as CSV in UTF-8, and change nothing.") from None


def _rows(path: Path, text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: {error}. Export it again, and change nothing.") from None
    width = len(rows[0])
    return [row + [""] * (width - len(row)) for row in rows]


def harmless(row: Row, columns: Iterable[int]) -> None:
    """Let no spreadsheet take a learner's name for a formula. Only for columns that the platform does not read back."""
    for column in columns:
        if row[column][:1] and row[column].lstrip()[:1] in _FORMULA:
            row[column] = f"'{row[column]}"
