"""How does a text of the course, which is Markdown, look in a terminal?

================= ==================================================
in Markdown       in a terminal
================= ==================================================
a paragraph       one, wrapped
a heading         bold
a list            each item on lines of its own, set in
a fenced block    as it stands, set in by four
a table           as it stands
``**important**`` bold, where there are colors
````code````      without the backticks
a link            its text, and the target behind it in brackets
================= ==================================================
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from .report import Style, printable

_FENCE: Final = re.compile(r"^\s*(?P<marks>`{3,}|~{3,})")
_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<text>.*)$")
_ITEM: Final = re.compile(r"^(?P<indent>\s*)(?P<mark>[-*+]|\d+[.)])\s+(?P<text>.*)$")
_LINK: Final = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_BOLD: Final = re.compile(r"\*\*(?P<text>[^*]+)\*\*")
_CODE: Final = re.compile(r"`(?P<text>[^`]+)`")


def markdown_lines(text: str, style: Style, indent: str = "") -> Iterator[str]:
    """Yield a Markdown text as lines for one reader."""
    waiting: list[str] = []
    hanging = ""
    fence = ""

    def paragraph() -> Iterator[str]:
        nonlocal hanging
        if waiting:
            yield from _wrapped(" ".join(waiting), style, indent, hanging)
        waiting.clear()
        hanging = ""

    for line in printable(text.strip("\n")).split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and line.strip() == fence:
                fence = ""
            else:
                yield f"{indent}    {line}".rstrip()
        elif match:
            yield from paragraph()
            fence = match["marks"]
        elif not line.strip():
            yield from paragraph()
            yield ""
        elif heading := _HEADING.match(line):
            yield from paragraph()
            yield indent + style.paint(_plain(heading["text"]), "head")
        elif item := _ITEM.match(line):
            yield from paragraph()
            lead = f"{item['indent']}{item['mark']} "
            waiting.append(lead + item["text"])
            hanging = " " * len(lead)
        elif line.lstrip().startswith("|"):
            yield from paragraph()
            yield f"{indent}{_plain(line)}"
        else:
            waiting.append(line.strip())
    yield from paragraph()


def _plain(text: str) -> str:
    """Return a line without its marks."""
    text = _LINK.sub(lambda link: link["text"] if link["text"] in link["target"] else _named(link), text)
    return _CODE.sub(r"\g<text>", _BOLD.sub(r"\g<text>", text))


def _named(link: re.Match[str]) -> str:
    return f"{link['text']} ({link['target']})"


def _wrapped(text: str, style: Style, indent: str, hanging: str) -> Iterator[str]:
    bold = {word for match in _BOLD.finditer(text) for word in [_plain(match["text"])]}
    lines = textwrap.wrap(
        _plain(text),
        max(style.width - len(indent), 20),
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
    )
    for line in lines:
        shown = line
        for word in sorted(bold, key=len, reverse=True):
            shown = shown.replace(word, style.paint(word, "head"), 1)
        yield shown
