"""A path as one HTML page: nothing is fetched, nothing runs, it follows the reader's light or dark, and it prints.

Frame and style are those of the feedback to a class, which are the notebook's.
"""

from __future__ import annotations

from autograder.classroom.feedback.frame import document
from autograder.notebook.html import Html, breakable, element, joined, prose
from autograder.notebook.matrix import scrolling
from autograder.onboarding.needs import Need
from autograder.onboarding.path import Path, Step

from . import wording


def of(path: Path) -> str:
    """Return a path as a page that is complete by itself."""
    return document(
        f"{wording.TITLE}: {wording.headline(path)}",
        element("h1", wording.TITLE),
        element("p", wording.headline(path), class_="pg-sum"),
        [element("p", prose(sentence)) for sentence in wording.opening(path)],
        _overview(path) if path.steps else None,
        [_step(step, number) for number, step in enumerate(path.steps, 1)],
        _listed(wording.LEFT_OUT, [wording.left_out(each) for each in path.left_out]),
        _listed(wording.CLEAN, wording.named(path.clean)),
        element("h2", wording.AFTERWARDS),
        element("p", wording.afterwards(path), element("code", breakable(path.capstone.file))),
        "\n",
    )


def _overview(path: Path) -> Html:
    head = element(
        "tr",
        element("th", "lesson", scope="col"),
        element("th", "time", scope="col", class_="pg-points"),
        element("th", "why", scope="col"),
    )
    rows = [
        element(
            "tr",
            element("th", element("a", f"{number}. {step.lesson.title}", href=f"#step-{number}"), scope="row"),
            element("td", wording.duration(step.minutes), class_="pg-points"),
            element("td", "; ".join(map(wording.found_title, step.needs)) or "later lessons build on it"),
        )
        for number, step in enumerate(path.steps, 1)
    ]
    table = element("table", element("caption", "Lessons"), element("thead", head), element("tbody", rows))
    return joined(element("div", scrolling(table, "Lessons"), class_="pg-tale"), "\n")


def _step(step: Step, number: int) -> Html:
    heading = element("h2", f"{number}. {step.lesson.title} ({wording.duration(step.minutes)})", id=f"step-{number}")
    if not step.found:
        return joined(
            heading, element("p", prose(wording.role(step)), " ", element("code", breakable(step.lesson.file))), "\n"
        )
    above_all = wording.reading(step)
    return joined(
        heading,
        [_need(step, need) for need in step.needs],
        element("h3", "Do this"),
        element(
            "ul",
            element(
                "li",
                "lesson: ",
                element("code", breakable(step.lesson.file)),
                f", above all {above_all}" if above_all else None,
            ),
            [
                element("li", "exercise: ", element("code", each.id), f", {each.title} ({wording.exercise(each)})")
                for each in step.exercises
            ],
        ),
        "\n",
    )


def _need(step: Step, need: Need) -> Html:
    items = []
    for found in wording.shown(need):
        where = wording.place(found)
        items.append(
            element(
                "li",
                joined(element("code", breakable(where)), ": ") if where else None,
                prose(found.subject),
                ": ",
                prose(found.got),
            )
        )
    if wording.more(need):
        items.append(element("li", wording.more(need)))
    meaning = wording.meaning(need)
    belief = wording.belief(step, need)
    return joined(
        element("h3", wording.found_title(need)),
        element("ul", items),
        element("p", prose(meaning)) if meaning else None,
        None
        if belief is None
        else element(
            "div",
            element("p", "Behind it may be: ", element("b", f"“{belief.title}”")),
            element("p", "It is not so. ", prose(belief.true)),
            class_="pg-belief",
        ),
    )


def _listed(title: str, sentences: list[str]) -> Html | None:
    if not sentences:
        return None
    return joined(element("h2", title), element("ul", [element("li", each) for each in sentences]), "\n")
