"""What CNI plugins make of the corners that the specification leaves to them, as data with sources.

A profile is a set of switches of `Semantics` plus what the switches cannot say. Where a plugin's behaviour is not
known from its code or documentation, the switch stays ``undefined`` and so does the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from .semantics import KUBERNETES, Semantics

Hairpin = Literal["allowed", "policed", "unknown"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How one implementation decides what the specification leaves open."""

    id: str
    title: str
    enforces: bool
    """False: policies are stored by the API server and nothing enforces them."""
    semantics: Semantics
    hairpin: Hairpin
    """A Pod that reaches itself through its own Service."""
    notes: str
    sources: tuple[str, ...]


PROFILES: Final = {
    profile.id: profile
    for profile in (
        Profile(
            "kindnet",
            "kube-network-policies (kindnet; kind 0.24 and later)",
            enforces=True,
            semantics=Semantics(ip_block_pods="match", host_network="ignored", own_node_egress="policed"),
            hairpin="unknown",
            notes="The plugin that kind installs. Egress rules hold towards the Pod's own node as well; ports of "
            "sidecar (restartable init) containers give no names to policies.",
            sources=("kubernetes-sigs/kube-network-policies: pkg/networkpolicy", "kind v0.24.0 release notes"),
        ),
        Profile(
            "calico",
            "Calico",
            enforces=True,
            semantics=Semantics(ip_block_pods="match"),
            hairpin="policed",
            notes="A Pod that calls its own Service is judged like any other source.",
            sources=("kubernetes/kubernetes#95879", "kubernetes/kubernetes#125611"),
        ),
        Profile(
            "cilium",
            "Cilium",
            enforces=True,
            semantics=Semantics(ip_block_pods="never"),
            hairpin="allowed",
            notes="Selects Pods by identity: an ipBlock never matches the address of a Pod.",
            sources=("cilium/cilium#9209", "cilium/cilium#15321"),
        ),
        Profile(
            "antrea",
            "Antrea",
            enforces=True,
            semantics=Semantics(ip_block_pods="match", host_network="ignored"),
            hairpin="policed",
            notes="A Pod that calls its own Service is judged like any other source.",
            sources=("antrea-io/antrea#5681", "antrea-io/antrea#8041"),
        ),
        Profile(
            "ovn-kubernetes",
            "OVN-Kubernetes",
            enforces=True,
            semantics=Semantics(ip_block_pods="match"),
            hairpin="unknown",
            notes="On OpenShift a namespaceSelector alone leaves hostNetwork Pods out; a podSelector beside it "
            "takes them in.",
            sources=("OKD documentation: about network policy",),
        ),
        Profile(
            "none",
            "a plugin without policy support (flannel alone, kindnet before kind 0.24)",
            enforces=False,
            semantics=KUBERNETES,
            hairpin="allowed",
            notes="The API server stores every policy and nothing happens.",
            sources=("Kubernetes documentation: network policies, prerequisites", "kubernetes-sigs/kind#842"),
        ),
    )
}
"""Profiles by id."""


def profile(profile_id: str) -> Profile:
    """Return a profile. Raises ValueError that names the profiles there are."""
    if profile_id not in PROFILES:
        message = f"there is no CNI profile {profile_id!r}; there are {', '.join(PROFILES)}"
        raise ValueError(message)
    return PROFILES[profile_id]
