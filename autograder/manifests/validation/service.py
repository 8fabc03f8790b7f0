"""Service. Source: pkg/apis/core/validation/validation.go, validateService.

Covered are name, ports, selector, type and session affinity. Addresses and load balancers are decoded
strictly and not validated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.defaults import protocol, service_type, target_port
from autograder.manifests.problems import Path

from .errors import FieldError, Printed, duplicate, each, forbidden, not_supported, required
from .labels import validate_labels
from .metadata import validate_metadata
from .names import dns_1035_label, dns_label, dns_subdomain, label_key
from .ports import PROTOCOLS, port_name, port_number

_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES: Final = ("ClientIP", "None")


def validate(service: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Service. Since 1.36 its name may begin with a digit."""
    yield from validate_metadata(service["metadata"], dns_label if minor >= 36 else dns_1035_label, minor)
    spec = service["spec"]
    ports = spec.get("ports", [])
    type_ = service_type(spec)
    if not ports and not _is_headless(spec) and type_ != "ExternalName":
        yield required(("spec", "ports"))
    if type_ == "ExternalName":
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
    if type_ not in _TYPES:
        yield not_supported(("spec", "type"), type_, _TYPES)
    yield from _validate_node_ports(ports, type_)
    yield from _validate_unique_ports(ports, minor)


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
