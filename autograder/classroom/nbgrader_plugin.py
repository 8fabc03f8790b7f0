"""The three steps of ours in nbgrader's way; ``nbgrader_config.py`` puts them in. Only nbgrader imports this module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader import utils
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import find_course
from autograder.exercises.spec import Exercise, Exercises
from autograder.manifests.limits import InputError

from .grading import exercise_named, grade, outputs
from .submissions import read_source, role_of, starter_of, tidied
from .variants.assigned import family_of
from .variants.choosing import SECRET


def _exercises(root: str) -> Exercises:
    """Return the instructor's exercises: those beside nbgrader_config.py, never those of a submission."""
    return Exercises(find_course(Path(root)))


class ReleaseStarters(NbGraderPreprocessor):  # type: ignore[misc]
    """Does every answer cell of the release hold the starter, and nothing of a solution?"""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:  # noqa: ARG002 - nbgrader gives it
        """Put the starter into an answer cell."""
        if utils.is_solution(cell) and not utils.is_grade(cell) and cell.cell_type == "code":
            exercise = self._exercise(role_of(cell))
            cell.source = starter_of(exercise)
        return cell, resources

    def _exercise(self, name: str) -> Exercise:
        return _exercises(self.parent.parent.coursedir.root).get(name)


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Can nbgrader read what was handed in? It can read this, whatever was handed in."""

    def from_filename(self, filename: str, resources: Any = None, **words: Any) -> tuple[str, Any]:
        """Return a submission's notebook as text. Anything that is not a submission is read as usual."""
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources=resources, **words)  # type: ignore[no-any-return]
        coursedir = self.parent.coursedir
        names = resources["nbgrader"]
        source = Path(coursedir.root, coursedir.format_path(coursedir.source_directory, ".", names["assignment"]))
        exercises = _exercises(coursedir.root).of_assignment(names["assignment"])
        notebook = tidied(Path(filename), read_source(source / f"{names['notebook']}.ipynb"), exercises)
        path = Path(filename)
        resources = {**resources, "metadata": ResourcesDict(name=path.stem, path=str(path.parent))}
        return self.from_notebook_node(nbformat.from_dict(notebook), resources=resources, **words)  # type: ignore[no-any-return]


class GradeText(NbGraderPreprocessor):  # type: ignore[misc]
    """Is every answer graded from its text, without a kernel? Stands where nbgrader executes notebooks."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Fill in the outputs of every grade cell."""
        coursedir = self.parent.parent.coursedir
        names = resources["nbgrader"]
        self._exercises = _exercises(coursedir.root)
        self._submitted = Path(
            coursedir.root,
            coursedir.format_path(coursedir.submitted_directory, names["student"], names["assignment"]),
            f"{names['notebook']}.ipynb",
        )
        return super().preprocess(nb, resources)  # type: ignore[no-any-return]

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:  # noqa: ARG002 - nbgrader gives it
        """Put the score and the report into a grade cell; cells that people grade stay as they are."""
        if not utils.is_grade(cell) or utils.is_solution(cell) or cell.cell_type != "code":
            return cell, resources
        name = exercise_named(cell.source)
        if name is None:
            # nbgrader gives full marks to a grade cell without output, so this must not pass in silence.
            message = (
                f'The grade cell {role_of(cell)!r} holds something else than check("EXERCISE"). '
                "Nothing is executed here, so it cannot be graded."
            )
            raise NbGraderException(message)
        try:
            exercise = self._exercises.get(name)
            self._refuse_variants(exercise)
            cell.outputs = [
                nbformat.from_dict(output) for output in outputs(exercise, grade(exercise, self._submitted))
            ]
        except InputError as error:
            raise NbGraderException(str(error)) from error
        cell.execution_count = 1
        return cell, resources

    def _refuse_variants(self, exercise: Exercise) -> None:
        """Raise when every learner has a variant of the exercise: one solution would judge them all by one of them."""
        course = self.parent.parent.coursedir
        if (Path(course.root) / SECRET).exists() and family_of(exercise):
            message = (
                f"Of {exercise.id} every learner has a variant, and nbgrader knows one version. "
                f"Grade with `autograder grade {course.submitted_directory} --out GRADES --secret {SECRET.as_posix()}`."
            )
            raise NbGraderException(message)
