"""Grades in the files of learning platforms: every learner in the right row, and nobody by chance."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.lms.canvas import canvas
from autograder.classroom.lms.filling import FAILED, TWICE, Filled
from autograder.classroom.lms.matching import NOBODY, SEVERAL, Person, Roster
from autograder.classroom.lms.moodle import moodle
from autograder.classroom.records import Record, Scored
from autograder.manifests.limits import InputError

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,np-union (4711),np-start (4712),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,50.00,100.00,(read only)
"Lovelace, Ada",1001,s-17,ada,K8S,,12.00,10.00
"Hopper, Grace",1002,s-18,grace@example.org,K8S,3.00,,
"Torvalds, Linus",1003,s-19,linus,"K8S and Lab",N/A,,
"Lovelace, Ada",1004,s-20,ada2,K8S,,,
"Student, Test",1005,,abc,K8S,,,
"""
WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 501","Ada Lovelace",ada@example.org,"Submitted for grading",,50.00,Yes,"Monday, 23 November 2026, 10:00",-,
"Participant 502","Grace Hopper",grace@example.org,"Submitted for grading",3.00,50.00,Yes,-,-,"Well, done"
"Participant 503","=HYPERLINK(""x"")",linus@example.org,"No submission",,50.00,Yes,-,-,
"""
GRADEBOOK = """\
"First name","Last name","ID number","Email address","Assignment: np-union (Real)","Course total (Real)",\
"Last downloaded from this course"
Ada,Lovelace,17,ada@example.org,-,12.00,1795428000
Grace,Hopper,18,grace@example.org,3.00,-,1795428000
Linus,Torvalds,19,linus@example.org,-,-,1795428000
"""


def graded(student: str, score: float = 40.0, most: float = 100.0, **changes: object) -> Record:
    values: dict[str, object] = {
        "assignment": "np-union",
        "status": "graded",
        "received": None,
        "late": 0,
        "penalty": 0.0,
    }
    values |= {"input_sha256": "", "course_version": "1", "graded_by": "", "score": score, "max": most}
    return Record(student=student, **{**values, **changes})


def scored(most: float, *, excused: bool) -> Scored:
    return Scored("x", 1, "", (), 0.0, most, "fail", "changed", "cell", excused, None, (), ())


def table(filled: Filled, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(filled.text.removeprefix("\ufeff")), delimiter=delimiter))


def column(filled: Filled, name: str, delimiter: str = ",") -> list[str]:
    return [row[name] for row in table(filled, delimiter)]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "grades.csv"
    path.write_text(CANVAS, encoding="utf-8")
    return path


def fill_canvas(path: Path, *records: Record, **words: object) -> Filled:
    return canvas(path, records, assignments=words.pop("assignments", ("np-union",)), **words)


@pytest.mark.parametrize(
    ("student", "row"),
    [
        ("1001", 0),
        ("s-18", 1),
        ("grace@example.org", 1),
        ("GRACE@example.org", 1),
        ("ada", 0),
        ("ada2", 3),
        ("hoppergrace_1002", 1),
        ("gracehopper_1002", 1),
        ("hoppergrace_1001", NOBODY),  # the number is another learner's
        ("zoe_1002", NOBODY),
        ("Hopper, Grace", 1),
        ("Grace  Hopper", 1),
        ("Ada Lovelace", SEVERAL),
        ("lovelaceada_1004", 3),
        ("lovelaceada", NOBODY),
        ("grace", NOBODY),
        ("", NOBODY),
        ("Points Possible", NOBODY),
    ],
)
def test_a_learner_of_canvas_is_in_the_row_that_is_certain(export: Path, student: str, row: int | str) -> None:
    filled = fill_canvas(export, graded(student))
    before = column(fill_canvas(export), "np-union (4711)")
    after = column(filled, "np-union (4711)")
    if isinstance(row, str):
        assert after == before
        assert [each.reason for each in filled.unmatched] == [row]
        assert filled.filled == 0
    else:
        assert [index - 2 for index, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == [row]
        assert after[row + 2] == "20.00"
        assert not filled.unmatched
        assert filled.filled == 1


def test_everything_else_of_a_canvas_file_stays_as_it_was(export: Path) -> None:
    before = table(fill_canvas(export))
    after = table(fill_canvas(export, graded("1001")))
    assert before == list(csv.DictReader(io.StringIO(CANVAS)))
    before[2]["np-union (4711)"] = "20.00"
    assert after == before


@pytest.mark.parametrize(
    ("record", "cell"),
    [
        (graded("1001", 100.0), "50.00"),
        (graded("1001", 33.33), "16.66"),  # exactly 16.665, which no binary number is
        (graded("1001", 0.0), "0.00"),
        (graded("1001", 120.0), "50.00"),
        (graded("1001", 35.0, 70.0), "25.00"),
        (graded("1001", 0.0, 0.0, results=(scored(40.0, excused=True),)), "EX"),
        (graded("1001", 0.0, 0.0), "0.00"),
        (graded("1001", 0.0, 100.0, status="unreadable"), "0.00"),
    ],
)
def test_a_score_is_scaled_to_what_canvas_gives_at_most(export: Path, record: Record, cell: str) -> None:
    assert column(fill_canvas(export, record), "np-union (4711)")[2] == cell


def test_an_assignment_without_points_in_canvas_gets_the_score_itself(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text(CANVAS.replace("50.00", "0.00"), encoding="utf-8")
    assert column(fill_canvas(path, graded("1001", 33.5)), "np-union (4711)")[2] == "33.50"


def test_what_canvas_takes_no_grade_for_and_who_fails_are_listed(export: Path) -> None:
    filled = fill_canvas(export, graded("linus"), graded("ada", status="failed"), graded("grace@example.org"))
    assert [(each.student, each.reason) for each in filled.unmatched] == [
        ("ada", FAILED),
        ("linus", "the cell says N/A: the platform takes no grade there."),
    ]
    assert filled.without == ("Lovelace, Ada", "Torvalds, Linus", "Lovelace, Ada", "Student, Test")


def test_two_grades_for_one_row_are_none(export: Path) -> None:
    filled = fill_canvas(export, graded("ada", 10.0), graded("1001", 90.0))
    assert {(each.student, each.reason) for each in filled.unmatched} == {("ada", TWICE), ("1001", TWICE)}
    assert column(filled, "np-union (4711)")[2] == ""


def test_all_assignments_that_have_a_column_are_filled_and_others_are_named(export: Path) -> None:
    records = [graded("ada"), graded("ada", assignment="np-start"), graded("ada", assignment="np-ports")]
    filled = fill_canvas(export, *records, assignments=("np-union", "np-start", "np-ports"))
    assert (table(filled)[2]["np-union (4711)"], table(filled)[2]["np-start (4712)"]) == ("20.00", "40.00")
    assert filled.notes == ("The file has no column for np-ports, so its grades are not in it.",)


def test_points_that_people_still_give_are_said(export: Path) -> None:
    filled = fill_canvas(export, graded("ada", manual=({"cell": "essay", "max": 5.0},)))
    assert "1 of these grades are without the points that people give by hand" in filled.notes[0]


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        (CANVAS, {"assignments": ("np-ports",)}, "has no column for np-ports"),
        (CANVAS, {"column": "Union", "assignments": ("np-union",)}, "has no column 'Union'"),
        (CANVAS, {"column": "np-start (4712)", "assignments": ("a", "b")}, "Name it with --assignment"),
        (CANVAS.replace("np-start", "np-union"), {}, "has 2 columns for np-union"),
        (CANVAS.replace("Points Possible", "Points"), {}, "no row `Points Possible`"),
        ("Name,Grade\nAda,1\n", {}, "is not a gradebook that Canvas exported"),
        ("", {}, "is not a gradebook that Canvas exported"),
        (CANVAS + '"Lovelace, Ada', {}, ":9: "),
        (CANVAS.encode() + b"\xff", {}, ":9: not UTF-8"),
    ],
)
def test_a_file_that_does_not_fit_is_a_sentence(tmp_path: Path, text: str | bytes, words: dict, says: str) -> None:
    path = tmp_path / "grades.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as error:
        fill_canvas(path, **words)
    assert says in str(error.value)
    assert str(path) in str(error.value) or "--assignment" in str(error.value)


def test_no_file_at_all_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Name the CSV file"):
        fill_canvas(tmp_path / "grades.csv")


@pytest.mark.parametrize(
    ("delimiter", "end", "mark"), [(",", "\n", ""), (";", "\r\n", "\ufeff"), (",", "\r\n", "\ufeff")]
)
def test_a_file_is_written_as_the_platform_wrote_it(tmp_path: Path, delimiter: str, end: str, mark: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(csv.reader(io.StringIO(CANVAS)))
    path = tmp_path / "grades.csv"
    path.write_bytes((mark + stream.getvalue()).encode())
    filled = fill_canvas(path, graded("ada"))
    assert filled.text.startswith(f"{mark}Student{delimiter}ID")
    assert filled.text.count("\r\n") == (8 if end == "\r\n" else 0)
    assert column(filled, "np-union (4711)", delimiter)[2] == "20.00"
    path.write_bytes(filled.text.encode())
    assert fill_canvas(path, graded("ada")).text == filled.text, "what was written can be read again"


def test_a_name_is_no_formula_and_an_identifier_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    row = '"=HYPERLINK(""https://example.org"")",1006,-17,+49,K8S,,,\n"@nameless",,@18,,K8S,,,\n'
    path.write_text(CANVAS + row, encoding="utf-8")
    filled = fill_canvas(path, graded("-17"), graded("@18"))
    assert filled.filled == 2
    first, second = table(filled)[-2:]
    assert (first["Student"], first["ID"], first["SIS User ID"], first["SIS Login ID"]) == (
        "'=HYPERLINK(\"https://example.org\")", "1006", "-17", "+49"
    )  # fmt: skip
    assert second["Student"] == "@nameless", "Canvas finds a learner without an ID by the name"


def test_first_and_last_names_in_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text(
        "LastName,FirstName,ID,SIS Login ID,Section,np-union (1)\n    Points Possible,,,,,100\nHopper,Grace,7,g,K8S,\n"
    )
    assert column(fill_canvas(path, graded("Grace Hopper")), "np-union (1)")[1] == "40.00"
    assert column(fill_canvas(path, graded("hoppergrace_7")), "np-union (1)")[1] == "40.00"


# -- Moodle ------------------------------------------------------------------------------------------------------------


def fill_moodle(tmp_path: Path, text: str, *records: Record, **words: object) -> Filled:
    path = tmp_path / "moodle.csv"
    path.write_text(text, encoding="utf-8")
    return moodle(path, records, assignments=words.pop("assignments", ("np-union",)), **words)


@pytest.mark.parametrize(
    ("student", "row"),
    [
        ("Ada Lovelace_501", 0),
        ("Grace Hopper_502", 1),
        ("Grace Hopper_501", NOBODY),
        ("501", NOBODY),
        ("Participant 502", 1),
        ("grace@example.org", 1),
        ("Grace Hopper", 1),
        ("grace", NOBODY),
    ],
)
def test_a_learner_of_moodles_worksheet(tmp_path: Path, student: str, row: int | str) -> None:
    filled = fill_moodle(tmp_path, WORKSHEET, graded(student))
    grades = column(filled, "Grade")
    if isinstance(row, str):
        assert [each.reason for each in filled.unmatched] == [row]
        assert grades == ["", "3.00", ""]
    else:
        assert grades[row] == "20.00"


def test_everything_else_of_a_worksheet_stays_but_a_name_that_is_a_formula(tmp_path: Path) -> None:
    after = table(fill_moodle(tmp_path, WORKSHEET, graded("Ada Lovelace_501")))
    before = list(csv.DictReader(io.StringIO(WORKSHEET)))
    before[0]["Grade"] = "20.00"
    before[2]["Full name"] = '\'=HYPERLINK("x")'
    assert after == before


def test_a_worksheet_in_another_language_needs_its_column_named(tmp_path: Path) -> None:
    german = (
        WORKSHEET.replace("Identifier", "ID").replace("Participant", "Teilnehmer/in").replace(",Grade,", ",Bewertung,")
    )
    german = german.replace("Full name", "Vollständiger Name").replace("Maximum grade", "Bestwertung")
    filled = fill_moodle(tmp_path, german, graded("Ada Lovelace_501"), column="Bewertung", maximum=50.0)
    assert column(filled, "Bewertung")[0] == "20.00"


@pytest.mark.parametrize(
    ("student", "row"),
    [
        ("ada@example.org", 0),
        ("18", 1),
        ("Linus Torvalds", 2),
        ("Torvalds Linus", 2),
        ("linus", NOBODY),
        ("Ada_17", NOBODY),
    ],
)
def test_a_learner_of_moodles_gradebook(tmp_path: Path, student: str, row: int | str) -> None:
    filled = fill_moodle(tmp_path, GRADEBOOK, graded(student))
    grades = column(filled, "Assignment: np-union (Real)")
    if isinstance(row, str):
        assert [each.reason for each in filled.unmatched] == [row]
        assert grades == ["-", "3.00", "-"]
    else:
        assert grades[row] == "40.00"


def test_moodles_gradebook_is_scaled_as_told(tmp_path: Path) -> None:
    name = "Assignment: np-union (Real)"
    assert column(fill_moodle(tmp_path, GRADEBOOK, graded("18"), maximum=20.0), name)[1] == "8.00"
    half = graded("18", 15.0, 30.0, results=(scored(30.0, excused=False), scored(70.0, excused=True)))
    assert column(fill_moodle(tmp_path, GRADEBOOK, half), name)[1] == "50.00", "half of what counts is half of all"


def test_moodle_cannot_be_told_that_everything_is_excused(tmp_path: Path) -> None:
    record = graded("18", 0.0, 0.0, results=(scored(40.0, excused=True),))
    filled = fill_moodle(tmp_path, GRADEBOOK, record)
    assert "excused" in filled.unmatched[0].reason
    assert column(filled, "Assignment: np-union (Real)")[1] == "3.00"


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        (WORKSHEET, {"assignments": ("a", "b")}, "the worksheet of one assignment"),
        (WORKSHEET.replace(",Grade,", ",Mark,"), {}, "other columns"),
        (GRADEBOOK, {"assignments": ("np-ports",)}, "no column for np-ports"),
        (CANVAS, {}, "is not a grading worksheet"),
    ],
)
def test_a_file_of_moodle_that_does_not_fit_is_a_sentence(tmp_path: Path, text: str, words: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        fill_moodle(tmp_path, text, **words)


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=14))
def test_any_names_give_one_row_or_none(names: Iterable[str], student: str) -> None:
    people = [Person(row, (name,), "7", (name,)) for row, name in enumerate(names)]
    found = Roster(people).find(student)
    assert found in (NOBODY, SEVERAL) or names[found]
