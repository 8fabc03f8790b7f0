"""Makes a picture of a terminal out of what a command really prints.

``python -m tools.picture docs/check.svg -- autograder check db-metrics``
"""

from __future__ import annotations

import argparse
import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

COLUMNS = 88
CHARACTER = 8.4
LINE = 19
MARGIN = 18

# Bright and normal colors alike, chosen for a contrast of at least 4.5:1 on the background.
COLORS = {1: "#ff8a80", 2: "#8fd694", 3: "#f2cc60", 4: "#82b1ff", 5: "#d7a8ff", 6: "#7fdbda", 7: "#e6edf3"}
BACKGROUND, FOREGROUND, FAINT = "#161b22", "#e6edf3", "#9da7b3"

ESCAPE = re.compile(r"\x1b(?:\[([0-9;]*)([A-Za-z])|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks."""

    color: str = ""
    bold: bool = False
    faint: bool = False
    underlined: bool = False

    def attributes(self) -> str:
        """The same as attributes of SVG."""
        color = self.color or (FAINT if self.faint else "")
        return (
            (f' fill="{color}"' if color else "")
            + (' font-weight="bold"' if self.bold else "")
            + (' text-decoration="underline"' if self.underlined else "")
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and write the picture of it. Status 2 if the command could not be carried out."""
    parser = argparse.ArgumentParser(prog="python -m tools.picture", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.svg")
    parser.add_argument("command", nargs="+", metavar="WORD", help="after --: the command")
    args = parser.parse_args(arguments)
    status, text = run(args.command)
    if status not in (0, 1):
        print(f"{' '.join(args.command)} ended with status {status}:\n{text}", file=sys.stderr)
        return 2
    args.file.parent.mkdir(parents=True, exist_ok=True)
    args.file.write_text(picture(" ".join(args.command), text), encoding="utf-8")
    return 0


def run(command: Sequence[str]) -> tuple[int, str]:
    """Return the exit status of a command and everything it prints in a terminal with colors, 88 characters wide."""
    words = [sys.executable, "-m", "autograder", *command[1:]] if command[0] == "autograder" else list(command)
    terminal = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "PYTHONIOENCODING": "utf-8", "TERM": "xterm-256color"}
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | terminal
    answer = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=environment
    )
    return answer.returncode, answer.stdout.decode("utf-8", "replace")


def picture(command: str, text: str) -> str:
    """Return an SVG of a terminal in which `command` was typed and `text` came back.

    Every run of equal style stands at the column where it belongs, so tables stay straight in any font.
    """
    prompt = [("$ ", Style(faint=True)), (command, Style(bold=True))]
    lines = [prompt, *styled(text.rstrip("\n"))]
    columns = max(COLUMNS, *(sum(len(part) for part, _ in line) for line in lines))
    width, height = round(columns * CHARACTER + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    title = html.escape(f"A terminal: {command}")
    rows = []
    for number, line in enumerate(lines):
        column = 0
        for part, style in line:
            if part.strip():
                x, y = MARGIN + column * CHARACTER, MARGIN + number * LINE + 14
                rows.append(
                    f'<text x="{x:g}" y="{y}" textLength="{len(part) * CHARACTER:g}"{style.attributes()}>'
                    f"{html.escape(part)}</text>"
                )
            column += len(part)
    body = "\n".join(rows)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
 aria-label="{title}">
<title>{title}</title>
<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="{FOREGROUND}"
 xml:space="preserve">
{body}
</g>
</svg>
"""


def styled(text: str) -> Iterator[list[tuple[str, Style]]]:
    """Yield each line as runs of text of one style, the terminal's escape sequences read or dropped."""
    style = Style()
    for line in text.expandtabs().splitlines():
        runs, start = [], 0
        for escape in ESCAPE.finditer(line):
            runs.append((line[start : escape.start()], style))
            start = escape.end()
            if escape[2] == "m":
                style = restyled(style, escape[1])
        runs.append((line[start:], style))
        yield [(part, look) for part, look in runs if part]


def restyled(style: Style, codes: str) -> Style:
    """Return a style after the codes of one ``ESC [ … m``. Unknown codes change nothing.

    >>> restyled(Style(), "1;31")
    Style(color='#ff8a80', bold=True, faint=False, underlined=False)
    >>> restyled(Style(bold=True), "")
    Style(color='', bold=False, faint=False, underlined=False)
    """
    for code in (int(code or 0) for code in codes.split(";")):
        if code == 0:
            style = Style()
        elif code == 1:
            style = replace(style, bold=True)
        elif code == 2:
            style = replace(style, faint=True)
        elif code == 4:
            style = replace(style, underlined=True)
        elif code == 22:
            style = replace(style, bold=False, faint=False)
        elif code == 24:
            style = replace(style, underlined=False)
        elif code == 39:
            style = replace(style, color="")
        elif code // 10 in (3, 9) and code % 10 in COLORS:
            style = replace(style, color=COLORS[code % 10])
    return style


if __name__ == "__main__":
    sys.exit(main())
