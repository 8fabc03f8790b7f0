"""A picture of a terminal shows what was printed, where it was printed."""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET

import pytest

pytest.importorskip("pty", reason="a terminal is needed")

import tools.picture
from tools.picture import (
    CHARACTER,
    COLORS,
    FAINT,
    PICTURE,
    ROOT,
    WATCH,
    Style,
    picture,
    readme_picture,
    styled,
    watch_picture,
)

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}text"))  # noqa: S314 - made by ourselves


def test_what_was_printed_is_what_is_shown():
    svg = picture("autograder check", 'web <-> db & "cache"\n\n  api ')
    assert [text.text for text in texts(svg)] == ["$", "autograder check", 'web <-> db & "cache"', "api"]


def test_columns_stay_under_one_another():
    shown = texts(picture("x", "web  \x1b[32mopen\x1b[0m\ndb   \x1b[31mclosed\x1b[0m"))
    places = {text.text: text.get("x") for text in shown}
    assert places["open"] == places["closed"]


def test_spaces_move_what_follows_them_and_are_not_drawn():
    plain, moved = (texts(picture("x", line))[-1] for line in ("web", "   web  "))
    assert plain.get("textLength") == moved.get("textLength")
    assert float(moved.get("x")) - float(plain.get("x")) == pytest.approx(3 * CHARACTER)


def test_a_long_line_widens_the_picture():
    narrow, wide = (ET.fromstring(picture("x", "y" * count)) for count in (10, 200))  # noqa: S314
    assert float(narrow.get("width")) < float(wide.get("width"))


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        pytest.param("web", [("web", Style())], id="plain text"),
        pytest.param("\x1b[1mweb\x1b[22m db", [("web", Style(bold=True)), (" db", Style())], id="bold, then not"),
        pytest.param("\x1b[1;31mweb", [("web", Style(COLORS[1], bold=True))], id="two codes at once"),
        pytest.param("\x1b[92mweb\x1b[39m", [("web", Style(COLORS[2]))], id="a bright color"),
        pytest.param("\x1b[4mweb\x1b[24mdb", [("web", Style(underlined=True)), ("db", Style())], id="underlined"),
        pytest.param("\x1b[38;5;208mweb", [("web", Style())], id="a color that it does not know"),
        pytest.param("\x1b[2Kweb\x1b]0;title\x07db", [("web", Style()), ("db", Style())], id="other sequences"),
        pytest.param("a\tb", [("a       b", Style())], id="a tab"),
    ],
)
def test_escape_sequences(text, runs):
    assert list(styled(text)) == [runs]


def test_a_style_goes_on_in_the_next_line():
    assert list(styled("\x1b[2mweb\ndb")) == [[("web", Style(faint=True))], [("db", Style(faint=True))]]
    assert Style(faint=True).attributes() == f' fill="{FAINT}"'


def test_the_readme_shows_what_the_program_prints_today():
    assert PICTURE.read_text(encoding="utf-8") == readme_picture(), "the picture is not current: run make picture"
    assert WATCH.read_text(encoding="utf-8") == watch_picture(), "the picture is not current: run make picture"


def test_the_readmes_picture_names_the_belief_and_no_folder_of_this_machine():
    shown = "\n".join(text.text for text in texts(PICTURE.read_text(encoding="utf-8")))
    assert "friday.yaml" in shown
    assert "policies add up" in shown
    assert str(ROOT) not in shown
    assert tempfile.gettempdir() not in shown


def test_a_command_that_fails_makes_no_picture(monkeypatch):
    monkeypatch.setattr(tools.picture, "COMMAND", ("autograder", "check", "no-such-exercise", "--answer", "a.yaml"))
    with pytest.raises(SystemExit, match="ended with status 2"):
        readme_picture()
