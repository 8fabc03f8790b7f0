"""What rows does a learner's table have? YAML in; out come keys, values and lines, and what is no row.

A table is a mapping, such as ``web -> api:8080: allow`` or ``api uid: 1000`` on every line. Nothing in it raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from autograder.manifests.documents import read_text
from autograder.manifests.limits import ANSWERS, InputError

from .answers import readable


class Row(NamedTuple):
    """One row as it was read."""

    key: str
    """Without blanks around it, and with one blank where there were several."""
    value: Any
    """None when nothing stands behind the colon."""
    line: int | None


class NoRow(NamedTuple):
    """Something that is no row."""

    subject: str
    """What it is about; empty for the text as a whole."""
    line: int | None
    got: str


@dataclass(frozen=True, slots=True)
class TableText:
    """The rows of a table, and what is wrong with its text."""

    rows: tuple[Row, ...]
    faults: tuple[NoRow, ...]
    lost: bool = False
    """Whether nothing of the text could be read, so that nobody knows which rows are missing."""


def read_rows(text: str, file: str, about: str) -> TableText:
    """Return the rows of a table, above which the cell's magic may stand; `about` is what a row is about, in a word."""
    try:
        documents, problems = read_text(readable(text), file, ANSWERS)
    except InputError as error:
        return TableText((), (NoRow("", None, str(error)),), lost=True)
    rows: list[Row] = []
    faults = [NoRow("", problem.position.line, problem.detail) for problem in problems]
    for document in documents:
        if not isinstance(document.value, dict):
            faults.append(NoRow("the table", document.first_line, "text that is not a table"))
            continue
        faults += [
            NoRow(str(double.path[-1]), double.last.line, f"the same {about} twice") for double in document.duplicates
        ]
        rows += [
            Row(squeezed(str(key)), value, document.locate((key,), key=True).line)
            for key, value in document.value.items()
        ]
    return TableText(tuple(rows), tuple(faults))


def squeezed(text: str) -> str:
    """Return a text without blanks around it, and with one blank where there were several."""
    return " ".join(text.split())
