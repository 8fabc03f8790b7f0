"""Where is the course? The one place that knows what marks a course and which copy of it counts.

A course is a folder with a ``course.yaml``. Beside that file lie ``course/`` (lessons), ``exercises/`` (what learners
get) and ``solutions/`` (what instructors keep).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.manifests.documents import read_text
from autograder.manifests.limits import InputError

MARK = "course.yaml"
KEYS = ("title", "version", "start")


@dataclass(frozen=True, slots=True)
class Course:
    """A course as its ``course.yaml`` describes it."""

    root: Path
    """The folder that holds ``course.yaml``, absolute."""
    title: str
    version: str
    """The edition that grades carry."""
    start: str
    """The file that opens first, relative to `root`; empty when the course names none."""


def find_course(given: Path | None = None, around: Path | None = None) -> Course:
    """Return the course that counts.

    =================================== ==============================================================
    `given`, what ``--course`` names    that folder, and nothing else
    not given                           the nearest folder with a ``course.yaml``: `around` (by default
                                        the current folder) or one above it
    none there                          the copy inside the installed package
    =================================== ==============================================================

    Raises `InputError` if there is no course, or its ``course.yaml`` is not one.
    """
    if given is not None:
        if not (given / MARK).is_file():
            raise InputError(f"{given} is not a course: it has no {MARK}. Give --course the folder that holds {MARK}.")
        return read_course(given)
    here = (around or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return read_course(folder)
    return installed_course()


def installed_course() -> Course:
    """Return the course that came with the package: inside the wheel, or the repository of an editable installation.

    Raises `InputError` if the package came without one.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "_course", package.parent):
        if (root / MARK).is_file():
            return read_course(root)
    raise InputError(
        f"there is no course here: no {MARK} in this folder or above it, and none in the installed package. "
        "Go to the folder of the course, or name it with --course."
    )


def read_course(root: Path) -> Course:
    """Return the course in `root`.

    Raises `InputError`, with file and remedy, if its ``course.yaml`` cannot be read or does not say what it must.
    """
    file = root / MARK
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(
            f"{file}: {error.strerror}. Make the file readable, or name another course with --course."
        ) from error
    documents, problems = read_text(data, str(file))
    if problems:
        first = problems[0]
        raise InputError(f"{file}, line {first.position.line}: {first.message}")
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict):
        raise InputError(f"{file}: expected one document with the keys {', '.join(KEYS)}.")
    for key in value:
        if key not in KEYS:
            raise InputError(f"{file}: unknown key {key!r}. Known keys: {', '.join(KEYS)}.")
    return Course(
        root=root.resolve(),
        title=_text(file, value, "title"),
        version=_text(file, value, "version"),
        start=_inside(file, _text(file, value, "start", default="")),
    )


def _text(file: Path, value: dict[str, Any], key: str, default: str | None = None) -> str:
    """The text under `key`; `default` if the key is absent."""
    text = value.get(key, default)
    if not isinstance(text, str) or (not text and default is None):
        raise InputError(f"{file}: {key} must be a text, such as {key}: '1'.")
    return text


def _inside(file: Path, start: str) -> str:
    """`start` if it stays inside the course."""
    path = PurePosixPath(start)
    if path.is_absolute() or ".." in path.parts or "\\" in start:
        raise InputError(f"{file}: start must name a file of the course, such as start: course/README.md.")
    return start
