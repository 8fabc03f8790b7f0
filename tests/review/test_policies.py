"""What a review says about policies, as a table: what it finds, and what it must not find."""

from __future__ import annotations

import pytest

from .scenes import DNS, by_app, closed, deny, namespace, pod, policy, reviewed, service, space, text, told

WEB, API, DB = pod("web"), pod("api", ports=[("http", 8080)]), pod("db", ports=[("sql", 5432)])
SHOP = [WEB, API, DB, *closed()]
DATA = pod("store", "data", [5432])


def into(app, *rules, name="in", **more):
    """A policy for the ingress of an app."""
    return policy(name, select={"app": app}, policyTypes=["Ingress"], ingress=list(rules), **more)


def out_of(app, *rules, name="out", **more):
    return policy(name, select={"app": app}, policyTypes=["Egress"], egress=list(rules), **more)


def names(name):
    return {"namespaceSelector": space(name)}


PORT = [{"port": 8080}]
SOUND = {
    "default deny and nothing else": SHOP,
    "a flow allowed at both ends, with DNS": [
        *SHOP,
        into("api", {"from": by_app("web"), "ports": PORT}),
        out_of("web", {"to": by_app("api"), "ports": PORT}, DNS),
    ],
    "a default that lets the own namespace in is a default all the same": [
        WEB,
        API,
        policy("own", policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {}}]}]),
        deny("shop", "Egress"),
    ],
    "everybody on one port, said by leaving from out": [*SHOP, into("api", {"ports": PORT})],
    "a block with exceptions": [
        *SHOP,
        into("web", {"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}], "ports": PORT}),
    ],
    "a peer in a namespace that is not here": [
        *SHOP,
        into("api", {"from": [{**names("elsewhere"), "podSelector": {"matchLabels": {"app": "x"}}}], "ports": PORT}),
    ],
    "a peer of which a Service says that it comes from elsewhere": [
        *SHOP,
        service("prometheus", [{"port": 9090}]),
        into("api", {"from": by_app("prometheus"), "ports": PORT}),
    ],
    "a port that no container declares, where a container declares none": [
        pod("mute", ports=()),
        *closed(),
        into("mute", {"ports": [{"port": 9999}]}),
    ],
    "a port that only a probe knows": [
        {**WEB, "spec": {**WEB["spec"], "containers": [
            {**WEB["spec"]["containers"][0], "readinessProbe": {"tcpSocket": {"port": 9000}}},
        ]}},
        *closed(),
        into("web", {"ports": [{"port": 9000}]}),
    ],
    "a port to which a Service leads": [
        *SHOP,
        service("api", [{"port": 80, "targetPort": 9000}]),
        into("api", {"ports": [{"port": 9000}]}),
    ],
    "two items that both mean somebody, and no Pod for both": [
        *SHOP,
        DATA,
        *closed("data"),
        into("api", {"from": [*by_app("web"), names("data")], "ports": PORT}),
        policy("out", "data", policyTypes=["Egress"], egress=[{"to": [{**names("shop")}], "ports": PORT}, DNS]),
        out_of("web", {"to": by_app("api"), "ports": PORT}, DNS),
    ],
    "Pods that may go nowhere need no names": SHOP,
    "DNS by a rule to every destination": [
        *SHOP,
        into("db", {"from": by_app("api")}),
        out_of("api", {"ports": [{"port": 5432}, {"port": 53, "protocol": "UDP"}]}),
    ],
    "a label that differs between replicas may match": [
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "db", "namespace": "shop"},
            "spec": {
                "serviceName": "db",
                "replicas": 2,
                "selector": {"matchLabels": {"app": "db"}},
                "template": {"metadata": {"labels": {"app": "db"}}, "spec": DB["spec"]},
            },
        },
        *closed(),
        policy("first", select={"statefulset.kubernetes.io/pod-name": "db-1"}, policyTypes=["Ingress"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_said_about_what_is_sound(name):
    assert told(reviewed(SOUND[name])) == set()


FAULTS = {
    "no policy at all": (
        [WEB],
        "warning no-default-deny-ingress: namespace shop",
        "warning no-default-deny-egress: namespace shop",
    ),
    "a default for one direction": (
        [WEB, deny("shop", "Ingress")],
        "warning no-default-deny-egress: namespace shop",
    ),
    "every Pod selected by name, and none for the next": (
        [WEB, policy("web", select={"app": "web"}, policyTypes=["Ingress", "Egress"])],
        "note no-default-deny-ingress: namespace shop",
        "note no-default-deny-egress: namespace shop",
    ),
    "a default whose empty rule opens all again": (
        [WEB, policy("all", policyTypes=["Ingress"], ingress=[{}]), deny("shop", "Egress")],
        "warning rule-allows-everyone: NetworkPolicy shop/all, ingress rule 1",
        "warning no-default-deny-ingress: namespace shop",
    ),
    "an empty rule for ingress": (
        [*SHOP, into("db", {})],
        "warning rule-allows-everyone: NetworkPolicy shop/in, ingress rule 1",
    ),
    "an empty rule for egress is a note, and has DNS": (
        [*SHOP, out_of("db", {})],
        "note rule-allows-everywhere: NetworkPolicy shop/out, egress rule 1",
    ),
    "an empty list of peers": (
        [*SHOP, into("api", {"from": [], "ports": PORT})],
        "warning peers-written-empty: NetworkPolicy shop/in, ingress rule 1",
    ),
    "an empty list of ports": (
        [*SHOP, into("api", {"from": by_app("web"), "ports": []}), out_of("web", {"to": by_app("api")}, DNS)],
        "warning ports-written-empty: NetworkPolicy shop/in, ingress rule 1",
    ),
    "every address on every port": (
        [*SHOP, into("api", {"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]})],
        "warning block-is-everyone: NetworkPolicy shop/in, ingress rule 1",
    ),
    "every address on one port is a note": (
        [*SHOP, into("api", {"from": [{"ipBlock": {"cidr": "::/0"}}], "ports": PORT})],
        "note block-is-everyone: NetworkPolicy shop/in, ingress rule 1",
    ),
    "every Pod of the cluster": (
        [*SHOP, into("api", {"from": [{"namespaceSelector": {}}]})],
        "note peer-is-every-pod: NetworkPolicy shop/in, ingress rule 1",
    ),
    "an egress rule that policyTypes does not name": (
        [*SHOP, into("api", {"ports": PORT}, egress=[{"to": by_app("db")}])],
        "warning rule-without-effect: NetworkPolicy shop/in, egress rule 1",
    ),
    "egress rules without policyTypes": (
        [*SHOP, policy("out", select={"app": "api"}, egress=[DNS])],
        "warning ingress-closed-silently: NetworkPolicy shop/out",
    ),
    "a policy with a typing error in its selector": (
        [*SHOP, into("apii", {"ports": PORT})],
        "warning policy-selects-nothing: NetworkPolicy shop/in",
    ),
    "a policy whose Pods an operator makes": (
        [*SHOP, service("prometheus", [{"port": 9090}]), into("prometheus", {"ports": PORT})],
        "note policy-pods-not-here: NetworkPolicy shop/in",
    ),
    "policies without any Pod are told once": (
        closed("data"),
        "note policy-pods-not-here: namespace data: policy deny",
    ),
    "a policy for Pods on their node's network": (
        [*SHOP, pod("agent", hostNetwork=True), into("agent", {"ports": PORT})],
        "warning policy-on-host-network: NetworkPolicy shop/in",
        "error host-namespaces: Pod shop/agent",
        "error host-ports: Pod shop/agent",
    ),
    "a peer with a typing error": (
        [*SHOP, into("api", {"from": by_app("wep"), "ports": PORT})],
        "warning peer-matches-nobody: NetworkPolicy shop/in, ingress rule 1, peer 1",
    ),
    "a peer of another namespace without a namespaceSelector": (
        [*SHOP, DATA, *closed("data"), into("api", {"from": by_app("store"), "ports": PORT})],
        "warning peer-matches-nobody: NetworkPolicy shop/in, ingress rule 1, peer 1",
    ),
    "a dash too many towards a namespace that is not here": (
        [*SHOP, into("db", {"from": [names("data"), *by_app("report")], "ports": [{"port": 5432}]})],
        "warning peer-matches-nobody: NetworkPolicy shop/in, ingress rule 1, peer 2",
    ),
    "a namespace by a label that it has not": (
        [
            *SHOP, DATA, *closed("data"), namespace("data"),
            into("api", {"from": [{"namespaceSelector": {"matchLabels": {"name": "data"}}}], "ports": PORT}),
        ],
        "warning namespace-not-labelled: NetworkPolicy shop/in, ingress rule 1, peer 1",
    ),
    "the Service's port": (
        [*SHOP, service("api", [{"port": 80, "targetPort": 8080}]), into("api", {"ports": [{"port": 80}]})],
        "warning port-not-served: NetworkPolicy shop/in, ingress rule 1",
    ),
    "the wrong protocol": (
        [*SHOP, into("api", {"ports": [{"port": 8080, "protocol": "UDP"}]})],
        "warning port-not-served: NetworkPolicy shop/in, ingress rule 1",
    ),
    "the sender's port under egress": (
        [*SHOP, out_of("api", {"to": by_app("db"), "ports": PORT}, DNS)],
        "warning port-not-served: NetworkPolicy shop/out, egress rule 1",
        "warning one-end-closed: NetworkPolicy shop/out, egress rule 1",
    ),
    "a name that no Pod gives": (
        [*SHOP, into("api", {"ports": [{"port": "https"}]})],
        "warning port-name-unknown: NetworkPolicy shop/in, ingress rule 1",
    ),
    "a name with another protocol": (
        [*SHOP, into("api", {"ports": [{"port": "http", "protocol": "UDP"}]})],
        "warning port-name-unknown: NetworkPolicy shop/in, ingress rule 1",
    ),
    "a name towards addresses outside": (
        [
            *SHOP,
            out_of("api", {"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": "https"}]}, DNS),
        ],
        "warning port-name-unknown: NetworkPolicy shop/out, egress rule 1",
    ),
    "a range of thousands": (
        [*SHOP, into("api", {"ports": [{"port": 1024, "endPort": 65535}]})],
        "note range-too-wide: NetworkPolicy shop/in, ingress rule 1",
    ),
    "ingress without the egress for it": (
        [*SHOP, into("api", {"from": by_app("web"), "ports": PORT})],
        "warning one-end-closed: NetworkPolicy shop/in, ingress rule 1",
    ),
    "egress without the ingress for it": (
        [*SHOP, out_of("web", {"to": by_app("api"), "ports": PORT}, DNS)],
        "warning one-end-closed: NetworkPolicy shop/out, egress rule 1",
    ),
    "DNS forgotten": (
        [
            *SHOP,
            into("api", {"from": by_app("web"), "ports": PORT}),
            out_of("web", {"to": by_app("api"), "ports": PORT}),
        ],
        "warning dns-forgotten: namespace shop: shop/web",
    ),
    "DNS over TCP only": (
        [
            *SHOP,
            into("api", {"from": by_app("web"), "ports": PORT}),
            out_of("web", {"to": by_app("api"), "ports": PORT}, {"ports": [{"port": 53}]}),
        ],
        "warning dns-forgotten: namespace shop: shop/web",
    ),
    "a dash too many": (
        [
            *SHOP,
            pod("web", "data"), pod("report", "data"),
            policy("out", "data", policyTypes=["Egress"], egress=[{}]),
            policy("in", "data", policyTypes=["Ingress"]),
            into("api", {"from": [names("data"), *by_app("report")], "ports": PORT}),
        ],
        "warning dash-splits-peer: NetworkPolicy shop/in, ingress rule 1",
        "note rule-allows-everywhere: NetworkPolicy data/out, egress rule 1",
        "warning no-default-deny-egress: namespace data",
    ),
    "a dash that may be meant": (
        [
            WEB, API, *closed(), pod("web", "data"), pod("report", "data"), deny("data", "Ingress"),
            policy("out", "data", policyTypes=["Egress"], egress=[{"to": [names("shop")]}, DNS]),
            out_of("web", {"to": by_app("api"), "ports": PORT}, DNS),
            into("api", {"from": [*by_app("web"), names("data")], "ports": PORT}),
        ],
        "note dash-splits-peer: NetworkPolicy shop/in, ingress rule 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_found_is_this_and_nothing_else(name):
    documents, *expected = FAULTS[name]
    assert told(reviewed(documents)) == set(expected)


def only(documents):
    [found] = reviewed(documents).findings
    return found


BESIDES = {
    "the nearest Pod, by a value that looks like it": (
        into("api", {"from": by_app("wep"), "ports": PORT}),
        "no Pod of shop has app=wep. The nearest is shop/web, which has app=web.",
    ),
    "no Pod that has nothing to do with it": (
        into("api", {"from": by_app("prometheus"), "ports": PORT}),
        "no Pod of shop has app=prometheus.",
    ),
    "the Service that leads elsewhere": (
        into("api", {"ports": [{"port": 80}]}),
        "TCP 80 is none of them. It is the port of Service shop/api, which leads to port 8080 of the Pods.",
    ),
    "the protocol that is served": (
        into("api", {"ports": [{"port": 8080, "protocol": "SCTP"}]}),
        "SCTP 8080 is none of them. They serve TCP 8080.",
    ),
    "the names that there are": (
        into("api", {"ports": [{"port": "htp"}]}),
        "TCP htp opens nothing. Their names are http.",
    ),
}


@pytest.mark.parametrize("name", BESIDES)
def test_a_finding_names_what_is_near(name):
    wrong, got = BESIDES[name]
    assert only([*SHOP, service("api", [{"port": 80, "targetPort": 8080}]), wrong]).got == got


def test_the_dash_is_proved_by_a_flow_and_the_line_of_the_dash():
    documents, *_ = FAULTS["a dash too many"]
    found = next(each for each in reviewed(documents).findings if each.id == "dash-splits-peer")
    assert "data/web -> shop/api TCP 8080 is open, and would be closed" in found.got
    assert found.misconceptions == ("dash-is-decoration",)
    line = text(documents).splitlines()[(found.line or 0) - 2]
    assert "podSelector" in line or "{" in line


def test_one_end_is_told_with_the_flow_and_the_end_that_is_closed():
    documents, *_ = FAULTS["ingress without the egress for it"]
    found = only(documents)
    assert found.got == "this rule allows shop/web -> shop/api TCP 8080, and the egress of shop/web does not"


def test_dns_is_told_with_a_flow_that_is_open():
    documents, *_ = FAULTS["DNS forgotten"]
    assert "shop/web -> shop/api TCP 8080 is open, and shop/web cannot look up that name" in only(documents).got


ELSEWHERE = {
    "no policy at all is said with a reserve": (
        [WEB],
        "no policy of the namespace is among these manifests; if they are kept elsewhere, review them together",
    ),
    "a policy for the other direction is none": (
        [WEB, deny("shop", "Ingress")],
        "no policy of the namespace is about egress",
    ),
}


def test_a_policy_without_its_namespace_is_told_where_its_pods_are():
    documents = [*SHOP, policy("web", "default", select={"app": "web"}, policyTypes=["Ingress"])]
    assert only(documents).because == (
        "nothing in these manifests makes a Pod there. shop/web has the labels that NetworkPolicy web asks for, and is "
        "in namespace shop"
    )


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_cannot_be_known_is_said_to_be_unknown(name):
    documents, because = ELSEWHERE[name]
    assert next(each.because for each in reviewed(documents).findings if each.id == "no-default-deny-egress") == because
