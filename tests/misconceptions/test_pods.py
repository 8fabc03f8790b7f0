"""Does each Pod show its misconception, does it show that one alone, and does the server take it?"""

from __future__ import annotations

import pytest

from autograder.manifests.load import load_text
from tools.misconception_pods import FOLDER, path_of, read, readings

NAMES = list(readings())
REFUSED = {"pod-level-takes-all"}
"""What this belief is about never gets past strict decoding."""


def test_every_reading_has_its_pod_and_no_pod_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {path_of(name).name for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_believer_answers_otherwise(name: str) -> None:
    found = read(path_of(name))
    assert found.answer() == found.truth
    assert found.answer(readings()[name]) == found.believed
    assert found.truth != found.believed


@pytest.mark.parametrize("name", NAMES)
def test_others_answer_rightly(name: str) -> None:
    """So one wrong answer names the belief behind it."""
    found = read(path_of(name))
    wrong = {other for other, reading in readings().items() if found.answer(reading) != found.truth}
    assert wrong == {name}


@pytest.mark.parametrize("name", NAMES)
def test_the_file_itself_is_a_pod_that_the_api_server_takes(name: str) -> None:
    manifests = load_text(read(path_of(name)).text)
    if name in REFUSED:
        assert {problem.type for problem in manifests.errors} == {"Unknown field"}
    else:
        assert manifests.problems == ()
