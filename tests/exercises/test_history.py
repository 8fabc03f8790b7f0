"""What is remembered of a learner's answers, and what they have in common."""

from __future__ import annotations

import json
import shutil

import pytest

from autograder import cli
from autograder.exercises.checking import broken, check
from autograder.exercises.history import (
    MEMORY,
    MOST,
    History,
    Past,
    Remembered,
    diagnosis,
    read_history,
    recurring,
    remember,
    write_history,
)
from autograder.exercises.report import Style, result_lines

from .course import ONLY_API, ROOT, WHO_TALKS

RIGHT = ONLY_API.right[0].text
DASH, SCOPE, UNION = "dash-is-decoration", "pod-peer-any-namespace", "policies-intersect"


def answer(status="fail", fits=(), differs=(), text="0"):
    return Remembered(status, text * 16, tuple(fits), tuple(differs))


def past(*answers):
    return Past(answers[0], answers[-1])


def told(folder, text, exercise=ONLY_API):
    return remember(exercise, check(exercise, text), text, folder)


def memory(folder):
    return folder / "answers" / MEMORY


# --- what is remembered ---------------------------------------------------------------------------------------------


def test_a_failing_answer_is_remembered_with_what_it_fits_and_what_it_could_have_shown(tmp_path):
    sample = ONLY_API.wrong[0]
    result = check(ONLY_API, sample.text)
    remember(ONLY_API, result, sample.text, tmp_path)
    value = json.loads(memory(tmp_path).read_text(encoding="utf-8"))
    assert (value["version"], list(value["exercises"])) == (1, ["only-api"])
    entry = value["exercises"]["only-api"]
    assert entry["first"] == entry["last"]
    assert entry["last"]["status"] == "fail"
    assert entry["last"]["fits"] == list(result.misconceptions or result.findings[0].misconceptions)
    assert not set(entry["last"]["fits"]) & set(entry["last"]["differs"])
    assert "podSelector" not in memory(tmp_path).read_text(encoding="utf-8")


def test_the_first_answer_stays_and_the_last_one_follows(tmp_path):
    first = told(tmp_path, ONLY_API.wrong[0].text).exercises["only-api"]
    now = told(tmp_path, RIGHT).exercises["only-api"]
    assert (now.first, now.last.status, now.last.fits) == (first.first, "pass", ())
    assert now.last.answer != now.first.answer


def test_the_same_answer_has_the_same_hash_whatever_its_first_line(tmp_path):
    plain = told(tmp_path, RIGHT)
    assert told(tmp_path, f"# %%manifest only-api\n{RIGHT}\n\n") == plain


@pytest.mark.parametrize(
    "text", [ONLY_API.starter, "# nothing\n", "", "x" * 1_100_000], ids=["starter", "comment", "empty", "huge"]
)
def test_what_was_not_judged_is_not_remembered(tmp_path, text):
    assert told(tmp_path, text) == History()
    assert not memory(tmp_path).exists()


def test_a_broken_exercise_is_not_remembered(tmp_path):
    assert remember(ONLY_API, broken("only-api", "no world"), RIGHT, tmp_path) == History()


def test_a_prediction_says_what_it_could_have_shown(tmp_path):
    assert told(tmp_path, "", WHO_TALKS) == History()
    opposite = {"allow": "deny", "deny": "allow"}
    assert WHO_TALKS.prediction is not None
    texts = ["".join(f"{flow.text}: {word}\n" for flow in WHO_TALKS.prediction.flows) for word in opposite]
    for text in texts:
        result = check(WHO_TALKS, text)
        last = told(tmp_path, text, WHO_TALKS).exercises["who-talks"].last
        assert last.fits == result.misconceptions
        assert last.fits or last.differs


def test_a_checked_history_reads_back_as_it_was_written(tmp_path):
    written = History({"a": past(answer(fits=[DASH])), "b": past(answer(fits=[SCOPE]), answer("pass", text="1"))})
    write_history(written, tmp_path)
    assert read_history(tmp_path) == written


GOOD = {"status": "fail", "answer": "0" * 16, "fits": [DASH], "differs": []}


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", '"x"', "[" * 99_999, '{"version": 2, "exercises": {}}', '{"version": 1}',
        '{"version": 1, "exercises": []}', "\x00\xff",
        json.dumps({"version": 1, "exercises": {"<b>": {"first": GOOD, "last": GOOD}}}),
        json.dumps({"version": 1, "exercises": {"a": {"first": GOOD}, "b": 1}}),
        json.dumps({"version": 1, "exercises": {"a": {"first": GOOD, "last": {**GOOD, "status": "perhaps"}}}}),
        json.dumps({"version": 1, "exercises": {"a": {"first": GOOD, "last": {**GOOD, "answer": [1]}}}}),
    ],
    ids=range(14),
)  # fmt: skip
def test_a_memory_that_is_broken_or_not_ours_starts_anew(tmp_path, content):
    memory(tmp_path).parent.mkdir()
    memory(tmp_path).write_text(content, encoding="utf-8")
    assert read_history(tmp_path) == History()
    assert list(told(tmp_path, RIGHT).exercises) == ["only-api"]
    assert list(read_history(tmp_path).exercises) == ["only-api"]


def test_beliefs_that_this_release_does_not_know_are_dropped(tmp_path):
    entry = {**GOOD, "fits": ["flat-earth", 3, DASH, DASH], "differs": "x"}
    memory(tmp_path).parent.mkdir()
    memory(tmp_path).write_text(json.dumps({"version": 1, "exercises": {"a": {"first": entry, "last": entry}}}))
    assert read_history(tmp_path).exercises["a"].last == answer(fits=[DASH])


def test_where_nothing_can_be_written_nothing_fails(tmp_path):
    (tmp_path / "answers").write_text("in the way", encoding="utf-8")
    assert list(told(tmp_path, RIGHT).exercises) == ["only-api"]
    assert read_history(tmp_path) == History()


def test_a_memory_has_an_end():
    full = History({f"e{number}": past(answer()) for number in range(MOST)})
    assert full.having("one-more", answer()) == full
    assert full.having("e0", answer("pass")).exercises["e0"].last.status == "pass"


# --- what they have in common ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercises", "found"),
    [
        pytest.param([], [], id="nothing answered"),
        pytest.param([past(answer("pass", differs=[DASH]))], [], id="right at once speaks for no belief"),
        pytest.param([past(answer(fits=[DASH]), answer("pass"))], [(DASH, 1, 1)], id="corrected: the first counts"),
        pytest.param(
            [past(answer(fits=[DASH]), answer(fits=[DASH], text="1"))], [(DASH, 1, 1)], id="an exercise counts once"
        ),
        pytest.param(
            [past(answer(differs=[DASH]), answer(fits=[DASH], text="1"))], [(DASH, 1, 1)], id="the last while it fails"
        ),
        pytest.param(
            [past(answer(fits=[DASH, UNION])), past(answer(fits=[UNION], differs=[DASH]))],
            [(UNION, 2, 2), (DASH, 1, 2)],
            id="what fits both comes before what fits one of two",
        ),
        pytest.param(
            [past(answer(fits=[SCOPE])), past(answer(fits=[UNION])), past(answer(fits=[UNION]))],
            [(UNION, 2, 2), (SCOPE, 1, 1)],
            id="two of two come before one of one",
        ),
    ],
)
def test_the_most_consistent_belief_comes_first(exercises, found):
    assert list(diagnosis(History({f"e{n}": entry for n, entry in enumerate(exercises)}))) == found


def test_the_sentence_comes_with_the_second_exercise_and_is_part_of_the_text(tmp_path):
    sample = ONLY_API.wrong[0]
    result = check(ONLY_API, sample.text)
    (belief, *_) = result.misconceptions or result.findings[0].misconceptions
    alone = told(tmp_path, sample.text)
    assert recurring(alone, result) == ""
    both = History({"cache-shards": past(answer(fits=[belief]), answer("pass")), **alone.exercises})
    sentence = "The same belief fits 2 of your answers so far: cache-shards, only-api."
    assert recurring(both, result) == sentence
    assert f"  {sentence}" in list(result_lines(result, Style(width=100), recurring=sentence))
    assert recurring(both, check(ONLY_API, RIGHT)) == ""
    assert recurring(both, check(ONLY_API, ONLY_API.starter)) == ""


# --- the command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A learner's folder with a wrong answer, and the same belief in an earlier one."""
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "work" / "exercises" / "shop"
    (folder / "answers").mkdir(parents=True)
    sample = ONLY_API.wrong[0]
    (folder / "answers" / "only-api.yaml").write_text(sample.text, encoding="utf-8")
    result = check(ONLY_API, sample.text)
    earlier = answer(fits=result.misconceptions or result.findings[0].misconceptions)
    write_history(History({"cache-shards": past(earlier)}), folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("words", [[], ["only-api"]], ids=["everything here", "one exercise"])
def test_autograder_check_remembers_and_tells(desk, capsys, words):
    assert cli.main(["check", *words]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "The same belief fits 2 of your answers so far: cache-shards, only-api." in said
    assert list(read_history(desk).exercises) == ["cache-shards", "only-api"]


def test_an_answer_from_somewhere_else_is_not_remembered(desk, capsys):
    (desk / "mine.yaml").write_text(RIGHT, encoding="utf-8")
    assert cli.main(["check", "only-api", "--answer", "mine.yaml"]) == 0
    assert "so far" not in capsys.readouterr().out
    assert list(read_history(desk).exercises) == ["cache-shards"]


def test_nothing_is_written_into_the_source_of_the_course(desk, monkeypatch, capsys):
    source = desk.parents[2] / "solutions" / "shop"
    shutil.copytree(desk / "answers", source / "answers", ignore=shutil.ignore_patterns(".*"))
    monkeypatch.chdir(source)
    assert cli.main(["check", "only-api"]) == 1
    assert "Not there yet" in capsys.readouterr().out
    assert not memory(source).exists()
