"""The hyphen: two items of a list that look as if one had been meant, proved by a flow that the other reading closes.

It is told only if the other reading makes sense here: some Pod of the selected namespaces has the labels of the item
beside it. It is a warning if the Pods' item means nobody as it stands, and a note where both items mean somebody, since
then either may be wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograder.manifests.objects import NetworkPolicy, Peer, Pod, Rule
from autograder.network.cluster import Cluster
from autograder.network.ports import PortSet
from autograder.network.reachability import reachability
from autograder.network.selectors import is_empty
from autograder.review.findings import Finding, finding
from autograder.review.rules import Ruled, named, peer_text, ruled
from autograder.review.scene import Scene, listed, selector_text

from .flows import Flow, pairs, telling


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield a finding for each pair of neighboring items that would make a sensible single one."""
    for policy in scene.policies:
        for each in ruled(policy):
            if each.applies:
                for index, (first, second) in enumerate(zip(each.rule.peers, each.rule.peers[1:], strict=False)):
                    joined = joined_of(first, second)
                    if joined is not None:
                        yield from _pair(scene, each, index, joined)


def joined_of(first: Peer, second: Peer) -> Peer | None:
    """Return the item that two items would be without the dash between them; None if they do not go together."""
    by_pods, by_space = (first, second) if first.namespace_selector is None else (second, first)
    if by_pods.pod_selector is None or by_pods.namespace_selector is not None or is_empty(by_pods.pod_selector):
        return None
    if (
        by_space.namespace_selector is None
        or by_space.pod_selector is not None
        or is_empty(by_space.namespace_selector)
    ):
        return None
    return Peer(by_pods.pod_selector, by_space.namespace_selector)


def _pair(scene: Scene, each: Ruled, index: int, joined: Peer) -> Iterator[Finding]:
    meant = scene.peer_pods(each.policy, joined)
    if not meant:
        return
    peers = (*each.rule.peers[:index], joined, *each.rule.peers[index + 2 :])
    other = _with_rule(each.policy, each, replace(each.rule, peers=peers))
    flow = _closed_by(scene, each, other, {id(pod) for pod in meant})
    if flow is None:
        return
    alone = scene.peer_pods(each.policy, Peer(joined.pod_selector))
    second = each.word, index + 1
    scene.explained |= {(id(each.policy), each.direction, each.index, at) for at in (index, index + 1)}
    own = f"No Pod of {each.policy.namespace} has {selector_text(joined.pod_selector)}."
    yield finding(
        "dash-splits-peer",
        each.policy.source,
        named(each.policy),
        path=(*each.path, *second),
        key=f"{each.field} {peer_text(joined)}",
        severity="note" if alone else "warning",
        misconceptions=("dash-is-decoration",),
        policy=each.name,
        rule=each.title,
        labels=selector_text(joined.pod_selector),
        spaces=listed(f"namespace {space}" for space in scene.spaces(each.policy, joined)),
        namespace=f"namespace {each.policy.namespace}",
        flow=flow.words(scene),
        second=f"{each.word}[{index + 1}]",
        alone="" if alone else own,
    )


def _closed_by(scene: Scene, each: Ruled, other: NetworkPolicy, meant: set[int]) -> Flow | None:
    """Return a flow that is open and that the other policy would close: of a Pod that only the dash lets through."""
    policy = each.policy
    peers = [pod for peer in each.rule.peers for pod in scene.peer_pods(policy, peer) if id(pod) not in meant]
    policed = [pod for pod in peers if not pod.host_network]
    subjects = [pod for pod in scene.subjects(policy) if not pod.host_network]
    sources, targets = (policed, subjects) if each.direction == "Ingress" else (subjects, policed)
    for source, target in pairs(sources, targets):
        now = scene.reach.allowed(scene.name(source), scene.name(target))
        if not now:
            continue
        closed = now - _under(scene, policy, other, (source, target))
        if closed:
            return Flow(source, target, *telling(closed, target))
    return None


def _under(scene: Scene, policy: NetworkPolicy, other: NetworkPolicy, ends: tuple[Pod, Pod]) -> PortSet:
    """Return what is open between two Pods with the other policy in place of the one that is there.

    Two Pods have a verdict of their own, so a cluster of two is enough.
    """
    pods = tuple(pod for pod in scene.cluster.pods if any(pod is end for end in ends))
    spaces = {pod.namespace for pod in pods}
    policies = [other if each is policy else each for each in scene.policies if each.namespace in spaces]
    small: Cluster = replace(scene.cluster, pods=pods).with_policies(policies)
    names = {id(pod): endpoint.id for pod, endpoint in zip(small.pods, small.pod_endpoints(), strict=True)}
    result = reachability(small, pod_cidrs=scene.pod_cidrs)
    return result.allowed(names[id(ends[0])], names[id(ends[1])])


def _with_rule(policy: NetworkPolicy, each: Ruled, rule: Rule) -> NetworkPolicy:
    rules = policy.ingress if each.direction == "Ingress" else policy.egress
    changed = (*rules[: each.index], rule, *rules[each.index + 1 :])
    return replace(policy, ingress=changed) if each.direction == "Ingress" else replace(policy, egress=changed)
