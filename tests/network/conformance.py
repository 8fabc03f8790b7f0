"""What every conformant network plugin must do, as a table.

The scenarios are those that Kubernetes' own end-to-end suite for NetworkPolicy puts to a real cluster, told over a
shop: three namespaces of three Pods each, all Pods alike, every Pod serving two ports over TCP, UDP and SCTP.
What a scenario changes on a running cluster (a label, a policy) is here a second moment with the world after it.

An expectation is a line ``deny SOURCE > DESTINATION [PROTOCOL[/PORT]]`` (or ``allow``) with ``*`` for anything.
At first everything is open; of two lines that cover one probe the later counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .scenes import Manifest, namespace, pod, policies

NAMESPACES = ("shop", "office", "supply")
PODS = ("web", "api", "db")
PORTS = (8080, 8081)
NAMED_PORTS = " ".join(
    f"serve-{port}-{protocol.lower()}={port}/{protocol}" for port in PORTS for protocol in ("TCP", "UDP", "SCTP")
)
PROBES = tuple((protocol, port) for protocol in ("TCP", "UDP", "SCTP") for port in (*PORTS, 9999))
"""9999 is a number that nobody declares; a server may listen on it all the same."""


@dataclass(frozen=True)
class Moment:
    """The cluster's policies at one time, and who reaches whom then."""

    policies: dict[str, str | None]
    """``namespace/name`` and the spec."""
    expect: tuple[str, ...]
    pod_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """Labels added to Pods."""
    namespace_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """Labels added to namespaces."""

    def manifests(self) -> list[Manifest]:
        """The whole cluster."""
        documents: list[Any] = [
            namespace(name, {"team": name, **self.namespace_labels.get(name, {})}) for name in NAMESPACES
        ]
        for third, space in enumerate(NAMESPACES, start=1):
            for fourth, name in enumerate(PODS, start=1):
                labels = {"app": name, **self.pod_labels.get(f"{space}/{name}", {})}
                documents.append(pod(f"{space}/{name}", labels, f"10.20.{third}.{fourth}", ports=NAMED_PORTS))
        return documents + policies(self.policies)


@dataclass(frozen=True)
class Scenario:
    """One promise of the documentation, at one or several moments."""

    name: str
    moments: tuple[Moment, ...]


def scenario(name: str, specs: dict[str, str | None], *expect: str) -> Scenario:
    """A scenario of one moment."""
    return Scenario(name, (Moment(specs, expect),))


DENY_INGRESS = "{podSelector: {}, policyTypes: [Ingress]}"
DENY_EGRESS = "{podSelector: {}, policyTypes: [Egress]}"
DENY_BOTH = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
ALLOW_INGRESS = "{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}"
ALLOW_EGRESS = "{podSelector: {}, policyTypes: [Egress], egress: [{}]}"


def into_web(rule: str) -> str:
    """The spec of a policy with one ingress rule for Pods `app: web`."""
    return "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [" + rule + "]}"


def out_of_web(rule: str) -> str:
    """The spec of a policy with one egress rule for Pods `app: web`."""
    return "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [" + rule + "]}"


SCENARIOS = (
    # -- default deny, default allow --------------------------------------------------------------------------
    scenario("without policies everyone reaches everyone", {}),
    scenario(
        "default deny of ingress closes a namespace to everyone", {"shop/closed": DENY_INGRESS}, "deny * > shop/*"
    ),
    scenario("default deny of ingress holds for UDP", {"office/closed": DENY_INGRESS}, "deny * > office/*"),
    scenario(
        "default deny of both directions closes a namespace and locks it in",
        {"shop/closed": DENY_BOTH},
        "deny * > shop/*",
        "deny shop/* > *",
    ),
    scenario("default deny of egress locks a namespace in", {"shop/locked": DENY_EGRESS}, "deny shop/* > *"),
    scenario("an allow-all policy leaves everything open", {"shop/open": ALLOW_INGRESS}),
    scenario(
        "an allow-all policy of both directions leaves everything open",
        {"shop/open": "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}"},
    ),
    # -- who may come in --------------------------------------------------------------------------------------
    scenario(
        "a Pod selector lets in Pods of the policy's own namespace",
        {"shop/api-only": into_web("{from: [{$api}]}")},
        "deny * > shop/web",
        "allow shop/api > shop/web",
    ),
    scenario(
        "one Pod is opened in a namespace that is closed by default",
        {"shop/closed": DENY_INGRESS, "shop/web-open": into_web("{from: [{namespaceSelector: {}}]}")},
        "deny * > shop/*",
        "allow * > shop/web",
    ),
    scenario(
        "an empty namespace selector lets in the Pods of all namespaces",
        {"shop/all": into_web("{from: [{namespaceSelector: {}}]}")},
    ),
    scenario(
        "a namespace selector lets in another namespace and not the policy's own",
        {"shop/office-only": into_web("{from: [{$office}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web",
    ),
    scenario(
        "expressions of a Pod selector are understood",
        {
            "shop/api-only": into_web(
                "{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [api]}]}}]}"
            )
        },
        "deny * > shop/web",
        "allow shop/api > shop/web",
    ),
    scenario(
        "expressions of a namespace selector are understood",
        {
            "shop/office-only": into_web(
                "{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [office]}]}}]}"
            )
        },
        "deny * > shop/web",
        "allow office/* > shop/web",
    ),
    scenario(
        "two items mean a Pod selector or a namespace selector",
        {"shop/either": into_web("{from: [{$office}, {$api}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web",
        "allow shop/api > shop/web",
    ),
    scenario(
        "one item means a Pod selector and a namespace selector",
        {"shop/both": into_web("{from: [{$office, $api}]}")},
        "deny * > shop/web",
        "allow office/api > shop/web",
    ),
    scenario(
        "one item may hold several values of namespaces and Pods",
        {
            "shop/both": into_web(
                "{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [shop]}]},"
                " podSelector: {matchExpressions: [{key: app, operator: In, values: [api, db]}]}}]}"
            )
        },
        "deny * > shop/web",
        "allow office/api > shop/web",
        "allow office/db > shop/web",
        "allow supply/api > shop/web",
        "allow supply/db > shop/web",
    ),
    scenario(
        "any of several Pod selectors lets in",
        {"shop/any": into_web("{from: [{$api}, {$db}]}")},
        "deny * > shop/web",
        "allow shop/api > shop/web",
        "allow shop/db > shop/web",
    ),
    scenario(
        "an empty Pod selector keeps out Pods of other namespaces",
        {"shop/own": "{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}"},
        "deny * > shop/*",
        "allow shop/* > shop/*",
    ),
    scenario(
        "the namespace's default label selects it by name",
        {
            "shop/office-only": into_web(
                "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: office}}}]}"
            )
        },
        "deny * > shop/web",
        "allow office/* > shop/web",
    ),
    scenario(
        "the namespace's default label works in expressions",
        {
            "shop/not-own": into_web(
                "{from: [{namespaceSelector: {matchExpressions:"
                " [{key: kubernetes.io/metadata.name, operator: NotIn, values: [shop]}]}}]}"
            )
        },
        "deny shop/* > shop/web",
    ),
    # -- ports ------------------------------------------------------------------------------------------------
    scenario(
        "a port number opens that port alone",
        {"shop/one-port": into_web("{from: [{$office}], ports: [{port: 8081}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web TCP/8081",
    ),
    scenario(
        "several ports of one rule open each of them",
        {"shop/two-ports": into_web("{from: [{$office}], ports: [{port: 8080}, {port: 8081}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web TCP/8080",
        "allow office/* > shop/web TCP/8081",
    ),
    scenario(
        "stacked policies for one Pod add up",
        {
            "shop/first": into_web("{from: [{$office}], ports: [{port: 8080}]}"),
            "shop/second": into_web("{from: [{$office}], ports: [{port: 8081}]}"),
        },
        "deny * > shop/web",
        "allow office/* > shop/web TCP/8080",
        "allow office/* > shop/web TCP/8081",
    ),
    scenario(
        "policies with overlapping Pod selectors add up",
        {
            "shop/web": into_web("{from: [{$office}], ports: [{port: 8081}]}"),
            "shop/web-and-api": (
                "{podSelector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]},"
                " policyTypes: [Ingress], ingress: [{from: [{$office}], ports: [{port: 8080}]}]}"
            ),
        },
        "deny * > shop/web",
        "deny * > shop/api",
        "allow office/* > shop/web TCP/8080",
        "allow office/* > shop/web TCP/8081",
        "allow office/* > shop/api TCP/8080",
    ),
    scenario(
        "a port name lets everyone in on that port",
        {"shop/named": into_web("{ports: [{port: serve-8081-tcp}]}")},
        "deny * > shop/web",
        "allow * > shop/web TCP/8081",
    ),
    scenario(
        "a port name with a peer needs both",
        {"shop/named": into_web("{from: [{$office}], ports: [{port: serve-8080-tcp}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web TCP/8080",
    ),
    scenario(
        "a port name in an egress rule opens that port of every destination",
        {"shop/named": out_of_web("{ports: [{port: serve-8080-tcp}]}")},
        "deny shop/web > *",
        "allow shop/web > * TCP/8080",
    ),
    scenario(
        "an item with only a protocol opens all its ports",
        {"shop/tcp": into_web("{ports: [{protocol: TCP}]}")},
        "deny * > shop/web",
        "allow * > shop/web TCP",
    ),
    scenario(
        "an item with only a protocol opens no other protocol",
        {"shop/udp": into_web("{ports: [{protocol: UDP}]}")},
        "deny * > shop/web",
        "allow * > shop/web UDP",
    ),
    scenario(
        "a rule for UDP opens no TCP",
        {"shop/udp": into_web("{ports: [{protocol: UDP, port: 8081}]}")},
        "deny * > shop/web",
        "allow * > shop/web UDP/8081",
    ),
    scenario(
        "a range of ports opens both of its ends and what lies between",
        {"shop/range": into_web("{from: [{$office}], ports: [{port: 8079, endPort: 8080}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web TCP/8080",
    ),
    scenario(
        "a range of ports in egress opens the destinations' ports",
        {"shop/range": out_of_web("{to: [{$office}], ports: [{port: 8081, endPort: 10000}]}")},
        "deny shop/web > *",
        "allow shop/web > office/* TCP/8081",
        "allow shop/web > office/* TCP/9999",
    ),
    scenario(
        "a range of one port is that port",
        {"shop/range": into_web("{ports: [{port: 8080, endPort: 8080}]}")},
        "deny * > shop/web",
        "allow * > shop/web TCP/8080",
    ),
    # -- UDP and SCTP ------------------------------------------------------------------------------------------
    scenario(
        "UDP: only one Pod of another namespace is let in",
        {"shop/udp": into_web("{from: [{$office, $api}], ports: [{protocol: UDP, port: 8080}]}")},
        "deny * > shop/web",
        "allow office/api > shop/web UDP/8080",
    ),
    scenario(
        "UDP: a port number opens that port alone",
        {"shop/udp": into_web("{from: [{$office}], ports: [{protocol: UDP, port: 8081}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web UDP/8081",
    ),
    scenario(
        "SCTP: a port number opens that port alone",
        {"shop/sctp": into_web("{from: [{$office}], ports: [{protocol: SCTP, port: 8081}]}")},
        "deny * > shop/web",
        "allow office/* > shop/web SCTP/8081",
    ),
    scenario(
        "SCTP: only one Pod of another namespace is let in",
        {"shop/sctp": into_web("{from: [{$office, $api}], ports: [{protocol: SCTP, port: 8080}]}")},
        "deny * > shop/web",
        "allow office/api > shop/web SCTP/8080",
    ),
    scenario(
        "SCTP is not mistaken for TCP",
        {"shop/sctp": into_web("{ports: [{protocol: SCTP, port: 8080}]}")},
        "deny * > shop/web",
        "allow * > shop/web SCTP/8080",
    ),
    scenario(
        "a Pod that only an SCTP rule selects is closed for TCP",
        {"shop/sctp": into_web("{ports: [{protocol: SCTP}]}")},
        "deny * > shop/web",
        "allow * > shop/web SCTP",
    ),
    # -- who may go out ---------------------------------------------------------------------------------------
    scenario(
        "egress is closed for the selected Pod alone",
        {"shop/locked": "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}"},
        "deny shop/web > *",
    ),
    scenario(
        "egress is closed for all Pods of a namespace",
        {"office/locked": "{podSelector: {}, policyTypes: [Egress], egress: []}"},
        "deny office/* > *",
    ),
    scenario(
        "egress goes to one Pod of another namespace",
        {"shop/office-api": out_of_web("{to: [{$office, $api}]}")},
        "deny shop/web > *",
        "allow shop/web > office/api",
    ),
    scenario(
        "egress is closed at the sender even where the receiver lets it in",
        {
            "shop/only-supply": out_of_web("{to: [{namespaceSelector: {matchLabels: {team: supply}}}]}"),
            "office/from-shop": (
                "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}]}]}"
            ),
        },
        "deny * > office/*",
        "allow shop/* > office/*",
        "deny shop/web > *",
        "allow shop/web > supply/*",
    ),
    scenario(
        "ingress and egress of one policy are both enforced",
        {
            "shop/both": (
                "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress],"
                " ingress: [{ports: [{port: 8080}]}], egress: [{ports: [{port: 8081}]}]}"
            )
        },
        "deny * > shop/web",
        "allow * > shop/web TCP/8080",
        "deny shop/web > *",
        "allow shop/web > * TCP/8081",
    ),
    scenario(
        "ingress and egress of one Pod are controlled by separate policies",
        {
            "shop/in": into_web("{from: [{$api}]}"),
            "shop/out": "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{$db}]}]}",
        },
        "deny * > shop/web",
        "allow shop/api > shop/web",
        "deny shop/web > *",
        "allow shop/web > shop/db",
    ),
    scenario(
        "an allow-all ingress policy wins over narrower ones",
        {"shop/narrow": into_web("{from: [{$api}]}"), "shop/open": ALLOW_INGRESS},
    ),
    scenario(
        "an allow-all egress policy wins over narrower ones",
        {"shop/narrow": out_of_web("{to: [{$api}]}"), "shop/open": ALLOW_EGRESS},
    ),
    # -- addresses --------------------------------------------------------------------------------------------
    scenario(
        "egress goes to the one Pod of an address block",
        {"shop/block": out_of_web("{to: [{ipBlock: {cidr: 10.20.2.2/32}}]}")},
        "deny shop/web > *",
        "allow shop/web > office/api",
    ),
    scenario(
        "egress does not go to an exception of an address block",
        {"shop/block": out_of_web("{to: [{ipBlock: {cidr: 10.20.2.0/24, except: [10.20.2.2/32]}}]}")},
        "deny shop/web > *",
        "allow shop/web > office/*",
        "deny shop/web > office/api",
    ),
    scenario(
        "an address that one block excepts and another covers is allowed",
        {
            "shop/block": out_of_web("{to: [{ipBlock: {cidr: 10.20.2.0/24, except: [10.20.2.2/32]}}]}"),
            "shop/again": out_of_web("{to: [{ipBlock: {cidr: 10.20.2.2/32}}]}"),
        },
        "deny shop/web > *",
        "allow shop/web > office/*",
    ),
    scenario(
        "ingress comes from an address block less its exception",
        {"shop/block": into_web("{from: [{ipBlock: {cidr: 10.20.0.0/16, except: [10.20.3.0/24]}}]}")},
        "deny supply/* > shop/web",
    ),
    # -- changes ----------------------------------------------------------------------------------------------
    Scenario(
        "a policy that is updated counts as it now stands",
        (
            Moment({"shop/rule": ALLOW_INGRESS}, ()),
            Moment({"shop/rule": DENY_INGRESS}, ("deny * > shop/*",)),
        ),
    ),
    Scenario(
        "a policy that is deleted counts no more",
        (
            Moment({"shop/rule": DENY_BOTH}, ("deny * > shop/*", "deny shop/* > *")),
            Moment({}, ()),
        ),
    ),
    Scenario(
        "an exception that is taken out of the block lets the address in again",
        (
            Moment(
                {"shop/block": out_of_web("{to: [{ipBlock: {cidr: 10.20.2.0/24, except: [10.20.2.2/32]}}]}")},
                ("deny shop/web > *", "allow shop/web > office/*", "deny shop/web > office/api"),
            ),
            Moment(
                {"shop/block": out_of_web("{to: [{ipBlock: {cidr: 10.20.2.0/24}}]}")},
                ("deny shop/web > *", "allow shop/web > office/*"),
            ),
        ),
    ),
    Scenario(
        "a namespace that gets the label is let in",
        (
            Moment(
                {"shop/audited": into_web("{from: [{namespaceSelector: {matchLabels: {audited: 'true'}}}]}")},
                ("deny * > shop/web",),
            ),
            Moment(
                {"shop/audited": into_web("{from: [{namespaceSelector: {matchLabels: {audited: 'true'}}}]}")},
                ("deny * > shop/web", "allow office/* > shop/web"),
                namespace_labels={"office": {"audited": "true"}},
            ),
        ),
    ),
    Scenario(
        "a Pod that gets the label is let in",
        (
            Moment(
                {"shop/customer": into_web("{from: [{podSelector: {matchLabels: {customer: 'yes'}}}]}")},
                ("deny * > shop/web",),
            ),
            Moment(
                {"shop/customer": into_web("{from: [{podSelector: {matchLabels: {customer: 'yes'}}}]}")},
                ("deny * > shop/web", "allow shop/api > shop/web"),
                pod_labels={"shop/api": {"customer": "yes"}, "office/api": {"customer": "yes"}},
            ),
        ),
    ),
    Scenario(
        "a Pod that gets the label is closed",
        (
            Moment({"shop/closed": "{podSelector: {matchLabels: {quarantine: 'yes'}}}"}, ()),
            Moment(
                {"shop/closed": "{podSelector: {matchLabels: {quarantine: 'yes'}}}"},
                ("deny * > shop/db",),
                pod_labels={"shop/db": {"quarantine": "yes"}, "office/db": {"quarantine": "yes"}},
            ),
        ),
    ),
)
