"""What CNI plugins make of the corners that the specification leaves to them, as data with sources.

A profile is a set of switches of `Semantics` plus what the switches cannot say. Where a plugin's behavior is not
known from its code or documentation, the switch stays ``undefined`` and so does the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .semantics import KUBERNETES, Semantics

Topic = Literal["itself", "hostNetwork", "ipBlock", "own node", "policies"]
"""The open questions: a Pod to itself, a Pod on its node's network, ipBlock against Pods, traffic to the own node, and
whether policies are enforced at all."""

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
    notes: Mapping[Topic, str]
    """What is known of each open question, in a sentence."""
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
            notes={
                "hostNetwork": "It takes such a Pod for its node.",
                "own node": "Egress rules hold towards the Pod's own node as well.",
                "ipBlock": "An ipBlock matches the addresses of Pods too.",
            },
            sources=("kubernetes-sigs/kube-network-policies: pkg/networkpolicy", "kind v0.24.0 release notes"),
        ),
        Profile(
            "calico",
            "Calico",
            enforces=True,
            semantics=Semantics(ip_block_pods="match"),
            hairpin="policed",
            notes={
                "itself": "A Pod that calls its own Service is judged like any other source.",
                "ipBlock": "An ipBlock matches the addresses of Pods too.",
            },
            sources=("kubernetes/kubernetes#95879", "kubernetes/kubernetes#125611"),
        ),
        Profile(
            "cilium",
            "Cilium",
            enforces=True,
            semantics=Semantics(ip_block_pods="never"),
            hairpin="allowed",
            notes={
                "itself": "A Pod always reaches itself, through its Service as well.",
                "ipBlock": "It knows Pods by identity, so an ipBlock never matches the address of a Pod.",
            },
            sources=("cilium/cilium#9209", "cilium/cilium#15321"),
        ),
        Profile(
            "antrea",
            "Antrea",
            enforces=True,
            semantics=Semantics(ip_block_pods="match", host_network="ignored"),
            hairpin="policed",
            notes={
                "itself": "A Pod that calls its own Service is judged like any other source.",
                "hostNetwork": "It takes such a Pod for its node.",
                "ipBlock": "An ipBlock matches the addresses of Pods too.",
            },
            sources=("antrea-io/antrea#5681", "antrea-io/antrea#8041"),
        ),
        Profile(
            "ovn-kubernetes",
            "OVN-Kubernetes",
            enforces=True,
            semantics=Semantics(ip_block_pods="match"),
            hairpin="unknown",
            notes={
                "hostNetwork": "On OpenShift a namespaceSelector alone leaves such Pods out; a podSelector "
                "beside it takes them in.",
                "ipBlock": "An ipBlock matches the addresses of Pods too.",
            },
            sources=("OKD documentation: about network policy",),
        ),
        Profile(
            "none",
            "a plugin without policy support (flannel alone, kindnet before kind 0.24)",
            enforces=False,
            semantics=KUBERNETES,
            hairpin="allowed",
            notes={"policies": "The API server stores every policy, and nothing happens."},
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
