"""Small shops under random policies: the scene of the course, and what somebody might write about it.

The vocabulary is small on purpose, so that selectors meet Pods and policies meet one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Manifest = dict[str, Any]

_TEAMS: Final = {"shop": "shop", "data": "data", "monitoring": "operations", "kube-system": None}
_LABELS: Final = {
    "web": {"app": "web", "tier": "frontend"},
    "api": {"app": "api", "tier": "backend"},
    "cache": {"app": "cache", "tier": "backend"},
    "db": {"app": "db"},
    "prometheus": {"app": "prometheus"},
    "coredns": {"k8s-app": "kube-dns"},
}
_PORTS: Final[dict[str, tuple[tuple[str, int, str], ...]]] = {
    "web": (("http", 8080, "TCP"),),
    "api": (("http", 8080, "TCP"),),
    "cache": (("redis", 6379, "TCP"),),
    "db": (("postgres", 5432, "TCP"),),
    "prometheus": (("http", 9090, "TCP"),),
    "coredns": (("dns", 53, "UDP"), ("dns-tcp", 53, "TCP")),
}
_PODS: Final = {
    "web": ("shop", "10.244.1.10"),
    "api": ("shop", "10.244.2.11"),
    "cache": ("shop", "10.244.1.12"),
    "db": ("data", "10.244.2.20"),
    "prometheus": ("monitoring", "10.244.1.30"),
    "coredns": ("kube-system", "10.244.2.53"),
}
ASKED: Final = (
    ("web", "api"),
    ("web", "cache"),
    ("web", "db"),
    ("api", "web"),
    ("api", "cache"),
    ("api", "db"),
    ("cache", "api"),
    ("db", "api"),
    ("prometheus", "web"),
    ("prometheus", "api"),
    ("prometheus", "db"),
    ("api", "coredns"),
    ("db", "coredns"),
    ("prometheus", "coredns"),
)
"""Source and destination of the connections that people of the shop ask about."""
_SERVICES: Final[tuple[tuple[str, str, str, int, int | str, str], ...]] = (
    ("shop", "web", "10.96.0.80", 80, 8080, "TCP"),
    ("shop", "api", "10.96.0.81", 80, "http", "TCP"),
    ("data", "db", "10.96.0.54", 5432, 5432, "TCP"),
    ("kube-system", "coredns", "10.96.0.10", 53, 53, "UDP"),
)
_PORT_ITEMS: Final[tuple[Manifest, ...]] = (
    {"port": 8080},
    {"port": 8080},
    {"protocol": "TCP", "port": 8080},
    {"port": 80},
    {"port": 5432},
    {"port": "http"},
    {"port": 6379},
    {"port": 53},
    {"protocol": "UDP", "port": 53},
    {"protocol": "TCP"},
    {"port": 8000, "endPort": 8999},
)
_BLOCKS: Final[tuple[Manifest, ...]] = (
    {"cidr": "10.244.0.0/16"},
    {"cidr": "10.244.0.0/16", "except": ["10.244.1.0/24"]},
    {"cidr": "0.0.0.0/0", "except": ["10.244.2.0/24"]},
    {"cidr": "10.96.0.0/12"},
)


def scene() -> list[Manifest]:
    """Return the shop without policies: its Namespaces, Pods and Services."""
    namespaces = [_namespace(name, team) for name, team in _TEAMS.items()]
    return [*namespaces, *(_pod(name) for name in _PODS), *(_service(*fields) for fields in _SERVICES)]


def _namespace(name: str, team: str | None) -> Manifest:
    metadata: Manifest = {"name": name}
    if team:
        metadata["labels"] = {"team": team}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _pod(name: str) -> Manifest:
    namespace, address = _PODS[name]
    ports = [
        {"name": port_name, "containerPort": number, **({} if protocol == "TCP" else {"protocol": protocol})}
        for port_name, number, protocol in _PORTS[name]
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(_LABELS[name])},
        "spec": {"containers": [{"name": name, "image": f"shop/{name}:1.0", "ports": ports}]},
        "status": {"podIPs": [{"ip": address}]},
    }


def _service(namespace: str, name: str, address: str, port: int, target: int | str, protocol: str) -> Manifest:
    front: Manifest = {"port": port, "targetPort": target, **({} if protocol == "TCP" else {"protocol": protocol})}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"clusterIP": address, "selector": dict(_LABELS[name]), "ports": [front]},
    }


def world(random: Random) -> list[Manifest]:
    """Return the shop under one to three random policies, all of them valid."""
    count = random.choices((1, 2, 3), (5, 4, 1))[0]
    victims = [random.choice(list(_PODS))] * count if random.random() < 0.6 else random.choices(list(_PODS), k=count)
    return [*scene(), *(_policy(random, f"policy-{number}", victim) for number, victim in enumerate(victims, 1))]


def _policy(random: Random, name: str, victim: str) -> Manifest:
    spec: Manifest = {"podSelector": _sometimes(random, 0.75, lambda: _by_app(victim), {})}
    types = random.choices((["Ingress"], ["Egress"], ["Ingress", "Egress"], None), (4, 4, 2, 1))[0]
    if types is not None:
        spec["policyTypes"] = types
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        wanted = direction.capitalize() in (types or ["Ingress"])
        if random.random() < (0.75 if wanted else 0.2):
            spec[direction] = [_rule(random, peers) for _ in range(random.choice((1, 1, 1, 2)))]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": _PODS[victim][0]},
        "spec": spec,
    }


def _sometimes(random: Random, chance: float, make: Callable[[], Manifest], otherwise: Manifest) -> Manifest:
    return make() if random.random() < chance else otherwise


def _by_app(pod: str) -> Manifest:
    key, value = next(iter(_LABELS[pod].items()))
    return {"matchLabels": {key: value}}


def _rule(random: Random, peers: str) -> Manifest:
    rule: Manifest = {}
    if random.random() < 0.75:
        rule[peers] = [_peer(random) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.6:
        rule["ports"] = [dict(random.choice(_PORT_ITEMS)) for _ in range(random.choice((1, 1, 1, 2)))]
    return rule


def _peer(random: Random) -> Manifest:
    kind = random.random()
    if kind < 0.2:
        block = random.choice(_BLOCKS)
        return {"ipBlock": {key: value if isinstance(value, str) else list(value) for key, value in block.items()}}
    if kind < 0.5:
        return {"podSelector": _pods(random)}
    if kind < 0.75:
        return {"namespaceSelector": _namespaces(random)}
    return {"namespaceSelector": _namespaces(random), "podSelector": _pods(random)}


def _pods(random: Random) -> Manifest:
    return random.choices((_by_app(random.choice(list(_PODS))), {"matchLabels": {"tier": "backend"}}, {}), (15, 3, 2))[
        0
    ]


def _namespaces(random: Random) -> Manifest:
    name = random.choice(list(_TEAMS))
    team = _TEAMS[name] or "operations"
    labels = random.choice(({"kubernetes.io/metadata.name": name}, {"team": team}, {"team": name}, {"name": name}, {}))
    return {"matchLabels": labels} if labels else {}
