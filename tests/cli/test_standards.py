"""``autograder standards``: levels, what the API server says, and patches that patch."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.network import scenes
from tests.security.pods import manifest

from . import shops
from .running import Answer, fits, run

CONTAINER = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
RESTRICTED = manifest(POD, CONTAINER)
BASELINE = manifest()
PRIVILEGED = manifest(None, {"privileged": True})
ASKED = {
    "allowPrivilegeEscalation": "allowPrivilegeEscalation != false",
    "capabilities_restricted": "unrestricted capabilities",
    "runAsNonRoot": "runAsNonRoot != true",
    "seccompProfile_restricted": "seccompProfile",
}
"""What restricted asks of a Pod that says nothing."""
COMMENTED = """\
# The shop's API.
apiVersion: v1
kind: Pod
metadata:
  name: api
  namespace: shop
spec:
  hostNetwork: true  # for the old monitoring
  containers:
  - name: api
    image: registry.shop.example/api:1.4  # pinned
    securityContext:
      privileged: true
      capabilities: {add: [NET_ADMIN]}
  - name: log
    image: registry.shop.example/log:2
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: registry.shop.example/web:3}]
"""


def standards(documents: list[dict[str, Any]], *words: str, **more: Any) -> Answer:
    return run("standards", "-", *words, stdin=shops.text(documents), **more)


def judged(documents: list[dict[str, Any]], *words: str, status: int = 0) -> list[dict[str, Any]]:
    answer = standards(documents, *words, "-o", "json")
    assert answer.status == status, answer.err
    fits("standards", answer.json)
    return answer.json["pods"]


def shop(**modes: str) -> dict[str, Any]:
    """The Namespace shop, with labels such as ``enforce="restricted"``."""
    labels = {f"pod-security.kubernetes.io/{mode.replace('_', '-')}": level for mode, level in modes.items()}
    return scenes.namespace("shop", labels)


# -- levels ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "level", "passes"),
    [
        pytest.param(RESTRICTED, "restricted", "baseline restricted", id="a Pod that does all passes both"),
        pytest.param(BASELINE, "baseline", "baseline", id="a Pod that says nothing is baseline"),
        pytest.param(PRIVILEGED, "privileged", "", id="a privileged container passes none"),
        pytest.param(manifest(spec={"hostNetwork": True}), "privileged", "", id="the network of the node passes none"),
        pytest.param(manifest(POD, CONTAINER, kind="Deployment"), "restricted", "baseline restricted",
                     id="a Deployment is judged by its template"),
        pytest.param(manifest(kind="DaemonSet"), "baseline", "baseline", id="and so is a DaemonSet"),
        pytest.param(manifest(POD, CONTAINER, spec={"initContainers": [{"name": "wait", "image": "x"}]}), "baseline",
                     "baseline", id="an init container counts as well"),
    ],
)  # fmt: skip
def test_levels(document, level, passes):
    [found] = judged([document])
    assert found["level"] == level
    assert bool(found["violations"]) == (level != "restricted")
    assert found["object"] == f"{document['kind']} shop/api"
    assert (found["file"], found["line"]) == ("<stdin>", 1)
    for asked in ("baseline", "restricted"):
        status = 0 if asked in passes.split() else 1
        [found] = judged([document], "--level", asked, status=status)
        assert bool(found["violations"]) == bool(status)
        assert standards([document], "--level", asked).status == status
        assert standards([document], "--level", asked, "--fix").status == status


def test_one_bad_pod_spoils_the_answer():
    web = {**RESTRICTED, "metadata": {"name": "web", "namespace": "shop"}}
    found = judged([web, BASELINE], "--level", "restricted", status=1)
    assert [(pod["object"], pod["level"]) for pod in found] == [
        ("Pod shop/web", "restricted"), ("Pod shop/api", "baseline"),
    ]  # fmt: skip


def test_violations_have_words_and_lines():
    [found] = judged([BASELINE])
    assert {violation["check"]: violation["reason"] for violation in found["violations"]} == ASKED
    first = found["violations"][0]
    assert first["level"] == "restricted"
    assert first["detail"] == 'container "api" must set securityContext.allowPrivilegeEscalation=false'
    text = shops.text([BASELINE]).splitlines()
    assert ["image: registry.shop.example/api:1.4" in text[line - 1] or "name: api" in text[line - 1]
            for line in first["lines"]] == [True]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "checks"),
    [
        pytest.param([], [*ASKED], id="the latest version"),
        pytest.param(["--version", "latest"], [*ASKED], id="the latest version by name"),
        pytest.param(["--version", "v1.0"], ["runAsNonRoot"], id="the first version asked for little"),
        pytest.param(["--version", "v1.18"], ["allowPrivilegeEscalation", "runAsNonRoot"], id="v1.8 added one"),
        pytest.param(["--version", "v1.21"],
                     ["allowPrivilegeEscalation", "runAsNonRoot", "seccompProfile_restricted"], id="v1.19 another"),
        pytest.param(["--version", "v1.22"], [*ASKED], id="v1.22 asked for all of them"),
        pytest.param(["--version", "v1.99"], [*ASKED], id="a version to come is judged as the latest"),
        pytest.param(["--semantics", "unset-is-secure"], [], id="who takes unset for secure sees no fault"),
    ],
)  # fmt: skip
def test_versions(words, checks):
    [found] = judged([BASELINE], *words)
    assert [violation["check"] for violation in found["violations"]] == checks


# -- namespaces --------------------------------------------------------------------------------------------------------

FORBIDDEN = (
    'pods "api" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false '
    '(container "api" must set securityContext.allowPrivilegeEscalation=false)'
)


@pytest.mark.parametrize(
    ("modes", "kind", "allowed", "enforced_by", "message", "warning"),
    [
        pytest.param({}, "Pod", True, None, "", "", id="a namespace that says nothing takes all"),
        pytest.param({"enforce": "baseline"}, "Pod", True, "baseline:latest", "", "", id="baseline takes the Pod"),
        pytest.param({"enforce": "restricted"}, "Pod", False, "restricted:latest", FORBIDDEN, "",
                     id="restricted answers 403"),
        pytest.param({"enforce": "restricted", "enforce_version": "v1.18"}, "Pod", False, "restricted:v1.18",
                     'violates PodSecurity "restricted:v1.18"', "", id="the version of the label counts"),
        pytest.param({"enforce": "restricted"}, "Deployment", True, "restricted:latest",
                     'pods "api-…" is forbidden: violates PodSecurity "restricted:latest"', "would violate",
                     id="a Deployment is taken and its Pods are refused"),
        pytest.param({"warn": "restricted"}, "Pod", True, "privileged:latest", "",
                     'would violate PodSecurity "restricted:latest"', id="warn takes the Pod and warns"),
        pytest.param({"audit": "restricted"}, "Pod", True, "privileged:latest", "", "",
                     id="audit takes the Pod without a word"),
    ],
)  # fmt: skip
def test_labels_of_the_namespace(modes, kind, allowed, enforced_by, message, warning):
    if kind == "Deployment":
        modes = {**modes, "warn": "restricted"}
    [found] = judged([shop(**modes), manifest(kind=kind)])
    assert (found["allowed"], found["enforced_by"]) == (allowed, enforced_by)
    assert message in found["message"]
    assert bool(found["message"]) == bool(message)
    assert warning in " ".join(found["warnings"])
    assert bool(found["warnings"]) == bool(warning)
    text = standards([shop(**modes), manifest(kind=kind)], columns=5000).out
    assert ("The API server refuses it (403): " in text) == (not allowed)
    assert ("The API server takes it, and refuses its Pods: Error creating: " in text) == (kind == "Deployment")
    assert found["message"] in text


def test_the_level_is_taken_to_be_enforced_where_nobody_says():
    [found] = judged([BASELINE], "--level", "restricted", status=1)
    assert (found["allowed"], found["enforced_by"]) == (False, None)
    assert found["message"].startswith(FORBIDDEN)
    [stated] = judged([BASELINE, shop(enforce="baseline")], "--level", "restricted", status=1)
    assert (stated["allowed"], stated["enforced_by"]) == (True, "baseline:latest")


def test_a_label_that_is_no_level():
    answer = standards([BASELINE, shop(enforce="strict")], "-o", "json")
    fits("standards", answer.json)
    assert answer.status == 0
    assert 'The Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]' in answer.err
    assert 'Invalid value: "strict": must be one of privileged, baseline, restricted' in answer.err


# -- patches -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A folder with a file that has comments and two Pods."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "shop.yaml"
    file.write_text(COMMENTED, encoding="utf-8")
    return file


@pytest.mark.parametrize("level", ["baseline", "restricted"])
@pytest.mark.parametrize(
    "program",
    [
        pytest.param(["git", "apply", "-"], id="git takes the patch"),
        pytest.param(["patch", "-p1"], id="patch takes the patch"),
    ],
)
def test_a_patch_brings_the_file_to_the_level(desk, program, level):
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not installed")
    answer = run("standards", "shop.yaml", "--level", level, "--fix")
    assert answer.status == 1, "it does not pass yet"
    done = subprocess.run(program, input=answer.out, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    after = run("standards", "shop.yaml", "--level", level, "-o", "json")
    assert after.status == 0
    fits("standards", after.json)
    assert all(pod["level"] in {level, "restricted"} for pod in after.json["pods"])
    text = desk.read_text(encoding="utf-8")
    assert "# The shop's API." in text
    assert "  # pinned" in text
    again = run("standards", "shop.yaml", "--level", level, "--fix")
    assert (again.status, again.out) == (0, "")
    assert f"Deployment shop/web: is {level} as it stands." in again.err


@pytest.mark.usefixtures("desk")
def test_a_patch_is_alone_on_standard_output():
    answer = run("standards", "shop.yaml", "--fix")
    assert answer.status == 0
    assert all(line[:1] in {"-", "+", " ", "@"} for line in answer.out.splitlines())
    assert answer.out.startswith("--- a/shop.yaml\n+++ b/shop.yaml\n@@ ")
    assert "Deployment shop/web: 4 edits to restricted." in answer.err
    assert "NET_ADMIN is no longer added: see whether the program works without." in answer.err


@pytest.mark.usefixtures("desk")
def test_a_fix_for_a_program():
    answer = run("standards", "shop.yaml", "--level", "baseline", "--fix", "-o", "json")
    fits("standards", answer.json)
    api, web = answer.json["pods"]
    assert web["fix"] is None, "it is baseline as it stands"
    assert {edit["path"]: (edit["old"], edit["new"]) for edit in api["fix"]["edits"]} == {
        "spec.hostNetwork": (True, None),
        "spec.containers[0].securityContext.privileged": (True, False),
        "spec.containers[0].securityContext.capabilities.add": (["NET_ADMIN"], None),
    }
    assert api["fix"]["remaining"] == []
    assert all(edit["why"] for edit in api["fix"]["edits"])
    assert all(pod["fix"] is None for pod in judged([BASELINE])), "nobody asked"


def test_what_only_a_person_can_decide_is_left_alone():
    document = manifest(POD, CONTAINER, spec={"volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]})
    [found] = judged([document], "--fix")
    assert (found["fix"]["edits"], found["fix"]["patch"]) == ([], "")
    assert "The volume logs is of type hostPath" in found["fix"]["remaining"][0]
    answer = standards([document], "--fix")
    assert answer.out == ""
    assert "The volume logs is of type hostPath" in answer.err


# -- what cannot be carried out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--version", "1.30"], "--version: '1.30' is no policy version. It is latest, or looks like v1.37",
                     id="a version without v"),
        pytest.param(["--version", "v2.0"], "--version: 'v2.0' is no policy version", id="Kubernetes 2"),
        pytest.param(["--version", ""], "--version: '' is no policy version", id="no version"),
        pytest.param(["--level", "privileged"], "invalid choice: 'privileged'", id="a level that all pass"),
        pytest.param(["--level", "strict"], "invalid choice: 'strict'", id="a level that there is not"),
        pytest.param(["--semantics", "unset-is-secur"], "'unset-is-secur' is no misconception", id="nobody's belief"),
        pytest.param(["--semantics", "policies-intersect"], "is about who can talk to whom",
                     id="a misconception about networks"),
        pytest.param(["--max-bytes", "10"], "Split it, or raise --max-bytes", id="a file too large"),
        pytest.param(["--max-depth", "3"], "or raise --max-depth", id="a file too deep"),
        pytest.param(["-o", "sarif"], "invalid choice: 'sarif'", id="a form that there is not"),
    ],
)  # fmt: skip
def test_bad_words(words, said):
    answer = standards([BASELINE], *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "internal error" not in answer.err


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        pytest.param("a: [", "<stdin>:1:5", id="broken YAML"),
        pytest.param(shops.text([manifest({"runAsUsr": 1})]), 'unknown field "spec.securityContext.runAsUsr"',
                     id="an unknown field"),
        pytest.param(shops.text([manifest(None, {"privileged": True, "allowPrivilegeEscalation": False})]),
                     "cannot set `allowPrivilegeEscalation` to false and `privileged` to true", id="a contradiction"),
    ],
)  # fmt: skip
def test_what_the_api_server_would_refuse_has_no_level(stdin, said):
    answer = run("standards", "-", "--level", "baseline", stdin=stdin)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "leave it out with --keep-going" in answer.err
    kept = run("standards", "-", "--level", "baseline", "--keep-going", "-o", "json", stdin=stdin)
    assert kept.status == 0
    fits("standards", kept.json)
    assert (kept.json["pods"], len(kept.json["ignored"])) == ([], 1)


def test_no_such_file():
    answer = run("standards", "gone.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "gone.yaml does not exist. Check the spelling, and the folder you are in." in answer.err


def test_nobody_there():
    answer = standards([shop(enforce="restricted")], "--level", "restricted")
    assert (answer.status, answer.out, answer.err) == (0, "", "There is no Pod and no workload here.\n")


# -- for people --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_text(columns):
    documents = [BASELINE, shop(enforce="restricted", warn="restricted"), manifest(kind="Deployment")]
    answer = standards(documents, columns=columns)
    assert (answer.status, answer.err) == (0, "")
    assert all(len(line) <= columns or len(line.split()) == 1 for line in answer.out.splitlines())
    first, second = answer.out.split("\n\n")
    said = "Pod shop/api (<stdin>:1): baseline What keeps it from restricted (latest): - line "
    assert " ".join(first.split()).startswith(said)
    assert second.startswith("Deployment shop/api (<stdin>:")
    assert first.count("\n    - line") == second.count("\n    - line") == len(ASKED)


def test_a_pod_that_passes_takes_one_line():
    assert standards([RESTRICTED]).out == "Pod shop/api (<stdin>:1): restricted\n"


@pytest.mark.parametrize(
    ("document", "colored"),
    [
        pytest.param(RESTRICTED, "\x1b[32mrestricted\x1b[0m", id="green passes"),
        pytest.param(BASELINE, "\x1b[33mbaseline\x1b[0m", id="yellow does in part"),
        pytest.param(PRIVILEGED, "\x1b[31mprivileged\x1b[0m", id="red does not"),
    ],
)
def test_colors_change_no_word(document, colored):
    plain = standards([document]).out.splitlines()
    painted = standards([document], FORCE_COLOR="1").out.splitlines()
    assert painted[0].endswith(colored)
    assert painted[0].replace(colored, colored[5:-4]) == plain[0]
    assert painted[1:] == plain[1:]
