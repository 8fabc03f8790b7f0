"""The way to a level: every patch is read and judged again, comments stay, and nothing is edited that need not be."""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.manifests.load import load_paths, load_text
from autograder.security.standards import evaluate
from autograder.security.standards.fixing import fix

HARD = """\
# The api, as it was.
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
spec:
  hostNetwork: true        # it was quicker
  securityContext:
    runAsUser: 0           # root
    sysctls:
    - {name: kernel.shm_rmid_forced, value: "1"}
    - {name: vm.swappiness, value: "1"}
  containers:
  - name: api
    image: shop/api:1
    ports:
    - {containerPort: 80, hostPort: 80}
    securityContext:
      privileged: true     # why?
      capabilities:
        add: [NET_BIND_SERVICE, SYS_TIME]
        drop: [all]
  initContainers:
  - name: migrate
    image: shop/migrate:1
"""


def fixed(text, level="restricted"):
    [pod] = load_text(text).pods
    return fix(pod, level)


def violations(text, level="restricted"):
    [pod] = load_text(text).pods
    return [found.check for found in evaluate(pod, level)]


def test_a_pod_with_everything_wrong_reaches_restricted_and_keeps_its_comments():
    found = fixed(HARD)
    assert violations(found.text) == []
    assert load_text(found.text).errors == ()
    for comment in ("# The api, as it was.", "# why?"):
        assert comment in found.text
    assert [(edit.path[-2:], edit.new) for edit in found.edits] == [
        (("spec", "hostNetwork"), None),
        (("ports", 0, "hostPort")[1:], None),
        (("securityContext", "privileged"), False),
        (("sysctls", 1), None),
        (("securityContext", "allowPrivilegeEscalation"), False),
        (("securityContext", "allowPrivilegeEscalation"), False),
        (("capabilities", "drop"), ["ALL"]),
        (("drop", 0), "ALL"),
        (("add", 1), None),
        (("securityContext", "runAsNonRoot"), True),
        (("securityContext", "runAsUser"), None),
        (("securityContext", "seccompProfile"), {"type": "RuntimeDefault"}),
    ]


def test_each_edit_is_needed():
    found = fixed(HARD)
    from autograder.manifests.editing import REMOVED, Change, edit

    for left_out in range(len(found.edits)):
        text = HARD
        for number, one in enumerate(found.edits):
            if number != left_out:
                text = edit(text, [Change(one.path, REMOVED if one.new is None else one.new)])
        pods = load_text(text).pods
        # Either it is not restricted, or the API server does not even take it.
        assert not pods or evaluate(pods[0], "restricted"), found.edits[left_out]


def test_baseline_asks_for_less():
    found = fixed(HARD, "baseline")
    assert violations(found.text, "baseline") == []
    assert "runAsNonRoot" not in found.text


def test_one_edit_serves_all_containers():
    found = fixed(HARD)
    assert found.text.count("runAsNonRoot") == 1
    assert found.text.count("RuntimeDefault") == 1


def test_a_pod_that_is_restricted_needs_nothing():
    text = fixed(HARD).text
    assert fixed(text) is None


def test_a_volume_of_the_node_is_left_to_a_person():
    text = HARD.replace(
        "  initContainers:", "  volumes:\n  - name: logs\n    hostPath: {path: /var/log}\n  initContainers:"
    )
    found = fixed(text)
    assert violations(found.text) == ["restrictedVolumes"]
    [said] = found.remaining
    assert said.startswith("The volume logs is of type hostPath. Choose another")
    assert "hostPath: {path: /var/log}" in found.text


def test_what_changes_for_the_program_is_said():
    notes = " ".join(fixed(HARD).notes)
    for said in ("SYS_TIME is no longer added", "runAsUser: 0 is removed", "runAsNonRoot checks and chooses nothing"):
        assert said in notes


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["line feeds", "Windows"])
def test_the_patch_applies_to_the_file_and_touches_only_its_own_document(tmp_path, monkeypatch, newline):
    monkeypatch.chdir(tmp_path)
    head = "# first\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
    tail = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: data}\n"
    file = tmp_path / "pod.yaml"
    file.write_bytes((head + HARD + tail).replace("\n", newline).encode())
    [pod] = load_paths(["pod.yaml"]).pods
    found = fix(pod)
    (tmp_path / "fix.patch").write_bytes(found.patch.encode())
    for command in (["git", "init", "-q"], ["git", "apply", "fix.patch"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    assert file.read_bytes() == (head + found.text + tail).replace("\n", newline).encode()


def test_without_a_file_the_patch_still_has_the_right_lines():
    [pod] = load_text("# one\n---\n" + HARD).pods
    head = fix(pod).patch.splitlines()[2]
    assert head.startswith("@@ -")
    assert int(head.split()[1][1:].partition(",")[0]) > 2


@pytest.mark.parametrize(
    ("security", "level"),
    [
        pytest.param({"seccompProfile": {"type": "Unconfined"}}, "baseline", id="a profile that is off"),
        pytest.param({"seLinuxOptions": {"type": "spc_t", "level": "s0:c1"}}, "baseline", id="another SELinux type"),
        pytest.param({"appArmorProfile": {"type": "Unconfined"}}, "baseline", id="AppArmor that is off"),
        pytest.param({"runAsNonRoot": False}, "restricted", id="an explicit false"),
        pytest.param({"windowsOptions": {"hostProcess": True}}, "baseline", id="a process of the host"),
    ],
)
@pytest.mark.parametrize("where", ["pod", "container"])
def test_a_wrong_value_is_mended_where_it_stands(security, level, where):
    container = {"name": "api", "image": "a"}
    spec = {"hostNetwork": True} if "windowsOptions" in security else {}
    spec |= {"securityContext": security} if where == "pod" else {}
    container |= {"securityContext": security} if where == "container" else {}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}
    text = yaml.safe_dump({**manifest, "spec": {**spec, "containers": [container]}})
    assert violations(fixed(text, level).text, level) == []


both = {
    "runAsNonRoot": st.booleans(),
    "runAsUser": st.sampled_from([0, 1000]),
    "seccompProfile": st.sampled_from([{"type": "RuntimeDefault"}, {"type": "Unconfined"}]),
    "seLinuxOptions": st.sampled_from([{"type": "spc_t"}, {"level": "s0:c1"}, {"user": "u", "role": "r"}]),
}
names = st.lists(st.sampled_from(["ALL", "all", "NET_BIND_SERVICE", "NET_ADMIN", "KILL"]), max_size=3)
of_container = st.fixed_dictionaries(
    {},
    optional={
        **both,
        "privileged": st.booleans(),
        "procMount": st.just("Default"),
        "capabilities": st.fixed_dictionaries({}, optional={"add": names, "drop": names}),
    },
)
ports = st.lists(st.sampled_from([{"containerPort": 80, "hostPort": 80}, {"containerPort": 81}]), max_size=2)
specs = st.builds(
    lambda pod, contexts, rest: {
        **rest,
        **({"securityContext": pod} if pod is not None else {}),
        "containers": [
            {"name": f"c{number}", "image": "a", **({"securityContext": context} if context is not None else {})}
            for number, context in enumerate(contexts)
        ],
    },
    st.none() | st.fixed_dictionaries({}, optional=both),
    st.lists(st.none() | of_container, min_size=1, max_size=3),
    st.fixed_dictionaries(
        {}, optional={"hostPID": st.booleans(), "hostIPC": st.booleans(), "hostNetwork": st.booleans()}
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(specs, st.sampled_from(["block", "flow", "json"]), st.sampled_from(["Pod", "Deployment"]))
def test_any_pod_in_any_style_reaches_restricted_and_a_second_time_changes_nothing(spec, style, kind):
    head = {"apiVersion": "v1" if kind == "Pod" else "apps/v1", "kind": kind, "metadata": {"name": "api"}}
    if kind == "Deployment":
        labels = {"app": "api"}
        spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}
    manifest = json.loads(json.dumps({**head, "spec": spec}))  # no value stands in two places, so no aliases
    text = {
        "block": lambda: yaml.safe_dump(manifest, sort_keys=False),
        "flow": lambda: yaml.safe_dump(manifest, sort_keys=False, default_flow_style=True, width=10_000),
        "json": lambda: json.dumps(manifest),
    }[style]()
    found = fixed(text)
    if found is None:
        assert violations(text) == []
        return
    assert violations(found.text) == []
    assert fixed(found.text) is None
    assert found.patch


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_a_dash_with_nothing_behind_it_is_an_empty_name_and_goes(level):
    bare = "- {name: api, image: shop/api, securityContext: {capabilities: {add: [null, CHOWN], drop: [null]}}}"
    found = fixed(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: api}}\nspec:\n  containers:\n  {bare}\n", level)
    assert violations(found.text, level) == []
    assert any('"" ' in note or '"",' in note for note in found.notes)
