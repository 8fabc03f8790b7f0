"""*Restricted*: nobody may set uid 0.

Restricted fields: securityContext.runAsUser of the Pod and of every container.
Allowed values: unset, anything but 0. A 0 of the Pod counts, even if every container sets another uid.

From v1.23; from v1.35 a Pod with ``hostUsers: false`` is exempt.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, container_place, pod_place, setters


def since_1_23(view: View) -> Found | None:
    """Return who sets 0."""
    of_pod = view.security.get("runAsUser") == 0
    bad = [container for container in view.containers if container.security.get("runAsUser") == 0]
    if not of_pod and not bad:
        return None
    return Found(
        "runAsUser=0",
        f"{setters(of_pod, bad)} must not set runAsUser=0",
        (
            *([pod_place("runAsUser")] if of_pod else []),
            *(container_place(container, "runAsUser") for container in bad),
        ),
    )


def since_1_35(view: View) -> Found | None:
    """Return the same for Pods without a user namespace of their own."""
    return None if view.has_user_namespace else since_1_23(view)


CHECK = Check("runAsUser", "restricted", (Version(23, since_1_23), Version(35, since_1_35)))
