"""The corners of NetworkPolicy, one small cluster each, with the exact set of ports that gets through.

A row's expectation ``"shop/web > shop/api": "TCP 80"`` means exactly TCP 80 and nothing else; a bare address is one
outside the cluster. What the specification leaves open stands under `undefined`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .scenes import EVERYTHING, NOTHING, Manifest, container, namespace, pod, policies, policy, workload

OUTSIDE = "203.0.113.7"
OUTSIDE_V6 = "2001:db8:7::1"


@dataclass(frozen=True)
class Corner:
    """A small cluster and what gets through in it."""

    name: str
    documents: list[Manifest]
    allowed: dict[str, str]
    undefined: dict[str, str] = field(default_factory=dict)
    """What is undefined for a pair; nothing where a pair of `allowed` is not named."""
    pod_cidrs: tuple[str, ...] = ()
    kubernetes_version: str | None = None
    """The API server that took the manifests, where not every version does."""


SHOP = [
    namespace("shop", {"team": "sales"}),
    namespace("office", {"team": "finance"}),
    pod("shop/web", None, "10.20.1.1"),
    pod("shop/api", None, "10.20.1.2", ports="http=8080 dns=53/UDP"),
    pod("office/web", None, "10.20.2.1"),
    pod("office/api", None, "10.20.2.2", ports="http=9000"),
]
"""Two namespaces with a web and an api each. The port http has another number in each."""


def shop(name: str, specs: dict[str, str | None], allowed: dict[str, str], *more: Manifest) -> Corner:
    """A corner over the shop with some policies, and perhaps more objects."""
    return Corner(name, [*SHOP, *more, *policies(specs)], allowed)


def one(name: str, spec: str | None, **allowed: str) -> Corner:
    """A corner with a single policy in `shop`; the keys of `allowed` stand for the pairs in `PAIRS`."""
    return shop(name, {"shop/rule": spec}, {PAIRS[key]: ports for key, ports in allowed.items()})


PAIRS = {
    "inner": "shop/web > shop/api",
    "back": "shop/api > shop/web",
    "inward": "office/web > shop/api",
    "api_in": "office/api > shop/api",
    "outward": "shop/api > office/api",
    "web_out": "shop/web > office/api",
    "aside": "office/web > office/api",
    "into": f"{OUTSIDE} > shop/api",
    "out": f"shop/api > {OUTSIDE}",
    "into_v6": f"{OUTSIDE_V6} > shop/api",
    "out_v6": f"shop/api > {OUTSIDE_V6}",
}

DEFAULTING = (
    one(
        "policyTypes absent with an egress rule closes ingress too",
        "{$api, egress: [{to: [{podSelector: {}}]}]}",
        inner=NOTHING,
        into=NOTHING,
        back=EVERYTHING,
        outward=NOTHING,
        out=NOTHING,
    ),
    one(
        "policyTypes absent with `egress: []` leaves egress open",
        "{$api, egress: []}",
        inner=NOTHING,
        back=EVERYTHING,
        outward=EVERYTHING,
        out=EVERYTHING,
    ),
    one(
        "policyTypes absent with `egress: null` leaves egress open",
        "{$api, egress: null}",
        inner=NOTHING,
        outward=EVERYTHING,
    ),
    one(
        "policyTypes absent with one empty egress rule closes ingress and opens all egress",
        "{$api, egress: [{}]}",
        inner=NOTHING,
        outward=EVERYTHING,
        out=EVERYTHING,
    ),
    one(
        "policyTypes absent with ingress rules leaves egress open",
        "{$api, ingress: [{}]}",
        inner=EVERYTHING,
        outward=EVERYTHING,
    ),
    one(
        "`policyTypes: []` is as absent",
        "{$api, policyTypes: [], egress: [{ports: [{port: 53}]}]}",
        inner=NOTHING,
        outward="TCP 53",
    ),
    one(
        "`policyTypes: null` is as absent",
        "{$api, policyTypes: null, egress: [{ports: [{port: 53}]}]}",
        inner=NOTHING,
        outward="TCP 53",
    ),
    one(
        "policyTypes [Egress] makes ingress rules dead text",
        "{$api, policyTypes: [Egress], ingress: [{from: [{podSelector: {}}]}]}",
        inner=EVERYTHING,
        inward=EVERYTHING,
        into=EVERYTHING,
        outward=NOTHING,
    ),
    one(
        "policyTypes [Egress] with an empty ingress list leaves ingress open",
        "{$api, policyTypes: [Egress], ingress: []}",
        inner=EVERYTHING,
        outward=NOTHING,
    ),
    one(
        "policyTypes [Ingress] makes egress rules dead text",
        "{$api, policyTypes: [Ingress], egress: [{ports: [{port: 53}]}]}",
        inner=NOTHING,
        outward=EVERYTHING,
        out=EVERYTHING,
    ),
    one(
        "a direction named twice counts once",
        "{$api, policyTypes: [Egress, Egress]}",
        inner=EVERYTHING,
        outward=NOTHING,
    ),
    one(
        "a policy without a spec denies all ingress of its namespace",
        None,
        inner=NOTHING,
        back=NOTHING,
        into=NOTHING,
        outward=EVERYTHING,
        aside=EVERYTHING,
    ),
    one(
        "a policy whose spec is null denies all ingress of its namespace",
        "null",
        inner=NOTHING,
        back=NOTHING,
        outward=EVERYTHING,
        aside=EVERYTHING,
    ),
    one(
        "a policy whose spec is empty denies all ingress of its namespace",
        "{}",
        inner=NOTHING,
        back=NOTHING,
        outward=EVERYTHING,
        aside=EVERYTHING,
    ),
    one("podSelector null means all Pods", "{podSelector: null}", inner=NOTHING, back=NOTHING, aside=EVERYTHING),
    one("podSelector absent means all Pods", "{policyTypes: [Ingress]}", inner=NOTHING, back=NOTHING, aside=EVERYTHING),
    one(
        "no protocol means TCP, so `port: 53` leaves UDP closed",
        "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53}]}]}",
        inner="TCP 53",
        outward="TCP 53",
        out="TCP 53",
    ),
    one("a null protocol means TCP", "{$api, ingress: [{ports: [{protocol: null, port: 53}]}]}", inner="TCP 53"),
    Corner(
        "the label with a namespace's name cannot be faked",
        [
            pod("shop/api"),
            pod("office/web"),
            pod("lab/web"),
            namespace("lab", {"kubernetes.io/metadata.name": "office"}),
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{namespaceSelector: "
                "{matchLabels: {kubernetes.io/metadata.name: office}}}]}]}",
            ),
        ],
        {"office/web > shop/api": EVERYTHING, "lab/web > shop/api": NOTHING},
    ),
    Corner(
        "a namespace that no manifest declares carries its name and no other label",
        [
            pod("shop/api"),
            pod("lab/web"),
            policy(
                "shop/by-name",
                "{$api, ingress: [{from: [{namespaceSelector: "
                "{matchLabels: {kubernetes.io/metadata.name: lab}}}], ports: [{port: 80}]},"
                " {from: [{namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}],"
                " ports: [{port: 81}]},"
                " {from: [{namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}],"
                " ports: [{port: 82}]}]}",
            ),
        ],
        {"lab/web > shop/api": "TCP 80-81"},
    ),
    Corner(
        "objects without a namespace live in `default`",
        [
            {**pod("default/web"), "metadata": {"name": "web", "labels": {"app": "web"}}},
            pod("default/api"),
            pod("shop/api"),
            {**policy("default/rule", "{$api}"), "metadata": {"name": "rule"}},
        ],
        {
            "default/web > default/api": NOTHING,
            "default/web > shop/api": EVERYTHING,
            "default/api > default/web": EVERYTHING,
        },
    ),
    Corner(
        "the same policy twice: the last one counts",
        [
            *SHOP,
            policy("shop/rule", "{$api}"),
            policy("shop/rule", "{$api, ingress: [{ports: [{port: 80}]}]}"),
        ],
        {PAIRS["inner"]: "TCP 80"},
    ),
)

THE_LOOK_ALIKES = (
    one(
        "one empty rule allows everything",
        "{$api, ingress: [{}]}",
        inner=EVERYTHING,
        into=EVERYTHING,
        into_v6=EVERYTHING,
    ),
    one(
        "a lone dash is an empty rule and allows everything",
        "{$api, ingress: [null]}",
        inner=EVERYTHING,
        into=EVERYTHING,
    ),
    one("`ingress: []` denies", "{$api, ingress: []}", inner=NOTHING, into=NOTHING, into_v6=NOTHING),
    one("`ingress: null` denies", "{$api, ingress: null}", inner=NOTHING),
    one(
        "`from: []` is everyone",
        "{$api, ingress: [{from: [], ports: [{port: 80}]}]}",
        inner="TCP 80",
        inward="TCP 80",
        into="TCP 80",
        into_v6="TCP 80",
    ),
    one(
        "`from: null` is everyone",
        "{$api, ingress: [{from: null, ports: [{port: 80}]}]}",
        inner="TCP 80",
        into="TCP 80",
    ),
    one(
        "`to: []` is everyone",
        "{$api, policyTypes: [Egress], egress: [{to: [], ports: [{port: 80}]}]}",
        back="TCP 80",
        outward="TCP 80",
        out="TCP 80",
        out_v6="TCP 80",
    ),
    one(
        "`ports: []` is every port",
        "{$api, ingress: [{from: [{$web}], ports: []}]}",
        inner=EVERYTHING,
        inward=NOTHING,
    ),
    one(
        "`ports: null` is every port",
        "{$api, ingress: [{from: [{$web}], ports: null}]}",
        inner=EVERYTHING,
        inward=NOTHING,
    ),
    one(
        "`ports: [{}]` is all of TCP and nothing else",
        "{$api, ingress: [{ports: [{}]}]}",
        inner="TCP",
        into="TCP",
    ),
    one("`ports: [null]` is all of TCP and nothing else", "{$api, ingress: [{ports: [null]}]}", inner="TCP"),
    one("`ports: [{port: null}]` is all of TCP", "{$api, ingress: [{ports: [{port: null}]}]}", inner="TCP"),
    one(
        "one empty egress rule allows all egress",
        "{$api, policyTypes: [Egress], egress: [{}]}",
        back=EVERYTHING,
        out=EVERYTHING,
        out_v6=EVERYTHING,
        inner=EVERYTHING,
    ),
    one(
        "an empty rule beside a narrow one allows everything",
        "{$api, ingress: [{ports: [{port: 80}]}, {}]}",
        inner=EVERYTHING,
    ),
)

ISOLATION = (
    shop("without any policy everything is open", {}, dict.fromkeys(PAIRS.values(), EVERYTHING)),
    one(
        "a policy selects Pods of its own namespace only",
        "{$api}",
        inner=NOTHING,
        aside=EVERYTHING,
        back=EVERYTHING,
    ),
    shop(
        "several policies add up",
        {
            "shop/first": "{$api, ingress: [{ports: [{port: 1, endPort: 8}]}]}",
            "shop/second": "{$api, ingress: [{ports: [{port: 6, endPort: 10}]}]}",
        },
        {PAIRS["inner"]: "TCP 1-10"},
    ),
    shop(
        "deny-all beside an allow leaves the allow",
        {"shop/deny": "{podSelector: {}}", "shop/allow": "{$api, ingress: [{from: [{$web}]}]}"},
        {PAIRS["inner"]: EVERYTHING, PAIRS["back"]: NOTHING, PAIRS["inward"]: NOTHING},
    ),
    shop(
        "no policy takes back what another allows",
        {
            "shop/open": "{podSelector: {}, ingress: [{}]}",
            "shop/narrow": "{$api, ingress: [{ports: [{port: 80}]}]}",
            "shop/deny": "{podSelector: {}}",
        },
        {PAIRS["inner"]: EVERYTHING, PAIRS["into"]: EVERYTHING},
    ),
    shop(
        "a connection needs the sender's egress and the receiver's ingress",
        {
            "shop/out": "{$api, policyTypes: [Egress], egress: [{ports: [{port: 80, endPort: 90}]}]}",
            "office/in": "{$api, ingress: [{ports: [{port: 85, endPort: 95}]}]}",
        },
        {PAIRS["outward"]: "TCP 85-90", PAIRS["web_out"]: "TCP 85-95", PAIRS["back"]: "TCP 80-90"},
    ),
    shop(
        "the receiver's allow is not enough",
        {
            "shop/out": "{$web, policyTypes: [Egress], egress: [{to: [{$api}]}]}",
            "office/in": "{$api, ingress: [{from: [{namespaceSelector: {}}]}]}",
        },
        {PAIRS["web_out"]: NOTHING, PAIRS["inner"]: EVERYTHING, PAIRS["outward"]: EVERYTHING},
    ),
    one(
        "a server that may open no connection still answers: the direction is who opens it",
        "{$api, policyTypes: [Egress]}",
        inner=EVERYTHING,
        back=NOTHING,
        into=EVERYTHING,
    ),
    shop(
        "names do not resolve under egress isolation unless DNS is opened, over UDP and TCP",
        {"shop/out": "{$web, policyTypes: [Egress], egress: [{to: [{$api}]}]}"},
        {"shop/web > kube-system/dns": NOTHING},
        pod("kube-system/dns"),
    ),
    shop(
        "a policy in a namespace without Pods changes nothing",
        {"empty/deny": "{podSelector: {}, policyTypes: [Ingress, Egress]}"},
        {PAIRS["inner"]: EVERYTHING, PAIRS["outward"]: EVERYTHING},
    ),
    one(
        "a policy that selects nothing changes nothing",
        "{podSelector: {matchLabels: {app: nobody}}}",
        inner=EVERYTHING,
        back=EVERYTHING,
    ),
    shop(
        "the two directions are isolated apart",
        {"shop/in": "{$api}", "office/out": "{$web, policyTypes: [Egress]}"},
        {
            PAIRS["inner"]: NOTHING,
            PAIRS["outward"]: EVERYTHING,
            PAIRS["inward"]: NOTHING,
            PAIRS["aside"]: NOTHING,
            "shop/web > office/web": EVERYTHING,
            "office/api > office/web": EVERYTHING,
        },
    ),
    Corner(
        "a workload's own labels are no Pod labels",
        [
            {
                **workload("Deployment", "shop/api"),
                "metadata": {"namespace": "shop", "name": "api", "labels": {"tier": "back"}},
            },
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {tier: back}}}"),
        ],
        {"shop/web > shop/api": EVERYTHING},
    ),
    Corner(
        "a workload's Pods carry the template's labels",
        [
            workload("Deployment", "shop/api", {"app": "api", "tier": "back"}),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {tier: back}}}"),
        ],
        {"shop/web > shop/api": NOTHING, "shop/api > shop/web": EVERYTHING},
    ),
    *(
        Corner(
            f"the Pods of a {kind} are judged by their template",
            [
                workload(kind, "shop/api", ports="http=8080"),
                pod("shop/web"),
                policy("shop/rule", "{$api, ingress: [{ports: [{port: http}]}]}"),
            ],
            {"shop/web > shop/api": "TCP 8080"},
        )
        for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob")
    ),
    Corner(
        "two workloads that share a name are told apart by kind",
        [
            workload("Deployment", "shop/api", {"app": "api"}),
            workload("StatefulSet", "shop/api", {"app": "store"}),
            pod("shop/web"),
            policy("shop/rule", "{$api}"),
        ],
        {"shop/web > Deployment/shop/api": NOTHING, "shop/web > StatefulSet/shop/api": EVERYTHING},
    ),
)


def selector_row(name: str, selector: str, *selected: str) -> Corner:
    """A row of the selector table: which of four Pods a selector selects, as a policy's Pods and as its peers."""
    pods = {"plain": {}, "front": {"tier": "front"}, "upper": {"tier": "Front"}, "blank": {"tier": ""}}
    documents = [
        *(pod(f"shop/{pod_name}", labels) for pod_name, labels in pods.items()),
        *(pod(f"office/{pod_name}", labels) for pod_name, labels in pods.items()),
        pod("shop/probe", {"probe": "1"}),
        pod("lab/probe"),
        policy("shop/subject", "{podSelector: " + selector + "}"),
        policy(
            "lab/peer",
            "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: "
            "{kubernetes.io/metadata.name: office}}, podSelector: " + selector + "}]}]}",
        ),
    ]
    allowed = {}
    for pod_name in pods:
        allowed[f"office/probe-{pod_name}"] = ""
    return Corner(
        name,
        documents,
        {
            **{f"lab/probe > shop/{each}": NOTHING if each in selected else EVERYTHING for each in pods},
            **{f"office/{each} > lab/probe": EVERYTHING if each in selected else NOTHING for each in pods},
        },
    )


def expression(operator: str, *values: str) -> str:
    """A selector with one expression about `tier`."""
    listed = ", values: [" + ", ".join(f"'{value}'" for value in values) + "]" if values else ""
    return "{matchExpressions: [{key: tier, operator: " + operator + listed + "}]}"


ALL_FOUR = ("plain", "front", "upper", "blank")
SELECTORS = (
    selector_row("`{}` selects everything", "{}", *ALL_FOUR),
    selector_row("`{matchLabels: {}}` selects everything", "{matchLabels: {}}", *ALL_FOUR),
    selector_row("`{matchLabels: null}` selects everything", "{matchLabels: null}", *ALL_FOUR),
    selector_row("`{matchExpressions: []}` selects everything", "{matchExpressions: []}", *ALL_FOUR),
    selector_row("`{matchExpressions: null}` selects everything", "{matchExpressions: null}", *ALL_FOUR),
    selector_row("a label matches exactly, capitals count", "{matchLabels: {tier: front}}", "front"),
    selector_row("an empty value matches the empty value and no missing label", "{matchLabels: {tier: ''}}", "blank"),
    selector_row("a null value is the empty value", "{matchLabels: {tier: null}}", "blank"),
    selector_row("In needs the key", expression("In", "front", "db"), "front"),
    selector_row("In may list the empty value", expression("In", "", "front"), "front", "blank"),
    selector_row("NotIn holds where the key is missing", expression("NotIn", "front"), "plain", "upper", "blank"),
    selector_row(
        "NotIn of the empty value leaves out the empty value", expression("NotIn", ""), "plain", "front", "upper"
    ),
    selector_row("Exists holds for an empty value", expression("Exists"), "front", "upper", "blank"),
    selector_row("DoesNotExist holds where the key is missing", expression("DoesNotExist"), "plain"),
    selector_row(
        "matchLabels and expressions must all hold",
        "{matchLabels: {tier: front}, matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}",
        "front",
    ),
    selector_row(
        "expressions must all hold",
        "{matchExpressions: [{key: tier, operator: Exists}, {key: tier, operator: NotIn, values: [front, '']}]}",
        "upper",
    ),
    selector_row(
        "expressions that contradict each other select nothing",
        "{matchExpressions: [{key: tier, operator: Exists}, {key: tier, operator: DoesNotExist}]}",
    ),
    selector_row(
        "a label that must be and must not be selects nothing",
        "{matchLabels: {tier: front}, matchExpressions: [{key: tier, operator: NotIn, values: [front]}]}",
    ),
    selector_row("a label that nobody has selects nothing", "{matchLabels: {zone: north}}"),
    selector_row("values listed twice count once", expression("In", "front", "front"), "front"),
)

PEERS = (
    one(
        "a bare podSelector stays in the policy's namespace",
        "{$api, ingress: [{from: [{$web}]}]}",
        inner=EVERYTHING,
        inward=NOTHING,
        api_in=NOTHING,
        into=NOTHING,
    ),
    one(
        "a bare empty podSelector stays in the policy's namespace",
        "{$api, ingress: [{from: [{podSelector: {}}]}]}",
        inner=EVERYTHING,
        inward=NOTHING,
        into=NOTHING,
    ),
    one(
        "a bare podSelector in egress stays in the policy's namespace",
        "{$web, policyTypes: [Egress], egress: [{to: [{$api}]}]}",
        inner=EVERYTHING,
        web_out=NOTHING,
    ),
    one(
        "`namespaceSelector: null` beside a podSelector is the policy's namespace",
        "{$api, ingress: [{from: [{$web, namespaceSelector: null}]}]}",
        inner=EVERYTHING,
        inward=NOTHING,
    ),
    one(
        "`podSelector: null` beside a namespaceSelector is all its Pods",
        "{$api, ingress: [{from: [{podSelector: null, $finance}]}]}",
        inner=NOTHING,
        inward=EVERYTHING,
        api_in=EVERYTHING,
    ),
    one(
        "`ipBlock: null` beside a selector is absent",
        "{$api, ingress: [{from: [{$web, ipBlock: null}]}]}",
        inner=EVERYTHING,
        inward=NOTHING,
    ),
    one(
        "a namespaceSelector leaves out the policy's own namespace unless it matches",
        "{$api, ingress: [{from: [{$finance}]}]}",
        inner=NOTHING,
        inward=EVERYTHING,
        api_in=EVERYTHING,
    ),
    one(
        "both selectors in one item must both match",
        "{$api, ingress: [{from: [{$finance, $web}]}]}",
        inner=NOTHING,
        inward=EVERYTHING,
        api_in=NOTHING,
    ),
    one(
        "the selectors in two items are alternatives",
        "{$api, ingress: [{from: [{$finance}, {$web}]}]}",
        inner=EVERYTHING,
        inward=EVERYTHING,
        api_in=EVERYTHING,
        into=NOTHING,
    ),
    one(
        "an empty namespaceSelector is every Pod and nobody outside",
        "{$api, ingress: [{from: [{namespaceSelector: {}}]}]}",
        inner=EVERYTHING,
        inward=EVERYTHING,
        into=NOTHING,
        into_v6=NOTHING,
    ),
    one(
        "an empty namespaceSelector in egress is every Pod and nobody outside",
        "{$api, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}",
        back=EVERYTHING,
        outward=EVERYTHING,
        out=NOTHING,
        out_v6=NOTHING,
    ),
    one(
        "both selectors empty in one item is every Pod and nobody outside",
        "{$api, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}",
        inner=EVERYTHING,
        inward=EVERYTHING,
        into=NOTHING,
    ),
    one(
        "a dash before `ports` makes a second rule",
        "{$api, ingress: [{from: [{$web}]}, {ports: [{port: 80}]}]}",
        inner=EVERYTHING,
        inward="TCP 80",
        into="TCP 80",
    ),
    one(
        "peers and ports of one rule must both match",
        "{$api, ingress: [{from: [{$web}], ports: [{port: 80}]}]}",
        inner="TCP 80",
        inward=NOTHING,
        into=NOTHING,
    ),
    one(
        "rules do not mix: each has peers and ports of its own",
        "{$api, ingress: [{from: [{$web}], ports: [{port: 80}]}, {from: [{$finance}], ports: [{port: 81}]}]}",
        inner="TCP 80",
        inward="TCP 81",
    ),
    one(
        "an ipBlock lets in addresses outside the cluster",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}",
        into=EVERYTHING,
        inner=NOTHING,
    ),
    one(
        "an ipBlock matches the address of a Pod",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 10.20.1.0/24}}]}]}",
        inner=EVERYTHING,
        inward=NOTHING,
        into=NOTHING,
    ),
    one(
        "an ipBlock in egress matches the address of a Pod",
        "{$api, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.20.2.0/24}}]}]}",
        outward=EVERYTHING,
        back=NOTHING,
        out=NOTHING,
    ),
    one(
        "0.0.0.0/0 is every IPv4 address, Pods included, and no IPv6 address",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}",
        inner=EVERYTHING,
        into=EVERYTHING,
        into_v6=NOTHING,
    ),
    one(
        "::/0 is every IPv6 address and no IPv4 address",
        "{$api, ingress: [{from: [{ipBlock: {cidr: '::/0'}}]}]}",
        inner=NOTHING,
        into=NOTHING,
        into_v6=EVERYTHING,
    ),
    one(
        "an exception makes a hole",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.20.2.0/24, 203.0.113.0/25]}}]}]}",
        inner=EVERYTHING,
        inward=NOTHING,
        into=NOTHING,
    ),
    Corner(
        "a block reaches exactly from its first to its last address",
        [
            *SHOP,
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.64/26, except: [203.0.113.80/28]}}]}]}",
            ),
        ],
        {
            "203.0.113.63 > shop/api": NOTHING,
            "203.0.113.64 > shop/api": EVERYTHING,
            "203.0.113.79 > shop/api": EVERYTHING,
            "203.0.113.80 > shop/api": NOTHING,
            "203.0.113.95 > shop/api": NOTHING,
            "203.0.113.96 > shop/api": EVERYTHING,
            "203.0.113.127 > shop/api": EVERYTHING,
            "203.0.113.128 > shop/api": NOTHING,
            "0.0.0.0 > shop/api": NOTHING,
            "255.255.255.255 > shop/api": NOTHING,
        },
    ),
    Corner(
        "a block of one address and a block of everything",
        [
            *SHOP,
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.7/32}}], ports: [{port: 80}]},"
                " {from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 81}]}]}",
            ),
        ],
        {
            f"{OUTSIDE} > shop/api": "TCP 80-81",
            "203.0.113.6 > shop/api": "TCP 81",
            "203.0.113.8 > shop/api": "TCP 81",
            "255.255.255.255 > shop/api": "TCP 81",
            "0.0.0.0 > shop/api": "TCP 81",
        },
    ),
    one(
        "another item may allow what an exception leaves out",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.0/28]}},"
        " {ipBlock: {cidr: 203.0.113.7/32}}]}]}",
        into=EVERYTHING,
    ),
    one(
        "another rule may allow what an exception leaves out",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.0/28]}}]},"
        " {from: [{ipBlock: {cidr: 203.0.113.7/32}}], ports: [{port: 80}]}]}",
        into="TCP 80",
    ),
    shop(
        "another policy may allow what an exception leaves out",
        {
            "shop/first": "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.0/28]}}]}]}",
            "shop/second": "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.7/32}}]}]}",
        },
        {PAIRS["into"]: EVERYTHING},
    ),
    one(
        "an excepted Pod may still come in by a selector",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 10.20.0.0/16, except: [10.20.1.1/32]}}, {$web}]}]}",
        inner=EVERYTHING,
        inward=EVERYTHING,
    ),
    one(
        "exceptions may overlap",
        "{$api, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24,"
        " except: [203.0.113.0/28, 203.0.113.0/29, 203.0.113.0/28]}}]}]}",
        into=NOTHING,
    ),
)

PORTS = (
    one(
        "a range holds both of its ends",
        "{$api, ingress: [{ports: [{port: 8000, endPort: 9000}]}]}",
        inner="TCP 8000-9000",
    ),
    one("a range of one port", "{$api, ingress: [{ports: [{port: 8000, endPort: 8000}]}]}", inner="TCP 8000"),
    one(
        "the widest range is the whole protocol",
        "{$api, ingress: [{ports: [{port: 1, endPort: 65535}]}]}",
        inner="TCP",
    ),
    one(
        "the first and the last port",
        "{$api, ingress: [{ports: [{port: 1}, {port: 65535}]}]}",
        inner="TCP 1, TCP 65535",
    ),
    one(
        "`endPort: null` is a single port",
        "{$api, ingress: [{ports: [{port: 80, endPort: null}]}]}",
        inner="TCP 80",
    ),
    one(
        "overlapping and touching ranges join",
        "{$api, ingress: [{ports: [{port: 80, endPort: 85}, {port: 83, endPort: 90}, {port: 91}]}]}",
        inner="TCP 80-91",
    ),
    one("a protocol alone opens all its ports", "{$api, ingress: [{ports: [{protocol: UDP}]}]}", inner="UDP"),
    one(
        "each protocol has ports of its own",
        "{$api, ingress: [{ports: [{protocol: TCP, port: 80}, {protocol: UDP, port: 53},"
        " {protocol: SCTP, port: 9, endPort: 10}]}]}",
        inner="TCP 80, UDP 53, SCTP 9-10",
    ),
    one(
        "a Pod that only an SCTP rule selects is closed for TCP",
        "{$api, ingress: [{ports: [{protocol: SCTP, port: 80}]}]}",
        inner="SCTP 80",
    ),
    one(
        "a port that no container declares opens all the same",
        "{$api, ingress: [{ports: [{port: 12345}]}]}",
        inner="TCP 12345",
    ),
    one(
        "a port name is looked up in the Pod that is reached",
        "{$api, ingress: [{ports: [{port: http}]}]}",
        inner="TCP 8080",
        inward="TCP 8080",
        into="TCP 8080",
    ),
    one(
        "a port name in egress is looked up in each destination",
        "{$web, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}",
        inner="TCP 8080",
        web_out="TCP 9000",
    ),
    Corner(
        "a port name in egress is never looked up in the sender",
        [
            pod("shop/web", None, "10.20.1.1", ports="http=80"),
            pod("shop/api", None, "10.20.1.2"),
            policy("shop/rule", "{$web, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}"),
        ],
        {"shop/web > shop/api": NOTHING},
    ),
    Corner(
        "a port name in ingress is never looked up in the sender",
        [
            pod("shop/web", None, "10.20.1.1", ports="http=80"),
            pod("shop/api", None, "10.20.1.2"),
            policy("shop/rule", "{$api, ingress: [{ports: [{port: http}]}]}"),
        ],
        {"shop/web > shop/api": NOTHING},
    ),
    one(
        "a port name with another protocol never matches, and the Pod stays closed",
        "{$api, ingress: [{ports: [{port: dns, protocol: TCP}]}]}",
        inner=NOTHING,
    ),
    one("a port name without a protocol means TCP", "{$api, ingress: [{ports: [{port: dns}]}]}", inner=NOTHING),
    one(
        "a port name with its protocol matches",
        "{$api, ingress: [{ports: [{port: dns, protocol: UDP}]}]}",
        inner="UDP 53",
    ),
    one(
        "a port name that nobody declares matches nothing, and the Pod stays closed",
        "{$api, ingress: [{ports: [{port: metrics}]}]}",
        inner=NOTHING,
        into=NOTHING,
    ),
    one(
        "a port name never matches an address outside the cluster",
        "{$web, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: http}]}]}",
        inner="TCP 8080",
        web_out="TCP 9000",
    ),
    Corner(
        "a port name leads nowhere outside the cluster",
        [
            *SHOP,
            policy("shop/rule", "{$web, policyTypes: [Egress], egress: [{ports: [{port: http}, {port: 443}]}]}"),
        ],
        {
            f"shop/web > {OUTSIDE}": "TCP 443",
            f"shop/web > {OUTSIDE_V6}": "TCP 443",
            "shop/web > shop/api": "TCP 443, TCP 8080",
        },
    ),
    Corner(
        "several containers may give one name to several ports",
        [
            pod("shop/web"),
            {
                **pod("shop/api"),
                "spec": {
                    "containers": [
                        container("main", "http=8080 dns=53/UDP"),
                        container("admin", "http=8081"),
                        container("proxy", "http=8082/UDP dns=53"),
                    ]
                },
            },
            policy("shop/rule", "{$api, ingress: [{ports: [{port: http}, {port: dns, protocol: UDP}]}]}"),
        ],
        {"shop/web > shop/api": "TCP 8080-8081, UDP 53"},
    ),
    Corner(
        "one number may have several names",
        [
            pod("shop/web"),
            pod("shop/api", ports="http=8080 metrics=8080/UDP"),
            policy("shop/rule", "{$api, ingress: [{ports: [{port: metrics, protocol: UDP}]}]}"),
        ],
        {"shop/web > shop/api": "UDP 8080"},
    ),
    Corner(
        "init containers and sidecars give no names",
        [
            pod("shop/web"),
            pod(
                "shop/api",
                ports="http=8080",
                initContainers=[
                    container("proxy", "metrics=9090 http=9091", restartPolicy="Always"),
                    container("setup", "setup=7000"),
                ],
            ),
            policy("shop/rule", "{$api, ingress: [{ports: [{port: metrics}, {port: http}, {port: setup}]}]}"),
        ],
        {"shop/web > shop/api": "TCP 8080"},
    ),
    Corner(
        "a declared port without a name is known by its number alone",
        [
            pod("shop/web"),
            pod("shop/api", ports="8080"),
            policy("shop/rule", "{$api, ingress: [{ports: [{port: http}]}]}"),
        ],
        {"shop/web > shop/api": NOTHING},
    ),
    Corner(
        "a Service in front changes nothing: rules name the Pod's port",
        [
            *SHOP,
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"namespace": "shop", "name": "api"},
                "spec": {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8080}]},
            },
            policy("shop/rule", "{$web, policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}"),
        ],
        {PAIRS["inner"]: "TCP 80"},
    ),
)

EITHER_WAY = "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"
UNKNOWN = [pod("shop/api", None, "10.20.1.2"), pod("shop/web")]
THIRD_VERDICT = (
    Corner(
        "an address that nobody wrote down may be in the block or not",
        [
            *UNKNOWN,
            policy("shop/rule", "{$api, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}"),
        ],
        {"shop/web > shop/api": NOTHING},
        {"shop/web > shop/api": "TCP 80"},
    ),
    Corner(
        "the older status.podIP alone is an address too",
        [
            pod("shop/api", None, "10.20.1.2"),
            {**pod("shop/web"), "status": {"podIP": "10.20.1.1"}},
            policy("shop/rule", "{$api, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}"),
        ],
        {"shop/web > shop/api": "TCP 80"},
    ),
    Corner(
        "what a selector allows does not hang on the address",
        [
            *UNKNOWN,
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80, endPort: 90}]},"
                " {from: [{podSelector: {}}], ports: [{port: 85}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 85"},
        {"shop/web > shop/api": "TCP 80-84, TCP 86-90"},
    ),
    Corner(
        "all IPv4 is certain where the other end speaks IPv4 only",
        [
            *UNKNOWN,
            policy("shop/rule", "{$api, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}]}"),
        ],
        {"shop/web > shop/api": "TCP 80"},
    ),
    Corner(
        "all IPv4 is not all there is where both families are unknown",
        [
            pod("shop/api"),
            pod("shop/web"),
            policy("shop/rule", "{$api, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}]}"),
        ],
        {"shop/web > shop/api": NOTHING},
        {"shop/web > shop/api": "TCP 80"},
    ),
    Corner(
        "all IPv4 and all IPv6 together are certain for any address",
        [
            pod("shop/api"),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}],"
                " ports: [{port: 80}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80"},
    ),
    Corner(
        "two halves of IPv4 are as certain as the whole",
        [
            *UNKNOWN,
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}],"
                " ports: [{port: 80}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80"},
    ),
    Corner(
        "an unknown address matters for the sender's egress too",
        [
            *UNKNOWN,
            policy(
                "shop/rule",
                "{$api, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}",
            ),
        ],
        {"shop/api > shop/web": NOTHING, "shop/web > shop/api": EVERYTHING},
        {"shop/api > shop/web": "TCP 80"},
    ),
    Corner(
        "the address range of Pods settles an unknown address",
        [
            *UNKNOWN,
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]},"
                " {from: [{ipBlock: {cidr: 192.168.0.0/16}}], ports: [{port: 81}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80"},
        pod_cidrs=("10.20.0.0/16",),
    ),
    Corner(
        "the address range of Pods may leave some of it open",
        [
            *UNKNOWN,
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]},"
                " {from: [{ipBlock: {cidr: 10.20.1.0/24}}], ports: [{port: 81}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80"},
        {"shop/web > shop/api": "TCP 81"},
        pod_cidrs=("10.20.0.0/16",),
    ),
    Corner(
        "a port name is certain where every possible address of the Pod is in the block",
        [
            pod("shop/api", ports="http=8080"),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{$web, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: http}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 8080"},
        pod_cidrs=("10.20.0.0/16",),
    ),
    Corner(
        "a port name is certain where the blocks cover every address of both families",
        [
            pod("shop/api", ports="http=8080"),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{$web, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}],"
                " ports: [{port: http}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 8080"},
    ),
    Corner(
        "a port name in a block that may hold the Pod is undefined for the Pod's own number",
        [
            pod("shop/api", ports="http=8080"),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{$web, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: http}]}]}",
            ),
        ],
        {"shop/web > shop/api": NOTHING},
        {"shop/web > shop/api": "TCP 8080"},
    ),
    Corner(
        "a dual-stack Pod is judged by each family; what differs is undefined",
        [
            pod("shop/web", None, "10.20.1.1", "fd00::1"),
            pod("shop/api", None, "10.20.1.2", "fd00::2"),
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{ipBlock: {cidr: 10.20.0.0/16}}], ports: [{port: 80, endPort: 81}]},"
                " {from: [{ipBlock: {cidr: 'fd00::/64'}}], ports: [{port: 81, endPort: 82}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 81"},
        {"shop/web > shop/api": "TCP 80, TCP 82"},
    ),
    Corner(
        "a dual-stack Pod speaks the family that the other end has",
        [
            pod("shop/web", None, "10.20.1.1", "fd00::1"),
            pod("shop/api", None, "10.20.1.2"),
            pod("shop/db", None, "fd00::3"),
            policy(
                "shop/rule",
                "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.20.0.0/16}}], ports: [{port: 80}]},"
                " {from: [{ipBlock: {cidr: 'fd00::/64'}}], ports: [{port: 81}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80", "shop/web > shop/db": "TCP 81"},
    ),
    Corner(
        "Egress and ingress must agree on one family",
        [
            pod("shop/web", None, "10.20.1.1", "fd00::1"),
            pod("shop/api", None, "10.20.1.2", "fd00::2"),
            policy("shop/out", "{$web, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.20.0.0/16}}]}]}"),
            policy("shop/in", "{$api, ingress: [{from: [{ipBlock: {cidr: 'fd00::/64'}}]}]}"),
        ],
        {"shop/web > shop/api": NOTHING},
    ),
    Corner(
        "Pods without a common family are judged by selectors",
        [
            pod("shop/web", None, "10.20.1.1"),
            pod("shop/api", None, "fd00::2"),
            policy(
                "shop/rule",
                "{$api, ingress: [{from: [{$web}], ports: [{port: 80}]},"
                " {from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 81}]},"
                " {from: [{ipBlock: {cidr: 'fd00::/8'}}], ports: [{port: 82}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80", "shop/api > shop/web": EVERYTHING},
    ),
    # -- labels that controllers make up -----------------------------------------------------------------------
    Corner(
        "whether a Deployment's hash is this one, no manifest tells",
        [
            workload("Deployment", "shop/api"),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{podSelector: {matchLabels: {pod-template-hash: 5d4f8}}, ingress: [{ports: [{port: 80}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 80", "shop/api > shop/web": EVERYTHING},
        {"shop/web > shop/api": "TCP 1-79, TCP 81-65535, UDP, SCTP"},
    ),
    Corner(
        "that a Deployment's Pods have a hash is certain",
        [
            workload("Deployment", "shop/api"),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchExpressions: [{key: pod-template-hash, operator: Exists}]}}"),
        ],
        {"shop/web > shop/api": NOTHING, "shop/api > shop/web": EVERYTHING},
    ),
    Corner(
        "a hash is either this one or not",
        [
            workload("Deployment", "shop/api"),
            pod("shop/web"),
            policy(
                "shop/this",
                "{podSelector: {matchExpressions: [{key: pod-template-hash, operator: In, values: [5d4f8]}]},"
                " ingress: [{ports: [{port: 80, endPort: 82}]}]}",
            ),
            policy(
                "shop/other",
                "{podSelector: {matchExpressions: [{key: pod-template-hash, operator: NotIn, values: [5d4f8]}]},"
                " ingress: [{ports: [{port: 82, endPort: 84}]}]}",
            ),
        ],
        {"shop/web > shop/api": "TCP 82", "shop/api > shop/web": "TCP 82-84"},
        {"shop/web > shop/api": "TCP 80-81, TCP 83-84"},
    ),
    Corner(
        "a made-up label counts once for both ends of its Pod",
        [
            workload("Deployment", "shop/web"),
            pod("shop/api"),
            policy("shop/out", "{podSelector: {matchLabels: {pod-template-hash: 5d4f8}}, policyTypes: [Egress]}"),
            policy(
                "shop/in",
                "{$api, ingress: [{from: [{podSelector: {matchLabels: {pod-template-hash: 5d4f8}}}]}]}",
            ),
        ],
        {"shop/web > shop/api": NOTHING},
    ),
    Corner(
        "one replica of a StatefulSet is picked by its name",
        [
            workload("StatefulSet", "shop/db", replicas=3),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-1}}}"),
        ],
        {"shop/web > shop/db": NOTHING, "shop/db > shop/web": EVERYTHING},
        {"shop/web > shop/db": EVERYTHING},
    ),
    Corner(
        "a name beyond the replicas picks nobody",
        [
            workload("StatefulSet", "shop/db", replicas=3),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-3}}}"),
        ],
        {"shop/web > shop/db": EVERYTHING},
    ),
    Corner(
        "the only replica of a StatefulSet is certain",
        [
            workload("StatefulSet", "shop/db"),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {apps.kubernetes.io/pod-index: '0'}}}"),
        ],
        {"shop/web > shop/db": NOTHING},
    ),
    Corner(
        "a StatefulSet may count its replicas from another number",
        [
            workload("StatefulSet", "shop/db", replicas=2, ordinals={"start": 5}),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{podSelector: {matchExpressions:"
                " [{key: apps.kubernetes.io/pod-index, operator: In, values: ['5', '6']}]}}",
            ),
        ],
        {"shop/web > shop/db": NOTHING},
    ),
    Corner(
        "the index and the name of a replica go together",
        [
            workload("StatefulSet", "shop/db", replicas=2),
            pod("shop/web"),
            policy(
                "shop/rule",
                "{podSelector: {matchLabels: {apps.kubernetes.io/pod-index: '0',"
                " statefulset.kubernetes.io/pod-name: db-1}}}",
            ),
        ],
        {"shop/web > shop/db": EVERYTHING},
    ),
    Corner(
        "a workload to itself means two different replicas",
        [
            workload("StatefulSet", "shop/db", replicas=2),
            policy(
                "shop/rule",
                "{podSelector: {matchLabels: {apps.kubernetes.io/pod-index: '0'}}, policyTypes: [Ingress, Egress]}",
            ),
        ],
        {"shop/db > shop/db": NOTHING},
    ),
    Corner(
        "a Job's Pods carry the Job's name",
        [
            workload("Job", "shop/report"),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {batch.kubernetes.io/job-name: report}}}"),
        ],
        {"shop/web > shop/report": NOTHING},
    ),
    Corner(
        "the name of a CronJob's next Job is unknown",
        [
            workload("CronJob", "shop/report"),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {batch.kubernetes.io/job-name: report-29000}}}"),
        ],
        {"shop/web > shop/report": NOTHING},
        {"shop/web > shop/report": EVERYTHING},
    ),
    Corner(
        "a DaemonSet's revision is unknown",
        [
            workload("DaemonSet", "shop/agent"),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchLabels: {controller-revision-hash: 9f1c}}}"),
        ],
        {"shop/web > shop/agent": NOTHING},
        {"shop/web > shop/agent": EVERYTHING},
    ),
    Corner(
        "a ReplicaSet of one's own adds no label",
        [
            workload("ReplicaSet", "shop/api"),
            pod("shop/web"),
            policy("shop/rule", "{podSelector: {matchExpressions: [{key: pod-template-hash, operator: Exists}]}}"),
        ],
        {"shop/web > shop/api": EVERYTHING},
    ),
)

NODE = "10.99.0.1"
HOST = pod("monitoring/agent", {"app": "agent"}, NODE, hostNetwork=True, nodeName="node-a", ports="http=9100")
ELSEWHERE = pod("shop/api", None, "10.20.1.2", nodeName="node-b")
HERE = pod("shop/web", None, "10.20.1.1", nodeName="node-a")
ANYWHERE = pod("shop/db", None, "10.20.1.3")
SPECIAL = (
    Corner(
        "a policy may or may not hold for a hostNetwork Pod",
        [HOST, ELSEWHERE, policy("monitoring/rule", "{podSelector: {}, ingress: [{ports: [{port: 9100}]}]}")],
        {"shop/api > monitoring/agent": "TCP 9100", f"{OUTSIDE} > monitoring/agent": "TCP 9100"},
        {
            "shop/api > monitoring/agent": "TCP 1-9099, TCP 9101-65535, UDP, SCTP",
            f"{OUTSIDE} > monitoring/agent": "TCP 1-9099, TCP 9101-65535, UDP, SCTP",
        },
    ),
    Corner(
        "an egress policy may or may not hold for a hostNetwork Pod",
        [HOST, ELSEWHERE, policy("monitoring/rule", "{podSelector: {}, policyTypes: [Egress]}")],
        {
            "monitoring/agent > shop/api": NOTHING,
            f"monitoring/agent > {OUTSIDE}": NOTHING,
            "shop/api > monitoring/agent": EVERYTHING,
        },
        {"monitoring/agent > shop/api": EVERYTHING, f"monitoring/agent > {OUTSIDE}": EVERYTHING},
    ),
    Corner(
        "a selector may or may not match a hostNetwork Pod on another node",
        [HOST, ELSEWHERE, policy("shop/rule", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}")],
        {"monitoring/agent > shop/api": NOTHING},
        {"monitoring/agent > shop/api": EVERYTHING},
    ),
    Corner(
        "an address block matches a hostNetwork Pod's node",
        [
            HOST,
            ELSEWHERE,
            policy("shop/rule", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.99.0.0/24}}]}]}"),
        ],
        {"monitoring/agent > shop/api": EVERYTHING},
    ),
    Corner(
        "a rule without peers lets a hostNetwork Pod in",
        [HOST, ELSEWHERE, policy("shop/rule", "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}")],
        {"monitoring/agent > shop/api": "TCP 80"},
    ),
    Corner(
        "what comes from a Pod's own node gets in whatever the policy says",
        [HOST, HERE, ELSEWHERE, policy("shop/rule", "{podSelector: {}}")],
        {
            "monitoring/agent > shop/web": EVERYTHING,
            "monitoring/agent > shop/api": NOTHING,
            "shop/web > monitoring/agent": EVERYTHING,
        },
    ),
    Corner(
        "what goes to a Pod's own node may be free of its egress policy",
        [HOST, HERE, ELSEWHERE, ANYWHERE, policy("shop/rule", "{podSelector: {}, policyTypes: [Egress]}")],
        {
            "shop/web > monitoring/agent": NOTHING,
            "shop/api > monitoring/agent": NOTHING,
            "shop/db > monitoring/agent": NOTHING,
            "monitoring/agent > shop/web": EVERYTHING,
        },
        {"shop/web > monitoring/agent": EVERYTHING, "shop/db > monitoring/agent": EVERYTHING},
    ),
    Corner(
        "a Pod of unknown node may be on the hostNetwork Pod's node",
        [HOST, ANYWHERE, policy("shop/rule", "{podSelector: {}}")],
        {"monitoring/agent > shop/db": NOTHING},
        {"monitoring/agent > shop/db": EVERYTHING},
    ),
    Corner(
        "selector and node together make a hostNetwork Pod of the same node certain",
        [HOST, HERE, policy("shop/rule", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}")],
        {"monitoring/agent > shop/web": EVERYTHING},
    ),
    Corner(
        "a port name may or may not be known in a hostNetwork Pod",
        [
            HOST,
            ELSEWHERE,
            policy(
                "shop/rule", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}, {port: 80}]}]}"
            ),
        ],
        {"shop/api > monitoring/agent": "TCP 80"},
        {"shop/api > monitoring/agent": "TCP 9100"},
    ),
    Corner(
        "a workload may use the host's network",
        [
            workload("DaemonSet", "monitoring/agent", pod_spec={"hostNetwork": True}),
            ELSEWHERE,
            policy("shop/rule", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"),
        ],
        {"monitoring/agent > shop/api": NOTHING},
        {"monitoring/agent > shop/api": EVERYTHING},
    ),
    Corner(
        "two Pods of the host's network are both Pods or both nodes",
        [
            HOST,
            pod("monitoring/proxy", {"app": "proxy"}, "10.99.0.2", hostNetwork=True, nodeName="node-b"),
            policy(
                "monitoring/rule",
                "{podSelector: {}, policyTypes: [Ingress, Egress],"
                " ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}",
            ),
        ],
        {"monitoring/agent > monitoring/proxy": EVERYTHING, "monitoring/proxy > monitoring/agent": EVERYTHING},
    ),
    Corner(
        "a Pod that says hostNetwork false is a Pod",
        [
            pod("monitoring/agent", None, "10.20.3.1", hostNetwork=False),
            ELSEWHERE,
            policy("shop/rule", "{podSelector: {}}"),
        ],
        {"monitoring/agent > shop/api": NOTHING},
    ),
    Corner(
        "nobody outside comes in by a namespace selector",
        [
            *SHOP,
            policy("shop/rule", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}, {podSelector: {}}]}]}"),
        ],
        {f"{OUTSIDE} > shop/api": NOTHING, f"{OUTSIDE_V6} > shop/api": NOTHING, "office/web > shop/api": EVERYTHING},
    ),
    Corner(
        "a Pod without an address yet is judged by its labels",
        [
            pod("shop/web", phase="Pending"),
            pod("shop/api", None, "10.20.1.2"),
            policy("shop/rule", "{$api, ingress: [{from: [{$web}]}]}"),
        ],
        {"shop/web > shop/api": EVERYTHING},
    ),
)


def gone(phase: str) -> list[Any]:
    """A cluster in which one Pod has finished, with the address that another has now."""
    return [
        pod("shop/report", None, "10.20.1.1", phase=phase),
        pod("shop/web", None, "10.20.1.1", phase="Running"),
        pod("shop/api", None, "10.20.1.2"),
        policy("shop/rule", "{$api, ingress: [{from: [{ipBlock: {cidr: 10.20.1.1/32}}]}]}"),
    ]


LOOSE_BLOCKS = tuple(
    Corner(
        f"an API server of 1.35 took {what}, and the block is {block}",
        [
            pod("shop/inside", None, inside),
            pod("shop/beside", None, beside),
            pod("shop/api", None, "10.20.1.2", "fd00:9::2"),
            policy("shop/rule", f"{{$api, ingress: [{{from: [{{ipBlock: {{cidr: '{written}'}}}}]}}]}}"),
        ],
        {"shop/inside > shop/api": EVERYTHING, "shop/beside > shop/api": NOTHING},
        kubernetes_version="1.35",
    )
    for what, written, block, inside, beside in (
        ("bits beyond the prefix", "10.20.7.9/16", "10.20.0.0/16", "10.20.0.1", "10.21.7.9"),
        ("leading zeros, which are not octal", "010.020.000.000/16", "10.20.0.0/16", "10.20.0.1", "8.16.0.1"),
        ("an IPv4 block in IPv6's clothes", "::ffff:10.20.0.0/112", "10.20.0.0/16", "10.20.0.1", "10.21.0.1"),
        ("IPv6 in capitals", "FD00:1::/32", "fd00:1::/32", "fd00:1::1", "fd00:2::1"),
        ("IPv6 bits beyond the prefix", "fd00:1::9/32", "fd00:1::/32", "fd00:1::1", "fd00:2::1"),
    )
)

CORNERS = (
    *LOOSE_BLOCKS,
    *DEFAULTING,
    *THE_LOOK_ALIKES,
    *ISOLATION,
    *SELECTORS,
    *PEERS,
    *PORTS,
    *THIRD_VERDICT,
    *SPECIAL,
    *(
        Corner(
            f"a Pod that has {phase.lower()} gives its address to another",
            gone(phase),
            {"shop/web > shop/api": EVERYTHING},
        )
        for phase in ("Succeeded", "Failed")
    ),
)

INTERSECTION = (
    Corner(
        "1-8 and 6-10 leave 6-8",
        [
            *SHOP,
            policy("shop/a", "{$api, ingress: [{ports: [{port: 1, endPort: 8}]}]}"),
            policy("shop/b", "{$api, ingress: [{ports: [{port: 6, endPort: 10}]}]}"),
        ],
        {PAIRS["inner"]: "TCP 6-8"},
    ),
    Corner(
        "1-5 and 6-10 leave nothing",
        [
            *SHOP,
            policy("shop/a", "{$api, ingress: [{ports: [{port: 1, endPort: 5}]}]}"),
            policy("shop/b", "{$api, ingress: [{ports: [{port: 6, endPort: 10}]}]}"),
        ],
        {PAIRS["inner"]: NOTHING},
    ),
    Corner(
        "one policy means what it always means, its rules are alternatives",
        [*SHOP, policy("shop/a", "{$api, ingress: [{ports: [{port: 80}]}, {ports: [{port: 81}, {port: 82}]}]}")],
        {PAIRS["inner"]: "TCP 80-82", PAIRS["outward"]: EVERYTHING},
    ),
    Corner(
        "a default deny takes everything away",
        [*SHOP, policy("shop/a", "{podSelector: {}}"), policy("shop/b", "{$api, ingress: [{}]}")],
        {PAIRS["inner"]: NOTHING, PAIRS["into"]: NOTHING, PAIRS["outward"]: EVERYTHING},
    ),
    Corner(
        "an allow-all takes nothing away",
        [
            *SHOP,
            policy("shop/a", "{podSelector: {}, ingress: [{}]}"),
            policy("shop/b", "{$api, ingress: [{ports: [{port: 80}]}]}"),
        ],
        {PAIRS["inner"]: "TCP 80", PAIRS["into"]: "TCP 80", PAIRS["back"]: EVERYTHING},
    ),
    Corner(
        "a policy of the other direction has no say",
        [
            *SHOP,
            policy("shop/a", "{$api, policyTypes: [Egress]}"),
            policy("shop/b", "{$api, ingress: [{ports: [{port: 80}]}]}"),
        ],
        {PAIRS["inner"]: "TCP 80", PAIRS["outward"]: NOTHING},
    ),
    Corner(
        "peers intersect as ports do",
        [
            *SHOP,
            policy(
                "shop/a",
                "{$api, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}, {from: [{$web}]}]}",
            ),
            policy("shop/b", "{$api, ingress: [{from: [{$finance}]}, {ports: [{port: 81}]}]}"),
        ],
        {PAIRS["inner"]: "TCP 81", PAIRS["inward"]: "TCP 80", PAIRS["into"]: NOTHING},
    ),
)
"""What believers in intersection expect."""
