"""A learner who is forgotten stands in no byte of what is stored, and everybody else stands where they stood."""

# ruff: noqa: S608 - the tables that are asked for stand in this file
from __future__ import annotations

import csv
import importlib.util
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.classroom.forget import forget, mentions, stored
from autograder.classroom.records import (
    Record,
    feedback_folder,
    record_path,
    records_in,
    write_record,
)
from autograder.classroom.submission import file_name
from autograder.manifests.limits import InputError
from tests.cli.running import run

ROOT = Path(__file__).parents[2]
NBGRADER = importlib.util.find_spec("nbgrader") is not None
needs_nbgrader = pytest.mark.skipif(
    not NBGRADER, reason="nbgrader is not installed; it comes with the extra `classroom`"
)

WHO = "zuse-konrad"
OTHERS = ("ada", "zuse-konrad-2", "konrad", "zuse")


def record(student: str, assignment: str = "np-union") -> Record:
    return Record(student, assignment, "graded", "0", "1", "0", None, 0, 0.0, 40.0, 100.0, signs=(f"About {student}.",))


def write_table(out: Path) -> None:
    """Write a table with a row for every record."""
    with (out / "grades.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([each.student, each.score] for each in records_in(out))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of grades of five learners and two assignments."""
    folder = tmp_path / "grades"
    for student in (WHO, *OTHERS):
        for assignment in ("np-union", "np-start"):
            write_record(folder, record(student, assignment))
            page = feedback_folder(folder, assignment, student) / "feedback.html"
            page.parent.mkdir(parents=True)
            page.write_text(f"<h1>{student}</h1>", encoding="utf-8")
            page.chmod(0o444)
    write_table(folder)
    (folder / "canvas.csv").write_text(f'Student,ID\n"Zuse, Konrad",{WHO}\n', encoding="utf-8")
    (folder / "misconceptions.csv").write_text("misconception,learners\nnp-union,5\n", encoding="utf-8")
    return folder


def holds(folder: Path, name: str = WHO) -> list[Path]:
    """Every path that holds a name followed by no other sign of a name, found in the plainest way."""
    data = name.encode()
    return [
        path
        for path in folder.rglob("*")
        if name in path.parts
        or path.stem == name
        or (path.is_file() and data in path.read_bytes().replace(data + b"-2", b""))
    ]


def test_nothing_in_the_folder_of_grades_names_a_learner_who_is_forgotten(out: Path) -> None:
    assert len(holds(out)) == 8
    done = forget(WHO, out=out)
    assert holds(out) == []
    assert done.left == ()
    assert done.remade == (out / "grades.csv",)
    assert set(done.deleted) == {
        *(str(record_path(out, name, WHO)) for name in ("np-union", "np-start")),
        *(str(feedback_folder(out, name, WHO)) for name in ("np-union", "np-start")),
        str(out / "canvas.csv"),
    }


def test_everybody_else_stays(out: Path) -> None:
    forget(WHO, out=out)
    assert sorted({each.student for each in records_in(out)}) == sorted(OTHERS)
    assert (out / "grades.csv").read_text(encoding="utf-8").count("\n") == 2 * len(OTHERS) + 1
    for student in OTHERS:
        assert (feedback_folder(out, "np-union", student) / "feedback.html").is_file()
    assert (out / "misconceptions.csv").is_file()


def test_what_would_be_deleted_is_what_is_deleted(out: Path) -> None:
    told = stored(WHO, out=out)
    assert len(told) == 4
    assert set(told) <= set(forget(WHO, out=out).deleted)


@pytest.mark.parametrize("gone", ["records", "feedback", "grades.csv", "canvas.csv"])
def test_half_of_it_may_be_gone_already(out: Path, gone: str) -> None:
    path = out / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert forget(WHO, out=out).left == ()
    assert holds(out) == []


def test_forgotten_twice_is_forgotten_once(out: Path) -> None:
    forget(WHO, out=out)
    again = forget(WHO, out=out)
    assert (again.deleted, again.remade, again.left) == ((), (), ())


@pytest.mark.parametrize(
    "student", ["Hopper, Grace", "../konrad", "=HYPERLINK(1)", "Ältere <b>", 'O"Brien', "李明", "x" * 200]
)
def test_any_name_is_found_in_any_spelling(out: Path, student: str) -> None:
    import html
    import json
    from urllib.parse import quote

    write_record(out, record(student))
    spellings = {
        "a.json": json.dumps({"student": student}),
        "b.json": json.dumps({"student": student}, ensure_ascii=False),
        "c.html": f"<td>{html.escape(student)}</td>",
        "d.html": f"<a href='{quote(student, safe='')}'>",
        "e.csv": f'"{student.replace(chr(34), chr(34) * 2)}",1',
        "f.md": f"- feedback/np-union/{file_name(student)}/feedback.md",
    }
    for name, text in spellings.items():
        (out / name).write_text(text, encoding="utf-8")
    done = forget(student, out=out)
    assert done.left == ()
    assert {Path(each).name for each in done.deleted} == {*spellings, record_path(out, "np-union", student).name}
    assert sorted({each.student for each in records_in(out)}) == sorted((WHO, *OTHERS))


def test_what_a_person_wrote_is_named_and_not_deleted(out: Path) -> None:
    note = out / "notes.txt"
    note.write_text(f"Asked {WHO}: fine.", encoding="utf-8")
    assert forget(WHO, out=out).left == (note,)
    assert note.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ada", True),
        ("ada.", True),
        ("(ada)", True),
        ("student: ada\n", True),
        ("canada", False),
        ("adam", False),
        ("ada-2", False),
        ("ada.lovelace", False),
        ("x.ada", False),
        ("ada@example.org", False),
        ("Ada", False),
        ("éada", False),
        ("x" * ((1 << 20) - 2) + " ada ", True),
    ],
)
def test_a_name_is_a_word_of_its_own(tmp_path: Path, text: str, *, named: bool) -> None:
    (tmp_path / "file.txt").write_text(text, encoding="utf-8")
    assert bool(list(mentions("ada", [tmp_path]))) is named


def test_a_link_goes_and_not_what_it_leads_to(out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept", encoding="utf-8")
    folder = feedback_folder(out, "np-union", WHO)
    (folder / "link").symlink_to(outside)
    forget(WHO, out=out)
    assert not folder.exists()
    assert (outside / "kept.txt").read_text(encoding="utf-8") == "kept"


def test_a_folder_that_is_a_link_goes_and_not_what_it_leads_to(out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(feedback_folder(out, "np-union", WHO), outside)
    feedback_folder(out, "np-union", WHO).symlink_to(outside)
    (out / "link.txt").symlink_to(outside / "feedback.html")
    assert forget(WHO, out=out).left == (), "what lies elsewhere is not looked at"
    assert (outside / "feedback.html").is_file()
    assert not feedback_folder(out, "np-union", WHO).is_symlink()


def test_no_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        forget(WHO, out=tmp_path / "nowhere")


# -- the gradebook -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a gradebook of one assignment with two notebooks' worth of cells, made by nbgrader."""
    from nbgrader.api import Gradebook

    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    (course / "classroom-data").mkdir()
    from autograder.classroom.gradebook.settings import _put_programs_on_path

    _put_programs_on_path()
    with Gradebook(f"sqlite:///{course / 'classroom-data' / 'gradebook.db'}", "pod-guardrails") as gradebook:
        gradebook.add_assignment("np-union")
        gradebook.add_notebook("np-union", "np-union")
        gradebook.add_grade_cell("check", "np-union", "np-union", max_score=40, cell_type="code")
        gradebook.add_solution_cell("answer", "np-union", "np-union")
    return course


@pytest.fixture
def course(empty_gradebook: Path, tmp_path: Path) -> Path:
    """The same with five learners, their folders and what a person has entered."""
    from nbgrader.api import Gradebook

    course = tmp_path / "course"
    shutil.copytree(empty_gradebook, course)
    with Gradebook(f"sqlite:///{course / 'classroom-data' / 'gradebook.db'}", "pod-guardrails") as gradebook:
        for student in (WHO, *OTHERS):
            gradebook.add_student(student, email=f"mail of {student}")
            gradebook.add_submission("np-union", student)
            gradebook.find_comment("answer", "np-union", "np-union", student).manual_comment = f"Well done, {student}!"
            gradebook.db.commit()
    for step in ("submitted", "autograded", "feedback"):
        for student in (WHO, *OTHERS):
            folder = course / "classroom-data" / step / student / "np-union"
            folder.mkdir(parents=True)
            (folder / "np-union.ipynb").write_text(student, encoding="utf-8")
            (folder / "np-union.ipynb").chmod(0o444)
    return course


def ask(course: Path, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(course / "classroom-data" / "gradebook.db") as database:
        rows = database.execute(question).fetchall()
    database.close()
    return rows


def count(course: Path, table: str) -> int:
    [(number,)] = ask(course, f"select count(*) from {table}")
    return int(str(number))


@needs_nbgrader
@pytest.mark.filterwarnings("ignore:Object of type:RuntimeWarning")
def test_nothing_in_the_gradebook_and_nbgraders_folders_names_a_learner_who_is_forgotten(course: Path) -> None:
    tables = ("grade", "comment", "submitted_notebook", "submitted_assignment", "student")
    assert {table: count(course, table) for table in tables} == dict.fromkeys(tables, 5)
    assert holds(course)
    done = forget(WHO, course_root=course)
    assert holds(course) == []
    assert done.left == ()
    assert {table: count(course, table) for table in tables} == dict.fromkeys(tables, 4)
    assert len(done.deleted) == 8
    assert sorted(name for (name,) in ask(course, "select id from student")) == sorted(OTHERS)
    for student in OTHERS:
        assert (course / "classroom-data" / "submitted" / student / "np-union" / "np-union.ipynb").is_file()
    assert ask(course, "pragma integrity_check") == [("ok",)]


@needs_nbgrader
@pytest.mark.filterwarnings("ignore:Object of type:RuntimeWarning")
@pytest.mark.parametrize("table", ["student", "submitted_assignment", "submitted_notebook", "grade", "comment"])
def test_rows_of_which_half_is_gone_go_too(course: Path, table: str) -> None:
    mine = {
        "student": f"id = '{WHO}'",
        "submitted_assignment": f"student_id = '{WHO}'",
        "submitted_notebook": f"assignment_id in (select id from submitted_assignment where student_id = '{WHO}')",
    }
    ask(course, f"delete from {table} where {mine.get(table, '0')}")
    assert forget(WHO, course_root=course).left == ()
    assert holds(course) == []
    assert count(course, "grade") == count(course, "comment") == 4


@needs_nbgrader
@pytest.mark.filterwarnings("ignore:Object of type:RuntimeWarning")
def test_a_gradebook_that_is_gone_or_broken(course: Path) -> None:
    database = course / "classroom-data" / "gradebook.db"
    database.write_bytes(b"this is no database" * 100)
    with pytest.raises(InputError, match="cannot be used"):
        forget(WHO, course_root=course)
    database.unlink()
    assert forget(WHO, course_root=course).left == ()


@needs_nbgrader
@pytest.mark.filterwarnings("ignore:Object of type:RuntimeWarning")
def test_what_is_said_about_a_learner_at_somebody_elses_work_is_named(course: Path) -> None:
    ask(course, f"update comment set manual_comment = 'See {WHO}.' where rowid = 2")
    assert forget(WHO, course_root=course).left == (course / "classroom-data" / "gradebook.db",)


@needs_nbgrader
@pytest.mark.filterwarnings("ignore:Object of type:RuntimeWarning")
@pytest.mark.parametrize("student", [".", "..", "*", "", "a/b", "[abc]*"])
def test_no_name_reaches_other_folders(course: Path, student: str) -> None:
    before = sorted(course.rglob("*"))
    forget(student, course_root=course)
    assert sorted(course.rglob("*")) == before
    assert count(course, "student") == 5


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_deletes_when_it_may(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forget", WHO, "--out", str(out), "--yes"]) == 0
    said = capsys.readouterr().out
    assert f"Deleted about {WHO}:" in said
    assert "stands in none." in said
    assert holds(out) == []


def test_the_command_asks_and_nobody_answers(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    before = holds(out)
    assert cli.main(["forget", WHO, "--out", str(out)]) == 2
    captured = capsys.readouterr()
    assert "would be deleted" in captured.out
    assert "--yes" in captured.err
    assert holds(out) == before


@pytest.mark.parametrize(("answer", "status", "left"), [("y", 0, 0), ("n", 2, 8), ("", 2, 8)])
def test_the_command_asks_a_person(
    out: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, left: int
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert cli.main(["forget", WHO, "--out", str(out)]) == status
    assert len(holds(out)) == left


def test_the_command_says_what_is_left(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "notes.txt").write_text(WHO, encoding="utf-8")
    assert cli.main(["forget", WHO, "--out", str(out), "--yes"]) == 1
    assert "still stands in 1 file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ada"], "--out"),
        ([" ", "--out", "."], "without a name"),
        (["ada", "--gradebook", "nowhere"], "no nbgrader_config.py"),
    ],
)
def test_bad_usage_is_a_sentence(capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    assert cli.main(["forget", *words, "--yes"]) == 2
    assert says in capsys.readouterr().err


def test_a_name_that_is_not_there_is_said(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forget", "nobody", "--out", str(out), "--yes"]) == 0
    assert "Nothing is stored under the name 'nobody'" in capsys.readouterr().out


def test_what_a_regrade_and_the_intake_keep_is_forgotten_too(tmp_path):
    out = tmp_path / "out"
    submitted = tmp_path / "submitted"
    for student in ("ada", "grace"):
        for assignment in ("np-union", "notes"):
            folder = submitted / student / assignment
            folder.mkdir(parents=True)
            (folder / f"{assignment}.ipynb").write_text('{"cells": []}', encoding="utf-8")
    for late in ("none", "zero"):
        words = ["grade", str(submitted), "--out", str(out), "--due", "2026-11-27T18:00Z", "--late", late]
        assert run(*words, "--course", str(ROOT)).status in {0, 1}
    (out / "previous" / "records").mkdir(parents=True, exist_ok=True)
    assert list((out / "previous" / "records").rglob("ada.json"))
    assert "ada" in (out / "passed-over.csv").read_text(encoding="utf-8-sig")
    forgotten = forget("ada", out=out)
    assert forgotten.left == ()
    assert not list(out.rglob("*ada*"))
    kept = (out / "passed-over.csv").read_text(encoding="utf-8-sig")
    assert ("ada" in kept, "grace" in kept) == (False, True)
    assert (out / "changes.md").exists()
