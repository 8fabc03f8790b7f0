"""The containers of a Pod, in the order in which Kubernetes visits them: init, regular, ephemeral."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from autograder.manifests.kinds import spec_path
from autograder.manifests.objects import Pod
from autograder.manifests.problems import Path

ContainerKind = Literal["init", "sidecar", "regular", "ephemeral"]

_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Container:
    """One container as its author wrote it."""

    kind: ContainerKind
    """An init container with ``restartPolicy: Always`` is a sidecar."""
    name: str
    path: Path
    """The way from the Pod's spec: ``("containers", 0)``."""
    value: Mapping[str, Any]
    """Decoded, in the API's own field names, nulls dropped."""

    @property
    def security(self) -> Mapping[str, Any]:
        """The container's own securityContext; empty where there is none."""
        context: Mapping[str, Any] = self.value.get("securityContext", _NOTHING)
        return context

    @property
    def image(self) -> str:
        """The image's name as written; empty where none is."""
        image: str = self.value.get("image", "")
        return image


def containers_of(pod: Pod) -> tuple[Container, ...]:
    """Return every container of a Pod: init containers and sidecars, regular ones, ephemeral ones.

    Source of the order: pod-security-admission policy/visitor.go and pkg/api/v1/pod VisitContainers.
    """
    found = []
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for index, value in enumerate(pod.spec.get(field, ())):
            found.append(Container(_kind(field, value), value.get("name", ""), (field, index), value))
    return tuple(found)


def pod_security(pod: Pod) -> Mapping[str, Any]:
    """Return the Pod's own securityContext; empty where there is none, as the API server fills it in."""
    context: Mapping[str, Any] = pod.spec.get("securityContext", _NOTHING)
    return context


def line_of(pod: Pod, *path: str | int) -> int | None:
    """Return the line of the file at a path from the Pod's spec; None for a Pod that was not read from a file.

    A path that does not exist is answered by its nearest ancestor that does. The first call for a document reads its
    text a second time, so ask when a person is to be shown the place.
    """
    return None if pod.source is None else pod.source.locate((*spec_path(pod.kind), *path)).line


def _kind(field: str, value: Mapping[str, Any]) -> ContainerKind:
    if field == "containers":
        return "regular"
    if field == "ephemeralContainers":
        return "ephemeral"
    return "sidecar" if value.get("restartPolicy") == "Always" else "init"
