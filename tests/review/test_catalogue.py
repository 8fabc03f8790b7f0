"""The catalogue of checks holds together: with the course, with the documentation, with itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from autograder.exercises.findings import messages
from autograder.review.catalogue import SEVERITIES, checks
from autograder.review.intents import read_asked

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", checks())
def test_every_check_has_a_lesson_of_the_course(name):
    check = checks()[name]
    assert (ROOT / check.lesson).is_file()
    assert check.severity in SEVERITIES


@pytest.mark.parametrize("name", [name for name, check in checks().items() if check.texts])
def test_every_text_is_a_sentence_without_a_capital_or_an_end_where_it_is_a_part(name):
    check = checks()[name]
    assert check.why.endswith(".")
    assert not check.title.endswith(".")
    for text in (check.texts["wanted"], check.texts["because"]):
        assert not re.match(r"(?!Pods )[A-Z][a-z]+ ", text), text
        assert not text.endswith("."), text
    assert check.see.startswith("https://kubernetes.io/docs/") or not check.see


@pytest.mark.parametrize("name", checks())
def test_the_page_tells_every_check_with_its_severity_and_its_lesson(name):
    check = checks()[name]
    row = next((line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")), "")
    assert row, name
    severity, _, lesson = (cell.strip() for cell in row.split("|")[2:5])
    assert check.severity in severity
    assert f"({Path('..') / check.lesson})".replace("\\", "/") in lesson


def test_the_page_tells_no_check_that_there_is_not():
    assert set(re.findall(r"^\| `([a-z][a-z-]+)` \|", PAGE, re.MULTILINE)) == set(checks())


def test_no_id_means_two_things():
    own = {name for name, check in checks().items() if check.texts}
    shared = own & set(messages())
    assert shared == {"manifest-rejected", "manifest-warning"}, "these say the same in both"


def test_the_examples_of_the_page_are_read_as_they_stand(tmp_path):
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    [flows] = [block for block in blocks if block.startswith("# flows.yaml")]
    (tmp_path / "flows.yaml").write_text(flows, encoding="utf-8")
    assert len(read_asked(str(tmp_path / "flows.yaml")).intent.flows) == 2
    accepted = re.findall(r"pod-guardrails/accept: (?:\|\n)?\s*([a-z-]+) ", PAGE)
    assert accepted
    assert set(accepted) <= set(checks())
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    [used] = [yaml.safe_load(block) for block in blocks if block.startswith("repos:")]
    assert {hook["id"] for repo in used["repos"] for hook in repo["hooks"]} <= {hook["id"] for hook in hooks}
    for block in blocks:
        yaml.safe_load(block)
