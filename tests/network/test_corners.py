"""Do the oracle and the evaluator agree with the documentation in every corner?"""

from __future__ import annotations

import pytest

from autograder.misconceptions import semantics

from .corners import CORNERS, INTERSECTION, Corner, gone
from .judges import JUDGES, Evaluator, Judge, Oracle, within
from .scenes import NOTHING, PROTOCOLS, port_sets
from .worlds import as_json


def check(corner: Corner, judge: Judge) -> None:
    """Hold the verdicts of every pair in a row against the row's exact sets of ports."""
    wrong = []
    for pair, text in corner.allowed.items():
        source, _, destination = pair.partition(" > ")
        allowed, undefined = port_sets(text), port_sets(corner.undefined.get(pair, NOTHING))
        bounds = {
            bound for ports in (allowed, undefined) for stretches in ports.values() for s in stretches for bound in s
        }
        numbers = {bound + step for bound in {1, 80, 65535} | bounds | judge.interesting_ports() for step in (-1, 0, 1)}
        probes = [(protocol, port) for protocol in PROTOCOLS for port in sorted(numbers) if 1 <= port <= 65535]
        for (protocol, port), found in judge.verdicts(source, destination, probes).items():
            wanted = (
                "allowed"
                if within(port, allowed.get(protocol, []))
                else "undefined"
                if within(port, undefined.get(protocol, []))
                else "denied"
            )
            if found != wanted:
                wrong.append(f"{pair} {protocol} {port}: {found}, should be {wanted}")
    assert wrong == []


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_corner(corner: Corner, judge: type[Judge]) -> None:
    text = as_json(corner.documents)
    check(corner, judge(text, pod_cidrs=corner.pod_cidrs, kubernetes_version=corner.kubernetes_version))


@pytest.mark.parametrize("corner", INTERSECTION, ids=lambda corner: corner.name)
def test_intersection_in_the_oracle(corner: Corner) -> None:
    check(corner, Oracle(as_json(corner.documents), combine=all))


@pytest.mark.parametrize("corner", INTERSECTION, ids=lambda corner: corner.name)
def test_intersection_in_the_evaluator(corner: Corner) -> None:
    check(corner, Evaluator(as_json(corner.documents), semantics("policies-intersect")))


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_completed_pod_drops_out(phase: str, judge: type[Judge]) -> None:
    assert judge(as_json(gone(phase))).endpoints() == {"shop/web", "shop/api"}


@pytest.mark.parametrize("judge", JUDGES)
def test_an_address_outside_differs_from_its_neighbors_only_where_a_block_says_so(judge: type[Judge]) -> None:
    """Every address, from the first to the last of both families, has a verdict."""
    [corner] = [corner for corner in CORNERS if corner.name.startswith("0.0.0.0/0 is every IPv4")]
    found = judge(as_json(corner.documents))
    for address in ("0.0.0.1", "1.2.3.4", "255.255.255.255"):
        assert found.verdicts(address, "shop/api", [("TCP", 80)]) == {("TCP", 80): "allowed"}
    for address in ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"):
        assert found.verdicts(address, "shop/api", [("TCP", 80)]) == {("TCP", 80): "denied"}


def test_no_row_repeats_the_name_of_another() -> None:
    names = [corner.name for corner in (*CORNERS, *INTERSECTION)]
    assert len(set(names)) == len(names)
