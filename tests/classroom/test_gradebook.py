# ruff: noqa: S608 - the tables and columns that are asked for stand in this file
"""The gradebook that is written at once holds what nbgrader would have written one submission after the other."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.gradebook import Summary, write_gradebook
from autograder.classroom.gradebook.names import Names, fits
from autograder.classroom.gradebook.scores import ALL_EXCUSED, EXCUSED, FAILED
from autograder.classroom.records import Record, records_in, write_record
from autograder.classroom.submission import file_name
from autograder.manifests.limits import InputError

from .graded_tree import Folder, grade_all, handed_in
from .submissions import ASSIGNMENT, EXERCISE, cell_of, make_course, write_class

ROOT = Path(__file__).parents[2]
NBGRADER = Path(sys.executable).with_name("nbgrader")
ESSAY = "why-union"
TASK = "draw-it"
DUE = "2026-11-23 10:00:00"
WHEN = {
    "01-right": "2026-11-23 09:59:59 UTC",
    "02-wrong": "2026-11-23 10:00:00 UTC",
    "04-hanging-cell": "2026-11-24 10:00:00 UTC",
}

pytestmark = [
    pytest.mark.skipif(not NBGRADER.exists(), reason="nbgrader is not installed; it comes with the extra `classroom`"),
    pytest.mark.slow,
]


def nbgrader(course: Path, *words: str) -> None:
    """Run one of nbgrader's commands in a course, with this tree's package."""
    done = subprocess.run(
        [NBGRADER, *words],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(course / "no-config")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def prepared(into: Path) -> Path:
    """Return a course with cells that people grade, a due date, and what a class has handed in."""
    course = make_course(ROOT, into)
    source = course / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(source.read_text(encoding="utf-8"))
    notebook["cells"] += [
        by_hand(ESSAY, "Why do policies add up?\n\n*Your answer here.*", grade=True, solution=True, locked=False),
        by_hand(TASK, "Draw the flows.", grade=False, solution=False, locked=True, task=True),
    ]
    source.write_text(json.dumps(notebook), encoding="utf-8")
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    nbgrader(course, "generate_assignment", ASSIGNMENT, "--create", "--force")
    write_class(course)
    for student, when in WHEN.items():
        (submitted(course, student) / "timestamp.txt").write_text(when)
    write_essay(course, "01-right", "Each policy opens. None closes.")
    return course


def by_hand(name: str, text: str, *, task: bool = False, **marks: bool) -> dict[str, object]:
    marked = {**marks, "grade_id": name, "points": 5, "schema_version": 3, "task": task}
    return {"cell_type": "markdown", "id": name, "metadata": {"nbgrader": marked}, "source": text}


def submitted(course: Path, student: str) -> Path:
    return course / "classroom-data" / "submitted" / student / ASSIGNMENT


def write_essay(course: Path, student: str, text: str) -> None:
    path = submitted(course, student) / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell_of(notebook, ESSAY)["source"] = text
    path.write_text(json.dumps(notebook), encoding="utf-8")


def page(course: Path, student: str) -> Path:
    return course / "classroom-data" / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with submissions, before anything is graded; its gradebook knows the assignment and its due date."""
    course = prepared(tmp_path_factory.mktemp("before"))
    with sqlite3.connect(course / "classroom-data" / "gradebook.db") as database:
        database.execute("update assignment set duedate = ?", [f"{DUE}.000000"])
    database.close()
    return course


@pytest.fixture(scope="module")
def stock(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graded by ``nbgrader autograde``."""
    course = tmp_path_factory.mktemp("stock") / "course"
    shutil.copytree(before, course)
    nbgrader(course, "autograde", ASSIGNMENT)
    return course


class Class:
    """A class whose grades are written by this project."""

    def __init__(self, course: Path) -> None:
        self.course = course
        self.out = course.parent / "grades"
        self.submissions: list[Folder] = []

    def grade(self) -> list[Record]:
        self.submissions = [
            replace(each, received=WHEN[each.student].replace(" UTC", "Z").replace(" ", "T"))
            if each.student in WHEN
            else each
            for each in handed_in(self.course, ASSIGNMENT)
        ]
        return [self.penalized(record) for record in grade_all(self.course, self.submissions, self.out)]

    def penalized(self, record: Record) -> Record:
        if record.student == "04-hanging-cell":
            record = replace(record, late=86400, penalty=record.score, score=0.0)
            write_record(self.out, record)
        return record

    def change(self, student: str, change: Callable[[Record], Record]) -> None:
        [record] = [record for record in records_in(self.out) if record.student == student]
        write_record(self.out, change(record))

    def write(self) -> Summary:
        return write_gradebook(self.out, self.course, submissions=self.submissions)

    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.course / "classroom-data" / "gradebook.db") as database:
            rows = database.execute(question, values).fetchall()
        database.close()
        return rows

    def grades_of(self, student: str) -> dict[str, dict[str, object]]:
        names = ("cell", "auto_score", "manual_score", "extra_credit", "needs_manual_grade")
        rows = self.ask(
            f"select base_cell.name, {', '.join(f'grade.{name}' for name in names[1:])} from grade "
            "join base_cell on base_cell.id = grade.cell_id "
            "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
            "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
            "where student_id = ?",
            student,
        )
        return {str(row[0]): dict(zip(names[1:], row[1:], strict=True)) for row in rows}

    def comments_of(self, student: str) -> dict[str, tuple[object, object]]:
        rows = self.ask(
            "select base_cell.name, auto_comment, manual_comment from comment "
            "join base_cell on base_cell.id = comment.cell_id "
            "join submitted_notebook on submitted_notebook.id = comment.notebook_id "
            "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
            "where student_id = ?",
            student,
        )
        return {str(name): (made, given) for name, made, given in rows}


@pytest.fixture(scope="module")
def written(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Graded by this project, and written once."""
    course = tmp_path_factory.mktemp("ours") / "course"
    shutil.copytree(before, course)
    klass = Class(course)
    klass.grade()
    assert klass.write() == Summary(13)
    return klass


@pytest.fixture
def klass(written: Class, tmp_path: Path) -> Class:
    """A copy of the class to change."""
    shutil.copytree(written.course, tmp_path / "course")
    shutil.copytree(written.out, tmp_path / "grades")
    copy = Class(tmp_path / "course")
    copy.submissions = [replace(each, folder=submitted(copy.course, each.student)) for each in written.submissions]
    return copy


def content(course: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the gradebook holds, by names instead of ids."""
    notebook = (
        "join submitted_notebook on submitted_notebook.id = {0}.notebook_id "
        "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
        "join assignment on assignment.id = submitted_assignment.assignment_id "
        "join base_cell on base_cell.id = {0}.cell_id"
    )
    questions = {
        "course": "select id from course",
        "student": "select * from student",
        "assignment": "select name, duedate, course_id from assignment",
        "notebook": "select name, kernelspec from notebook",
        "cells": "select base_cell.name, type, grade_cells.max_score, grade_cells.cell_type, task_cells.max_score, "
        "task_cells.cell_type from base_cell left join grade_cells on grade_cells.id = base_cell.id "
        "left join task_cells on task_cells.id = base_cell.id",
        "source": "select name, cell_type, locked, source, checksum from source_cell",
        "submitted": "select name, student_id, timestamp, extension from submitted_assignment "
        "join assignment on assignment.id = submitted_assignment.assignment_id",
        "page": "select student_id, notebook.name, flagged, late_submission_penalty from submitted_notebook "
        "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
        "join notebook on notebook.id = submitted_notebook.notebook_id",
        "grade": "select student_id, base_cell.name, base_cell.type, auto_score, manual_score, extra_credit, "
        f"needs_manual_grade from grade {notebook.format('grade')}",
        "comment": "select student_id, base_cell.name, base_cell.type, auto_comment, manual_comment "
        f"from comment {notebook.format('comment')}",
        "version": "select * from alembic_version",
    }
    with sqlite3.connect(course / "classroom-data" / "gradebook.db") as database:
        found = {name: sorted(database.execute(question).fetchall(), key=repr) for name, question in questions.items()}
    database.close()
    return found


def shown(course: Path) -> dict[str, object]:
    """What formgrader asks the gradebook for, without ids."""
    from nbgrader.api import Gradebook

    def without_ids(rows: list[dict[str, object]], key: str) -> list[dict[str, object]]:
        kept = [{name: value for name, value in row.items() if name != "id" or key == "id"} for row in rows]
        return sorted(kept, key=lambda row: str(row[key]))

    with Gradebook(f"sqlite:///{course / 'classroom-data' / 'gradebook.db'}", "pod-guardrails") as gradebook:
        return {
            "assignment": {**gradebook.find_assignment(ASSIGNMENT).to_dict(), "id": None},
            "students": without_ids(gradebook.student_dicts(), "id"),
            "submissions": without_ids(gradebook.submission_dicts(ASSIGNMENT), "student"),
            "pages": without_ids(gradebook.notebook_submission_dicts(ASSIGNMENT, ASSIGNMENT), "student"),
            "average": gradebook.average_assignment_score(ASSIGNMENT),
        }


@pytest.mark.parametrize(
    "table",
    [
        "course",
        "student",
        "assignment",
        "notebook",
        "cells",
        "source",
        "submitted",
        "page",
        "grade",
        "comment",
        "version",
    ],
)
def test_every_table_holds_what_nbgrader_would_have_written(stock: Path, written: Class, table: str) -> None:
    expected = content(stock)[table]
    assert expected, "nothing is compared"
    assert content(written.course)[table] == expected


@pytest.mark.filterwarnings("ignore:Object of type:RuntimeWarning")
def test_formgrader_shows_what_nbgrader_would_have_shown(stock: Path, written: Class) -> None:
    assert shown(written.course) == shown(stock)


def test_every_graded_notebook_is_the_one_of_nbgrader_byte_for_byte(stock: Path, written: Class) -> None:
    students = sorted(folder.name for folder in (stock / "classroom-data" / "autograded").iterdir())
    assert len(students) == 13
    for student in students:
        # nbgrader's page of a broken notebook names the folder of this machine; ours names the file.
        expected = page(stock, student).read_text(encoding="utf-8").replace(f"{submitted(stock, student)}{os.sep}", "")
        assert page(written.course, student).read_text(encoding="utf-8") == expected, student
        assert page(written.course, student).stat().st_mode & 0o777 == 0o444


def test_a_gradebook_is_made_where_there_is_none(written: Class, tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(written.course, course, ignore=shutil.ignore_patterns("gradebook.db", "autograded"))
    assert write_gradebook(written.out, course, submissions=written.submissions) == Summary(13)
    made = content(course)
    expected = content(written.course)
    assert {**made, "assignment": []} == {**expected, "assignment": []}
    assert made["assignment"] == [(ASSIGNMENT, None, "pod-guardrails")]


def test_nbgrader_goes_on_from_there(klass: Class) -> None:
    before = content(klass.course)
    nbgrader(klass.course, "autograde", ASSIGNMENT, "--force", "--student", "02-wrong")
    assert content(klass.course) == before
    nbgrader(klass.course, "generate_feedback", ASSIGNMENT, "--student", "02-wrong")
    html = klass.course / "classroom-data" / "feedback" / "02-wrong" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert "Several policies leave only what all of them allow" in html.read_text(encoding="utf-8")


def test_written_twice_is_written_once(klass: Class) -> None:
    before = klass.course / "classroom-data" / "gradebook.db"
    rows = {
        table: klass.ask(f"select * from {table}") for table in ("grade", "comment", "submitted_notebook", "student")
    }
    data, times = (
        before.read_bytes(),
        {path: path.stat().st_mtime_ns for path in klass.course.rglob("autograded/**/*.ipynb")},
    )
    assert len(times) == 13
    assert klass.write() == Summary(13)
    assert {table: klass.ask(f"select * from {table}") for table in rows} == rows
    assert before.read_bytes() == data
    assert {path: path.stat().st_mtime_ns for path in times} == times


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("after", range(1, 24, 6))
def test_ended_anywhere_and_started_again_it_is_the_same(
    before: Path, written: Class, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Ended before any transaction or file of a batch of three."""
    course = tmp_path / "course"
    shutil.copytree(before, course)
    steps = iter(range(after))

    def ending(function: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object) -> object:
            if next(steps, None) is None:
                raise Killed
            return function(*args)

        return run

    from autograder.classroom.gradebook import rows, writing

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_replace", ending(writing._replace))
        patch.setattr(rows.Tables, "write", ending(rows.Tables.write))
        patch.setattr(rows._Writer, "finish", ending(rows._Writer.finish))
        with pytest.raises(Killed):
            write_gradebook(written.out, course, submissions=written.submissions, batch=3)
    assert write_gradebook(written.out, course, submissions=written.submissions, batch=3) == Summary(13)
    assert content(course) == content(written.course)
    for path in written.course.rglob("autograded/**/*.ipynb"):
        assert (course / path.relative_to(written.course)).read_bytes() == path.read_bytes()


def by_a_person(klass: Class, student: str, cell: str, **values: object) -> None:
    """Enter what a person enters in formgrader, which then needs nobody any more."""
    [(key,)] = klass.ask(
        "select grade.id from grade join base_cell on base_cell.id = grade.cell_id "
        "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
        "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
        "where student_id = ? and base_cell.name = ?",
        student,
        cell,
    )
    for name, value in {**values, "needs_manual_grade": 0}.items():
        klass.ask(f"update grade set {name} = ? where id = ?", value, key)


def test_what_a_person_entered_stays(klass: Class) -> None:
    by_a_person(klass, "01-right", ESSAY, manual_score=4.0)
    by_a_person(klass, "01-right", TASK, manual_score=2.5)
    by_a_person(klass, "02-wrong", f"{EXERCISE}-check", manual_score=10.0, extra_credit=1.5)
    klass.ask("update comment set manual_comment = 'Well said.'")
    klass.ask("update submitted_notebook set flagged = 1")
    before = content(klass.course)
    assert klass.write() == Summary(13)
    assert content(klass.course) == before, "nothing changed, so nobody has to look again"


def test_an_essay_that_changed_has_to_be_looked_at_again_and_keeps_its_score(klass: Class) -> None:
    for student in ("01-right", "05-kernel-killer"):
        by_a_person(klass, student, ESSAY, manual_score=4.0)
        by_a_person(klass, student, f"{EXERCISE}-check", manual_score=39.0)
    write_essay(klass.course, "01-right", "Each policy opens. None closes. I have thought again.")
    klass.grade()
    assert klass.write() == Summary(13)
    changed, same = klass.grades_of("01-right"), klass.grades_of("05-kernel-killer")
    assert changed[ESSAY] == {
        "auto_score": None, "manual_score": 4.0, "extra_credit": None, "needs_manual_grade": 1
    }  # fmt: skip
    assert changed[f"{EXERCISE}-check"]["needs_manual_grade"] == 0, "another cell of the same notebook"
    assert same[ESSAY]["needs_manual_grade"] == 0


def test_an_essay_that_changed_is_marked_though_the_first_run_was_ended(
    klass: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run compares with is written last, or the second run would find that nothing has changed."""
    by_a_person(klass, "01-right", ESSAY, manual_score=4.0)
    write_essay(klass.course, "01-right", "Each policy opens. None closes. I have thought again.")
    klass.grade()
    from autograder.classroom.gradebook import rows

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rows._Writer, "finish", killed)
        with pytest.raises(Killed):
            klass.write()
    assert klass.write() == Summary(13)
    assert klass.grades_of("01-right")[ESSAY]["needs_manual_grade"] == 1


def test_an_answer_that_earns_something_else_now_is_marked_where_a_person_had_decided(klass: Class) -> None:
    by_a_person(klass, "01-right", f"{EXERCISE}-check", manual_score=39.0)
    path = submitted(klass.course, "01-right") / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell_of(notebook, EXERCISE)["source"] += "\n# one more line"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    klass.grade()
    klass.write()
    assert klass.grades_of("01-right")[f"{EXERCISE}-check"] == {
        "auto_score": 40.0, "manual_score": 39.0, "extra_credit": None, "needs_manual_grade": 1
    }  # fmt: skip


def excuse(*names: str) -> Callable[[Record], Record]:
    def change(record: Record) -> Record:
        results = tuple(replace(result, excused=result.exercise in names) for result in record.results)
        counted = [result for result in results if not result.excused]
        return replace(record, results=results, score=sum(r.score for r in counted), max=sum(r.max for r in counted))

    return change


def test_an_excused_exercise_leaves_the_percentage_as_it_is(klass: Class) -> None:
    klass.change("01-right", excuse("three-teams", "archive-offline"))
    klass.write()
    grades = klass.grades_of("01-right")
    automatic = {name: grade["auto_score"] for name, grade in grades.items() if name not in {ESSAY, TASK}}
    assert automatic == {
        "cache-shards-check": 40.0,
        "report-leaves-check": 0.0,
        "two-become-one-check": 0.0,
        "three-teams-check": 8.57,  # 40 of the 70 points that count
        "archive-offline-check": 8.57,
    }
    assert klass.comments_of("01-right")["three-teams"] == (EXCUSED, None)
    assert sum(automatic.values()) / 100 == pytest.approx(40 / 70, abs=0.0002)


def test_where_everything_is_excused_a_person_decides(klass: Class) -> None:
    [record] = [record for record in records_in(klass.out) if record.student == "01-right"]
    klass.change("01-right", excuse(*(result.exercise for result in record.results)))
    klass.write()
    grades = klass.grades_of("01-right")
    assert grades["three-teams-check"] == {
        "auto_score": None, "manual_score": None, "extra_credit": None, "needs_manual_grade": 1
    }  # fmt: skip
    assert klass.comments_of("01-right")["three-teams"] == (ALL_EXCUSED, None)


def test_a_penalty_is_scaled_with_what_is_excused(klass: Class) -> None:
    klass.change("01-right", excuse("three-teams", "archive-offline"))
    klass.change("01-right", lambda record: replace(record, penalty=7.0, late=60))
    klass.write()
    [(taken,)] = klass.ask(
        "select late_submission_penalty from submitted_notebook join submitted_assignment "
        "on submitted_assignment.id = submitted_notebook.assignment_id where student_id = '01-right'"
    )
    assert taken == 10.0


def test_where_the_grader_failed_nothing_is_earned_or_lost(klass: Class) -> None:
    klass.change("01-right", lambda record: replace(record, status="failed", results=()))
    klass.write()
    assert klass.grades_of("01-right")[f"{EXERCISE}-check"] == {
        "auto_score": 40.0, "manual_score": None, "extra_credit": None, "needs_manual_grade": 1
    }  # fmt: skip
    assert klass.comments_of("01-right")[EXERCISE] == (FAILED, None)


def test_a_submission_that_is_gone_is_named_and_the_others_are_written(klass: Class) -> None:
    klass.submissions = klass.submissions[1:]
    summary = klass.write()
    assert summary == Summary(12, absent=(("01-right", ASSIGNMENT),))
    assert "Name the same folders" in next(summary.sentences())


def test_another_submission_than_was_graded_is_not_written(klass: Class) -> None:
    write_essay(klass.course, "01-right", "Written after the grading.")
    before = content(klass.course)
    summary = klass.write()
    assert [student for student, *_ in summary.outdated] == ["01-right"]
    assert content(klass.course) == before


def test_a_record_of_another_course_is_not_written(klass: Class) -> None:
    def other(record: Record) -> Record:
        return replace(record, results=tuple(replace(result, score=result.score / 2) for result in record.results))

    klass.change("01-right", other)
    assert klass.write().outdated == (
        ("01-right", ASSIGNMENT, "cache-shards earned 20 of 40 when it was graded, and 40 of 40 now."),
    )


@pytest.mark.parametrize(
    "student",
    [
        "../ada",
        "ada/../grace",
        "CON",
        "nul.txt",
        ".hidden",
        "*",
        "a,b",
        "Ada\u00a0Lovelace",
        "x" * 129,
        "=1+1",
        "李明",
        "01-RIGHT",
    ],
)
def test_any_name_gets_a_page_of_its_own_inside_the_folder(klass: Class, student: str) -> None:
    found = replace(klass.submissions[0], student=student)
    klass.submissions = [found]
    shutil.rmtree(klass.out)
    list(grade_all(klass.course, [found], klass.out))
    summary = klass.write()
    assert summary.written == 1
    name = dict(summary.renamed).get(student, student)
    assert page(klass.course, name).is_file()
    root = klass.course / "classroom-data" / "autograded"
    assert page(klass.course, name).resolve().parents[1].parent == root.resolve()
    assert len(list(root.iterdir())) == 14
    if student != name:
        assert klass.ask("select last_name from student where id = ?", name) == [(student[:128],)]
        assert klass.write() == summary, "the same name the next time"


@pytest.mark.parametrize(
    ("known", "student", "name"),
    [
        ([], "ada", "ada"),
        ([], "Ada", "Ada"),
        (["ada"], "Ada", file_name("Ada")),
        (["Ada"], "Ada", "Ada"),
        ([], "2026123456", "2026123456"),
        ([], "o'hara@example.org", "o'hara@example.org"),
        ([], "ada-6008827952", file_name("ada-6008827952")),
    ],
)
def test_a_name_is_kept_wherever_it_can_be(known: list[str], student: str, name: str) -> None:
    names = Names(known)
    assert names.of(student) == name
    assert names.of(student) == name


def test_an_empty_name_does_not_fit() -> None:
    assert not fits("")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (None, "has no nbgrader_config.py"),
        ("c = get_config()\nraise ValueError('boom')", "does not work: ValueError: boom"),
        ("c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///nbgrader_config.py'", "cannot be used"),
    ],
)
def test_a_course_that_nbgrader_cannot_work_in_is_a_sentence(tmp_path: Path, config: str | None, says: str) -> None:
    if config is not None:
        (tmp_path / "nbgrader_config.py").write_text(config)
    shutil.copy(ROOT / "course.yaml", tmp_path)
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, tmp_path / "solutions" / ASSIGNMENT)
    out = tmp_path / "out"
    write_record(out, Record("ada", ASSIGNMENT, "graded", "", "1", "", None, 0, 0.0, 0.0, 0.0))
    with pytest.raises(InputError, match=says):
        write_gradebook(out, tmp_path, submissions=())


def test_cells_that_came_or_went_are_a_sentence(klass: Class) -> None:
    source = klass.course / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(source.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != ESSAY]
    source.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(InputError, match="were added or removed"):
        klass.write()


def test_a_grade_cell_with_code_is_a_sentence(klass: Class) -> None:
    source = klass.course / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(source.read_text(encoding="utf-8"))
    cell_of(notebook, f"{EXERCISE}-check")["source"] = "assert True"
    source.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than check"):
        klass.write()
