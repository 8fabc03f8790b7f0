"""What does `autograder watch` show? One screen, drawn from a session, as wide and as high as the window is.

    network, lesson 05: One hyphen                      12 of 174 right
    ███░░░░░░░░░░░░░░░░░
    db-monday: Only Monday's callers (3 points)
    work/course/answers/db-monday.yaml

    the task, as far as there is room

    ✗ the outcome, the first finding, what to try
    ────────
    h hint  l list  n next  t task  r reset  q quit

The head and the keys always stand there. What lies between them moves with the arrows when it is too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from autograder.cli.learner import bar, short, standing_line
from autograder.exercises.progress import Progress
from autograder.exercises.report import Style, finding_lines, headline, points, printable
from autograder.exercises.terminal_prose import markdown_lines
from autograder.notebook.findings import take_away

from .session import Session, title_of

_KEYS: Final = {
    "exercise": "h hint   l list   n next   t task   r reset   q quit",
    "right": "n next   s solution   l list   t task   r reset   q quit",
    "task": "t back   h hint   l list   n next   r reset   q quit",
    "list": "enter take   up, down move   l back   q quit",
    "reset": "y yes, put the starter back   any other key: no",
}
_TASK: Final = 3
"""How many lines of the task are shown at least while there is a finding."""
_NARROW: Final = 20
_PAINT: Final = re.compile(r"\x1b\[[0-9;]*m")


def screen(session: Session, style: Style, height: int) -> list[str]:
    """Return the lines of the screen, `height` of them at most."""
    head = list(_list_head(session, style) if session.view == "list" else _head(session, style))
    foot = list(_foot(session, style))
    room = max(height - len(head) - len(foot), 1)
    if session.view == "list":
        body = [_cut(line, style) for line in _list(session, style, room)]
    else:
        body = [part for line in _body(session, style, room) for part in _folded(line, style)]
    most = max(len(body) - room, 0)
    session.offset = min(session.offset, most)
    shown = body[session.offset : session.offset + room]
    if most and session.view != "list":
        rest = [
            "up for what stands above" if session.offset else "",
            "down for more" if session.offset < most else "",
        ]
        foot[0] = style.paint(_rule(style, f" {', '.join(filter(None, rest))} "), "quiet")
    lines = [*head, *shown, *[""] * (room - len(shown)), *foot][-height:]
    # A line that the terminal breaks by itself would push all others out of their places.
    return [_cut(line, style) for line in lines]


def _head(session: Session, style: Style) -> Iterator[str]:
    found = session.progress
    one = found.of(session.exercise.id)
    yield from _top(title_of(found, session.exercise.id), found, style)
    kind = "graded, " if one is not None and one.graded else ""
    worth = points(session.exercise.points)
    unit = "point" if session.exercise.points == 1 else "points"
    title = _cut(f"{session.exercise.id}: {session.exercise.title} ({kind}{worth} {unit})", style)
    yield style.paint(title, "head")
    yield style.paint(_cut(f"Write in {short(session.file)}", style), "quiet")
    yield ""


def _list_head(session: Session, style: Style) -> Iterator[str]:
    yield from _top("All exercises", session.progress, style)
    yield ""


def _top(left: str, found: Progress, style: Style) -> Iterator[str]:
    right = f"{found.right} of {len(found.exercises)} right"
    if found.on_path:
        right = f"path: {found.path_done} of {len(found.on_path)}, in all: {right}"
    left = left if len(left) + len(right) + 2 <= style.width else left[: max(style.width - len(right) - 2, 0)]
    yield f"{left}{' ' * max(style.width - len(left) - len(right), 1)}{style.paint(right, 'head')}"
    width = max(min(style.width - 2, 40), _NARROW // 2)
    yield bar(found.right, len(found.exercises), width, style)


def _foot(session: Session, style: Style) -> Iterator[str]:
    yield style.paint(_rule(style), "quiet")
    if session.view == "reset":
        yield style.paint(_cut(f"Put the starter of {session.exercise.id} back? Your answer is kept.", style), "warn")
    elif session.notice:
        yield from (style.paint(line, "warn") for line in markdown_lines(session.notice, style))
    name = "right" if session.view == "exercise" and session.result.status == "pass" else session.view
    yield from (
        markdown_lines(_KEYS[name], Style(style.width)) if style.width < len(_KEYS[name]) else [_keys(name, style)]
    )


def _keys(name: str, style: Style) -> str:
    """Return the keys that do something now, each key bold."""
    parts = [part.partition(" ") for part in _KEYS[name].split("   ")]
    return "   ".join(f"{style.paint(key, 'head')} {what}" if what else key for key, _, what in parts)


def _body(session: Session, style: Style, room: int) -> list[str]:
    task = list(markdown_lines(session.exercise.task, style))
    if session.view == "task":
        return [*task, *_scene_lines(session, style)]
    told = list(told_lines(session, style))
    if session.solution[0]:
        return told
    if session.untouched and not session.hint:
        return [*task, "", *told]
    # What was found matters more than the task, which was read before.
    left = max(room - len(told) - 1, _TASK)
    if len(task) > left:
        task = [*task[: max(left - 1, 1)], style.paint(f"{'...' if style.plain else '…'} t: the whole task", "quiet")]
    return [*task, "", *told]


def _scene_lines(session: Session, style: Style) -> Iterator[str]:
    """Yield what belongs to the task: the policies that are in force, and where the scene and the lesson lie."""
    exercise = session.exercise
    if exercise.given:
        yield ""
        yield style.paint("In force:", "head")
        yield from (f"    {line}" for line in printable(exercise.given.rstrip()).split("\n"))
    for name, path in session.pages():
        yield ""
        yield style.paint(f"{name}:", "head")
        yield f"    {short(path)}"


def told_lines(session: Session, style: Style) -> Iterator[str]:
    """Yield what was found, and what to try."""
    result = session.result
    if session.solution[0]:
        yield from markdown_lines(session.solution[0], style)
        if session.solution[1]:
            yield ""
            yield style.paint("A right answer:", "head")
            yield from (f"    {line}" for line in session.solution[1].rstrip().split("\n"))
        return
    if session.hint and result.status != "pass":
        # Above all else: it was just asked for.
        yield style.paint("Hint", "head")
        yield from markdown_lines(session.hint, style, "  ")
        yield ""
    if session.untouched and result.status == "fail":
        yield style.paint(f"{style.sign('quiet')} Nothing is written yet.", "quiet")
        yield from markdown_lines(
            f"Open `{short(session.file)}` in your editor, and save it: it is checked at once.", style
        )
    else:
        role = "good" if result.status == "pass" else "bad"
        yield style.paint(f"{style.sign(role)} {headline(result)}", role)
        for found in result.findings[:1] if result.status != "pass" else result.findings:
            yield ""
            yield from finding_lines(found, style, text=result.text)
        more = len([found for found in result.findings[1:] if found.severity == "error"])
        if more and result.status != "pass":
            word = "finding" if more == 1 else "findings"
            yield style.paint(f"And {more} more {word}. The first one is worth looking at first.", "quiet")
        if session.again:
            yield ""
            yield from markdown_lines(session.again, style)
    if result.status == "pass":
        yield from _passed(session, style)
    if session.hint:
        return
    if session.offered == "hint":
        yield ""
        yield "Stuck? h gives the next hint. Hints cost nothing."
    elif session.offered == "solution":
        yield ""
        yield f"Stuck? To see how it is done: autograder solution {session.exercise.id} --anyway"


def _passed(session: Session, style: Style) -> Iterator[str]:
    kept = take_away(session.exercise.concepts)
    if kept:
        yield ""
        yield from markdown_lines(f"**Take away:** {kept}", style)
    yield ""
    following = session.progress.after(session.exercise.id)
    yield f"n: on to {following}" if following else "That was the last one. Every exercise is right."


def _list(session: Session, style: Style, room: int) -> list[str]:
    """Return the list by lesson, the chosen exercise always in sight."""
    found = session.progress
    width = max((len(one.id) for one in found.exercises), default=0)
    lines: list[str] = []
    at = number = 0
    for lesson, ones in found.by_lesson():
        lines.append(style.paint(_cut(f"{lesson[:2]} {found.lessons.get(lesson, '')}".strip(), style), "head"))
        for one in ones:
            mark = " "
            if number == session.chosen:
                at, mark = len(lines), ">"
            text = standing_line(
                one, style if style.width > width + 30 else Style(style.width, plain=style.plain), width
            )
            lines.append(f"{mark}{text[1:]}" if style.width > width + 30 else _cut(f"{mark}{text[1:]}", style))
            number += 1
    first = min(max(at - room // 2, 0), max(len(lines) - room, 0))
    return lines[first : first + room]


def _rule(style: Style, text: str = "") -> str:
    line = ("-" if style.plain else "─") * max(style.width - len(text) - 2, 0)
    return f"{line[:2]}{text}{line[2:]}"


def _folded(line: str, style: Style) -> list[str]:
    """Return a line in parts that fit. YAML and names are not wrapped at words: they are there to be read exactly."""
    bare = _PAINT.sub("", line)
    if len(bare) <= style.width:
        return [line]
    return [bare[at : at + style.width] for at in range(0, len(bare), style.width)]


def _cut(line: str, style: Style) -> str:
    """Return a line, or as much of it as fits; then without color, which could be cut in the middle."""
    bare = _PAINT.sub("", line)
    if len(bare) <= style.width:
        return line
    return bare[: max(style.width - 3, 0)] + "..." if style.plain else bare[: max(style.width - 1, 0)] + "…"
