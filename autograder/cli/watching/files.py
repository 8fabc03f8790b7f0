"""Was an answer saved? A library of the system's own file events tells at once; without it, looking often does.

Events only ever say *look*: what counts is whether a file that matters is another one than before. So an editor that
writes a new file and gives it the name of the old one, a file that vanishes and comes back, and a folder that is
removed while it is watched are all the same to us.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Self

Stamp = tuple[int, int, int] | None
"""What a file looks like from outside; None if it is not there."""

LOOK_EVERY: Final = 0.04
"""Seconds between two looks where no events are told."""
_CALM: Final = 0.012
"""Seconds without a change after which a file counts as written."""
_GONE: Final = 0.06
"""Seconds that a file may be away, or empty, while an editor replaces it."""
_LONGEST: Final = 0.5


def stamp(path: Path) -> Stamp:
    """Return what a file looks like from outside."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """Return what files look like from outside."""
    return {path: stamp(path) for path in paths}


def settle(paths: Iterable[Path]) -> None:
    """Wait until nobody writes any of some files any more, half a second at most."""
    watched = list(paths)
    now = stamps(watched)
    begun = quiet = time.monotonic()
    while time.monotonic() - begun < _LONGEST:
        time.sleep(_CALM / 2)
        then = stamps(watched)
        if then != now:
            now, quiet = then, time.monotonic()
        away = any(found is None or found[1] == 0 for found in now.values())
        if time.monotonic() - quiet >= (_GONE if away else _CALM):
            break


class Watcher:
    """Calls `tell` from a thread of its own whenever something may have changed below a folder."""

    def __init__(self, root: Path, paths: Callable[[], Iterable[Path]], tell: Callable[[], object]) -> None:
        """Take the folder, what gives the files that matter now, and whom to tell."""
        self._root = root
        self._paths = paths
        self._tell = tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, and wait for the end."""
        self._stop.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        # Whatever the library cannot do here (no events on this file system, the folder removed), looking can.
        with contextlib.suppress(ImportError, OSError, RuntimeError):
            self._listen()
        self._look()

    def _listen(self) -> None:
        """Wait for the events of the system, until it stops or they end."""
        from watchfiles import watch

        for changes in watch(
            self._root,
            watch_filter=None,
            debounce=20,
            step=5,
            rust_timeout=200,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        ):
            if changes:
                self._tell()
            if not self._root.is_dir():
                return

    def _look(self) -> None:
        """Look at the files that matter, again and again."""
        before = stamps(self._paths())
        while not self._stop.wait(LOOK_EVERY):
            now = stamps(self._paths())
            if now != before:
                before = now
                self._tell()
