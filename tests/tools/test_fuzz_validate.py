"""The machine that tries inputs: it finds nothing in a few of them, repeats itself, and would see a failure."""

from __future__ import annotations

import sys
import time

import pytest

from tools import fuzz_validate


def test_a_few_inputs_do_no_harm(capsys):
    assert fuzz_validate.main(["--count", "150", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    assert "150 inputs with seed 7" in out
    assert "0 failures" in out


def test_an_input_is_determined_by_seed_and_index():
    texts = fuzz_validate.seeds()
    assert [fuzz_validate.make_input(1, index, texts) for index in range(30)] == [
        fuzz_validate.make_input(1, index, texts) for index in range(30)
    ]
    assert fuzz_validate.make_input(1, 0, texts) != fuzz_validate.make_input(2, 0, texts)


def _raises(_):
    raise ValueError("of all things")


def _says_internal_error(_):
    print("autograder: internal error (KeyError: 'spec')", file=sys.stderr)
    return 2


def _answers_no_json(_):
    print("{")
    return 0


def _hangs(_):
    time.sleep(30)
    return 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param(_raises, "ValueError: of all things", id="a traceback"),
        pytest.param(_says_internal_error, "internal error", id="a traceback that was caught"),
        pytest.param(_answers_no_json, "no JSON", id="an answer that is no JSON"),
        pytest.param(lambda _: 7, "status 7", id="another exit status"),
        pytest.param(
            _hangs,
            "ran longer than",
            id="a hang",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="there are no alarms on Windows"),
        ),
    ],
)
def test_it_would_see_a_failure(capsys, monkeypatch, command, words):
    monkeypatch.setattr(fuzz_validate.cli, "main", command)
    monkeypatch.setattr(fuzz_validate, "make_input", lambda *_: (b"", ["validate", "-", "-o", "json"]))
    assert fuzz_validate.main(["--count", "1", "--patience", "0.2"]) == 1
    out = capsys.readouterr().out
    assert "1 failures" in out
    assert words in out
