"""The catalogue of checks holds together: with the course, with the documentation, with itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.exercises.findings import messages
from autograder.review.catalogue import SEVERITIES, checks

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", checks())
def test_every_check_has_a_lesson_of_the_course(name):
    check = checks()[name]
    assert (ROOT / check.lesson).is_file()
    assert check.severity in SEVERITIES


@pytest.mark.parametrize("name", [name for name, check in checks().items() if check.texts])
def test_every_text_is_a_sentence_without_a_capital_or_an_end_where_it_is_a_part(name):
    check = checks()[name]
    assert check.why.endswith(".")
    assert not check.title.endswith(".")
    for text in (check.texts["wanted"], check.texts["because"]):
        assert not re.match(r"(?!Pods )[A-Z][a-z]+ ", text), text
        assert not text.endswith("."), text
    assert check.see.startswith("https://kubernetes.io/docs/") or not check.see


@pytest.mark.parametrize("name", checks())
def test_the_page_tells_every_check_with_its_severity_and_its_lesson(name):
    check = checks()[name]
    row = next((line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")), "")
    assert row, name
    severity, _, lesson = (cell.strip() for cell in row.split("|")[2:5])
    assert check.severity in severity
    assert f"({Path('..') / check.lesson})".replace("\\", "/") in lesson


def test_the_page_tells_no_check_that_there_is_not():
    assert set(re.findall(r"^\| `([a-z][a-z-]+)` \|", PAGE, re.MULTILINE)) == set(checks())


def test_no_id_means_two_things():
    own = {name for name, check in checks().items() if check.texts}
    shared = own & set(messages())
    assert shared == {"manifest-rejected", "manifest-warning"}, "these say the same in both"
