from __future__ import annotations

import re

import pytest

from autograder.exercises.checking import broken, check
from autograder.exercises.findings import finding
from autograder.exercises.predictions import compared, read_table
from autograder.exercises.report import (
    Style,
    beliefs,
    effect_lines,
    finding_lines,
    headline,
    prediction_lines,
    result_lines,
)

from .course import ONLY_API, WHO_TALKS, policy
from .test_predictions import BELIEVED

RIGHT = ONLY_API.right[0].text
WRONG = {sample.name: sample.text for sample in ONLY_API.wrong}
REFUSED = policy(spec="podSelecter: {}")
TEXTS = [RIGHT, *WRONG.values(), REFUSED, ONLY_API.starter, "kind: ["]


def text(lines):
    return "\n".join(lines)


def test_a_result_says_what_was_earned_and_tells_the_first_fault_in_full():
    said = text(result_lines(check(ONLY_API, WRONG["x-too-wide"]), Style(90)))
    assert said.startswith("only-api: Only api asks the database\n✗ Not there yet: ")
    assert "✗ Open, and must stay closed: office (203.0.113.7) -> shop/db TCP 5432\n" in said
    assert "  where    <answer>, line 11" in said
    assert "  compare  " in said
    assert said.endswith("And 1 more:\n  · Open, and should be closed: shop/api -> shop/db TCP 9187")


def test_nothing_is_folded_on_request():
    said = text(result_lines(check(ONLY_API, WRONG["x-too-wide"]), Style(90), full=True))
    assert said.count("  wanted   ") == 2
    assert "more:" not in said


def test_a_belief_is_refuted_where_it_fits():
    said = text(result_lines(check(ONLY_API, WRONG["pod-peer-any-namespace"]), Style(90)))
    (belief,) = beliefs(["pod-peer-any-namespace", "no-such-thing"])
    flowing = " ".join(said.split())
    assert f"The answer would be right if this were true: {belief.title}." in flowing
    assert flowing.count(" ".join(belief.true.split())) == 1


def test_a_refused_line_is_shown_with_a_caret():
    lines = list(result_lines(check(ONLY_API, REFUSED), Style(80)))
    caret = next(index for index, line in enumerate(lines) if line.strip() == "^")
    assert lines[caret - 1].strip().endswith("podSelecter: {}")
    assert lines[caret - 1][lines[caret].index("^")] == "p"


@pytest.mark.parametrize("width", [30, 40, 60, 80, 110])
@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_no_line_is_wider_than_the_window(number, width):
    result = check(ONLY_API, TEXTS[number])
    style = Style(width)
    shown = [
        *result_lines(result, style, full=True),
        *(effect_lines(result.effect(), style) if result.effect() else []),
    ]
    words = re.compile(r"\S{20,}")  # one word that is wider than the window cannot be helped
    assert [line for line in shown if len(line) > width and not words.search(line)] == []


def test_color_is_never_the_only_sign():
    result = check(ONLY_API, WRONG["x-too-wide"])
    colored = text(result_lines(result, Style(80, color=True)))
    assert "\x1b[31m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == text(result_lines(result, Style(80)))


def test_signs_are_ascii_where_the_terminal_has_no_others():
    said = text(result_lines(check(ONLY_API, RIGHT), Style(80, plain=True)))
    assert said == "only-api: Only api asks the database\n+ Right: 4 of 4 points."
    assert said.isascii()


def test_an_answer_cannot_move_the_cursor():
    evil = finding("answer-unreadable", exercise="\x1b[2J\u202eevil", problem="\x07bell\r\nback")
    said = text(finding_lines(evil, Style(80)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", said)


def test_the_effect_is_a_matrix_while_it_fits_and_a_list_when_it_does_not():
    effect = check(ONLY_API, WRONG["x-too-wide"]).effect()
    wide, narrow = text(effect_lines(effect, Style(110))), text(effect_lines(effect, Style(40)))
    assert wide.startswith("from, to ")
    assert "office (203.0.113.7)" in wide
    assert "TCP 5432, 9187 ✗ *" in wide
    assert narrow.startswith("to shop/db\n  TCP 5432, 9187 ✗ * from\n      monitoring/prometheus, shop/api,\n")
    assert "as asked" in wide
    assert "as asked" in narrow


def test_predictions_stand_beside_the_truth():
    rows = compared(WHO_TALKS, read_table(WHO_TALKS, BELIEVED))
    first, *rest = prediction_lines(rows, Style(80))
    assert first == "✗ monitoring/prometheus -> db:9187  you said allow, it is deny"
    assert all(line.startswith("✓") for line in rest)


def test_a_broken_exercise_is_not_the_learners_fault():
    result = broken("only-api", "no world")
    assert headline(result) == "This exercise cannot be checked."
    assert "This is a fault of the course, not of your answer." in text(result_lines(result, Style(80)))
