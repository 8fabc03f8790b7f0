"""Feedback as one HTML page a submission: the sum and what happened to it, then each exercise as the check shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from autograder.classroom.records import Record
from autograder.exercises.checking import Result
from autograder.notebook.findings import outcome, result_html, take_away
from autograder.notebook.html import Html, element, joined, prose
from autograder.notebook.matrix import scrolling

from .frame import document
from .summary import Part, parts, reading, summary

_TONES: Final = {"good": ("✓", "pg-good"), "bad": ("✗", "pg-bad"), "warn": ("!", "pg-warn")}
_OUTCOMES: Final = {"pass": "good", "fail": "bad", "error": "warn"}


def page_html(
    record: Record, results: Sequence[Result], course_title: str, lessons: Mapping[str, str] | None = None
) -> str:
    """Return the feedback to a submission as a page that is complete by itself.

    `results` are those that the record was made from; `lessons` names the lesson of each exercise, such as
    ``course/05-one-hyphen.ipynb``. Never raises for what a learner wrote.
    """
    exercises = parts(record, results, lessons or {})
    return document(
        f"{record.assignment}: feedback for {record.student}",
        _head(record, course_title, exercises),
        [_exercise(part, number) for number, part in enumerate(exercises, 1)],
        _foot(record),
    )


def _head(record: Record, course_title: str, exercises: Sequence[Part]) -> Html:
    found = summary(record)
    sign, tone = _TONES[found.tone]
    received = f" · received {found.received}" if found.received else ""
    trouble = [element("li", sentence) for sentence in found.trouble]
    lessons = [element("li", element("code", lesson)) for lesson in reading(exercises)]
    return joined(
        element("p", course_title, class_="pg-quiet"),
        element("h1", record.assignment or "No assignment"),
        element("p", record.student, received, class_="pg-quiet"),
        element("div", outcome(tone, sign, found.headline), class_="pg-sum"),
        [element("p", note) for note in found.notes],
        [element("h2", "What could not be read", class_="pg-minor"), element("ul", trouble)] if trouble else None,
        _table(exercises) if exercises else None,
        [element("h2", "What to read next", class_="pg-minor"), element("ul", lessons)] if lessons else None,
        "\n",
    )


def _table(exercises: Sequence[Part]) -> Html:
    """Return the exercises in one look, each leading to its place on the page."""
    head = element(
        "tr",
        element("th", "exercise", scope="col"),
        element("th", "points", scope="col", class_="pg-points"),
        element("th", "how it went", scope="col"),
    )
    rows = []
    for number, part in enumerate(exercises, 1):
        sign, tone = _TONES[_OUTCOMES[part.scored.status]]
        rows.append(
            element(
                "tr",
                element("th", element("a", part.title, href=f"#exercise-{number}"), scope="row"),
                element("td", part.earned, class_="pg-points"),
                element(
                    "td",
                    element("span", sign, class_="pg-sign", aria_hidden="true"),
                    " ",
                    part.outcome,
                    ", excused" if part.scored.excused else None,
                    class_=f"pg-tone {tone}",
                ),
            )
        )
    table = element("table", element("caption", "Exercises"), element("thead", head), element("tbody", rows))
    return element("div", scrolling(table, "Exercises"), class_="pg-tale")


def _exercise(part: Part, number: int) -> Html:
    quiet = [part.scored.exercise, *([part.origin] if part.origin else [])]
    if part.scored.excused:
        quiet.append("Excused: not part of the sum.")
    return joined(
        element("h2", f"{number}. {part.title}", id=f"exercise-{number}"),
        element("p", " · ".join(quiet), class_="pg-quiet"),
        _result(part),
        element("p", f"{part.left_out} more findings are not shown.") if part.left_out else None,
        _next(part),
        "\n",
    )


def _result(part: Part) -> Html:
    if part.result is None:
        return element("p", f"{part.earned} points. The details of this check are not kept.")
    # The title stands in the heading already.
    return result_html(replace(part.result, title=""), take_away=take_away(part.scored.concepts), apart=True)


def _next(part: Part) -> Html | None:
    """What to read next, unless the first finding says so itself."""
    if not part.lesson or any(found.see == part.lesson for found in (part.result.findings if part.result else ())[:1]):
        return None
    return element("p", prose(f"What to read next: `{part.lesson}`"), class_="pg-quiet")


def _foot(record: Record) -> Html:
    edition = f"Course edition {record.course_version}. " if record.course_version else ""
    return element(
        "footer",
        element("p", f"{edition}The check that learners run themselves gave these results, in the same words."),
    )
