"""A seccomp profile: which system calls pass, with which arguments, and what happens to the others.

The form is the OCI's LinuxSeccomp, as containerd and runc take it; CRI-O also takes the wider form of
containers/common, whose rules may hold for some capabilities or architectures only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

Action = Literal["KILL_PROCESS", "KILL_THREAD", "TRAP", "ERRNO", "NOTIFY", "TRACE", "LOG", "ALLOW"]

ACTIONS: Final[tuple[Action, ...]] = (
    "KILL_PROCESS",
    "KILL_THREAD",
    "TRAP",
    "ERRNO",
    "NOTIFY",
    "TRACE",
    "LOG",
    "ALLOW",
)
"""From the strictest to the mildest: of several filters of a process the strictest decides."""

Operator = Literal["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"]

_SIGNS: Final[dict[Operator, str]] = {"NE": "≠", "LT": "<", "LE": "≤", "EQ": "=", "GE": "≥", "GT": ">"}
EPERM: Final = 1
ENOSYS: Final = 38
ERRNOS: Final = {
    1: "EPERM",
    2: "ENOENT",
    3: "ESRCH",
    4: "EINTR",
    5: "EIO",
    9: "EBADF",
    11: "EAGAIN",
    12: "ENOMEM",
    13: "EACCES",
    14: "EFAULT",
    16: "EBUSY",
    17: "EEXIST",
    19: "ENODEV",
    20: "ENOTDIR",
    22: "EINVAL",
    24: "EMFILE",
    28: "ENOSPC",
    30: "EROFS",
    38: "ENOSYS",
    95: "EOPNOTSUPP",
    97: "EAFNOSUPPORT",
}
"""Names of error numbers on Linux."""


def errno_name(number: int) -> str:
    """Return the name of an error number, or the number as text."""
    return ERRNOS.get(number, str(number))


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one argument of a call. Arguments count from 0 and are unsigned, with 64 bits."""

    index: int
    operator: Operator
    value: int
    second: int = 0
    """For MASKED_EQ: what the masked argument must equal."""

    def holds(self, argument: int) -> bool:
        """Return whether an argument fulfills it.

        >>> Condition(0, "MASKED_EQ", 0x7E020000, 0).holds(0x11)
        True
        """
        argument &= (1 << 64) - 1
        match self.operator:
            case "NE":
                return argument != self.value
            case "LT":
                return argument < self.value
            case "LE":
                return argument <= self.value
            case "EQ":
                return argument == self.value
            case "GE":
                return argument >= self.value
            case "GT":
                return argument > self.value
            case _:
                return argument & self.value == self.second

    def __str__(self) -> str:
        """Return the condition as people write it: ``arg0 & 0x7e020000 = 0``."""
        if self.operator == "MASKED_EQ":
            return f"arg{self.index} & {self.value:#x} = {self.second:#x}"
        return f"arg{self.index} {_SIGNS[self.operator]} {self.value}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to some calls."""

    names: tuple[str, ...]
    action: Action
    errno: int | None = None
    """What the call returns if the action is ERRNO; None: EPERM."""
    conditions: tuple[Condition, ...] = ()
    """All must hold; but if two are about the same argument, each of them stands alone (as runc adds them)."""
    with_capabilities: frozenset[str] = frozenset()
    """The rule is there only if the container has all of these; only CRI-O looks at it."""
    without_capabilities: frozenset[str] = frozenset()
    """The rule is left out if the container has one of these."""

    @property
    def alternatives(self) -> tuple[tuple[Condition, ...], ...]:
        """The sets of conditions of which one must hold."""
        indexes = [condition.index for condition in self.conditions]
        if len(set(indexes)) < len(indexes):
            return tuple((condition,) for condition in self.conditions)
        return (self.conditions,)


@dataclass(frozen=True)
class Profile:
    """A filter for system calls."""

    default: Action
    rules: tuple[Rule, ...] = ()
    default_errno: int | None = None
    architectures: tuple[str, ...] = ()
    """As written, beside the machine's own; empty: that one alone."""
    name: str = ""
    warnings: tuple[str, ...] = ()
    """What the runtime silently ignores."""

    def for_container(self, bounding: frozenset[str]) -> Profile:
        """Return the profile with those rules that hold for a container with these capabilities."""
        rules = tuple(
            rule
            for rule in self.rules
            if rule.with_capabilities <= bounding and not rule.without_capabilities & bounding
        )
        return self if len(rules) == len(self.rules) else replace(self, rules=rules)
