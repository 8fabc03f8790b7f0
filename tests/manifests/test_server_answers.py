"""The same words as the API server: what it answers to each manifest, version by version."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from autograder.manifests.load import Options, load_text
from autograder.manifests.schema import versions

ROWS = yaml.safe_load((Path(__file__).parent / "server_answers.yaml").read_text("utf-8"))
DECODE = "Error from server (BadRequest): "
INVALID = " is invalid: "


def _cases():
    for row in ROWS:
        for span, answer in row["answers"].items():
            first, _, last = span.partition("-")
            for version in versions()[versions().index(first) : versions().index(last) + 1]:
                yield pytest.param(row["manifest"], version, answer, id=f"{row['it']} ({version})")


CASES = list(_cases())


@pytest.mark.parametrize(("manifest", "version", "answer"), CASES)
def test_the_answer_is_the_servers(manifest, version, answer):
    found = load_text(manifest, "web.yaml", Options(kubernetes_version=version))
    messages = [problem.message for problem in found.problems]
    if not answer or answer.startswith("Warning: "):
        assert "\n".join(messages) == answer
        assert len(found.objects) == 1
        assert {(problem.severity, problem.code) for problem in found.problems} <= {("warning", None)}
        return
    assert messages[0].rstrip() == answer.rstrip()
    assert len(set(messages)) == 1
    assert found.objects == ()
    assert len(found.rejected) == 1
    code, stage = (400, "decode") if answer.startswith(DECODE) else (422, "validation")
    assert {(problem.severity, problem.code, problem.stage) for problem in found.problems} == {("error", code, stage)}


@pytest.mark.parametrize(("manifest", "version", "answer"), CASES)
def test_every_error_of_the_answer_is_a_problem_of_its_own(manifest, version, answer):
    found = load_text(manifest, "web.yaml", Options(kubernetes_version=version))
    if INVALID in answer:
        listed = answer.split("\n* ")[1:] or [answer.partition(INVALID)[2]]
        assert [problem.sentence for problem in found.problems] == [sentence.rstrip() for sentence in listed]
    elif "strict decoding error: " in answer:
        listed = answer.partition("strict decoding error: ")[2].split(", unknown field ")
        assert [problem.detail for problem in found.problems] == [
            sentence if sentence.startswith("unknown") else f"unknown field {sentence}" for sentence in listed
        ]
    elif answer.startswith(DECODE):
        (problem,) = found.problems
        assert answer.endswith(f": {problem.detail}")
