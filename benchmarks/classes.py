"""Classes to grade: what many learners hand in for one assignment, no two the same.

Every learner answers each exercise with one of its right or wrong answers, or leaves the starter, and adds a line of
their own, so that no answer is graded twice.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from autograder.course import find_course
from autograder.exercises.answers import as_cell
from autograder.exercises.predictions import believer_tables, true_table
from autograder.exercises.spec import Exercise, Exercises

ASSIGNMENT = "np-union"


def write_class(folder: Path, count: int, assignment: str = ASSIGNMENT, *, root: Path | None = None) -> None:
    """Write the submissions of `count` learners into nbgrader's tree below a folder."""
    for student, notebook in class_of(count, assignment, root=root):
        path = folder / student / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")


def class_of(count: int, assignment: str = ASSIGNMENT, *, root: Path | None = None) -> Iterator[tuple[str, Any]]:
    """Yield the learners of a class with their notebooks."""
    course = find_course(root)
    exercises = Exercises(course)
    release = json.loads((course.root / "exercises" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8"))
    choices = {exercise.id: answers_to(exercise) for exercise in exercises.of_assignment(assignment)}
    pick = random.Random(5)  # noqa: S311 - a class is made up, no secret
    for number in range(count):
        student = f"learner-{number:05}"
        notebook = deepcopy(release)
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name in choices:
                text = f"{pick.choice(choices[name])}\n# {student}\n"
                cell["source"] = as_cell(exercises.get(name), text).splitlines(keepends=True)
        yield student, notebook


def answers_to(exercise: Exercise) -> list[str]:
    """Return what learners answer to an exercise: right and wrong answers, and the starter."""
    if exercise.prediction is None:
        return [*(sample.text for sample in (*exercise.right, *exercise.wrong)), exercise.starter]
    tables = [true_table(exercise), *believer_tables(exercise).values()]
    return ["".join(f"{line}: {answer}\n" for line, answer in table.items()) for table in tables]
