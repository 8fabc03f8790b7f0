"""The system calls of Linux: their purpose, their numbers, and what those do that people meet.

Source: syscalls(2), the kernel's tables for x86_64 and for the generic architecture that aarch64 follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

Architecture = Literal["x86_64", "aarch64"]

ARCHITECTURES: Final[tuple[Architecture, ...]] = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True)
class Syscall:
    """One system call."""

    name: str
    purpose: str
    """The group that it belongs to: ``files``, ``mounts``, ``sockets``, …"""
    numbers: Mapping[Architecture, int]
    """Its number on each architecture that has it."""
    does: str = ""
    """A sentence for people; empty for calls that hardly anybody meets."""
    needs: str = ""
    """The capability that the kernel usually asks for, without ``CAP_``; empty if none."""


class _Table(Mapping[str, Syscall]):
    """The system calls by name, read when first looked at."""

    def __getitem__(self, name: str) -> Syscall:
        return _syscalls()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_syscalls())

    def __len__(self) -> int:
        return len(_syscalls())


SYSCALLS: Final[Mapping[str, Syscall]] = _Table()
"""Every system call by name, in the order of the purposes."""


@cache
def read(file: str) -> dict[str, Any]:
    """Return one of the tables beside this module."""
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files(__package__).joinpath(file).read_text(encoding="utf-8"))


@cache
def _syscalls() -> dict[str, Syscall]:
    table, notes = read("syscalls.toml"), read("notes.toml")
    numbers: dict[str, dict[Any, int]] = {}
    for architecture, text in table["numbers"].items():
        for entry in text.split():
            name, _, number = entry.partition(":")
            numbers.setdefault(name, {})[architecture] = int(number)
    return {
        name: Syscall(name, purpose, numbers.get(name, {}), **notes.get(name, {}))
        for purpose, groups in table["purposes"].items()
        for names in groups.values()
        for name in names.split()
    }
