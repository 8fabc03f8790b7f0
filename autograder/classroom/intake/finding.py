"""What is each submission for, and which attempt counts? What was named goes in, what is to be graded comes out.

Files are opened only if neither their name nor their folder tells which assignment they are for.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.submission import clean_name

from .contents import Contents
from .handed import Handed
from .layouts import Layouts, PassedOver, Unit
from .limits import LIMITS, IntakeLimits
from .patterns import PATTERNS, check_patterns
from .telling import Teller


@dataclass(frozen=True, slots=True)
class Intake:
    """What was found."""

    found: tuple[Handed, ...]
    """By assignment and student, each pair once."""
    passed_over: tuple[PassedOver, ...]
    """By origin."""


def find(
    paths: Sequence[Path],
    *,
    known: Mapping[str, str],
    assignment: str = "",
    patterns: Sequence[re.Pattern[str]] = PATTERNS,
    limits: IntakeLimits = LIMITS,
) -> Intake:
    """Return the submissions in files, folders and archives, and what was passed over.

    `known` has the assignment of every exercise of the course. With `assignment` everything is for that one, but what
    lies in a folder of another assignment. Raises `InputError` when a path does not exist, or a pattern is no use.
    """
    check_patterns(patterns)
    teller = Teller(known)
    layouts = Layouts(teller, assignment, patterns, limits)
    for path in dict.fromkeys(paths):
        layouts.add(path)
    return _Settling(teller, assignment, layouts, limits).result()


class _Settling:
    """Settles what each unit is for, when all are there."""

    def __init__(self, teller: Teller, wanted: str, layouts: Layouts, limits: IntakeLimits) -> None:
        self._teller = teller
        self._wanted = wanted
        self._units = layouts.units
        self._passed = list(layouts.passed)
        self._limits = limits

    def result(self) -> Intake:
        """Return what was found."""
        names = _distinct({unit.raw for unit in self._units})
        chosen: dict[tuple[str, str], list[Handed]] = defaultdict(list)
        untold = []
        told_in: dict[int, set[str]] = defaultdict(set)
        for unit in self._units:
            if self._wanted and unit.assignment not in {"", self._wanted}:
                reason = f"It is for {unit.assignment}, not for {self._wanted}."
                self._pass(unit.origin, reason, names[unit.raw], unit.assignment)
                continue
            handed = list(self._settled(unit, names[unit.raw]))
            if not handed:
                untold.append(unit)
            for each in handed:
                told_in[unit.top].add(each.assignment)
                chosen[each.assignment, each.student].append(each)
        for unit in untold:
            student = names[unit.raw]
            others = told_in[unit.top]
            if len(others) == 1:
                each = self._handed(unit, student, next(iter(others)))
                chosen[each.assignment, each.student].append(each)
            else:
                self._pass(unit.origin, "Nothing tells which assignment it is for. Name it with --assignment.", student)
        found = tuple(self._one_of(chosen[key]) for key in sorted(chosen))
        return Intake(found, tuple(sorted(self._passed, key=lambda each: (each.origin, each.student, each.assignment))))

    def _settled(self, unit: Unit, student: str) -> Iterator[Handed]:
        """Yield the submissions of a unit; none if nothing tells what it is for."""
        if self._wanted:
            yield self._for_wanted(unit, student)
            return
        if unit.assignment or self._teller.only:
            yield self._handed(unit, student, unit.assignment or self._teller.only)
            return
        told = self._told(unit, with_text=True)
        names = {name for name in told.values() if name}
        for name in sorted(names):
            only = None if len(names) == 1 else frozenset(path for path, own in told.items() if own == name)
            yield self._handed(unit, student, name, only)

    def _for_wanted(self, unit: Unit, student: str) -> Handed:
        """Return a unit as a submission for the assignment that was named."""
        if unit.assignment:
            return self._handed(unit, student, self._wanted)
        told = self._told(unit, with_text=False)
        others = {name for name in told.values() if name} - {self._wanted}
        if not others:
            return self._handed(unit, student, self._wanted)
        if self._wanted in told.values():
            only = frozenset(path for path, own in told.items() if own in {self._wanted, ""})
            return self._handed(unit, student, self._wanted, only)
        note = f"By their names, the files are for {' and '.join(sorted(others))}, not for {self._wanted}. "
        return self._handed(unit, student, self._wanted, note=f"{note}Was something else meant to be handed in?")

    def _handed(
        self, unit: Unit, student: str, assignment: str, only: frozenset[str] | None = None, note: str = ""
    ) -> Handed:
        notes = (note,) if note else ()
        return Handed(student, assignment, unit.origin, tuple(unit.parts), unit.received, only, notes, self._limits)

    def _told(self, unit: Unit, *, with_text: bool) -> dict[str, str]:
        """Return the assignment of every file of a unit, empty where nothing tells it."""
        contents = Contents(unit.parts, self._limits)
        told: dict[str, str] = {}
        for item in contents.items():
            name = self._teller.by_name(item.name)
            if not name and with_text:
                data = contents.data(item)
                name = self._teller.by_text(data) if data is not None else ""
            told[item.name] = name
        return told

    def _one_of(self, attempts: list[Handed]) -> Handed:
        """Return the attempt that counts, and pass over the others."""
        if len(attempts) == 1:
            return attempts[0]
        ordered = sorted(attempts, key=lambda each: (each.received or "", _natural(each.origin)))
        last = ordered[-1]
        for each in ordered[:-1]:
            if each.parts != last.parts or each.only != last.only:
                reason = f"Another attempt counts: {last.origin}."
                self._pass(each.origin, reason, each.student, each.assignment)
        return last

    def _pass(self, origin: str, reason: str, student: str, assignment: str = "") -> None:
        self._passed.append(PassedOver(origin, reason, student, assignment))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key by which ``attempt-10`` comes after ``attempt-9``."""
    pieces = re.split(r"([0-9]{1,18})", name)
    return [(1, int(piece), "") if index % 2 else (0, 0, piece) for index, piece in enumerate(pieces)]


def _distinct(raw: set[str]) -> dict[str, str]:
    """Return a name for every learner: two who look alike without control characters stay two."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for name in raw:
        by_name[clean_name(name)].append(name)
    names = {}
    for clean, alike in by_name.items():
        written = {name: unicodedata.normalize("NFC", name).strip() for name in alike}
        exact = set(written.values())
        for name in alike:
            digest = hashlib.sha256(written[name].encode("utf-8", "surrogatepass")).hexdigest()[:6]
            names[name] = clean if len(exact) == 1 or written[name] == clean else f"{clean} ({digest})"
    return names
