r"""How does a text stand in Markdown and take no effect, whichever program draws it?

Programs differ: some take ``www.example.org`` or ``@ada`` for a link, some ``:smile:`` for a picture and ``\(…\)`` for
mathematics, and only some know an escape by backslash. All leave code alone. So a word of letters and plain
punctuation stays as it is, and any other stands between backticks, one more than there are in it.

Markdown is also pasted where HTML is meant. There backticks protect nothing, so a ``<`` that could begin a tag gets a
space behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from autograder.notebook.html import visible

_WORD: Final = re.compile(r"(?P<open>[(\"'“‘]*)(?P<core>.*?)(?P<close>[.,:;!?)\"'”’…]*)", re.DOTALL)
_PLAIN: Final = re.compile(r"[^\W_]+(?:[-'’,/–—][^\W_]+)*%?|\d\d?:\d\d|[-–—]|->|")
_TICKS: Final = re.compile(r"`+")
_SHORT: Final = 40
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")


def words(text: str) -> str:
    """Return a text as Markdown in one line: plain words as they are, everything else as code.

    Pairs of backticks mark code in the texts of the course, and still do.

    >>> words("Nobody else (not web) reaches [db](http://x) or `{}`.")
    'Nobody else (not web) reaches `[db](http://x`) or `{}`.'
    """
    parts = re.sub(r"\s+", " ", visible(text)).split("`")
    if len(parts) % 2 == 0:
        parts = [" ".join(parts)]
    return " ".join("".join(code(part) if index % 2 else _plain(part) for index, part in enumerate(parts)).split())


def code(text: str) -> str:
    """Return a text as code in one line of Markdown; empty for nothing.

    >>> code("a `b` c")
    '``a `b` c``'
    """
    shown = " ".join(_TAG.sub("< ", visible(text)).split())
    if not shown:
        return ""
    marks = "`" * (_longest(shown) + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{marks}{pad}{shown}{pad}{marks}"


def block(lines: Iterable[str]) -> str:
    """Return lines as a block of code, which nothing in them can end."""
    shown = "\n".join(_TAG.sub("< ", visible(line.replace("\n", " "))) for line in lines)
    marks = "`" * max(3, _longest(shown) + 1)
    return f"{marks}text\n{shown}\n{marks}"


def _plain(text: str) -> str:
    return " ".join(_known(word) if len(word) < _SHORT else _word(word) for word in text.split(" "))


def _word(word: str) -> str:
    """Return a word as it is if it is plain, else as code without the punctuation around it."""
    match = _WORD.fullmatch(word)
    if match is None:
        return code(word)
    return word if _PLAIN.fullmatch(match["core"]) else f"{match['open']}{code(match['core'])}{match['close']}"


_known = lru_cache(maxsize=8192)(_word)
"""Most words of a class's feedback are the same few thousand."""


def _longest(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
