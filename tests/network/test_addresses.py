"""Blocks and ranges against Python's ipaddress, and what Go reads that Python does not."""

from __future__ import annotations

import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.manifests.objects import IPBlock
from autograder.network.addresses import LAST, AddressSpace, address, block, intervals

CIDRS = st.one_of(
    st.builds(
        lambda number, prefix: str(ipaddress.ip_network((number, prefix), strict=False)),
        st.integers(0, LAST[4]),
        st.integers(0, 32),
    ),
    st.builds(
        lambda number, prefix: str(ipaddress.ip_network((number, prefix), strict=False)),
        st.integers(1 << 64, LAST[6]),
        st.integers(0, 128),
    ),
)


@given(st.lists(CIDRS, max_size=6))
def test_ranges_cover_every_address_once_and_no_block_divides_one(cidrs: list[str]) -> None:
    space = AddressSpace([IPBlock(cidr) for cidr in cidrs])
    for family in (4, 6):
        pieces = [piece for piece in space.ranges if piece.family == family]
        assert pieces[0].first == 0
        assert pieces[-1].last == LAST[family]
        assert all(left.last + 1 == right.first for left, right in pairwise(pieces))
    for cidr in cidrs:
        family, first, last = block(cidr)
        inside = {space.ranges[index] for index in space.inside(IPBlock(cidr))}
        for piece in space.ranges:
            overlaps = piece.family == family and piece.first <= last and piece.last >= first
            assert (piece in inside) == overlaps
            assert not overlaps or (first <= piece.first and piece.last <= last)


@given(CIDRS, st.lists(CIDRS, max_size=4), st.integers(0, LAST[4]))
def test_an_exception_is_a_hole_in_its_own_block(cidr: str, holes: list[str], number: int) -> None:
    network = ipaddress.ip_network(cidr)
    own = tuple(hole for hole in holes if ipaddress.ip_network(hole).version == network.version)
    family, parts = intervals(IPBlock(cidr, own))
    place = network.network_address + number % network.num_addresses
    expected = not any(place in ipaddress.ip_network(hole) for hole in own)
    assert any(first <= int(place) <= last for first, last in parts) == expected
    assert family == network.version


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        pytest.param("10.0.0.1/8", (4, 10 << 24, (11 << 24) - 1), id="host bits are cut off"),
        pytest.param("010.0.0.0/8", (4, 10 << 24, (11 << 24) - 1), id="leading zeros are decimal, not octal"),
        pytest.param(
            "::ffff:10.0.0.0/104", (4, 10 << 24, (11 << 24) - 1), id="an IPv4-mapped block is the IPv4 block in it"
        ),
        pytest.param("0.0.0.0/0", (4, 0, LAST[4]), id="all of IPv4 and nothing of IPv6"),
        pytest.param("2001:DB8::/32", (6, 0x20010DB8 << 96, (0x20010DB9 << 96) - 1), id="capital IPv6"),
    ],
)
def test_a_block_is_read_as_the_api_server_reads_it(cidr: str, expected: tuple[int, int, int]) -> None:
    assert block(cidr) == expected


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0", "10.0.0/8", "10.0.0.256/8", "10.0.0.0/33", "::/129", "shop/8", "1.2.3.4/-1"]
)
def test_what_is_no_block_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        block(text)


def test_a_mapped_address_is_an_ipv4_address() -> None:
    assert address("::ffff:10.0.0.7") == address("10.0.0.7") == (4, (10 << 24) + 7)


@pytest.mark.parametrize(
    ("cidrs", "ids"),
    [
        pytest.param([], ["0.0.0.0/0", "::/0"], id="without blocks the world is one range a family"),
        pytest.param(
            ["10.0.0.0/8"],
            ["0.0.0.0-9.255.255.255", "10.0.0.0/8", "11.0.0.0-255.255.255.255", "::/0"],
            id="a range that is no block is named by its ends",
        ),
    ],
)
def test_ranges_have_names_that_people_can_read(cidrs: list[str], ids: list[str]) -> None:
    assert [piece.id for piece in AddressSpace([IPBlock(cidr) for cidr in cidrs]).ranges] == ids
