"""A class was graded again: what changed, for whom, and why?

Two folders of grades are read side by side, a submission of each at a time; only what changed is kept.

======================= ==============================================================================
why                     when
======================= ==============================================================================
``input``               what was handed in is not the same, or came at another time
``exercise``            the exercise has another version, is new, or is gone
``course``              the course has another edition
``program``             nothing of these: the program, its options, or a text of the course is another
``excused``             the exercise is excused now, or no longer
``penalty``             another penalty for being late
``status``              it could be read or graded only once
``submission``          there is a submission in one of the two folders only
======================= ==============================================================================

A change is one of points, or of what the points are out of, or of how an exercise went. Other words for the same
score are counted and not listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.classroom.feedback.escaping import code, words
from autograder.classroom.records import RECORDS, Record, Scored, read_record
from autograder.exercises.report import points
from autograder.manifests.limits import InputError

from .cells import MARK, row
from .writing import replacing

COLUMNS: Final = (
    "student", "assignment", "exercise", "old_score", "new_score", "difference", "old_max", "new_max", "old_status",
    "new_status", "why",
)  # fmt: skip
LISTED: Final = 500
"""How many changes changes.md lists. All of them stand in changes.csv."""
REASONS: Final = {
    "input": "the submission is another",
    "exercise": "the exercise has another version",
    "course": "the course has another edition",
    "program": "only the program or its options are others",
    "excused": "the exercise is excused now, or no longer",
    "penalty": "another penalty for being late",
    "status": "it could be read or graded only once",
    "submission": "graded only once",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for a learner in one exercise, or in the sum."""

    student: str
    assignment: str
    exercise: str
    """Empty for the sum of the whole submission."""
    old_score: float | None
    """None if there was nothing, or nothing was earned or lost because the grader failed."""
    new_score: float | None
    old_max: float | None
    new_max: float | None
    old_status: str
    new_status: str
    why: tuple[str, ...]
    """What differs between the two gradings, the nearest cause first."""

    @property
    def difference(self) -> float | None:
        """How many points more; None if one of the two scores is missing."""
        if self.old_score is None or self.new_score is None:
            return None
        return round(self.new_score - self.old_score, 2)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a second grading changed."""

    compared: int
    """How many submissions are in both folders."""
    only_old: int
    only_new: int
    higher: int
    """How many of those in both have a higher sum, lower, another status or maximum only, the same with other words."""
    lower: int
    otherwise: int
    reworded: int
    changes: tuple[Change, ...]
    """By assignment and student: the sum first, then its exercises."""
    why: tuple[tuple[str, int], ...]
    """How many exercises changed for which reason, the most common first."""

    @property
    def same(self) -> int:
        """How many submissions have the same points in everything, in the same words."""
        return self.compared - self.higher - self.lower - self.otherwise - self.reworded


def compare(old: Path, new: Path, *, only_old: bool = False) -> Changes:
    """Return what changed between two folders of grades.

    With `only_old` the old folder holds just what was replaced: whatever it lacks did not change. Raises `InputError`
    for a folder without records and for a broken record.
    """
    counts: Counter[str] = Counter()
    why: Counter[str] = Counter()
    changes: list[Change] = []
    for before, after in _pairs(old, new):
        if only_old and before is None:
            continue
        if before is None or after is None:
            counts["only_new" if before is None else "only_old"] += 1
            changes.append(_sum(before, after, ("submission",)))
            continue
        counts["compared"] += 1
        found = _changes(before, after)
        if found:
            changes += found
            why.update(reason for change in found if change.exercise for reason in change.why[:1])
            difference = found[0].difference if not found[0].exercise else 0
            counts["otherwise" if not difference else "higher" if difference > 0 else "lower"] += 1
        elif [scored.findings for scored in before.results] != [scored.findings for scored in after.results]:
            counts["reworded"] += 1
    names = ("compared", "only_old", "only_new", "higher", "lower", "otherwise", "reworded")
    ranked = sorted(why.items(), key=lambda entry: (-entry[1], entry[0]))
    return Changes(**{name: counts[name] for name in names}, changes=tuple(changes), why=tuple(ranked))


def write_changes(changes: Changes, out: Path) -> tuple[Path, Path]:
    """Write ``changes.csv`` and ``changes.md`` into a folder, and return both. Raises `InputError` if that fails."""
    table, page = out / "changes.csv", out / "changes.md"
    with replacing(table) as stream:
        stream.write(MARK + row(COLUMNS))
        stream.writelines(
            row(
                (
                    change.student, change.assignment, change.exercise, change.old_score, change.new_score,
                    change.difference, change.old_max, change.new_max, change.old_status, change.new_status,
                    " ".join(change.why),
                )
            )
            for change in changes.changes
        )  # fmt: skip
    with replacing(page) as stream:
        stream.write("\n".join(_lines(changes)) + "\n")
    return table, page


# -- comparing ---------------------------------------------------------------------------------------


def _pairs(old: Path, new: Path) -> Iterator[tuple[Record | None, Record | None]]:
    """Yield the records of two folders, those of the same submission together, in the order of their files."""
    before, after = _files(old), _files(new)
    for name in sorted(before | after):
        yield (
            read_record(old / RECORDS / name) if name in before else None,
            read_record(new / RECORDS / name) if name in after else None,
        )


def _files(out: Path) -> set[str]:
    folder = out / RECORDS
    if not folder.is_dir():
        raise InputError(f"{out} holds no grades: it has no folder {RECORDS}. Name a folder that was graded into.")
    return {path.relative_to(folder).as_posix() for path in folder.glob("*/*.json")}


def _changes(before: Record, after: Record) -> list[Change]:
    """Return what changed for a submission: the sum if it did, then the exercises."""
    olds = {scored.exercise: scored for scored in before.results}
    news = {scored.exercise: scored for scored in after.results}
    common = _common(before, after)
    found = []
    for name in dict.fromkeys([*news, *olds]):
        one, other = olds.get(name), news.get(name)
        if _worth(one) != _worth(other):
            found.append(_exercise(after, name, one, other, _why(one, other, before, after, common)))
    sums = (before.status, before.score, before.max), (after.status, after.score, after.max)
    if sums[0] != sums[1]:
        of_sum = [reason for change in found for reason in change.why]
        if before.status != after.status:
            of_sum.insert(0, "status")
        if before.penalty != after.penalty:
            of_sum.append("penalty")
        found.insert(0, _sum(before, after, tuple(dict.fromkeys([*of_sum, *common]))))
    return found


def _worth(scored: Scored | None) -> tuple[object, ...] | None:
    return (scored.score, scored.max, scored.status, scored.excused) if scored is not None else None


def _common(before: Record, after: Record) -> tuple[str, ...]:
    """Return what differs for a submission as a whole, apart from its exercises."""
    reasons = []
    if before.input_sha256 != after.input_sha256 or before.received != after.received:
        reasons.append("input")
    if before.course_version != after.course_version:
        reasons.append("course")
    return tuple(reasons)


def _why(
    one: Scored | None, other: Scored | None, before: Record, after: Record, common: tuple[str, ...]
) -> tuple[str, ...]:
    """Return why an exercise changed. The answer itself tells whether another input has to do with it."""
    reasons = []
    if one is not None and other is not None:
        if one.excused != other.excused:
            reasons.append("excused")
        same_answer = (one.answer_sha256, one.state) == (other.answer_sha256, other.state)
        if one.version != other.version:
            reasons.append("exercise")
        if not same_answer and "input" in common:
            reasons.insert(0, "input")
    elif before.status != after.status:
        reasons.append("status")
    else:
        reasons.append("exercise")
    reasons += [reason for reason in common if reason != "input"]
    return tuple(dict.fromkeys(reasons)) or ("program",)


def _exercise(record: Record, name: str, one: Scored | None, other: Scored | None, why: tuple[str, ...]) -> Change:
    return Change(
        record.student,
        record.assignment,
        name,
        one.score if one is not None else None,
        other.score if other is not None else None,
        one.max if one is not None else None,
        other.max if other is not None else None,
        _status(one),
        _status(other),
        why,
    )


def _status(scored: Scored | None) -> str:
    if scored is None:
        return ""
    return "excused" if scored.excused else scored.status


def _sum(before: Record | None, after: Record | None, why: tuple[str, ...]) -> Change:
    some = after or before
    if some is None:
        raise ValueError("there is no record on either side")
    return Change(
        some.student,
        some.assignment,
        "",
        before.score if before is not None and before.status != "failed" else None,
        after.score if after is not None and after.status != "failed" else None,
        before.max if before is not None else None,
        after.max if after is not None else None,
        before.status if before is not None else "",
        after.status if after is not None else "",
        why or ("program",),
    )


# -- the page ----------------------------------------------------------------------------------------


def _lines(changes: Changes) -> Iterator[str]:
    yield "# What the second grading changed"
    yield ""
    yield f"{_many(changes.compared)} graded twice:"
    yield ""
    yield f"- a higher sum: {changes.higher}"
    yield f"- a lower sum: {changes.lower}"
    yield f"- the same sum, and something else changed: {changes.otherwise}"
    yield f"- the same points in other words: {changes.reworded}"
    yield f"- no change at all: {changes.same}"
    if changes.only_old or changes.only_new:
        yield ""
        yield f"Only in the old grades: {changes.only_old}. Only in the new ones: {changes.only_new}."
    if changes.why:
        yield ""
        yield "Why exercises changed:"
        yield ""
        yield from (f"- {REASONS[reason]}: {count}" for reason, count in changes.why)
    if changes.changes:
        yield ""
        yield "## For whom"
        yield ""
        yield from map(_line, changes.changes[:LISTED])
        left_out = len(changes.changes) - LISTED
        if left_out > 0:
            yield ""
            yield f"{left_out} more are in changes.csv."


def _line(change: Change) -> str:
    what = code(change.exercise) if change.exercise else "the sum"
    because = "; ".join(REASONS[reason] for reason in change.why)
    scores = f"{_score(change.old_score, change.old_max)} -> {_score(change.new_score, change.new_max)}"
    told = f", {change.old_status or 'nothing'} -> {change.new_status or 'nothing'}"
    if change.old_status == change.new_status:
        told = ""
    return f"- {words(change.student)}, {code(change.assignment)}, {what}: {scores}{told}. Why: {because}."


def _score(score: float | None, maximum: float | None) -> str:
    if score is None:
        return "none"
    return f"{points(score)} of {points(maximum)}" if maximum is not None else points(score)


def _many(count: int) -> str:
    return "1 submission was" if count == 1 else f"{count} submissions were"
