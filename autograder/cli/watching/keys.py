"""Which key was pressed? One at a time, without Enter, on a terminal of Unix or of Windows.

Keys that print are told as themselves; the others as ``up``, ``down``, ``page-up``, ``page-down``, ``home``, ``end``,
``enter``, ``escape``, ``backspace``. Ctrl+C stays what it is, an interrupt.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, Final, Protocol, TextIO

_SEQUENCES: Final = {
    "[A": "up", "[B": "down", "[5~": "page-up", "[6~": "page-down", "[H": "home", "[F": "end",
    "OA": "up", "OB": "down", "OH": "home", "OF": "end", "[1~": "home", "[4~": "end",
}  # fmt: skip
_CONTROLS: Final = {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\x08": "backspace", "\x1b": "escape"}
_WINDOWS: Final = {"H": "up", "P": "down", "I": "page-up", "Q": "page-down", "G": "home", "O": "end"}
_ESCAPE_TIME: Final = 0.03
"""Seconds that the rest of a key may take to arrive: Escape alone and an arrow begin alike."""
_TICK: Final = 0.2
"""Seconds until a resized window is noticed, at the latest."""


class Keyboard(Protocol):
    """Something that keys are read from."""

    def read(self) -> list[str]:
        """Return the keys that were pressed; none when nothing was for a moment. Raises EOFError behind the last."""

    def wake(self) -> None:
        """Let somebody who reads return at once. Any thread may call this."""

    def resume(self) -> None:
        """Hear single keys again, after a shell had the terminal meanwhile."""


def split_keys(text: str) -> list[str]:
    r"""Return the keys in what a terminal sent.

    >>> split_keys("h\x1b[B\r\x1b")
    ['h', 'down', 'enter', 'escape']
    """
    found = []
    at = 0
    while at < len(text):
        sequence = (
            next((one for one in _SEQUENCES if text.startswith(one, at + 1)), None) if text[at] == "\x1b" else None
        )
        if sequence is not None:
            found.append(_SEQUENCES[sequence])
            at += 1 + len(sequence)
            continue
        if text[at] == "\x1b" and text[at + 1 : at + 2] in ("[", "O"):  # a key that has no meaning here
            at += 2
            while at < len(text) and not ("@" <= text[at] <= "~"):
                at += 1
        elif text[at] in _CONTROLS:
            found.append(_CONTROLS[text[at]])
        elif text[at].isprintable():
            found.append(text[at])
        at += 1
    return found


@contextlib.contextmanager
def raw_keys(stream: TextIO) -> Iterator[Keyboard]:
    """Hand out the keys of a terminal one by one; afterwards it is as it was, whatever happened."""
    if sys.platform == "win32":
        yield _WindowsKeys()
        return
    import termios
    import tty

    held = stream.fileno()
    before = termios.tcgetattr(held)
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    try:
        tty.setcbreak(held, termios.TCSADRAIN)
        yield _UnixKeys(held, ear, mouth)
    finally:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(held, termios.TCSADRAIN, before)
        os.close(ear)
        os.close(mouth)


class _UnixKeys:
    """The keys of a terminal that was told to hand them out at once."""

    def __init__(self, held: int, ear: int, mouth: int) -> None:
        self._held, self._ear, self._mouth = held, ear, mouth

    def read(self) -> list[str]:
        """Return the keys that were pressed. Raises EOFError when the terminal has gone."""
        ready = self._wait([self._held, self._ear], _TICK)
        if self._ear in ready:
            os.read(self._ear, 1024)
        if self._held not in ready:
            return []
        data = self._take()
        while data.endswith(b"\x1b") and self._wait([self._held], _ESCAPE_TIME):
            data += self._take()
        return split_keys(data.decode("utf-8", "replace"))

    def wake(self) -> None:
        """Let `read` return at once."""
        with contextlib.suppress(OSError):  # it is full: it will wake up anyway; it is closed: there is nobody
            os.write(self._mouth, b".")

    def resume(self) -> None:
        """Take the terminal again: a shell gives it back as it likes it itself."""
        import termios
        import tty

        tty.setcbreak(self._held, termios.TCSADRAIN)

    @staticmethod
    def _wait(helds: list[int], seconds: float) -> list[int]:
        import select

        return select.select(helds, [], [], seconds)[0]

    def _take(self) -> bytes:
        try:
            data = os.read(self._held, 1024)
        except OSError:
            data = b""
        if not data:
            raise EOFError
        return data


class _WindowsKeys:
    """The keys of a console."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def read(self) -> list[str]:
        """Return the keys that were pressed."""
        console: Any = __import__("msvcrt")
        end = time.monotonic() + _TICK
        while not console.kbhit():
            if self._woken.wait(0.01) or time.monotonic() > end:
                self._woken.clear()
                return []
        first = console.getwch()
        if first in ("\x00", "\xe0"):
            name = _WINDOWS.get(console.getwch())
            return [name] if name else []
        if first == "\x03":
            raise KeyboardInterrupt
        return split_keys(first)

    def wake(self) -> None:
        """Let `read` return at once."""
        self._woken.set()

    def resume(self) -> None:
        """Do nothing: a console has no shell that would take it meanwhile."""
