"""What a Pod asks of its node: AppArmor, /proc, kernel settings, the node's namespaces, user namespaces, Windows."""

from __future__ import annotations

import pytest

from autograder.security import Node
from autograder.security.app_armor import app_armor
from autograder.security.host import host_namespaces, mapped, user_namespace
from autograder.security.proc_mount import MASKED, READ_ONLY, masked_paths, proc_mount, read_only_paths
from autograder.security.sysctls import admitted, lowest_free_port, safe_sysctls, sysctls_of
from autograder.security.windows import is_windows, windows

from .pods import first, pod

WITH, WITHOUT, CRIO = Node(app_armor=True), Node(app_armor=False), Node(runtime="crio", version=(1, 36))
LOCAL = {"type": "Localhost", "localhostProfile": "shop-api"}


@pytest.mark.parametrize(
    ("security", "container", "node", "profile", "origin"),
    [
        pytest.param(None, None, WITH, "cri-containerd.apparmor.d", "runtime", id="nothing: the runtime's own"),
        pytest.param(None, None, CRIO, "crio-default", "runtime", id="CRI-O has its own"),
        pytest.param(
            {"appArmorProfile": {"type": "RuntimeDefault"}},
            None,
            WITH,
            "cri-containerd.apparmor.d",
            "runtime",
            id="RuntimeDefault is the same",
        ),
        pytest.param(None, None, WITHOUT, None, "kernel", id="a node without AppArmor"),
        pytest.param({"appArmorProfile": {"type": "Unconfined"}}, None, WITH, None, "pod", id="Unconfined"),
        pytest.param({"appArmorProfile": LOCAL}, None, WITH, "shop-api", "pod", id="a profile of the node"),
        pytest.param(
            {"appArmorProfile": {"type": "Unconfined"}},
            {"appArmorProfile": LOCAL},
            WITH,
            "shop-api",
            "container",
            id="the container's comes before the Pod's",
        ),
        pytest.param(None, {"privileged": True}, WITH, None, "runtime", id="privileged runs unconfined"),
        pytest.param(
            {"appArmorProfile": {"type": "RuntimeDefault"}},
            {"privileged": True},
            WITH,
            None,
            "runtime",
            id="even with RuntimeDefault",
        ),
        pytest.param(
            None, {"privileged": True, "appArmorProfile": LOCAL}, WITH, "shop-api", "container", id="but not Localhost"
        ),
    ],
)
def test_app_armor_profile(security, container, node, profile, origin):
    found = pod(security, container)
    result = app_armor(found, first(found), node=node)
    assert (result.profile.value, result.profile.origin) == (profile, origin)
    assert result.admitted.ok is True


def test_a_node_without_app_armor_refuses_a_pod_that_needs_it():
    found = pod({"appArmorProfile": LOCAL})
    refused = app_armor(found, first(found), node=WITHOUT).admitted
    assert (refused.ok, refused.reason) == (False, "AppArmor")
    assert refused.message == "Cannot enforce AppArmor: AppArmor is not enabled on the host"


def test_whether_a_profile_is_loaded_is_not_known():
    found = pod({"appArmorProfile": LOCAL})
    created = app_armor(found, first(found), node=WITH).created
    assert created.ok is None
    assert "shop-api" in created.message


@pytest.mark.parametrize(
    ("container", "spec", "value", "hidden", "fixed"),
    [
        pytest.param(None, {}, "Default", MASKED, READ_ONLY, id="not set"),
        pytest.param({"procMount": "Default"}, {}, "Default", MASKED, READ_ONLY, id="Default"),
        pytest.param({"procMount": "Unmasked"}, {"hostUsers": False}, "Unmasked", (), (), id="Unmasked"),
        pytest.param({"privileged": True}, {}, "Unmasked", (), (), id="privileged hides nothing"),
    ],
)
def test_proc(container, spec, value, hidden, fixed):
    found = first(pod(None, container, spec=spec))
    assert (proc_mount(found).value, masked_paths(found), read_only_paths(found)) == (value, hidden, fixed)


def test_the_memory_of_the_kernel_is_hidden_and_its_settings_are_fixed():
    assert {"/proc/kcore", "/proc/keys", "/sys/firmware"} <= set(MASKED)
    assert {"/proc/sys", "/proc/sysrq-trigger"} <= set(READ_ONLY)


def asks(*names: str, value: str = "1"):
    return pod({"sysctls": [{"name": name, "value": value} for name in names]})


@pytest.mark.parametrize(
    ("names", "minor", "message"),
    [
        pytest.param([], 37, "", id="none"),
        pytest.param(["net.ipv4.tcp_syncookies"], 33, "", id="a safe one"),
        pytest.param(["kernel.msgmax"], 37, 'forbidden sysctl: "kernel.msgmax" not allowlisted', id="an unsafe one"),
        pytest.param(
            ["net.ipv4.tcp_syncookies", "kernel.msgmax", "kernel.sem"],
            37,
            'forbidden sysctl: "kernel.msgmax" not allowlisted',
            id="the first unsafe one is named",
        ),
        pytest.param(["net.ipv4.tcp_notsent_lowat"], 37, "", id="safe since 1.37"),
        pytest.param(
            ["net.ipv4.tcp_notsent_lowat"],
            36,
            'forbidden sysctl: "net.ipv4.tcp_notsent_lowat" not allowlisted',
            id="unsafe before 1.37",
        ),
    ],
)
def test_kernel_settings_that_the_kubelet_takes(names, minor, message):
    found = asks(*names)
    outcome = admitted(found, node=Node(minor=minor))
    assert (outcome.ok, outcome.message) == (not message, message)
    assert outcome.reason == ("SysctlForbidden" if message else "")
    assert list(sysctls_of(found)) == names


def test_newer_kubelets_take_at_least_what_older_ones_take():
    assert safe_sysctls(33) < safe_sysctls(37)


LOW = "net.ipv4.ip_unprivileged_port_start"


@pytest.mark.parametrize(
    ("found", "node", "port", "origin"),
    [
        pytest.param(asks(), Node(), 0, "runtime", id="containerd 2 opens all ports"),
        pytest.param(asks(), Node(version=(1, 7)), 1024, "kernel", id="containerd 1 does not"),
        pytest.param(asks(), CRIO, 1024, "kernel", id="CRI-O does not"),
        pytest.param(asks(LOW, value="80"), CRIO, 80, "pod", id="the Pod's own setting"),
        pytest.param(asks(LOW, value="500"), Node(), 500, "pod", id="it comes before containerd's"),
        pytest.param(pod(spec={"hostNetwork": True}), Node(), 1024, "kernel", id="on the node's network"),
    ],
)
def test_the_lowest_port_that_is_free_for_everybody(found, node, port, origin):
    fact = lowest_free_port(found, node=node)
    assert (fact.value, fact.origin) == (port, origin)


@pytest.mark.parametrize(
    ("spec", "shared"),
    [
        pytest.param({}, (), id="none"),
        pytest.param({"hostNetwork": False}, (), id="false is none"),
        pytest.param({"hostPID": True}, ("pid",), id="processes"),
        pytest.param({"hostIPC": True, "hostNetwork": True}, ("network", "ipc"), id="two of them"),
    ],
)
def test_namespaces_of_the_node(spec, shared):
    fact = host_namespaces(pod(spec=spec))
    assert fact.value == shared
    assert fact.origin == ("pod" if shared else "api")


@pytest.mark.parametrize(("spec", "own"), [({}, False), ({"hostUsers": True}, False), ({"hostUsers": False}, True)])
def test_user_namespace(spec, own):
    fact = user_namespace(pod(spec=spec))
    assert fact.value is own
    assert fact.origin == ("pod" if spec else "api")


@pytest.mark.parametrize(
    ("spec", "uid", "gid", "message"),
    [
        pytest.param({}, 70000, 70000, "", id="without a user namespace every id will do"),
        pytest.param({"hostUsers": False}, 65535, 65535, "", id="the last ids that are mapped"),
        pytest.param(
            {"hostUsers": False}, 65536, 0, "cannot set uid to unmapped user in user namespace", id="a uid above"
        ),
        pytest.param(
            {"hostUsers": False}, 0, 65536, "cannot set gid to unmapped group in user namespace", id="a gid above"
        ),
        pytest.param({"hostUsers": False}, None, None, "", id="unknown ids are not judged"),
    ],
)
def test_ids_in_a_user_namespace(spec, uid, gid, message):
    outcome = mapped(pod(spec=spec), uid, gid)
    assert (outcome.ok, outcome.message) == (not message, message)


def on_windows(security=None, container=None):
    found = pod(security, container, spec={"os": {"name": "windows"}})
    assert is_windows(found)
    return windows(found, first(found))


def options(**fields: object) -> dict[str, object]:
    return {"windowsOptions": fields}


def test_windows_options_are_the_one_struct_that_is_merged():
    found = on_windows(
        options(runAsUserName="ContainerUser", gmsaCredentialSpecName="shop"), options(runAsUserName="clerk")
    )
    assert (found.user.value, found.user.origin) == ("clerk", "container")
    assert (found.gmsa.value, found.gmsa.origin) == ("shop", "pod")


def test_the_two_fields_of_an_account_move_together():
    found = on_windows(options(gmsaCredentialSpecName="shop"), options(gmsaCredentialSpec="{}"))
    assert found.gmsa.value is None


@pytest.mark.parametrize(
    ("user", "ok"),
    [("ContainerAdministrator", False), ("ContainerUser", True), (None, True)],
)
def test_run_as_non_root_on_windows(user, ok):
    named = options(runAsUserName=user) if user else {}
    found = on_windows({"runAsNonRoot": True, **named})
    assert found.check.ok is ok
    assert found.check.reason == ("" if ok else "CreateContainerConfigError")


@pytest.mark.parametrize("name", ["linux", "windows"])
def test_what_a_pod_says_about_its_system_is_believed(name):
    assert is_windows(pod(spec={"os": {"name": name}})) is (name == "windows")
