"""What a change opens and closes, exactly, and one flow that proves it.

Two sets of policies are compared over everything that either can tell apart: the outside world is cut at the bounds
of both, and endpoints are joined by id. An empty difference is therefore a proof that both give the same verdicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from .bits import Mask, Partition, bits
from .cluster import Cluster, Endpoint
from .explanation import Verdict, explain, verdict_of
from .ports import PortSet
from .reachability import Connection, Reachability, reachability
from .rows import Row
from .semantics import KUBERNETES, Semantics
from .sight import blocks_of

_TELLING: Final = (*(("TCP", port) for port in (80, 443, 8080, 5432, 6379, 9090, 22)), ("UDP", 53), ("TCP", 53))
"""Ports that people recognize, for a witness where the destination declares none."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One concrete flow and its verdict on both sides of a comparison."""

    source: Endpoint
    destination: Endpoint
    protocol: str
    port: int
    old: Verdict
    new: Verdict


@dataclass(frozen=True, slots=True)
class Witness:
    """The most telling flow of a difference."""

    flow: Flow
    because: str
    """Why the verdict is what it is now, from the policies of the new side."""
    beside: Flow | None
    """The nearest flow whose verdict both sides share, to hold against it."""


@dataclass(frozen=True, slots=True)
class _Change:
    added: PortSet
    removed: PortSet
    undefined: PortSet


Picker = Callable[[_Change], PortSet]


class Difference:
    """The difference between two matrices. Make it with `compare` or `difference`."""

    def __init__(self, old: Reachability, new: Reachability) -> None:
        """Join both sides over the endpoints that they share. Raises ValueError when their outside ranges differ."""
        self.old = old
        self.new = new
        old_ids = {endpoint.id: index for index, endpoint in enumerate(old.endpoints)}
        new_ids = {endpoint.id for endpoint in new.endpoints}
        self.only_old: tuple[Endpoint, ...] = tuple(item for item in old.endpoints if item.id not in new_ids)
        self.only_new: tuple[Endpoint, ...] = tuple(item for item in new.endpoints if item.id not in old_ids)
        if any(endpoint.is_range for endpoint in (*self.only_old, *self.only_new)):
            message = "the two sides cut the outside world differently; compare clusters, or cut both alike"
            raise ValueError(message)
        self.endpoints: tuple[Endpoint, ...] = tuple(item for item in new.endpoints if item.id in old_ids)
        joint: dict[tuple[int, int], list[Endpoint]] = defaultdict(list)
        for endpoint in self.endpoints:
            joint[old.class_of(endpoint.id), new.class_of(endpoint.id)].append(endpoint)
        self._classes = list(joint)
        self._members = list(joint.values())

    @cached_property
    def _rows(self) -> list[dict[_Change, Mask]]:
        """For each joint class what changes towards which joint classes; nothing where nothing changes."""
        spread_old: dict[int, Mask] = defaultdict(int)
        spread_new: dict[int, Mask] = defaultdict(int)
        for column, (old_class, new_class) in enumerate(self._classes):
            spread_old[old_class] |= 1 << column
            spread_new[new_class] |= 1 << column
        old_rows = _Spread(spread_old)
        new_rows = _Spread(spread_new)
        changes: dict[tuple[PortSet, PortSet, PortSet, PortSet], _Change] = {}
        known: dict[tuple[int, int, int, int], dict[_Change, Mask]] = {}
        rows = []
        for column, (old_class, new_class) in enumerate(self._classes):
            before, after = self.old.row_of_class(old_class), self.new.row_of_class(new_class)
            key = (id(before.low), id(before.high), id(after.low), id(after.high))
            if key not in known:
                row: dict[_Change, Mask] = {}
                for bounds, mask in _product(self.old, old_rows.row(before), self.new, new_rows.row(after)):
                    change = changes.get(bounds)
                    if change is None:
                        change = changes[bounds] = _change(*bounds)
                    if change.added or change.removed or change.undefined:
                        row[change] = row.get(change, 0) | mask
                known[key] = row
            found = known[key]
            members = self._members[column]
            if len(members) == 1 and not self._judged_to_itself(members[0]):
                found = {change: rest for change, mask in found.items() if (rest := mask & ~(1 << column))}
            rows.append(found)
        return rows

    def _judged_to_itself(self, endpoint: Endpoint) -> bool:
        """Return whether both sides have a verdict between two Pods of one endpoint."""
        return self.old.endpoint(endpoint.id).meets_itself and self.new.endpoint(endpoint.id).meets_itself

    @property
    def equivalent(self) -> bool:
        """Whether both sides have the same endpoints and the same verdict on every flow."""
        return not self.only_old and not self.only_new and not any(self._rows)

    def added(self) -> Iterator[Connection]:
        """Yield what was denied and is allowed now."""
        return self._connections(lambda change: change.added)

    def removed(self) -> Iterator[Connection]:
        """Yield what was allowed and is denied now."""
        return self._connections(lambda change: change.removed)

    def undefined(self) -> Iterator[Connection]:
        """Yield what was undefined and is not now, or the other way round."""
        return self._connections(lambda change: change.undefined)

    def _connections(self, pick: Picker) -> Iterator[Connection]:
        shared: dict[frozenset[tuple[PortSet, Mask]], list[int]] = defaultdict(list)
        for column, row in enumerate(self._rows):
            by_ports: dict[PortSet, Mask] = defaultdict(int)
            for change, mask in row.items():
                if pick(change):
                    by_ports[pick(change)] |= mask
            if by_ports:
                shared[frozenset(by_ports.items())].append(column)
        for cells, columns in shared.items():
            sources = self._endpoints(columns)
            for ports, mask in sorted(cells, key=lambda cell: cell[0].spans):
                yield Connection(sources, self._endpoints(bits(mask)), ports)

    def _endpoints(self, columns: Iterable[int]) -> tuple[Endpoint, ...]:
        found = [endpoint for column in columns for endpoint in self._members[column]]
        return tuple(sorted(found, key=lambda endpoint: (endpoint.is_range, endpoint.id)))

    @cached_property
    def witness(self) -> Witness | None:
        """One flow that proves the difference; None when no flow between shared endpoints differs.

        What is too open comes before what is too closed, Pods before outside ranges, ports that the destination
        declares before others.
        """
        for connections in (self.added(), self.removed(), self.undefined()):
            ranked = sorted(
                (
                    (
                        source.is_range + destination.is_range,
                        not self._declared(destination, item.ports),
                        source.id,
                        destination.id,
                        item.ports.spans,
                        source,
                        destination,
                        item.ports,
                    )
                    for item in connections
                    for source, destination in self._best_pairs(item)
                ),
                key=lambda rank: rank[:5],
            )
            if ranked:
                source, destination, ports = ranked[0][5:]
                protocol, port = self._declared(destination, ports) or _telling(ports)
                flow = self.flow(source, destination, protocol, port)
                # A believer's reading has no rules to cite; then the truth on the other side explains the flow.
                cited = self.new if self.new.semantics.combine == "union" else self.old
                because = explain(cited, source.id, destination.id, port, protocol).reason
                return Witness(flow, because, self._beside(flow))
        return None

    def flow(self, source: Endpoint, destination: Endpoint, protocol: str, port: int) -> Flow:
        """Return one flow with its verdict on both sides."""
        old, _ = verdict_of(self.old, source.id, destination.id, protocol, port)
        new, _ = verdict_of(self.new, source.id, destination.id, protocol, port)
        return Flow(source, destination, protocol, port, old, new)

    def _best_pairs(self, item: Connection) -> Iterator[tuple[Endpoint, Endpoint]]:
        """Yield a few pairs of a connection that are judged, Pods first: enough to choose from, never a product."""
        few = 8
        for source in item.sources[:few]:
            for destination in item.destinations[:few]:
                if self.new.judged(source, destination):
                    yield source, destination

    def _declared(self, destination: Endpoint, ports: PortSet) -> tuple[str, int] | None:
        if destination.is_range:
            return None
        for declared in self.new.pod(destination.id).ports:
            if (declared.protocol, declared.number) in ports:
                return declared.protocol, declared.number
        return None

    def _beside(self, flow: Flow) -> Flow | None:
        """Return the nearest flow on which both sides agree and that is unlike `flow` in one thing only."""
        pods = [endpoint for endpoint in self.endpoints if not endpoint.is_range]
        pods.sort(key=lambda pod: pod.namespace != flow.source.namespace)
        for source in pods:
            if source.id != flow.source.id and self.new.judged(source, flow.destination):
                other = self.flow(source, flow.destination, flow.protocol, flow.port)
                if other.old == other.new == flow.old:
                    return other
        if not flow.destination.is_range:
            for declared in self.new.pod(flow.destination.id).ports:
                other = self.flow(flow.source, flow.destination, declared.protocol, declared.number)
                if other.old == other.new == flow.old:
                    return other
        for destination in pods:
            if destination.id != flow.destination.id and self.new.judged(flow.source, destination):
                other = self.flow(flow.source, destination, flow.protocol, flow.port)
                if other.old == other.new == flow.old:
                    return other
        return None


class _Spread:
    """Rows over the classes of one side, spread over the joint classes."""

    def __init__(self, columns: dict[int, Mask]) -> None:
        self._columns = columns
        self._done: dict[int, tuple[Partition, Partition]] = {}

    def row(self, row: Row) -> Row:
        low = self._spread(row.low)
        return Row(low, low if row.low is row.high else self._spread(row.high))

    def _spread(self, partition: Partition) -> Partition:
        if id(partition) not in self._done:
            spread: Partition = {}
            for value, mask in partition.items():
                found = 0
                for column in bits(mask):
                    found |= self._columns.get(column, 0)
                if found:
                    spread[value] = found
            # The partition is kept beside the result so that its id stays taken.
            self._done[id(partition)] = (partition, spread)
        return self._done[id(partition)][1]


def _product(
    old: Reachability, before: Row, new: Reachability, after: Row
) -> Iterator[tuple[tuple[PortSet, PortSet, PortSet, PortSet], Mask]]:
    """Yield lower and upper bound of both sides with the joint classes that have them."""
    for (old_low, old_high), mask in _bounds(before):
        for (new_low, new_high), other in _bounds(after):
            if mask & other:
                yield (
                    (old.decode(old_low), old.decode(old_high), new.decode(new_low), new.decode(new_high)),
                    mask & other,
                )


def _bounds(row: Row) -> list[tuple[tuple[int, int], Mask]]:
    if row.low is row.high:
        return [((value, value), mask) for value, mask in row.low.items()]
    return [
        ((low, high), mask & other) for low, mask in row.low.items() for high, other in row.high.items() if mask & other
    ]


def _change(old_low: PortSet, old_high: PortSet, new_low: PortSet, new_high: PortSet) -> _Change:
    open_before, open_after = old_high - old_low, new_high - new_low
    return _Change(
        added=new_low - old_high,
        removed=old_low - new_high,
        undefined=(open_before - open_after) | (open_after - open_before),
    )


def _telling(ports: PortSet) -> tuple[str, int]:
    return next((port for port in _TELLING if port in ports), None) or ports.first()


def difference(old: Reachability, new: Reachability) -> Difference:
    """Return the difference between two matrices whose outside ranges are the same.

    Raises ValueError when they are not: `compare` takes care of that.
    """
    return Difference(old, new)


def compare(
    old: Cluster,
    new: Cluster,
    semantics: Semantics = KUBERNETES,
    new_semantics: Semantics | None = None,
    pod_cidrs: Iterable[str] = (),
) -> Difference:
    """Return what changes from one cluster to another, or from one reading of the policies to another."""
    pod_cidrs = tuple(pod_cidrs)
    cuts = (*blocks_of(old.policies), *blocks_of(new.policies))
    return Difference(
        reachability(old, semantics, pod_cidrs, cuts),
        reachability(new, new_semantics or semantics, pod_cidrs, cuts),
    )
