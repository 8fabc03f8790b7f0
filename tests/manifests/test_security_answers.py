"""What the API server says about security fields, recorded from its own code.

``security_answers.json`` holds Pods of the shop with the errors and warnings of k8s.io/kubernetes 1.33.0, 1.34.0 and
1.37.0, asked through defaulting and the registry's strategy for creation. Where a struct is printed with addresses of
memory, as 1.33 does, it stands there as ``{…}``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.manifests.load import Options, load_text

ROWS = json.loads((Path(__file__).parent / "security_answers.json").read_text("utf-8"))
CASES = [
    pytest.param(row, version, row["errors"].get("all", row["errors"].get(version)), id=f"{row['it']} ({version})")
    for row in ROWS
    for version in ("1.33", "1.34", "1.37")
]


def problems(row, version):
    metadata = {"name": "api", **({"annotations": row["annotations"]} if "annotations" in row else {})}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": row["spec"]}
    return load_text(json.dumps(pod), "api.yaml", Options(kubernetes_version=version)).problems


@pytest.mark.parametrize(("row", "version", "errors"), CASES)
def test_the_errors_are_the_servers(row, version, errors):
    found = [problem for problem in problems(row, version) if problem.severity == "error"]
    said = [
        f"{problem.path}: {': '.join(p for p in (problem.type, problem.value, problem.detail) if p)}"
        for problem in found
    ]
    assert said == errors
    assert {problem.code for problem in found} <= {422}
    assert all(problem.position.line == 1 for problem in found)


@pytest.mark.parametrize("row", [pytest.param(row, id=row["it"]) for row in ROWS if "warnings" in row])
def test_the_warnings_are_the_servers(row):
    said = [problem.message for problem in problems(row, "1.37") if problem.severity == "warning"]
    assert said == [f"Warning: {warning}" for warning in row["warnings"]]


def test_an_annotation_of_old_for_app_armor_becomes_the_field():
    [row] = [row for row in ROWS if row["it"] == "an AppArmor annotation alone gets a warning"]
    said = [problem.message for problem in problems(row, "1.37")]
    key = "container.apparmor.security.beta.kubernetes.io/api"
    text = 'deprecated since v1.30; use the "appArmorProfile" field instead'
    assert said == [f"Warning: metadata.annotations[{key}]: {text}"]
