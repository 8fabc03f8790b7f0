"""Mutants that reviewers accept as right answers: ``right/permitted.txt``, beside the right answers of an exercise.

    # db is the only Pod in its namespace, and the task says so.
    NetworkPolicy db: spec.podSelector is {}, not {matchLabels: {app: db}}

A line is a mutant's change as ``autograder course check`` words it. The comment above says why it is right, for all
lines up to the next empty one. ``*`` stands for anything. Edits that lead to the same objects are one: one line for
any of them is enough. The file tells what right answers look like, so it lies where releases never look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .spec import Exercise, read_file

NAME: Final = "permitted.txt"


@dataclass(frozen=True, slots=True)
class Permission:
    """A mutant that is a right answer."""

    change: str
    why: str
    """Empty when the reviewer did not say."""
    line: int

    def covers(self, change: str) -> bool:
        """Return whether this permits a change."""
        return re.fullmatch(".*".join(map(re.escape, self.change.split("*"))), change) is not None


def permissions_file(exercise: Exercise) -> Path:
    """Return where the permissions of an exercise stand, if it has any."""
    return exercise.folder / "right" / NAME


def permissions(exercise: Exercise) -> tuple[Permission, ...]:
    """Return what reviewers permit. Raises `InputError` when the file cannot be read."""
    path = permissions_file(exercise)
    return parse(read_file(path)) if path.is_file() else ()


def parse(text: str) -> tuple[Permission, ...]:
    r"""Return the permissions in a text.

    >>> parse("# One Pod is there.\nNetworkPolicy db: spec.podSelector left out\n")[0].why
    'One Pod is there.'
    """
    found: list[Permission] = []
    why: list[str] = []
    fresh = True
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line:
            why, fresh = [], True
        elif line.startswith("#"):
            why = [*why, line.lstrip("# ")] if fresh else [line.lstrip("# ")]
            fresh = True
        else:
            found.append(Permission(line, " ".join(why).strip(), number))
            fresh = False
    return tuple(found)
