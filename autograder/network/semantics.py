"""The switches of NetworkPolicy's semantics: Kubernetes is the default value, everything else is another value.

A misconception is this dataclass with one switch turned; a CNI profile is this dataclass with the switches
that the specification leaves to the implementation. Nothing else in the evaluator knows that anybody could
believe something different.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Semantics:
    """How a set of policies is to be read. ``Semantics()`` is Kubernetes.

    The first group holds beliefs about the specification, in the words of the misconception catalogue.
    The second group holds what the specification leaves undefined; its default ``undefined`` yields the
    third verdict, a CNI profile decides.
    """

    combine: Literal["union", "intersection", "last", "deny-wins"] = "union"
    """Several policies on one Pod: add up, leave what all allow, the last one (by namespace and name, as
    ``kubectl get`` lists them) counts alone, or a policy without rules beats the others."""
    empty_rule: Literal["all", "nothing"] = "all"
    """What the rule ``{}`` allows."""
    no_rules: Literal["deny", "allow"] = "deny"
    """What a direction in policyTypes without any rule does."""
    empty_selector: Literal["all", "none"] = "all"
    """What ``podSelector: {}`` and ``namespaceSelector: {}`` select."""
    pod_peer_scope: Literal["own", "cluster"] = "own"
    """Where a peer with podSelector alone looks: the policy's own namespace, or every namespace."""
    peer_logic: Literal["by_item", "and", "or"] = "by_item"
    """Items of from/to are alternatives and keys inside one item must all hold; or everything is one AND;
    or every key is an alternative of its own."""
    directions: Literal["policy_types", "rules"] = "policy_types"
    """What closes a direction: policyTypes, or having rules for it."""
    ends: Literal["both", "destination"] = "both"
    """Whose allow is needed: the source's egress and the destination's ingress, or the latter alone."""
    replies: Literal["implicit", "ruled"] = "implicit"
    """Whether the answers of an allowed connection need rules of their own in the opposite direction."""
    dns: Literal["policed", "free"] = "policed"
    """Whether port 53 (UDP and TCP) needs a rule under egress isolation."""
    egress_port: Literal["destination", "source"] = "destination"
    """Whose port an egress rule's ``ports`` mean. Under ``source`` the rule says nothing about where the
    connection goes to, so every destination port passes."""
    nat: Literal["after", "before"] = "after"
    """Whether rules see the Pod's port (after the Service's translation) or the Service's (before it)."""
    default_protocol: Literal["TCP", "any"] = "TCP"
    """What a port item without ``protocol`` covers."""
    except_scope: Literal["block", "pod"] = "block"
    """Whether ``except`` is a hole in its own block, or denies the addresses for the whole Pod."""
    namespace_key: Literal["labels", "name"] = "labels"
    """Whether the values of a namespaceSelector are compared with labels, or with the namespace's name."""

    ip_block_pods: Literal["match", "never"] = "match"
    """Whether ipBlock matches the addresses of Pods."""
    host_network: Literal["undefined", "ignored", "pod"] = "undefined"
    """Whether a hostNetwork Pod is, for policies, nobody (its node) or a Pod like any other."""
    own_node_egress: Literal["undefined", "allowed", "policed"] = "undefined"
    """Whether a Pod's traffic to its own node passes whatever its egress rules say."""
    end_port: Literal["range", "first"] = "range"
    """Whether endPort is honored; a CNI without support applies ``port`` alone."""


KUBERNETES = Semantics()
"""The specification, with the third verdict where it is silent."""
