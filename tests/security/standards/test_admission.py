"""What a namespace's labels ask for, and what the API server answers."""

from __future__ import annotations

import json

import pytest

from autograder.manifests.load import load_text
from autograder.security.standards.admission import (
    Exemptions,
    LevelVersion,
    Policy,
    admit,
    policy_of,
    tightened,
)
from tests.security.pods import manifest, pod, read

P = "pod-security.kubernetes.io/"
OPEN = LevelVersion()
BARE = (
    'allowPrivilegeEscalation != false (container "api" must set securityContext.allowPrivilegeEscalation=false), '
    'unrestricted capabilities (container "api" must set securityContext.capabilities.drop=["ALL"]), '
    'runAsNonRoot != true (pod or container "api" must set securityContext.runAsNonRoot=true), '
    'seccompProfile (pod or container "api" must set securityContext.seccompProfile.type to "RuntimeDefault" or '
    '"Localhost")'
)


@pytest.mark.parametrize(
    ("labels", "policy", "wrong"),
    [
        pytest.param({}, Policy(), [], id="no labels: nothing is asked"),
        pytest.param(
            {P + "enforce": "restricted"},
            Policy(LevelVersion("restricted"), OPEN, LevelVersion("restricted")),
            [],
            id="what is enforced is warned about too",
        ),
        pytest.param(
            {P + "enforce": "baseline", P + "enforce-version": "v1.30"},
            Policy(LevelVersion("baseline", "v1.30"), OPEN, LevelVersion("baseline", "v1.30")),
            [],
            id="with the same version",
        ),
        pytest.param(
            {P + "enforce": "baseline", P + "warn-version": "v1.20"},
            Policy(LevelVersion("baseline"), OPEN, LevelVersion("baseline", "v1.20")),
            [],
            id="unless warn has one of its own",
        ),
        pytest.param(
            {P + "enforce": "baseline", P + "warn": "privileged"},
            Policy(LevelVersion("baseline"), OPEN, OPEN),
            [],
            id="or says what it wants",
        ),
        pytest.param(
            {P + "enforce": "strict"},
            Policy(LevelVersion("restricted"), OPEN, OPEN),
            ['enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted'],
            id="a level that is none counts as restricted",
        ),
        pytest.param(
            {P + "audit": "x", P + "warn": "y"},
            Policy(),
            ['audit]: Invalid value: "x"', 'warn]: Invalid value: "y"'],
            id="and as privileged for audit and warn",
        ),
        pytest.param(
            {P + "enforce": "baseline", P + "enforce-version": "1.30"},
            Policy(LevelVersion("baseline"), OPEN, LevelVersion("baseline")),
            ['enforce-version]: Invalid value: "1.30": must be "latest" or "v1.x"'],
            id="a version that is none counts as latest",
        ),
    ],
)
def test_what_labels_ask_for(labels, policy, wrong):
    found, said = policy_of(labels)
    assert found == policy
    assert len(said) == len(wrong)
    for sentence, part in zip(said, wrong, strict=True):
        assert part in sentence


RESTRICTED = policy_of({P + "enforce": "restricted", P + "audit": "baseline"})[0]


def test_a_pod_is_refused_with_403():
    answer = admit(pod(), RESTRICTED)
    assert (answer.allowed, answer.code) == (False, 403)
    assert answer.message == f'pods "api" is forbidden: violates PodSecurity "restricted:latest": {BARE}'
    assert answer.warnings == ()
    assert answer.annotations == {P + "enforce-policy": "restricted:latest"}


def test_a_workload_is_taken_with_a_warning_and_its_pods_are_refused():
    answer = admit(read(manifest(kind="Deployment")), RESTRICTED)
    assert answer.allowed
    assert answer.warnings == (f'would violate PodSecurity "restricted:latest": {BARE}',)
    assert answer.pods == (
        f'Error creating: pods "api-…" is forbidden: violates PodSecurity "restricted:latest": {BARE}'
    )


def test_audit_writes_an_annotation_and_refuses_nothing():
    found = pod(None, {"privileged": True})
    answer = admit(found, policy_of({P + "audit": "baseline"})[0])
    assert answer.allowed
    assert answer.annotations[P + "audit-violations"] == (
        'would violate PodSecurity "baseline:latest": privileged (container "api" must not set '
        "securityContext.privileged=true)"
    )


@pytest.mark.parametrize(
    ("exemptions", "user", "spec"),
    [
        pytest.param(Exemptions(namespaces=frozenset({"shop"})), "", {}, id="a namespace"),
        pytest.param(Exemptions(usernames=frozenset({"admin"})), "admin", {}, id="a user"),
        pytest.param(
            Exemptions(runtime_classes=frozenset({"sandbox"})),
            "",
            {"runtimeClassName": "sandbox"},
            id="a runtime class",
        ),
    ],
)
def test_who_is_exempt_is_not_judged(exemptions, user, spec):
    found = pod(None, {"privileged": True}, spec=spec)
    assert admit(found, RESTRICTED, exemptions=exemptions, user=user).allowed
    assert not admit(found, RESTRICTED).allowed


def test_a_namespace_that_becomes_stricter_warns_about_what_runs_there():
    def named(name, container=None):
        document = manifest(None, container)
        document["metadata"]["name"] = name
        return read(document)

    running = [named("web"), named("api"), named("cache"), named("db", {"privileged": True})]
    assert tightened("shop", running, LevelVersion("baseline")) == (
        'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
        "db: privileged",
    )
    assert tightened("shop", running[:3], LevelVersion("restricted"))[1] == (
        "api (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, "
        "seccompProfile"
    )
    assert tightened("shop", running[:2], LevelVersion("restricted"))[1].startswith("api (and 1 other pod): ")
    assert tightened("shop", [], LevelVersion("restricted")) == ()


def test_the_labels_of_a_manifest_are_read():
    text = json.dumps(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {P + "enforce": "baseline"}}}
    )
    [namespace] = load_text(text).namespaces
    assert policy_of(namespace.labels)[0].enforce == LevelVersion("baseline")
