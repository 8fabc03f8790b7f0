"""Canvas's gradebook: the CSV file of *Grades, Export*, for *Grades, Import*.

================== ============================================================================================
in the file        what is known of it
================== ============================================================================================
first row          ``Student`` (or ``LastName``, ``FirstName``), ``ID``, maybe ``SIS User ID``, ``SIS Login ID``,
                   ``Integration ID``, ``Root Account``, then ``Section``; custom columns; assignments as
                   ``Title (12345)``; sums that are read-only
*Points Possible*  the second row, or the third under one about posting: an assignment's maximum
a learner          found by ``ID``, then by the SIS columns, then by name
a grade            a number, with two decimals; ``EX`` for excused; ``N/A`` where it is not assigned
separators         comma or semicolon, told by the first rows; a decimal comma or point
================== ============================================================================================

Verified in Canvas's source: ``lib/gradebook_importer.rb`` (``row_has_student_headers?``, ``update_column_count``,
``process_pp``, ``process_student``, ``check_for_non_student_row``, ``semicolon_delimited?``,
``decimal_comma_to_period``) and ``lib/gradebook_exporter.rb`` (``csv_data``). Columns whose values did not change are
left alone by the import, so the others may stay in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from autograder.classroom.records import Record
from autograder.manifests.limits import InputError

from .filling import Filled, Platform, Target, fill, places
from .matching import Person, Roster
from .template import Row, Template, harmless, plain, read_template

_IDENTIFIERS: Final = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
_NAMES: Final = ("Student", "LastName", "FirstName")
_TITLED: Final = re.compile(r"(?P<title>.*?)\s*\([0-9]+\)", re.DOTALL)
_POSTING: Final = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE | re.DOTALL)
_PLATFORM: Final = Platform("Canvas", "Name one of them with --column, as it stands there.")


def canvas(path: Path, records: Iterable[Record], *, column: str = "", assignments: Iterable[str] = ()) -> Filled:
    """Return an export of Canvas's gradebook with the grades in it.

    Every assignment of `assignments` goes into the column of its name, or the only one into `column`.

    Raises InputError when the file cannot be read or is no such export, when no assignment has a column, or when one
    has several.
    """
    template = read_template(path, _sound, "a gradebook that Canvas exported")
    points = next((row for row in template.rows if "Points Possible" in row[0]), None)
    if points is None:
        raise InputError(f"{path} has no row `Points Possible`. Export it again, and change nothing.")
    learners = {
        index: row for index, row in enumerate(template.rows) if row is not points and not _is_about_posting(row)
    }
    targets = {name: Target(place, lambda _, at=place: _number(points[at]), "EX", frozenset({"N/A"}))  # type: ignore[misc]
               for name, place in places(template, tuple(assignments), column, _is_titled, _PLATFORM)}  # fmt: skip
    names = [place for place in (template.column(name) for name in _NAMES) if place is not None]
    identity = template.column("ID")
    people = list(_people(template, learners, names))
    for row in learners.values():
        if identity is not None and row[identity].strip():  # else Canvas goes by the name
            harmless(row, names)
    shown = {person.row: person.names[0] for person in people}
    return fill(template, records, targets, Roster(people), shown)


def _sound(head: Row) -> bool:
    names = [plain(name) for name in head]
    named = names[:2] == ["student", "id"] or names[:3] == ["lastname", "firstname", "id"]
    return named and "section" in names


def _is_about_posting(row: Row) -> bool:
    return all(_POSTING.fullmatch(cell) for cell in row)


def _is_titled(head: str, assignment: str) -> bool:
    told = _TITLED.fullmatch(head.strip())
    return plain(told["title"] if told else head) == plain(assignment)


def _people(template: Template, learners: dict[int, Row], names: list[int]) -> Iterator[Person]:
    columns = [template.column(name) for name in _IDENTIFIERS]
    for index, row in learners.items():
        identifiers = [row[place].strip() if place is not None else "" for place in columns]
        if len(names) > 1:
            last, first = (row[place].strip() for place in names)
        else:
            last, _, first = (part.strip() for part in row[names[0]].partition(","))
        both = (f"{last}, {first}", f"{first} {last}") if first else (last,)
        yield Person(index, tuple(filter(None, identifiers)), identifiers[0], both)


def _number(text: str) -> float | None:
    """Return a maximum as Canvas writes it in any language; None when it is none that can be scaled to."""
    parts = re.split(r"[.,]", text.strip())
    whole = f"{''.join(parts[:-1])}.{parts[-1]}" if len(parts) > 1 else parts[0]
    try:
        value = float(whole)
    except ValueError:
        return None
    return value if value > 0 else None
