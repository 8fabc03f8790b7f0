"""The scene that policies act on: namespaces, Pods, policies and Services, taken out of manifests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from autograder.manifests.objects import Namespace, NetworkPolicy, Pod, Service

from .workloads import represented

if TYPE_CHECKING:
    from autograder.manifests.load import Manifests

METADATA_NAME: Final = "kubernetes.io/metadata.name"
"""The label that the API server forces onto every Namespace (GA since 1.22)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a flow as people name it: a Pod, the like Pods of a workload, or a range of outside addresses."""

    id: str
    """``namespace/name``; with the kind in front where two share it; a CIDR or ``first-last`` for a range."""
    kind: str
    """``Pod``, the workload's kind, or ``Range``."""
    namespace: str = ""
    name: str = ""
    replicas: int | None = 1
    addresses: tuple[str, ...] = ()
    range: tuple[str, str] | None = None
    """First and last address of an outside range."""
    family: str | None = None
    """``IPv4`` or ``IPv6`` for a range."""

    @property
    def is_range(self) -> bool:
        """Whether this is a range of outside addresses."""
        return self.range is not None

    @property
    def meets_itself(self) -> bool:
        """Whether a pair of this endpoint with itself means two different Pods."""
        return not self.is_range and self.replicas != 1


@dataclass(frozen=True)
class Cluster:
    """What is in the cluster. Pods that have completed are set apart: they have no network identity."""

    pods: tuple[Pod, ...] = ()
    policies: tuple[NetworkPolicy, ...] = ()
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Labels of every namespace that is declared or that holds a Pod or a policy. One that no manifest declares
    carries the metadata.name label alone."""
    services: tuple[Service, ...] = ()
    completed: tuple[Pod, ...] = ()

    @classmethod
    def of(
        cls,
        namespaces: Iterable[Namespace] = (),
        pods: Iterable[Pod] = (),
        policies: Iterable[NetworkPolicy] = (),
        services: Iterable[Service] = (),
    ) -> Cluster:
        """Return the cluster made of the given objects, in the order of their namespaces and names."""
        pods, policies = tuple(pods), tuple(policies)
        known: dict[str, Mapping[str, str]] = {
            name: {METADATA_NAME: name}
            for name in {pod.namespace for pod in pods} | {policy.namespace for policy in policies}
        }
        known.update((namespace.name, {**namespace.labels, METADATA_NAME: namespace.name}) for namespace in namespaces)
        return cls(
            pods=tuple(
                sorted(
                    (pod for pod in represented(pods) if not pod.completed),
                    key=lambda pod: (pod.namespace, pod.name, pod.kind),
                )
            ),
            policies=tuple(sorted(policies, key=lambda policy: (policy.namespace, policy.name))),
            namespaces=known,
            services=tuple(services),
            completed=tuple(pod for pod in pods if pod.completed),
        )

    @classmethod
    def from_manifests(cls, manifests: Manifests) -> Cluster:
        """Return the cluster that loaded manifests describe."""
        return cls.of(manifests.namespaces, manifests.pods, manifests.policies, manifests.services)

    def with_policies(self, policies: Iterable[NetworkPolicy]) -> Cluster:
        """Return the same scene under other policies."""
        ordered = tuple(sorted(policies, key=lambda policy: (policy.namespace, policy.name)))
        named = {policy.namespace: {METADATA_NAME: policy.namespace} for policy in ordered}
        return replace(self, policies=ordered, namespaces={**named, **self.namespaces})

    def pod_endpoints(self) -> tuple[Endpoint, ...]:
        """Return one endpoint for each of `pods`, in the same order."""
        shared = Counter((pod.namespace, pod.name) for pod in self.pods)
        return tuple(
            Endpoint(
                id=f"{pod.namespace}/{pod.name}"
                if shared[pod.namespace, pod.name] == 1
                else f"{pod.kind}/{pod.namespace}/{pod.name}",
                kind=pod.kind,
                namespace=pod.namespace,
                name=pod.name,
                replicas=pod.replicas,
                addresses=pod.addresses,
            )
            for pod in self.pods
        )
