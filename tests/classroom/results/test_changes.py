"""A second grading: what changed, for whom, and why."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.records import write_record
from autograder.classroom.results import changes as module
from autograder.classroom.results import compare, write_changes
from autograder.manifests.limits import InputError
from tests.classroom import graded as classes

GOLDEN = Path(__file__).parent / "golden"


def compared(folder, old, new):
    """The changes between two gradings."""
    for name, records in (("old", old), ("new", new)):
        (folder / name / "records").mkdir(parents=True)
        for record in records:
            write_record(folder / name, record)
    return compare(folder / "old", folder / "new")


def scored(record, exercise, **changes):
    """A record in which one exercise is otherwise, and the sum with it."""
    results = tuple(replace(part, **changes) if part.exercise == exercise else part for part in record.results)
    counted = [part for part in results if not part.excused]
    total = round(max(0.0, sum(part.score for part in counted) - record.penalty), 2)
    return replace(record, results=results, score=total, max=sum(part.max for part in counted))


ADA = classes.graded()[0]
WORSE = {"score": 10.0, "status": "fail"}


@pytest.mark.parametrize(
    ("new", "why", "of_sum"),
    [
        pytest.param(scored(replace(ADA, graded_by="2" * 64), "cache-shards", **WORSE), ("program",), ("program",),
                     id="only the program is another"),
        pytest.param(scored(replace(ADA, course_version="2"), "cache-shards", **WORSE), ("course",), ("course",),
                     id="the course has another edition"),
        pytest.param(scored(replace(ADA, course_version="2"), "cache-shards", version=9, **WORSE),
                     ("exercise", "course"), ("exercise", "course"), id="the exercise has another version"),
        pytest.param(scored(replace(ADA, input_sha256="3" * 64), "cache-shards", answer_sha256="4" * 64, **WORSE),
                     ("input",), ("input",), id="the answer is another"),
        pytest.param(scored(replace(ADA, input_sha256="3" * 64), "cache-shards", **WORSE), ("program",),
                     ("program", "input"), id="another input, and the same answer"),
        pytest.param(scored(ADA, "cache-shards", excused=True), ("excused",), ("excused",), id="excused now"),
        pytest.param(replace(ADA, penalty=5.0, late=60, score=ADA.score - 5), None, ("penalty",), id="a penalty"),
        pytest.param(replace(ADA, results=ADA.results[1:], score=ADA.score - 15, max=ADA.max - 15), ("exercise",),
                     ("exercise",), id="an exercise is gone"),
    ],
)  # fmt: skip
def test_why_a_score_changed(tmp_path, new, why, of_sum):
    found = compared(tmp_path, [ADA], [new])
    total, *exercises = found.changes
    assert total.exercise == ""
    assert total.why == of_sum
    assert [change.why for change in exercises] == ([why] if why else [])
    assert (total.old_score, total.new_score) == (ADA.score, new.score)
    assert total.difference == round(new.score - ADA.score, 2)


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        pytest.param([ADA], [ADA], {"compared": 1, "same": 1}, id="nothing changed"),
        pytest.param([ADA], [replace(ADA, course_version="2", graded_by="2" * 64)], {"compared": 1, "same": 1},
                     id="a newer course that judges the same"),
        pytest.param([ADA], [scored(ADA, "cache-shards", **WORSE)], {"compared": 1, "lower": 1}, id="lower"),
        pytest.param([scored(ADA, "cache-shards", **WORSE)], [ADA], {"compared": 1, "higher": 1}, id="higher"),
        pytest.param([ADA], [scored(ADA, "cache-shards", findings=({"id": "x"},))], {"compared": 1, "reworded": 1},
                     id="the same points in other words"),
        pytest.param([ADA], [scored(ADA, "cache-shards", status="fail")], {"compared": 1, "otherwise": 1},
                     id="the same points, another outcome"),
        pytest.param([ADA], [], {"only_old": 1}, id="only in the old grades"),
        pytest.param([], [ADA], {"only_new": 1}, id="only in the new grades"),
        pytest.param([], [], {}, id="no grades at all"),
        pytest.param([classes.nothing("ada", "failed")], [ADA], {"compared": 1, "otherwise": 1}, id="it failed before"),
        pytest.param([ADA, replace(ADA, assignment="np-basics")], [ADA], {"compared": 1, "same": 1, "only_old": 1},
                     id="two assignments are two submissions"),
    ],
)  # fmt: skip
def test_submissions_are_counted_once_each(tmp_path, old, new, counts):
    found = compared(tmp_path, old, new)
    names = ("compared", "same", "higher", "lower", "otherwise", "reworded", "only_old", "only_new")
    assert {name: getattr(found, name) for name in names if getattr(found, name)} == counts
    assert bool(found.changes) == any(
        name in counts for name in ("higher", "lower", "otherwise", "only_old", "only_new")
    )


def test_what_failed_had_no_score(tmp_path):
    found = compared(tmp_path, [classes.nothing("ada", "failed")], [ADA])
    total, *exercises = found.changes
    assert (total.old_score, total.new_score, total.difference) == (None, ADA.score, None)
    assert total.why == ("status",)
    assert all(change.why == ("status",) for change in exercises)


def second_grading():
    """The class of six, graded by a newer edition with one exercise changed; somebody new, somebody gone."""
    records = []
    for record in classes.records():
        later = replace(record, course_version="2.0.0", graded_by="2" * 64)
        if record.student in {"grace", "radia"}:
            later = scored(later, "cache-shards", version=9, score=20.0)
        if record.student != "ken":
            records.append(later)
    return [*records, classes.graded("=zoe\n<b>")[0]]


def test_the_page_is_what_was_read_and_approved(tmp_path, request):
    found = compared(tmp_path, classes.records(), second_grading())
    _, page = write_changes(found, tmp_path)
    text = page.read_text(encoding="utf-8")
    if request.config.getoption("--write-golden"):
        (GOLDEN / "changes.md").write_text(text, encoding="utf-8", newline="\n")
    assert text == (GOLDEN / "changes.md").read_text(encoding="utf-8")


def test_the_table_has_a_row_for_every_change(tmp_path):
    found = compared(tmp_path, classes.records(), second_grading())
    table, _ = write_changes(found, tmp_path)
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    assert [row["student"] for row in rows] == [
        "'=zoe\n<b>" if change.student.startswith("=") else change.student for change in found.changes
    ]
    (row,) = [row for row in rows if row["student"] == "grace" and row["exercise"] == "cache-shards"]
    assert (row["old_score"], row["new_score"], row["difference"], row["why"]) == ("0", "20", "20", "exercise course")


def test_a_long_page_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LISTED", 2)
    _, page = write_changes(compared(tmp_path, classes.records(), second_grading()), tmp_path)
    assert "more are in changes.csv." in page.read_text(encoding="utf-8")


def test_a_folder_without_grades_is_named(tmp_path):
    classes.write_class(tmp_path / "old")
    with pytest.raises(InputError, match="new holds no grades"):
        compare(tmp_path / "old", tmp_path / "new")


def test_where_the_old_folder_holds_only_what_was_replaced_the_rest_did_not_change(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for student in ("ada", "grace"):
        write_record(new, classes.nothing(student, "graded"))
    write_record(old, classes.nothing("ada", "graded"))
    changes = compare(old, new, only_old=True)
    assert (changes.compared, changes.only_new, changes.changes) == (1, 0, ())
    assert compare(old, new).only_new == 1
