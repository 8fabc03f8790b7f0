"""The smallest edit that opens a flow and takes nothing away: data, and how it is applied.

An edit only ever appends. Changing a condition in place would be a shorter line in a diff, but it would close
something for somebody else; policies add up, so the safe way to open a flow is to add to what is allowed.
"""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.objects import Direction, LabelSelector, NetworkPolicy, Pod, Rule
from autograder.manifests.problems import Path

from .addresses import Family, text_of
from .cluster import METADATA_NAME
from .trace import RuleTrace

_IDENTIFYING: Final = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "k8s-app", "app", "name", "component")
"""Labels by which people name a workload, the most telling first."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `new` at `path` of a policy, where `old` stands now (None: nothing)."""

    path: Path
    old: Any
    new: Any


def applied(manifest: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """Return a manifest with an edit made. Raises KeyError or IndexError when the path does not lead anywhere."""
    result: dict[str, Any] = copy.deepcopy(dict(manifest))
    here: Any = result
    for step in edit.path[:-1]:
        if isinstance(here, dict) and here.get(step) is None:
            here[step] = {}
        here = here[step]
    here[edit.path[-1]] = edit.new
    return result


def selector_for(pod: Pod, others: tuple[Pod, ...]) -> dict[str, Any]:
    """Return the shortest podSelector that a person would write for a Pod: one telling label, else all it has."""
    neighbors = [other for other in others if other.namespace == pod.namespace and other is not pod]
    for key in _IDENTIFYING:
        if key in pod.labels and not any(other.labels.get(key) == pod.labels[key] for other in neighbors):
            return {"matchLabels": {key: pod.labels[key]}}
    return {"matchLabels": dict(pod.labels)} if pod.labels else {}


def peer_for_pod(pod: Pod, others: tuple[Pod, ...], policy_namespace: str) -> dict[str, Any]:
    """Return an item of from/to that matches a Pod, seen from a policy in some namespace."""
    peer: dict[str, Any] = {"podSelector": selector_for(pod, others)}
    if pod.namespace != policy_namespace:
        peer = {"namespaceSelector": {"matchLabels": {METADATA_NAME: pod.namespace}}, **peer}
    return peer


def peers_for_range(family: Family, first: int, last: int) -> list[dict[str, Any]]:
    """Return items of from/to that match exactly the addresses from `first` to `last`."""
    start, end = (ipaddress.ip_address(text_of(family, number)) for number in (first, last))
    networks = ipaddress.summarize_address_range(start, end)
    return [{"ipBlock": {"cidr": str(network)}} for network in networks]


def opening(
    manifest: Mapping[str, Any],
    direction: Direction,
    near: RuleTrace | None,
    peers: list[dict[str, Any]],
    port: dict[str, Any],
) -> Edit:
    """Return the edit that lets peers in on a port; `near` is the rule that lacks least, if there is a rule.

    Without peers everybody is let in: nothing less is sure to match an end whose address nobody knows.

    ============ ============ ==========================================
    peers match  ports match  the edit
    ============ ============ ==========================================
    yes          no           one more item under the rule's ``ports``
    no           yes          one more item under the rule's from/to
    no           no           one more rule
    (no rule)                 one more rule
    ============ ============ ==========================================
    """
    field, word = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    rules = (manifest.get("spec") or {}).get(field) or []
    if near is not None and near.index < len(rules):
        rule = rules[near.index] or {}
        if near.peer_matches and not near.port_matches:
            old = rule.get("ports") or []
            return Edit((*near.path, "ports"), old, [*old, port])
        if near.port_matches and not near.peer_matches and peers:
            old = rule.get(word) or []
            return Edit((*near.path, word), old, [*old, *peers])
    rule = {word: peers, "ports": [port]} if peers else {"ports": [port]}
    return Edit(("spec", field), rules, [*rules, rule])


def manifest_of(policy: NetworkPolicy) -> dict[str, Any]:
    """Return a policy as the author wrote it, or as the API would show it when it was not read from text."""
    if policy.source is not None:
        here: Any = policy.source.document.value
        for step in policy.source.path:
            here = here[step]
        return dict(here)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": policy.name, "namespace": policy.namespace},
        "spec": {
            "podSelector": _selector(policy.pod_selector),
            "policyTypes": list(policy.policy_types),
            "ingress": [_rule(rule, "from") for rule in policy.ingress],
            "egress": [_rule(rule, "to") for rule in policy.egress],
        },
    }


def _rule(rule: Rule, word: str) -> dict[str, Any]:
    peers: list[dict[str, Any]] = []
    for peer in rule.peers:
        item: dict[str, Any] = {}
        if peer.pod_selector is not None:
            item["podSelector"] = _selector(peer.pod_selector)
        if peer.namespace_selector is not None:
            item["namespaceSelector"] = _selector(peer.namespace_selector)
        if peer.ip_block is not None:
            item["ipBlock"] = {"cidr": peer.ip_block.cidr, "except": list(peer.ip_block.except_)}
        peers.append(item)
    ports = []
    for port in rule.ports:
        item = {"protocol": port.protocol}
        if port.port is not None:
            item["port"] = port.port
        if port.end_port is not None:
            item["endPort"] = port.end_port
        ports.append(item)
    return {key: value for key, value in ((word, peers), ("ports", ports)) if value}


def _selector(selector: LabelSelector) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if selector.match_labels:
        written["matchLabels"] = dict(selector.match_labels)
    if selector.match_expressions:
        written["matchExpressions"] = [
            {"key": item.key, "operator": item.operator, **({"values": list(item.values)} if item.values else {})}
            for item in selector.match_expressions
        ]
    return written
