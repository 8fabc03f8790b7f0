"""Small scenes for reviews: Pods and policies in few words, sound in all that a row is not about."""

from __future__ import annotations

import json
from typing import Any

from autograder.manifests.load import Options, load_text
from autograder.review import Review, review

SOUND = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
    "container": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
}


def pod(name: str, namespace: str = "shop", ports: Any = (8080,), labels: Any = None, **spec: Any) -> dict[str, Any]:
    """A Pod that passes *restricted* and serves `ports`: numbers, or (name, number) or (name, number, protocol)."""
    declared = []
    for port in ports:
        if isinstance(port, int):
            declared.append({"containerPort": port})
        else:
            declared.append(dict(zip(("name", "containerPort", "protocol"), port, strict=False)))
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {"app": name}},
        "spec": {
            "securityContext": SOUND["securityContext"],
            "containers": [
                {"name": name, "image": f"registry.shop.example/{name}:1", "securityContext": SOUND["container"]}
                | ({"ports": declared} if declared else {})
            ],
            **spec,
        },
    }


def policy(name: str, namespace: str = "shop", select: Any = None, **spec: Any) -> dict[str, Any]:
    """A NetworkPolicy. `select` are labels; none: every Pod."""
    selector = {"matchLabels": select} if select else {}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": selector, **spec},
    }


def deny(namespace: str = "shop", *directions: str) -> dict[str, Any]:
    """Default deny."""
    return policy("deny", namespace, policyTypes=list(directions or ("Ingress", "Egress")))


def closed(*namespaces: str) -> list[dict[str, Any]]:
    """Default deny in every namespace that is named, both ways."""
    return [deny(namespace) for namespace in namespaces or ("shop",)]


def service(name: str, ports: Any, namespace: str = "shop", select: Any = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": select or {"app": name}, "ports": ports, **spec},
    }


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def by_app(*apps: str) -> list[dict[str, Any]]:
    """Peers: the Pods of these apps in the policy's own namespace."""
    return [{"podSelector": {"matchLabels": {"app": app}}} for app in apps]


def space(name: str) -> dict[str, Any]:
    """The selector of one namespace."""
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


DNS = {"to": [{"namespaceSelector": space("kube-system")}], "ports": [{"port": 53, "protocol": "UDP"}]}


def text(documents: Any) -> str:
    return "\n---\n".join(json.dumps(document, indent=1) for document in documents)


def reviewed(documents: Any, **more: Any) -> Review:
    """The review of a scene, written as YAML of which JSON is a part."""
    written = documents if isinstance(documents, str) else "# a scene\n" + text(documents)
    return review(load_text(written, "shop.yaml", Options(keep_places=True)), **more)


def told(result: Review) -> set[str]:
    """The findings as a table names them: ``severity id: subject``."""
    return {f"{found.severity} {found.id}: {found.subject}" for found in result.findings}
