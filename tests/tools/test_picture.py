"""A picture of a terminal shows what was printed, where it was printed."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import pytest

from tools.picture import COLORS, FAINT, Style, main, picture, styled

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}text"))  # noqa: S314 - made by ourselves


def test_what_was_printed_is_what_is_shown():
    svg = picture("autograder check", 'web <-> db & "cache"\n\n  api')
    assert [text.text for text in texts(svg)] == ["$ ", "autograder check", 'web <-> db & "cache"', "  api"]


def test_columns_stay_under_one_another():
    shown = texts(picture("x", "web  \x1b[32mopen\x1b[0m\ndb   \x1b[31mclosed\x1b[0m"))
    places = {text.text: text.get("x") for text in shown}
    assert places["open"] == places["closed"]


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


def test_a_picture_of_a_real_command(tmp_path):
    assert main([str(tmp_path / "docs" / "version.svg"), "--", "autograder", "--version"]) == 0
    svg = (tmp_path / "docs" / "version.svg").read_text(encoding="utf-8")
    assert [text.text for text in texts(svg)][:2] == ["$ ", "autograder --version"]
    assert str(tmp_path) not in svg


def test_a_command_that_fails_makes_no_picture(tmp_path, capsys):
    assert main([str(tmp_path / "a.svg"), "--", sys.executable, "-c", "print('no'); raise SystemExit(2)"]) == 2
    assert "ended with status 2:\nno" in capsys.readouterr().err
    assert not (tmp_path / "a.svg").exists()
