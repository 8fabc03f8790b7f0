"""The parser's side of reading YAML: its events, and its complaints in kubectl's words with a remedy.

goyaml, inside kubectl, and libyaml, below PyYAML, are one scanner in two languages, so libyaml stops
where kubectl stops and says what kubectl says. Where libyaml is missing, as in a browser, PyYAML's own
parser takes its place, and its words are translated.

goyaml counts lines from 0 and adds one only for errors of the scanner, so a parser's error names the
line before. It leaves the line out where that makes 0. Both are kept, since people compare them with
what kubectl prints. The place that comes with an error is the true one.

Source: go.yaml.in/yaml/v2 decode.go (fail), scannerc.go, parserc.go, readerc.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from yaml import __with_libyaml__
from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError
from yaml.scanner import ScannerError

from .compose import NextEvent, ReadError

if __with_libyaml__:
    from .libyaml import events as _events
else:
    from .python_yaml import events as _events

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEFORE_CONTENT: Final = re.compile("[ \t]*([#%][^\r\n\x85\u2028\u2029]*)?[\r\n\x85\u2028\u2029]")
_VERSION: Final = re.compile(r"%YAML +0*([0-9]+)\.0*([0-9]+)[ \t]*(?:#.*)?\Z")
_MOST_DIRECTIVES: Final = 100
"""libyaml compares each ``%TAG`` line with all before it, and hardly any file that kubectl takes has one."""


def events(text: str) -> NextEvent:
    """Return what hands out the events of a text, one a call.

    Raises `ReadError` for a text that is not even tried, and PyYAML's own errors; so may each call.
    `explain` turns the latter into kubectl's.
    """
    if "%" in text:
        _check_directives(text)
    return _events(text)


def explain(error: YAMLError, text: str, first_line: int) -> ReadError:
    """Return kubectl's words for a parser's error, the true place of the fault, and the remedy.

    `first_line` is the line of the file that the text begins on.
    """
    if isinstance(error, ReaderError):
        found = _FORBIDDEN.search(text)
        index = found.start() if found else 0
        code = f"U+{ord(text[index]):04X}" if found else "that"
        hint = f"Delete the invisible character {code} here, or write it as an escape in double quotes."
        return ReadError("yaml: control characters are not allowed", index, hint)
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return ReadError(f"yaml: {error}", 0)
    problem = _in_goyaml_words(str(error.problem), str(error.context or ""))
    line = error.problem_mark.line
    if line:
        line += isinstance(error, ScannerError)
    elif error.context_mark is not None:
        line = error.context_mark.line
    where = f"line {line}: " if line else ""
    at = error.problem_mark.index
    begin = error.context_mark.index if error.context_mark is not None else at
    place = _Place(text, at, begin, first_line)
    if problem in _OPENED or (at >= len(text.rstrip()) and begin < at):
        at = begin
    return ReadError(f"yaml: {where}{problem}", at, _hint(problem, place))


def is_template(text: str, index: int) -> bool:
    """Return whether the line at `index` holds what a template engine should have filled in."""
    return "{{" in text[text.rfind("\n", 0, index) + 1 :].partition("\n")[0]


def _check_directives(text: str) -> None:
    """Raise `ReadError` for a text that begins with very many directives, or with a YAML that goyaml refuses."""
    directives = number = at = 0
    while (line := _BEFORE_CONTENT.match(text, at)) is not None:
        directives += (line[1] or "").startswith("%")
        version = _VERSION.match(line[1] or "")
        if version is not None and version.groups() != ("1", "1"):
            where = f"line {number}: " if number else ""
            raise ReadError(f"yaml: {where}found incompatible YAML document", at, _DIRECTIVES)
        if directives > _MOST_DIRECTIVES:
            raise ReadError("yaml: did not find expected <document start>", at, _DIRECTIVES)
        at = line.end()
        number += 1


class _Place(NamedTuple):
    """Where an error is: in which text, where the parser stopped, where the thing at fault begins."""

    text: str
    at: int
    begin: int
    first_line: int

    @property
    def character(self) -> str:
        """The character the parser stopped at, or nothing at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def line(self) -> str:
        """The line the parser stopped in."""
        return self.text[self.line_start :].partition("\n")[0]

    @property
    def line_start(self) -> int:
        """The index of the first character of that line."""
        return self.text.rfind("\n", 0, self.at) + 1

    @property
    def at_end(self) -> bool:
        """Whether nothing follows."""
        return not self.text[self.at :].strip()

    def number(self, index: int) -> int:
        """The number of a line in the file."""
        return self.first_line + self.text.count("\n", 0, index)


_OPENED: Final = {
    "found unexpected end of stream": "The quotation mark that opens here is never closed.",
    "found unexpected document indicator": "The quotation mark that opens here is not closed before the document ends.",
    "could not find expected ':'": "Put a colon and a space after the key, as in port: 80.",
}
"""Errors that belong where the thing at fault begins, not where the parser gave up."""

_HINTS: Final = {
    **_OPENED,
    "block sequence entries are not allowed in this context": (
        "Begin the list on the line below its key. Quote the value if the dash belongs to it."
    ),
    "mapping keys are not allowed in this context": "Quote the text if it begins with a question mark.",
    "found unknown escape character": "Write the backslash twice, or use single quotes.",
    "did not find expected hexdecimal number": "Write the backslash twice, or use single quotes.",
    "found invalid Unicode character escape code": "Write the character itself instead of its escape.",
    "did not find expected alphabetic or numeric character": "Quote the text if it begins with & or *.",
    "did not find expected comment or line break": (
        "Begin the text on the line below | or >. Quote the value if that sign belongs to it."
    ),
    "found an indentation indicator equal to 0": "Write | or > without a number.",
    "found undefined tag handle": "Quote the text if it begins with an exclamation mark.",
    "did not find the expected '>'": "Quote the text if it begins with an exclamation mark.",
    "did not find expected tag URI": "Quote the text if it begins with an exclamation mark.",
    "did not find expected whitespace or line break": "Quote the text if it begins with an exclamation mark.",
}
_DIRECTIVES: Final = "Remove the lines that begin with %. kubectl reads no YAML directives."
_DASHES: Final = "Begin every item of this list with a dash in the same column."
_INDENT: Final = re.compile(r" *(?:- +)*")
TEMPLATE: Final = "This is a template. Fill it in first, for example with helm template."
"""The remedy for what only a template engine understands."""
_TABS: Final = re.compile(r" *\t")


def _hint(problem: str, place: _Place) -> str:
    """Return the remedy for an error of the parser in one or two sentences; nothing where none is known."""
    if is_template(place.text, place.at):
        return TEMPLATE
    if _TABS.match(place.line) and not problem.startswith("found unexpected end"):
        return "Indent with spaces. YAML allows no tabs there."
    if place.line.startswith("%"):
        return _DIRECTIVES
    special = _SPECIAL_HINTS.get(problem)
    return special(place) if special is not None else _HINTS.get(problem, "")


def _hint_token(place: _Place) -> str:
    if place.character == "\t":
        return "Indent with spaces. YAML allows no tabs there."
    return f"Put the text in quotes. Without them it cannot begin with {place.character}"


def _hint_colon(place: _Place) -> str:
    if re.search(r":\s", place.text[place.line_start : place.at]):
        return "Only one key and its value fit on a line. Quote the value if the colon belongs to it."
    above = place.text[: place.line_start].rstrip()
    number = place.number(len(above))
    if re.search(r":(\s|$)", above.rpartition("\n")[2]):
        return f"Indent this line like line {number}, which has a value already. A key with more keys below has none."
    return f"Put a colon at the end of line {number} if it is a key."


def _hint_key(place: _Place) -> str:
    if place.text[place.line_start : place.at].strip():
        return "The value ends before this. Put all of it in quotes."
    first = place.number(place.begin)
    indent = place.begin - (place.text.rfind("\n", 0, place.begin) + 1)
    lines = [line for line in place.text[: place.line_start].split("\n") if line.strip() and line.strip()[0] != "#"]
    above = _INDENT.match(lines[-1]) if lines else None
    if place.character == "-":
        if above is not None and "-" in above[0]:
            return _DASHES
        return f"A list item stands among the keys that begin on line {first}. Move it below its own key."
    if above is None or above.end() == indent:
        return f"Indent this line by {indent} spaces, like line {first}."
    return f"Indent this line by {above.end()} spaces, like the line above, or by {indent}, like line {first}."


def _hint_dash(place: _Place) -> str:
    if place.character == "-":
        return _DASHES
    first = place.number(place.begin)
    return (
        f"This stands among the items of the list of line {first}. Indent it more, below its item, or less, out of it."
    )


def _hint_flow(bracket: str) -> Callable[[_Place], str]:
    def hint(place: _Place) -> str:
        if place.at_end:
            return f"The {bracket} that opens here is never closed."
        if place.character == "?":
            return "Quote the text. Between brackets a question mark has a meaning of its own."
        if place.begin < place.line_start:
            return f"Close the {bracket} of line {place.number(place.begin)} first, or put a comma before this."
        return f"Put a comma before this, or close the {bracket} first."

    return hint


def _hint_content(place: _Place) -> str:
    if place.at_end:
        return "Close the bracket that is still open, or write the value that is missing."
    return f"A value is missing before this {place.character}"


def _hint_document(place: _Place) -> str:
    if re.search("^%", place.text, re.MULTILINE):
        return _DIRECTIVES
    return "Begin a new document with a line that holds nothing but ---."


_SPECIAL_HINTS: Final[dict[str, Callable[[_Place], str]]] = {
    "found character that cannot start any token": _hint_token,
    "mapping values are not allowed in this context": _hint_colon,
    "did not find expected key": _hint_key,
    "did not find expected '-' indicator": _hint_dash,
    "did not find expected ',' or ']'": _hint_flow("["),
    "did not find expected ',' or '}'": _hint_flow("{"),
    "did not find expected node content": _hint_content,
    "did not find expected <document start>": _hint_document,
}

_TRANSLATIONS: Final = (
    (r"found character .* that cannot start any token", "found character that cannot start any token"),
    (r"mapping (values|keys) are not allowed here", r"mapping \1 are not allowed in this context"),
    (r"sequence entries are not allowed here", "block sequence entries are not allowed in this context"),
    (r"expected the node content, but .*", "did not find expected node content"),
    (r"expected ',' or '(.)', but .*", r"did not find expected ',' or '\1'"),
    (r"expected '<document start>', but .*", "did not find expected <document start>"),
    (r"expected alphabetic or numeric character, but .*", "did not find expected alphabetic or numeric character"),
    (r"expected a comment or a line break, but .*", "did not find expected comment or line break"),
    (r"expected chomping or indentation indicators, but .*", "did not find expected comment or line break"),
    (r"expected indentation indicator in the range 1-9, but .*", "found an indentation indicator equal to 0"),
    (r"expected escape sequence of .*", "did not find expected hexdecimal number"),
    (r"found unknown escape character .*", "found unknown escape character"),
    (r"found unexpected document separator", "found unexpected document indicator"),
    (r"found undefined tag handle .*", "found undefined tag handle"),
    (r"duplicate tag handle .*", "found duplicate %TAG directive"),
    (r"found duplicate YAML directive", "found duplicate %YAML directive"),
    (r"expected URI, but .*", "did not find expected tag URI"),
    (r"expected ' ', but .*", "did not find expected whitespace or line break"),
    (r"expected '(.)', but .*", r"did not find expected '\1'"),
)
_BLOCK_END: Final = {
    "while parsing a block mapping": "did not find expected key",
    "while parsing a block collection": "did not find expected '-' indicator",
}


def _in_goyaml_words(problem: str, context: str) -> str:
    """Return an error of PyYAML's Python parser in the words that libyaml and goyaml share."""
    if problem.startswith("expected <block end>"):
        return _BLOCK_END.get(context, problem)
    if context == "while scanning a directive" and problem.startswith("expected alphabetic"):
        return "could not find expected directive name"
    for pattern, words in _TRANSLATIONS:
        match = re.fullmatch(pattern, problem, re.DOTALL)
        if match is not None:
            return match.expand(words)
    return problem
