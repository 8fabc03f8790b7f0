"""Puts the course into the wheel, so that an installed package teaches and grades without the repository.

An editable installation needs no copy: there the repository itself is at hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COURSE = ("course.yaml", "course", "exercises", "solutions")
TARGET = "autograder/_course"


def course_files(root: Path) -> dict[str, str]:
    """Every file of the course below `root`, with its path in the wheel.

    Hidden files and folders (checkpoints of editors, for one) are nobody's course.
    """
    files = {}
    for name in COURSE:
        path = root / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            inside = file.relative_to(root)
            if file.is_file() and not any(part.startswith((".", "__")) for part in inside.parts):
                files[str(file)] = f"{TARGET}/{inside.as_posix()}"
    return files


class CourseInWheel(BuildHookInterface):  # type: ignore[misc]
    """The build hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the course to the files of a wheel."""
        if version != "editable":
            build_data["force_include"].update(course_files(Path(self.root)))
