from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.notebook import cells

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A learner's desk: a folder to work in, from which the course of this repository is found."""
    for name in ("course.yaml", "solutions", "course"):
        (tmp_path / name).symlink_to(ROOT / name)
    folder = tmp_path / "work" / "exercises" / "np-union"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(cells, "_RUN", {})
    return folder


@pytest.fixture
def sample():
    """The text of a file below solutions/."""
    return lambda name: (ROOT / "solutions" / name).read_text(encoding="utf-8")


VOID = {"br", "hr", "col", "wbr"}


class _Checked(HTMLParser):
    """Collects tags, attributes and visible text, and fails on HTML that does not nest."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


@pytest.fixture
def look():
    """Read an output as a browser would: its visible text, and its tags with their attributes."""

    def read(output):
        page = _Checked()
        page.feed(output._repr_html_())
        page.close()
        assert page.open == []
        return re.sub(r"\s+", " ", "".join(page.text)), page.tags

    return read
