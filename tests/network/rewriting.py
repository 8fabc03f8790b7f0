"""Ways to write a cluster's policies differently, all of which mean the same (and one that means more).

Each function takes plain manifests and a source of random choices and returns new manifests.
"""

from __future__ import annotations

import ipaddress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .oracle import directions, flatten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

Manifest = dict[str, Any]
Rewriting = "Callable[[list[Manifest], Random], list[Manifest]]"


def shuffled(documents: list[Manifest], random: Random) -> list[Manifest]:
    """The documents and everything in policies that is a list, in another order; so too containers and addresses."""
    documents = [deepcopy(document) for document in flatten(documents)]
    random.shuffle(documents)
    for document in documents:
        _shuffle_lists(document, random)
    return documents


def _shuffle_lists(value: Any, random: Random) -> None:
    if isinstance(value, list):
        random.shuffle(value)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _shuffle_lists(inner, random)


def policies_renamed(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Other names for the policies: names decide nothing."""
    names = random.sample(range(1000), 1000)
    return _each_policy(documents, lambda policy: [_named(policy, f"{names.pop()}-{policy['metadata']['name']}")])


def types_written_out(documents: list[Manifest], random: Random) -> list[Manifest]:
    """policyTypes in full where the API server would fill them in, and nulls and absences as empty lists."""
    del random
    return _each_policy(documents, lambda policy: [explicit(policy)])


def without_dead_rules(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Without the rules of directions that a policy does not declare."""
    del random

    def bury(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        for direction in ("Ingress", "Egress"):
            if direction not in policy["spec"]["policyTypes"]:
                del policy["spec"][direction.lower()]
        return [policy]

    return _each_policy(documents, bury)


def split_by_direction(documents: list[Manifest], random: Random) -> list[Manifest]:
    """A policy for each direction instead of one for both."""
    del random

    def split(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        return [
            _with(policy, f"-{direction.lower()}", policyTypes=[direction])
            for direction in dict.fromkeys(policy["spec"]["policyTypes"])
        ]

    return _each_policy(documents, split)


def split_by_rules(documents: list[Manifest], random: Random) -> list[Manifest]:
    """A policy for each rule instead of one with all rules (and one without rules, so that nothing opens)."""
    del random

    def split(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        parts = [_with(policy, "-closed", ingress=[], egress=[])]
        for direction in ("ingress", "egress"):
            for index, rule in enumerate(policy["spec"][direction]):
                parts.append(_with(policy, f"-{direction}-{index}", **{"ingress": [], "egress": [], direction: [rule]}))
        return parts

    return _each_policy(documents, split)


def split_by_pods(documents: list[Manifest], random: Random) -> list[Manifest]:
    """A policy for the Pods that have a label's value, and the same policy for all the others."""

    def split(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        key = random.choice(("app", "tier", "env", "pod-template-hash", "apps.kubernetes.io/pod-index"))
        value = random.choice(("web", "back", "", "5d4f8", "0"))
        selector = policy["spec"].get("podSelector") or {}
        return [
            _with(
                policy,
                f"-{operator.lower()}",
                podSelector={
                    **selector,
                    "matchExpressions": [
                        *(selector.get("matchExpressions") or []),
                        {"key": key, "operator": operator, "values": [value]},
                    ],
                },
            )
            for operator in ("In", "NotIn")
        ]

    return _each_policy(documents, split)


def split_by_peers_and_ports(documents: list[Manifest], random: Random) -> list[Manifest]:
    """A rule for every pair of a peer and a port instead of one with lists of both."""
    del random

    def split(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        for direction, key in (("ingress", "from"), ("egress", "to")):
            policy["spec"][direction] = [
                {**({key: [peer]} if peer is not None else {}), **({"ports": [port]} if port is not None else {})}
                for rule in policy["spec"][direction]
                for peer in rule.get(key) or [None]
                for port in [item or {} for item in rule.get("ports") or []] or [None]
            ]
        return [policy]

    return _each_policy(documents, split)


def ranges_halved(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Each range of ports as two that touch or overlap."""

    def halve(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        for rule in _rules(policy):
            items = []
            for item in rule.get("ports") or []:
                item = item or {}  # noqa: PLW2901 - a null item is an empty one
                first, last = item.get("port"), item.get("endPort")
                if isinstance(first, int) and isinstance(last, int) and first < last:
                    middle = random.randint(first, last - 1)
                    items.append({**item, "endPort": middle})
                    items.append({**item, "port": random.randint(first, middle + 1)})
                else:
                    items.append(item)
            rule["ports"] = items
        return [policy]

    return _each_policy(documents, halve)


def blocks_halved(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Each address block without exceptions as its two halves."""
    del random

    def halve(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        for rule in _rules(policy):
            for key in ("from", "to"):
                peers = []
                for peer in rule.get(key) or []:
                    block = peer.get("ipBlock")
                    network = ipaddress.ip_network(block["cidr"]) if block else None
                    if network is None or block.get("except") or network.prefixlen == network.max_prefixlen:
                        peers.append(peer)
                    else:
                        peers += [{"ipBlock": {"cidr": str(half)}} for half in network.subnets()]
                if peers:
                    rule[key] = peers
        return [policy]

    return _each_policy(documents, halve)


def exceptions_cut_out(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Each address block with exceptions as the blocks that are left of it."""
    del random

    def cut(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        for rule in _rules(policy):
            for key in ("from", "to"):
                peers = []
                for peer in rule.get(key) or []:
                    block = peer.get("ipBlock")
                    if block and block.get("except"):
                        left = _less([ipaddress.ip_network(block["cidr"])], block["except"])
                        peers += [{"ipBlock": {"cidr": str(network)}} for network in left]
                        if not left:  # never an empty list, which would be everyone
                            peers.append({"podSelector": {"matchLabels": {"nobody": "has-this"}}})
                    else:
                        peers.append(peer)
                if peers:
                    rule[key] = peers
        return [policy]

    return _each_policy(documents, cut)


def _less(networks: list[Any], holes: Iterable[str]) -> list[Any]:
    for hole in map(ipaddress.ip_network, holes):
        left = []
        for network in networks:
            if hole.supernet_of(network):
                continue
            left += network.address_exclude(hole) if network.supernet_of(hole) else [network]
        networks = left
    return networks


def labels_as_expressions(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Each matchLabels entry as an expression with one value."""
    del random

    def rewrite(value: Any) -> Any:
        if isinstance(value, list):
            return [rewrite(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        value = {key: rewrite(inner) for key, inner in value.items()}
        if value.get("matchLabels"):
            expressions = [
                {"key": key, "operator": "In", "values": [text or ""]} for key, text in value.pop("matchLabels").items()
            ]
            value["matchExpressions"] = [*(value.get("matchExpressions") or []), *expressions]
        return value

    return _each_policy(documents, lambda policy: [rewrite(policy)])


def label_keys_renamed(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Every label key of the authors' own consistently renamed, those of controllers and of the API server kept."""
    suffix = random.choice(("-2", ".old", "x"))

    def renamed(key: str) -> str:
        return key + suffix if key in ("app", "tier", "env", "team", "run") else key

    def rewrite(value: Any) -> Any:
        if isinstance(value, list):
            return [rewrite(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        found = {}
        for field, inner in value.items():
            if field in ("labels", "matchLabels") and isinstance(inner, dict):
                found[field] = {renamed(key): text for key, text in inner.items()}
            elif field == "key" and isinstance(inner, str):
                found[field] = renamed(inner)
            else:
                found[field] = rewrite(inner)
        return found

    return [rewrite(document) for document in flatten(documents)]


def said_twice(documents: list[Manifest], random: Random) -> list[Manifest]:
    """Every policy a second time under another name: saying it again allows nothing more and forbids nothing."""
    del random
    return _each_policy(documents, lambda policy: [policy, _named(policy, f"{policy['metadata']['name']}-again")])


def with_a_policy_for_nobody(documents: list[Manifest], random: Random) -> list[Manifest]:
    """With a policy that selects no Pod."""
    del random
    namespaces = {document["metadata"].get("namespace") for document in flatten(documents)} - {None}
    return [
        *flatten(documents),
        *(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "nobody", "namespace": namespace},
                "spec": {"podSelector": {"matchLabels": {"nobody": "has-this"}}, "policyTypes": ["Ingress", "Egress"]},
            }
            for namespace in sorted(namespaces)
        ),
    ]


SAME_MEANING = (
    shuffled,
    policies_renamed,
    types_written_out,
    without_dead_rules,
    split_by_direction,
    split_by_rules,
    split_by_pods,
    split_by_peers_and_ports,
    ranges_halved,
    blocks_halved,
    exceptions_cut_out,
    labels_as_expressions,
    label_keys_renamed,
    said_twice,
    with_a_policy_for_nobody,
)


def with_another_rule(documents: list[Manifest], random: Random, rule: Callable[[Random, str], Any]) -> list[Manifest]:
    """Some policies with one more rule in a direction that they declare: this may only open."""

    def grown(policy: Manifest) -> list[Manifest]:
        policy = explicit(policy)
        if random.random() < 0.5:
            direction = random.choice(policy["spec"]["policyTypes"]).lower()
            rules = policy["spec"][direction]
            rules.insert(random.randint(0, len(rules)), rule(random, direction))
        return [policy]

    return _each_policy(documents, grown)


# ---------------------------------------------------------------------------------------------------------------


def explicit(policy: Manifest) -> Manifest:
    """The policy with policyTypes and both lists of rules written out."""
    spec = policy.get("spec") or {}
    return {
        **policy,
        "spec": {
            **deepcopy(spec),
            "policyTypes": list(directions(spec)),
            "ingress": [deepcopy(rule) or {} for rule in spec.get("ingress") or []],
            "egress": [deepcopy(rule) or {} for rule in spec.get("egress") or []],
        },
    }


def _rules(policy: Manifest) -> list[Manifest]:
    return [*policy["spec"]["ingress"], *policy["spec"]["egress"]]


def _named(policy: Manifest, name: str) -> Manifest:
    return {**policy, "metadata": {**policy["metadata"], "name": name}}


def _with(policy: Manifest, suffix: str, **fields: Any) -> Manifest:
    named = _named(policy, policy["metadata"]["name"] + suffix)
    return {**named, "spec": {**deepcopy(policy["spec"]), **fields}}


def _each_policy(documents: list[Manifest], rewrite: Callable[[Manifest], list[Manifest]]) -> list[Manifest]:
    found = []
    for document in flatten(documents):
        found += rewrite(document) if document["kind"] == "NetworkPolicy" else [document]
    return found
