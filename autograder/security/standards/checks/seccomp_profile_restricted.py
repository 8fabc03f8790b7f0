"""*Restricted*: a seccomp profile must be asked for.

Restricted fields: securityContext.seccompProfile.type of the Pod and of every container.
Allowed values: RuntimeDefault, Localhost; at a container also unset, if the Pod sets one of them.

From v1.19, in place of seccompProfile_baseline; from v1.25 a Pod with ``os.name: windows`` is exempt.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, container_place, named

from .seccomp_profile_baseline import since_1_19 as wrong_types


def since_1_19(view: View) -> Found | None:
    """Return who sets another type; if nobody does, the containers for which nobody sets one."""
    found = wrong_types(view)
    if found is not None:
        return found
    if "seccompProfile" in view.security or view.semantics.standards_unset == "secure":
        return None
    missing = [container for container in view.containers if "seccompProfile" not in container.security]
    if not missing:
        return None
    return Found(
        "seccompProfile",
        f'pod or {named(missing)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
        tuple(container_place(container, "seccompProfile") for container in missing),
    )


def since_1_25(view: View) -> Found | None:
    """Return the same for all but Windows."""
    return None if view.is_windows else since_1_19(view)


CHECK = Check(
    "seccompProfile_restricted",
    "restricted",
    (Version(19, since_1_19), Version(25, since_1_25)),
    overrides="seccompProfile_baseline",
)
