"""How much of a manifest is read before reading stops, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest input that is read. Each number has a command-line option of the same name."""

    max_bytes: int = 64 * MIB
    """The largest file, or text, in bytes."""
    max_depth: int = 100
    """How deep lists and mappings may lie inside one another, aliases followed."""
    max_alias_nodes: int = 100_000
    """How many nodes aliases (``*name``) may stand for in one document."""
    max_documents: int = 100_000
    """How many documents one file may hold."""


FILES = Limits()
"""What files of manifests are read with."""
ANSWERS = Limits(max_bytes=MIB)
"""What a learner's answer is read with."""


class InputError(Exception):
    """Something that was to be read cannot be: what, where, and what to do about it."""


def option(name: str) -> str:
    """Return the command-line option that raises a limit.

    >>> option("max_depth")
    '--max-depth'
    """
    return "--" + name.replace("_", "-")
