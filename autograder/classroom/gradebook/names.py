"""Under which name does nbgrader know a learner? Under the learner's own, wherever files and addresses allow it.

======================================================= ====================================================
a learner's name                                        in the gradebook, and as a folder
======================================================= ====================================================
``ada``, ``Ada Lovelace``, ``a.lovelace@example.org``   itself
``../ada``, ``a/b``, ``con``, ``ada.``, ``*``, a name   `file_name`: ``ada-6008827952``; the name itself
of more than 128 bytes                                  stands as the last name, so formgrader shows it
``Ada`` where the gradebook has ``ada``                 `file_name`: on some file systems they would be one
======================================================= ====================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from autograder.classroom.submission import file_name

LONGEST: Final = 128
"""What nbgrader's tables hold."""
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|[]{}%#,')
"""Separators, what Windows forbids, what nbgrader takes for a pattern or a list, what an address would need escaped."""
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_DIGESTED: Final = re.compile(r"-[0-9a-f]{10}$")
"""How `file_name` ends a name that it changed. Nobody else may have such a one."""


def fits(student: str) -> bool:
    """Return whether nbgrader and every file system take a name as it is.

    >>> fits("Ada Lovelace"), fits("2026123456"), fits("../ada"), fits("CON"), fits("ada.")
    (True, True, False, False, False)
    """
    return (
        0 < len(student.encode("utf-8", "surrogatepass")) <= LONGEST
        and student.isprintable()
        and not _NOT_IN_NAMES & set(student)
        and student[0].isalnum()
        and (student[-1].isalnum() or student[-1] in "_-")
        and not _DEVICE.match(student)
        and not _DIGESTED.search(student)
    )


class Names:
    """The names of the learners in one gradebook."""

    def __init__(self, known: Iterable[str]) -> None:
        """Take the names that the gradebook has."""
        self._taken: dict[str, str] = {}
        for name in sorted(known):
            self._taken.setdefault(name.casefold(), name)

    def of(self, student: str) -> str:
        """Return nbgrader's name for a learner: the same one whenever the gradebook is the same."""
        taken = self._taken.setdefault(student.casefold(), student) if fits(student) else ""
        return student if taken == student else file_name(student)
