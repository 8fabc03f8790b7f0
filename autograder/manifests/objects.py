"""The objects that evaluators work on: decoded, defaulted and valid, frozen.

Names are those of the Kubernetes API in snake case. Absence means what it means after the API
server's defaulting, so no evaluator has to know a default. A list that the API treats the same
when absent, null or empty is an empty tuple here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .documents import Document
    from .problems import Path, Position

Protocol = Literal["TCP", "UDP", "SCTP"]
Direction = Literal["Ingress", "Egress"]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where an object was written."""

    document: Document
    path: Path = ()
    """The way from the document to the object: empty, or ``("items", 3)`` inside a List."""

    @property
    def file(self) -> str:
        """The file's name as the user gave it."""
        return self.document.file

    @property
    def line(self) -> int:
        """The object's first line in the file, from 1."""
        return self.locate(()).line

    def locate(self, path: Path) -> Position:
        """Return where the field at `path` (from the object) stands in the file."""
        return self.document.locate(self.path + path)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One entry of matchExpressions."""

    key: str
    operator: str
    """``In``, ``NotIn``, ``Exists`` or ``DoesNotExist``."""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """matchLabels AND matchExpressions. Both empty: everything in scope."""

    match_labels: tuple[tuple[str, str], ...] = ()
    """Sorted by key."""
    match_expressions: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class IPBlock:
    """A CIDR less its exceptions, as written."""

    cidr: str
    except_: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """One item of ``from`` or ``to``. None means that the key is absent or null."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


@dataclass(frozen=True, slots=True)
class PolicyPort:
    """One item of a rule's ``ports``."""

    protocol: Protocol = "TCP"
    port: int | str | None = None
    """A number, the name of a container port, or None for every port of the protocol."""
    end_port: int | None = None
    protocol_written: bool = True
    """False when the author wrote no protocol and TCP is the API server's default."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One item of ``ingress`` or ``egress``. No peers: everyone. No ports: every port and protocol."""

    peers: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """A networking.k8s.io/v1 NetworkPolicy after defaulting."""

    namespace: str
    name: str
    pod_selector: LabelSelector
    policy_types: tuple[Direction, ...]
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]
    policy_types_written: bool = True
    """False when policyTypes was absent or empty and the API server filled it in."""
    source: Source | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Namespace. Its labels always carry kubernetes.io/metadata.name, as the API server forces."""

    name: str
    labels: Mapping[str, str]
    source: Source | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A declared port of a container. Declaring opens nothing; it only gives a number a name."""

    name: str | None
    number: int
    protocol: Protocol = "TCP"


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod, or the Pods that one workload makes, which are alike but for `varying`."""

    kind: str
    """``Pod``, or the workload's kind: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob."""
    namespace: str
    name: str
    """The Pod's or the workload's own name; a generateName with its ``-`` where there is no name."""
    labels: Mapping[str, str]
    """The labels of the Pods themselves: for a workload the template's and what its controller adds."""
    spec: Mapping[str, Any]
    """The Pod's spec, decoded, in the API's own field names, nulls dropped."""
    replicas: int | None = 1
    """How many there are; None when the manifest does not say (DaemonSet, CronJob)."""
    varying: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    """Labels that a controller adds with a value that differs between replicas or that no manifest
    tells. All possible values where they are known (``apps.kubernetes.io/pod-index``), else None
    (``pod-template-hash``)."""
    ports: tuple[ContainerPort, ...] = ()
    """The ports of spec.containers. Ports of init containers give no names to policies."""
    addresses: tuple[str, ...] = ()
    """status.podIPs; empty when unknown."""
    node: str | None = None
    """spec.nodeName, when the manifest says it."""
    host_network: bool = False
    completed: bool = False
    """status.phase is Succeeded or Failed: no network identity any more."""
    owner: tuple[str, str] | None = None
    """Kind and name of the controlling ownerReference."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Service and where it leads."""

    name: str | None
    port: int
    target_port: int | str
    """A Pod's port number or the name of a container port; equal to `port` when not written."""
    protocol: Protocol = "TCP"


@dataclass(frozen=True, slots=True)
class Service:
    """A Service: a stable name and address in front of Pods."""

    namespace: str
    name: str
    selector: Mapping[str, str]
    """Empty when the Service selects no Pods itself."""
    ports: tuple[ServicePort, ...] = ()
    cluster_ips: tuple[str, ...] = ()
    type: str = "ClusterIP"
    source: Source | None = field(default=None, compare=False, repr=False)


Object = NetworkPolicy | Namespace | Pod | Service
