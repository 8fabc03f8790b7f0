"""Why: both ends of a flow, the rules that let it through, and what the nearest rule lacks when none does.

Data first. `Explanation` says everything as values with places in files; `sentences` reads it aloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.manifests.objects import Direction, NetworkPolicy, Pod
from autograder.manifests.problems import Position

from .addresses import address
from .cluster import Endpoint
from .edits import Edit, manifest_of, opening, peer_for_pod, peers_for_range
from .ports import PortSet
from .profiles import PROFILES, Topic
from .reachability import FAMILY, HOST_NETWORK, ITSELF, REPLICAS, UNKNOWN_ADDRESS, Reachability
from .rules import directions, rules_of
from .selectors import matches
from .trace import Condition, Place, RuleTrace, trace_rule

Verdict = Literal["allowed", "denied", "undefined"]


@dataclass(frozen=True, slots=True)
class PolicyTrace:
    """One policy that isolates an end, and what it says about the flow."""

    policy: NetworkPolicy
    rule: RuleTrace | None
    """The rule that allows the flow, else the one that lacks least; None when the policy has no rule."""

    @property
    def name(self) -> str:
        """``namespace/name``."""
        return f"{self.policy.namespace}/{self.policy.name}"

    @property
    def matched(self) -> bool:
        """Whether the policy allows the flow."""
        return self.rule is not None and self.rule.matches

    @property
    def file(self) -> str | None:
        """Where the policy is written; None when it was not read from text."""
        return self.policy.source.file if self.policy.source is not None else None

    @property
    def line(self) -> int | None:
        """The line of the rule, or of the policy when it has none."""
        position = self.locate(())
        return position.line if position is not None else None

    def locate(self, path: tuple[str | int, ...]) -> Position | None:
        """Return where a field of the policy stands; the rule itself for the empty path."""
        if self.policy.source is None:
            return None
        return self.policy.source.locate(path or (self.rule.path if self.rule is not None else ()))


@dataclass(frozen=True, slots=True)
class Nearest:
    """The rule that comes closest to allowing a denied flow."""

    trace: PolicyTrace
    failed: tuple[Condition, ...]
    """What it lacks, the first being the one to look at; empty when the policy has no rule at all."""
    edit: Edit
    """The smallest edit of that policy that opens this end for the flow and closes nothing."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flow: the source's egress or the destination's ingress."""

    direction: Direction
    endpoint: str
    isolated: bool
    verdict: Verdict
    policies: tuple[PolicyTrace, ...]
    """Every policy that isolates this end in this direction."""
    nearest: Nearest | None
    """Only when the end denies."""
    reason: str

    @property
    def allowing(self) -> PolicyTrace | None:
        """The first policy that allows the flow."""
        return next((trace for trace in self.policies if trace.matched), None)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one CNI plugin makes of a flow that the specification leaves open."""

    profile: str
    title: str
    verdict: Verdict
    notes: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a flow is allowed, denied or undefined."""

    source: Endpoint
    destination: Endpoint
    protocol: str
    port: int
    verdict: Verdict
    reason: str
    egress: End
    ingress: End
    opinions: tuple[Opinion, ...] = ()
    """For an undefined verdict: what the common CNI plugins do."""


def explain(
    result: Reachability,
    source: str,
    destination: str,
    port: int | str,
    protocol: str = "TCP",
    *,
    source_address: str | None = None,
    destination_address: str | None = None,
) -> Explanation:
    """Return why `source` may or may not open a connection to `destination`.

    `source` and `destination` are endpoint ids; `port` is a number or the name of a container port of the
    destination. An address picks one address of an outside range. Raises KeyError for an unknown endpoint and
    ValueError for a port name that the destination does not declare.
    """
    start, end = result.endpoint(source), result.endpoint(destination)
    number = port if isinstance(port, int) else _named_port(result, end, port, protocol)
    start_place = _place(result, start, source_address)
    end_place = _place(result, end, destination_address)
    flow = (protocol, number)
    verdict, reason = verdict_of(result, source, destination, protocol, number)
    egress = _end(result, "Egress", (start, start_place), (end, end_place), flow)
    ingress = _end(result, "Ingress", (end, end_place), (start, start_place), flow)
    opinions: tuple[Opinion, ...] = ()
    if verdict == "undefined":
        opinions = _opinions(result, start, end, flow, (start_place, end_place))
    else:
        reason = _reason(verdict, egress, ingress)
    return Explanation(start, end, protocol, number, verdict, reason, egress, ingress, opinions)


def verdict_of(result: Reachability, source: str, destination: str, protocol: str, port: int) -> tuple[Verdict, str]:
    """Return the verdict on one flow, with the reason when it is undefined. Raises KeyError."""
    if (protocol, port) in result.allowed(source, destination):
        return "allowed", ""
    for ports, why in result.undefined(source, destination):
        if (protocol, port) in ports:
            return "undefined", _UNDEFINED[why].format(source=source, destination=destination)
    return "denied", ""


_UNDEFINED = {
    ITSELF: "A Pod always reaches itself over its own address; through its own Service the answer depends on the CNI.",
    HOST_NETWORK: "{source} or {destination} uses its node's network. The documentation lets a CNI treat such a Pod "
    "like any other, or see nothing but its node.",
    UNKNOWN_ADDRESS: "An ipBlock decides here, and the address of a Pod is not known. Give it in status.podIPs, or "
    "bound it with --pod-cidr.",
    FAMILY: "The answer differs between IPv4 and IPv6, and both ends have both.",
    REPLICAS: "A policy selects by a label whose value differs between replicas, or that only the cluster knows.",
}


def _named_port(result: Reachability, endpoint: Endpoint, name: str, protocol: str) -> int:
    pod = pod_of(result, endpoint)
    found = [item for item in (pod.ports if pod is not None else ()) if item.name == name]
    for item in found:
        if item.protocol == protocol:
            return item.number
    declared = ", ".join(
        f"{item.name} ({item.protocol} {item.number})" for item in (pod.ports if pod else ()) if item.name
    )
    message = f"{endpoint.id} declares no {protocol} port called {name!r}"
    raise ValueError(f"{message}; it declares {declared}" if declared else message)


def pod_of(result: Reachability, endpoint: Endpoint) -> Pod | None:
    """Return the Pod behind an endpoint; None for an outside range."""
    if endpoint.is_range:
        return None
    return result.pod(endpoint.id)


def _place(result: Reachability, endpoint: Endpoint, picked: str | None) -> Place:
    """Return one concrete possibility of an endpoint: for a Pod the one that policies see."""
    pod = pod_of(result, endpoint)
    if pod is None:
        assert endpoint.range is not None  # noqa: S101 - what is_range says
        return Place(endpoint.id if picked is None else picked, None, address(picked or endpoint.range[0]))
    variant = result.variant(endpoint.id)
    return Place(endpoint.id, variant, variant.address)


def _end(
    result: Reachability,
    direction: Direction,
    this: tuple[Endpoint, Place],
    that: tuple[Endpoint, Place],
    flow: tuple[str, int],
) -> End:
    """Return what one end says; `this` is the end itself and `that` the other one."""
    endpoint, place = this
    subject = place.pod
    destination = place if direction == "Ingress" else that[1]
    policies = []
    if subject is not None and subject.policed:
        for policy in result.cluster.policies:
            if (
                policy.namespace == subject.namespace
                and direction in directions(policy, result.semantics)
                and matches(policy.pod_selector, subject.labels)
            ):
                traces = [
                    trace_rule(
                        policy,
                        rule,
                        index,
                        direction,
                        that[1],
                        destination,
                        flow,
                        result.cluster.namespaces,
                        result.semantics,
                    )
                    for index, rule in enumerate(rules_of(policy, direction))
                ]
                # The first rule that allows, else the one that lacks least: `failed` is empty for the former.
                best = min(traces, key=lambda trace: trace.distance, default=None)
                policies.append(PolicyTrace(policy, best))
    isolated = bool(policies)
    allowed = not isolated or any(trace.matched for trace in policies) or _own_node(direction, place, that[1])
    perhaps = not allowed and any(_hangs_on_address(trace) for trace in policies)
    verdict: Verdict = "allowed" if allowed else "undefined" if perhaps else "denied"
    nearest = None if allowed else _nearest(result, direction, policies, that, flow)
    reason = _end_reason(direction, endpoint.id, place, that[1], policies, verdict)
    return End(direction, endpoint.id, isolated, verdict, tuple(policies), nearest, reason)


def _own_node(direction: Direction, place: Place, other: Place) -> bool:
    """Return whether the flow comes from the Pod's own node, which always gets in."""
    return (
        direction == "Ingress"
        and place.pod is not None
        and other.pod is not None
        and other.pod.host
        and other.pod.node is not None
        and other.pod.node == place.pod.node
    )


def _hangs_on_address(trace: PolicyTrace) -> bool:
    rule = trace.rule
    return (
        rule is not None
        and rule.port_matches
        and any(
            condition.kind == "address" and condition.text.startswith("the address of") for condition in rule.failed
        )
    )


def _nearest(
    result: Reachability,
    direction: Direction,
    policies: list[PolicyTrace],
    that: tuple[Endpoint, Place],
    flow: tuple[str, int],
) -> Nearest:
    best = min(policies, key=lambda trace: trace.rule.distance if trace.rule is not None else _NO_RULE)
    endpoint, place = that
    pod = pod_of(result, endpoint)
    if pod is not None and (place.pod is None or place.pod.policed):
        peers = [peer_for_pod(pod, result.cluster.pods, best.policy.namespace)]
    elif place.address is not None:
        family, number = place.address
        bounds = (number, number)
        if pod is None and place.name == endpoint.id and endpoint.range is not None:
            bounds = (address(endpoint.range[0])[1], address(endpoint.range[1])[1])
        peers = peers_for_range(family, *bounds)
    else:
        # A node whose address nobody knows: only a rule without peers is sure to let it through.
        peers = []
    edit = opening(manifest_of(best.policy), direction, best.rule, peers, {"protocol": flow[0], "port": flow[1]})
    return Nearest(best, best.rule.failed if best.rule is not None else (), edit)


_NO_RULE = 4
"""How far a policy without rules is: beyond a rule with a wrong label or port, before one for other peers."""

_SIDES = {"Ingress": ("ingress", "lets it in", "into"), "Egress": ("egress", "lets it out", "out of")}


def _end_reason(
    direction: Direction, name: str, place: Place, other: Place, policies: list[PolicyTrace], verdict: Verdict
) -> str:
    """Return one or two sentences on an end, as somebody would say them who has read the files."""
    word, passes, preposition = _SIDES[direction]
    if place.pod is None:
        return f"{name} is outside the cluster; no policy applies to it."
    if not place.pod.policed:
        return f"{name} uses its node's network; policies may not see it."
    if not policies:
        return f"No policy selects {name} for {word}, so nothing is closed there."
    allowing = next((trace for trace in policies if trace.matched), None)
    if allowing is not None and allowing.rule is not None:
        rule = allowing.rule
        why = "; ".join(condition.text for condition in (*rule.peer, *rule.port))
        others = [trace.name for trace in policies if not trace.matched]
        aside = f" {_and(others)} would not, but policies add up." if others else ""
        return f"{allowing.name} {passes} by {word} rule {rule.index + 1}: {why}.{aside}"
    if verdict == "allowed":
        return f"{other.name} is on the Pod's own node, and traffic from there always gets in."
    names = _and([trace.name for trace in policies])
    close = "close" if len(policies) > 1 else "closes"
    ruled = [(trace.rule.distance, trace, trace.rule) for trace in policies if trace.rule is not None]
    if not ruled:
        tail = "and it has no rule" if len(policies) == 1 else "and they have no rule"
        return f"{names} {close} {word} {preposition} {name}, {tail} that opens anything.{_filled_in(policies)}"
    _, trace, rule = min(ruled, key=lambda entry: entry[0])
    lacks = "; ".join(condition.text for condition in rule.failed)
    return (
        f"{names} {close} {word} {preposition} {name}, and no rule matches. "
        f"Nearest is rule {rule.index + 1} of {trace.name}, but {lacks}."
    )


def _filled_in(policies: list[PolicyTrace]) -> str:
    """Return what is to be said of the only policy that closes an end if its directions were not written."""
    if len(policies) > 1 or policies[0].policy.policy_types_written:
        return ""
    return f" policyTypes is absent there, so the API server filled in {_and(list(policies[0].policy.policy_types))}."


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _reason(verdict: Verdict, egress: End, ingress: End) -> str:
    if verdict == "denied":
        closed = [end for end in (egress, ingress) if end.verdict != "allowed"]
        return " ".join(end.reason for end in closed)
    if not egress.isolated and not ingress.isolated:
        ends = [f"{_SIDES[end.direction][0]} {_SIDES[end.direction][2]} {end.endpoint}" for end in (egress, ingress)]
        return f"No policy closes {' or '.join(ends)}, and what no policy closes is open."
    return " ".join(end.reason for end in (egress, ingress) if end.isolated)


def _opinions(
    result: Reachability, source: Endpoint, destination: Endpoint, flow: tuple[str, int], places: tuple[Place, Place]
) -> tuple[Opinion, ...]:
    """Return what the common CNI plugins make of a flow that the specification leaves open."""
    itself = source.id == destination.id and not source.meets_itself
    topics: list[Topic] = ["policies"]
    if itself:
        topics.append("itself")
    elif any(place.pod is not None and place.pod.host for place in places):
        topics += ["hostNetwork", "own node"]
    else:
        topics.append("ipBlock")
    found = []
    for profile in PROFILES.values():
        verdict: Verdict
        if not profile.enforces:
            verdict = "allowed"
        elif not itself:
            verdict, _ = verdict_of(result.under(profile.semantics), source.id, destination.id, *flow)
        elif profile.hairpin == "policed":
            verdict = _as_any_source(result, source.id, *flow)
        else:
            verdict = "undefined" if profile.hairpin == "unknown" else "allowed"
        notes = " ".join(profile.notes[topic] for topic in topics if topic in profile.notes)
        found.append(Opinion(profile.id, profile.title, verdict, notes))
    return tuple(found)


def _as_any_source(result: Reachability, endpoint: str, protocol: str, port: int) -> Verdict:
    """Return the verdict on a Pod calling itself as if it were two Pods."""
    row = result.ports_between_classes(result.class_of(endpoint), result.class_of(endpoint))
    if (protocol, port) in row[0]:
        return "allowed"
    return "undefined" if (protocol, port) in row[1] else "denied"


def sentences(explanation: Explanation) -> list[str]:
    """Return an explanation as an expert would say it, one paragraph an item."""
    flow = (
        f"{explanation.source.id} → {explanation.destination.id} {PortSet.of(explanation.protocol, explanation.port)}"
    )
    said = [f"{flow}: {explanation.verdict}.", explanation.reason]
    if explanation.verdict == "denied":
        said += [_edit_text(end) for end in (explanation.egress, explanation.ingress) if end.nearest is not None]
    for opinion in explanation.opinions:
        verdict = "open here too" if opinion.verdict == "undefined" else opinion.verdict
        said.append(f"{opinion.title}: {verdict}. {opinion.notes}".rstrip())
    return said


def _edit_text(end: End) -> str:
    nearest = end.nearest
    assert nearest is not None  # noqa: S101 - checked by the caller
    where = f"{nearest.trace.file}:{nearest.trace.line}" if nearest.trace.file else nearest.trace.name
    field = nearest.edit.path[-1]
    what = "one more rule" if field in ("ingress", "egress") else f"one more item under `{field}`"
    return f"To open {end.direction.lower()}, {nearest.trace.name} ({where}) needs {what}."
