"""The picture as SVG: a card for each namespace, a row for each node, and beside them rails that join the rows.

A rail is a link. It leaves its sources to the right, runs up and down in a lane of its own, and enters its targets
with an arrowhead. Ports stand where a rail enters. So no line ever crosses a word, however many there are, and the
picture stays narrow enough for a phone.
"""

from __future__ import annotations

import html
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from autograder.network import Reachability

from .graph import MOST_NODES, Graph, Link, graph
from .metrics import shortened, width_of, wrapped
from .words import (
    TITLE,
    detail_of,
    hidden_in,
    label_of,
    names_of,
    printable,
    remarks_on,
    said_by,
    state_of,
    summary_of,
    title_of,
    title_of_box,
    told,
)

_MARGIN: Final = 20
_PADDING: Final = 12
_LINE: Final = 15
_SMALL: Final = 12
_LANE: Final = 14
_CORNER: Final = 7
_GAP: Final = 18
_NARROWEST: Final = 360
_CHIP: Final = (150, 250)
_LABEL: Final = 180

COLORS: Final = ("#2a7de1", "#c05f10", "#23875a", "#9a55cf", "#0f8494", "#c9447c", "#85782a", "#6a7890")
"""Told apart without color by their lanes; each has a contrast of 3 at least with white and with #212121."""

Role = Literal["from", "to", "both", "note"]


@dataclass(slots=True)
class _Slot:
    """Where one link or note meets a row."""

    role: Role
    link: int
    """Its number; -1 for a note."""
    lines: list[str]
    dashed: bool
    y: float = 0

    @property
    def height(self) -> int:
        return 18 if self.role == "from" else _LINE * len(self.lines) + 5


@dataclass(slots=True)
class _Row:
    """A line of a card: its heading, a node, or what is not drawn."""

    key: str
    kind: Literal["box", "node", "rest"]
    title: str
    details: list[str] = field(default_factory=list)
    full: str = ""
    slots: list[_Slot] = field(default_factory=list)
    top: float = 0
    height: float = 0


def svg(
    result: Reachability, *, title: str = TITLE, port: tuple[str, int] | None = None, most: int = MOST_NODES
) -> str:
    """Return a matrix as one SVG element with a text alternative, the same for the same matrix.

    It takes its colors from JupyterLab or VS Code where it stands in a page of theirs, else from the reader's choice
    of light or dark. With a port the picture is about that port alone. About `most` nodes are drawn.
    """
    return _Sheet(graph(result, port=port, most=most), title).text()


class _Sheet:
    """The layout of one graph."""

    def __init__(self, drawn: Graph, title: str) -> None:
        self.graph = drawn
        self.title = title
        self.rows = _rows(drawn)
        self.place = {row.key: number for number, row in enumerate(self.rows)}
        self.lanes = _lanes([self._span(link) for link in drawn.links])
        texts = [width_of(row.title, 14, bold=True) for row in self.rows] + [
            width_of(line, _SMALL) for row in self.rows for line in row.details
        ]
        self.chip_width = round(min(max([_CHIP[0] - 2 * _PADDING, *texts]) + 2 * _PADDING, _CHIP[1]))
        for row in self.rows:
            row.title = shortened(
                row.title, self.chip_width - (2 * _PADDING if row.kind == "node" else 0), 14, bold=True
            )
        self._fill()
        labels = [width_of(line, _SMALL) for row in self.rows for slot in row.slots for line in slot.lines]
        self.card_right = _MARGIN + self.chip_width + 2 * _PADDING
        self.label_x = self.card_right + _GAP
        self.rail_x = self.label_x + round(max(labels, default=0)) + 16
        lanes = max(self.lanes, default=-1) + 1
        self.width = max(_NARROWEST, self.rail_x + max(0, lanes - 1) * _LANE + _MARGIN + (4 if lanes else 0))
        self.head = wrapped(title, self.width - 2 * _MARGIN, 17, bold=True) or [TITLE]
        self.foot = [
            (line, number == 0)
            for remark in remarks_on(drawn)
            for number, line in enumerate(wrapped(remark, self.width - 2 * _MARGIN, _SMALL))
        ]
        self.summary = wrapped(summary_of(drawn), self.width - 2 * _MARGIN, 13)
        self.bottom = self._set(_MARGIN + 22 * len(self.head) + 18 * len(self.summary) + 12)
        self.height = round(
            self.bottom
            + 16 * len(self.foot)
            + 4 * sum(first for _, first in self.foot)
            + (_MARGIN - 12 if self.foot else -_LINE)
        )

    def _span(self, link: Link) -> tuple[int, int]:
        ends = [self.place[key] for key in (*link.sources, *link.targets)]
        return min(ends), max(ends)

    def _fill(self) -> None:
        """Give every row its slots, in an order in which as few lines as possible cross."""
        for note in self.graph.notes:
            if note.place in self.place:
                lines = wrapped(said_by(note, self.graph), _LABEL, _SMALL)
                self.rows[self.place[note.place]].slots.append(_Slot("note", -1, lines, bool(note.reason)))
        meets: dict[int, list[tuple[tuple[int, int], _Slot]]] = defaultdict(list)
        for number, link in enumerate(self.graph.links):
            first, last = self._span(link)
            label = label_of(link)
            for key in dict.fromkeys((*link.sources, *link.targets)):
                arrives, leaves = key in link.targets, key in link.sources
                role: Role = "both" if arrives and leaves else "to" if arrives else "from"
                lines = wrapped(f"⇄ {label}" if role == "both" else label, _LABEL, _SMALL) if arrives else []
                lane, here = self.lanes[number], self.place[key]
                # Rails that go up leave at the top, the nearest lane first; those that go down at the bottom.
                rank = (0, lane) if here == last else (2, -lane) if here == first else (1, lane)
                meets[here].append((rank, _Slot(role, number, lines, bool(link.reason))))
        for here, found in meets.items():
            self.rows[here].slots += [slot for _, slot in sorted(found, key=lambda item: item[0])]

    def _set(self, y: float) -> float:
        """Give every row and slot its height on the page, from `y` downwards; return where they end."""
        for number, row in enumerate(self.rows):
            if row.kind == "box" and number:
                y += _PADDING + 14  # the end of one card and the way to the next
            slots = sum(slot.height for slot in row.slots)
            text = {"box": 30, "node": 34, "rest": 20}[row.kind] + _LINE * len(row.details)
            row.top, row.height = y, max(text, slots + (10 if slots else 0))
            here = y + (row.height - slots) / 2
            for slot in row.slots:
                slot.y = here + (9 if slot.role == "from" else 3 + _LINE / 2)
                here += slot.height
            y += row.height + (6 if row.kind == "node" else 0)
        return y + _PADDING + 22

    # -- drawing -------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """Return the whole element."""
        body = "\n".join([*self._cards(), *self._rails(), *self._head_and_foot()])
        name = f"pg{zlib.crc32(body.encode()):08x}"
        described = " ".join(told(self.graph))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" style="max-width:100%;height:auto" role="img" '
            f'aria-labelledby="{name}-title {name}-desc">\n'
            f'<title id="{name}-title">{escaped(self.title)}</title>\n'
            f'<desc id="{name}-desc">{escaped(described)}</desc>\n'
            f"<style>{_style(name)}</style>\n"
            f'<rect class="paper" width="{self.width}" height="{self.height}" rx="12"/>\n'
            f"{body}\n</svg>\n"
        )

    def _cards(self) -> Iterator[str]:
        """Yield the boxes with their rows."""
        starts = [number for number, row in enumerate(self.rows) if row.kind == "box"]
        for start, end in zip(starts, [*starts[1:], len(self.rows)], strict=False):
            first, last = self.rows[start], self.rows[end - 1]
            height = last.top + last.height + (_PADDING if end - start > 1 else 4) - first.top
            outside = " outside" if not first.details and first.full == "" else ""
            yield (
                f'<rect class="card{outside}" x="{_MARGIN}" y="{_n(first.top)}" '
                f'width="{self.card_right - _MARGIN}" height="{_n(height)}" rx="10"/>'
            )
            yield from (self._row(row) for row in self.rows[start:end])

    def _row(self, row: _Row) -> str:
        x, middle = _MARGIN + _PADDING, row.top + row.height / 2
        hint = f"<title>{escaped(row.full)}</title>" if row.full else ""
        if row.kind == "box":
            return f'<g>{hint}<text class="space" x="{x}" y="{_n(row.top + 20)}">{escaped(row.title)}</text></g>'
        if row.kind == "rest":
            return f'<text class="quiet" x="{x}" y="{_n(middle + 4)}">{escaped(row.title)}</text>'
        text = middle - _LINE * len(row.details) / 2 + 5
        lines = [f'<text class="name" x="{x + _PADDING}" y="{_n(text)}">{escaped(row.title)}</text>']
        for number, line in enumerate(row.details, start=1):
            lines.append(
                f'<text class="quiet" x="{x + _PADDING}" y="{_n(text + number * _LINE)}">{escaped(line)}</text>'
            )
        chip = (
            f'<rect class="chip" x="{x}" y="{_n(row.top)}" width="{self.chip_width}" height="{_n(row.height)}" rx="7"/>'
        )
        return f"<g>{hint}{chip}{''.join(lines)}</g>"

    def _rails(self) -> Iterator[str]:
        """Yield first the stubs of notes, then every link: what lies above interrupts what it crosses."""
        for row in self.rows:
            for slot in row.slots:
                if slot.role == "note":
                    yield f'<g class="stub">{self._arrow(row, slot, self.label_x - 3)}{self._label(slot)}</g>'
        names = names_of(self.graph)
        meets: dict[int, list[tuple[_Row, _Slot]]] = defaultdict(list)
        for row in self.rows:
            for slot in row.slots:
                if slot.link >= 0:
                    meets[slot.link].append((row, slot))
        # Long rails lie in the outer lanes and are crossed by nothing; so they come first.
        for number in sorted(meets, key=lambda number: (-self.lanes[number], number)):
            yield self._link(number, meets[number], names)

    def _link(self, number: int, ends: list[tuple[_Row, _Slot]], names: dict[str, str]) -> str:
        link = self.graph.links[number]
        x = self.rail_x + self.lanes[number] * _LANE
        top, bottom = min(slot.y for _, slot in ends), max(slot.y for _, slot in ends)
        parts = [f"M{x} {_n(top + _CORNER)}V{_n(bottom - _CORNER)}"] if bottom - top > 2 * _CORNER else []
        halos, heads, labels = [], [], []
        for row, slot in ends:
            start = self._edge(row)
            turn = x - _CORNER if slot.y in (top, bottom) else x
            stop = start + (7 if slot.role in ("to", "both") else 0)
            halos.append(f"M{_n(start + 14)} {_n(slot.y)}H{x - 8}")
            gap = (
                f"H{self.label_x - 4}M{_n(self.label_x + width_of(slot.lines[0], _SMALL) + 2)} {_n(slot.y)}"
                if slot.lines
                else ""
            )
            curve = {
                top: f"Q{x} {_n(top)} {x} {_n(top + _CORNER)}",
                bottom: f"Q{x} {_n(bottom)} {x} {_n(bottom - _CORNER)}",
            }
            parts.append(f"M{_n(stop)} {_n(slot.y)}{gap}H{turn}{curve.get(slot.y, '')}")
            if slot.role in ("to", "both"):
                heads.append(_head(start, slot.y))
                labels.append(self._label(slot))
            if slot.role == "from":
                heads.append(f'<circle cx="{_n(start)}" cy="{_n(slot.y)}" r="3.5"/>')
            if slot.role == "to" and slot.y not in (top, bottom):
                heads.append(f'<circle cx="{x}" cy="{_n(slot.y)}" r="2.5"/>')
        sides = [", ".join(names[key] for key in side) for side in (link.sources, link.targets)]
        hint = escaped(f"{sides[0]} → {sides[1]}: {label_of(link)}")
        dashed = " open" if link.reason else ""
        return (
            f'<g class="link{dashed}" style="--c:{COLORS[self.lanes[number] % len(COLORS)]}"><title>{hint}</title>'
            f'<path class="halo" d="{"".join(halos)}"/><path class="rail" d="{"".join(parts)}"/>'
            f"{''.join(heads)}{''.join(labels)}</g>"
        )

    def _edge(self, row: _Row) -> float:
        """Where lines leave a row: the edge of a node, or that of the card for its heading."""
        return self.card_right - (_PADDING if row.kind == "node" else 0)

    def _arrow(self, row: _Row, slot: _Slot, end: float) -> str:
        start = self._edge(row)
        dashed = " open" if slot.dashed else ""
        return f'<path class="rail{dashed}" d="M{_n(start + 7)} {_n(slot.y)}H{_n(end)}"/>{_head(start, slot.y)}'

    def _label(self, slot: _Slot) -> str:
        """Return the words of a slot, from behind the arrowhead on; a rail stops at them and goes on behind them."""
        return "".join(
            f'<text class="label" x="{self.label_x}" y="{_n(slot.y + 4 + number * _LINE)}">{escaped(line)}</text>'
            for number, line in enumerate(slot.lines)
        )

    def _head_and_foot(self) -> Iterator[str]:
        y = float(_MARGIN)
        for line in self.head:
            y += 22
            yield f'<text class="title" x="{_MARGIN}" y="{_n(y - 6)}">{escaped(line)}</text>'
        for line in self.summary:
            y += 18
            yield f'<text class="quiet" x="{_MARGIN}" y="{_n(y - 4)}">{escaped(line)}</text>'
        y = self.bottom
        for line, first in self.foot:
            y += 4 if first else 0
            yield f'<text class="quiet" x="{_MARGIN}" y="{_n(y)}">{escaped(line)}</text>'
            y += 16


def _rows(drawn: Graph) -> list[_Row]:
    """Return the rows of all cards from top to bottom."""
    rows = []
    for box in drawn.boxes:
        rows.append(_Row(box.key, "box", title_of_box(box), full=f"namespace {box.namespace}" if box.namespace else ""))
        for node in box.nodes:
            details = [text for text in (detail_of(node), state_of(node, drawn)) if text]
            full = "\n".join(endpoint.id for endpoint in node.endpoints[:20])
            if len(node.endpoints) > 20:
                full += f"\nand {len(node.endpoints) - 20} more"
            rows.append(_Row(node.key, "node", title_of(node, drawn), details, full))
        if box.hidden:
            rows.append(_Row(f"{box.key} rest", "rest", hidden_in(box)))
    return rows


def _lanes(spans: list[tuple[int, int]]) -> list[int]:
    """Return a lane for each span of rows, short ones first and nearest, so that no two in a lane share a row."""
    lanes = [0] * len(spans)
    taken: list[list[tuple[int, int]]] = []
    for number in sorted(
        range(len(spans)), key=lambda number: (spans[number][1] - spans[number][0], spans[number], number)
    ):
        first, last = spans[number]
        free = (
            lane
            for lane, others in enumerate(taken)
            if all(last < other_first or other_last < first for other_first, other_last in others)
        )
        lanes[number] = next(free, len(taken))
        if lanes[number] == len(taken):
            taken.append([])
        taken[lanes[number]].append(spans[number])
    return lanes


def _head(x: float, y: float) -> str:
    return f'<path class="head" d="M{_n(x)} {_n(y)}l9 -4.5v9z"/>'


def _n(number: float) -> str:
    """Return a coordinate without needless digits."""
    return f"{number:.1f}".removesuffix(".0")


def escaped(text: str) -> str:
    """Return text that means itself anywhere in XML."""
    return html.escape("\n".join(map(printable, text.split("\n"))))


def _style(name: str) -> str:
    """Return the style sheet; everything in it is bound to one picture."""
    light = {
        "paper": "#ffffff",
        "card": "#f2f4f7",
        "chip": "#ffffff",
        "line": "#c3cad4",
        "ink": "#1b2430",
        "quiet": "#55606e",
    }
    dark = {
        "paper": "#14181f",
        "card": "#1f252e",
        "chip": "#2a323d",
        "line": "#4a5666",
        "ink": "#e8edf3",
        "quiet": "#a9b4c2",
    }
    theirs = {
        "paper": ("--jp-layout-color1", "--vscode-editor-background"),
        "card": ("--jp-layout-color2", "--vscode-editorWidget-background"),
        "chip": ("--jp-layout-color1", "--vscode-editor-background"),
        "line": ("--jp-border-color1", "--vscode-panel-border"),
        "ink": ("--jp-content-font-color1", "--vscode-editor-foreground"),
        "quiet": ("--jp-content-font-color2", "--vscode-descriptionForeground"),
    }

    def variables(own: dict[str, str]) -> str:
        return "".join(f"--{key}:var({first},var({second},{own[key]}));" for key, (first, second) in theirs.items())

    rules = {
        "": f"{variables(light)}font-family:var(--jp-ui-font-family,system-ui,-apple-system,'Segoe UI',sans-serif)",
        ".paper": "fill:var(--paper)",
        ".card": "fill:var(--card);stroke:var(--line)",
        ".outside": "fill:none;stroke-dasharray:2 4;stroke-linecap:round",
        ".chip": "fill:var(--chip);stroke:var(--line)",
        "text": "fill:var(--ink);font-size:12px",
        ".title": "font-size:17px;font-weight:600",
        ".space": "font-size:13px;font-weight:600",
        ".name": "font-size:14px;font-weight:600",
        ".quiet": "fill:var(--quiet)",
        ".halo": "fill:none;stroke:var(--paper);stroke-width:6",
        ".rail": "fill:none;stroke:var(--c,var(--quiet));stroke-width:1.8",
        f".head,#{name} circle": "fill:var(--c,var(--quiet))",
        f".open .rail,#{name} .rail.open": "stroke-dasharray:5 4",
        ".link:hover .rail": "stroke-width:3.5",
    }
    sheet = "".join(
        f"#{name} {selector}{{{body}}}" if selector else f"#{name}{{{body}}}" for selector, body in rules.items()
    )
    return f"{sheet}@media (prefers-color-scheme:dark){{#{name}{{{variables(dark)}}}}}"
