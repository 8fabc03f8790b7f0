"""Predictions: say first who will reach whom, then look.

The learner fills in a small YAML table, one line for each flow::

    web -> api:8080: allow
    web -> db:5432: deny

A prediction is *committed* when every flow has a verdict; before that nothing is revealed. Half of the points are for
committing one and half for being right, flow by flow. Nobody can prove when it was committed, so nothing claims it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

from autograder.manifests.documents import Document, read_text
from autograder.manifests.limits import ANSWERS, InputError
from autograder.misconceptions import Misconception, models
from autograder.network.ports import PortSet
from autograder.network.semantics import KUBERNETES, Semantics

from .answers import readable, write_answer
from .checking import Result, World, world_of
from .findings import Finding, finding, told
from .judging import Flow
from .phrasing import DOCUMENTATION
from .places import Place, Placed
from .reasons import why
from .scoring import score
from .shape import nearest
from .spec import Exercise, PredictedFlow, Prediction

Verdict = Literal["allow", "deny"]

_WORDS: Final[dict[str, Verdict]] = {"allow": "allow", "allowed": "allow", "deny": "deny", "denied": "deny"}


@dataclass(frozen=True, slots=True)
class Predicted:
    """One flow, what the learner said, and what is so."""

    flow: PredictedFlow
    predicted: Verdict
    truth: Verdict

    @property
    def right(self) -> bool:
        """Whether the prediction came true."""
        return self.predicted == self.truth


@dataclass(frozen=True, slots=True)
class Table:
    """A learner's table as it was read."""

    verdicts: dict[str, Verdict]
    """By the text of the flow; a flow without a verdict is absent."""
    findings: tuple[Finding, ...]
    """Lines that are no prediction, and flows that have none yet."""

    @property
    def committed(self) -> bool:
        """Whether every flow has a verdict and nothing else stands there."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class _Truths:
    """What is so, and under which misconception something else would be."""

    verdicts: dict[str, Verdict]
    places: dict[str, tuple[Place, Place]]
    believed: dict[str, tuple[Verdict | None, ...]]
    """For each reading of each model the verdicts in the order of the flows."""


_KNOWN: WeakKeyDictionary[Exercise, _Truths] = WeakKeyDictionary()


def read_table(exercise: Exercise, text: str, file: str = "<answer>") -> Table:
    """Return the table that a learner wrote. Nothing in it raises; what is wrong becomes findings."""
    flows = _prediction(exercise).flows
    example = flows[0].text
    try:
        documents, problems = read_text(readable(text), file, ANSWERS)
    except InputError as error:
        return Table({}, (_unreadable(exercise.id, example, file, None, str(error)),))
    found = [_unreadable(exercise.id, example, file, p.position.line, p.detail) for p in problems]
    verdicts: dict[str, Verdict] = {}
    asked = {_squeezed(flow.text): flow.text for flow in flows}
    for document in documents:
        if not isinstance(document.value, dict):
            found.append(_unreadable("the table", example, file, document.first_line, "text that is not a table"))
            continue
        found += [
            _unreadable(str(double.path[-1]), example, file, double.last.line, "the same flow twice")
            for double in document.duplicates
        ]
        for key, value in document.value.items():
            flow = asked.get(_squeezed(str(key)))
            word = _WORDS.get(str(value).strip().lower()) if value is not None else None
            line = document.locate((key,), key=True).line
            if flow is None:
                guess = nearest(str(key), asked.values())
                got = (
                    f"a flow that is not asked for; did you mean {guess}?" if guess else "a flow that is not asked for"
                )
                found.append(_unreadable(str(key), example, file, line, got))
            elif word is not None:
                verdicts[flow] = word
            elif value is not None:
                found.append(_unreadable(flow, example, file, line, f"{value!r}"))
    unread = {found_.subject for found_ in found}
    found += [
        finding("prediction-missing", flow=flow.text, file=file, line=_line(documents, flow.text))
        for flow in flows
        if flow.text not in verdicts and flow.text not in unread
    ]
    return Table(verdicts, tuple(found))


def commit(exercise: Exercise, folder: Path, text: str) -> Path | None:
    """Write a complete prediction beside the answers and return its file; None when it is not complete.

    `folder` is where the notebook lies. Raises `InputError` when the file cannot be written.
    """
    return write_answer(exercise, folder, text) if read_table(exercise, text).committed else None


def compared(exercise: Exercise, table: Table) -> tuple[Predicted, ...]:
    """Return every flow with the prediction and the truth, misses first.

    Raises ValueError for a table that is not committed, since it must reveal nothing, and `InputError` when the
    exercise is broken.
    """
    if not table.committed:
        raise ValueError("a prediction that is not committed reveals nothing")
    truths = _truths(exercise)
    rows = [
        Predicted(flow, table.verdicts[flow.text], truths.verdicts[flow.text]) for flow in _prediction(exercise).flows
    ]
    return tuple(sorted(rows, key=lambda row: row.right))


def check_prediction(exercise: Exercise, text: str, file: str = "<answer>") -> Result:
    """Return what a prediction is worth. Raises `InputError` when the exercise is broken."""
    truths = _truths(exercise)
    table = read_table(exercise, text, file)
    points = float(exercise.points)
    if not table.committed:
        return Result(exercise.id, exercise.version, exercise.title, 0.0, points, "fail", told(table.findings))
    rows = compared(exercise, table)
    right = Fraction(sum(row.right for row in rows), len(rows))
    believed = _fits(exercise, table, truths) if right < 1 else ()
    placed = Placed(world_of(exercise).reading())
    findings = []
    for row in rows:
        if not row.right:
            reason = why(placed, Flow(*truths.places[row.flow.text], row.flow.protocol, row.flow.port))
            findings.append(
                finding(
                    "prediction-wrong",
                    file=reason.file,
                    line=reason.line,
                    weight=1.0,
                    misconceptions=believed,
                    flow=row.flow.text,
                    truth=row.truth,
                    predicted=row.predicted,
                    because=reason.text,
                    see=exercise.lesson or DOCUMENTATION,
                )
            )
    return Result(
        exercise=exercise.id,
        version=exercise.version,
        title=exercise.title,
        score=score(points, Fraction(1, 2) + right / 2, Fraction(0)),
        max=points,
        status="pass" if right == 1 else "fail",
        findings=told(findings),
        misconceptions=believed,
    )


def true_table(exercise: Exercise) -> str:
    """Return the table of a prediction that comes true, with a line for each flow.

    Raises `InputError` when the exercise is broken.
    """
    return "".join(f"{flow}: {verdict}\n" for flow, verdict in _truths(exercise).verdicts.items())


def telling(exercise: Exercise) -> tuple[str, ...]:
    """Return the ids of the misconceptions under which some flow of a prediction is otherwise than it is.

    Raises `InputError` when the exercise is broken.
    """
    truths = _truths(exercise)
    so = tuple(truths.verdicts[flow.text] for flow in _prediction(exercise).flows)
    names = (name.partition(":")[0] for name, verdicts in truths.believed.items() if verdicts != so)
    return tuple(dict.fromkeys(names))


def _prediction(exercise: Exercise) -> Prediction:
    if exercise.prediction is None:
        raise ValueError(f"{exercise.id} asks for no prediction")
    return exercise.prediction


def _truths(exercise: Exercise) -> _Truths:
    """Return what is so; computed once for each exercise.

    Raises `InputError` when a flow names more than one pair of endpoints, or has no verdict that can be predicted.
    """
    found = _KNOWN.get(exercise)
    if found is None:
        world = world_of(exercise)
        flows = _prediction(exercise).flows
        places: dict[str, tuple[Place, Place]] = {}
        for index, flow in enumerate(flows):
            pair = world.question.first_pair(index)
            if pair is None or not all(side.is_one for side in world.question.ends[index]):
                raise InputError(
                    f"{exercise.at(('predict', 'flows', index))}: {flow.text} must name one endpoint on either side"
                )
            places[flow.text] = pair
        verdicts = _verdicts(world, flows, places, KUBERNETES)
        for index, (flow, verdict) in enumerate(zip(flows, verdicts, strict=True)):
            if verdict is None:
                where = exercise.at(("predict", "flows", index))
                raise InputError(f"{where}: {flow.text} has no single verdict, so nobody can predict it")
        found = _KNOWN[exercise] = _Truths(
            verdicts={flow.text: verdict for flow, verdict in zip(flows, verdicts, strict=True) if verdict is not None},
            places=places,
            believed={
                name: _verdicts(world, flows, places, semantics)
                for model in models("network")
                for name, semantics in _readings(model)
            },
        )
    return found


def _readings(model: Misconception) -> Iterator[tuple[str, Semantics]]:
    """Yield the readings of a model that are about flows; a belief about containers has none."""
    readings: tuple[object, ...] = model.readings
    for name, semantics in zip(model.names, readings, strict=True):
        if isinstance(semantics, Semantics):
            yield name, semantics


def _verdicts(
    world: World, flows: tuple[PredictedFlow, ...], places: dict[str, tuple[Place, Place]], semantics: Semantics
) -> tuple[Verdict | None, ...]:
    """Return the verdict on every flow under a reading; None where it has none, or several."""
    placed = Placed(world.reading(semantics))
    return tuple(_verdict(placed, flow, *places[flow.text]) for flow in flows)


def _verdict(placed: Placed, flow: PredictedFlow, source: Place, target: Place) -> Verdict | None:
    port = PortSet.of(flow.protocol, flow.port)
    starts, ends = placed.pieces(source), placed.pieces(target)
    seen = {
        "perhaps" if port & undefined else "allow" if port <= allowed else "deny"
        for start in starts
        for end in ends
        for allowed, undefined in (placed.between(start, end),)
    }
    verdict: Any = seen.pop() if len(seen) == 1 else None
    return verdict if verdict in _WORDS.values() else None


def _fits(exercise: Exercise, table: Table, truths: _Truths) -> tuple[str, ...]:
    """Return the misconceptions that predict all that the learner predicted, those that err least first."""
    flows = _prediction(exercise).flows
    predicted = tuple(table.verdicts[flow.text] for flow in flows)
    found = [name.partition(":")[0] for name, verdicts in truths.believed.items() if verdicts == predicted]
    return tuple(dict.fromkeys(found))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _unreadable(subject: str, example: str, file: str, line: int | None, got: str) -> Finding:
    return finding("prediction-unreadable", file=file, line=line, subject=subject, example=example, got=got)


def _line(documents: list[Document], flow: str) -> int | None:
    for document in documents:
        if isinstance(document.value, dict):
            for key in document.value:
                if _squeezed(str(key)) == flow:
                    return document.locate((key,), key=True).line
    return None
