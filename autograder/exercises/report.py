"""What a check found, as text for a terminal. Everything that is drawn here is data that a notebook can draw as well.

The first finding stands there in full, the others as one line each. Color is never the only sign.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from autograder.manifests.problems import Problem
from autograder.misconceptions import CATALOGUE, Misconception
from autograder.network.ports import PortSet

from .checking import Result
from .effect import Effect, Effected
from .findings import Finding
from .places import Place
from .predictions import Predicted

_LABEL: Final = 9
_CELL: Final = 24
_CODES: Final = {"bad": "31", "good": "32", "warn": "33", "head": "1", "quiet": "2"}
_ROWS: Final = (("wanted", "wanted"), ("got", "got"), ("because", "because"))
_SAID: Final = {"prediction-wrong": "it is", "counterexample-wrong": "right is"}
"""Findings about what somebody said, and how they name what is so."""
_OPENINGS: Final = {
    "prediction-wrong": "What was predicted would be so if this were true",
    "counterexample-wrong": "Somebody who believes this would answer so",
    "suspect-passes": "This policy would be right if this were true",
    "test-unsound": "Right policies would pass if this were true",
    "test-asks-more": "Right policies would pass if this were true",
}
_MOST_FOLDED: Final = 10
_MOST_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class Style:
    """How to write for one reader."""

    width: int = 80
    color: bool = False
    plain: bool = False
    """Only ASCII signs, for terminals that have no others."""

    def paint(self, text: str, role: str) -> str:
        """Return a text in the color of its role: ``bad``, ``good``, ``warn``, ``head`` or ``quiet``."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.color and text else text

    def sign(self, role: str) -> str:
        """Return the sign of a role."""
        signs = {"good": ("✓", "+"), "bad": ("✗", "x"), "warn": ("!", "!"), "quiet": ("·", "-")}
        return signs[role][self.plain]


def beliefs(ids: Iterable[str]) -> tuple[Misconception, ...]:
    """Return the catalogue's entries for the misconceptions of a result or a finding."""
    return tuple(CATALOGUE[name] for name in ids if name in CATALOGUE)


def points(number: float) -> str:
    """Return points as people write them.

    >>> points(2.0), points(2.5)
    ('2', '2.5')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")


def headline(result: Result) -> str:
    """Return the outcome in one sentence."""
    if result.status == "error":
        return "This exercise cannot be checked."
    earned = f"{points(result.score)} of {points(result.max)} points."
    return f"Right: {earned}" if result.status == "pass" else f"Not there yet: {earned}"


def result_lines(result: Result, style: Style, *, full: bool = False, recurring: str = "") -> Iterator[str]:
    """Yield a result as lines of text; with `full` no finding is folded.

    `recurring` is what `history.recurring` says about the belief behind it.
    """
    yield from _painted(f"{result.exercise}: {result.title}" if result.title else result.exercise, "head", style)
    role = {"pass": "good", "fail": "bad", "error": "bad"}[result.status]
    yield from _painted(f"{style.sign(role)} {headline(result)}", role, style)
    shown = [found for found in result.findings if full or not found.folded]
    folded = [found for found in result.findings if not full and found.folded]
    for found in shown:
        yield ""
        yield from finding_lines(found, style, _problem_of(found, result), result.text)
    if recurring:
        yield ""
        yield from _block(recurring, style)
    if folded:
        yield ""
        yield from _folded_lines(folded, style)


def rows_of(found: Finding) -> tuple[tuple[str, str], ...]:
    """Return what is told of a finding: the label for people, and the field. A prediction was said, not wanted."""
    if found.id in _SAID:
        return ((_SAID[found.id], "wanted"), ("you said", "got"), ("because", "because"))
    return _ROWS


def finding_lines(found: Finding, style: Style, problem: Problem | None = None, text: str = "") -> Iterator[str]:
    """Yield one finding in full."""
    role = {"error": "bad", "warning": "warn", "note": "quiet"}[found.severity]
    head = f"{found.title}: {found.subject}" if found.subject else found.title
    yield from _painted(f"{style.sign(role)} {head}", role, style)
    for label, name in rows_of(found):
        yield from _row(label, getattr(found, name), style)
    if found.file:
        yield from _row("where", f"{found.file}, line {found.line}" if found.line else found.file, style)
    if problem is not None:
        yield from _excerpt(problem, text, style)
    yield from _row("compare", found.nearby, style)
    for belief in beliefs(found.misconceptions[:1]):
        yield ""
        yield from _belief_lines(belief, found.id, style)
    others = beliefs(found.misconceptions[1:])
    if others:
        yield from _block(f"It fits these beliefs too: {'; '.join(other.title for other in others)}.", style)
    if found.see:
        yield from _row("read on", found.see, style)


def prediction_lines(rows: Iterable[Predicted], style: Style) -> Iterator[str]:
    """Yield predictions beside the truth, in the order given."""
    listed = list(rows)
    width = max((len(row.text) for row in listed), default=0)
    for row in listed:
        role = "good" if row.right else "bad"
        verdicts = f"you said {row.predicted}, it is {row.truth}"
        yield style.paint(f"{style.sign(role)} {row.text:{width}}  {verdicts}", role)


def effect_lines(found: Effect, style: Style) -> Iterator[str]:
    """Yield what an answer changes: a matrix while it fits the width, else a list of what matters."""
    table = _table(found, style)
    if table is not None:
        yield from table
    else:
        yield from _list(found, style)
    if found.left_out:
        yield f"and {found.left_out} more endpoints"
    yield ""
    right, wrong = style.sign("good"), style.sign("bad")
    legend = f"{right} as asked, {wrong} not as asked, * changed by the answer, . nothing, - not judged"
    yield from _wrapped(legend, style.width)


def cell_text(cell: Effected, style: Style) -> str:
    """Return one cell: the ports that are open, a sign where something was asked, a star if the answer changed it."""
    if cell.state == "not-judged":
        return "-"
    text = short_ports(cell.after.allowed)
    if cell.after.undefined:
        text = "?" if not cell.after.allowed else f"{text} ?"
    sign = {"right": f" {style.sign('good')}", "unasked": ""}.get(cell.state, f" {style.sign('bad')}")
    return f"{text}{sign}{' *' if cell.changed else ''}"


def short_ports(ports: PortSet) -> str:
    """Return ports as a cell shows them: ``.`` for none, ``all``, else as people write them."""
    return "." if not ports else "all" if ports == PortSet.ALL else str(ports)


# -- pieces --------------------------------------------------------------------------------------


def _belief_lines(belief: Misconception, finding_id: str, style: Style) -> Iterator[str]:
    opening = _OPENINGS.get(finding_id, "The answer would be right if this were true")
    if belief.kind != "model":
        opening = "This is often written by people who think"
    yield from _block(f"{opening}: {belief.title}.", style)
    for text in (belief.believed, f"It is not so. {belief.true}", belief.why, f"Try it: {belief.try_}"):
        yield from _block(text, style)


def _folded_lines(folded: list[Finding], style: Style) -> Iterator[str]:
    yield f"And {len(folded)} more:"
    for found in folded[:_MOST_FOLDED]:
        text = f"{found.title}: {found.subject}"
        if found.id in _SAID:
            text = f"{found.subject}: {_SAID[found.id]} {found.wanted}, you said {found.got}. {found.because}"
        lines = _wrapped(text, style.width - 4)
        yield f"  {style.sign('quiet')} {lines[0]}"
        yield from (f"    {line}" for line in lines[1:])
    if len(folded) > _MOST_FOLDED:
        yield f"  {style.sign('quiet')} and {len(folded) - _MOST_FOLDED} others"


def _row(label: str, text: str, style: Style) -> Iterator[str]:
    """Yield a label and its text, side by side where there is room and below each other where there is not."""
    if not text:
        return
    if style.width < 50:
        yield style.paint(f"  {label}", "quiet")
        yield from (f"    {line}" for line in _wrapped(text, style.width - 4))
        return
    lines = _wrapped(text, style.width - _LABEL - 2)
    yield f"  {style.paint(f'{label:{_LABEL}}', 'quiet')}{lines[0]}"
    yield from (f"  {'':{_LABEL}}{line}" for line in lines[1:])


def _painted(text: str, role: str, style: Style) -> Iterator[str]:
    """Yield a text in the color of its role, further lines set in by two."""
    first, *others = _wrapped(text, style.width - 2)
    yield style.paint(first, role)
    yield from (style.paint(f"  {line}", role) for line in others)


def _block(text: str, style: Style) -> Iterator[str]:
    yield from (f"  {line}" for line in _wrapped(text, style.width - 2))


def _wrapped(text: str, width: int) -> list[str]:
    clean = printable(" ".join(text.split()))
    return textwrap.wrap(clean, max(width, 10), break_on_hyphens=False) or [""]


def printable(text: str) -> str:
    """Return a text that cannot move the cursor: an answer may hold escape sequences."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", "�", text)


def _problem_of(found: Finding, result: Result) -> Problem | None:
    """Return the problem that a finding tells, to show its place."""
    for problem in result.problems:
        if found.got == " ".join(problem.message.split()) and found.line == problem.position.line:
            return problem
    return None


def _excerpt(problem: Problem, text: str, style: Style) -> Iterator[str]:
    """Yield the line of the answer that a problem is about, with a caret below the place."""
    lines = text.split("\n")
    if not 1 <= problem.position.line <= len(lines):
        return
    line = printable(lines[problem.position.line - 1].replace("\t", " "))
    column = min(problem.position.column, len(line) + 1)
    number = f"{problem.position.line:>4} | "
    room = max(style.width - len(number) - 2, 10)
    start = max(0, column - room // 2) if len(line) > room else 0
    yield f"  {number}{line[start : start + room]}"
    yield f"  {'':{len(number)}}{' ' * (column - 1 - start)}^"


def _table(found: Effect, style: Style) -> list[str] | None:
    """Return the matrix, or None when it is wider than the reader's window."""
    if not found.places:
        return None
    columns = [
        index
        for index, _ in enumerate(found.places)
        if any(row[index].changed or row[index].state not in ("unasked", "not-judged") for row in found.cells)
    ]
    if not columns:
        return None
    cells = [[cell_text(row[index], style) for index in columns] for row in found.cells]
    if max(len(cell) for row in cells for cell in row) > _CELL:
        return None
    heads = [str(found.places[index]) for index in columns]
    widths = [max(len(head), *(len(row[at]) for row in cells)) for at, head in enumerate(heads)]
    label = max(len(str(place)) for place in found.places)
    label = max(label, len("from, to"))
    if label + sum(widths) + 2 * len(widths) > style.width:
        return None
    result = [
        f"{'from, to':{label}}  "
        + "  ".join(f"{head:{width}}" for head, width in zip(heads, widths, strict=True)).rstrip()
    ]
    for place, row in zip(found.places, cells, strict=True):
        body = "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        result.append(f"{place!s:{label}}  {body}".rstrip())
    return result


def _list(found: Effect, style: Style) -> Iterator[str]:
    """Yield the cells that matter by destination, sources with the same verdict together, what is wrong first."""
    order = {"too-open": 0, "too-closed": 1, "undefined": 2}
    groups: dict[Place, dict[str, list[Effected]]] = {}
    for row in found.cells:
        for cell in row:
            if cell.changed or cell.state not in ("unasked", "not-judged"):
                groups.setdefault(cell.target, {}).setdefault(cell_text(cell, style), []).append(cell)

    def rank(verdict: tuple[str, list[Effected]]) -> int:
        return order.get(verdict[1][0].state, 3)

    ranked = sorted(groups.items(), key=lambda group: min(map(rank, group[1].items())))
    for target, verdicts in ranked[:_MOST_LISTED]:
        yield from _hanging(f"to {target}", style)
        for text, cells in sorted(verdicts.items(), key=rank):
            yield from _hanging(f"  {text} from {', '.join(str(cell.source) for cell in cells)}", style)
    if len(ranked) > _MOST_LISTED:
        yield f"and {len(ranked) - _MOST_LISTED} more"


def _hanging(text: str, style: Style) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    lines = _wrapped(text, style.width - len(indent) - 4)
    return [f"{indent}{lines[0]}", *(f"{indent}    {line}" for line in lines[1:])]
