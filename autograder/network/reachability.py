"""Who can talk to whom: the exact set of ports between every two endpoints, and what the specification leaves open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.manifests.objects import IPBlock, Pod

from .addresses import address
from .bits import Mask, add, bits, value_at
from .cluster import Cluster, Endpoint
from .columns import COLUMN_SWITCHES, Columns, build
from .folding import folded, only_with_replies, own_node
from .ports import PortAtoms, PortSet
from .rows import Row, Side, meet_rows
from .rules import DNS, PortReader, compile_policies
from .semantics import KUBERNETES, Semantics
from .sight import blocks_of
from .variants import Variant
from .workloads import Workload, workload_of

ITSELF = "a Pod to itself"
HOST_NETWORK = "hostNetwork"
UNKNOWN_ADDRESS = "address unknown"
FAMILY = "address family"
REPLICAS = "label differs between replicas or is not known"


@dataclass(frozen=True, slots=True)
class Connection:
    """Every one of `sources` may reach every one of `destinations` on exactly `ports`."""

    sources: tuple[Endpoint, ...]
    destinations: tuple[Endpoint, ...]
    ports: PortSet
    reason: str = ""
    """Why the verdict is undefined; empty for what is allowed."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A `Connection` by the numbers of classes of equal endpoints."""

    sources: tuple[int, ...]
    destinations: tuple[int, ...]
    ports: PortSet
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of ordered pairs of judged endpoints, by what is allowed between them."""

    pairs: int
    open: int
    """Every port is allowed."""
    partly: int
    closed: int
    """No port is allowed."""
    undefined: int
    """Something is undefined; counted beside the other three."""
    classes: int
    """How many kinds of endpoints the policies can tell apart."""


class Reachability:
    """The whole matrix, by classes of equal endpoints. Make it with `reachability`."""

    def __init__(
        self,
        cluster: Cluster,
        pod_cidrs: tuple[str, ...],
        cuts: tuple[IPBlock, ...],
        columns: Columns,
        rows: list[Row],
        atoms: PortAtoms,
    ) -> None:
        """Take one row of folded bounds for each class."""
        self.cluster = cluster
        self.pod_cidrs = pod_cidrs
        self.cuts = cuts
        self._others: dict[Semantics, Reachability] = {}
        self.semantics = columns.semantics
        self.endpoints = columns.layout.endpoints
        self._columns = columns
        self._layout = columns.layout
        self._rows = rows
        self._atoms = atoms

    @property
    def classes(self) -> int:
        """How many kinds of endpoints the policies can tell apart."""
        return len(self._layout.members)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {endpoint.id: index for index, endpoint in enumerate(self.endpoints)}

    def endpoint(self, endpoint_id: str) -> Endpoint:
        """Return an endpoint by its id. Raises KeyError."""
        return self.endpoints[self._index[endpoint_id]]

    def pod(self, endpoint_id: str) -> Pod:
        """Return the Pod behind an endpoint's id. Raises KeyError for an outside range or an unknown id."""
        index = self._index[endpoint_id]
        if index >= len(self.cluster.pods):
            raise KeyError(endpoint_id)
        return self.cluster.pods[index]

    def variant(self, endpoint_id: str) -> Variant:
        """Return one concrete possibility of a Pod. Raises KeyError for an outside range or an unknown id."""
        pod = self.pod(endpoint_id)
        found = self._layout.variants[self.class_of(endpoint_id)]
        if found is None:
            raise KeyError(endpoint_id)
        # The column stands for every Pod of its class; labels that no policy looks at and addresses are each Pod's own.
        added = {key: found.labels[key] for key in pod.varying if key in found.labels}
        known = [address(text) for text in pod.addresses]
        own = next((place for place in known if found.address is None or place[0] == found.address[0]), None)
        return replace(found, labels={**added, **pod.labels}, ports=pod.ports, address=own, node=pod.node)

    def row_of_class(self, number: int) -> Row:
        """Return the bounds of one class over classes; values are to be read with `decode`."""
        return self._rows[number]

    def decode(self, value: int) -> PortSet:
        """Return the ports that a value of a row stands for."""
        return self._atoms.decode(value)

    def ports_between_classes(self, source: int, destination: int) -> tuple[PortSet, PortSet]:
        """Return what is allowed between two different endpoints of two classes, and what may be allowed."""
        low, high = self.values_between_classes(source, destination)
        return self._atoms.decode(low), self._atoms.decode(high)

    def values_between_classes(self, source: int, destination: int) -> tuple[int, int]:
        """Return the same two as values to be read with `decode`: equal ones stand for equal ports."""
        row = self._rows[source]
        low = value_at(row.low, destination)
        return low, low if row.high is row.low else value_at(row.high, destination)

    def class_of(self, endpoint_id: str) -> int:
        """Return the number of the class that an endpoint is in. Raises KeyError."""
        return self._layout.class_of[self._index[endpoint_id]]

    def judged(self, source: Endpoint, destination: Endpoint) -> bool:
        """Return whether a pair has a verdict: not an endpoint to itself, not two outside ranges.

        A workload to itself means two different replicas, so it is judged if there may be two.
        """
        if source.is_range and destination.is_range:
            return False
        return source.id != destination.id or source.meets_itself

    def allowed(self, source: str, destination: str) -> PortSet:
        """Return the exact ports on which one endpoint may open connections to another, whatever is left open.

        Raises KeyError for an unknown endpoint id. A pair that is not judged is allowed nothing.
        """
        if not self.judged(self.endpoint(source), self.endpoint(destination)):
            return PortSet.EMPTY
        row = self._rows[self.class_of(source)]
        return self._atoms.decode(value_at(row.low, self.class_of(destination)))

    def undefined(self, source: str, destination: str) -> tuple[tuple[PortSet, str], ...]:
        """Return the ports whose verdict the specification leaves open, with the reason. Raises KeyError."""
        if source == destination and not self.endpoint(source).meets_itself:
            return ((PortSet.ALL, ITSELF),) if not self.endpoint(source).is_range else ()
        if not self.judged(self.endpoint(source), self.endpoint(destination)):
            return ()
        start, end = self.class_of(source), self.class_of(destination)
        row = self._rows[start]
        open_ports = value_at(row.high, end) & ~value_at(row.low, end)
        if not open_ports:
            return ()
        return ((self._atoms.decode(open_ports), self._reason(start, end)),)

    def under(self, semantics: Semantics) -> Reachability:
        """Return the same cluster under another reading; computed once."""
        if semantics not in self._others:
            self._others[semantics] = self.read_as(semantics)
        return self._others[semantics]

    def read_as(self, semantics: Semantics) -> Reachability:
        """Return the same cluster under another reading, not kept: what cannot differ is not computed again."""
        mine = self._columns.semantics
        if any(getattr(mine, switch) != getattr(semantics, switch) for switch in COLUMN_SWITCHES):
            return reachability(self.cluster, semantics, self.pod_cidrs, self.cuts)
        columns = replace(self._columns, semantics=semantics, _memo={})
        return Reachability(self.cluster, self.pod_cidrs, self.cuts, columns, *_matrix(columns, self.cluster))

    def by_workload(self) -> Reachability:
        """Return the same matrix with the Pods of each workload as one endpoint, as far as policies see them alike.

        Pods of one workload that policies tell apart stay endpoints of their own: one verdict for both would be a lie.
        """
        groups: dict[Workload, list[int]] = defaultdict(list)
        for index, pod in enumerate(self.cluster.pods):
            groups[workload_of(pod)].append(index)
        pods: list[Pod] = []
        classes: list[int] = []
        for (_, kind, name), group in groups.items():
            found = {self._layout.class_of[index] for index in group}
            if len(group) == 1 or len(found) > 1:
                alike = [self.cluster.pods[index] for index in group]
                if len(group) == 1:
                    alike = [replace(alike[0], kind=kind, name=name)]
            else:
                alike = [replace(self.cluster.pods[group[0]], kind=kind, name=name, replicas=len(group), addresses=())]
            pods += alike
            classes += [self._layout.class_of[index] for index in group[: len(alike)]]
        cluster = replace(self.cluster, pods=tuple(pods))
        ranges = self.endpoints[len(self.cluster.pods) :]
        class_of = (*classes, *self._layout.class_of[len(self.cluster.pods) :])
        members: list[list[int]] = [[] for _ in self._layout.members]
        for index, number in enumerate(class_of):
            members[number].append(index)
        layout = replace(
            self._layout,
            endpoints=(*cluster.pod_endpoints(), *ranges),
            class_of=class_of,
            members=tuple(tuple(group) for group in members),
        )
        columns = replace(self._columns, layout=layout)
        return Reachability(cluster, self.pod_cidrs, self.cuts, columns, self._rows, self._atoms)

    # -- the whole matrix ----------------------------------------------------------------------------------------

    @cached_property
    def _shared_rows(self) -> list[tuple[list[int], Row]]:
        """Classes with equal rows, together with the row."""
        shared: dict[tuple[object, ...], list[int]] = defaultdict(list)
        rows: dict[tuple[object, ...], Row] = {}
        seen: dict[tuple[int, int], tuple[object, ...]] = {}
        for number, row in enumerate(self._rows):
            identity = (id(row.low), id(row.high))
            key = seen.get(identity)
            if key is None:
                low = frozenset(row.low.items())
                key = seen[identity] = (low, low if row.low is row.high else frozenset(row.high.items()))
            shared[key].append(number)
            rows.setdefault(key, row)
        return [(numbers, rows[key]) for key, numbers in shared.items()]

    def _members(self, mask: Mask) -> tuple[Endpoint, ...]:
        members = self._layout.members
        return tuple(
            self.endpoints[index] for index in sorted(index for number in bits(mask) for index in members[number])
        )

    def members(self, number: int) -> tuple[Endpoint, ...]:
        """Return the endpoints of a class, in the order of `endpoints`."""
        return tuple(self.endpoints[index] for index in self._layout.members[number])

    def connections(self) -> Iterator[Connection]:
        """Yield everything that is allowed, sources that reach the same on the same ports together.

        Every ordered pair of judged endpoints stands in at most one connection; a pair that stands in none is
        allowed nothing. Pairs that are not judged may stand in one and mean nothing there.
        """
        return map(self._connection, self.rectangles())

    def undefined_connections(self) -> Iterator[Connection]:
        """Yield everything that the specification leaves open, with the reason."""
        return map(self._connection, self.undefined_rectangles())

    def _connection(self, rectangle: Rectangle) -> Connection:
        return Connection(
            self._endpoints_of(rectangle.sources),
            self._endpoints_of(rectangle.destinations),
            rectangle.ports,
            rectangle.reason,
        )

    def _endpoints_of(self, classes: tuple[int, ...]) -> tuple[Endpoint, ...]:
        members = self._layout.members
        return tuple(
            self.endpoints[index] for index in sorted(index for number in classes for index in members[number])
        )

    def rectangles(self) -> Iterator[Rectangle]:
        """Yield the same as `connections`, by the numbers of classes.

        Rows that are unequal as a whole often agree about most destinations, so what several rows have in common is
        one rectangle: that is a tenth of the text for a large cluster.
        """
        shared: dict[tuple[int, Mask], list[int]] = defaultdict(list)
        for numbers, row in self._shared_rows:
            for value, columns in row.low.items():
                if value:
                    shared[value, columns].extend(numbers)
        for (value, columns), sources in shared.items():
            yield from self._rectangle(tuple(sorted(sources)), value, columns, "")

    def undefined_rectangles(self) -> Iterator[Rectangle]:
        """Yield the same as `undefined_connections`, by the numbers of classes."""
        for numbers, row in self._shared_rows:
            if row.low is row.high:
                continue
            by_reason: dict[tuple[int, int, str], Mask] = defaultdict(int)
            for value, columns in row.high.items():
                for sure, sure_columns in row.low.items():
                    if value & ~sure:
                        for end in bits(columns & sure_columns):
                            for start in numbers:
                                by_reason[start, value & ~sure, self._reason(start, end)] |= 1 << end
            for (start, value, reason), ends in by_reason.items():
                yield from self._rectangle((start,), value, ends, reason)

    def _rectangle(self, sources: tuple[int, ...], value: int, columns: Mask, reason: str) -> Iterator[Rectangle]:
        destinations = tuple(bits(columns))
        if sources == destinations and len(sources) == 1:
            (only,) = sources
            members = self.members(only)
            if len(members) == 1 and not self.judged(members[0], members[0]):
                return
        yield Rectangle(sources, destinations, self._atoms.decode(value), reason)

    def summary(self) -> Summary:
        """Return how many ordered pairs are open, partly open, closed and undefined."""
        sizes = [len(group) for group in self._layout.members]
        weight = _Weights(sizes)
        total = weight.of((1 << len(sizes)) - 1)
        counts = {"open": 0, "closed": 0, "partly": 0, "undefined": 0, "pairs": 0}
        for numbers, row in self._shared_rows:
            sources = sum(sizes[number] for number in numbers)
            is_range = self.endpoints[self._layout.members[numbers[0]][0]].is_range
            counts["pairs"] += sources * (total if not is_range else weight.of(sum(row.low.values())))
            for value, columns in row.low.items():
                kind = "open" if value == self._atoms.all else "partly" if value else "closed"
                counts[kind] += sources * weight.of(columns)
            if row.low is not row.high:
                same = 0
                for value, columns in row.low.items():
                    same |= columns & row.high.get(value, 0)
                counts["undefined"] += sources * (weight.of(sum(row.low.values())) - weight.of(same))
        # An endpoint to itself is not judged, unless it stands for two Pods.
        for number, group in enumerate(self._layout.members):
            row = self._rows[number]
            if self.endpoints[group[0]].is_range:
                continue
            value, most = value_at(row.low, number), value_at(row.high, number)
            alone = sum(not self.endpoints[index].meets_itself for index in group)
            counts["pairs"] -= alone
            counts["open" if value == self._atoms.all else "partly" if value else "closed"] -= alone
            counts["undefined"] -= alone * (value != most)
        return Summary(**counts, classes=self.classes)

    def _reason(self, start: int, end: int) -> str:
        """Return the open fact that most likely decides between two classes."""
        places = [
            variant
            for number in (start, end)
            for column in self._layout.columns_of_class[number]
            if (variant := self._layout.variants[column]) is not None
        ]
        if any(variant.host for variant in places):
            return HOST_NETWORK
        for number in (start, end):
            found = [
                variant
                for column in self._layout.columns_of_class[number]
                if (variant := self._layout.variants[column]) is not None
            ]
            if len({frozenset(variant.labels.items()) for variant in found}) > 1:
                return REPLICAS
        if any(variant.address is None for variant in places):
            return UNKNOWN_ADDRESS
        return FAMILY


class _Weights:
    """How many endpoints the classes of a mask hold."""

    def __init__(self, sizes: list[int]) -> None:
        # One mask per binary digit of the sizes: counting is a few popcounts instead of a walk over the bits.
        self._digits = [
            (1 << digit, sum(1 << index for index, size in enumerate(sizes) if size >> digit & 1))
            for digit in range(max(sizes, default=0).bit_length())
        ]

    def of(self, mask: Mask) -> int:
        return sum(weight * (mask & digit).bit_count() for weight, digit in self._digits)


def reachability(
    cluster: Cluster, semantics: Semantics = KUBERNETES, pod_cidrs: Iterable[str] = (), cuts: Iterable[IPBlock] = ()
) -> Reachability:
    """Return who can talk to whom under a reading of the policies; Kubernetes' own by default.

    `pod_cidrs` bounds where Pods of unknown address may be. `cuts` are blocks at whose bounds the outside world is
    divided although no policy asks for it. Raises ValueError when one of `pod_cidrs` is no CIDR.
    """
    pod_cidrs = tuple(pod_cidrs)
    # Every reading of a cluster sees the world outside in the same pieces, so that readings can be compared.
    cuts = tuple(dict.fromkeys((*blocks_of(cluster.policies), *cuts)))
    columns = build(cluster, semantics, pod_cidrs, cuts)
    return Reachability(cluster, pod_cidrs, cuts, columns, *_matrix(columns, cluster))


def _matrix(columns: Columns, cluster: Cluster) -> tuple[list[Row], PortAtoms]:
    """Return one folded row for each class, and the atoms that its values are made of."""
    semantics = columns.semantics
    reader = PortReader(columns, cluster.policies)
    everything = reader.atoms.all
    ingress = Side(columns, compile_policies(columns, cluster.policies, reader, "Ingress"), everything, ingress=True)
    egress = Side(
        columns,
        [] if semantics.ends == "destination" else compile_policies(columns, cluster.policies, reader, "Egress"),
        everything,
        ingress=False,
    )
    dns = reader.atoms.encode(DNS) if semantics.dns == "free" else 0
    known: dict[tuple[object, ...], Row] = {}

    def row_of(source: int) -> Row:
        key: tuple[object, ...] = (egress.groups(source), ingress.groups(source))
        if columns.hosts:
            variant = columns.variants[source]
            key += (variant is not None, variant and variant.host, variant and variant.node)
        found = known.get(key)
        if found is None:
            out, into = egress.row(source), ingress.row(source)
            if dns:
                out = Row(add(out.low, dns, columns.everyone), add(out.high, dns, columns.everyone))
            if columns.hosts:
                out, into = own_node(columns, source, everything, out, into)
            found = known[key] = meet_rows(out, into)
        return found

    rows = folded(columns, row_of, everything)
    if semantics.replies == "ruled":
        rows = only_with_replies(rows, reader.atoms)
    return rows, reader.atoms
