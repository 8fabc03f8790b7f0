"""Files that grow while records are read, and are there as a whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from autograder.manifests.limits import InputError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Give a text stream that becomes the file when the block ends well. Line ends are written as they come.

    Raises `InputError` when the file cannot be written. After any error the file is what it was before.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8", errors="replace", newline="") as stream:
                yield stream
            part.replace(path)
        except OSError as error:
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Make room, or name another folder."
            ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
