"""Who can reach whom in numbers, and what is exposed to the world outside, by which door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.manifests.objects import Pod, Service
from autograder.network.ports import PortSet
from autograder.network.reachability import Summary

from .scene import Scene, fronts


@dataclass(frozen=True, slots=True)
class Exposed:
    """One door from outside to a Pod."""

    endpoint: str
    via: str
    """``Service shop/front (LoadBalancer)``, ``hostPort 8080 of container web``, ``hostNetwork``."""
    ports: PortSet
    """The ports of the Pod behind the door."""
    open: PortSet
    """Those of them that some address outside the cluster surely reaches."""
    everyone: bool
    """Whether every address outside reaches all of `open`."""
    undefined: bool = False
    """Whether the specification leaves open who gets in: the Pod is on its node's network."""

    def to_json(self) -> dict[str, Any]:
        """Return the door as the command line shows it."""
        return {
            "endpoint": self.endpoint,
            "via": self.via,
            "ports": _json(self.ports),
            "open": _json(self.open),
            "everyone": self.everyone,
            "undefined": self.undefined,
        }


def summary(scene: Scene) -> Summary:
    """Return how many ordered pairs of endpoints are open, partly open, closed and undefined."""
    return scene.reach.summary()


def exposed(scene: Scene) -> Iterator[Exposed]:
    """Yield every door from outside, by endpoint."""
    for pod in scene.cluster.pods:
        if pod.host_network:
            ports = PortSet.EMPTY
            for declared in pod.ports:
                ports |= PortSet.of(declared.protocol, declared.number)
            yield Exposed(scene.name(pod), "hostNetwork", ports, PortSet.EMPTY, everyone=False, undefined=True)
            continue
        for container in pod.spec.get("containers", ()):
            for port in container.get("ports", ()):
                if port.get("hostPort") and 1 <= port.get("containerPort", 0) <= 65535:
                    behind = PortSet.of(port.get("protocol", "TCP"), port["containerPort"])
                    via = f"hostPort {port['hostPort']} of container {container.get('name', '')}"
                    yield _door(scene, pod, via, behind)
        for service in scene.services_of(pod.namespace):
            if service.type in {"LoadBalancer", "NodePort"} and fronts(service, pod):
                ports = behind_of(service, pod)
                if ports:
                    yield _door(scene, pod, f"Service {service.namespace}/{service.name} ({service.type})", ports)


def behind_of(service: Service, pod: Pod) -> PortSet:
    """Return the ports of a Pod to which a Service leads."""
    found = PortSet.EMPTY
    for front in service.ports:
        if isinstance(front.target_port, int):
            found |= PortSet.of(front.protocol, front.target_port)
            continue
        for declared in pod.ports:
            if declared.name == front.target_port and declared.protocol == front.protocol:
                found |= PortSet.of(declared.protocol, declared.number)
    return found


def _door(scene: Scene, pod: Pod, via: str, ports: PortSet) -> Exposed:
    name = scene.name(pod)
    reached = [scene.reach.allowed(end.id, name) & ports for end in scene.reach.endpoints if end.is_range]
    some, every = PortSet.EMPTY, ports
    for found in reached:
        some |= found
        every &= found
    return Exposed(name, via, ports, some, everyone=bool(some) and every == some)


def _json(ports: PortSet) -> dict[str, list[list[int]]]:
    return {protocol: [list(span) for span in spans] for protocol, spans in ports.by_protocol().items()}
