from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises import shape
from autograder.exercises.shape import faults, nearest, schema

PORTS = 'ports such as 8080, "TCP 8000-8080", "UDP 53"'
KINDS = "NetworkPolicy, Namespace, Pod, Service, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job"


def described(value, name):
    return [str(fault) for fault in faults(value, name)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({"rest": "denied"}, [], id="one field is enough"),
        pytest.param([], ["must be an intent, not []"], id="a list is no intent"),
        pytest.param(
            {},
            [
                (
                    "must not be empty; known are allow, can, effective, flows, keep, namespace, outside, rejected, "
                    "rest, standards"
                )
            ],
            id="nothing",
        ),
        pytest.param(
            {"flow": []}, ["flow: there is no field of this name; did you mean `flows`?"], id="a misspelt field"
        ),
        pytest.param(
            {"rest": "denyed"},
            ['rest: must be unchanged, denied or any, not "denyed"; did you mean "denied"?'],
            id="a misspelt word",
        ),
        pytest.param({"rest": 7}, ["rest: must be unchanged, denied or any, not 7"], id="a number for a word"),
        pytest.param(
            {"rest": {"expect": "denied", "weight": 0}},
            ["rest.weight: must be more than 0, not 0"],
            id="a weight of nothing",
        ),
        pytest.param(
            {"flows": [{"from": "web", "to": "db", "expect": "deny"}]},
            [f"flows[0]: `ports` is missing; it is {PORTS}, all, or a list of them"],
            id="a flow without ports",
        ),
        pytest.param(
            {"flows": [{"from": "web", "to": [], "ports": 80, "expect": "deny"}]},
            ["flows[0].to: must not be empty"],
            id="an empty list of endpoints",
        ),
        pytest.param(
            {"flows": [{"from": "web", "to": ["db", "db"], "ports": 80, "expect": "deny"}]},
            ['flows[0].to[1]: "db" stands there twice'],
            id="an endpoint twice",
        ),
        pytest.param(
            {"flows": [{"from": "web", "to": "db", "ports": "tcp 80", "expect": "deny"}]},
            ['flows[0].ports: must be ports such as 8080, "TCP 8000-8080", "UDP 53" or all, not "tcp 80"'],
            id="a protocol in small letters",
        ),
        pytest.param(
            {"flows": [{"from": "web", "to": "db", "ports": True, "expect": "deny"}]},
            ['flows[0].ports: must be ports such as 8080, "TCP 8000-8080", "UDP 53" or all, not true'],
            id="true is not a port",
        ),
        pytest.param(
            {"outside": {"Office": "203.0.113.7"}},
            ['outside.Office: the name must be a lower-case word, not "Office"'],
            id="a name with a capital",
        ),
        pytest.param(
            {"allow": ["networkpolicy"]},
            [f'allow[0]: must be {KINDS} or CronJob, not "networkpolicy"; did you mean "NetworkPolicy"?'],
            id="a kind in small letters",
        ),
        pytest.param(
            {"rejected": {"code": 500}}, ["rejected.code: must be 400 or 422, not 500"], id="a code of another kind"
        ),
    ],
)
def test_an_intent_of_the_wrong_shape_is_told_with_place_and_remedy(value, said):
    assert described(value, "intent") == said


def test_a_missing_field_of_an_exercise_is_told_by_what_it_is():
    found = described({"id": "Only Api", "version": 1}, "exercise")
    assert 'id: must be a short name such as two-callers, not "Only Api"' in found
    assert "`hints` is missing; it is two hints" in found


def keywords(rule):
    if isinstance(rule, dict):
        for key, value in rule.items():
            if key in {"properties", "$defs"}:
                for inner in value.values():
                    yield from keywords(inner)
            elif key not in {"enum", "const", "default", "examples", "required"}:
                yield key
                if key not in shape._SILENT:
                    yield from keywords(value)
    elif isinstance(rule, list):
        for inner in rule:
            yield from keywords(inner)


@pytest.mark.parametrize("name", ["intent", "exercise"])
def test_every_keyword_of_a_schema_has_an_effect(name):
    used = set(keywords(schema(name)))
    assert used <= set(shape._RULES) | shape._SILENT | {"type", "$ref"}


def test_a_keyword_without_effect_is_refused(monkeypatch):
    monkeypatch.setattr(shape, "schema", lambda _: {"type": "string", "maxLength": 3})
    with pytest.raises(KeyError, match="maxLength"):
        faults("abcd", "intent")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("flow", "flows"), ("FLOWS", "flows"), ("wieght", "weight"), ("zzz", None), ("", None)],
)
def test_the_nearest_word_is_the_one_that_was_meant(word, meant):
    assert nearest(word, ["flows", "weight", "rest"]) == meant


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
intents = st.fixed_dictionaries(
    {},
    optional={
        name: anything | st.sampled_from(["any", "all", True, 80, ["web"], [{"from": "web", "to": "db", "ports": 80}]])
        for name in ("namespace", "allow", "outside", "flows", "rest", "rejected", "x")
    },
)


@settings(deadline=None)
@given(intents)
def test_this_reader_and_a_standard_one_agree_on_what_is_valid(value):
    jsonschema = pytest.importorskip("jsonschema")
    standard = jsonschema.Draft202012Validator(json.loads((shape.HOME / "intent.json").read_text(encoding="utf-8")))
    assert (not faults(value, "intent")) == standard.is_valid(value)


def test_the_schemas_are_valid_schemas():
    jsonschema = pytest.importorskip("jsonschema")
    for file in shape.HOME.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))
