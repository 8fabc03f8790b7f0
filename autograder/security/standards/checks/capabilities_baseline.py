"""*Baseline*: only capabilities of a common default set may be added.

Restricted fields: securityContext.capabilities.add of every container.
Allowed values: the 13 names below, exactly as they are written here. NET_RAW is not among them.
"""

from __future__ import annotations

from typing import Final

from autograder.security.standards.capability_names import normal
from autograder.security.standards.model import (
    Check,
    Found,
    Version,
    View,
    container_place,
    named,
    quoted,
    sorted_set,
)

ALLOWED: Final = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)


def since_1_0(view: View) -> Found | None:
    """Return the containers that add anything else."""
    bad, forbidden = [], []
    for container in view.containers:
        added = container.security.get("capabilities", {}).get("add", ())
        beyond = [name for name in added if normal(name, view.semantics) not in ALLOWED]
        if beyond:
            bad.append(container)
            forbidden += beyond
    if not bad:
        return None
    names = sorted_set(forbidden)
    return Found(
        "non-default capabilities",
        f"{named(bad)} must not include {quoted(names)} in securityContext.capabilities.add",
        tuple(container_place(container, "capabilities", "add") for container in bad),
    )


CHECK = Check("capabilities_baseline", "baseline", (Version(0, since_1_0),))
