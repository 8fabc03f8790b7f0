"""Hints in three rungs, and the solution as an act of its own.

Rung 1 asks a question, rung 2 points to the rule, rung 3 is a partial answer with one blank. How many are left is
never said: learners who know it hurry to the last one. Hints cost no points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from .memory import Memory, change_memory, entry_of
from .spec import Exercise

ASK: Final = "Ask your instructor: this release of the course comes without solutions."
NOT_YET: Final = (
    "Solve the exercise first, or ask for the solution explicitly; then it is worth doing a similar exercise later."
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One rung."""

    rung: int
    text: str
    """Markdown."""
    more: bool
    """Whether asking again gives another one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody who asks for the solution gets."""

    kind: Literal["solution", "not-yet", "ask"]
    text: str
    """The reasoning in Markdown, or the sentence that says why not."""
    answers: tuple[str, ...] = ()
    """The right answers, the first being the one that the reasoning is about."""


def rungs(exercise: Exercise) -> tuple[str, ...]:
    """Return the hints of an exercise, as many as this release has. Raises `InputError` when one cannot be read."""
    partial = exercise.solution.rung if exercise.solution is not None else ""
    return tuple(text for text in (*exercise.hints, partial) if text)


def hint(exercise: Exercise, rung: int) -> Hint:
    """Return a rung, counted from 1; the last one for any number behind it.

    Raises ValueError for a number below 1, and `InputError` when the hint cannot be read.
    """
    if rung < 1:
        raise ValueError(f"hints are counted from 1, not {rung}")
    texts = rungs(exercise)
    number = min(rung, len(texts))
    return Hint(number, texts[number - 1], more=number < len(texts))


def next_hint(exercise: Exercise, folder: Path) -> Hint:
    """Return the next rung for a learner, and remember that it was shown.

    `folder` is where the notebook lies. A memory that is lost or damaged begins again with rung 1. Raises `InputError`
    when the hint cannot be read or the memory cannot be written.
    """
    found = hint(exercise, 1)

    def shown(memory: Memory) -> None:
        nonlocal found
        entry = entry_of(memory, exercise.id)
        found = hint(exercise, rung_of(entry) + 1)
        entry["hints"] = max(found.rung, rung_of(entry))
        entry["missed"] = 0
        memory["current"] = exercise.id

    change_memory(folder, shown)
    return found


def rung_of(entry: Mapping[str, object]) -> int:
    """Return the highest rung that was shown, as the memory of an exercise has it; 0 for none."""
    rung = entry.get("hints")
    return rung if isinstance(rung, int) and not isinstance(rung, bool) and 0 < rung < 100 else 0


def solution(exercise: Exercise, *, passed: bool, asked: bool = False) -> Shown:
    """Return the solution after success or on request; else the sentence that says how to get it.

    A release for a class has none. Raises `InputError` when it cannot be read.
    """
    found = exercise.solution
    if found is None:
        return Shown("ask", ASK)
    if not passed and not asked:
        return Shown("not-yet", NOT_YET)
    return Shown("solution", found.reasoning, tuple(sample.text for sample in exercise.right))
