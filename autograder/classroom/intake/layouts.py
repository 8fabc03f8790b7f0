"""Which of what was named is whose? Tells the layouts of the package's docstring apart.

Opened are folders, directories of archives, and YAML files that nothing but their text could tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.classroom.submission import clean_name
from autograder.manifests.limits import InputError

from .archives import entries_of
from .contents import READ, Contents, Part
from .folders import read_regular
from .limits import IntakeLimits
from .paths import clean_path, kind_of
from .patterns import of_file, of_folder, ranked
from .places import TIMESTAMP, InArchive, OnDisk, Place
from .telling import Teller, uploaded_again

_OF_A_CLASS: Final = frozenset(
    {"archive", "collected", "downloaded", "downloads", "extracted", "inbound", "submissions", "submitted"}
)
"""Folders with such a name hold learners, and are no learner."""
_OF_A_DESK: Final = frozenset({"answers", "exercises"})
_DEEPEST: Final = 6
"""How deep learners are looked for below what was named."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What was found and is not graded."""

    origin: str
    """Where it is, from the path that was named."""
    reason: str
    """A sentence, for the instructor."""
    student: str = ""
    """Whose it is; empty if nothing tells."""
    assignment: str = ""


@dataclass(slots=True)
class Unit:
    """What one learner handed in at one time, perhaps for several assignments."""

    raw: str
    """The learner's name as it was found."""
    origin: str
    top: int
    """Which of the named paths it comes from."""
    assignment: str = ""
    received: str | None = None
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Upload:
    """A file or folder whose name a platform made."""

    origin: str
    file: str = ""
    """What the learner called it; empty for a folder."""
    parts: tuple[Part, ...] = ()
    """The file, or what lies in the folder."""


class Layouts:
    """Collects what was handed in, and what was passed over."""

    def __init__(
        self, teller: Teller, assignment: str, patterns: Sequence[re.Pattern[str]], limits: IntakeLimits
    ) -> None:
        """Take the course, the assignment that is wanted (empty for any), and how names and sizes are judged."""
        self._teller = teller
        self._wanted = assignment
        self._patterns = patterns
        self._limits = limits
        self.units: list[Unit] = []
        self.passed: list[PassedOver] = []
        self._top = -1

    # -- what was named ---------------------------------------------------------------------------

    def add(self, path: Path) -> None:
        """Find the units in a path. Raises `InputError` when there is no such path."""
        self._top += 1
        name = path.name or path.resolve().name or "."
        kind = kind_of(name)
        if path.is_dir():
            self._named(OnDisk(path, path.resolve().name, clean_name(name), self._limits), 0)
        elif not path.exists():
            raise InputError(f"{path}: there is no such file or folder. Name what your platform gave you.")
        elif not path.is_file():
            self._pass(clean_name(name), "It is neither a file nor a folder.")
        elif kind == "zip":
            self._zip(path.resolve(), name, clean_name(name), 0)
        elif kind in READ and (self._teller.named(path.stem) or self._teller.is_exercise(path.stem)):
            folder = path.resolve().parent
            folder = folder.parent if folder.name == "answers" else folder
            self._learner(OnDisk(folder, folder.name, clean_name(folder.name), self._limits), "")
        else:
            self._plain([Part(path.resolve(), path.name)], "", "")

    def _named(self, place: Place, depth: int) -> None:
        """Find the units in a folder that was named, or in one that is nothing but a wrapping."""
        if self._is_one_learners(place, is_top=True):
            self._learner(place, "")
            return
        wrapped = place.folders
        if len(wrapped) == 1 and not place.files and depth < _DEEPEST and place.name.lower() not in _OF_A_CLASS:
            inner = wrapped[0]
            several = (
                len([part for part in inner.files if kind_of(part.name) in {*READ, "zip"}]) + len(inner.folders) > 1
            )
            by_platform = any(of_file(part.name, self._patterns) for part in inner.files)
            if (
                (several or by_platform)
                and not of_folder(inner.name, self._patterns)
                and not self._is_one_learners(inner)
            ):
                self._named(inner, depth + 1)
                return
        self._class(place, "", depth)

    def _zip(self, path: Path, name: str, origin: str, depth: int) -> None:
        """Find the units in an archive that was named: of a class, or of one learner."""
        try:
            with path.open("rb") as stream:
                entries = entries_of(stream, name, self._limits.class_entries, self._limits)
        except OSError as error:
            self._pass(origin, f"It cannot be read: {error.strerror}.")
            return
        except InputError as error:
            self._pass(origin, str(error))
            return
        stem = PurePosixPath(name).stem
        top = InArchive.of(path, stem, origin, entries)
        refused = [entry for entry in entries if entry.leads_out]
        del entries
        one = self._is_one_learners(top, is_top=True) or (not top.folders and len(top.files) == 1)
        if len(top.folders) == 1 and not top.files and stem.lower() not in _OF_A_CLASS:
            # One folder was packed, and the archive called after the learner.
            one = self._holds_work(top.folders[0]) and not of_folder(top.folders[0].name, self._patterns)
        if one and not any(of_file(part.name, self._patterns) for part in top.files):
            student, told = self._teller.split(stem)
            self._unit(student or path.parent.name, origin, told, [Part(path, name)])
        else:
            for entry in refused:
                self._pass(f"{origin}/{entry.path}", f"{entry.fault[0].upper()}{entry.fault[1:]}")
            self._named(top, depth)

    # -- a class ----------------------------------------------------------------------------------

    def _class(self, place: Place, assignment: str, depth: int) -> None:
        """Find the units in a folder of learners."""
        patterns = ranked((part.name for part in place.files), self._patterns)
        uploads: dict[tuple[str, str, str | None], list[_Upload]] = defaultdict(list)
        plain = []
        for part in place.files:
            upload = of_file(part.name, patterns)
            if upload is None:
                plain.append(part)
            else:
                key = (upload.student, upload.assignment, upload.received)
                uploads[key].append(_Upload(f"{place.origin}/{clean_name(part.name)}", upload.file, (part,)))
        by_folder = []
        for folder in place.folders:
            told = of_folder(folder.name, self._patterns)
            if told is None:
                by_folder.append(folder)
            else:
                key = (told.student, told.assignment, told.received)
                uploads[key].append(_Upload(folder.origin, parts=tuple(folder.parts())))
        for (student, for_what, received), group in uploads.items():
            last = list(self._last_uploads(student, group))
            parts = [
                Part(part.at, self._clean(upload.file or part.name), part.entry, part.is_folder, part.fault)
                for upload in last
                for part in upload.parts
            ]
            self._unit(student, last[0].origin, self._teller.named(for_what) or assignment, parts, received)
        self._plain(plain, assignment, f"{place.origin}/", depth)
        for folder in by_folder:
            if depth < _DEEPEST and folder.name.lower() in _OF_A_CLASS and not self._is_one_learners(folder):
                self._class(folder, assignment, depth + 1)
            elif depth < _DEEPEST and (told_by := self._teller.named(folder.name)):
                self._class(folder, told_by, depth + 1)
            else:
                self._learner(folder, assignment, folder.name)

    def _last_uploads(self, student: str, uploads: list[_Upload]) -> Iterator[_Upload]:
        """Yield the uploads of a learner without those that came again under the same name with a higher number."""
        last: dict[str, int] = {}
        for upload in uploads:
            base, number = uploaded_again(upload.file)
            last[base] = max(last.get(base, 0), number)
        for upload in uploads:
            base, number = uploaded_again(upload.file)
            if upload.file and number < last[base]:
                reason = f"{clean_name(upload.file)} was handed in again; the upload with number {last[base]} counts."
                self._pass(upload.origin, reason, clean_name(student))
            else:
                yield upload

    def _plain(self, parts: Iterable[Part], assignment: str, origin: str, depth: int = 0) -> None:
        """Find the units among files that only their learners' names tell."""
        units: dict[str, Unit] = {}
        for part in parts:
            where = f"{origin}{clean_name(part.name)}"
            kind = kind_of(part.name)
            if part.name == TIMESTAMP:
                continue
            if part.fault:
                self._pass(where, f"{part.fault[0].upper()}{part.fault[1:]}")
                continue
            if kind == "other":
                self._pass(where, "It is no submission: neither a notebook, nor a YAML file, nor a .zip archive.")
                continue
            if kind == "zip" and part.entry is None and depth < _DEEPEST and self._is_of_a_class(part.at):
                self._zip(part.at, part.name, where, depth + 1)
                continue
            student, told, file = self._named_after(part)
            if not student:
                self._pass(where, "Its name tells what it is for, and no learner.", assignment=told or assignment)
                continue
            if student not in units:
                units[student] = self._unit(student, where, "", [])
            unit = units[student]
            unit.assignment = unit.assignment or assignment
            unit.parts.append(Part(part.at, self._clean(file), part.entry))

    def _clean(self, name: str) -> str:
        return clean_path(name, self._limits)[0] if name else ""

    def _named_after(self, part: Part) -> tuple[str, str, str]:
        """Return learner, assignment and file of a name such as ``ada_np-union.ipynb``."""
        pure = PurePosixPath(part.name)
        stem = pure.stem
        if kind_of(part.name) == "renamed":
            stem = PurePosixPath(stem).stem
        if kind_of(part.name) == "yaml":
            student, exercise = self._teller.split_exercise(stem)
            if exercise:
                return student, "", f"{exercise}{pure.suffix}"
            if part.entry is None:
                answer = self._teller.answer_in(_start_of(part.at, self._limits))
                return stem, "", f"{answer}{pure.suffix}" if answer else part.name
            return stem, "", part.name
        student, told = self._teller.split(stem)
        return student, told, f"{told}{pure.suffix}" if told and kind_of(part.name) == "notebook" else part.name

    def _is_of_a_class(self, path: Path) -> bool:
        """Return whether an archive among learners' files is one that a platform made."""
        try:
            with path.open("rb") as stream:
                entries = entries_of(stream, path.name, self._limits.class_entries, self._limits)
        except (OSError, InputError):
            return False
        return any(
            of_file(parts[-1], self._patterns) or (len(parts) > 1 and of_folder(parts[-2], self._patterns))
            for parts in (PurePosixPath(entry.path).parts for entry in entries)
            if len(parts) <= 3
        )

    # -- one learner ------------------------------------------------------------------------------

    def _is_one_learners(self, place: Place, *, is_top: bool = False) -> bool:
        """Return whether a folder is what one learner handed in, by what lies in it."""
        if self._holds_work(place):
            return True
        named = [folder for folder in place.folders if self._teller.named(folder.name)]
        return bool(named) and not (is_top and any(self._holds_learners(folder) for folder in named))

    def _holds_work(self, place: Place) -> bool:
        """Return whether notebooks or answers of one learner lie in a folder itself."""
        folders = {folder.name.lower() for folder in place.folders}
        if folders & _OF_A_DESK or any(part.name == "course.yaml" for part in place.files):
            return True
        stems = [(kind_of(part.name), PurePosixPath(part.name).stem) for part in place.files]
        own = [
            (kind in {"notebook", "zip"} and bool(self._teller.named(stem)))
            or (kind == "yaml" and self._teller.is_exercise(stem))
            for kind, stem in stems
            if kind in {*READ, "zip"}
        ]
        return bool(own) and all(own)

    def _holds_learners(self, folder: Place) -> bool:
        """Return whether a folder with the name of an assignment holds learners, and not their answers."""
        if any(
            part.name == TIMESTAMP or (kind_of(part.name) in READ and self._teller.by_name(part.name))
            for part in folder.files
        ):
            return False
        return any(kind_of(part.name) in {"notebook", "zip"} for part in folder.files) or any(
            below.name.lower() not in _OF_A_DESK
            and not self._teller.is_exercise(below.name)
            and kind_of(below.name) not in READ
            for below in folder.folders
        )

    def _learner(self, place: Place, assignment: str, student: str = "") -> None:
        """Add the units of one learner's folder: one for each assignment that has a folder, one for the rest."""
        if not student:
            student = place.name
            if told := self._teller.named(student):
                assignment = told
                student = place.at.resolve().parent.name if isinstance(place, OnDisk) else student
        named = [] if assignment else [folder for folder in place.folders if self._teller.named(folder.name)]
        for folder in named:
            told = self._teller.named(folder.name)
            if self._wanted and told != self._wanted:
                self._pass(folder.origin, f"It is for {told}, not for {self._wanted}.", clean_name(student), told)
            else:
                self._unit(student, folder.origin, told, list(folder.parts()), folder.received)
        if not named:
            self._unit(student, place.origin, assignment, list(place.parts()), place.received)
            return
        rest = [part for part in place.files if part.name != TIMESTAMP and kind_of(part.name) != "other"]
        for folder in place.folders:
            if not self._teller.named(folder.name):
                rest += folder.parts(folder.name)
        if rest and any(Contents(rest, self._limits).items()):
            self._unit(student, place.origin, "", rest, place.received)

    def _unit(self, student: str, origin: str, assignment: str, parts: list[Part], received: str | None = None) -> Unit:
        unit = Unit(student, origin, self._top, assignment, received, parts)
        self.units.append(unit)
        return unit

    def _pass(self, origin: str, reason: str, student: str = "", assignment: str = "") -> None:
        self.passed.append(PassedOver(origin, reason, student, assignment))


def _start_of(path: Path, limits: IntakeLimits) -> bytes:
    try:
        return read_regular(path, limits.yaml_bytes)
    except InputError:
        return b""
