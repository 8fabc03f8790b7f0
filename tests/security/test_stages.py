"""The stages from the manifest to the process: which one stops a container, in which words, and what comes after it."""

from __future__ import annotations

import json

import pytest

from autograder.manifests.load import load_text
from autograder.security import Node, Semantics, effective, effective_of_all
from autograder.security.seccomp import read_profile
from autograder.security.stages import STAGES, Stage, start_of
from autograder.security.standards.admission import policy_of

from .pods import images, manifest, pod

RESTRICTED = policy_of({"pod-security.kubernetes.io/enforce": "restricted"})[0]
BASELINE = policy_of({"pod-security.kubernetes.io/enforce": "baseline"})[0]
SAFE = {"runAsUser": 1000, "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
HARDENED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
LOCAL = {"seccompProfile": {"type": "Localhost", "localhostProfile": "shop/api.json"}}
PROFILE = read_profile(b'{"defaultAction": "SCMP_ACT_ALLOW"}', "shop/api.json")
CRIO = Node(runtime="crio", version=(1, 36))


def one(security=None, container=None, spec=None, **options):
    [context] = effective(pod(security, container, spec=spec), **options)
    return context


@pytest.mark.parametrize(
    ("context", "stage", "reason", "message"),
    [
        pytest.param(one(images=images()), None, "", "", id="nothing is asked and nothing stops it"),
        pytest.param(
            one(policy=RESTRICTED, images=images()),
            "admission",
            "Forbidden",
            'pods "api" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
            id="the namespace asks for restricted",
        ),
        pytest.param(one(SAFE, HARDENED, policy=RESTRICTED), None, "", "", id="and gets it"),
        pytest.param(
            one({"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}, images=images()),
            "kubelet",
            "SysctlForbidden",
            'forbidden sysctl: "kernel.msgmax" not allowlisted',
            id="an unsafe sysctl",
        ),
        pytest.param(
            one({"supplementalGroupsPolicy": "Strict"}, images=images(), node=Node(version=(1, 7))),
            "kubelet",
            "SupplementalGroupsPolicyNotSupported",
            "SupplementalGroupsPolicy=Strict is not supported in this node",
            id="Strict on an old containerd",
        ),
        pytest.param(
            one({"supplementalGroupsPolicy": "Strict"}, images=images(), node=CRIO), None, "", "", id="Strict on CRI-O"
        ),
        pytest.param(
            one({"runAsNonRoot": True}, images=images()),
            "kubelet",
            "CreateContainerConfigError",
            "container has runAsNonRoot and image will run as root",
            id="runAsNonRoot and an image that runs as root",
        ),
        pytest.param(
            one({"appArmorProfile": {"type": "Localhost", "localhostProfile": "x"}}, node=Node(app_armor=False)),
            "kubelet",
            "AppArmor",
            "Cannot enforce AppArmor: AppArmor is not enabled on the host",
            id="AppArmor that the node does not have",
        ),
        pytest.param(
            one(LOCAL, images=images(), node=Node(profiles={})),
            "runtime",
            "CreateContainerError",
            "cannot load seccomp profile",
            id="a seccomp profile that is not on the node",
        ),
        pytest.param(
            one(LOCAL, images=images(), node=Node(profiles={"shop/api.json": PROFILE})),
            None,
            "",
            "",
            id="a seccomp profile that is",
        ),
        pytest.param(
            one(images=images("clerk")),
            "runtime",
            "CreateContainerError",
            "unable to find user clerk: no users found",
            id="a USER that the image lacks",
        ),
        pytest.param(
            one(None, {"capabilities": {"add": ["NOPE"]}}, images=images(), node=CRIO),
            "runtime",
            "CreateContainerError",
            'unknown capability "CAP_NOPE" to add',
            id="a capability that there is not, on CRI-O",
        ),
        pytest.param(
            one(None, {"capabilities": {"add": ["NOPE"]}}, images=images()),
            None,
            "",
            "",
            id="containerd passes over it",
        ),
        pytest.param(
            one({"seLinuxOptions": {"level": "secret"}}, images=images(), node=Node(se_linux=True)),
            "runtime",
            "CreateContainerError",
            "the format of 'level' \"secret\" is not correct",
            id="a level that is none",
        ),
        pytest.param(
            one({"runAsUser": 70000}, spec={"hostUsers": False}),
            "runtime",
            "CreateContainerError",
            "cannot set uid to unmapped user in user namespace",
            id="a uid outside the Pod's user namespace",
        ),
    ],
)
def test_where_it_stops(context, stage, reason, message):
    starts = context.starts
    assert (starts.ok, starts.stage, starts.reason) == (stage is None, stage, reason)
    assert starts.message.startswith(message)
    assert tuple(found.name for found in context.stages) == STAGES


@pytest.mark.parametrize(
    ("context", "stage", "depends_on"),
    [
        pytest.param(one({"runAsNonRoot": True}), "kubelet", "image", id="runAsNonRoot and an unknown image"),
        pytest.param(one(LOCAL, images=images()), "runtime", "shop/api.json", id="a profile that nobody showed"),
        pytest.param(one(images=None), "runtime", "image", id="the user of an unknown image"),
    ],
)
def test_what_is_unknown_stays_unknown_and_says_what_it_depends_on(context, stage, depends_on):
    assert (context.starts.ok, context.starts.stage) == (None, stage)
    assert depends_on in context.starts.message


def test_a_stage_that_fails_does_not_hide_the_later_ones():
    context = one(
        {"runAsNonRoot": True, "runAsUser": 0, "seLinuxOptions": {"level": "secret"}},
        policy=RESTRICTED,
        node=Node(se_linux=True),
    )
    failed = [stage.name for stage in context.stages if stage.ok is False]
    assert failed == ["admission", "kubelet", "runtime"]
    assert context.starts.stage == "admission"


def refused(document):
    manifests = load_text(json.dumps(document), file="api.yaml")
    [entry] = manifests.refused_pods
    [context] = effective(entry.pod, problems=entry.problems)
    return context


@pytest.mark.parametrize(
    ("document", "stage", "code", "message"),
    [
        pytest.param(
            manifest({"capabilities": {"drop": ["ALL"]}}),
            "decode",
            400,
            'unknown field "spec.securityContext.capabilities"',
            id="a field at the wrong level",
        ),
        pytest.param(
            manifest(None, {"readonlyRootFilesystem": True}),
            "decode",
            400,
            'unknown field "spec.containers[0].securityContext.readonlyRootFilesystem"',
            id="a misspelt field",
        ),
        pytest.param(
            manifest({"runAsUser": -1}),
            "validation",
            422,
            "must be between 0 and 2147483647, inclusive",
            id="a uid that there is not",
        ),
        pytest.param(
            manifest(None, {"privileged": True, "allowPrivilegeEscalation": False}),
            "validation",
            422,
            "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            id="two fields that contradict each other",
        ),
    ],
)
def test_what_the_api_server_refuses_is_told_with_what_would_have_come_after(document, stage, code, message):
    context = refused(document)
    failed = next(found for found in context.stages if found.ok is False)
    assert (failed.name, failed.code) == (stage, code)
    assert message in failed.message
    assert context.starts.stage == stage
    assert [found.name for found in context.stages if found.name in {"kubelet", "runtime", "kernel"}]


def test_a_workload_is_taken_and_its_pods_never_come():
    [found] = load_text(json.dumps(manifest(kind="Deployment"))).pods
    [context] = effective(found, policy=RESTRICTED)
    admission = next(stage for stage in context.stages if stage.name == "admission")
    assert (admission.ok, admission.reason, admission.code) == (False, "FailedCreate", None)
    assert admission.message.startswith('Error creating: pods "api-…" is forbidden: violates PodSecurity')


def test_the_policies_of_namespaces_go_by_name():
    [shop, data] = load_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "List",
                "items": [
                    {**manifest(None, {"privileged": True}), "metadata": {"name": "api", "namespace": name}}
                    for name in ("shop", "data")
                ],
            }
        )
    ).pods
    contexts = effective_of_all([shop, data], policies={"data": BASELINE}, images=images())
    assert [context.starts.ok for context in contexts] == [True, False]


def test_who_believes_that_the_pods_level_takes_all_sees_no_refusal():
    document = manifest({"capabilities": {"drop": ["ALL"]}})
    manifests = load_text(json.dumps(document))
    [entry] = manifests.refused_pods
    [true] = effective(entry.pod, problems=entry.problems, images=images())
    [believed] = effective(
        entry.pod, problems=entry.problems, images=images(), semantics=Semantics(misplaced_fields="inherit")
    )
    assert (true.starts.stage, believed.starts.ok) == ("decode", True)
    assert (len(true.sets.bounding), len(believed.sets.bounding)) == (14, 0)


def test_the_first_failure_decides_and_then_the_first_unknown():
    stages = (Stage("kubelet", None, "", "?"), Stage("runtime", False, "CreateContainerError", "!"))
    assert start_of(stages).stage == "runtime"
    assert start_of(stages[:1]).stage == "kubelet"
    assert start_of(()).ok is True
