"""What of a submission counts for its page, wherever it lies in what was handed in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.classroom.gradebook.page import as_text, checked, lay_out, page, texts
from autograder.classroom.gradebook.scores import NO_RESPONSE, CellScore, page_scores, penalty
from autograder.classroom.gradebook.source import GradedCell, Source
from autograder.classroom.records import Record, Scored
from autograder.classroom.submission import Submission
from autograder.classroom.submissions import read_source, role_of
from autograder.course import find_course
from autograder.exercises.checking import check
from autograder.exercises.spec import Exercises

from .submissions import ASSIGNMENT, EXERCISE, FULL, Notebook, answered, cell_of

ROOT = Path(__file__).parents[2]
EXERCISES = Exercises(find_course(ROOT)).of_assignment(ASSIGNMENT)
RIGHT = min((ROOT / "solutions" / ASSIGNMENT / EXERCISE / "right").glob("*.yaml")).read_text(encoding="utf-8")
RELEASE: Notebook = json.loads((ROOT / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8"))
GOOD = json.dumps(answered(RELEASE, RIGHT)).encode()
BLANK = json.dumps(RELEASE).encode()
ANSWER = RIGHT.encode()

SOURCE = Source(
    assignment=ASSIGNMENT,
    name=ASSIGNMENT,
    notebook=read_source(ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"),
    graded=tuple(GradedCell(f"{each.id}-check", each.points, each.id, each.id, None) for each in EXERCISES),
    texts={},
    tasks=frozenset(),
)


def earned(files: dict[str, bytes], folder: Path, trouble: tuple[str, ...] = ()) -> dict[str, float]:
    submission = Submission("ada", ASSIGNMENT, files, None, trouble)
    notebook = lay_out(submission, ASSIGNMENT, EXERCISES, folder)
    return {name: result.score for name, result in checked(submission, EXERCISES, notebook).items()}


@pytest.mark.parametrize(
    ("files", "score"),
    [
        ({}, 0.0),
        ({"np-union.ipynb": GOOD}, FULL),
        ({"work/exercises/np-union/np-union.ipynb": GOOD}, FULL),
        ({"np-union (1).ipynb": GOOD}, FULL),
        ({"np-union.ipynb": GOOD, "a.ipynb": BLANK}, FULL),
        ({"a.ipynb": GOOD, "np-union.ipynb": BLANK}, 0.0),
        ({"np-union.ipynb": BLANK, "answers/cache-shards.yaml": ANSWER}, FULL),
        ({"x/np-union.ipynb": BLANK, "x/answers/cache-shards.yaml": ANSWER, "answers/cache-shards.yaml": b""}, FULL),
        ({"cache-shards.yaml": ANSWER}, FULL),
        ({"deep/down/cache-shards.yaml": ANSWER}, FULL),
        ({"other.yaml": ANSWER}, 0.0),
    ],
    ids=str,
)
def test_an_answer_is_found_where_it_lies(files: dict[str, bytes], score: float, tmp_path: Path) -> None:
    assert earned(files, tmp_path)[EXERCISE] == score


def test_what_cannot_be_read_earns_nothing_and_says_why(tmp_path: Path) -> None:
    submission = Submission("ada", ASSIGNMENT, {}, None, ("np-union.zip is no archive. Hand it in again.",))
    notebook = lay_out(submission, ASSIGNMENT, EXERCISES, tmp_path)
    results = checked(submission, EXERCISES, notebook)
    assert {result.score for result in results.values()} == {0.0}
    shown = page(SOURCE, notebook, EXERCISES, results)
    assert "np-union.zip is no archive. Hand it in again." in as_text(shown)


def test_a_broken_notebook_is_called_by_its_name_and_no_folder_is_shown(tmp_path: Path) -> None:
    submission = Submission("ada", ASSIGNMENT, {"np-union.ipynb": b"{"})
    notebook = lay_out(submission, ASSIGNMENT, EXERCISES, tmp_path)
    text = as_text(page(SOURCE, notebook, EXERCISES, checked(submission, EXERCISES, notebook)))
    assert "np-union.ipynb is not a notebook" in text
    assert str(tmp_path) not in text


def test_the_answer_that_was_graded_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """Whoever grades may find it elsewhere: in another notebook, for example."""
    submission = Submission("ada", ASSIGNMENT, {"np-union.ipynb": BLANK, "other.ipynb": GOOD})
    notebook = lay_out(submission, ASSIGNMENT, EXERCISES, tmp_path)
    [exercise] = [each for each in EXERCISES if each.id == EXERCISE]
    shown = page(SOURCE, notebook, EXERCISES, {EXERCISE: check(exercise, RIGHT, "other.ipynb, cell 7")})
    assert texts(shown)[EXERCISE].strip() == f"%%manifest {EXERCISE}\n{RIGHT}".strip()
    outputs = {role_of(cell): cell.get("outputs") for cell in shown["cells"]}
    assert outputs[f"{EXERCISE}-check"][0]["data"]["text/plain"] == "40.00"
    assert outputs["three-teams-check"] == [], "there is no result, so nothing is claimed"


def test_a_page_is_valid_json_whatever_was_written(tmp_path: Path) -> None:
    notebook = json.loads(BLANK)
    cell_of(notebook, EXERCISE)["source"] = f"%%manifest {EXERCISE}\n# \ud800 \u2028 \x1b[31m </script>\nkind: x"
    submission = Submission("ada", ASSIGNMENT, {"np-union.ipynb": json.dumps(notebook).encode()})
    laid = lay_out(submission, ASSIGNMENT, EXERCISES, tmp_path)
    text = as_text(page(SOURCE, laid, EXERCISES, checked(submission, EXERCISES, laid)))
    assert "\ufffd \u2028" in "".join(json.loads(text.encode("utf-8"))["cells"][6]["source"])


# -- scores ------------------------------------------------------------------------------------------------------------


def scored(exercise: str, score: float, *, excused: bool = False) -> Scored:
    return Scored(exercise, 1, "", (), score, 50.0, "fail", "changed", "cell", excused, None, (), ())


def record(*results: Scored, taken: float = 0.0) -> Record:
    return Record("ada", "a", "graded", "", "1", "", None, 0, taken, 0.0, 0.0, results)


def source(*cells: GradedCell, tasks: tuple[str, ...] = ()) -> Source:
    return Source("a", "a", {}, cells, {"x": "starter", "essay": "Write here."}, frozenset(tasks))


X = GradedCell("x-check", 50.0, "x", "x", None)
Y = GradedCell("y-check", 50.0, "y", "y", None)
ESSAY = GradedCell("essay", 5.0, None, "essay", "Write here.")
TASK = GradedCell("task", 5.0, None, "", None)


@pytest.mark.parametrize(
    ("cell", "results", "there", "expected"),
    [
        (X, (scored("x", 12.5),), {}, CellScore(12.5, manual=False)),
        (X, (scored("x", 99.0),), {}, CellScore(50.0, manual=False)),
        (X, (scored("x", 1 / 3),), {}, CellScore(0.33, manual=False)),
        (X, (), {}, CellScore(None, manual=True, keeps=True)),
        (X, (scored("x", 0.0, excused=True), scored("y", 25.0)), {}, CellScore(25.0, manual=False)),
        (X, (scored("x", 50.0, excused=True), scored("y", 0.0)), {}, CellScore(0.0, manual=False)),
        (X, (scored("x", 50.0, excused=True),), {}, CellScore(None, manual=True)),
        (ESSAY, (), {"essay": "Write here."}, CellScore(0.0, manual=False)),
        (ESSAY, (), {"essay": "Policies add up."}, CellScore(None, manual=True)),
        (ESSAY, (), {}, CellScore(None, manual=True)),
        (TASK, (), {}, CellScore(None, manual=True)),
    ],
)
def test_what_a_cell_earns(
    cell: GradedCell, results: tuple[Scored, ...], there: dict[str, str], expected: CellScore
) -> None:
    assert page_scores(source(cell), record(*results), there).scores == {cell.name: expected}


def test_an_untouched_answer_has_no_response_and_a_task_never() -> None:
    found = page_scores(
        source(X, ESSAY, TASK, tasks=("task",)), record(scored("x", 0.0)), {"x": "starter", "essay": "!"}
    )
    assert found.comments == {"x": NO_RESPONSE, "essay": None, "task": None}


@pytest.mark.parametrize(
    ("results", "taken", "expected"),
    [
        ((scored("x", 50.0),), 10.0, 10.0),
        ((scored("x", 50.0), scored("y", 0.0, excused=True)), 10.0, 20.0),
        ((scored("x", 50.0, excused=True),), 10.0, 0.0),
        ((scored("x", 50.0),), -3.0, 0.0),
        ((), 10.0, 0.0),
    ],
)
def test_a_penalty_is_on_the_scale_of_the_whole(results: tuple[Scored, ...], taken: float, expected: float) -> None:
    assert penalty(record(*results, taken=taken)) == expected
