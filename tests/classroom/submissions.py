"""A class of ten: what ten learners hand in for np-union, and what each has earned."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

ASSIGNMENT = "np-union"
EXERCISE = "cache-shards"
FULL = 40.0

Notebook = dict[str, Any]


def answered(release: Notebook, answer: str) -> Notebook:
    """Return the release with an answer in its cell."""
    notebook = deepcopy(release)
    cell_of(notebook, EXERCISE)["source"] = f"%%manifest {EXERCISE}\n{answer}"
    return notebook


def cell_of(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    """Return the cell of a role."""
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def write_class(course: Path) -> dict[str, float]:
    """Write ten submissions into a course and return the score that each learner has earned."""
    solutions = course / "solutions" / ASSIGNMENT / EXERCISE
    right = min((solutions / "right").glob("*.yaml")).read_text(encoding="utf-8")
    wrong = (solutions / "wrong" / "policies-intersect.yaml").read_text(encoding="utf-8")
    release = json.loads((course / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8"))
    earned: dict[str, float] = {}

    def hand_in(student: str, score: float, notebook: Notebook | str | bytes, **files: str) -> None:
        folder = course / "classroom-data" / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        data = json.dumps(notebook) if isinstance(notebook, dict) else notebook
        path = folder / f"{ASSIGNMENT}.ipynb"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        for name, text in files.items():
            answer = folder / "answers" / f"{name.replace('_', '-')}.yaml"
            answer.parent.mkdir(exist_ok=True)
            answer.write_text(text, encoding="utf-8")
        earned[student] = score

    def changed(change: Callable[[Notebook], None], answer: str = right) -> Notebook:
        notebook = answered(release, answer)
        change(notebook)
        return notebook

    def hang(notebook: Notebook) -> None:
        notebook["cells"].insert(1, code("while True:\n    pass"))

    def kill(notebook: Notebook) -> None:
        notebook["cells"].insert(1, code("import os\nos._exit(3)"))

    def delete(notebook: Notebook) -> None:
        notebook["cells"].remove(cell_of(notebook, f"{EXERCISE}-check"))

    def copy_cell(notebook: Notebook) -> None:
        original = cell_of(notebook, EXERCISE)
        twin = deepcopy(original)
        original["source"] = cell_of(release, EXERCISE)["source"]  # the first of the two is the untouched starter
        notebook["cells"].append(twin)

    def forge(notebook: Notebook) -> None:
        notebook["cells"].insert(1, code("import autograder.notebook as n\nn.check = check = lambda *_: 40.0"))
        check = cell_of(notebook, f"{EXERCISE}-check")
        check["source"] = "40.0"
        check["metadata"]["nbgrader"]["points"] = 500
        check["outputs"] = [
            {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "40.0"}}
        ]

    hand_in("01-right", FULL, answered(release, right))
    hand_in("02-wrong", -1.0, answered(release, wrong))
    hand_in("03-broken-yaml", 0.0, answered(release, "apiVersion: networking.k8s.io/v1\n\tkind: [NetworkPolicy"))
    hand_in("04-hanging-cell", FULL, changed(hang))
    hand_in("05-kernel-killer", FULL, changed(kill))
    hand_in("06-deleted-check", FULL, changed(delete))
    hand_in("07-copied-cell", FULL, changed(copy_cell))
    hand_in("08-forged-grader", 0.0, changed(forge, "# nothing here"))
    hand_in("09-empty", 0.0, "")
    hand_in("10-huge", 0.0, answered(release, "# " + "x" * (2 << 20) + f"\n{right}"))
    hand_in("11-terminal", FULL, release, cache_shards=right)
    hand_in("12-old-format", FULL, old_format(right))
    hand_in("13-not-text", 0.0, b"\xff\xfe\x00PK\x03\x04")
    del earned["02-wrong"]
    return earned


def code(source: str) -> dict[str, Any]:
    """Return a code cell of the learner's own."""
    return {"cell_type": "code", "execution_count": None, "id": "own", "metadata": {}, "outputs": [], "source": source}


def old_format(answer: str) -> Notebook:
    """Return a notebook of nbformat 3 with an answer."""
    cell = {"cell_type": "code", "input": f"%%manifest {EXERCISE}\n{answer}", "language": "python", "outputs": []}
    return {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [cell], "metadata": {}}]}


def make_course(root: Path, into: Path) -> Path:
    """Return a copy of the course to run nbgrader in."""
    course = into / "course"
    for name in ("course", "solutions", "exercises"):
        shutil.copytree(root / name, course / name)
    for name in ("course.yaml", "nbgrader_config.py"):
        shutil.copy(root / name, course / name)
    return course
