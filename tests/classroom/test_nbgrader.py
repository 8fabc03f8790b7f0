"""nbgrader's own commands, from the release to the feedback, for a class that hands in everything."""

from __future__ import annotations

import csv
import filecmp
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.classroom.variants.choosing import SECRET, secret_of

from .submissions import ASSIGNMENT, EXERCISE, FULL, make_course, write_class

ROOT = Path(__file__).parents[2]
NBGRADER = Path(sys.executable).with_name("nbgrader")

pytestmark = [
    pytest.mark.skipif(not NBGRADER.exists(), reason="nbgrader is not installed; it comes with the extra `classroom`"),
    pytest.mark.slow,
]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which an assignment is released, handed in by a class, graded and answered."""
    course = make_course(ROOT, tmp_path_factory.mktemp("class"))
    nbgrader(course, "generate_assignment", ASSIGNMENT, "--create", "--force")
    write_class(course)
    nbgrader(course, "autograde", ASSIGNMENT)
    nbgrader(course, "generate_feedback", ASSIGNMENT)
    return course


def nbgrader(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands in a course, from an environment that is not activated. It must succeed."""
    done = said(course, *words)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def said(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands, whatever becomes of it."""
    return subprocess.run(
        [NBGRADER, *words],
        cwd=course,
        env={**os.environ, "PATH": "/usr/bin:/bin", "JUPYTER_CONFIG_DIR": str(course / "no-config")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def scores(course: Path) -> dict[str, tuple[float, bool]]:
    """Each learner's automatic score, and whether a person has to look at it."""
    with sqlite3.connect(course / "classroom-data" / "gradebook.db") as database:
        rows = database.execute(
            "select student.id, sum(grade.auto_score), max(grade.needs_manual_grade) from grade "
            "join submitted_notebook on grade.notebook_id = submitted_notebook.id "
            "join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id "
            "join student on submitted_assignment.student_id = student.id group by student.id"
        ).fetchall()
    database.close()
    return {student: (score, bool(manual)) for student, score, manual in rows}


def test_the_release_that_nbgrader_makes_is_the_one_that_is_committed(course: Path) -> None:
    compared = filecmp.dircmp(ROOT / "exercises" / ASSIGNMENT, course / "exercises" / ASSIGNMENT)
    assert not compared.left_only
    assert not compared.right_only
    files = [path.relative_to(compared.left) for path in Path(compared.left).rglob("*") if path.is_file()]
    same, different, failed = filecmp.cmpfiles(
        compared.left, compared.right, [str(file) for file in files], shallow=False
    )
    assert len(same) == len(files)
    assert not different
    assert not failed


def test_everyone_has_the_score_that_was_earned(scores: dict[str, tuple[float, bool]], tmp_path: Path) -> None:
    twin = make_course(ROOT, tmp_path)
    earned = write_class(twin)
    assert {student: scores[student][0] for student in earned} == earned
    assert 0 <= scores["02-wrong"][0] < FULL
    assert not any(manual for _, manual in scores.values()), "nothing is left for a person to grade"


def feedback(course: Path, student: str) -> str:
    return (course / "classroom-data" / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(
        encoding="utf-8"
    )


def test_feedback_names_the_belief_and_shows_no_answer(course: Path) -> None:
    page = feedback(course, "02-wrong")
    assert "Several policies leave only what all of them allow" in page
    for sample in (ROOT / "solutions" / ASSIGNMENT / EXERCISE / "right").glob("*.yaml"):
        assert sample.read_text(encoding="utf-8").strip() not in page


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("03-broken-yaml", "line"),
        ("07-copied-cell", "cop"),
        ("09-empty", "empty"),
        ("10-huge", "MiB"),
        ("13-not-text", "not a notebook"),
    ],
)
def test_feedback_says_what_was_wrong_with_the_file(course: Path, student: str, says: str) -> None:
    assert says in feedback(course, student)


def test_scores_are_exported(course: Path) -> None:
    nbgrader(course, "export", "--to=scores.csv")
    with (course / "scores.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows["01-right"] == FULL
    assert rows["08-forged-grader"] == 0


def test_grading_again_gives_the_same_and_keeps_what_was_handed_in(
    course: Path,
) -> None:
    submitted = course / "classroom-data" / "submitted"
    before = {path: path.read_bytes() for path in submitted.rglob("*") if path.is_file()}
    nbgrader(course, "autograde", ASSIGNMENT, "--force", "--student", "02-wrong")
    assert {path: path.read_bytes() for path in submitted.rglob("*") if path.is_file()} == before


def test_files_of_an_lms_are_collected(course: Path) -> None:
    downloaded = course / "downloaded" / ASSIGNMENT / "archive"
    downloaded.mkdir(parents=True)
    shutil.copy(
        course / "classroom-data" / "submitted" / "01-right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb",
        downloaded / f"{ASSIGNMENT}_zoe_attempt_2026-11-23-10-00-00_{ASSIGNMENT}.ipynb",
    )
    nbgrader(course, "zip_collect", ASSIGNMENT, "--force")
    assert (course / "classroom-data" / "submitted" / "zoe" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").is_file()


def test_nobody_is_judged_by_another_learners_variant(tmp_path: Path) -> None:
    course = make_course(ROOT, tmp_path)
    shutil.copytree(ROOT / "exercises" / "homework", course / "classroom-data" / "submitted" / "ada" / "homework")
    nbgrader(course, "generate_assignment", "homework", "--create", "--force")
    nbgrader(course, "autograde", "homework", "--create")
    secret_of(course / SECRET)
    done = said(course, "autograde", "homework", "--force")
    assert done.returncode
    assert "Of own-door every learner has a variant" in done.stderr
    assert "--secret classroom-data/variants-secret" in done.stderr
