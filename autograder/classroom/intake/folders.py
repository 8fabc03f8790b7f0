"""What is in a folder, and in a regular file in it? Links are not followed, and what is no file is never opened."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from autograder.manifests.limits import InputError, size

FileKind = Literal["file", "folder", "link", "special"]
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that took the file's place would block for ever
)
_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One name in a folder."""

    name: str
    """As the file system has it."""
    kind: FileKind


def look(folder: Path, most: int) -> list[Seen]:
    """Return what is in a folder, by name. Raises `InputError` when it cannot be looked into, or holds too much."""
    seen: list[Seen] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                seen.append(Seen(entry.name, _kind(entry)))
                if len(seen) > most:
                    raise InputError("it holds too many files. Hand in the notebook and the answers alone.")
    except OSError as error:
        raise InputError(f"it cannot be looked into ({error.strerror}). Make it readable.") from None
    return sorted(seen, key=lambda each: each.name)


def _kind(entry: os.DirEntry[str]) -> FileKind:
    try:
        if entry.is_symlink():
            return "link"
        if entry.is_dir(follow_symlinks=False):
            # A junction of Windows is a folder to Python 3.11, and a link to everybody else.
            tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
            return "link" if tag and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None) else "folder"
        return "file" if entry.is_file(follow_symlinks=False) else "special"
    except OSError:
        return "special"


def read_regular(path: Path, most: int) -> bytes:
    """Return what a regular file holds. Raises `InputError` when it is none, is too large, or changes meanwhile."""
    try:
        for _ in range(_TRIES):
            data = _read(path, most)
            if data is not None:
                return data
    except FileNotFoundError:
        raise InputError("it is gone. Hand it in again.") from None
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror}). Make it readable.") from None
    except ValueError:
        raise InputError("its name cannot be opened. Rename it.") from None
    raise InputError("it changed while it was read. Grade it again when nobody writes to it.")


def _read(path: Path, most: int) -> bytes | None:
    """Return what a file holds; None if it changed while it was read."""
    if path.is_symlink():  # for systems that cannot refuse this while opening
        raise InputError("it is a link. Hand in the file itself.")
    with open(os.open(path, _FLAGS), "rb", buffering=0) as stream:  # noqa: PTH123 - a descriptor is no path
        before = os.fstat(stream.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise InputError("it is no regular file. Hand in the file itself.")
        if before.st_size > most:
            raise InputError(f"it is larger than {size(most)}. Make it smaller: clear the outputs of a notebook.")
        pieces, total = [], 0
        while total <= most and (piece := stream.read(most + 1 - total)):
            pieces.append(piece)
            total += len(piece)
        after = os.fstat(stream.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and total == before.st_size
    return b"".join(pieces) if same else None
