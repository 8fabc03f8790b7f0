"""Rosters as spreadsheets save them, and what is said about broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.variants.roster import Learner, guarded, read_roster, unguarded
from autograder.manifests.limits import InputError


def roster(folder, data):
    path = folder / "class.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    ("data", "students"),
    [
        pytest.param("student\nada\ngrace\n", ["ada", "grace"], id="one column"),
        pytest.param("student,name,email\nada,Ada L.,ada@school.example\n", ["ada"], id="three columns"),
        pytest.param("\ufeffstudent\r\nada\r\n", ["ada"], id="a byte order mark and CRLF"),
        pytest.param("Name;Student;Group\nAda;ada;1\n", ["ada"], id="semicolons, capitals, another order"),
        pytest.param("name\tstudent\nAda, the first\tada\n", ["ada"], id="tabs"),
        pytest.param("\n\nstudent\n\nada\n  \n,,\ngrace", ["ada", "grace"], id="blank lines, no line end"),
        pytest.param('student,name\n"ada","Lovelace, ""Ada"""\n', ["ada"], id="quotes"),
        pytest.param('student,name\nada,"two\nlines"\ngrace,x\n', ["ada", "grace"], id="a line break in a cell"),
        pytest.param("student,name\nada\n", ["ada"], id="a short line"),
        pytest.param("student\n=cmd|' /C calc'!A0\n", ["=cmd|' /C calc'!A0"], id="a formula is a name"),
        pytest.param("student\n../../etc\nCON\n", ["../../etc", "CON"], id="names that are dangerous as files"),
        pytest.param('student\n"ada\nlovelace"\n', ["ada lovelace"], id="a name over two lines is one"),
        pytest.param("student\nada\u202e\n", ["ada"], id="direction marks"),
        pytest.param("student\nZoe\u0308\n", ["Zo\u00eb"], id="letters in two parts"),
        pytest.param("student\nada\nAda\n", ["ada", "Ada"], id="capital letters are another name"),
    ],
)
def test_a_roster_is_read(tmp_path, data, students):
    assert [learner.student for learner in read_roster(roster(tmp_path, data))] == students


def test_names_and_addresses_are_read(tmp_path):
    data = "email,student,name\nada@school.example, ada ,Ada L.\n"
    assert read_roster(roster(tmp_path, data)) == (Learner("ada", "Ada L.", "ada@school.example"),)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param("", "class.csv is empty. Give it a header", id="empty"),
        pytest.param("student\n", "names no student", id="a header alone"),
        pytest.param("ada\ngrace\n", "class.csv:1: there is no column student", id="no header"),
        pytest.param("student,student\na,b\n", "class.csv:1: there is no column student, or there are two", id="two"),
        pytest.param("student\nada\n\nada\n", "class.csv:4: 'ada' stands in line 2 already", id="twice"),
        pytest.param(
            "student\nZo\u00eb\nZoe\u0308\n", "class.csv:3: .* stands in line 2", id="twice, written otherwise"
        ),
        pytest.param("student,name\n,Ada\n", "class.csv:2: the cell under student is empty", id="no id"),
        pytest.param("student\nada,lovelace\n", "class.csv:2: 2 cells, and the header has 1", id="too many cells"),
        pytest.param('student\nada\n"grace\n', "class.csv:3: .*Save the file as CSV again", id="an open quote"),
        pytest.param(b"student\nada\nzo\xeb\n", "class.csv:3: not UTF-8", id="Latin-1"),
        pytest.param("student\nada\0\n", "class.csv:2: a zero byte", id="a zero byte"),
        pytest.param("student\nada".encode("utf-16"), "class.csv:1: not UTF-8", id="UTF-16"),
        pytest.param("student\n" + "a" * 201, "class.csv:2: .* at most 200 characters", id="a novel"),
        pytest.param(b"PK\x03\x04\x14\x00", "a zero byte|no column", id="a spreadsheet"),
    ],
)
def test_a_broken_roster_is_told_with_its_line(tmp_path, data, said):
    with pytest.raises(InputError, match=said):
        read_roster(roster(tmp_path, data))


def test_a_roster_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="Check the name"):
        read_roster(tmp_path / "class.csv")
    with pytest.raises(InputError, match="Check the name"):
        read_roster(tmp_path)


@given(st.text(max_size=8))
def test_a_guarded_cell_is_no_formula_and_can_be_read_again(cell):
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(cell)) == cell
