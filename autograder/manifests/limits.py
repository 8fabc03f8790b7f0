"""How much is read before reading stops, and the error for what cannot be read at all."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20

DEEPEST = 300
"""The highest `Limits.max_depth`. Whoever walks a value may do so by recursion, and Python's has an end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest input that is read. `option` names the command-line option of each number."""

    max_bytes: int = 64 * MIB
    """The size of a file or of a text."""
    max_depth: int = 100
    """How deep lists and mappings lie inside one another, aliases followed. At most `DEEPEST`."""
    max_alias_nodes: int = 100_000
    """How many nodes the aliases (``*name``) of one document stand for."""
    max_documents: int = 100_000
    """How many documents one file holds, empty ones too."""

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be limits. Raises `InputError`."""
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise InputError(f"{option(name)} {getattr(self, name)} reads nothing. Give a number from 1 on.")
        if self.max_depth > DEEPEST:
            raise InputError(f"{option('max_depth')} {self.max_depth} is too deep. Give a number up to {DEEPEST}.")


class InputError(Exception):
    """Something that was to be read cannot be. The text says what, where, and what to do about it."""


def option(name: str) -> str:
    """Return the command-line option that sets a limit.

    >>> option("max_depth")
    '--max-depth'
    """
    return "--" + name.replace("_", "-")


def size(number: int) -> str:
    """Return a number of bytes for people.

    >>> size(64 * MIB), size(1500)
    ('64 MiB', '1500 bytes')
    """
    return f"{number // MIB} MiB" if number % MIB == 0 else f"{number} bytes"


FILES = Limits()
"""What files of manifests are read with."""
ANSWERS = Limits(max_bytes=MIB)
"""What a learner's answer is read with."""
