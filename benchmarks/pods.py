"""Large shops for measuring what containers may do: varied Pods, the same text for the same size.

Each Pod draws its user, groups, capabilities, filters, volumes and containers on its own, so hardly two are alike and
nothing is won by remembering answers. All of them are valid; about half are *baseline* and some are *restricted*.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from .worlds import SERVICES

ADDED = ("NET_BIND_SERVICE", "CHOWN", "SETUID", "SETGID", "NET_ADMIN", "SYS_TIME")
VOLUMES: tuple[dict[str, Any], ...] = (
    {"emptyDir": {}},
    {"emptyDir": {"medium": "Memory"}},
    {"configMap": {"name": "settings"}},
    {"secret": {"secretName": "keys", "defaultMode": 0o400}},
    {"persistentVolumeClaim": {"claimName": "data"}},
    {"hostPath": {"path": "/var/log/shop"}},
)


def documents(pods: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield `pods` Pods."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    for number in range(pods):
        service = SERVICES[number % len(SERVICES)]
        volumes = [{"name": f"volume-{at}", **chance.choice(VOLUMES)} for at in range(chance.randrange(4))]
        spec: dict[str, Any] = {
            "securityContext": _pod(chance),
            "containers": [_container(chance, "main", service, volumes)],
        }
        if chance.random() < 0.2:
            spec["initContainers"] = [_container(chance, "migrate", service, volumes)]
        if chance.random() < 0.2:
            spec["containers"].append(_container(chance, "metrics", "exporter", volumes))
        if chance.random() < 0.05:
            spec["hostPID"] = True
        if volumes:
            spec["volumes"] = volumes
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"{service}-{number}",
                "namespace": f"market-{number % 50}",
                "labels": {"app": service, "team": f"team-{number % 7}"},
            },
            "spec": spec,
        }


def _pod(chance: random.Random) -> dict[str, Any]:
    security: dict[str, Any] = {}
    if chance.random() < 0.6:
        security |= {"runAsUser": chance.randrange(1, 60000), "runAsNonRoot": True}
    if chance.random() < 0.4:
        security["runAsGroup"] = chance.randrange(60000)
    if chance.random() < 0.4:
        security["fsGroup"] = chance.randrange(60000)
    if chance.random() < 0.2:
        security["supplementalGroups"] = chance.sample(range(60000), 2)
    if chance.random() < 0.6:
        security["seccompProfile"] = {"type": "RuntimeDefault"}
    if chance.random() < 0.1:
        security["seLinuxOptions"] = {"level": f"s0:c{chance.randrange(500)},c{chance.randrange(500, 1000)}"}
    return security


def _container(chance: random.Random, name: str, image: str, volumes: list[dict[str, Any]]) -> dict[str, Any]:
    security: dict[str, Any] = {}
    if chance.random() < 0.7:
        security["allowPrivilegeEscalation"] = False
    elif chance.random() < 0.2:
        security["privileged"] = True
    if chance.random() < 0.6:
        security["capabilities"] = {"drop": ["ALL"]}
        if chance.random() < 0.3:
            security["capabilities"]["add"] = chance.sample(ADDED, chance.randrange(1, 3))
    if chance.random() < 0.5:
        security["readOnlyRootFilesystem"] = True
    if chance.random() < 0.1:
        security["runAsUser"] = chance.randrange(60000)
    container: dict[str, Any] = {"name": name, "image": f"registry.shop.example/{image}:1.{chance.randrange(9)}"}
    if security:
        container["securityContext"] = security
    if volumes:
        container["volumeMounts"] = [
            {"name": volume["name"], "mountPath": f"/srv/{volume['name']}"} for volume in volumes
        ]
    return container
