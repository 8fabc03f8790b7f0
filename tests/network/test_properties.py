"""What must hold in every cluster, whatever its policies say, without a second opinion to compare with."""

from __future__ import annotations

import ipaddress
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from autograder.misconceptions import models
from autograder.network.reachability import reachability
from autograder.network.semantics import Semantics

from . import worlds
from .judges import Evaluator
from .rewriting import SAME_MEANING, split_by_rules, with_another_rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

OUTSIDE = sorted(
    {
        str(address)
        for family in (4, 6)
        for cidr in worlds.CIDRS[family]
        for network in [ipaddress.ip_network(cidr)]
        for address in (network.network_address, network.broadcast_address)
    }
)
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
seeds = strategies.integers(min_value=0, max_value=2**32)


def flows(documents: list[worlds.Manifest]) -> dict[tuple[str, str], tuple[Any, Any]]:
    """What is allowed and what may be allowed (that and the undefined), for each pair; outside ends are addresses."""
    judge = Evaluator(worlds.as_json(documents))
    ends = {identity: identity for identity in judge.endpoints()} | {text: judge.range_of(text) for text in OUTSIDE}
    found = {}
    for source, source_id in ends.items():
        for destination, destination_id in ends.items():
            if source == destination or not {source, destination} & judge.endpoints():
                continue
            allowed = judge.result.allowed(source_id, destination_id)
            undefined = [ports for ports, _ in judge.result.undefined(source_id, destination_id)]
            found[source, destination] = (allowed, reduce(or_, undefined, allowed))
    return found


def differences(old: list[worlds.Manifest], new: list[worlds.Manifest]) -> list[str]:
    """Every pair for which the two clusters differ."""
    before, after = flows(old), flows(new)
    assert before.keys() == after.keys()
    return [
        f"{source} > {destination}: {before[source, destination]}, then {after[source, destination]}"
        for source, destination in before
        if [ports.by_protocol() for ports in before[source, destination]]
        != [ports.by_protocol() for ports in after[source, destination]]
    ]


@pytest.mark.parametrize("rewriting", SAME_MEANING, ids=lambda function: function.__name__)
@EXAMPLES
@given(seed=seeds)
def test_written_differently_it_means_the_same(
    rewriting: Callable[[list[worlds.Manifest], Random], list[worlds.Manifest]], seed: int
) -> None:
    world = worlds.seeded(seed)
    rewritten = rewriting(world, worlds.dice(seed))
    assert differences(world, rewritten) == [], worlds.as_yaml(rewritten)


@EXAMPLES
@given(seed=seeds)
def test_another_rule_never_closes_anything(seed: int) -> None:
    world = worlds.seeded(seed)
    grown = with_another_rule(world, worlds.dice(seed), worlds.random_rule)
    before, after = flows(world), flows(grown)
    new_ends = set(after) ^ set(before)
    assert new_ends == set()
    for pair, sets in before.items():
        for old, new in zip(sets, after[pair], strict=True):
            assert (old - new).by_protocol() == {}, f"{pair}\n{worlds.as_yaml(grown)}"


@EXAMPLES
@given(seed=seeds)
def test_another_policy_closes_only_what_was_open_by_default(seed: int) -> None:
    """Once every Pod is isolated both ways, one more policy can only open."""
    isolated = split_by_rules(worlds.seeded(seed), worlds.dice(seed))
    isolated += [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "closed", "namespace": namespace},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        }
        for namespace in worlds.NAMESPACES
    ]
    more = worlds.random_policy(worlds.dice(seed), "shop", "one-more")
    before, after = flows(isolated), flows([*isolated, more])
    for pair, sets in before.items():
        for old, new in zip(sets, after[pair], strict=True):
            assert (old - new).by_protocol() == {}, f"{pair}\n{worlds.as_yaml([*isolated, more])}"


@EXAMPLES
@given(seed=seeds)
def test_an_allow_all_policy_for_everyone_opens_everything(seed: int) -> None:
    world = worlds.seeded(seed)
    world = [
        *world,
        *(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "open", "namespace": namespace},
                "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{}], "egress": [{}]},
            }
            for namespace in worlds.NAMESPACES
        ),
    ]
    whole = {protocol: [(1, 65535)] for protocol in worlds.PROTOCOLS}
    for pair, (allowed, _) in flows(world).items():
        found = {protocol: [tuple(stretch) for stretch in found] for protocol, found in allowed.by_protocol().items()}
        assert found == whole, pair


@pytest.mark.parametrize("rewriting", SAME_MEANING, ids=lambda function: function.__name__)
def test_every_rewriting_really_rewrites(
    rewriting: Callable[[list[worlds.Manifest], Random], list[worlds.Manifest]],
) -> None:
    rewritten = [rewriting(worlds.seeded(seed), worlds.dice(seed)) != worlds.seeded(seed) for seed in range(40)]
    assert sum(rewritten) > 5


@EXAMPLES
@given(seed=seeds)
def test_reading_a_result_again_is_reading_the_cluster_anew(seed: int) -> None:
    """What `read_as` does not compute again is what cannot differ."""
    judge = Evaluator(worlds.as_json(worlds.seeded(seed)))
    for model in models("network"):
        for semantics in model.readings:
            assert isinstance(semantics, Semantics)
            again, anew = judge.result.read_as(semantics), reachability(judge.result.cluster, semantics)
            for source in judge.endpoints():
                for destination in judge.endpoints() - {source}:
                    assert again.allowed(source, destination) == anew.allowed(source, destination), model.id
                    assert again.undefined(source, destination) == anew.undefined(source, destination), model.id
