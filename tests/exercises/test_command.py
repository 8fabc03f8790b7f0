from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.cli import check as command

from .course import ONLY_API, ROOT

REPOSITORY = Path(__file__).parents[2]
SCHEMA = REPOSITORY / "autograder" / "cli" / "schemas" / "check.json"
RIGHT = ONLY_API.right[0].text
WRONG = ONLY_API.wrong[0].text


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A course with a desk, the learner standing in the folder of the notebook."""
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "work" / "exercises" / "shop"
    folder.mkdir(parents=True)
    starter = {"cell_type": "code", "metadata": {}, "source": "%%manifest only-api\n" + ONLY_API.starter}
    (folder / "shop.ipynb").write_text(json.dumps({"cells": [starter], "nbformat": 4}), encoding="utf-8")
    monkeypatch.chdir(folder)
    return tmp_path


def answer(desk, text, name="only-api.yaml"):
    path = desk / "work" / "exercises" / "shop" / "answers" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(capsys, *words):
    status = cli.main(["check", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def valid(text):
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    return document


@pytest.mark.parametrize(
    ("text", "status", "outcome"),
    [
        pytest.param(RIGHT, 0, "pass", id="right"),
        pytest.param(WRONG, 1, "fail", id="wrong"),
        pytest.param("kind: [", 1, "fail", id="broken YAML is a failed answer"),
        pytest.param(ONLY_API.starter, 1, "fail", id="untouched"),
    ],
)
def test_the_exit_status_and_the_document(desk, capsys, text, status, outcome):
    answer(desk, text)
    code, out, err = run(capsys, "only-api", "-o", "json")
    (result,) = valid(out)["results"]
    assert (code, result["status"], result["exercise"], result["version"], err) == (status, outcome, "only-api", 3, "")


def test_without_an_exercise_all_that_lie_here_are_checked(desk, capsys):
    answer(desk, RIGHT)
    answer(desk, "web -> db:5432: deny\n", "who-talks.prediction.yaml")
    code, out, _ = run(capsys, "-o", "json")
    assert code == 1
    assert [result["exercise"] for result in valid(out)["results"]] == ["only-api", "who-talks"]
    code, out, _ = run(capsys)
    assert out.endswith("1 of 2 right, 4 of 6 points\n")


@pytest.mark.parametrize("place", ["work", "work/exercises", "work/exercises/shop", "."])
def test_answers_are_found_from_the_desk_and_from_beside_it(desk, capsys, monkeypatch, place):
    answer(desk, RIGHT)
    monkeypatch.chdir(desk / place)
    assert run(capsys, "only-api")[0] == 0


def test_the_pristine_release_is_not_mistaken_for_the_desk(desk, capsys, monkeypatch):
    answer(desk, RIGHT)
    shutil.copytree(
        desk / "work" / "exercises" / "shop", desk / "exercises" / "shop", ignore=shutil.ignore_patterns("answers")
    )
    monkeypatch.chdir(desk)
    assert run(capsys, "only-api")[0] == 0


def test_an_answer_from_elsewhere_and_from_standard_input(desk, capsys, monkeypatch):
    (desk / "mine.yaml").write_text(RIGHT, encoding="utf-8")
    assert run(capsys, "only-api", "--answer", str(desk / "mine.yaml"))[0] == 0
    monkeypatch.setattr(sys, "stdin", open(desk / "mine.yaml", encoding="utf-8"))  # noqa: SIM115, PTH123
    assert run(capsys, "only-api", "--answer", "-")[0] == 0
    sys.stdin.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["only-apy"], "Did you mean only-api?", id="an unknown exercise"),
        pytest.param(["--answer", "x.yaml"], "--answer is the answer to one exercise", id="an answer to nothing"),
        pytest.param(["only-api", "--answer", "x.yaml"], "there is no such file", id="an answer that is not there"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_what_cannot_be_carried_out_ends_with_2_and_a_remedy(capsys, words, said):
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_folder_without_exercises_says_what_to_do(desk, capsys, monkeypatch):
    (desk / "elsewhere").mkdir()
    monkeypatch.chdir(desk / "elsewhere")
    code, _, err = run(capsys)
    assert code == 2
    assert "Go to the folder of a notebook" in err


def test_a_broken_exercise_is_a_result_of_its_own_and_ends_with_2(desk, capsys):
    answer(desk, RIGHT)
    (desk / "solutions" / "shop" / "world.yaml").write_text("kind: [", encoding="utf-8")
    code, out, err = run(capsys, "only-api", "-o", "json")
    (result,) = valid(out)["results"]
    assert (code, result["status"], result["max"]) == (2, "error", 0.0)
    assert "world.yaml:" in err


def test_a_broken_notebook_ends_with_2(desk, capsys):
    (desk / "work" / "exercises" / "shop" / "shop.ipynb").write_text("{", encoding="utf-8")
    code, _, err = run(capsys, "only-api")
    assert code == 2
    assert "is not a notebook" in err


def test_what_is_set_aside_is_listed(desk, capsys):
    answer(desk, RIGHT + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    code, out, _ = run(capsys, "only-api", "-o", "json")
    (ignored,) = valid(out)["ignored"]
    assert (code, ignored["kind"], ignored["line"]) == (1, "ConfigMap", 25)


def test_the_effect_is_shown_on_request(desk, capsys):
    answer(desk, RIGHT)
    assert "from, to" not in run(capsys, "only-api")[1]
    assert "from, to" in run(capsys, "only-api", "--effect")[1]


@pytest.mark.parametrize(
    ("encoding", "environ", "start"),
    [
        pytest.param("utf-8", {}, "only-api: Only api asks the database\n✓ Right: ", id="a pipe"),
        pytest.param("ascii", {}, "only-api: Only api asks the database\n+ Right: ", id="a terminal with ASCII alone"),
        pytest.param("utf-8", {"FORCE_COLOR": "1"}, "\x1b[1monly-api: ", id="colors on request"),
        pytest.param("utf-8", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, "only-api: ", id="no colors on request"),
    ],
)
def test_the_text_suits_its_reader(desk, encoding, environ, start):
    answer(desk, RIGHT)
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "only-api"],
        capture_output=True,
        check=True,
        cwd=desk,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": encoding, "NO_COLOR": "", **environ},
    )
    assert done.stdout.decode(encoding).startswith(start)


def test_sync_copies_the_changed_one_over_the_other(desk, capsys):
    path = answer(desk, RIGHT)
    assert cli.main(["sync", "only-api"]) == 0
    assert "copied to" in capsys.readouterr().err
    book = json.loads((path.parents[1] / "shop.ipynb").read_text(encoding="utf-8"))
    assert book["cells"][0]["source"] == "%%manifest only-api\n" + RIGHT.rstrip("\n")
    assert cli.main(["sync", "only-api"]) == 0
    assert "already the same" in capsys.readouterr().err


def test_the_program_writes_one_document_and_nothing_else(desk):
    answer(desk, WRONG)
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "only-api", "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=desk / "work",
        timeout=120,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = valid(done.stdout)["results"][0]["findings"]
    assert finding["misconceptions"] == ["pod-peer-any-namespace"]


def test_every_option_stands_in_the_help(capsys):
    assert cli.main(["check", "--help"]) == 0
    said = capsys.readouterr().out
    assert command.EXAMPLES.splitlines()[1] in said
    assert all(option in said for option in ("--answer", "--course", "--full", "--effect", "--output"))
