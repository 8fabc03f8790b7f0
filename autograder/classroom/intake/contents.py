"""What is in one learner's submission? Its notebooks and YAML files, wherever they lie, and what cannot be read.

A submission is made of parts: folders, files, entries of an archive. An archive among them is looked into, once: an
archive inside a learner's archive stays closed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from autograder.manifests.limits import InputError, size

from .archives import Entry, entries_of, unpack
from .folders import Seen, look, read_regular
from .limits import IntakeLimits
from .paths import clean_path, is_left_behind, is_of_the_course, kind_of, shown

READ: Final = frozenset({"notebook", "yaml"})
PACK: Final = "Pack the notebook and the answers as .zip, or hand them in as they are."


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a submission: where it is, not what it holds."""

    at: Path
    """A folder or a file; with `entry`, the archive that holds it."""
    name: str = ""
    """Its path inside the submission; empty for a folder whose contents are the submission itself."""
    entry: Entry | None = None
    is_folder: bool = False
    fault: str = ""
    """Why it is not opened at all; empty if it is."""


@dataclass(frozen=True, slots=True)
class Item:
    """A notebook or a YAML file of a submission that can be read now."""

    name: str
    read: Callable[[], bytes]
    """Raises `InputError` when it cannot be read."""


class Contents:
    """Goes through a submission, within limits. Collects what is to be told in `troubles`, and never raises."""

    def __init__(self, parts: Iterable[Part], limits: IntakeLimits) -> None:
        """Take the parts of the submission; nothing is opened yet."""
        self._parts = tuple(parts)
        self._limits = limits
        self._left = limits.entries
        self._bytes = limits.submission_bytes
        self.others: list[str] = []
        """Files that are neither notebooks nor YAML."""
        self.troubles: list[str] = []

    def items(self) -> Iterator[Item]:
        """Yield the notebooks and YAML files. Each can be read until the next one is asked for."""
        for number, item in enumerate(self._all()):
            if number == self._limits.files:
                self.tell(f"There are more than {number} notebooks and YAML files; the first {number} are read.")
                return
            yield item

    def data(self, item: Item) -> bytes | None:
        """Return what an item holds; None, and a sentence in `troubles`, if it cannot be read."""
        try:
            data = item.read()
        except InputError as error:
            self.tell(str(error))
            return None
        self._bytes -= len(data)
        if self._bytes < 0:
            self.tell(
                f"{shown(item.name)}: all files together are larger than {size(self._limits.submission_bytes)}. "
                "Hand in the notebook and the answers alone."
            )
            return None
        return data

    def tell(self, sentence: str) -> None:
        """Put a sentence among the troubles, as long as somebody reads them."""
        if len(self.troubles) < self._limits.troubles:
            self.troubles.append(sentence)
        elif len(self.troubles) == self._limits.troubles:
            self.troubles.append("There is more that cannot be read.")

    def _most(self, name: str) -> int:
        """Return how large a file may be."""
        kind = kind_of(name)
        own = {"notebook": self._limits.notebook_bytes, "yaml": self._limits.yaml_bytes}
        return own.get(kind, self._limits.archive_bytes)

    def _all(self) -> Iterator[Item]:
        for part in self._parts:
            name = shown(part.name)
            if part.fault:
                self.tell(f"{name}: {part.fault}")
            elif part.entry is not None:
                with self._opened(part.at) as stream:
                    if stream is not None:
                        yield from self._entry(stream, part.name, part.entry, is_inside=False)
            elif part.is_folder:
                yield from self._folder(part.at, part.name)
            else:
                yield from self._file(part.at, part.name)

    @contextmanager
    def _opened(self, archive: Path) -> Iterator[BinaryIO | None]:
        with ExitStack() as stack:
            stream = None
            try:
                stream = stack.enter_context(archive.open("rb"))
            except OSError as error:
                self.tell(f"{archive.name} cannot be read: {error.strerror}. Grade again when it can.")
            yield stream

    def _folder(self, top: Path, prefix: str) -> Iterator[Item]:
        waiting = [(top, prefix, 0)]
        while waiting:
            folder, path, depth = waiting.pop()
            try:
                seen = look(folder, max(self._left, 0))
            except InputError as error:
                self.tell(f"{shown(path) or 'The folder'}: {error}")
                continue
            self._left -= len(seen)
            below = []
            for each in seen:
                if is_left_behind(each.name):
                    continue
                name, fault = clean_path(f"{path}/{each.name}" if path else each.name, self._limits)
                if each.kind == "folder" and kind_of(each.name) not in READ:
                    if depth + 1 >= self._limits.depth or fault:
                        self.tell(f"{shown(name)}: it lies too deep, or its path is too long. It was not looked into.")
                    else:
                        below.append((folder / each.name, name, depth + 1))
                else:
                    yield from self._seen(folder / each.name, name, each, fault)
            waiting += reversed(below)

    def _seen(self, at: Path, name: str, seen: Seen, fault: str) -> Iterator[Item]:
        if seen.kind == "file" and not fault:
            yield from self._file(at, name)
        elif kind_of(seen.name) != "other" or seen.kind != "file":
            what = {
                "folder": "it is a folder, and neither a notebook nor a YAML file. Hand in the file itself.",
                "link": "it is a link. Hand in the file itself.",
                "special": "it is no regular file. Hand in the file itself.",
            }
            self.tell(f"{shown(name)}: {what.get(seen.kind, f'{fault}. Rename it.')}")

    def _file(self, at: Path, name: str) -> Iterator[Item]:
        kind = self._kind(name)
        if kind in READ:
            yield Item(name, lambda: _named(name, lambda: read_regular(at, self._most(name))))
        elif kind == "zip":
            try:
                packed = _named(name, lambda: read_regular(at, self._limits.archive_bytes))
            except InputError as error:
                self.tell(str(error))
            else:
                yield from self._archive(packed, name)

    def _entry(self, stream: BinaryIO, name: str, entry: Entry, *, is_inside: bool) -> Iterator[Item]:
        """Yield what an entry of an archive is; `is_inside` if that archive is already a learner's own."""
        self._left -= 1
        kind = self._kind(name) if not entry.is_folder else "folder"
        if entry.leads_out or (entry.fault and kind in {*READ, "zip"}):
            self.tell(f"{shown(name)}: {entry.fault}")
        elif kind == "folder" and kind_of(name) in READ:
            self.tell(f"{shown(name)}: it is a folder, and neither a notebook nor a YAML file.")
        elif kind == "zip" and is_inside:
            self.tell(f"{shown(name)}: an archive inside an archive is not opened. {PACK}")
        elif kind in {*READ, "zip"}:
            if entry.note:
                self.tell(f"{shown(name)}: {entry.note}")
            most = self._most(name)

            def read() -> bytes:
                return _named(name, lambda: unpack(stream, entry, most, self._limits.ratio), entry.path)

            if kind != "zip":
                yield Item(name, read)
                return
            try:
                packed = read()
            except InputError as error:
                self.tell(str(error))
            else:
                yield from self._archive(packed, name)

    def _archive(self, packed: bytes, name: str) -> Iterator[Item]:
        """Yield what is in a learner's archive, which lies in memory."""
        stream = io.BytesIO(packed)
        try:
            found = entries_of(stream, shown(name), max(self._left, 0), self._limits)
        except InputError as error:
            self.tell(str(error))
            return
        for entry in found:
            if not any(is_left_behind(part) for part in PurePosixPath(entry.path).parts):
                yield from self._entry(stream, entry.path, entry, is_inside=True)

    def _kind(self, name: str) -> str:
        """Return what kind of file it is, and tell of those that are nearly what is read."""
        kind = kind_of(name)
        if kind in READ and is_of_the_course(name):
            return "other"
        if kind == "packed":
            self.tell(f"{shown(name)}: it is no .zip archive. {PACK}")
        elif kind == "renamed":
            self.tell(f"{shown(name)}: another ending was put behind its own. Take it away, and hand it in again.")
        if kind == "other" and len(self.others) < self._limits.troubles:
            self.others.append(name)
        return kind


def _named(name: str, read: Callable[[], bytes], known_as: str = "") -> bytes:
    """Return what `read` does, its errors with the name of the file as the submission has it."""
    try:
        return read()
    except InputError as error:
        what = str(error).removeprefix(f"{shown(known_as)}: ") if known_as else str(error)
        raise InputError(f"{shown(name)}: {what}") from None
