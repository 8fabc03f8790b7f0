"""The Pods that are run for real: a table whose rows read as sentences, and as many random ones as one wants."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Case(NamedTuple):
    """One Pod, in short."""

    why: str
    pod: Mapping[str, Any] = NOTHING
    """The Pod's securityContext."""
    container: Mapping[str, Any] = NOTHING
    """The container's securityContext."""
    user: str = ""
    """The image's USER."""
    spec: Mapping[str, Any] = NOTHING
    mode: int = 0o644
    """The secret's defaultMode."""
    read_only: bool = False
    """Whether the emptyDir is mounted read-only."""


APP = {"runAsUser": 1000}
DROP = {"capabilities": {"drop": ["ALL"]}}
FILTER = {"seccompProfile": {"type": "RuntimeDefault"}}
READ_ONLY = {"readOnlyRootFilesystem": True}
RESTRICTED = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    **DROP,
    **FILTER,
}
PROFILES = {
    "deny.json": {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [
            {"names": ["chroot", "sethostname"], "action": "SCMP_ACT_ERRNO"},
            {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
            {
                "names": ["socket"],
                "action": "SCMP_ACT_ERRNO",
                "errnoRet": 22,
                "args": [{"index": 1, "value": 3, "op": "SCMP_CMP_EQ"}],
            },
        ],
    }
}
LOCAL = {"seccompProfile": {"type": "Localhost", "localhostProfile": "deny.json"}}


def add(*names: str, drop: tuple[str, ...] = ()) -> dict[str, Any]:
    """Capabilities to add, and to drop."""
    return {"capabilities": {"add": list(names), **({"drop": list(drop)} if drop else {})}}


def low_ports(first_free: str) -> dict[str, Any]:
    """The setting from which port on everybody may listen."""
    return {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": first_free}]}


CASES = [
    Case("nothing written, and the image names no user"),
    Case("nothing written, and the image's user is a number", user="1000"),
    Case("the group in USER is ignored", user="1000:3000"),
    Case("the image's user is a name", user="app"),
    Case("the image's user is a name with a group", user="app:extra"),
    Case("runAsUser of the Pod", APP),
    Case("runAsUser of the container wins", APP, {"runAsUser": 2000}),
    Case("runAsUser replaces the image's user", APP, user="4711"),
    Case("a uid that the image does not know has group 0", {"runAsUser": 12345}),
    Case("root on purpose", {"runAsUser": 0}, user="1000"),
    Case("runAsGroup with runAsUser", {**APP, "runAsGroup": 3000}),
    Case("runAsGroup alone", {"runAsGroup": 3000}, user="app"),
    Case("runAsGroup of the container wins", {**APP, "runAsGroup": 3000}, {"runAsGroup": 4000}),
    Case("supplementary groups", {**APP, "supplementalGroups": [5000, 4000]}),
    Case("Merge adds the groups of the image", {**APP, "supplementalGroupsPolicy": "Merge"}),
    Case("Strict leaves them out", {**APP, "supplementalGroups": [4000], "supplementalGroupsPolicy": "Strict"}),
    Case("fsGroup with a user", {**APP, "fsGroup": 2000}),
    Case("fsGroup with root", {"fsGroup": 2000}),
    Case("fsGroup and runAsGroup", {**APP, "runAsGroup": 3000, "fsGroup": 2000}),
    Case("everything about groups", {**APP, "runAsGroup": 3000, "fsGroup": 2000, "supplementalGroups": [4000, 5000]}),
    Case("a secret for nobody but root, without fsGroup", APP, mode=0o400),
    Case("a secret for nobody but root, with fsGroup", {**APP, "fsGroup": 2000}, mode=0o400),
    Case("a secret for root, read by root without capabilities", {}, DROP, mode=0o400),
    Case("a read-only mount", APP, read_only=True),
    Case("a read-only mount and root", {}, read_only=True),
    Case("a read-only mount and fsGroup", {**APP, "fsGroup": 2000}, read_only=True),
    Case("runAsNonRoot passes with a number in USER", {"runAsNonRoot": True}, user="1000"),
    Case("runAsNonRoot passes with runAsUser", {"runAsNonRoot": True, **APP}),
    Case("runAsNonRoot fails without USER", {"runAsNonRoot": True}),
    Case("runAsNonRoot fails with a name", {"runAsNonRoot": True}, user="app"),
    Case("runAsNonRoot fails with uid 0", {"runAsNonRoot": True, "runAsUser": 0}),
    Case("runAsNonRoot of the container switches that of the Pod off", {"runAsNonRoot": True}, {"runAsNonRoot": False}),
    Case("root without capabilities", {}, DROP),
    Case("root with all dropped in small letters", {}, {"capabilities": {"drop": ["all"]}}),
    Case("a user without capabilities", APP, DROP),
    Case("a user with an added capability", APP, add("NET_BIND_SERVICE", drop=("ALL",))),
    Case("root with one capability", {}, add("NET_BIND_SERVICE", drop=("ALL",))),
    Case("root with one more", {}, add("SYS_ADMIN")),
    Case("root without a few", {}, {"capabilities": {"drop": ["CHOWN", "NET_RAW", "MKNOD"]}}),
    Case("root with everything", {}, add("ALL")),
    Case("root with everything but one", {}, add("ALL", drop=("CHOWN",))),
    Case("everything added and everything dropped", {}, add("ALL", drop=("ALL",))),
    Case("one capability added and dropped", {}, add("SYS_ADMIN", drop=("SYS_ADMIN",))),
    Case("a name with a prefix does nothing", {}, add("CAP_SYS_ADMIN")),
    Case("dropping with a prefix drops nothing", {}, {"capabilities": {"drop": ["CAP_CHOWN"]}}),
    Case("a name that nobody knows does nothing", {}, add("NOPE")),
    Case("small letters count", {}, add("sys_admin")),
    Case("no privilege escalation for a user", APP, {"allowPrivilegeEscalation": False}),
    Case("no privilege escalation for root", {}, {"allowPrivilegeEscalation": False}),
    Case("no privilege escalation and nothing held", APP, {"allowPrivilegeEscalation": False, **DROP}),
    Case("no privilege escalation with SYS_ADMIN", {}, {"allowPrivilegeEscalation": False, **add("SYS_ADMIN")}),
    Case("escalation allowed in so many words", APP, {"allowPrivilegeEscalation": True}),
    Case("privileged root", {}, {"privileged": True}),
    Case("privileged and another user", APP, {"privileged": True}),
    Case("privileged with everything dropped", {}, {"privileged": True, **DROP}),
    Case("privileged with a filter", FILTER, {"privileged": True}),
    Case("privileged and read-only", {}, {"privileged": True, "readOnlyRootFilesystem": True}),
    Case("a read-only root for root", {}, {"readOnlyRootFilesystem": True}),
    Case("a read-only root for a user", APP, {"readOnlyRootFilesystem": True}),
    Case("a read-only root and fsGroup", {**APP, "fsGroup": 2000}, {"readOnlyRootFilesystem": True}),
    Case("the runtime's filter for root", FILTER),
    Case("the runtime's filter for a user", {**FILTER, **APP}),
    Case("the runtime's filter without capabilities", FILTER, DROP),
    Case("the runtime's filter with SYS_ADMIN", FILTER, add("SYS_ADMIN")),
    Case("the runtime's filter with SYS_TIME", FILTER, add("SYS_TIME")),
    Case("a filter of the container off, that of the Pod on", FILTER, {"seccompProfile": {"type": "Unconfined"}}),
    Case("a filter of the node for root", LOCAL),
    Case("a filter of the node for a user", {**LOCAL, **APP}),
    Case("a restricted Pod", APP, RESTRICTED),
    Case("a restricted Pod with an image that is fine", {}, RESTRICTED, user="1000"),
    Case("a restricted Pod with fsGroup and a read-only root", {**APP, "fsGroup": 2000}, {**RESTRICTED, **READ_ONLY}),
    Case("a user namespace", spec={"hostUsers": False}),
    Case("a user namespace and SYS_ADMIN", {}, add("SYS_ADMIN"), spec={"hostUsers": False}),
    Case("a user namespace and a user", {**APP, "fsGroup": 2000}, spec={"hostUsers": False}),
    Case("a user namespace and a uid beyond it", {"runAsUser": 70000}, spec={"hostUsers": False}),
    Case("ports that are low again", {**APP, **low_ports("1024")}),
    Case("low ports and the capability", low_ports("100")),
]  # fmt: skip


def manifest(case: Case) -> dict[str, Any]:
    """The Pod as a manifest: with an emptyDir, a secret and a folder of the node."""
    mounts = [
        {"name": "vol", "mountPath": "/vol", **({"readOnly": True} if case.read_only else {})},
        {"name": "secret", "mountPath": "/secret"},
        {"name": "host", "mountPath": "/host"},
    ]
    container = {"name": "api", "image": "shop/api:1", "securityContext": dict(case.container), "volumeMounts": mounts}
    volumes = [
        {"name": "secret", "secret": {"secretName": "key", "defaultMode": case.mode}},
        {"name": "vol", "emptyDir": {}},
        {"name": "host", "hostPath": {"path": "/srv"}},
    ]
    spec = {**case.spec, "securityContext": dict(case.pod), "volumes": volumes, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api", "namespace": "shop"}, "spec": spec}


def random_case(seed: int) -> Case:
    """A random Pod: the same for the same seed."""
    random = Random(seed)

    def some(chance: float, **fields: list[Any]) -> dict[str, Any]:
        return {name: random.choice(values) for name, values in fields.items() if random.random() < chance}

    names = [
        "ALL",
        "all",
        "CHOWN",
        "SYS_ADMIN",
        "NET_RAW",
        "NET_BIND_SERVICE",
        "SETUID",
        "KILL",
        "CAP_CHOWN",
        "DAC_OVERRIDE",
    ]
    both = {
        "runAsUser": [0, 1000, 12345],
        "runAsGroup": [0, 1000, 3000],
        "runAsNonRoot": [True, False, False],
        "seccompProfile": [{"type": "RuntimeDefault"}, {"type": "Unconfined"}, LOCAL["seccompProfile"]],
    }
    pod = some(0.4, **both)
    pod |= some(0.4, fsGroup=[2000, 1000], supplementalGroups=[[4000], [4000, 5000]])
    pod |= some(0.3, supplementalGroupsPolicy=["Strict", "Merge"])
    container = some(0.25, **both)
    container |= some(0.4, allowPrivilegeEscalation=[True, False], readOnlyRootFilesystem=[True, False])
    if random.random() < 0.7:
        lists = {key: random.sample(names, random.randint(0, 3)) for key in ("add", "drop")}
        container["capabilities"] = lists
    if random.random() < 0.1 and container.get("allowPrivilegeEscalation") is not False:
        container["privileged"] = True
    spec = {"hostUsers": False} if random.random() < 0.15 else {}
    return Case(
        f"random Pod {seed}",
        pod,
        container,
        random.choice(["", "", "1000", "app", "1000:3000", "0"]),
        spec,
        random.choice([0o644, 0o400, 0o440]),
        random.random() < 0.15,
    )
