"""Decoys: Pods and namespaces that are not in the scene, but could be.

Two sets of policies that say the same in a scene may say it by chance: the namespace happens to hold one Pod. Decoys
take chance away. For every key that a selector names, each value that is named, another value and no value are one
case; decoys stand for all combinations of cases, in every namespace of the scene and in new ones. No selector can tell
a further Pod from one of them, so policies that agree on them agree on every Pod that anybody could add.

Beyond `MOST` combinations each key is varied alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Final

from autograder.manifests.objects import ContainerPort, LabelSelector, NetworkPolicy, Pod
from autograder.network.cluster import METADATA_NAME, Cluster

MOST: Final = 100
"""How many combinations of labels are tried together, of Pods as of namespaces."""
_STEM: Final = "zz-decoy"
"""How names begin that decoys have: behind all others, so that a Pod of the scene is cited where it shows the same."""
_OTHER: Final = "other"
"""The value of a label that no selector names."""

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Decoys:
    """What is added to a scene."""

    pods: tuple[Pod, ...]
    namespaces: Mapping[str, Labels]

    def beside(self, cluster: Cluster) -> Cluster:
        """Return a scene with the decoys in it. What it already has stays as it is."""
        pods = sorted((*cluster.pods, *self.pods), key=lambda pod: (pod.namespace, pod.name, pod.kind))
        return replace(cluster, pods=tuple(pods), namespaces={**self.namespaces, **cluster.namespaces})


def decoys(clusters: Sequence[Cluster]) -> Decoys:
    """Return decoys that show whatever the policies of some scenes can tell apart by labels."""
    policies = [policy for cluster in clusters for policy in cluster.policies]
    known = {name for cluster in clusters for name in cluster.namespaces}
    taken = {pod.name for cluster in clusters for pod in cluster.pods}
    cases = _cases(selector for policy in policies for selector in _of_namespaces(policy))
    named = cases.pop(METADATA_NAME, frozenset())
    namespaces: dict[str, Labels] = {name: {METADATA_NAME: name} for name in sorted(named - known)}
    for number, labels in enumerate(_combinations(cases), 1):
        name = _free(f"{_STEM}-{number}", known | named)
        namespaces[name] = {**labels, METADATA_NAME: name}
    ports = _ports(clusters)
    combinations = list(_combinations(_cases(selector for policy in policies for selector in _of_pods(policy))))
    pods = tuple(
        Pod("Pod", namespace, _free(f"{_STEM}-{number}", taken), labels, spec={}, ports=ports)
        for namespace in sorted(known | namespaces.keys())
        for number, labels in enumerate(combinations, 1)
    )
    return Decoys(pods, namespaces)


def _of_pods(policy: NetworkPolicy) -> Iterator[LabelSelector]:
    yield policy.pod_selector
    for rule in (*policy.ingress, *policy.egress):
        yield from (peer.pod_selector for peer in rule.peers if peer.pod_selector is not None)


def _of_namespaces(policy: NetworkPolicy) -> Iterator[LabelSelector]:
    for rule in (*policy.ingress, *policy.egress):
        yield from (peer.namespace_selector for peer in rule.peers if peer.namespace_selector is not None)


def _cases(selectors: Iterable[LabelSelector]) -> dict[str, frozenset[str]]:
    """Return for each key that selectors name the values that they name."""
    found: dict[str, set[str]] = defaultdict(set)
    for selector in selectors:
        for key, value in selector.match_labels:
            found[key].add(value)
        for requirement in selector.match_expressions:
            found[requirement.key].update(requirement.values)
    return {key: frozenset(values) for key, values in sorted(found.items())}


def _combinations(cases: Mapping[str, frozenset[str]]) -> Iterator[Labels]:
    """Yield labels for every combination of named value, other value and no value; beyond `MOST` one key at a time."""
    choices: dict[str, list[str | None]] = {
        key: [None, _free(_OTHER, values), *sorted(values)] for key, values in cases.items()
    }
    if prod(map(len, choices.values())) <= MOST:
        for combination in product(*choices.values()):
            yield {key: value for key, value in zip(choices, combination, strict=True) if value is not None}
        return
    yield {}
    for key, values in choices.items():
        yield from ({key: value} for value in values if value is not None)


def _ports(clusters: Iterable[Cluster]) -> tuple[ContainerPort, ...]:
    """Return a port for every name that ports have in the scenes, so that a policy can mean it."""
    found: dict[str, ContainerPort] = {}
    for cluster in clusters:
        for pod in cluster.pods:
            for port in pod.ports:
                if port.name:
                    found.setdefault(port.name, port)
    return tuple(found.values())


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name += "-x"
    return name
