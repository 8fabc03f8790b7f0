"""The rules of policies: where each is written, what its author wrote, and a key that stays when others move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from autograder.manifests.objects import Direction, IPBlock, LabelSelector, NetworkPolicy, Peer, PolicyPort, Rule
from autograder.manifests.problems import Path
from autograder.network.rules import rules_of

from .scene import selector_text

BOTH: Final[tuple[Direction, ...]] = ("Ingress", "Egress")
Field = Literal["ingress", "egress"]


@dataclass(frozen=True, slots=True)
class Ruled:
    """One rule of a policy."""

    policy: NetworkPolicy
    direction: Direction
    index: int
    rule: Rule

    @property
    def field(self) -> str:
        """``ingress`` or ``egress``."""
        return self.direction.lower()

    @property
    def word(self) -> str:
        """The field of the peers: ``from`` or ``to``."""
        return "from" if self.direction == "Ingress" else "to"

    @property
    def path(self) -> Path:
        """Where the rule stands in the policy."""
        return ("spec", self.field, self.index)

    @property
    def title(self) -> str:
        """The rule as people count: ``ingress rule 1``."""
        return f"{self.field} rule {self.index + 1}"

    @property
    def name(self) -> str:
        """The policy's ``namespace/name``."""
        return f"{self.policy.namespace}/{self.policy.name}"

    @property
    def applies(self) -> bool:
        """Whether policyTypes names the rule's direction."""
        return self.direction in self.policy.policy_types

    @property
    def key(self) -> str:
        """What the rule says, in one line: the same wherever it stands."""
        return f"{self.field} {rule_text(self.rule)}"

    def written(self) -> Mapping[str, Any]:
        """Return the rule as its author wrote it; empty for a policy that was not read from text."""
        source = self.policy.source
        here: Any = source.document.value if source is not None else {}
        for step in (*(source.path if source is not None else ()), *self.path):
            try:
                here = here[step]
            except (LookupError, TypeError):
                return {}
        return here if isinstance(here, dict) else {}


def ruled(policy: NetworkPolicy) -> Iterator[Ruled]:
    """Yield the rules of a policy, ingress first."""
    for direction in BOTH:
        for index, rule in enumerate(rules_of(policy, direction)):
            yield Ruled(policy, direction, index, rule)


def named(policy: NetworkPolicy) -> str:
    """Return ``NetworkPolicy namespace/name``."""
    return f"NetworkPolicy {policy.namespace}/{policy.name}"


def rule_text(rule: Rule) -> str:
    """Return what a rule says in one line."""
    peers = " | ".join(map(peer_text, rule.peers))
    ports = ", ".join(map(port_text, rule.ports))
    return f"[{peers}] [{ports}]"


def peer_text(peer: Peer) -> str:
    """Return a peer in one line."""
    parts = []
    if peer.namespace_selector is not None:
        parts.append(f"namespaces {_selector(peer.namespace_selector)}")
    if peer.pod_selector is not None:
        parts.append(f"pods {_selector(peer.pod_selector)}")
    if peer.ip_block is not None:
        parts.append(_block(peer.ip_block))
    return " & ".join(parts)


def port_text(port: PolicyPort) -> str:
    """Return an item of ports as people write it.

    >>> port_text(PolicyPort("TCP", 8000, 8080)), port_text(PolicyPort("UDP", "dns")), port_text(PolicyPort("TCP"))
    ('TCP 8000-8080', 'UDP dns', 'all TCP')
    """
    if port.port is None:
        return f"all {port.protocol}"
    return f"{port.protocol} {port.port}" + (f"-{port.end_port}" if port.end_port is not None else "")


def _selector(selector: LabelSelector) -> str:
    return selector_text(selector) or "{}"


def _block(block: IPBlock) -> str:
    return f"{block.cidr} except {', '.join(block.except_)}" if block.except_ else block.cidr
