"""Policies compiled to masks: from whom, to whom, on which ports, for one direction.

Both directions compile to the same shape. A `Grant` lets connections from any of its *sources* reach each of its
*destinations* on the ports given there; which of the two is the policy's subject and which the peer is what the
direction decides. Ports belong to the destination in both directions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from autograder.manifests.objects import Direction, IPBlock, NetworkPolicy, PolicyPort, Rule

from .bits import Mask, bits, mask_of
from .columns import Columns, cluster_ip_blocks
from .ports import LAST_PORT, PROTOCOLS, PortAtoms, PortSet
from .semantics import Semantics

DNS: Final = PortSet.of("UDP", 53) | PortSet.of("TCP", 53)

Reach = tuple[tuple[int, Mask], ...]
"""Ports as atoms, and the columns that may be reached on them."""


class Perhaps(NamedTuple):
    """Named ports of Pods whose address is not known, open to them only inside some ipBlocks."""

    atoms: int
    inside: Mask
    """The outside ranges in those blocks."""
    pods: Mask


@dataclass(frozen=True, slots=True)
class Grant:
    """What one rule allows."""

    rule: int
    sources: Mask
    destinations: Reach
    perhaps: tuple[Perhaps, ...] = ()
    """What the rule allows as well if the unknown address of the destination lies in one of its ipBlocks.
    Needed for named ports only: `rows` derives all else from the outside ranges."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One policy, for one direction that it isolates."""

    policy: int
    """Its place in the cluster's policies."""
    subject: Mask
    has_rules: bool
    grants: tuple[Grant, ...]
    denials: tuple[tuple[Mask, Mask], ...]
    """Pairs of sources and destinations that are denied outright: only a believer's ``except`` does that."""


def directions(policy: NetworkPolicy, semantics: Semantics) -> tuple[Direction, ...]:
    """Return the directions in which a policy isolates its subject.

    Kubernetes goes by policyTypes, which the API server fills in when it is absent or empty: Ingress always, Egress
    if there is an egress rule (``defaults.go``, SetDefaults_NetworkPolicy).
    """
    declared: tuple[Direction, ...] = policy.policy_types
    if semantics.directions == "rules":
        both: tuple[Direction, ...] = ("Ingress", "Egress")
        declared = tuple(direction for direction in both if rules_of(policy, direction))
    if semantics.no_rules == "allow":
        declared = tuple(direction for direction in declared if rules_of(policy, direction))
    return declared


def rules_of(policy: NetworkPolicy, direction: Direction) -> tuple[Rule, ...]:
    """Return the rules of one direction."""
    return policy.ingress if direction == "Ingress" else policy.egress


def protocols_of(port: PolicyPort, semantics: Semantics) -> tuple[str, ...]:
    """Return the protocols that an item of ``ports`` covers."""
    if semantics.default_protocol == "any" and not port.protocol_written:
        return PROTOCOLS
    return (port.protocol,)


def numeric_ports(port: PolicyPort, semantics: Semantics, direction: Direction) -> PortSet | None:
    """Return the ports that an item of ``ports`` covers wherever it applies; None for a named port.

    ================ ================= =======================================
    ``port``         ``endPort``       covers
    ================ ================= =======================================
    absent           (not possible)    every port of the protocol
    number           absent            that port
    number           number            the range, both ends included
    name             (not possible)    what the destination Pod calls so
    ================ ================= =======================================
    """
    first, last = 1, LAST_PORT
    if port.port is not None and not (direction == "Egress" and semantics.egress_port == "source"):
        if isinstance(port.port, str):
            return None
        first = last = port.port
        if port.end_port is not None and semantics.end_port == "range":
            last = port.end_port
    result = PortSet.EMPTY
    for protocol in protocols_of(port, semantics):
        result |= PortSet.of(protocol, first, last)
    return result


class PortReader:
    """Turns the ``ports`` of rules into atoms, for each destination what they mean there."""

    def __init__(self, columns: Columns, policies: Sequence[NetworkPolicy]) -> None:
        """Find every bound that the policies, and the names they use, put into the port space."""
        self._columns = columns
        self._semantics = columns.semantics
        cuts = {DNS} if self._semantics.dns == "free" else set()
        names: set[str] = set()
        for policy in policies:
            for direction in ("Ingress", "Egress"):
                for rule in rules_of(policy, direction):
                    for port in rule.ports:
                        ports = numeric_ports(port, self._semantics, direction)
                        if ports is not None:
                            cuts.add(ports)
                        elif isinstance(port.port, str):
                            names.add(port.port)
        self._named: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        if names:
            for column, variant in enumerate(columns.variants):
                # A hostNetwork Pod taken for its node has no container ports that a policy could know.
                if variant is not None and variant.policed:
                    for declared in variant.ports:
                        if declared.name in names:
                            self._named[declared.name, declared.protocol][declared.number].append(column)
        for (_, protocol), numbers in self._named.items():
            cuts.update(PortSet.of(protocol, number) for number in numbers)
        for services in columns.services.values():
            cuts.update(
                PortSet.of(port.protocol, port.target_port)
                for service in services
                for port in service.ports
                if isinstance(port.target_port, int)
            )
        if columns.services:
            cuts.update(
                PortSet.of(declared.protocol, declared.number)
                for column in columns.services
                if (variant := columns.variants[column]) is not None
                for declared in variant.ports
            )
        self.atoms = PortAtoms(cuts)
        self._masks = {
            key: [(self.atoms.encode(PortSet.of(key[1], number)), mask_of(found)) for number, found in numbers.items()]
            for key, numbers in self._named.items()
        }
        self._translated = mask_of(columns.services)

    def spread(self, ports: tuple[PolicyPort, ...], destinations: Mask, direction: Direction) -> Reach:
        """Return what a rule's ``ports`` open at the given destinations."""
        if not ports:
            return ((self.atoms.all, destinations),)
        result: list[tuple[int, Mask]] = []
        plain = destinations & ~self._translated
        everywhere = 0
        for port in ports:
            numeric = numeric_ports(port, self._semantics, direction)
            if numeric is not None:
                everywhere |= self.atoms.encode(numeric)
            else:
                result.extend(self._resolve(port, plain))
        if everywhere and plain:
            result.append((everywhere, plain))
        if destinations & self._translated:
            result.extend(self._translate(ports, destinations & self._translated, direction))
        return tuple(result)

    def perhaps(self, rule: Rule) -> tuple[Perhaps, ...]:
        """Return what the named ports of a rule open at Pods that one of its ipBlocks may hold."""
        inside = 0
        for peer in rule.peers:
            if peer.ip_block is not None:
                inside |= self._columns.block(peer.ip_block)
        pods = 0
        for family, unknown in self._columns.unknown.items():
            if inside & self._columns.possible[family]:
                pods |= unknown
        return tuple(
            Perhaps(atoms, inside & self._columns.ranges, mask)
            for port in rule.ports
            if pods and isinstance(port.port, str)
            for atoms, mask in self._resolve(port, pods)
        )

    def _resolve(self, port: PolicyPort, destinations: Mask) -> Iterator[tuple[int, Mask]]:
        """Yield what a named port means at each destination: only a Pod that declares the name has a number for it."""
        for protocol in protocols_of(port, self._semantics):
            for atoms, carriers in self._masks.get((str(port.port), protocol), ()):
                if carriers & destinations:
                    yield atoms, carriers & destinations

    def _translate(self, ports: tuple[PolicyPort, ...], mask: Mask, direction: Direction) -> Iterator[tuple[int, Mask]]:
        """Yield what ``ports`` open to somebody who believes that rules see the Service's ports.

        A port of the Pod that no Service leads to is reached without one, and is compared as it is.
        """
        for column in bits(mask):
            opened, fronted = PortSet.EMPTY, PortSet.EMPTY
            for service in self._columns.services[column]:
                for front in service.ports:
                    target = self._target(column, front.protocol, front.target_port)
                    fronted |= target
                    for port in ports:
                        if front.protocol not in protocols_of(port, self._semantics):
                            continue
                        seen = numeric_ports(port, self._semantics, direction)
                        if port.port == front.name if seen is None else (front.protocol, front.port) in seen:
                            opened |= target
            for port in ports:
                seen = numeric_ports(port, self._semantics, direction)
                if seen is None:
                    seen = PortSet.EMPTY
                    for protocol in protocols_of(port, self._semantics):
                        seen |= self._target(column, protocol, str(port.port))
                opened |= seen - fronted
            if opened:
                yield self.atoms.encode(opened), 1 << column

    def _target(self, column: int, protocol: str, target: int | str) -> PortSet:
        if isinstance(target, int):
            return PortSet.of(protocol, target)
        variant = self._columns.variants[column]
        found = PortSet.EMPTY
        for declared in variant.ports if variant is not None else ():
            if declared.name == target and declared.protocol == protocol:
                found |= PortSet.of(protocol, declared.number)
        return found


def _peers(columns: Columns, policy: NetworkPolicy, rule: Rule) -> Mask:
    """Return everyone whom the peers of a rule name. No peers: everyone, inside and outside."""
    if not rule.peers:
        return columns.everyone
    logic = columns.semantics.peer_logic
    # Whoever takes the dash for decoration gives a podSelector the namespaceSelector of any item beside it.
    beyond = logic == "and" and any(peer.namespace_selector is not None for peer in rule.peers)
    items = [columns.peer_keys(policy, peer, beyond=beyond) for peer in rule.peers]
    if logic == "and":
        found = columns.everyone
        for key in (key for item in items for key in item):
            found &= key
        return found
    result = 0
    for item in items:
        if logic == "or":
            for key in item:
                result |= key
        else:
            both = item[0]
            for key in item[1:]:
                both &= key
            result |= both
    return result


def _denials(columns: Columns, rule: Rule, subject: Mask, direction: Direction) -> Iterator[tuple[Mask, Mask]]:
    """Yield what ``except`` denies to somebody who believes that it blocks for the whole Pod."""
    for peer in rule.peers:
        for cidr in peer.ip_block.except_ if peer.ip_block is not None else ():
            blocked = columns.block(IPBlock(cidr))
            yield (blocked, subject) if direction == "Ingress" else (subject, blocked)


def compile_policies(
    columns: Columns, policies: Iterable[NetworkPolicy], reader: PortReader, direction: Direction
) -> list[Compiled]:
    """Return every policy that isolates somebody in a direction, with what it allows there, in the given order."""
    semantics = columns.semantics
    compiled = []
    for index, policy in enumerate(policies):
        if direction not in directions(policy, semantics):
            continue
        subject = columns.subject(policy)
        if not subject:
            continue
        grants = []
        denials: list[tuple[Mask, Mask]] = []
        for number, rule in enumerate(rules_of(policy, direction)):
            if semantics.empty_rule == "nothing" and not rule.peers and not rule.ports:
                continue
            peers = _peers(columns, policy, rule)
            if semantics.nat == "before" and direction == "Egress":
                for peer in rule.peers:
                    if peer.ip_block is not None:
                        peers |= cluster_ip_blocks(columns, peer.ip_block)
            if direction == "Ingress":
                grants.append(Grant(number, peers, reader.spread(rule.ports, subject, direction)))
            else:
                grants.append(Grant(number, subject, reader.spread(rule.ports, peers, direction), reader.perhaps(rule)))
            if semantics.except_scope == "pod":
                denials.extend(_denials(columns, rule, subject, direction))
        compiled.append(Compiled(index, subject, bool(rules_of(policy, direction)), tuple(grants), tuple(denials)))
    return compiled
