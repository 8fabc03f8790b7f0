"""Namespaces shared with the host, user namespaces, and what fits which operating system.

Source: pkg/apis/core/validation/validation.go (validateHostUsers, validateOS, validateLinux, validateWindows).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.problems import Path

from .errors import FieldError, forbidden, not_supported, required

_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
_NOT_WINDOWS: Final = "cannot be set for a windows pod"
_POD_BEFORE: Final = ("appArmorProfile", "seLinuxOptions")
_POD_AFTER: Final = (
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)
_OF_CONTAINER: Final = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)


def validate_host_users(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield what a Pod with a user namespace of its own may not share with the host.

    The server names HostPID and HostIPC as Go does.
    """
    if spec.get("hostUsers") is not False:
        return
    detail = "when `hostUsers` is false" if minor >= 34 else "when `pod.Spec.HostUsers` is false"
    for field, printed in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
        if spec.get(field):
            yield forbidden((*path, printed), detail, (*path, field))
    if minor >= 34:
        for field in _CONTAINERS:
            for index, container in enumerate(spec.get(field, ())):
                if container.get("volumeDevices"):
                    yield forbidden((*path, field, index, "volumeDevices"), detail)


def validate_os(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of spec.os, and the fields that do not exist on that system."""
    if "os" not in spec:
        return
    name = spec["os"].get("name", "")
    if not name:
        yield required((*path, "os", "name"), "" if minor >= 34 else "cannot be empty")
    elif name == "linux":
        yield from _linux(spec, path)
    elif name == "windows":
        yield from _windows(spec, path, minor)
    else:
        yield not_supported((*path, "os"), name, ("linux", "windows"))


def _linux(spec: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    for holder, place in _contexts(spec, path):
        if "windowsOptions" in holder:
            yield forbidden((*place, "windowsOptions"), "windows options cannot be set for a linux pod")


def _windows(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    context, place = spec.get("securityContext") or {}, (*path, "securityContext")
    host = [
        field
        for field in ("hostUsers", "hostPID", "hostIPC")
        if (field in spec if field == "hostUsers" else spec.get(field))
    ]
    shares = ["shareProcessNamespace"] if "shareProcessNamespace" in spec else []

    def of_pod(*fields: str) -> Iterator[FieldError]:
        for field in fields:
            if field in context and (field != "sysctls" or context[field]):
                yield forbidden((*place, field), _NOT_WINDOWS)

    def of_spec(fields: list[str]) -> Iterator[FieldError]:
        # Up to 1.36 these fields live in the securityContext inside the server, and so do they in its paths.
        for field in fields:
            yield forbidden((*path, field), _NOT_WINDOWS)

    yield from of_pod(*_POD_BEFORE)
    if minor <= 36:
        yield from of_spec(host)
    yield from of_pod("seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls")
    if minor <= 36:
        for field in shares:
            yield forbidden((*path, field), _NOT_WINDOWS)
    yield from of_pod(*_POD_AFTER)
    if minor >= 37:
        yield from of_spec([*host, *shares])
    for holder, container_place in list(_contexts(spec, path))[1:]:
        for field in _OF_CONTAINER:
            if field in holder:
                yield forbidden((*container_place, field), _NOT_WINDOWS)


def _contexts(spec: Mapping[str, Any], path: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """Yield the Pod's securityContext and those of all containers, with their places; an absent one is empty."""
    yield spec.get("securityContext") or {}, (*path, "securityContext")
    for field in _CONTAINERS:
        for index, container in enumerate(spec.get(field, ())):
            yield container.get("securityContext") or {}, (*path, field, index, "securityContext")
