"""Objects out of decoded and valid values, with the API server's defaults applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .defaults import namespace_labels, policy_types, protocol, service_type, target_port
from .objects import (
    IPBlock,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    Object,
    Peer,
    PolicyPort,
    Requirement,
    Rule,
    Service,
    ServicePort,
    Source,
)
from .pods import build_pods

_EVERYTHING: Final = LabelSelector()


def build(kind: str, value: Mapping[str, Any], namespace: str, source: Source | None = None) -> Object:
    """Return the object that a value means: decoded as `kind`, valid, with ``metadata`` and ``spec`` there."""
    if kind == "NetworkPolicy":
        return _policy(value, namespace, source)
    if kind == "Namespace":
        return _namespace(value, source)
    if kind == "Service":
        return _service(value, namespace, source)
    return build_pods(kind, value, namespace, source)


def name_of(metadata: Mapping[str, Any]) -> str:
    """Return an object's name, or the prefix of one that the server would generate."""
    name: str = metadata.get("name") or metadata.get("generateName", "")
    return name


def _namespace(value: Mapping[str, Any], source: Source | None) -> Namespace:
    metadata = value["metadata"]
    name = name_of(metadata)
    return Namespace(name, namespace_labels(name, metadata.get("labels", {})), source)


def _policy(value: Mapping[str, Any], namespace: str, source: Source | None) -> NetworkPolicy:
    spec = value["spec"]
    return NetworkPolicy(
        namespace=namespace,
        name=name_of(value["metadata"]),
        # Absent here means every Pod; in a peer it means that the peer says nothing about Pods.
        pod_selector=_selector(spec.get("podSelector")) or _EVERYTHING,
        policy_types=policy_types(spec),
        ingress=tuple(_rule(rule, "from") for rule in spec.get("ingress", ())),
        egress=tuple(_rule(rule, "to") for rule in spec.get("egress", ())),
        policy_types_written=bool(spec.get("policyTypes")),
        source=source,
    )


def _rule(rule: Mapping[str, Any], peers: str) -> Rule:
    return Rule(tuple(map(_peer, rule.get(peers, ()))), tuple(map(_policy_port, rule.get("ports", ()))))


def _peer(peer: Mapping[str, Any]) -> Peer:
    block = peer.get("ipBlock")
    return Peer(
        pod_selector=_selector(peer.get("podSelector")),
        namespace_selector=_selector(peer.get("namespaceSelector")),
        ip_block=None if block is None else IPBlock(block["cidr"], tuple(block.get("except", ()))),
    )


def _policy_port(port: Mapping[str, Any]) -> PolicyPort:
    return PolicyPort(protocol(port), port.get("port"), port.get("endPort"), protocol_written="protocol" in port)


def _selector(selector: Mapping[str, Any] | None) -> LabelSelector | None:
    if selector is None:
        return None
    requirements = selector.get("matchExpressions", ())
    return LabelSelector(
        tuple(sorted(selector.get("matchLabels", {}).items())),
        tuple(Requirement(each["key"], each["operator"], tuple(each.get("values", ()))) for each in requirements),
    )


def _service(value: Mapping[str, Any], namespace: str, source: Source | None) -> Service:
    spec = value["spec"]
    written = spec.get("clusterIPs") or [spec.get("clusterIP", "")]
    return Service(
        namespace=namespace,
        name=name_of(value["metadata"]),
        selector=spec.get("selector", {}),
        ports=tuple(
            ServicePort(port.get("name") or None, port["port"], target_port(port), protocol(port))
            for port in spec.get("ports", ())
        ),
        cluster_ips=tuple(address for address in written if address not in {"", "None"}),
        type=service_type(spec),
        source=source,
    )
