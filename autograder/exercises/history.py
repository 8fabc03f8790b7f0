"""What a learner's answers had in common so far: a small memory of them, and a diagnosis over all of it.

One answer fits several beliefs. A belief that fits the answers to several exercises is the likelier one. The memory
(`memory` says where it lies) holds for each exercise:

============= ==========================================================================================
key           what it is
============= ==========================================================================================
``first``     the first judged answer: what it showed, not the text
``last``      the last one
``tries``     how many different answers were checked, one after the other
``missed``    how many of them failed since the last right one, or the last hint
``hints``     the highest rung of the hints that was shown
``solution``  true if the solution was shown before an answer was right
``again``     true from a reset to the next judged answer
``solved``    the first right answer: the day (``on``), and the rung (``hints``) and whether the ``solution``
              had been shown by then
============= ==========================================================================================

Beside ``exercises`` stand ``concepts``, which `review` explains, ``current``, the exercise that was worked on last, and
``path``, the exercises to do first, in their order, where `autograder onboarding` has put a path on the desk.

Checks know nothing of it; the notebook and the command line write it after a check that a learner asked for, and
grading never does.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from autograder.manifests.limits import InputError
from autograder.misconceptions import CATALOGUE

from . import review
from .answers import body
from .checking import Result
from .flow_tests import telling as telling_tests
from .hints import rung_of, rungs
from .memory import BESIDE, Memory, change_memory, entry_of, read_memory
from .predictions import telling
from .spec import Exercise

MEMORY: Final = BESIDE
MOST: Final = 500
"""How many exercises are remembered. No course has so many."""
_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HASH: Final = re.compile(r"[0-9a-f]{16}")
_NOT_JUDGED: Final = frozenset({
    "answer-missing", "answer-untouched", "answer-empty", "answer-too-large", "answer-unreadable",
    "prediction-missing", "prediction-unreadable", "tests-missing", "tests-too-many", "test-unreadable",
})  # fmt: skip
"""Findings that say that there was nothing to learn a belief from."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What one judged answer showed."""

    status: Literal["pass", "fail"]
    answer: str
    """A hash of the text, to tell two answers apart. The text itself is not kept."""
    fits: tuple[str, ...] = ()
    """The misconceptions that it fits, the most specific first."""
    differs: tuple[str, ...] = ()
    """Those that it could have shown and does not fit."""


@dataclass(frozen=True, slots=True)
class Past:
    """The first and the last judged answer to an exercise; often the same one."""

    first: Remembered
    last: Remembered

    @property
    def telling(self) -> tuple[Remembered, ...]:
        """The answers that say what the learner believes: the first one, and the last one while it fails."""
        return (self.first,) if self.last.status == "pass" or self.last == self.first else (self.first, self.last)

    @property
    def fits(self) -> frozenset[str]:
        """The misconceptions that one of the telling answers fits."""
        return frozenset(name for answer in self.telling for name in answer.fits)

    @property
    def could_show(self) -> frozenset[str]:
        """The misconceptions that one of the telling answers fits or could have shown."""
        return self.fits | {name for answer in self.telling for name in answer.differs}


@dataclass(frozen=True, slots=True)
class History:
    """What is remembered, by exercise, in the order in which the exercises were first answered."""

    exercises: Mapping[str, Past] = field(default_factory=dict)

    def having(self, exercise: str, answer: Remembered) -> History:
        """Return the history with one more answer to an exercise."""
        known = self.exercises.get(exercise)
        past = Past(known.first if known else answer, answer)
        if known is None and len(self.exercises) >= MOST:
            return self
        return History({**self.exercises, exercise: past})


def remembered(exercise: Exercise, result: Result, text: str) -> Remembered | None:
    """Return what an answer showed; None when there was nothing to judge, or the exercise is broken.

    Raises `InputError` when the exercise cannot be read.
    """
    if result.status == "error" or any(found.id in _NOT_JUDGED for found in result.findings):
        return None
    fits = _fits(result)
    could: tuple[str, ...] = ()
    if exercise.prediction is not None:
        could = telling(exercise)
    elif exercise.testing is not None:
        could = telling_tests(exercise)
    elif result.judgement is not None:
        could = result.judgement.telling()
    differs = tuple(name for name in could if name not in fits)
    return Remembered(result.status, sha256(body(text).encode("utf-8", "replace")).hexdigest()[:16], fits, differs)


def read_history(folder: Path) -> History:
    """Return what is remembered; `folder` is where the notebook lies.

    Nothing raises: a memory that is lost, broken or not ours is an empty one, and of entries those that make sense
    count.
    """
    return history_of(read_memory(folder))


def history_of(memory: Memory) -> History:
    """Return the answers in a memory that was read."""
    found: dict[str, Past] = {}
    for name, entry in list(memory["exercises"].items())[:MOST]:
        if _ID.fullmatch(name) and isinstance(entry, dict):
            past = _past(entry)
            if past is not None:
                found[name] = past
    return History(found)


def write_history(history: History, folder: Path) -> None:
    """Put answers into the memory; what else it holds stays. Raises `InputError` when it cannot be written."""

    def put(memory: Memory) -> None:
        for name, past in history.exercises.items():
            entry_of(memory, name).update(first=_written(past.first), last=_written(past.last))

    change_memory(folder, put)


def remember(
    exercise: Exercise, result: Result, text: str, folder: Path, *, day: dt.date | None = None, draft: bool = False
) -> History:
    """Remember an answer that was checked, and return the history with it. Nothing raises.

    `folder` is where the notebook lies, `day` is today unless it is given. A `draft` is an answer that was only saved:
    while it is not right it says nothing about how well a concept is known. Where nothing can be written the history is
    returned all the same. In the course's own ``solutions/`` nothing is written: nobody learns there.
    """
    memory = read_memory(folder)
    with contextlib.suppress(InputError):
        answer = remembered(exercise, result, text)
        if answer is None:
            return history_of(memory)
        if _is_source(exercise, folder):
            _put(memory, exercise, answer, day or review.today(), draft=draft)
            return history_of(memory)

        def put(newest: Memory) -> None:
            nonlocal memory
            memory = newest
            _put(newest, exercise, answer, day or review.today(), draft=draft)

        change_memory(folder, put)
    return history_of(memory)


def saw_solution(exercise: Exercise, folder: Path) -> None:
    """Remember that the solution was shown before an answer was right. Raises `InputError` if that is impossible."""

    def put(memory: Memory) -> None:
        entry = entry_of(memory, exercise.id)
        if "solved" not in entry:
            entry["solution"] = True

    change_memory(folder, put)


def start_again(exercise: Exercise, folder: Path) -> None:
    """Remember that an exercise was begun anew: whatever is checked next is a new answer. Raises `InputError`."""

    def put(memory: Memory) -> None:
        if exercise.id in memory["exercises"]:
            entry_of(memory, exercise.id).update(again=True, missed=0)

    change_memory(folder, put)


def remember_path(desk: Path, exercises: Iterable[str]) -> None:
    """Remember which exercises somebody shall do first; with none it is forgotten.

    Raises `InputError` when it cannot be written.
    """
    path = list(exercises)

    def put(memory: Memory) -> None:
        if path:
            memory["path"] = path
        else:
            memory.pop("path", None)

    change_memory(desk, put)


def work_on(exercise: Exercise, folder: Path) -> None:
    """Remember that this is the exercise that the learner works on. Raises `InputError` if that is impossible."""
    change_memory(folder, lambda memory: memory.update(current=exercise.id))


Offer = Literal["", "hint", "solution"]


def offer(exercise: Exercise, result: Result, folder: Path) -> Offer:
    """Return what to offer after a check: from the second miss on the next hint, after the last hint the solution.

    Nothing is offered after a right answer, after one that was not judged, and where there is nothing left to show.
    """
    if result.status != "fail" or any(found.id in _NOT_JUDGED for found in result.findings):
        return ""
    entry = read_memory(folder)["exercises"].get(exercise.id)
    missed = _count(entry, "missed") if isinstance(entry, dict) else 0
    if missed < 2:
        return ""
    with contextlib.suppress(InputError):
        if rung_of(entry) < len(rungs(exercise)):
            return "hint"
        return "solution" if exercise.solution is not None else ""
    return ""


def diagnosis(history: History) -> tuple[tuple[str, int, int], ...]:
    """Return ``(misconception, answers that fit it, answers that could have shown it)``, the most consistent first.

    An exercise counts once: by its first answer, and by its last one while that fails. Consistent is what fits often
    out of often, so two of two come before one of one; the rank is Laplace's rule of succession,
    (fits + 1) / (could + 2), then the number of fits. What no answer fits is left out.
    """
    fits = Counter(name for past in history.exercises.values() for name in past.fits)
    could = Counter(name for past in history.exercises.values() for name in past.could_show)

    def rank(name: str) -> tuple[float, int, str]:
        return -(fits[name] + 1) / (could[name] + 2), -fits[name], name

    return tuple((name, fits[name], could[name]) for name in sorted(fits, key=rank))


def recurring(history: History, result: Result) -> str:
    """Return one sentence about a belief that this failing answer shares with answers to other exercises; or nothing.

    The belief that is told with the first finding comes first, since the sentence can refer to it.
    """
    if result.status != "fail":
        return ""
    told = result.findings[0].misconceptions[:1] if result.findings else ()
    here = _fits(result)
    ranked = [name for name, fits, _ in diagnosis(history) if fits > 1 and name in here and name in CATALOGUE]
    chosen = next((name for name in (*told, *ranked) if name in ranked), None)
    if chosen is None:
        return ""
    names = [name for name, other in history.exercises.items() if chosen in other.fits]
    belief = "The same belief" if chosen in told else f"The belief “{CATALOGUE[chosen].title}”"
    return f"{belief} fits {len(names)} of your answers so far: {', '.join(names)}."


# -- pieces -----------------------------------------------------------------------------------------------------------


def _fits(result: Result) -> tuple[str, ...]:
    """Return what the whole answer fits; of one that is refused, what shows in the refusals."""
    refused = (name for found in result.findings for name in found.misconceptions)
    return result.misconceptions or tuple(dict.fromkeys(refused))


def _put(memory: Memory, exercise: Exercise, answer: Remembered, day: dt.date, *, draft: bool) -> None:
    """Put one judged answer into the memory."""
    if exercise.id not in memory["exercises"] and len(memory["exercises"]) >= MOST:
        return
    entry = entry_of(memory, exercise.id)
    known = _past(entry)
    if known is not None and known.last == answer and entry.get("again") is not True:
        return
    if known is None:
        entry["first"] = _written(answer)
    entry["last"] = _written(answer)
    entry.pop("again", None)
    memory["current"] = exercise.id
    right = answer.status == "pass"
    entry["tries"] = _count(entry, "tries") + 1
    entry["missed"] = 0 if right else _count(entry, "missed") + 1
    if right and not isinstance(entry.get("solved"), dict):
        seen = entry.get("solution") is True
        entry["solved"] = {"on": day.isoformat(), "hints": rung_of(entry), "solution": seen}
    if draft and not right:
        return
    concepts = memory.get("concepts")
    boxes = memory["concepts"] = concepts if isinstance(concepts, dict) else {}
    for concept in exercise.concepts:
        box = review.moved(review.read_box(boxes.get(concept)), right=right, day=day)
        if box is not None:
            boxes[concept] = review.written_box(box, boxes.get(concept))
    if not boxes:
        del memory["concepts"]


def _past(entry: Mapping[str, object]) -> Past | None:
    first, last = _recall(entry.get("first")), _recall(entry.get("last"))
    return Past(first, last) if first is not None and last is not None else None


def _count(entry: Mapping[str, object], key: str) -> int:
    value = entry.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000 else 0


def _is_source(exercise: Exercise, folder: Path) -> bool:
    home = exercise.folder.resolve().parent
    return home.parent.name == "solutions" and folder.resolve() == home


def _written(answer: Remembered) -> dict[str, Any]:
    return {
        "status": answer.status,
        "answer": answer.answer,
        "fits": list(answer.fits),
        "differs": list(answer.differs),
    }


def _recall(value: object) -> Remembered | None:
    """Return an answer out of the memory; None when it is none of ours."""
    if not isinstance(value, dict):
        return None
    status, answer = value.get("status"), value.get("answer")
    if status not in ("pass", "fail") or not isinstance(answer, str) or not _HASH.fullmatch(answer):
        return None
    return Remembered(status, answer, _beliefs(value.get("fits")), _beliefs(value.get("differs")))


def _beliefs(value: object) -> tuple[str, ...]:
    """Return the ids that the catalogue of this release knows."""
    listed: Iterable[object] = value if isinstance(value, list) else ()
    return tuple(dict.fromkeys(name for name in listed if isinstance(name, str) and name in CATALOGUE))
