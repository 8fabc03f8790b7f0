"""Small hostile clusters, made at random: few names, few labels and few ports, so that everything collides.

`world` builds one from any `random.Random`, so a seed reproduces it; `worlds` is the same as a hypothesis
strategy. A world is a list of plain manifests, all of them valid. `smaller` takes a failing world apart
until nothing can go any more.
"""

from __future__ import annotations

import ipaddress
import json
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Manifest = dict[str, Any]

NAMESPACES = ("shop", "warehouse", "monitoring", "default")
POD_NAMES = ("web", "api", "db", "cache", "payments", "report", "scanner", "gateway")
LABELS = {"app": ("web", "api", "db", ""), "tier": ("front", "back"), "env": ("prod", "y", "1.10", "")}
NAMESPACE_LABELS = {"team": ("sales", "platform"), "env": ("prod", "test", "")}
NAME_LABEL = "kubernetes.io/metadata.name"
CONTROLLER_LABELS = {
    "pod-template-hash": ("5d4f8", "77c9b"),
    "controller-revision-hash": ("6b7d", "9f1c"),
    "apps.kubernetes.io/pod-index": ("0", "1", "2"),
    "statefulset.kubernetes.io/pod-name": ("db-0", "db-1", "web-0", "cache-2"),
    "batch.kubernetes.io/job-name": ("report", "scanner", "report-29000"),
}
PORT_NAMES = ("http", "metrics", "dns", "postgres")
NUMBERS = (1, 53, 80, 81, 443, 5432, 8080, 8081, 9090, 65534, 65535)
PROTOCOLS = ("TCP", "UDP", "SCTP")
CIDRS = {
    4: (
        "0.0.0.0/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.1.2.0/24",
        "10.1.2.2/31",
        "10.1.2.3/32",
        "192.0.2.0/24",
        "203.0.113.7/32",
        "255.255.255.255/32",
    ),
    6: ("::/0", "8000::/1", "fd00::/8", "fd00:1::/32", "fd00:1::5/128", "2001:db8::/32", "2001:db8:7::/48"),
}
POD_ADDRESSES = {
    4: (
        "10.1.2.2",
        "10.1.2.3",
        "10.1.2.4",
        "10.1.3.255",
        "10.1.2.255",
        "10.0.0.1",
        "10.255.255.255",
        "11.0.0.0",
        "192.0.2.9",
        "172.16.0.5",
    ),
    6: ("fd00:1::5", "fd00:1::6", "fd00::1", "fd00:2::1", "2001:db8::1", "2001:db8:7::1", "fe00::9"),
}
NODES = {"node-a": ("10.1.0.10", "fd00:1::a"), "node-b": ("192.0.2.50", "fd00:9::b")}

# ---------------------------------------------------------------------------------------------------------------
# Selectors


def _maybe(random: Random, chance: float) -> bool:
    return random.random() < chance


def _pick(random: Random, *choices: tuple[float, Callable[[], Any]]) -> Any:
    """Run one of the choices, picked by weight."""
    return random.choices([make for _, make in choices], [weight for weight, _ in choices])[0]()


def _labels(random: Random, vocabulary: dict[str, tuple[str, ...]], chance: float) -> Manifest:
    return {key: random.choice(values) for key, values in vocabulary.items() if _maybe(random, chance)}


def _expression(random: Random, vocabulary: dict[str, tuple[str, ...]]) -> Manifest:
    key = random.choice(list(vocabulary))
    operator = random.choice(("In", "NotIn", "Exists", "DoesNotExist"))
    if operator in ("In", "NotIn"):
        count = random.randint(1, 2)
        return {"key": key, "operator": operator, "values": [random.choice(vocabulary[key]) for _ in range(count)]}
    expression: Manifest = {"key": key, "operator": operator}
    if _maybe(random, 0.2):
        expression["values"] = random.choice(([], None))
    return expression


def _selector(random: Random, vocabulary: dict[str, tuple[str, ...]]) -> Manifest:
    def one_label() -> Manifest:
        key = random.choice(list(vocabulary))
        return {"matchLabels": {key: random.choice(vocabulary[key])}}

    return _pick(
        random,
        (4, one_label),
        (3, lambda: {"matchExpressions": [_expression(random, vocabulary)]}),
        (3, dict),
        (
            1,
            lambda: {
                "matchLabels": _labels(random, vocabulary, 0.5),
                "matchExpressions": [_expression(random, vocabulary) for _ in range(random.randint(0, 2))],
            },
        ),
        (0.3, lambda: {"matchLabels": None, "matchExpressions": []}),
        (0.3, lambda: {"matchLabels": {random.choice(list(vocabulary)): None}}),
    )


def _pod_selector(random: Random) -> Manifest:
    return _selector(random, {**LABELS, **CONTROLLER_LABELS} if _maybe(random, 0.25) else LABELS)


def _namespace_selector(random: Random) -> Manifest:
    return _selector(random, {**NAMESPACE_LABELS, NAME_LABEL: NAMESPACES})


# ---------------------------------------------------------------------------------------------------------------
# Policies


def _block(random: Random) -> Manifest:
    family = random.choice((4, 4, 6))
    cidr = random.choice(CIDRS[family])
    block: Manifest = {"cidr": cidr}
    outer = ipaddress.ip_network(cidr)
    inside = [
        text
        for text in CIDRS[family]
        if (inner := ipaddress.ip_network(text)) != outer and inner.subnet_of(outer)  # type: ignore[arg-type]
    ]
    if _maybe(random, 0.5):
        block["except"] = random.choices(inside, k=random.randint(1, 2)) if inside else []
    elif _maybe(random, 0.1):
        block["except"] = None
    return {"ipBlock": block}


def _peer(random: Random) -> Manifest:
    peer = _pick(
        random,
        (3, lambda: {"podSelector": _pod_selector(random)}),
        (3, lambda: {"namespaceSelector": _namespace_selector(random)}),
        (2, lambda: {"namespaceSelector": _namespace_selector(random), "podSelector": _pod_selector(random)}),
        (3, lambda: _block(random)),
    )
    if _maybe(random, 0.1):
        for key in ("podSelector", "namespaceSelector", "ipBlock"):
            peer.setdefault(key, None)
    return dict(peer)


def _port(random: Random) -> Manifest | None:
    protocol = {"protocol": random.choice((*PROTOCOLS, "TCP", "UDP"))} if _maybe(random, 0.6) else {}

    def number() -> Manifest:
        return {**protocol, "port": random.choice(NUMBERS)}

    def stretch() -> Manifest:
        first, last = sorted(random.choices(NUMBERS, k=2))
        return {**protocol, "port": first, "endPort": last}

    return _pick(
        random,
        (4, number),
        (3, stretch),
        (4, lambda: {**protocol, "port": random.choice(PORT_NAMES)}),
        (2, lambda: dict(protocol)),
        (0.3, lambda: {"protocol": None, "port": None, "endPort": None}),
        (0.2, lambda: None),
    )


def _listed(random: Random, key: str, item: Callable[[], Any], most: int) -> Manifest:
    """`key` absent, null, empty or with some items."""
    return _pick(
        random,
        (2, dict),
        (0.3, lambda: {key: None}),
        (0.5, lambda: {key: []}),
        (6, lambda: {key: [item() for _ in range(random.randint(1, most))]}),
    )


def random_rule(random: Random, direction: str) -> Manifest | None:
    if _maybe(random, 0.02):
        return None
    return {
        **_listed(random, "from" if direction == "ingress" else "to", lambda: _peer(random), 3),
        **_listed(random, "ports", lambda: _port(random), 3),
    }


def random_policy(random: Random, namespace: str | None, name: str) -> Manifest:
    metadata: Manifest = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    policy: Manifest = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata}
    if _maybe(random, 0.02):
        return policy if _maybe(random, 0.5) else {**policy, "spec": None}
    spec: Manifest = _pick(
        random,
        (8, lambda: {"podSelector": _pod_selector(random)}),
        (1, dict),
        (0.5, lambda: {"podSelector": None}),
    )
    if _maybe(random, 0.6):
        written = (
            ["Ingress"],
            ["Egress"],
            ["Ingress", "Egress"],
            ["Egress", "Ingress"],
            ["Ingress", "Ingress"],
            [],
            None,
        )
        spec["policyTypes"] = random.choice(written)
    for direction in ("ingress", "egress"):
        spec.update(_listed(random, direction, lambda direction=direction: random_rule(random, direction), 3))  # type: ignore[misc]
    return {**policy, "spec": spec}


# ---------------------------------------------------------------------------------------------------------------
# Pods and workloads


def _container_ports(random: Random) -> list[Manifest]:
    names = list(PORT_NAMES)
    random.shuffle(names)
    ports = []
    for name in names[: random.randint(0, 3)]:
        port: Manifest = {"containerPort": random.choice(NUMBERS)}
        if _maybe(random, 0.85):
            port["name"] = name
        if _maybe(random, 0.5):
            port["protocol"] = random.choice(PROTOCOLS)
        ports.append(port)
    return ports


def _spec(random: Random) -> Manifest:
    containers = [
        {"name": f"c{index}", "image": "shop/server:1", "ports": _container_ports(random)}
        for index in range(random.choice((1, 1, 1, 2, 3)))
    ]
    spec: Manifest = {"containers": containers}
    if _maybe(random, 0.1):
        sidecar = {
            "name": "proxy",
            "image": "shop/proxy:1",
            "restartPolicy": "Always",
            "ports": _container_ports(random),
        }
        spec["initContainers"] = [sidecar]
    if _maybe(random, 0.3):
        spec["nodeName"] = random.choice(list(NODES))
    if _maybe(random, 0.15):
        spec["hostNetwork"] = True
        # Each port of such a Pod is also its node's, so the API server refuses to give one away twice.
        given: set[tuple[int, str]] = set()
        for container in (*containers, *spec.get("initContainers", ())):
            ports = {(port["containerPort"], port.get("protocol", "TCP")): port for port in container["ports"]}
            container["ports"] = [port for key, port in ports.items() if key not in given]
            given |= ports.keys()
    return spec


def _metadata(random: Random, name: str | None, namespace: str | None) -> Manifest:
    metadata: Manifest = {}
    if name is not None:
        metadata["name"] = name
    if namespace is not None:
        metadata["namespace"] = namespace
    if _maybe(random, 0.9):
        metadata["labels"] = _labels(random, LABELS, 0.6)
    elif _maybe(random, 0.3):
        metadata["labels"] = random.choice((None, {"tier": None}))
    return metadata


def _status(random: Random, spec: Manifest, free: dict[int, list[str]]) -> Manifest:
    """A status with the Pod's addresses, taken from those that no other Pod has."""
    families = random.choice(((4,), (4,), (4,), (6,), (4, 6), (4, 6), (6, 4), ()))
    if spec.get("hostNetwork"):
        node = NODES[spec.get("nodeName") or random.choice(list(NODES))]
        addresses = [node[0 if family == 4 else 1] for family in families]
    else:
        addresses = [free[family].pop() for family in families if free[family]]
    status: Manifest = {"podIPs": [{"ip": address} for address in addresses]} if addresses else {}
    if addresses:
        status["podIP"] = addresses[0]
        if len(addresses) == 1 and _maybe(random, 0.1):
            del status["podIPs"]
    phase = random.choices((None, "Running", "Pending", "Succeeded", "Failed"), (6, 3, 1, 0.5, 0.5))[0]
    return status if phase is None else {**status, "phase": phase}


def _pod(random: Random, name: str, namespace: str | None, free: dict[int, list[str]]) -> Manifest:
    spec = _spec(random)
    pod: Manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(random, name, namespace),
        "spec": spec,
    }
    if _maybe(random, 0.9):
        pod["status"] = _status(random, spec, free)
    return pod


def _workload(random: Random, name: str, namespace: str | None) -> Manifest:
    kind = random.choice(
        ("Deployment", "Deployment", "StatefulSet", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "CronJob")
    )
    own: Manifest = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    # The controller insists that its selector matches the template.
    metadata = _metadata(random, None, None)
    metadata["labels"] = {**(metadata.get("labels") or {}), "run": name}
    template: Manifest = {"metadata": metadata, "spec": _spec(random)}
    if kind in ("Job", "CronJob"):
        template["spec"]["restartPolicy"] = "Never"
        spec: Manifest = {"template": template}
        if kind == "CronJob":
            spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": spec}}
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": own, "spec": spec}
    spec = {"selector": {"matchLabels": {"run": name}}, "template": template}
    if kind == "StatefulSet":
        spec["serviceName"] = name
        if _maybe(random, 0.2):
            spec["ordinals"] = {"start": 1}
    if kind != "DaemonSet" and _maybe(random, 0.7):
        spec["replicas"] = random.randint(1, 3)
    # Labels of the workload itself mislead: no policy looks at them.
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {**own, "labels": _labels(random, LABELS, 0.3)},
        "spec": spec,
    }


def _service(random: Random, name: str, namespace: str) -> Manifest:
    """A Service in front of some Pods: it must change nothing."""
    ports: list[Manifest] = []
    for index in range(random.randint(1, 2)):
        port: Manifest = {"name": f"port-{index}", "port": random.choice(NUMBERS[index::2])}
        if _maybe(random, 0.8):
            port["targetPort"] = random.choice((*NUMBERS, *PORT_NAMES))
        if _maybe(random, 0.4):
            port["protocol"] = random.choice(PROTOCOLS)
        ports.append(port)
    key = random.choice(list(LABELS))
    spec: Manifest = {"selector": {key: random.choice(LABELS[key])}, "ports": ports}
    if _maybe(random, 0.3):
        spec["clusterIP"] = f"10.1.2.{random.randint(100, 200)}"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


# ---------------------------------------------------------------------------------------------------------------
# Worlds


def _namespace(random: Random, name: str) -> Manifest:
    metadata: Manifest = {"name": name}
    if _maybe(random, 0.8):
        metadata["labels"] = _labels(random, NAMESPACE_LABELS, 0.6)
        if _maybe(random, 0.15):
            metadata["labels"][NAME_LABEL] = random.choice(NAMESPACES)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def world(random: Random) -> list[Manifest]:
    """Return a small cluster: 1-4 namespaces (some undeclared), 1-8 Pods and workloads, 0-8 policies, some Services."""
    used = random.sample(NAMESPACES, random.randint(1, 4))
    documents = [_namespace(random, name) for name in used if _maybe(random, 0.8)]
    free = {family: random.sample(addresses, len(addresses)) for family, addresses in POD_ADDRESSES.items()}
    taken = set()
    for _ in range(random.randint(1, 8)):
        namespace = random.choice(used)
        name = random.choice(POD_NAMES)
        written = None if namespace == "default" and _maybe(random, 0.5) else namespace
        make = _workload if _maybe(random, 0.3) else None
        manifest = make(random, name, written) if make else _pod(random, name, written, free)
        if (manifest["kind"], namespace, name) not in taken:
            taken.add((manifest["kind"], namespace, name))
            documents.append(manifest)
    for index in range(random.choice((0, 1, 1, 2, 2, 3, 4, 5, 6, 8))):
        namespace = random.choice(used)
        written = None if namespace == "default" and _maybe(random, 0.5) else namespace
        documents.append(random_policy(random, written, f"policy-{index}"))
    services = random.choice((0, 0, 1, 2, 4))
    documents.extend(_service(random, f"service-{index}", random.choice(used)) for index in range(services))
    random.shuffle(documents)
    if documents and _maybe(random, 0.05):
        return [{"apiVersion": "v1", "kind": "List", "items": documents}]
    return documents


def seeded(seed: int) -> list[Manifest]:
    """Return the world of a seed, the same on every machine."""
    return world(dice(seed))


def dice(seed: int) -> Random:
    """Return random choices that a seed repeats."""
    return Random(seed)


worlds = strategies.randoms(use_true_random=False).map(world)
"""Worlds as a hypothesis strategy."""

pod_cidr_choices = ((), ("10.0.0.0/8",), ("10.1.2.0/24", "fd00:1::/32"), ("172.16.0.0/12",), ("2001:db8::/32",))
"""Where Pods of unknown address may be; empty: anywhere."""


def as_json(documents: list[Manifest]) -> str:
    """Return the documents as text that every YAML reader reads alike."""
    return "\n---\n".join(json.dumps(document) for document in documents)


def as_yaml(documents: list[Manifest]) -> str:
    """Return the documents as a person would read them."""
    return str(yaml.safe_dump_all(documents, sort_keys=False))


# ---------------------------------------------------------------------------------------------------------------
# Making a failing world small


def smaller(documents: list[Manifest], fails: Callable[[list[Manifest]], bool]) -> list[Manifest]:
    """Return a world that still fails and from which no part can be taken without it passing.

    `fails` must say no, not raise, for a world that is no longer valid.
    """
    documents = deepcopy(documents)
    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in _without_one_part(documents):
            if fails(candidate):
                documents = candidate
                shrunk = True
                break
    return documents


def _without_one_part(documents: list[Manifest]) -> Iterator[list[Manifest]]:
    """Yield copies that lack one part each, the large parts first."""
    for path in sorted(_paths(documents, ()), key=len):
        candidate = deepcopy(documents)
        parent: Any = candidate
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]
        yield candidate


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from _paths(inner, (*path, step))
