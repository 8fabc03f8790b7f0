"""*Restricted*: privilege escalation must be switched off.

Restricted fields: securityContext.allowPrivilegeEscalation of every container.
Allowed values: false.

From v1.8; from v1.25 a Pod with ``os.name: windows`` is exempt.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, container_place, named


def since_1_8(view: View) -> Found | None:
    """Return the containers that do not say false."""
    passing = (False, None) if view.semantics.standards_unset == "secure" else (False,)
    bad = [
        container for container in view.containers if container.security.get("allowPrivilegeEscalation") not in passing
    ]
    if not bad:
        return None
    return Found(
        "allowPrivilegeEscalation != false",
        f"{named(bad)} must set securityContext.allowPrivilegeEscalation=false",
        tuple(container_place(container, "allowPrivilegeEscalation") for container in bad),
    )


def since_1_25(view: View) -> Found | None:
    """Return the same for all but Windows."""
    return None if view.is_windows else since_1_8(view)


CHECK = Check("allowPrivilegeEscalation", "restricted", (Version(8, since_1_8), Version(25, since_1_25)))
