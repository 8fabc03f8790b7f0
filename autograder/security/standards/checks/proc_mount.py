"""*Baseline*: /proc must stay masked.

Restricted fields: securityContext.procMount of every container.
Allowed values: unset, Default; from v1.35 anything in a Pod with ``hostUsers: false``.
"""

from __future__ import annotations

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


def since_1_0(view: View) -> Found | None:
    """Return the containers whose /proc is mounted in another way."""
    bad = [container for container in view.containers if container.security.get("procMount", "Default") != "Default"]
    if not bad:
        return None
    values = quoted(sorted_set(container.security["procMount"] for container in bad))
    return Found(
        "procMount",
        f"{named(bad)} must not set securityContext.procMount to {values}",
        tuple(container_place(container, "procMount") for container in bad),
    )


def since_1_35(view: View) -> Found | None:
    """Return the same for Pods without a user namespace of their own."""
    return None if view.has_user_namespace else since_1_0(view)


CHECK = Check("procMount", "baseline", (Version(0, since_1_0), Version(35, since_1_35)))
