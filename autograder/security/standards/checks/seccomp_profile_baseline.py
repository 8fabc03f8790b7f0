"""*Baseline*: seccomp may not be switched off.

Restricted fields: up to v1.18 the annotations ``seccomp.security.alpha.kubernetes.io/pod`` and
``container.seccomp.security.alpha.kubernetes.io/*``; from v1.19 securityContext.seccompProfile.type of the Pod and of
every container.
Allowed values: ``runtime/default``, ``docker/default``, ``localhost/*``; RuntimeDefault, Localhost; unset.
"""

from __future__ import annotations

from typing import Any, Final

from autograder.manifests.go_text import quote
from autograder.manifests.problems import Path
from autograder.security.standards.model import (
    Check,
    Found,
    Version,
    View,
    container_place,
    plural,
    pod_place,
    quoted,
    setters,
    sorted_set,
)

POD_ANNOTATION: Final = "seccomp.security.alpha.kubernetes.io/pod"
CONTAINER_ANNOTATION: Final = "container.seccomp.security.alpha.kubernetes.io/"
TYPES: Final = ("RuntimeDefault", "Localhost")


def since_1_0(view: View) -> Found | None:
    """Return the annotations that name another profile."""
    keys = [POD_ANNOTATION, *(f"{CONTAINER_ANNOTATION}{container.name}" for container in view.containers)]
    bad = {
        key: view.annotations[key] for key in keys if key in view.annotations and not _is_allowed(view.annotations[key])
    }
    if not bad:
        return None
    listed = sorted_set(f"{key}={quote(value)}" for key, value in bad.items())
    places: tuple[Path, ...] = tuple(("metadata", "annotations", key) for key in bad)
    return Found("seccompProfile", f"forbidden {plural('annotation', len(listed))} {', '.join(listed)}", places)


def since_1_19(view: View) -> Found | None:
    """Return who sets another type."""
    of_pod = is_wrong(view.security)
    bad = [container for container in view.containers if is_wrong(container.security)]
    if not of_pod and not bad:
        return None
    values = sorted_set(
        security["seccompProfile"].get("type", "")
        for security in [*([view.security] if of_pod else []), *(container.security for container in bad)]
    )
    return Found(
        "seccompProfile",
        f"{setters(of_pod, bad)} must not set securityContext.seccompProfile.type to {quoted(values)}",
        (
            *([pod_place("seccompProfile", "type")] if of_pod else []),
            *(container_place(container, "seccompProfile", "type") for container in bad),
        ),
    )


def is_wrong(security: Any) -> bool:
    """Return whether a securityContext names a seccomp profile of a type that is not allowed."""
    profile = security.get("seccompProfile")
    return profile is not None and profile.get("type", "") not in TYPES


def _is_allowed(annotation: str) -> bool:
    return annotation in {"runtime/default", "docker/default"} or annotation.startswith("localhost/")


CHECK = Check("seccompProfile_baseline", "baseline", (Version(0, since_1_0), Version(19, since_1_19)))
