r"""How kubectl cuts a stream into pieces: by lines, before any YAML parser sees it.

| A line that begins with | and goes on with | does |
|---|---|---|
| ``---`` | nothing, white space, or a ``#`` comment | ends a piece; if nothing stands before it, it opens one |
| ``---`` | anything else | is an error, and the piece before it is never read |
| anything else | | belongs to the piece |

Lines end in ``\n`` or ``\r\n``, and the last one gets its end if it has none. A ``...`` does not end a piece:
whoever parses the piece takes only its first YAML document.

Source: k8s.io/apimachinery pkg/util/yaml decoder.go; for broken text go.yaml.in/yaml/v2 readerc.go.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import Final, NamedTuple

_SEPARATOR: Final = re.compile(rb"^---(.*)\n", re.MULTILINE)
WHITE_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
"""What Go calls white space, which is not quite what Python does."""
_LOOK_AHEAD: Final = 4096
"""kubectl looks this far for the ``{`` that makes a stream JSON."""


class Fault(NamedTuple):
    """Why a piece cannot be parsed at all."""

    message: str
    """kubectl's text."""
    at: int
    """The number of characters of the piece before the place."""
    hint: str
    """The remedy."""


class Chunk(NamedTuple):
    """A piece of a stream, which is parsed on its own."""

    text: str
    first_line: int
    """The line of the stream that it begins on, from 1."""
    fault: Fault | None = None
    is_separator: bool = False
    """Whether the fault is a separator's."""


def split(data: bytes, first_line: int = 1) -> Iterator[Chunk]:
    """Yield the pieces of a YAML stream."""
    data = data.replace(b"\r\n", b"\n")
    if data and not data.endswith(b"\n"):
        data += b"\n"
    start, line = 0, first_line
    for separator in _SEPARATOR.finditer(data):
        before, end = separator.span()
        rest = separator[1].decode("utf-8", "replace").strip(WHITE_SPACE)
        if rest and not rest.startswith("#"):
            line += data.count(b"\n", start, before)
            message = f"invalid Yaml document separator: {rest}"
            hint = "Let the line that begins a document hold nothing but ---, and put the rest on the next line."
            yield Chunk(f"---{rest}\n", line, Fault(message, 3, hint), is_separator=True)
        elif before > start:
            yield _decode(data[start:before], line)
            line += data.count(b"\n", start, before)
        else:
            continue
        line += 1
        start = end
    if start < len(data):
        yield _decode(data[start:], line)


def is_json(data: bytes) -> bool:
    """Return whether kubectl tries a stream as JSON first: its first character is ``{``."""
    return data[:_LOOK_AHEAD].decode("utf-8", "replace").lstrip(WHITE_SPACE).startswith("{")


def after_json(data: bytes, start: int) -> int | None:
    """Return where kubectl goes on in YAML when the JSON value at byte `start` is none; None where it gives up.

    It skips white space as far as the first line's end, reading four bytes at a time. Fewer than four left
    count as the end of the stream.
    """
    while start + 4 <= len(data):
        character = data[start : start + 4].decode("utf-8", "replace")[0]
        if character == "\ufffd":
            return None
        if character not in WHITE_SPACE:
            return start
        start += len(character.encode())
        if character == "\n":
            return start
    return None


def _decode(data: bytes, line: int) -> Chunk:
    """Return a piece's text, without the byte order mark that it may begin with."""
    encoding = "utf-8"
    for mark, marked in ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"), (BOM_UTF8, "utf-8")):
        if data.startswith(mark):
            data, encoding = data[len(mark) :], marked
            break
    try:
        return Chunk(data.decode(encoding), line)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding)
        after = data[error.start :].decode(encoding, "replace")
        problem = _utf8_problem(data[error.start :]) if encoding == "utf-8" else _utf16_problem(error)
        return Chunk(before + after, line, Fault(f"yaml: {problem}", len(before), "Save the file as UTF-8."))


def _utf8_problem(data: bytes) -> str:
    """Return goyaml's words for broken UTF-8 that begins at the first of these bytes."""
    lead = data[0]
    width = 2 if lead & 0xE0 == 0xC0 else 3 if lead & 0xF0 == 0xE0 else 4 if lead & 0xF8 == 0xF0 else 0
    if not width:
        return "invalid leading UTF-8 octet"
    if len(data) < width:
        return "incomplete UTF-8 octet sequence"
    value = lead & (0x7F >> width)
    for octet in data[1:width]:
        if octet & 0xC0 != 0x80:
            return "invalid trailing UTF-8 octet"
        value = value << 6 | octet & 0x3F
    if value < (0x80, 0x800, 0x10000)[width - 2]:
        return "invalid length of a UTF-8 sequence"
    return "invalid Unicode character"


def _utf16_problem(error: UnicodeDecodeError) -> str:
    """Return goyaml's words for broken UTF-16."""
    return {
        "truncated data": "incomplete UTF-16 character",
        "unexpected end of data": "incomplete UTF-16 surrogate pair",
        "illegal UTF-16 surrogate": "expected low surrogate area",
    }.get(error.reason, "unexpected low surrogate area")
