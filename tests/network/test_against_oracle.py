"""Does the evaluator give the oracle's verdict for every pair in thousands of random worlds?

Worlds are numbered; a number makes the same world everywhere. ``make test`` tries two hundred;
``POD_GUARDRAILS_WORLDS=5000`` tries that many, and ``POD_GUARDRAILS_FIRST_WORLD=70000`` starts elsewhere.
A failure prints the smallest world that still fails, as YAML.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings

from autograder.misconceptions import semantics
from autograder.network import KUBERNETES

from . import worlds
from .judges import Evaluator, InvalidWorldError
from .oracle import World, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder.network import Connection

    from .oracle import Address

WORLDS = int(os.environ.get("POD_GUARDRAILS_WORLDS", "200"))
FIRST = int(os.environ.get("POD_GUARDRAILS_FIRST_WORLD", "0"))
BATCH = 20
"""Worlds a test: enough to make the overhead of a test small, few enough to find the failing one soon."""

BELIEFS = {"kubernetes": (KUBERNETES, any), "policies-intersect": (semantics("policies-intersect"), all)}


def disagreements(documents: list[worlds.Manifest], belief: str, pod_cidrs: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every way in which the evaluator's answers differ from the oracle's, or from each other."""
    switches, combine = BELIEFS[belief]
    oracle = World(documents, pod_cidrs)
    evaluator = Evaluator(worlds.as_json(documents), switches, pod_cidrs=pod_cidrs)
    if evaluator.pods != set(oracle.endpoints):
        yield f"endpoints: {sorted(evaluator.pods)}, should be {sorted(oracle.endpoints)}"
        return
    yield from _holes_in_the_outside(evaluator)
    outside = dict(_outside_samples(oracle, evaluator))
    for source in (*sorted(oracle.endpoints), *outside):
        for destination in (*sorted(oracle.endpoints), *outside):
            if {source, destination} <= outside.keys():
                continue
            if source == destination:
                several = oracle.endpoints[source].replicas != 1
                end = evaluator.result.endpoint(source)
                if evaluator.result.judged(end, end) != several:
                    yield f"{source} to itself is judged: {not several}"
                if not several:
                    continue
            yield from _pair(oracle, evaluator, combine, source, destination, outside)
            if not {source, destination} & outside.keys():
                yield from _reasons(oracle, evaluator, source, destination)
    yield from _rectangles(evaluator)


def _pair(
    oracle: World, evaluator: Evaluator, combine: Any, source: str, destination: str, outside: dict[str, Address]
) -> Iterator[str]:
    allowed, undefined = evaluator.sets(
        *(evaluator.range_of(end) if end in outside else end for end in (source, destination))
    )
    bounds = {bound for ports in (allowed, undefined) for found in ports.values() for s in found for bound in s}
    numbers = oracle.interesting_ports() | {
        near for bound in bounds for near in (bound - 1, bound, bound + 1) if 1 <= near <= 65535
    }
    probes = [(protocol, number) for protocol in worlds.PROTOCOLS for number in sorted(numbers)]
    wanted = oracle.judge(outside.get(source, source), outside.get(destination, destination), probes, combine)
    for (protocol, port), verdict in evaluator.verdicts(source, destination, probes).items():
        if verdict != wanted[protocol, port]:
            yield f"{source} > {destination} {protocol} {port}: {verdict}, should be {wanted[protocol, port]}"


def _reasons(oracle: World, evaluator: Evaluator, source: str, destination: str) -> Iterator[str]:
    """Say so if a reason for an undefined verdict cannot be one for these two endpoints."""
    pods = [oracle.endpoints[end] for end in (source, destination) if end in oracle.endpoints]
    possible = {
        "address unknown": any(not pod.addresses for pod in pods),
        "address family": any({address.version for address in pod.addresses} == {4, 6} for pod in pods),
        "hostNetwork": any(pod.host_network for pod in pods),
        "label differs between replicas or is not known": any(len(pod.label_choices) > 1 for pod in pods),
    }
    for _, reason in evaluator.result.undefined(source, destination):
        if not possible.get(reason, False):
            yield f"{source} > {destination}: {reason!r} is no reason here"


def _outside_samples(oracle: World, evaluator: Evaluator) -> Iterator[tuple[str, Address]]:
    """Yield addresses outside the cluster: one of each stretch and each range, and no Pod's."""
    taken = {address for endpoint in oracle.endpoints.values() for address in endpoint.addresses}
    for first, last in (*stretches(oracle.blocks), *evaluator.ranges.values()):
        free = (address for address in (first, last, first + (int(last) - int(first)) // 2) if address not in taken)
        for address in itertools.islice(free, 1):
            yield str(address), address


def _holes_in_the_outside(evaluator: Evaluator) -> Iterator[str]:
    """Say so if the ranges of a family overlap, or leave out an address."""
    for family, width in ((4, 32), (6, 128)):
        ranges = sorted((int(a), int(b)) for a, b in evaluator.ranges.values() if a.version == family)
        after = 0
        for first, last in ranges:
            if first != after or last < first:
                yield f"IPv{family} ranges: {first} follows {after}"
            after = last + 1
        if after != 1 << width:
            yield f"IPv{family} ranges end before {after}"


def _rectangles(evaluator: Evaluator) -> Iterator[str]:
    """Say so if the answers for the whole cluster differ from the answers for single pairs."""
    allowed: dict[tuple[str, str], Any] = {}
    for connection in evaluator.result.connections():
        for pair in _pairs(connection):
            if pair in allowed:
                yield f"{pair} stands in two connections"
            allowed[pair] = connection.ports.by_protocol()
    undefined: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for connection in evaluator.result.undefined_connections():
        for pair in _pairs(connection):
            undefined.setdefault(pair, set()).add((str(connection.ports.by_protocol()), connection.reason))
    ids = [end.id for end in evaluator.result.endpoints]
    for source in ids:
        for destination in ids:
            ends = evaluator.result.endpoint(source), evaluator.result.endpoint(destination)
            if not evaluator.result.judged(*ends):
                continue
            pair = (source, destination)
            if allowed.get(pair, {}) != evaluator.result.allowed(source, destination).by_protocol():
                yield f"{source} > {destination} in connections: {allowed.get(pair)}"
            alone = {
                (str(ports.by_protocol()), reason) for ports, reason in evaluator.result.undefined(source, destination)
            }
            if undefined.get(pair, set()) != alone:
                yield f"{source} > {destination} in undefined connections: {undefined.get(pair)}, alone: {alone}"


def _pairs(connection: Connection) -> Iterator[tuple[str, str]]:
    for source in connection.sources:
        for destination in connection.destinations:
            yield source.id, destination.id


def first_disagreement(documents: list[worlds.Manifest], belief: str, pod_cidrs: tuple[str, ...]) -> str | None:
    """The first disagreement, or None. A world that the loader refuses has none."""
    try:
        return next(disagreements(documents, belief, pod_cidrs), None)
    except InvalidWorldError:
        return None


def report(documents: list[worlds.Manifest], belief: str, pod_cidrs: tuple[str, ...], title: str) -> None:
    """Fail with the smallest world that still shows a disagreement."""

    def fails(candidate: list[worlds.Manifest]) -> bool:
        try:
            return first_disagreement(candidate, belief, pod_cidrs) is not None
        except (KeyError, TypeError, AttributeError, ValueError, AssertionError):
            return False  # taken apart too far: no longer a manifest

    small = worlds.smaller(documents, fails)
    found = (
        list(disagreements(small, belief, pod_cidrs))
        if fails(small)
        else list(disagreements(documents, belief, pod_cidrs))
    )
    pytest.fail(
        f"{title}, {belief}, Pods in {pod_cidrs or 'any address'}\n"
        + "\n".join(found[:6])
        + f"\n\n{worlds.as_yaml(small)}"
    )


@pytest.mark.parametrize("belief", BELIEFS)
@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, BATCH))
def test_numbered_worlds(first: int, belief: str) -> None:
    for number in range(first, min(first + BATCH, FIRST + WORLDS)):
        documents = worlds.seeded(number)
        pod_cidrs = worlds.pod_cidr_choices[number % 11 if number % 11 < len(worlds.pod_cidr_choices) else 0]
        for _ in disagreements(documents, belief, pod_cidrs):
            report(documents, belief, pod_cidrs, f"world {number}")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents=worlds.worlds)
def test_any_world(documents: list[worlds.Manifest]) -> None:
    found = list(disagreements(documents, "kubernetes"))
    assert found == [], worlds.as_yaml(documents)


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        pytest.param(switch.name, value, id=f"{switch.name} is {value}")
        for switch in fields(KUBERNETES)
        for value in get_args(get_type_hints(type(KUBERNETES))[switch.name])
        if value != getattr(KUBERNETES, switch.name)
    ],
)
def test_a_wrong_reading_is_noticed(switch: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison has teeth: an evaluator with one switch turned does not get past a hundred worlds."""
    monkeypatch.setitem(BELIEFS, "wrong", (replace(KUBERNETES, **{switch: value}), any))
    noticed = (next(disagreements(worlds.seeded(number), "wrong"), None) for number in range(100))
    assert any(noticed)


def test_worlds_show_all_three_verdicts_often() -> None:
    """A comparison proves little over worlds in which everything is open."""
    seen: Counter[str] = Counter()
    for number in range(60):
        oracle = World(worlds.seeded(number))
        ends = list(oracle.endpoints)
        for source in ends:
            for destination in ends:
                if source != destination:
                    probes = [("TCP", port) for port in (80, 443, 8080)]
                    seen.update(oracle.judge(source, destination, probes).values())
    total = sum(seen.values())
    assert seen["allowed"] > total / 10
    assert seen["denied"] > total / 10
    assert seen["undefined"] > total / 20
