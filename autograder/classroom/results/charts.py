"""Two pictures as SVG, drawn with the colors of the page: how scores are spread, and a share as a bar.

A picture says in words what it shows (`alt`), and a table with its numbers stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograder.notebook.html import Child, Html, element

WIDTH: Final = 640
HEIGHT: Final = 200
_TOP: Final = 22
_BOTTOM: Final = 40
_BAR: Final = 96


def histogram(counts: Sequence[int], labels: Sequence[str], axis: str, alt: str) -> Html:
    """Return bars over labels, each with its number on top. The last one stands out: it is the goal."""
    most = max(counts, default=0) or 1
    step = WIDTH / max(len(counts), 1)
    room = HEIGHT - _TOP - _BOTTOM
    floor = HEIGHT - _BOTTOM
    drawn: list[Child] = []
    for index, (count, label) in enumerate(zip(counts, labels, strict=True)):
        tall = round(room * count / most, 1)
        left, middle = round(index * step + 3, 1), round((index + 0.5) * step, 1)
        role = "pg-goal" if index == len(counts) - 1 else "pg-bar"
        if count:
            drawn.append(
                _shape("rect", x=left, y=round(floor - tall, 1), width=round(step - 6, 1), height=tall, rx=2, role=role)
            )
            drawn.append(_text(str(count), middle, round(floor - tall - 6, 1)))
        drawn.append(_text(label, middle, floor + 16, "pg-quietly"))
    drawn.append(_shape("line", x1=0, x2=WIDTH, y1=floor, y2=floor, role="pg-axis"))
    drawn.append(_text(axis, WIDTH / 2, HEIGHT - 4, "pg-quietly"))
    return element(
        "svg",
        drawn,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=alt,
        class_="pg-chart",
    )


def bar(share: float) -> Html:
    """Return a share as a small bar. The number beside it says the same, so nobody has to see it."""
    wide = round(_BAR * min(max(share, 0.0), 1.0), 1)
    return element(
        "svg",
        _shape("rect", x=0, y=0, width=_BAR, height=10, rx=2, role="pg-empty"),
        _shape("rect", x=0, y=0, width=wide, height=10, rx=2, role="pg-bar") if wide else None,
        viewBox=f"0 0 {_BAR} 10",
        width=_BAR,
        height=10,
        aria_hidden="true",
        class_="pg-small",
    )


def _shape(name: str, *, role: str, **lengths: float) -> Html:
    return element(name, class_=role, **{key: _length(value) for key, value in lengths.items()})


def _text(text: str, x: float, y: float, role: str = "pg-label") -> Html:
    return element("text", text, x=_length(x), y=_length(y), text_anchor="middle", class_=role)


def _length(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
