"""``grade`` and ``merge`` as an instructor types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from autograder.cli.grade import Progress
from benchmarks.classes import write_class

from .running import run, schema

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    write_class(folder, 6, root=ROOT)
    return folder


def grade(*words: object, **environ: str):
    return run("grade", *map(str, words), "--course", str(ROOT), **environ)


def test_a_class_is_graded_and_says_where_to_look(submitted, tmp_path):
    answer = grade(submitted, "--out", tmp_path / "out")
    assert answer.status == 0
    assert answer.out.startswith("6 submissions: 6 graded.\n")
    assert (tmp_path / "out" / "report.html").exists()
    again = grade(submitted, "--out", tmp_path / "out")
    assert again.out.startswith("6 submissions: 6 graded before and not touched.\n")


def test_the_json_is_that_of_the_schema(submitted, tmp_path):
    answer = grade(submitted, "--out", tmp_path / "out", "-o", "json")
    schema("grade").validate(answer.json)
    assert answer.json["submissions"] == {"graded": 6, "kept": 0, "unreadable": 0, "failed": 0}
    for path in (tmp_path / "out" / "records").rglob("*.json"):
        schema("grade-record").validate(json.loads(path.read_text(encoding="utf-8")))


def test_parts_are_merged(submitted, tmp_path):
    parts = [str(tmp_path / f"part-{index}") for index in range(2)]
    for index, part in enumerate(parts):
        answer = grade(submitted, "--out", part, "--shard", f"{index}/2")
        assert (answer.status, "This part is complete" in answer.out) == (0, True)
    merged = run("merge", *parts, "--out", str(tmp_path / "all"), "--course", str(ROOT), "-o", "json")
    schema("merge").validate(merged.json)
    assert merged.json["submissions"] == 6
    text = run("merge", *parts, "--out", str(tmp_path / "all"), "--course", str(ROOT))
    assert text.out.startswith("2 parts, 6 submissions.")


def test_what_is_not_a_submission_is_passed_over_and_said(submitted, tmp_path):
    lone = tmp_path / "class"
    (lone / "ada").mkdir(parents=True)
    (lone / "ada" / "holiday.ipynb").write_text('{"cells": []}', encoding="utf-8")
    answer = grade(submitted, lone, "--out", tmp_path / "out")
    assert "passed over" in answer.out
    assert "ada" in (tmp_path / "out" / "passed-over.csv").read_text(encoding="utf-8-sig")
    assert answer.status == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere"),
        (["--shard", "4/4"], "write I/N"),
        (["--assignment", "np-onion"], "there is none of this name"),
        (["--names", "(?P<student>"], "no regular expression"),
        (["--jobs", "-1"], "number of processes"),
        (["--due", "soon"], "no time"),
        (["--shard", "0/4", "--gradebook"], "needs the whole class"),
        (["--excused", "nowhere.csv"], "nowhere.csv is missing"),
    ],
)
def test_bad_usage_names_the_remedy(submitted, tmp_path, words, said):
    paths = [] if words == ["nowhere"] else [submitted]
    answer = grade(*paths, *words, "--out", tmp_path / "out")
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_a_folder_without_submissions_is_no_class(tmp_path):
    (tmp_path / "empty").mkdir()
    answer = grade(tmp_path / "empty", "--out", tmp_path / "out")
    assert answer.status == 2
    assert "there are no submissions" in answer.err


def test_a_folder_that_cannot_be_written_is_named(submitted, tmp_path):
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    answer = grade(submitted, "--out", tmp_path / "out")
    assert answer.status == 2
    assert str(tmp_path / "out") in answer.err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_says_how_much_is_left():
    clock = iter([0.0, 5.0, 10.0, 20.0]).__next__
    stream = Terminal()
    progress = Progress(4, stream, clock)
    for _ in range(2):
        progress.step(None)
    assert stream.getvalue().endswith("2 of 4 (50 %), 11 s left")
    progress.end()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_progress_is_a_line_now_and_then_where_nobody_watches():
    clock = iter([0.0, 1.0, 12.0, 13.0]).__next__
    stream = io.StringIO()
    progress = Progress(4, stream, clock)
    for _ in range(3):
        progress.step(None)
    progress.end()
    assert stream.getvalue() == "2 of 4 (50 %), 13 s left\n"
