"""Every security field, at each level where it exists: what it changes, and where it is tested in depth.

docs/fields.md is this table. ``python -m pytest tests/security/test_fields.py --write-golden`` writes it anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autograder.cli.effective import container_object
from autograder.security import Node, effective
from autograder.security.fields import FIELDS

from .pods import images, pod

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "fields.md"
NODE = Node(app_armor=True, se_linux=True, version=(1, 7), profiles={})
VOLUME = {"emptyDir": {}}


class Row(NamedTuple):
    """A field at one level, set to a value, and the one thing that it changes."""

    field: str
    level: str
    """``Pod``, ``container`` or ``spec``."""
    value: Any
    key: str
    """In the JSON of ``autograder effective``."""
    before: Any
    after: Any
    beside: tuple[tuple[str, Any], ...] = ()
    """What else is set, before and after, at the same level: for fields that show only together with another."""


USER = ("runAsUser", 1000)
LEVEL = {"level": "s0:c1,c2"}
UNCONFINED = {"type": "Unconfined"}
DEFAULT = {"type": "RuntimeDefault"}
ON_WINDOWS = ("os", {"name": "windows"})
MERGED, STRICT = [1000, 3000, 50000], [1000, 3000]

ROWS = [
    Row("runAsUser", "Pod", 1000, "uid", 0, 1000),
    Row("runAsUser", "container", 1000, "uid", 0, 1000),
    Row("runAsGroup", "Pod", 3000, "gid", 0, 3000),
    Row("runAsGroup", "container", 3000, "gid", 0, 3000),
    Row("runAsNonRoot", "Pod", True, "starts.ok", True, False),
    Row("runAsNonRoot", "container", True, "starts.reason", None, "CreateContainerConfigError"),
    Row("seLinuxOptions", "Pod", LEVEL, "selinux.level", None, "s0:c1,c2"),
    Row("seLinuxOptions", "container", LEVEL, "selinux.level", None, "s0:c1,c2"),
    Row("seccompProfile", "Pod", DEFAULT, "seccomp.mode", "unconfined", "filter"),
    Row("seccompProfile", "container", DEFAULT, "seccomp.mode", "unconfined", "filter"),
    Row("appArmorProfile", "Pod", UNCONFINED, "apparmor", "cri-containerd.apparmor.d", None),
    Row("appArmorProfile", "container", UNCONFINED, "apparmor", "cri-containerd.apparmor.d", None),
    Row(
        "windowsOptions",
        "Pod",
        {"runAsUserName": "ContainerAdministrator"},
        "starts.ok",
        True,
        False,
        (("runAsNonRoot", True),),
    ),
    Row(
        "windowsOptions",
        "container",
        {"runAsUserName": "ContainerAdministrator"},
        "starts.ok",
        True,
        False,
        (("runAsNonRoot", True),),
    ),
    Row("supplementalGroups", "Pod", [3000], "groups", [0], [0, 3000]),
    Row(
        "supplementalGroupsPolicy",
        "Pod",
        "Strict",
        "starts.reason",
        None,
        "SupplementalGroupsPolicyNotSupported",
        (USER, ("supplementalGroups", [3000])),
    ),
    Row("fsGroup", "Pod", 2000, "volumes.0.mode", "777", "2777"),
    Row("fsGroupChangePolicy", "Pod", "OnRootMismatch", "volumes.0.mode", "2777", "2777", (("fsGroup", 2000),)),
    Row("seLinuxChangePolicy", "Pod", "Recursive", "starts.ok", True, True),
    Row("sysctls", "Pod", [{"name": "kernel.msgmax", "value": "1"}], "starts.reason", None, "SysctlForbidden"),
    Row(
        "capabilities",
        "container",
        {"drop": ["ALL"], "add": ["CHOWN"]},
        "capabilities.effective.1",
        "DAC_OVERRIDE",
        None,
    ),
    Row("privileged", "container", True, "seccomp.mode", "filter", "unconfined", (("seccompProfile", DEFAULT),)),
    Row("allowPrivilegeEscalation", "container", False, "no_new_privs", False, True),
    Row("readOnlyRootFilesystem", "container", True, "read_only_root", False, True),
    Row("procMount", "container", "Unmasked", "proc_mount", "Default", "Unmasked"),
    Row("hostUsers", "spec", False, "user_namespace", False, True),
    Row("hostNetwork", "spec", True, "host_namespaces", [], ["network"]),
    Row("hostPID", "spec", True, "host_namespaces", [], ["pid"]),
    Row("hostIPC", "spec", True, "host_namespaces", [], ["ipc"]),
    Row("shareProcessNamespace", "spec", True, "starts.ok", True, True),
]

NO_EFFECT = {
    "fsGroupChangePolicy": "nothing for the volumes of this table; a note at volumes that it is about",
    "seLinuxChangePolicy": "nothing in one Pod; it is about two Pods that share a volume",
    "shareProcessNamespace": "nothing that one container is given; its neighbors see its processes",
}
"""Fields that change nothing in the answer about one container, and why."""

IN_DEPTH = {
    "runAsUser": "test_identity.py, test_precedence.py",
    "runAsGroup": "test_identity.py",
    "runAsNonRoot": "test_identity.py",
    "supplementalGroups": "test_identity.py",
    "supplementalGroupsPolicy": "test_identity.py, test_stages.py",
    "fsGroup": "filesystem/test_volumes.py, filesystem/test_sharing.py",
    "fsGroupChangePolicy": "filesystem/test_volumes.py",
    "seLinuxOptions": "test_selinux.py",
    "seLinuxChangePolicy": "../manifests/test_security_answers.py",
    "seccompProfile": "seccomp/test_seccomp.py",
    "appArmorProfile": "test_node_fields.py",
    "windowsOptions": "test_node_fields.py, ../manifests/test_security_answers.py",
    "sysctls": "test_node_fields.py, ../manifests/test_security_answers.py",
    "capabilities": "test_capabilities.py",
    "privileged": "test_capabilities.py, test_selinux.py, test_node_fields.py",
    "allowPrivilegeEscalation": "test_capabilities.py, test_can.py",
    "readOnlyRootFilesystem": "filesystem/test_tree.py, test_can.py",
    "procMount": "test_node_fields.py",
    "hostUsers": "test_node_fields.py, test_can.py",
    "hostNetwork": "test_node_fields.py, standards/test_standards.py",
    "hostPID": "test_node_fields.py, standards/test_standards.py",
    "hostIPC": "test_node_fields.py, standards/test_standards.py",
    "shareProcessNamespace": "../manifests/test_security_answers.py",
}
"""Where each field's own rules are tested, from this folder. Its validation is tested beside that."""


def answer(row: Row, *, with_field: bool) -> dict[str, Any]:
    """What ``autograder effective -o json`` says about the container, with the field or without it."""
    written = dict(row.beside)
    if with_field:
        written[row.field] = row.value
    api: dict[str, Any] = {
        "name": "api",
        "image": "registry.shop.example/api:1.4",
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    spec: dict[str, Any] = {"containers": [api], "volumes": [{"name": "data", **VOLUME}]}
    if row.field == "windowsOptions":
        spec |= dict([ON_WINDOWS])
    if row.field == "procMount":
        spec["hostUsers"] = False
    if row.level == "spec":
        spec |= written
    if row.level == "container":
        api["securityContext"] = written
    [context] = effective(pod(written if row.level == "Pod" else None, spec=spec), node=NODE, images=images())
    return container_object(context)


def at(found: Any, key: str) -> Any:
    """The value at a way such as ``volumes.0.mode``; None beyond the end of a list."""
    for step in key.split("."):
        found = dict(enumerate(found)).get(int(step)) if isinstance(found, list) else found[step]
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.field} at {row.level}")
def test_what_a_field_changes(row):
    before, after = (at(answer(row, with_field=set_), row.key) for set_ in (False, True))
    assert (before, after) == (row.before, row.after)
    assert (before == after) == (row.field in NO_EFFECT)


def test_every_field_has_a_row_at_each_of_its_levels():
    wanted = {(name, level) for name, field in FIELDS.items() for level in levels(field)}
    assert {(row.field, row.level) for row in ROWS} == wanted
    assert len(ROWS) == len(wanted)


def levels(field: Any) -> list[str]:
    if field.in_spec:
        return ["spec"]
    return ["Pod"] * field.pod + ["container"] * field.container


@pytest.mark.parametrize("field", FIELDS)
def test_a_test_that_is_named_is_about_the_field(field):
    for name in IN_DEPTH[field].split(", "):
        path = Path(__file__).parent / name
        beside = [path, *path.parent.glob("*.yaml"), *path.parent.glob("*answers.json*"), path.parent / "cases.py"]
        texts = [file.read_text(encoding="utf-8") for file in beside if file.exists()]
        assert any(re.search(rf"\b{field}\b", text) for text in texts), (field, name)


def test_the_page_is_this_table(request):
    if request.config.getoption("--write-golden"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def page() -> str:
    """docs/fields.md."""
    lines = [
        "# Every security field, and the test that covers it",
        "",
        "<!-- Written by tests/security/test_fields.py; do not edit. -->",
        "",
        "A field exists at the level that is named, and at no other one: elsewhere it is an unknown field. Each row is",
        "a test: a Pod with the field, one without it, and what `autograder effective -o json` says differently.",
        "",
        "| field | level | if nobody sets it | set to | changes | tests in depth |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in ROWS:
        change = NO_EFFECT.get(row.field) or f"`{row.key}` from `{shown(row.before)}` to `{shown(row.after)}`"
        tests = ", ".join(f"[{Path(name).name}]({link(name)})" for name in IN_DEPTH[row.field].split(", "))
        unset = FIELDS[row.field].unset
        lines.append(f"| `{row.field}` | {row.level} | {unset} | `{shown(row.value)}` | {change} | {tests} |")
    return "\n".join(lines) + "\n"


def link(name: str) -> str:
    return "../" + (Path(__file__).parent / name).resolve().relative_to(ROOT).as_posix()


def shown(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
