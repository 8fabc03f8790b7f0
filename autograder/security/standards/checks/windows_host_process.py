"""*Baseline*: a Windows container may not run on the host itself.

Restricted fields: securityContext.windowsOptions.hostProcess of the Pod and of every container.
Allowed values: unset, false.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, container_place, pod_place, setters


def since_1_0(view: View) -> Found | None:
    """Return who says true."""
    of_pod = bool(view.security.get("windowsOptions", {}).get("hostProcess"))
    bad = [
        container for container in view.containers if container.security.get("windowsOptions", {}).get("hostProcess")
    ]
    if not of_pod and not bad:
        return None
    return Found(
        "hostProcess",
        f"{setters(of_pod, bad)} must not set securityContext.windowsOptions.hostProcess=true",
        (
            *([pod_place("windowsOptions", "hostProcess")] if of_pod else []),
            *(container_place(container, "windowsOptions", "hostProcess") for container in bad),
        ),
    )


CHECK = Check("windowsHostProcess", "baseline", (Version(0, since_1_0),))
