"""Exercises as their authors wrote them: folders of data, read and checked.

    solutions/ASSIGNMENT/EXERCISE/
      exercise.yaml   what is asked (``schemas/exercise.json``)
      world.yaml      the scene; one for the whole assignment may stand a folder higher
      starter.yaml    what the learner starts from
      given.yaml      of a prediction: the policies whose effect is to be predicted; of tests: one right answer to
                      their task, shown
      suspects/*.yaml of tests: policies that do the task and policies that do not
      solution.md     the reasoning, and rung 3 of the hints             (instructor only)
      right/*.yaml    right answers, written differently                 (instructor only)
      right/permitted.txt  small edits of them that are right too        (instructor only)
      wrong/*.yaml    what a believer writes                             (instructor only)

A release for a class has the same folders under ``exercises/``, without what is for instructors only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from autograder.course import Course
from autograder.manifests.documents import Document, read_paths
from autograder.manifests.limits import InputError, Limits
from autograder.manifests.problems import Path as Way
from autograder.network.ports import LAST_PORT

from .intent import Intent, intent_faults, read_intent
from .scoring import exact
from .shape import Fault, faults, nearest

SPEC: Final = "exercise.yaml"
SOURCES: Final = ("solutions", "exercises")
"""Where exercises lie in a course: with the instructor's side, or as released. The first that exists counts."""
LIMITS: Final = Limits(max_bytes=4 << 20)
_RUNG: Final = re.compile(r"^##\s+rung 3\s*$", re.IGNORECASE)
_HEADING: Final = re.compile(r"^##?\s")
_FENCE: Final = re.compile(r"^\s*(```|~~~)")
_FLOW: Final = re.compile(r"^(?P<source>\S+) -> (?P<target>\S+):(?P<port>[0-9]{1,5})(?:/(?P<protocol>TCP|UDP|SCTP))?$")


@dataclass(frozen=True, slots=True)
class PredictedFlow:
    """A flow whose verdict is to be predicted, or tested."""

    text: str
    """As written, which is also the key of the learner's table: ``web -> api:8080``."""
    source: str
    target: str
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a prediction asks. Its scene is the world with ``given.yaml`` in force."""

    flows: tuple[PredictedFlow, ...]
    scene: Intent
    """The same flows as an intent: the namespace of short names and the names of outside addresses."""
    questions: tuple[str, ...] = ()
    """Questions about containers, instead of flows."""
    enforced: bool = True
    """Whether the network plugin of the scene enforces policies."""
    disproves: str = ""
    """A misconception: then the lines are not predicted, but said to disprove it or not."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the learner's table."""
        return self.questions or tuple(flow.text for flow in self.flows)


@dataclass(frozen=True, slots=True)
class Testing:
    """What the learner writes tests for. Its scene is the world alone."""

    intent: Intent
    """The task that the suspects are held against."""
    most: int
    """How many lines a learner may write."""
    right: tuple[str, ...]
    """The names of the suspects that do the task, without their ending."""


@dataclass(frozen=True, slots=True)
class Solution:
    """``solution.md`` in its parts."""

    reasoning: str
    """Everything but rung 3, in Markdown."""
    rung: str
    """Rung 3 of the hints: a partial answer with one blank. Empty when there is none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A right or a wrong answer that an instructor wrote."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its ending; for a wrong answer the misconception, or ``x-…`` for anything else."""
        return self.path.stem

    @property
    def text(self) -> str:
        """The answer. Raises `InputError` when it cannot be read."""
        return read_file(self.path)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise. Exactly one of `intent`, `prediction` and `testing` is there."""

    id: str
    version: int
    title: str
    concepts: tuple[str, ...]
    points: float
    lesson: str
    task: str
    hints: tuple[str, str]
    intent: Intent | None
    prediction: Prediction | None
    testing: Testing | None
    folder: Path
    spec: Document
    """``exercise.yaml`` itself, to say where something stands."""

    @property
    def is_table(self) -> bool:
        """Whether the answer is a table and no manifest."""
        return self.intent is None

    @property
    def assignment(self) -> str:
        """The name of the assignment that the exercise belongs to."""
        return self.folder.parent.name

    @cached_property
    def world(self) -> Path:
        """The file that describes the scene. Raises `InputError` when there is none."""
        for folder in (self.folder, self.folder.parent):
            if (folder / "world.yaml").is_file():
                return folder / "world.yaml"
        raise InputError(
            f"{self.folder}: there is no world.yaml, here or one folder higher. Describe the scene in one."
        )

    @cached_property
    def starter(self) -> str:
        """What the learner starts from: ``starter.yaml``, or the empty table of a prediction."""
        if self.prediction is not None:
            return "".join(f"{line}:\n" for line in self.prediction.lines)
        return read_file(self.folder / "starter.yaml")

    @cached_property
    def given(self) -> str:
        """The policies whose effect is to be predicted, or one right answer to what is tested; empty if none are."""
        path = self.folder / "given.yaml"
        return read_file(path) if path.is_file() else ""

    @cached_property
    def suspects(self) -> tuple[Sample, ...]:
        """The policies that tests are to tell apart."""
        return _samples(self.folder / "suspects")

    @cached_property
    def solution(self) -> Solution | None:
        """The reasoning and rung 3, or None in a release for a class."""
        path = self.folder / "solution.md"
        return _split_solution(read_file(path)) if path.is_file() else None

    @cached_property
    def right(self) -> tuple[Sample, ...]:
        """The right answers; none in a release for a class."""
        return _samples(self.folder / "right")

    @cached_property
    def wrong(self) -> tuple[Sample, ...]:
        """The wrong answers; none in a release for a class."""
        return _samples(self.folder / "wrong")

    def at(self, path: Way) -> str:
        """Return a place in ``exercise.yaml`` as ``file:line``."""
        return f"{self.spec.file}:{self.spec.locate(path, key=True).line}"


class Exercises:
    """The exercises of a course. Each is read when it is asked for, and once."""

    def __init__(self, course: Course) -> None:
        """Look where the exercises of the course lie; nothing is read yet."""
        self.course = course
        self.root = next(
            (course.root / name for name in SOURCES if (course.root / name).is_dir()), course.root / SOURCES[0]
        )
        self._read: dict[str, Exercise] = {}

    @cached_property
    def _folders(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for file in sorted(self.root.glob(f"*/*/{SPEC}")):
            folder = file.parent
            if folder.name in found:
                raise InputError(
                    f"{folder} and {found[folder.name]} have the same name. Ids are unique: rename one of them."
                )
            found[folder.name] = folder
        return found

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, by assignment and name."""
        return tuple(self._folders)

    def assignment_of(self, exercise_id: str) -> str:
        """Return the assignment of an exercise, which is not read. Raises `InputError` like `get`."""
        if exercise_id not in self._folders:
            raise InputError(self._unknown(exercise_id))
        return self._folders[exercise_id].parent.name

    def get(self, exercise_id: str) -> Exercise:
        """Return an exercise.

        Raises `InputError` when there is none of this id (naming the nearest), or when its files cannot be read.
        """
        if exercise_id not in self._read:
            if exercise_id not in self._folders:
                raise InputError(self._unknown(exercise_id))
            self._read[exercise_id] = read_exercise(self._folders[exercise_id])
        return self._read[exercise_id]

    def of_assignment(self, assignment: str) -> tuple[Exercise, ...]:
        """Return the exercises of an assignment, by name. Raises `InputError` like `get`."""
        return tuple(self.get(name) for name, folder in self._folders.items() if folder.parent.name == assignment)

    @property
    def assignments(self) -> tuple[str, ...]:
        """The names of all assignments."""
        return tuple(dict.fromkeys(folder.parent.name for folder in self._folders.values()))

    def _unknown(self, exercise_id: str) -> str:
        if not self._folders:
            return f"the course in {self.course.root} has no exercises. Name another with --course."
        guess = nearest(exercise_id, self._folders)
        remedy = f"Did you mean {guess}?" if guess else f"There are: {', '.join(self._folders)}."
        return f"there is no exercise {exercise_id!r}. {remedy}"


def read_file(path: Path, limits: Limits = LIMITS) -> str:
    """Return the text of a file of the course. Raises `InputError` when it is missing, huge, or not UTF-8."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except FileNotFoundError:
        raise InputError(f"{path} is missing. Add it, or reinstall the course.") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Make the file readable.") from None
    if len(data) > limits.max_bytes:
        raise InputError(f"{path} is larger than {limits.max_bytes} bytes. Make it smaller.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8. Save the file as UTF-8.") from None


def read_exercise(folder: Path) -> Exercise:
    """Return the exercise in a folder.

    Raises `InputError` that lists everything that is wrong with ``exercise.yaml``, each with its line.
    """
    file = folder / SPEC
    documents, problems = read_paths([file], LIMITS)
    if problems:
        first = problems[0]
        raise InputError(f"{file}:{first.position.line}: {first.detail}")
    if len(documents) != 1:
        raise InputError(f"{file}: holds {len(documents)} documents. Describe one exercise in one document.")
    document = documents[0]
    found = [Fault(double.path, "stands there twice") for double in document.duplicates] or _faults(
        document.value, folder
    )
    if found:
        raise InputError("\n".join(f"{file}:{document.locate(fault.path, key=True).line}: {fault}" for fault in found))
    return _build(document, folder)


def _faults(value: Any, folder: Path) -> list[Fault]:
    found = faults(value, "exercise")
    if found:
        return found
    if value["id"] != folder.name:
        found.append(Fault(("id",), f"must be the name of the folder, {folder.name}"))
    if (exact(value["points"]) * 100).denominator != 1:
        found.append(Fault(("points",), "must have at most two decimals, as scores have"))
    if sum(kind in value for kind in ("intent", "predict", "tests")) != 1:
        found.append(
            Fault(
                (),
                "needs either `intent` (the learner writes manifests), `predict` (the learner predicts) or `tests` "
                "(the learner writes tests)",
            )
        )
    elif "tests" in value:
        found += _testing_faults(value["tests"])
    elif "intent" in value:
        found += [Fault(("intent", *fault.path), fault.message) for fault in intent_faults(value["intent"])]
    elif "predict" in value:
        found += _prediction_faults(value["predict"])
    return found


def _testing_faults(value: Any) -> list[Fault]:
    found = [Fault(("tests", "intent", *fault.path), fault.message) for fault in intent_faults(value["intent"])]
    if not found and not read_intent(value["intent"]).judges_flows:
        found.append(Fault(("tests", "intent"), "asks for nothing about flows, so there is nothing to test"))
    return found


def _prediction_faults(value: Any) -> list[Fault]:
    if ("flows" in value) == ("questions" in value):
        return [Fault(("predict",), "needs either `flows` or `questions` about containers")]
    found = [
        Fault(("predict", "flows", index), "ports run from 1 to 65535")
        for index, text in enumerate(value.get("flows", ()))
        if not 1 <= read_flow(text).port <= LAST_PORT
    ]
    if not found and "flows" in value:
        found = [Fault(("predict", *fault.path), fault.message) for fault in intent_faults(_scene(value))]
    return found


def _scene(value: Any) -> dict[str, Any]:
    """Return the flows of a prediction as an intent, which knows how to name endpoints."""
    scene = {key: value[key] for key in ("namespace", "outside") if key in value}
    flows = [read_flow(text) for text in value["flows"]] if "flows" in value else []
    if not flows:
        return {**scene, "rejected": False}
    scene["flows"] = [
        {"from": flow.source, "to": flow.target, "ports": f"{flow.protocol} {flow.port}", "expect": "allow"}
        for flow in flows
    ]
    return scene


def read_flow(text: str) -> PredictedFlow:
    """Return the flow in a line such as ``web -> dns:53/UDP``; its port may be out of range.

    Raises ValueError for a text that is no flow.
    """
    match = _FLOW.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no flow")
    return PredictedFlow(text, match["source"], match["target"], match["protocol"] or "TCP", int(match["port"]))


def _build(document: Document, folder: Path) -> Exercise:
    value: Any = document.value
    predict, tests = value.get("predict"), value.get("tests")
    return Exercise(
        id=value["id"],
        version=value["version"],
        title=value["title"].strip(),
        concepts=tuple(value.get("concepts", ())),
        points=value["points"],
        lesson=value.get("lesson", ""),
        task=value["task"].strip(),
        hints=(value["hints"][0].strip(), value["hints"][1].strip()),
        intent=read_intent(value["intent"]) if "intent" in value else None,
        prediction=None
        if predict is None
        else Prediction(
            tuple(map(read_flow, predict.get("flows", ()))),
            read_intent(_scene(predict)),
            tuple(" ".join(text.split()) for text in predict.get("questions", ())),
            predict.get("plugin", "enforces") == "enforces",
            predict.get("disproves", ""),
        ),
        testing=None
        if tests is None
        else Testing(read_intent(tests["intent"]), tests["most"], tuple(map(str, tests["right"]))),
        folder=folder,
        spec=document,
    )


def _samples(folder: Path) -> tuple[Sample, ...]:
    return tuple(Sample(path) for path in sorted(folder.glob("*.yaml")))


def _split_solution(text: str) -> Solution:
    """Return the parts of ``solution.md``: rung 3 is what stands below its heading, to the next one."""
    reasoning: list[str] = []
    rung: list[str] = []
    inside = fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and _HEADING.match(line):
            inside = _RUNG.match(line) is not None
            if inside:
                continue
        (rung if inside else reasoning).append(line)
    return Solution("\n".join(reasoning).strip(), "\n".join(rung).strip())
