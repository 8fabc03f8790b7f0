"""A Pod that the API server refuses still says what it would have been."""

from __future__ import annotations

import pytest

from autograder.manifests.load import Options, load_text

HEAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: api, namespace: shop}\n"


@pytest.mark.parametrize(
    ("spec", "stage", "context"),
    [
        pytest.param(
            "{containers: [{name: api, image: a, securityContext: {readonlyRootFilesystem: true, runAsUser: 7}}]}",
            "decode",
            {"runAsUser": 7},
            id="an unknown field is not part of it",
        ),
        pytest.param(
            "{restartPolicy: Sometimes, containers: [{name: api, image: a, securityContext: {runAsUser: 7}}]}",
            "validation",
            {"runAsUser": 7},
            id="all else is",
        ),
    ],
)
def test_what_would_have_come_after(spec, stage, context):
    found = load_text(f"{HEAD}spec: {spec}\n")
    [refused] = found.refused_pods
    assert found.pods == ()
    assert refused.pod.spec["containers"][0]["securityContext"] == context
    assert [problem.stage for problem in refused.problems] == [stage]
    assert len(found.rejected) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + 'spec: {containers: [{name: api, image: a, stdin: "yes"}]}\n', id="a wrong type"),
        pytest.param("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: api, imag: a}]}\n", id="no name at all"),
        pytest.param("apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {prts: []}\n", id="another kind"),
    ],
)
def test_nothing_is_said_where_nothing_can_be_said(text):
    found = load_text(text)
    assert len(found.rejected) == 1
    assert found.refused_pods == ()


def test_what_is_accepted_is_not_among_them():
    text = f"{HEAD}spec: {{containers: [{{name: api, image: a}}], nodName: x}}\n"
    assert load_text(text, options=Options(field_validation="warn")).refused_pods == ()
