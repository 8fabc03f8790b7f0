from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebook.html import Html, element, joined, prose


@pytest.mark.parametrize(
    ("made", "html"),
    [
        pytest.param(element("p", "a < b & c"), "<p>a &lt; b &amp; c</p>", id="text is escaped"),
        pytest.param(element("p", Html("<b>x</b>")), "<p><b>x</b></p>", id="HTML is not"),
        pytest.param(element("p", None, ["a", None, ["b"]]), "<p>ab</p>", id="lists are taken apart, None is nothing"),
        pytest.param(element("td", title='say "x"'), '<td title="say &quot;x&quot;"></td>', id="attributes are quoted"),
        pytest.param(
            element("td", class_="a", aria_label="b"), '<td class="a" aria-label="b"></td>', id="attribute names"
        ),
        pytest.param(
            element("p", hidden=True, title=None, id=False), "<p hidden></p>", id="what is not set is left out"
        ),
        pytest.param(element("br"), "<br>", id="an element without content"),
        pytest.param(joined("a\x1b[31m\u202eb"), "a\ufffd[31m\ufffdb", id="nothing moves the cursor or turns the text"),
        pytest.param(joined("a\u061c\u200b\ufeff\ud800\U000e0041b"), "a" + "\ufffd" * 5 + "b", id="nothing hides"),
        pytest.param(prose("Use `[]` & go."), "Use <code>[]</code> &amp; go.", id="backticks are code"),
        pytest.param(prose("It`s"), "It`s", id="a single backtick is itself"),
    ],
)
def test_elements(made, html):
    assert made == html


@given(st.text(), st.text())
def test_no_text_can_leave_its_element(text, value):
    class Parser(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags = []

        def handle_starttag(self, tag, attrs):
            self.tags.append((tag, [name for name, _ in attrs]))

    parser = Parser()
    parser.feed(element("p", text, prose(text), title=value))
    assert [tag for tag in parser.tags if tag[0] != "code"] == [("p", ["title"])]
