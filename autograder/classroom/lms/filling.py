"""What stands in a learner's cell, and what has to be said about the file as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from autograder.classroom.records import Record
from autograder.manifests.limits import InputError

from .matching import Roster
from .template import Template

TWICE: Final = "another learner's grade stands in the same row already, so neither is certain."
FAILED: Final = "the grader failed; look at the submission first."
Value = float | Literal["excused"]


class Platform(NamedTuple):
    """What is said about a platform where no column fits."""

    name: str
    other_column: str
    """What to do when the file has no column of the name that was given."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A grade that stands nowhere in the file."""

    student: str
    assignment: str
    reason: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A platform's file with grades in it."""

    text: str
    """The whole file, to be written in UTF-8 as it is."""
    filled: int
    """How many grades stand in it."""
    unmatched: tuple[Unmatched, ...]
    without: tuple[str, ...]
    """Who stands in the file and has no grade, as the file names them. Their cells are as they were."""
    notes: tuple[str, ...]
    """What else an instructor has to know."""


@dataclass(frozen=True, slots=True)
class Target:
    """A column that takes the grades of an assignment."""

    column: int
    maximum: Callable[[int], float | None]
    """What the platform gives at most, by row; None if it does not say."""
    excused: str | None
    """How the platform writes that a learner is excused; None if it cannot."""
    closed: frozenset[str] = frozenset()
    """What stands in a cell that takes no grade."""


def value_of(record: Record, maximum: float | None) -> Value:
    """Return a grade on the platform's scale, or the assignment's own: the share that was earned of what counts."""
    if not record.max and record.results and all(result.excused for result in record.results):
        return "excused"
    whole = sum(result.max for result in record.results) or record.max
    if not record.max:
        return record.score
    return min(record.score / record.max, 1.0) * (whole if maximum is None else maximum)


def fill(
    template: Template,
    records: Iterable[Record],
    targets: dict[str, Target],
    roster: Roster,
    people: dict[int, str],
) -> Filled:
    """Return the file with the grades of all records whose assignment has a target.

    `people` names those who can get a grade, by row.
    """
    placed: dict[tuple[int, int], Record] = {}
    doubled: set[tuple[int, int]] = set()
    unmatched: list[Unmatched] = []
    other: set[str] = set()
    manual = 0
    for record in records:
        target = targets.get(record.assignment)
        if target is None:
            other.add(record.assignment)
            continue
        found = roster.find(record.student)
        if record.status == "failed":
            unmatched.append(Unmatched(record.student, record.assignment, FAILED))
        elif isinstance(found, str):
            unmatched.append(Unmatched(record.student, record.assignment, found))
        elif (found, target.column) in placed:
            doubled.add((found, target.column))
            unmatched.append(Unmatched(record.student, record.assignment, TWICE))
        else:
            placed[found, target.column] = record
            manual += bool(record.manual)
    unmatched += [Unmatched(placed[cell].student, placed[cell].assignment, TWICE) for cell in doubled]
    filled: set[int] = set()
    count = 0
    for (row, column), record in placed.items():
        reason = TWICE if (row, column) in doubled else _put(template, row, targets[record.assignment], record)
        if reason and (row, column) not in doubled:
            unmatched.append(Unmatched(record.student, record.assignment, reason))
        if not reason:
            filled.add(row)
            count += 1
    return Filled(
        text=template.text(),
        filled=count,
        unmatched=tuple(sorted(unmatched, key=lambda each: (each.assignment, each.student))),
        without=tuple(name for row, name in sorted(people.items()) if row not in filled),
        notes=tuple(_notes(manual, other)),
    )


def _put(template: Template, row: int, target: Target, record: Record) -> str:
    """Write a grade into its cell. Return why it cannot stand there; empty if it can."""
    cells = template.rows[row]
    if cells[target.column].strip() in target.closed:
        return f"the cell says {cells[target.column].strip()}: the platform takes no grade there."
    value = value_of(record, target.maximum(row))
    if value == "excused":
        if target.excused is None:
            return "everything is excused, which the file cannot say. Say it on the platform."
        cells[target.column] = target.excused
        return ""
    cells[target.column] = f"{value:.2f}"
    return ""


def _notes(manual: int, other: set[str]) -> Iterable[str]:
    if manual:
        yield (
            f"{manual} of these grades are without the points that people give by hand. "
            "When those are given, export the grades of nbgrader's gradebook instead."
        )
    for assignment in sorted(other):
        yield f"The file has no column for {assignment}, so its grades are not in it."


def places(
    template: Template,
    assignments: tuple[str, ...],
    column: str,
    is_titled: Callable[[str, str], bool],
    platform: Platform,
) -> Iterator[tuple[str, int]]:
    """Yield every assignment that has a column, and the column: `column` if one is named, else by its title.

    `is_titled` tells whether a title is that of an assignment. Raises InputError when there is none, or more than one.
    """
    if column:
        if len(assignments) != 1:
            raise InputError("A column takes the grades of one assignment. Name it with --assignment.")
        fitting = template.columns(lambda head: head == column)
        yield assignments[0], only(fitting, template, f"{column!r}", platform.other_column)
        return
    found = {name: template.columns(lambda head, name=name: is_titled(head, name)) for name in assignments}  # type: ignore[misc]
    if not any(found.values()):
        remedy = f"Make the assignment in {platform.name} and export again, or name its column with --column."
        only([], template, f"for {' or '.join(assignments) or 'any assignment'}", remedy)
    for name, columns in found.items():
        if columns:
            yield name, only(columns, template, f"for {name}", "Name the right one with --column.")


def only(columns: list[int], template: Template, what: str, remedy: str) -> int:
    """Return the one column that fits. Raises InputError when there is none, or more than one."""
    if len(columns) == 1:
        return columns[0]
    problem = f"has {len(columns)} columns" if columns else "has no column"
    raise InputError(f"{template.file} {problem} {what}. {remedy} Its columns: {', '.join(template.head)}.")
