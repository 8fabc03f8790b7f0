from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.diagnosis import matters
from autograder.exercises.effect import effect
from autograder.exercises.intent import read_intent
from autograder.exercises.judging import IntentError, Question
from autograder.exercises.places import outside
from autograder.manifests.objects import (
    ContainerPort,
    IPBlock,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    Peer,
    Pod,
    PolicyPort,
    Rule,
)
from autograder.misconceptions import models
from autograder.network.cluster import Cluster
from autograder.network.ports import PortSet
from autograder.network.reachability import reachability


def pod(namespace, name, number, *ports, kind="Pod", **more):
    named = tuple(ContainerPort(None, port) for port in ports)
    return Pod(kind, namespace, name, {"app": name}, {}, addresses=(f"10.0.0.{number}",), ports=named, **more)


PODS = (
    pod("shop", "web", 1, 8080),
    pod("shop", "api", 2, 8080),
    pod("shop", "db", 3, 5432, 9187),
    pod("monitoring", "prometheus", 4, 9090),
)
WORLD = Cluster.of([Namespace("shop", {}), Namespace("monitoring", {})], PODS)


def app(name):
    return LabelSelector((("app", name),))


def policy(name, subject, *rules, namespace="shop", egress=None):
    types = ("Ingress",) if egress is None else ("Egress",)
    return NetworkPolicy(namespace, name, subject, types, tuple(rules), tuple(egress or ()))


def rule(*peers, ports=()):
    return Rule(peers, tuple(PolicyPort("TCP", port) for port in ports))


FROM_API = Peer(pod_selector=app("api"))
DB_FOR_API = policy("db", app("db"), rule(FROM_API, ports=[5432]))
DB_FOR_ALL = policy("db", app("db"), rule())


def flow(source, target, ports, expect, **more):
    return {"from": source, "to": target, "ports": ports, "expect": expect, **more}


def judged(policies, world=WORLD, **intent):
    question = Question(read_intent({"namespace": "shop", **intent}), world)
    return question.ask(reachability(world.with_policies([*world.policies, *policies])), reachability(world)).judge()


def told(policies, world=WORLD, **intent):
    """Every deviation as ``line: kind flow``."""
    return [
        f"{index}: {witness.kind} {witness.flow}"
        for index, line in enumerate(judged(policies, world, **intent))
        for witness in line.witnesses
    ]


OUTSIDE = {"office": "203.0.113.7", "branch": "198.51.100.0/24"}


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        pytest.param("web", ["shop/web"], id="a short name is one of the intent's namespace"),
        pytest.param("monitoring/prometheus", ["monitoring/prometheus"], id="an id"),
        pytest.param("monitoring/*", ["monitoring/prometheus"], id="a whole namespace"),
        pytest.param(["web", "api", "shop/web"], ["shop/web", "shop/api"], id="a list, in its order, each once"),
        pytest.param("app=api", ["shop/api"], id="labels in the intent's namespace"),
        pytest.param("monitoring/app=prometheus", ["monitoring/prometheus"], id="labels in another namespace"),
        pytest.param("*/app=prometheus", ["monitoring/prometheus"], id="labels in every namespace"),
        pytest.param(["*/app=web", "*/app=api"], ["shop/web", "shop/api"], id="labels in a list"),
        pytest.param("*", ["monitoring/prometheus", "shop/api", "shop/db", "shop/web"], id="every Pod"),
    ],
)
def test_a_name_means(names, meant):
    intent = read_intent({"namespace": "shop", "flows": [flow(names, "db", "all", "allow")]})
    assert list(Question(intent, WORLD).ends[0][0].pods) == meant


@pytest.mark.parametrize(
    ("labels", "name", "found"),
    [
        pytest.param({"app.kubernetes.io/name": "x"}, "app.kubernetes.io/name=x", True, id="a key with a prefix"),
        pytest.param(
            {"app.kubernetes.io/name": "x"}, "shop/app.kubernetes.io/name=x", True, id="the same in a namespace"
        ),
        pytest.param({"app.kubernetes.io/name": "x"}, "*/app.kubernetes.io/name=x", True, id="the same in all"),
        pytest.param({"a": "1", "b": "2"}, "a=1,b=2", True, id="two labels, both there"),
        pytest.param({"a": "1"}, "a=1,b=2", False, id="two labels, one there"),
    ],
)
def test_labels_in_an_intent(labels, name, found):
    world = Cluster.of([], [*PODS, replace(PODS[0], name="extra", labels=labels)])
    intent = read_intent({"namespace": "shop", "flows": [flow(name, "db", "all", "allow")]})
    if found:
        assert list(Question(intent, world).ends[0][0].pods) == ["shop/extra"]
    else:
        with pytest.raises(IntentError, match="matches no Pod"):
            Question(intent, world)


def test_two_kinds_of_one_name_are_told_apart_by_kind():
    world = Cluster.of([], [*PODS, pod("shop", "web", 9, kind="Deployment", replicas=2)])
    with pytest.raises(IntentError, match=r"no endpoint web; did you mean Deployment/shop/web"):
        Question(read_intent({"namespace": "shop", "flows": [flow("web", "db", 1, "allow")]}), world)
    Question(read_intent({"namespace": "shop", "flows": [flow("Deployment/shop/web", "db", 1, "allow")]}), world)


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        pytest.param(
            {"flows": [flow("wbe", "db", 1, "allow")]},
            "flows[0].from: there is no endpoint wbe; did you mean web?",
            id="a misspelt Pod",
        ),
        pytest.param(
            {"flows": [flow(["web", "prometheus"], "db", 1, "allow")]},
            "flows[0].from[1]: there is no endpoint prometheus; did you mean monitoring/prometheus?",
            id="a Pod of another namespace",
        ),
        pytest.param(
            {"flows": [flow("web", "data/*", 1, "allow")]},
            "flows[0].to: data/* matches no Pod of the scene",
            id="a namespace without Pods",
        ),
        pytest.param({"flows": [flow("web", "web", 1, "allow")]}, "flows[0]: asks for nothing", id="a Pod to itself"),
        pytest.param(
            {"flows": [flow("office", "outside", 1, "deny")], "outside": OUTSIDE},
            "flows[0]: asks for nothing",
            id="one outside address to another",
        ),
        pytest.param(
            {"flows": [flow("*", "db", "all", "allow"), flow("web", "db", 80, "deny")]},
            "flows[1]: asks for nothing",
            id="a deny line that an allow line covers",
        ),
        pytest.param(
            {"flows": [flow("web", "db", "80-90", "deny"), flow("web", "db", 85, "deny")]},
            "flows[1]: asks for nothing",
            id="a deny line that an earlier one covers",
        ),
        pytest.param(
            {"flows": [flow("web", "db", 1, "allow")], "outside": {"api": "203.0.113.7"}},
            "outside.api: is also a Pod of namespace shop",
            id="an address with the name of a Pod",
        ),
    ],
)
def test_an_intent_that_does_not_fit_the_scene(intent, said):
    with pytest.raises(IntentError) as caught:
        Question(read_intent({"namespace": "shop", **intent}), WORLD)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("policies", "intent", "deviations"),
    [
        pytest.param([DB_FOR_API], {"flows": [flow("api", "db", 5432, "allow")]}, [], id="allowed as asked"),
        pytest.param([DB_FOR_API], {"flows": [flow("web", "db", "all", "deny")]}, [], id="denied as asked"),
        pytest.param(
            [DB_FOR_ALL],
            {"flows": [flow("web", "db", "all", "deny")]},
            ["0: open shop/web -> shop/db TCP 5432"],
            id="open: the port that the Pod serves is told",
        ),
        pytest.param(
            [DB_FOR_API],
            {"flows": [flow("api", "db", [5432, 9187], "allow")]},
            ["0: closed shop/api -> shop/db TCP 9187"],
            id="half of a line is not the line",
        ),
        pytest.param(
            [DB_FOR_API],
            {"flows": [flow(["api", "web"], "db", 5432, "allow")]},
            ["0: closed shop/web -> shop/db TCP 5432"],
            id="every source of a line counts",
        ),
        pytest.param(
            [DB_FOR_API],
            {"flows": [flow("api", "db", 5432, "allow"), flow("*", "db", "all", "deny")]},
            [],
            id="a deny line leaves out what is allowed elsewhere",
        ),
        pytest.param(
            [policy("db", app("db"), rule(FROM_API))],
            {"flows": [flow("api", "db", 5432, "allow"), flow("*", "db", "all", "deny")]},
            ["1: open shop/api -> shop/db TCP 9187"],
            id="but only the ports that are",
        ),
        pytest.param(
            [DB_FOR_ALL],
            {
                "flows": [flow(["prometheus", "web"], "db", "all", "deny")],
                "namespace": "shop",
                "outside": {"prometheus": "203.0.113.9"},
            },
            ["0: open shop/web -> shop/db TCP 5432"],
            id="a Pod is told before an address",
        ),
        pytest.param(
            [DB_FOR_ALL],
            {"flows": [flow("office", "db", 5432, "deny")], "outside": OUTSIDE},
            ["0: open office (203.0.113.7) -> shop/db TCP 5432"],
            id="an outside address",
        ),
        pytest.param(
            [policy("db", app("db"), rule(Peer(ip_block=IPBlock("198.51.100.0/25"))))],
            {"flows": [flow("branch", "db", 5432, "allow")], "outside": OUTSIDE},
            ["0: closed branch (198.51.100.128) -> shop/db TCP 5432"],
            id="half of a block is not the block",
        ),
        pytest.param(
            [policy("db", app("db"), rule(Peer(ip_block=IPBlock("0.0.0.0/0"))))],
            {"flows": [flow("outside", "db", 5432, "deny")]},
            ["0: open 198.51.100.7 -> shop/db TCP 5432"],
            id="everywhere",
        ),
        pytest.param(
            [policy("out", app("api"), egress=[])],
            {"flows": [flow("api", "outside", "TCP 443", "allow")]},
            ["0: closed shop/api -> 198.51.100.7 TCP 443"],
            id="to the outside",
        ),
        pytest.param([], {"rest": "unchanged"}, [], id="no policy changes nothing"),
        pytest.param(
            [DB_FOR_API],
            {"rest": "unchanged"},
            ["0: closed shop/api -> shop/db TCP 9187"],
            id="the rest: a flow that became closed",
        ),
        pytest.param(
            [policy("db", app("db"), rule(Peer(namespace_selector=LabelSelector())))],
            {"rest": "unchanged"},
            ["0: closed 198.51.100.7 -> shop/db TCP 5432"],
            id="the rest: addresses outside count",
        ),
        pytest.param(
            [DB_FOR_API],
            {
                "flows": [flow(["*", "outside"], "db", "all", "deny"), flow("api", "db", 5432, "allow")],
                "rest": "unchanged",
            },
            [],
            id="the rest: what a line names is not in it",
        ),
        pytest.param(
            [DB_FOR_API],
            {"flows": [flow("api", "db", 5432, "allow")], "rest": "denied"},
            ["1: open shop/api -> shop/web TCP 8080"],
            id="the rest is to be closed",
        ),
        pytest.param(
            [policy("all", LabelSelector()), policy("out", LabelSelector(), egress=[])],
            {"rest": "denied"},
            [],
            id="the rest is closed; outside of the namespace nothing changes",
        ),
        pytest.param(
            [
                policy("all", LabelSelector()),
                policy("out", LabelSelector(), egress=[]),
                policy("m", LabelSelector(), namespace="monitoring"),
            ],
            {"rest": "denied"},
            ["0: closed 198.51.100.7 -> monitoring/prometheus TCP 9090"],
            id="the rest is closed, and something outside of the namespace as well",
        ),
    ],
)
def test_the_verdict_on(policies, intent, deviations):
    assert told(policies, **intent) == deviations


def test_the_rest_is_compared_with_the_world_and_not_with_an_open_one():
    world = WORLD.with_policies([DB_FOR_API])
    opened = told([policy("more", app("db"), rule(Peer(pod_selector=app("web"))))], world, rest="unchanged")
    assert opened == ["0: open shop/web -> shop/db TCP 5432"]


HOST = Cluster.of([], [*PODS, pod("shop", "agent", 8, host_network=True)])


@pytest.mark.parametrize("expect", ["allow", "deny"])
def test_a_flow_that_the_specification_leaves_open_is_neither_allowed_nor_denied(expect):
    closed = policy("db", app("db"), rule(Peer(pod_selector=app("agent")), ports=[5432]))
    (line,) = judged([closed], HOST, flows=[flow("agent", "db", 5432, expect)])
    (witness,) = line.witnesses
    assert (witness.kind, witness.reason) == ("undefined", "hostNetwork")


def test_a_flow_that_was_undefined_and_stays_so_is_unchanged():
    closed = policy("db", app("db"), rule(Peer(pod_selector=app("agent")), ports=[5432]))
    assert told([], HOST.with_policies([closed]), rest="unchanged") == []


def test_a_secret_that_is_open_leaks_and_one_that_is_undefined_does_not():
    secret = flow("web", "db", "all", "deny", secret=True)
    assert [line.leaks for line in judged([DB_FOR_ALL], flows=[secret])] == [True]
    assert [line.leaks for line in judged([DB_FOR_API], flows=[secret])] == [False]


def test_replicas_of_a_workload_are_judged_among_each_other():
    world = Cluster.of([], [pod("shop", "web", 1, 8080, kind="Deployment", replicas=3)])
    closed = policy("web", app("web"))
    assert told([closed], world, flows=[flow("web", "web", 8080, "allow")]) == [
        "0: closed shop/web -> shop/web TCP 8080"
    ]


@pytest.mark.parametrize(
    ("policies", "intent", "right"),
    [
        pytest.param(
            [policy("db", app("db"), rule(FROM_API))],
            {"flows": [flow("api", "db", "5000-5432", "allow"), flow("api", "db", "all", "deny")]},
            "shop/api -> shop/db TCP 5432",
            id="the same pair on the closest port",
        ),
        pytest.param(
            [policy("db", app("db"), rule(FROM_API))],
            {"flows": [flow("api", "db", "5000-5432", "allow"), flow("*", "db", "all", "deny")]},
            "shop/web -> shop/db TCP 9187",
            id="one that is closed before one that is open, where the wrong one is open",
        ),
        pytest.param(
            [policy("db", app("db"), rule(FROM_API), rule(Peer(pod_selector=app("web"))))],
            {
                "flows": [
                    flow("web", "db", 5432, "deny"),
                    flow("api", "db", 5432, "allow"),
                    flow("monitoring/prometheus", "db", 5432, "deny"),
                ]
            },
            "monitoring/prometheus -> shop/db TCP 5432",
            id="another source on the same port",
        ),
        pytest.param([DB_FOR_ALL], {"flows": [flow("web", "db", 5432, "deny")]}, None, id="nothing is right"),
    ],
)
def test_the_nearest_flow_that_is_right(policies, intent, right):
    question = Question(read_intent({"namespace": "shop", **intent}), WORLD)
    hearing = question.ask(reachability(WORLD.with_policies(policies)), reachability(WORLD))
    witness = next(line.witnesses[0] for line in hearing.judge() if line.witnesses)
    found = hearing.nearby(witness)
    assert (str(found.flow) if found else None) == right


def test_the_effect_shows_the_endpoints_that_the_lines_name_before_and_after():
    intent = read_intent(
        {
            "namespace": "shop",
            "outside": OUTSIDE,
            "flows": [flow("api", "db", 5432, "allow"), flow(["web", "branch"], "db", "all", "deny")],
            "rest": "unchanged",
        }
    )
    half = policy("db", app("db"), rule(FROM_API, ports=[5432]), rule(Peer(ip_block=IPBlock("198.51.100.0/25"))))
    found = effect(Question(intent, WORLD), reachability(WORLD.with_policies([half])), reachability(WORLD))
    names = [str(place) for place in found.places]
    assert names == ["shop/api", "shop/db", "shop/web", "branch (198.51.100.7)", "branch (198.51.100.128)"]
    cells = {(str(c.source), str(c.target)): c for row in found.cells for c in row}
    assert cells["shop/api", "shop/db"].state == "right"
    assert str(cells["shop/api", "shop/db"].after) == "TCP 5432"
    assert str(cells["shop/api", "shop/db"].before) == "all ports"
    assert cells["shop/api", "shop/db"].changed
    assert cells["shop/web", "shop/db"].state == "right"
    assert cells["branch (198.51.100.7)", "shop/db"].state == "too-open"
    assert cells["branch (198.51.100.128)", "shop/db"].state == "right"
    assert cells["shop/db", "shop/api"].state == "unasked"
    assert cells["shop/db", "shop/db"].state == "not-judged"
    assert cells["branch (198.51.100.7)", "branch (198.51.100.128)"].state == "not-judged"
    assert [str(cell.source) for cell in found.wrong] == ["branch (198.51.100.7)"]


def test_an_effect_that_names_nobody_shows_every_pod_and_says_what_it_leaves_out():
    question = Question(read_intent({"rest": "unchanged"}), WORLD)
    found = effect(question, reachability(WORLD), reachability(WORLD), most=3)
    assert len(found.places) == 3
    assert found.left_out == 1


selectors = st.sampled_from([LabelSelector(), app("web"), app("api"), app("db"), app("prometheus")])
peers = st.builds(
    lambda pods, spaces: Peer(pod_selector=pods, namespace_selector=spaces),
    selectors,
    st.none() | st.just(LabelSelector()),
) | st.sampled_from(["10.0.0.0/8", "198.51.100.0/25", "0.0.0.0/0"]).map(lambda cidr: Peer(ip_block=IPBlock(cidr)))
rules = st.builds(
    Rule,
    st.lists(peers, max_size=2).map(tuple),
    st.lists(st.sampled_from([80, 5432, 8080]), max_size=2).map(
        lambda ports: tuple(PolicyPort("TCP", p) for p in ports)
    ),
)
policies = st.lists(
    st.builds(
        lambda name, space, subject, types, ins, outs: NetworkPolicy(
            space, name, subject, types, tuple(ins), tuple(outs)
        ),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["shop", "monitoring"]),
        selectors,
        st.sampled_from([("Ingress",), ("Egress",), ("Ingress", "Egress")]),
        st.lists(rules, max_size=2),
        st.lists(rules, max_size=2),
    ),
    max_size=4,
)
places = st.sampled_from(["web", "api", "db", "monitoring/*", "*", "outside", "branch"])
flows = st.lists(
    st.builds(
        flow, places, places, st.sampled_from([80, "5000-6000", "all", "UDP 53"]), st.sampled_from(["allow", "deny"])
    ),
    min_size=1,
    max_size=4,
)


def range_of(reach, place):
    """The id of the endpoint that a place lies in, found the slow way."""
    if place.range is None:
        return place.name
    first = ip_address(place.range.bounds[0])
    return next(
        endpoint.id
        for endpoint in reach.endpoints
        if endpoint.is_range
        and first.version == ip_address(endpoint.range[0]).version
        and ip_address(endpoint.range[0]) <= first <= ip_address(endpoint.range[1])
    )


def one_by_one(question, after, before):
    """The same judgement without groups, witnesses and masks: pair by pair, and whether each line holds."""
    flows = question.intent.flows
    order = sorted(range(len(flows)), key=lambda index: flows[index].expect == "deny")
    holds = [True] * (len(flows) + 1)
    cuts = [
        (4 if endpoint.family == "IPv4" else 6, int(ip_address(endpoint.range[0])))
        for reach in (after, before)
        for endpoint in reach.endpoints
        if endpoint.is_range
    ]
    everyone = [*question.pods, *outside(question.named_blocks, cuts)]
    for source, target in product(everyone, everyone):
        if source == target or (source.range and target.range):
            continue
        left = PortSet.ALL
        now, then = (reach.allowed(range_of(reach, source), range_of(reach, target)) for reach in (after, before))
        for index in order:
            sources, targets = question.ends[index]
            if sources.position(source) is None or targets.position(target) is None:
                continue
            ports = flows[index].ports & left
            left -= ports
            if (ports - now) if flows[index].expect == "allow" else (ports & now):
                holds[index] = False
        if (now & left) != (then & left):
            holds[-1] = False
    return holds


@settings(deadline=None, max_examples=200)
@given(policies, policies, flows)
def test_groups_and_masks_judge_as_pair_by_pair(world, answer, asked):
    intent = read_intent({"namespace": "shop", "outside": OUTSIDE, "flows": asked, "rest": "unchanged"})
    before = reachability(WORLD.with_policies(world))
    after = reachability(WORLD.with_policies([*world, *answer]))
    try:
        question = Question(intent, WORLD)
    except IntentError:
        return
    lines = question.ask(after, before).judge()
    assert [line.holds for line in lines] == one_by_one(question, after, before)
    assert question.ask(after, before).holds() is all(line.holds for line in lines)


@settings(deadline=None, max_examples=200)
@given(policies, st.sampled_from([(model, name) for model in models("network") for name in range(len(model.readings))]))
def test_a_belief_that_cannot_matter_changes_nothing(world, belief):
    model, number = belief
    cluster = WORLD.with_policies({(p.namespace, p.name): p for p in world}.values())
    if not matters(model.readings[number], cluster):
        question = Question(read_intent({"rest": "unchanged"}), WORLD)
        assert question.ask(reachability(cluster, model.readings[number]), reachability(cluster)).holds()
