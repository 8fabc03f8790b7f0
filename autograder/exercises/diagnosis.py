"""Which misconceptions does an answer fit?

An answer *fits* a model when the intent fails under Kubernetes and holds under the believer's reading, both of the
answer and of the world around it. All fits are told, the most specific first: the one whose reading differs from the
truth in the fewest places, and so explains the fault with the least that has to be believed. Of two that differ
equally, the one that already misreads a single policy comes before the one that misreads only several together.

A belief about something that the policies do not contain cannot matter, and reading a matrix under it would be in vain:

==================  =====================================================
belief about        can matter only when there is
==================  =====================================================
combine             a second policy in one namespace
empty_rule          a rule without peers and ports
no_rules            a direction in policyTypes without a rule
empty_selector      an empty selector
pod_peer_scope      a podSelector alone as a peer
peer_logic          a second peer in one rule, or a peer with two keys
directions          policyTypes that does not say what the rules say
ends, dns           a policy for egress
egress_port         a port in an egress rule
nat                 a Service
default_protocol    a port without protocol
except_scope        an exception in an ipBlock
namespace_key       a namespaceSelector
==================  =====================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Final

from autograder.manifests.objects import LabelSelector, NetworkPolicy, Peer, Rule
from autograder.misconceptions import models
from autograder.network.cluster import Cluster
from autograder.network.reachability import Reachability, reachability
from autograder.network.semantics import KUBERNETES, Semantics

from .intent import FlowLine
from .judging import Judged, Question, Witness
from .places import Placed

Reading = Callable[[Semantics], Reachability]
"""Returns who can talk to whom when policies are read so."""

_MOST_ITEMS: Final = 250
"""Beyond this no belief is looked for. People do not write so much in an answer, and a machine that does believes
nothing; reading it under every belief could take minutes."""
_SWITCHES: Final = tuple(field.name for field in fields(Semantics))


def fits(question: Question, after: Reachability, lines: Iterable[Judged], world: Reading) -> tuple[str, ...]:
    """Return the ids of the misconceptions that an answer fits, the most specific first.

    `after` is the scene with the answer as Kubernetes reads it, and `lines` what came of it, some of which must not
    hold. `world` reads the scene without the answer. None are returned for more policies than anybody writes in an
    answer.
    """
    cluster = after.cluster
    wrong = [witness for judged in lines if isinstance(judged.line, FlowLine) for witness in judged.witnesses]
    if _size(cluster) > _MOST_ITEMS:
        return ()
    found: list[tuple[str, Semantics, Reachability]] = []
    for model in models("network"):
        readings: tuple[object, ...] = model.readings
        for semantics in readings:
            # A belief about containers says nothing about flows.
            if isinstance(semantics, Semantics) and matters(semantics, cluster):
                believed = after.read_as(semantics)
                placed = Placed(believed)
                if any(_is_still_wrong(placed, witness) for witness in wrong):
                    continue
                if question.ask(believed, world(semantics)).holds():
                    found.append((model.id, semantics, believed))
    if len({name for name, _, _ in found}) > 1:
        found.sort(
            key=lambda fit: (question.ask(fit[2], after).distance(), not _shows_in_one(question, cluster, fit[1]))
        )
    return tuple(dict.fromkeys(name for name, _, _ in found))


def differing(question: Question, after: Reachability) -> tuple[str, ...]:
    """Return the ids of the misconceptions under which an answer would do something else than it does.

    Only of these it can say whether its author holds them. None are returned for more policies than anybody writes in
    an answer.
    """
    cluster = after.cluster
    if _size(cluster) > _MOST_ITEMS:
        return ()
    found = []
    for model in models("network"):
        readings: tuple[object, ...] = model.readings
        for semantics in readings:
            if not isinstance(semantics, Semantics) or not matters(semantics, cluster):
                continue
            if question.ask(after.read_as(semantics), after).distance():
                found.append(model.id)
                break
    return tuple(found)


def matters(semantics: Semantics, cluster: Cluster) -> bool:
    """Return False only if this reading of a scene cannot differ from Kubernetes' own."""
    switches = [name for name in _SWITCHES if getattr(semantics, name) != getattr(KUBERNETES, name)]
    return any(_CAN_MATTER[name](cluster) if name in _CAN_MATTER else True for name in switches)


def _is_still_wrong(placed: Placed, witness: Witness) -> bool:
    """Return whether a flow that should be otherwise is so under this reading too. One flow is quicker than all."""
    allowed, _ = placed.verdict(witness.flow.source, witness.flow.target)
    port = (witness.flow.protocol, witness.flow.port)
    return (witness.kind == "open" and port in allowed) or (witness.kind == "closed" and port not in allowed)


def _size(cluster: Cluster) -> int:
    """Return how much there is to read: policies, rules, peers and ports."""
    rules = list(_rules(cluster))
    return len(cluster.policies) + len(rules) + sum(len(rule.peers) + len(rule.ports) for rule in rules)


def _shows_in_one(question: Question, cluster: Cluster, semantics: Semantics) -> bool:
    """Return whether some policy is read differently when it is alone."""
    for policy in cluster.policies:
        alone = cluster.with_policies([policy])
        if matters(semantics, alone):
            hearing = question.ask(reachability(alone, semantics), reachability(alone))
            if hearing.distance():
                return True
    return False


def _rules(cluster: Cluster) -> Iterator[Rule]:
    for policy in cluster.policies:
        yield from policy.ingress
        yield from policy.egress


def _peers(cluster: Cluster) -> Iterator[Peer]:
    for rule in _rules(cluster):
        yield from rule.peers


def _selectors(cluster: Cluster) -> Iterator[LabelSelector | None]:
    for policy in cluster.policies:
        yield policy.pod_selector
    for peer in _peers(cluster):
        yield peer.pod_selector
        yield peer.namespace_selector


def _keys(peer: Peer) -> int:
    return sum(key is not None for key in (peer.pod_selector, peer.namespace_selector, peer.ip_block))


def _has_idle_direction(policy: NetworkPolicy) -> bool:
    return any(not (policy.ingress if word == "Ingress" else policy.egress) for word in policy.policy_types)


def _says_otherwise(policy: NetworkPolicy) -> bool:
    by_rules = {word for word, rules in (("Ingress", policy.ingress), ("Egress", policy.egress)) if rules}
    return by_rules != set(policy.policy_types)


def _has_egress(cluster: Cluster) -> bool:
    return any("Egress" in policy.policy_types or policy.egress for policy in cluster.policies)


_CAN_MATTER: Final[dict[str, Callable[[Cluster], bool]]] = {
    "combine": lambda cluster: max(Counter(p.namespace for p in cluster.policies).values(), default=0) > 1,
    "empty_rule": lambda cluster: any(not rule.peers and not rule.ports for rule in _rules(cluster)),
    "no_rules": lambda cluster: any(map(_has_idle_direction, cluster.policies)),
    "empty_selector": lambda cluster: LabelSelector() in _selectors(cluster),
    "pod_peer_scope": lambda cluster: any(p.pod_selector and not p.namespace_selector for p in _peers(cluster)),
    "peer_logic": lambda cluster: any(len(r.peers) > 1 or any(_keys(p) > 1 for p in r.peers) for r in _rules(cluster)),
    "directions": lambda cluster: any(map(_says_otherwise, cluster.policies)),
    "ends": _has_egress,
    "dns": _has_egress,
    "egress_port": lambda cluster: any(rule.ports for policy in cluster.policies for rule in policy.egress),
    "nat": lambda cluster: bool(cluster.services),
    "default_protocol": lambda cluster: any(
        not port.protocol_written for rule in _rules(cluster) for port in rule.ports
    ),
    "except_scope": lambda cluster: any(peer.ip_block and peer.ip_block.except_ for peer in _peers(cluster)),
    "namespace_key": lambda cluster: any(peer.namespace_selector for peer in _peers(cluster)),
}
