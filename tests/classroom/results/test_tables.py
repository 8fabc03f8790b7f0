"""The tables of a class: each number is where it should be, and the size of a class costs no memory."""

from __future__ import annotations

import csv
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.records import write_record
from autograder.classroom.results import tables, write_tables
from autograder.classroom.results.cells import text_of
from autograder.classroom.results.tables import CONCEPTS, EXERCISES, GRADES, MISCONCEPTIONS
from autograder.manifests.limits import InputError
from tests.classroom import graded as classes
from tests.classroom.hostile_texts import TEXTS

FILES = ("grades.csv", "exercises.csv", "concepts.csv", "misconceptions.csv", "grades.json")


def table(out, name):
    """The rows of a table as a program reads them."""
    with (out / name).open(encoding="utf-8-sig", newline="") as stream:
        return [dict(zip(row, map(text_of, row.values()), strict=True)) for row in csv.DictReader(stream, strict=True)]


def rows_of(out, name, **where):
    return [row for row in table(out, name) if where.items() <= row.items()]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder of grades of the class of six, with its tables."""
    folder = classes.write_class(tmp_path_factory.mktemp("grades"))
    written = write_tables(folder)
    assert written.files == tuple(folder / name for name in FILES)
    assert (written.submissions, written.learners) == (6, 4)
    return folder


@pytest.mark.parametrize(
    ("student", "cells"),
    [
        pytest.param("ada", {"status": "graded", "score": "100", "max": "100", "share": "1", "late_seconds": "0",
                             "passed": "5", "received": "2026-11-23T10:00:00Z"}, id="everything is right"),
        pytest.param("linus", {"score": "40", "max": "85", "penalty": "5", "late_seconds": "5400", "excused": "1",
                               "exercises": "4", "passed": "3", "manual_cells": "1", "manual_max": "5"},
                     id="late, excused, with a cell for people"),
        pytest.param("barbara", {"status": "unreadable", "score": "0", "unread": "1", "exercises": "0"}, id="broken"),
        pytest.param("ken", {"status": "failed", "score": "", "share": ""}, id="what failed has no score"),
        pytest.param("radia", {"signs": "1"}, id="a sign to look at"),
    ],
)  # fmt: skip
def test_a_row_of_grades(out, student, cells):
    (row,) = rows_of(out, "grades.csv", student=student)
    expected = {record.student: record for record in classes.records()}[student]
    if student in {"ada", "linus"}:
        cells = {**cells, "score": f"{expected.score:g}", "max": f"{expected.max:g}"}
    assert cells.items() <= row.items()


@pytest.mark.parametrize(
    ("student", "exercise", "cells"),
    [
        pytest.param("ada", "cache-shards", {"status": "pass", "state": "changed", "share": "1", "first_finding": "",
                                             "misconception": ""}, id="right"),
        pytest.param("grace", "cache-shards", {"status": "fail", "first_finding": "secret-flow-open",
                                               "misconception": "policies-intersect"}, id="a belief"),
        pytest.param("grace", "archive-offline", {"state": "starter", "first_finding": "answer-untouched"}, id="as is"),
        pytest.param("linus", "cache-shards", {"state": "empty", "score": "0"}, id="empty"),
        pytest.param("linus", "three-teams", {"excused": "true", "status": "pass"}, id="excused"),
    ],
)  # fmt: skip
def test_a_row_of_exercises(out, student, exercise, cells):
    (row,) = rows_of(out, "exercises.csv", student=student, exercise=exercise)
    assert cells.items() <= row.items()


def test_concepts_are_summed_over_exercises_and_assignments(tmp_path):
    for assignment in ("np-union", "np-basics"):
        write_record(tmp_path, classes.graded("ada", assignment=assignment)[0])
    write_tables(tmp_path)
    for row in table(tmp_path, "concepts.csv"):
        about = [
            exercise
            for assignment in ("np-union", "np-basics")
            for exercise in classes.exercises(assignment)
            if row["concept"] in exercise.concepts
        ]
        assert int(row["exercises"]) == int(row["passed"]) == len(about)
        assert float(row["score"]) == sum(exercise.points for exercise in about)
    assert any(int(row["exercises"]) > 3 for row in table(tmp_path, "concepts.csv"))


def test_concepts_leave_out_what_is_excused_and_what_failed(out):
    about = [exercise for exercise in classes.exercises() if "N6" in exercise.concepts and exercise.id != "three-teams"]
    (row,) = rows_of(out, "concepts.csv", student="linus", concept="N6")
    assert int(row["exercises"]) == len(about) == 4
    assert not rows_of(out, "concepts.csv", student="ken")


def test_misconceptions_are_counted_by_learner_and_by_answer(out):
    (row,) = rows_of(out, "misconceptions.csv", misconception="policies-intersect")
    assert row["learners"] == "2"  # grace and radia
    assert row["answers"] == "2"
    assert row["share"] == "0.5"  # of four who changed an answer
    assert row["where"] == "cache-shards"


def test_the_document_says_the_same_as_the_tables(out):
    document = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert document["version"] == 1
    for row, item in zip(table(out, "grades.csv"), document["submissions"], strict=True):
        for name in ("student", "assignment", "status", "course_version", "input_sha256"):
            assert row[name] == item[name]
        assert row["score"] == ("" if item["score"] is None else f"{item['score']:g}")
        assert int(row["signs"]) == len(item["signs"])
        assert int(row["unread"]) == len(item["unread"])
    rows = iter(table(out, "exercises.csv"))
    for item in document["submissions"]:
        for result in item["results"]:
            row = next(rows)
            assert (row["student"], row["exercise"]) == (item["student"], result["exercise"])
            assert row["concepts"].split() == result["concepts"]
            assert row["misconception"] == (result["misconception"] or "")
    assert [row["concept"] for row in table(out, "concepts.csv")] == [item["concept"] for item in document["concepts"]]
    for row, item in zip(table(out, "misconceptions.csv"), document["misconceptions"], strict=True):
        assert (row["misconception"], int(row["learners"])) == (item["misconception"], item["learners"])


def test_the_document_is_as_its_schema_has_it(out):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(tables.__file__).parent / "schemas" / "grades.json").read_text(encoding="utf-8"))
    document = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    document["submissions"][0]["grade"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


@pytest.mark.parametrize(
    ("name", "columns"), [*zip(FILES, (GRADES, EXERCISES, CONCEPTS, MISCONCEPTIONS), strict=False)], ids=FILES[:4]
)
def test_files_are_as_excel_and_programs_take_them(out, name, columns):
    data = (out / name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert tuple(table(out, name)[0]) == columns


@pytest.mark.parametrize("name", FILES)
def test_every_column_is_explained(name):
    page = (classes.ROOT / "docs" / "class-report.md").read_text(encoding="utf-8")
    columns = {"grades.csv": GRADES, "exercises.csv": EXERCISES, "concepts.csv": CONCEPTS}.get(name, MISCONCEPTIONS)
    part = page.partition(f"### {name}")[2].partition("###")[0]
    assert part
    if name.endswith(".csv"):
        assert [line.split("`")[1] for line in part.split("\n") if line.startswith("| `")] == list(columns)


def test_equal_answers_are_nobodys_business(out):
    """They say nothing about who wrote them, so no digest of an answer leaves the records."""
    digests = {part.answer_sha256 for record in classes.records() for part in record.results if part.answer_sha256}
    text = "".join((out / name).read_text(encoding="utf-8") for name in FILES)
    assert digests
    assert not any(digest in text for digest in digests)


def test_the_same_records_give_the_same_bytes(out, tmp_path):
    write_tables(classes.write_class(tmp_path))
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_texts_of_others_are_read_back_as_they_are(tmp_path):
    names = [text.encode("utf-8", "replace").decode() for text in TEXTS.values()] + ["=1+1", "ada;=1", "'", "-1"]
    for name in names:
        write_record(tmp_path, replace(classes.graded(name)[0], assignment=name))
    write_tables(tmp_path)
    assert sorted(row["student"] for row in table(tmp_path, "grades.csv")) == sorted(names)
    assert {row["assignment"] for row in table(tmp_path, "exercises.csv")} == set(names)
    assert {row["student"] for row in table(tmp_path, "concepts.csv")} == set(names)
    document = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert sorted(item["student"] for item in document["submissions"]) == sorted(names)


def test_a_broken_record_leaves_the_old_tables(tmp_path):
    write_tables(classes.write_class(tmp_path))
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    (tmp_path / "records" / "np-union" / "zoe.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"zoe\.json is not a record"):
        write_tables(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == before
    assert not list(tmp_path.glob(".*"))


def test_no_records_give_empty_tables(tmp_path):
    write_tables(tmp_path)
    assert table(tmp_path, "grades.csv") == []
    assert json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))["submissions"] == []


def test_memory_does_not_grow_with_the_class(tmp_path):
    def peak(folder, count):
        for number in range(count):
            write_record(folder, classes.graded(f"ada{number}")[0])
        tracemalloc.start()
        try:
            write_tables(folder)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(tmp_path / "first", 5)  # what is loaded once
    # Names of files are listed and sorted before they are read; the records themselves would be megabytes.
    assert peak(tmp_path / "many", 400) < peak(tmp_path / "few", 50) + 350_000
