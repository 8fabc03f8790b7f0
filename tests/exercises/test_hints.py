from __future__ import annotations

import pytest

from autograder.exercises.hints import ASK, NOT_YET, hint, next_hint, rungs, solution
from autograder.manifests.limits import InputError

from .course import ONLY_API, REFUSE_IT


def test_three_rungs_from_a_question_to_a_partial_answer():
    assert rungs(ONLY_API)[:2] == ("Who is selected?", "A rule holds peers and ports.")
    assert "____" in rungs(ONLY_API)[2]
    assert rungs(REFUSE_IT) == ("What must every peer say?", "Look at from.")


@pytest.mark.parametrize(("rung", "shown", "more"), [(1, 1, True), (2, 2, True), (3, 3, False), (9, 3, False)])
def test_a_rung(rung, shown, more):
    found = hint(ONLY_API, rung)
    assert (found.rung, found.more, found.text) == (shown, more, rungs(ONLY_API)[shown - 1])


def test_rungs_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        hint(ONLY_API, 0)


def test_no_hint_says_how_many_are_left():
    assert not any(word in text.lower() for text in rungs(ONLY_API) for word in ("left", " of 3"))


def test_each_asking_gives_the_next_rung_and_the_last_one_stays(tmp_path):
    assert [next_hint(ONLY_API, tmp_path).rung for _ in range(4)] == [1, 2, 3, 3]
    assert next_hint(REFUSE_IT, tmp_path).rung == 1


@pytest.mark.parametrize(
    "memory", ["", "{", "[]", '{"only-api": "x"}', '{"only-api": -3}', '{"only-api": true}', "[" * 99_999]
)
def test_a_damaged_memory_begins_again(tmp_path, memory):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / ".hints.json").write_text(memory, encoding="utf-8")
    assert next_hint(ONLY_API, tmp_path).rung == 1
    assert next_hint(ONLY_API, tmp_path).rung == 2


def test_a_memory_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "answers").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        next_hint(ONLY_API, tmp_path)


@pytest.mark.parametrize(
    ("passed", "asked", "kind"),
    [(True, False, "solution"), (False, True, "solution"), (False, False, "not-yet")],
)
def test_the_solution_comes_after_success_or_on_request(passed, asked, kind):
    shown = solution(ONLY_API, passed=passed, asked=asked)
    assert shown.kind == kind
    if kind == "solution":
        assert shown.answers == tuple(sample.text for sample in ONLY_API.right)
        assert "____" not in shown.text
    else:
        assert (shown.text, shown.answers) == (NOT_YET, ())


def test_a_release_for_a_class_has_no_solution_whatever_happens():
    assert solution(REFUSE_IT, passed=True, asked=True).text == ASK
