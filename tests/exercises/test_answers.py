from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.answers import (
    as_cell,
    as_file,
    body,
    file_answer,
    find_cells,
    learner_answer,
    state_of,
    submitted_answer,
    write_answer,
)
from autograder.exercises.notebooks import parse_notebook
from autograder.exercises.sync import sync
from autograder.manifests.limits import InputError

from .course import ONLY_API, WHO_TALKS, policy

STARTER = ONLY_API.starter
MINE = policy("mine")
OTHER = policy("other")
MAGIC = "%%manifest only-api\n"


def cell(text, grade_id=None, kind="code"):
    metadata = {"nbgrader": {"grade_id": grade_id, "solution": True}} if grade_id else {}
    return {"cell_type": kind, "metadata": metadata, "source": text}


def desk(folder, *cells, file=None):
    """A folder with a notebook of these cells and, if given, an answer's file."""
    if cells:
        (folder / "shop.ipynb").write_text(json.dumps({"cells": list(cells), "nbformat": 4}), encoding="utf-8")
    if file is not None:
        (folder / "answers").mkdir()
        (folder / "answers" / "only-api.yaml").write_text(file, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("cells", "file", "learning", "submitted"),
    [
        pytest.param([], None, ("missing", "file", ""), ("missing", "file", ""), id="nothing is there"),
        pytest.param(
            [MAGIC + STARTER], None, ("starter", "cell", STARTER), ("starter", "cell", STARTER), id="the starter"
        ),
        pytest.param([MAGIC + MINE], None, ("changed", "cell", MINE), ("changed", "cell", MINE), id="a changed cell"),
        pytest.param([], MINE, ("changed", "file", MINE), ("changed", "file", MINE), id="a file alone"),
        pytest.param(
            [MAGIC + STARTER],
            MINE,
            ("changed", "file", MINE),
            ("changed", "file", MINE),
            id="the cell is untouched, the file is not",
        ),
        pytest.param(
            [MAGIC], MINE, ("changed", "file", MINE), ("changed", "file", MINE), id="the cell is empty, the file is not"
        ),
        pytest.param(
            [MAGIC + MINE],
            STARTER,
            ("changed", "cell", MINE),
            ("changed", "cell", MINE),
            id="the cell is changed, the file is not",
        ),
        pytest.param(
            [MAGIC + MINE], MINE, ("changed", "cell", MINE), ("changed", "cell", MINE), id="both are the same"
        ),
        pytest.param([MAGIC + MINE], OTHER, ("changed", "file", OTHER), ("changed", "cell", MINE), id="both differ"),
        pytest.param(
            [MAGIC + "# only words\n"], None, ("empty", "cell", ""), ("empty", "cell", ""), id="comments alone"
        ),
        pytest.param([], "", ("empty", "file", ""), ("empty", "file", ""), id="an empty file"),
    ],
)
def test_which_text_counts(tmp_path, cells, file, learning, submitted):
    folder = desk(tmp_path, *(cell(text) for text in cells), file=file)
    for answer, expected in (
        (learner_answer(ONLY_API, folder), learning),
        (submitted_answer(ONLY_API, folder / "shop.ipynb"), submitted),
    ):
        assert (answer.state, answer.side) == expected[:2]
        if answer.state != "empty":
            assert body(answer.text) == body(expected[2])


def test_two_that_differ_are_told_by_every_check(tmp_path):
    folder = desk(tmp_path, cell(MAGIC + MINE), file=OTHER)
    (learning,) = learner_answer(ONLY_API, folder).notes
    (submitted,) = submitted_answer(ONLY_API, folder / "shop.ipynb").notes
    assert learning.id == submitted.id == "answers-differ"
    assert learning.got == "answers/only-api.yaml and shop.ipynb, cell 1 were both changed, and they differ"
    assert submitted.because.startswith("shop.ipynb, cell 1 counts here.")


def test_a_cell_that_was_just_run_is_newer_than_the_saved_notebook(tmp_path):
    folder = desk(tmp_path, cell(MAGIC + MINE), file=OTHER)
    answer = learner_answer(ONLY_API, folder, cell=MAGIC + OTHER)
    assert body(answer.text) == body(OTHER)
    assert answer.notes == ()


@pytest.mark.parametrize(
    ("cells", "file", "counts", "told"),
    [
        pytest.param(
            [(MAGIC + STARTER, "only-api"), (MAGIC + MINE, "only-api")],
            None,
            MINE,
            True,
            id="of a cell and its copy the one that was changed",
        ),
        pytest.param(
            [(MAGIC + MINE, "only-api"), (MAGIC + STARTER, "only-api")], None, MINE, True, id="in whatever order"
        ),
        pytest.param(
            [(MAGIC + MINE, "only-api"), (MAGIC + OTHER, "only-api")], None, MINE, True, id="of two changed the first"
        ),
        pytest.param(
            [(MAGIC + MINE, "only-api"), (MAGIC + OTHER, "only-api")],
            OTHER,
            OTHER,
            True,
            id="of two changed the one that was run last",
        ),
        pytest.param([(MAGIC + MINE, "only-api"), (MAGIC + MINE, "only-api")], None, MINE, False, id="two equal ones"),
        pytest.param(
            [(MAGIC + OTHER, None), (MAGIC + MINE, "only-api")], None, MINE, True, id="the one that nbgrader knows"
        ),
        pytest.param(
            [(MAGIC + MINE, None), (MAGIC + STARTER, "only-api")],
            None,
            MINE,
            True,
            id="unless that one was not touched",
        ),
        pytest.param(
            [("%%manifest another\n" + OTHER, "only-api"), (MAGIC + MINE, None)],
            None,
            MINE,
            False,
            id="a copy that was given another name is not meant",
        ),
        pytest.param([(MINE, "only-api")], None, MINE, False, id="a cell whose first line was deleted"),
        pytest.param(
            [("%%manifest\n" + MINE, "only-api")], None, MINE, False, id="a cell whose first line lost its name"
        ),
    ],
)
def test_of_several_cells(tmp_path, cells, file, counts, told):
    folder = desk(tmp_path, *(cell(text, grade_id) for text, grade_id in cells), file=file)
    answer = submitted_answer(ONLY_API, folder / "shop.ipynb")
    assert body(answer.text) == body(counts)
    assert [note.id for note in answer.notes if note.id == "answer-copied"] == ["answer-copied"] * told


def test_checkpoints_of_jupyter_are_no_notebooks(tmp_path):
    desk(tmp_path, cell(MAGIC + MINE))
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "shop-checkpoint.ipynb").write_text("{", encoding="utf-8")
    assert learner_answer(ONLY_API, tmp_path).state == "changed"


def test_a_broken_notebook_is_told_and_not_skipped(tmp_path):
    (tmp_path / "shop.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is not a notebook"):
        learner_answer(ONLY_API, tmp_path)


def test_a_broken_notebook_beside_the_right_one_is_passed_over(tmp_path):
    folder = desk(tmp_path, cell(MAGIC + MINE))
    (tmp_path / "scratch.ipynb").write_text("", encoding="utf-8")
    assert learner_answer(ONLY_API, folder).state == "changed"
    assert sync(ONLY_API, folder).done == "file-written"


def test_a_folder_in_place_of_a_notebook_is_refused(tmp_path):
    (tmp_path / "shop.ipynb").mkdir()
    with pytest.raises(InputError, match="not a regular file"):
        submitted_answer(ONLY_API, tmp_path / "shop.ipynb")


def test_an_answer_from_a_file_that_the_learner_names(tmp_path):
    folder = desk(tmp_path, cell(MAGIC + MINE), file=OTHER)
    assert body(file_answer(ONLY_API, folder / "shop.ipynb").text) == body(MINE)
    assert body(file_answer(ONLY_API, folder / "answers" / "only-api.yaml").text) == body(OTHER)
    with pytest.raises(InputError, match="no such file"):
        file_answer(ONLY_API, folder / "nothing.yaml")
    with pytest.raises(InputError, match="none begins with %%predict who-talks"):
        file_answer(WHO_TALKS, folder / "shop.ipynb")


def test_what_is_not_utf_8_is_still_an_answer(tmp_path):
    folder = desk(tmp_path, file="")
    (folder / "answers" / "only-api.yaml").write_bytes(b"kind: \xff")
    assert learner_answer(ONLY_API, folder).text == "kind: \ufffd"


def test_a_cell_is_written_so_that_line_numbers_agree(tmp_path):
    path = write_answer(ONLY_API, tmp_path, MAGIC + MINE)
    assert path == tmp_path / "answers" / "only-api.yaml"
    assert path.read_text(encoding="utf-8").split("\n") == ["# %%manifest only-api", *MINE.rstrip("\n").split("\n"), ""]
    assert as_cell(ONLY_API, path.read_text(encoding="utf-8")) == (MAGIC + MINE).rstrip("\n")
    assert list(path.parent.iterdir()) == [path]


def test_a_prediction_has_a_file_of_another_name(tmp_path):
    assert write_answer(WHO_TALKS, tmp_path, "web -> db:5432: deny").name == "who-talks.prediction.yaml"


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "answers").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_answer(ONLY_API, tmp_path, MINE)


texts = st.text(alphabet=st.sampled_from("ab:- #%\n"), max_size=40)


@given(texts)
def test_a_text_survives_the_way_from_cell_to_file_and_back(text):
    assert body(as_file(ONLY_API, as_cell(ONLY_API, as_file(ONLY_API, text)))) == body(as_file(ONLY_API, text))
    assert as_file(ONLY_API, as_file(ONLY_API, text)) == as_file(ONLY_API, text)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (STARTER, "starter"),
        ("%%manifest only-api\n" + STARTER + "\n\n", "starter"),
        ("# %%manifest only-api\n" + STARTER.replace("\n", "  \r\n"), "starter"),
        (STARTER.replace("- {}", "[]"), "changed"),
        ("", "empty"),
        ("\n# nothing\n", "empty"),
    ],
)
def test_the_state_of_a_text(text, state):
    assert state_of(ONLY_API, text) == state


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["only-api", "%%manifest only-api\nkind: Pod", "code", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "source", "input", "metadata", "nbgrader", "grade_id"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(json_values)
def test_no_notebook_does_more_than_be_refused(value):
    with contextlib.suppress(InputError):
        book = parse_notebook(json.dumps(value), "n.ipynb")
        for found in find_cells(ONLY_API, book):
            found.text.encode()
            assert parse_notebook(book.with_text(found, "x"), "n.ipynb").cells[0]


# -- sync -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_cell", "file", "keep", "done", "left"),
    [
        pytest.param(MINE, None, None, "file-written", MINE, id="there is no file yet"),
        pytest.param(MINE, STARTER, None, "file-written", MINE, id="the cell was changed"),
        pytest.param(STARTER, MINE, None, "cell-written", MINE, id="the file was changed"),
        pytest.param(MINE, MINE, None, "same", MINE, id="both are the same"),
        pytest.param(MINE, OTHER, "cell", "file-written", MINE, id="keep the cell"),
        pytest.param(MINE, OTHER, "file", "cell-written", OTHER, id="keep the file"),
    ],
)
def test_sync(tmp_path, in_cell, file, keep, done, left):
    folder = desk(tmp_path, cell("# a title", kind="markdown"), cell(MAGIC + in_cell, "only-api"), file=file)
    assert sync(ONLY_API, folder, keep).done == done
    book = json.loads((folder / "shop.ipynb").read_text(encoding="utf-8"))
    assert book["cells"][0]["source"] == "# a title"
    assert book["cells"][1]["source"].startswith(MAGIC)
    assert body(book["cells"][1]["source"]) == body(left)
    assert body((folder / "answers" / "only-api.yaml").read_text(encoding="utf-8")) == body(left)
    assert learner_answer(ONLY_API, folder).notes == ()


@pytest.mark.parametrize(
    ("in_cell", "file", "keep", "said"),
    [
        pytest.param(None, None, None, "holds no answer for only-api", id="nothing is there"),
        pytest.param(MINE, OTHER, None, "--keep cell, or --keep file", id="nobody can know"),
        pytest.param(None, MINE, None, "no notebook with a cell", id="there is no cell to write"),
        pytest.param(None, MINE, "cell", "no notebook with a cell", id="there is no cell to keep"),
        pytest.param(MINE, None, "file", "is missing", id="there is no file to keep"),
    ],
)
def test_sync_refuses_when(tmp_path, in_cell, file, keep, said):
    folder = desk(tmp_path, *([cell(MAGIC + in_cell)] if in_cell else []), file=file)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=said):
        sync(ONLY_API, folder, keep)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
