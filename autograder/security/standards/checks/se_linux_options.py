"""*Baseline*: the SELinux type may be one of a few, and user and role may not be set.

Restricted fields: securityContext.seLinuxOptions.type, .user and .role of the Pod and of every container.
Allowed values: type unset, container_t, container_init_t, container_kvm_t, from v1.31 also container_engine_t; user
and role unset. The level is free.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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

_SINCE_1_0: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
_SINCE_1_31: Final = _SINCE_1_0 | {"container_engine_t"}


def since_1_0(view: View) -> Found | None:
    """Return who sets a user, a role or another type."""
    return _find(view, _SINCE_1_0)


def since_1_31(view: View) -> Found | None:
    """Return the same with one type more that is allowed."""
    return _find(view, _SINCE_1_31)


def _find(view: View, allowed: frozenset[str]) -> Found | None:
    of_pod = _wrong(view.security.get("seLinuxOptions", {}), allowed)
    bad = [
        (container, wrong)
        for container in view.containers
        if (wrong := _wrong(container.security.get("seLinuxOptions", {}), allowed))
    ]
    if not of_pod and not bad:
        return None
    every = [*of_pod.items(), *(item for _, wrong in bad for item in wrong.items())]
    types = sorted_set(value for field, value in every if field == "type")
    fields = {field for field, _ in every}
    data = [f"{plural('type', len(types))} {quoted(types)}"] if types else []
    data += [f"{field} may not be set" for field in ("user", "role") if field in fields]
    places: list[Path] = [pod_place("seLinuxOptions", field) for field in of_pod]
    places += [container_place(container, "seLinuxOptions", field) for container, wrong in bad for field in wrong]
    who = setters(bool(of_pod), [container for container, _ in bad])
    return Found(
        "seLinuxOptions", f"{who} set forbidden securityContext.seLinuxOptions: {'; '.join(data)}", tuple(places)
    )


def _wrong(options: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, str]:
    """Return the fields that are not allowed, with their values."""
    found = {field: options[field] for field in ("user", "role") if options.get(field)}
    if options.get("type", "") not in allowed:
        found["type"] = options["type"]
    return found


CHECK = Check("seLinuxOptions", "baseline", (Version(0, since_1_0), Version(31, since_1_31)))
