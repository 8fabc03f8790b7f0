"""A path as GitHub-flavored Markdown, for an issue or a wiki. Nothing that a manifest says takes effect in it."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.classroom.feedback.escaping import code, words
from autograder.onboarding.needs import Need
from autograder.onboarding.path import Path, Step

from . import wording


def of(path: Path) -> str:
    """Return a path as Markdown. A step is a task to tick off."""
    return "\n\n".join(_blocks(path)) + "\n"


def _blocks(path: Path) -> Iterator[str]:
    yield f"# {wording.TITLE}: {wording.headline(path)}"
    opening = " ".join(map(words, wording.opening(path)))
    if opening:
        yield opening
    if path.steps:
        yield "\n".join(
            f"- [ ] {number}. {words(step.lesson.title)} ({wording.duration(step.minutes)})"
            for number, step in enumerate(path.steps, 1)
        )
    for number, step in enumerate(path.steps, 1):
        yield from _step(step, number)
    if path.left_out:
        yield f"## {wording.LEFT_OUT}"
        yield "\n".join(f"- {words(wording.left_out(each))}" for each in path.left_out)
    if path.clean:
        yield f"## {wording.CLEAN}"
        yield "\n".join(f"- {words(title)}" for title in wording.named(path.clean))
    yield f"## {wording.AFTERWARDS}"
    yield f"{words(wording.afterwards(path))} {code(path.capstone.file)}"


def _step(step: Step, number: int) -> Iterator[str]:
    yield f"## {number}. {words(step.lesson.title)} ({wording.duration(step.minutes)})"
    if not step.found:
        yield f"{words(wording.role(step))} {code(step.lesson.file)}"
        return
    for need in step.needs:
        yield from _need(step, need)
    above_all = wording.reading(step)
    lines = [f"lesson: {code(step.lesson.file)}{f', above all {words(above_all)}' if above_all else ''}"]
    lines += [
        f"exercise: {code(each.id)}, {words(each.title)} ({words(wording.exercise(each))})" for each in step.exercises
    ]
    yield "\n".join(f"- {line}" for line in lines)


def _need(step: Step, need: Need) -> Iterator[str]:
    yield f"**{words(wording.found_title(need))}**"
    lines = []
    for found in wording.shown(need):
        where = wording.place(found)
        lines.append(f"{f'{code(where)}: ' if where else ''}{words(found.subject)}: {words(found.got)}")
    if wording.more(need):
        lines.append(wording.more(need))
    yield "\n".join(f"- {line}" for line in lines)
    if wording.meaning(need):
        yield words(wording.meaning(need))
    belief = wording.belief(step, need)
    if belief is not None:
        yield f"> Behind it may be: **“{words(belief.title)}”** It is not so. {words(belief.true)}"
