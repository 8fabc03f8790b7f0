"""Files that grow while records are read, and are there as a whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from autograder.manifests.limits import InputError
from autograder.manifests.whole import whole


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Give a text stream that becomes the file when the block ends well. Line ends are written as they come.

    Raises `InputError` when the file cannot be written. After any error the file is what it was before.
    """
    try:
        with whole(path) as part, part.open("w", encoding="utf-8", errors="replace", newline="") as stream:
            yield stream
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Make room, or name another folder.") from None
