"""Feedback as Markdown, for the comment field of an LMS: the same words as the page, and nothing that takes effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from autograder.classroom.records import Record
from autograder.exercises.checking import Result
from autograder.exercises.findings import Finding
from autograder.exercises.report import beliefs, headline
from autograder.misconceptions import CATALOGUE
from autograder.notebook.findings import lines_around, opening, take_away

from .escaping import block, code, words
from .summary import Part, parts, reading, summary

_ROWS: Final = (("wanted", "wanted"), ("got", "got"), ("because", "because"), ("compare", "nearby"))
_SIGNS: Final = {"error": "✗", "warning": "!", "note": "·"}
_OF_EXERCISES: Final = ("world.yaml", "given.yaml")


def page_markdown(record: Record, results: Sequence[Result], lessons: Mapping[str, str] | None = None) -> str:
    """Return the feedback to a submission as Markdown.

    `results` and `lessons` are as for `page_html`. Never raises for what a learner wrote.
    """
    exercises = parts(record, results, lessons or {})
    blocks = [*_head(record, exercises)]
    for number, part in enumerate(exercises, 1):
        blocks += _exercise(part, number)
    return "\n\n".join(blocks) + "\n"


def _head(record: Record, exercises: Sequence[Part]) -> Iterator[str]:
    found = summary(record)
    yield f"# {words(record.assignment) or 'No assignment'}: {words(found.headline)}"
    yield f"For {words(record.student)}{f', received {words(found.received)}' if found.received else ''}."
    yield from map(words, found.notes)
    if found.trouble:
        yield "**What could not be read**"
        yield _listed(words(sentence) for sentence in found.trouble)
    if exercises:
        yield _listed(
            f"{words(part.title)}: {part.earned}, {part.outcome}{', excused' if part.scored.excused else ''}"
            for part in exercises
        )
    lessons = reading(exercises)
    if lessons:
        yield "**What to read next**"
        yield _listed(map(code, lessons))


def _exercise(part: Part, number: int) -> Iterator[str]:
    yield f"## {number}. {words(part.title)}"
    result = part.result
    if result is None:
        yield f"{part.earned} points. The details of this check are not kept."
        return
    yield f"**{words(headline(result))}**{f' {part.origin}' if part.origin else ''}"
    if result.status == "pass":
        remembered = take_away(part.scored.concepts)
        if remembered:
            yield f"**Take away:** {words(remembered)}"
        shown, folded = list(result.findings), []
    else:
        shown = [found for found in result.findings if not found.folded]
        folded = [found for found in result.findings if found.folded]
    for found in shown:
        yield from _finding(found, result)
    if folded:
        lines = [_title(found) for found in folded]
        if part.left_out:
            lines.append(f"and {part.left_out} others")
        yield f"And {len(folded) + part.left_out} more:"
        yield _listed(lines)


def _finding(found: Finding, result: Result) -> Iterator[str]:
    yield f"**{_SIGNS[found.severity]} {words(found.title)}**{f': {code(found.subject)}' if found.subject else ''}"
    rows = [f"{label}: {words(getattr(found, name))}" for label, name in _ROWS if getattr(found, name)]
    if found.file and found.line:
        rows.append(f"where: {code(found.file)}, line {found.line}")
    if found.see:
        rows.append(f"read on: {code(found.see)}")
    if rows:
        yield _listed(rows)
    lines = _excerpt(result.text, found.line) if found.line and found.file not in _OF_EXERCISES else []
    if lines:
        yield block(lines)
    for belief in beliefs(found.misconceptions[:1]):
        yield _belief(belief.id, opening(belief, found))
    others = beliefs(found.misconceptions[1:])
    if others:
        yield words(f"It fits these beliefs too: {'; '.join(f'“{other.title}”' for other in others)}.")


def _title(found: Finding) -> str:
    return f"{words(found.title)}{f': {code(found.subject)}' if found.subject else ''}"


@cache
def _belief(misconception: str, introduced: str) -> str:
    """Return a belief and what holds instead, as a quotation."""
    belief = CATALOGUE[misconception]
    said = (
        f"{introduced} **“{words(belief.title)}”**",
        words(belief.believed),
        f"**It is not so.** {words(belief.true)}",
        f"**Why:** {words(belief.why)}",
        f"**Try it:** {words(belief.try_)}",
    )
    return "\n>\n".join(f"> {line}" for line in said)


def _excerpt(text: str, line: int) -> list[str]:
    """Return the lines around one line of the answer, the one meant behind an arrow."""
    lines = lines_around(text, line)
    width = len(str(lines[-1][0])) if lines else 0
    return [f"{'>' if number == line else ' '} {number:>{width}}  {shown}".rstrip() for number, shown in lines]


def _listed(lines: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
