r"""PyYAML's own parser, where there is no libyaml, made to read as goyaml does.

Pyodide has no libyaml, so this is what a browser uses. Values and errors agree with `libyaml` but for
texts that no person writes; errors are put into kubectl's words by `syntax`.

| Written | PyYAML | goyaml, and this module |
|---|---|---|
| a tab after a value or a dash | an error | white space |
| ``{app:}``, ``[web:, api]`` | keys without values | the texts "app:" and "web:" |
| ``"\/"`` | the text "/" | an error |
| ``"\'"`` | an error | the text "'" |
| ``"\ud800"``, ``"\U00110000"`` | half a character, a crash | an error |

Source: scannerc.go of go.yaml.in/yaml/v2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from yaml.events import DocumentEndEvent, Event
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken

from .compose import NextEvent

_BREAKS: Final = "\r\n\x85\u2028\u2029"
_BLANKS: Final = "\0 \t" + _BREAKS


def events(text: str) -> NextEvent:
    """Return what hands out the events of a text, one a call. It raises PyYAML's errors."""
    parser: Any = _Parser(text)

    def next_event() -> Event | None:
        try:
            event: Event | None = parser.get_event()
        except (ValueError, OverflowError) as error:  # a number of thousands of digits in a directive
            raise ScannerError(None, None, str(error), parser.get_mark()) from None
        if isinstance(event, DocumentEndEvent):
            parser.dispose()  # its state refers to itself
        return event

    return next_event


class _Parser(Reader, Scanner, Parser):
    """The methods of PyYAML's scanner that differ, rewritten."""

    # The stubs call it final, yet it is the table that the inherited methods look into.
    ESCAPE_REPLACEMENTS = {  # type: ignore[misc]
        key: text for key, text in Scanner.ESCAPE_REPLACEMENTS.items() if key != "/"
    } | {"'": "'"}
    scan_line_break: Callable[[], str]

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        """Skip white space and comments. Tabs count where no key may begin a line."""
        if self.index == 0 and self.peek() == "\ufeff":
            self.forward()
        while True:
            while self.peek() == " " or (self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0" + _BREAKS:
                    self.forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_directive_name(self, start_mark: Any) -> str:
        """Return YAML or TAG. There are no other directives."""
        inherited: Any = super()
        name: str = inherited.scan_directive_name(start_mark)
        if name not in {"YAML", "TAG"}:
            raise ScannerError(
                "while scanning a directive", start_mark, "found unknown directive name", self.get_mark()
            )
        return name

    def scan_plain(self) -> ScalarToken:
        """Return plain text. In brackets it ends at a question mark, and nowhere at a colon before a bracket."""
        chunks: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        spaces: list[str] = []
        while self.peek() != "#":
            length = 0
            while True:
                character = self.peek(length)
                if (
                    character in _BLANKS
                    or (character == ":" and self.peek(length + 1) in _BLANKS)
                    or (self.flow_level and character in ",?[]{}")
                ):
                    break
                length += 1
            if not length:
                break
            self.allow_simple_key = False
            chunks += spaces
            chunks.append(self.prefix(length))
            self.forward(length)
            end = self.get_mark()
            spaces = self._plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)  # noqa: FBT003 - PyYAML's order

    def _plain_spaces(self, indent: int, start: Any) -> list[str]:
        """Return the white space inside plain text, its lines folded; nothing where the document ends."""
        spaces = ""
        breaks: list[str] = []
        while self.peek() in " \t" + _BREAKS:
            if self.peek() in " \t":
                if breaks and self.column < indent and self.peek() == "\t":
                    raise ScannerError(
                        "while scanning a plain scalar",
                        start,
                        "found a tab character that violates indentation",
                        self.get_mark(),
                    )
                if not breaks:
                    spaces += self.peek()
                self.forward()
            else:
                breaks.append(self.scan_line_break())
                self.allow_simple_key = True
                if self.prefix(3) in {"---", "..."} and self.peek(3) in _BLANKS:
                    return []
        if not breaks:
            return [spaces] if spaces else []
        if breaks[0] != "\n":
            return breaks
        return breaks[1:] or [" "]

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: Any) -> list[str]:  # noqa: FBT001 - PyYAML's
        """Return a piece of quoted text. An escape must stand for a character of Unicode."""
        try:
            chunks: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):
            chunks = ["\ud800"]
        if any("\ud800" <= character <= "\udfff" for chunk in chunks for character in chunk):
            raise ScannerError(
                "while parsing a quoted scalar",
                start_mark,
                "found invalid Unicode character escape code",
                self.get_mark(),
            )
        return chunks
