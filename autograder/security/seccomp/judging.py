"""What a filter says to one system call.

The kernel asks a filter for an action; of one filter, as libseccomp builds it, these count in turn:

1. a call of another architecture than the filter knows is killed;
2. a rule without conditions for the call;
3. a rule whose conditions hold for the arguments; two such rules with different actions contradict each other, and
   which one wins is not defined;
4. the default. If that is an error and the call is newer than every call that the profile names, runc answers ENOSYS
   instead, so that programs fall back to an older call.

Rules with the default's own action change nothing, and names that the machine does not know are ignored. Sources:
runc libcontainer/seccomp/seccomp_linux.go and patchbpf; seccomp(2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from .profile import ACTIONS, ENOSYS, EPERM, Action, Condition, Profile, Rule, errno_name
from .table import SYSCALLS, Architecture

_NO_ARGUMENTS: Final[Mapping[int, int]] = MappingProxyType({})
_PASSES: Final = frozenset({"ALLOW", "LOG"})


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
    rules = _rules_of(profile).get(syscall, ())
    plain = next((rule for rule in rules if not rule.conditions), None)
    if plain is not None:
        others = {rule.action for rule in rules if not rule.conditions}
        warning = "the profile says different things about it; the first counts here" if len(others) > 1 else ""
        return _verdict(profile, plain, "a rule names it", warning)
    matching, open_conditions = _matching(rules, arguments)
    if matching and not open_conditions:
        strictest = min(matching, key=lambda rule: ACTIONS.index(rule.action))
        actions = {rule.action for rule in matching}
        warning = "rules with different actions match, which is not defined" if len(actions) > 1 else ""
        return _verdict(profile, strictest, "a rule with conditions matches", warning)
    if open_conditions:
        return Verdict(None, None, "it depends on the arguments", depends_on=tuple(open_conditions))
    return _default(profile, syscall, number, architecture, conditional=bool(rules))


def _matching(rules: tuple[Rule, ...], arguments: Mapping[int, int]) -> tuple[list[Rule], list[str]]:
    """Return the rules that match, and the conditions that cannot be judged for want of arguments."""
    matching, unknown = [], []
    for rule in rules:
        for conditions in rule.alternatives:
            verdicts = [_holds(condition, arguments) for condition in conditions]
            if False in verdicts:
                continue
            if None in verdicts:
                unknown.append(" and ".join(map(str, conditions)))
            else:
                matching.append(rule)
                break
    return matching, unknown


def _holds(condition: Condition, arguments: Mapping[int, int]) -> bool | None:
    argument = arguments.get(condition.index)
    return None if argument is None else condition.holds(argument)


def _verdict(profile: Profile, rule: Rule, why: str, warning: str) -> Verdict:
    errno = (EPERM if rule.errno is None else rule.errno) if rule.action == "ERRNO" else None
    return Verdict(rule.action, errno, f"{why} in {profile.name or 'the profile'}", rule, warning=warning)


def _default(profile: Profile, syscall: str, number: int, architecture: Architecture, *, conditional: bool) -> Verdict:
    why = "no rule matches its arguments" if conditional else f"no rule of {profile.name or 'the profile'} names it"
    if profile.default != "ERRNO":
        return Verdict(profile.default, None, f"{why}, so the default counts")
    errno = EPERM if profile.default_errno is None else profile.default_errno
    newest = _newest(profile, architecture)
    if not conditional and number > newest and errno != ENOSYS:
        return Verdict("ERRNO", ENOSYS, f"{syscall} is newer than every call that the profile names (runc)")
    return Verdict("ERRNO", errno, f"{why}, so the default counts")


@lru_cache(maxsize=256)
def _rules_by_id(key: _ProfileKey) -> dict[str, tuple[Rule, ...]]:
    profile = key.profile
    found: dict[str, list[Rule]] = {}
    for rule in profile.rules:
        same_errno = (rule.errno or EPERM) == (profile.default_errno or EPERM)
        if rule.action == profile.default and (rule.action != "ERRNO" or same_errno):
            continue
        for name in rule.names:
            found.setdefault(name, []).append(rule)
    return {name: tuple(rules) for name, rules in found.items()}


@dataclass(frozen=True, eq=False, slots=True)
class _ProfileKey:
    """A profile as the key of a cache: by identity, since comparing whole profiles would cost more than it saves."""

    profile: Profile

    def __hash__(self) -> int:
        return id(self.profile)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ProfileKey) and other.profile is self.profile


def _rules_of(profile: Profile) -> dict[str, tuple[Rule, ...]]:
    return _rules_by_id(_ProfileKey(profile))


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
    """Return the highest number of a call that the profile names."""
    return _newest_by_id(_ProfileKey(profile), architecture)
