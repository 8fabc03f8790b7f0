"""Documents: the pieces of a file that kubectl reads one by one.

kubectl stops at the first piece that it cannot read. Here reading goes on with the next piece, so that
one run tells everything; whoever must know what kubectl would have seen looks at the first problem.

| A stream that begins with | is read as |
|---|---|
| ``{`` | JSON values, one after the other; where that fails with at most one value read, the rest as YAML |
| anything else | YAML, cut into pieces by lines |

Source: k8s.io/apimachinery pkg/util/yaml decoder.go, k8s.io/cli-runtime pkg/resource visitor.go.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, BinaryIO, Final, Literal, NamedTuple, TextIO

from yaml.error import YAMLError

from .collector import collector_paused
from .compose import Composed, Places, Plain, ReadError, Value, compose, unsupported_number
from .files import STDIN, read_sources
from .json_events import JsonError, JsonEvents, NumberError, remedy, skip_space
from .json_values import QuickJson
from .limits import ANSWERS, DEEPEST, FILES, InputError, Limits, option, size
from .problems import Path, Position, Problem
from .splitting import Chunk, after_json, is_json, split
from .syntax import TEMPLATE, events, explain, is_template

__all__ = ["ANSWERS", "FILES", "Document", "Duplicate", "InputError", "Limits", "read_paths", "read_text"]

_AGAIN: Final = Limits(max_depth=DEEPEST, max_alias_nodes=1 << 62)
"""What has been read once within limits is read again without."""
_LARGE: Final = 1 << 20
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class Duplicate(NamedTuple):
    """A key written more than once in one mapping. kubectl takes the last and says nothing."""

    path: Path
    first: Position
    last: Position


class _Again(NamedTuple):
    """What a second reading of a document tells."""

    value: Value
    places: Places
    line_starts: list[int]
    """The index of the first character of each line."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file. Its value is as kubectl's conversion to JSON makes it."""

    file: str
    """The file as the user named it."""
    index: int
    """Which document of the file, from 1; empty ones do not count."""
    first_line: int
    """The line of the file that `text` begins on, from 1."""
    text: str
    """What was parsed, comments and all. Lines of YAML end in ``\\n``."""
    value: Value
    """What the text says. What an alias repeats is one object in several places, so never change it."""
    has_duplicates: bool = False
    syntax: Literal["yaml", "json"] = "yaml"
    first_column: int = 1
    """The column that `text` begins in; above 1 only for JSON that follows JSON on one line."""
    _again: list[_Again] = field(default_factory=list, repr=False)

    def locate(self, path: Path, *, key: bool = False) -> Position:
        """Return where the value at `path` stands, or with `key` its key.

        A path that does not exist is answered by its nearest ancestor that does. An item of a list has no
        key, and stands where its value stands. The text is read a second time when this is asked first.
        """
        again = self._read_again()
        value, places = again.value, again.places
        index = places.root
        for depth, step in enumerate(path, start=1):
            spot = places.spot(value, step)
            if spot is None:
                break
            index = spot.key if key and depth == len(path) else spot.value
            value = value[step]  # type: ignore[index]
        return self.position(index)

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The keys that are written more than once, in the order of the text."""
        if not self.has_duplicates:
            return ()
        return tuple(
            Duplicate(path, self.position(first), self.position(last))
            for path, (first, last) in self._read_again().places.duplicates.items()
        )

    def position(self, index: int) -> Position:
        """Return the place in the file after `index` characters of the text."""
        line_starts = self._read_again().line_starts
        index = max(0, min(index, len(self.text) - 1))
        line = bisect_right(line_starts, index) - 1
        column = index - line_starts[line] + (1 if line else self.first_column)
        return Position(self.first_line + line, column)

    def _read_again(self) -> _Again:
        """Return what only a second reading tells, which is kept."""
        if not self._again:
            places = Places()
            with collector_paused(when=len(self.text) >= _LARGE):
                next_event = events(self.text) if self.syntax == "yaml" else JsonEvents(self.text, 0).read().__next__
                composed = compose(next_event, Plain(), _AGAIN, places)
            value = composed.value if composed is not None else None
            self._again.append(_Again(value, places, _line_starts(self.text)))
        return self._again[0]


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def read_text(
    text: str | bytes, file: str = "<answer>", limits: Limits = FILES, *, keep_places: bool = False
) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a text in order, and a problem for each piece that kubectl cannot read.

    `file` is what problems call the text. With `keep_places` nothing is read a second time to say where it stands: for
    whoever will ask about most documents. Raises `InputError` for a text that is too large.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > limits.max_bytes:
        raise InputError(f"{file} has more than {size(limits.max_bytes)}. Split it, or raise {option('max_bytes')}.")
    reader = _Reader(file, limits, keep_places=keep_places)
    with collector_paused(when=keep_places or len(data) >= _LARGE):
        reader.read(data)
    return reader.documents, reader.problems


def read_paths(
    paths: Iterable[str | PathLike[str]],
    limits: Limits = FILES,
    stdin: bytes | str | BinaryIO | TextIO | None = None,
) -> tuple[list[Document], list[Problem]]:
    """Return the documents and problems of files, of folders and, for ``-``, of standard input.

    `files.read_sources` tells which files a folder means. `stdin` stands in for the program's own standard
    input. Raises `InputError` for what cannot be read at all.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for name, data in read_sources(paths, limits, stdin):
        found, wrong = read_text(data, name, limits)
        documents += found
        problems += wrong
    return documents, problems


class _Stop(Exception):  # noqa: N818 - no error: the problem that ends a file has been noted
    """Nothing more is read of this file."""


class _JsonFault(NamedTuple):
    """Why a stream that looks like JSON is none."""

    detail: str
    position: Position
    hint: str


class _Reader:
    """Reads one file."""

    def __init__(self, file: str, limits: Limits, *, keep_places: bool = False) -> None:
        self.file = file
        self.limits = limits
        self.keep_places = keep_places
        self.documents: list[Document] = []
        self.problems: list[Problem] = []
        self._plain = Plain()
        self._index = 1
        self._pieces = 0

    def read(self, data: bytes) -> None:
        """Read a stream."""
        try:
            if is_json(data):
                self._read_json(data)
            else:
                self._read_yaml(split(data))
        except _Stop:
            pass

    def _read_yaml(self, chunks: Iterable[Chunk], first_error: _JsonFault | None = None) -> None:
        """Read pieces of YAML. `first_error` is why the first of them is no JSON: kubectl shows that instead."""
        for chunk in chunks:
            self._count(chunk.first_line)
            places = Places() if self.keep_places else None
            try:
                composed = self._compose_yaml(chunk, places)
            except ReadError as error:
                if first_error is not None and not error.is_limit:
                    self._refuse_json(first_error, _position(chunk.text, error.index, chunk.first_line), error.hint)
                else:
                    prefix = "" if chunk.is_separator or error.is_limit else "error converting YAML to JSON: "
                    where = _position(chunk.text, error.index, chunk.first_line)
                    self._refuse(prefix + error.detail, where, error.hint, is_limit=error.is_limit)
            else:
                if composed is not None and composed.value is not None:
                    self._accept(composed, chunk.text, chunk.first_line)
                    if places is not None:
                        again = _Again(composed.value, places, _line_starts(chunk.text))
                        self.documents[-1]._again.append(again)  # noqa: SLF001 - as if it had been read again
            first_error = None

    def _compose_yaml(self, chunk: Chunk, places: Places | None) -> Composed | None:
        """Return a piece's document, noting in `places` where everything stands. Raises `ReadError`."""
        if chunk.fault is not None:
            raise ReadError(chunk.fault.message, chunk.fault.at, chunk.fault.hint)
        try:
            composed = compose(events(chunk.text), self._plain, self.limits, places)
        except YAMLError as error:
            raise explain(error, chunk.text, chunk.first_line) from None
        except ReadError as error:
            if is_template(chunk.text, error.index):
                error.hint = TEMPLATE
            raise
        if composed is not None and self._plain.has_unsupported:
            self._check_numbers(composed, chunk)
        return composed

    def _check_numbers(self, composed: Composed, chunk: Chunk) -> None:
        """Raise `ReadError` for a number that JSON lacks. Some document of the file holds such a word."""
        found = unsupported_number(composed.value)
        if found is not None:
            path, word = found
            places = Places()
            again = compose(events(chunk.text), self._plain, _AGAIN, places)
            value: Any = again.value if again is not None else None
            index = places.root
            for step in path:
                spot = places.spot(value, step)
                index = spot.value if spot is not None else index
                value = value[step]
            raise ReadError(f"json: unsupported value: {word}", index, "Quote the value if it is meant as text.")

    def _read_json(self, data: bytes) -> None:
        """Read JSON values, and the rest as YAML where the first or second value is none."""
        text = data.decode("utf-8", "surrogateescape")
        quick = QuickJson(text, self._plain, self.limits.max_depth)
        end = read = line_start = counted = 0
        line = 1
        while (start := skip_space(text, end)) < len(text):
            line += text.count("\n", counted, start)
            line_start = max(line_start, text.rfind("\n", counted, start) + 1)
            counted = start
            self._count(line)
            try:
                composed, end = self._compose_json(text, start, quick)
            except JsonError as error:
                fault = _json_fault(error, text, is_certain=read > 1)
                rest = None if read > 1 else after_json(data, _length(text[:end]))
                if rest is None:
                    self._refuse(fault.detail, fault.position, fault.hint)
                    raise _Stop from None
                self._read_yaml(split(data[rest:], data.count(b"\n", 0, rest) + 1), fault)
                return
            except NumberError as error:
                detail = str(error)
                message = f'unable to decode "{_kubectl_name(self.file)}": {detail}'
                self._refuse(detail, _position(text, error.index, 1), "Write a smaller number.", message=message)
                end = error.end
            except ReadError as error:
                # Only a limit stops JSON here, and what follows cannot be found without reading on.
                self._refuse(error.detail, _position(text, error.index, 1), error.hint, is_limit=error.is_limit)
                raise _Stop from None
            else:
                if composed is not None and composed.value is not None:
                    piece = _SURROGATES.sub("\ufffd", text[start:end])
                    self._accept(composed, piece, line, start - line_start + 1, "json")
            read += 1

    def _compose_json(self, text: str, start: int, quick: QuickJson) -> tuple[Composed | None, int]:
        """Return the value that begins at `start`, and where it ends. Raises the errors of `JsonEvents`."""
        found = quick.read(start)
        if found is not None:
            return Composed(found[0], has_duplicates=False), found[1]
        source = JsonEvents(text, start)
        return compose(source.read().__next__, self._plain, self.limits), source.end

    def _accept(
        self, composed: Composed, text: str, line: int, column: int = 1, syntax: Literal["yaml", "json"] = "yaml"
    ) -> None:
        self.documents.append(
            Document(self.file, self._index, line, text, composed.value, composed.has_duplicates, syntax, column)
        )
        self._index += 1

    def _refuse_json(self, fault: _JsonFault, yaml_position: Position, yaml_hint: str) -> None:
        """Note what is neither JSON nor YAML: in JSON's words, at the place that the better reader came to."""
        position, hint = fault.position, fault.hint
        if (yaml_position.line, yaml_position.column) > (position.line, position.column):
            position, hint = yaml_position, yaml_hint
        self._refuse(fault.detail, position, hint)

    def _refuse(self, detail: str, position: Position, hint: str, *, is_limit: bool = False, message: str = "") -> None:
        self.problems.append(
            Problem(
                file=self.file,
                document=self._index,
                position=position,
                object="",
                severity="error",
                code=None,
                stage="yaml",
                path="",
                type="Limit exceeded" if is_limit else "Invalid YAML",
                detail=detail,
                message=message or f"error parsing {_kubectl_name(self.file)}: {detail}",
                hint=hint,
            )
        )
        self._index += 1

    def _count(self, line: int) -> None:
        """Count a document, and stop at one too many."""
        self._pieces += 1
        if self._pieces > self.limits.max_documents:
            self._refuse(
                f"the file holds more than {self.limits.max_documents} documents",
                Position(line, 1),
                f"Split the file, or raise {option('max_documents')}.",
                is_limit=True,
            )
            raise _Stop


def _json_fault(error: JsonError, text: str, *, is_certain: bool) -> _JsonFault:
    """Return why kubectl cannot read a stream as JSON. It gives an offset unless two values say that it is JSON."""
    detail = error.message
    if not is_certain and not error.at_end:
        detail = f"json: offset {_length(text[: error.index]) + 1}: {detail}"
    return _JsonFault(detail, _position(text.rstrip(), error.index, 1), remedy(error, text))


def _length(text: str) -> int:
    """Return the number of bytes that a text was decoded from."""
    return len(text.encode("utf-8", "surrogateescape"))


def _position(text: str, index: int, first_line: int) -> Position:
    """Return the place after `index` characters of a text, or its last place if it is shorter."""
    index = max(0, min(index, len(text) - 1))
    line_start = text.rfind("\n", 0, index) + 1
    return Position(first_line + text.count("\n", 0, line_start), index - line_start + 1)


def _kubectl_name(file: str) -> str:
    """Return what kubectl calls a file in its messages."""
    return "STDIN" if file == STDIN else file
