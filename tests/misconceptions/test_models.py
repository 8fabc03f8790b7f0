"""Does each switch mean what its believers mean? Rows argued by hand, in the shop of the course.

A row says what Kubernetes does and what somebody with the belief expects. In many rows both say the same: a belief
must not reach further than its sentence.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from autograder.misconceptions import models, semantics
from autograder.network import KUBERNETES, reachability
from tools.misconception_worlds import Flow, cluster_of
from tools.shop_worlds import Manifest, scene

if TYPE_CHECKING:
    from autograder.network import Reachability

HOMES = {
    "web": "shop",
    "api": "shop",
    "cache": "shop",
    "db": "data",
    "prometheus": "monitoring",
    "coredns": "kube-system",
}
INTERNET = "198.51.100.7"
ALLOWED, DENIED = True, False


def labeled(app: str) -> Manifest:
    """A selector for the Pods of one application."""
    return {"matchLabels": {"k8s-app" if app == "coredns" else "app": "kube-dns" if app == "coredns" else app}}


def pods(app: str) -> Manifest:
    """A peer: the Pods of an application, by podSelector alone."""
    return {"podSelector": labeled(app)}


def team(name: str) -> Manifest:
    """A peer: the namespaces of a team. The shop's team is shop, that of monitoring is operations."""
    return {"namespaceSelector": {"matchLabels": {"team": name}}}


def block(cidr: str, *excepted: str) -> Manifest:
    """A peer: addresses."""
    return {"ipBlock": {"cidr": cidr, **({"except": list(excepted)} if excepted else {})}}


def tcp(first: int, last: int | None = None) -> Manifest:
    """A port with its protocol."""
    return {"protocol": "TCP", "port": first, **({"endPort": last} if last else {})}


def of(subject: str, *types: str, **rules: Any) -> tuple[str, Manifest]:
    """The policy of an application, or with ``shop/*`` of all Pods of a namespace; no types: policyTypes is absent."""
    namespace, _, _ = subject.partition("/")
    everybody = subject.endswith("/*")
    spec: Manifest = {"podSelector": {} if everybody else labeled(subject)}
    if types:
        spec["policyTypes"] = list(types)
    return namespace if everybody else HOMES[subject], {**spec, **rules}


@dataclass(frozen=True)
class Row:
    """One flow that a believer argues about."""

    reading: str
    why: str
    policies: tuple[tuple[str, Manifest], ...]
    flow: str
    truth: bool
    believed: bool


def row(reading: str, why: str, *policies: tuple[str, Manifest], flow: str, truth: bool, believed: bool) -> Row:
    """A row; its policies are named policy-1, policy-2 … in the order in which they stand here."""
    return Row(reading, why, policies, flow, truth, believed)


FROM_WEB = {"from": [pods("web")]}
FROM_CACHE = {"from": [pods("cache")]}
TO_CACHE = {"to": [pods("cache")]}

ROWS = [
    # Only what all policies allow is left.
    *(
        row(
            "policies-intersect",
            f"of ports 7001-7008 and 7006-7010 only 7006-7008 are left: {flow}",
            of("cache", "Ingress", ingress=[{"from": [pods("api")], "ports": [tcp(7001, 7008)]}]),
            of("cache", "Ingress", ingress=[{"from": [pods("api")], "ports": [tcp(7006, 7010)]}]),
            flow=flow,
            truth=ALLOWED,
            believed=believed,
        )
        for flow, believed in (
            ("api -> cache TCP 7003", DENIED),
            ("api -> cache TCP 7007", ALLOWED),
            ("api -> cache TCP 7009", DENIED),
        )
    ),
    row(
        "policies-intersect",
        "one policy admits web, the other one the cache, so nobody passes both",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("api", "Ingress", ingress=[FROM_CACHE]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "policies-intersect",
        "egress policies narrow one another as well",
        of("api", "Egress", egress=[TO_CACHE]),
        of("api", "Egress", egress=[{"to": [pods("web")]}]),
        flow="api -> cache TCP 6379",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "policies-intersect",
        "a policy for egress does not narrow ingress",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("api", "Egress"),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "policies-intersect",
        "a policy for another Pod narrows nothing here",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("cache", "Ingress"),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # The last policy counts alone.
    *(
        row(
            "policies-are-ordered:last",
            f"the second policy replaces the first: {flow}",
            of("api", "Ingress", ingress=[FROM_WEB]),
            of("api", "Ingress", ingress=[FROM_CACHE]),
            flow=flow,
            truth=ALLOWED,
            believed=believed,
        )
        for flow, believed in (("web -> api TCP 8080", DENIED), ("cache -> api TCP 8080", ALLOWED))
    ),
    row(
        "policies-are-ordered:last",
        "a closing policy at the end closes",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("api", "Ingress"),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "policies-are-ordered:last",
        "an opening policy at the end opens",
        of("api", "Ingress"),
        of("api", "Ingress", ingress=[FROM_WEB]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "policies-are-ordered:last",
        "a later policy for egress does not touch ingress",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("api", "Egress"),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # A policy without rules denies, whatever the others allow.
    *(
        row(
            "policies-are-ordered:deny-wins",
            f"a policy without rules wins, {where}",
            *policies,
            flow="web -> api TCP 8080",
            truth=ALLOWED,
            believed=DENIED,
        )
        for where, policies in (
            ("first", (of("api", "Ingress"), of("api", "Ingress", ingress=[FROM_WEB]))),
            ("last", (of("api", "Ingress", ingress=[FROM_WEB]), of("api", "Ingress"))),
            ("at the sender", (of("web", "Egress"), of("web", "Egress", egress=[{"to": [pods("api")]}]))),
        )
    ),
    row(
        "policies-are-ordered:deny-wins",
        "two policies that allow add up",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("api", "Ingress", ingress=[FROM_CACHE]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "policies-are-ordered:deny-wins",
        "a denial of egress denies no ingress",
        of("api", "Ingress", ingress=[FROM_WEB]),
        of("api", "Egress"),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # [{}] allows nothing.
    row(
        "empty-rule-denies",
        "an empty ingress rule keeps everybody out",
        of("api", "Ingress", ingress=[{}]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "empty-rule-denies",
        "the internet too",
        of("api", "Ingress", ingress=[{}]),
        flow=f"{INTERNET} -> api TCP 443",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "empty-rule-denies",
        "an empty egress rule keeps the Pod in",
        of("api", "Egress", egress=[{}]),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "empty-rule-denies",
        "another rule still allows what it allows",
        of("api", "Ingress", ingress=[{}, FROM_WEB]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "empty-rule-denies",
        "a rule with ports alone is not empty",
        of("api", "Ingress", ingress=[{"ports": [tcp(8080)]}]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # A declared direction without rules is open.
    row(
        "no-rules-allow",
        "Ingress is named, no rule forbids anything",
        of("api", "Ingress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "no-rules-allow",
        "Egress is named, no rule forbids anything",
        of("web", "Egress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "no-rules-allow",
        "both are named, and only ingress has rules",
        of("api", "Ingress", "Egress", ingress=[FROM_WEB]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "no-rules-allow",
        "the direction that has rules is closed",
        of("api", "Ingress", "Egress", ingress=[FROM_WEB]),
        flow="cache -> api TCP 8080",
        truth=DENIED,
        believed=DENIED,
    ),
    row(
        "no-rules-allow",
        "a policy with nothing but a selector is open",
        of("api"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    # An empty selector selects nothing.
    row(
        "empty-selector-selects-nothing",
        "a policy for nobody closes nobody",
        of("shop/*", "Ingress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "empty-selector-selects-nothing",
        "from nobody lets nobody in",
        of("api", "Ingress", ingress=[{"from": [{"podSelector": {}}]}]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "empty-selector-selects-nothing",
        "no namespace, no Pod",
        of("db", "Ingress", ingress=[{"from": [{"namespaceSelector": {}}]}]),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "empty-selector-selects-nothing",
        "from left out is everyone",
        of("api", "Ingress", ingress=[{"ports": [tcp(8080)]}]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "empty-selector-selects-nothing",
        "a selector with a label selects",
        of("api", "Ingress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=DENIED,
    ),
    # A bare podSelector reaches all namespaces.
    row(
        "pod-peer-any-namespace",
        "app: api is api, wherever it lives",
        of("db", "Ingress", ingress=[{"from": [pods("api")]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "pod-peer-any-namespace",
        "so it is under egress",
        of("api", "Egress", egress=[{"to": [pods("db")]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "pod-peer-any-namespace",
        "an empty podSelector is everybody in the cluster",
        of("db", "Ingress", ingress=[{"from": [{"podSelector": {}}]}]),
        flow="prometheus -> db TCP 5432",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "pod-peer-any-namespace",
        "but nobody outside of it",
        of("db", "Ingress", ingress=[{"from": [{"podSelector": {}}]}]),
        flow=f"{INTERNET} -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    row(
        "pod-peer-any-namespace",
        "a namespaceSelector beside it narrows",
        of("db", "Ingress", ingress=[{"from": [team("operations") | pods("api")]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    row(
        "pod-peer-any-namespace",
        "the spec's own podSelector stays in its namespace",
        ("data", {"podSelector": labeled("api"), "policyTypes": ["Ingress"]}),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # One item or two, and both mean AND.
    *(
        row(
            "dash-is-decoration:and",
            f"two items mean Pods api in namespaces of team shop: {flow}",
            of("db", "Ingress", ingress=[{"from": [team("shop"), pods("api")]}]),
            flow=flow,
            truth=truth,
            believed=believed,
        )
        for flow, truth, believed in (
            ("web -> db TCP 5432", ALLOWED, DENIED),
            ("api -> db TCP 5432", ALLOWED, ALLOWED),
            ("prometheus -> db TCP 5432", DENIED, DENIED),
        )
    ),
    *(
        row(
            "dash-is-decoration:and",
            f"the order of the two does not matter: {flow}",
            of("cache", "Ingress", ingress=[{"from": [pods("api"), team("shop")]}]),
            flow=flow,
            truth=ALLOWED,
            believed=believed,
        )
        for flow, believed in (("web -> cache TCP 6379", DENIED), ("api -> cache TCP 6379", ALLOWED))
    ),
    row(
        "dash-is-decoration:and",
        "a podSelector that stands alone stays in its namespace",
        of("db", "Ingress", ingress=[{"from": [pods("api")]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    row(
        "dash-is-decoration:and",
        "one item is read rightly",
        of("db", "Ingress", ingress=[{"from": [team("shop") | pods("api")]}]),
        flow="web -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    # One item or two, and both mean OR.
    *(
        row(
            "dash-is-decoration:or",
            f"one item means namespaces of team shop, or Pods api: {flow}",
            of("db", "Ingress", ingress=[{"from": [team("shop") | pods("api")]}]),
            flow=flow,
            truth=truth,
            believed=ALLOWED,
        )
        for flow, truth in (("web -> db TCP 5432", DENIED), ("api -> db TCP 5432", ALLOWED))
    ),
    *(
        row(
            "dash-is-decoration:or",
            f"either half opens: {flow}",
            of("cache", "Ingress", ingress=[{"from": [team("operations") | pods("api")]}]),
            flow=flow,
            truth=DENIED,
            believed=believed,
        )
        for flow, believed in (
            ("api -> cache TCP 6379", ALLOWED),
            ("prometheus -> cache TCP 6379", ALLOWED),
            ("web -> cache TCP 6379", DENIED),
        )
    ),
    row(
        "dash-is-decoration:or",
        "two items are read rightly",
        of("db", "Ingress", ingress=[{"from": [team("shop"), pods("api")]}]),
        flow="web -> db TCP 5432",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # A direction is closed if it has rules.
    row(
        "rules-decide-direction",
        "without an ingress rule ingress is open",
        of("api", egress=[TO_CACHE]),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "rules-decide-direction",
        "an ingress rule closes ingress, whatever policyTypes names",
        of("api", "Egress", ingress=[FROM_WEB], egress=[{}]),
        flow="cache -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "rules-decide-direction",
        "an egress rule closes egress, whatever policyTypes names",
        of("api", "Ingress", ingress=[{}], egress=[TO_CACHE]),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "rules-decide-direction",
        "a name in policyTypes alone closes nothing",
        of("api", "Ingress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "rules-decide-direction",
        "where rules and policyTypes agree, nothing is different",
        of("api", "Ingress", ingress=[FROM_WEB]),
        flow="cache -> api TCP 8080",
        truth=DENIED,
        believed=DENIED,
    ),
    # The destination's allow is enough.
    row(
        "one-end-suffices",
        "api expects web, so web may come",
        of("web", "Egress"),
        of("api", "Ingress", ingress=[FROM_WEB]),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "one-end-suffices",
        "api is open to everybody, so web may come",
        of("web", "Egress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "one-end-suffices",
        "nobody on the internet closes the door",
        of("api", "Egress"),
        flow=f"api -> {INTERNET} TCP 443",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "one-end-suffices",
        "the sender's allow is not enough",
        of("web", "Egress", egress=[{"to": [pods("api")]}]),
        of("api", "Ingress"),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=DENIED,
    ),
    # Answers need a rule.
    row(
        "replies-need-rules",
        "db may not send, so it cannot answer",
        of("db", "Egress"),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "replies-need-rules",
        "web lets nobody in, so no answer arrives",
        of("web", "Ingress"),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "replies-need-rules",
        "with a rule for the way back it works",
        of("db", "Ingress", "Egress", ingress=[{"from": [team("shop")]}], egress=[{"to": [team("shop")]}]),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "replies-need-rules",
        "a rule for UDP carries no answer in TCP",
        of("db", "Egress", egress=[{"ports": [{"protocol": "UDP", "port": 53}]}]),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "replies-need-rules",
        "answers pass where no policy is",
        of("cache", "Egress"),
        flow="api -> db TCP 5432",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # Names resolve under egress isolation.
    *(
        row(
            "dns-is-free",
            f"api may reach db only, and of course look up its name: {flow}",
            of("api", "Egress", egress=[{"to": [team("data")], "ports": [tcp(5432)]}]),
            flow=flow,
            truth=truth,
            believed=believed,
        )
        for flow, truth, believed in (
            ("api -> coredns UDP 53", DENIED, ALLOWED),
            ("api -> coredns TCP 53", DENIED, ALLOWED),
            ("api -> db TCP 5432", ALLOWED, ALLOWED),
            ("api -> cache TCP 6379", DENIED, DENIED),
        )
    ),
    row(
        "dns-is-free",
        "a DNS server that lets nobody in answers nobody",
        of("coredns", "Ingress"),
        flow="api -> coredns UDP 53",
        truth=DENIED,
        believed=DENIED,
    ),
    # Egress ports are the sender's.
    row(
        "egress-port-is-local",
        "api sends from 8080, so the rule fits",
        of("api", "Egress", egress=[{"ports": [tcp(8080)]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "egress-port-is-local",
        "a name means a port of the sender",
        of("api", "Egress", egress=[{"ports": [{"port": "http"}]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=ALLOWED,
    ),
    *(
        row(
            "egress-port-is-local",
            f"peers count as ever: {flow}",
            of("api", "Egress", egress=[{**TO_CACHE, "ports": [tcp(8080)]}]),
            flow=flow,
            truth=DENIED,
            believed=believed,
        )
        for flow, believed in (("api -> cache TCP 6379", ALLOWED), ("api -> web TCP 8080", DENIED))
    ),
    row(
        "egress-port-is-local",
        "the protocol counts as ever",
        of("api", "Egress", egress=[{"ports": [{"protocol": "UDP", "port": 8080}]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    row(
        "egress-port-is-local",
        "under ingress the port is the destination's",
        of("db", "Ingress", ingress=[{"ports": [tcp(8080)]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    # Rules see the Service's port and ClusterIP.
    *(
        row(
            "service-in-front",
            f"the Service web listens on {seen}, whatever the Pod does",
            of("web", "Ingress", ingress=[{"ports": [tcp(port)]}]),
            flow="prometheus -> web TCP 8080",
            truth=truth,
            believed=believed,
        )
        for port, seen, truth, believed in ((80, "80", DENIED, ALLOWED), (8080, "80 and not on 8080", ALLOWED, DENIED))
    ),
    row(
        "service-in-front",
        "so it is at the sender, and with a targetPort by name",
        of("web", "Egress", egress=[{"to": [pods("api")], "ports": [tcp(80)]}]),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "service-in-front",
        "the ClusterIP of api is its address",
        of("web", "Egress", egress=[{"to": [block("10.96.0.81/32")]}]),
        flow="web -> api TCP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "service-in-front",
        "cache has no Service, so its own port counts",
        of("cache", "Ingress", ingress=[{"ports": [tcp(6379)]}]),
        flow="api -> cache TCP 6379",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "service-in-front",
        "no Service leads to port 9102, so prometheus comes straight",
        of("api", "Ingress", ingress=[{"ports": [tcp(9102)]}]),
        flow="prometheus -> api TCP 9102",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "service-in-front",
        "without ports there is nothing to compare",
        of("api", "Ingress", ingress=[FROM_WEB]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # No protocol means all.
    row(
        "no-protocol-is-any",
        "53 is 53, also in UDP",
        of("api", "Egress", egress=[{"ports": [{"port": 53}]}]),
        flow="api -> coredns UDP 53",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "no-protocol-is-any",
        "a port by name as well",
        of("coredns", "Ingress", ingress=[{"ports": [{"port": "dns"}]}]),
        flow="api -> coredns UDP 53",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "no-protocol-is-any",
        "a range as well, and SCTP too",
        of("api", "Ingress", ingress=[{"ports": [{"port": 8000, "endPort": 8999}]}]),
        flow="web -> api SCTP 8080",
        truth=DENIED,
        believed=ALLOWED,
    ),
    row(
        "no-protocol-is-any",
        "a protocol that is written is meant",
        of("api", "Egress", egress=[{"ports": [tcp(53)]}]),
        flow="api -> coredns UDP 53",
        truth=DENIED,
        believed=DENIED,
    ),
    row(
        "no-protocol-is-any",
        "another number stays closed",
        of("api", "Egress", egress=[{"ports": [{"port": 53}]}]),
        flow="api -> db TCP 5432",
        truth=DENIED,
        believed=DENIED,
    ),
    # except blocks for the whole Pod.
    *(
        row(
            "except-denies",
            f"web at 10.244.1.10 is blocked for api, {where}",
            *policies,
            flow="web -> api TCP 8080",
            truth=ALLOWED,
            believed=DENIED,
        )
        for where, policies in (
            (
                "another item or not",
                (
                    of(
                        "api",
                        "Ingress",
                        ingress=[{"from": [block("10.244.0.0/16", "10.244.1.0/24"), pods("web")]}],
                    ),
                ),
            ),
            (
                "another rule or not",
                (
                    of(
                        "api",
                        "Ingress",
                        ingress=[{"from": [block("10.244.0.0/16", "10.244.1.0/24")]}, FROM_WEB],
                    ),
                ),
            ),
            (
                "another policy or not",
                (
                    of("api", "Ingress", ingress=[{"from": [block("10.244.0.0/16", "10.244.1.0/24")]}]),
                    of("api", "Ingress", ingress=[FROM_WEB]),
                ),
            ),
        )
    ),
    row(
        "except-denies",
        "under egress as well: api has the address 10.244.2.11",
        of("web", "Egress", egress=[{"to": [block("0.0.0.0/0", "10.244.2.0/24"), pods("api")]}]),
        flow="web -> api TCP 8080",
        truth=ALLOWED,
        believed=DENIED,
    ),
    row(
        "except-denies",
        "an address beside the exception gets in",
        of("api", "Ingress", ingress=[{"from": [block("10.244.0.0/16", "10.244.1.0/24")]}]),
        flow="db -> api TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "except-denies",
        "what api blocks, cache does not",
        of("api", "Ingress", ingress=[{"from": [block("10.244.0.0/16", "10.244.1.0/24")]}]),
        of("cache", "Ingress", ingress=[FROM_WEB]),
        flow="web -> cache TCP 6379",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    row(
        "except-denies",
        "blocked on the way in is not blocked on the way out",
        of("api", "Ingress", ingress=[{"from": [block("10.244.0.0/16", "10.244.1.0/24")]}]),
        flow="api -> web TCP 8080",
        truth=ALLOWED,
        believed=ALLOWED,
    ),
    # A namespaceSelector takes names.
    *(
        row(
            "namespace-by-name",
            why,
            of("db", "Ingress", ingress=[{"from": [peer]}]),
            flow=flow,
            truth=truth,
            believed=believed,
        )
        for why, peer, flow, truth, believed in (
            (
                "name: shop is the namespace shop",
                {"namespaceSelector": {"matchLabels": {"name": "shop"}}},
                "api -> db TCP 5432",
                DENIED,
                ALLOWED,
            ),
            (
                "whatever the key is called, the values are names",
                {
                    "namespaceSelector": {
                        "matchExpressions": [{"key": "namespace", "operator": "In", "values": ["shop", "monitoring"]}]
                    }
                },
                "prometheus -> db TCP 5432",
                DENIED,
                ALLOWED,
            ),
            (
                "there is no namespace operations",
                team("operations"),
                "prometheus -> db TCP 5432",
                ALLOWED,
                DENIED,
            ),
            (
                "the label with the name is read rightly",
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}},
                "api -> db TCP 5432",
                ALLOWED,
                ALLOWED,
            ),
            (
                "the podSelector beside it still goes by labels",
                {"namespaceSelector": {"matchLabels": {"name": "shop"}}, **pods("api")},
                "web -> db TCP 5432",
                DENIED,
                DENIED,
            ),
            (
                "an empty selector is every namespace",
                {"namespaceSelector": {}},
                "prometheus -> db TCP 5432",
                ALLOWED,
                ALLOWED,
            ),
        )
    ),
]


def params() -> list[Any]:
    """The rows, the disputed ones marked."""
    return [
        pytest.param(
            case,
            id=f"{case.reading}: {case.why}",
        )
        for case in ROWS
    ]


def end(reach: Reachability, name: str) -> str:
    """The id of the endpoint that a Pod's name or an outside address stands for."""
    if name in HOMES:
        return f"{HOMES[name]}/{name}"
    wanted = ipaddress.ip_address(name)
    [found] = [
        endpoint.id
        for endpoint in reach.endpoints
        if endpoint.range is not None and endpoint.family == f"IPv{wanted.version}"
        if int(ipaddress.ip_address(endpoint.range[0])) <= int(wanted) <= int(ipaddress.ip_address(endpoint.range[1]))
    ]
    return found


@pytest.mark.parametrize("case", params())
def test_a_believer_expects(case: Row) -> None:
    policies = [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"policy-{number}", "namespace": namespace},
            "spec": spec,
        }
        for number, (namespace, spec) in enumerate(case.policies, 1)
    ]
    cluster = cluster_of([*scene(), *policies])
    source, _, destination, protocol, port = case.flow.split()

    def passes(reading: Any) -> bool:
        reach = reachability(cluster, reading)
        return Flow(end(reach, source), end(reach, destination), protocol, int(port)).passes(reach)

    assert (passes(KUBERNETES), passes(semantics(case.reading))) == (case.truth, case.believed)


@pytest.mark.parametrize("reading", [name for model in models("network") for name in model.names])
def test_every_reading_has_rows_on_both_sides(reading: str) -> None:
    argued = [case for case in ROWS if case.reading == reading]
    assert len(argued) >= 3
    assert {case.truth == case.believed for case in argued} == {True, False}
