r"""libyaml's events, where goyaml reads otherwise.

goyaml was translated from libyaml, and both have changed since. A few differences are left, and this
module takes them away before or after libyaml has seen the text:

| Written | libyaml | goyaml, and this module |
|---|---|---|
| ``{app:}``, ``[web:, api]`` | an error | the texts "app:" and "web:" |
| ``[what?, who]`` | the text "what?" | an error: a question mark ends plain text in brackets |
| ``"\/"`` | the text "/" | an error |
| ``"\'"`` | an error | the text "'" |
| a byte order mark at the start of a line | dropped | a character like any other |

Source: scannerc.go of go.yaml.in/yaml/v2, scanner.c of libyaml 0.2.5.
"""

from __future__ import annotations

import re
from typing import Any, Final

from yaml._yaml import CParser
from yaml.error import Mark, YAMLError
from yaml.events import (
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.parser import ParserError
from yaml.scanner import ScannerError

from .compose import NextEvent
from .limits import DEEPEST

_BYTE_ORDER_MARK: Final = "\ufeff"
_TIGHT_COLON: Final = re.compile(r"(?<![\"'\]}]):[,?\[\]{}]")
_MOST_STUMBLES: Final = 50
"""Each costs libyaml another look at the text. Nobody writes so many, and the rest stay errors."""
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def events(text: str) -> NextEvent:
    """Return what hands out the events of a text, one a call. It raises PyYAML's errors."""
    has_brackets = "[" in text or "{" in text
    has_stumbles = (has_brackets and _TIGHT_COLON.search(text) is not None) or "\\'" in text
    is_odd = has_stumbles or _BYTE_ORDER_MARK in text
    next_event: NextEvent = _substituted(text) if is_odd else CParser(text).get_event
    if (has_brackets and "?" in text) or "\\/" in text:
        next_event = _refuse(next_event, text)
    return next_event


def _substituted(text: str) -> NextEvent:
    """Return the events of a text with characters that libyaml treats otherwise than goyaml."""
    unused = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    mark, colon, backslash = next(unused), next(unused), next(unused)
    # The first character is the one place where goyaml drops a byte order mark too.
    parsed = _hide_stumbles(text[0] + text[1:].replace(_BYTE_ORDER_MARK, mark), colon, backslash)
    return _restore(CParser(parsed).get_event, {mark: _BYTE_ORDER_MARK, colon: ":", backslash: ""})


def _hide_stumbles(text: str, colon: str, backslash: str) -> str:
    """Return the text with a substitute for each character that only libyaml stumbles over."""
    for _ in range(_MOST_STUMBLES):
        index = _stumble(text)
        if index is None:
            break
        text = text[:index] + (colon if text[index] == ":" else backslash) + text[index + 1 :]
    return text


def _stumble(text: str) -> int | None:
    """Return where libyaml refuses a colon or a backslash that goyaml accepts."""
    next_event = CParser(text).get_event
    depth = 0
    try:
        while depth <= DEEPEST:
            kind = type(next_event())
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                depth += 1
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                depth -= 1
            elif kind is DocumentEndEvent or kind is type(None):
                break
    except ScannerError as error:
        if error.problem_mark is not None:
            index = error.problem_mark.index
            if error.problem == "found unexpected ':'" or text.startswith("\\'", index):
                return index
    except YAMLError:
        pass
    return None


def _restore(get: NextEvent, substitutes: dict[str, str]) -> NextEvent:
    """Return the same events with the characters that were substituted."""
    table = str.maketrans(substitutes)

    def next_event() -> Event | None:
        event = get()
        if type(event) is ScalarEvent:
            scalar: Any = event
            scalar.value = scalar.value.translate(table)
        return event

    return next_event


def _refuse(get: NextEvent, text: str) -> NextEvent:
    """Return the same events up to the first scalar that goyaml does not accept.

    Where libyaml says an event stands tells which bracket is the innermost: a pair in a list has none.
    """
    closers: list[str] = []

    def next_event() -> Event | None:
        event = get()
        if isinstance(event, ScalarEvent):
            if event.style == '"':
                _refuse_escape(event, text)
            elif closers and not event.style and "?" in event.value:
                raise _question_mark(event, text, closers[-1])
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            if event.flow_style or closers:
                opener = text[_index(event.end_mark) - 1]
                closers.append("}" if opener == "{" else "]")
        elif closers and isinstance(event, MappingEndEvent | SequenceEndEvent):
            closers.pop()
        return event

    return next_event


def _refuse_escape(event: ScalarEvent, text: str) -> None:
    r"""Raise the error for ``\/`` in double quotes."""
    begin, end = _index(event.start_mark), _index(event.end_mark)
    for escaped in _ESCAPED.finditer(text, begin, end):
        if escaped[1] == "/":
            mark = _mark(event, text, escaped.start())
            raise ScannerError(None, None, "found unknown escape character", mark)


def _question_mark(event: ScalarEvent, text: str, closer: str) -> ParserError:
    """Return the error for a question mark in plain text between brackets."""
    mark = _mark(event, text, text.index("?", _index(event.start_mark)))
    return ParserError("while parsing a flow node", mark, f"did not find expected ',' or '{closer}'", mark)


def _mark(event: ScalarEvent, text: str, index: int) -> Mark:
    """Return a mark inside a scalar."""
    start: Any = event.start_mark
    breaks = re.compile("\r\n|[\r\n\x85\u2028\u2029]").findall(text, start.index, index)
    return Mark("", index, start.line + len(breaks), 0, None, 0)


def _index(mark: Any) -> int:
    index: int = mark.index
    return index
