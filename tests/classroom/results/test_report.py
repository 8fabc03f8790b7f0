"""The report of a class: the numbers are those of the records, and it names nobody before its last part."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.records import feedback_folder, write_record
from autograder.classroom.results import report, write_report
from autograder.classroom.results.charts import histogram
from autograder.manifests.limits import InputError
from autograder.misconceptions import CATALOGUE
from tests.classroom import graded as classes
from tests.classroom.feedback.test_escaping import Reader
from tests.classroom.hostile_texts import TEXTS

LAST = "For the instructor only"


def made(folder, records):
    """The report of some records: page and data."""
    for record in records:
        write_record(folder, record)
    page, twin = write_report(folder, classes.course())
    return page.read_text(encoding="utf-8"), json.loads(twin.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """The report of the class of six."""
    return made(tmp_path_factory.mktemp("grades"), classes.records())


def test_scores_are_counted(reported):
    _, data = reported
    (found,) = data["assignments"]
    shares = [record.score / record.max for record in classes.records() if record.status != "failed"]
    assert (found["submissions"], found["graded"], found["unreadable"], found["failed"]) == (6, 4, 1, 1)
    assert (found["late"], found["full_marks"]) == (1, 1)
    assert found["mean"] == pytest.approx(sum(shares) / len(shares), abs=0.001)
    assert found["median"] == pytest.approx(sorted(shares)[2], abs=0.001)
    assert sum(entry["submissions"] for entry in found["distribution"]) == 5


@pytest.mark.parametrize(
    ("share", "bin_"),
    [(0.0, "0-9"), (0.0999, "0-9"), (0.1, "10-19"), (0.29, "20-29"), (0.9999, "90-99"), (1.0, "100")],
)
def test_full_marks_have_a_bar_of_their_own(tmp_path, share, bin_):
    _, data = made(tmp_path, [replace(classes.graded()[0], score=share * 100, max=100.0)])
    assert [entry["percent"] for entry in data["assignments"][0]["distribution"] if entry["submissions"]] == [bin_]


def test_the_hardest_exercise_comes_first(reported):
    _, data = reported
    first, *others = data["exercises"]
    assert first["exercise"] == "cache-shards"
    assert first["right"] == 0.25  # ada alone: grace, radia and linus are wrong
    assert first["first_finding"] == {
        "id": "secret-flow-open",
        "submissions": 2,
        "title": "Open, and must stay closed",
    }
    assert [found["right"] for found in others] == sorted(found["right"] for found in others)
    (excused,) = [found for found in others if found["exercise"] == "three-teams"]
    assert excused["graded"] == 3


def test_a_misconception_has_its_truth_its_lesson_and_an_example_of_the_course(reported):
    page, data = reported
    (met,) = [found for found in data["misconceptions"] if found["misconception"] == "policies-intersect"]
    entry = CATALOGUE["policies-intersect"]
    assert (met["learners"], met["share"], met["answers"]) == (2, 0.5, 2)
    assert (met["believed"], met["true"]) == (entry.believed, entry.true)
    assert met["lessons"][0] == "course/09-many-policies.ipynb"
    assert met["example"]["text"] == classes.wrong(classes.one("cache-shards"), "policies-intersect").rstrip("\n")
    assert "It is not so." in page


def test_names_stand_in_the_last_part_only(reported):
    page, data = reported
    before, _, after = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).partition(LAST)
    for record in classes.records():
        assert not re.search(rf"\b{record.student}\b", before)
    for name in ("linus", "barbara", "ken", "radia"):
        assert re.search(rf"\b{name}\b", after)
    open_to_all = json.dumps({name: value for name, value in data.items() if name != "look_at"})
    assert not re.search(r"\b(ada|grace|linus|barbara|ken|radia)\b", open_to_all)


@pytest.mark.parametrize(
    ("kind", "student", "sentence"),
    [
        pytest.param("failed", "ken", "The grader failed: KeyError.", id="the grader failed"),
        pytest.param("unreadable", "barbara", "ends in the middle", id="could not be read"),
        pytest.param("signs", "radia", "variant of somebody else", id="a sign"),
        pytest.param("late", "linus", "By 1 hour 30 minutes. It cost 5 points.", id="late"),
    ],
)
def test_what_there_is_to_look_at(reported, kind, student, sentence):
    page, data = reported
    found = data["look_at"][kind]
    assert found["count"] == 1
    assert found["listed"][0]["student"] == student
    assert f'href="feedback/np-union/{student}/feedback.html"' in page
    assert sentence in page


def test_the_report_leads_to_the_feedback_whatever_a_learner_is_called(tmp_path):
    record = replace(classes.graded()[0], student="Ada #1 ?%", late=1)
    page, _ = made(tmp_path, [record])
    folder = feedback_folder(tmp_path, record.assignment, record.student).relative_to(tmp_path).as_posix()
    assert f'href="{folder}/feedback.html"' in page


def test_nothing_is_said_about_equal_answers(reported):
    page, data = reported
    text = (page + json.dumps(data)).lower()
    assert not any(word in text for word in ("plagia", "identical", "copied", "sha256", "similar"))


def test_every_picture_says_in_words_what_it_shows_and_has_its_table(reported):
    page, data = reported
    pictures = re.findall(r"<svg[^>]*>", page)
    assert pictures
    for picture in pictures:
        assert ('role="img"' in picture and "aria-label=" in picture) or 'aria-hidden="true"' in picture
    assert "1 of 5 submissions earned every point" in page
    for entry in data["assignments"][0]["distribution"]:
        row = f'<th scope="row">{entry["percent"]}%</th><td class="pg-points">{entry["submissions"]}</td>'
        assert row in page


@pytest.mark.parametrize(
    ("counts", "bars"),
    [([], 0), ([0, 0], 0), ([1], 1), ([3, 0, 7], 2)],
    ids=["nothing", "only zeros", "one", "some"],
)
def test_a_bar_for_every_number_that_is_not_zero(counts, bars):
    drawn = histogram(counts, [str(index) for index, _ in enumerate(counts)], "axis", "alt")
    assert drawn.count("<rect") == bars
    tall = [float(height) for height in re.findall(r'<rect[^>]* height="([0-9.]+)"', drawn)]
    numbers = [count for count in counts if count]
    assert [round(height / max(tall), 1) for height in tall] == [round(count / max(numbers), 1) for count in numbers]


def test_the_page_is_complete_by_itself(reported):
    page, _ = reported
    read = Reader(page)
    assert read.names().isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    assert "url(" not in page
    for _, attributes in read.elements:
        for name, value in attributes:
            assert not name.startswith("on")
            assert name != "href" or value.startswith(("#", "feedback/"))
    ids = [value for _, attributes in read.elements for name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for _, attributes in read.elements:
        for name, value in attributes:
            if name == "href" and value.startswith("#"):
                assert value[1:] in ids


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])
def test_no_text_is_markup(tmp_path, text):
    def elements(folder, text):
        text = text.encode("utf-8", "replace").decode()
        record, _ = classes.grace()
        results = tuple(replace(part, title=text) for part in record.results)
        records = [
            replace(record, student=text, assignment=text, late=1, trouble=(text,), signs=(text,), results=results),
            replace(record, student=text + "2", assignment=text, status="failed", trouble=(text,)),
        ]
        page, _ = made(folder, records)
        return [(tag, [name for name, _ in attributes]) for tag, attributes in Reader(page).elements]

    assert elements(tmp_path / "hostile", text) == elements(tmp_path / "plain", "x")


def test_the_same_records_give_the_same_bytes(reported, tmp_path):
    again = made(tmp_path, reversed(classes.records()))
    assert again == reported


def test_the_twin_is_as_its_schema_has_it(reported):
    jsonschema = pytest.importorskip("jsonschema")
    _, data = reported
    schema = json.loads((Path(report.__file__).parent / "schemas" / "report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "learners": -1}, schema)


def test_long_lists_end(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "LISTED", 3)
    page, data = made(tmp_path, [replace(classes.graded(f"ada{number}")[0], late=1) for number in range(5)])
    assert data["look_at"]["late"]["count"] == 5
    assert len(data["look_at"]["late"]["listed"]) == 3
    assert "2 more are in grades.csv." in page


def test_no_records_and_no_course_give_a_report_that_says_so(tmp_path):
    page, twin = write_report(tmp_path)
    assert "There are no records in this folder." in page.read_text(encoding="utf-8")
    assert json.loads(twin.read_text(encoding="utf-8"))["submissions"] == 0


def test_without_a_course_there_are_no_lessons_and_no_examples(tmp_path):
    page, twin = write_report(classes.write_class(tmp_path))
    data = json.loads(twin.read_text(encoding="utf-8"))
    assert data["misconceptions"]
    assert all(not met["lessons"] and met["example"] is None for met in data["misconceptions"])
    assert "Go over again" not in page.read_text(encoding="utf-8")


def test_a_broken_record_is_named(tmp_path):
    (classes.write_class(tmp_path) / "records" / "np-union" / "zoe.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"zoe\.json"):
        write_report(tmp_path)
    assert not (tmp_path / "report.html").exists()
