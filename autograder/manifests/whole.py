"""How does a file get a new content so that nobody ever finds half of it?

It is written beside, as ``.NAME.part``, and then takes the place of the old one. The name of the part is always the
same, so the next attempt clears up after a killed one. What is told when that fails is for those who ask to write.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give the file to write, which takes the place of `path` when the block ends well.

    Folders that are missing are made. After any error `path` is what it was before. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, text: str) -> None:
    """Write a text as a whole or not at all, in UTF-8 and with line ends as they are. Raises OSError."""
    with whole(path) as part:
        # Half a character, which JSON escapes can spell, is no reason to lose the rest.
        part.write_text(text, encoding="utf-8", errors="replace", newline="\n")
