"""Predictions about flows: is ``web -> api:8080`` allowed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, Literal

from autograder.manifests.limits import InputError
from autograder.misconceptions import models
from autograder.network.ports import PortSet
from autograder.network.semantics import KUBERNETES, Semantics

from .checking import world_of
from .judging import Flow
from .places import Place, Placed
from .reasons import Reason, why
from .spec import Exercise, PredictedFlow, Prediction

Verdict = Literal["allow", "deny"]

_WORDS: Final[Mapping[str, Verdict]] = {"allow": "allow", "allowed": "allow", "deny": "deny", "denied": "deny"}


class FlowQuestions:
    """The flows of a prediction, in the scene with its given policies in force."""

    answers_are = "allow or deny"
    asked_is = "flow"
    wrong_is = "prediction-wrong"

    def __init__(self, exercise: Exercise, prediction: Prediction) -> None:
        """Take the prediction. Raises `InputError` for a flow that names more than one pair of endpoints."""
        self.exercise = exercise
        self._flows: dict[str, PredictedFlow] = {flow.text: flow for flow in prediction.flows}
        self._world = world_of(exercise)
        self._places: dict[str, tuple[Place, Place]] = {}
        question = self._world.question
        for index, flow in enumerate(prediction.flows):
            pair = question.first_pair(index)
            if pair is None or not all(side.is_one for side in question.ends[index]):
                raise InputError(f"{self.where(index)}: {flow.text} must name one endpoint on either side")
            self._places[flow.text] = pair

    @property
    def texts(self) -> tuple[str, ...]:
        """The flows as they are written."""
        return tuple(self._flows)

    def where(self, index: int) -> str:
        """Return the place of a flow in the exercise, as ``file:line``."""
        return self.exercise.at(("predict", "flows", index))

    def word(self, text: str, value: Any) -> str | None:
        """Return what a learner's answer means; None if it is none."""
        del text
        return verdict_word(value)

    def truths(self) -> tuple[str | None, ...]:
        """Return the verdict on every flow; None where it has none, or several."""
        return self._verdicts(KUBERNETES)

    def believed(self) -> Iterator[tuple[str, tuple[str | None, ...]]]:
        """Yield each reading of each model about policies, and the verdicts under it."""
        for model in models("network"):
            readings: tuple[object, ...] = model.readings
            for name, semantics in zip(model.names, readings, strict=True):
                if isinstance(semantics, Semantics):
                    yield name, self._verdicts(semantics)

    def why(self, text: str) -> Reason:
        """Return why a flow is as it is."""
        flow = self._flows[text]
        return why(self._placed, Flow(*self._places[text], flow.protocol, flow.port))

    @cached_property
    def _placed(self) -> Placed:
        return Placed(self._world.reading())

    def _verdicts(self, semantics: Semantics) -> tuple[str | None, ...]:
        placed = Placed(self._world.reading(semantics))
        return tuple(verdict_on(placed, flow, *self._places[text]) for text, flow in self._flows.items())


def verdict_word(value: Any) -> Verdict | None:
    """Return what somebody wrote as a verdict; None if it is none."""
    return _WORDS.get(str(value).strip().lower())


def verdict_on(placed: Placed, flow: PredictedFlow, source: Place, target: Place) -> Verdict | None:
    """Return the verdict on a flow between two places; None where it has none, or several."""
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
