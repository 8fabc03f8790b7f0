"""What does a review look for? Every check with its severity, its texts and the lesson that teaches it, as data.

The texts are in ``checks.toml``, apart from the code that finds things. They are read on first use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, cast

from autograder.exercises.findings import Severity
from autograder.exercises.findings import messages as messages_of_exercises

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
"""The worst first."""
_TEXTS: Final = ("subject", "wanted", "got", "because")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a review looks for."""

    id: str
    """Stable. Baselines, comments and reports use it."""
    severity: Severity
    """What a finding of it usually is."""
    title: str
    why: str
    """Why it matters; empty for what an intent asks, which says so itself."""
    lesson: str
    """The notebook that teaches it: ``course/05-one-hyphen.ipynb``."""
    see: str
    """The official page about it; empty where there is none."""
    texts: Mapping[str, str] = field(repr=False)
    """How subject, wanted, got and because are worded; empty for what an intent asks."""


@cache
def checks() -> Mapping[str, Check]:
    """Return every check by its id, in the order in which findings are told."""
    with Path(__file__).with_name("checks.toml").open("rb") as stream:
        loaded = tomllib.load(stream)
    own = {name: _check(name, texts) for name, texts in loaded.items()}
    return {**_of_intents(), **own}


def title_of(check: Check) -> str:
    """Return what a check is called where no finding fills its title in."""
    return check.title.replace("{who}", "The API server")


def rank() -> Mapping[str, int]:
    """Return the place of every check among all."""
    return _rank()


@cache
def _rank() -> Mapping[str, int]:
    return {name: index for index, name in enumerate(checks())}


def _check(name: str, texts: Mapping[str, str]) -> Check:
    return Check(
        id=name,
        severity=cast("Severity", texts["severity"]),
        title=texts["title"],
        why=texts["why"],
        lesson=f"course/{texts['lesson']}.ipynb",
        see=texts["see"],
        texts={key: texts[key] for key in _TEXTS},
    )


_LESSONS_OF_INTENTS: Final = {
    "secret-flow-open": "09-many-policies",
    "flow-too-open": "09-many-policies",
    "unasked-open": "09-many-policies",
    "flow-too-closed": "10-both-ends",
    "unasked-closed": "10-both-ends",
    "undefined-verdict": "11-debugging",
    "secret-act-allowed": "32-hardening",
    "act-allowed": "32-hardening",
    "act-denied": "32-hardening",
    "act-unknown": "32-hardening",
    "context-wrong": "22-two-levels",
    "level-missed": "31-standards",
}
"""What an intent can find, with the lesson that teaches it. The texts are those of exercises."""


def _of_intents() -> dict[str, Check]:
    texts = messages_of_exercises()
    return {
        name: Check(
            id=name,
            severity=cast("Severity", texts[name].get("severity", "error")),
            title=texts[name]["title"],
            why="",
            lesson=f"course/{lesson}.ipynb",
            see="",
            texts={},
        )
        for name, lesson in _LESSONS_OF_INTENTS.items()
    }
