"""A path through the course, for people in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from autograder.onboarding.pages import wording

from .problems_text import printable
from .terminal import Role, Terminal, paragraph

if TYPE_CHECKING:
    from autograder.onboarding import Path, Step
    from autograder.onboarding.needs import Need

_PAGE: Final = 100
_NARROW: Final = 50
"""Below it a label has a line of its own."""
_INDENT: Final = "   "
_ROLES: Final[dict[str, Role]] = {"error": "bad", "warning": "open", "note": "quiet"}


def lines(path: Path, out: Terminal) -> Iterator[str]:
    """Yield a path as lines."""
    width = min(out.width, _PAGE)
    yield from (out.paint(line, "head") for line in paragraph(f"{wording.TITLE}: {wording.headline(path)}", width))
    for sentence in wording.opening(path):
        yield from paragraph(sentence, width)
    for number, step in enumerate(path.steps, 1):
        yield ""
        yield from _step(step, number, out, width)
    if path.left_out:
        yield ""
        yield out.paint(wording.LEFT_OUT, "head")
        for each in path.left_out:
            yield from paragraph(wording.left_out(each), width, _INDENT, f"{_INDENT}  ")
    if path.clean:
        yield ""
        yield out.paint(wording.CLEAN, "head")
        yield from paragraph("; ".join(wording.named(path.clean)), width, _INDENT)
    yield ""
    yield from paragraph(f"{wording.afterwards(path)}{path.capstone.file}", width)


def _step(step: Step, number: int, out: Terminal, width: int) -> Iterator[str]:
    head = f"{number}. {step.lesson.title} ({wording.duration(step.minutes)})"
    if not step.found:
        yield from (out.paint(line, "quiet") for line in paragraph(head, width, "", _INDENT))
        yield from _quiet(wording.role(step).replace("`", ""), out, width)
        yield from _quiet(step.lesson.file, out, width)
        return
    yield from (out.paint(line, "head") for line in paragraph(head, width, "", _INDENT))
    for need in step.needs:
        yield from _need(step, need, out, width)
    above_all = wording.reading(step)
    yield from _row("lesson", f"{step.lesson.file}{f', above all {above_all}' if above_all else ''}", out, width)
    for each in step.exercises:
        yield from _row("exercise", f"{each.id}, {each.title} ({wording.exercise(each)})", out, width)


def _need(step: Step, need: Need, out: Terminal, width: int) -> Iterator[str]:
    head = paragraph(printable(wording.found_title(need)), width, _INDENT, f"{_INDENT}  ")
    yield from (out.paint(line, _ROLES[need.severity]) for line in head)
    for found in wording.shown(need):
        where = wording.place(found)
        yield from _plain(f"{f'{where}: ' if where else ''}{found.subject}: {found.got}", width)
    if wording.more(need):
        yield from _plain(wording.more(need), width)
    yield from _row("means", wording.meaning(need), out, width)
    belief = wording.belief(step, need)
    if belief is not None:
        yield from _row("maybe", f"“{belief.title}” It is not so. {belief.true}".replace("`", ""), out, width)


def _plain(text: str, width: int) -> list[str]:
    return paragraph(printable(text), width, f"{_INDENT}  ", f"{_INDENT}    ")


def _quiet(text: str, out: Terminal, width: int) -> Iterator[str]:
    return (out.paint(line, "quiet") for line in paragraph(text, width, _INDENT))


def _row(label: str, text: str, out: Terminal, width: int) -> Iterator[str]:
    if not text:
        return
    if width < _NARROW:
        yield f"{_INDENT}  {out.paint(label, 'quiet')}"
        yield from paragraph(printable(text), width, f"{_INDENT}    ")
        return
    first, *rest = paragraph(printable(text), width, f"{_INDENT}  {'':10}")
    yield f"{_INDENT}  {out.paint(f'{label:10}', 'quiet')}{first[len(_INDENT) + 12 :]}"
    yield from rest
