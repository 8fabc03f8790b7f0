"""A class in parts: each machine grades the learners of its shard, and one puts the parts together.

A learner's shard follows from the name alone, so every machine finds its own without asking another. Shards are
counted from 0, as the completion index of a Kubernetes Indexed Job is.

=================================  ============================================================================
a shard                            merging
=================================  ============================================================================
was never started, or was killed   refuses and names it: what a killed one wrote is continued by starting it again
was graded twice                   is one folder all the same, with the same bytes
was graded by another course       refuses: grades of two courses are not one class
=================================  ============================================================================
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.classroom.records import FEEDBACK, RECORDS
from autograder.exercises.answers import replace_file
from autograder.manifests.limits import InputError
from autograder.manifests.whole import whole

MARK: Final = "shard.json"
_SHARD: Final = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a class."""

    index: int
    count: int

    def holds(self, student: str) -> bool:
        """Return whether a student belongs to this part.

        >>> sum(Shard(index, 4).holds("ada") for index in range(4))
        1
        """
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.count == self.index

    def __str__(self) -> str:
        """Return the part as the command line has it."""
        return f"{self.index}/{self.count}"


def read_shard(text: str) -> Shard:
    """Return a part from text such as ``0/4``. Raises `InputError` for anything else.

    >>> read_shard("3/4")
    Shard(index=3, count=4)
    """
    match = _SHARD.fullmatch(text.strip())
    index, count = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 0 <= index < count <= MOST:
        raise InputError(f"--shard {text}: write I/N with I from 0 to N-1, such as 0/4 for the first of four parts.")
    return Shard(index, count)


def mark_complete(out: Path, shard: Shard, graded_by: dict[str, str]) -> None:
    """Say in a folder that its part is complete. Raises `InputError` when it cannot be written."""
    text = json.dumps({"version": 1, "shard": str(shard), "graded_by": graded_by}, indent=1, sort_keys=True)
    replace_file(out / MARK, text + "\n")


def unmark(out: Path) -> None:
    """Say in a folder that its part is not complete, before anything in it changes."""
    (out / MARK).unlink(missing_ok=True)


def gather(parts: Sequence[Path], out: Path) -> int:
    """Copy the records and the feedback of all parts into one folder, and return how many records there are.

    Raises `InputError`, before anything is written, when the parts are not one whole class. Copying again after a stop
    gives the same folder.
    """
    marks = [_read_mark(part) for part in parts]
    counts = {shard.count for shard, _ in marks}
    if len(counts) > 1:
        raise InputError(f"the parts are of different numbers: {', '.join(str(shard) for shard, _ in marks)}.")
    where: dict[int, Path] = {}
    digests: dict[str, tuple[str, Path]] = {}
    for part, (shard, graded_by) in zip(parts, marks, strict=True):
        other = where.setdefault(shard.index, part)
        if other != part:
            raise InputError(f"{other} and {part} are both part {shard}. Name each part once.")
        for assignment, digest in graded_by.items():
            first = digests.setdefault(assignment, (digest, part))
            if first[0] != digest:
                raise InputError(
                    f"{first[1]} and {part}: {assignment} was graded by different courses or settings. "
                    "Grade all parts with the same version and the same options."
                )
    count = counts.pop()
    missing = [f"{index}/{count}" for index in range(count) if index not in where]
    if missing:
        raise InputError(f"the parts {', '.join(missing)} are missing. Grade them, and merge all {count} at once.")
    total = 0
    for index in range(count):
        # Records last: a record stands for a submission whose feedback is there.
        for name in (FEEDBACK, RECORDS):
            for path in sorted((where[index] / name).rglob("*")):
                if path.is_file() and path.suffix != ".part":
                    _copy(path, out / path.relative_to(where[index]))
                    total += name == RECORDS
    return total


def _read_mark(part: Path) -> tuple[Shard, dict[str, str]]:
    path = part / MARK
    if not part.is_dir():
        raise InputError(f"{part}: there is no such folder. Name the folders that `grade --shard` wrote.")
    try:
        value = json.loads(path.read_bytes())
        return read_shard(value["shard"]), dict(value["graded_by"])
    except FileNotFoundError:
        raise InputError(
            f"{part} is not a complete part: it has no {MARK}. Run `autograder grade --shard` for it again; "
            "what is graded already is kept."
        ) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Make the file readable.") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} is damaged. Grade this part again; what is graded already is kept.") from None


def _copy(source: Path, target: Path) -> None:
    try:
        with whole(target) as part:
            shutil.copyfile(source, part)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}. Nothing of the parts was changed.") from None
