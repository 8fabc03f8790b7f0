"""What is wrong with a manifest, in the API server's own words, and where it stands.

A `Problem` is data. Terminals, notebooks and graders draw it; nobody parses its text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Path = tuple[str | int, ...]
"""A way into a document: field names and list indexes, as in ``("spec", "ingress", 0, "from")``."""


class Key(str):
    """A step into a mapping with free keys. The API server prints it in brackets."""

    __slots__ = ()


Severity = Literal["error", "warning"]
Stage = Literal["yaml", "decode", "validation"]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file. Line and column both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why kubectl or the API server would refuse, or warn about, a document."""

    file: str
    """The file as the user named it; ``<stdin>`` or ``<answer>`` for text that has no file."""
    document: int
    """Which document of the file, from 1."""
    position: Position
    """The field at fault, or the nearest thing that exists in the text."""
    object: str
    """``Kind namespace/name`` (or ``Kind name``) as far as it is known, else the empty string."""
    severity: Severity
    code: int | None
    """The HTTP status the API server answers: 400 or 422. None when kubectl stops before asking."""
    stage: Stage
    path: str
    """The field as the API server prints it, ``spec.ingress[0].from[1]``; empty for a whole document."""
    type: str
    """``Required value``, ``Invalid value``, ``Unsupported value``, ``Forbidden``, ``Unknown field``, …"""
    detail: str
    """What is wrong, without the path."""
    message: str
    """The complete text as kubectl or the API server prints it."""
    hint: str = ""
    """What to do about it, in one sentence for people; empty when the message says it all."""
    value: str = ""
    """The value at fault as the API server prints it; empty where it prints none."""

    @property
    def sentence(self) -> str:
        """The field and what is wrong with it, on one line, as the API server words it."""
        if self.stage != "validation" or self.code is None:
            return self.detail
        return ": ".join(part for part in (self.path, self.type, self.value, self.detail) if part)


def format_path(path: Path) -> str:
    """Return a path as the API server prints it.

    >>> format_path(("spec", "ingress", 0, "from", 1, "podSelector"))
    'spec.ingress[0].from[1].podSelector'
    >>> format_path(("metadata", "annotations", Key("example.com/kind")))
    'metadata.annotations[example.com/kind]'
    """
    text = ""
    for step in path:
        if isinstance(step, int | Key):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
