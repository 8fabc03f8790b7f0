"""How much of a submission is read. Honest work stays far below; what is above is told, and the rest is graded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from autograder.exercises.notebooks import LIMITS as NOTEBOOKS
from autograder.manifests.limits import ANSWERS, MIB


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """The largest submission that is read whole."""

    notebook_bytes: int = NOTEBOOKS.max_bytes
    """The size of a notebook: what the learner's own check reads as well."""
    yaml_bytes: int = 2 * ANSWERS.max_bytes
    """The size of a YAML file. More than an answer may have, so that the check itself says that it is too large."""
    submission_bytes: int = 128 * MIB
    """The size of all files of one submission together, unpacked."""
    archive_bytes: int = 64 * MIB
    """The size of one learner's archive, packed. An archive of a whole class may have any size: it is never loaded."""
    files: int = 1000
    """How many notebooks and YAML files of one submission are read."""
    entries: int = 20_000
    """How many files and folders of one submission are looked at, of whatever kind."""
    class_entries: int = 1_000_000
    """How many files and folders an archive of a whole class may hold."""
    ratio: int = 300
    """How many bytes one packed byte may become. Notebooks and YAML stay below 50, a bomb reaches 1,000."""
    path_length: int = 400
    """The length of a path inside a submission."""
    depth: int = 20
    """How many folders lie inside one another."""
    troubles: int = 20
    """How many sentences are told about one submission. Nobody reads more, and an archive can have thousands."""


LIMITS: Final = IntakeLimits()
