"""What a Pod would be if container fields under the Pod's securityContext reached every container. They do not.

Such a field is unknown at that level: strict decoding refuses the Pod, and clients that warn or ignore drop it. So it
is not in a decoded spec, and is taken from the author's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from autograder.manifests.kinds import spec_path
from autograder.manifests.objects import Pod

from .fields import FIELDS

_CONTAINER_ONLY: Final = frozenset(field.name for field in FIELDS.values() if not field.pod)


def with_misplaced(pod: Pod) -> Pod:
    """Return the Pod as somebody reads it who believes that a container's field works for the Pod as well.

    A field that a container sets itself stays as the container has it. The same Pod if there is nothing to move.
    """
    moved = _misplaced(pod)
    if not moved:
        return pod
    spec = dict(pod.spec)
    for field in ("initContainers", "containers", "ephemeralContainers"):
        if field in spec:
            spec[field] = [
                {**each, "securityContext": {**moved, **each.get("securityContext", {})}} for each in spec[field]
            ]
    return replace(pod, spec=spec)


def _misplaced(pod: Pod) -> dict[str, Any]:
    """Return the container's fields that the author wrote at the Pod's level, as written."""
    if pod.source is None:
        return {}
    value: Any = pod.source.document.value
    for step in (*pod.source.path, *spec_path(pod.kind), "securityContext"):
        inside = isinstance(value, dict) and step in value
        if not inside and not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            return {}
        value = value[step]
    if not isinstance(value, Mapping):
        return {}
    return {name: value[name] for name in value if name in _CONTAINER_ONLY and value[name] is not None}
