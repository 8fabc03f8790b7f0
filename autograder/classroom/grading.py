"""The outputs of a grade cell, made without running anything.

nbgrader takes the score of a cell out of ``text/plain`` and shows people ``text/html``. What is no number between 0
and the maximum it counts as full marks, so the text is always exactly such a number (`Graded` sees to that).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from autograder.exercises.answers import Answer, submitted_answer
from autograder.exercises.checking import Result, check_answer, unreadable
from autograder.exercises.report import Style, result_lines
from autograder.exercises.spec import Exercise
from autograder.manifests.limits import InputError
from autograder.notebook.findings import result_html, take_away
from autograder.notebook.output import Graded

CHECK: Final = re.compile(r"""^\s*check\(\s*(["'])(?P<exercise>[^"'\n]+)\1\s*\)\s*;?\s*$""")
"""What a grade cell holds, and all that it holds."""


def exercise_named(source: str) -> str | None:
    """Return the exercise that a grade cell checks; None when the cell holds anything else than one `check`."""
    found = CHECK.match(source)
    return found["exercise"] if found else None


def grade(exercise: Exercise, notebook: Path) -> Result:
    """Return what the submission around a notebook is worth in one exercise. Never raises for what was handed in.

    Raises InputError when the exercise itself is broken.
    """
    try:
        answer: Answer = submitted_answer(exercise, notebook)
    except InputError as error:
        return unreadable(exercise, str(error))
    return check_answer(exercise, answer)


def outputs(exercise: Exercise, result: Result) -> list[dict[str, Any]]:
    """Return what the grade cell would show, as notebook outputs."""
    graded = Graded(
        result_html(result, take_away=take_away(exercise.concepts)),
        "\n".join(result_lines(result, Style(width=100))),
        result.score,
        result.max,
    )
    return [
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"text/plain": repr(graded), "text/html": graded._repr_html_()},
        }
    ]
