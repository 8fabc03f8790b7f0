"""No text takes effect in Markdown, whichever program draws it."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.feedback.escaping import block, code, words
from autograder.notebook.html import visible
from tests.classroom.hostile_texts import TEXTS


def commonmark() -> Callable[[str], str]:
    return importlib.import_module("markdown_it").MarkdownIt("commonmark").render


def of_github() -> Callable[[str], str]:
    importlib.import_module("linkify_it")
    return importlib.import_module("markdown_it").MarkdownIt("gfm-like", {"html": True}).render


def mistune() -> Callable[[str], str]:
    plugins = ["strikethrough", "footnotes", "table", "url", "task_lists", "math"]
    return importlib.import_module("mistune").create_markdown(escape=False, plugins=plugins)


def installed() -> Iterator[Callable[[str], str]]:
    """The programs that draw Markdown, let HTML through, and are there. nbconvert brings one."""
    for maker in (mistune, commonmark, of_github):
        with contextlib.suppress(ImportError):
            yield pytest.param(maker(), id=maker.__name__)


DRAWERS = [*installed()]
with_every_program = pytest.mark.parametrize(
    "draw", DRAWERS or [pytest.param(None, marks=pytest.mark.skip(reason="nothing that draws Markdown is installed"))]
)


class Reader(HTMLParser):
    """What a browser sees: elements with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl):
        assert decl == "doctype html"

    def unknown_decl(self, data):
        raise AssertionError(f"a declaration: {data}")

    def names(self) -> set[str]:
        return {tag for tag, _ in self.elements}


def letters(text: str) -> str:
    """A text without its spaces: these are folded."""
    return "".join(text.split())


CASES = [pytest.param(text, id=name) for name, text in TEXTS.items()]


@with_every_program
@pytest.mark.parametrize("text", CASES)
def test_a_text_among_words_is_text(draw, text):
    read = Reader(draw(f"- wanted: {words(text)}\n"))
    assert read.names() <= {"ul", "li", "code", "p"}
    assert not any(attributes for _, attributes in read.elements)
    shown = letters(read.text.replace("`", ""))
    assert shown == "wanted:" + letters(visible(text).replace("`", ""))


@with_every_program
@pytest.mark.parametrize("text", CASES)
def test_a_text_as_code_is_text(draw, text):
    read = Reader(draw(f"**x**: {code(text)}\n"))
    assert [tag for tag, _ in read.elements] == ["p", "strong", *(["code"] if text.strip() else [])]
    assert letters(read.text) == "x:" + letters(visible(text))


@with_every_program
@pytest.mark.parametrize("text", CASES)
def test_lines_cannot_leave_their_block(draw, text):
    read = Reader(draw(f"before\n\n{block(text.split(chr(10)))}\n\nafter\n"))
    assert [tag for tag, _ in read.elements] == ["p", "pre", "code", "p"]
    assert letters(read.text) == f"before{letters(visible(text))}after"


@pytest.mark.parametrize("text", CASES)
def test_markdown_that_is_taken_for_html_has_no_elements(text):
    assert not Reader(f"{words(text)} {code(text)} {block([text])}").elements


@with_every_program
@given(text=st.text(st.sampled_from("`a <b>[](:)!*_\\&#~$|.\n-1@/"), max_size=24))
def test_no_text_at_all_takes_effect(draw, text):
    html = draw(f"- wanted: {words(text)}\n- got: {code(text)}\n\n{block(text.split(chr(10)))}\n")
    assert Reader(html).names() <= {"ul", "li", "code", "pre", "p"}
    assert html.count("<li") == 2
    assert html.count("<pre") == 1


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        pytest.param("Nobody else reaches it.", "Nobody else reaches it.", id="plain words stay"),
        pytest.param("Use `[{}]`, not `{}`.", "Use `[{}]`, not `{}`.", id="code of the course stays code"),
        pytest.param("shop/web (or cache): 50%", "shop/web (or cache): 50%", id="plain punctuation stays"),
        pytest.param("see db.yaml.", "see `db.yaml`.", id="a dot inside makes it code, the one behind it not"),
        pytest.param("It`s", "It s", id="a single backtick is no mark"),
        pytest.param("", "", id="nothing is nothing"),
    ],
)
def test_words(text, markdown):
    assert words(text) == markdown
