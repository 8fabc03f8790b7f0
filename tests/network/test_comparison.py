"""A difference against both matrices, pair by pair, and the witness against the truth."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest

from autograder.manifests.load import load_text
from autograder.network import KUBERNETES, Cluster, PortSet, Semantics
from autograder.network.comparison import Difference, compare, difference
from autograder.network.explanation import verdict_of
from autograder.network.reachability import reachability

from . import worlds


def cluster_of(number: int) -> Cluster:
    return Cluster.from_manifests(load_text(worlds.as_json(worlds.seeded(number)), file="world.json"))


def by_pair(connections: object) -> dict[tuple[str, str], PortSet]:
    found: dict[tuple[str, str], PortSet] = defaultdict(lambda: PortSet.EMPTY)
    for item in connections:  # type: ignore[attr-defined]
        for source in item.sources:
            for destination in item.destinations:
                assert not found[source.id, destination.id] & item.ports, "a flow is listed twice"
                found[source.id, destination.id] |= item.ports
    return found


def changed(cluster: Cluster, chance: Random) -> Cluster:
    """Return the cluster with a policy less, or with one that counts in the other direction."""
    policies = list(cluster.policies)
    if policies:
        policies.pop(chance.randrange(len(policies)))
    return cluster.with_policies(policies)


def assert_exact(found: Difference) -> None:
    """Hold every part of a difference to what both sides say of each pair."""
    added, removed, undefined = by_pair(found.added()), by_pair(found.removed()), by_pair(found.undefined())
    something = False
    for source in found.endpoints:
        for destination in found.endpoints:
            if not found.new.judged(source, destination):
                continue
            pair = (source.id, destination.id)
            low, high = bounds(found.old, *pair)
            new_low, new_high = bounds(found.new, *pair)
            assert added[pair] == new_low - high
            assert removed[pair] == low - new_high
            assert undefined[pair] == ((high - low) - (new_high - new_low)) | ((new_high - new_low) - (high - low))
            something |= (low, high) != (new_low, new_high)
    assert found.equivalent == (not something)


def bounds(result: object, source: str, destination: str) -> tuple[PortSet, PortSet]:
    low: PortSet = result.allowed(source, destination)  # type: ignore[attr-defined]
    high = low
    for ports, _ in result.undefined(source, destination):  # type: ignore[attr-defined]
        high |= ports
    return low, high


@pytest.mark.parametrize("number", range(7000, 7040))
def test_what_a_dropped_policy_changes_is_exactly_what_both_matrices_say(number: int) -> None:
    cluster = cluster_of(number)
    assert_exact(compare(cluster, changed(cluster, Random(number))))


@pytest.mark.parametrize("number", range(7100, 7130))
def test_a_cluster_is_equivalent_to_itself(number: int) -> None:
    found = compare(cluster_of(number), cluster_of(number))
    assert found.equivalent
    assert found.witness is None
    assert not list(found.added())


@pytest.mark.parametrize("number", range(7200, 7230))
def test_the_witness_is_a_real_flow_that_differs(number: int) -> None:
    cluster = cluster_of(number)
    found = compare(cluster, cluster.with_policies(()))
    if found.equivalent:
        assert found.witness is None
        return
    assert found.witness is not None
    flow = found.witness.flow
    for side, verdict in ((found.old, flow.old), (found.new, flow.new)):
        assert verdict_of(side, flow.source.id, flow.destination.id, flow.protocol, flow.port)[0] == verdict
    assert flow.old != flow.new
    if any(True for _ in found.added()):
        assert flow.new == "allowed", "what is too open comes first"
    if found.witness.beside is not None:
        assert found.witness.beside.old == found.witness.beside.new


@pytest.mark.parametrize("number", range(7300, 7320))
@pytest.mark.parametrize("combine", ["intersection", "last", "deny-wins"])
def test_a_belief_is_compared_with_the_truth_like_any_change(number: int, combine: str) -> None:
    cluster = cluster_of(number)
    assert_exact(compare(cluster, cluster, KUBERNETES, Semantics(combine=combine)))  # type: ignore[arg-type]


def test_sides_that_cut_the_outside_differently_are_refused() -> None:
    block = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: office, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}
"""
    one = reachability(Cluster.from_manifests(load_text(block)))
    with pytest.raises(ValueError, match="cut"):
        difference(reachability(Cluster()), one)
    assert compare(Cluster(), Cluster.from_manifests(load_text(block))).equivalent


def test_endpoints_of_one_side_only_are_named() -> None:
    pod = (
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {0}, namespace: shop}}, "
        "spec: {{containers: [{{name: c, image: shop/{0}}}]}}}}"
    )
    old = Cluster.from_manifests(load_text(pod.format("web")))
    new = Cluster.from_manifests(load_text(pod.format("api")))
    found = compare(old, new)
    assert [endpoint.id for endpoint in found.only_old] == ["shop/web"]
    assert [endpoint.id for endpoint in found.only_new] == ["shop/api"]
    assert not found.equivalent
