"""``autograder effective``: what each container runs with, from Pods of all kinds down to Pods that are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.network import scenes
from tests.security.pods import IMAGE, manifest

from . import shops
from .running import Answer, fits, run

BY_DEFAULT = 14
"""How many capabilities containerd grants."""
IMAGES = f"""\
{IMAGE}:
  user: "1000"
  passwd: {{app: [1000, 1000]}}
  groups: {{extra: {{gid: 50000, members: [app]}}}}
"""
PROFILE = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"}],
}
DRIVER = """\
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: disk.example}
spec: {fsGroupPolicy: File}
"""
STAGES = ["decode", "defaulting", "validation", "admission", "kubelet", "runtime", "kernel"]
BAD_LEVEL = {"privileged": True, "allowPrivilegeEscalation": False}


def localhost(name: str) -> dict[str, Any]:
    return {"seccompProfile": {"type": "Localhost", "localhostProfile": name}}


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """What stands around a manifest: images, a CSI driver, profiles, and some broken ones."""
    monkeypatch.chdir(tmp_path)
    profiles = Path("profiles")
    for folder in (profiles, Path("no-json"), Path("no-profile")):
        folder.mkdir()
    (profiles / "api.json").write_text(json.dumps(PROFILE), encoding="utf-8")
    Path("no-json/api.json").write_text('{"defaultAction": SCMP_ACT_ERRNO}', encoding="utf-8")
    Path("no-profile/api.json").write_text('{"defaultAction": "SCMP_ACT_REFUSE"}', encoding="utf-8")
    for name, text in {
        "images.yaml": IMAGES,
        "broken.yaml": "a: [",
        "no-images.yaml": "api: [1000]",
        "csi.yaml": DRIVER,
        "pod.yaml": "kind: Pod",
    }.items():
        Path(name).write_text(text, encoding="utf-8")


def effective(documents: list[dict[str, Any]], *words: str, **more: Any) -> Answer:
    return run("effective", "-", *words, stdin=shops.text(documents), **more)


def containers(documents: list[dict[str, Any]], *words: str) -> list[dict[str, Any]]:
    answer = effective(documents, *words, "-o", "json")
    assert answer.status == 0, answer.err
    fits("effective", answer.json)
    return answer.json["containers"]


def value(document: Any, path: str) -> Any:
    """What stands at a path such as ``capabilities.bounding`` or ``volumes.0.gid``; ``#`` counts."""
    for step in path.split("."):
        document = len(document) if step == "#" else document[int(step) if step.isdigit() else step]
    return document


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("documents", "words", "expected"),
    [
        pytest.param(
            manifest(), [],
            {"uid": None, "gid": None, "groups": None, "capabilities.effective": None, "capabilities.bounding.#": 14,
             "starts.ok": None, "starts.stage": "runtime", "seccomp": {"mode": "unconfined", "profile": None},
             "because.uid.source": "unknown", "because.uid.value": "unknown"},
            id="an unknown image leaves the user open, and what hangs on it",
        ),
        pytest.param(
            manifest(), ["--images", "images.yaml"],
            {"uid": 1000, "gid": 1000, "groups": [1000, 50000], "capabilities.effective": [], "starts.ok": True,
             "starts.stage": None},
            id="an image that is described settles the user",
        ),
        pytest.param(
            manifest({"runAsUser": 0}), [],
            {"uid": 0, "gid": 0, "capabilities.effective.#": BY_DEFAULT, "capabilities.ambient": []},
            id="root holds what the runtime grants",
        ),
        pytest.param(
            manifest({"runAsUser": 1}, {"runAsUser": 2}), [],
            {"uid": 2, "because.uid.why": "securityContext.runAsUser of the container, which replaces that of the Pod"},
            id="the container wins over the Pod",
        ),
        pytest.param(
            manifest({"runAsUser": 1}, {"runAsUser": 2}), ["--semantics", "pod-level-wins"], {"uid": 1},
            id="who believes that the Pod wins expects the other user",
        ),
        pytest.param(
            manifest(), ["--semantics", "unset-user-is-root"], {"uid": 0},
            id="who believes that nobody means root expects root",
        ),
        pytest.param(
            manifest({"runAsUser": 0}, {"privileged": True}), [],
            {"privileged": True, "capabilities.bounding.#": 41, "seccomp.mode": "unconfined", "proc_mount": "Unmasked",
             "apparmor": None, "selinux.type": "spc_t"},
            id="a privileged container has all, and no filter",
        ),
        pytest.param(
            manifest({"runAsUser": 0}, {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
                                        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}), [],
            {"capabilities.effective": ["NET_BIND_SERVICE"], "no_new_privs": True, "read_only_root": True},
            id="dropping all and adding one leaves one",
        ),
        pytest.param(
            manifest(spec={"hostUsers": False}), ["--images", "images.yaml"], {"user_namespace": True},
            id="hostUsers false brings user ids of its own",
        ),
        pytest.param(
            manifest(spec={"hostPID": True, "hostNetwork": True}), ["--images", "images.yaml"],
            {"host_namespaces.#": 2, "user_namespace": False},
            id="namespaces of the node are listed",
        ),
        pytest.param(
            manifest({"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]}), [],
            {"sysctls": {"net.ipv4.ip_unprivileged_port_start": "80"}},
            id="sysctls are listed",
        ),
        pytest.param(
            manifest(spec={"os": {"name": "windows"}}), [],
            {"uid": None, "gid": None, "groups": None, "capabilities.bounding": [],
             "because.uid.why": "a Windows container has none"},
            id="a Windows container has no uid",
        ),
        pytest.param(
            manifest({"runAsUser": 0}), ["--runtime", "crio"],
            {"capabilities.effective.#": 9, "apparmor": "crio-default"},
            id="CRI-O grants fewer capabilities",
        ),
        pytest.param(
            manifest({"runAsUser": 0}), ["--runtime", "crio", "--runtime-version", "1.20"],
            {"capabilities.bounding.#": 9}, id="an old CRI-O has the same list",
        ),
        pytest.param(
            manifest({"runAsUser": 5, "supplementalGroupsPolicy": "Strict"}), ["--runtime-version", "1.7"],
            {"starts.ok": False, "starts.stage": "kubelet"}, id="an old containerd cannot keep groups out",
        ),
        pytest.param(
            manifest({"runAsUser": 5, "runAsGroup": 6, "supplementalGroupsPolicy": "Strict"}),
            ["--runtime-version", "v2.1.3"], {"starts.ok": True, "groups": [6]}, id="a newer one can",
        ),
        pytest.param(
            manifest(), ["--seccomp-default"], {"seccomp": {"mode": "filter", "profile": "RuntimeDefault"}},
            id="seccompDefault filters where nothing is set",
        ),
        pytest.param(
            manifest(localhost("api.json"), spec={"hostUsers": True}),
            ["--images", "images.yaml", "--seccomp-dir", "profiles"],
            {"seccomp": {"mode": "filter", "profile": "localhost/api.json"}, "starts.ok": True},
            id="a profile that is on the node is used",
        ),
        pytest.param(
            manifest(localhost("none.json")), ["--images", "images.yaml", "--seccomp-dir", "profiles"],
            {"starts.ok": False, "starts.stage": "runtime", "starts.reason": "CreateContainerError"},
            id="a profile that is not stops the container",
        ),
        pytest.param(
            manifest(localhost("none.json")), ["--images", "images.yaml"],
            {"starts.ok": None, "starts.stage": "runtime",
             "starts.message": "it depends on whether /var/lib/kubelet/seccomp/none.json is on the node"},
            id="without a folder of profiles nobody knows",
        ),
        pytest.param(
            manifest(), ["--selinux", "no"], {"selinux": None}, id="a node without SELinux gives no label",
        ),
        pytest.param(
            manifest(), ["--selinux", "yes"],
            {"selinux": {"user": "system_u", "role": "system_r", "type": "container_t", "level": None}},
            id="a node with SELinux picks two categories",
        ),
        pytest.param(
            manifest(), ["--apparmor", "no"], {"apparmor": None}, id="a node without AppArmor confines nobody",
        ),
        pytest.param(
            manifest(), ["--apparmor", "yes"], {"apparmor": "cri-containerd.apparmor.d"},
            id="a node with AppArmor has the profile of the runtime",
        ),
        pytest.param(
            manifest({"runAsNonRoot": True, "runAsUser": 0}), [],
            {"starts.ok": False, "starts.stage": "kubelet", "starts.reason": "CreateContainerConfigError"},
            id="root where root is forbidden is stopped by the kubelet",
        ),
    ],
)  # fmt: skip
def test_values(documents, words, expected):
    [found] = containers([documents], *words)
    assert {path: value(found, path) for path in expected} == expected
    assert [stage["stage"] for stage in found["stages"]] == STAGES


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], {"applied": None, "gid": None}, id="a driver that nobody described is open"),
        pytest.param(["--csi", "csi.yaml"], {"applied": True, "gid": 2000}, id="one that is described is settled"),
    ],
)
def test_the_group_of_a_csi_volume(words, expected):
    document = manifest({"fsGroup": 2000}, spec={"volumes": [{"name": "disk", "csi": {"driver": "disk.example"}}]})
    document["spec"]["containers"][0]["volumeMounts"] = [{"name": "disk", "mountPath": "/data"}]
    [found] = containers([document], *words)
    [volume] = found["volumes"]
    assert (volume["name"], volume["mount"], volume["read_only"]) == ("disk", "/data", False)
    assert {key: volume[key] for key in expected} == expected
    assert "disk.example" in volume["why"]


def test_what_may_be_written():
    document = manifest({"runAsUser": 1000, "fsGroup": 2000}, {"readOnlyRootFilesystem": True})
    document["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    document["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    [found] = containers([document])
    by_path = {place["path"]: place["this_process"] for place in found["writable"]}
    assert by_path["/data"] is True
    assert "/tmp" not in by_path, "it is a part of the root that is read-only"
    [volume] = found["volumes"]
    assert (volume["owner"], volume["gid"], volume["mode"]) == (0, 2000, "2777")


@pytest.mark.parametrize(
    ("kind", "workload"),
    [
        pytest.param("Pod", None, id="a Pod is no workload"),
        pytest.param("Deployment", "Deployment shop/api", id="a Deployment is named"),
        pytest.param("StatefulSet", "StatefulSet shop/api", id="and a StatefulSet"),
    ],
)
def test_which_container(kind, workload):
    document = manifest({"runAsUser": 7}, kind=kind)
    if kind == "StatefulSet":
        document["spec"]["serviceName"] = "api"
    [found] = containers([document])
    assert (found["workload"], found["pod"], found["container"]) == (workload, "shop/api", "api")
    assert (found["file"], found["uid"]) == ("<stdin>", 7)


def test_the_containers_of_a_cron_job_in_order():
    """Written by hand: the lines are those of the file."""
    text = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup, namespace: shop}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - {name: dump, image: x}
          initContainers:
          - {name: wait, image: x}
          - {name: log, image: x, restartPolicy: Always}
"""
    answer = run("effective", "-", "-o", "json", stdin=text)
    fits("effective", answer.json)
    assert [(c["container"], c["container_kind"], c["line"], c["workload"]) for c in answer.json["containers"]] == [
        ("wait", "init", 14, "CronJob shop/backup"),
        ("log", "sidecar", 15, "CronJob shop/backup"),
        ("dump", "regular", 12, "CronJob shop/backup"),
    ]


def test_every_field_has_a_reason():
    [found] = containers([manifest({"runAsUser": 1000}, {"readOnlyRootFilesystem": True})])
    assert found["because"].keys() == {
        "uid", "gid", "groups", "effective", "bounding", "no_new_privs", "privileged", "seccomp", "selinux",
        "apparmor", "read_only_root", "proc_mount", "host_namespaces", "user_namespace",
    }  # fmt: skip
    assert found["because"]["uid"] == {
        "value": "1000", "source": "pod", "confidence": "read", "why": "spec.securityContext.runAsUser",
    }  # fmt: skip
    assert found["because"]["read_only_root"]["source"] == "container"


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "stage", "code", "said"),
    [
        pytest.param(
            manifest({"runAsUser": 5, "runAsUsr": 6}), "decode", 400,
            'strict decoding error: unknown field "spec.securityContext.runAsUsr"',
            id="an unknown field is refused while decoding",
        ),
        pytest.param(
            manifest({"runAsUser": 5}, BAD_LEVEL), "validation", 422,
            "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            id="a contradiction is refused while validating",
        ),
        pytest.param(
            manifest({"runAsUser": 5}, spec={"os": {"name": "windows"}, "hostUsers": False}), "validation", 422,
            "spec.hostUsers: Forbidden: cannot be set for a windows pod",
            id="a field of Linux in a Windows Pod is refused while validating",
        ),
        pytest.param(
            manifest({"runAsUser": 5}, spec={"ephemeralContainers": [{"name": "look", "image": "busybox"}]}),
            "validation", 422, "spec.ephemeralContainers: Forbidden: cannot be set on create",
            id="an ephemeral container from the start is refused while validating",
        ),
    ],
)  # fmt: skip
def test_a_refused_pod_is_answered(document, stage, code, said):
    answer = effective([document], "-o", "json")
    assert answer.status == 0
    fits("effective", answer.json)
    found = answer.json["containers"][0]
    assert (found["starts"]["ok"], found["starts"]["stage"]) == (False, stage)
    assert said in found["starts"]["message"]
    [failed] = [each for each in found["stages"] if each["ok"] is False]
    assert (failed["stage"], failed["code"], failed["message"]) == (stage, code, found["starts"]["message"])
    if "windows" not in said:
        assert found["uid"] == 5, "what would have come after it"
    kinds = [each["container_kind"] for each in answer.json["containers"]]
    assert kinds == (["regular", "ephemeral"] if "ephemeral" in said else ["regular"])
    assert said.removeprefix("strict decoding error: ") in answer.err, "the problem with its line"
    assert [item["name"] for item in answer.json["ignored"]] == ["shop/api"]


def test_a_refusal_of_several_lines_in_text():
    document = manifest(None, BAD_LEVEL)
    document["spec"]["containers"][0]["volumeMounts"] = [{"name": "gone", "mountPath": "/data"}]
    out = effective([document], columns=120).out
    assert "\ufffd" not in out
    assert '                validation (422): The Pod "api" is invalid:\n' in out
    assert '                * spec.containers[0].volumeMounts[0].name: Not found: "gone"\n' in out


def test_a_value_of_the_wrong_type_has_no_answer():
    answer = effective([manifest({"runAsUser": "root"})])
    assert (answer.status, answer.out) == (2, "")
    assert "cannot unmarshal string into Go struct field" in answer.err
    kept = effective([manifest({"runAsUser": "root"}), scenes.pod("shop/web")], "--keep-going", "-o", "json")
    fits("effective", kept.json)
    assert [found["pod"] for found in kept.json["containers"]] == ["shop/web"]
    assert kept.json["ignored"][0]["could_change_verdict"]


@pytest.mark.parametrize(
    ("labels", "kind", "stage", "code", "reason"),
    [
        pytest.param(None, "Pod", None, None, None, id="a namespace that says nothing admits all"),
        pytest.param({"enforce": "baseline"}, "Pod", None, None, None, id="baseline admits this Pod"),
        pytest.param({"enforce": "restricted"}, "Pod", "admission", 403, "Forbidden", id="restricted does not"),
        pytest.param({"audit": "restricted", "warn": "restricted"}, "Pod", None, None, None,
                     id="a warning stops nothing"),
        pytest.param({"enforce": "restricted"}, "Deployment", "admission", None, "FailedCreate",
                     id="a Deployment is taken and its Pods never come"),
    ],
)  # fmt: skip
def test_admission_by_labels_of_the_namespace(labels, kind, stage, code, reason):
    written = {f"pod-security.kubernetes.io/{mode}": level for mode, level in (labels or {}).items()}
    documents = [manifest(kind=kind), scenes.namespace("shop", written)]
    [found] = containers(documents, "--images", "images.yaml")
    starts, admission = found["starts"], found["stages"][3]
    assert (starts["stage"], starts["reason"], admission["code"]) == (stage, reason, code)
    assert admission["ok"] is (stage is None)
    if stage:
        assert 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false' in starts["message"]


def test_labels_of_another_namespace_do_not_count():
    other = scenes.namespace("payments", {"pod-security.kubernetes.io/enforce": "restricted"})
    [found] = containers([manifest(), other], "--images", "images.yaml")
    assert found["starts"]["ok"] is True


# -- what cannot be carried out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--images", "gone.yaml"], "gone.yaml does not exist. Check the spelling", id="images not there"),
        pytest.param(["--images", "profiles"], "profiles cannot be read: Is a directory. Check the path",
                     id="a folder for the images"),
        pytest.param(["--images", "broken.yaml"], "broken.yaml:1: error converting YAML to JSON", id="images no YAML"),
        pytest.param(["--images", "no-images.yaml"], "no-images.yaml:1: api is described by no mapping",
                     id="images that are described as no image is"),
        pytest.param(["--csi", "images.yaml"], "images.yaml:1: this CSIDriver has no name. Write metadata",
                     id="images for the CSI drivers"),
        pytest.param(["--csi", "pod.yaml"], "pod.yaml:1: this is no CSIDriver. Give the output of",
                     id="a Pod for a CSI driver"),
        pytest.param(["--csi", "gone.yaml"], "gone.yaml does not exist", id="CSI drivers not there"),
        pytest.param(["--semantics", "pod-level-win"], "'pod-level-win' is no misconception of the catalogue",
                     id="a misconception that nobody has"),
        pytest.param(["--semantics", "policies-intersect"], "is about who can talk to whom",
                     id="a misconception about networks"),
        pytest.param(["--runtime-version", "new"], "--runtime-version new: this is no version. Write it like 2.1.",
                     id="a version in words"),
        pytest.param(["--runtime-version", "2"], "--runtime-version 2: this is no version", id="half a version"),
        pytest.param(["--runtime", "docker"], "invalid choice: 'docker'", id="a runtime that is not modelled"),
        pytest.param(["--seccomp-dir", "gone"], "gone is no folder. Name the folder", id="profiles not there"),
        pytest.param(["--seccomp-dir", "images.yaml"], "images.yaml is no folder", id="a file for the profiles"),
        pytest.param(["--seccomp-dir", "no-json"], "no-json/api.json:1:19: this is no JSON",
                     id="a profile without quotation marks"),
        pytest.param(["--seccomp-dir", "no-profile"], "'SCMP_ACT_REFUSE' is no action. Did you mean",
                     id="a profile with an action that there is not"),
        pytest.param(["--selinux", "maybe"], "invalid choice: 'maybe'", id="a node that may have SELinux"),
        pytest.param(["--max-bytes", "10"], "Split it, or raise --max-bytes", id="a file too large"),
        pytest.param(["--max-depth", "3"], "or raise --max-depth", id="a file too deep"),
        pytest.param(["-o", "svg"], "invalid choice: 'svg'", id="a form that there is not"),
    ],
)  # fmt: skip
def test_bad_words(words, said):
    answer = effective([manifest()], *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("autograder") <= 2 or "usage:" in answer.err, "one sentence"
    assert "Traceback" not in answer.err
    assert "internal error" not in answer.err


def test_what_the_runtime_ignores_in_a_profile_is_told_beside_the_answer():
    Path("odd").mkdir()
    rules = (
        '{"names": ["read", "mkdirr"], "action": "SCMP_ACT_ALLOW"}, '
        '{"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}}'
    )
    profile = f'{{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{rules}]}}'
    Path("odd/api.json").write_text(profile, encoding="utf-8")
    answer = effective([manifest(localhost("api.json"))], "--seccomp-dir", "odd", "--images", "images.yaml")
    assert answer.status == 0
    assert answer.err.replace(str(Path("odd/api.json")), "FILE").splitlines() == [
        "FILE: mkdirr is not in the table of system calls, and runtimes skip what is none. Did you mean mkdir?",
        "FILE: includes counts with CRI-O only; containerd takes no notice of it.",
        "FILE: minKernel counts with Docker only; no runtime of Kubernetes takes notice of it.",
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("gone.yaml", "gone.yaml does not exist. Check the spelling", id="no such file"),
        pytest.param("no-json/none", "does not exist", id="no such file in a folder"),
        pytest.param("broken.yaml", "broken.yaml:1:5", id="broken YAML"),
        pytest.param("-", "<stdin>:1", id="brackets without an end"),
    ],
)
def test_manifests_that_cannot_be_read(path, said):
    answer = run("effective", path, stdin="[" * 5000)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.rstrip().endswith(".")
    assert "Traceback" not in answer.err
    assert "internal error" not in answer.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_there(form):
    answer = effective([scenes.namespace("shop")], "-o", form)
    assert (answer.status, answer.err) == (0, "There is no Pod and no workload here.\n")
    if form == "text":
        assert answer.out == ""
    else:
        fits("effective", answer.json)
        assert answer.json["containers"] == []


# -- for people --------------------------------------------------------------------------------------------------------

LABELS = [
    "starts", "user", "group", "groups", "capabilities", "at most", "no_new_privs", "privileged", "seccomp", "SELinux",
    "AppArmor", "root files", "/proc", "of the node", "user ids", "may write", "perhaps also",
]  # fmt: skip


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_line_for_each_field_and_its_reason(columns):
    answer = effective([manifest()], columns=columns)
    head, *lines = answer.out.splitlines()
    assert head.startswith("Pod shop/api, container api")
    assert [line[2:16].strip() for line in lines if line[:2] == "  " and line[2] != " "] == LABELS
    assert "no runAsUser is set" in answer.out
    too_long = [line for line in [head, *lines] if len(line) > columns]
    assert [line for line in too_long if len(line.split()) > 1] == [], "only a word that cannot be broken is longer"
    assert columns == 40 or not too_long


def test_the_containers_stand_apart():
    document = manifest(spec={"initContainers": [{"name": "wait", "image": "x"}]})
    out = effective([document]).out
    assert out.count("\n\n") == 1
    assert "\n\nPod shop/api, container api (" in out
    assert out.startswith("Pod shop/api, init container wait (")


def test_colors_change_no_word():
    plain = effective([manifest()], columns=80).out
    colored = effective([manifest()], columns=80, FORCE_COLOR="1").out
    assert colored.startswith("\x1b[1mPod shop/api")
    for code in ("0", "1", "2", "31", "32", "33"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == plain


def test_a_manifest_cannot_steer_the_terminal():
    document = manifest({"runAsUsr\x1b]0;title\x07": 5})
    answer = effective([document])
    assert "decode (400)" in answer.out
    assert not {"\x1b", "\x07"} & set(answer.out + answer.err)
