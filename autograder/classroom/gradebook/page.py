"""What does formgrader show of a submission? The instructor's notebook with the learner's answers, and every report.

The file is the one, byte for byte, that ``nbgrader autograde`` writes with this project's plugin.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from autograder.classroom.grading import outputs
from autograder.classroom.submission import Submission
from autograder.classroom.submissions import NotebookJson, role_of, tidied
from autograder.exercises.answers import FOLDER, answer_path, as_cell, state_of, submitted_answer
from autograder.exercises.checking import Result, check_answer, unreadable
from autograder.exercises.spec import Exercise
from autograder.manifests.limits import InputError

from .source import Source

Check = Callable[[Submission], Mapping[str, Result]]
"""Grades a submission: the result of every exercise by its id."""
MODE: Final = 0o444
"""nbgrader writes what it graded as read-only, since nobody should mend it by hand."""


def lay_out(submission: Submission, name: str, exercises: tuple[Exercise, ...], folder: Path) -> Path:
    """Write what counts of a submission into an empty folder, as on a desk, and return the notebook's path.

    The notebook is the one of the assignment's name, else the first by depth and name; there may be none. An answer's
    file is the one in ``answers/`` beside it, else the first of its name.
    """
    paths = sorted(map(PurePosixPath, submission.files), key=lambda path: (len(path.parts), str(path)))
    notebooks = [path for path in paths if path.suffix == ".ipynb"]
    chosen = next((path for path in notebooks if path.stem == name), next(iter(notebooks), None))
    notebook = folder / f"{name}.ipynb"
    if chosen is not None:
        notebook.write_bytes(submission.files[str(chosen)])
    beside = chosen.parent / FOLDER if chosen is not None else None
    for exercise in exercises:
        target = answer_path(exercise, folder)
        named = [path for path in paths if path.name == target.name]
        file = next((path for path in named if path.parent == beside), next(iter(named), None))
        if file is not None:
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(submission.files[str(file)])
    return notebook


def checked(submission: Submission, exercises: tuple[Exercise, ...], notebook: Path) -> dict[str, Result]:
    """Return the result of every exercise of a submission that is laid out around a notebook."""
    if submission.trouble and not submission.files:
        return {exercise.id: unreadable(exercise, " ".join(submission.trouble)) for exercise in exercises}
    return {exercise.id: _checked(exercise, notebook) for exercise in exercises}


def _checked(exercise: Exercise, notebook: Path) -> Result:
    try:
        answer = submitted_answer(exercise, notebook)
    except InputError as error:
        # The error names the file that was laid out. Its learner knows it by its name alone.
        return unreadable(exercise, str(error).replace(f"{notebook.parent}{os.sep}", ""))
    return check_answer(exercise, answer)


def page(
    source: Source, notebook: Path, exercises: tuple[Exercise, ...], results: Mapping[str, Result]
) -> NotebookJson:
    """Return the notebook that formgrader shows: the answers that count, each with its result.

    A cell whose exercise has no result stays without output.
    """
    shown = tidied(notebook, source.notebook, exercises)
    by_id = {exercise.id: exercise for exercise in exercises}
    checks = {cell.name: cell.exercise for cell in source.graded if cell.exercise}
    for cell in shown["cells"]:
        own = by_id.get(role_of(cell))
        if own is not None and own.id in results and state_of(own, results[own.id].text) == "changed":
            cell["source"] = as_cell(own, results[own.id].text)  # it may have stood in another of several notebooks
        exercise = checks.get(role_of(cell), "")
        if exercise in by_id and exercise in results:
            cell["outputs"] = outputs(by_id[exercise], results[exercise])
            cell["execution_count"] = 1
    return shown


def texts(shown: NotebookJson) -> dict[str, str]:
    """Return what stands in the cells that nbgrader knows."""
    return {role_of(cell): cell["source"] for cell in shown["cells"] if role_of(cell)}


def as_text(shown: NotebookJson) -> str:
    """Return a notebook as nbformat writes it."""
    cells = [_cell(cell) for cell in shown["cells"]]
    value = {**shown, "cells": cells}
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    lines = {**cell, "source": cell["source"].splitlines(keepends=True)}
    if "outputs" in cell:
        lines["outputs"] = [
            {**output, "data": {kind: text.splitlines(keepends=True) for kind, text in output["data"].items()}}
            for output in cell["outputs"]
        ]
    return lines
