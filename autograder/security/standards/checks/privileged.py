"""*Baseline*: no container may be privileged.

Restricted fields: securityContext.privileged of every container.
Allowed values: unset, false.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, container_place, named


def since_1_0(view: View) -> Found | None:
    """Return the containers that are privileged."""
    bad = [container for container in view.containers if container.security.get("privileged")]
    if not bad:
        return None
    places = tuple(container_place(container, "privileged") for container in bad)
    return Found("privileged", f"{named(bad)} must not set securityContext.privileged=true", places)


CHECK = Check("privileged", "baseline", (Version(0, since_1_0),))
