"""A folder, on disk or in an archive of a whole class: what lies in it, one level at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from autograder.classroom.submission import clean_name
from autograder.manifests.limits import InputError

from .archives import Entry
from .contents import Part
from .folders import look, read_regular
from .limits import IntakeLimits
from .paths import is_left_behind, is_no_learner
from .times import LONGEST, read_time

TIMESTAMP: Final = "timestamp.txt"


class Place(Protocol):
    """A folder that is looked into."""

    @property
    def name(self) -> str:
        """What it is called, as the file system has it."""

    @property
    def origin(self) -> str:
        """Where it is, for people: from the path that was named."""

    @property
    def files(self) -> list[Part]:
        """The files in it, by name, without those that programs leave; those that cannot be opened have a fault."""

    @property
    def folders(self) -> list[Place]:
        """The folders in it, by name, without those that programs leave."""

    @property
    def received(self) -> str | None:
        """What nbgrader's timestamp.txt in it says; None without one."""

    def parts(self, prefix: str = "") -> Iterator[Part]:
        """Yield everything in it and below as parts of a submission, their paths beginning with `prefix`."""


@dataclass(frozen=True)
class OnDisk:
    """A folder of the file system."""

    at: Path
    name: str
    origin: str
    limits: IntakeLimits

    @cached_property
    def _seen(self) -> tuple[list[Part], list[Place]]:
        files: list[Part] = []
        folders: list[Place] = []
        try:
            seen = look(self.at, self.limits.class_entries)
        except InputError as error:
            return [Part(self.at, self.name, fault=str(error))], []
        faults = {"file": "", "link": "it is a link, which is not followed.", "special": "it is no regular file."}
        for each in seen:
            if is_no_learner(each.name):
                continue
            if each.kind == "folder":
                folders.append(
                    OnDisk(self.at / each.name, each.name, f"{self.origin}/{clean_name(each.name)}", self.limits)
                )
            else:
                files.append(Part(self.at / each.name, each.name, fault=faults[each.kind]))
        return files, folders

    @property
    def files(self) -> list[Part]:
        """See `Place`."""
        return self._seen[0]

    @property
    def folders(self) -> list[Place]:
        """See `Place`."""
        return self._seen[1]

    @property
    def received(self) -> str | None:
        """See `Place`."""
        try:
            return read_time(read_regular(self.at / TIMESTAMP, LONGEST).decode("utf-8-sig", "replace"))
        except InputError:
            return None

    def parts(self, prefix: str = "") -> Iterator[Part]:
        """See `Place`: the folder itself, which is gone through when it is read."""
        yield Part(self.at, prefix, is_folder=True)


@dataclass
class InArchive:
    """A folder of an archive. Its timestamp.txt is no longer nbgrader's own, so it tells nothing."""

    archive: Path
    name: str
    origin: str
    entries: dict[str, Entry] = field(default_factory=dict)
    below: dict[str, InArchive] = field(default_factory=dict)
    received: str | None = None

    @classmethod
    def of(cls, archive: Path, name: str, origin: str, found: Iterable[Entry]) -> InArchive:
        """Return the topmost folder of an archive."""
        top = cls(archive, name, origin)
        for entry in found:
            parts = PurePosixPath(entry.path).parts
            if entry.leads_out or is_no_learner(parts[0]) or any(is_left_behind(part) for part in parts[1:]):
                continue
            here = top
            for part in parts if entry.is_folder else parts[:-1]:
                here = here.below.setdefault(part, cls(archive, part, f"{here.origin}/{part}"))
            if not entry.is_folder:
                here.entries[parts[-1]] = entry
        return top

    @property
    def files(self) -> list[Part]:
        """See `Place`."""
        return [Part(self.archive, name, entry) for name, entry in sorted(self.entries.items())]

    @property
    def folders(self) -> list[Place]:
        """See `Place`."""
        return [folder for _, folder in sorted(self.below.items())]

    def parts(self, prefix: str = "") -> Iterator[Part]:
        """See `Place`."""
        waiting = [(self, prefix)]
        while waiting:
            here, path = waiting.pop()
            for part in here.files:
                yield Part(self.archive, f"{path}/{part.name}" if path else part.name, part.entry)
            waiting += [(inner, f"{path}/{name}" if path else name) for name, inner in sorted(here.below.items())]
