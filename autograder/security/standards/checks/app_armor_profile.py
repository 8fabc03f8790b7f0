"""*Baseline*: AppArmor profiles may not be switched off.

Restricted fields: annotations ``container.apparmor.security.beta.kubernetes.io/*``;
securityContext.appArmorProfile.type of the Pod and of every container.
Allowed values: for an annotation empty, ``runtime/default``, ``localhost/*``; for a field unset, RuntimeDefault,
Localhost.
"""

from __future__ import annotations

from typing import Final

from autograder.manifests.go_text import quote
from autograder.security.standards.model import (
    Check,
    Found,
    Version,
    View,
    container_place,
    named,
    plural,
    pod_place,
    quoted,
    sorted_set,
)

ANNOTATION: Final = "container.apparmor.security.beta.kubernetes.io/"
_TYPES: Final = ("RuntimeDefault", "Localhost")


def since_1_0(view: View) -> Found | None:
    """Return the profiles that are neither the runtime's nor one of the node's own."""
    of_pod = view.security.get("appArmorProfile")
    pod_type = None if of_pod is None or of_pod.get("type", "") in _TYPES else of_pod.get("type", "")
    bad = [
        container
        for container in view.containers
        if "appArmorProfile" in container.security
        and container.security["appArmorProfile"].get("type", "") not in _TYPES
    ]
    notes = sorted_set(
        f"{key}={quote(value)}"
        for key, value in view.annotations.items()
        if key.startswith(ANNOTATION) and not _is_allowed(value)
    )
    if pod_type is None and not bad and not notes:
        return None
    values = sorted_set(
        [
            *([] if pod_type is None else [pod_type]),
            *(container.security["appArmorProfile"].get("type", "") for container in bad),
        ]
    )
    values += notes
    who = [
        *([] if pod_type is None else ["pod"]),
        *([named(bad)] if bad else []),
        *([plural("annotation", len(notes))] if notes else []),
    ]
    return Found(
        plural("forbidden AppArmor profile", len(values)),
        f"{' and '.join(who)} must not set AppArmor profile type to {quoted(values)}",
        (
            *([] if pod_type is None else [pod_place("appArmorProfile", "type")]),
            *(container_place(container, "appArmorProfile", "type") for container in bad),
            *(
                ("metadata", "annotations", key)
                for key, value in view.annotations.items()
                if key.startswith(ANNOTATION) and not _is_allowed(value)
            ),
        ),
    )


def _is_allowed(annotation: str) -> bool:
    return annotation in {"", "runtime/default"} or annotation.startswith("localhost/")


CHECK = Check("appArmorProfile", "baseline", (Version(0, since_1_0),))
