"""Containers in a notebook: what the tables say, as HTML and as text."""

from __future__ import annotations

import re

import pytest

from autograder.notebook import capabilities, context, standards, syscalls, volumes
from autograder.notebook.cells import manifest

TWO = """\
apiVersion: v1
kind: Pod
metadata: {name: demo, namespace: shop}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000}
  volumes:
  - {name: data, emptyDir: {}}
  - {name: logs, hostPath: {path: /var/log}}
  containers:
  - name: demo
    image: shop/demo:1
    securityContext:
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
      seccompProfile: {type: RuntimeDefault}
    volumeMounts:
    - {name: data, mountPath: /data}
    - {name: logs, mountPath: /logs}
  - name: helper
    image: shop/helper:1
    securityContext: {runAsUser: 0, privileged: true}
"""


@pytest.fixture
def look_in_cells(look):
    """The visible text with a space between cells, and the tags."""

    def read(output):
        output._html = type(output._html)(re.sub(r"</(t[hd]|p|summary)>", r" </\1>", output._html))
        return look(output)

    return read


@pytest.fixture(autouse=True)
def ran(desk):
    """A cell with a Pod of two containers, run on a learner's desk."""
    manifest("demo", TWO)
    return desk


def test_the_context_names_values_sources_and_how_sure_they_are(look_in_cells):
    text, tags = look_in_cells(context("demo"))
    for part in (
        "shop/demo, container demo: starts",
        "user 1000 the Pod spec.securityContext.runAsUser (read in source code)",
        "no_new_privs on the container",
        "seccomp RuntimeDefault the container",
        "shop/demo, container helper",
    ):
        assert part in text
    assert "uid 0 holds what the runtime grants" in str(context("demo"))
    assert ("th", {"scope": "row"}) in tags


def test_capabilities_stand_side_by_side_in_words_and_signs(look_in_cells):
    text, _ = look_in_cells(capabilities("demo"))
    assert "capability demo helper danger, and what it permits" in text
    assert "NET_BIND_SERVICE · out of reach ● held low: Listen on a port below 1024." in text
    assert "SYS_TIME · never ● held high: Set the clock of the machine." in text
    assert "no_new_privs keeps setuid bits and file capabilities from adding anything" in text


def test_system_calls_name_the_layer_that_stops_them(look_in_cells):
    text, _ = look_in_cells(syscalls("demo", "mount", "openat"))
    assert "✗ denied, EPERM: seccomp" in text
    assert "openat" in text
    assert "there is no system call" in str(syscalls("demo", "opennat"))


def test_volumes_are_shown_before_and_after(look_in_cells):
    text, _ = look_in_cells(volumes("demo"))
    assert "demo /data data (emptyDir) 0:0 777 0:2000 2777 ✓ applied" in text
    assert "demo /logs logs (hostPath) unknown unknown · not applied" in text
    assert "demo may write: /tmp" in text


def test_the_standards_show_the_lines_at_fault(look_in_cells):
    text, tags = look_in_cells(standards("demo"))
    assert "Pod shop/demo: privileged, not restricted" in text
    assert "22 securityContext: {runAsUser: 0, privileged: true}" in text
    assert any(tag == "mark" for tag, _ in tags)
    assert "is no level" in str(standards("demo", "strict"))


def test_a_pod_that_is_refused_says_where_it_stops(look_in_cells):
    manifest("typo", TWO.replace("allowPrivilegeEscalation", "allowPrivilegeEscaltion"))
    text, _ = look_in_cells(context("typo"))
    assert "does not start" in text
    assert "decode ✗" in text


STRICT = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
"""


def test_a_pod_that_its_namespace_forbids_is_refused_once_for_all_its_containers(look_in_cells):
    text, _ = look_in_cells(manifest("forbidden", STRICT + TWO))
    assert "Accepted, except shop/demo: refused with status 403." in text
    assert text.count("shop/demo does not start. admission (Forbidden): pods") == 1
    assert "shop/demo/helper does not start" not in text


def test_a_workload_whose_pods_are_forbidden_is_accepted(look_in_cells):
    pod = TWO[TWO.index("spec:") :].replace("\n", "\n    ")
    workload = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: demo, namespace: shop}\nspec:\n"
        "  selector: {matchLabels: {app: demo}}\n  template:\n    metadata: {labels: {app: demo}}\n    "
    )
    text, _ = look_in_cells(manifest("later", STRICT + workload + pod))
    assert "Accepted: 2 objects." in text
    assert "admission (FailedCreate)" in text


def test_what_the_api_server_said_is_not_said_again_for_each_container(look_in_cells):
    text, _ = look_in_cells(manifest("typo", TWO.replace("allowPrivilegeEscalation", "allowPrivilegeEscaltion")))
    assert text.count("Error from server (BadRequest)") == 1
    assert "shop/demo does not start. decode (BadRequest): see above" in text


@pytest.mark.parametrize("function", [context, capabilities, syscalls, volumes, standards])
def test_without_a_cell_or_a_pod_there_is_a_sentence(function):
    assert "there is no answers/nothing.yaml yet" in str(function("nothing"))
    manifest("rules", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n")
    assert "describes no Pod" in str(function("rules"))


def test_what_is_known_of_images_stands_beside_the_scene(look_in_cells, monkeypatch):
    from autograder.exercises.containers.node import Machine
    from autograder.notebook import security
    from autograder.security import Image

    known = {"shop/demo:1": Image("", {"app": (1000, 1000)}, {})}
    monkeypatch.setattr(security, "machine_of", lambda _world: Machine(images=known))
    text, _ = look_in_cells(context("demo"))
    assert "groups 2000, 3000" in text
