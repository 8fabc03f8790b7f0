"""NetworkPolicy. Source: pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.problems import Path

from .addresses import cidr_errors, parse_cidr
from .errors import FieldError, each, forbidden, go_strings, invalid, not_supported, required
from .labels import validate_selector
from .metadata import validate_metadata
from .names import dns_subdomain
from .ports import PROTOCOLS, port_name, port_number

_POLICY_TYPES: Final = ("Ingress", "Egress")
_DIRECTIONS: Final = (("ingress", "from"), ("egress", "to"))


def validate(policy: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a NetworkPolicy, in the server's order."""
    yield from validate_metadata(policy["metadata"], dns_subdomain, minor)
    spec = policy["spec"]
    yield from validate_selector(spec.get("podSelector"), ("spec", "podSelector"), minor)
    for direction, peers in _DIRECTIONS:
        for index, rule in enumerate(spec.get(direction, ())):
            path = ("spec", direction, index)
            for number, port in enumerate(rule.get("ports", ())):
                yield from _validate_port(port, (*path, "ports", number), minor)
            for number, peer in enumerate(rule.get(peers, ())):
                yield from _validate_peer(peer, (*path, peers, number), minor)
    yield from _validate_policy_types(spec.get("policyTypes", ()), ("spec", "policyTypes"), minor)


def _validate_port(port: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of one item of ``ports``.

    | port | endPort |
    |---|---|
    | absent | Invalid: may not be specified |
    | a name | Invalid: may not be specified |
    | a number | from port to 65535 |
    """
    protocol = port.get("protocol")
    if protocol is not None and protocol not in PROTOCOLS:
        yield not_supported((*path, "protocol"), protocol, PROTOCOLS)
    number, end = port.get("port"), port.get("endPort")
    end_path = (*path, "endPort")
    if number is None:
        if end is not None:
            yield invalid(end_path, end, "may not be specified when `port` is not specified")
    elif isinstance(number, str):
        if end is not None:
            yield invalid(end_path, end, "may not be specified when `port` is non-numeric")
        yield from each((*path, "port"), number, port_name(number))
    else:
        yield from each((*path, "port"), number, port_number(number))
        if end is not None:
            if end < number:
                # Up to 1.36 the server prints the wrong one of the two.
                yield invalid(end_path, end if minor >= 37 else number, "must be greater than or equal to `port`")
            yield from each(end_path, end, port_number(end))


def _validate_peer(peer: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    selectors = [key for key in ("podSelector", "namespaceSelector") if key in peer]
    for key in selectors:
        yield from validate_selector(peer[key], (*path, key), minor)
    if "ipBlock" in peer:
        yield from _validate_ip_block(peer["ipBlock"], (*path, "ipBlock"), minor)
        if selectors:
            yield forbidden(path, "may not specify both ipBlock and another peer")
    elif not selectors:
        yield required(path, "must specify a peer")


def _validate_ip_block(block: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    cidr = block.get("cidr", "")
    if not cidr:
        yield required((*path, "cidr"))
        return
    yield from each((*path, "cidr"), cidr, cidr_errors(cidr, minor))
    outer = parse_cidr(cidr)
    if outer is None:
        return
    for index, text in enumerate(block.get("except", ())):
        place = (*path, "except", index)
        yield from each(place, text, cidr_errors(text, minor))
        inner = parse_cidr(text)
        if inner is not None and not inner.is_strictly_within(outer):
            yield invalid(place, text, "must be a strict subset of `cidr`")


def _validate_policy_types(types: list[str], path: Path, minor: int) -> Iterator[FieldError]:
    if len(types) > len(_POLICY_TYPES):
        printed = go_strings("networking.PolicyType", types, minor)
        yield invalid(path, printed, "may not specify more than two policyTypes")
        return
    for index, name in enumerate(types):
        if name not in _POLICY_TYPES:
            yield not_supported((*path, index), name, _POLICY_TYPES)
