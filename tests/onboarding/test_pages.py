"""A path on paper, in a browser, an issue, a terminal: the same everywhere, and nothing in a manifest steers it.

``python -m pytest tests/onboarding --write-golden`` writes the golden files anew. Read what changed, then commit.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.cli import onboarding_text
from autograder.cli.terminal import Terminal
from autograder.manifests.load import Options, load_text
from autograder.onboarding import path
from autograder.onboarding.needs import needs
from autograder.onboarding.pages import document, html, markdown, wording
from autograder.onboarding.path import of
from autograder.review import review

from .needing import found

GOLDEN = Path(__file__).parent / "golden"
SHOP = (Path(__file__).parent / "shop.yaml").read_text(encoding="utf-8")
FORMATS = {
    "path.txt": lambda result: "".join(f"{line}\n" for line in onboarding_text.lines(result, Terminal())),
    "path.md": markdown.of,
    "path.html": html.of,
    "path.json": lambda result: json.dumps(document.of(result), ensure_ascii=False, indent=1) + "\n",
}


def shop(text=SHOP, **more):
    return path(review(load_text(text, "manifests/shop.yaml", Options(keep_places=True))), **more)


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name, request):
    written = FORMATS[name](shop())
    file = GOLDEN / name
    if request.config.getoption("--write-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8"), f"{name}; see --write-golden"


def test_no_golden_file_is_left_over():
    assert {file.name for file in GOLDEN.iterdir()} == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_step_and_every_exercise_is_on_every_page(name):
    result, written = shop(), FORMATS[name](shop())
    for step in result.steps:
        assert step.lesson.title in written
        for exercise in step.exercises:
            assert exercise.id in written


@pytest.mark.parametrize("name", FORMATS)
def test_time_that_is_short_and_nothing_at_all_are_told(name):
    short = FORMATS[name](shop(limit=30))
    assert all(each.lesson.title in short for each in shop(limit=30).left_out)
    assert "40-capstone" in FORMATS[name](of(()))


def test_what_is_said_of_little_time():
    assert wording.headline(shop(limit=30)) == "nothing fits into 30 min"
    assert "The shortest way" in " ".join(wording.opening(shop(limit=30)))
    assert wording.headline(of(())) == "nothing to learn from these manifests"


class Page(HTMLParser):
    """What a browser makes of a page: elements, and whether they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.links, self.ids = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in ("meta", "br", "hr", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_page_fetches_and_runs_nothing_and_its_links_lead_somewhere():
    page = Page(html.of(shop()))
    assert page.open == []
    assert not {"script", "img", "link", "iframe", "form"} & set(page.tags)
    assert page.links
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert page.tags.count("h1") == 1


def test_paper_is_never_dark():
    """A reader whose system is dark prints dark letters all the same."""
    queries = re.findall(r"@media [^{]*prefers-color-scheme: dark[^{]*", html.of(shop()))
    assert queries
    assert all("screen and" in query for query in queries)


HOSTILE = "</li><script>alert(1)</script> [x](http://example.org) \x1b[31m `a` **b**"


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_that_a_manifest_says_takes_effect(name):
    from dataclasses import replace

    hostile = replace(found("root-user"), subject=HOSTILE, got=HOSTILE, file=HOSTILE, title=HOSTILE)
    written = FORMATS[name](of(needs([hostile])))
    assert "\x1b" not in written
    if name == "path.html":
        assert Page(written).tags.count("script") == 0
    if name == "path.md":
        bare = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", written)
        assert "`" not in bare
        assert "<script" not in written
        assert "[x]" not in bare
        assert "**b" not in bare
