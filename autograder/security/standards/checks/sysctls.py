"""*Baseline*: only sysctls that are namespaced and harmless may be set.

Restricted fields: spec.securityContext.sysctls[*].name.
Allowed values: the names below, each from its policy version on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from autograder.security.standards.model import Check, Found, Version, View, pod_place

_ADDED: Final = {
    0: (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    ),
    27: ("net.ipv4.ip_local_reserved_ports",),
    29: (
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ),
    32: ("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    37: ("net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"),
}
"""What each policy version allows beyond the one before."""


def allowed_at(minor: int) -> frozenset[str]:
    """Return the sysctls that policy version v1.`minor` allows."""
    return frozenset(name for since, names in _ADDED.items() if since <= minor for name in names)


def _since(minor: int) -> Callable[[View], Found | None]:
    allowed = allowed_at(minor)

    def find(view: View) -> Found | None:
        """Return the sysctls that are not on the list, in the order of the manifest."""
        bad = [
            (index, sysctl.get("name", ""))
            for index, sysctl in enumerate(view.security.get("sysctls", ()))
            if sysctl.get("name", "") not in allowed
        ]
        if not bad:
            return None
        places = tuple(pod_place("sysctls", index, "name") for index, _ in bad)
        return Found("forbidden sysctls", ", ".join(name for _, name in bad), places)

    return find


CHECK = Check("sysctls", "baseline", tuple(Version(minor, _since(minor)) for minor in _ADDED))
