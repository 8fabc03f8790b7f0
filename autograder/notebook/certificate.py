"""A page that says which tracks are complete: HTML in one file that prints to one page and asks no server.

It carries a name only if one is given, and nothing that only a server could vouch for: it is the learner's own.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

from autograder.exercises.progress import Progress, Track
from autograder.exercises.report import points

from .html import Html, element, joined

_ABOUT: Final = {
    "network": "Kubernetes NetworkPolicy: who may talk to whom",
    "containers": "Kubernetes SecurityContext: what a program in a container may do",
    "both": "One shop, locked down from the network to the last process",
}
LONGEST: Final = 80
"""How long a name may be, so that it fits on its line."""


def certificate(found: Progress, course: str, name: str = "") -> str | None:
    """Return the page, `course` being the title of the course; None while no track is complete."""
    tracks = [track for track in found.tracks if track.complete]
    if not tracks:
        return None
    shown = " ".join(name.split())
    shown = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
    mastered = [known for known in found.concepts if known.grip == "mastered"]
    style = resources.files(__package__).joinpath("templates", "certificate.css").read_text(encoding="utf-8")
    body = element(
        "main",
        element("p", course, class_="course"),
        element("h1", "Certificate"),
        element("p", shown or "\u00a0", class_="name" if shown else "name open"),
        element("p", "has solved every graded exercise of" if shown else "solved every graded exercise of"),
        element("ul", [_track(track) for track in tracks], class_="tracks"),
        element(
            "section",
            element("h2", f"Mastered: {len(mastered)} of {len(found.concepts)} concepts"),
            element("ul", [element("li", known.title) for known in mastered], class_="concepts"),
        )
        if mastered
        else None,
        element(
            "p",
            "Every answer was judged by what it does, in every flow and every container that was asked about. "
            "This page was made by the learner's own copy of the course; nobody else has seen the work.",
            class_="small",
        ),
    )
    page = element(
        "html",
        element(
            "head",
            Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", f"Certificate: {course}"),
            element("style", Html(style)),
        ),
        element("body", body),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n"


def _track(track: Track) -> Html:
    worth = f"{track.exercises} exercises, {points(track.points)} points"
    done = f", {track.done.isoformat()}" if track.done is not None else ""
    return element(
        "li",
        element("strong", _ABOUT.get(track.name, track.name)),
        element("span", joined(worth, done), class_="small"),
    )
