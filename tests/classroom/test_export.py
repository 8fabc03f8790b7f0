"""``autograder export``: what it writes, what it says, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import cli
from autograder.classroom.records import write_record

from .test_lms import CANVAS, GRADEBOOK, WORKSHEET, graded

ASIDE = """\
autograder: zoe, np-union: no row is certainly this learner's.
autograder: 3 in the file have no grade here: Torvalds, Linus; Lovelace, Ada; Student, Test
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("canvas-export.csv", CANVAS), ("worksheet.csv", WORKSHEET), ("gradebook.csv", GRADEBOOK)):
        Path(name).write_text(text, encoding="utf-8")
    for student in ("ada", "grace@example.org"):
        write_record(Path("grades"), graded(student))
    return tmp_path


def export(*words: str) -> int:
    return cli.main(["export", "grades", *words])


def test_a_file_for_canvas_is_written_beside_the_grades(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("--canvas", "canvas-export.csv") == 0
    assert capsys.readouterr().out == "2 grades stand in grades/canvas.csv. In Canvas: Grades, Import.\n".replace(
        "grades/canvas.csv", str(Path("grades/canvas.csv"))
    )
    lines = (here / "grades" / "canvas.csv").read_bytes().decode().split("\n")
    assert lines[3] == '"Lovelace, Ada",1001,s-17,ada,K8S,20.00,12.00,10.00'
    assert (here / "canvas-export.csv").read_text(encoding="utf-8") == CANVAS


def test_who_is_not_in_the_file_is_said_and_the_others_are_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_record(Path("grades"), graded("zoe"))
    assert export("--canvas", "canvas-export.csv", "--to", "to/import.csv") == 1
    captured = capsys.readouterr()
    assert captured.err == ASIDE
    assert "2 grades stand in" in captured.out
    assert (here / "to" / "import.csv").is_file()


@pytest.mark.parametrize(
    ("words", "cell"),
    [
        (("--moodle", "worksheet.csv"), '"Well, done"'),
        (("--moodle", "gradebook.csv", "--maximum", "20"), "Grace,Hopper,18,grace@example.org,8.00,-"),
        (("--moodle", "gradebook.csv", "--assignment", "np-union"), "Grace,Hopper,18,grace@example.org,40.00,-"),
    ],
)
def test_a_file_for_moodle(here: Path, words: tuple[str, ...], cell: str) -> None:
    assert export(*words) == 1, "ada is an e-mail address to Moodle"
    assert cell in (here / "grades" / "moodle.csv").read_text(encoding="utf-8")


def test_the_same_grades_give_the_same_bytes(here: Path) -> None:
    export("--canvas", "canvas-export.csv")
    first = (here / "grades" / "canvas.csv").read_bytes()
    export("--canvas", "grades/canvas.csv")
    assert (here / "grades" / "canvas.csv").read_bytes() == first


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "one of the arguments --canvas --moodle is required"),
        (("--canvas", "a.csv", "--moodle", "b.csv"), "not allowed with"),
        (("--canvas", "nowhere.csv"), "nowhere.csv"),
        (("--canvas", "canvas-export.csv", "--maximum", "5"), "--maximum is for Moodle"),
        (("--moodle", "worksheet.csv", "--maximum", "-5"), "Give one above 0"),
        (("--moodle", "worksheet.csv", "--maximum", "nan"), "Give one above 0"),
        (("--canvas", "canvas-export.csv", "--to", "grades"), "cannot be written"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_cannot_be_done_is_a_sentence(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert export(*words) == 2
    assert says in capsys.readouterr().err


def test_a_folder_without_grades_is_a_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(here), "--canvas", "canvas-export.csv"]) == 2
    assert "holds no grades" in capsys.readouterr().err
