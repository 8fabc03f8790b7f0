r"""Moodle's two files: the grading worksheet of an assignment, and the gradebook as plain text.

================================== ===================================== ======================================
\                                  grading worksheet                     gradebook, plain text
================================== ===================================== ======================================
comes from                         Assignment, *Download grading         Grades, *Export, Plain text file*
                                   worksheet*
goes to                            *Upload grading worksheet*            Grades, *Import, CSV file*
a learner                          ``Identifier``: *Participant 123*,    ``Email address``, ``ID number`` or
                                   the number in the names of the        ``Username``, as chosen at the import
                                   files that were handed in
a grade                            column ``Grade``                      ``Assignment: np-union (Real)``
its maximum                        ``Maximum grade``, in every row       not told: the assignment's own, or
                                                                         `maximum`
has to stay as it is               ``Last modified (grade)``: a row      the learners: one who is not in the
                                   that was graded since is passed over  course ends the import
================================== ===================================== ======================================

A grade above the maximum is passed over in the one and ends the import in the other. A decimal point is read in every
language. The headings are in the language of the course: where they are not English, the grade's has to be named; the
identifier is the first column.

Verified in Moodle's source: ``mod/assign/feedback/offline/importgradeslib.php`` and ``locallib.php``
(``process_import_grades``), ``mod/assign/gradingtable.php`` (headings, ``col_recordid``),
``grade/export/txt/grade_export_txt.php``, ``grade/import/csv/classes/load_data.php`` (``check_user_exists``,
``update_grade_item``, ``insert_grade_record``). Moodle takes files with comma, semicolon, tab or colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from autograder.classroom.records import Record
from autograder.manifests.limits import InputError

from .filling import Filled, Platform, Target, fill, only, places
from .matching import Person, Roster
from .template import Row, Template, harmless, plain, read_template

_IDENTIFIERS: Final = ("Email address", "ID number", "Username", "Email")
_NAMES: Final = ("Full name", "First name", "Last name", "Surname")
_MAXIMUM: Final = ("Maximum grade",)
_GRADE: Final = "Grade"
_PARTICIPANT: Final = re.compile(r"(?P<word>.*?)(?P<number>[0-9]+)\s*", re.DOTALL)
_TITLED: Final = re.compile(r"(?:[^:]{1,40}:)?\s*(?P<title>.*?)\s*(?:\((?:Real|real)\))?", re.DOTALL)
_PLATFORM: Final = Platform("Moodle", "Mend --column.")


def moodle(
    path: Path,
    records: Iterable[Record],
    *,
    column: str = "",
    assignments: Iterable[str] = (),
    maximum: float | None = None,
) -> Filled:
    """Return a file that Moodle exported with the grades in it: the grading worksheet, or the gradebook.

    A worksheet takes one assignment. `maximum` is what Moodle gives at most where the file does not tell.

    Raises InputError when the file cannot be read or is neither, or when an assignment has no column or several.
    """
    template = read_template(path, lambda head: _sound(head, column), "a grading worksheet or a gradebook of Moodle")
    names = tuple(assignments)
    worksheet = _is_worksheet(template, column)
    most = template.column(*_MAXIMUM)

    def maximum_of(row: int) -> float | None:
        if worksheet and most is not None:
            return _number(template.rows[row][most])
        return maximum

    if worksheet and len(names) != 1:
        raise InputError(f"{path} is the worksheet of one assignment. Name which with --assignment.")
    found = (
        _worksheet_place(template, names, column)
        if worksheet
        else places(template, names, column, _is_titled, _PLATFORM)
    )
    targets = {name: Target(place, maximum_of, None) for name, place in found}
    name_columns = [place for place in (template.column(name) for name in _NAMES) if place is not None]
    people = list(_people(template, name_columns, worksheet=worksheet))
    for row in template.rows:
        harmless(row, name_columns)  # Moodle goes by the identifier, and reads no name back
    shown = {person.row: person.names[0] if person.names else template.rows[person.row][0] for person in people}
    return fill(template, records, targets, Roster(people), shown)


def _sound(head: Row, column: str) -> bool:
    names = [plain(name) for name in head]
    if column and len(names) > 1:
        return column in head
    if names[:1] == ["identifier"]:
        return plain(_GRADE) in names
    return any(plain(name) in names for name in _IDENTIFIERS)


def _is_worksheet(template: Template, column: str) -> bool:
    """Return whether a file is a worksheet: in its first column all rows are one word and a number."""
    if plain(template.head[0]) == "identifier":
        return True
    if not column or any(template.column(name) == 0 for name in (*_IDENTIFIERS, *_NAMES)):
        return False
    told = [_PARTICIPANT.fullmatch(row[0]) for row in template.rows]
    return len({participant["word"] if participant else None for participant in told} - {None, ""}) == 1 and all(told)


def _worksheet_place(template: Template, names: tuple[str, ...], column: str) -> Iterator[tuple[str, int]]:
    wanted = column or _GRADE
    remedy = "Name the column that takes the grade with --column."
    fitting = template.columns(lambda head: head == column if column else plain(head) == plain(_GRADE))
    yield names[0], only(fitting, template, f"{wanted!r}", remedy)


def _is_titled(head: str, assignment: str) -> bool:
    told = _TITLED.fullmatch(head.strip())
    return plain(assignment) in {plain(head), plain(told["title"]) if told else ""}


def _people(template: Template, names: list[int], *, worksheet: bool) -> Iterator[Person]:
    columns = [place for place in (template.column(name) for name in _IDENTIFIERS) if place is not None]
    for index, row in enumerate(template.rows):
        identifiers = [row[place].strip() for place in columns]
        number = ""
        if worksheet:
            identifiers.append(row[0].strip())
            told = _PARTICIPANT.fullmatch(row[0])
            number = told["number"] if told else ""
        parts = [row[place].strip() for place in names]
        orders = (" ".join(parts), " ".join(reversed(parts))) if len(parts) > 1 else tuple(parts)
        yield Person(index, tuple(filter(None, identifiers)), number, orders or ("",))


def _number(text: str) -> float | None:
    """Return a maximum; None for a scale of words, which takes no number."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if value > 0 else None
