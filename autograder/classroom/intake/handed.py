"""One learner's submission for one assignment: found, and read when it is its turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from autograder.classroom.submission import Submission

from .contents import Contents, Part
from .limits import LIMITS, IntakeLimits
from .paths import shown

_ANSWERS: Final = "answers"


@dataclass(frozen=True, slots=True)
class Handed:
    """A submission that was found (`autograder.classroom.submission.Found`). Small: it says where, not what."""

    student: str
    assignment: str
    origin: str
    """Where it was found, from the folder or archive that was named: for people, and without the way to it."""
    parts: tuple[Part, ...]
    received: str | None = None
    only: frozenset[str] | None = None
    """The files that count, by their path, where one learner handed in several assignments at once; None for all."""
    notes: tuple[str, ...] = ()
    """What was already seen when it was found."""
    limits: IntakeLimits = LIMITS

    def read(self) -> Submission:
        """Return the submission. Never raises for what was handed in: that becomes `Submission.trouble`."""
        contents = Contents(self.parts, self.limits)
        for note in self.notes:
            contents.tell(note)
        files: dict[str, bytes] = {}
        for item in contents.items():
            if self.only is None or item.name in self.only:
                data = contents.data(item)
                if data is not None:
                    if item.name in files:
                        contents.tell(f"{shown(item.name)}: there are two of this name; the last one counts.")
                    files[item.name] = data
        if not files:
            contents.tell(_nothing(contents.others))
        return Submission(self.student, self.assignment, _from_the_top(files), self.received, tuple(contents.troubles))


def _nothing(others: Iterable[str]) -> str:
    names = sorted(shown(name) for name in others)[:3]
    found = f" There is {', '.join(names)}." if names else ""
    return f"Nothing can be graded: there is no notebook (.ipynb) and no YAML file that can be read.{found}"


def _from_the_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files without the folders that all of them lie in, sorted. ``answers`` stays."""
    folders = [PurePosixPath(name).parts[:-1] for name in files]
    common = 0
    for level in zip(*folders, strict=False):
        if len(set(level)) > 1 or level[0] == _ANSWERS:
            break
        common += 1
    return {"/".join(PurePosixPath(name).parts[common:]): files[name] for name in sorted(files)}
