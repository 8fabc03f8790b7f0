"""A review for other programs: it fits their formats, says the same in each, and nothing in a manifest steers it.

``python -m pytest tests/review --write-golden`` writes the golden files anew. Read what changed before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests.load import Options, load_text
from autograder.review import review
from autograder.review.baseline import Entry
from autograder.review.reporting import document, junit, markdown, sarif

from .scenes import closed, pod, reviewed, text

GOLDEN = Path(__file__).parent / "golden"
TEAM = (Path(__file__).parent / "team.yaml").read_text(encoding="utf-8")


def team(**more):
    return review(load_text(TEAM, "manifests/team.yaml", Options(keep_places=True)), **more)


FORMATS = {
    "review.json": lambda result: json.dumps(document.of(result), ensure_ascii=False, indent=1) + "\n",
    "review.sarif": lambda result: json.dumps(sarif.of(result), ensure_ascii=False, indent=1) + "\n",
    "review.xml": lambda result: junit.of(result, "warning"),
    "review.md": markdown.of,
}


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name, request):
    written = FORMATS[name](team())
    path = GOLDEN / name
    if request.config.getoption("--write-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8"), f"{name}; see --write-golden"


def test_no_golden_file_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == set(FORMATS)


# -- SARIF -------------------------------------------------------------------------------------------------------------

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}},
                                },
                            }
                        },
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "level": {"enum": ["none", "note", "warning", "error"]},
        "rule": {
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "name": {"type": "string"},
                "shortDescription": TEXT,
                "fullDescription": TEXT,
                "help": TEXT,
                "helpUri": {"type": "string", "pattern": "^https://"},
                "defaultConfiguration": {"properties": {"level": {"$ref": "#/$defs/level"}}},
                "properties": {"type": "object"},
            },
        },
        "result": {
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"$ref": "#/$defs/level"},
                "message": TEXT,
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                "properties": {"type": "object"},
                "suppressions": {
                    "type": "array",
                    "items": {
                        "required": ["kind"],
                        "additionalProperties": False,
                        "properties": {
                            "kind": {"enum": ["inSource", "external"]},
                            "status": {"enum": ["accepted", "underReview", "rejected"]},
                            "justification": {"type": "string"},
                        },
                    },
                },
                "locations": {
                    "type": "array",
                    "items": {
                        "additionalProperties": False,
                        "properties": {
                            "logicalLocations": {"type": "array"},
                            "physicalLocation": {
                                "additionalProperties": False,
                                "properties": {
                                    "artifactLocation": {
                                        "required": ["uri"],
                                        "additionalProperties": False,
                                        "properties": {
                                            "uri": {"type": "string", "pattern": r"^[^\s<>]+$"},
                                            "uriBaseId": {"type": "string"},
                                        },
                                    },
                                    "region": {
                                        "additionalProperties": False,
                                        "properties": {"startLine": {"type": "integer", "minimum": 1}},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The part of SARIF 2.1.0 that is written here, each property as the standard has it."""


def fits(log):
    jsonschema.Draft202012Validator(SARIF).validate(log)
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    return run["results"]


def test_sarif_has_every_finding_with_its_place():
    found = team().findings
    results = fits(sarif.of(team()))
    assert [(each["ruleId"], each["level"]) for each in results] == [(each.id, each.severity) for each in found]
    [place] = results[0]["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "manifests/team.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": found[0].line},
    }


def test_sarif_suppresses_what_is_accepted():
    first = team().findings[0]
    accepted = [Entry(first.fingerprint, first.id, first.subject, "until Friday")]
    results = fits(sarif.of(team(accepted=accepted)))
    assert [each["suppressions"] for each in results if "suppressions" in each] == [
        [{"kind": "external", "status": "accepted", "justification": "until Friday"}]
    ]


def test_sarif_names_a_file_that_can_be_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {
        str(tmp_path / "a b.yaml"): ("a%20b.yaml", "%SRCROOT%"),
        "/elsewhere/x.yaml": (Path("/elsewhere/x.yaml").as_uri(), None),
        "<kubectl kustomize prod>": ("prod/kustomization.yaml", "%SRCROOT%"),
    }
    for name, (uri, base) in names.items():
        result = review(load_text(TEAM, name))
        log = sarif.of(result, opened={"<kubectl kustomize prod>": "prod/kustomization.yaml"})
        place = fits(log)[0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": uri} | ({"uriBaseId": base} if base else {})
        assert ("region" in place) == (not name.startswith("<")), "lines of a rendered text are no lines of the file"


# -- JUnit -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bar", ["error", "warning", "note", None])
def test_junit_counts_what_is_in_it(bar):
    result = team()
    root = ET.fromstring(junit.of(result, bar))  # noqa: S314 - our own text
    assert int(root.get("failures")) == len(root.findall(".//failure"))
    assert int(root.get("tests")) == len(root.findall(".//testcase"))
    worst = {"error": ["error"], "warning": ["error", "warning"], "note": ["error", "warning", "note"], None: []}[bar]
    assert len(root.findall(".//failure")) == sum(found.severity in worst for found in result.findings)
    for suite in root:
        assert int(suite.get("tests")) == len(suite)


# -- what manifests say ------------------------------------------------------------------------------------------------

NASTY = "<script>alert(1)</script> ]]> | `x` [a](javascript:b) @ada https://evil.example \x1b[31m \u202e &amp;"


def nasty(value):
    return reviewed("# odd\n" + text([{**pod("web"), "spec": {"containers": [], value: value}}, *closed()]))


def test_markdown_shows_it_and_acts_on_none_of_it():
    page = markdown.of(nasty(NASTY))
    assert "<script>" not in page
    assert "](javascript" not in page
    assert "https://evil" not in page
    assert "@ada" not in page
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_leaves_every_format_well_formed(value):
    result = nasty(value)
    ET.fromstring(junit.of(result, "note"))  # noqa: S314 - our own text
    fits(json.loads(json.dumps(sarif.of(result))))
    rows = [line for line in markdown.of(result).splitlines() if line.startswith("| ")]
    assert all(line.replace("\\\\", "").replace("\\|", "").count("|") == 5 for line in rows)


def test_a_page_fits_into_a_comment():
    pods = [{**pod(f"web-{number}"), "spec": {"hostPID": True, "containers": [{"name": "x" * 60, "image": "y"}]}}
            for number in range(300)]  # fmt: skip
    page = markdown.of(reviewed(pods))
    assert len(page.encode("utf-16-le")) // 2 < 65_536
    assert "and 280 more of `host-namespaces`" in page
