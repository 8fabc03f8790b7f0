"""What a document is: a kind that is evaluated, one that is not, or no manifest at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .problems import Path

CLUSTER_SCOPED: Final = frozenset({"Namespace"})
"""Of the kinds that are evaluated, those that live in no namespace."""

TEMPLATES: Final[Mapping[str, Path]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
"""For each kind that makes Pods, the way from the object to the template of its Pods. A Pod is its own."""

BUILT_IN: Final[dict[str, frozenset[str]]] = {
    version: frozenset(kinds.split())
    for version, kinds in {
        "v1": "Binding ComponentStatus ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume "
        "PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
        "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
        "batch/v1": "CronJob Job",
        "networking.k8s.io/v1": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
    }.items()
}
"""Every kind of the API versions that the evaluated kinds belong to."""

_BUILT_IN_GROUPS: Final = frozenset({"", "apps", "batch", "extensions", "networking.k8s.io"})
"""Groups in which the evaluated kinds are or once were. A kind of the same name elsewhere is another kind."""

_CALICO: Final = "GlobalNetworkPolicy GlobalNetworkSet HostEndpoint NetworkPolicy NetworkSet Profile Tier"
_POLICIES: Final[dict[str, frozenset[str]]] = {
    group: frozenset(kinds.split())
    for group, kinds in {
        "policy.networking.k8s.io": "AdminNetworkPolicy BaselineAdminNetworkPolicy ClusterNetworkPolicy",
        "cilium.io": "CiliumCIDRGroup CiliumClusterwideNetworkPolicy CiliumEgressGatewayPolicy "
        "CiliumLocalRedirectPolicy CiliumNetworkPolicy",
        "projectcalico.org": _CALICO,
        "crd.projectcalico.org": _CALICO,
        "crd.antrea.io": "ClusterGroup ClusterNetworkPolicy Group NetworkPolicy Tier",
        "k8s.ovn.org": "EgressFirewall EgressQoS",
        "k8s.cni.cncf.io": "MultiNetworkPolicy",
        "networking.k8s.aws": "ApplicationNetworkPolicy ClusterNetworkPolicy PolicyEndpoint",
        "security.istio.io": "AuthorizationPolicy PeerAuthentication",
        "policy.linkerd.io": "AuthorizationPolicy Server ServerAuthorization",
        "kuma.io": "MeshTrafficPermission TrafficPermission",
    }.items()
}
"""Kinds that allow or deny traffic beside NetworkPolicy, by group."""


def group_of(api_version: str) -> str:
    """Return the group of an apiVersion; empty for the core.

    >>> group_of("networking.k8s.io/v1"), group_of("v1")
    ('networking.k8s.io', '')
    """
    return api_version.rpartition("/")[0]


def could_change_verdict(api_version: str, kind: str) -> bool:
    """Return whether a kind that is not evaluated can allow or deny traffic.

    >>> could_change_verdict("cilium.io/v2", "CiliumNetworkPolicy"), could_change_verdict("v1", "ConfigMap")
    (True, False)
    """
    return kind in _POLICIES.get(group_of(api_version), ())


def is_served(api_version: str, kind: str, evaluated: dict[str, str]) -> bool:
    """Return whether a cluster would know a kind in this version.

    Kinds of other groups, and those of built-in groups that have nothing to do with the evaluated ones, are
    taken to be known: whether they are cannot be told from here.

    >>> is_served("extensions/v1beta1", "NetworkPolicy", {"NetworkPolicy": "networking.k8s.io/v1"})
    False
    """
    if api_version in BUILT_IN:
        return kind in BUILT_IN[api_version]
    return kind not in evaluated or group_of(api_version) not in _BUILT_IN_GROUPS


def spec_path(kind: str) -> Path:
    """Return the way from an object to the spec of its Pods.

    >>> spec_path("Pod"), spec_path("Deployment")
    (('spec',), ('spec', 'template', 'spec'))
    """
    return (*TEMPLATES[kind], "spec")
