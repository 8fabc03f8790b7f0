"""seccomp: which filter a container gets, and what it says to a system call."""

from __future__ import annotations

from .judging import Verdict, judge
from .profile import Condition, Profile, Rule
from .reading import read_folder, read_profile
from .runtime_default import runtime_default
from .selection import Choice, profile_of, select
from .table import ARCHITECTURES, SYSCALLS, Architecture, Syscall

__all__ = [
    "ARCHITECTURES",
    "SYSCALLS",
    "Architecture",
    "Choice",
    "Condition",
    "Profile",
    "Rule",
    "Syscall",
    "Verdict",
    "judge",
    "profile_of",
    "read_folder",
    "read_profile",
    "runtime_default",
    "select",
]
