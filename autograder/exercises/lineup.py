"""The suspects of an exercise: which policies do its task, which do not, and who would take a wrong one for right?

Each suspect is put into the scene alone and held against the task. What ``exercise.yaml`` says of it must come out.
What the suspects do depends on the course alone, so it is computed once for each exercise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from autograder.manifests.limits import InputError
from autograder.manifests.load import load_text
from autograder.misconceptions import models
from autograder.network.reachability import Reachability, reachability
from autograder.network.semantics import Semantics

from .checking import World, world_of
from .diagnosis import fits, matters
from .judging import Judged, Kind
from .places import Placed
from .shape import nearest
from .spec import Exercise, Testing

FOLDER: Final = "suspects"


@dataclass(frozen=True, eq=False)
class Suspect:
    """One set of policies in the scene, and what it makes of the task."""

    file: str
    """As people call it: ``suspects/a.yaml``, or ``given.yaml`` for the right answer that is shown."""
    reach: Reachability
    judged: tuple[Judged, ...]
    """The lines of the task."""
    world: World

    @cached_property
    def placed(self) -> Placed:
        """Where places lie in it."""
        return Placed(self.reach)

    @property
    def is_right(self) -> bool:
        """Whether it does the task."""
        return all(judged.holds for judged in self.judged)

    @property
    def fault(self) -> Kind | None:
        """What is wrong with it, the worst first; None if nothing is."""
        kinds = [witness.kind for judged in self.judged for witness in judged.witnesses]
        return next((kind for kind in ("open", "closed", "undefined") if kind in kinds), None)

    @cached_property
    def beliefs(self) -> tuple[str, ...]:
        """The misconceptions under which a wrong one would be right, the most specific first."""
        return () if self.is_right else fits(self.world.question, self.reach, self.judged, self.world.reading)

    def read_as(self, semantics: Semantics) -> Reachability:
        """Return what somebody sees in it who reads policies so."""
        return self.reach.read_as(semantics) if matters(semantics, self.reach.cluster) else self.reach


class Lineup:
    """All suspects of an exercise. Make it with `lineup_of`."""

    def __init__(self, exercise: Exercise, testing: Testing) -> None:
        """Read the suspects.

        Raises `InputError` that names the file when one cannot be read, and when one is not what the exercise calls it.
        """
        self.world = world_of(exercise)
        self._exercise = exercise
        names = [sample.name for sample in exercise.suspects]
        for index, name in enumerate(testing.right):
            if name not in names:
                guess = nearest(name, names)
                remedy = f"did you mean {guess}?" if guess else f"there are {', '.join(names) or 'none'}"
                raise InputError(f"{exercise.at(('tests', 'right', index))}: {FOLDER}/ holds no {name}.yaml; {remedy}")
        if len(names) == len(testing.right):
            raise InputError(f"{exercise.at(('tests', 'right'))}: no suspect is wrong, so there is nothing to find")
        if exercise.given:
            self._suspect("given.yaml", exercise.given, exercise.folder / "given.yaml", right=True)
        self.suspects = tuple(
            self._suspect(f"{FOLDER}/{sample.path.name}", sample.text, sample.path, right=sample.name in testing.right)
            for sample in exercise.suspects
        )

    @property
    def right(self) -> tuple[Suspect, ...]:
        """Those that do the task."""
        return tuple(suspect for suspect in self.suspects if suspect.is_right)

    @property
    def wrong(self) -> tuple[Suspect, ...]:
        """Those that do not."""
        return tuple(suspect for suspect in self.suspects if not suspect.is_right)

    @cached_property
    def readings(self) -> dict[str, tuple[Placed, ...]]:
        """What somebody with a misconception sees in the right suspects, by the reading; only where it differs."""
        found = {}
        for name, semantics in _readings():
            seen = tuple(suspect.read_as(semantics) for suspect in self.right)
            if any(read is not suspect.reach for read, suspect in zip(seen, self.right, strict=True)):
                found[name] = tuple(map(Placed, seen))
        return found

    def distance(self, name: str) -> int:
        """Return in how many places a reading differs from the truth, over all right suspects."""
        question = self.world.question
        pairs = zip(self.readings[name], self.right, strict=True)
        return sum(question.ask(placed.reach, suspect.reach).distance() for placed, suspect in pairs)

    def _suspect(self, file: str, text: str, path: Path, *, right: bool) -> Suspect:
        manifests = load_text(text, file, self.world.options)
        for problem in manifests.problems:
            if problem.severity == "error":
                raise InputError(f"{path}:{problem.position.line}: {problem.message}")
        reach = reachability(self.world.under(manifests.objects))
        judged = self.world.question.ask(reach, self.world.reading()).judge()
        suspect = Suspect(file, reach, judged, self.world)
        if suspect.is_right is not right:
            if suspect.is_right:
                raise InputError(f"{path}:1: this does all that the intent asks, and it is not among the right ones")
            witness = next(judged.witnesses[0] for judged in suspect.judged if judged.witnesses)
            raise InputError(f"{path}:1: this is to be right, and {witness.flow} is {witness.kind} against the intent")
        return suspect


_KNOWN: WeakKeyDictionary[Exercise, Lineup] = WeakKeyDictionary()


def lineup_of(exercise: Exercise) -> Lineup:
    """Return the suspects of an exercise, read once and kept.

    Raises `InputError` when the exercise is broken, and ValueError when it asks for no tests.
    """
    if exercise.testing is None:
        raise ValueError(f"{exercise.id} asks for no tests")
    found = _KNOWN.get(exercise)
    if found is None:
        found = _KNOWN[exercise] = Lineup(exercise, exercise.testing)
    return found


def _readings() -> Iterator[tuple[str, Semantics]]:
    for model in models("network"):
        readings: tuple[object, ...] = model.readings
        for name, semantics in zip(model.names, readings, strict=True):
            if isinstance(semantics, Semantics):
                yield name, semantics
