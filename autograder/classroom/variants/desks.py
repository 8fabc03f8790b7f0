"""What does each learner get, and what does the instructor keep?

    OUT/STUDENT.zip    the learner's desk for one assignment
    OUT/variants.csv   who has which variant: the instructor's alone

A desk is a small course: ``course.yaml`` and the released side of the assignment, with the learner's own files in place
of those that everybody shares, and the learner's own starters in the notebook's cells. The package finds it like any
other course, so checks, hints and scenes work there, offline. Nothing on a desk tells the secret, the choices, or
another learner's variant, and no right or wrong answer is on it.

The same roster, course and secret give the same bytes: names are sorted, times are fixed, and nothing is compressed,
since compressors differ.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.classroom.submission import file_name
from autograder.classroom.submissions import read_source, role_of, starter_of
from autograder.course import Course
from autograder.exercises.answers import FOLDER as ANSWERS
from autograder.exercises.answers import replace_file
from autograder.exercises.spec import Exercise, Exercises
from autograder.manifests.limits import InputError
from autograder.manifests.whole import whole

from .assigned import family_of, made
from .choosing import chosen
from .family import NAME, Variant
from .roster import guarded
from .written import document

MANIFEST: Final = "variants.csv"
COLUMNS: Final = ("student", "file", "exercise", "version", "variant", "choices")
_THEN: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the first that the format knows."""
_NEVER: Final = frozenset({ANSWERS, NAME, "right", "wrong", "solution.md"})
"""What is never on a desk, whoever put it into the release."""


@dataclass(frozen=True)
class Assignment:
    """An assignment that is about to be released."""

    course: Course
    name: str
    exercises: tuple[Exercise, ...]
    """All of them, by name."""
    notebook: Mapping[str, Any]
    """As it is released to everybody."""
    shared: Mapping[str, bytes]
    """The other files that everybody gets, by path in the assignment."""

    @property
    def own(self) -> tuple[Exercise, ...]:
        """The exercises that have variants."""
        return tuple(exercise for exercise in self.exercises if family_of(exercise) is not None)


@dataclass(frozen=True)
class Assigned:
    """What one learner gets."""

    student: str
    variants: tuple[tuple[Exercise, Variant], ...]
    """By exercise."""

    @property
    def file(self) -> str:
        """The name of the archive."""
        return f"{file_name(self.student)}.zip"


def read_assignment(course: Course, name: str) -> Assignment:
    """Return an assignment that can be released with variants.

    Raises `InputError` if there is none of this name, if none of its exercises has variants, if it is not built, or if
    its notebook holds a task that is not everybody's.
    """
    exercises = Exercises(course)
    found = exercises.of_assignment(name)
    if not found:
        raise InputError(f"there is no assignment {name!r}. There are: {', '.join(exercises.assignments)}.")
    folder = course.root / "exercises" / name
    file = folder / f"{name}.ipynb"
    if not file.is_file():
        raise InputError(f"{file} is missing, so there is nothing to release. Build it: make build")
    assignment = Assignment(course, name, found, read_source(file), dict(_shared(folder)))
    if not assignment.own:
        with_family = sorted(path.parent.parent.name for path in exercises.root.glob(f"*/*/{NAME}"))
        remedy = f"These have: {', '.join(dict.fromkeys(with_family))}." if with_family else "No assignment has."
        raise InputError(f"no exercise of {name} has variants ({NAME} beside exercise.yaml). {remedy}")
    for exercise in assignment.own:
        _judge_notebook(file, assignment.notebook, exercise)
    return assignment


def assigned(assignment: Assignment, students: Iterable[str], secret: bytes) -> Iterator[Assigned]:
    """Yield what each learner gets of the exercises that have variants, in order. Nothing of it is proved here.

    Raises `InputError` for a family that cannot be read.
    """
    families = [(exercise, family) for exercise in assignment.own if (family := family_of(exercise)) is not None]
    for student in students:
        yield Assigned(student, tuple((exercise, chosen(family, student, secret)) for exercise, family in families))


def desk_of(assignment: Assignment, given: Assigned) -> bytes:
    """Return a learner's desk as the bytes of a zip archive. Raises `InputError` for a broken template."""
    return _archive(assignment, given.variants)


def write_desk(out: Path, assignment: Assignment, given: Assigned) -> Path:
    """Write a desk as a whole or not at all, and return its file. Raises `InputError` when it cannot be written."""
    data = desk_of(assignment, given)
    path = out / given.file
    try:
        with whole(path) as part:
            part.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Name another folder with --out.") from None
    return path


def manifest_rows(given: Assigned) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the manifest for one learner."""
    for exercise, variant in given.variants:
        choices = " ".join(f"{axis}={choice}" for axis, choice in variant.described.items())
        cells = (given.student, given.file, exercise.id, str(exercise.version), variant.id, choices)
        yield tuple(map(guarded, cells))


def write_manifest(out: Path, rows: Iterable[tuple[str, ...]]) -> Path:
    """Write the manifest as a whole or not at all, and return its file. Raises `InputError`."""
    path = out / MANIFEST
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    replace_file(path, text.getvalue())
    return path


def _shared(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a released assignment but its notebook, sorted by path."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) or part in _NEVER for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden and parts != (f"{folder.name}.ipynb",):
            yield "/".join(parts), path.read_bytes()


def _judge_notebook(file: Path, notebook: Mapping[str, Any], exercise: Exercise) -> None:
    """Raise `InputError` if the notebook does not print the learner's own task, or holds the one of the course."""
    sources = [str(cell["source"]) for cell in notebook["cells"]]
    call = f'task("{exercise.id}")'
    if not any(call in source for source in sources):
        raise InputError(f"{file}: no cell shows the task of {exercise.id}. Add one that holds: {call}")
    held = next((number for number, source in enumerate(sources, 1) if exercise.task in source), None)
    if held is not None:
        message = f"cell {held} holds the task of {exercise.id}, which is another one for each learner"
        raise InputError(f"{file}: {message}. Leave it to the cell {call}.")


def _archive(assignment: Assignment, variants: Iterable[tuple[Exercise, Variant]]) -> bytes:
    """Return a desk as the bytes of a zip archive."""
    folder = f"exercises/{assignment.name}"
    files: dict[str, bytes] = {f"{folder}/{name}": data for name, data in assignment.shared.items()}
    own = {}
    for exercise, variant in variants:
        own[exercise.id] = made(exercise, variant)
        for name in [name for name in files if name.startswith(f"{folder}/{exercise.id}/")]:
            del files[name]
        files |= {f"{folder}/{exercise.id}/{name}": text.encode() for name, text in variant.files.items()}
    files[f"{folder}/{assignment.name}.ipynb"] = _notebook(assignment.notebook, own)
    course = assignment.course
    about = {"title": course.title, "version": course.version, "start": f"{folder}/{assignment.name}.ipynb"}
    files["course.yaml"] = document(about).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{assignment.name}/{name}", _THEN)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return written.getvalue()


def _notebook(released: Mapping[str, Any], own: Mapping[str, Exercise]) -> bytes:
    """Return the notebook with the learner's own starters in its answer cells."""
    notebook = copy.deepcopy(dict(released))
    for cell in notebook["cells"]:
        exercise = own.get(role_of(cell))
        if exercise is not None:
            _put(cell, starter_of(exercise))
        # As Jupyter saves it: a list of lines.
        cell["source"] = cell["source"].splitlines(keepends=True)
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _put(cell: dict[str, Any], text: str) -> None:
    """Put a starter into an answer cell; the checksum of the one that everybody shares goes."""
    cell["source"] = text
    cell["metadata"].get("nbgrader", {}).pop("checksum", None)
