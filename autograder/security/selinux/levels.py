"""Levels: a sensitivity and a set of categories, and which level dominates which.

``s0:c123,c456`` is sensitivity 0 with two categories, ``c1.c5`` stands for c1 to c5, and ``s0-s0:c0.c1023`` is a range,
of which the high end counts for access. The order of categories plays no role.

==========================  ===========================  ==========================================
process                     file                         the process dominates
==========================  ===========================  ==========================================
s0:c123,c456                s0:c123,c456                 yes
s0:c123,c456                s0                           yes: no category is asked for
s0:c123,c456                s0:c123                      yes: it has more than is asked for
s0:c123,c456                s0:c123,c789                 no: c789 is missing
s0                          s0:c1                        no
s0:c0.c1023                 anything of s0               yes
==========================  ===========================  ==========================================

Sources: containerd internal/cri/server (checkSelinuxLevel) for the syntax, refpolicy policy/mcs for dominance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_SYNTAX: Final = re.compile(r"s\d(-s\d)??(:c\d{1,4}(\.c\d{1,4})?(,c\d{1,4}(\.c\d{1,4})?)*)?")
"""What containerd accepts; the kernel asks for more."""
_HIGHEST: Final = 1023


class LevelError(ValueError):
    """A text that is no level. The message is containerd's where it is containerd that refuses."""


@dataclass(frozen=True, slots=True)
class Level:
    """The high end of a level or range: what access is decided by."""

    sensitivity: int
    categories: frozenset[int] = frozenset()

    def __str__(self) -> str:
        """Return the level as the kernel prints it: categories in order, three or more in a row as a range.

        >>> str(Level(0, frozenset({456, 1, 2, 3, 123})))
        's0:c1.c3,c123,c456'
        """
        if not self.categories:
            return f"s{self.sensitivity}"
        runs: list[list[int]] = []
        for number in sorted(self.categories):
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        parts = []
        for first, last in runs:
            if last - first >= 2:
                parts.append(f"c{first}.c{last}")
            else:
                parts += [f"c{number}" for number in range(first, last + 1)]
        return f"s{self.sensitivity}:{','.join(parts)}"


@lru_cache(maxsize=1024)
def read_level(text: str) -> Level:
    """Return the level that a text means; of a range its high end.

    Raises LevelError with containerd's words for a text that it refuses, and with the kernel's rule for a category
    that there is not.

    >>> read_level("s0:c456,c123") == read_level("s0:c123,c456")
    True
    """
    if _SYNTAX.fullmatch(text) is None:
        raise LevelError(f"the format of 'level' \"{text}\" is not correct")
    ends, _, listed = text.partition(":")
    categories: set[int] = set()
    for part in listed.split(",") if listed else ():
        first, _, last = part.partition(".")
        low, high = int(first[1:]), int((last or first)[1:])
        if high > _HIGHEST or low > high:
            raise LevelError(f"the level {text} has categories that there are not: they go from c0 to c{_HIGHEST}")
        categories.update(range(low, high + 1))
    return Level(int(ends[-1]), frozenset(categories))


def dominates(one: Level, other: Level) -> bool:
    """Return whether a level is at least as sensitive and has at least the categories of another."""
    return one.sensitivity >= other.sensitivity and one.categories >= other.categories
