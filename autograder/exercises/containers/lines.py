"""The lines of an intent that are about containers.

==========  ===================================================================================================
line        it holds when
==========  ===================================================================================================
effective   every fact that is named has the value that is asked for, in every container that is named
can         every container that is named can do it, or none of them can
standards   every Pod that is named passes the level
keep        every fact that is named is as it was; ``all``: every fact that no other line names for the container
==========  ===================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, Literal

from autograder.exercises.scoring import exact
from autograder.exercises.shape import Fault
from autograder.manifests.problems import Path

KINDS: Final = ("effective", "can", "standards", "keep")
"""The keys of an intent that are about containers."""
EVERY: Final = "*"
FURTHER: Final = "+"
"""Of a Pod: a container that somebody could add, of which nothing is said."""
_MATCHERS: Final = ("not", "has", "lacks")
_MAPPINGS: Final = frozenset({"sysctls", "volumes"})
"""Facts that are mappings themselves."""
_SETS: Final = frozenset({"capabilities", "bounding"})


@dataclass(frozen=True, slots=True)
class EffectiveLine:
    """Facts that containers must have."""

    container: str
    expect: Mapping[str, Any]
    weight: Fraction = Fraction(1)
    why: str = ""
    path: Path = ()
    """Where the line stands, from the intent."""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class CanLine:
    """Something that containers can do, or cannot."""

    container: str
    action: tuple[str, ...]
    expect: Literal["allowed", "denied"]
    weight: Fraction = Fraction(1)
    why: str = ""
    path: Path = ()
    secret: bool = False
    """If a container can do it, the score is at most half."""


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level of Pod Security that Pods must pass."""

    object: str
    level: Literal["baseline", "restricted"]
    weight: Fraction = Fraction(1)
    why: str = ""
    path: Path = ()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class KeepLine:
    """Facts that must stay as they are; None: all that no other line names."""

    facts: tuple[str, ...] | None
    weight: Fraction = Fraction(1)
    why: str = ""
    path: Path = ()
    secret: bool = False


Line = EffectiveLine | CanLine | LevelLine | KeepLine


def read_lines(intent: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the lines about containers of an intent that has the right shape."""
    return tuple(_lines(intent))


def _lines(intent: Mapping[str, Any]) -> Iterator[Line]:
    for index, item in enumerate(intent.get("effective", ())):
        expect = MappingProxyType(dict(item["expect"]))
        yield EffectiveLine(item["container"], expect, *_common(item), ("effective", index))
    for index, item in enumerate(intent.get("can", ())):
        yield CanLine(
            item["container"],
            tuple(item["action"].split()),
            item["expect"],
            *_common(item),
            ("can", index),
            item.get("secret", False),
        )
    for index, item in enumerate(intent.get("standards", ())):
        yield LevelLine(item.get("object", EVERY), item["level"], *_common(item), ("standards", index))
    if "keep" in intent:
        value = intent["keep"]
        whole = value if isinstance(value, dict) else {"facts": value}
        facts = None if whole["facts"] == "all" else tuple(whole["facts"])
        yield KeepLine(facts, *_common(whole), ("keep",))


def _common(item: Mapping[str, Any]) -> tuple[Fraction, str]:
    return exact(item.get("weight", 1)), item.get("why", "").strip()


def senseless(intent: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of lines that have the right shape."""
    for index, item in enumerate(intent.get("effective", ())):
        for name, value in item["expect"].items():
            yield from _senseless_value(name, value, ("effective", index, "expect", name))
    for index, item in enumerate(intent.get("can", ())):
        words = item["action"].split()
        if words[0] == "syscall" and len(words) > 1 and not _is_syscall(words[1]):
            yield Fault(("can", index, "action"), f"Linux has no system call {words[1]}")
        if (words[0] == "setuid") != (len(words) == 1):
            yield Fault(("can", index, "action"), f"{words[0]} has too many or too few words behind it")
        if item.get("secret") and item["expect"] == "allowed":
            yield Fault(("can", index, "secret"), "only a denied line can be secret: secret is what must not happen")


def _is_syscall(name: str) -> bool:
    # Every intent is read here, and most ask for no system call.
    from autograder.security.seccomp import SYSCALLS

    return name in SYSCALLS


def _senseless_value(name: str, value: Any, path: Path) -> Iterator[Fault]:
    if isinstance(value, dict) and not is_matcher(value) and name not in _MAPPINGS:
        yield Fault(path, "must be a value, or one of {not: …}, {has: […]} and {lacks: […]}")
        return
    if name not in _SETS:
        return
    from autograder.security.capabilities import CAPABILITIES

    for item in items_of(value):
        if item not in CAPABILITIES:
            yield Fault(path, f"there is no capability {item}; they are written without CAP_")


def is_matcher(value: Any) -> bool:
    """Return whether a value is one of ``{not: …}``, ``{has: […]}`` and ``{lacks: […]}``."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _MATCHERS


def items_of(value: Any) -> list[Any]:
    """Return the single items of a value that is asked for."""
    if isinstance(value, dict):
        value = next(iter(value.values()), [])
    return list(value) if isinstance(value, list) else [value]
