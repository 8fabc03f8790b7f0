"""Every hostile submission, through finding, reading and the judgement: nothing raises, runs, or takes too much."""

from __future__ import annotations

import pickle
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.classroom.bulk.grading import Grader
from autograder.classroom.bulk.settings import Settings
from autograder.classroom.intake import find
from autograder.classroom.submission import Submission
from autograder.course import read_course
from autograder.exercises.checking import Result
from autograder.exercises.spec import Exercises

from .hostile import ATTACKS, CLASS_ATTACKS, PAGE, Hostile, HostileClass, page, write_attacks
from .hostile_made import MIB, PWNED, ROOT
from .submissions import ASSIGNMENT, EXERCISE

SECONDS = 10
"""Of the processor, for finding and reading one submission. It takes a tenth of one, on an idle machine."""
MEMORY = 230 * MIB
"""For finding and reading one submission: a notebook of 64 MiB, as pieces and as a whole, and an archive of 64."""
JUDGING = 30
"""Seconds of the processor for judging all exercises of one submission."""


@pytest.fixture(scope="module")
def exercises() -> Exercises:
    return Exercises(read_course(ROOT))


@pytest.fixture(scope="module")
def known(exercises: Exercises) -> dict[str, str]:
    return {each.id: ASSIGNMENT for each in exercises.of_assignment(ASSIGNMENT)}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the program runs in: what a payload creates is found there."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def judged(exercises: Exercises, submission: Submission) -> tuple[list[Result], list[str]]:
    """Return the results of all exercises, and what is told of what cannot be read."""
    graded = Grader(exercises.course, Settings()).grade(submission)
    return list(graded.results), list(graded.record.trouble)


def words(submission: Submission, results: Sequence[Result], told: Sequence[str]) -> str:
    """Return everything that the learner is told."""
    findings = [str(value) for result in results for found in result.findings for value in found.to_json().values()]
    return "\n".join([*submission.trouble, *told, *findings])


def test_every_attack_has_a_name_of_its_own_and_says_what_it_is():
    names = [attack.name for attack in (*ATTACKS, *CLASS_ATTACKS)]
    assert len(names) == len(set(names))
    assert len(ATTACKS) > 120
    for attack in (*ATTACKS, *CLASS_ATTACKS):
        assert attack.attacks.endswith((".", "?"))
        assert attack.must.endswith(".")


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again: python -m tests.classroom.hostile > the page"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_earns_what_its_answer_is_worth(
    attack: Hostile, known: dict[str, str], exercises: Exercises, here: Path, tmp_path: Path
):
    submitted = tmp_path / "submitted"
    if not write_attacks(submitted, [attack]):
        pytest.skip("this system has no such thing")

    tracemalloc.start()
    started = time.process_time()
    try:
        (handed,) = find([submitted], known=known).found
        submission = pickle.loads(pickle.dumps(handed)).read()  # noqa: S301 - as it goes to another process
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.process_time() - started < SECONDS
    assert peak < MEMORY
    assert handed.assignment == submission.assignment == ASSIGNMENT
    assert submission.received is None
    assert handed.student.isprintable()
    assert all(name.isprintable() and not name.startswith(("/", "..")) for name in submission.files)
    assert all(sentence.isprintable() and len(sentence) < 500 for sentence in submission.trouble)
    assert submission.files or submission.trouble, "who earns nothing is told why"

    started = time.process_time()
    results, told = judged(exercises, submission)
    assert time.process_time() - started < JUDGING
    assert {result.status for result in results} <= {"pass", "fail"}
    score = next(result.score for result in results if result.exercise == EXERCISE)
    assert score == attack.score
    assert attack.says in words(submission, results, told)
    assert not list(here.iterdir()), "nothing is written, and nothing ran"
    assert not list(submitted.rglob(PWNED))


def test_all_together_none_keeps_the_others_from_being_read_and_all_is_the_same_again(
    known: dict[str, str], tmp_path: Path
):
    submitted = tmp_path / "submitted"
    written = write_attacks(submitted, [attack for attack in ATTACKS if "bomb" not in attack.name])
    intake = find([submitted], known=known)
    assert intake.passed_over == ()
    assert len(intake.found) == len({handed.student for handed in intake.found}) == len(written)
    digests = [handed.read().sha256 for handed in intake.found]
    again = find([submitted], known=known, assignment=ASSIGNMENT)
    assert digests == [handed.read().sha256 for handed in again.found]


@pytest.mark.parametrize("attack", CLASS_ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_on_others_leaves_them_alone(
    attack: HostileClass, known: dict[str, str], exercises: Exercises, tmp_path: Path
):
    found = find([attack.write(tmp_path)], known=known).found
    scores = {}
    for handed in found:
        results, _ = judged(exercises, handed.read())
        scores[handed.student] = next(result.score for result in results if result.exercise == EXERCISE)
    assert scores == attack.scores
