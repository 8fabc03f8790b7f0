"""Where is remembered what a learner did, and how does it get there safely?

On a desk one file, ``.progress.json`` beside ``.desk.json``, remembers everything; it never lies in a folder that is
handed in. Where there is no desk the file is ``answers/.history.json`` beside the notebook.

============================================= =====================================================================
what can happen                               then
============================================= =====================================================================
the program, or the machine, stops while      the file is the old one or the new one: it is written beside, and then
it is being written                           takes the place
two programs remember something at once       one waits for the other, and reads again before it writes
the file was written by a newer edition, or   it is kept under a numbered name, ``.progress.1.json``, and a new one
is damaged                                    begins
an older edition kept files beside each       they are read as well, until something is written; then they are part of
notebook                                      the one file, and are removed
a newer edition of the same version wrote     they stay where they are
keys that this one does not know
============================================= =====================================================================
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from autograder.manifests.limits import InputError

from .answers import FOLDER, replace_file
from .spec import read_file
from .whereabouts import desk_of

BESIDE: Final = ".history.json"
"""The name of the memory beside a notebook that lies on no desk."""
ON_DESK: Final = ".progress.json"
HINTS: Final = ".hints.json"
"""Where an older edition kept which hints were shown."""
VERSION: Final = 1
_LOCK: Final = ".progress.lock"
_PATIENCE: Final = 3.0
"""Seconds to wait for another program. Nobody holds the lock for longer than it takes to write a small file."""

Memory = dict[str, Any]
"""What the file holds: ``version``, ``exercises`` (a mapping of mappings), and whatever else stands there."""


def file_of(folder: Path) -> Path:
    """Return the file that remembers, `folder` being where the notebook lies."""
    desk = desk_of(folder)
    return desk / ON_DESK if desk is not None else folder / FOLDER / BESIDE


def read_memory(folder: Path) -> Memory:
    """Return what is remembered. Nothing raises: what is lost, broken or not ours is an empty memory."""
    return _recall(file_of(folder), folder)[0]


def change_memory(folder: Path, change: Callable[[Memory], object]) -> Memory:
    """Apply a change to what is remembered, and return the whole as it is then.

    `change` alters the memory that it is given. It may be called after another program has written. Nothing is written
    when nothing is altered. Raises `InputError` when it cannot be written; `change` was called all the same.
    """
    path = file_of(folder)
    with _locked(path.parent):
        memory, damaged = _recall(path, folder)
        before = deepcopy(memory)
        change(memory)
        if memory == before:
            return memory
        if damaged:
            _set_aside(path)
        replace_file(path, json.dumps(memory, indent=1, ensure_ascii=False) + "\n")
        for old in _older(path, folder):
            with contextlib.suppress(OSError):
                old.unlink(missing_ok=True)
    return memory


def entry_of(memory: Memory, exercise: str) -> dict[str, Any]:
    """Return what is remembered of an exercise, to read it or to alter it."""
    known = memory["exercises"].get(exercise)
    entry: dict[str, Any] = known if isinstance(known, dict) else {}
    memory["exercises"][exercise] = entry
    return entry


# -- pieces -----------------------------------------------------------------------------------------------------------


def _recall(path: Path, folder: Path) -> tuple[Memory, bool]:
    """Return what a file remembers, with what older editions kept beside notebooks, and whether it is damaged."""
    value, damaged = _read(path)
    memory: Memory = value if value is not None else {"version": VERSION, "exercises": {}}
    for old in _older(path, folder):
        kept, _ = _read_hints(old) if old.name == HINTS else _read(old)
        for name, entry in (kept or {}).get("exercises", {}).items():
            if isinstance(entry, dict):
                known = memory["exercises"].get(name)
                memory["exercises"][name] = {**entry, **known} if isinstance(known, dict) else entry
    return memory, damaged


def _older(path: Path, folder: Path) -> list[Path]:
    """Return the files in which older editions kept what belongs into this one."""
    if path.name == BESIDE:
        return [file for file in (folder / FOLDER / HINTS,) if file.is_file()]
    desk = path.parent
    homes = [desk / "course" / FOLDER, *sorted(desk.glob(f"exercises/*/{FOLDER}"))]
    return [file for home in homes for file in (home / BESIDE, home / HINTS) if file.is_file()]


def _read(path: Path) -> tuple[Memory | None, bool]:
    """Return the memory in a file, None if there is none that can be used, and whether there is another file there."""
    try:
        if not path.exists():
            return None, False
        value = json.loads(read_file(path))
    except (InputError, OSError, ValueError, RecursionError):
        return None, True
    if not isinstance(value, dict) or value.get("version") != VERSION or not isinstance(value.get("exercises"), dict):
        return None, True
    return value, False


def _read_hints(path: Path) -> tuple[Memory | None, bool]:
    """Return which hints an older edition showed, as a memory."""
    try:
        value = json.loads(read_file(path))
    except (InputError, OSError, ValueError, RecursionError):
        return None, True
    if not isinstance(value, dict):
        return None, True
    return {"version": VERSION, "exercises": {name: {"hints": rung} for name, rung in value.items()}}, False


def _set_aside(path: Path) -> None:
    """Keep what cannot be read under a name of its own: it may be a newer edition's, or can be mended."""
    if not path.is_file():
        return
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    with contextlib.suppress(OSError):
        path.replace(kept)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, if that is possible: where there are no locks, remembering is worth the risk."""
    held: int | None = None
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        # A folder itself can be locked, and nothing is left in it; Windows needs a file.
        if sys.platform == "win32":
            held = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT)
        else:
            held = os.open(folder, os.O_RDONLY)
    if held is None:
        yield
        return
    try:
        end = time.monotonic() + _PATIENCE
        while not _take(held) and time.monotonic() < end:
            time.sleep(0.005)
        yield
    finally:
        os.close(held)


def _take(held: int) -> bool:
    """Return whether the lock is held now, or cannot be had on this system. Closing the file gives it back."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(held, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # in a browser
        return True
    except (BlockingIOError, PermissionError):  # somebody else holds it, as Unix says it and as Windows does
        return False
    except OSError:  # a file system without locks
        return True
    return True
