"""Every small mistake is made, each once, and what it means is found out exactly."""

from __future__ import annotations

import copy
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.checking import check, world_of
from autograder.exercises.decoys import MOST, decoys
from autograder.exercises.mutants import Vocabulary, mutants, vocabulary
from autograder.exercises.permitted import parse
from autograder.exercises.survival import fates
from autograder.manifests.objects import LabelSelector, Namespace, NetworkPolicy, Peer, Pod, Requirement, Rule
from autograder.network.cluster import Cluster
from autograder.network.comparison import compare

from .course import ONLY_API, REFUSE_IT, made_up, policy

WORDS = Vocabulary(
    labels={"podSelector": {"app": ("db", "api")}, "namespaceSelector": {"team": ("shop", "data")}},
    ports=(5432, "postgres", 9187, "metrics"),
    namespaces=("shop", "monitoring"),
    policies=("cache",),
)
INTENT = """\
intent:
  namespace: shop
  flows:
    - {from: api, to: db, ports: 5432, expect: allow}
    - {from: web, to: db, ports: all, expect: deny}
"""
RIGHT = policy(
    spec="  podSelector: {matchLabels: {app: db}}\n"
    "  policyTypes: [Ingress]\n"
    "  ingress:\n"
    "    - from: [{podSelector: {matchLabels: {app: api}}}]\n"
    "      ports: [{port: 5432}]\n"
)


def answer(spec, name="db"):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": yaml.safe_load(spec),
    }


def changed(spec, change, field=None):
    """What the mutant of this change has in its spec, or in one field of it."""
    found = [mutant for mutant in mutants([answer(spec)], WORDS) if mutant.change == f"NetworkPolicy db: {change}"]
    assert len(found) == 1, [mutant.change for mutant in mutants([answer(spec)], WORDS)]
    value = found[0].documents[0]["spec"]
    return value[field] if field else value


@pytest.mark.parametrize(
    ("spec", "change", "becomes"),
    [
        pytest.param("{podSelector: {matchLabels: {app: db}}}", "spec.podSelector is {}, not {matchLabels: {app: db}}",
                     {"podSelector": {}}, id="a selector is widened"),
        pytest.param("{podSelector: {matchLabels: {app: db}}}", "spec.podSelector left out", {}, id="a key is dropped"),
        pytest.param("{podSelector: {matchLabels: {app: db, tier: a}}}", "spec.podSelector.matchLabels.tier left out",
                     {"podSelector": {"matchLabels": {"app": "db"}}}, id="a label is dropped"),
        pytest.param("{podSelector: {matchLabels: {app: db}}}", "spec.podSelector.matchLabels.app is api, not db",
                     {"podSelector": {"matchLabels": {"app": "api"}}}, id="a label has another value of the scene"),
        pytest.param("{policyTypes: [Ingress]}", "spec.policyTypes is [Egress], not [Ingress]",
                     {"policyTypes": ["Egress"]}, id="the other direction"),
        pytest.param("{}", "spec.policyTypes is [Ingress, Egress], not absent",
                     {"policyTypes": ["Ingress", "Egress"]}, id="directions where there were none"),
        pytest.param("{ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]}",
                     "spec.ingress[0].from[0] split in two before namespaceSelector",
                     {"ingress": [{"from": [{"podSelector": {}}, {"namespaceSelector": {}}]}]},
                     id="one hyphen too many in a peer"),
        pytest.param("{ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]}",
                     "spec.ingress[0].from[0] joined with [1]",
                     {"ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {}}]}]},
                     id="one hyphen too few in a peer"),
        pytest.param("{ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}",
                     "spec.ingress[0] split in two before ports",
                     {"ingress": [{"from": [{"podSelector": {}}]}, {"ports": [{"port": 80}]}]},
                     id="one hyphen too many in a rule"),
        pytest.param("{ingress: [{ports: [{protocol: UDP, port: 53}]}]}",
                     "spec.ingress[0].ports[0] split in two before port",
                     {"ingress": [{"ports": [{"protocol": "UDP"}, {"port": 53}]}]},
                     id="one hyphen too many in a port"),
        pytest.param("{ingress: [{}, {ports: [{port: 80}]}]}", "spec.ingress[0] left out",
                     {"ingress": [{"ports": [{"port": 80}]}]}, id="a rule is dropped"),
        pytest.param("{egress: [{ports: [{port: 53}]}]}", "spec.egress[0].ports[0].protocol is UDP, not absent",
                     {"egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]}, id="another protocol"),
        pytest.param("{egress: [{ports: [{port: 7001, endPort: 7008}]}]}",
                     "spec.egress[0].ports[0].endPort is 7009, not 7008",
                     {"egress": [{"ports": [{"port": 7001, "endPort": 7009}]}]}, id="a range one too long"),
        pytest.param("{egress: [{ports: [{port: 7001}]}]}", "spec.egress[0].ports[0].port is 5432, not 7001",
                     {"egress": [{"ports": [{"port": 5432}]}]}, id="a port of something else"),
        pytest.param("{egress: [{ports: [{port: metrics}]}]}",
                     "spec.egress[0].ports[0].port is postgres, not metrics",
                     {"egress": [{"ports": [{"port": "postgres"}]}]}, id="a name of something else"),
        pytest.param("{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}",
                     "spec.egress[0].to[0].ipBlock.except[0] is 10.0.0.0/15, not 10.1.0.0/16",
                     {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/15"]}}]}]},
                     id="an exception one bit shorter"),
        pytest.param("{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}",
                     "spec.egress[0].to[0].ipBlock.except left out",
                     {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}, id="exceptions forgotten"),
        pytest.param("{podSelector: {matchExpressions: [{key: app, operator: In, values: [db]}]}}",
                     "spec.podSelector.matchExpressions[0].operator is NotIn, not In",
                     {"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["db"]}]}},
                     id="the opposite operator"),
        pytest.param("{podSelector: {matchExpressions: [{key: app, operator: In, values: [db]}]}}",
                     "spec.podSelector.matchExpressions[0].values[0] is api, not db",
                     {"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]}},
                     id="another value in an expression"),
    ],
)  # fmt: skip
def test_a_mistake_is_made(spec, change, becomes):
    assert changed(spec, change) == becomes


def test_names_namespaces_and_whole_documents_change_too():
    both = [answer("{}"), answer("{}", "web")]
    said = {mutant.change: mutant for mutant in mutants(both, WORDS)}
    assert said["NetworkPolicy web: left out"].documents == (answer("{}"),)
    for change in (
        "metadata.name is db-2, not db", "metadata.name is web, not db", "metadata.name is cache, not db",
        "metadata.namespace is monitoring, not shop", "metadata.namespace left out",
    ):  # fmt: skip
        assert f"NetworkPolicy db: {change}" in said


@pytest.mark.parametrize("sample", ONLY_API.right, ids=lambda sample: sample.name)
def test_every_mutant_is_new_and_leaves_the_answer_alone(sample):
    values = list(yaml.safe_load_all(sample.text))
    before = copy.deepcopy(values)
    found = list(mutants(values, vocabulary(world_of(ONLY_API).cluster)))
    texts = [mutant.text for mutant in found]
    assert values == before
    assert len(set(texts)) == len(texts) > 40
    assert len({mutant.change for mutant in found}) == len(found)
    assert all([json.loads(line) for line in text.splitlines()] != before for text in texts)
    assert all(mutant.diff(values) for mutant in found)


def test_an_alias_is_edited_in_one_place():
    spec = "{podSelector: &db {matchLabels: {app: db}}, ingress: [{from: [{podSelector: *db}]}]}"
    found = changed(spec, "spec.podSelector.matchLabels.app is api, not db")
    assert found["ingress"][0]["from"][0]["podSelector"] == {"matchLabels": {"app": "db"}}


def test_what_is_no_policy_is_only_left_out():
    found = list(mutants([["a list"], {"kind": "Service"}, answer("[]")], WORDS))
    assert {mutant.change for mutant in found if "NetworkPolicy" not in mutant.change} == {
        "document: left out", "Service: left out",
    }  # fmt: skip


# -- what becomes of them --------------------------------------------------------------------------


def test_an_exercise_that_shows_every_mistake_lets_none_survive():
    found = fates(ONLY_API)
    assert found.survived == 0
    assert found.killed > 100
    assert found.equivalent > 5


@pytest.fixture
def lenient(tmp_path):
    """An exercise that judges two flows only."""
    exercise = made_up(tmp_path, INTENT)
    (exercise.folder / "right").mkdir()
    (exercise.folder / "right" / "1.yaml").write_text(RIGHT, encoding="utf-8")
    return exercise


def test_a_survivor_earns_everything_and_is_told_with_a_flow(lenient):
    found = fates(lenient)
    survivors = {survivor.changes[0]: survivor for survivor in found.survivors}
    both = survivors["NetworkPolicy db: spec.policyTypes is [Ingress, Egress], not [Ingress]"]
    assert both.in_scene
    assert both.flow == "shop/db -> monitoring/prometheus TCP 9090: allowed with the answer, denied with the mutant."
    assert both.line == 6
    assert "+  - Egress" in both.diff.splitlines()
    assert sum(len(survivor.changes) for survivor in found.survivors) == found.survived


def test_a_difference_that_only_another_pod_would_show_is_told_with_that_pod(lenient):
    (lenient.folder / "exercise.yaml").write_text(
        (lenient.folder / "exercise.yaml").read_text(encoding="utf-8") + "  rest: unchanged\n", encoding="utf-8"
    )
    right = RIGHT.replace("{podSelector: {matchLabels: {app: api}}}", "{podSelector: {matchLabels: {app: api}}, "
                          "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}")  # fmt: skip
    (lenient.folder / "right" / "1.yaml").write_text(right, encoding="utf-8")
    flows = [survivor.flow for survivor in fates(lenient).survivors if not survivor.in_scene]
    assert (
        "a new Pod labeled app=api in namespace monitoring -> shop/db TCP 5432: "
        "denied with the answer, allowed with the mutant." in flows
    )


def test_what_reviewers_permit_does_not_survive_and_edits_that_mean_the_same_need_one_permission(lenient):
    before = fates(lenient)
    group = next(survivor for survivor in before.survivors if len(survivor.changes) > 1)
    (permission,) = parse(f"# One Pod.\n{group.changes[-1]}\n")
    after = fates(lenient, [permission])
    assert after.permitted == len(group.changes)
    assert after.survived == before.survived - len(group.changes)
    assert after.used == {permission}
    assert fates(lenient, parse("NetworkPolicy db: *\n")).survived == 0


def test_counts_do_not_hang_on_permissions_nobody_needs(lenient):
    assert fates(lenient, parse("NetworkPolicy web: spec left out\n")) == fates(lenient)


def test_a_mutant_of_what_must_be_refused_means_the_same_when_it_is_refused_alike(tmp_path):
    exercise = made_up(tmp_path, "intent: {namespace: shop, rejected: {type: Required value}}\n")
    (exercise.folder / "right").mkdir()
    text = policy(spec="{podSelector: {}, ingress: [{from: [{}]}]}")
    (exercise.folder / "right" / "1.yaml").write_text(text, encoding="utf-8")
    assert check(exercise, text).status == "pass"
    found = fates(exercise)
    assert found.killed
    assert found.equivalent
    assert not found.survived
    assert fates(REFUSE_IT).killed == 0


def test_an_answer_that_is_not_right_has_no_mutants(lenient):
    (lenient.folder / "right" / "1.yaml").write_text("kind: [", encoding="utf-8")
    assert fates(lenient).killed == 0


# -- permissions -----------------------------------------------------------------------------------


def test_a_reason_holds_for_the_lines_up_to_the_next_empty_one():
    found = parse("# One Pod\n# is there.\na\nb\n\nc\n# Another.\nd\n# Last.\ne\n")
    assert [(item.change, item.why, item.line) for item in found] == [
        ("a", "One Pod is there.", 3),
        ("b", "One Pod is there.", 4),
        ("c", "", 6),
        ("d", "Another.", 8),
        ("e", "Last.", 10),
    ]


@pytest.mark.parametrize(
    ("permitted", "change", "covered"),
    [("a is *, not b", "a is x, not b", True), ("a[0] out", "a[0] out", True), ("a[0] out", "a0 out", False),
     ("a", "a b", False), ("*", "anything", True)],
)  # fmt: skip
def test_a_star_stands_for_anything_and_nothing_else_is_special(permitted, change, covered):
    assert parse(permitted)[0].covers(change) is covered


# -- decoys ----------------------------------------------------------------------------------------

KEYS = st.sampled_from(["app", "tier"])
VALUES = st.sampled_from(["web", "api"])
REQUIREMENTS = st.one_of(
    st.builds(Requirement, KEYS, st.sampled_from(["In", "NotIn"]), st.tuples(VALUES)),
    st.builds(Requirement, KEYS, st.sampled_from(["Exists", "DoesNotExist"])),
)
SELECTORS = st.builds(
    LabelSelector,
    st.dictionaries(KEYS, VALUES, max_size=1).map(lambda labels: tuple(labels.items())),
    st.lists(REQUIREMENTS, max_size=1).map(tuple),
)
PEERS = st.builds(Peer, SELECTORS, st.none() | SELECTORS)


def scene(target, peer, *, pods=(), namespaces=()):
    one = NetworkPolicy("shop", "db", target, ("Ingress",), (Rule((peer,)),), ())
    return Cluster.of([Namespace("shop", {}), *namespaces], [Pod("Pod", "shop", "db", {"app": "db"}, {}), *pods], [one])


EVERYTHING = [
    {key: value for key, value in (("app", app), ("tier", tier)) if value}
    for app in ("", "web", "api", "cache")
    for tier in ("", "web", "api", "cache")
]
HOMES = [Namespace(f"home-{number}", labels) for number, labels in enumerate(EVERYTHING)]
CROWD = [
    Pod("Pod", home, f"pod-{number}", labels, {})
    for home in ("shop", *(namespace.name for namespace in HOMES))
    for number, labels in enumerate(EVERYTHING)
]


@settings(max_examples=80)
@given(SELECTORS, SELECTORS, PEERS, PEERS)
def test_decoys_tell_two_policies_apart_exactly_when_some_pod_does(old, new, old_peer, new_peer):
    clusters = [scene(old, old_peer), scene(new, new_peer)]
    added = decoys(clusters)
    crowded = [scene(*parts, pods=CROWD, namespaces=HOMES) for parts in ((old, old_peer), (new, new_peer))]
    shown = compare(*(added.beside(cluster) for cluster in clusters)).equivalent
    assert shown == compare(*crowded).equivalent


def test_many_keys_are_varied_one_at_a_time_and_names_are_free():
    wide = LabelSelector(tuple((f"key-{number}", "yes") for number in range(12)))
    taken = [Pod("Pod", "shop", "zz-decoy-1", {}, {})]
    clusters = [scene(wide, Peer(LabelSelector()), pods=taken)]
    added = decoys(clusters)
    assert len(added.pods) <= 2 * MOST
    names = [(pod.namespace, pod.name) for pod in added.beside(clusters[0]).pods]
    assert len(set(names)) == len(names)
