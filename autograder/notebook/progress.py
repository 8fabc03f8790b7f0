"""Where a learner stands, as HTML and as text: the tracks, the concepts, what is due, and where to go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autograder.exercises.progress import Known, Progress, Standing
from autograder.exercises.review import when

from .html import Child, Html, element, joined
from .matrix import scrolling

_MOST: Final = 5
"""How much of what is due is shown."""
_GRIPS: Final = {"mastered": ("✓", "pg-good"), "practiced": ("·", "pg-note"), "new": ("", "")}


def progress_html(found: Progress) -> Html:
    """Return the whole."""
    return joined(
        element("p", element("strong", f"{found.right} of {len(found.exercises)} exercises are right.")),
        _next_html(found),
        _path_html(found),
        tracks_html(found),
        _due_html(found),
        _beliefs_html(found),
        _concepts_html(found),
    )


def tracks_html(found: Progress) -> Html:
    """Return how far each track is done."""
    rows = [
        element(
            "tr",
            element("th", track.name, scope="row"),
            element("td", element("progress", value=track.right, max=track.exercises, aria_label=track.name)),
            element(
                "td", f"{track.right} of {track.exercises} graded exercises", ", complete" if track.complete else ""
            ),
        )
        for track in found.tracks
    ]
    caption = element("caption", "The tracks")
    return scrolling(element("table", caption, element("tbody", rows)), "The tracks")


def progress_lines(found: Progress) -> Iterator[str]:
    """Yield the whole as text."""
    yield f"{found.right} of {len(found.exercises)} exercises are right."
    one = found.of(found.next)
    yield f"Next: {one.id}, {one.title}, in {one.page or one.lesson}" if one else "Every exercise is right."
    if found.on_path:
        yield f"Your path: {found.path_done} of {len(found.on_path)} exercises"
    for track in found.tracks:
        done = ", complete" if track.complete else ""
        yield f"{track.name}: {track.right} of {track.exercises} graded exercises{done}"
    for known in found.due[:_MOST]:
        yield f"Due for review: {known.title}. Take {known.review}."
    for belief in found.misconceptions:
        yield f"Still open: {belief.title} ({', '.join(belief.exercises)})"
    for known in found.concepts:
        if known.grip != "new":
            yield f"{known.id} {known.title}: {known.grip}"


def _next_html(found: Progress) -> Html:
    one = found.of(found.next)
    if one is None:
        return element("p", "There is nothing left to do. Look in now and then for what is due.")
    return element("p", "Next: ", element("strong", one.title), ", ", _link(one))


def _path_html(found: Progress) -> Html | None:
    if not found.on_path:
        return None
    rows = [element("li", _link(one), " ✓" if one.state == "right" else None) for one in found.on_path]
    summary = f"Your path: {found.path_done} of {len(found.on_path)} exercises are right"
    return element("details", element("summary", summary), element("ol", rows))


def _link(one: Standing) -> Html:
    """Return an exercise as a link to its notebook, if that lies here."""
    name = element("code", one.id)
    for up in ("..", "../..", "."):
        page = Path(up, one.page)
        if one.page and page.is_file():
            return joined(name, " in ", element("a", Path(one.page).stem, href=page.as_posix()))
    return joined(name, f" in {Path(one.page).stem}" if one.page else None)


def _due_html(found: Progress) -> Html | None:
    if not found.due:
        return None
    rows = []
    for known in found.due[:_MOST]:
        one = found.of(known.review)
        rows.append(element("li", f"{known.title}: ", _link(one) if one is not None else None))
    more = len(found.due) - _MOST
    return joined(
        element("p", element("strong", "Due for review")),
        element("ul", rows, element("li", f"and {more} more") if more > 0 else None),
    )


def _beliefs_html(found: Progress) -> Html | None:
    if not found.misconceptions:
        return None
    rows = [element("li", f"“{belief.title}” ({', '.join(belief.exercises)})") for belief in found.misconceptions]
    return joined(element("p", element("strong", "Beliefs that are still open")), element("ul", rows))


def _concepts_html(found: Progress) -> Html:
    mastered = sum(known.grip == "mastered" for known in found.concepts)
    practiced = sum(known.grip != "new" for known in found.concepts)
    summary = f"Concepts: {practiced} of {len(found.concepts)} practiced, {mastered} of them mastered"
    head = element("tr", [element("th", name, scope="col") for name in ("concept", "state", "exercises", "review")])
    rows = [_concept_row(known, found.day) for known in found.concepts]
    table = element("table", element("caption", "The concepts"), element("thead", head), element("tbody", rows))
    return element("details", element("summary", summary), scrolling(table, "The concepts"))


def _concept_row(known: Known, day: dt.date) -> Html:
    sign, tone = _GRIPS[known.grip]
    state: list[Child] = [element("span", f"{sign} ", aria_hidden="true") if sign else None, known.grip]
    return element(
        "tr",
        element("th", known.title, scope="row"),
        element("td", state, class_=tone or None),
        element("td", f"{known.right} of {known.exercises}"),
        element("td", _when(known.due, day)),
    )


def _when(due: dt.date | None, day: dt.date) -> str:
    if due is None:
        return ""
    words = when(due, day)
    return "due now" if words == "now" else words
