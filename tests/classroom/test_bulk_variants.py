"""A class whose learners have variants: graded each by their own, and signs for those who answer another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.bulk.grading import Grader
from autograder.classroom.bulk.settings import Settings
from autograder.classroom.records import records_in
from autograder.classroom.submission import Submission
from autograder.classroom.variants import variant_of
from autograder.course import read_course
from autograder.exercises.spec import Exercises
from tests.cli.running import run

ROOT = Path(__file__).resolve().parents[2]
COURSE = read_course(ROOT)
EXERCISES = Exercises(COURSE)
SECRET = bytes(range(32))
CLASS = ("ada", "grace", "linus", "margaret")
HOMEWORK = ("own-door", "own-guard")


def right(exercise: str, student: str) -> str:
    variant = variant_of(EXERCISES.get(exercise), student, SECRET)
    assert variant is not None
    return next(iter(variant.right.values()))


def handed_in(student: str, answers_of: str) -> Submission:
    files = {f"answers/{name}.yaml": right(name, answers_of).encode() for name in HOMEWORK}
    return Submission(student, "homework", files)


def graded(submission: Submission, secret: bytes | None = SECRET):
    return Grader(COURSE, Settings(secret=secret, students=CLASS)).grade(submission).record


@pytest.mark.parametrize("student", CLASS)
def test_everybody_earns_all_with_the_answer_to_their_own_problem(student):
    record = graded(handed_in(student, student))
    assert (record.score, record.signs) == (record.max, ())
    assert {part.status for part in record.results} == {"pass"}


def test_the_answer_to_another_learners_problem_earns_less_and_is_a_sign():
    record = graded(handed_in("ada", "grace"))
    assert record.score < record.max
    assert record.signs
    assert all("fits the variant of another learner and not the own one" in sign for sign in record.signs)
    assert not any("grace" in sign for sign in record.signs), "whose variant, not whose answer"


def test_without_the_secret_everybody_has_the_exercise_of_the_course():
    ours = graded(handed_in("ada", "ada"), secret=None)
    assert ours.score < ours.max
    assert ours.signs == ()


def test_from_the_release_to_the_grades(tmp_path):
    roster, secret, desks = tmp_path / "class.csv", tmp_path / "secret", tmp_path / "desks"
    roster.write_text("student\n" + "\n".join(CLASS) + "\n", encoding="utf-8")
    secret.write_text(SECRET.hex() + "\n", encoding="ascii")
    words = [
        "release",
        "homework",
        "--roster",
        roster,
        "--out",
        desks,
        "--secret",
        secret,
        "--course",
        ROOT,
        "--jobs",
        1,
    ]
    assert run(*map(str, words)).status == 0
    for student in CLASS:
        folder = tmp_path / "submitted" / student / "homework" / "answers"
        folder.mkdir(parents=True)
        for name in HOMEWORK:
            whose = "grace" if student == "ada" else student
            (folder / f"{name}.yaml").write_text(right(name, whose), encoding="utf-8")
    words = ["grade", tmp_path / "submitted", "--out", tmp_path / "out", "--secret", secret, "--course", ROOT]
    answer = run(*map(str, words))
    assert answer.status == 0, answer.err
    records = {record.student: record for record in records_in(tmp_path / "out")}
    assert [name for name in CLASS if records[name].score == records[name].max] == ["grace", "linus", "margaret"]
    assert [name for name in CLASS if records[name].signs] == ["ada"]
    feedback = (tmp_path / "out" / "feedback" / "homework" / "ada" / "feedback.html").read_text(encoding="utf-8")
    assert "fits the variant" not in feedback
    assert "fits the variant" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
