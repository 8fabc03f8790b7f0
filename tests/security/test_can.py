"""May a container do that? The answer over all layers, and the layer that decides."""

from __future__ import annotations

import pytest

from autograder.security import Node, can, effective
from autograder.security.seccomp import read_profile

from .pods import images, pod

DEFAULT = {"seccompProfile": {"type": "RuntimeDefault"}}
CLERK = {"runAsUser": 1000, "runAsGroup": 1000}
NONE = {"capabilities": {"drop": ["ALL"]}}
CRIO = Node(runtime="crio", version=(1, 36))
NO_MKDIR = read_profile(
    b'{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_KILL_PROCESS"}]}',
    "no-mkdir.json",
)
NO_BIND = read_profile(
    b'{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["bind"], "action": "SCMP_ACT_ERRNO"}]}',
    "no-bind.json",
)


def one(security=None, container=None, *, volume=None, read_only=False, **options):
    options.setdefault("images", images())
    spec = None
    if volume is not None:
        mount = {"name": "v", "mountPath": "/data", "readOnly": read_only}
        api = {"name": "api", "image": "registry.shop.example/api:1.4", "volumeMounts": [mount]}
        if container is not None:
            api["securityContext"] = container
        spec = {"containers": [api], "volumes": [{"name": "v", **volume}]}
    [context] = effective(pod(security, container, spec=spec), **options)
    return context


def local(name, **options):
    security = {"seccompProfile": {"type": "Localhost", "localhostProfile": name}}
    profiles = {"no-mkdir.json": NO_MKDIR, "no-bind.json": NO_BIND}
    return one(security, node=Node(profiles=profiles), **options)


@pytest.mark.parametrize(
    ("context", "name", "verdict", "decided_by", "errno"),
    [
        pytest.param(one(), "mount", "denied", "capability", "EPERM", id="root without SYS_ADMIN"),
        pytest.param(one(DEFAULT), "mount", "denied", "seccomp", "EPERM", id="the filter is asked first"),
        pytest.param(
            one(None, {"capabilities": {"add": ["SYS_ADMIN"]}}),
            "mount",
            "unknown",
            "apparmor",
            "",
            id="with SYS_ADMIN it depends on AppArmor",
        ),
        pytest.param(
            one(None, {"capabilities": {"add": ["SYS_ADMIN"]}}, node=Node(app_armor=False)),
            "mount",
            "allowed",
            "capability",
            "",
            id="and where there is none it may",
        ),
        pytest.param(
            one(None, {"capabilities": {"add": ["SYS_ADMIN"]}}, node=Node(app_armor=True)),
            "mount",
            "denied",
            "apparmor",
            "EACCES",
            id="and where there is one it may not",
        ),
        pytest.param(
            one(CLERK, {"capabilities": {"add": ["SYS_ADMIN"]}}),
            "mount",
            "denied",
            "capability",
            "EPERM",
            id="an added capability does not reach another user than root",
        ),
        pytest.param(one(CLERK), "getpid", "allowed", "capability", "", id="what nobody forbids"),
        pytest.param(local("no-mkdir.json"), "mkdir", "denied", "seccomp", "KILL_PROCESS", id="a filter that kills"),
        pytest.param(local("no-mkdir.json"), "rmdir", "allowed", "capability", "", id="and lets the rest pass"),
        pytest.param(local("other.json"), "mkdir", "unknown", "seccomp", "", id="a filter that nobody showed"),
        pytest.param(one(images=None), "chown", "unknown", "capability", "", id="an unknown user"),
    ],
)
def test_system_calls(context, name, verdict, decided_by, errno):
    answer = can.syscall(context, name)
    assert (answer.verdict, answer.decided_by, answer.errno) == (verdict, decided_by, errno)
    assert [link.layer for link in answer.chain][:2] == ["seccomp", "capability"]
    assert all(link.why for link in answer.chain)


def test_a_call_is_judged_with_its_arguments():
    new_user_namespace = {0: 0x10000000}
    assert can.syscall(one(DEFAULT), "clone", {0: 17}).verdict == "allowed"
    assert can.syscall(one(DEFAULT), "clone", new_user_namespace).decided_by == "seccomp"


def test_a_call_that_linux_does_not_have_is_no_question():
    with pytest.raises(ValueError, match="mkdir"):
        can.syscall(one(), "mkdirr")


def test_in_its_own_user_namespace_a_capability_does_not_reach_the_node():
    [context] = effective(
        pod(None, {"capabilities": {"add": ["SYS_TIME"]}}, spec={"hostUsers": False}), images=images()
    )
    answer = can.syscall(context, "clock_settime")
    assert (answer.verdict, answer.decided_by) == ("denied", "capability")
    assert "the Pod's own user namespace" in next(link.why for link in answer.chain if link.ok is False)


@pytest.mark.parametrize(
    ("context", "path", "verdict", "decided_by", "errno"),
    [
        pytest.param(one(), "/etc/shop.conf", "allowed", "permissions", "", id="root writes the image's folders"),
        pytest.param(
            one(None, {"readOnlyRootFilesystem": True}),
            "/etc/shop.conf",
            "denied",
            "mount",
            "EROFS",
            id="not with a read-only root",
        ),
        pytest.param(one(CLERK), "/etc/shop.conf", "denied", "permissions", "EACCES", id="another user may not"),
        pytest.param(one(CLERK), "/tmp/report", "allowed", "permissions", "", id="but everybody may write /tmp"),
        pytest.param(
            one(CLERK, {"readOnlyRootFilesystem": True}),
            "/tmp/report",
            "denied",
            "mount",
            "EROFS",
            id="unless the root is read-only",
        ),
        pytest.param(
            one({**CLERK, "fsGroup": 2000}, {"readOnlyRootFilesystem": True}, volume={"emptyDir": {}}),
            "/data/report",
            "allowed",
            "permissions",
            "",
            id="a volume stays writable",
        ),
        pytest.param(
            one(CLERK, volume={"emptyDir": {}}, read_only=True),
            "/data/report",
            "denied",
            "mount",
            "EROFS",
            id="a volume that is mounted read-only does not",
        ),
        pytest.param(
            one(CLERK, volume={"hostPath": {"path": "/srv"}}),
            "/data/report",
            "unknown",
            "kernel",
            "",
            id="a folder of the node that nobody told about",
        ),
        pytest.param(
            one(volume={"hostPath": {"path": "/srv"}}, node=Node(se_linux=True)),
            "/data/report",
            "denied",
            "selinux",
            "EACCES",
            id="SELinux forbids it even to root",
        ),
    ],
)
def test_writing(context, path, verdict, decided_by, errno):
    answer = can.write(context, path)
    assert (answer.verdict, answer.decided_by, answer.errno) == (verdict, decided_by, errno)


KEYS = {"secret": {"secretName": "keys", "defaultMode": 0o400}}


@pytest.mark.parametrize(
    ("context", "path", "verdict"),
    [
        pytest.param(one(volume=KEYS), "/data/token", "allowed", id="root reads a secret of mode 0400"),
        pytest.param(one(CLERK, volume=KEYS), "/data/token", "denied", id="another user does not"),
        pytest.param(one({**CLERK, "fsGroup": 2000}, volume=KEYS), "/data/token", "allowed", id="with fsGroup it does"),
        pytest.param(one(CLERK), "/srv/shop/prices", "unknown", id="nobody told about the image's own files"),
    ],
)
def test_reading(context, path, verdict):
    assert can.read(context, path).verdict == verdict


@pytest.mark.parametrize("ask", [can.read, can.write])
def test_a_path_must_be_absolute(ask):
    with pytest.raises(ValueError, match="slash"):
        ask(one(), "tmp/report")


@pytest.mark.parametrize(
    ("context", "port", "verdict", "decided_by"),
    [
        pytest.param(one(CLERK), 80, "allowed", "kernel", id="containerd 2 opens low ports"),
        pytest.param(one(CLERK, node=CRIO), 80, "denied", "capability", id="CRI-O does not"),
        pytest.param(one(CLERK, node=CRIO), 8080, "allowed", "kernel", id="a high port is free"),
        pytest.param(one(node=CRIO), 80, "allowed", "capability", id="root holds NET_BIND_SERVICE"),
        pytest.param(one(None, NONE, node=CRIO), 80, "denied", "capability", id="root without it"),
        pytest.param(
            one(CLERK, {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}, node=CRIO),
            80,
            "denied",
            "capability",
            id="adding it does not help another user",
        ),
        pytest.param(local("no-bind.json"), 8080, "denied", "seccomp", id="a filter that forbids bind"),
    ],
)
def test_binding(context, port, verdict, decided_by):
    answer = can.bind(context, port)
    assert (answer.verdict, answer.decided_by) == (verdict, decided_by)


@pytest.mark.parametrize(
    ("context", "verdict", "decided_by", "says"),
    [
        pytest.param(one(), "allowed", "kernel", "uid 0 already", id="root"),
        pytest.param(one(CLERK), "allowed", "kernel", "holds CHOWN, DAC_OVERRIDE", id="it regains the default set"),
        pytest.param(one(CLERK, NONE), "allowed", "kernel", "holds no capability", id="drop ALL: root all the same"),
        pytest.param(
            one(CLERK, {"allowPrivilegeEscalation": False}),
            "denied",
            "no_new_privs",
            "no_new_privs is on",
            id="allowPrivilegeEscalation false stops it",
        ),
    ],
)
def test_a_setuid_program(context, verdict, decided_by, says):
    answer = can.setuid(context)
    assert (answer.verdict, answer.decided_by) == (verdict, decided_by)
    assert says in answer.chain[-1].why


def test_what_is_denied_names_the_layer_that_denies_and_what_is_allowed_passed_them_all():
    for container in ({}, {"readOnlyRootFilesystem": True}, {"privileged": True}, NONE):
        for security in ({}, CLERK, DEFAULT, {**CLERK, **DEFAULT}):
            context = one(security, container)
            for answer in (can.syscall(context, "mount"), can.write(context, "/etc/x"), can.bind(context, 80)):
                says = [link.ok for link in answer.chain]
                expected = "denied" if False in says else "unknown" if None in says else "allowed"
                assert answer.verdict == expected
                if expected != "allowed":
                    decisive = next(
                        link for link in answer.chain if link.ok is (False if expected == "denied" else None)
                    )
                    assert answer.decided_by == decisive.layer
