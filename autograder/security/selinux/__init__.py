"""SELinux: levels, labels, and whether a process may use a file."""

from __future__ import annotations

from .access import Decision, access, relabelled
from .labels import Label, SELinux, label
from .levels import Level, LevelError, dominates, read_level

__all__ = [
    "Decision",
    "Label",
    "Level",
    "LevelError",
    "SELinux",
    "access",
    "dominates",
    "label",
    "read_level",
    "relabelled",
]
