"""What is asked: an intent as data, the same for an exercise and for a team's own policies.

An intent is a list of *lines*. A line holds as a whole or not at all, and has a weight.

=============  ==================================================================================
line           it holds when
=============  ==================================================================================
flow, allow    every named port is allowed between every named source and destination
flow, deny     none of them is, apart from what belongs to another line
rest           ``unchanged``: every flow that no line names has exactly the verdict that it has
               without the answer, addresses outside the cluster included; ``denied``: such a flow
               is closed if one of its ends lies in the intent's namespaces, else unchanged
rejected       the API server refuses the answer, and in the way that is asked
accepted       the API server takes the answer
scope          the answer holds only what `allow` and `namespace` permit
effective, …   what is asked of containers: see `containers.lines`
=============  ==================================================================================

Every flow belongs to one line, so no fault counts twice: to the first *allow* line that names it, else to the first
*deny* line. So ``from: "*"``, ``ports: all``, ``expect: deny`` reads as "nobody else". A line that this leaves with
nothing to ask is a mistake in the intent.
A flow whose verdict the specification leaves undefined is neither allowed nor denied: a line that needs it does not
hold.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, Literal

from autograder.manifests.problems import Path, Problem
from autograder.network.ports import LAST_PORT, PROTOCOLS, PortSet

from .containers.lines import KINDS, Line, read_lines, senseless
from .scoring import exact
from .shape import Fault, faults

Expect = Literal["allow", "deny"]
RestExpect = Literal["unchanged", "denied", "any"]

EVERY_POD: Final = "*"
OUTSIDE: Final = "outside"
"""The name of everything outside the cluster. Intents cannot give it another meaning."""
EVERYWHERE: Final = ("0.0.0.0/0", "::/0")
DEFAULT_KINDS: Final = ("NetworkPolicy",)

_PORTS: Final = re.compile(r"^(?:(?P<protocol>TCP|UDP|SCTP) )?(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?$")


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One line of `flows`."""

    sources: tuple[str, ...]
    """As written: names, wildcards or labels."""
    targets: tuple[str, ...]
    ports: PortSet
    expect: Expect
    weight: Fraction = Fraction(1)
    secret: bool = False
    """If this flow is open, the score is at most half."""
    why: str = ""
    path: Path = ()
    """Where the line stands, from the intent."""


@dataclass(frozen=True, slots=True)
class RestLine:
    """What becomes of every flow that no line names."""

    expect: RestExpect = "any"
    weight: Fraction = Fraction(1)
    why: str = ""


@dataclass(frozen=True, slots=True)
class RejectionLine:
    """A refusal that the answer must earn. What is None is free."""

    stage: str | None = None
    code: int | None = None
    path: str | None = None
    type: str | None = None
    weight: Fraction = Fraction(1)
    why: str = ""

    def met_by(self, problem: Problem) -> bool:
        """Return whether a problem is the refusal that is asked for."""
        asked = (
            (self.stage, problem.stage),
            (self.code, problem.code),
            (self.path, problem.path),
            (self.type, problem.type),
        )
        return problem.severity == "error" and all(wanted in (None, found) for wanted, found in asked)

    def __str__(self) -> str:
        """Return the refusal as people write it: ``422, Required value at spec.ingress[0].from[0]``."""
        head = ", ".join(str(part) for part in (self.code, self.stage, self.type) if part is not None)
        tail = f"at {self.path}" if self.path else ""
        return " ".join(part for part in (head, tail) if part) or "any error"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a set of manifests must achieve."""

    namespaces: tuple[str, ...] = ()
    """Where objects may be put; empty: anywhere."""
    allow: tuple[str, ...] = DEFAULT_KINDS
    outside: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Name to CIDR; a single address is a /32 or /128."""
    flows: tuple[FlowLine, ...] = ()
    rest: RestLine = RestLine()
    rejections: tuple[RejectionLine, ...] = ()
    """Not empty: the answer must be rejected, in all of these ways."""
    judged_for_acceptance: bool = False
    """``rejected: false``: being taken by the API server is a line of its own."""
    inside: tuple[Line, ...] = ()
    """What is asked of containers."""

    @property
    def namespace(self) -> str:
        """The namespace of short names, and of objects that name none."""
        return self.namespaces[0] if self.namespaces else "default"

    @property
    def judges_flows(self) -> bool:
        """Whether anything is asked about flows."""
        return bool(self.flows) or self.rest.expect != "any"

    @property
    def wants_rejection(self) -> bool:
        """Whether the API server must refuse the answer."""
        return bool(self.rejections)


def parse_ports(written: int | str | list[int | str]) -> PortSet:
    """Return the ports that an intent names. A number without a protocol is TCP.

    Raises ValueError with a sentence for a port that does not exist.

    >>> parse_ports(["TCP 8000-8080", "UDP 53"])
    PortSet(TCP 8000-8080; UDP 53)
    >>> parse_ports("all") == PortSet.ALL
    True
    """
    if isinstance(written, list):
        ports = PortSet.EMPTY
        for item in written:
            ports |= parse_ports(item)
        return ports
    text = str(written).removesuffix(" ports")
    if text == "all":
        return PortSet.ALL
    protocol = text.removeprefix("all ")
    if protocol in PROTOCOLS:
        return PortSet.protocol(protocol)
    match = _PORTS.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no port; write 8080, TCP 8000-8080, UDP 53 or all")
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not 1 <= first <= last <= LAST_PORT:
        raise ValueError(f"{text!r} is no port range; ports run from 1 to {LAST_PORT}, the lower one first")
    return PortSet.of(match["protocol"] or "TCP", first, last)


def intent_faults(value: Any) -> list[Fault]:
    """Return everything that keeps a value out of YAML from being an intent.

    First against ``schemas/intent.json``; only a value of the right shape is looked at for sense.
    """
    shape = faults(value, "intent")
    return shape or _senseless(value)


def read_intent(value: Mapping[str, Any]) -> Intent:
    """Return the intent in a value without faults.

    Raises ValueError with all faults when there are some.
    """
    found = intent_faults(value)
    if found:
        raise ValueError("\n".join(str(fault) for fault in found))
    rest = value.get("rest", "any")
    rejected = value.get("rejected")
    return Intent(
        namespaces=_listed(value.get("namespace", [])),
        allow=tuple(value.get("allow", DEFAULT_KINDS)),
        outside=MappingProxyType({name: _cidr(text) for name, text in value.get("outside", {}).items()}),
        flows=tuple(
            FlowLine(
                sources=_listed(flow["from"]),
                targets=_listed(flow["to"]),
                ports=parse_ports(flow["ports"]),
                expect=flow["expect"],
                weight=exact(flow.get("weight", 1)),
                secret=flow.get("secret", False),
                why=flow.get("why", "").strip(),
                path=("flows", index),
            )
            for index, flow in enumerate(value.get("flows", []))
        ),
        rest=_rest(rest if isinstance(rest, dict) else {"expect": rest}),
        rejections=() if rejected in (None, False) else tuple(_rejection(item) for item in _rejected_items(rejected)),
        judged_for_acceptance=rejected is False,
        inside=read_lines(value),
    )


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _rest(value: Mapping[str, Any]) -> RestLine:
    return RestLine(value["expect"], exact(value.get("weight", 1)), value.get("why", "").strip())


def _rejected_items(value: Any) -> list[Mapping[str, Any]]:
    if value is True:
        return [{}]
    return value if isinstance(value, list) else [value]


def _rejection(value: Mapping[str, Any]) -> RejectionLine:
    return RejectionLine(
        stage=value.get("stage"),
        code=value.get("code"),
        path=value.get("path"),
        type=value.get("type"),
        weight=exact(value.get("weight", 1)),
        why=value.get("why", "").strip(),
    )


def _cidr(text: str) -> str:
    """Return an address or CIDR as a CIDR. Raises ValueError with a sentence when it is neither."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError(f"{error}; write an address such as 203.0.113.7 or a CIDR such as 203.0.113.0/24") from None


def _senseless(value: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of a value that has the right shape."""
    found: list[Fault] = []
    for name, text in value.get("outside", {}).items():
        if name == OUTSIDE:
            found.append(
                Fault(
                    ("outside", name),
                    f"`{OUTSIDE}` already means every address outside the cluster; choose another name",
                )
            )
        try:
            _cidr(text)
        except ValueError as error:
            found.append(Fault(("outside", name), str(error)))
    for index, flow in enumerate(value.get("flows", [])):
        try:
            parse_ports(flow["ports"])
        except ValueError as error:
            found.append(Fault(("flows", index, "ports"), str(error)))
        if flow.get("secret") and flow["expect"] == "allow":
            found.append(
                Fault(("flows", index, "secret"), "only a deny line can be secret: secret is what must not leak")
            )
    rest = value.get("rest", "any")
    rest = rest["expect"] if isinstance(rest, dict) else rest
    judges = bool(value.get("flows")) or rest != "any" or any(key in value for key in KINDS)
    if value.get("rejected") not in (None, False) and judges:
        found.append(
            Fault(
                ("rejected",),
                "an answer that the API server refuses has no effect, so nothing else can be asked beside it",
            )
        )
    if "rejected" not in value and not judges:
        found.append(Fault((), f"asks for nothing; give it flows, rest, {', '.join(KINDS)} or rejected"))
    return [*found, *senseless(value)]
