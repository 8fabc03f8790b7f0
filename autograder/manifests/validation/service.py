"""Service. Source: pkg/apis/core/validation/validation.go, validateService.

Covered are name, ports, selector, type, cluster addresses and what traffic may come. Load balancers are
decoded strictly and not validated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.defaults import protocol, service_type, target_port
from autograder.manifests.problems import Path

from .addresses import ip_errors, is_ipv4, parse_ip
from .errors import (
    FieldError,
    Named,
    Printed,
    duplicate,
    each,
    forbidden,
    go_strings,
    invalid,
    not_supported,
    required,
)
from .labels import validate_labels
from .metadata import validate_metadata
from .names import dns_1035_label, dns_label, dns_subdomain, label_key
from .ports import PROTOCOLS, port_name, port_number

_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES: Final = ("ClientIP", "None")
_FAMILIES: Final = ("IPv4", "IPv6")
_FAMILY_POLICIES: Final = ("PreferDualStack", "RequireDualStack", "SingleStack")
_TRAFFIC_POLICIES: Final = ("Cluster", "Local")


def validate(service: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Service. Since 1.36 its name may begin with a digit."""
    yield from validate_metadata(service["metadata"], dns_label if minor >= 36 else dns_1035_label, minor)
    spec = service["spec"]
    ports = spec.get("ports", [])
    type_ = service_type(spec)
    if not ports and not _is_headless(spec) and type_ != "ExternalName":
        yield required(("spec", "ports"))
    if type_ == "ExternalName":
        yield from _validate_no_addresses(spec)
        name = spec.get("externalName", "").removesuffix(".")
        if name:
            yield from each(("spec", "externalName"), name, dns_subdomain(name))
        else:
            yield required(("spec", "externalName"))
    yield from _validate_ports(ports, minor)
    yield from validate_labels(spec.get("selector"), ("spec", "selector"), minor)
    affinity = spec.get("sessionAffinity") or "None"
    if affinity not in _AFFINITIES:
        yield not_supported(("spec", "sessionAffinity"), affinity, _AFFINITIES)
    if type_ != "ExternalName":
        yield from _validate_addresses(spec, minor)
    if type_ not in _TYPES:
        yield not_supported(("spec", "type"), type_, _TYPES)
    yield from _validate_node_ports(ports, type_)
    yield from _validate_unique_ports(ports, minor)
    traffic = spec.get("internalTrafficPolicy", "Cluster")
    if traffic not in _TRAFFIC_POLICIES:
        yield not_supported(("spec", "internalTrafficPolicy"), traffic, _TRAFFIC_POLICIES)


def _validate_no_addresses(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    written = {
        "clusterIPs": spec.get("clusterIPs") or spec.get("clusterIP"),
        "ipFamilies": spec.get("ipFamilies"),
        "ipFamilyPolicy": spec.get("ipFamilyPolicy"),
    }
    for field, value in written.items():
        if value or (field == "ipFamilyPolicy" and value is not None):
            yield forbidden(("spec", field), "may not be set for ExternalName services")


def _validate_addresses(spec: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of cluster addresses. One in clusterIP alone is copied to clusterIPs first.

    | clusterIP | clusterIPs |
    |---|---|
    | absent | absent |
    | None | None alone |
    | an address | the same first; a second one of the other family |
    """
    path = ("spec", "clusterIPs")
    first = spec.get("clusterIP", "")
    addresses = spec.get("clusterIPs") or [first] * bool(first)
    printed = go_strings("string", addresses, minor)
    if first and addresses[0] != first:
        yield invalid(path, printed, "first value must match `clusterIP`")
    elif addresses and not first:
        yield invalid(path, printed, "must be empty when `clusterIP` is not specified")
    yield from _validate_families(spec)
    wrong = False
    for index, address in enumerate(addresses):
        if index == 0 and address == "None":
            if len(addresses) > 1:
                wrong = True
                yield invalid(path, printed, "'None' must be the first and only value")
            continue
        errors = ip_errors(address, minor)
        wrong = wrong or bool(errors)
        yield from each((*path, index), address, errors)
    if len(addresses) > 2:
        yield invalid(path, printed, "may only hold up to 2 values")
    if wrong or _is_headless(spec):
        return
    families = ["IPv4" if is_ipv4(parse_ip(address) or 0) else "IPv6" for address in addresses]
    if len(addresses) > 1 and len(set(families)) < 2:
        yield invalid(path, printed, "may specify no more than one IP for each IP family")
    for index, (family, wanted) in enumerate(zip(families, spec.get("ipFamilies", ()), strict=False)):
        if family != wanted and wanted in _FAMILIES:
            detail = f"expected an {wanted} value as indicated by `ipFamilies[{index}]`"
            yield invalid((*path, index), addresses[index], detail)


def _validate_families(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    seen = set()
    for index, family in enumerate(spec.get("ipFamilies", ())):
        place = ("spec", "ipFamilies", index)
        if family not in _FAMILIES:
            yield not_supported(place, family, _FAMILIES)
        if family in seen:
            yield duplicate(place, Named(family))
        seen.add(family)
    policy = spec.get("ipFamilyPolicy", "SingleStack")
    if policy not in _FAMILY_POLICIES:
        yield not_supported(("spec", "ipFamilyPolicy"), policy, _FAMILY_POLICIES)


def _is_headless(spec: Mapping[str, Any]) -> bool:
    # The first of clusterIPs is filled in from clusterIP.
    addresses = spec.get("clusterIPs") or [spec.get("clusterIP", "")]
    return len(addresses) == 1 and addresses[0] == "None"


def _validate_ports(ports: list[Mapping[str, Any]], minor: int) -> Iterator[FieldError]:
    names: set[str] = set()
    for index, port in enumerate(ports):
        path = ("spec", "ports", index)
        name = port.get("name", "")
        if name:
            yield from each((*path, "name"), name, dns_label(name))
            if name in names:
                yield duplicate((*path, "name"), name)
            names.add(name)
        elif len(ports) > 1:
            yield required((*path, "name"))
        number = port.get("port", 0)
        yield from each((*path, "port"), number, port_number(number))
        if protocol(port) not in PROTOCOLS:
            yield not_supported((*path, "protocol"), port["protocol"], sorted(PROTOCOLS))
        target = target_port(port)
        wrong = port_name(target) if isinstance(target, str) else port_number(target)
        yield from each((*path, "targetPort"), target, wrong)
        if "appProtocol" in port:
            yield from each((*path, "appProtocol"), port["appProtocol"], label_key(port["appProtocol"], minor))


def _validate_node_ports(ports: list[Mapping[str, Any]], type_: str) -> Iterator[FieldError]:
    """Yield the errors of node ports: none for ClusterIP, no two alike."""
    written: list[tuple[Path, Mapping[str, Any]]] = []
    for index, port in enumerate(ports):
        if port.get("nodePort"):
            written.append((("spec", "ports", index, "nodePort"), port))
    if type_ == "ClusterIP":
        for path, _ in written:
            yield forbidden(path, "may not be used when `type` is 'ClusterIP'")
    taken = set()
    for path, port in written:
        claim = (protocol(port), port["nodePort"])
        if claim in taken:
            yield duplicate(path, port["nodePort"])
        taken.add(claim)


def _validate_unique_ports(ports: list[Mapping[str, Any]], minor: int) -> Iterator[FieldError]:
    taken = set()
    for index, port in enumerate(ports):
        claim = (protocol(port), port.get("port", 0))
        if claim in taken:
            yield duplicate(("spec", "ports", index), _print_claim(*claim, minor))
        taken.add(claim)


def _print_claim(name: str, number: int, minor: int) -> Printed:
    if minor >= 34:
        fields = f'"Name":"","Protocol":"{name}","AppProtocol":null,"Port":{number},"TargetPort":0,"NodePort":0'
        return Printed("{" + fields + "}")
    target = 'intstr.IntOrString{Type:0, IntVal:0, StrVal:""}'
    return Printed(
        f'core.ServicePort{{Name:"", Protocol:"{name}", AppProtocol:(*string)(nil), Port:{number}, '
        f"TargetPort:{target}, NodePort:0}}"
    )
