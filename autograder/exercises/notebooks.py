"""Notebooks as text: their cells, whichever version of the format, without running or trusting anything in them.

===========  ==================================================
nbformat     where the cells are
===========  ==================================================
4 and later  ``cells``, each with ``source``
2 and 3      ``worksheets[].cells``, code in ``input``
===========  ==================================================

Nothing is validated beyond what is needed to find answers, so a notebook that Jupyter would complain about can still
be graded. ``json`` reads it, not nbformat: that is a hundred times faster to import, and the core has no dependency.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from autograder.manifests.limits import InputError, Limits

LIMITS: Final = Limits()
MAGIC: Final = re.compile(r"^%%(?P<magic>manifest|predict)(?:[ \t]+(?P<name>[^\s#]+)?[^\n]*)?$")


class Magic(NamedTuple):
    """The first line of a cell that is an answer."""

    magic: str
    """``manifest`` or ``predict``."""
    name: str
    """The exercise; empty when the line names none."""
    line: int
    """Which line of the cell it is, from 0: blank lines may stand before it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a notebook."""

    number: int
    """Which cell of the notebook, from 1, text cells included."""
    kind: str
    """``code``, ``markdown``, ``raw``."""
    text: str
    grade_id: str
    """nbgrader's name for the cell; empty when it has none."""
    way: tuple[str | int, ...]
    """The way from the notebook to the field that holds the text."""

    @property
    def magic(self) -> Magic | None:
        """The cell magic that makes this cell an answer, or None."""
        for index, line in enumerate(self.text.split("\n")):
            if line.strip():
                match = MAGIC.match(line.rstrip())
                return Magic(match["magic"], match["name"] or "", index) if match else None
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Notebook:
    """A notebook that was read."""

    file: str
    cells: tuple[Cell, ...]
    data: dict[str, Any]
    """The whole notebook, to be written back with one cell changed."""

    def with_text(self, cell: Cell, text: str) -> str:
        """Return the notebook's file with another text in one cell, and everything else as it was."""
        copied = json.loads(json.dumps(self.data))
        place: Any = copied
        for step in cell.way[:-1]:
            place = place[step]
        was = place[cell.way[-1]]
        place[cell.way[-1]] = text.splitlines(keepends=True) if isinstance(was, list) else text
        return json.dumps(copied, indent=1, ensure_ascii=False, separators=(",", ": ")) + "\n"


def read_notebook(path: Path) -> Notebook:
    """Return the notebook in a file. Raises `InputError` when there is none, or it cannot be read."""
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is not a notebook: it is not a regular file. Start from a fresh copy of the course.")
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMITS.max_bytes + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Check the name, and that the file may be read.") from None
    return parse_notebook(data, str(path))


def parse_notebook(data: bytes | str, file: str) -> Notebook:
    """Return the notebook in a text. Raises `InputError` with what is wrong and what to do."""
    if len(data) > LIMITS.max_bytes:
        remedy = "Clear its outputs (in JupyterLab: Edit, Clear Outputs of All Cells) and save it again."
        raise InputError(f"{file} is larger than {LIMITS.max_bytes >> 20} MiB. {remedy}")
    try:
        value = json.loads(data.decode("utf-8-sig") if isinstance(data, bytes) else data)
    except RecursionError:
        raise InputError(
            f"{file} is not a notebook: it is nested too deep. Start from a fresh copy of the course."
        ) from None
    except ValueError as error:
        what = f"{error.msg} at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        what = "it is empty" if not data.strip() else what
        remedy = "Open it in JupyterLab and save it again, or start from a fresh copy of the course."
        raise InputError(f"{file} is not a notebook: {what}. {remedy}") from None
    if not isinstance(value, dict) or not isinstance(value.get("cells", value.get("worksheets")), list):
        raise InputError(f"{file} is not a notebook: it has no list of cells. Start from a fresh copy of the course.")
    return Notebook(file, tuple(_cells(value)), value)


def _cells(value: dict[str, Any]) -> Iterator[Cell]:
    sheets: list[tuple[tuple[str | int, ...], Any]] = [(("cells",), value.get("cells"))]
    worksheets = value.get("worksheets")
    if isinstance(worksheets, list):
        sheets += [
            (("worksheets", index, "cells"), sheet.get("cells"))
            for index, sheet in enumerate(worksheets)
            if isinstance(sheet, dict)
        ]
    number = 0
    for way, cells in sheets:
        for index, cell in enumerate(cells if isinstance(cells, list) else ()):
            number += 1
            found = _cell(cell, number, (*way, index))
            if found is not None:
                yield found


def _cell(cell: Any, number: int, way: tuple[str | int, ...]) -> Cell | None:
    """Return a cell, or None when it holds no text."""
    if not isinstance(cell, dict):
        return None
    for key in ("source", "input"):
        text = cell.get(key)
        if isinstance(text, list) and all(isinstance(line, str) for line in text):
            text = "".join(text)
        if isinstance(text, str):
            metadata = cell.get("metadata")
            nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
            grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
            return Cell(
                number=number,
                kind=str(cell.get("cell_type", "")),
                text=_clean(text),
                grade_id=grade_id if isinstance(grade_id, str) else "",
                way=(*way, key),
            )
    return None


def _clean(text: str) -> str:
    r"""Return a text with ``\n`` line ends, and U+FFFD for halves of characters that JSON escapes can spell."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
