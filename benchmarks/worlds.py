"""Large shops for measuring: varied Pods, varied policies, the same text for the same size.

The shop runs the same services for many markets, a namespace each. Every Pod carries one of many combinations of
labels, named ports differ between services, and the policies use every form there is: bare and combined selectors,
expressions, named ports, ranges, and ipBlocks with exceptions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

PODS_PER_NAMESPACE = 20
PODS_PER_POLICY = 10
SERVICES = ("web", "api", "cart", "search", "payments", "cache", "db", "queue", "mailer", "report")
TIERS = ("edge", "backend", "data")
PORTS = {"http": (8080, 8000, 3000), "metrics": (9090, 9102), "sql": (5432, 3306), "redis": (6379,), "amqp": (5672,)}


def documents(pods: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield a shop of `pods` Pods, its namespaces and a policy for every ten Pods."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    namespaces = max(2, pods // PODS_PER_NAMESPACE)
    for number in range(namespaces):
        yield {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": f"market-{number}",
                "labels": {"region": f"region-{number % 12}", "stage": ("prod", "test", "dev")[number % 3]},
            },
        }
    for number in range(pods):
        yield _pod(chance, number, number % namespaces)
    for number in range(pods // PODS_PER_POLICY):
        yield _policy(chance, number, number % namespaces)


def _pod(chance: random.Random, number: int, namespace: int) -> dict[str, Any]:
    service = SERVICES[number // 3 % len(SERVICES)]
    names = chance.sample(sorted(PORTS), 2)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{service}-{number}",
            "namespace": f"market-{namespace}",
            "labels": {
                "app": service,
                "tier": chance.choice(TIERS),
                "track": chance.choice(("stable", "canary")),
                "team": f"team-{chance.randrange(7)}",
                "pod-template-hash": "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=9)),
            },
        },
        "spec": {
            "containers": [
                {
                    "name": "main",
                    "image": f"registry.shop.example/{service}:1.{number % 9}",
                    "ports": [
                        {"name": name, "containerPort": chance.choice(PORTS[name]), "protocol": "TCP"} for name in names
                    ],
                }
            ],
            "nodeName": f"node-{number % 97}",
        },
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}],
        },
    }


def _policy(chance: random.Random, number: int, namespace: int) -> dict[str, Any]:
    spec = _FORMS[number // 2 % len(_FORMS)](chance)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"policy-{number}", "namespace": f"market-{namespace}"},
        "spec": spec,
    }


def _deny(_chance: random.Random) -> dict[str, Any]:
    return {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def _named_port(chance: random.Random) -> dict[str, Any]:
    return {
        "podSelector": {"matchLabels": {"app": chance.choice(SERVICES)}},
        "ingress": [
            {
                "from": [{"podSelector": {"matchLabels": {"tier": chance.choice(TIERS)}}}],
                "ports": [{"port": chance.choice(sorted(PORTS))}],
            }
        ],
    }


def _combined(chance: random.Random) -> dict[str, Any]:
    return {
        "podSelector": {"matchLabels": {"tier": chance.choice(TIERS)}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [
                    {
                        "namespaceSelector": {"matchLabels": {"region": f"region-{chance.randrange(12)}"}},
                        "podSelector": {"matchLabels": {"team": f"team-{chance.randrange(7)}"}},
                    }
                ],
                "ports": [{"protocol": "TCP", "port": chance.choice((8080, 9090, 5432))}],
            },
            {"from": [{"namespaceSelector": {"matchLabels": {"stage": "prod"}}}], "ports": [{"port": 9102}]},
        ],
    }


def _dns(chance: random.Random) -> dict[str, Any]:
    return {
        "podSelector": {"matchLabels": {"team": f"team-{chance.randrange(7)}"}},
        "policyTypes": ["Egress"],
        "egress": [
            {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
            {"to": [{"podSelector": {}}]},
        ],
    }


def _expressions(chance: random.Random) -> dict[str, Any]:
    number = chance.randrange(200)
    return {
        "podSelector": {
            "matchExpressions": [
                {"key": "app", "operator": "In", "values": chance.sample(SERVICES, 3)},
                {"key": "track", "operator": "NotIn", "values": ["canary"]},
            ]
        },
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [
                    {
                        "ipBlock": {
                            "cidr": f"203.{number}.0.0/16",
                            "except": [f"203.{number}.{chance.randrange(255)}.0/24"],
                        }
                    },
                    {"podSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}},
                ],
                "ports": [{"port": 30000, "endPort": 30000 + chance.randrange(1, 2000)}],
            }
        ],
        "egress": [{"to": [{"ipBlock": {"cidr": f"198.51.{number}.0/24"}}], "ports": [{"port": 443}]}],
    }


_FORMS = (_deny, _named_port, _combined, _dns, _expressions)
