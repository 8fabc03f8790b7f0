"""Short words for tables: Pods, workloads, namespaces and policies as plain manifests, and sets of ports as text."""

from __future__ import annotations

from string import Template
from typing import Any

import yaml

Manifest = dict[str, Any]
EVERYTHING = "everything"
NOTHING = "nothing"
PROTOCOLS = ("TCP", "UDP", "SCTP")
WORDS = {
    **{app: f"podSelector: {{matchLabels: {{app: {app}}}}}" for app in ("web", "api", "db")},
    **{team: f"namespaceSelector: {{matchLabels: {{team: {team}}}}}" for team in ("office", "finance")},
}
"""What ``$web`` and the like stand for in a spec: the selectors that rows need all the time."""
PortText = str
"""``everything``, ``nothing``, or items such as ``TCP``, ``UDP 53``, ``TCP 8000-9000``, with commas between."""


def namespace(name: str, labels: Manifest | None = None) -> Manifest:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels or {}}}


def pod(
    identity: str,
    labels: Any = None,
    *ips: str,
    ports: str = "",
    phase: str | None = None,
    **spec: Any,
) -> Manifest:
    """A Pod ``namespace/name``; its label is ``app: <name>`` unless others are given.

    Each IP goes to status.podIPs; `ports` are one container's, as in ``http=8080 dns=53/UDP``.
    """
    space, name = identity.split("/")
    status: Manifest = {"podIPs": [{"ip": ip} for ip in ips]} if ips else {}
    if phase:
        status["phase"] = phase
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": space, "name": name, "labels": {"app": name} if labels is None else labels},
        "spec": {"containers": [container("main", ports)], **spec},
        "status": status,
    }


def container(name: str, ports: str, **fields: Any) -> Manifest:
    """A container with ports as in ``http=8080 dns=53/UDP 9090`` (the last one has no name)."""
    declared = []
    for text in ports.split():
        port_name, _, number = text.rpartition("=")
        number, _, protocol = number.partition("/")
        port: Manifest = {"containerPort": int(number)}
        if port_name:
            port["name"] = port_name
        if protocol:
            port["protocol"] = protocol
        declared.append(port)
    return {"name": name, "image": "shop/server:1", "ports": declared, **fields}


def workload(
    kind: str, identity: str, labels: Manifest | None = None, *, ports: str = "", pod_spec: Any = None, **spec: Any
) -> Manifest:
    """A workload ``namespace/name`` whose Pods have `labels` (default ``app: <name>``)."""
    space, name = identity.split("/")
    found = {"app": name} if labels is None else labels
    template: Manifest = {
        "metadata": {"labels": found},
        "spec": {"containers": [container("main", ports)], **(pod_spec or {})},
    }
    metadata = {"namespace": space, "name": name}
    if kind in ("Job", "CronJob"):
        template["spec"]["restartPolicy"] = "Never"
        body: Manifest = {"template": template, **spec}
        if kind == "CronJob":
            body = {"schedule": "0 3 * * *", "jobTemplate": {"spec": body}}
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": metadata, "spec": body}
    body = {"selector": {"matchLabels": found}, "template": template, **spec}
    if kind == "StatefulSet":
        body["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": body}


def policy(identity: str, spec: str | None) -> Manifest:
    """A NetworkPolicy ``namespace/name`` with a spec written as YAML with `WORDS`; None leaves the spec out."""
    space, name = identity.split("/")
    manifest: Manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": space, "name": name},
    }
    return manifest if spec is None else {**manifest, "spec": yaml.safe_load(Template(spec).substitute(WORDS))}


def policies(specs: dict[str, str | None]) -> list[Manifest]:
    """Policies, written as ``{"namespace/name": spec}``."""
    return [policy(identity, spec) for identity, spec in specs.items()]


def port_sets(text: PortText) -> dict[str, list[tuple[int, int]]]:
    """Read a set of ports: the (first, last) stretches of each protocol.

    >>> port_sets("TCP 80, TCP 8000-9000, UDP")
    {'TCP': [(80, 80), (8000, 9000)], 'UDP': [(1, 65535)]}
    """
    if text == NOTHING:
        return {}
    if text == EVERYTHING:
        text = ", ".join(PROTOCOLS)
    found: dict[str, list[tuple[int, int]]] = {}
    for item in text.split(","):
        protocol, _, numbers = item.strip().partition(" ")
        if protocol not in PROTOCOLS:
            raise ValueError(f"{item!r} in a table is no set of ports")
        first, _, last = (numbers or "1-65535").partition("-")
        found.setdefault(protocol, []).append((int(first), int(last or first)))
    return found
