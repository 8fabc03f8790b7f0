"""What a picture shows: boxes of nodes, and as few arrows between them as tell the whole truth.

A matrix of n endpoints holds n² verdicts, and nobody reads a picture of n² arrows. So whatever holds for everyone,
for every Pod or for every Pod of a namespace is said once, and arrows add to it, as policies do: what a node takes
from a source is the sum of what it takes from everyone, from every Pod, from the source's box and from the source,
and of what its own box takes from them. Of the nodes that are drawn `Graph` is exact, and a test reads the matrix
back from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import Final

from autograder.network import Endpoint, PortSet, Reachability
from autograder.network.addresses import address
from autograder.network.bits import bits, value_at

from .naming import and_more, some_of, title_of

EVERYONE: Final = "everyone"
EVERY_POD: Final = "every Pod"
ONE_ANOTHER: Final = "one another"
Atoms = int
"""A set of ports as the matrix holds it, cheap to meet and to compare; `Reachability.decode` reads it."""

OUTSIDE: Final = "outside"
"""The key of the box that holds ranges of outside addresses."""
MOST_NODES: Final = 40
_MOST_SINGLE: Final = 16
_MOST_RANGES: Final = 8
_MOST_HUBS: Final = 6
_MOST_EXCEPTIONS: Final = 3
_MOST_PAIRS: Final = 150_000


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Endpoints of one box with the same verdicts; in a small picture one endpoint. Equal to itself alone."""

    key: str
    box: str
    endpoints: tuple[Endpoint, ...]
    number: int
    """Of the class of the first of them in the matrix."""
    title: str = ""
    """Its name, without the namespace: ``web``, ``web-* (4)``, ``web-1 and 3 more``; of ranges their ids."""
    whole: bool = False
    """Whether it is all that its namespace holds, of several."""

    @property
    def is_range(self) -> bool:
        """Whether the node lies outside the cluster."""
        return self.endpoints[0].is_range

    @property
    def meets_itself(self) -> bool:
        """Whether there may be a flow between two of its Pods."""
        return not self.is_range and (len(self.endpoints) > 1 or self.endpoints[0].meets_itself)


@dataclass(frozen=True, slots=True)
class Box:
    """A namespace, or the world outside."""

    key: str
    namespace: str | None
    """None for the world outside."""
    nodes: tuple[Node, ...]
    """Those that are drawn."""
    hidden: int
    """How many endpoints are not drawn."""


@dataclass(frozen=True, slots=True)
class Link:
    """Every Pod of `sources` may open connections to every other Pod of `targets`: keys of nodes and of boxes.

    A box among the sources means all that is in it, drawn or not, but for the silent nodes.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    ports: PortSet
    reason: str = ""
    """Why the verdict is undefined; empty for what is allowed."""
    unseen: tuple[str, ...] = ()
    """The names of further sources that are not drawn."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a place takes from everyone, from every Pod, or its Pods from one another; silent nodes never count."""

    place: str
    who: str
    """One of those three, or the names of sources that are not drawn."""
    but: tuple[Node, ...]
    ports: PortSet
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything that a picture says."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    notes: tuple[Note, ...]
    closed: frozenset[str]
    """Drawn nodes that nobody reaches."""
    silent: frozenset[str]
    """Nodes inside the cluster that reach nobody."""
    pods: int
    """How many endpoints there are inside the cluster, drawn or not."""
    workloads: int
    """How many of them stand for the Pods of a workload."""
    policies: int
    outside: tuple[Node, ...]
    """Every node of the world outside, drawn or not."""
    hidden_boxes: int
    hidden_pods: int
    """How many endpoints inside the cluster are not drawn, be their box drawn or not."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node that is drawn."""
        return tuple(node for box in self.boxes for node in box.nodes)


def graph(result: Reachability, *, port: tuple[str, int] | None = None, most: int = MOST_NODES) -> Graph:
    """Return what a picture of a matrix shows: at most about `most` nodes, on one port or on all."""
    return _Drawing(result, port, most).graph()


class _Drawing:
    """One matrix on its way to a graph."""

    def __init__(self, result: Reachability, port: tuple[str, int] | None, most: int) -> None:
        self.result = result
        self.window = PortSet.of(*port) if port is not None else PortSet.ALL
        self.most = most
        inside = [endpoint for endpoint in result.endpoints if not endpoint.is_range]
        self.pods = len(inside)
        self.workloads = sum(endpoint.kind != "Pod" for endpoint in inside)
        self.single = self.pods <= min(_MOST_SINGLE, most)
        self.nodes = _nodes(result, single=self.single)
        self.by_box: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            self.by_box[node.box].append(node)
        self.drawn = self._candidates()
        self.by_key = {node.key: node for node in self.nodes}
        self.atoms = self._window_atoms()
        self.silent = frozenset(node.key for node in self.nodes if self._is_silent(node))
        self.reached: set[str] = set()
        self.arrows: dict[tuple[str, str, str], Atoms] = {}
        """By source, target and reason."""
        self.notes: list[Note] = []
        self.links: list[Link] = []
        self._known: dict[tuple[int, int, int], tuple[Atoms, Atoms]] = {}

    def graph(self) -> Graph:
        """Return the graph; each step leaves fewer things to draw."""
        for target in self.nodes:
            if target.key in self.drawn:
                self._arrive(target)
        for hub in self._find_hubs((source, target) for source, target, _ in self.arrows):
            if hub not in self.drawn:
                self.drawn.add(hub)
                self._arrive(self.by_key[hub])
        self._join_targets()
        self._settle_outside()
        self._join_sources()
        if not self.single:
            self._merge_alike()
            self._drop_surplus()
            self._give_titles()
        self._name_unseen()
        boxes = self._boxes()
        shown = {node.key: node for box in boxes for node in box.nodes}
        places = {*shown, *(box.key for box in boxes), OUTSIDE}
        return Graph(
            boxes=boxes,
            links=tuple(self.links),
            notes=tuple(note for note in self.notes if note.place in places),
            closed=frozenset(shown.keys() - self.reached - {node.key for node in self.by_box[OUTSIDE]}),
            silent=self.silent,
            pods=self.pods,
            workloads=self.workloads,
            policies=len(self.result.cluster.policies),
            outside=tuple(self.by_box[OUTSIDE]),
            hidden_boxes=sum(key not in places for key in self.by_box),
            hidden_pods=self.pods - sum(len(node.endpoints) for node in shown.values() if not node.is_range),
        )

    def _candidates(self) -> set[str]:
        """Return the keys of the nodes that may be drawn: all, or those of the largest boxes."""
        ranges = sorted(self.by_box[OUTSIDE], key=addresses_of)[:_MOST_RANGES]
        found = {node.key for node in ranges}
        # Many will turn out to be alike, so look at more than can be drawn, within reason.
        most = max(self.most, min(4 * self.most, _MOST_PAIRS // max(1, len(self.nodes))))
        for nodes in self._boxes_by_size():
            found.update(node.key for node in sorted(nodes, key=_larger)[: max(0, most - len(found))])
        return found

    def _boxes_by_size(self) -> list[list[Node]]:
        """Return the nodes of each box inside the cluster, the boxes with most Pods first."""
        inside = [nodes for key, nodes in self.by_box.items() if key != OUTSIDE]
        return sorted(inside, key=lambda nodes: -sum(len(node.endpoints) for node in nodes))

    def _find_hubs(self, flows: Iterable[tuple[str, str]]) -> list[str]:
        """Return the keys of the few nodes that reach into many boxes, out of (source, target) pairs.

        They are drawn even where others of their box are not: without them arrows would come from nowhere.
        """
        reach: dict[str, set[str]] = defaultdict(set)
        for source, target in flows:
            if source in self.by_key and not self.by_key[source].is_range:
                reach[source].add(self.by_key[target].box if target in self.by_key else target)
        enough = max(2, len(set().union(*reach.values())) // 3)
        hubs = [key for key, boxes in reach.items() if len(boxes) >= enough]
        return sorted(hubs, key=lambda key: (-len(reach[key]), key))[:_MOST_HUBS]

    # -- what arrives at one node --------------------------------------------------------------------------------

    def _window_atoms(self) -> Atoms:
        """Return all that the picture is about; one port may be part of a larger atom that no policy cuts."""
        rows = {id(row.high): row.high for row in map(self.result.row_of_class, {node.number for node in self.nodes})}
        seen = reduce(or_, (value for row in rows.values() for value in row), 0)
        return sum(1 << atom for atom in bits(seen) if self.result.decode(1 << atom) & self.window)

    def _ports(self, atoms: Atoms) -> PortSet:
        return self.result.decode(atoms) & self.window

    def _is_silent(self, node: Node) -> bool:
        if node.is_range:
            return False
        members = self.result.members(node.number)
        own = 1 << node.number if len(members) == 1 and not members[0].meets_itself else 0
        row = self.result.row_of_class(node.number)
        return not any(mask & ~own and value & self.atoms for value, mask in row.high.items())

    def _arrive(self, target: Node) -> None:
        """Note what one node takes, from the widest audience to the narrowest."""
        sources = [
            node
            for node in self.nodes
            if node.key not in self.silent
            and not (node.is_range and target.is_range)
            and (node is not target or node.meets_itself)
        ]
        allowed: dict[Node, Atoms] = {}
        open_ends: dict[str, dict[Node, Atoms]] = defaultdict(dict)
        for source in sources:
            allowed[source], unsure = self._between(source, target)
            if unsure:
                open_ends[self._reason(source, target)][source] = unsure
        if any(allowed.values()) or open_ends:
            self.reached.add(target.key)
        self._say(target, allowed, "")
        for reason, values in sorted(open_ends.items()):
            self._say(target, {node: values.get(node, 0) for node in sources}, reason)

    def _between(self, source: Node, target: Node) -> tuple[Atoms, Atoms]:
        """Return what is allowed and what is undefined between two nodes."""
        row = self.result.row_of_class(source.number)
        key = id(row.low), id(row.high), target.number
        if key not in self._known:
            low, high = value_at(row.low, target.number), value_at(row.high, target.number)
            self._known[key] = low & self.atoms, high & ~low & self.atoms
        return self._known[key]

    def _reason(self, source: Node, target: Node) -> str:
        """Return why something between two nodes is undefined."""
        ((_, reason),) = self.result.undefined(source.endpoints[0].id, target.endpoints[-1].id)
        return reason

    def _say(self, target: Node, values: dict[Node, Atoms], reason: str) -> None:
        for unit, atoms in _shares(values):
            if isinstance(unit, str):
                self.arrows[unit, target.key, reason] = atoms
            else:
                who, but = unit
                self.notes.append(Note(target.key, who, but, self._ports(atoms), reason))

    # -- fewer arrows --------------------------------------------------------------------------------------------

    def _join_targets(self) -> None:
        """Where one source reaches every node of a box, let one arrow point at the box."""
        reach: dict[tuple[str, str], dict[str, Atoms]] = defaultdict(dict)
        for (source, target, reason), atoms in self.arrows.items():
            reach[source, reason][target] = atoms
        for (source, reason), targets in reach.items():
            for box in dict.fromkeys(self.by_key[key].box for key in targets):
                nodes = self.by_box[box]
                others = [node.key for node in nodes if node.key != source or node.meets_itself]
                if len(others) < 2 or not targets.keys() >= set(others):
                    continue
                shared = reduce(and_, (targets[key] for key in others))
                if not shared:
                    continue
                for key in others:
                    self.arrows[source, key, reason] &= ~shared
                self.arrows[source, box, reason] = shared

    def _settle_outside(self) -> None:
        """Say once what is said of every range of outside addresses."""
        ranges = [node for node in self.by_box[OUTSIDE] if node.key in self.drawn]
        said: dict[str, list[Note]] = {node.key: [] for node in ranges}
        for note in self.notes:
            if note.place in said:
                said[note.place].append(note)
        rest = [[(note.who, note.but, note.ports, note.reason) for note in notes] for notes in said.values()]
        if rest and all(notes == rest[0] for notes in rest):
            self.notes = [note for note in self.notes if note.place not in said]
            self.notes += [Note(OUTSIDE, *found) for found in rest[0]]

    def _join_sources(self) -> None:
        """Make links: arrows with the same sources, or between the same Pods on both sides, as one."""
        order = {key: place for place, key in enumerate((*self.by_box, *self.by_key))}
        sources_of: dict[tuple[str, PortSet, str], set[str]] = defaultdict(set)
        for (source, target, reason), atoms in self.arrows.items():
            if atoms:
                sources_of[target, self._ports(atoms), reason].add(source)

        def with_itself(target: str, sources: Iterable[str]) -> frozenset[str]:
            node = self.by_key.get(target)
            return frozenset({*sources, target}) if node and not node.meets_itself else frozenset(sources)

        mutual = Counter((with_itself(target, sources), *said) for (target, *said), sources in sources_of.items())
        joined: dict[tuple[frozenset[str], PortSet, str], list[str]] = defaultdict(list)
        for (target, ports, reason), sources in sources_of.items():
            both = with_itself(target, sources), ports, reason
            joined[both if mutual[both] > 1 else (frozenset(sources), ports, reason)].append(target)
        for (starts, ports, reason), targets in joined.items():
            ends = [tuple(sorted(side, key=order.__getitem__)) for side in (starts, targets)]
            self._add(Link(ends[0], ends[1], ports, reason))
        self.links.sort(
            key=lambda link: (
                [order[key] for key in link.targets],
                [order[key] for key in link.sources],
                link.reason,
                link.ports.spans,
            )
        )

    def _add(self, link: Link) -> None:
        if link.sources == link.targets and len(link.targets) == 1:
            self.notes.append(Note(link.targets[0], ONE_ANOTHER, (), link.ports, link.reason))
        else:
            self.links.append(link)

    # -- fewer nodes ---------------------------------------------------------------------------------------------

    def _merge_alike(self) -> None:
        """Make one node of those in a box of which everything drawn is the same."""
        looks: dict[str, list[object]] = {key: [self.by_key[key].box, key in self.silent] for key in self.drawn}
        for number, link in enumerate(self.links):
            for side in (link.sources, link.targets):
                for key in looks.keys() & set(side):
                    looks[key].append((number, side is link.targets))
        for number, note in enumerate(self.notes):
            if note.place in looks:
                # The Pods of two such nodes do not reach one another.
                own = note.place if note.who == ONE_ANOTHER else ""
                looks[note.place].append((note.who, own, note.but, note.ports, note.reason))
            for node in note.but:
                if node.key in looks:
                    looks[node.key].append((number, "but"))
        alike: dict[tuple[object, ...], list[Node]] = defaultdict(list)
        for node in self.nodes:
            if node.key in self.drawn:
                look = tuple(looks[node.key])
                alike[(*look, node.key) if node.is_range else look].append(node)
        into: dict[str, Node] = {}
        for nodes in alike.values():
            endpoints = tuple(endpoint for node in nodes for endpoint in node.endpoints)
            merged = replace(nodes[0], endpoints=tuple(sorted(endpoints, key=lambda endpoint: endpoint.id)))
            into.update((node.key, merged) for node in nodes)
        self._replace(into)

    def _drop_surplus(self) -> None:
        """Leave out boxes, and of the last one the smallest nodes, until no more are left than may be drawn."""
        kept = {node.key for node in self.by_box[OUTSIDE] if node.key in self.drawn}
        hubs = self._find_hubs(
            (source, target) for link in self.links for source in link.sources for target in link.targets
        )
        room = self.most
        for nodes in self._boxes_by_size():
            found = sorted((node for node in nodes if node.key in self.drawn), key=_larger)
            chosen = [node for place, node in enumerate(found) if place < room or node.key in hubs]
            room -= len(chosen)
            kept.update(node.key for node in chosen)
        self.drawn &= kept
        kept |= {self.by_key[key].box for key in kept} | {OUTSIDE}
        links, self.links = self.links, []
        for link in links:
            targets = tuple(key for key in link.targets if key in kept)
            if targets:
                self._add(replace(link, targets=targets))

    def _give_titles(self) -> None:
        """Name the nodes that stand for several endpoints by what their names have in common."""
        by_namespace: dict[str, list[str]] = defaultdict(list)
        for endpoint in self.result.endpoints:
            by_namespace[endpoint.namespace].append(endpoint.name)
        self._replace(
            {
                node.key: replace(
                    node,
                    title=title_of(node.endpoints, by_namespace[node.endpoints[0].namespace]),
                    whole=len(node.endpoints) == len(by_namespace[node.endpoints[0].namespace]),
                )
                for node in self.nodes
                if len(node.endpoints) > 1 and not node.is_range
            }
        )

    def _name_unseen(self) -> None:
        """Keep the names of sources that are not drawn; what comes from such alone becomes a note."""
        drawn = {*self.drawn, *(self.by_key[key].box for key in self.drawn), OUTSIDE}
        links, self.links = self.links, []
        for link in links:
            sources = tuple(key for key in link.sources if key in drawn)
            unseen = tuple(self._name(key) for key in link.sources if key not in drawn)
            if sources:
                self.links.append(replace(link, sources=sources, unseen=unseen))
            else:
                who = some_of(unseen)
                self.notes += [Note(target, who, (), link.ports, link.reason) for target in link.targets]

    def _name(self, key: str) -> str:
        node = self.by_key.get(key)
        if node is None:
            return f"every Pod of {self.by_box[key][0].endpoints[0].namespace}"
        first = node.endpoints[0]
        return (
            first.id
            if node.is_range
            else f"every Pod of {first.namespace}"
            if node.whole
            else f"{first.namespace}/{node.title}"
        )

    def _replace(self, into: dict[str, Node]) -> None:
        """Put merged nodes in the place of those that they are made of."""

        def keys(side: Iterable[str]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(into[key].key if key in into else key for key in side))

        def nodes(some: Iterable[Node]) -> tuple[Node, ...]:
            return tuple(dict.fromkeys(into.get(node.key, node) for node in some))

        links, self.links = self.links, []
        self.notes = list(
            dict.fromkeys(
                replace(note, place=into[note.place].key if note.place in into else note.place, but=nodes(note.but))
                for note in self.notes
            )
        )
        for link in links:
            self._add(replace(link, sources=keys(link.sources), targets=keys(link.targets)))
        self.drawn = {into[key].key if key in into else key for key in self.drawn}
        self.nodes = list(nodes(self.nodes))
        self.by_key = {node.key: node for node in self.nodes}
        for box, found in self.by_box.items():
            self.by_box[box] = list(nodes(found))

    def _boxes(self) -> tuple[Box, ...]:
        """Return the boxes with what is drawn in them; of the world outside only what matters."""
        used = {key for link in self.links for key in (*link.sources, *link.targets)}
        used |= {note.place for note in self.notes if note.place != OUTSIDE}
        boxes = []
        for key, nodes in self.by_box.items():
            shown = [node for node in nodes if node.key in self.drawn]
            if key == OUTSIDE:
                shown = [node for node in shown if node.key in used]
                if not shown and OUTSIDE not in used:
                    continue
            elif not shown:
                continue
            hidden = sum(len(node.endpoints) for node in nodes if node.key not in self.drawn)
            boxes.append(Box(key, None if key == OUTSIDE else nodes[0].endpoints[0].namespace, tuple(shown), hidden))
        return tuple(boxes)


_Unit = tuple[str, tuple[Node, ...]] | str


def _shares(values: dict[Node, Atoms]) -> list[tuple[_Unit, Atoms]]:
    """Return what is taken from whom, the widest audience first; each adds to those before it."""
    found: list[tuple[_Unit, Atoms]] = []
    rest = dict(values)

    def take(nodes: Iterable[Node], unit: _Unit, atoms: Atoms) -> None:
        if atoms:
            found.append((unit, atoms))
            for node in nodes:
                rest[node] &= ~atoms

    pods = [node for node in values if not node.is_range]
    audiences = [(EVERY_POD, pods)]
    if pods and len(pods) < len(values):
        audiences.insert(0, (EVERYONE, list(values)))
    for who, audience in audiences:
        if len(audience) > 1:
            take(audience, (who, ()), reduce(and_, (rest[node] for node in audience)))
            atoms, but = _nearly_shared([(node, rest[node]) for node in audience])
            take([node for node in audience if node not in but], (who, but), atoms)
    by_box: dict[str, list[Node]] = defaultdict(list)
    for node in values:
        by_box[node.box].append(node)
    for box, nodes in by_box.items():
        if len(nodes) > 1:
            take(nodes, box, reduce(and_, (rest[node] for node in nodes)))
        for node in nodes:
            take([node], node.key, rest[node])
    return found


def _nearly_shared(values: list[tuple[Node, Atoms]]) -> tuple[Atoms, tuple[Node, ...]]:
    """Return what all but a few Pods have, and those few; nothing when nearly all have nothing in common."""
    weights: Counter[Atoms] = Counter()
    for node, atoms in values:
        weights[atoms] += len(node.endpoints)
    common, _ = max(weights.items(), key=lambda item: (item[1], item[0]))
    few = min(_MOST_EXCEPTIONS, len(values) // 4)
    but = tuple(node for node, atoms in values if common & ~atoms) if common else ()
    if len(but) > few or any(node.is_range for node in but):
        return 0, ()
    return common, but


def _nodes(result: Reachability, *, single: bool) -> list[Node]:
    """Return the nodes: one for each Pod, or one for the Pods of a namespace that no policy tells apart."""
    groups: dict[tuple[str, str, int], list[Endpoint]] = defaultdict(list)
    for endpoint in result.endpoints:
        key = endpoint.id if single and not endpoint.is_range else ""
        groups[endpoint.namespace, key, result.class_of(endpoint.id)].append(endpoint)
    boxes: dict[str, str] = {}
    found: list[Node] = []
    for (namespace, _, number), endpoints in groups.items():
        box = OUTSIDE if endpoints[0].is_range else boxes.setdefault(namespace, f"box{len(boxes) + 1}")
        title = "" if endpoints[0].is_range else and_more([endpoint.name for endpoint in endpoints])
        found.append(Node(f"node{len(found) + 1}", box, tuple(endpoints), number, title))
    # Outside comes first: that is where most people look for the way in.
    return sorted(found, key=lambda node: not node.is_range)


def _larger(node: Node) -> tuple[int, str]:
    """The order in which nodes deserve a place: those that stand for more Pods first."""
    return -len(node.endpoints), node.endpoints[0].id


def addresses_of(node: Node) -> int:
    """Return how many addresses the ranges of a node hold."""
    total = 0
    for endpoint in node.endpoints:
        if endpoint.range is not None:
            first, last = (address(bound)[1] for bound in endpoint.range)
            total += last - first + 1
    return total
