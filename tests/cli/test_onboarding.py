"""``autograder onboarding`` as platform teams call it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.cli.watching.screen import screen
from autograder.cli.watching.session import Session
from autograder.course import find_course
from autograder.exercises.report import Style
from autograder.exercises.spec import Exercises
from tests.review.scenes import closed, pod, text

from .running import fits, run

SOUND = text([pod("web"), *closed()])
HOST = text([{**pod("web"), "spec": {**pod("web")["spec"], "hostPID": True}}, *closed()])
SHOP = (Path(__file__).parents[1] / "onboarding" / "shop.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in {"sound.yaml": SOUND, "host.yaml": HOST, "shop.yaml": SHOP}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize("words", [["sound.yaml"], ["host.yaml"], ["shop.yaml"], ["shop.yaml", "--minutes", "30"]])
def test_json_fits_its_schema(words):
    answer = run("onboarding", *words, "--format", "json")
    assert (answer.status, answer.err) == (0, "")
    fits("onboarding", answer.json)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sound.yaml"], "nothing to learn from these manifests"),
        (["sound.yaml"], "course/40-capstone.ipynb"),
        (["host.yaml"], "course/21-containers.ipynb"),
        (["host.yaml"], "host.yaml:"),
        (["shop.yaml"], "“One item or two: the dash makes no difference” It is not so."),
        (["shop.yaml", "--minutes", "30"], "nothing fits into 30 min"),
        (["host.yaml", "--knows", "0"], "1. What a container is"),
        (["host.yaml", "--knows", "course/00-start.ipynb"], "1. What a container is"),
        (["-", "-o", "markdown"], "# A path through the course"),
        (["-", "-o", "html"], "<!doctype html>"),
    ],
)
def test_the_path_is_told(words, said):
    answer = run("onboarding", *words, stdin=HOST)
    assert answer.status == 0
    assert said in answer.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.yaml"], "nowhere.yaml"),
        (["empty"], "holds no manifests"),
        (["blank.yaml"], "no Pod, no workload and no NetworkPolicy"),
        (["settings.yaml"], "no Pod, no workload and no NetworkPolicy"),
        (["shop.yaml", "--minutes", "0"], "Give at least 1"),
        (["shop.yaml", "--minutes", "-5"], "Give at least 1"),
        (["shop.yaml", "--minutes", "soon"], "--minutes"),
        (["shop.yaml", "--knows", "05-one-hyphn"], "Did you mean 05-one-hyphen?"),
        (["shop.yaml", "--knows", "77"], "There are: 00-start"),
        (["shop.yaml", "--knows", "²"], "There are: 00-start"),
        (["shop.yaml", "--out", "empty"], "Name a file that can be written."),
        (["shop.yaml", "--out", "shop.yaml/path.md"], "Name a file that can be written."),
        (["shop.yaml", "--desk", "shop.yaml"], "shop.yaml"),
        (["shop.yaml", "--baseline", "nowhere.json"], "nowhere.json"),
        (["shop.yaml", "-o", "pdf"], "pdf"),
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence(words, said, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "settings.yaml").write_text("color: blue\n", encoding="utf-8")
    (tmp_path / "blank.yaml").write_text("# nothing yet\n", encoding="utf-8")
    answer = run("onboarding", *words)
    assert answer.status == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not answer.out
    assert not (tmp_path / "work").exists()
    assert (tmp_path / "shop.yaml").read_text(encoding="utf-8") == SHOP
    assert not list(tmp_path.rglob("*.part"))


def test_broken_yaml_is_told_as_a_thing_to_learn_or_as_a_sentence(tmp_path):
    (tmp_path / "broken.yaml").write_text("kind: [", encoding="utf-8")
    answer = run("onboarding", "broken.yaml")
    assert "Traceback" not in answer.err
    assert answer.status == 0
    assert "course/11-debugging.ipynb" in answer.out


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_two_developers_get_the_same_bytes(form, tmp_path):
    first = run("onboarding", "shop.yaml", "-o", form, "--out", "one", columns=60)
    second = run("onboarding", "shop.yaml", "-o", form, "--out", "two", columns=200, TZ="Asia/Tokyo", FORCE_COLOR="1")
    assert (first.status, second.status, first.out, second.out) == (0, 0, "", "")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert os.fspath(tmp_path) not in (tmp_path / "one").read_text(encoding="utf-8")


def test_the_path_lies_on_the_desk_and_nothing_else_is_touched(tmp_path):
    answer = run("onboarding", "shop.yaml", "--desk", "work")
    assert (answer.status, answer.out) == (0, "")
    assert "onboarding.md" in answer.err
    page = tmp_path / "work" / "onboarding.md"
    assert page.read_text(encoding="utf-8").startswith("# A path through the course")
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("- lesson: `"):
            assert (tmp_path / "work" / line.split("`")[1]).is_file()
    answered = tmp_path / "work" / "course" / "00-start.ipynb"
    answered.write_text("mine", encoding="utf-8")
    assert run("onboarding", "host.yaml", "--desk", "work").status == 0
    assert answered.read_text(encoding="utf-8") == "mine"
    assert "hostPID" in page.read_text(encoding="utf-8")


def test_who_learns_on_the_desk_is_led_along_the_path(tmp_path, monkeypatch):
    assert run("onboarding", "shop.yaml", "--desk", "work").status == 0
    monkeypatch.chdir(tmp_path / "work")
    page = Path("onboarding.md").read_text(encoding="utf-8")
    found = run("progress", "-o", "json").json
    fits("progress", found)
    assert found["path"]
    assert all(f"`{name}`" in page for name in found["path"]), "what is on the path stands on the page"
    assert found["next"] == found["path"][0]
    listed = [one["id"] for one in run("list", "--path", "-o", "json").json["exercises"]]
    assert listed == found["path"]
    assert f"0 of {len(listed)} exercises of your path right" in run("progress").out
    session = Session(Exercises(find_course()), Path.cwd())
    assert session.exercise.id == listed[0]
    assert f"path: 0 of {len(listed)}, in all: 0 of " in "\n".join(screen(session, Style(width=100), 30))
    first, second = listed[:2]
    memory = json.loads(Path(".progress.json").read_text(encoding="utf-8"))
    answered = {"status": "pass", "answer": "0" * 16, "fits": [], "differs": []}
    memory["exercises"][first] = {"first": answered, "last": answered}
    Path(".progress.json").write_text(json.dumps(memory), encoding="utf-8")
    assert run("progress", "-o", "json").json["next"] == second


def test_a_path_with_nothing_on_it_is_no_path(tmp_path, monkeypatch):
    assert run("onboarding", "shop.yaml", "--desk", "work").status == 0
    assert run("review", "shop.yaml", "--baseline", "b.json", "--write-baseline").status == 0
    assert run("onboarding", "shop.yaml", "--baseline", "b.json", "--desk", "work").status == 0
    monkeypatch.chdir(tmp_path / "work")
    assert run("progress", "-o", "json").json["path"] == []
    answer = run("list", "--path")
    assert (answer.status, answer.out) == (2, "")
    assert "there is no path on this desk" in answer.err


def test_what_is_accepted_asks_for_no_lesson():
    assert run("review", "host.yaml", "--baseline", "b.json", "--write-baseline").status == 0
    answer = run("onboarding", "host.yaml", "--baseline", "b.json")
    assert "nothing to learn" in answer.out


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_it_fits_the_terminal(columns):
    for line in run("onboarding", "shop.yaml", columns=columns).out.splitlines():
        assert len(line) <= columns or " " not in line.strip(), line


def test_without_color_no_color():
    assert "\x1b" not in run("onboarding", "shop.yaml", NO_COLOR="1", FORCE_COLOR="1").out
    assert "\x1b[1m" in run("onboarding", "shop.yaml", FORCE_COLOR="1").out
