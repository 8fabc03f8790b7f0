"""The scene under review: which Pods are here, which are not, and whom a selector means.

A repository seldom holds the whole cluster. So a check asks first whether it can know: Pods that a Service selects and
that no manifest makes come from somewhere else (an operator, another repository), and a namespace without a Pod here
may be full of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property

from autograder.manifests.load import Manifests
from autograder.manifests.objects import Direction, LabelSelector, NetworkPolicy, Peer, Pod, Requirement, Service
from autograder.network.cluster import METADATA_NAME, Cluster
from autograder.network.reachability import Reachability, reachability
from autograder.network.selectors import describe, matches, requirement_matches, requirements

DNS_NAMESPACE = "kube-system"


class Scene:
    """Manifests, as checks look at them. What is dear is computed when it is asked for."""

    def __init__(self, manifests: Manifests, pod_cidrs: Iterable[str] = ()) -> None:
        """Take the manifests. Pods that the API server refuses are here all the same: somebody will mend them."""
        self.manifests = manifests
        self.pod_cidrs = tuple(pod_cidrs)
        refused = tuple(entry.pod for entry in manifests.refused_pods)
        self.cluster = Cluster.of(
            manifests.namespaces, (*manifests.pods, *refused), manifests.policies, manifests.services
        )
        self.policies = self.cluster.policies
        self.names: dict[int, str] = {
            id(pod): endpoint.id for pod, endpoint in zip(self.cluster.pods, self.cluster.pod_endpoints(), strict=True)
        }
        """The id of each Pod's endpoint, by the identity of the Pod."""
        self.explained: set[tuple[int, Direction, int, int]] = set()
        """Peers of which another finding says already why they match nobody: the policy's identity, the direction, the
        rule, the peer."""
        self._pods: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.cluster.pods:
            self._pods[pod.namespace].append(pod)
        self._services: dict[str, list[Service]] = defaultdict(list)
        for service in self.cluster.services:
            self._services[service.namespace].append(service)
        self._matching: dict[tuple[LabelSelector, str], tuple[Pod, ...]] = {}
        self._spaces: dict[LabelSelector, tuple[str, ...]] = {}

    @cached_property
    def reach(self) -> Reachability:
        """Who can talk to whom."""
        return reachability(self.cluster, pod_cidrs=self.pod_cidrs)

    def name(self, pod: Pod) -> str:
        """Return how people name a Pod: the id of its endpoint."""
        return self.names[id(pod)]

    def pods_of(self, namespace: str) -> list[Pod]:
        """Return the Pods of a namespace that are here."""
        return self._pods.get(namespace, [])

    def services_of(self, namespace: str) -> list[Service]:
        """Return the Services of a namespace that are here: no other can lead to its Pods."""
        return self._services.get(namespace, [])

    @property
    def namespaces(self) -> list[str]:
        """The namespaces that hold a Pod or a policy, sorted."""
        return sorted(set(self._pods) | {policy.namespace for policy in self.policies})

    def labels_of(self, namespace: str) -> Mapping[str, str]:
        """Return what is known of a namespace's labels: its name always is."""
        return self.cluster.namespaces.get(namespace, {METADATA_NAME: namespace})

    def matching(self, selector: LabelSelector, namespace: str) -> tuple[Pod, ...]:
        """Return the Pods of a namespace that a selector means, or may mean where labels differ between replicas."""
        key = (selector, namespace)
        found = self._matching.get(key)
        if found is None:
            found = self._matching[key] = tuple(pod for pod in self.pods_of(namespace) if may_match(selector, pod))
        return found

    def subjects(self, policy: NetworkPolicy) -> tuple[Pod, ...]:
        """Return the Pods that a policy selects."""
        return self.matching(policy.pod_selector, policy.namespace)

    def spaces(self, policy: NetworkPolicy, peer: Peer) -> tuple[str, ...]:
        """Return the known namespaces in which a peer looks for Pods."""
        if peer.namespace_selector is None:
            return (policy.namespace,)
        selector = peer.namespace_selector
        if selector not in self._spaces:
            self._spaces[selector] = tuple(
                name for name, labels in sorted(self.cluster.namespaces.items()) if matches(selector, labels)
            )
        return self._spaces[selector]

    def peer_pods(self, policy: NetworkPolicy, peer: Peer) -> tuple[Pod, ...]:
        """Return the Pods here that a peer means by its selectors; none for an ipBlock."""
        if peer.ip_block is not None:
            return ()
        selector = peer.pod_selector or LabelSelector()
        return tuple(pod for space in self.spaces(policy, peer) for pod in self.matching(selector, space))

    @cached_property
    def _elsewhere(self) -> Mapping[str, list[Service]]:
        """Services that select Pods which are not here, by namespace."""
        found: dict[str, list[Service]] = defaultdict(list)
        for service in self.cluster.services:
            if service.selector and not any(fronts(service, pod) for pod in self.pods_of(service.namespace)):
                found[service.namespace].append(service)
        return found

    def elsewhere(self, selector: LabelSelector, namespace: str) -> Service | None:
        """Return a Service that speaks for Pods which a selector means and which are not here.

        Its own selector must say enough: every condition is met by the labels that it names.
        """
        if not requirements(selector):
            return None
        for service in self._elsewhere.get(namespace, ()):
            if matches(selector, service.selector):
                return service
        return None

    def nearest(self, selector: LabelSelector, pods: Iterable[Pod]) -> str:
        """Return the Pod that comes closest to a selector and what it lacks, as a sentence; empty if none comes close.

        Close is a Pod that meets one of the conditions, or whose value for a label looks like the one that is asked
        for.
        """
        wanted = requirements(selector)
        best: tuple[int, str, Pod, Requirement] | None = None
        for pod in pods:
            failed = [each for each in wanted if not requirement_matches(each, pod.labels)]
            if failed and (len(failed) < len(wanted) or any(_looks_like(each, pod) for each in failed)):
                rank = (len(failed), self.name(pod), pod, failed[0])
                if best is None or rank[:2] < best[:2]:
                    best = rank
        if best is None:
            return ""
        _, name, pod, lacks = best
        if lacks.key in pod.labels:
            return f"The nearest is {name}, which has {lacks.key}={pod.labels[lacks.key]}."
        return f"The nearest is {name}, which has no label {lacks.key}."


def may_match(selector: LabelSelector, pod: Pod) -> bool:
    """Return whether a selector means a Pod, or one of a workload's Pods."""
    if matches(selector, pod.labels):
        return True
    if not pod.varying:
        return False
    for requirement in requirements(selector):
        if requirement.key not in pod.varying:
            if not requirement_matches(requirement, pod.labels):
                return False
            continue
        values = pod.varying[requirement.key]
        if values is not None and not any(requirement_matches(requirement, {requirement.key: each}) for each in values):
            return False
    return True


def _looks_like(requirement: Requirement, pod: Pod) -> bool:
    value = pod.labels.get(requirement.key, "")
    return bool(value) and bool(get_close_matches(value, requirement.values, n=1, cutoff=0.6))


def fronts(service: Service, pod: Pod) -> bool:
    """Return whether a Service leads to a Pod."""
    return (
        service.namespace == pod.namespace
        and bool(service.selector)
        and all(pod.labels.get(key) == value for key, value in service.selector.items())
    )


def selector_text(selector: LabelSelector | None) -> str:
    """Return a selector as people write it: ``app=api, tier in (web, api)``."""
    return ", ".join(map(describe, requirements(selector))) if selector is not None else ""


def listed(names: Iterable[str], most: int = 3) -> str:
    """Return names as a sentence lists them, and how many more there are.

    >>> listed(["web", "api"]), listed(["a", "b", "c", "d", "e"])
    ('web and api', 'a, b, c and 2 more')
    """
    every = list(dict.fromkeys(names))
    if len(every) > most + 1:
        return f"{', '.join(every[:most])} and {len(every) - most} more"
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
