"""A second opinion on NetworkPolicy: slow, literal, and sharing no code with the evaluator.

It reads plain manifests, the dicts that ``yaml.safe_load`` or ``json.loads`` give, and answers one question:
does *this* packet get through? No interval algebra, no classes of Pods, no compilation. What a manifest leaves
open (an address nobody wrote down, how a CNI treats hostNetwork, the value of a label that a controller makes up)
is answered by trying every possibility: all of them let the packet through (allowed), none (denied), or only
some (undefined).

Every function quotes, in its own words, the sentence of the Kubernetes documentation that it carries out. The
manifests must be valid; whether they are is somebody else's question.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Block = ipaddress.IPv4Network | ipaddress.IPv6Network
Direction = Literal["Ingress", "Egress"]
Verdict = Literal["allowed", "denied", "undefined"]
Manifest = dict[str, Any]

Probe = tuple[str, int]
"""Protocol and port."""
Combine = Callable[[Iterable[bool]], bool]
DIRECTIONS: tuple[Direction, Direction] = ("Egress", "Ingress")

FRESH = "a-value-that-no-selector-names"
"""Stands for all values of an unknown label that the manifests never mention."""

NAME_LABEL = "kubernetes.io/metadata.name"
INDEX = "apps.kubernetes.io/pod-index"
WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob")


# ---------------------------------------------------------------------------------------------------------------
# The two ends of a packet, and the packet


@dataclass(frozen=True, eq=False, slots=True)
class End:
    """One concrete end: a Pod with its labels and the one address it uses, or an outside address."""

    address: Address | None
    """None only for a Pod that shares no address family with the other end."""
    namespace: str | None = None
    """None: outside the cluster."""
    labels: Mapping[str, str] = field(default_factory=dict)
    named_ports: frozenset[tuple[str, int, str]] = frozenset()
    """(name, number, protocol) of every named container port."""
    host_network: bool = False


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection, as it reaches the destination (after any Service was resolved)."""

    source: End
    destination: End
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Cni:
    """What the documentation leaves to the network plugin, and where the scheduler put the Pods."""

    host_network_is_pod: bool = True
    """hostNetwork Pods are told apart from their node and treated as Pods; else they are the node."""
    same_node: bool = False
    """Both ends are on one node."""
    own_node_egress_free: bool = False
    """Traffic to a Pod's own node passes its egress policies, as one page says and another does not."""


# ---------------------------------------------------------------------------------------------------------------
# Labels and addresses


def selects(selector: Manifest | None, labels: Mapping[str, str]) -> bool:
    """Every matchLabels entry AND every expression holds. An empty (or null) selector selects everything."""
    selector = selector or {}
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != (value or ""):
            return False
    for expression in selector.get("matchExpressions") or []:
        key, operator = expression["key"], expression["operator"]
        values = [value or "" for value in expression.get("values") or []]
        holds = {
            "In": key in labels and labels[key] in values,
            "NotIn": key not in labels or labels[key] not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }[operator]
        if not holds:
            return False
    return True


@cache
def network(text: str) -> Block:
    """Read a CIDR, also in the loose forms that API servers before 1.36 took.

    Bits beyond the prefix do not count, a leading zero is only a zero, and an IPv4 address in IPv6's clothes is IPv4.
    """
    address, _, length = text.partition("/")
    if "." in address:
        head, colon, dotted = address.rpartition(":")
        address = head + colon + ".".join(str(int(octet)) for octet in dotted.split("."))
        if head == "::ffff":
            return ipaddress.IPv4Network((address.removeprefix("::ffff:"), int(length) - 96), strict=False)
    return ipaddress.ip_network(f"{address}/{int(length)}", strict=False)


def in_block(block: Manifest, address: Address | None) -> bool:
    """The address is in the CIDR and in none of this block's own exceptions. Families never mix."""
    if address is None or address not in network(block["cidr"]):
        return False
    return not any(address in network(hole) for hole in block.get("except") or [])


# ---------------------------------------------------------------------------------------------------------------
# One policy


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """One item of ingress or egress. An empty list of peers or ports restricts nothing."""

    peers: tuple[Manifest, ...]
    ports: tuple[Manifest, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Policy:
    """A NetworkPolicy with its nulls and absences written out."""

    namespace: str
    pod_selector: Manifest
    directions: frozenset[Direction]
    rules: Mapping[Direction, tuple[Rule, ...]]


def policy(manifest: Manifest) -> Policy:
    """Read a NetworkPolicy. A null item of a list is an empty one; no spec is an empty spec."""
    spec = manifest.get("spec") or {}
    return Policy(
        namespace_of(manifest),
        spec.get("podSelector") or {},
        frozenset(directions(spec)),
        {
            "Ingress": tuple(rule(item or {}, "from") for item in spec.get("ingress") or []),
            "Egress": tuple(rule(item or {}, "to") for item in spec.get("egress") or []),
        },
    )


def rule(manifest: Manifest, peers: str) -> Rule:
    """Read a rule whose peers stand under `peers`."""
    return Rule(tuple(manifest.get(peers) or []), tuple(item or {} for item in manifest.get("ports") or []))


def directions(spec: Manifest) -> list[Direction]:
    """policyTypes; absent or empty: Ingress always, and Egress if there is an egress rule."""
    written: list[Direction] = spec.get("policyTypes") or []
    if written:
        return written
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


Gate = tuple[tuple[Rule, ...], ...] | None


def port_item_matches(item: Manifest, packet: Packet, cni: Cni) -> bool:
    """One item of a rule's ports. Names are looked up in the destination, whichever direction it is."""
    if (item.get("protocol") or "TCP") != packet.protocol:
        return False
    port = item.get("port")
    if port is None:
        return True
    if isinstance(port, str):
        if packet.destination.namespace is None or is_node(packet.destination, cni):
            return False
        return (port, packet.port, packet.protocol) in packet.destination.named_ports
    last = item.get("endPort")
    return bool(port <= packet.port <= (port if last is None else last))


def ports_match(rule: Rule, packet: Packet, cni: Cni) -> bool:
    """Any item of the rule's ports; none written: every port of every protocol."""
    return not rule.ports or any(port_item_matches(item, packet, cni) for item in rule.ports)


def free_of_policies(direction: Direction, source: End, destination: End, cni: Cni) -> bool:
    """Traffic from the node that a Pod runs on always gets in; whether traffic to it always gets out is left open.

    A hostNetwork Pod's traffic is its node's.
    """
    if direction == "Ingress":
        return cni.same_node and source.host_network
    return cni.same_node and cni.own_node_egress_free and is_node(destination, cni)


def is_node(end: End, cni: Cni) -> bool:
    """A hostNetwork Pod is, to a plugin that cannot tell it apart, nothing but its node's address."""
    return end.host_network and not cni.host_network_is_pod


# ---------------------------------------------------------------------------------------------------------------
# The cluster


@dataclass(frozen=True, eq=False, slots=True)
class Endpoint:
    """A Pod or a workload as the manifests give it, with what they leave open still open."""

    id: str
    namespace: str
    label_choices: tuple[Mapping[str, str], ...]
    """The labels of the Pod, or of each replica that there could be."""
    named_ports: frozenset[tuple[str, int, str]]
    addresses: tuple[Address, ...]
    """Empty: unknown."""
    host_network: bool
    node: str | None
    replicas: int | None
    """How many Pods like this there are; None where the manifest does not say."""


class World:
    """What the manifests describe: namespaces, live Pods and policies."""

    def __init__(self, manifests: Iterable[Manifest], pod_cidrs: Sequence[str] = ()) -> None:
        """Take in all documents; a later object replaces an earlier one of the same kind and name."""
        objects: dict[tuple[str, str, str], Manifest] = {}
        for manifest in flatten(manifests):
            key = (manifest["kind"], namespace_of(manifest), manifest["metadata"]["name"])
            objects.pop(key, None)
            objects[key] = manifest
        self.namespaces: dict[str, dict[str, str]] = {
            name: text_values(manifest["metadata"].get("labels"))
            for (kind, _, name), manifest in objects.items()
            if kind == "Namespace"
        }
        self.policies = [policy(manifest) for (kind, _, _), manifest in objects.items() if kind == "NetworkPolicy"]
        self.blocks = [
            network(text)
            for peer in self._peers()
            if (block := peer.get("ipBlock")) is not None
            for text in (block["cidr"], *(block.get("except") or []))
        ]
        self.pod_blocks = [network(text) for text in pod_cidrs]
        self.endpoints = self._endpoints(objects)
        self._remembered: dict[str | Address, list[End]] = {}
        self.representatives = representatives([*self.blocks, *self.pod_blocks])

    def _rules(self) -> Iterator[Rule]:
        for each in self.policies:
            for found in each.rules.values():
                yield from found

    def _peers(self) -> Iterator[Manifest]:
        for each in self._rules():
            yield from each.peers

    def _endpoints(self, objects: Mapping[tuple[str, str, str], Manifest]) -> dict[str, Endpoint]:
        live = {
            key: manifest
            for key, manifest in objects.items()
            if key[0] in WORKLOADS or (key[0] == "Pod" and not is_completed(manifest))
        }
        shared: dict[tuple[str, str], int] = {}
        for _, namespace, name in live:
            shared[namespace, name] = shared.get((namespace, name), 0) + 1
        endpoints = {}
        for (kind, namespace, name), manifest in live.items():
            short = f"{namespace}/{name}"
            identity = short if shared[namespace, name] == 1 else f"{kind}/{short}"
            spec = pod_spec(manifest)
            status = (manifest.get("status") or {}) if kind == "Pod" else {}
            endpoints[identity] = Endpoint(
                id=identity,
                namespace=namespace,
                label_choices=tuple(label_choices(manifest, self._mentioned)),
                named_ports=frozenset(named_ports(spec)),
                addresses=tuple(pod_addresses(status)),
                host_network=bool(spec.get("hostNetwork")),
                node=spec.get("nodeName") or None,
                replicas=replicas(manifest),
            )
        return endpoints

    def _mentioned(self, key: str) -> set[str]:
        """Every value that any policy compares the Pod label `key` with."""
        found: set[str] = set()
        for selector in (
            *(each.pod_selector for each in self.policies),
            *(peer.get("podSelector") or {} for peer in self._peers()),
        ):
            labels = selector.get("matchLabels") or {}
            if key in labels:
                found.add(labels[key] or "")
            for expression in selector.get("matchExpressions") or []:
                if expression["key"] == key:
                    found.update(value or "" for value in expression.get("values") or [])
        return found

    def namespace_labels(self, name: str) -> dict[str, str]:
        """The labels of a namespace. The API server forces the one that carries its name."""
        return {**self.namespaces.get(name, {}), NAME_LABEL: name}

    # -- the packet ---------------------------------------------------------------------------------------------

    def lets_through(self, packet: Packet, cni: Cni, combine: Combine = any) -> bool:
        """The sender's egress side AND the receiver's ingress side allow it. Nothing else decides."""
        return all(
            self.passes(self.gate(direction, packet.source, packet.destination, cni), packet, cni, combine)
            for direction in DIRECTIONS
        )

    def gate(self, direction: Direction, source: End, destination: End, cni: Cni) -> Gate:
        """Return what one side says of the other end: per policy that applies, the rules whose peers match it.

        None: nothing isolates this side, so everything passes.
        """
        if free_of_policies(direction, source, destination, cni):
            return None
        subject, other = (source, destination) if direction == "Egress" else (destination, source)
        return (
            tuple(
                tuple(rule for rule in each.rules[direction] if self._peers_match(each, rule, other, cni))
                for each in self.policies
                if self._applies(each, direction, subject, cni)
            )
            or None
        )

    def passes(self, gate: Gate, packet: Packet, cni: Cni, combine: Combine) -> bool:
        """No policy applies: open. Else what their rules allow together, and nothing else.

        `combine` is ``any``, the truth: policies are additive. ``all`` is what believers in intersection expect.
        """
        return gate is None or combine(any(ports_match(rule, packet, cni) for rule in rules) for rules in gate)

    def _applies(self, policy: Policy, direction: Direction, subject: End, cni: Cni) -> bool:
        """The policy is of the Pod's own namespace, declares the direction and selects the Pod."""
        return (
            policy.namespace == subject.namespace
            and not is_node(subject, cni)
            and direction in policy.directions
            and selects(policy.pod_selector, subject.labels)
        )

    def _peers_match(self, policy: Policy, rule: Rule, other: End, cni: Cni) -> bool:
        """Any peer of the rule; none written: everyone, inside and outside the cluster."""
        return not rule.peers or any(self._peer_matches(policy, peer, other, cni) for peer in rule.peers)

    def _peer_matches(self, policy: Policy, peer: Manifest, other: End, cni: Cni) -> bool:
        """One peer.

        ========== ================= =============================================================
        podSelector namespaceSelector selects
        ========== ================= =============================================================
        set         absent            matching Pods of the policy's own namespace
        absent      set               all Pods of the matching namespaces
        set         set               matching Pods of the matching namespaces
        ========== ================= =============================================================

        An ipBlock compares the address, also that of a Pod.
        """
        block = peer.get("ipBlock")
        if block is not None:
            return in_block(block, other.address)
        if other.namespace is None or is_node(other, cni):
            return False
        namespace_selector = peer.get("namespaceSelector")
        if namespace_selector is None:
            in_scope = other.namespace == policy.namespace
        else:
            in_scope = selects(namespace_selector, self.namespace_labels(other.namespace))
        return in_scope and selects(peer.get("podSelector"), other.labels)

    # -- everything that could be -------------------------------------------------------------------------------

    def possibilities(
        self, source: str | Address, destination: str | Address, *, every: bool = True
    ) -> Iterator[tuple[End, End, Cni]]:
        """Every concrete case that the manifests leave open for traffic between two endpoints.

        With `every` False, one of those ends that no policy tells apart stands for all of them.
        """
        find = self._ends if every else self._ends_told_apart
        sources, destinations = find(source), find(destination)
        pairs = [
            (a, b)
            for a in sources
            for b in destinations
            if a.address is not None and b.address is not None and a.address.version == b.address.version
        ]
        if source == destination:  # a workload to itself: two of its replicas
            pairs = [(a, b) for a, b in pairs if INDEX not in a.labels or a.labels[INDEX] != b.labels[INDEX]]
        if not pairs:
            pairs = self._without_common_family(sources, destinations)
        for a, b in pairs:
            for cni in self._cnis(source, destination) if a.host_network or b.host_network else (Cni(),):
                yield a, b, cni

    def _cnis(self, source: str | Address, destination: str | Address) -> Iterator[Cni]:
        """Yield everything that a plugin may do about hostNetwork. One plugin does one thing for all Pods."""
        for host_network_is_pod in (True, False):
            for same_node in self._same_node(source, destination):
                for own_node_egress_free in (True, False):
                    yield Cni(host_network_is_pod, same_node, own_node_egress_free)

    def _without_common_family(self, sources: list[End], destinations: list[End]) -> list[tuple[End, End]]:
        """One end speaks IPv4 only and the other IPv6 only: selectors still judge; no Pod's address does."""
        return [(blind(a), blind(b)) for a in sources for b in destinations]

    def _same_node(self, source: str | Address, destination: str | Address) -> tuple[bool, ...]:
        if not isinstance(source, str) or not isinstance(destination, str):
            return (False,)
        a, b = self.endpoints[source].node, self.endpoints[destination].node
        return (True, False) if a is None or b is None else (a == b,)

    def _ends(self, endpoint: str | Address) -> list[End]:
        if not isinstance(endpoint, str):
            return [End(address=endpoint)]
        pod = self.endpoints[endpoint]
        return [
            End(address, pod.namespace, labels, pod.named_ports, pod.host_network)
            for labels in pod.label_choices
            for address in pod.addresses or self.possible_addresses()
        ]

    def _ends_told_apart(self, endpoint: str | Address) -> list[End]:
        """Of ends that every policy selects alike, as its Pods and as its peers, one."""
        if endpoint not in self._remembered:
            self._remembered[endpoint] = list(
                {self._seen_by_policies(end): end for end in self._ends(endpoint)}.values()
            )
        return self._remembered[endpoint]

    def _seen_by_policies(self, end: End) -> tuple[object, ...]:
        return (
            end.address and end.address.version,
            end.labels.get(INDEX),
            *(
                (
                    self._applies(each, direction, end, cni),
                    *(self._peers_match(each, rule, end, cni) for rule in each.rules[direction]),
                )
                for cni in (Cni(host_network_is_pod=True), Cni(host_network_is_pod=False))
                for each in self.policies
                for direction in DIRECTIONS
            ),
        )

    def possible_addresses(self) -> list[Address]:
        """One address for each stretch of addresses that no policy can tell apart: where an unknown Pod may be."""
        return [
            address
            for address in self.representatives
            if not self.pod_blocks or any(address in block for block in self.pod_blocks)
        ]

    def judge(
        self,
        source: str | Address,
        destination: str | Address,
        probes: Iterable[Probe],
        combine: Combine = any,
    ) -> dict[Probe, Verdict]:
        """Return the verdict for each (protocol, port), trying everything that could be.

        Cases that no policy tells apart are tried once; ``test_oracle.py`` holds that against trying each.
        """
        told_apart = {}
        for a, b, cni in self.possibilities(source, destination, every=False):
            gates = tuple(self.gate(direction, a, b, cni) for direction in DIRECTIONS)
            told_apart[gates, cni.host_network_is_pod] = (a, b, cni, gates)
        verdicts: dict[Probe, Verdict] = {}
        for protocol, port in probes:
            outcomes = set()
            for a, b, cni, gates in told_apart.values():
                packet = Packet(a, b, protocol, port)
                outcomes.add(all(self.passes(gate, packet, cni, combine) for gate in gates))
            verdicts[protocol, port] = verdict(outcomes)
        return verdicts

    def interesting_ports(self) -> set[int]:
        """Every number at which a verdict could change: the bounds of every rule and every declared port, ±1."""
        numbers = {1, 65535}
        for each in self._rules():
            for item in each.ports:
                numbers.update(bound for key in ("port", "endPort") if isinstance(bound := item.get(key), int))
        for endpoint in self.endpoints.values():
            numbers.update(number for _, number, _ in endpoint.named_ports)
        return {near for number in numbers for near in (number - 1, number, number + 1) if 1 <= near <= 65535}


def verdict(outcomes: set[bool]) -> Verdict:
    """Every possibility lets the packet through, or none does, or only some do."""
    return "undefined" if len(outcomes) == 2 else "allowed" if True in outcomes else "denied"


def blind(end: End) -> End:
    """A Pod whose address plays no part. An outside address is all that an outside end has, so it stays."""
    return end if end.namespace is None else End(None, end.namespace, end.labels, end.named_ports, end.host_network)


# ---------------------------------------------------------------------------------------------------------------
# Reading manifests


def flatten(manifests: Iterable[Manifest | None]) -> Iterator[Manifest]:
    """Yield the objects of all documents, those inside Lists too."""
    for manifest in manifests:
        if not manifest:
            continue
        if manifest.get("kind") == "List":
            yield from flatten(manifest.get("items") or [])
        else:
            yield manifest


def namespace_of(manifest: Manifest) -> str:
    """metadata.namespace, else ``default``; cluster-wide kinds have none."""
    if manifest["kind"] == "Namespace":
        return ""
    return manifest["metadata"].get("namespace") or "default"


def text_values(labels: Manifest | None) -> dict[str, str]:
    """Labels as text; a null value is the empty text."""
    return {key: value or "" for key, value in (labels or {}).items()}


def is_completed(pod: Manifest) -> bool:
    """A Pod that has succeeded or failed has no network any more."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def pod_addresses(status: Manifest) -> Iterator[Address]:
    """Yield status.podIPs; status.podIP alone, its older form, is the first of them."""
    written = [item["ip"] for item in status.get("podIPs") or []]
    for text in written or [status.get("podIP")]:
        if text:
            yield ipaddress.ip_address(text)


def pod_template(manifest: Manifest) -> Manifest:
    """Return the Pod itself, or the template that a workload makes its Pods from."""
    if manifest["kind"] == "Pod":
        return manifest
    spec = manifest.get("spec") or {}
    if manifest["kind"] == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return spec.get("template") or {}


def pod_spec(manifest: Manifest) -> Manifest:
    """Return the spec of the Pod or of the workload's Pods."""
    return pod_template(manifest).get("spec") or {}


def replicas(manifest: Manifest) -> int | None:
    """How many Pods there are at once; None for a DaemonSet and a CronJob, whose manifests do not say."""
    spec = manifest.get("spec") or {}
    match manifest["kind"]:
        case "Pod":
            return 1
        case "DaemonSet" | "CronJob":
            return None
        case "Job":
            found = spec.get("parallelism")
        case _:
            found = spec.get("replicas")
    return 1 if found is None else int(found)


def named_ports(spec: Manifest) -> Iterator[tuple[str, int, str]]:
    """Yield (name, number, protocol) of the app containers' ports; init containers do not count."""
    for container in spec.get("containers") or []:
        for port in container.get("ports") or []:
            if port.get("name"):
                yield port["name"], port["containerPort"], port.get("protocol") or "TCP"


def label_choices(manifest: Manifest, mentioned: Callable[[str], set[str]]) -> Iterator[dict[str, str]]:
    """Yield the labels of every Pod that there could be: the template's own and what the controller adds."""
    labels = text_values((pod_template(manifest).get("metadata") or {}).get("labels"))
    name, spec = manifest["metadata"]["name"], manifest.get("spec") or {}
    match manifest["kind"]:
        case "Deployment":
            for value in unknown("pod-template-hash", mentioned):
                yield {**labels, "pod-template-hash": value}
        case "DaemonSet":
            for value in unknown("controller-revision-hash", mentioned):
                yield {**labels, "controller-revision-hash": value}
        case "StatefulSet":
            first = (spec.get("ordinals") or {}).get("start") or 0
            for index in range(first, first + (replicas(manifest) or 0)):
                for value in unknown("controller-revision-hash", mentioned):
                    yield {
                        **labels,
                        "controller-revision-hash": value,
                        INDEX: str(index),
                        "statefulset.kubernetes.io/pod-name": f"{name}-{index}",
                    }
        case "Job":
            yield {**labels, "batch.kubernetes.io/job-name": name, "job-name": name}
        case "CronJob":
            for value in unknown("batch.kubernetes.io/job-name", mentioned, "job-name"):
                yield {**labels, "batch.kubernetes.io/job-name": value, "job-name": value}
        case _:
            yield labels


def unknown(key: str, mentioned: Callable[[str], set[str]], twin: str | None = None) -> list[str]:
    """All values of an unknown label (and of its twin, which carries the same) that a policy could tell apart."""
    return [*sorted(mentioned(key) | (mentioned(twin) if twin else set())), FRESH]


def stretches(blocks: Iterable[Block]) -> Iterator[tuple[Address, Address]]:
    """Yield (first, last) of the address ranges, in order, that no block divides; together they are everything."""
    blocks = list(blocks)
    for family, width, make in ((4, 32, ipaddress.IPv4Address), (6, 128, ipaddress.IPv6Address)):
        cuts = {0, 1 << width}
        for block in blocks:
            if block.version == family:
                cuts.update((int(block.network_address), int(block.broadcast_address) + 1))
        ordered = sorted(cuts)
        for first, after in itertools.pairwise(ordered):
            yield make(first), make(after - 1)


def representatives(blocks: Iterable[Block]) -> list[Address]:
    """One address of each stretch."""
    return [first for first, _ in stretches(blocks)]
