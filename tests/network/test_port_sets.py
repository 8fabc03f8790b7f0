"""Port sets against plain Python sets of numbers, and the atoms against both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.network.ports import PROTOCOLS, PortAtoms, PortSet

PORTS = st.one_of(st.integers(1, 12), st.integers(65530, 65535))
SPANS = st.lists(st.tuples(st.sampled_from(PROTOCOLS), PORTS, PORTS), max_size=5)


def port_set(spans: list[tuple[str, int, int]]) -> PortSet:
    """Return the set of some intervals, whose ends may come in either order."""
    result = PortSet.EMPTY
    for protocol, first, second in spans:
        result |= PortSet.of(protocol, min(first, second), max(first, second))
    return result


def members(spans: list[tuple[str, int, int]]) -> set[tuple[str, int]]:
    """Return the same as an ordinary set; wide intervals keep the ends that the strategy can produce."""
    shown = [*range(1, 14), *range(65529, 65536)]
    return {
        (protocol, port)
        for protocol, first, second in spans
        for port in shown
        if min(first, second) <= port <= max(first, second)
    }


def shown(ports: PortSet) -> set[tuple[str, int]]:
    """Return the members of a port set among those that `members` looks at."""
    return {
        (name, port) for name in PROTOCOLS for port in (*range(1, 14), *range(65529, 65536)) if (name, port) in ports
    }


@given(SPANS, SPANS)
def test_union_intersection_and_difference_are_those_of_sets(left: list, right: list) -> None:
    a, b = port_set(left), port_set(right)
    assert shown(a | b) == members(left) | members(right)
    assert shown(a & b) == members(left) & members(right)
    assert shown(a - b) == members(left) - members(right)
    assert (a <= b) == (not a - b)


@given(SPANS, SPANS)
def test_equal_sets_are_equal_objects_however_they_were_made(left: list, right: list) -> None:
    a, b = port_set(left), port_set(right)
    assert a | b == b | a
    assert hash(a | b) == hash(b | a)
    assert (a | b) - b == a - b
    assert a & b == a - (a - b)


@given(st.lists(SPANS, min_size=1, max_size=6))
def test_atoms_give_back_what_they_encode(many: list) -> None:
    sets = [port_set(spans) for spans in many]
    atoms = PortAtoms(sets)
    for ports in sets:
        assert atoms.decode(atoms.encode(ports)) == ports
    union = 0
    for ports in sets:
        union |= atoms.encode(ports)
    assert atoms.decode(union) == port_set([span for spans in many for span in spans])
    assert atoms.decode(atoms.all) == PortSet.ALL


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        pytest.param(PortSet.ALL, "all ports", id="everything"),
        pytest.param(PortSet.EMPTY, "nothing", id="nothing"),
        pytest.param(PortSet.of("TCP", 80), "TCP 80", id="one port"),
        pytest.param(PortSet.of("TCP", 1), "TCP 1", id="port 1 is one port and not the whole protocol"),
        pytest.param(PortSet.of("TCP", 80) | PortSet.of("TCP", 81, 90), "TCP 80-90", id="neighbors join"),
        pytest.param(PortSet.protocol("UDP") | PortSet.of("TCP", 53), "TCP 53; all UDP", id="a whole protocol"),
        pytest.param(PortSet.of("TCP", 65535) | PortSet.of("UDP", 1), "TCP 65535; UDP 1", id="protocols never join"),
    ],
)
def test_a_set_reads_as_people_write_it(ports: PortSet, text: str) -> None:
    assert str(ports) == text


def test_a_protocol_that_policies_do_not_know_is_refused() -> None:
    with pytest.raises(KeyError):
        PortSet.of("ICMP", 1)


def test_an_empty_set_has_no_first_member() -> None:
    with pytest.raises(IndexError):
        PortSet.EMPTY.first()
    assert (PortSet.of("UDP", 53) | PortSet.of("TCP", 80)).first() == ("TCP", 80)
    assert len(PortSet.ALL) == 3 * 65535
