r"""How does a value stand in a cell of a CSV file, so that a program reads it back and a spreadsheet only shows it?

============================================== =========================================================
a value                                        its cell
============================================== =========================================================
a number                                       as it is, negative ones too; up to two decimals, or four
true, false, nothing                           ``true``, ``false``, an empty cell
a text                                         in quotes, always
a text that a spreadsheet may take for a       with an apostrophe in front
formula: ``=``, ``+``, ``-``, ``@``, their
wide forms, a tab or a line end comes first
a text that begins with an apostrophe          with one more
the same behind ``;``, ``|``, a tab or a line  the same: with other settings a cell begins there
end, inside a text
============================================== =========================================================

A program that wants the text drops one apostrophe at the start and one behind each separator (`text_of`). Nothing is
lost. The files are RFC 4180 with a byte order mark: Excel takes a CSV file without one for the machine's old code page
and shows ``GÃ¶del``; LibreOffice, Sheets, R and pandas take the mark for what it is (Python: ``utf-8-sig``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MARK: Final = "\ufeff"
"""Stands before the first cell of a file."""
_RISKY: Final = "=+\\-@＝＋－＠﹦﹢﹣−﹫'"
_START: Final = re.compile(rf"[\t\r\n]|[\s\u200b\ufeff]*[{_RISKY}]")
_INSIDE: Final = re.compile(rf"([;|\t\r\n][\s\u200b\ufeff]*)(?=[{_RISKY}])")
_GUARDED: Final = re.compile(r"([;|\t\r\n][\s\u200b\ufeff]*)'")

Value = str | int | float | bool | None


def row(values: Iterable[Value]) -> str:
    r"""Return a row of a CSV file with its line end.

    >>> row(["ada", -2.5, None, "=1+1"])
    '"ada",-2.5,,"\'=1+1"\r\n'
    """
    return ",".join(map(cell, values)) + "\r\n"


def cell(value: Value) -> str:
    """Return a value as a cell."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    """Return a text as a cell; titles and names come again in every row."""
    return f'"{guarded(text).replace(chr(34), chr(34) * 2)}"'


def number(value: float, digits: int = 4) -> str:
    """Return a number as programs read it, without needless zeros.

    >>> number(2.0), number(-0.25), number(1 / 3)
    ('2', '-0.25', '0.3333')
    """
    if isinstance(value, int):
        return str(value)
    written = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if written in {"-0", ""} else written


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    kept = _INSIDE.sub(r"\1'", text)
    return f"'{kept}" if _START.match(text) else kept


def text_of(guarded_text: str) -> str:
    """Return what `guarded` was given."""
    return _GUARDED.sub(r"\1", guarded_text.removeprefix("'"))
