"""Namespaces that a Pod shares with its node, and the user namespace that it may have of its own.

With ``hostUsers: false`` the ids 0 to 65535 of the Pod stand for other ids on the node. Capabilities then hold inside
only: uid 0 with MKNOD still cannot make a device. An id above 65535 has no counterpart, and the container is not
created. Sources: pkg/kubelet/userns, KEP-127; measured with runc.
"""

from __future__ import annotations

from typing import Final

from autograder.manifests.objects import Pod

from .facts import Fact
from .stages import PASSED, Outcome

MAPPED_IDS: Final = 65536
_NAMESPACES: Final = (("hostNetwork", "network"), ("hostPID", "pid"), ("hostIPC", "ipc"))


def host_namespaces(pod: Pod) -> Fact[tuple[str, ...]]:
    """Return the namespaces that are the node's: of ``network``, ``pid`` and ``ipc``."""
    shared = tuple(name for field, name in _NAMESPACES if pod.spec.get(field))
    fields = [field for field, _ in _NAMESPACES if pod.spec.get(field)]
    if not shared:
        return Fact((), "api", "the Pod has its own network, processes and IPC")
    return Fact(shared, "pod", f"{', '.join(fields)} {'is' if len(fields) == 1 else 'are'} true")


def user_namespace(pod: Pod) -> Fact[bool]:
    """Return whether the Pod has a user namespace of its own."""
    value = pod.spec.get("hostUsers")
    if value is False:
        return Fact(True, "pod", "hostUsers is false: root in the Pod is nobody special on the node")
    if value is True:
        return Fact(False, "pod", "hostUsers is true: uid 0 in the Pod is uid 0 of the node")
    return Fact(False, "api", "hostUsers is not set: uid 0 in the Pod is uid 0 of the node")


def mapped(pod: Pod, uid: int | None, gid: int | None) -> Outcome:
    """Return whether a container's ids exist in the Pod's user namespace."""
    if pod.spec.get("hostUsers") is not False:
        return PASSED
    for what, number in (("uid", uid), ("gid", gid)):
        if number is not None and number >= MAPPED_IDS:
            kind = "user" if what == "uid" else "group"
            message = f"cannot set {what} to unmapped {kind} in user namespace"
            return Outcome(ok=False, reason="CreateContainerError", message=message)
    return PASSED
