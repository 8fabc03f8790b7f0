"""A notebook that nbgrader can take, out of whatever was handed in.

The structure is the instructor's, always. A submission contributes texts: the answers, found as the learner's own
check finds them, and whatever else the learner wrote, kept for people to read.

====================================== =================================================================
handed in                              becomes
====================================== =================================================================
a notebook                             itself, cells of the assignment as the instructor made them
an answer cell that was copied         the copy that counts; the others stay as plain cells
an answer that people grade            kept word for word
a cell of the assignment deleted       put back where it was
another nbformat, broken JSON, empty,  the instructor's notebook with the answers that can still be found,
or anything else                       in the submission's ``answers/`` too
====================================== =================================================================
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from autograder.exercises.answers import as_cell, submitted_answer
from autograder.exercises.notebooks import Notebook, read_notebook
from autograder.exercises.spec import Exercise
from autograder.manifests.limits import InputError

NotebookJson = dict[str, Any]
KINDS: Final = ("code", "markdown", "raw")
_READABLE: Final = 4
"""The nbformat whose cells can be kept; answers are found in others as well."""


def role_of(cell: dict[str, Any]) -> str:
    """Return nbgrader's name for a cell of an assignment; empty for any other cell."""
    nbgrader = cell.get("metadata", {}).get("nbgrader") or {}
    return str(nbgrader.get("grade_id", ""))


def starter_of(exercise: Exercise) -> str:
    """Return the text of an exercise's answer cell as it is released."""
    return as_cell(exercise, exercise.starter)


def released(source: NotebookJson, exercises: Iterable[Exercise]) -> NotebookJson:
    """Return the instructor's notebook with the starter in every answer cell."""
    starters = {exercise.id: starter_of(exercise) for exercise in exercises}
    result = copy.deepcopy(source)
    for cell in result["cells"]:
        if role_of(cell) in starters:
            cell["source"] = starters[role_of(cell)]
    return result


def tidied(submitted: Path, source: NotebookJson, exercises: Iterable[Exercise]) -> NotebookJson:
    """Return the notebook of a submission as nbgrader can take it.

    `source` is the instructor's notebook of the same assignment. Never fails on what a learner handed in.
    """
    exercises = tuple(exercises)
    base = released(source, exercises)
    answers = {exercise.id: text for exercise in exercises if (text := _answer(exercise, submitted)) is not None}
    written = {role_of(cell) for cell in base["cells"] if _is_written(cell)} - {exercise.id for exercise in exercises}
    cells = _woven(_own_cells(submitted), base["cells"], answers, written)
    for cell in cells:
        if role_of(cell) in answers:
            cell["source"] = answers[role_of(cell)]
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return {**base, "cells": _numbered(cells)}


def _answer(exercise: Exercise, submitted: Path) -> str | None:
    """Return the answer that counts as the text of a cell; None when there is none."""
    try:
        answer = submitted_answer(exercise, submitted)
    except InputError:
        return None
    return as_cell(exercise, answer.text) if answer.state == "changed" else None


def _own_cells(submitted: Path) -> list[dict[str, Any]]:
    """Return the cells of a submission, each with nothing but its kind, its text and its role."""
    try:
        notebook = read_notebook(submitted)
    except InputError:
        return []
    if notebook.data.get("nbformat") != _READABLE:
        return []
    return [
        {"cell_type": cell.kind, "metadata": {"nbgrader": {"grade_id": cell.grade_id}}, "source": cell.text}
        for cell in notebook.cells
        if cell.kind in KINDS
    ]


def _is_written(cell: dict[str, Any]) -> bool:
    """Return whether learners write into a cell of the assignment."""
    return bool((cell.get("metadata", {}).get("nbgrader") or {}).get("solution"))


def _woven(
    own: list[dict[str, Any]], base: list[dict[str, Any]], answers: dict[str, str], written: set[str]
) -> list[dict[str, Any]]:
    """Return the learner's cells with those of the assignment as the instructor made them.

    Every role is filled once: by the cell whose text is the answer that counts, else by the first that claims it.
    `written` are the roles whose text is the learner's and is for people to grade.
    """
    roles = {role_of(cell): cell for cell in base if role_of(cell)}
    holders: dict[str, int] = {}
    for index, cell in enumerate(own):
        role = role_of(cell)
        fits = role in roles and cell["cell_type"] == roles[role]["cell_type"]
        if fits and (role not in holders or _same(cell["source"], answers.get(role))):
            holders[role] = index
    if not holders:
        return copy.deepcopy(base)
    placed = {index: role for role, index in holders.items()}
    woven: list[dict[str, Any]] = []
    for index, cell in enumerate(own):
        role = placed.get(index, "")
        filled = copy.deepcopy(roles[role]) if role else {**cell, "metadata": {}}
        if role in written:
            filled["source"] = cell["source"]
        woven.append(filled)
    _put_back(woven, base)
    return woven


def _same(text: str, answer: str | None) -> bool:
    return answer is not None and text.strip() == answer.strip()


def _put_back(cells: list[dict[str, Any]], base: list[dict[str, Any]]) -> None:
    """Put the roles that are missing behind the one before them in the instructor's notebook."""
    before = ""
    for cell in base:
        role = role_of(cell)
        if not role:
            continue
        places = {role_of(found): index for index, found in enumerate(cells) if role_of(found)}
        if role not in places:
            cells.insert(places[before] + 1 if before else 0, copy.deepcopy(cell))
        before = role


def _numbered(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells with ids that are valid and unique."""
    for index, cell in enumerate(cells):
        cell["id"] = role_of(cell) or f"cell-{index + 1}"
    return cells


def read_source(path: Path) -> NotebookJson:
    """Return the instructor's notebook. Raises InputError when it cannot be read: the instructor has to mend that."""
    notebook: Notebook = read_notebook(path)
    if notebook.data.get("nbformat") != _READABLE:
        message = f"{path} is not a notebook of nbformat {_READABLE}. Build it again with `make build`."
        raise InputError(message)
    data: NotebookJson = json.loads(json.dumps(notebook.data))
    for cell in data["cells"]:
        if isinstance(cell.get("source"), list):
            cell["source"] = "".join(cell["source"])
    return data
