"""Policies that select nothing, and peers that match nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.manifests.objects import LabelSelector, NetworkPolicy, Peer
from autograder.network.cluster import METADATA_NAME
from autograder.network.selectors import describe, is_empty, requirements
from autograder.review.findings import Finding, finding
from autograder.review.rules import Ruled, named, peer_text, ruled
from autograder.review.scene import Scene, listed, selector_text

from .hyphen import joined_of


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield what is wrong with the selectors of policies, as far as the Pods that are here can tell."""
    for policy in scene.policies:
        yield from _subject(scene, policy)
        for each in ruled(policy):
            for index, peer in enumerate(each.rule.peers):
                yield from _peer(scene, each, index, peer)
    for namespace in scene.namespaces:
        if not scene.pods_of(namespace):
            yield _empty(scene, namespace)


def _empty(scene: Scene, namespace: str) -> Finding:
    """Return a finding for a namespace of which only policies are here."""
    policies = [policy for policy in scene.policies if policy.namespace == namespace]
    names = listed(policy.name for policy in policies)
    return finding(
        "policy-pods-not-here",
        policies[0].source,
        f"Namespace {namespace}",
        path=("spec", "podSelector"),
        subject=f"namespace {namespace}: {'policy' if len(policies) == 1 else 'policies'} {names}",
        got=f"no Pod of {namespace} is here",
        because="nothing in these manifests makes a Pod there"
        + next((f". {found}" for found in (_in_another(scene, policy) for policy in policies) if found), ""),
    )


def _in_another(scene: Scene, policy: NetworkPolicy) -> str:
    """Return a sentence about a Pod that a policy would select if it were in the Pod's namespace; empty if none is."""
    if is_empty(policy.pod_selector):
        return ""
    for namespace in scene.namespaces:
        for pod in scene.matching(policy.pod_selector, namespace) if namespace != policy.namespace else ():
            return (
                f"{scene.name(pod)} has the labels that NetworkPolicy {policy.name} asks for, and is in namespace "
                f"{namespace}"
            )
    return ""


def _subject(scene: Scene, policy: NetworkPolicy) -> Iterator[Finding]:
    pods = scene.subjects(policy)
    who, namespace = named(policy), policy.namespace
    common: dict[str, Any] = {
        "path": ("spec", "podSelector"),
        "key": selector_text(policy.pod_selector),
        "policy": f"{namespace}/{policy.name}",
        "namespace": namespace,
    }
    if pods:
        host = [scene.name(pod) for pod in pods if pod.host_network]
        # A default for all Pods is right, whoever happens to be there.
        if len(host) == len(pods) and not is_empty(policy.pod_selector):
            yield finding("policy-on-host-network", policy.source, who, pods=listed(host), **common)
        return
    if not scene.pods_of(namespace):
        return  # told once for the namespace
    service = scene.elsewhere(policy.pod_selector, namespace)
    if service is not None:
        yield finding(
            "policy-pods-not-here",
            policy.source,
            who,
            subject=who,
            got=f"no Pod with {selector_text(policy.pod_selector)} is here",
            because=f"Service {namespace}/{service.name} selects Pods with these labels, so something else makes them",
            **common,
        )
        return
    another = _in_another(scene, policy)
    yield finding(
        "policy-selects-nothing",
        policy.source,
        who,
        labels=selector_text(policy.pod_selector),
        nearest=f"{another}." if another else scene.nearest(policy.pod_selector, scene.pods_of(namespace)),
        **common,
    )


def _peer(scene: Scene, each: Ruled, index: int, peer: Peer) -> Iterator[Finding]:
    if peer.ip_block is not None or (id(each.policy), each.direction, each.index, index) in scene.explained:
        return
    path = (*each.path, each.word, index)
    common: dict[str, Any] = {"policy": each.name, "rule": f"{each.title}, peer {index + 1}"}
    key = f"{each.field} {peer_text(peer)}"
    spaces = scene.spaces(each.policy, peer)
    if not spaces:
        yield from _no_namespace(scene, each, peer, path, common, key)
        return
    selector = peer.pod_selector or LabelSelector()
    # Whether a namespace without a Pod here is empty cannot be known.
    if is_empty(selector) or scene.peer_pods(each.policy, peer) or not all(map(scene.pods_of, spaces)):
        return
    if any(scene.elsewhere(selector, space) for space in spaces):
        return
    elsewhere = [
        pod
        for namespace in scene.namespaces
        if peer.namespace_selector is None
        for pod in scene.matching(selector, namespace)
    ]
    nearest = scene.nearest(selector, (pod for space in spaces for pod in scene.pods_of(space)))
    beliefs: tuple[str, ...] = ()
    if any(joined_of(peer, other) for other in _beside(each, index)):
        nearest = "Beside it stands a namespaceSelector in an item of its own: perhaps there is a dash too many."
        beliefs = ("dash-is-decoration",)
    elif elsewhere:
        beliefs = ("pod-peer-any-namespace",)
        nearest = f"{scene.name(elsewhere[0])} has, in namespace {elsewhere[0].namespace}."
    yield finding(
        "peer-matches-nobody",
        each.policy.source,
        named(each.policy),
        path=path,
        key=key,
        misconceptions=beliefs,
        spaces=listed(spaces),
        labels=selector_text(selector),
        nearest=nearest,
        because="a podSelector without a namespaceSelector looks in the policy's own namespace"
        if peer.namespace_selector is None
        else "a peer means the Pods with all of these labels in the namespaces that it selects",
        **common,
    )


def _beside(each: Ruled, index: int) -> tuple[Peer, ...]:
    """Return the peers before and after one of a rule."""
    return each.rule.peers[max(0, index - 1) : index] + each.rule.peers[index + 1 : index + 2]


def _no_namespace(
    scene: Scene, each: Ruled, peer: Peer, path: tuple[str | int, ...], common: dict[str, Any], key: str
) -> Iterator[Finding]:
    """Yield a finding where a label asks for what is the name of a namespace that is declared here."""
    selector = peer.namespace_selector or LabelSelector()
    declared = {namespace.name for namespace in scene.manifests.namespaces}
    for requirement in requirements(selector):
        for value in requirement.values if requirement.operator == "In" else ():
            if value in declared and requirement.key != METADATA_NAME:
                labels = scene.labels_of(value)
                if labels.get(requirement.key) != value:
                    yield finding(
                        "namespace-not-labelled",
                        each.policy.source,
                        named(each.policy),
                        path=(*path, "namespaceSelector"),
                        key=key,
                        misconceptions=("namespace-by-name",),
                        name=value,
                        label=describe(requirement),
                        **common,
                    )
                    return
