"""Strict decoding, below what the server's answers show: what comes out of good objects, and the odd corners."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests import schema
from autograder.manifests.decode import MOST_UNKNOWN_FIELDS, decode

POLICY = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}


def policy(**spec):
    return {**POLICY, "spec": spec}


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        pytest.param({"podSelector": None}, {}, id="a null field is left out"),
        pytest.param({"ingress": [None]}, {"ingress": [{}]}, id="a null rule is an empty one"),
        pytest.param({"policyTypes": [None]}, {"policyTypes": [""]}, id="a null text in a list is empty text"),
        pytest.param(
            {"podSelector": {"matchLabels": {"app": None}}},
            {"podSelector": {"matchLabels": {"app": ""}}},
            id="a null label value is empty text",
        ),
        pytest.param({"ingress": []}, {"ingress": []}, id="an empty list stays"),
        pytest.param({"podSelector": {}}, {"podSelector": {}}, id="an empty struct stays"),
        pytest.param(
            {"ingress": [{"ports": [{"port": "80"}, {"port": 80}]}]},
            {"ingress": [{"ports": [{"port": "80"}, {"port": 80}]}]},
            id="a port keeps its form",
        ),
    ],
)
def test_what_comes_out(written, decoded):
    found = decode("NetworkPolicy", policy(**written), "1.37")
    assert (found.value["spec"], found.unknown, found.fault) == (decoded, [], None)


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        pytest.param("500m", "500m", id="text"),
        pytest.param(1, "1", id="a whole number"),
        pytest.param(0.5, "0.5", id="a fraction"),
        pytest.param(None, "0", id="null"),
        pytest.param(" 1Gi ", "1Gi", id="text with spaces around it"),
    ],
)
def test_quantities_come_out_as_text(written, decoded):
    container = {"name": "app", "resources": {"limits": {"cpu": written}}}
    found = decode("Pod", {"spec": {"containers": [container]}}, "1.37")
    assert found.value["spec"]["containers"][0]["resources"]["limits"] == {"cpu": decoded}


def test_decoding_makes_new_containers():
    written = policy(ingress=[{"ports": [{"port": 80}]}], podSelector={"matchLabels": {"app": "web"}})
    found = decode("NetworkPolicy", written, "1.37").value
    found["spec"]["ingress"][0]["ports"].clear()
    found["spec"]["podSelector"]["matchLabels"].clear()
    assert written == policy(ingress=[{"ports": [{"port": 80}]}], podSelector={"matchLabels": {"app": "web"}})


def test_the_version_decides_which_fields_there_are():
    pod = {"spec": {"hostnameOverride": "web.shop"}}
    assert [each.path for each in decode("Pod", pod, "1.33").unknown] == [("spec", "hostnameOverride")]
    assert decode("Pod", pod, "1.34").unknown == []


def test_the_server_stops_collecting_unknown_fields():
    found = decode("NetworkPolicy", policy(**{f"field{number:03}": 1 for number in range(200)}), "1.37")
    assert len(found.unknown) == MOST_UNKNOWN_FIELDS
    assert found.unknown[-1].path == ("spec", "field099")


def test_unknown_fields_come_in_the_order_of_their_names_not_of_the_text():
    found = decode("NetworkPolicy", policy(zebra=1, apple=1, Egress=1), "1.37")
    assert [each.path[-1] for each in found.unknown] == ["Egress", "apple", "zebra"]


@pytest.mark.parametrize(
    ("written", "wanted", "got"),
    [
        pytest.param([], "v1.LabelSelector", "array", id="a list for a struct"),
        pytest.param("app=web", "v1.LabelSelector", "string", id="text for a struct"),
        pytest.param({"matchLabels": {"app": 5}}, "string", "number", id="a number for text"),
        pytest.param({"matchLabels": {"app": True}}, "string", "bool", id="true for text"),
        pytest.param({"matchExpressions": {}}, "[]v1.LabelSelectorRequirement", "object", id="a mapping for a list"),
    ],
)
def test_a_type_error_says_what_was_wanted_and_what_was_got(written, wanted, got):
    fault = decode("NetworkPolicy", policy(podSelector=written), "1.37").fault
    assert (fault.wanted, fault.got) == (wanted, got)


def test_a_type_error_knows_its_item():
    rules = [{}, {"from": [{}, {"podSelector": []}]}]
    fault = decode("NetworkPolicy", policy(ingress=rules), "1.37").fault
    assert fault.path == ("spec", "ingress", 1, "from", 1, "podSelector")


# -- properties --------------------------------------------------------------------------------------------------------


def values(type_, depth=0):
    """Good values of a type."""
    if type_.container == "[]":
        return st.lists(values(schema.Type(type_.name), depth + 1), max_size=2)
    if type_.container == "{}":
        return st.dictionaries(st.text(max_size=5), values(schema.Type(type_.name), depth + 1), max_size=2)
    if type_.is_text:
        return st.text(max_size=5)
    simple = {
        "bool": st.booleans(),
        "int32": st.integers(-(2**31), 2**31 - 1),
        "int64": st.integers(-(2**63), 2**63 - 1),
        "IntOrString": st.integers(-(2**31), 2**31 - 1) | st.text(max_size=5),
        "Quantity": st.sampled_from(["1", "500m", "1Gi", 2]),
        "Time": st.just("2026-11-23T12:00:00Z"),
        "Free": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    }
    return simple[type_.name] if type_.name in simple else st.deferred(lambda: structs(type_.name, depth + 1))


def structs(name, depth=0):
    """Good values of a struct, a few fields at a time."""
    fields = schema.structs("1.37")[name]
    if depth > 5:
        fields = {key: type_ for key, type_ in fields.items() if type_.is_text}
    if not fields:
        return st.just({})
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)
    return chosen.flatmap(lambda keys: st.fixed_dictionaries({key: values(fields[key], depth) for key in keys}))


kinds = st.sampled_from(sorted(schema.kinds()))
objects = kinds.flatmap(lambda kind: st.tuples(st.just(kind), structs(kind)))


@settings(max_examples=150, deadline=None)
@given(objects)
def test_good_objects_decode_without_a_word(thing):
    kind, value = thing
    found = decode(kind, value, "1.37")
    assert (found.unknown, found.fault) == ([], None)
    assert found.value.keys() == value.keys()


def places(value, path=()):
    """The way to every struct in an object."""
    if isinstance(value, dict):
        yield path
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def struct_at(kind, path):
    """The struct at a place, or None where a map or something free is."""
    here = schema.Type(kind)
    for step in path:
        if isinstance(step, int) or here.container == "{}":
            here = schema.Type(here.name)
        elif here.name in schema.structs("1.37"):
            here = schema.structs("1.37")[here.name][step]
        else:
            return None
    return None if here.container or here.name not in schema.structs("1.37") else here.name


@settings(max_examples=150, deadline=None)
@given(objects, st.data())
def test_one_misspelt_field_is_reported_and_nothing_else(thing, data):
    kind, value = thing
    spots = [path for path in places(value) if struct_at(kind, path)]
    path = data.draw(st.sampled_from(spots))
    fields = schema.structs("1.37")[struct_at(kind, path)]
    wrong = data.draw(st.text(min_size=1, max_size=8).filter(lambda text: text not in fields))
    here = value
    for step in path:
        here = here[step]
    here[wrong] = data.draw(st.none() | st.integers() | st.lists(st.integers(), max_size=2))
    found = decode(kind, value, "1.37")
    assert found.fault is None
    assert [each.path for each in found.unknown] == [(*path, wrong)]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(objects, anything, st.data())
def test_no_value_in_any_place_raises(thing, other, data):
    kind, value = thing
    path = data.draw(st.sampled_from(list(places(value))))
    here = value
    for step in path:
        here = here[step]
    fields = sorted(schema.structs("1.37")[struct_at(kind, path)]) if struct_at(kind, path) else ["key"]
    here[data.draw(st.sampled_from(fields or ["key"]))] = other
    found = decode(kind, value, "1.37")
    assert found.fault is None or found.fault.detail
