"""The learner's desk: a copy of the course to write in, which a newer course may improve but never overwrite.

What happens to a file of the course on the desk:

======================= ============================ =====================================================
on the desk             in the course                then
======================= ============================ =====================================================
missing                 there                        it is put on the desk (also when the learner deleted
                                                     it: that is how to start afresh)
as the course gave it   newer                        it is replaced
as the course gave it   gone                         it is removed
changed by the learner  as it was                    nothing
changed by the learner  newer                        it stays, and the new one is put beside it, once:
                                                     ``lesson.new.ipynb`` beside ``lesson.ipynb``
changed by the learner  gone                         it stays
======================= ============================ =====================================================

A notebook counts as changed when the text or the results of a cell differ. JupyterLab writes the name of the kernel
into a notebook that was only looked at, and that is not the learner's work.

``.desk.json`` remembers what the course gave. It is written *before* the files are, so a desk that was laid out only
half (the power failed, the disk was full) is finished the next time, and nothing is mistaken for the learner's work.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.course import Course
from autograder.exercises.whereabouts import DESK
from autograder.manifests.limits import InputError
from autograder.manifests.whole import whole

MEMORY = DESK
SHOWN = ("course", "exercises")
"""What a learner gets of a course."""

WITHHELD_FOLDERS = frozenset({"right", "wrong"})
WITHHELD_FILES = frozenset({"solution.md"})
"""What only an instructor sees. None of it is in ``exercises/``; a desk is the last place where it may turn up."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that both the learner and the course changed."""

    file: str
    """The learner's, which stays as it is."""
    beside: str
    """The course's new one."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What laying out the desk did. Paths are relative to the desk, with ``/`` between their parts."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    forgot: bool
    """True if ``.desk.json`` was unreadable, so that every file that differs from the course counts as changed."""


@dataclass(slots=True)
class _Memory:
    """What the course gave, as ``.desk.json`` keeps it."""

    given: dict[str, str] = field(default_factory=dict)
    """File → digest of the bytes last put on the desk."""
    pristine: dict[str, list[str]] = field(default_factory=dict)
    """File → fingerprint of every edition that the course ever gave. A file with one of them is not the learner's."""
    offered: dict[str, str] = field(default_factory=dict)
    """File → digest of the edition last put beside the learner's."""


def lay_out(course: Course, desk: Path) -> Changes:
    """Put the course on the desk, as the table above says, and return what changed.

    Raises `InputError` if the course has nothing to show, or the desk cannot be written. Whatever the learner wrote is
    then as it was, and the next call finishes the work.
    """
    shown = shown_files(course)
    if not shown:
        raise InputError(f"the course in {course.root} is empty: nothing is in its folders {' and '.join(SHOWN)}.")
    for name in (*SHOWN, "solutions"):
        if desk.resolve().is_relative_to(course.root / name):
            raise InputError(f"{desk} lies inside the course's folder {name}. Choose a desk outside of it with --desk.")
    try:
        return _lay_out({name: path.read_bytes() for name, path in shown.items()}, desk)
    except OSError as error:
        what = f"{error.filename or desk}: {error.strerror or error}"
        raise InputError(f"cannot lay out the desk: {what}. {_remedy(error)}") from error


def shown_files(course: Course) -> dict[str, Path]:
    """The files of a course that a learner gets, by their path on the desk, in order.

    Hidden files, whatever only an instructor sees, and the texts that notebooks are built from are not among them.
    """
    files = {}
    for top in SHOWN:
        below = sorted(path for path in (course.root / top).rglob("*") if path.is_file())
        notebooks = {path.stem for path in below if path.suffix == ".ipynb"}
        for path in below:
            inside = path.relative_to(course.root)
            hidden = any(part.startswith((".", "__")) for part in inside.parts)
            withheld = path.name in WITHHELD_FILES or not WITHHELD_FOLDERS.isdisjoint(inside.parent.parts)
            source = path.suffix == ".md" and path.stem in notebooks
            if not (hidden or withheld or source):
                files[inside.as_posix()] = path
    return files


def first_page(course: Course) -> str:
    """The file that a new learner sees first, by its path on the desk.

    It is the one that ``course.yaml`` names, else the first lesson, else the empty string.
    """
    shown = shown_files(course)
    if course.start in shown:
        return course.start
    return next((name for name in shown if name.startswith("course/") and name.endswith(".ipynb")), "")


def fingerprint(name: str, data: bytes) -> str:
    """Return a digest of what a learner can change in a file: of a notebook the cells' texts and results, else all.

    >>> opened = b'{"cells": [], "metadata": {"kernelspec": {"name": "python3"}}}'
    >>> fingerprint("a.ipynb", opened) == fingerprint("a.ipynb", b'{"cells": [], "metadata": {}}')
    True
    """
    if name.endswith(".ipynb"):
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
            cells = [_cell(cell) for cell in json.loads(data)["cells"]]
            data = json.dumps(cells, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


def _cell(cell: dict[str, object]) -> list[object]:
    """Type, text and results of a cell. A text may be stored as one string or as a list of lines."""
    source = cell["source"]
    text = "".join(source) if isinstance(source, list) else source
    return [cell["cell_type"], text, cell.get("outputs", [])]


def _lay_out(new: dict[str, bytes], desk: Path) -> Changes:
    """`lay_out`, when it is known what lies in the course."""
    memory, forgot = _recall(desk)
    for name, data in new.items():
        known = memory.pristine.setdefault(name, [])
        if (mark := fingerprint(name, data)) not in known:
            known.append(mark)
    _remember(desk, memory)

    added, updated, removed, conflicts = [], [], [], []
    for name, data in new.items():
        digest = hashlib.sha256(data).hexdigest()
        old = _read(desk / name)
        mark = "" if old is None else fingerprint(name, old)
        if old is None:
            _write(desk / name, data)
            added.append(name)
        elif mark not in memory.pristine[name]:
            if digest not in (memory.given.get(name), memory.offered.get(name)):
                conflicts.append(Conflict(name, _put_beside(desk, name, data, memory.pristine[name])))
                memory.offered[name] = digest
            continue
        elif old != data and (mark != fingerprint(name, data) or memory.given.get(name, digest) != digest):
            _write(desk / name, data)
            updated.append(name)
        memory.given[name] = digest
        memory.offered.pop(name, None)

    for name in sorted(memory.pristine.keys() - new.keys()):
        old = _read(desk / name)
        if old is not None and fingerprint(name, old) in memory.pristine[name]:
            (desk / name).unlink()
            _remove_empty_folders((desk / name).parent, desk)
            removed.append(name)
        for known_files in (memory.given, memory.pristine, memory.offered):
            known_files.pop(name, None)
    _remember(desk, memory)
    return Changes(tuple(added), tuple(updated), tuple(removed), tuple(conflicts), forgot)


def _put_beside(desk: Path, name: str, data: bytes, pristine: list[str]) -> str:
    """Write the course's new edition beside the learner's file and return its path on the desk.

    An earlier one that the learner has not touched makes room for it; one that the learner has written in does not.
    """
    path = PurePosixPath(name)
    number = 1
    while True:
        beside = path.with_name(f"{path.stem}.new{'' if number == 1 else number}{path.suffix}").as_posix()
        old = _read(desk / beside)
        if old is None or fingerprint(name, old) in pristine:
            _write(desk / beside, data)
            return beside
        number += 1


def _recall(desk: Path) -> tuple[_Memory, bool]:
    """What the course gave so far, and whether that is unknown because the memory is damaged."""
    data = _read(desk / MEMORY)
    if data is None:
        return _Memory(), False
    try:
        value = json.loads(data)
        # A name that leads out of the desk was not written by this program, and must never be removed by it.
        names = [name for name in value["pristine"] if PurePosixPath(name).parts[0] in SHOWN and ".." not in name]
        pristine = {name: [str(mark) for mark in value["pristine"][name]] for name in names}
        given = {name: str(digest) for name, digest in value["given"].items()}
        offered = {name: str(digest) for name, digest in value["offered"].items()}
        return _Memory(given, pristine, offered), False
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _Memory(), True


def _remember(desk: Path, memory: _Memory) -> None:
    """Write the memory of the desk, whole or not at all."""
    value = {"version": 1, "given": memory.given, "pristine": memory.pristine, "offered": memory.offered}
    _write(desk / MEMORY, json.dumps(value, indent=1, sort_keys=True).encode())


def _read(path: Path) -> bytes | None:
    """The bytes of a file, or None if there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or the next start after a power cut, finds the old one or the new one."""
    with whole(path) as part, part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove_empty_folders(folder: Path, desk: Path) -> None:
    """Remove a folder of the desk and those above it, as far as they are empty."""
    with contextlib.suppress(OSError):
        while folder != desk:
            folder.rmdir()
            folder = folder.parent


def _remedy(error: OSError) -> str:
    """What a learner can do about it."""
    promise = "Nothing that you wrote was changed."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{promise} Free some space and start again."
    if error.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
        return f"{promise} The course needs that name for something else: rename yours and start again."
    return f"{promise} Make it writable, or choose another desk with --desk."
