"""Rules that allow more than their author is likely to know, and rules that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.manifests.objects import NetworkPolicy
from autograder.network.selectors import is_empty
from autograder.review.findings import Finding, finding
from autograder.review.rules import Ruled, named, ruled
from autograder.review.scene import Scene, listed

from .flows import stranger

_EVERYWHERE = {"0.0.0.0/0", "::/0"}


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield what is told about single rules, and about directions that nobody named."""
    for policy in scene.policies:
        if not policy.policy_types_written and policy.egress and not policy.ingress:
            yield from _closed_silently(scene, policy)
        for each in ruled(policy):
            if not each.applies:
                yield _dead(scene, each)
            else:
                yield from _rule(scene, each)


def _closed_silently(scene: Scene, policy: NetworkPolicy) -> Iterator[Finding]:
    pods = [scene.name(pod) for pod in scene.subjects(policy)]
    yield finding(
        "ingress-closed-silently",
        policy.source,
        named(policy),
        path=("spec",),
        misconceptions=("rules-decide-direction",),
        policy=f"{policy.namespace}/{policy.name}",
        pods=listed(pods) or "its Pods",
    )


def _dead(scene: Scene, each: Ruled) -> Finding:
    flow = stranger(scene, scene.subjects(each.policy)) if each.direction == "Ingress" else ""
    return finding(
        "rule-without-effect",
        each.policy.source,
        named(each.policy),
        path=each.path,
        key=each.key,
        misconceptions=("rules-decide-direction",),
        policy=each.name,
        rule=each.title,
        direction=each.direction,
        types=" and ".join(each.policy.policy_types),
        flow=flow,
    )


def _rule(scene: Scene, each: Ruled) -> Iterator[Finding]:
    written = each.written()
    source, who = each.policy.source, named(each.policy)
    common: dict[str, Any] = {"policy": each.name, "rule": each.title}
    subjects = scene.subjects(each.policy)
    rule = each.rule
    if not rule.peers and each.word in written and written[each.word] is not None:
        ingress = each.direction == "Ingress"
        yield finding(
            "peers-written-empty",
            source,
            who,
            path=(*each.path, each.word),
            key=each.key,
            word=each.word,
            lets="lets in" if ingress else "lets the Pods go to",
            on="on the ports of the rule" if rule.ports else "on every port",
            flow=stranger(scene, subjects) if ingress else "",
            **common,
        )
    elif not rule.peers and not rule.ports:
        if each.direction == "Ingress":
            yield finding(
                "rule-allows-everyone",
                source,
                who,
                path=each.path,
                key=each.key,
                misconceptions=("empty-rule-denies",),
                flow=stranger(scene, subjects),
                **common,
            )
        else:
            pods = listed(scene.name(pod) for pod in subjects)
            yield finding(
                "rule-allows-everywhere", source, who, path=each.path, key=each.key, pods=pods or "its Pods", **common
            )
    if rule.peers and not rule.ports and "ports" in written and written["ports"] is not None:
        yield finding("ports-written-empty", source, who, path=(*each.path, "ports"), key=each.key, **common)
    for index, peer in enumerate(rule.peers):
        path = (*each.path, each.word, index)
        block = peer.ip_block
        if block is not None and block.cidr in _EVERYWHERE and not block.except_:
            flow = stranger(scene, subjects) if each.direction == "Ingress" else ""
            yield finding(
                "block-is-everyone",
                source,
                who,
                path=path,
                key=f"{each.key} {block.cidr}",
                severity="warning" if each.direction == "Ingress" and not rule.ports else "note",
                cidr=block.cidr,
                flow=flow,
                **common,
            )
        selector = peer.namespace_selector
        if (
            selector is not None
            and is_empty(selector)
            and not rule.ports
            and (peer.pod_selector is None or is_empty(peer.pod_selector))
        ):
            yield finding("peer-is-every-pod", source, who, path=path, key=each.key, **common)
