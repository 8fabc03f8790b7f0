"""All hostile submissions in one class, beside an honest one: graded to the end, with nobody harmed."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.classroom.bulk.running import Job
from autograder.classroom.bulk.settings import Settings
from autograder.classroom.bulk.whole import grade_class
from autograder.classroom.intake import find
from autograder.classroom.records import records_in
from autograder.course import read_course
from autograder.exercises.spec import Exercises

from .hostile import ATTACKS, write_attacks
from .hostile_made import PWNED, ROOT, good, put
from .submissions import ASSIGNMENT, EXERCISE, FULL

HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "main", "div", "p", "h1", "h2", "h3", "span", "section"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "dl", "dt", "dd", "code", "pre"),
    *("mark", "details", "summary", "strong", "em", "a", "br", "b", "i", "figure", "figcaption", "header", "footer"),
    *("svg", "g", "rect", "text", "desc", "line"),
}


class Elements(HTMLParser):
    """What a page consists of."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.page = page
        self.odd: set[str] = set()

    def handle_starttag(self, tag, attrs):
        if tag not in HARMLESS:
            self.odd.add(tag)
        for name, value in attrs:
            if name.startswith("on") or (name in {"href", "src"} and not self.leads_somewhere(value or "")):
                self.odd.add(f"{tag} {name}={value}")

    def leads_somewhere(self, link):
        """Whether a link stays on the page, leads to a page of feedback, or to the official documentation."""
        return link.startswith(("#", "https://kubernetes.io/")) or (self.page.parent / link).is_file()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    submitted, out, here = folder / "submitted", folder / "out", folder / "here"
    here.mkdir()
    written = write_attacks(submitted, ATTACKS)
    (submitted / "ada" / ASSIGNMENT).mkdir(parents=True)
    put(f"{ASSIGNMENT}.ipynb", good())(submitted / "ada" / ASSIGNMENT)
    course = read_course(ROOT)
    exercises = Exercises(course)
    known = {each.id: ASSIGNMENT for each in exercises.of_assignment(ASSIGNMENT)}
    before = Path.cwd()
    os.chdir(here)
    try:
        intake = find([submitted], known=known)
        summary = grade_class(Job(course, Settings(), out), intake)
    finally:
        os.chdir(before)
    return written, submitted, out, here, summary


def test_every_submission_is_graded_and_the_grader_fails_on_none(graded):
    written, _, out, _, summary = graded
    assert summary.total == len(written) + 1
    assert summary.counts["failed"] == 0
    assert sum(1 for _ in records_in(out)) == summary.total


def test_each_earns_what_its_answer_is_worth_and_so_does_the_honest_one(graded):
    written, _, out, _, _ = graded
    scores = sorted(
        next(part.score for part in record.results if part.exercise == EXERCISE) for record in records_in(out)
    )
    assert scores == sorted([*(attack.score for attack in written), FULL])


def test_nothing_ran_and_nothing_was_written_elsewhere(graded):
    _, submitted, out, here, _ = graded
    assert not list(here.iterdir())
    assert not list(submitted.rglob(PWNED))
    assert not list(out.parent.glob(f"*{PWNED}*"))
    assert {path.name for path in out.parent.iterdir()} == {"submitted", "out", "here"}


def test_no_page_has_anything_in_it_that_acts(graded):
    _, _, out, _, _ = graded
    pages = [*out.rglob("*.html")]
    assert len(pages) > len(ATTACKS) / 2
    for page in pages:
        elements = Elements(page)
        elements.feed(page.read_text(encoding="utf-8"))
        assert not elements.odd, page
