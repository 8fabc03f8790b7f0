"""Every exercise of the course holds what it promises: starters, right answers and wrong answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import read_course
from autograder.exercises.checking import check
from autograder.exercises.predictions import _truths, check_prediction
from autograder.exercises.spec import Exercises
from autograder.misconceptions import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
COURSE = Exercises(read_course(ROOT))
WRITTEN = [COURSE.get(name) for name in COURSE.ids if COURSE.get(name).prediction is None]
PREDICTED = [COURSE.get(name) for name in COURSE.ids if COURSE.get(name).prediction is not None]


def samples(kind):
    return [
        pytest.param(exercise, sample, id=f"{exercise.id}: {sample.name}")
        for exercise in WRITTEN
        for sample in getattr(exercise, kind)
    ]


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda exercise: exercise.id)
def test_the_starter_earns_nothing(exercise):
    result = check(exercise, exercise.starter)
    assert (result.score, result.status) == (0.0, "fail")


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda exercise: exercise.id)
def test_there_are_two_right_answers_and_one_that_believes_otherwise(exercise):
    assert len(exercise.right) >= 2
    assert [sample for sample in exercise.wrong if sample.name in CATALOGUE]
    assert exercise.solution is not None
    assert "____" in exercise.solution.rung


@pytest.mark.parametrize(("exercise", "sample"), samples("right"))
def test_a_right_answer_earns_everything(exercise, sample):
    result = check(exercise, sample.text)
    assert (result.score, result.status, result.findings) == (exercise.points, "pass", ())


@pytest.mark.parametrize(("exercise", "sample"), samples("wrong"))
def test_a_wrong_answer_earns_at_most_two_thirds_and_has_its_belief_named_first(exercise, sample):
    result = check(exercise, sample.text)
    assert result.status == "fail"
    assert result.score <= exercise.points * 2 / 3
    first = result.findings[0]
    assert first.severity == "error"
    if sample.name.startswith("x-"):
        assert sample.name.removeprefix("x-") not in CATALOGUE
    else:
        assert first.misconceptions[0] == sample.name


@pytest.mark.parametrize("exercise", WRITTEN, ids=lambda exercise: exercise.id)
def test_closing_everything_earns_nothing(exercise):
    policy = (
        "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: closed}\nspec: {podSelector: {}}\n"
    )
    assert check(exercise, policy).score == 0.0


@pytest.mark.parametrize("exercise", PREDICTED, ids=lambda exercise: exercise.id)
def test_a_prediction_tells_the_believers_apart(exercise):
    """Of the readings that the lesson is about, no two predict the same: the answer shows which one the learner has."""
    truths = _truths(exercise)
    told = {name: truths.believed[name] for name in truths.believed if name.startswith("policies-")}
    right = tuple(truths.verdicts[flow.text] for flow in exercise.prediction.flows)
    assert len({right, *told.values()}) >= 3
    for name, verdicts in told.items():
        table = "".join(
            f"{flow.text}: {verdict}\n" for flow, verdict in zip(exercise.prediction.flows, verdicts, strict=True)
        )
        result = check_prediction(exercise, table)
        assert (name.partition(":")[0] in result.misconceptions) == (verdicts != right)
