"""What does the course teach where, and what trains it? The lessons and exercises as ``course.json`` keeps them.

The file is made by ``python -m tools.onboarding_catalogue`` and held to the course by a test. It is read on first use.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

START: Final = "00-start"
"""The page that shows how to work here. It is no lesson of a track."""
CAPSTONE: Final = "40-capstone"
_POINTS_A_MINUTE: Final = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of the course."""

    name: str
    """Such as ``04-default-deny``."""
    title: str
    minutes: int
    needs: tuple[str, ...]
    """The lessons that come right before."""
    concepts: frozenset[str]
    parts: tuple[str, ...]
    """Its headings."""

    @property
    def file(self) -> str:
        """Its notebook."""
        return f"course/{self.name}.ipynb"

    @property
    def track(self) -> str:
        """The half of the course that it belongs to; empty for the start page."""
        number = int(self.name[:2])
        return "" if number == 0 else "network" if number < 20 else "containers" if number < 40 else "both"


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise of the course."""

    id: str
    title: str
    lesson: str
    page: str
    """The notebook, or the folder of one, in which it stands."""
    graded: bool
    points: float
    concepts: frozenset[str]
    shows: frozenset[str]
    """The misconceptions that it lays open."""

    @property
    def minutes(self) -> int:
        """What it takes beside its lesson, as a rule of thumb: a minute for two points, none inside of the lesson."""
        return -(-int(self.points) // _POINTS_A_MINUTE) if self.graded else 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to learn."""

    concepts: Mapping[str, str]
    """Every concept with its title."""
    lessons: Mapping[str, Lesson]
    exercises: Mapping[str, Exercise]

    def before(self, lessons: Iterable[str], known: Iterable[str] = ()) -> frozenset[str]:
        """Return lessons with all that comes before them, but for what is known.

        What comes before something known is asked for only by what is not. Raises KeyError for a lesson that is none.
        """
        had = frozenset(known)
        found: set[str] = set()
        waiting = list(lessons)
        while waiting:
            name = waiting.pop()
            if name not in found and name not in had:
                found.add(name)
                waiting += self.lessons[name].needs
        return frozenset(found)


@cache
def catalogue() -> Catalogue:
    """Return the lessons and exercises of the course."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("course.json").read_text(encoding="utf-8"))
    lessons = {
        name: Lesson(
            name, each["title"], each["minutes"], tuple(each["needs"]), frozenset(each["concepts"]), (*each["parts"],)
        )
        for name, each in loaded["lessons"].items()
    }
    exercises = {
        name: Exercise(
            name,
            each["title"],
            each["lesson"],
            each["page"],
            each["graded"],
            each["points"],
            frozenset(each["concepts"]),
            frozenset(each["shows"]),
        )
        for name, each in loaded["exercises"].items()
    }
    return Catalogue(loaded["concepts"], lessons, exercises)
