"""What kubectl's own code read in hundreds of texts, among them random and mutilated ones, is what is read here.

`kubectl/main.go` asked it and wrote `kubectl/answers.json`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from autograder.manifests import libyaml, python_yaml, syntax
from autograder.manifests.documents import read_text

CASES = json.loads(Path(__file__).with_name("kubectl").joinpath("answers.json").read_text("utf-8"))
LIBYAML = libyaml.events
FEW = 0.02
"""The share of errors that may be worded otherwise where there is no libyaml."""


def text_of(case):
    return base64.b64decode(case["bytes"]) if "bytes" in case else case.get("text", "")


def read(case):
    """Return the documents that come before the first problem, and that problem's text, as kubectl would tell it."""
    documents, problems = read_text(text_of(case), "web.yaml")
    first = problems[0] if problems else None
    error = first.message.removeprefix("error parsing web.yaml: ") if first else ""
    return [document.value for document in documents if first is None or document.index < first.document], error


def integer(text):
    """Return a JSON integer as its readers have it: a float where it is beyond int64."""
    return int(text) if -(2**63) <= int(text) < 2**63 else float(text)


def expected(case):
    return [json.loads(document, parse_int=integer) for document in case["documents"]], case.get("error", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(text_of(case))[:60])
def test_reads_what_kubectl_reads(case):
    assert read(case) == expected(case)


def test_reads_the_same_values_without_libyaml(monkeypatch):
    monkeypatch.setattr(syntax, "_events", python_yaml.events)
    differences = [case for case in CASES if read(case) != expected(case)]
    assert len(differences) <= FEW * len(CASES)
    assert [case for case in differences if not read(case)[1] or "error" not in case] == []


def test_libyaml_is_what_this_suite_tests_first():
    assert syntax._events is LIBYAML


@pytest.mark.parametrize(
    ("text", "kubectl", "here"),
    [
        pytest.param(
            "a: b: c\n" + "# a long comment\n" * 100 + "d: \x01\n",
            "yaml: mapping values are not allowed in this context",
            "yaml: control characters are not allowed",
            id="kubectl looks for control characters 512 bytes at a time, here they are found first",
        ),
        pytest.param(
            '[] "never closed\n',
            "",
            "yaml: line 2: found unexpected end of stream",
            id="kubectl stops behind a list, here the rest of its line is looked at too",
        ),
    ],
)
def test_known_differences(text, kubectl, here):
    (problem,) = read_text(text)[1]
    assert kubectl != here
    assert problem.detail == f"error converting YAML to JSON: {here}"
