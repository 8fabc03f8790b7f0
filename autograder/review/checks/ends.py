"""Rules of one end that the other end makes vain.

Only what is named is looked at: peers with labels, and ports. A rule that allows everything names nobody, so nobody was
promised anything. One finding for each rule, with the first flow that it allows and the other end does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.manifests.objects import Pod
from autograder.network.explanation import explain
from autograder.network.ports import PortSet
from autograder.network.rules import numeric_ports
from autograder.network.selectors import is_empty
from autograder.network.semantics import KUBERNETES
from autograder.review.findings import Finding, finding
from autograder.review.rules import Ruled, named, ruled
from autograder.review.scene import Scene

from .flows import Flow, telling


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield a finding for each rule that names a Pod whose own policies do not agree."""
    for policy in scene.policies:
        for each in ruled(policy):
            if each.applies and each.rule.peers:
                flow = _vain(scene, each)
                if flow is not None:
                    yield _told(scene, each, flow)


def _vain(scene: Scene, each: Ruled) -> Flow | None:
    subjects = _one_of_each_class(scene, scene.subjects(each.policy))
    if not subjects:
        return None
    for peer in each.rule.peers:
        if peer.ip_block is not None or peer.pod_selector is None or is_empty(peer.pod_selector):
            continue
        partners = _one_of_each_class(scene, scene.peer_pods(each.policy, peer))
        for subject in subjects:
            for partner in partners:
                source, target = (partner, subject) if each.direction == "Ingress" else (subject, partner)
                promised = _ports(each, target)
                if source is target or not promised:
                    continue
                start, end = scene.name(source), scene.name(target)
                undefined = scene.reach.undefined(start, end)
                missing = promised - scene.reach.allowed(start, end)
                for ports, _ in undefined:
                    missing -= ports
                if missing:
                    return Flow(source, target, *telling(missing, target))
    return None


def _one_of_each_class(scene: Scene, pods: tuple[Pod, ...]) -> list[Pod]:
    """Return Pods without those that no policy can tell from another one, and without those that none surely sees."""
    found: dict[int, Pod] = {}
    for pod in pods:
        if not pod.host_network:
            found.setdefault(scene.reach.class_of(scene.name(pod)), pod)
    return list(found.values())


def _ports(each: Ruled, target: Pod) -> PortSet:
    """Return what a rule opens at a Pod that is one of its destinations."""
    if not each.rule.ports:
        # All ports are seldom meant. What the Pod declares is what somebody will miss.
        found = PortSet.EMPTY
        for declared in target.ports:
            found |= PortSet.of(declared.protocol, declared.number)
        return found
    found = PortSet.EMPTY
    for port in each.rule.ports:
        numbers = numeric_ports(port, KUBERNETES, each.direction)
        if numbers is not None:
            found |= numbers
            continue
        for declared in target.ports:
            if declared.name == port.port and declared.protocol == port.protocol:
                found |= PortSet.of(declared.protocol, declared.number)
    return found


def _told(scene: Scene, each: Ruled, flow: Flow) -> Finding:
    start, end = scene.name(flow.source), scene.name(flow.target)
    ingress = each.direction == "Ingress"
    explanation = explain(scene.reach, start, end, flow.port, flow.protocol)
    return finding(
        "one-end-closed",
        each.policy.source,
        named(each.policy),
        path=each.path,
        key=each.key,
        misconceptions=("one-end-suffices",) if ingress else (),
        policy=each.name,
        rule=each.title,
        flow=flow.words(scene),
        other="egress" if ingress else "ingress",
        closed=start if ingress else end,
        because=explanation.reason.rstrip("."),
    )
