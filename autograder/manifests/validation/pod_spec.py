"""The spec of a Pod, alone or in a template. Source: pkg/apis/core/validation/validation.go, ValidatePodSpec.

Covered is what decides names, ports, networking, volumes and security. Resources, probes, environments and scheduling
are decoded strictly and not validated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.problems import Path

from .containers import Around, validate_containers, validate_ephemeral_containers, validate_init_containers
from .errors import FieldError, each, invalid, not_supported
from .host import validate_host_users, validate_os
from .labels import validate_labels
from .names import dns_label, dns_subdomain
from .security_context import share_process_namespace, validate_pod_security
from .volumes import validate_volumes
from .windows_options import validate_host_process

_RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
_DNS_POLICIES: Final = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")


def validate_pod_spec(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Pod's spec, in the server's order."""
    containers = spec.get("containers", [])
    volumes, errors = validate_volumes(spec.get("volumes", []), (*path, "volumes"))
    yield from errors
    around = Around(volumes, spec.get("hostUsers") is not False, minor)
    yield from validate_containers(containers, (*path, "containers"), around)
    if "initContainers" in spec:
        yield from validate_init_containers(spec["initContainers"], containers, (*path, "initContainers"), around)
    if "ephemeralContainers" in spec:
        others = {each.get("name", "") for field in ("containers", "initContainers") for each in spec.get(field, ())}
        place = (*path, "ephemeralContainers")
        yield from validate_ephemeral_containers(spec["ephemeralContainers"], others, place, around)
    if spec.get("hostNetwork"):
        yield from _validate_host_ports(containers, (*path, "containers"))
    restart_policy = spec.get("restartPolicy")
    if restart_policy and restart_policy not in _RESTART_POLICIES:
        yield not_supported((*path, "restartPolicy"), restart_policy, _RESTART_POLICIES)
    dns_policy = spec.get("dnsPolicy")
    if dns_policy and dns_policy not in _DNS_POLICIES:
        yield not_supported((*path, "dnsPolicy"), dns_policy, _DNS_POLICIES)
    yield from validate_labels(spec.get("nodeSelector"), (*path, "nodeSelector"), minor)
    yield from validate_pod_security(spec, path, minor)
    if minor >= 37 and spec.get("shareProcessNamespace") and spec.get("hostPID"):
        yield share_process_namespace(path, (*path, "shareProcessNamespace"))
    yield from validate_host_process(spec, path)
    yield from validate_host_users(spec, path, minor)
    for field in ("serviceAccountName", "nodeName"):
        if name := spec.get(field):
            yield from each((*path, field), name, dns_subdomain(name))
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= 2**31 - 1:
        yield invalid((*path, "activeDeadlineSeconds"), deadline, f"must be between 1 and {2**31 - 1}, inclusive")
    for field in ("hostname", "subdomain"):
        if name := spec.get(field):
            yield from each((*path, field), name, dns_label(name))
    yield from validate_os(spec, path, minor)


def _validate_host_ports(containers: list[Mapping[str, Any]], path: Path) -> Iterator[FieldError]:
    """Yield the host ports that differ from the container's: on the node's network the two are one.

    An absent host port is filled in, for a Pod when it is read, for a template when its Pods are made.
    """
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports", ())):
            host_port = port.get("hostPort", 0)
            if host_port not in (0, port.get("containerPort", 0)):
                place = (*path, index, "ports", number, "hostPort")
                yield invalid(place, host_port, "must match `containerPort` when `hostNetwork` is true")
