"""Every exercise of the course holds what it promises: starters, right answers and wrong answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from autograder.course import read_course
from autograder.exercises.checking import check
from autograder.exercises.predictions import believer_tables, check_prediction, true_table
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
def test_there_are_two_right_answers_and_a_wrong_one(exercise):
    assert len(exercise.right) >= 2
    assert exercise.wrong
    assert exercise.solution is not None
    assert "____" in exercise.solution.rung


@pytest.mark.parametrize(("exercise", "sample"), samples("right"))
def test_a_right_answer_earns_everything(exercise, sample):
    result = check(exercise, sample.text)
    assert (result.score, result.status, result.findings) == (exercise.points, "pass", ())


@pytest.mark.parametrize(("exercise", "sample"), samples("wrong"))
def test_a_wrong_answer_does_not_pass_and_has_its_belief_named_first(exercise, sample):
    result = check(exercise, sample.text)
    assert result.status == "fail"
    assert result.score < exercise.points
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


def beliefs_of(lesson):
    """The misconceptions that a lesson names in the front matter of its text."""
    text = ROOT / "course/.text" / Path(lesson).with_suffix(".md").name
    return yaml.safe_load(text.read_text(encoding="utf-8").split("---\n")[1])["misconceptions"]


def told_by(exercise):
    """What believers of the lesson's misconceptions predict, by the name of the reading."""
    named = beliefs_of(exercise.lesson)
    return {name: table for name, table in believer_tables(exercise).items() if name.partition(":")[0] in named}


@pytest.mark.parametrize("exercise", PREDICTED, ids=lambda exercise: exercise.id)
def test_a_prediction_tells_believers_from_the_truth(exercise):
    """Whoever believes something that its lesson refutes, and predicts otherwise for that, has the belief named."""
    truth = true_table(exercise)
    for name, table in told_by(exercise).items():
        result = check_prediction(exercise, "".join(f"{line}: {answer}\n" for line, answer in table.items()))
        assert (name.partition(":")[0] in result.misconceptions) == (table != truth)


@pytest.mark.parametrize("lesson", sorted({exercise.lesson for exercise in PREDICTED}))
def test_a_lesson_has_a_prediction_or_an_answer_for_each_of_its_misconceptions(lesson):
    """Models can be predicted with; what the API server refuses can only be written."""
    shown = {sample.name for exercise in WRITTEN if exercise.lesson == lesson for sample in exercise.wrong}
    for exercise in PREDICTED:
        if exercise.lesson == lesson:
            truth = true_table(exercise)
            shown |= {name.partition(":")[0] for name, table in told_by(exercise).items() if table != truth}
    assert set(beliefs_of(lesson)) <= shown
