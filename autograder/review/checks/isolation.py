"""Namespaces without default deny, each direction apart, and Pods that may go out and cannot look up a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from autograder.manifests.objects import Direction, NetworkPolicy, Pod, Source
from autograder.network.cluster import METADATA_NAME
from autograder.network.ports import PortSet
from autograder.network.rules import numeric_ports, rules_of
from autograder.network.selectors import is_empty, requirement_matches, requirements
from autograder.network.semantics import KUBERNETES
from autograder.review.findings import Finding, finding
from autograder.review.rules import BOTH, Ruled, ruled
from autograder.review.scene import DNS_NAMESPACE, Scene, listed

from .flows import open_flow

_LOOKUP: Final = ("UDP", 53)
_NEAR: Final = 12
"""How many Pods that may have opened a connection are looked at for an example."""


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield what is told about namespaces as a whole."""
    sources = {namespace.name: namespace.source for namespace in scene.manifests.namespaces}
    for namespace in scene.namespaces:
        if any(not pod.host_network for pod in scene.pods_of(namespace)):
            for direction in BOTH:
                yield from _default_deny(scene, namespace, direction, sources.get(namespace))
            yield from _dns(scene, namespace)


def _policies(scene: Scene, namespace: str, direction: Direction) -> list[NetworkPolicy]:
    return [each for each in scene.policies if each.namespace == namespace and direction in each.policy_types]


def _default_deny(scene: Scene, namespace: str, direction: Direction, source: Source | None) -> Iterator[Finding]:
    policies = _policies(scene, namespace, direction)
    everyone = [each for each in policies if is_empty(each.pod_selector)]
    if any(not _opens_all(each, direction) for each in everyone):
        return
    pods = [pod for pod in scene.pods_of(namespace) if not pod.host_network]
    covered = {id(pod) for policy in policies for pod in scene.subjects(policy)}
    bare = [pod for pod in pods if id(pod) not in covered]
    word = direction.lower()
    if everyone:
        because = f"NetworkPolicy {namespace}/{everyone[0].name} selects every Pod, and its empty rule opens all again"
        got = f"{_count(len(pods), 'Pod or workload', 'Pods and workloads')} closed by name only, or not at all"
    elif bare:
        because = (
            _unseen(scene, namespace, word)
            if not policies
            else f"the policies of the namespace select other Pods for {word}"
        )
        names = listed(scene.name(pod) for pod in bare)
        got = f"no policy here closes the {word} of {names}. {_open(scene, bare, direction)}"
    else:
        because = "each policy selects its own Pods, and none selects every Pod"
        got = f"every Pod that is here is selected by some policy. The next one may not be, and its {word} is open then"
    yield finding(
        "no-default-deny-ingress" if direction == "Ingress" else "no-default-deny-egress",
        source or (bare or pods)[0].source,
        f"Namespace {namespace}",
        key=word,
        severity="warning" if bare or everyone else "note",
        namespace=namespace,
        got=got,
        because=because,
    )


def _unseen(scene: Scene, namespace: str, word: str) -> str:
    """Return why a direction is open. Without any policy here, they may well be kept in another place."""
    if any(policy.namespace == namespace for policy in scene.policies):
        return f"no policy of the namespace is about {word}"
    return "no policy of the namespace is among these manifests; if they are kept elsewhere, review them together"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many} {'is' if number == 1 else 'are'}"


def _opens_all(policy: NetworkPolicy, direction: Direction) -> bool:
    return any(not rule.peers and not rule.ports for rule in rules_of(policy, direction))


def _open(scene: Scene, bare: list[Pod], direction: Direction) -> str:
    """Return one flow that is open for want of the policy."""
    if direction == "Egress":
        return f"{scene.name(bare[0])} may open connections to every address on the internet."
    own = [pod for pod in bare if pod.ports] or bare
    others = sorted(scene.cluster.pods, key=lambda pod: pod.namespace == own[0].namespace)
    flow = open_flow(scene, (pod for pod in others if not pod.host_network), own[:1])
    if flow is None:
        return f"Whoever can route packets to {scene.name(own[0])} reaches it."
    return f"{flow.words(scene)} is open."


# -- names -------------------------------------------------------------------------------------------------------------


def _dns(scene: Scene, namespace: str) -> Iterator[Finding]:
    rules: dict[int, list[Ruled]] = {}
    pods: dict[int, Pod] = {}
    first: NetworkPolicy | None = None
    for policy in _policies(scene, namespace, "Egress"):
        own = [each for each in ruled(policy) if each.direction == "Egress"]
        for pod in scene.subjects(policy):
            if not pod.host_network:
                rules.setdefault(id(pod), []).extend(own)
                pods[id(pod)] = pod
    able = {id(each): _opens_lookup(scene, each) for found in rules.values() for each in found}
    deaf = [
        pod for key, pod in pods.items() if rules[key] and not any(able[id(each)] for each in rules[key])
    ]  # A Pod that may go nowhere needs no names.
    if not deaf:
        return
    first = rules[id(deaf[0])][0].policy
    example = ""
    partners = [
        pod for each in rules[id(deaf[0])] for peer in each.rule.peers for pod in scene.peer_pods(each.policy, peer)
    ][:_NEAR]
    flow = open_flow(scene, deaf[:1], partners)
    if flow is not None:
        example = f". {flow.words(scene)} is open, and {scene.name(deaf[0])} cannot look up that name"
    yield finding(
        "dns-forgotten",
        first.source,
        f"Namespace {namespace}",
        path=("spec", "egress"),
        key="dns",
        misconceptions=("dns-is-free",),
        namespace=namespace,
        pods=listed(scene.name(pod) for pod in deaf),
        example=example,
        because=f"the egress of {scene.name(deaf[0])} is closed by "
        + listed(f"NetworkPolicy {namespace}/{each.policy.name}" for each in rules[id(deaf[0])]),
    )


def _opens_lookup(scene: Scene, each: Ruled) -> bool:
    """Return whether a rule can let lookups through: port 53 is named, or all ports are towards whom DNS may be."""
    rule = each.rule
    if rule.ports:
        for port in rule.ports:
            ports = numeric_ports(port, KUBERNETES, "Egress")
            if ports is None:  # a name: which number it has is the destination's to say
                if port.protocol == "UDP":
                    return True
            elif _LOOKUP in ports and (_may_be_somebody(scene, each) if port.port else _may_reach_dns(scene, each)):
                return True
        return False
    return _may_reach_dns(scene, each)


def _may_be_somebody(scene: Scene, each: Ruled) -> bool:
    """Return whether a rule for port 53 has a peer: a bare podSelector means nobody outside of its namespace."""
    return not each.rule.peers or any(
        peer.ip_block is not None
        or peer.namespace_selector is not None
        or peer.pod_selector is None
        or bool(scene.peer_pods(each.policy, peer))
        or scene.elsewhere(peer.pod_selector, each.policy.namespace) is not None
        for peer in each.rule.peers
    )


def _may_reach_dns(scene: Scene, each: Ruled) -> bool:
    if not each.rule.peers:
        return True
    for peer in each.rule.peers:
        if peer.ip_block is not None:
            return True
        if any(_serves_lookups(pod) for pod in scene.peer_pods(each.policy, peer)):
            return True
        if peer.namespace_selector is None:
            if each.policy.namespace == DNS_NAMESPACE:
                return True
        elif all(
            requirement.key != METADATA_NAME or requirement_matches(requirement, {METADATA_NAME: DNS_NAMESPACE})
            for requirement in requirements(peer.namespace_selector)
        ) and not _known_otherwise(scene, each, peer.namespace_selector):
            return True
    return False


def _known_otherwise(scene: Scene, each: Ruled, selector: object) -> bool:
    """Return whether kube-system is declared here with other labels than a selector asks for."""
    declared = {namespace.name for namespace in scene.manifests.namespaces}
    spaces = {
        space
        for peer in each.rule.peers
        if peer.namespace_selector is selector
        for space in scene.spaces(each.policy, peer)
    }
    return DNS_NAMESPACE in declared and DNS_NAMESPACE not in spaces


def _serves_lookups(pod: Pod) -> bool:
    found = PortSet.EMPTY
    for declared in pod.ports:
        found |= PortSet.of(declared.protocol, declared.number)
    return _LOOKUP in found
