r"""Whose file is this? The names that learning platforms give to what they hand out.

===================================================== ====================== =====================================
name                                                  learner                file
===================================================== ====================== =====================================
``lovelaceada_12345_67890_np-union.ipynb``            lovelaceada_12345      np-union.ipynb          (Canvas)
``lovelaceada_LATE_12345_67890_np-union-1.ipynb``     lovelaceada_12345      np-union-1.ipynb        (Canvas)
``LATE_anon_x7Qb2_67890_np-union.ipynb``              anon_x7Qb2             np-union.ipynb          (Canvas)
``lovelaceada_12345_text.html``                       lovelaceada_12345      nothing to grade        (Canvas)
``Ada Lovelace_123_assignsubmission_file/…``          Ada Lovelace_123       what lies in it         (Moodle)
``Ada Lovelace_123_assignsubmission_file_x.ipynb``    Ada Lovelace_123       x.ipynb                 (Moodle)
``gradebook_K8S_np-union_ada_attempt_``               ada                    np-union.ipynb          (Blackboard,
``2026-11-23-10-00-00_np-union.ipynb``                                                               nbgrader)
``ada+np-union+2026-11-23 10:00:00 UTC/…``            ada                    what lies in it         (nbgrader)
===================================================== ====================== =====================================

The number belongs to the learner's name: two learners may share the other part, and the platform knows them by it.
``LATE`` tells that it was late, and not when it came, so nothing is made of it.

What learners choose stands at the end of a name, so the first place that fits counts, and of several patterns the one
that fits most names in the same folder or archive: nobody writes another learner's name into the name of a file.

Verified in the source: Canvas (``lib/content_zipper.rb``: ``get_filename``, ``add_upload_submission``,
``sanitize_file_name``), Moodle (``mod/assign/classes/downloader.php``: ``get_student_prefix``,
``load_submissionplugin_filelist``; both of its layouts), nbgrader 0.9.6 (``FileNameCollectorPlugin.named_regexp``,
``exchange/default/submit.py`` and ``collect.py``). Blackboard's source is closed: its form is as two programs read it
that sort its downloads (BBGradebookOrganiser and nbgrader's documentation). A user name with ``_`` in it cannot be told
from what stands before it there; give a pattern of your own.

A pattern of your own is a regular expression with the groups ``student`` and, as far as the name tells them, ``id``
(joined to the student by ``_``), ``assignment``, ``received`` and ``file``. It is matched from the beginning of a
file's name, or of a folder's name if it has no group ``file``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from autograder.manifests.limits import InputError

from .times import read_time

CANVAS: Final = re.compile(
    r"(?!gradebook_)(?P<student>\w*?)_?(?:(?<![^\W_])LATE_)?(?<![^\W_])(?P<id>[0-9]+)_[0-9]+_(?P<file>.+)", re.DOTALL
)
CANVAS_ANONYMOUS: Final = re.compile(r"(?:LATE_)?(?P<student>anon_[A-Za-z0-9]+)_[0-9]+_(?P<file>.+)", re.DOTALL)
CANVAS_TEXT: Final = re.compile(
    r"(?P<student>\w*?)_?(?:(?<![^\W_])LATE_)?(?<![^\W_])(?P<id>[0-9]+)_(?P<file>(?:text|link)\.html)"
)
MOODLE_FOLDER: Final = re.compile(r"(?P<student>.+?)(?:_(?P<id>[0-9]+))?_assignsubmission_[a-z]+_?\Z", re.DOTALL)
MOODLE_FLAT: Final = re.compile(r"(?P<student>.+?)(?:_(?P<id>[0-9]+))?_assignsubmission_[a-z]+_(?P<file>.+)", re.DOTALL)
ATTEMPT: Final = re.compile(
    r"(?:.*?_)?(?P<student>[^_/]+)_attempt_(?P<received>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<file>.+)|\.txt\Z)", re.DOTALL
)
EXCHANGE: Final = re.compile(
    r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<received>[0-9]{4}-[0-9]{2}-[0-9]{2}[^+]*)(?:\+[\w=-]+)?\Z", re.DOTALL
)
PATTERNS: Final[tuple[re.Pattern[str], ...]] = (
    CANVAS_ANONYMOUS,
    CANVAS,
    CANVAS_TEXT,
    MOODLE_FOLDER,
    MOODLE_FLAT,
    ATTEMPT,
    EXCHANGE,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """What the name of a file or folder tells."""

    student: str
    assignment: str = ""
    received: str | None = None
    file: str = ""
    """What the learner called the file; empty for a folder."""


def check_patterns(patterns: Iterable[re.Pattern[str]]) -> None:
    """Raise `InputError` for a pattern that cannot name a learner."""
    for pattern in patterns:
        if "student" not in pattern.groupindex:
            raise InputError(f"The pattern {pattern.pattern!r} has no group (?P<student>…). Add it around the learner.")


def ranked(names: Iterable[str], patterns: Sequence[re.Pattern[str]]) -> list[re.Pattern[str]]:
    """Return the patterns, those first that fit most of the names of one folder: a platform names all files alike."""
    votes = Counter(pattern for name in names for pattern in patterns if pattern.match(name))
    return sorted(patterns, key=lambda pattern: -votes[pattern])


def of_file(name: str, patterns: Sequence[re.Pattern[str]]) -> Upload | None:
    """Return what the name of a file tells by the first pattern that fits; None if none does."""
    for pattern in patterns:
        if match := pattern.match(name):
            ending = PurePosixPath(name).suffix
            file = (match["file"] if "file" in pattern.groupindex else "") or name
            # nbgrader's own patterns leave out the ending.
            return _upload(match, file if PurePosixPath(file).suffix else file + ending)
    return None


def of_folder(name: str, patterns: Sequence[re.Pattern[str]]) -> Upload | None:
    """Return what the name of a folder tells by the first pattern that fits; None if none does."""
    for pattern in patterns:
        if "file" not in pattern.groupindex and (match := pattern.match(name)):
            return _upload(match, "")
    return None


def _upload(match: re.Match[str], file: str) -> Upload:
    groups = match.groupdict()
    student = "_".join(part for part in (groups["student"], groups.get("id")) if part)
    received = groups.get("received")
    return Upload(student, groups.get("assignment") or "", read_time(received) if received else None, file)
