"""Ports in rules beside the ports that Pods serve.

A Pod need not declare the ports that it listens on. So nothing is said unless every container of every Pod in question
declares some, and a port that a Service or a probe leads to counts as served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from autograder.manifests.objects import Pod, PolicyPort, Service
from autograder.network.cluster import METADATA_NAME
from autograder.network.ports import PortSet
from autograder.network.rules import numeric_ports
from autograder.network.selectors import requirements
from autograder.network.semantics import KUBERNETES
from autograder.review.findings import Finding, finding
from autograder.review.rules import Ruled, named, port_text, ruled
from autograder.review.scene import Scene, fronts, listed

_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_WIDE: Final = 1024
"""From how many ports on a range is worth a word. Smaller ones are what programs ask for."""


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield what is wrong with the ports of rules."""
    for policy in scene.policies:
        for each in ruled(policy):
            if each.applies and each.rule.ports:
                servers = list(_servers(scene, each))
                for index, port in enumerate(each.rule.ports):
                    yield from _port(scene, each, index, port, servers)


def _servers(scene: Scene, each: Ruled) -> Iterable[Pod]:
    """Return the Pods that serve what a rule is about; none where some of them may not be here."""
    if each.direction == "Ingress":
        return [pod for pod in scene.subjects(each.policy) if not pod.host_network]
    found: dict[int, Pod] = {}
    for peer in each.rule.peers:
        spaces = scene.spaces(each.policy, peer)
        pods = scene.peer_pods(each.policy, peer)
        by_name = peer.namespace_selector is None or any(
            requirement.key == METADATA_NAME for requirement in requirements(peer.namespace_selector)
        )
        if peer.ip_block is not None or not by_name or not pods:
            return []
        if any(scene.elsewhere(peer.pod_selector, space) for space in spaces if peer.pod_selector is not None):
            return []
        found.update((id(pod), pod) for pod in pods)
    return found.values()


def _port(scene: Scene, each: Ruled, index: int, port: PolicyPort, servers: list[Pod]) -> Iterator[Finding]:
    common: dict[str, Any] = {"policy": each.name, "rule": each.title}
    path = (*each.path, "ports", index)
    key = f"{each.field} {port_text(port)} {each.key}"
    if isinstance(port.port, str):
        yield from _name(scene, each, path, port, servers)
        return
    if not servers or not all(map(_says_all, servers)):
        return
    ports = numeric_ports(port, KUBERNETES, each.direction) or PortSet.EMPTY
    served = PortSet.EMPTY
    for pod in servers:
        served |= served_by(scene, pod)
    pods = listed(scene.name(pod) for pod in servers)
    if not ports & served:
        if port.port is None:  # a whole protocol: nothing precise was meant
            return
        yield finding(
            "port-not-served",
            each.policy.source,
            named(each.policy),
            path=path,
            key=key,
            misconceptions=("service-in-front",) if _service(scene, servers, port) else (),
            pods=pods,
            served=served,
            port=port_text(port),
            hint=_hint(scene, servers, port, served),
            **common,
        )
    elif port.end_port is not None and len(ports) >= _WIDE:
        yield finding(
            "range-too-wide",
            each.policy.source,
            named(each.policy),
            path=path,
            key=key,
            pods=pods,
            served=ports & served,
            port=port_text(port),
            count=f"{len(ports):,}",
            **common,
        )


def _name(
    scene: Scene, each: Ruled, path: tuple[str | int, ...], port: PolicyPort, servers: list[Pod]
) -> Iterator[Finding]:
    only_blocks = bool(each.rule.peers) and all(peer.ip_block is not None for peer in each.rule.peers)
    outside_only = each.direction == "Egress" and only_blocks
    if not servers and not outside_only:
        return
    declared = [known for pod in servers for known in pod.ports if known.name == port.port]
    if any(known.protocol == port.protocol for known in declared):
        return
    other = next(iter(declared), None)
    if other is not None:
        hint = f"They give the name to {other.protocol} {other.number}."
    elif outside_only:
        hint = "Addresses outside have no names for ports."
    else:
        names = sorted({known.name for pod in servers for known in pod.ports if known.name})
        hint = f"Their names are {listed(names, 5)}." if names else "None of their ports has a name."
    yield finding(
        "port-name-unknown",
        each.policy.source,
        named(each.policy),
        path=path,
        key=f"{each.field} {port_text(port)} {each.key}",
        policy=each.name,
        rule=each.title,
        pods=listed(scene.name(pod) for pod in servers) or "the destination",
        protocol=port.protocol,
        port=port_text(port),
        hint=hint,
    )


def _hint(scene: Scene, servers: list[Pod], port: PolicyPort, served: PortSet) -> str:
    service = _service(scene, servers, port)
    if service is not None:
        front = next(each for each in service.ports if each.port == port.port and each.protocol == port.protocol)
        return (
            f"It is the port of Service {service.namespace}/{service.name}, which leads to port {front.target_port} "
            "of the Pods."
        )
    if isinstance(port.port, int):
        others = [protocol for protocol in ("TCP", "UDP", "SCTP") if (protocol, port.port) in served]
        if others:
            return f"They serve {others[0]} {port.port}."
    return ""


def _service(scene: Scene, servers: list[Pod], port: PolicyPort) -> Service | None:
    """Return a Service in front of one of the Pods that has this port itself."""
    for service in scene.cluster.services:
        if any(each.port == port.port and each.protocol == port.protocol for each in service.ports) and any(
            fronts(service, pod) for pod in servers
        ):
            return service
    return None


def served_by(scene: Scene, pod: Pod) -> PortSet:
    """Return the ports that a Pod is known to serve: those that it declares, and where Services and probes lead."""
    found = PortSet.EMPTY
    for declared in pod.ports:
        found |= PortSet.of(declared.protocol, declared.number)
    for service in scene.services_of(pod.namespace):
        if fronts(service, pod):
            for port in service.ports:
                if isinstance(port.target_port, int):
                    found |= PortSet.of(port.protocol, port.target_port)
    for container in (*pod.spec.get("containers", ()), *pod.spec.get("initContainers", ())):
        for number, protocol in _ports_of(container):
            found |= PortSet.of(protocol, number)
    return found


def _ports_of(container: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield the ports of a container: those that it declares, an init container too, and those of its probes."""
    for declared in container.get("ports", ()):
        number, protocol = declared.get("containerPort"), declared.get("protocol", "TCP")
        if isinstance(number, int) and 1 <= number <= 65535 and protocol in {"TCP", "UDP", "SCTP"}:
            yield number, protocol
    for probe in _PROBES:
        for action in ("httpGet", "tcpSocket", "grpc"):
            number = container.get(probe, {}).get(action, {}).get("port")
            if isinstance(number, int) and 1 <= number <= 65535:
                yield number, "TCP"


def _says_all(pod: Pod) -> bool:
    """Return whether every container of a Pod declares ports, so that one which is missing was left out on purpose."""
    containers = pod.spec.get("containers", ())
    return bool(containers) and all(container.get("ports") for container in containers)
