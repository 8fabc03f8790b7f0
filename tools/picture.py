"""Makes the pictures of terminals: what the program really prints.

``python -m tools.picture`` writes ``docs/check.svg`` for the README, and ``docs/watch.svg``. A test holds them current.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import html
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.cli.watching.screen import screen
from autograder.cli.watching.session import Session
from autograder.course import read_course
from autograder.desk import lay_out
from autograder.exercises.report import Style as Look
from autograder.exercises.spec import Exercises

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "check.svg"
WATCH = ROOT / "docs" / "watch.svg"
COMMAND = ("autograder", "check", "db-filter", "--answer", "friday.yaml")
ANSWER = ROOT / "solutions" / "practice" / "db-filter" / "wrong" / "policies-intersect.yaml"

COLUMNS = 88
WATCH_LINES = 32
CHARACTER = 8.4
LINE = 19
NO_BREAK = "\N{NO-BREAK SPACE}"
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
    """Write the pictures."""
    argparse.ArgumentParser(prog="python -m tools.picture", description=__doc__).parse_args(arguments)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(readme_picture(), encoding="utf-8")
    WATCH.write_text(watch_picture(), encoding="utf-8")
    return 0


def readme_picture() -> str:
    """Return the picture of a learner's wrong answer being checked."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ANSWER, Path(folder) / COMMAND[-1])
        status, text = run([*COMMAND, "--course", str(ROOT)], Path(folder))
    if status != 1:
        raise SystemExit(f"{' '.join(COMMAND)} ended with status {status}, not 1:\n{text}")
    return picture(" ".join(COMMAND), text)


def watch_picture() -> str:
    """Return the picture of an answer that is watched, after it was saved for the first time."""
    course = read_course(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder, "work")
        lay_out(course, desk)
        with contextlib.chdir(desk):
            session = Session(Exercises(course), desk, COMMAND[2])
            shutil.copy(ANSWER, session.file)
            session.saved()
            lines = screen(session, Look(COLUMNS - 1, color=True), WATCH_LINES)
    return picture(f"autograder watch {COMMAND[2]}", "\n".join(lines))


def run(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Return the exit status of a command in `folder`, and what it prints in a real terminal of 88 columns."""
    words = [sys.executable, "-m", "autograder", *command[1:]] if command[0] == "autograder" else list(command)
    hidden = {"NO_COLOR", "COLUMNS", "LINES"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=folder, env=environment
    ) as process:
        os.close(theirs)
        printed = b"".join(_until_it_closes(ours))
        os.close(ours)
    return process.returncode, printed.decode("utf-8", "replace").replace("\r\n", "\n")


def _until_it_closes(terminal: int) -> Iterator[bytes]:
    """Yield what is printed in a terminal until nobody is left to print. Linux says that with an error."""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            yield piece


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
            if word := part.strip(" "):
                # Spaces are not drawn: renderers disagree on how wide they are at the ends of a text.
                x = MARGIN + (column + len(part) - len(part.lstrip(" "))) * CHARACTER
                y = MARGIN + number * LINE + 14
                rows.append(
                    f'<text x="{x:g}" y="{y}" textLength="{len(word) * CHARACTER:g}"{style.attributes()}>'
                    f"{html.escape(word).replace('  ', NO_BREAK * 2)}</text>"
                )
            column += len(part)
    body = "\n".join(rows)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
 aria-label="{title}">
<title>{title}</title>
<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="{FOREGROUND}">
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
