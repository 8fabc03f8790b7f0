"""Problems for people: where, what, the line itself, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from autograder.manifests.problems import Problem

_WIDEST = 100
"""A longer line is shown in part."""
_BEFORE = 60
"""How much of a longer line is shown before the fault, at most."""


@dataclass
class Sources:
    """Files while they are read, kept so that lines of them can be shown."""

    read: Iterable[tuple[str, bytes]]
    _contents: dict[str, bytes] = field(default_factory=dict)
    _lines: dict[str, list[bytes]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        for name, content in self.read:
            self._contents[name] = content
            yield name, content

    def line(self, file: str, number: int) -> str:
        """Return a line of a file, counted from 1; empty if there is none."""
        if file not in self._contents:
            return ""
        lines = self._lines.setdefault(file, self._contents[file].split(b"\n"))
        return lines[number - 1].decode("utf-8", "replace").rstrip("\r") if number <= len(lines) else ""


def problem_text(problem: Problem, sources: Sources) -> str:
    """Return a problem in a few lines, safe to print on a terminal."""
    place = f"{problem.file}:{problem.position.line}:{problem.position.column}"
    text = [f"{place}  {problem.severity}  {printable(problem.sentence)}"]
    line = sources.line(problem.file, problem.position.line)
    if line.strip():
        text += _pointed_at(line, problem.position.column)
    if problem.hint:
        text.append(f"    {printable(problem.hint)}")
    return "\n".join(text)


def _pointed_at(line: str, column: int) -> list[str]:
    """Return a line, or a part of it, with a caret below the column."""
    start = 0
    if len(line) > _WIDEST:
        start = max(0, min(column - 1 - _BEFORE, len(line) - _WIDEST))
    shown = printable(line[start : start + _WIDEST])
    left, right = "…" if start else "", "…" if len(line) > start + _WIDEST else ""
    before = left + shown[: max(0, column - 1 - start)]
    return [f"    {left}{shown}{right}", f"    {' ' * _width(before)}^"]


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def printable(text: str) -> str:
    r"""Return a text that cannot steer a terminal, character for character.

    >>> print(printable("\tweb\x1b[31m") == " web\ufffd[31m")
    True
    """
    return "".join(
        character if character.isprintable() else " " if character == "\t" else "\ufffd" for character in text
    )
