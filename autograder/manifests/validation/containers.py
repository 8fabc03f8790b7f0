"""Containers of a Pod: names, images, ports, mounts, security, how they are pulled and restarted.

Source: pkg/apis/core/validation/validation.go (validateContainers, validateInitContainers,
validateContainerPorts, checkHostPortConflicts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.defaults import protocol
from autograder.manifests.problems import Path

from .errors import FieldError, duplicate, each, forbidden, not_found, not_supported, required
from .names import dns_label
from .ports import PROTOCOLS, port_name, port_number
from .security_context import validate_container_security
from .volumes import validate_volume_mounts

Container = Mapping[str, Any]

_PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
_RESTART_POLICIES: Final = ("Always", "Never", "OnFailure")
_NOT_EPHEMERAL: Final = ("ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle")
_ONLY_FOR_SIDECARS: Final = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")


@dataclass(frozen=True, slots=True)
class Around:
    """What a container is judged with."""

    volumes: frozenset[str]
    """The names of the Pod's sound volumes."""
    host_users: bool
    """Whether the Pod has no user namespace of its own."""
    minor: int


def validate_containers(containers: list[Container], path: Path, around: Around) -> Iterator[FieldError]:
    """Yield the errors of spec.containers: there must be one, and no two may share a name or a host port."""
    if not containers:
        yield required(path)
        return
    names = set()
    for index, container in enumerate(containers):
        place = (*path, index)
        yield from _validate_common(container, place, around)
        name = container.get("name", "")
        if name in names:
            yield duplicate((*place, "name"), name)
        names.add(name)
        if around.minor >= 35:
            yield from _validate_restart_policy(container, place)
        elif around.minor <= 33 and "restartPolicy" in container:
            yield forbidden((*place, "restartPolicy"), "may not be set for non-init containers")
    yield from _host_port_conflicts(enumerate(containers), path)


def validate_init_containers(
    containers: list[Container], regular: list[Container], path: Path, around: Around
) -> Iterator[FieldError]:
    """Yield the errors of spec.initContainers. They share their names with the regular containers.

    An init container with ``restartPolicy: Always`` is a sidecar, and only a sidecar may have probes.
    Kubernetes 1.34 drops any other restartPolicy of a container without a word.
    """
    names = {container.get("name", "") for container in regular}
    for index, container in enumerate(containers):
        place = (*path, index)
        yield from _validate_common(container, place, around)
        if around.minor >= 35:
            yield from _validate_restart_policy(container, place)
        elif around.minor <= 33 and container.get("restartPolicy", "Always") != "Always":
            yield not_supported((*place, "restartPolicy"), container["restartPolicy"], ("Always",))
        name = container.get("name", "")
        if name in names:
            yield duplicate((*place, "name"), name)
        elif name:
            names.add(name)
        # The server counts from 0 here: it looks at one container at a time.
        for error in _host_port_conflicts([(0, container)], path):
            yield FieldError(error.type, error.path, error.detail, error.value, (*place, *error.path[len(path) + 1 :]))
        if container.get("restartPolicy") != "Always":
            for field in _ONLY_FOR_SIDECARS:
                if field in container:
                    yield forbidden((*place, field), "may not be set for init containers without restartPolicy=Always")


def validate_ephemeral_containers(
    containers: list[Container], others: set[str], path: Path, around: Around
) -> Iterator[FieldError]:
    """Yield the errors of spec.ephemeralContainers. `others` are the names of all other containers."""
    names = set(others)
    for index, container in enumerate(containers):
        place = (*path, index)
        yield from _validate_common(container, place, around)
        name, target = container.get("name", ""), container.get("targetContainerName", "")
        if name in names:
            yield duplicate((*place, "name"), name)
        names.add(name)
        if target and target not in others:
            yield not_found((*place, "targetContainerName"), target)
        for field in _NOT_EPHEMERAL:
            if container.get(field):
                yield forbidden((*place, field), "cannot be set for an Ephemeral Container")
        for number, mount in enumerate(container.get("volumeMounts", ())):
            for field in ("subPath", "subPathExpr"):
                if mount.get(field):
                    yield forbidden((*place, "volumeMounts", number, field), "cannot be set for an Ephemeral Container")


def _validate_common(container: Container, path: Path, around: Around) -> Iterator[FieldError]:
    name = container.get("name", "")
    if name:
        yield from each((*path, "name"), name, dns_label(name))
    else:
        yield required((*path, "name"))
    if not container.get("image"):
        yield required((*path, "image"))
    message_policy = container.get("terminationMessagePolicy")
    if message_policy and message_policy not in {"File", "FallbackToLogsOnError"}:
        yield not_supported((*path, "terminationMessagePolicy"), message_policy, ("File", "FallbackToLogsOnError"))
    if "ports" in container:
        yield from _validate_ports(container["ports"], (*path, "ports"))
    if "volumeMounts" in container:
        yield from validate_volume_mounts(container, around.volumes, (*path, "volumeMounts"))
    pull_policy = container.get("imagePullPolicy")
    if pull_policy and pull_policy not in _PULL_POLICIES:
        yield not_supported((*path, "imagePullPolicy"), pull_policy, _PULL_POLICIES)
    if "securityContext" in container:
        yield from validate_container_security(container, path, host_users=around.host_users, minor=around.minor)


def _validate_ports(ports: list[Mapping[str, Any]], path: Path) -> Iterator[FieldError]:
    """Yield the errors of a container's ports. Names are unique within the container, numbers need not be."""
    names = set()
    for index, port in enumerate(ports):
        place = (*path, index)
        name = port.get("name", "")
        if name:
            wrong = port_name(name)
            yield from each((*place, "name"), name, wrong)
            if not wrong and name in names:
                yield duplicate((*place, "name"), name)
            elif not wrong:
                names.add(name)
        number = port.get("containerPort", 0)
        if number == 0:
            yield required((*place, "containerPort"))
        else:
            yield from each((*place, "containerPort"), number, port_number(number))
        host_port = port.get("hostPort", 0)
        if host_port != 0:
            yield from each((*place, "hostPort"), host_port, port_number(host_port))
        if protocol(port) not in PROTOCOLS:
            yield not_supported((*place, "protocol"), port["protocol"], sorted(PROTOCOLS))


def _host_port_conflicts(containers: Iterable[tuple[int, Container]], path: Path) -> Iterator[FieldError]:
    taken = set()
    for index, container in containers:
        for number, port in enumerate(container.get("ports", ())):
            if not port.get("hostPort"):
                continue
            claim = f"{protocol(port)}/{port.get('hostIP', '')}/{port['hostPort']}"
            if claim in taken:
                yield duplicate((*path, index, "ports", number, "hostPort"), claim)
            taken.add(claim)


def _validate_restart_policy(container: Container, path: Path) -> Iterator[FieldError]:
    policy = container.get("restartPolicy")
    if policy is not None and policy not in _RESTART_POLICIES:
        yield not_supported((*path, "restartPolicy"), policy, _RESTART_POLICIES)
    if policy is None and container.get("restartPolicyRules"):
        yield required((*path, "restartPolicy"), "must specify restartPolicy when restart rules are used")
