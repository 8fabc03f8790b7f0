"""Kernel settings of a Pod: which are safe, which the kubelet refuses, and what two of them change.

Source: pkg/kubelet/sysctl; containerd internal/cri/config/config_unix.go for the two that it sets itself.
"""

from __future__ import annotations

from typing import Final

from autograder.manifests.objects import Pod

from .containers import pod_security
from .facts import Fact
from .node import Node
from .stages import PASSED, Outcome

_SAFE: Final = {
    0: (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ),
    37: ("net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"),
}
_LOW_PORTS: Final = "net.ipv4.ip_unprivileged_port_start"
_FIRST_FREE: Final = 1024


def safe_sysctls(minor: int) -> frozenset[str]:
    """Return the sysctls that every kubelet of Kubernetes 1.`minor` takes."""
    return frozenset(name for since, names in _SAFE.items() if since <= minor for name in names)


def sysctls_of(pod: Pod) -> dict[str, str]:
    """Return the kernel settings that a Pod asks for, by name."""
    return {entry.get("name", ""): entry.get("value", "") for entry in pod_security(pod).get("sysctls", ())}


def admitted(pod: Pod, *, node: Node) -> Outcome:
    """Return whether the kubelet takes the Pod: it refuses settings that no administrator has allowed on the node."""
    safe = safe_sysctls(node.minor)
    unsafe = [name for name in sysctls_of(pod) if name not in safe]
    if not unsafe:
        return PASSED
    message = f'forbidden sysctl: "{unsafe[0]}" not allowlisted'
    return Outcome(ok=False, reason="SysctlForbidden", message=message)


def lowest_free_port(pod: Pod, *, node: Node) -> Fact[int]:
    """Return the lowest port that a process without NET_BIND_SERVICE may listen on."""
    if pod.host_network:
        return Fact(_FIRST_FREE, "kernel", "on the node's network ports below 1024 need NET_BIND_SERVICE", "general")
    written = sysctls_of(pod).get(_LOW_PORTS)
    if written is not None and written.strip().isdigit():
        return Fact(int(written), "pod", f"the Pod sets {_LOW_PORTS} to {written.strip()}")
    if node.binds_low_ports:
        return Fact(0, "runtime", f"{node.name} sets {_LOW_PORTS} to 0 in the Pod's network", "measured")
    return Fact(_FIRST_FREE, "kernel", f"{node.name} leaves {_LOW_PORTS} at 1024", "measured")
