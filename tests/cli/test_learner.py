"""A learner in a terminal: what the commands say and do, from an empty desk to a mastered concept."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from autograder.course import read_course
from autograder.desk import lay_out
from autograder.exercises import review
from autograder.exercises.memory import ON_DESK

from .running import fits, run

FIXTURE = Path(__file__).parents[1] / "exercises" / "fixtures" / "course"
GOLDEN = Path(__file__).parent / "golden_learner"
MONDAY = dt.date(2026, 3, 2)


def sample(name: str, which: str) -> str:
    return next((FIXTURE / "solutions" / "shop" / name / which).glob("*.yaml")).read_text(encoding="utf-8")


REFUSED = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - {}
"""
STARTER = (FIXTURE / "solutions" / "shop" / "only-api" / "starter.yaml").read_text(encoding="utf-8")
RIGHT, WRONG = sample("only-api", "right"), sample("only-api", "wrong")


def notebook(*names: str, title: str) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}\n\nText."}]
    cells += [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": f"%%{magic}\n# Yours.\n",
        }
        for magic in names
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a lesson and a graded notebook, and the day on which it is learned."""
    root = tmp_path / "course-of-ada"
    shutil.copytree(FIXTURE, root)
    (root / "course").mkdir()
    pages = {
        "course/01-callers.ipynb": notebook("predict who-talks", title="Callers"),
        "exercises/shop/shop.ipynb": notebook("manifest only-api", "manifest refuse-it", title="The shop"),
    }
    for name, text in pages.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(review, "today", lambda: MONDAY)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def desk(course, monkeypatch):
    lay_out(read_course(course), course / "work")
    monkeypatch.chdir(course / "work")
    return course / "work"


def answer(desk: Path, text: str, name: str = "only-api.yaml") -> Path:
    path = desk / "exercises" / "shop" / "answers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def golden(request, name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if request.config.getoption("--write-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def states() -> dict[str, str]:
    return {one["id"]: one["state"] for one in run("list", "-o", "json").json["exercises"]}


# --- list ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_list_as_people_see_it(desk, request, columns):
    answer(desk, RIGHT)
    run("check", "only-api")
    answer(desk, RIGHT, "refuse-it.yaml")
    run("check", "refuse-it")
    golden(request, f"list-{columns}", run("list", columns=columns).out)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param(RIGHT, "right", id="right"),
        pytest.param(WRONG, "tried", id="wrong"),
        pytest.param("# nothing\n", "new", id="nothing was written"),
        pytest.param("kind: [", "tried", id="what kubectl refuses was tried"),
    ],
)
def test_the_list_knows_what_was_checked_last(desk, text, state):
    answer(desk, text)
    run("check", "only-api")
    found = run("list", "-o", "json")
    fits("list", found.json)
    assert states()["only-api"] == state


@pytest.mark.usefixtures("desk")
def test_the_list_is_in_the_order_of_the_course_and_says_what_is_graded():
    found = run("list", "-o", "json").json
    assert found["next"] == found["exercises"][0]["id"]
    by_name = {one["id"]: one for one in found["exercises"]}
    assert (by_name["only-api"]["graded"], by_name["only-api"]["notebook"]) == (True, "exercises/shop/shop.ipynb")
    assert (by_name["who-talks"]["graded"], by_name["who-talks"]["notebook"]) == (False, "course/01-callers.ipynb")


def test_what_is_right_can_be_left_out(desk):
    answer(desk, RIGHT)
    run("check", "only-api")
    assert "only-api" not in run("list", "--open").out
    assert "only-api" in run("list").out


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("asked", ["99", "²"])
def test_an_unknown_lesson_names_those_there_are(asked):
    found = run("list", asked)
    assert (found.status, found.out) == (2, "")
    assert f"there is no lesson {asked!r}" in found.err


# --- hint, solution --------------------------------------------------------------------------------------------------


def test_each_hint_is_the_next_rung_and_it_is_remembered(desk):
    said = [run("hint", "only-api").out for _ in range(4)]
    assert "Who is selected?" in said[0]
    assert "A rule holds peers and ports." in said[1]
    assert "____" in said[2]
    assert said[3] == said[2]
    assert json.loads((desk / ON_DESK).read_text(encoding="utf-8"))["exercises"]["only-api"]["hints"] == 3


def test_without_a_name_the_hint_is_for_the_exercise_at_work(desk):
    answer(desk, WRONG)
    run("check", "only-api")
    assert run("hint").out.startswith("only-api: ")


@pytest.mark.parametrize(
    ("text", "words", "status", "said"),
    [
        pytest.param(RIGHT, [], 0, "A right answer:", id="after success"),
        pytest.param(WRONG, [], 1, "--anyway", id="not before"),
        pytest.param(WRONG, ["--anyway"], 0, "A right answer:", id="on request"),
    ],
)
def test_the_solution(desk, text, words, status, said):
    answer(desk, text)
    found = run("solution", "only-api", *words)
    assert found.status == status
    assert said in found.out + found.err


def test_a_release_for_a_class_has_no_solution(desk):
    answer(desk, "# nothing\n", "refuse-it.yaml")
    found = run("solution", "refuse-it", "--anyway")
    assert (found.status, found.out) == (1, "")
    assert "Ask your instructor" in found.err


def test_who_looked_at_the_solution_did_not_master_it(desk):
    answer(desk, WRONG)
    run("solution", "only-api", "--anyway")
    answer(desk, RIGHT)
    run("check", "only-api")
    solved = json.loads((desk / ON_DESK).read_text(encoding="utf-8"))["exercises"]["only-api"]["solved"]
    assert solved == {"on": "2026-03-02", "hints": 0, "solution": True}


def test_after_the_second_miss_a_check_offers_the_next_hint(desk):
    answer(desk, WRONG)
    assert "autograder hint" not in run("check", "only-api").out
    assert "autograder hint" not in run("check", "only-api").out, "the same answer is no second miss"
    answer(desk, WRONG.replace("5432", "5433"))
    assert "For a hint: autograder hint only-api" in run("check", "only-api").out
    run("hint", "only-api")
    answer(desk, WRONG.replace("5432", "5434"))
    assert "autograder hint" not in run("check", "only-api").out, "a hint was just read"


# --- reset -----------------------------------------------------------------------------------------------------------


def test_a_reset_keeps_the_old_answers_numbered(desk):
    path = answer(desk, WRONG)
    found = run("reset", "only-api")
    assert "Your old answer is kept in exercises/shop/answers/only-api.yaml.1" in found.out
    answer(desk, RIGHT)
    run("reset", "only-api")
    assert [path.with_name(f"only-api.yaml.{n}").read_text(encoding="utf-8") for n in (1, 2)] == [WRONG, RIGHT]
    assert path.read_text(encoding="utf-8") == f"# %%manifest only-api\n{STARTER}"
    assert "There was no other answer to keep." in run("reset", "only-api").out


def test_a_reset_puts_the_starter_into_the_notebook_too_and_keeps_its_answer(desk):
    page = desk / "exercises" / "shop" / "shop.ipynb"
    book = json.loads(page.read_text(encoding="utf-8"))
    book["cells"][1]["source"] = "%%manifest only-api\n" + WRONG
    page.write_text(json.dumps(book), encoding="utf-8")
    found = run("reset", "only-api")
    assert "and in shop.ipynb, cell 2" in found.out
    assert json.loads(page.read_text(encoding="utf-8"))["cells"][1][
        "source"
    ] == f"%%manifest only-api\n{STARTER}".rstrip("\n")
    kept = (desk / "exercises" / "shop" / "answers" / "only-api.yaml.1").read_text(encoding="utf-8")
    assert kept == "# %%manifest only-api\n" + WRONG


def test_after_a_reset_the_exercise_is_open_and_the_same_answer_counts_anew(desk):
    answer(desk, RIGHT)
    run("check", "only-api")
    assert states()["only-api"] == "right"
    run("reset", "only-api")
    assert states()["only-api"] == "tried"
    answer(desk, RIGHT)
    run("check", "only-api")
    assert states()["only-api"] == "right"
    assert json.loads((desk / ON_DESK).read_text(encoding="utf-8"))["exercises"]["only-api"]["tries"] == 2


def test_a_slip_of_the_keyboard_resets_nothing(desk):
    path = answer(desk, WRONG)
    assert run("reset", "only-api", "only-apy").status == 2
    assert path.read_text(encoding="utf-8") == WRONG


# --- progress --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_progress_as_people_see_it(desk, request, columns):
    answer(desk, WRONG)
    run("check", "only-api")
    answer(desk, RIGHT)
    run("check", "only-api")
    golden(request, f"progress-{columns}", run("progress", columns=columns).out)


def test_progress_for_programs(desk, monkeypatch):
    answer(desk, RIGHT)
    run("check", "only-api")
    found = run("progress", "-o", "json").json
    fits("progress", found)
    concepts = {known["id"]: known for known in found["concepts"] if known["right"]}
    assert concepts
    assert {known["state"] for known in concepts.values()} == {"practiced"}
    assert {known["due"] for known in concepts.values()} == {"2026-03-03"}
    assert {known["review"] for known in concepts.values()} == {None}
    monkeypatch.setattr(review, "today", lambda: MONDAY + dt.timedelta(days=1))
    due = {known["id"]: known["review"] for known in run("progress", "-o", "json").json["concepts"] if known["right"]}
    assert all(due.values())
    assert "Due for review" in run("progress").out


def test_no_certificate_before_a_track_is_complete(desk, tmp_path):
    answer(desk, RIGHT)
    run("check", "only-api")
    found = run("progress", "--certificate", str(tmp_path / "mine.html"))
    assert found.status == 1
    assert "no track is complete yet" in found.err
    assert not (tmp_path / "mine.html").exists()


def test_a_certificate_says_what_is_complete_and_names_nobody_unless_told(desk, tmp_path):
    answer(desk, RIGHT)
    run("check", "only-api")
    answer(desk, REFUSED, "refuse-it.yaml")
    run("check", "refuse-it")
    page = tmp_path / "mine.html"
    assert run("progress", "--certificate", str(page)).status == 0
    text = page.read_text(encoding="utf-8")
    assert "2 exercises" in text
    assert 'class="name open"' in text
    assert run("progress", "--certificate", str(page), "--name", "Ada <Lovelace>").status == 0
    text = page.read_text(encoding="utf-8")
    assert "Ada &lt;Lovelace&gt;" in text
    assert "http" not in text, "the page asks no server"
    assert "<script" not in text


@pytest.mark.usefixtures("desk")
def test_a_name_needs_a_certificate():
    assert run("progress", "--name", "ada").status == 2


# --- the desk --------------------------------------------------------------------------------------------------------


def test_an_exercise_is_found_from_any_folder_of_the_desk(desk, monkeypatch):
    answer(desk, RIGHT)
    monkeypatch.chdir(desk / "course")
    assert run("check", "only-api").status == 0
    assert run("check").status == 1, "without a name only what lies here is checked"
    monkeypatch.chdir(desk.parent.parent)
    assert run("check", "only-api", "--course", str(desk.parent)).status == 0, "the desk beside the course"


def test_without_a_desk_the_remedy_is_told(course):
    for words in (["watch", "only-api"], ["reset", "only-api"], ["hint", "only-api"]):
        found = run(*words)
        assert found.status == 2
        assert "autograder start --desk-only" in found.err
    assert not (course / "answers").exists()


def test_a_newer_course_updates_the_desk_and_leaves_the_learner_s_work_alone(course, monkeypatch):
    """Two editions: ada has solved one exercise, wrote in one notebook, and has touched nothing else."""
    assert run("start", "--desk-only").status == 0
    desk = course / "work"
    monkeypatch.chdir(desk)
    mine = answer(desk, RIGHT)
    run("check", "only-api")
    page = desk / "exercises" / "shop" / "shop.ipynb"
    written = page.read_text(encoding="utf-8").replace("# Yours.", "# By ada.")
    page.write_text(written, encoding="utf-8")
    before = (desk / ON_DESK).read_text(encoding="utf-8")

    (course / "course" / "01-callers.ipynb").write_text(
        notebook("predict who-talks", title="Who calls"), encoding="utf-8"
    )
    (course / "course" / "02-more.ipynb").write_text(notebook(title="More"), encoding="utf-8")
    (course / "exercises" / "shop" / "shop.ipynb").write_text(
        notebook("manifest only-api", "manifest refuse-it", title="The shop, revised"), encoding="utf-8"
    )
    found = run("start", "--desk-only", "--course", str(course))
    assert found.status == 0
    assert "1 file is new: course/02-more.ipynb" in found.out
    assert "1 file is newer: course/01-callers.ipynb" in found.out
    assert "You changed exercises/shop/shop.ipynb" in found.out
    assert page.read_text(encoding="utf-8") == written
    assert mine.read_text(encoding="utf-8") == RIGHT
    assert (desk / ON_DESK).read_text(encoding="utf-8") == before
    assert states()["only-api"] == "right"
