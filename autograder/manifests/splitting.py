"""How kubectl cuts a stream into documents: by lines, before any YAML parser sees it.

A line that begins with ``---`` ends a document. The line itself is dropped, unless nothing stands
before it: then it opens the document, so lines of error messages count from it. Lines end in ``\\n`` or
``\\r\\n``, and the last one gets its end if it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_SEPARATOR = re.compile(rb"^---(.*)\n", re.MULTILINE)
_GO_SPACE = " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


class Chunk(NamedTuple):
    """A piece of a stream that is parsed on its own."""

    text: str
    first_line: int
    error: str = ""


def split(data: bytes) -> Iterator[Chunk]:
    """Yield the pieces of a stream."""
    data = data.replace(b"\r\n", b"\n")
    if data and not data.endswith(b"\n"):
        data += b"\n"
    start, line = 0, 1
    for match in _SEPARATOR.finditer(data):
        rest = match[1].decode("utf-8", "replace").strip(_GO_SPACE)
        is_bad = bool(rest) and not rest.startswith("#")
        if match.start() > start:
            yield Chunk(data[start : match.start()].decode("utf-8", "replace"), line)
            line += data.count(b"\n", start, match.start())
            start = match.start()
            if not is_bad:
                start = match.end()
                line += 1
        if is_bad:
            yield Chunk(match[0].decode("utf-8", "replace"), line, f"invalid Yaml document separator: {rest}")
            start = match.end()
            line += 1
    if start < len(data):
        yield Chunk(data[start:].decode("utf-8", "replace"), line)
