"""Documents: the pieces of a file that kubectl reads one by one.

kubectl cuts a stream into pieces by *lines* before any YAML parser sees it, parses each piece on its
own and takes only its first YAML document. A stream whose first character is ``{`` is tried as a
sequence of JSON values first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, BinaryIO, NamedTuple

from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import Event
from yaml.reader import ReaderError
from yaml.scanner import ScannerError

from .compose import Places, Plain, ReadError, Value, compose, unsupported_number
from .files import read_sources
from .limits import ANSWERS, FILES, InputError, Limits
from .problems import Path, Position, Problem, format_path
from .splitting import Chunk, split

__all__ = ["ANSWERS", "FILES", "Document", "Duplicate", "InputError", "Limits", "read_paths", "read_text"]


class Duplicate(NamedTuple):
    """A key written more than once in one mapping. kubectl takes the last and says nothing."""

    path: Path
    first: Position
    last: Position


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
    """The document's text, its lines ended by ``\\n``."""
    value: Value
    """What the text says. An alias makes one object stand in several places, so it must not be changed."""
    has_duplicates: bool = False
    _cache: list[Any] = field(default_factory=list, repr=False)

    def locate(self, path: Path, *, key: bool = False) -> Position:
        """Return where the value at `path` stands, or with `key` its key.

        A path that does not exist is answered by its nearest ancestor that does; for a list item `key`
        makes no difference.
        """
        value, places = self._read_again()
        index = places.root
        for number, step in enumerate(path):
            spot = places.spot(value, step)
            if spot is None:
                break
            index = spot.key if key and number == len(path) - 1 else spot.value
            value = value[step]  # type: ignore[index]
        return self.position(index)

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The keys that are written more than once, in the order of the text."""
        if not self.has_duplicates:
            return ()
        _, places = self._read_again()
        return tuple(
            Duplicate(path, self.position(first), self.position(last)) for path, (first, last) in places.duplicates.items()
        )

    def position(self, index: int) -> Position:
        """Return the place in the file after `index` characters of the text."""
        return _position(self.text, self.first_line, index)

    def _read_again(self) -> tuple[Value, Places]:
        """Return the value and where everything in it stands."""
        if not self._cache:
            places = Places()
            composed = compose(_events(self.text), Plain(), Limits(), places)
            self._cache.append((composed.value if composed else None, places))
        found: tuple[Value, Places] = self._cache[0]
        return found


def read_text(text: str | bytes, file: str = "<answer>", limits: Limits = FILES) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a text and what is wrong with those that kubectl cannot read."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > limits.max_bytes:
        raise InputError(f"{file} is larger than {limits.max_bytes} bytes. Split it, or raise --max-bytes.")
    documents: list[Document] = []
    problems: list[Problem] = []
    plain = Plain()
    index = 1
    for chunk in split(data):
        try:
            document = _read_chunk(chunk, file, index, plain, limits)
        except ReadError as error:
            problems.append(_problem(error, chunk, file, index))
            index += 1
            continue
        if document is not None:
            documents.append(document)
            index += 1
    return documents, problems


def _read_chunk(chunk: Chunk, file: str, index: int, plain: Plain, limits: Limits) -> Document | None:
    if chunk.error:
        raise ReadError(chunk.error, 0)
    try:
        composed = compose(_events(chunk.text), plain, limits)
    except YAMLError as error:
        raise _syntax_error(error) from None
    if composed is None:
        return None
    if composed.refusal is not None:
        raise composed.refusal
    if composed.value is None:
        return None
    document = Document(file, index, chunk.first_line, chunk.text, composed.value, composed.has_duplicates)
    if plain.has_unsupported:
        found = unsupported_number(composed.value)
        if found is not None:
            raise ReadError(f"json: unsupported value: {found[1]}", 0)
    return document


def _events(text: str) -> Callable[[], Event | None]:
    from yaml.cyaml import CParser

    get: Callable[[], Event | None] = CParser(text).get_event
    return get


def _syntax_error(error: YAMLError) -> ReadError:
    if isinstance(error, ReaderError):
        return ReadError(f"yaml: {error.reason}", 0)
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line
        if line:
            line += isinstance(error, ScannerError)
        elif error.context_mark is not None:
            line = error.context_mark.line
        where = f"line {line}: " if line else ""
        return ReadError(f"yaml: {where}{error.problem}", error.problem_mark.index)
    return ReadError(f"yaml: {error}", 0)


def _problem(error: ReadError, chunk: Chunk, file: str, index: int) -> Problem:
    detail = error.detail if chunk.error or error.is_limit else f"error converting YAML to JSON: {error.detail}"
    return Problem(
        file=file,
        document=index,
        position=_position(chunk.text, chunk.first_line, error.index),
        object="",
        severity="error",
        code=None,
        stage="yaml",
        path=format_path(()),
        type="Limit exceeded" if error.is_limit else "Invalid YAML",
        detail=detail,
        message=f"error parsing {file}: {detail}",
        hint=error.hint,
    )


def _position(text: str, first_line: int, index: int) -> Position:
    line_start = text.rfind("\n", 0, index) + 1
    return Position(first_line + text.count("\n", 0, line_start), index - line_start + 1)


def read_paths(
    paths: Iterable[str | PathLike[str]], limits: Limits = FILES, stdin: bytes | str | BinaryIO | None = None
) -> tuple[list[Document], list[Problem]]:
    """Return the documents of files, folders and, for ``-``, standard input. Raises `InputError`."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for name, data in read_sources(paths, limits, stdin):
        found, wrong = read_text(data, name, limits)
        documents += found
        problems += wrong
    return documents, problems
