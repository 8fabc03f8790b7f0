"""Explanations never disagree with the matrix, and what they suggest works."""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from autograder.manifests.load import load_text
from autograder.network import Cluster, Reachability, reachability
from autograder.network.edits import applied
from autograder.network.explanation import Explanation, explain, sentences, verdict_of

from . import worlds

Manifest = dict[str, object]
PORTS = (80, 8080, 53, 9000, 1, 65535)


def result_of(documents: list[Manifest]) -> Reachability:
    return reachability(Cluster.from_manifests(load_text(worlds.as_json(documents), file="world.json")))


def explanations(result: Reachability, chance: Random, ports: tuple[int, ...], most: int = 60) -> Iterator[Explanation]:
    """Yield explanations of some flows of a world, different ones each time."""
    pairs = [
        (source, destination)
        for source in result.endpoints
        for destination in result.endpoints
        if result.judged(source, destination)
    ]
    for source, destination in chance.sample(pairs, min(most, len(pairs))):
        yield explain(result, source.id, destination.id, chance.choice(ports), chance.choice(("TCP", "UDP")))


@pytest.mark.parametrize("number", range(5000, 5060))
def test_the_ends_add_up_to_the_verdict_of_the_matrix(number: int) -> None:
    result = result_of(worlds.seeded(number))
    chance = Random(number)
    for found in explanations(result, chance, PORTS):
        verdict, _ = verdict_of(result, found.source.id, found.destination.id, found.protocol, found.port)
        assert found.verdict == verdict
        ends = (found.egress.verdict, found.ingress.verdict)
        if verdict == "allowed":
            assert "denied" not in ends
        if verdict == "denied":
            assert "denied" in ends or "undefined" in ends
            assert any(end.nearest is not None for end in (found.egress, found.ingress))
        assert all(sentence.strip() for sentence in sentences(found))


@pytest.mark.parametrize("number", range(6000, 6060))
def test_every_suggested_edit_opens_the_flow_and_closes_nothing(number: int) -> None:
    documents = worlds.seeded(number)
    result = result_of(documents)
    chance = Random(number)
    denied = [found for found in explanations(result, chance, PORTS) if found.verdict == "denied"]
    for found in denied[:6]:
        changed = copy.deepcopy(documents)
        for end in (found.egress, found.ingress):
            if end.nearest is not None:
                source = end.nearest.trace.policy.source
                assert source is not None
                here: Any = changed[source.document.index - 1]
                for step in source.path[:-1]:
                    here = here[step]
                if source.path:
                    here[source.path[-1]] = applied(here[source.path[-1]], end.nearest.edit)
                else:
                    changed[source.document.index - 1] = applied(here, end.nearest.edit)
        after = result_of(changed)
        verdict, _ = verdict_of(after, *ends_after(after, found), found.protocol, found.port)
        assert verdict == "allowed", (found.reason, found.egress.nearest, found.ingress.nearest)
        for source in result.endpoints:
            for destination in result.endpoints:
                if source.is_range or destination.is_range:
                    continue
                assert result.allowed(source.id, destination.id) <= after.allowed(source.id, destination.id)


def ends_after(after: Reachability, found: Explanation) -> tuple[str, str]:
    """Return the ids of both ends after an edit that may have cut the outside world anew."""
    ends = []
    for endpoint in (found.source, found.destination):
        if endpoint.range is None:
            ends.append(endpoint.id)
        else:
            first = ipaddress.ip_address(endpoint.range[0])
            ends.append(
                next(item.id for item in after.endpoints if item.range is not None and first in bounds(item.range))
            )
    return ends[0], ends[1]


class bounds:  # noqa: N801 - reads as a word
    """The addresses between two."""

    def __init__(self, ends: tuple[str, str]) -> None:
        self.first, self.last = (ipaddress.ip_address(end) for end in ends)

    def __contains__(self, address: Any) -> bool:
        return address.version == self.first.version and self.first <= address <= self.last


SHOP = """
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: monitoring}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: shop/web}]}
status: {podIPs: [{ip: 10.1.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec:
  containers:
  - name: api
    image: shop/api
    ports: [{name: http, containerPort: 8080}]
status: {podIPs: [{ip: 10.1.0.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: prometheus, namespace: monitoring, labels: {app: prometheus}}
spec: {containers: [{name: prometheus, image: shop/prometheus}]}
status: {podIPs: [{ip: 10.2.0.1}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api-callers, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}}
    - podSelector: {matchLabels: {app: prometheus}}
    ports:
    - port: http
  - from:
    - ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.128/25]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: quiet, namespace: monitoring}
spec:
  podSelector: {}
  policyTypes: [Egress]
"""


@pytest.fixture(scope="module")
def shop() -> Reachability:
    return reachability(Cluster.from_manifests(load_text(SHOP, file="shop.yaml")))


@pytest.mark.parametrize(
    ("source", "port", "verdict", "says"),
    [
        pytest.param(
            "shop/web", 8080, "allowed", "shop/api calls 8080 http", id="an allowed flow cites the rule's named port"
        ),
        pytest.param(
            "shop/web", 9090, "denied", "calls TCP 8080 http, not TCP 9090", id="a wrong port names the right one"
        ),
        pytest.param(
            "monitoring/prometheus",
            8080,
            "denied",
            "looks in the policy's own namespace shop only",
            id="a bare podSelector is blamed for staying at home",
        ),
        pytest.param(
            "monitoring/prometheus",
            8080,
            "denied",
            "monitoring/quiet closes egress out of monitoring/prometheus",
            id="both ends are heard when both deny",
        ),
        pytest.param("203.0.113.200", 8080, "denied", "leaves out 203.0.113.128/25", id="an exception is named"),
        pytest.param(
            "203.0.113.7", 22, "allowed", "203.0.113.7 is in 203.0.113.0/24", id="an address is placed in its block"
        ),
    ],
)
def test_the_reason_names_the_one_thing_that_decides(
    shop: Reachability, source: str, port: int, verdict: str, says: str
) -> None:
    from autograder.network.lookup import find

    endpoint, address = find(shop, source)
    found = explain(shop, endpoint.id, "shop/api", port, source_address=address)
    assert found.verdict == verdict
    assert says in found.reason


def test_a_port_can_be_given_by_the_destinations_name_for_it(shop: Reachability) -> None:
    assert explain(shop, "shop/web", "shop/api", "http").port == 8080
    with pytest.raises(ValueError, match="declares http"):
        explain(shop, "shop/web", "shop/api", "metrics")


def test_a_rule_is_named_with_its_line(shop: Reachability) -> None:
    found = explain(shop, "shop/web", "shop/api", 8080).ingress.allowing
    assert found is not None
    assert found.file == "shop.yaml"
    assert SHOP.splitlines()[(found.line or 0) - 1] == "  - from:"


def test_a_pod_to_itself_is_undefined_and_the_common_plugins_are_quoted(shop: Reachability) -> None:
    found = explain(shop, "shop/api", "shop/api", 8080)
    assert found.verdict == "undefined"
    by_id = {opinion.profile: opinion.verdict for opinion in found.opinions}
    assert by_id["cilium"] == "allowed"
    assert by_id["calico"] == "denied"
