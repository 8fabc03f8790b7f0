"""Which checks hold for a level at a policy version, and what they say about a Pod."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from autograder.manifests.kinds import TEMPLATES
from autograder.manifests.objects import Pod
from autograder.manifests.problems import Path
from autograder.security.semantics import KUBERNETES, Semantics

from .checks import CHECKS
from .model import LEVELS, Found, Level, View

LATEST: Final = "latest"
_VERSION: Final = re.compile(r"v1\.(0|[1-9][0-9]*)")
_NEWEST_POLICY: Final = {33: 32, 34: 34, 35: 35, 36: 35, 37: 37}
"""What ``latest`` means on each minor version of Kubernetes: the newest policy version that its checks know."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One check that a Pod does not pass."""

    check: str
    level: Level
    """The level that the check belongs to."""
    reason: str
    detail: str
    places: tuple[Path, ...]
    """The fields at fault, from the object that the manifest describes; a missing field stands where it belongs."""

    def __str__(self) -> str:
        """Return the violation as Kubernetes says it: the reason, and the detail in parentheses."""
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


def policy_minor(version: str, minor: int) -> int:
    """Return which policy version counts on a cluster of Kubernetes 1.`minor`: no newer one than it knows.

    Raises ValueError for a text that is no version.

    >>> policy_minor("latest", 36), policy_minor("v1.20", 36), policy_minor("v1.99", 37)
    (35, 20, 37)
    """
    newest = _NEWEST_POLICY[minor]
    if version == LATEST:
        return newest
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"{version!r} is no policy version. It is {LATEST}, or looks like v1.{newest}.")
    return min(int(match[1]), newest)


class Judgement:
    """A Pod, or the template of a workload, under the standards; what one level has found is not looked for again."""

    def __init__(self, pod: Pod, *, minor: int = 37, semantics: Semantics = KUBERNETES) -> None:
        """Judge nothing yet. `minor` is the version of Kubernetes without its 1."""
        self._view = View(pod, semantics)
        self._minor = minor
        self._found: dict[Callable[[View], Found | None], Found | None] = {}

    def violations(self, level: Level, version: str = LATEST) -> tuple[Violation, ...]:
        """Return what keeps the Pod from a level, in the order in which it is told.

        *privileged* asks for nothing. *restricted* asks for what *baseline* asks for, but for the checks that stricter
        ones take the place of. Raises ValueError for a `version` that is none.
        """
        template = TEMPLATES[self._view.pod.kind]
        found = []
        for name, of, find in _checks(level, policy_minor(version, self._minor)):
            wrong = self._ask(find)
            if wrong is not None:
                places = tuple((*template, *place) for place in wrong.places)
                found.append(Violation(name, of, wrong.reason, wrong.detail, places))
        return tuple(found)

    def level(self, version: str = LATEST) -> Level:
        """Return the strictest level that the Pod passes. Raises ValueError for a `version` that is none."""
        at = policy_minor(version, self._minor)
        strictest_first = reversed(LEVELS)
        return next(
            level for level in strictest_first if all(self._ask(find) is None for _, _, find in _checks(level, at))
        )

    def _ask(self, find: Callable[[View], Found | None]) -> Found | None:
        if find not in self._found:
            self._found[find] = find(self._view)
        return self._found[find]


def evaluate(
    pod: Pod, level: Level, version: str = LATEST, *, minor: int = 37, semantics: Semantics = KUBERNETES
) -> tuple[Violation, ...]:
    """Return what keeps a Pod from a level; see `Judgement.violations`."""
    return Judgement(pod, minor=minor, semantics=semantics).violations(level, version)


def level_of(pod: Pod, version: str = LATEST, *, minor: int = 37, semantics: Semantics = KUBERNETES) -> Level:
    """Return the strictest level that a Pod passes. Raises ValueError for a `version` that is none."""
    return Judgement(pod, minor=minor, semantics=semantics).level(version)


def joined(violations: Iterable[Violation]) -> str:
    """Return violations in one line, as the messages of admission list them."""
    return ", ".join(map(str, violations))


@cache
def _checks(level: Level, minor: int) -> tuple[tuple[str, Level, Callable[[View], Found | None]], ...]:
    """Return the id, the level and the function of each check that holds for a level at policy version v1.`minor`."""
    if level == "privileged":
        return ()
    levels = ("baseline",) if level == "baseline" else ("baseline", "restricted")
    there = [(check, find) for check in CHECKS if check.level in levels and (find := check.at(minor)) is not None]
    overridden = {check.overrides for check, _ in there}
    return tuple((check.id, check.level, find) for check, find in there if check.id not in overridden)
