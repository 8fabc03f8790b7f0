r"""May a name inside a submission be used, and what kind of file does it promise?

A path is only ever a name: nothing is written to it. It is still made harmless, since people read it in reports.

=============================================== ===============================================================
name                                            becomes
=============================================== ===============================================================
``work\answers\deny-all.yaml``                  ``work/answers/deny-all.yaml``: some programs pack like that
``./a//b.yaml``                                 ``a/b.yaml``
with control or direction characters            without them
``../x``, ``/x``, ``C:x``, ``x\0y``               refused: it leads out of the submission, or lies about its end
too long, or too deep                           refused
``.ipynb_checkpoints/…``, ``__MACOSX/…``, ``.x``  not looked at: programs leave these, nobody hands them in
=============================================== ===============================================================
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final, Literal

from autograder.classroom.submission import clean_name

from .limits import IntakeLimits

Kind = Literal["notebook", "yaml", "zip", "packed", "renamed", "other"]
"""``packed`` is an archive that is no zip; ``renamed`` a notebook or YAML file with another ending behind its own."""

_KINDS: Final[dict[str, Kind]] = {".ipynb": "notebook", ".yaml": "yaml", ".yml": "yaml", ".zip": "zip"}
_PACKED: Final = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tbz2", ".tgz", ".txz", ".xz", ".zst")
_RENAMED: Final = re.compile(r"\.(ipynb|ya?ml)\.(txt|json|html?|download)$", re.IGNORECASE)
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_OF_THE_COURSE: Final = frozenset({"course.yaml", "exercise.yaml", "world.yaml", "starter.yaml", "given.yaml"})
_LEFT_BEHIND: Final = frozenset({"__MACOSX", ".DS_Store", ".git", ".gitignore", ".gitkeep", ".ipynb_checkpoints"})
_LONGEST_SHOWN: Final = 100


def kind_of(name: str) -> Kind:
    """Return what the ending of a name promises."""
    lower = name.lower()
    if _RENAMED.search(lower):
        return "renamed"
    if lower.endswith(_PACKED):
        return "packed"
    return _KINDS.get(PurePosixPath(lower).suffix, "other")


def is_left_behind(component: str) -> bool:
    """Return whether a file or folder of a submission was left by a program, by its name, and handed in by nobody."""
    return component in _LEFT_BEHIND or (component.startswith(".") and component not in {".", ".."})


def is_no_learner(component: str) -> bool:
    """Return the same of a name among those of learners, where ``.ada`` may be one."""
    return component in _LEFT_BEHIND or component.startswith("._")


def is_of_the_course(path: str) -> bool:
    """Return whether a file came with the course: its data is taken from the instructor's side only."""
    return PurePosixPath(path).name in _OF_THE_COURSE


def clean_path(name: str, limits: IntakeLimits) -> tuple[str, str]:
    r"""Return a path inside a submission, and why it is refused; the latter is empty for a good one.

    >>> from .limits import LIMITS
    >>> clean_path("work\\answers\\deny-all.yaml", LIMITS)
    ('work/answers/deny-all.yaml', '')
    >>> clean_path("../../x.yaml", LIMITS)
    ('x.yaml', 'its name leads out of the submission')
    """
    parts = name.replace("\\", "/").split("/")
    fault = ""
    if ".." in parts or parts[0] == "" or _DRIVE.match(name):
        fault = "its name leads out of the submission"
    elif "\0" in name:
        fault = "its name holds a NUL"
    elif len(name) > limits.path_length:
        fault = f"its path is longer than {limits.path_length} characters"
    elif len(parts) > limits.depth:
        fault = f"it lies more than {limits.depth} folders deep"
    if fault:
        parts = [part[:_LONGEST_SHOWN] for part in parts[-limits.depth :]]
    kept = [clean_name(part) for part in parts if part not in {"", ".", ".."}]
    path = "/".join(kept)
    return (path[-limits.path_length :] if fault else path) or "unnamed", fault


def shown(path: str) -> str:
    """Return a path for a sentence: its end, if it is long."""
    return path if len(path) <= _LONGEST_SHOWN else f"…{path[-_LONGEST_SHOWN:]}"
