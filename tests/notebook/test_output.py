"""What nbgrader reads of a grade cell, and what people see of it."""

from __future__ import annotations

import importlib.util
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebook.html import element
from autograder.notebook.output import Graded, Output


def graded(score, maximum):
    return Graded(element("p", "report"), "the report", score, maximum)


@pytest.mark.parametrize(
    ("score", "maximum", "text"),
    [
        (2.5, 5.0, "2.50"),
        (0.0, 5.0, "0.00"),
        (5, 5, "5.00"),
        (7.0, 5.0, "5.00"),
        (-1.0, 5.0, "0.00"),
        (0.0, 0.0, "0.00"),
        (math.nan, 5.0, "0.00"),
        (math.inf, 5.0, "5.00"),
    ],
)
def test_the_text_of_a_grade_is_a_plain_number_between_0_and_the_maximum(score, maximum, text):
    assert repr(graded(score, maximum)) == text


@given(st.floats(allow_nan=False), st.integers(min_value=1, max_value=1000))
def test_no_score_makes_nbgrader_fail_open(score, maximum):
    """nbgrader gives full marks for what is no number or is negative, and fails on what exceeds the maximum."""
    read = float(repr(graded(score, maximum)))
    assert math.isfinite(read)
    assert 0 <= read <= maximum


def test_nbgrader_reads_the_score_out_of_the_cell():
    if importlib.util.find_spec("nbgrader") is None:
        pytest.skip("nbgrader is not installed")
    import subprocess
    import sys

    program = """
import nbformat.v4 as v4
from nbgrader.utils import determine_grade
from autograder.notebook.html import element
from autograder.notebook.output import Graded
value = Graded(element("p", "report"), "the report", 1.25, 5)
data = {"text/plain": repr(value), "text/html": value._repr_html_()}
cell = v4.new_code_cell("check('x')", outputs=[v4.new_output("execute_result", data=data)])
cell.metadata["nbgrader"] = {"grade": True, "solution": False, "locked": True, "points": 5, "grade_id": "x"}
print(determine_grade(cell))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-2] == "(1.25, 5.0)"


def test_print_shows_the_report():
    assert str(graded(1, 2)) == "the report"
    assert float(graded(1, 2)) == 1.0


def test_the_html_is_complete_by_itself_and_needs_no_script():
    html = Output(element("p", "hello"), "hello")._repr_html_()
    assert html.startswith('<div class="pg"><style>')
    assert html.endswith("</style><p>hello</p></div>")
    assert "<script" not in html
    assert "url(" not in html
    assert "/*" not in html
    assert len(html) < 10_000


def test_every_rule_of_the_style_sheet_is_about_our_own_output():
    html = Output(element("p"), "")._repr_html_()
    rules = html.split("<style>")[1].split("</style>")[0].replace("@media (max-width: 40rem) {", "")
    selectors = [part.split("}")[-1].strip() for part in rules.split("{")[:-1]]
    assert len(selectors) > 40
    for selector in selectors:
        assert all(".pg" in single for single in selector.split(",")), selector
