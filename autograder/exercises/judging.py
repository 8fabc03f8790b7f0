"""Does a set of policies do what an intent asks? Lines in; out come the same lines, each with a verdict and a witness.

Nothing here knows about exercises, answers or scores, so ``review --intent`` and ``check`` share it.

Flows are judged between places. Places that neither the policies nor the lines can tell apart are judged once, as a
group; a set of lines is an int with one bit for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

from autograder.manifests.objects import Pod
from autograder.network.addresses import block
from autograder.network.cluster import Cluster
from autograder.network.ports import PortSet
from autograder.network.reachability import Reachability

from .intent import Expect, FlowLine, Intent, RestLine
from .naming import Names
from .places import Place, Placed, Verdict, outside
from .shape import Fault

__all__ = ["Flow", "Hearing", "IntentError", "Judged", "Kind", "Place", "Placed", "Question", "Right", "Witness"]

Kind = Literal["open", "closed", "undefined"]
"""What is wrong with a flow: open and should not be, closed and should not be, left open by the specification."""

WORST_FIRST: Final[tuple[Kind, ...]] = ("open", "closed", "undefined")
_KNOWN_PORTS: Final = (("TCP", 443), ("TCP", 80), ("TCP", 8080), ("UDP", 53))
"""Ports that stand for many, where the destination declares none."""
_LOOKED_AT: Final = 100
"""How many places of a group are looked at for the most telling one."""


class IntentError(ValueError):
    """An intent that does not fit the scene it is asked of; one fault for each name or line."""

    def __init__(self, found: Iterable[Fault]) -> None:
        """Take the faults."""
        self.faults = tuple(found)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Flow:
    """One concrete flow between two places."""

    source: Place
    target: Place
    protocol: str
    port: int

    def __str__(self) -> str:
        """Return the flow in one line: ``shop/web -> shop/db TCP 5432``."""
        return f"{self.source} -> {self.target} {self.protocol} {self.port}"


@dataclass(frozen=True, slots=True)
class Witness:
    """One flow that proves that a line does not hold."""

    flow: Flow
    """Its port is the most telling of `ports`: one that the destination serves, where there is one."""
    kind: Kind
    ports: PortSet
    """Every port between the two places that is wrong in this way."""
    reason: str = ""
    """Why the verdict is undefined."""


@dataclass(frozen=True, slots=True)
class Right:
    """One flow that is as asked, to compare a wrong one with."""

    flow: Flow
    expect: Expect


@dataclass(frozen=True, slots=True)
class Judged:
    """A line of the intent with its verdict."""

    line: FlowLine | RestLine
    witnesses: tuple[Witness, ...] = ()
    """At most one for each kind of deviation, the worst kind first. None: the line holds."""

    @property
    def holds(self) -> bool:
        """Whether the line holds."""
        return not self.witnesses

    @property
    def leaks(self) -> bool:
        """Whether a secret flow is open."""
        return isinstance(self.line, FlowLine) and self.line.secret and any(w.kind == "open" for w in self.witnesses)


class Mention(NamedTuple):
    """What the lines say about the flows of one pair of places."""

    checks: tuple[tuple[int, PortSet], ...]
    """For each line that names the pair its index and the ports that belong to it."""
    free: PortSet
    """The ports that no line names: the rest."""


class _Group(NamedTuple):
    """Places that neither the policies nor the lines can tell apart."""

    places: tuple[Place, ...]
    after: int
    """The class of the places in the one scene; -1 when they are not in it."""
    before: int
    """The class in the other."""
    sent: int
    """The lines that name the group as a source."""
    received: int
    """The lines that name the group as a destination."""
    inside: bool
    """Whether the group lies in a namespace that the intent governs."""

    @property
    def is_outside(self) -> bool:
        """Whether these are pieces of the world outside."""
        return self.places[0].range is not None

    @property
    def meets_itself(self) -> bool:
        """Whether some flow inside the group has a verdict."""
        return len(self.places) > 1 or self.places[0].meets_itself

    def pairs(self, other: _Group) -> Iterator[tuple[Place, Place]]:
        """Yield the flows from this group to another, not more than people would look through."""
        for source in self.places[:_LOOKED_AT]:
            for target in other.places[:_LOOKED_AT]:
                if source is not target or source.meets_itself:
                    yield source, target


class Question:
    """An intent in a scene: names resolved, ready to be asked of any policies over the same endpoints."""

    def __init__(self, intent: Intent, cluster: Cluster) -> None:
        """Resolve the names of the intent.

        Raises `IntentError` for a name that means nothing in the scene and for a line that asks for nothing.
        """
        self.intent = intent
        self.pods = tuple(
            Place(endpoint.id, endpoint.namespace, None, pod, endpoint.meets_itself)
            for endpoint, pod in zip(cluster.pod_endpoints(), cluster.pods, strict=True)
        )
        names = Names(intent, self.pods)
        self.ends = tuple(
            (names.ends(line.sources, (*line.path, "from")), names.ends(line.targets, (*line.path, "to")))
            for line in intent.flows
        )
        """For each flow line the places it names as sources and as destinations."""
        self.named_blocks = {block(cidr): name for name, cidr in intent.outside.items()}
        self.looks_outside = intent.rest.expect != "any" or any(side.blocks for ends in self.ends for side in ends)
        self._mentions: dict[int, Mention] = {}
        self._pod_lines = {place.label: self._lines(place) for place in self.pods}
        found = names.faults or list(self._empty_lines())
        if found:
            raise IntentError(found)

    def ask(self, after: Reachability, before: Reachability) -> Hearing:
        """Return the question asked of a set of policies.

        `before` is the scene without the answer, which ``rest: unchanged`` compares with. Both must be read under the
        same semantics.
        """
        return Hearing(self, after, before)

    def mentioned(self, after: Reachability, before: Reachability) -> tuple[Place, ...]:
        """Return the places that the lines name; see `Hearing.mentioned`."""
        return self.ask(after, before).mentioned()

    def lines_of(self, place: Place) -> tuple[int, int]:
        """Return the lines that name a place as a source, and those that name it as a destination."""
        return self._pod_lines[place.label] if place.range is None else self._lines(place)

    def mention(self, lines: int) -> Mention:
        """Return what a set of lines says about a pair that all of them name: every port belongs to one of them."""
        found = self._mentions.get(lines)
        if found is None:
            named = [(index, line) for index, line in enumerate(self.intent.flows) if lines >> index & 1]
            free = PortSet.ALL
            checks = []
            for index, line in sorted(named, key=lambda entry: entry[1].expect):  # "allow" before "deny"
                checks.append((index, line.ports & free))
                free -= line.ports
            found = self._mentions[lines] = Mention(tuple(checks), free)
        return found

    def judges(self, source: Place, target: Place) -> bool:
        """Return whether a verdict exists between two places."""
        return not (source.range and target.range) and (source != target or source.meets_itself)

    def wanted(self, source: Place, target: Place) -> tuple[PortSet, PortSet]:
        """Return the ports that the lines want allowed and denied between two places."""
        allow = deny = PortSet.EMPTY
        for index, ports in self.mention(self.lines_of(source)[0] & self.lines_of(target)[1]).checks:
            if self.intent.flows[index].expect == "allow":
                allow |= ports
            else:
                deny |= ports
        return allow, deny

    def first_pair(self, index: int) -> tuple[Place, Place] | None:
        """Return the first places that a flow line names and that have a verdict; None when there are none."""
        places = [*self.pods, *outside(self.named_blocks, ())]
        pairs = [
            (source, target)
            for source in places
            if self.lines_of(source)[0] >> index & 1
            for target in places
            if self.lines_of(target)[1] >> index & 1 and self.judges(source, target)
        ]
        return min(pairs, key=lambda pair: self.positions(index, *pair), default=None)

    def positions(self, index: int, source: Place, target: Place) -> tuple[int, ...]:
        """Return the rank of a flow in a line: by the order of the names, then what is in the intent's namespace."""
        home = self.intent.namespace
        at_home = (int(target.namespace != home), int(source.namespace != home))
        if index == len(self.ends):  # the rest, which names nobody
            return at_home
        sources, targets = self.ends[index]
        return (sources.position(source) or 0, targets.position(target) or 0, *at_home)

    def _lines(self, place: Place) -> tuple[int, int]:
        sent = received = 0
        for index, (sources, targets) in enumerate(self.ends):
            if sources.position(place) is not None:
                sent |= 1 << index
            if targets.position(place) is not None:
                received |= 1 << index
        return sent, received

    def _empty_lines(self) -> Iterator[Fault]:
        """Yield a fault for each line that asks for nothing in this scene."""
        asks: set[int] = set()
        places = [*self.pods, *outside(self.named_blocks, ())]
        for source in places:
            for target in places:
                lines = self.lines_of(source)[0] & self.lines_of(target)[1]
                if lines and self.judges(source, target):
                    asks.update(index for index, ports in self.mention(lines).checks if ports)
        for index, line in enumerate(self.intent.flows):
            if index not in asks:
                yield Fault(
                    line.path,
                    "asks for nothing: every flow that it names belongs to another line (allow lines come first, "
                    "then the order of the list) or is not judged (a Pod to itself, two outside addresses)",
                )


class Hearing:
    """A question asked of one set of policies. Make it with `Question.ask`."""

    def __init__(self, question: Question, after: Reachability, before: Reachability) -> None:
        """Take both scenes, read under the same semantics."""
        self.question = question
        self.after = Placed(after)
        self.before = Placed(before)

    def judge(self) -> tuple[Judged, ...]:
        """Return every line with its verdict, in the order of the intent, the rest last if it is judged."""
        candidates: dict[tuple[int, Kind], list[tuple[tuple[int, ...], Witness]]] = defaultdict(list)
        for index, source, target, kind, ports in self._deviations():
            candidates[index, kind].append(self._witness(index, source, target, kind, ports))
        intent = self.question.intent
        lines: list[FlowLine | RestLine] = [*intent.flows, *([intent.rest] if intent.rest.expect != "any" else [])]
        return tuple(
            Judged(
                line,
                tuple(
                    min(candidates[index, kind], key=lambda found: found[0])[1]
                    for kind in WORST_FIRST
                    if (index, kind) in candidates
                ),
            )
            for index, line in enumerate(lines)
        )

    def holds(self) -> bool:
        """Return whether every line holds; stops at the first that does not."""
        return not any(True for _ in self._deviations())

    def nearby(self, witness: Witness) -> Right | None:
        """Return the flow that the lines name, that is as asked, and that differs least from a witness.

        One with the other verdict comes first, to hold them against each other; then the same pair of places on another
        port, then another source, then another destination.
        """
        wrong = witness.flow
        best: tuple[tuple[int, ...], Right] | None = None
        for source, target, lines in self._named_pairs():
            verdict = self.after.between_classes(source.after, target.after)
            for index, ports in self.question.mention(lines).checks:
                expect = self.question.intent.flows[index].expect
                right = ports & verdict[0] if expect == "allow" else ports - verdict[0] - verdict[1]
                if not right:
                    continue
                same_port = (wrong.protocol, wrong.port) in right
                protocol, port = _closest(right, wrong.protocol, wrong.port)
                for start, end in source.pairs(target):
                    # That nobody gets in on some other port is right, and tells nothing.
                    tells = expect == "allow" or same_port
                    contrasts = witness.kind == ("closed" if expect == "allow" else "open")
                    away = (end != wrong.target) * 4 + (start != wrong.source) * 2 + (not same_port)
                    rank = (not tells, not contrasts, away, *self.question.positions(index, start, end))
                    if best is None or rank < best[0]:
                        best = (rank, Right(Flow(start, end, protocol, port), expect))
        return best[1] if best else None

    def mentioned(self) -> tuple[Place, ...]:
        """Return the places that the lines name, Pods in the order of the scene and then what is outside.

        What is outside stands there once for each name and each set of pieces that nothing tells apart.
        """
        named = [group for group in self._groups if group.sent or group.received]
        pods = {place.label for group in named for place in group.places if place.range is None}
        pieces = {
            (number, place.label): place
            for number, group in enumerate(named)
            for place in reversed(group.places)
            if place.range is not None
        }
        return (
            *(place for place in self.question.pods if place.label in pods),
            *sorted(
                pieces.values(), key=lambda place: (place.range.family, place.range.first) if place.range else (0, 0)
            ),
        )

    def distance(self) -> int:
        """Return between how many ordered pairs of places the two scenes differ.

        Good for comparing distances: pairs of a place with itself, which have no verdict, may count.
        """
        return sum(
            len(source.places) * len(target.places)
            for source, target in _meeting(self._groups, self._groups)
            if self.after.between_classes(source.after, target.after)
            != self.before.between_classes(source.before, target.before)
        )

    @cached_property
    def _groups(self) -> list[_Group]:
        """All places, those together that have the same class in both scenes and the same lines."""
        question = self.question
        governed = frozenset(question.intent.namespaces)
        cuts = [*self.after.cuts, *self.before.cuts]
        pieces = outside(question.named_blocks, cuts) if question.looks_outside else ()
        members: dict[tuple[int, int, int, int, bool, bool], list[Place]] = defaultdict(list)
        for place in (*question.pods, *pieces):
            is_pod = place.range is None
            members[
                self.after.class_of(self.after.endpoint(place)),
                self.before.class_of(self.before.endpoint(place)),
                *question.lines_of(place),
                is_pod and (not governed or place.namespace in governed),
                is_pod,
            ].append(place)
        return [_Group(tuple(places), *key[:5]) for key, places in members.items()]

    def _named_pairs(self) -> Iterator[tuple[_Group, _Group, int]]:
        """Yield the pairs of groups that some line names, and the lines."""
        senders = [group for group in self._groups if group.sent]
        receivers = [group for group in self._groups if group.received]
        for source, target in _meeting(senders, receivers):
            lines = source.sent & target.received
            if lines:
                yield source, target, lines

    def _deviations(self) -> Iterator[tuple[int, _Group, _Group, Kind, PortSet]]:
        """Yield ``(line, source, target, kind, ports)`` for everything that is not as asked, the flow lines first.

        The rest has the index after the last flow line.
        """
        flows, expect = self.question.intent.flows, self.question.intent.rest.expect
        for source, target, lines in self._named_pairs():
            verdict = self.after.between_classes(source.after, target.after)
            for index, ports in self.question.mention(lines).checks:
                yield from _deviating(index, source, target, _asked(flows[index].expect, ports, verdict))
        if expect == "any":
            return
        for source, target in _meeting(self._groups, self._groups):
            free = self.question.mention(source.sent & target.received).free
            now = self.after.between_classes(source.after, target.after)
            then = self.before.between_classes(source.before, target.before)
            if expect == "denied" and (source.inside or target.inside):
                yield from _deviating(len(flows), source, target, _asked("deny", free, now))
            elif now != then:
                yield from _deviating(len(flows), source, target, _changed(then, now, free))

    def _witness(
        self, index: int, source: _Group, target: _Group, kind: Kind, ports: PortSet
    ) -> tuple[tuple[int, ...], Witness]:
        """Return the most telling flow between two groups, and how telling it is: the lower, the more."""

        def rank(pair: tuple[Place, Place]) -> tuple[int, ...]:
            from_outside = pair[0].range is not None or pair[1].range is not None
            return (int(from_outside), *self.question.positions(index, *pair))

        start, end = min(source.pairs(target), key=rank)
        protocol, port = _telling(ports, end.pod)
        reason = ""
        if kind == "undefined":
            left_open = self.after.reach.undefined(self.after.endpoint(start), self.after.endpoint(end))
            reason = next((why for found, why in left_open if (protocol, port) in found), "")
        return rank((start, end)), Witness(Flow(start, end, protocol, port), kind, ports, reason)


def _meeting(sources: Iterable[_Group], targets: Iterable[_Group]) -> Iterator[tuple[_Group, _Group]]:
    """Yield the pairs of groups between which there is a verdict. Of pieces outside there may be thousands."""
    everyone = list(targets)
    pods = [group for group in everyone if not group.is_outside]
    for source in sources:
        for target in pods if source.is_outside else everyone:
            if source is not target or source.meets_itself:
                yield source, target


def _deviating(
    index: int, source: _Group, target: _Group, wrong: tuple[PortSet, PortSet, PortSet]
) -> Iterator[tuple[int, _Group, _Group, Kind, PortSet]]:
    for kind, ports in zip(WORST_FIRST, wrong, strict=True):
        if ports:
            yield index, source, target, kind, ports


def _asked(expect: Expect, ports: PortSet, verdict: Verdict) -> tuple[PortSet, PortSet, PortSet]:
    """Return which of the ports are open, closed and undefined against the wish."""
    allowed, undefined = verdict
    if expect == "deny":
        return ports & allowed, PortSet.EMPTY, ports & undefined
    missing = ports - allowed
    return PortSet.EMPTY, missing - undefined, missing & undefined


def _changed(then: Verdict, now: Verdict, free: PortSet) -> tuple[PortSet, PortSet, PortSet]:
    """Return which of the free ports became open, closed and undefined."""
    became_open = now[0] - then[0]
    became_closed = (then[0] | then[1]) - now[0] - now[1]
    became_undefined = now[1] - then[1]
    return became_open & free, became_closed & free, became_undefined & free


def _telling(ports: PortSet, pod: Pod | None) -> tuple[str, int]:
    """Return one of the ports: the first that the Pod declares, else one that everybody knows, else the lowest."""
    declared = [(port.protocol, port.number) for port in (pod.ports if pod else ())]
    return next((port for port in (*declared, *_KNOWN_PORTS) if port in ports), None) or ports.first()


def _closest(ports: PortSet, protocol: str, port: int) -> tuple[str, int]:
    """Return the member that is closest to a port: of the same protocol if possible, then by number."""
    candidates = [
        (name != protocol, abs(min(max(port, first), last) - port), name, min(max(port, first), last))
        for name, first, last in ports
    ]
    return min(candidates)[2:]
