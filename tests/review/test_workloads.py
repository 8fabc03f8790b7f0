"""What a review says about workloads, as a table: one finding for each control that a workload fails."""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml

from autograder.manifests.load import load_text
from autograder.review import review
from autograder.review.catalogue import checks
from autograder.review.checks import workloads
from autograder.security import effective_of_all
from autograder.security.images import Image
from autograder.security.node import NEWEST, Node
from autograder.security.standards.checks import CHECKS
from benchmarks import pods

from .scenes import SOUND, closed, namespace, pod, reviewed, told


def wrong(container: Any = None, security: Any = None, **spec: Any) -> dict[str, Any]:
    """A Pod that is sound but for some fields; a field that is None is left out."""
    made = pod("web", **spec)
    of_pod = {**SOUND["securityContext"], **(security or {})}
    made["spec"]["securityContext"] = {key: value for key, value in of_pod.items() if value is not None}
    [only] = made["spec"]["containers"]
    context = {**SOUND["container"], **(container or {})}
    only["securityContext"] = {key: value for key, value in context.items() if value is not None}
    return made


def mounted(volume: dict[str, Any], **mount: Any) -> dict[str, Any]:
    made = wrong(volumes=[{"name": "v", **volume}])
    made["spec"]["containers"][0]["volumeMounts"] = [{"name": "v", "mountPath": "/v", **mount}]
    return made


def shared(volume: dict[str, Any]) -> dict[str, Any]:
    """A volume in a container of which only the image says who runs in it."""
    made = mounted(volume)
    del made["spec"]["securityContext"]["runAsUser"]
    return made


WEB = "Pod shop/web"
ROWS = {
    "nothing set at all": (
        {**pod("web"), "spec": {"containers": [{"name": "web", "image": "web"}]}},
        f"warning non-root-not-required: {WEB}",
        f"warning escalation-possible: {WEB}",
        f"warning capabilities-kept: {WEB}",
        f"warning seccomp-not-set: {WEB}",
        f"note writable-root: {WEB}",
    ),
    "privileged": (
        wrong({"privileged": True, "allowPrivilegeEscalation": None}),
        f"error privileged: {WEB}",
        f"warning escalation-possible: {WEB}",
    ),
    "the node's processes": (wrong(hostPID=True), f"error host-namespaces: {WEB}"),
    "a folder of the node": (mounted({"hostPath": {"path": "/var/log"}}), f"error host-path: {WEB}"),
    "a disk over the network": (
        mounted({"nfs": {"server": "nas.shop.example", "path": "/"}}),
        f"warning volume-type: {WEB}",
    ),
    "a capability that baseline forbids": (
        wrong({"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}),
        f"error capabilities-added: {WEB}",
    ),
    "a capability that baseline permits": (
        wrong({"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}),
        f"warning capabilities-added: {WEB}",
    ),
    "the one capability that restricted permits": (
        wrong({"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}),
    ),
    "capabilities that are not dropped": (
        wrong({"capabilities": {"drop": ["NET_RAW"]}}),
        f"warning capabilities-kept: {WEB}",
    ),
    "seccomp switched off is told once": (
        wrong(security={"seccompProfile": {"type": "Unconfined"}}),
        f"error seccomp-off: {WEB}",
    ),
    "seccomp not set": (wrong(security={"seccompProfile": None}), f"warning seccomp-not-set: {WEB}"),
    "AppArmor switched off": (
        wrong(security={"appArmorProfile": {"type": "Unconfined"}}),
        f"error apparmor-off: {WEB}",
    ),
    "an SELinux type": (
        wrong(security={"seLinuxOptions": {"type": "spc_t"}}),
        f"error selinux-options: {WEB}",
    ),
    "a kernel setting": (
        wrong(security={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}),
        f"error unsafe-sysctls: {WEB}",
        f"error does-not-start: {WEB}, container web",
    ),
    "root by the manifest, which the kubelet refuses": (
        wrong(security={"runAsUser": 0}),
        f"warning root-user: {WEB}",
        f"error does-not-start: {WEB}, container web",
    ),
    "root not ruled out": (
        wrong(security={"runAsNonRoot": None, "runAsUser": None}),
        f"warning non-root-not-required: {WEB}",
    ),
    "escalation not ruled out": (
        wrong({"allowPrivilegeEscalation": None}),
        f"warning escalation-possible: {WEB}",
    ),
    "a writable root": (wrong({"readOnlyRootFilesystem": None}), f"note writable-root: {WEB}"),
    "a capability that no runtime knows": (
        wrong({"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVIC"]}}),
        f"error capabilities-added: {WEB}",
        f"warning capability-unknown: {WEB}",
    ),
    "a prefix with which containerd does not know a capability": (
        wrong({"capabilities": {"drop": ["ALL", "CAP_NET_RAW"]}}),
        f"warning capability-unknown: {WEB}",
    ),
    "capabilities in small letters are known": (wrong({"capabilities": {"drop": ["ALL", "net_raw"]}}),),
    "a Secret for everybody": (
        shared({"secret": {"secretName": "keys"}}),
        f"note secret-world-readable: {WEB}, volume v",
    ),
    "a Secret in a container of one user, who cannot become another": (mounted({"secret": {"secretName": "keys"}}),),
    "a Secret for its group": (shared({"secret": {"secretName": "keys", "defaultMode": 0o440}}),),
    "a Secret with one file for everybody": (
        shared({"secret": {"secretName": "k", "defaultMode": 0o400, "items": [
            {"key": "a", "path": "a", "mode": 0o444}, {"key": "b", "path": "b"},
        ]}}),
        f"note secret-world-readable: {WEB}, volume v",
    ),
    "a Secret that nobody mounts": (wrong(volumes=[{"name": "v", "secret": {"secretName": "keys"}}]),),
    "an unmasked /proc": (
        wrong({"procMount": "Unmasked"}, hostUsers=False),
        f"error proc-mount: {WEB}",
    ),
    "a HostProcess container": (
        {**pod("web"), "spec": {
            "os": {"name": "windows"},
            "hostNetwork": True,
            "securityContext": {"runAsNonRoot": True, "windowsOptions": {"hostProcess": True}},
            "containers": [{"name": "web", "image": "web"}],
        }},
        f"error windows-host-process: {WEB}",
        f"error host-namespaces: {WEB}",
    ),
    "a host in a probe": (
        {**wrong(), "spec": {**wrong()["spec"], "containers": [
            {**wrong()["spec"]["containers"][0], "livenessProbe": {"tcpSocket": {"port": 80, "host": "10.0.0.1"}}},
        ]}},
        f"error host-probes: {WEB}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_what_is_found_is_this_and_nothing_else(name):
    manifest, *expected = ROWS[name]
    assert told(reviewed([manifest, *closed()])) == set(expected)


def test_every_check_of_the_standards_has_a_finding():
    assert workloads._IDS.keys() == {check.id for check in CHECKS}
    assert set(workloads._IDS.values()) <= checks().keys()
    assert set(workloads._STRICTER.items()) == {
        (check.id, check.overrides) for check in CHECKS if check.overrides and check.id != "capabilities_restricted"
    }


def test_one_finding_for_all_containers_of_a_workload():
    made = wrong({"allowPrivilegeEscalation": None})
    second = {**made["spec"]["containers"][0], "name": "metrics", "ports": []}
    made["spec"]["containers"].append(second)
    [found] = reviewed([made, *closed()]).findings
    assert found.got == "containers web and metrics: allowPrivilegeEscalation is not false"
    assert found.because == "spec.containers[0].securityContext.allowPrivilegeEscalation is not set"


def test_a_folder_of_the_node_says_whether_it_can_be_written():
    for read_only, word in ((True, "read-only"), (False, "writable")):
        [found] = reviewed([mounted({"hostPath": {"path": "/etc"}}, readOnly=read_only), *closed()]).findings
        assert found.got == f"it has from the node: /etc ({word})"


def test_who_runs_is_the_images_to_say_and_told_when_it_is_known():
    scene = [wrong(security={"runAsNonRoot": None, "runAsUser": None}), *closed()]
    [unknown] = reviewed(scene).findings
    assert "the image's to say" in unknown.got
    [root] = reviewed(scene, images={"registry.shop.example/web:1": Image("")}).findings
    assert "runs as root" in root.got


def test_the_namespace_refuses_what_it_does_not_admit():
    strict = namespace("shop", **{"pod-security.kubernetes.io/enforce": "restricted"})
    found = {each.id: each for each in reviewed([strict, wrong(hostPID=True), *closed()]).findings}
    assert found.keys() == {"refused-by-namespace", "host-namespaces"}
    assert "violates PodSecurity" in found["refused-by-namespace"].got


def test_levels_are_counted():
    review = reviewed([wrong(), *closed()])
    assert review.levels() == {"restricted": 1, "baseline": 0, "privileged": 0}
    assert reviewed([wrong(hostPID=True)]).levels()["privileged"] == 1


def in_trouble(chance, document):
    """The Pod, with contradictions about root, and names that CRI-O refuses, in some of its containers."""
    for container in document["spec"]["containers"]:
        security = container.setdefault("securityContext", {})
        if chance.random() < 0.3:
            security["runAsUser"] = 0
        if chance.random() < 0.2:
            security.setdefault("capabilities", {}).setdefault("drop", []).append(
                chance.choice(("NET_RAWW", "net_raw"))
            )
    return document


@pytest.mark.parametrize("runtime", ["containerd", "crio"])
@pytest.mark.parametrize("seed", range(2))
def test_no_container_that_does_not_start_is_overlooked(seed, runtime):
    """Only some fields are looked at before the whole context is computed. Over many Pods they must be enough."""
    chance = random.Random(seed)
    made = [in_trouble(chance, document) for document in pods.documents(200, seed)]
    loaded = load_text(yaml.safe_dump_all(made), "pods.yaml")
    assert not loaded.errors
    node = Node(runtime=runtime, version=NEWEST[runtime])
    expected = {
        (context.pod.name, context.container.name)
        for context in effective_of_all(loaded.pods, node=node)
        if context.starts.ok is False
    }
    assert expected
    assert expected == {
        (each.object.rpartition("/")[2], each.subject.rpartition(" ")[2])
        for each in review(loaded, node=node).findings
        if each.id == "does-not-start"
    }
