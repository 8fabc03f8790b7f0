"""Which row of a platform's file is a learner's? The one that certainly is, or none.

=========================================== ==================================================================
the learner's name in the records           is the row whose
=========================================== ==================================================================
``12345``, ``lovelace``, ``a@example.org``  identifier is exactly that, in any of its columns
``lovelaceada_12345``, ``Ada Lovelace_12``  number is the one behind the ``_``, and whose name agrees: so the
                                            platforms name the files that learners hand in
``Ada Lovelace``, ``Lovelace, Ada``         name is that, and no other row's
=========================================== ==================================================================

Identifiers count before numbers, and numbers before names. Two rows, or two learners for one row, are no match.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_NUMBERED: Final = re.compile(r"(?P<name>.*)_(?P<number>[0-9]+)", re.DOTALL)
NOBODY: Final = "no row is certainly this learner's."
SEVERAL: Final = "several rows could be this learner's."


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row is about."""

    row: int
    identifiers: tuple[str, ...]
    number: str
    """What the platform writes behind the name of a file."""
    names: tuple[str, ...]
    """The name, in every order that the platform uses."""


class Roster:
    """The learners in a platform's file."""

    def __init__(self, people: Iterable[Person]) -> None:
        """Take the learners of all rows."""
        self._identifiers: dict[str, set[int]] = defaultdict(set)
        self._numbers: dict[str, list[Person]] = defaultdict(list)
        self._names: dict[str, set[int]] = defaultdict(set)
        for person in people:
            for identifier in filter(None, map(_folded, person.identifiers)):
                self._identifiers[identifier].add(person.row)
            if person.number:
                self._numbers[person.number].append(person)
            for name in filter(None, map(_folded, person.names)):
                self._names[name].add(person.row)

    def find(self, student: str) -> int | str:
        """Return the row of a learner, or why there is none."""
        rows = self._identifiers.get(_folded(student)) or self._by_number(student)
        rows = rows or self._names.get(_folded(student)) or set()
        if len(rows) == 1:
            return next(iter(rows))
        return SEVERAL if rows else NOBODY

    def _by_number(self, student: str) -> set[int]:
        told = _NUMBERED.fullmatch(student)
        if told is None:
            return set()
        return {person.row for person in self._numbers.get(told["number"], ()) if _agree(told["name"], person.names)}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _letters(text: str) -> str:
    """Return what platforms keep of a name in the name of a file: letters and digits of the old kind."""
    return "".join(sign for sign in text.casefold() if sign.isascii() and sign.isalnum())


def _agree(told: str, names: Sequence[str]) -> bool:
    """Return whether a file was named after one of these names. Without such letters in one, the number decides."""
    return any(_letters(told) == _letters(name) or not _letters(name) for name in names)
