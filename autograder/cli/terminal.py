"""How wide the terminal is, whether it has colors, and lists of names that fit it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TextIO

Role = Literal["good", "bad", "open", "head", "quiet"]

_CODES: Final = {"good": "32", "bad": "31", "open": "33", "head": "1", "quiet": "2"}
_NARROWEST: Final = 40
_UNKNOWN: Final = 100
_GLUE: Final = "\xa0"
"""A space at which no line is broken."""
_PORT: Final = re.compile(r"\b(TCP|UDP|SCTP) \d")


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is known of the place that text is written to. Colors only ever repeat what the words say."""

    width: int = _UNKNOWN
    color: bool = False

    def paint(self, text: str, role: Role) -> str:
        """Return a text in the color of its role."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.color and text else text


def terminal(stream: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> Terminal:
    """Return what is known of a stream, standard output by default: 100 columns when nobody knows.

    ====================== =====================================
    NO_COLOR is set        no colors
    FORCE_COLOR is set     colors
    TERM=dumb              no colors
    else                   colors on a terminal, none in a pipe
    ====================== =====================================
    """
    stream = stream or sys.stdout
    if environ.get("NO_COLOR"):
        color = False
    elif environ.get("FORCE_COLOR"):
        color = True
    else:
        color = environ.get("TERM") != "dumb" and stream is not None and stream.isatty()
    return Terminal(max(_NARROWEST, shutil.get_terminal_size((_UNKNOWN, 24)).columns), color)


def shortened(text: str, width: int) -> str:
    """Return the text, its middle left out when it is longer than `width`.

    >>> shortened("monitoring/prometheus-0", 12)
    'monito…eus-0'
    """
    if len(text) <= width:
        return text
    head = (width - 1) // 2 + (width - 1) % 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def paragraph(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """Return a text as lines no wider than `width`, but for longer words; those after the first begin with `hanging`.

    >>> paragraph("shop/web reaches shop/api on TCP 8080", 32)
    ['shop/web reaches shop/api on', 'TCP 8080']
    """
    hanging = indent if hanging is None else hanging
    glued = _PORT.sub(lambda found: found[0].replace(" ", _GLUE), text)
    lines = textwrap.wrap(
        glued, width, initial_indent=indent, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_GLUE, " ") for line in lines] or [indent.rstrip()]


def entries(items: Sequence[str], width: int, gap: str = "   ") -> list[str]:
    """Return items one after the other, lines broken only between them.

    >>> entries(["all: every port", ".: nothing"], 20)
    ['all: every port', '.: nothing']
    """
    glued = gap.join(item.replace(" ", _GLUE) for item in items)
    return paragraph(glued, width)


def listed(head: str, names: Sequence[str], width: int, *, indent: str = "", most_lines: int = 3) -> Iterator[str]:
    """Yield `head` and the names behind it, with commas, on at most `most_lines` lines; then how many more there are.

    >>> list(listed("TCP 80 from", ["web", "api", "cache", "db"], 24, most_lines=1))
    ['TCP 80 from web, api and', '    2 more']
    >>> list(listed("TCP 80 from", ["web"], 24))
    ['TCP 80 from web']
    """
    hanging = f"{indent}    "
    names = [name.replace(" (", _GLUE + "(").replace(" ×", _GLUE + "×") for name in names]
    text = f"{head} {', '.join(names)}"
    lines = paragraph(text, width, indent, hanging)
    shown = len(names)
    while len(lines) > most_lines and shown > 1:
        shown -= max(1, shown // 8)
        text = f"{head} {', '.join(names[:shown])}"
        lines = paragraph(text, width, indent, hanging)
    if shown < len(names):
        lines = paragraph(f"{text} and {len(names) - shown:,} more", width, indent, hanging)
    yield from (shortened(line, width) for line in lines)
