"""Is the course itself sound? Everything that its own files can prove, exercise by exercise.

=================== ================================================================================================
looked at           it is sound when
=================== ================================================================================================
``exercise.yaml``   it can be read, its id is unique, task and hints say something, the intent fits the scene
the starter         it earns nothing, so that whoever has done nothing gets nothing
a prediction        each flow has one verdict; of counter-examples at least one is, and one is not
tests               every suspect is what the exercise calls it, held against the intent
``right/``          at least two answers, different ones, earn the full score
``wrong/``          no answer does; a file named after a misconception has it as the first finding's first
mutants             of manifests: none of a right answer survives (`survival`), and every permission has a reason and is
                    needed
=================== ================================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autograder.course import Course
from autograder.manifests.limits import InputError
from autograder.manifests.load import load_text
from autograder.misconceptions import models, patterns

from .checking import Result, check, world_of
from .lineup import lineup_of
from .permitted import permissions, permissions_file
from .predictions import true_table
from .shape import nearest
from .spec import SOURCES, SPEC, Exercise, Sample, read_exercise
from .survival import Fates, Survivor, fates

ENOUGH: Final = 2
"""How many right answers an exercise needs: with one, a check may know its author's style alone."""
_PLACE: Final = re.compile(r"^(?P<file>.+?):(?P<line>[0-9]+):\s+(?P<message>.*)$")
_REMEDY: Final = "Mend the file."
_FREE: Final = "x-"
"""How the names of wrong answers begin that stand for no misconception."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about the course that is not sound."""

    id: str
    """Stable, such as ``mutant-survived``."""
    exercise: str
    file: str
    """Relative to the root of the course."""
    line: int
    message: str
    remedy: str
    diff: str = ""
    """Of a mutant: what differs from the right answer, as lines of YAML."""
    flow: str = ""
    """Of a mutant: one flow that differs, with both verdicts."""

    def to_json(self) -> dict[str, Any]:
        """Return the problem as the command line's contract has it."""
        return {
            "id": self.id,
            "exercise": self.exercise,
            "file": self.file,
            "line": self.line,
            "message": self.message,
            "remedy": self.remedy,
            "diff": self.diff or None,
            "flow": self.flow or None,
        }


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found out about one exercise."""

    id: str
    right: int = 0
    """How many right answers it has."""
    wrong: int = 0
    mutants: Fates = field(default_factory=Fates)
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the counts as the command line's contract has them."""
        found = self.mutants
        return {
            "id": self.id,
            "right": self.right,
            "wrong": self.wrong,
            "mutants": {
                "killed": found.killed,
                "equivalent": found.equivalent,
                "permitted": found.permitted,
                "survived": found.survived,
            },
        }


def audit(course: Course, only: Iterable[str] = ()) -> Iterator[Audited]:
    """Yield what is found out about each exercise of a course, by assignment and name; `only` those if any are named.

    Raises `InputError` for a course that holds no exercises with their answers, and for an exercise that is not there.
    """
    root = course.root / SOURCES[0]
    folders = [file.parent for file in sorted(root.glob(f"*/*/{SPEC}"))]
    if not folders:
        raise InputError(
            f"{root} has no exercises. A release holds no answers to check with: name the instructor's course with "
            "--course."
        )
    names = [folder.name for folder in folders]
    wanted = list(dict.fromkeys(only))
    for name in wanted:
        if name not in names:
            guess = nearest(name, names)
            raise InputError(
                f"there is no exercise {name!r}. "
                + (f"Did you mean {guess}?" if guess else f"There are: {', '.join(names)}.")
            )
    first: dict[str, Path] = {}
    for folder in folders:
        earlier = first.setdefault(folder.name, folder)
        if not wanted or folder.name in wanted:
            yield _Audit(course.root, folder, earlier if earlier != folder else None).run()


class _Audit:
    """The audit of one exercise."""

    def __init__(self, root: Path, folder: Path, twin: Path | None) -> None:
        """Take the exercise's folder, and an earlier one of the same name if there is one."""
        self._root = root
        self._folder = folder
        self._twin = twin
        self._problems: list[Problem] = []

    def run(self) -> Audited:
        """Return what is found out. Nothing in the exercise raises."""
        if self._twin is not None:
            other = self._relative(self._twin)
            self._add("id-twice", SPEC, 1, f"{other} has the same id", "Ids are unique: rename one of the two folders.")
        right: tuple[Sample, ...] = ()
        wrong: tuple[Sample, ...] = ()
        found = Fates()
        try:
            exercise = read_exercise(self._folder)
            world_of(exercise)
            right, wrong = exercise.right, exercise.wrong
            self._starter(exercise)
            if exercise.prediction is not None:
                true_table(exercise)
            elif exercise.testing is not None:
                lineup_of(exercise)
                self._right(exercise)
            else:
                self._right(exercise)
                found = self._mutants(exercise)
            self._wrong(exercise)
        except InputError as error:
            self._broken(error)
        return Audited(self._folder.name, len(right), len(wrong), found, tuple(self._problems))

    def _starter(self, exercise: Exercise) -> None:
        # Untouched earns nothing by decree. With a comment it counts as an answer, and must still earn nothing.
        for text in (exercise.starter, f"{exercise.starter}\n# Looked at.\n"):
            result = check(exercise, text)
            if result.score > 0 or result.status == "pass":
                self._add(
                    "starter-scores", "starter.yaml", 1, f"the starter earns {result.score:g} of {result.max:g} points",
                    "Let the intent ask for something that the starter does not do.",
                )  # fmt: skip
                return

    def _right(self, exercise: Exercise) -> None:
        if len(exercise.right) < ENOUGH:
            self._add(
                "right-too-few", SPEC, 1, f"right/ holds {len(exercise.right)} of at least {ENOUGH} right answers",
                "Write another one that looks different, such as one policy for two, or labels for names.",
            )  # fmt: skip
        seen: dict[str, Sample] = {}
        for sample in exercise.right:
            file = f"right/{sample.path.name}"
            result = check(exercise, sample.text, sample.path.name)
            if result.status != "pass":
                self._add(
                    "right-fails", file, _line(result, sample),
                    f"earns {result.score:g} of {result.max:g}: {_first(result)}",
                    "Mend the answer, or the intent that refuses it.",
                )  # fmt: skip
            documents = load_text(sample.text, sample.path.name).documents
            value = json.dumps([document.value for document in documents], sort_keys=True)
            twin = seen.setdefault(value, sample)
            if twin is not sample:
                self._add(
                    "right-twice", file, 1, f"says the same as right/{twin.path.name}, word for word",
                    "Write it in another way, or remove it.",
                )  # fmt: skip

    def _wrong(self, exercise: Exercise) -> None:
        known = {misconception.id for misconception in (*models(), *patterns())}
        for sample in exercise.wrong:
            file = f"wrong/{sample.path.name}"
            believed = None if sample.name.startswith(_FREE) else sample.name
            if believed is not None and believed not in known:
                guess = nearest(believed, known)
                self._add(
                    "wrong-unknown", file, 1, f"no misconception is called {believed}",
                    (f"Did you mean {guess}? " if guess else "") + f"Other wrong answers begin with {_FREE}.",
                )  # fmt: skip
            result = check(exercise, sample.text, sample.path.name)
            if result.status == "pass":
                self._add(
                    "wrong-passes", file, 1, "this wrong answer earns the full score",
                    "Let the intent ask for a flow that it gets wrong, or the scene hold a Pod that shows it.",
                )  # fmt: skip
            elif believed in known and not _shows(result, believed):
                told = result.findings[0].misconceptions
                self._add(
                    "wrong-misread", file, _line(result, sample),
                    f"the first finding names {told[0] if told else 'no misconception'}, not {believed}",
                    "Write what a believer would write, or let the scene tell the two beliefs apart.",
                )  # fmt: skip

    def _mutants(self, exercise: Exercise) -> Fates:
        allowed = permissions(exercise)
        found = fates(exercise, allowed)
        for survivor in found.survivors:
            self._survived(survivor)
        file = str(permissions_file(exercise).relative_to(self._folder))
        for permission in allowed:
            if not permission.why:
                self._add(
                    "permission-unexplained", file, permission.line, f"no reason is given for: {permission.change}",
                    "Write the reason into a comment above.",
                )  # fmt: skip
            if permission not in found.used:
                self._add(
                    "permission-unneeded", file, permission.line, f"no mutant needs this: {permission.change}",
                    "Remove the line, or copy the change from a survivor again.",
                )  # fmt: skip
        return found

    def _survived(self, survivor: Survivor) -> None:
        hole = (
            "Name the flow in the intent"
            if survivor.in_scene
            else "Add such a Pod to world.yaml, so that the difference shows"
        )
        more = len(survivor.changes) - 1
        same = f" (and {more} that mean{'s' * (more == 1)} the same)" if more else ""
        self._add(
            "mutant-survived", f"right/{survivor.answer.path.name}", survivor.line,
            f"this mistake earns the full score: {survivor.changes[0]}{same}",
            f"{hole}; or, if the mutant is right too, put the change and the reason into right/permitted.txt.",
            survivor.diff, survivor.flow,
        )  # fmt: skip

    def _broken(self, error: InputError) -> None:
        """Add a problem for each line of an error of the course's own files."""
        for line in str(error).split("\n"):
            match = _PLACE.match(line)
            if match is not None:
                file = self._relative(Path(match["file"]))
                self._append("exercise-broken", file, int(match["line"]), match["message"], _REMEDY)
            else:
                self._add("exercise-broken", SPEC, 1, line, _REMEDY)

    def _add(self, id_: str, file: str, line: int, message: str, remedy: str, diff: str = "", flow: str = "") -> None:
        self._append(id_, self._relative(self._folder / file), line, message, remedy, diff, flow)

    def _append(
        self, id_: str, file: str, line: int, message: str, remedy: str, diff: str = "", flow: str = ""
    ) -> None:
        self._problems.append(Problem(id_, self._folder.name, file, line, message, remedy, diff, flow))

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)


def _shows(result: Result, believed: str | None) -> bool:
    """Return whether the first finding names a belief before all others."""
    return bool(result.findings) and result.findings[0].misconceptions[:1] == (believed,)


def _line(result: Result, sample: Sample) -> int:
    """Return the line of an answer that is told first. Findings can cite policies of the scene as well."""
    return next((found.line for found in result.findings if found.line and found.file == sample.path.name), 1)


def _first(result: Result) -> str:
    first = result.findings[0] if result.findings else None
    return f"{first.title}: {first.subject}" if first else "nothing is said about it"
