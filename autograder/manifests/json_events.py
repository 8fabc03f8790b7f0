"""JSON read as kubectl reads it, told as the events of a YAML parser.

So one composer serves both languages. The grammar is strict and the errors are those of Go's
encoding/json: no comments, no trailing commas, no single quotes.

Source: encoding/json scanner.go and stream.go of Go, sigs.k8s.io/json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator, Iterator
from typing import Final

from yaml.error import Mark
from yaml.events import (
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from .go_text import quote

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_TEXT: Final = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LITERALS: Final = ("true", "false", "null")
_NUMBER_PARTS: Final = (
    (re.compile(r"-"), "in numeric literal"),
    (re.compile(r"-?(?:0|[1-9][0-9]*)\."), "after decimal point in numeric literal"),
    (re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][-+]?"), "in exponent of numeric literal"),
)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class JsonError(Exception):
    """Text that is no JSON value: Go's message, and the number of characters before the fault."""

    def __init__(self, message: str, index: int, *, at_end: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.index = index
        self.at_end = at_end
        """Whether the text ended too early. Go gives such an error no offset."""


class NumberError(Exception):
    """A number that no float64 can hold. Go notices only when it makes values of the text."""

    def __init__(self, text: str, index: int) -> None:
        super().__init__(f"json: cannot unmarshal number {text} into Go value of type float64")
        self.index = index
        """The number of characters before it."""
        self.end = index
        """Where the whole value ends."""


class JsonEvents:
    """The events of one JSON value in a text that may hold several.

    Broken bytes are lone surrogates in the text, as ``surrogateescape`` makes them.
    """

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.end = start
        """Where the value ends, once its last event has been handed out."""

    def read(self) -> Iterator[Event]:
        """Yield the events. Raises `JsonError`, and at the end `NumberError`."""
        text = self.text
        at = skip_space(text, self.end)
        closers: list[str] = []
        overflow: NumberError | None = None
        while True:
            # A value begins here, or the bracket closes that has just been opened.
            begin, character = at, text[at : at + 1]
            mark = _mark(begin)
            if character in ("{", "["):
                at = skip_space(text, begin + 1)
                closers.append("}" if character == "{" else "]")
                start_event = MappingStartEvent if character == "{" else SequenceStartEvent
                yield start_event(None, None, True, mark, mark)  # noqa: FBT003 - PyYAML's order
                if text[at : at + 1] != closers[-1]:
                    if character == "{":
                        at = yield from self._key(at)
                    continue
            elif character == '"':
                at, value = self._string(begin)
                yield _scalar(value, mark, '"')
            else:
                at, value = self._bare(begin)
                if value[0] in "-0123456789" and overflow is None and not math.isfinite(float(value)):
                    overflow = NumberError(value, begin)
                yield _scalar(value, mark, "")
            # A value has ended: what may follow depends on what is open.
            while closers:
                at = skip_space(text, at)
                character = text[at : at + 1]
                if character == closers[-1]:
                    yield (MappingEndEvent if character == "}" else SequenceEndEvent)(_mark(at), _mark(at))
                    closers.pop()
                    at += 1
                elif character == ",":
                    at = skip_space(text, at + 1)
                    if closers[-1] == "}":
                        at = yield from self._key(at)
                    break
                else:
                    context = "after object key:value pair" if closers[-1] == "}" else "after array element"
                    raise self._unexpected(at, context)
            else:
                break
        self.end = at
        if overflow is not None:
            overflow.end = at
            raise overflow
        yield DocumentEndEvent(_mark(at), _mark(at))

    def _key(self, at: int) -> Generator[Event, None, int]:
        """Yield a key and return where its value begins."""
        if self.text[at : at + 1] != '"':
            raise self._unexpected(at, "looking for beginning of object key string")
        mark = _mark(at)
        at, value = self._string(at)
        yield _scalar(value, mark, '"')
        at = skip_space(self.text, at)
        if self.text[at : at + 1] != ":":
            raise self._unexpected(at, "after object key")
        return skip_space(self.text, at + 1)

    def _string(self, start: int) -> tuple[int, str]:
        """Return where a string ends, and its value. Half a surrogate pair becomes U+FFFD, as in Go."""
        match = _TEXT.match(self.text, start)
        end = match.end() if match else start
        character = self.text[end : end + 1]
        if character == "\\":
            escape = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?").match(self.text, end)
            end = escape.end() if escape else end
            in_digits = self.text[end - 1] != "\\"
            raise self._unexpected(end, "in \\u hexadecimal character escape" if in_digits else "in string escape code")
        if character != '"':
            raise self._unexpected(end, "in string literal")
        value = self.text[start + 1 : end]
        if "\\" in value:
            value = json.loads(f'"{value}"')
        if not value.isascii():
            value = _LONE_SURROGATE.sub("\ufffd", value)
        return end + 1, value

    def _bare(self, start: int) -> tuple[int, str]:
        """Return where a number, true, false or null ends, and its text."""
        text = self.text
        match = _NUMBER.match(text, start)
        if match is not None:
            for pattern, context in _NUMBER_PARTS[1:]:
                part = pattern.match(text, start)
                if part is not None and part.end() > match.end():
                    raise self._unexpected(part.end(), context)
            return match.end(), match[0]
        if text.startswith("-", start):
            raise self._unexpected(start + 1, _NUMBER_PARTS[0][1])
        for literal in _LITERALS:
            if text.startswith(literal[0], start):
                for offset, expected in enumerate(literal):
                    if not text.startswith(expected, start + offset):
                        raise self._unexpected(start + offset, f"in literal {literal} (expecting '{expected}')")
                return start + len(literal), literal
        raise self._unexpected(start, "looking for beginning of value")

    def _unexpected(self, at: int, context: str) -> JsonError:
        """Return Go's error for the character at `at`, or for the end of the text."""
        if at >= len(self.text):
            return JsonError("unexpected EOF", len(self.text), at_end=True)
        return JsonError(f"invalid character {_quote_byte(self.text[at])} {context}", at)


def skip_space(text: str, at: int) -> int:
    """Return where the next character stands that JSON does not call white space."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def remedy(error: JsonError, text: str) -> str:
    """Return what to do about text that is no JSON, in a sentence or two; nothing where it is not known."""
    if error.at_end:
        return "Close every { and [ that was opened, and every quotation mark."
    character = text[error.index]
    before = text[: error.index].rstrip()[-1:]
    for context, hint in _REMEDIES:
        if error.message.endswith(context):
            return hint
    if character in "}]" and before == ",":
        return f"Remove the comma before the {character}."
    if character == "'":
        return "Use double quotes. JSON has no others."
    if error.message.endswith("object key string"):
        return "Put every key in double quotes, as JSON wants it, or begin the file with a key instead of {."
    if error.message.endswith("beginning of value"):
        return "Put text in double quotes."
    return ""


_REMEDIES: Final = (
    ("after object key", "Put a colon after the key."),
    ("after object key:value pair", "Put a comma before this, or close the { first."),
    ("after array element", "Put a comma before this, or close the [ first."),
    ("in string escape code", "Write the backslash twice."),
    ("in \\u hexadecimal character escape", "Write four digits after \\u."),
    ("in string literal", "Close the quotation mark on its own line, and write line breaks as \\n."),
    ("numeric literal", "Write the number in decimal digits, or put the text in double quotes."),
)


def _mark(index: int) -> Mark:
    """Return a mark that tells all that is asked of one: the number of characters before it."""
    return Mark("", index, 0, 0, None, 0)


def _scalar(value: str, mark: Mark, style: str) -> ScalarEvent:
    return ScalarEvent(None, None, (not style, bool(style)), value, mark, mark, style)


def _quote_byte(character: str) -> str:
    """Return the first byte of a character as Go quotes it in an error."""
    if character == "'":
        return r"'\''"
    if character == '"':
        return "'\"'"
    byte = chr(character.encode("utf-8", "surrogateescape")[0])
    return "'" + quote(byte)[1:-1] + "'"
