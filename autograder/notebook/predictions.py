"""A table that a learner wrote beside what is so: a prediction and the truth, tests and the policies put to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from autograder.exercises.answers import answer_path, read_answer
from autograder.exercises.flow_tests import passing
from autograder.exercises.predictions import check_prediction, compared, read_table
from autograder.exercises.report import beliefs

from .findings import belief_html, prediction_table
from .html import Html, element, joined, prose
from .matrix import scrolling

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.exercises.checking import Result
    from autograder.exercises.spec import Exercise


_TONES: Final = {True: "", False: "pg-changed"}


def prediction_html(exercise: Exercise, folder: Path) -> Html | None:
    """Return the learner's prediction beside the truth, once it is committed."""
    path = answer_path(exercise, folder)
    if not path.is_file():
        return element(
            "p", "You have not predicted yet. You learn more from what you see if you do that first.", class_="pg-quiet"
        )
    text = read_answer(path)
    table = read_table(exercise, text)
    if not table.committed:
        return None
    rows = compared(exercise, table)
    missed = sum(not row.right for row in rows)
    sentence = _sentence(
        missed, len(rows), chosen=exercise.prediction is not None and bool(exercise.prediction.disproves)
    )
    return joined(
        element("p", element("strong", sentence)), prediction_table(rows), _diagnosis(check_prediction(exercise, text))
    )


def tests_html(exercise: Exercise, text: str) -> Html | None:
    """Return what every policy makes of every line of a learner's tests; None when some line is no test."""
    rows = list(passing(exercise, text))
    if not rows:
        return None
    files = [file for file, _ in rows[0][1]]
    head = element("tr", [element("th", name.rpartition("/")[2], scope="col") for name in ("your line", *files)])
    body = [
        element(
            "tr",
            element("th", test.text, scope="row", class_="pg-name"),
            [
                element("td", _passed(verdict == test.expect), class_=_TONES[verdict == test.expect])
                for _, verdict in seen
            ],
        )
        for test, seen in rows
    ]
    name = "Your lines, and the policies that pass them"
    return scrolling(element("table", element("caption", name), element("thead", head), element("tbody", body)), name)


def _passed(passes: bool) -> Html:  # noqa: FBT001 - the one thing that it is about
    sign = element("span", "✓ " if passes else "✗ ", class_="pg-sign", aria_hidden="true")
    return joined(sign, "passes" if passes else "fails")


def _sentence(missed: int, lines: int, *, chosen: bool) -> str:
    if chosen and missed:
        return f"{missed} of {lines} lines are not as you said."
    if chosen:
        return "You told the counter-examples from the rest."
    return f"{missed} of {lines} turned out otherwise than you predicted." if missed else "You predicted all of it."


def _diagnosis(result: Result) -> Html | None:
    """The belief that a prediction shows, or the reason for the first flow that turned out otherwise."""
    if not result.findings:
        return None
    first = result.findings[0]
    for belief in beliefs(first.misconceptions[:1]):
        return belief_html(belief, first, result)
    return element("p", element("span", first.subject, class_="pg-name"), ": ", prose(first.because))
