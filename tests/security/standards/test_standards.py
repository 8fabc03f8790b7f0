"""The Pod Security Standards, held against the answers of Kubernetes' own code, and told check by check.

``answers.jsonl`` holds 360 random Pods with what k8s.io/pod-security-admission v0.37.0 says about them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.manifests.build import build
from autograder.manifests.decode import decode
from autograder.security import Semantics
from autograder.security.standards import evaluate, joined, level_of, policy_minor
from autograder.security.standards.checks import CHECKS
from tests.security.pods import pod, read

ANSWERS = [
    json.loads(line) for line in (Path(__file__).parent / "answers.jsonl").read_text(encoding="utf-8").splitlines()
]


def built(annotations, spec):
    """A Pod as checks see it; validation, which would refuse some of them, comes before and is not asked."""
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "annotations": annotations}, "spec": spec}
    return build("Pod", decode("Pod", manifest, "1.37").value, "default")


@pytest.mark.parametrize("row", ANSWERS, ids=range(len(ANSWERS)))
def test_the_words_are_those_of_kubernetes(row):
    annotations = {k: v for k, v in row["annotations"].items() if not k.startswith("container.apparmor")}
    if annotations != row["annotations"]:
        # The API server copies such an annotation into the field first; the recorded Pod did not go through it.
        found = built(annotations, row["spec"])
        object.__setattr__(found, "annotations", row["annotations"])
    else:
        found = built(annotations, row["spec"])
    assert joined(evaluate(found, row["level"], row["version"])) == row["answer"]


def test_there_are_nineteen_checks_in_the_order_of_kubernetes():
    assert len(CHECKS) == 19
    assert [check.id for check in CHECKS if check.level == "baseline"] == [
        "appArmorProfile",
        "capabilities_baseline",
        "hostNamespaces",
        "hostPathVolumes",
        "hostPorts",
        "hostProbesAndHostLifecycle",
        "privileged",
        "procMount",
        "seLinuxOptions",
        "seccompProfile_baseline",
        "sysctls",
        "windowsHostProcess",
    ]


HARD = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.mark.parametrize(
    ("container", "level"),
    [
        pytest.param(HARD, "restricted", id="everything that restricted asks for"),
        pytest.param({**HARD, "capabilities": {"drop": ["all"]}}, "baseline", id="all in small letters"),
        pytest.param(
            {**HARD, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}, "restricted", id="one add"
        ),
        pytest.param({**HARD, "capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}, "baseline", id="another add"),
        pytest.param({**HARD, "capabilities": {"add": ["NET_RAW"]}}, "privileged", id="NET_RAW is not even baseline"),
        pytest.param({**HARD, "runAsUser": 0}, "baseline", id="uid 0"),
        pytest.param({**HARD, "runAsUser": 1000}, "restricted", id="another uid"),
        pytest.param({**HARD, "seccompProfile": {"type": "Unconfined"}}, "privileged", id="no filter"),
        pytest.param({**HARD, "seLinuxOptions": {"level": "s0:c1"}}, "restricted", id="the SELinux level is free"),
        pytest.param({**HARD, "seLinuxOptions": {"type": "spc_t"}}, "privileged", id="the type is not"),
        pytest.param({**HARD, "readOnlyRootFilesystem": False}, "restricted", id="a writable root is free"),
        pytest.param({}, "baseline", id="nothing at all"),
        pytest.param({"privileged": True}, "privileged", id="privileged"),
    ],
)
def test_the_level_of_a_container(container, level):
    assert level_of(pod(None, container)) == level


def test_two_pods_of_the_course():
    """The two Pods that the course is built around."""
    one = pod({"runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000}, {"allowPrivilegeEscalation": False})
    two = pod(
        {"runAsUser": 1000},
        {
            "runAsUser": 2000,
            "capabilities": {"drop": ["all"], "add": ["NET_ADMIN", "SYS_TIME"]},
            "seccompProfile": {"type": "Localhost", "localhostProfile": "my-profiles/profile-allow.json"},
            "seLinuxOptions": {"level": "s0:c123,c456"},
            "readOnlyRootFilesystem": True,
        },
    )
    assert level_of(one) == "baseline"
    assert [found.check for found in evaluate(one, "restricted")] == [
        "capabilities_restricted",
        "runAsNonRoot",
        "seccompProfile_restricted",
    ]
    assert level_of(two) == "privileged"
    assert [found.check for found in evaluate(two, "baseline")] == ["capabilities_baseline"]
    assert [found.check for found in evaluate(two, "restricted")] == [
        "allowPrivilegeEscalation",
        "capabilities_restricted",
        "runAsNonRoot",
    ]


@pytest.mark.parametrize(
    ("version", "minor", "policy"),
    [
        ("latest", 33, 32),
        ("latest", 34, 34),
        ("latest", 35, 35),
        ("latest", 36, 35),
        ("latest", 37, 37),
        ("v1.19", 37, 19),
        ("v1.37", 36, 35),
        ("v1.0", 33, 0),
    ],
)
def test_latest_depends_on_the_cluster(version, minor, policy):
    assert policy_minor(version, minor) == policy


@pytest.mark.parametrize("version", ["1.30", "v2.0", "v1.x", "v1.07", "newest", ""])
def test_a_text_that_is_no_version_is_refused(version):
    with pytest.raises(ValueError, match="is no policy version"):
        policy_minor(version, 37)


def test_a_user_namespace_relaxes_three_checks_from_1_35_on():
    spec = {"hostUsers": False}
    found = pod({"runAsUser": 0}, {**HARD, "runAsNonRoot": None}, spec=spec)
    assert level_of(found, "v1.35") == "restricted"
    assert [one.check for one in evaluate(found, "restricted", "v1.34")] == ["runAsNonRoot", "runAsUser"]


def test_a_pod_on_the_nodes_network_has_host_ports_and_a_template_has_not():
    spec = {"hostNetwork": True, "containers": [{"name": "c", "image": "a", "ports": [{"containerPort": 8080}]}]}
    one = read({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec})
    template = {"metadata": {"labels": {"app": "p"}}, "spec": spec}
    several = read(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "p"},
            "spec": {"selector": {"matchLabels": {"app": "p"}}, "template": template},
        }
    )
    assert joined(evaluate(one, "baseline")) == (
        'host namespaces (hostNetwork=true), hostPort (container "c" uses hostPort 8080)'
    )
    assert joined(evaluate(several, "baseline")) == "host namespaces (hostNetwork=true)"


def test_places_are_the_fields_at_fault_in_the_manifest():
    found = pod(None, {"privileged": True, "capabilities": {"add": ["SYS_TIME"]}})
    places = {violation.check: violation.places for violation in evaluate(found, "baseline")}
    assert places == {
        "capabilities_baseline": (("spec", "containers", 0, "securityContext", "capabilities", "add"),),
        "privileged": (("spec", "containers", 0, "securityContext", "privileged"),),
    }


INIT = {"initContainers": [{"name": "migrate", "image": "m", "securityContext": {"privileged": True}}]}


@pytest.mark.parametrize(
    ("switch", "container", "spec", "truth", "believed"),
    [
        pytest.param({"standards_unset": "secure"}, {}, {}, "baseline", "restricted", id="unset is good enough"),
        pytest.param(
            {"standards_unset": "secure"},
            {"runAsNonRoot": False},
            {},
            "baseline",
            "baseline",
            id="an explicit value is not",
        ),
        pytest.param({"standards_containers": "app"}, HARD, INIT, "privileged", "restricted", id="init containers"),
        pytest.param(
            {"capability_names": "normalised"},
            {**HARD, "capabilities": {"drop": ["all"]}},
            {},
            "baseline",
            "restricted",
            id="all is ALL",
        ),
        pytest.param(
            {"capability_names": "normalised"},
            {**HARD, "capabilities": {"drop": ["ALL"], "add": ["CAP_NET_BIND_SERVICE"]}},
            {},
            "privileged",
            "restricted",
            id="a prefix does not matter",
        ),
    ],
)
def test_a_believer_expects_another_level(switch, container, spec, truth, believed):
    found = pod(None, container, spec=spec)
    assert level_of(found) == truth
    assert level_of(found, semantics=Semantics(**switch)) == believed
