"""What does a finding say about what somebody has to learn? Findings of one check are one need.

======== ======
severity weighs
======== ======
error    10
warning  3
note     1
======== ======

A need weighs as much as its findings together: severity times how often.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.exercises.findings import Severity
from autograder.misconceptions import CATALOGUE
from autograder.review.catalogue import SEVERITIES, Check, rank
from autograder.review.findings import Finding

WEIGHTS: Final[Mapping[Severity, int]] = {"error": 10, "warning": 3, "note": 1}


@dataclass(frozen=True, slots=True)
class Teaching:
    """What is to be learned from one check."""

    concepts: frozenset[str]
    misconceptions: tuple[str, ...]
    part: str


@dataclass(frozen=True, slots=True)
class Need:
    """What the findings of one check ask for."""

    check: Check
    findings: tuple[Finding, ...]
    """In the order of the review."""
    concepts: frozenset[str]
    misconceptions: tuple[str, ...]
    """By id, in the order of the catalogue: those that the findings name, else those that are usual."""
    part: str

    @property
    def lesson(self) -> str:
        """The name of the lesson that teaches it."""
        return PurePosixPath(self.check.lesson).stem

    @property
    def severity(self) -> Severity:
        """The worst of its findings'."""
        return min((found.severity for found in self.findings), key=SEVERITIES.index)

    @property
    def weight(self) -> int:
        """How much depends on it."""
        return sum(WEIGHTS[found.severity] for found in self.findings)


@cache
def teachings() -> Mapping[str, Teaching]:
    """Return what there is to learn from each check, by its id."""
    with Path(__file__).with_name("teaching.toml").open("rb") as stream:
        loaded = tomllib.load(stream)
    return {
        name: Teaching(frozenset(each["concepts"]), tuple(each["misconceptions"]), each["part"])
        for name, each in loaded.items()
    }


def needs(findings: Iterable[Finding]) -> tuple[Need, ...]:
    """Return what findings ask for, in the order of the checks; nothing for a check about the review itself."""
    by_check: dict[str, list[Finding]] = {}
    for found in findings:
        by_check.setdefault(found.id, []).append(found)
    places = rank()
    found_needs = []
    for name in sorted(by_check, key=places.__getitem__):
        teaching = teachings().get(name)
        if teaching is None or not teaching.concepts:
            continue
        group = by_check[name]
        named = {belief for found in group for belief in found.misconceptions} or set(teaching.misconceptions)
        beliefs = tuple(belief for belief in CATALOGUE if belief in named)
        found_needs.append(Need(group[0].check, tuple(group), teaching.concepts, beliefs, teaching.part))
    return tuple(found_needs)
