"""One program at a time writes into a folder of grades. The lock goes with its process, however that ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from autograder.manifests.limits import InputError

NAME: Final = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made if it is missing.

    Raises `InputError` if another program holds it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / NAME).open("a+b")
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}. Name another folder with --out.") from None
    with stream:
        if not _take(stream):
            raise InputError(f"{folder}: another program is grading into it. Wait for it, or name another --out.")
        yield
        # The file stays: removing it would let a third program lock a file that a second one still waits for.


def _take(stream: IO[bytes]) -> bool:
    """Return whether the lock could be taken. The system gives it back when the file is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
