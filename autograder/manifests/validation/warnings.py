"""What the API server warns of in an object that it takes: the field and the text of each warning.

| object | warning |
|---|---|
| NetworkPolicy | CIDRs in a form that is ambiguous, or not the usual one |
| Service | cluster addresses in a form that is not the usual one |
| Pod, and the template of a workload | the same port, or the same port name, twice |
| what makes Pods of its own name | a name that is no DNS label |

Sources: pkg/registry/networking/networkpolicy/strategy.go, pkg/api/pod/warnings.go, the strategies of the
workloads below pkg/registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.defaults import APP_ARMOR_ANNOTATION, app_armor_profile, protocol, with_host_ports
from autograder.manifests.go_text import quote
from autograder.manifests.kinds import TEMPLATES, spec_path
from autograder.manifests.problems import Key, Path, format_path

from .addresses import cidr_warnings, ip_warnings
from .names import dns_label
from .security_context import SECCOMP_CONTAINER, SECCOMP_POD

Warning_ = tuple[Path, str]

_NAMES_PODS: Final = frozenset({"Pod", "Deployment", "ReplicaSet", "Job", "CronJob"})
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
_MOST_COMPARED: Final = 20
"""No port is compared with more others than this."""


def warnings(kind: str, value: Mapping[str, Any], minor: int) -> Iterator[Warning_]:
    """Yield the warnings for a valid object, in the server's order."""
    if kind == "NetworkPolicy":
        yield from _cidrs(value["spec"], minor)
    elif kind == "Service":
        yield from _addresses(value["spec"], minor)
    elif kind in TEMPLATES:
        yield from _name(kind, value["metadata"].get("name", ""))
        template = value
        for field in TEMPLATES[kind]:
            template = template.get(str(field), {})
        spec = template.get("spec", {})
        path = spec_path(kind)
        annotations = template.get("metadata", {}).get("annotations", {})
        if annotations:
            yield from _old_annotations(annotations, spec, (*TEMPLATES[kind], "metadata", "annotations"), kind)
        yield from _ports(with_host_ports(spec) if kind == "Pod" else spec, path)


def _old_annotations(
    annotations: Mapping[str, str], spec: Mapping[str, Any], path: Path, kind: str
) -> Iterator[Warning_]:
    """Yield the warnings about annotations that say what a field says today."""
    context = spec.get("securityContext", {})
    containers = [each for field in _CONTAINERS for each in spec.get(field, ())]
    if kind == "Pod":  # the server looks at a Pod's before it does anything else
        yield from _app_armor(annotations, context, containers, path)
    if SECCOMP_POD in annotations and "seccompProfile" not in context:
        yield _annotation(path, SECCOMP_POD, 'non-functional in v1.27+; use the "seccompProfile" field instead')
    for container in containers:
        key = SECCOMP_CONTAINER + container.get("name", "")
        if key in annotations and "seccompProfile" not in container.get("securityContext", {}):
            yield _annotation(path, key, 'non-functional in v1.27+; use the "seccompProfile" field instead')
        if kind != "Pod":
            yield from _app_armor(annotations, context, [container], path)


def _app_armor(
    annotations: Mapping[str, str], context: Mapping[str, Any], containers: list[Mapping[str, Any]], path: Path
) -> Iterator[Warning_]:
    of_pod = context.get("appArmorProfile")
    for container in containers:
        key = APP_ARMOR_ANNOTATION + container.get("name", "")
        if key not in annotations or "appArmorProfile" in container.get("securityContext", {}):
            continue
        profile = app_armor_profile(annotations[key])
        if profile is None or profile != of_pod:
            yield _annotation(path, key, 'deprecated since v1.30; use the "appArmorProfile" field instead')


def _annotation(path: Path, key: str, text: str) -> Warning_:
    place = (*path, Key(key))
    return place, f"{format_path(place)}: {text}"


def _cidrs(spec: Mapping[str, Any], minor: int) -> Iterator[Warning_]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(spec.get(direction, ())):
            for number, peer in enumerate(rule.get(peers, ())):
                block = peer.get("ipBlock")
                if not block:
                    continue
                path: Path = ("spec", direction, index, peers, number, "ipBlock")
                places: list[tuple[Path, str]] = [((*path, "cidr"), block["cidr"])]
                places += [((*path, "except", place), text) for place, text in enumerate(block.get("except", ()))]
                for place, text in places:
                    for warning in cidr_warnings(text, minor):
                        yield place, f"{format_path(place)}: {warning}"


def _addresses(spec: Mapping[str, Any], minor: int) -> Iterator[Warning_]:
    written = spec.get("clusterIPs") or [spec.get("clusterIP", "")]
    for index, address in enumerate(written if written[0] not in {"", "None"} else ()):
        path: Path = ("spec", "clusterIPs", index)
        for warning in ip_warnings(address, minor):
            yield path, f"{format_path(path)}: {warning}"


def _name(kind: str, name: str) -> Iterator[Warning_]:
    wrong = dns_label(name) if name and kind in _NAMES_PODS else []
    if wrong:
        use = "the Pod's hostname" if kind == "Pod" else "Pod names and hostnames"
        text = f"this is used in {use}, which can result in surprising behavior; a DNS label is recommended"
        yield ("metadata", "name"), f"metadata.name: {text}: [{' '.join(wrong)}]"


def _ports(spec: Mapping[str, Any], path: Path) -> Iterator[Warning_]:
    ports = [
        ((*path, field, index, "ports", number), port)
        for field in ("initContainers", "containers")
        for index, container in enumerate(spec.get(field, ()))
        for number, port in enumerate(container.get("ports", ()))
    ]
    if len(ports) > 1 or any("hostIP" in port for _, port in ports):
        yield from _same_numbers(ports)
        yield from _same_names(ports)


def _same_numbers(ports: list[tuple[Path, Mapping[str, Any]]]) -> Iterator[Warning_]:
    seen: dict[tuple[int, str], list[tuple[str, str, int]]] = {}
    for path, port in ports:
        place = format_path(path)
        host_ip, host_port = port.get("hostIP", ""), port.get("hostPort", 0)
        if host_ip and not host_port:
            yield path, f"{place}: hostIP set without hostPort: {_go_source(port)}"
        others = seen.setdefault((port.get("containerPort", 0), protocol(port)), [])
        for other, other_ip, other_port in others[:_MOST_COMPARED]:
            if (host_ip, host_port) == (other_ip, other_port):
                yield path, f"{place}: duplicate port definition with {other}"
            elif not host_port or not other_port:
                yield path, f"{place}: overlapping port definition with {other}"
            elif host_port == other_port and (not host_ip) != (not other_ip):
                yield path, f"{place}: dangerously ambiguous port definition with {other}"
        others.append((place, host_ip, host_port))


def _same_names(ports: list[tuple[Path, Mapping[str, Any]]]) -> Iterator[Warning_]:
    first: dict[str, str] = {}
    for path, port in ports:
        name = port.get("name", "")
        if not name:
            continue
        place = format_path(path)
        other = first.setdefault(name, place)
        if other != place:
            use = f"services and probes that select ports by name will use {other}"
            yield path, f"{place}: duplicate port name {quote(name)} with {other}, {use}"


def _go_source(port: Mapping[str, Any]) -> str:
    number, host_port, host_ip = port.get("containerPort", 0), port.get("hostPort", 0), port.get("hostIP", "")
    ports = f"HostPort:{host_port} ContainerPort:{number} Protocol:{protocol(port)}"
    return f"{{Name:{port.get('name', '')} {ports} HostIP:{host_ip}}}"
