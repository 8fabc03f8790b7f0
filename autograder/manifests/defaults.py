"""What the API server fills in where a manifest says nothing.

Decoded values stay as their author wrote them. Whoever needs a value asks here for what it becomes.

Sources: pkg/apis/networking/v1/defaults.go, pkg/apis/core/v1/defaults.go, pkg/apis/apps/v1/defaults.go,
pkg/apis/batch/v1/defaults.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from .objects import Direction, Protocol

METADATA_NAME: Final = "kubernetes.io/metadata.name"


def policy_types(spec: Mapping[str, Any]) -> tuple[Direction, ...]:
    """Return the directions that a NetworkPolicy is about.

    | policyTypes | egress | becomes |
    |---|---|---|
    | written, not empty | | as written, each once |
    | absent, null or empty | absent, null or empty | Ingress |
    | absent, null or empty | at least one rule | Ingress, Egress |

    >>> policy_types({"egress": [{}]})
    ('Ingress', 'Egress')
    """
    written = spec.get("policyTypes")
    if written:
        return tuple(dict.fromkeys(written))
    return ("Ingress", "Egress") if spec.get("egress") else ("Ingress",)


def protocol(port: Mapping[str, Any]) -> Protocol:
    """Return the protocol of a port: TCP where none is written.

    >>> protocol({"port": 53})
    'TCP'
    """
    return cast("Protocol", port.get("protocol") or "TCP")


def namespace_labels(name: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return a Namespace's labels. The server sets kubernetes.io/metadata.name, whatever was written.

    >>> namespace_labels("shop", {"kubernetes.io/metadata.name": "other"})
    {'kubernetes.io/metadata.name': 'shop'}
    """
    return {**labels, METADATA_NAME: name}


def target_port(port: Mapping[str, Any]) -> int | str:
    """Return where a Service's port leads: to the same number where nothing is written.

    >>> target_port({"port": 80}), target_port({"port": 80, "targetPort": "http"})
    (80, 'http')
    """
    target: int | str = port.get("targetPort") or port.get("port", 0)
    return target


def service_type(spec: Mapping[str, Any]) -> str:
    """Return a Service's type: ClusterIP where none is written."""
    written: str = spec.get("type") or "ClusterIP"
    return written


def with_host_ports(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a Pod's spec with its host ports: on the node's network every port is one. In a template they stay open.

    >>> with_host_ports({"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]})["containers"]
    [{'ports': [{'containerPort': 80, 'hostPort': 80}]}]
    """
    if not spec.get("hostNetwork"):
        return spec
    filled = {
        field: [_with_host_ports(each) for each in spec[field]]
        for field in ("containers", "initContainers")
        if field in spec
    }
    return {**spec, **filled}


def _with_host_ports(container: Mapping[str, Any]) -> Mapping[str, Any]:
    ports = [
        {**port, "hostPort": port.get("hostPort") or port.get("containerPort", 0)}
        for port in container.get("ports", ())
    ]
    return {**container, "ports": ports} if ports else container


def replicas(spec: Mapping[str, Any]) -> int:
    """Return how many Pods a Deployment, ReplicaSet or StatefulSet makes: 1 where nothing is written."""
    written: int = spec.get("replicas", 1)
    return written


def parallelism(spec: Mapping[str, Any]) -> int:
    """Return how many Pods of a Job run at once: 1 where nothing is written, and never more than it needs.

    >>> parallelism({"parallelism": 5, "completions": 2})
    2
    """
    at_once: int = spec.get("parallelism", 1)
    return min(at_once, spec["completions"]) if "completions" in spec else at_once
