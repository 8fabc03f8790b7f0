"""What one learner handed in for one assignment: texts, never anything that is executed.

`intake` finds submissions in folders and archives, `bulk` grades them. This module is what both agree on.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

LONGEST_NAME: Final = 48
"""How much of a learner's name a file name shows."""
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-@+")
_DIGESTED: Final = re.compile(r"(^|-)[0-9a-f]{10}$")
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(10))}
)


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in, read and kept within limits."""

    student: str
    """Who handed it in, as the gradebook or the LMS names them: Unicode NFC, no control characters, never empty."""
    assignment: str
    """What for; empty if nothing tells. Not checked against the course."""
    files: Mapping[str, bytes]
    """Notebooks and YAML files by their path inside the submission, ``/`` between folders, sorted."""
    received: str | None = None
    """When, as ``2026-11-23T10:00:00Z``; None if nothing tells."""
    trouble: tuple[str, ...] = ()
    """What was handed in and could not be read: a sentence each, with the file and the remedy, for the learner."""

    @property
    def sha256(self) -> str:
        """The digest of everything that the grade depends on: all fields but the student's name."""
        digest = hashlib.sha256()
        for part in (self.assignment, self.received or "", *self.trouble):
            digest.update(part.encode("utf-8", "replace") + b"\0")
        for name, data in sorted(self.files.items()):
            digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "replace"))
            digest.update(data)
        return digest.hexdigest()


class Found(Protocol):
    """A submission that was found and not read yet. Small, and can be sent to another process."""

    @property
    def student(self) -> str:
        """Who handed it in."""

    @property
    def assignment(self) -> str:
        """What for; empty if nothing tells."""

    def read(self) -> Submission:
        """Return the submission. Never raises for what a learner handed in: that becomes `Submission.trouble`."""


def clean_name(name: str) -> str:
    r"""Return a name as people can read it in one line: Unicode NFC, no control or direction characters.

    >>> clean_name("Ada\nLovelace\u202e ")
    'Ada Lovelace'
    """
    kept = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in name)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in {"Cf", "Cs", "Co", "Cn"})
    return " ".join(unicodedata.normalize("NFC", kept).split()) or "unnamed"


def file_name(name: str) -> str:
    """Return a name for a file or folder: no two students share one, on any file system, and none leaves the folder.

    A plain lower-case name is itself. Any other gets the beginning of its digest, so that ``Ada`` and ``ada``, or two
    names that look alike, stay two.

    >>> file_name("ada"), file_name("../ada"), file_name("Ada")
    ('ada', 'ada-6008827952', 'ada-99a563ab2f')
    """
    plain = set(name) <= _PLAIN and len(name) <= LONGEST_NAME and not _DIGESTED.search(name)
    stem = name.split(".", maxsplit=1)[0]
    if plain and name and name[0].isalnum() and name[-1].isalnum() and stem not in _RESERVED:
        return name
    shown = "".join(sign if sign in _PLAIN else "-" for sign in name.lower()).strip("-._@+")[:LONGEST_NAME]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{shown}-{digest}".lstrip("-")
