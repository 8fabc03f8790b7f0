from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.exercises.notebooks import Magic, parse_notebook, read_notebook
from autograder.manifests.limits import InputError


def notebook(*cells, **more):
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


def code(source, grade_id=None):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(notebook(code(["%%manifest a\n", "kind: Pod"])), id="format 4, lines in a list"),
        pytest.param(notebook(code("%%manifest a\nkind: Pod")), id="format 4, one string"),
        pytest.param(notebook(code("%%manifest a\r\nkind: Pod")), id="line ends of Windows"),
        pytest.param(notebook(code("%%manifest a\nkind: Pod"), nbformat=5), id="a format that is not there yet"),
        pytest.param(
            json.dumps(
                {
                    "nbformat": 3,
                    "worksheets": [
                        {
                            "cells": [
                                {"cell_type": "code", "language": "python", "input": ["%%manifest a\n", "kind: Pod"]}
                            ]
                        }
                    ],
                }
            ),
            id="format 3",
        ),
        pytest.param("\ufeff" + notebook(code("%%manifest a\nkind: Pod")), id="a byte order mark"),
    ],
)
def test_the_cell_is_found_in(text):
    (cell,) = parse_notebook(text.encode(), "n.ipynb").cells
    assert cell.text == "%%manifest a\nkind: Pod"
    assert cell.magic == Magic("manifest", "a", 0)
    assert cell.number == 1


@pytest.mark.parametrize(
    ("source", "magic"),
    [
        ("%%manifest deny-all", Magic("manifest", "deny-all", 0)),
        ("\n\n%%manifest deny-all  # mine", Magic("manifest", "deny-all", 2)),
        ("%%predict who-talks", Magic("predict", "who-talks", 0)),
        ("%%manifest", Magic("manifest", "", 0)),
        ("%%manifests deny-all", None),
        ("import os\n%%manifest deny-all", None),
        ("", None),
    ],
)
def test_the_magic_stands_in_the_first_line_that_is_not_blank(source, magic):
    (cell,) = parse_notebook(notebook(code(source)), "n.ipynb").cells
    assert cell.magic == magic


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "it is empty", id="an empty file"),
        pytest.param(b"{", "line 1", id="half a notebook"),
        pytest.param(b"[]", "no list of cells", id="a list"),
        pytest.param(b'{"cells": 3}', "no list of cells", id="cells that are a number"),
        pytest.param(b'{"metadata": {}}', "no list of cells", id="no cells"),
        pytest.param(b"\xff\xfe\x00", "codec can't decode", id="not text"),
        pytest.param(b"[" * 100_000, "nested too deep", id="nested without end"),
        pytest.param(b'{"cells": [], "n": ' + b"1" * 10_000 + b"}", "Exceeds the limit", id="a number without end"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_sentence(data, said):
    with pytest.raises(InputError, match=said) as caught:
        parse_notebook(data, "n.ipynb")
    assert str(caught.value).startswith("n.ipynb is not a notebook")


@pytest.mark.parametrize(
    "cell",
    [
        3,
        None,
        [],
        {},
        {"source": 7},
        {"source": [1, 2]},
        {"source": None},
        {"cell_type": "code"},
        {"source": "x", "metadata": []},
        {"source": "x", "metadata": {"nbgrader": 1}},
        {"source": "x", "metadata": {"nbgrader": {"grade_id": 5}}},
    ],
)
def test_a_cell_that_makes_no_sense_does_no_harm(cell):
    cells = parse_notebook(notebook(cell, code("kind: Pod")), "n.ipynb").cells
    assert cells[-1].text == "kind: Pod"
    assert cells[-1].number == 2
    assert all(cell.grade_id == "" for cell in cells)


def test_halves_of_characters_become_replacement_characters():
    (cell,) = parse_notebook('{"cells": [{"source": "a\\ud800b\\ud83d\\ude00"}]}', "n.ipynb").cells
    assert cell.text == "a\ufffdb\U0001f600"
    cell.text.encode()


def test_a_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_notebook(tmp_path / "n.ipynb")


def test_a_cell_is_rewritten_and_nothing_else(tmp_path):
    text = json.dumps(
        {"cells": [code(["a\n", "b"]), code("c")], "metadata": {"z": 1.5, "a": "ü"}, "nbformat": 4}, indent=1
    )
    path = tmp_path / "n.ipynb"
    path.write_text(text, encoding="utf-8")
    book = read_notebook(path)
    changed = json.loads(book.with_text(book.cells[0], "x\ny"))
    assert changed["cells"][0]["source"] == ["x\n", "y"]
    assert changed["cells"][1] == code("c")
    assert list(changed["metadata"].items()) == [("z", 1.5), ("a", "ü")]
    assert json.loads(book.with_text(book.cells[1], "x\ny"))["cells"][1]["source"] == "x\ny"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_input_does_more_than_raise_its_own_error(data):
    with contextlib.suppress(InputError):
        assert parse_notebook(data, "n.ipynb").file == "n.ipynb"
