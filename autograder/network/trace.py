"""One rule against one flow: which of its conditions hold, each with its place and its reason.

The matrix evaluates masks; this evaluates single endpoints, in words. `explanation` holds the two together, and a
property test proves that they never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from autograder.manifests.objects import Direction, IPBlock, LabelSelector, NetworkPolicy, Peer, PolicyPort, Rule
from autograder.manifests.problems import Path

from .addresses import Family, block, text_of
from .ports import PortSet
from .rules import numeric_ports, protocols_of
from .selectors import describe, failing, is_empty, requirements
from .semantics import Semantics
from .variants import Variant

ConditionKind = Literal["everyone", "namespace", "pod", "address", "port", "protocol"]


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a concrete flow: a possibility of a Pod, or an address outside."""

    name: str
    """The endpoint's id."""
    pod: Variant | None
    address: tuple[Family, int] | None
    """None when a Pod's address is unknown."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule demands, and whether the flow has it."""

    kind: ConditionKind
    holds: bool
    path: Path
    """From the policy, ``("spec", "ingress", 0, "from", 1, "podSelector")``."""
    text: str
    """The whole reason in one clause: ``its namespace shop has no label team=payments``."""
    far: bool = False
    """Fails because it is about another kind of peer altogether: a selector for an outside address, say."""


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule against one flow."""

    index: int
    path: Path
    peer: tuple[Condition, ...]
    """What made the matching peer match, or what the nearest one lacks. Empty list of peers: ``everyone``."""
    peer_index: int | None
    port: tuple[Condition, ...]
    port_index: int | None

    @property
    def peer_matches(self) -> bool:
        """Whether some peer matches."""
        return all(condition.holds for condition in self.peer)

    @property
    def port_matches(self) -> bool:
        """Whether some item of ``ports`` matches."""
        return all(condition.holds for condition in self.port)

    @property
    def matches(self) -> bool:
        """Whether the rule allows the flow."""
        return self.peer_matches and self.port_matches

    @property
    def distance(self) -> int:
        """How much is lacking, 0 when the rule allows the flow. Another kind of peer is further than a wrong label."""
        return _distance((*self.peer, *self.port))

    @property
    def failed(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(condition for condition in (*self.peer, *self.port) if not condition.holds)


def _label_text(labels: Mapping[str, str], selector: LabelSelector, whose: str) -> str:
    """Return why labels do not match, naming the first condition that fails and what is there instead."""
    requirement = failing(selector, labels)[0]
    present = labels.get(requirement.key)
    match requirement.operator:
        case "In" | "Exists" if present is None:
            return f"{whose} has no label {requirement.key} (the rule asks for {describe(requirement)})"
        case "In":
            return f"{whose} is labeled {requirement.key}={present}, not {describe(requirement)}"
        case "NotIn":
            return f"{whose} is labeled {requirement.key}={present}, which the rule leaves out"
        case _:
            return f"{whose} carries the label {requirement.key}, which the rule forbids"


def _selector_text(selector: LabelSelector) -> str:
    return ", ".join(describe(requirement) for requirement in requirements(selector))


def _pod_condition(selector: LabelSelector, peer: Place, path: Path) -> Condition:
    path = (*path, "podSelector")
    if peer.pod is None:
        text = f"{peer.name} is outside the cluster; a podSelector matches Pods only"
        return Condition("pod", holds=False, path=path, text=text, far=True)
    if not peer.pod.policed:
        return Condition(
            "pod", holds=False, path=path, text=f"{peer.name} uses its node's network; selectors do not see it"
        )
    if failing(selector, peer.pod.labels):
        return Condition("pod", holds=False, path=path, text=_label_text(peer.pod.labels, selector, peer.name))
    what = "every Pod" if is_empty(selector) else _selector_text(selector)
    return Condition("pod", holds=True, path=path, text=f"{peer.name} matches podSelector ({what})")


def _namespace_condition(
    policy: NetworkPolicy,
    selector: LabelSelector | None,
    peer: Place,
    path: Path,
    namespaces: Mapping[str, Mapping[str, str]],
) -> Condition | None:
    if peer.pod is None:
        if selector is None:
            return None
        text = f"{peer.name} is outside the cluster; a namespaceSelector matches Pods only"
        return Condition("namespace", holds=False, path=(*path, "namespaceSelector"), text=text, far=True)
    namespace = peer.pod.namespace
    if selector is None:
        holds = namespace == policy.namespace
        text = (
            f"it is in the policy's own namespace {namespace}"
            if holds
            else "a podSelector without a namespaceSelector looks in the policy's own namespace "
            f"{policy.namespace} only, "
            f"and {peer.name} is in {namespace}"
        )
        return Condition("namespace", holds=holds, path=path, text=text)
    path = (*path, "namespaceSelector")
    if not peer.pod.policed:
        return Condition(
            "namespace", holds=False, path=path, text=f"{peer.name} uses its node's network; selectors do not see it"
        )
    labels = namespaces.get(namespace, {})
    if failing(selector, labels):
        return Condition(
            "namespace", holds=False, path=path, text=_label_text(labels, selector, f"namespace {namespace}")
        )
    what = "every namespace" if is_empty(selector) else _selector_text(selector)
    return Condition(
        "namespace", holds=True, path=path, text=f"namespace {namespace} matches namespaceSelector ({what})"
    )


def _block_condition(ip_block: IPBlock, peer: Place, path: Path) -> Condition:
    path = (*path, "ipBlock")
    if peer.address is None:
        return Condition("address", holds=False, path=path, text=f"the address of {peer.name} is not known")
    family, number = peer.address
    text = text_of(family, number)
    block_family, first, last = block(ip_block.cidr)
    if block_family != family or not first <= number <= last:
        return Condition(
            "address", holds=False, path=path, text=f"{text} is not in {ip_block.cidr}", far=peer.pod is not None
        )
    for index, cidr in enumerate(ip_block.except_):
        hole_family, low, high = block(cidr)
        if hole_family == family and low <= number <= high:
            text = f"the block {ip_block.cidr} leaves out {cidr}, which holds {text}"
            return Condition("address", holds=False, path=(*path, "except", index), text=text)
    return Condition("address", holds=True, path=path, text=f"{text} is in {ip_block.cidr}")


def peer_conditions(
    policy: NetworkPolicy,
    peer: Peer,
    place: Place,
    path: Path,
    namespaces: Mapping[str, Mapping[str, str]],
    semantics: Semantics,
) -> tuple[Condition, ...]:
    """Return the conditions that one item of from/to makes on a place."""
    if peer.ip_block is not None:
        if semantics.ip_block_pods == "never" and place.pod is not None:
            text = f"{place.name} is a Pod, and this CNI's ipBlock matches no Pod"
            return (Condition("address", holds=False, path=(*path, "ipBlock"), text=text),)
        return (_block_condition(peer.ip_block, place, path),)
    found = []
    if peer.pod_selector is not None:
        found.append(_pod_condition(peer.pod_selector, place, path))
    namespace = _namespace_condition(policy, peer.namespace_selector, place, path, namespaces)
    if namespace is not None:
        found.append(namespace)
    return tuple(found)


def _port_conditions(
    port: PolicyPort,
    protocol: str,
    number: int,
    destination: Place,
    path: Path,
    direction: Direction,
    semantics: Semantics,
) -> tuple[Condition, ...]:
    covered = protocols_of(port, semantics)
    found = []
    if protocol not in covered:
        written = "" if port.protocol_written else ", the protocol of an item that names none"
        text = f"the rule opens {port.protocol}{written}, not {protocol}"
        found.append(Condition("protocol", holds=False, path=path, text=text))
    ports = numeric_ports(port, semantics, direction)
    if ports is not None:
        opened = " or ".join(covered)
        if any((name, number) in ports for name in covered):
            found.append(Condition("port", holds=True, path=path, text=f"port {number} is in {ports}"))
        else:
            low, high = ports.by_protocol()[covered[0]][0]
            what = f"port {low}" if low == high else f"ports {low} to {high}"
            found.append(
                Condition("port", holds=False, path=path, text=f"the rule opens {opened} {what}, not {number}")
            )
        return tuple(found)
    name = str(port.port)
    declared = [
        item
        for item in (destination.pod.ports if destination.pod is not None and destination.pod.policed else ())
        if item.name == name
    ]
    if destination.pod is None:
        text = f"{destination.name} is outside the cluster, so no port there is called {name}"
    elif not declared:
        text = f"{destination.name} declares no container port called {name}"
    elif any(item.number == number and item.protocol in covered for item in declared):
        found.append(Condition("port", holds=True, path=path, text=f"{destination.name} calls {number} {name}"))
        return tuple(found)
    else:
        called = ", ".join(f"{item.protocol} {item.number}" for item in declared)
        text = f"{destination.name} calls {called} {name}, not {protocol} {number}"
    return (*found, Condition("port", holds=False, path=path, text=text))


def _nearest(candidates: list[tuple[Condition, ...]]) -> int:
    """Return which alternative lacks least; the first of equals."""
    return min(range(len(candidates)), key=lambda index: _distance(candidates[index]))


def _distance(conditions: tuple[Condition, ...]) -> int:
    return sum(_weight(condition) for condition in conditions if not condition.holds)


def _weight(condition: Condition) -> int:
    """Return how far a failing condition is from holding.

    A rule for the right port and a wrong label is nearer to what its author meant than one for another port.
    """
    if condition.far:
        return 6
    return 2 if condition.kind in ("port", "protocol") else 1


def trace_rule(
    policy: NetworkPolicy,
    rule: Rule,
    index: int,
    direction: Direction,
    peer: Place,
    destination: Place,
    flow: tuple[str, int],
    namespaces: Mapping[str, Mapping[str, str]],
    semantics: Semantics,
) -> RuleTrace:
    """Return how one rule judges a flow; `peer` is the end that is not the policy's subject."""
    field = "ingress" if direction == "Ingress" else "egress"
    path: Path = ("spec", field, index)
    word = "from" if direction == "Ingress" else "to"
    if rule.peers:
        peers = [
            peer_conditions(policy, item, peer, (*path, word, number), namespaces, semantics)
            for number, item in enumerate(rule.peers)
        ]
        peer_index: int | None = _nearest(peers)
        found_peer = peers[peer_index or 0]
    else:
        peer_index = None
        found_peer = (
            Condition(
                "everyone", holds=True, path=path, text=f"the rule names no peers under `{word}`, so everyone matches"
            ),
        )
    if rule.ports:
        ports = [
            _port_conditions(item, *flow, destination, (*path, "ports", number), direction, semantics)
            for number, item in enumerate(rule.ports)
        ]
        port_index: int | None = _nearest(ports)
        found_port = ports[port_index or 0]
    else:
        port_index = None
        found_port = (
            Condition(
                "port", holds=True, path=path, text="the rule names no ports, so every port and protocol matches"
            ),
        )
    return RuleTrace(index, path, found_peer, peer_index, found_port, port_index)


def port_text(protocol: str, number: int) -> str:
    """Return a port as people write it."""
    return str(PortSet.of(protocol, number))
