"""What does an assignment consist of? The instructor's notebook, and what nbgrader has to know of its cells.

======================== =========================== ==========================================================
a cell with the marks    is                          and earns
======================== =========================== ==========================================================
grade, code              ``check("EXERCISE")``       what the record says
grade and solution       an answer people grade      0 if it is untouched, else what a person gives
grade, not code          text that people grade      what a person gives
task                     a task that people grade    what a person gives
solution                 an answer                   nothing itself; comments stand there
======================== =========================== ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.classroom.grading import exercise_named
from autograder.classroom.submissions import NotebookJson, read_source, released, role_of
from autograder.exercises.spec import Exercise
from autograder.manifests.limits import InputError

from .settings import Settings, nbgrader_api, opened


@dataclass(frozen=True, slots=True)
class GradedCell:
    """A cell that earns points."""

    name: str
    points: float
    exercise: str | None
    """The exercise that it checks; None for a cell that people grade."""
    answer: str
    """The cell whose text decides about it; empty for a task, which is about the whole notebook."""
    untouched: str | None
    """The text for which nobody need look: of an answer that people grade, as it was released. Else None."""


@dataclass(frozen=True, slots=True)
class Source:
    """One notebook of an assignment, as it is released."""

    assignment: str
    name: str
    """The notebook's name, without its ending."""
    notebook: NotebookJson
    """The instructor's notebook with the starters in it, and nbgrader's checksums."""
    graded: tuple[GradedCell, ...]
    texts: dict[str, str]
    """What stands in the cells that hold answers, as it was released."""
    tasks: frozenset[str]

    @property
    def commented(self) -> tuple[str, ...]:
        """The cells that comments belong to."""
        return (*self.texts, *sorted(self.tasks - self.texts.keys()))


def read_sources(root: Path, assignment: str, exercises: tuple[Exercise, ...]) -> tuple[Source, ...]:
    """Return the notebooks of an assignment, by name.

    Raises InputError when there is none, or a cell is to be graded that holds something else than one `check`.
    """
    folder = exercises[0].folder.parent if exercises else root / "solutions" / assignment
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        message = f"{folder} holds no notebook. Build it with `make build`."
        raise InputError(message)
    return tuple(_read(path, assignment, exercises) for path in paths)


def _read(path: Path, assignment: str, exercises: tuple[Exercise, ...]) -> Source:
    nbgrader_api()
    import nbformat
    from nbgrader.utils import compute_checksum

    notebook = released(read_source(path), exercises)
    for cell in notebook["cells"]:
        marks = cell.get("metadata", {}).get("nbgrader")
        if marks and (marks.get("grade") or marks.get("solution") or marks.get("locked")):
            marks["checksum"] = compute_checksum(nbformat.from_dict(cell))
    marked = [(cell, cell["metadata"]["nbgrader"]) for cell in notebook["cells"] if role_of(cell)]
    return Source(
        assignment=assignment,
        name=path.stem,
        notebook=notebook,
        graded=tuple(_graded(path, marked)),
        texts={role_of(cell): cell["source"] for cell, marks in marked if marks.get("solution")},
        tasks=frozenset(role_of(cell) for cell, marks in marked if marks.get("task")),
    )


def _graded(path: Path, marked: list[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[GradedCell]:
    for cell, marks in marked:
        name, points = role_of(cell), float(marks.get("points", 0))
        if marks.get("task"):
            yield GradedCell(name, points, None, "", None)
        elif marks.get("grade") and marks.get("solution"):
            yield GradedCell(name, points, None, name, cell["source"])
        elif marks.get("grade") and cell["cell_type"] != "code":
            yield GradedCell(name, points, None, name, None)
        elif marks.get("grade"):
            exercise = exercise_named(cell["source"])
            if exercise is None:
                message = (
                    f'{path}: the grade cell {name!r} holds something else than check("EXERCISE"). '
                    "Nothing is executed here, so it cannot be graded."
                )
                raise InputError(message)
            yield GradedCell(name, points, exercise, exercise, None)


def register(settings: Settings, source: Source) -> None:
    """Let the gradebook know an assignment's notebook, as ``nbgrader generate_assignment`` does. Nothing is released.

    Raises InputError when submissions are in the gradebook already, and the notebook has other cells since.
    """
    with opened(settings) as gradebook:
        gradebook.update_or_create_assignment(source.assignment)
        if _known(gradebook, source):
            return
    import nbformat
    from nbgrader.preprocessors import ComputeChecksums, SaveCells

    notebook = nbformat.from_dict(source.notebook)
    names = {"notebook": source.name, "assignment": source.assignment, "db_url": settings.url}
    notebook, resources = ComputeChecksums().preprocess(notebook, {"nbgrader": names})
    try:
        SaveCells().preprocess(notebook, resources)
    except RuntimeError as error:
        message = (
            f"{error}: cells of {source.assignment} were added or removed since. Take the older edition of the course "
            "for this class, or remove the assignment from the gradebook with `nbgrader db assignment remove`."
        )
        raise InputError(message) from None


def _known(gradebook: Any, source: Source) -> bool:
    """Return whether the gradebook has these cells, and none else."""
    api = nbgrader_api()
    try:
        notebook = gradebook.find_notebook(source.name, source.assignment)
    except api.MissingEntry:
        return False
    cells = {role_of(cell): cell for cell in source.notebook["cells"] if role_of(cell)}
    kept = {cell.name: (cell.cell_type, cell.source, cell.checksum) for cell in notebook.source_cells}
    wanted = {
        name: (cell["cell_type"], cell["source"], cell["metadata"]["nbgrader"].get("checksum"))
        for name, cell in cells.items()
    }
    points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    return (
        kept == wanted
        and points == {cell.name: cell.points for cell in source.graded}
        and {cell.name for cell in notebook.solution_cells} == source.texts.keys()
    )
