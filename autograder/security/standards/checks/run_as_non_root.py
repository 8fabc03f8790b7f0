"""*Restricted*: containers must be required to run as another user than root.

Restricted fields: securityContext.runAsNonRoot of the Pod and of every container.
Allowed values: true; at a container also unset, if the Pod says true. One false anywhere is refused, even if every
container says true.

From v1.35 a Pod with ``hostUsers: false`` is exempt.
"""

from __future__ import annotations

from autograder.security.standards.model import (
    Check,
    Found,
    Version,
    View,
    container_place,
    named,
    pod_place,
    setters,
)

_REASON = "runAsNonRoot != true"


def since_1_0(view: View) -> Found | None:
    """Return who says false; if nobody does, the containers for which nobody says true."""
    of_pod = view.security.get("runAsNonRoot")
    bad = [container for container in view.containers if container.security.get("runAsNonRoot") is False]
    if of_pod is False or bad:
        return Found(
            _REASON,
            f"{setters(of_pod is False, bad)} must not set securityContext.runAsNonRoot=false",
            (
                *([pod_place("runAsNonRoot")] if of_pod is False else []),
                *(container_place(container, "runAsNonRoot") for container in bad),
            ),
        )
    if of_pod or view.semantics.standards_unset == "secure":
        return None
    missing = [container for container in view.containers if container.security.get("runAsNonRoot") is None]
    if not missing:
        return None
    return Found(
        _REASON,
        f"pod or {named(missing)} must set securityContext.runAsNonRoot=true",
        tuple(container_place(container, "runAsNonRoot") for container in missing),
    )


def since_1_35(view: View) -> Found | None:
    """Return the same for Pods without a user namespace of their own."""
    return None if view.has_user_namespace else since_1_0(view)


CHECK = Check("runAsNonRoot", "restricted", (Version(0, since_1_0), Version(35, since_1_35)))
