"""What a filter says to one system call.

Of one filter, as runc and libseccomp build it, these count in turn:

1. a call that the machine's architecture does not have returns ENOSYS;
2. unless the default lets calls through (ALLOW, LOG, TRACE), a call that is newer than every call that the profile
   names returns ENOSYS, so that programs fall back to an older call; a profile that names no call has no such rule;
3. the first rule without conditions for the call;
4. a rule whose conditions hold for the arguments; two such rules with different actions contradict each other, and
   which one wins is not defined;
5. the default.

Rules that repeat the default change nothing, and names that the machine does not know are ignored. Sources: runc
libcontainer/seccomp/seccomp_linux.go (matchCall) and patchbpf/enosys_linux.go (findLastSyscalls, generatePatch);
seccomp(2). Held against libseccomp itself in the tests.

Two things are not modeled. runc 1.1.5 has rule 2 only where the profile lists architectures; 1.1.15 always has it. And
libseccomp 2.5.4 makes mistakes where several ranges of one argument overlap: of ``arg0 >= 2`` and ``arg0 < 2**32`` each
is right alone, and together they miss 2**32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from .profile import ACTIONS, ENOSYS, Action, Condition, Profile, Rule, errno_name, outcome
from .table import SYSCALLS, Architecture

_NO_ARGUMENTS: Final[Mapping[int, int]] = MappingProxyType({})
_PASSES: Final = frozenset({"ALLOW", "LOG"})
_PERMISSIVE: Final = frozenset({"ALLOW", "LOG", "TRACE"})
"""Defaults beside which runc adds no rule for newer calls."""

_Branch = tuple[Rule, tuple[Condition, ...]]
"""A rule with one set of conditions under which it holds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a call at the filter."""

    action: Action | None
    """None if it depends on arguments that were not given."""
    errno: int | None
    """What the call returns, if the action is ERRNO."""
    why: str
    rule: Rule | None = None
    depends_on: tuple[str, ...] = ()
    """The conditions that decide, where arguments are missing."""
    warning: str = ""

    @property
    def passes(self) -> bool | None:
        """Whether the kernel goes on to carry the call out; None if that is open."""
        if self.action is None or self.action in {"TRACE", "NOTIFY"}:
            return None
        return self.action in _PASSES

    @property
    def errno_name(self) -> str:
        """The name of the error: ``EPERM``; empty if there is none."""
        return "" if self.errno is None else errno_name(self.errno)


def judge(
    profile: Profile | None,
    syscall: str,
    arguments: Mapping[int, int] = _NO_ARGUMENTS,
    *,
    architecture: Architecture = "x86_64",
) -> Verdict:
    """Return what a filter says to a call; None stands for no filter. `arguments` are by index, from 0.

    Raises ValueError, which names the nearest call, for a call that Linux does not have.
    """
    known = SYSCALLS.get(syscall)
    if known is None:
        near = get_close_matches(syscall, SYSCALLS, n=3, cutoff=0.5)
        remedy = f"Did you mean {', '.join(near)}?" if near else "See syscalls(2) for those there are."
        raise ValueError(f"there is no system call {syscall!r}. {remedy}")
    number = known.numbers.get(architecture)
    if number is None:
        return Verdict("ERRNO", ENOSYS, f"{architecture} has no system call {syscall}")
    if profile is None:
        return Verdict("ALLOW", None, "there is no filter")
    branches = _branches_of(profile).get(syscall, ())
    newest = _newest(profile, architecture)
    if profile.default not in _PERMISSIVE and newest and number > newest:
        return Verdict("ERRNO", ENOSYS, f"{syscall} is newer than every call that the profile names (runc)")
    plain = [rule for rule, conditions in branches if not conditions]
    if plain:
        warning = ""
        if len({rule.outcome for rule in plain}) > 1:
            warning = "the profile says different things about it; the first counts here"
        return _verdict(profile, plain[0], "a rule names it", warning)
    matching, open_branches = _matching(branches, arguments)
    possible = {rule.outcome for rule in (*matching, *(rule for rule, _ in open_branches))}
    if open_branches and not (matching and len(possible) == 1):
        texts = dict.fromkeys(" and ".join(map(str, conditions)) for _, conditions in open_branches)
        return Verdict(None, None, "it depends on the arguments", depends_on=tuple(texts))
    if matching:
        strictest = min(matching, key=lambda rule: ACTIONS.index(rule.action))
        warning = "rules with different actions match, which is not defined" if len(possible) > 1 else ""
        return _verdict(profile, strictest, "a rule with conditions matches", warning)
    why = "no rule matches its arguments" if branches else f"no rule of {profile.name or 'the profile'} names it"
    return _ended(profile.default, profile.default_errno, f"{why}, so the default counts")


def _matching(branches: tuple[_Branch, ...], arguments: Mapping[int, int]) -> tuple[list[Rule], list[_Branch]]:
    """Return the rules that match, and what cannot be judged for want of arguments."""
    matching, unknown = [], []
    for rule, conditions in branches:
        verdicts = [_holds(condition, arguments) for condition in conditions]
        if False in verdicts:
            continue
        if None in verdicts:
            unknown.append((rule, conditions))
        else:
            matching.append(rule)
    return matching, unknown


def _holds(condition: Condition, arguments: Mapping[int, int]) -> bool | None:
    argument = arguments.get(condition.index)
    return None if argument is None else condition.holds(argument)


def _verdict(profile: Profile, rule: Rule, why: str, warning: str) -> Verdict:
    return _ended(rule.action, rule.errno, f"{why} in {profile.name or 'the profile'}", rule, warning)


def _ended(action: Action, errno: int | None, why: str, rule: Rule | None = None, warning: str = "") -> Verdict:
    number = outcome(action, errno)[1] if action == "ERRNO" else None
    if number == 0:
        warning = warning or "with error 0 the call seems to succeed, and nothing is done"
    return Verdict(action, number, why, rule, warning=warning)


@lru_cache(maxsize=256)
def _branches_by_id(key: _ProfileKey) -> dict[str, tuple[_Branch, ...]]:
    profile = key.profile
    default = outcome(profile.default, profile.default_errno)
    found: dict[str, list[_Branch]] = {}
    for rule in profile.rules:
        if rule.outcome == default:
            continue
        for conditions in rule.alternatives:
            for name in rule.names:
                found.setdefault(name, []).append((rule, conditions))
    return {name: tuple(branches) for name, branches in found.items()}


@dataclass(frozen=True, eq=False, slots=True)
class _ProfileKey:
    """A profile as the key of a cache: by identity, since comparing whole profiles would cost more than it saves."""

    profile: Profile

    def __hash__(self) -> int:
        return id(self.profile)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ProfileKey) and other.profile is self.profile


def _branches_of(profile: Profile) -> dict[str, tuple[_Branch, ...]]:
    return _branches_by_id(_ProfileKey(profile))


@lru_cache(maxsize=256)
def _newest_by_id(key: _ProfileKey, architecture: Architecture) -> int:
    numbers = [
        SYSCALLS[name].numbers.get(architecture, 0)
        for rule in key.profile.rules
        for name in rule.names
        if name in SYSCALLS
    ]
    return max(numbers, default=0)


def _newest(profile: Profile, architecture: Architecture) -> int:
    """Return the highest number of a call that the profile names; 0 if it names none."""
    return _newest_by_id(_ProfileKey(profile), architecture)
