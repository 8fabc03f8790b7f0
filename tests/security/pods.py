"""Pods for tests, written shortly: what the API server would hand on."""

from __future__ import annotations

import json
from typing import Any

from autograder.manifests.load import Options, load_text
from autograder.manifests.objects import Pod
from autograder.security.containers import Container, containers_of
from autograder.security.images import Image, ImageGroup

IMAGE = "registry.shop.example/api:1.4"


def pod(
    security: dict[str, Any] | None = None,
    container: dict[str, Any] | None = None,
    *,
    spec: dict[str, Any] | None = None,
    options: Options | None = None,
) -> Pod:
    """The Pod api: the Pod's securityContext, that of its one container, and more fields of the spec."""
    return read(manifest(security, container, spec=spec), options)


def manifest(
    security: dict[str, Any] | None = None,
    container: dict[str, Any] | None = None,
    *,
    spec: dict[str, Any] | None = None,
    kind: str = "Pod",
) -> dict[str, Any]:
    """The manifest of api, alone or as a Deployment."""
    one: dict[str, Any] = {"name": "api", "image": IMAGE}
    if container is not None:
        one["securityContext"] = container
    whole: dict[str, Any] = {"containers": [one], **(spec or {})}
    if security is not None:
        whole["securityContext"] = security
    metadata = {"name": "api", "namespace": "shop", "labels": {"app": "api"}}
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}
    template = {"metadata": {"labels": {"app": "api"}}, "spec": whole}
    selector = {"matchLabels": {"app": "api"}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"selector": selector, "template": template},
    }


def read(document: dict[str, Any], options: Options | None = None) -> Pod:
    """The Pod that a manifest makes; the API server must take it."""
    manifests = load_text(json.dumps(document), options=options)
    assert not manifests.errors, [problem.message for problem in manifests.errors]
    [found] = manifests.pods
    return found


def first(found: Pod) -> Container:
    """The first of a Pod's regular containers."""
    return next(container for container in containers_of(found) if container.kind == "regular")


def images(
    user: str = "",
    passwd: dict[str, tuple[int, int]] | None = None,
    groups: dict[str, tuple[int, list[str]]] | None = None,
) -> dict[str, Image]:
    """What is known of the one image: with app (1000) and its group extra (50000) where nothing else is said."""
    users = {"root": (0, 0), "app": (1000, 1000)} if passwd is None else passwd
    lines = {"extra": (50000, ["app"])} if groups is None else groups
    return {IMAGE: Image(user, users, {name: ImageGroup(gid, tuple(who)) for name, (gid, who) in lines.items()})}
