"""Where does a learner stand, and what comes next?

============ ======================================================================================================
of           it is
============ ======================================================================================================
an exercise  ``right`` while the answer that was checked last is, ``tried`` while it is not, else ``new``
a concept    ``mastered`` when two different exercises about it were right without a hint, ``practiced`` when one was
             right at all, else ``new``; and due for review when `review` says so
a belief     still open while it fits an answer that is not right yet; also after that, until another exercise that
             could have shown it is answered without it
a track      complete when all its graded exercises are right (where none is graded, all)
============ ======================================================================================================

Everything comes out of the memory of what was checked: nothing is judged here, so it costs no time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Literal

from autograder.course import Course
from autograder.manifests.limits import InputError
from autograder.misconceptions import CATALOGUE

from . import review
from .hints import rung_of
from .history import History, history_of
from .lessons import number_of, read_concepts, track_of
from .memory import Memory, read_memory
from .review import read_box
from .spec import Exercise, Exercises

State = Literal["new", "tried", "right"]
Grip = Literal["new", "practiced", "mastered"]

TRACKS: Final = {0: "network", 2: "containers", 4: "both"}
"""The names of the tracks, by `lessons.track_of`."""
ENOUGH: Final = 2
"""Exercises that have to be right without a hint until a concept is mastered."""
_NAMED: Final = re.compile(r"%%(?:manifest|predict) ([a-z0-9-]+)")
_TITLE: Final = re.compile(r'"# (?P<title>[^"\\]+)')


@dataclass(frozen=True, slots=True)
class Standing:
    """One exercise, and how the learner stands with it."""

    id: str
    title: str
    lesson: str
    """The lesson that it belongs to, such as ``04-default-deny``; empty if it belongs to none."""
    page: str
    """The notebook that it stands in, by its path on the desk; empty if it is in none."""
    track: str
    graded: bool
    """Whether it stands in a notebook of ``exercises/`` and not in a lesson."""
    points: float
    concepts: tuple[str, ...]
    state: State
    tries: int
    hints: int
    """The highest rung that was shown."""
    solved: dt.date | None
    """When it was right for the first time."""
    alone: bool
    """Whether it was right then without a hint and without the solution."""


@dataclass(frozen=True, slots=True)
class Known:
    """One concept, and how well the learner knows it."""

    id: str
    title: str
    grip: Grip
    right: int
    """How many of its exercises are right."""
    exercises: int
    """How many there are."""
    due: dt.date | None
    """When it is due for review; None before the first right answer."""
    review: str
    """The exercise to review it with."""


@dataclass(frozen=True, slots=True)
class Belief:
    """A misconception that is still open."""

    id: str
    title: str
    exercises: tuple[str, ...]
    """The exercises whose answers it fits."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track, and how far the learner has come in it."""

    name: str
    right: int
    """Of the exercises that count for it."""
    exercises: int
    points: float
    """Of the exercises that are right."""
    max: float
    done: dt.date | None
    """When the last one was right for the first time; None while the track is not complete."""

    @property
    def complete(self) -> bool:
        """Whether all that counts is right."""
        return self.exercises > 0 and self.right == self.exercises


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a learner stands."""

    exercises: tuple[Standing, ...]
    """In the order of the course."""
    concepts: tuple[Known, ...]
    misconceptions: tuple[Belief, ...]
    tracks: tuple[Track, ...]
    current: str
    """The exercise that was worked on last; empty in the beginning."""
    day: dt.date
    lessons: Mapping[str, str]
    """The titles of the lessons, by name."""
    path: tuple[str, ...] = ()
    """The exercises to do first, in this order; empty where nobody has put a path on the desk."""

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(found.state == "right" for found in self.exercises)

    @property
    def on_path(self) -> tuple[Standing, ...]:
        """The exercises of the path that the course has, in the order of the path."""
        return tuple(found for found in map(self.of, self.path) if found is not None)

    @property
    def path_done(self) -> int:
        """How many exercises of the path are right."""
        return sum(found.state == "right" for found in self.on_path)

    @property
    def due(self) -> tuple[Known, ...]:
        """What is due for review, the longest overdue first."""
        late = [known for known in self.concepts if known.due is not None and known.due <= self.day]
        return tuple(sorted(late, key=lambda known: known.due or self.day))

    @property
    def next(self) -> str:
        """The exercise to do next: the current one until it is right, then `after` it; empty when all are right."""
        current = self.of(self.current)
        if current is not None and current.state != "right":
            return current.id
        return self.after(self.current)

    def after(self, exercise: str) -> str:
        """Return the next exercise that is not right, behind another one: of its track first, then of the others.

        A path comes before both, in its own order. Behind the last one it goes on with what was left out before. Empty
        when all others are right.
        """
        on_path = next((one.id for one in self.on_path if one.state != "right" and one.id != exercise), "")
        if on_path:
            return on_path
        here = next((at for at, found in enumerate(self.exercises) if found.id == exercise), -1)
        turned = [*self.exercises[here + 1 :], *self.exercises[: here + 1]]
        left = [found for found in turned if found.state != "right" and found.id != exercise]
        track = self.exercises[here].track if here >= 0 else ""
        return next((found.id for found in (*(f for f in left if f.track == track), *left)), "")

    def of(self, exercise: str) -> Standing | None:
        """Return how the learner stands with an exercise; None if the course has none of this name."""
        return next((found for found in self.exercises if found.id == exercise), None)

    def by_lesson(self) -> list[tuple[str, list[Standing]]]:
        """Return the exercises by lesson, in the order of the course."""
        return [(lesson, list(found)) for lesson, found in groupby(self.exercises, key=lambda one: one.lesson)]


def progress(exercises: Exercises, folder: Path, day: dt.date | None = None) -> Progress:
    """Return where a learner stands; `folder` is one of the desk, `day` is today unless it is given.

    An exercise that cannot be read is left out. Raises `InputError` when the course has no exercises that can be read.
    """
    day = day or review.today()
    memory = read_memory(folder)
    places = _places(exercises.course)
    found: list[Exercise] = []
    broken: list[InputError] = []
    for name in exercises.ids:
        try:
            found.append(exercises.get(name))
        except InputError as error:
            broken.append(error)
    if broken and not found:
        raise broken[0]
    found.sort(key=lambda one: _order(one, places))
    history = history_of(memory)
    standings = tuple(_standing(one, memory, history, places) for one in found)
    current = memory.get("current")
    return Progress(
        standings,
        _concepts(exercises.course, standings, memory),
        _open_beliefs(history),
        _tracks(standings),
        current if isinstance(current, str) else "",
        day,
        _titles(exercises.course),
        _path(memory),
    )


def to_json(found: Progress) -> dict[str, Any]:
    """Return the whole as the contract has it."""
    return {
        "version": 1,
        "day": found.day.isoformat(),
        "next": found.next or None,
        "right": found.right,
        "exercises": len(found.exercises),
        "path": [one.id for one in found.on_path],
        "tracks": [
            {
                "track": track.name, "right": track.right, "exercises": track.exercises, "points": track.points,
                "max": track.max, "complete": track.complete,
            }
            for track in found.tracks
        ],
        "concepts": [
            {
                "id": known.id, "title": known.title, "state": known.grip, "right": known.right,
                "exercises": known.exercises, "due": known.due.isoformat() if known.due else None,
                "review": known.review if known in found.due else None,
            }
            for known in found.concepts
        ],
        "misconceptions": [
            {"id": belief.id, "title": belief.title, "exercises": list(belief.exercises)}
            for belief in found.misconceptions
        ],
    }  # fmt: skip


def listing(found: Progress) -> dict[str, Any]:
    """Return the exercises as the contract has them."""
    return {
        "version": 1,
        "next": found.next or None,
        "exercises": [
            {
                "id": one.id, "title": one.title, "lesson": one.lesson or None, "track": one.track,
                "notebook": one.page or None, "graded": one.graded, "state": one.state, "points": one.points,
                "tries": one.tries, "hints": one.hints, "concepts": list(one.concepts),
            }
            for one in found.exercises
        ],
    }  # fmt: skip


# -- pieces -----------------------------------------------------------------------------------------------------------


def _order(exercise: Exercise, places: Mapping[str, tuple[bool, str, int]]) -> tuple[int, bool, str, int, str]:
    """Return a key that puts exercises into the order of the course; those that belong to no lesson come last."""
    lesson = number_of(exercise.lesson) if exercise.lesson else 99
    return (lesson, *places.get(exercise.id, (True, "", 999)), exercise.id)


@cache
def _places(course: Course) -> dict[str, tuple[bool, str, int]]:
    """Return where each exercise stands: whether in a graded notebook, in which one, and at which place in it."""
    found: dict[str, tuple[bool, str, int]] = {}
    pages = [(path, False) for path in sorted(course.root.glob("course/*.ipynb"))]
    pages += [(path, True) for path in sorted(course.root.glob("exercises/*/*.ipynb"))]
    for path, graded in pages:
        for place, name in enumerate(_NAMED.findall(_text(path))):
            found.setdefault(name, (graded, path.relative_to(course.root).as_posix(), place))
    return found


@cache
def _titles(course: Course) -> dict[str, str]:
    """Return the titles of the lessons: the first heading of each notebook."""
    found = {}
    for path in sorted(course.root.glob("course/*.ipynb")):
        match = _TITLE.search(_text(path))
        # What stands between two quotes of a JSON text is one.
        found[path.stem] = json.loads(f'"{match["title"]}"') if match else path.stem
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _path(memory: Memory) -> tuple[str, ...]:
    written = memory.get("path")
    return tuple(name for name in written if isinstance(name, str)) if isinstance(written, list) else ()


def _standing(
    exercise: Exercise, memory: Memory, history: History, places: Mapping[str, tuple[bool, str, int]]
) -> Standing:
    entry = memory["exercises"].get(exercise.id)
    entry = entry if isinstance(entry, dict) else {}
    past = history.exercises.get(exercise.id)
    state: State = "new" if past is None else "right" if past.last.status == "pass" else "tried"
    if state == "right" and entry.get("again") is True:
        state = "tried"
    tries = entry.get("tries")
    solved, alone = _solved(entry)
    graded, page, _ = places.get(exercise.id, (False, "", 0))
    return Standing(
        exercise.id,
        exercise.title,
        exercise.lesson.removeprefix("course/").removesuffix(".ipynb"),
        page,
        TRACKS[track_of(number_of(exercise.lesson))],
        graded,
        exercise.points,
        exercise.concepts,
        state,
        tries if isinstance(tries, int) and tries > 0 else int(past is not None),
        rung_of(entry),
        solved,
        alone,
    )


def _solved(entry: Mapping[str, Any]) -> tuple[dt.date | None, bool]:
    """Return when an exercise was right first, and whether without help."""
    solved = entry.get("solved")
    if not isinstance(solved, dict):
        return None, False
    try:
        day = dt.date.fromisoformat(str(solved.get("on")))
    except ValueError:
        return None, False
    return day, rung_of(solved) == 0 and solved.get("solution") is not True


def _concepts(course: Course, standings: Iterable[Standing], memory: Memory) -> tuple[Known, ...]:
    titles = read_concepts(course)
    about: dict[str, list[Standing]] = {name: [] for name in titles}
    for one in standings:
        for concept in one.concepts:
            about.setdefault(concept, []).append(one)
    boxes = memory.get("concepts")
    boxes = boxes if isinstance(boxes, dict) else {}
    found = []
    for name, ones in about.items():
        box = read_box(boxes.get(name))
        right = [one for one in ones if one.solved is not None or one.state == "right"]
        grip: Grip = "mastered" if sum(one.alone for one in ones) >= ENOUGH else "practiced" if right else "new"
        due = box.due if box is not None else None
        found.append(Known(name, titles.get(name, name), grip, len(right), len(ones), due, _review(ones)))
    return tuple(found)


def _review(ones: list[Standing]) -> str:
    """Return the exercise to review a concept with: one that is not right yet, else the one that was right longest ago.

    Of those that are not right one that was tried comes first; of several the smallest one.
    """
    order = {"tried": 0, "new": 1, "right": 2}

    def rank(one: Standing) -> tuple[int, dt.date, float]:
        return order[one.state], one.solved or dt.date.min, one.points

    return min(ones, key=rank).id if ones else ""


def _open_beliefs(history: History) -> tuple[Belief, ...]:
    """Return the misconceptions that are still open, those of the most answers first."""
    fits: dict[str, list[str]] = {}
    still: set[str] = set()
    shown: set[str] = set()
    for name, past in history.exercises.items():
        for belief in past.fits:
            fits.setdefault(belief, []).append(name)
        if past.last.status == "fail":
            still |= set(past.last.fits)
        shown |= past.fits
        shown -= set(past.first.differs) - past.fits
    left = [name for name in fits if name in still | shown and name in CATALOGUE]
    left.sort(key=lambda name: (-len(fits[name]), name))
    return tuple(Belief(name, CATALOGUE[name].title, tuple(fits[name])) for name in left)


def _tracks(standings: Iterable[Standing]) -> tuple[Track, ...]:
    by_name: dict[str, list[Standing]] = {}
    for one in standings:
        by_name.setdefault(one.track, []).append(one)
    found = []
    for name in TRACKS.values():
        ones = by_name.get(name, [])
        counted = [one for one in ones if one.graded] or ones
        if not counted:
            continue
        right = [one for one in counted if one.state == "right"]
        days = [one.solved for one in right if one.solved is not None]
        done = max(days, default=None) if len(right) == len(counted) else None
        points, most = sum(one.points for one in right), sum(one.points for one in counted)
        found.append(Track(name, len(right), len(counted), points, most, done))
    return tuple(found)
