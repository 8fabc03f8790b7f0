"""One concrete flow to prove a finding with: the most telling of those that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from autograder.manifests.objects import Pod
from autograder.network.ports import PortSet
from autograder.review.scene import Scene

_KNOWN: Final = (("TCP", 443), ("TCP", 80), ("TCP", 8080), ("UDP", 53))
_LOOKED_AT: Final = 40
"""How many Pods are looked at for an example. It is one for people, so a far-fetched one helps nobody."""


class Flow(NamedTuple):
    """A flow between two Pods."""

    source: Pod
    target: Pod
    protocol: str
    port: int

    def words(self, scene: Scene) -> str:
        """Return the flow in one line: ``shop/web -> shop/db TCP 5432``."""
        return f"{scene.name(self.source)} -> {scene.name(self.target)} {self.protocol} {self.port}"


def telling(ports: PortSet, target: Pod | None) -> tuple[str, int]:
    """Return one of the ports: the first that the Pod declares, else one that everybody knows, else the lowest."""
    declared = [(port.protocol, port.number) for port in (target.ports if target else ())]
    return next((port for port in (*declared, *_KNOWN) if port in ports), None) or ports.first()


def pairs(sources: Iterable[Pod], targets: Iterable[Pod]) -> Iterator[tuple[Pod, Pod]]:
    """Yield pairs of different Pods, not more than an example is worth."""
    ends = list(targets)[:_LOOKED_AT]
    for source in list(sources)[:_LOOKED_AT]:
        for target in ends:
            if source is not target:
                yield source, target


def open_flow(
    scene: Scene, sources: Iterable[Pod], targets: Iterable[Pod], within: PortSet = PortSet.ALL
) -> Flow | None:
    """Return a flow that is open; None if none of those looked at is."""
    for source, target in pairs(sources, targets):
        ports = scene.reach.allowed(scene.name(source), scene.name(target)) & within
        if ports:
            return Flow(source, target, *telling(ports, target))
    return None


def stranger(scene: Scene, targets: Iterable[Pod], within: PortSet = PortSet.ALL) -> str:
    """Return a sentence about somebody who reaches one of the Pods, from another namespace if possible.

    Empty if no other Pod here does.
    """
    ends = list(targets)
    own = {pod.namespace for pod in ends}
    pods = [pod for pod in scene.cluster.pods if not pod.host_network]
    others = sorted(pods, key=lambda pod: pod.namespace in own)
    flow = open_flow(scene, others, ends, within)
    if flow is None:
        return ""
    return f"{scene.name(flow.source)} reaches {scene.name(flow.target)} on {flow.protocol} {flow.port}."
