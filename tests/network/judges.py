"""The two who judge a world: the oracle and the evaluator, behind one question so that one table asks both."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Protocol

import yaml

from autograder.manifests.load import Options, load_text
from autograder.network import KUBERNETES, Cluster, reachability

from . import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from autograder.network import Semantics

Probe = tuple[str, int]
"""Protocol and port."""


class Judge(Protocol):
    """Says for traffic between two endpoints (an id, or an outside address) what gets through."""

    def __init__(self, text: str, *, pod_cidrs: Sequence[str] = (), kubernetes_version: str | None = None) -> None:
        """Read the manifests in `text`; Pods of unknown address are somewhere in `pod_cidrs`."""

    def endpoints(self) -> set[str]:
        """Return the ids of all Pods and workloads."""

    def verdicts(self, source: str, destination: str, probes: Iterable[Probe]) -> Mapping[Probe, oracle.Verdict]:
        """Return the verdict for each protocol and port."""

    def interesting_ports(self) -> set[int]:
        """Return the numbers at which a verdict could change, as far as this judge knows."""


def is_address(name: str) -> bool:
    """Whether an end is written as an outside address."""
    return "/" not in name


class Oracle:
    """The independent reading of the documentation."""

    def __init__(
        self,
        text: str,
        combine: Callable[[Iterable[bool]], bool] = any,
        *,
        pod_cidrs: Sequence[str] = (),
        kubernetes_version: str | None = None,
    ) -> None:
        """Read the manifests in `text`, which is not more or less valid in any version."""
        del kubernetes_version
        self.world = oracle.World(yaml.safe_load_all(text), pod_cidrs)
        self.combine = combine

    def endpoints(self) -> set[str]:
        """Return the ids of all Pods and workloads."""
        return set(self.world.endpoints)

    def verdicts(self, source: str, destination: str, probes: Iterable[Probe]) -> Mapping[Probe, oracle.Verdict]:
        """Return the verdict for each protocol and port."""
        a = ipaddress.ip_address(source) if is_address(source) else source
        b = ipaddress.ip_address(destination) if is_address(destination) else destination
        return self.world.judge(a, b, probes, self.combine)

    def interesting_ports(self) -> set[int]:
        """Return every bound of a rule and every declared port, with their neighbors."""
        return self.world.interesting_ports()


class Evaluator:
    """``autograder.network``, the thing under test."""

    def __init__(
        self,
        text: str,
        semantics: Semantics = KUBERNETES,
        *,
        pod_cidrs: Sequence[str] = (),
        kubernetes_version: str | None = None,
    ) -> None:
        """Evaluate the manifests in `text`, which must be valid."""
        options = Options() if kubernetes_version is None else Options(kubernetes_version=kubernetes_version)
        manifests = load_text(text, file="world.yaml", options=options)
        errors = [problem.message for problem in manifests.problems if problem.severity == "error"]
        if errors:
            raise InvalidWorldError(errors)
        self.result = reachability(
            Cluster.from_manifests(manifests),
            semantics=semantics,
            pod_cidrs=tuple(pod_cidrs),
        )
        self.pods = {end.id for end in self.result.endpoints if end.range is None}
        self.ranges = {
            end.id: (ipaddress.ip_address(str(end.range[0])), ipaddress.ip_address(str(end.range[1])))
            for end in self.result.endpoints
            if end.range is not None
        }

    def endpoints(self) -> set[str]:
        """Return the ids of all Pods and workloads."""
        return self.pods

    def range_of(self, address: str) -> str:
        """Return the id of the outside range that holds an address."""
        wanted = ipaddress.ip_address(address)
        [identity] = [
            identity
            for identity, (first, last) in self.ranges.items()
            if first.version == wanted.version and int(first) <= int(wanted) <= int(last)
        ]
        return identity

    def sets(
        self, source: str, destination: str
    ) -> tuple[dict[str, list[tuple[int, int]]], dict[str, list[tuple[int, int]]]]:
        """Return the allowed and the undefined ports of a pair of ids, by protocol."""
        undefined: dict[str, list[tuple[int, int]]] = {}
        for ports, reason in self.result.undefined(source, destination):
            assert reason, "an undefined verdict says why"
            for protocol, stretches in ports.by_protocol().items():
                undefined.setdefault(protocol, []).extend(tuple(stretch) for stretch in stretches)
        allowed = {
            protocol: [tuple(stretch) for stretch in stretches]
            for protocol, stretches in self.result.allowed(source, destination).by_protocol().items()
        }
        return allowed, undefined

    def verdicts(self, source: str, destination: str, probes: Iterable[Probe]) -> Mapping[Probe, oracle.Verdict]:
        """Return the verdict for each protocol and port."""
        ids = [self.range_of(end) if is_address(end) else end for end in (source, destination)]
        allowed, undefined = self.sets(ids[0], ids[1])
        found: dict[Probe, oracle.Verdict] = {}
        for protocol, port in probes:
            is_allowed = within(port, allowed.get(protocol, []))
            is_undefined = within(port, undefined.get(protocol, []))
            assert not (is_allowed and is_undefined), (
                f"{source} > {destination} {protocol} {port}: allowed and undefined"
            )
            found[protocol, port] = "allowed" if is_allowed else "undefined" if is_undefined else "denied"
        return found

    def interesting_ports(self) -> set[int]:
        """Return the bounds of every stretch in any answer."""
        return {
            bound
            for answers in (self.result.connections(), self.result.undefined_connections())
            for connection in answers
            for stretches in connection.ports.by_protocol().values()
            for stretch in stretches
            for bound in stretch
        }


JUDGES = (Oracle, Evaluator)
"""Both, for a table that is put to each of them."""


class InvalidWorldError(ValueError):
    """The loader found a world invalid, so there is nothing to judge."""


def within(port: int, stretches: Iterable[tuple[int, int]]) -> bool:
    """Whether a port lies in one of the (first, last) stretches."""
    return any(first <= port <= last for first, last in stretches)
