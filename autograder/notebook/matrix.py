"""Who reaches whom, as a table: before and after, or asked and got. Signs and words say it; color only helps."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from autograder.network.ports import PortSet

from .html import Html, element, joined
from .reasons import foldable, invitation, reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from autograder.exercises.effect import Effect, Effected, Verdict
    from autograder.exercises.places import Place
    from autograder.network.reachability import Reachability

    Reasons = Mapping[tuple[Place, Place], Html]

MOST: Final = 12
"""How many columns a table shows at once; the others are folded."""


class Sign(NamedTuple):
    """A sign, the word for it, and its tone in the style sheet."""

    sign: str
    word: str
    tone: str


LESS: Final = Sign("▼", "less than before", "pg-note")
MORE: Final = Sign("▲", "more than before", "pg-warn")
OTHER: Final = Sign("◆", "other than before", "pg-warn")
WRONG: Final = {
    "too-open": Sign("✗", "too open", "pg-bad"),
    "too-closed": Sign("✗", "too closed", "pg-bad"),
    "undefined": Sign("?", "not defined", "pg-warn"),
}
RIGHT: Final = Sign("✓", "as asked", "pg-good")


def ports_text(ports: PortSet) -> str:
    """Return ports as a cell shows them.

    >>> ports_text(PortSet.ALL), ports_text(PortSet.EMPTY), ports_text(PortSet.of("TCP", 7001, 7008))
    ('every port', 'closed', 'TCP 7001-7008')
    """
    if ports == PortSet.ALL:
        return "every port"
    return str(ports) if ports else "closed"


def verdict_text(verdict: Verdict) -> str:
    """Return a verdict as a cell shows it; what the specification leaves open gets a question mark."""
    if not verdict.undefined:
        return ports_text(verdict.allowed)
    perhaps = f"{ports_text(verdict.undefined)}?"
    return f"{ports_text(verdict.allowed)}, {perhaps}" if verdict.allowed else perhaps


def sign_of_change(cell: Effected) -> Sign | None:
    """Return how a verdict has changed, or None."""
    if not cell.changed:
        return None
    before, after = cell.before, cell.after
    if before.undefined or after.undefined:
        return OTHER
    if after.allowed <= before.allowed:
        return LESS
    return MORE if before.allowed <= after.allowed else OTHER


def place_text(place: Place) -> str:
    """Return a place for the head of a row: ``shop/web``, ``outside (198.51.100.7)``."""
    if place.range is None:
        return place.name
    return str(place) if place.label else f"outside ({place.example})"


def place_html(place: Place) -> Html:
    """Return a place with its namespace set back, for the eye finds the name first."""
    text = place_text(place)
    space, slash, name = text.partition("/")
    if place.range is not None or not slash:
        return element("span", text, class_="pg-name")
    return element("span", element("span", f"{space}/", class_="pg-space"), name, class_="pg-name")


def change_table(found: Effect, reach: Reachability) -> Html:
    """Return the matrix before and after: the columns in which something changed, and all of them on request.

    What changed says why on request; `reach` is the matrix after the change.
    """
    columns = [index for index, _ in enumerate(found.places) if any(row[index].changed for row in found.cells)]
    everything = range(len(found.places))
    if not columns:
        whole = _table(found, everything, "Who reaches whom", _changed_cell)
        return joined(element("p", "Nothing changes. Everybody reaches whom they reached before."), _folded(whole))
    shown = columns[:MOST]
    changed = [row[index] for row in found.cells for index in shown if row[index].changed]
    # What is open comes first: there is less of it, and somebody meant it.
    why = reasons(sorted(changed, key=lambda cell: not cell.after.allowed), reach, asked=False)
    parts: list[Html | None] = [
        _table(found, shown, "What changes", _changed_cell, why),
        _legend(sign for row in found.cells for cell in row if (sign := sign_of_change(cell))),
        invitation(why, len(changed)),
    ]
    if len(shown) < len(found.places):
        parts.append(_folded(_table(found, everything, "Who reaches whom now", _changed_cell)))
    return joined(parts)


def asked_table(found: Effect, reach: Reachability) -> Html:
    """Return the matrix of what was asked and what is. What was asked says why on request, what is wrong first."""
    columns = [
        index
        for index, _ in enumerate(found.places)
        if any(row[index].changed or row[index].state not in ("unasked", "not-judged") for row in found.cells)
    ][:MOST]
    asked = [
        row[index] for row in found.cells for index in columns if row[index].state not in ("unasked", "not-judged")
    ]
    why = reasons(sorted(asked, key=lambda cell: cell.state not in WRONG), reach, asked=True)
    return joined(_table(found, columns, "What was asked, and what is", _asked_cell, why), invitation(why, len(asked)))


def change_lines(found: Effect) -> list[str]:
    """Return what changes as lines of text."""
    lines = []
    for cell in found.changes:
        sign = sign_of_change(cell)
        pair = f"{place_text(cell.source)} -> {place_text(cell.target)}"
        lines.append(
            f"{pair}: {verdict_text(cell.after)} (was {verdict_text(cell.before)}; {sign.word if sign else ''})"
        )
    return lines or ["Nothing changes."]


def scrolling(table: Html, name: str) -> Html:
    """Return a table in a box that scrolls by itself, for a finger and for the keyboard."""
    return element("div", table, class_="pg-scroll", role="region", aria_label=name, tabindex=0)


# -- pieces ---------------------------------------------------------------------------------------------------------


def _table(
    found: Effect,
    columns: Sequence[int],
    caption: str,
    draw: Callable[[Effected, Html | None], Html],
    why: Reasons = MappingProxyType({}),
) -> Html:
    head = element(
        "tr",
        element("th", "from ↓  to →", scope="col", class_="pg-space"),
        [element("th", place_html(found.places[index]), scope="col") for index in columns],
    )
    body = [
        element(
            "tr",
            element("th", place_html(place), scope="row"),
            [draw(row[index], why.get((row[index].source, row[index].target))) for index in columns],
        )
        for place, row in zip(found.places, found.cells, strict=True)
        if any(row[index].state != "not-judged" for index in columns)
    ]
    table = element("table", element("caption", caption), element("thead", head), element("tbody", body))
    more = element("p", f"{found.left_out} more are not shown.", class_="pg-quiet") if found.left_out else None
    return joined(scrolling(table, caption), more)


def _changed_cell(cell: Effected, why: Html | None) -> Html:
    if cell.state == "not-judged":
        return element("td", "itself" if cell.source == cell.target else "—", class_="pg-off")
    sign = sign_of_change(cell)
    if sign is None:
        return element("td", verdict_text(cell.after), class_="pg-off")
    verdict = joined(
        element("span", _signed(sign), " ", element("span", verdict_text(cell.after)), class_=_now(cell)),
        element("span", "was ", verdict_text(cell.before), class_="pg-was"),
    )
    return element("td", foldable(verdict, why) if why else verdict, class_=f"pg-changed {sign.tone}", title=sign.word)


def _asked_cell(cell: Effected, why: Html | None) -> Html:
    if cell.state == "not-judged":
        return element("td", "itself" if cell.source == cell.target else "—", class_="pg-off")
    if cell.state == "unasked":
        return element("td", verdict_text(cell.after), class_="pg-off")
    sign = WRONG.get(cell.state, RIGHT)
    asked = None if sign is RIGHT else element("span", "asked: ", ports_text(cell.allow), class_="pg-was")
    verdict = joined(
        element("span", _signed(sign), " ", element("span", verdict_text(cell.after)), class_="pg-now"), asked
    )
    return element(
        "td",
        foldable(verdict, why) if why else verdict,
        class_=f"pg-changed {sign.tone}" if asked else sign.tone,
        title=sign.word,
    )


def _now(cell: Effected) -> str:
    """The class of a verdict: what is open stands out, for there is less of it."""
    return "pg-now" if cell.after.allowed or cell.after.undefined else "pg-now pg-shut"


def _signed(sign: Sign) -> Html:
    return element("span", sign.sign, class_="pg-sign", role="img", aria_label=f"{sign.word}:")


def _legend(signs: Iterable[Sign]) -> Html:
    seen = set(signs)
    entries = " · ".join(f"{sign.sign} {sign.word}" for sign in (LESS, MORE, OTHER) if sign in seen)
    return element("p", entries, class_="pg-quiet")


def _folded(table: Html) -> Html:
    return element("details", element("summary", "Show all columns"), table)
