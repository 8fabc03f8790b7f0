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


_GO_NAMES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


def outcome(action: Action, errno: int | None) -> tuple[Action, int | None]:
    """Return an action with its number: that of ERRNO and TRACE is EPERM unless another is written.

    >>> outcome("ERRNO", None), outcome("ALLOW", 5)
    (('ERRNO', 1), ('ALLOW', None))
    """
    if action not in {"ERRNO", "TRACE"}:
        return action, None
    return action, EPERM if errno is None else errno


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
    """For MASKED_EQ: what the masked argument must equal. Bits outside the mask count on neither side."""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: a mask without a bit. libseccomp leaves such a condition out."""
        return self.operator == "MASKED_EQ" and self.value == 0

    def holds(self, argument: int) -> bool:
        """Return whether an argument fulfills it.

        >>> Condition(0, "MASKED_EQ", 0x7E020000, 0).holds(0x11)
        True
        >>> Condition(0, "MASKED_EQ", 2, 3).holds(2)  # as libseccomp does: bit 0 is outside the mask
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
                return argument & self.value == self.second & self.value

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
    """The rule is left out if the container has one of these; only CRI-O looks at it."""
    with_architectures: frozenset[str] = frozenset()
    """The rule is there only on one of these, by Go's names (``amd64``); empty: everywhere. Only CRI-O looks at it."""
    without_architectures: frozenset[str] = frozenset()
    """The rule is left out on these; only CRI-O looks at it."""
    named_errno: int | None = None
    """The error of the key ``errno``, which counts instead of `errno` with CRI-O, and with it alone."""
    is_wide: bool = False
    """Whether its one name stands under ``name``, which containerd does not know: the rule does nothing there."""

    @property
    def outcome(self) -> tuple[Action, int | None]:
        """The action and its number, as libseccomp tells actions apart."""
        return outcome(self.action, self.errno)

    @property
    def alternatives(self) -> tuple[tuple[Condition, ...], ...]:
        """The sets of conditions of which one must hold. An empty set always does."""
        indexes = [condition.index for condition in self.conditions]
        groups = [self.conditions]
        if len(set(indexes)) < len(indexes):
            groups = [(condition,) for condition in self.conditions]
        return tuple(tuple(condition for condition in group if not condition.is_empty) for group in groups)


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
    named_default_errno: int | None = None
    """The error of the key ``defaultErrno``, which counts instead of `default_errno` with CRI-O, and with it alone."""

    def for_container(self, bounding: frozenset[str], architecture: str = "x86_64") -> Profile:
        """Return the profile as CRI-O makes it for a container with these capabilities.

        Source: containers/common pkg/seccomp/seccomp_linux.go (setupSeccomp).
        """
        machine = _GO_NAMES.get(architecture, architecture)
        rules = tuple(
            rule if rule.named_errno is None else replace(rule, errno=rule.named_errno)
            for rule in self.rules
            if rule.with_capabilities <= bounding
            and not rule.without_capabilities & bounding
            and (not rule.with_architectures or machine in rule.with_architectures)
            and machine not in rule.without_architectures
        )
        if rules == self.rules and self.named_default_errno is None:
            return self
        errno = self.default_errno if self.named_default_errno is None else self.named_default_errno
        return replace(self, rules=rules, default_errno=errno)

    def for_oci(self) -> Profile:
        """Return the profile as containerd takes it: by the keys of the OCI alone."""
        if not any(rule.is_wide for rule in self.rules):
            return self
        return replace(self, rules=tuple(rule for rule in self.rules if not rule.is_wide))
