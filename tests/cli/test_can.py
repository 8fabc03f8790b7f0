"""``autograder can``: every action, which layer decides, and what is said to a question that makes no sense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.network import scenes
from tests.security.pods import manifest

from . import shops
from .running import Answer, fits, run

HARD = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
DEFAULT = {"runAsUser": 1000, "runAsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
NAMES = [
    scenes.pod("shop/web"),
    scenes.pod("shop/api"),
    scenes.pod("payments/api"),
    scenes.workload("Deployment", "payments/ledger"),
]
"""Their containers are called main, as the scenes name them."""


def hard(security: dict[str, Any] | None = None, container: dict[str, Any] | None = None) -> dict[str, Any]:
    """The Pod api with a volume of its group, and files of the node."""
    document = manifest({**DEFAULT, "fsGroup": 2000, **(security or {})}, {**HARD, **(container or {})})
    document["spec"]["volumes"] = [
        {"name": "data", "emptyDir": {}},
        {"name": "keys", "secret": {"secretName": "keys"}},
        {"name": "logs", "hostPath": {"path": "/var/log"}},
    ]
    document["spec"]["containers"][0]["volumeMounts"] = [
        {"name": "data", "mountPath": "/data"},
        {"name": "keys", "mountPath": "/keys"},
        {"name": "logs", "mountPath": "/logs"},
    ]
    return document


def can(documents: list[dict[str, Any]], question: str, *words: str, **more: Any) -> Answer:
    return run("can", "-", *question.split(), *words, stdin=shops.text(documents), **more)


def asked(documents: list[dict[str, Any]], question: str, *words: str) -> dict[str, Any]:
    answer = can(documents, question, *words, "-o", "json")
    assert answer.status == 0, answer.err
    fits("can", answer.json)
    return answer.json


# -- actions -----------------------------------------------------------------------------------------------------------

ROOT = {"runAsUser": 0}
LOOSE = {"allowPrivilegeEscalation": True, "capabilities": None, "readOnlyRootFilesystem": False}


@pytest.mark.parametrize(
    ("document", "question", "words", "verdict", "decided_by", "errno"),
    [
        # system calls
        pytest.param(hard(), "syscall getpid", [], "allowed", "capability", None, id="getpid passes every layer"),
        pytest.param(hard(), "syscall bpf", [], "denied", "seccomp", "EPERM", id="RuntimeDefault stops bpf"),
        pytest.param(hard(), "syscall clone 0=0x11", [], "allowed", "capability", None,
                     id="clone without new namespaces passes"),
        pytest.param(hard(), "syscall clone 0=0x10000000", [], "denied", "seccomp", "EPERM",
                     id="clone into a new user namespace does not"),
        pytest.param(hard(), "syscall clone", [], "unknown", "seccomp", None, id="clone alone hangs on its argument"),
        pytest.param(hard(), "syscall personality arg0=8", [], "allowed", "capability", None,
                     id="an argument may be written arg0"),
        pytest.param(hard(), "syscall socket 0=16 1=3 2=9", [], "allowed", "capability", None,
                     id="several arguments are taken"),
        pytest.param(manifest(ROOT), "syscall mount", [], "denied", "capability", "EPERM",
                     id="root without SYS_ADMIN may not mount"),
        pytest.param(manifest(ROOT, {"capabilities": {"add": ["SYS_ADMIN"]}}), "syscall mount", ["--apparmor", "no"],
                     "allowed", "capability", None, id="root with SYS_ADMIN may"),
        pytest.param(manifest(ROOT, {"capabilities": {"add": ["SYS_ADMIN"]}}), "syscall mount", ["--apparmor", "yes"],
                     "denied", "apparmor", "EACCES", id="unless AppArmor forbids it"),
        pytest.param(manifest(ROOT, {"capabilities": {"add": ["SYS_ADMIN"]}}), "syscall mount", [],
                     "unknown", "apparmor", None, id="and nobody knows whether the node has AppArmor"),
        pytest.param(manifest({}), "syscall chroot", [], "unknown", "capability", None,
                     id="an unknown user leaves capabilities open"),
        pytest.param(hard({"seccompProfile": {"type": "Localhost", "localhostProfile": "api.json"}}), "syscall read",
                     [], "unknown", "seccomp", None, id="a profile that nobody showed leaves the filter open"),
        pytest.param(hard({"seccompProfile": {"type": "Localhost", "localhostProfile": "api.json"}}), "syscall read",
                     ["--seccomp-dir", "profiles"], "denied", "seccomp", "EPERM", id="a profile in the folder decides"),
        pytest.param(hard({"seccompProfile": None}), "syscall bpf", ["--seccomp-default"], "denied", "seccomp", "EPERM",
                     id="seccompDefault filters too"),
        # files
        pytest.param(hard(), "write /tmp/report", [], "denied", "mount", "EROFS", id="the root is read-only"),
        pytest.param(hard(), "write /data/report", [], "allowed", "permissions", None,
                     id="a volume belongs to the group"),
        pytest.param(hard({}, LOOSE), "write /report", [], "denied", "permissions", "EACCES",
                     id="the root belongs to root"),
        pytest.param(hard({}, LOOSE), "write /tmp/report", [], "allowed", "permissions", None, id="/tmp is everyone's"),
        pytest.param(hard(), "read /keys/api", [], "allowed", "permissions", None, id="a Secret is read by the group"),
        pytest.param(hard(), "write /keys/api", [], "denied", "mount", "EROFS", id="and written by nobody"),
        pytest.param(hard(), "read /etc/shadow", [], "unknown", "kernel", None, id="the image decides about its files"),
        pytest.param(hard(), "read /logs/syslog", [], "unknown", "kernel", None,
                     id="the node decides about a hostPath"),
        # ports
        pytest.param(hard(), "bind 8080", [], "allowed", "kernel", None, id="high ports are free"),
        pytest.param(hard(), "bind 80", [], "allowed", "kernel", None, id="containerd frees low ports too"),
        pytest.param(hard(), "bind 80", ["--runtime", "crio"], "denied", "capability", "EACCES", id="CRI-O does not"),
        pytest.param(hard(ROOT, {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}), "bind 80",
                     ["--runtime", "crio"], "allowed", "capability", None, id="root may with NET_BIND_SERVICE"),
        pytest.param(manifest({}), "bind 80", ["--runtime", "crio"], "unknown", "capability", None,
                     id="an unknown user leaves low ports open"),
        # setuid
        pytest.param(hard(), "setuid", [], "denied", "no_new_privs", None,
                     id="no_new_privs keeps the user"),
        pytest.param(hard({}, LOOSE), "setuid", [], "allowed", "kernel", None, id="without it a program becomes root"),
        pytest.param(manifest(DEFAULT, {"capabilities": {"drop": ["ALL"]}}), "setuid", [], "allowed", "kernel", None,
                     id="even if all capabilities are dropped"),
        pytest.param(manifest(DEFAULT, {"capabilities": {"drop": ["ALL"]}}), "setuid",
                     ["--semantics", "drop-all-stops-escalation"], "denied", "no_new_privs", None,
                     id="which somebody does not believe"),
        pytest.param(hard(ROOT), "setuid", [], "allowed", "kernel", None, id="root is root already"),
    ],
)  # fmt: skip
def test_actions(tmp_path, monkeypatch, document, question, words, verdict, decided_by, errno):
    monkeypatch.chdir(tmp_path)
    Path("profiles").mkdir()
    Path("profiles/api.json").write_text(json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["write"], "action": "SCMP_ACT_ALLOW"}]}), encoding="utf-8")  # fmt: skip
    found = asked([document], f"api {question}", *words)
    assert (found["verdict"], found["decided_by"], found["errno"]) == (verdict, decided_by, errno)
    wanted = {"allowed": True, "denied": False, "unknown": None}[verdict]
    decides = next(link for link in found["chain"] if link["ok"] is wanted and link["layer"] == decided_by)
    assert decides["why"]
    assert (decides["errno"] if verdict == "denied" else None) == errno
    verdicts = [link["ok"] for link in found["chain"]]
    assert verdict == ("denied" if False in verdicts else "unknown" if None in verdicts else "allowed")


def test_the_chain_in_full():
    found = asked([manifest(ROOT)], "api syscall mount", "--apparmor", "yes")
    assert found == {
        "version": 1,
        "pod": "shop/api",
        "container": "api",
        "verdict": "denied",
        "decided_by": "capability",
        "errno": "EPERM",
        "chain": [
            {"layer": "seccomp", "ok": True, "why": "mount: there is no filter", "errno": None},
            {"layer": "capability", "ok": False, "why": "it asks for SYS_ADMIN, which the process does not hold",
             "errno": "EPERM"},
            {"layer": "apparmor", "ok": False, "why": "cri-containerd.apparmor.d forbids mounting", "errno": "EACCES"},
        ],
        "ignored": [],
    }  # fmt: skip


def test_selinux_has_a_word_about_files():
    found = asked([hard(ROOT)], "api write /logs/syslog", "--selinux", "yes")
    assert found["chain"][-1]["layer"] == "selinux"
    assert found["chain"][-1]["ok"] is False
    assert (found["verdict"], found["decided_by"], found["errno"]) == ("denied", "selinux", "EACCES")
    assert [link["layer"] for link in asked([hard(ROOT)], "api write /logs/syslog")["chain"]] == ["kernel"]


# -- names -------------------------------------------------------------------------------------------------------------


def container_of(document: dict[str, Any]) -> str:
    spec = document["spec"]
    return spec.get("template", document)["spec"]["containers"][0]["name"]


@pytest.mark.parametrize(
    ("name", "pod"),
    [
        pytest.param("web/{}", "shop/web", id="a Pod and its container"),
        pytest.param("shop/api/{}", "shop/api", id="a namespace, a Pod and its container"),
        pytest.param("payments/api/{}", "payments/api", id="the Pod of that name elsewhere"),
        pytest.param("ledger/{}", "payments/ledger", id="a workload and its container"),
    ],
)
def test_names(name, pod):
    container = container_of(NAMES[0])
    found = asked(NAMES, f"{name.format(container)} setuid")
    assert (found["pod"], found["container"]) == (pod, container)


def test_the_name_of_a_container_alone():
    assert asked([manifest(kind="Deployment")], "api setuid")["pod"] == "shop/api"


def test_an_init_container_and_a_container_called_like_an_action():
    document = manifest(ROOT, spec={"initContainers": [{"name": "read", "image": "x"}]})
    assert asked([document], "read syscall getpid")["container"] == "read"
    assert asked([document], "shop/api/read read /proc/1")["container"] == "read"


def test_several_paths(tmp_path):
    files = []
    for document in NAMES[:3]:
        name = document["metadata"]["namespace"] + "-" + document["metadata"]["name"]
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(shops.text([document]), encoding="utf-8")
    answer = run("can", *map(str, files), f"web/{container_of(NAMES[0])}", "setuid", "-o", "json")
    fits("can", answer.json)
    assert answer.json["pod"] == "shop/web"


# -- what cannot be carried out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "said"),
    [
        pytest.param("api", "say what the container would do: syscall, read, write, bind, setuid", id="no action"),
        pytest.param("setuid", "say what the container would do", id="no container"),
        pytest.param("api fly /", "For example: autograder can pod.yaml api bind 80", id="an action that there is not"),
        pytest.param("api syscall", "syscall needs the name of a system call behind it", id="which call"),
        pytest.param("api read", "read needs a path behind it", id="which file to read"),
        pytest.param("api write", "write needs a path behind it", id="which file to write"),
        pytest.param("api bind", "bind needs a port behind it", id="which port"),
        pytest.param("api bind 0", "'0' is no port; ports go from 1 to 65535", id="port 0"),
        pytest.param("api bind 65536", "'65536' is no port", id="a port too high"),
        pytest.param("api bind http", "'http' is no port", id="a port's name"),
        pytest.param("api bind ²", "'²' is no port", id="a digit that is none"),
        pytest.param("api bind 80 81", "bind takes one thing; '81' is too much", id="two ports"),
        pytest.param("api write /data /keys", "write takes one thing; '/keys' is too much", id="two paths"),
        pytest.param("api setuid now", "setuid stands alone; 'now' is too much", id="setuid of something"),
        pytest.param("api read etc/hosts", "'etc/hosts' is no absolute path. Begin it with a slash", id="no slash"),
        pytest.param("api write ../x", "'../x' is no absolute path", id="a path upwards"),
        pytest.param("api syscall mout", "there is no system call 'mout'. Did you mean mount", id="a call misspelt"),
        pytest.param("api syscall zzzz", "there is no system call 'zzzz'. See syscalls(2)", id="a call from nowhere"),
        pytest.param("api syscall clone 6=1", "'6=1' is no argument. Write it like 0=0x11", id="a seventh argument"),
        pytest.param("api syscall clone flags=1", "'flags=1' is no argument", id="an argument by name"),
        pytest.param("api syscall clone 0", "'0' is no argument", id="an argument without a value"),
        pytest.param("api syscall clone 0=x", "'0=x' is no argument", id="an argument that is no number"),
        pytest.param("api syscall clone 0=0x1ffffffffffffffff", "64 bits at most", id="an argument too large"),
        pytest.param("web setuid", "there is no container web. There are: shop/api/api.", id="an unknown container"),
        pytest.param("shop/api setuid", "there is no container shop/api. There are: shop/api/api.", id="only a Pod"),
        pytest.param("api setuid --semantics seccomp", "'seccomp' is no misconception", id="an unknown misconception"),
        pytest.param("api setuid --runtime-version x", "this is no version. Write it like 2.1.", id="a wrong version"),
    ],
)
def test_bad_questions(question, said):
    answer = can([hard()], question)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "internal error" not in answer.err


def test_a_call_that_there_is_not_is_told_even_where_the_profile_is_unknown():
    document = hard({"seccompProfile": {"type": "Localhost", "localhostProfile": "api.json"}})
    answer = can([document], "api syscall mout")
    assert answer.status == 2
    assert "Did you mean mount" in answer.err


def test_a_name_that_several_have():
    container = container_of(NAMES[0])
    answer = can(NAMES, f"api/{container} setuid")
    assert (answer.status, answer.out) == (2, "")
    assert (
        f"several containers are called api/{container}: shop/api/{container}, payments/api/{container}." in answer.err
    )
    assert "Name one of them in full" in answer.err


def test_no_words_at_all():
    answer = run("can")
    assert answer.status == 2
    assert "usage: autograder can PATH… CONTAINER ACTION…" in answer.err


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("gone.yaml", "gone.yaml does not exist", id="no such file"),
        pytest.param("-", "<stdin>:1:5", id="broken YAML"),
    ],
)
def test_manifests_that_cannot_be_read(path, said):
    answer = run("can", path, "api", "setuid", stdin="a: [")
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_nobody_there():
    answer = can([scenes.namespace("shop")], "api setuid")
    assert answer.status == 2
    assert "there is no container api. There are: none." in answer.err


# -- for people --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_text(columns):
    answer = can([hard()], "api write /tmp/a-report-with-a-name", columns=columns)
    assert (answer.status, answer.err) == (0, "")
    assert max(map(len, answer.out.splitlines())) <= columns
    assert " ".join(answer.out.split()) == (
        "shop/api/api: write /tmp/a-report-with-a-name: denied (EROFS) "
        "✗ mount: / is a part of the container's own root file system: it is read-only (readOnlyRootFilesystem is true)"
    )


def test_a_container_that_does_not_start_is_answered_with_a_word_about_it():
    document = manifest(ROOT, {"privileged": True, "allowPrivilegeEscalation": False})
    answer = can([document], "api syscall getpid")
    assert answer.status == 0
    assert answer.out.startswith("shop/api/api: syscall getpid: allowed\n")
    assert 'The container does not start: The Pod "api" is invalid: spec.containers[0].securityContext' in answer.err
    assert can([document], "api syscall getpid", "-o", "json").json["verdict"] == "allowed"


def test_colors_change_no_word():
    plain = can([hard()], "api setuid", columns=80).out
    colored = can([hard()], "api setuid", columns=80, FORCE_COLOR="1").out
    assert "\x1b[31mdenied" in colored
    assert colored.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain


def test_a_question_cannot_steer_the_terminal():
    answer = run("can", "-", "api", "write", "/data/\x1b[31m", stdin=shops.text([hard()]))
    assert answer.status == 0
    assert "\x1b" not in answer.out
