"""A picture leaves out words, never the truth: the matrix can be read back from it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests.load import load_text
from autograder.network import Cluster, Endpoint, PortSet, Reachability, reachability
from autograder.pictures.graph import EVERY_POD, EVERYONE, ONE_ANOTHER, OUTSIDE, Graph, Node, graph
from tests.network import scenes, worlds


def result_of(documents: list[scenes.Manifest]) -> Reachability:
    return reachability(Cluster.from_manifests(load_text(worlds.as_json(documents), file="world.json")))


def read_back(drawn: Graph, source: Node, target: Node) -> tuple[PortSet, PortSet]:
    """What a picture says about two nodes: what is allowed, and what is undefined."""
    said = {True: PortSet.EMPTY, False: PortSet.EMPTY}
    heard = source.key not in drawn.silent
    for link in drawn.links:
        leaves = source.key in link.sources or (source.box in link.sources and heard)
        if leaves and {target.key, target.box} & set(link.targets):
            said[link.reason == ""] |= link.ports
    for note in drawn.notes:
        meant = {
            EVERYONE: True,
            EVERY_POD: not source.is_range,
            ONE_ANOTHER: source is target if note.place == target.key else source.box == target.box,
        }.get(note.who, False)
        if note.place in (target.key, target.box) and meant and heard and source not in note.but:
            said[note.reason == ""] |= note.ports
    return said[True], said[False]


def pairs(result: Reachability, drawn: Graph) -> Iterator[tuple[Node, Node, Endpoint, Endpoint]]:
    for source in drawn.nodes:
        for target in drawn.nodes:
            for one in source.endpoints:
                for other in target.endpoints:
                    if result.judged(one, other):
                        yield source, target, one, other


def holds(result: Reachability, drawn: Graph, window: PortSet = PortSet.ALL) -> None:
    for source, target, one, other in pairs(result, drawn):
        low, high = read_back(drawn, source, target)
        unsure = PortSet.EMPTY
        for ports, _ in result.undefined(one.id, other.id):
            unsure |= ports
        assert low == result.allowed(one.id, other.id) & window, (one.id, other.id)
        assert high == unsure & window, (one.id, other.id)


@settings(max_examples=80, deadline=None)
@given(worlds.worlds)
def test_the_matrix_can_be_read_back(documents):
    result = result_of(documents)
    holds(result, graph(result))
    holds(result.by_workload(), graph(result.by_workload()))


@settings(max_examples=40, deadline=None)
@given(worlds.worlds, st.sampled_from([("TCP", 80), ("UDP", 53), ("TCP", 7777), ("SCTP", 65535)]))
def test_a_picture_of_one_port_says_nothing_about_the_others(documents, port):
    result = result_of(documents)
    holds(result, graph(result, port=port), PortSet.of(*port))


def several(count: int, seed: int) -> list[scenes.Manifest]:
    """Several worlds in one cluster, so that many Pods are alike and many are not."""
    random = Random(seed)
    documents = []
    for number in range(count):
        for document in worlds.world(random):
            items = document["items"] if document["kind"] == "List" else [document]
            for item in items:
                item["metadata"]["name"] += f"-{number}" if item["kind"] != "Namespace" else ""
                documents.append(item)
    return [item for item in documents if item["kind"] != "Namespace"]


@pytest.mark.parametrize("seed", range(12))
def test_merging_what_is_alike_loses_nothing(seed):
    result = result_of(several(8, seed))
    drawn = graph(result, most=10_000)
    holds(result, drawn)
    assert drawn.hidden_pods == 0


@pytest.mark.parametrize("seed", range(12))
def test_what_is_left_out_is_counted_and_what_is_drawn_is_true(seed):
    result = result_of(several(8, seed))
    drawn = graph(result, most=6)
    pods = {endpoint.id for endpoint in result.endpoints if not endpoint.is_range}
    shown = {endpoint.id for node in drawn.nodes for endpoint in node.endpoints if not node.is_range}
    assert len(pods) - len(shown) == drawn.hidden_pods
    assert sum(box.hidden for box in drawn.boxes if box.namespace) <= drawn.hidden_pods
    assert len([node for node in drawn.nodes if not node.is_range]) <= 6 + 6, "the most, and the hubs"
    for source, target, one, other in pairs(result, drawn):
        low, _ = read_back(drawn, source, target)
        assert low == result.allowed(one.id, other.id)


@settings(max_examples=60, deadline=None)
@given(worlds.worlds)
def test_closed_and_silent_are_what_they_say(documents):
    result = result_of(documents)
    drawn = graph(result)
    for node in drawn.nodes:
        (endpoint,) = node.endpoints if not node.is_range else (None,)
        if endpoint is None:
            continue
        ends = [other for other in result.endpoints if other.id != endpoint.id or other.meets_itself]
        into = [
            bool(result.allowed(other.id, endpoint.id) or result.undefined(other.id, endpoint.id)) for other in ends
        ]
        out = [bool(result.allowed(endpoint.id, other.id) or result.undefined(endpoint.id, other.id)) for other in ends]
        assert (node.key in drawn.closed) == (not any(into))
        assert (node.key in drawn.silent) == (not any(out))


WEB = scenes.pod("shop/web", None, "10.0.0.1")
API = scenes.pod("shop/api", None, "10.0.0.2")
DB = scenes.pod("data/db", None, "10.0.1.1")
CACHE = scenes.pod("data/cache", None, "10.0.1.2")


def test_without_policies_there_is_nothing_to_draw_but_the_pods():
    drawn = graph(result_of([WEB, API, DB]))
    assert [box.namespace for box in drawn.boxes] == ["data", "shop"]
    assert drawn.links == ()
    assert {(note.who, note.ports) for note in drawn.notes} == {("everyone", PortSet.ALL), ("every Pod", PortSet.ALL)}
    assert [note.place for note in drawn.notes if note.who == "every Pod"] == [OUTSIDE]


def test_a_whole_namespace_is_one_arrow():
    spec = """
      podSelector: {matchLabels: {app: db}}
      ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}]
    """
    drawn = graph(result_of([WEB, API, DB, CACHE, scenes.policy("data/db", spec)]))
    (link,) = drawn.links
    boxes = {box.namespace: box.key for box in drawn.boxes}
    titles = {node.key: node.endpoints[0].name for node in drawn.nodes}
    assert link.sources == (boxes["shop"],)
    assert [titles[key] for key in link.targets] == ["db"]


def test_outside_is_drawn_where_it_matters():
    spec = """
      podSelector: {matchLabels: {app: web}}
      ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}]
    """
    drawn = graph(result_of([WEB, API, scenes.policy("shop/web", spec)]))
    outside = drawn.boxes[0]
    assert outside.namespace is None
    assert [node.endpoints[0].id for node in outside.nodes] == ["203.0.113.0/24"]
    (link,) = drawn.links
    assert link.sources == (outside.nodes[0].key,)
    assert str(link.ports) == "TCP 443"


def test_a_few_exceptions_are_named():
    pods = [scenes.pod(f"shop/web-{number}", None, f"10.0.2.{number}") for number in range(1, 9)]
    spec = """
      podSelector: {matchLabels: {app: web-3}}
      policyTypes: [Egress]
      egress: [{ports: [{port: 53, protocol: UDP}]}]
    """
    drawn = graph(result_of([*pods, scenes.policy("shop/quiet", spec)]))
    said = {(note.who, tuple(node.endpoints[0].name for node in note.but)) for note in drawn.notes}
    assert ("everyone", ("web-3",)) in said


def test_like_pods_of_a_large_namespace_are_one_node():
    pods = [scenes.pod(f"shop/web-{number}", {"app": "web"}, f"10.0.2.{number}") for number in range(1, 30)]
    drawn = graph(result_of([*pods, DB]))
    assert sorted(len(node.endpoints) for node in drawn.nodes) == [1, 29]


def test_the_same_matrix_is_the_same_graph():
    documents = several(6, 3)
    one, other = (graph(result_of(documents), most=12) for _ in range(2))
    assert one.links == other.links
    assert [note.place for note in one.notes] == [note.place for note in other.notes]
