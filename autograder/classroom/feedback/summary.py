"""What is said about a submission as a whole, in sentences? The page and the Markdown both draw these.

==================== =====================================================================
of a submission      is said
==================== =====================================================================
it was graded        the points that count, and out of how many
it is unreadable     that it earns nothing, and what could not be read
the grader failed    that nothing is earned or lost yet, and that it is not the learner's fault
handed in late       how late, and what it cost
excused exercises    that they are not part of the sum
cells for people     how many points a person still gives, beside the sum
==================== =====================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from autograder.classroom.records import Record, Scored
from autograder.exercises.checking import Result
from autograder.exercises.findings import Finding
from autograder.exercises.report import points

Tone = Literal["good", "bad", "warn"]
LESSON: Final = ".ipynb"
MOST: Final = 12
"""How many findings of an exercise are told. Nobody reads more, and broken text can have hundreds."""
LONGEST: Final = 600
"""How much of one text of a finding is shown. Names out of an answer stand in it, and may be as long as the answer."""
_TEXTS: Final = ("title", "subject", "wanted", "got", "because", "nearby", "file", "see")
_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands on top."""

    headline: str
    tone: Tone
    notes: tuple[str, ...]
    """What happened to the sum, a sentence or two each."""
    trouble: tuple[str, ...]
    """What could not be read."""
    received: str
    """When it was handed in; empty if nothing tells."""


@dataclass(frozen=True, slots=True)
class Part:
    """One exercise: what the record says of it, and what its check found."""

    scored: Scored
    result: Result | None
    """None when it was not checked."""
    lesson: str
    """Where to read on; empty after a right answer, and if nothing tells."""
    left_out: int = 0
    """How many findings are not told."""

    @property
    def title(self) -> str:
        """What people call the exercise."""
        return self.scored.title or self.scored.exercise

    @property
    def earned(self) -> str:
        """Its points in words: ``10 of 20``."""
        return f"{points(self.scored.score)} of {points(self.scored.max)}"

    @property
    def outcome(self) -> str:
        """How it went, in a word or two."""
        if self.scored.status == "pass":
            return "right"
        if self.scored.status == "error":
            return "cannot be checked"
        return _STATES.get(self.scored.state, "not there yet")

    @property
    def origin(self) -> str:
        """Where the answer that counts was found, as a sentence; empty if there is none."""
        if self.scored.state != "changed" or self.scored.side is None:
            return ""
        return "Your answer stands in the notebook." if self.scored.side == "cell" else "Your answer stands in a file."


_STATES: Final = {
    "starter": "still the starter",
    "empty": "empty",
    "missing": "no answer",
    "unreadable": "cannot be read",
}


def summary(record: Record) -> Summary:
    """Return what stands on top of the feedback to a submission."""
    headline, tone = _headline(record)
    # Seconds tell nobody anything.
    received = f"{record.received[:16].replace('T', ' ')} UTC" if record.received else ""
    notes, trouble = tuple(_notes(record)), record.trouble
    if record.status == "failed":
        # It could be read. What is said about it is no fault of what was handed in.
        notes, trouble = (*notes, *trouble), ()
    return Summary(headline, tone, notes, trouble, received)


def parts(record: Record, results: Iterable[Result], lessons: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the exercises of a record, each with its result, in the order of the record.

    `lessons` names the lesson of each exercise; for others the first finding that names one tells.
    """
    by_id = {result.exercise: result for result in results}
    found = []
    for scored in record.results:
        result = by_id.get(scored.exercise)
        lesson = "" if scored.status == "pass" else lessons.get(scored.exercise, "") or _lesson_of(result)
        left_out = max(0, len(result.findings) - MOST) if result is not None else 0
        found.append(Part(scored, _bounded(result) if result is not None else None, lesson, left_out))
    return tuple(found)


def reading(exercises: Sequence[Part]) -> tuple[str, ...]:
    """Return the lessons to go over again, each once."""
    return tuple(dict.fromkeys(part.lesson for part in exercises if part.lesson and not part.scored.excused))


def lasting(seconds: int) -> str:
    """Return a time span in its two largest units.

    >>> lasting(90000), lasting(3600), lasting(61), lasting(1)
    ('1 day 1 hour', '1 hour', '1 minute 1 second', '1 second')
    """
    told = []
    for name, length in _UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            told.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif told:
            break
    return " ".join(told[:2]) or "0 seconds"


def _bounded(result: Result) -> Result:
    """Return a result that makes a page of bounded size, whatever the answer holds."""
    findings = tuple(_clipped(found) for found in result.findings[:MOST])
    return result if findings == result.findings else replace(result, findings=findings)


def _clipped(found: Finding) -> Finding:
    long: dict[str, Any] = {
        name: f"{text[:LONGEST]}…" for name in _TEXTS if len(text := getattr(found, name) or "") > LONGEST
    }
    return replace(found, **long) if long else found


def _headline(record: Record) -> tuple[str, Tone]:
    if record.status == "failed":
        return "Not graded yet", "warn"
    earned = f"{points(record.score)} of {points(record.max)} points"
    if record.status == "unreadable":
        return f"Cannot be read: {earned}", "bad"
    return earned, "good" if record.score >= record.max > 0 else "bad" if record.score <= 0 < record.max else "warn"


def _notes(record: Record) -> Iterator[str]:
    if record.status == "failed":
        yield (
            "The grader failed on this submission. That is not your fault. "
            "Nothing is earned or lost until your instructor has looked at it."
        )
    elif record.status == "unreadable":
        yield "Nothing that can be graded was found in what you handed in."
    if record.late:
        cost = f"It cost {points_in_words(record.penalty)}." if record.penalty else "No points were taken off for that."
        yield f"Handed in {lasting(record.late)} after the due date. {cost}"
    elif record.penalty:
        yield f"{points_in_words(record.penalty)} taken off."
    excused = [scored for scored in record.results if scored.excused]
    if excused:
        names = ", ".join(scored.title or scored.exercise for scored in excused)
        yield f"Excused, so not part of the sum: {names}. What the check found is below all the same."
    if record.manual:
        count = len(record.manual)
        total = points_in_words(sum(float(cell["max"]) for cell in record.manual))
        cells = "One answer is" if count == 1 else f"{count} answers are"
        yield f"{cells} graded by a person, for up to {total}. That is not part of this sum."


def points_in_words(number: float) -> str:
    """Return points with their unit.

    >>> points_in_words(1.0), points_in_words(2.5)
    ('1 point', '2.5 points')
    """
    return f"{points(number)} point{'' if number == 1 else 's'}"


def _lesson_of(result: Result | None) -> str:
    findings = result.findings if result is not None else ()
    return next((found.see for found in findings if found.see.endswith(LESSON)), "")
