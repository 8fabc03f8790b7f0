"""The page that says what is taught, practiced and refuted where is what the course says, and has no hole."""

from __future__ import annotations

import pytest

import tools.coverage_page
from autograder.course import read_course
from autograder.exercises.lessons import read_concepts
from autograder.misconceptions import CATALOGUE
from tools.coverage_page import PAGE, ROOT, main, page


@pytest.fixture(scope="module")
def today():
    return page()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch, today):
    """A place for the page where nothing is yet. The course is read once."""
    path = tmp_path / "coverage.md"
    monkeypatch.setattr(tools.coverage_page, "PAGE", path)
    monkeypatch.setattr(tools.coverage_page, "page", lambda: today)
    return path


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    part = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_is_current(today):
    assert PAGE.read_text(encoding="utf-8") == today, "run: python -m tools.coverage_page"


def test_every_concept_is_taught_and_practiced_twice(today):
    table = rows(today, "Concepts")
    assert [row[0] for row in table] == list(read_concepts(read_course(ROOT)))
    assert [row[0] for row in table if not row[2] or len(row[3].split(", ")) < 2] == []


def test_every_misconception_is_refuted_and_provoked(today):
    table = rows(today, "Misconceptions")
    assert [row[0] for row in table] == [f"`{name}`" for name in CATALOGUE]
    assert [row[0] for row in table if not (row[1] and row[2])] == []


def test_what_is_written_is_current(elsewhere, today, capsys):
    assert main([]) == 0
    assert elsewhere.read_bytes() == today.encode()
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "docs/coverage.md is current\n"


@pytest.mark.parametrize("old", [pytest.param(None, id="missing"), pytest.param("# Old\n", id="of another day")])
def test_a_page_that_is_not_current_is_told_and_left(elsewhere, capsys, old):
    if old is not None:
        elsewhere.write_text(old, encoding="utf-8")
    assert main(["--check"]) == 1
    assert "python -m tools.coverage_page" in capsys.readouterr().out
    assert (elsewhere.read_text(encoding="utf-8") if elsewhere.exists() else None) == old
