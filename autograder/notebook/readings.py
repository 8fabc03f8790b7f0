"""What a text of manifests does in its scene, or why it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from autograder.manifests.objects import Pod

from .findings import outcome, problem_html
from .html import Child, Html, element, joined
from .inside import Told, inside_output
from .matrix import change_lines, change_table
from .output import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .scene import Reading


SHOWN: Final = 3
"""How many problems are shown at once."""
MOST: Final = 50
"""How many problems are shown at all."""


def reading_output(reading: Reading, text: str, file: str, notes: Sequence[Child] = ()) -> Output:
    """Return what a text of manifests does, or why it is refused; `file` is where it was saved."""
    problems = _problems(reading, text)
    messages = [f"line {problem.position.line}: {problem.message}" for problem in reading.problems]
    if reading.refused:
        count = sum(problem.severity == "error" for problem in reading.problems)
        sentence = (
            "This is refused, so nothing changes in the cluster."
            if count == 1
            else f"This is refused, for {count} reasons."
        )
        inside, told, _ = inside_output(reading) if reading.manifests.refused_pods else Told(None, [], [])
        if inside is not None:
            quiet = "If it were taken, this is what would come after:"
            inside, told = joined(element("p", quiet, class_="pg-quiet"), inside), [quiet, *told]
        html = joined(outcome("pg-bad", "✗", sentence, _saved(file)), problems, notes, inside)
        return Output(html, "\n".join([sentence, *messages, *told]))
    skipped = [
        f"Line {thing.line}: {thing.kind or 'a document without a kind'} counts for nothing here."
        for thing in reading.manifests.ignored
    ]
    skipped += [f"{thing} counts for nothing in this exercise." for thing in reading.aside]
    count = len(reading.objects)
    inside, inside_lines, forbidden = inside_output(reading)
    table, lines = _flows(reading) if inside is None or _says_something_about_flows(reading) else (None, [])
    sentence = {0: "There is no manifest in this cell.", 1: "Accepted."}.get(count, f"Accepted: {count} objects.")
    tone, sign = ("pg-note", "✓" if count else "!") if not forbidden else ("pg-bad", "✗")
    if forbidden:
        alone = len(forbidden) == count
        sentence = (
            "This is refused with status 403, so nothing changes in the cluster."
            if alone
            else f"Accepted, except {', '.join(forbidden)}: refused with status 403."
        )
    html = joined(
        outcome(tone, sign, sentence, _saved(file)),
        problems,
        [element("p", sentence_, class_="pg-quiet") for sentence_ in skipped],
        notes,
        inside,
        table if count else None,
    )
    return Output(html, "\n".join([sentence, *messages, *skipped, *inside_lines, *lines]))


def _says_something_about_flows(reading: Reading) -> bool:
    """Return whether a text holds anything but Pods and workloads."""
    return any(not isinstance(thing, Pod) for thing in reading.objects)


def _flows(reading: Reading) -> tuple[Html | None, list[str]]:
    if not reading.scene.cluster.pods:
        return None, []
    after = reading.reach()
    effect = reading.effect(after)
    return change_table(effect, after), change_lines(effect)


def _problems(reading: Reading, text: str) -> list[Child]:
    """The problems, errors first; those behind the first few are folded."""
    ordered = sorted(reading.problems, key=lambda problem: problem.severity != "error")
    drawn = [
        problem_html(problem, text, told=problem.message in {earlier.message for earlier in ordered[:at]})
        for at, problem in enumerate(ordered[:MOST])
    ]
    if len(drawn) <= SHOWN:
        return [*drawn]
    summary = element("summary", f"{len(ordered) - SHOWN} more")
    return [*drawn[:SHOWN], element("details", summary, drawn[SHOWN:])]


def _saved(name: str) -> Html:
    return element("p", "Saved as ", element("code", name), ".", class_="pg-quiet")
