"""Events to values: keys, repeated keys, merges, anchors and the limits on them."""

from __future__ import annotations

import pytest
from yaml.events import DocumentStartEvent, StreamEndEvent, StreamStartEvent

from autograder.manifests.compose import Places, Plain, ReadError, compose, go_syntax, unsupported_number
from autograder.manifests.limits import Limits
from autograder.manifests.syntax import events


def read(text, places=None, **limits):
    return compose(events(text), Plain(), Limits(**limits), places)


def value_of(text):
    composed = read(text)
    assert composed is not None
    return composed.value


def refused(text, **limits):
    with pytest.raises(ReadError) as error:
        read(text, **limits)
    return error.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("port: 80\nname: web\n", {"port": 80, "name": "web"}),
        ("- web\n-\n- [api, db]\n", ["web", None, ["api", "db"]]),
        ("on: 1\n010: 2\n1.50: 3\n'on': 4\n'010': 5\n", {"true": 1, "8": 2, "1.5": 3, "on": 4, "010": 5}),
        ("!!str 010: 1\n", {"010": 1}),
        ("! 010: ! 8\n", {"010": "8"}),
        ("web: !team {a: 1}\n", {"web": {"a": 1}}),
        ("web: !!int [80]\n", {"web": [80]}),
        ("web: '80'\napi: \"on\"\ndb: |-\n  80\n", {"web": "80", "api": "on", "db": "80"}),
        ("web:\n", {"web": None}),
        ("? web\n", {"web": None}),
        ("web: ''\n", {"web": ""}),
        ("{}", {}),
        ("[]", []),
        ("web", "web"),
        ("80", 80),
        ("~", None),
    ],
)
def test_values(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value", "repeated"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}, True, id="the last of equal keys counts"),
        pytest.param("a: 1\nb: {a: 2}\n", {"a": 1, "b": {"a": 2}}, False, id="a key may come again deeper down"),
        pytest.param("1: a\n'1': b\n", {"1": "b"}, True, id="keys are compared as text"),
        pytest.param("y: a\n'true': b\n", {"true": "b"}, True, id="a word for true is the key true"),
        pytest.param("- {a: 1}\n- {a: 2}\n", [{"a": 1}, {"a": 2}], False, id="each item has its own keys"),
    ],
)
def test_repeated_keys(text, value, repeated):
    assert read(text) == (value, repeated)


BASE = "base: &base {app: web, tier: front}\nother: &other {app: api, team: shop}\n"


@pytest.mark.parametrize(
    ("labels", "value", "repeated"),
    [
        pytest.param("{<<: *base}", {"app": "web", "tier": "front"}, False, id="alone"),
        pytest.param("{<<: *base, app: db}", {"app": "db", "tier": "front"}, False, id="what follows overrides"),
        pytest.param("{app: db, <<: *base}", {"app": "web", "tier": "front"}, False, id="what stands before loses"),
        pytest.param(
            "{<<: [*base, *other]}",
            {"app": "web", "tier": "front", "team": "shop"},
            False,
            id="the first of several wins",
        ),
        pytest.param(
            "{<<: *other, <<: *base}",
            {"app": "web", "tier": "front", "team": "shop"},
            False,
            id="a second merge overrides the first",
        ),
        pytest.param("{<<: {app: db}}", {"app": "db"}, False, id="a mapping in place"),
        pytest.param("{<<: []}", {}, False, id="of nothing"),
        pytest.param("{<<: *base, app: db, app: api}", {"app": "api", "tier": "front"}, True, id="and a key twice"),
        pytest.param("{'<<': *base}", {"<<": {"app": "web", "tier": "front"}}, False, id="not when quoted"),
        pytest.param("{!!merge <<: {app: db}}", {"app": "db"}, False, id="with its tag"),
        pytest.param("[<<]", ["<<"], False, id="not as a value"),
    ],
)
def test_merges(labels, value, repeated):
    composed = read(f"{BASE}labels: {labels}\n")
    assert (composed.value["labels"], composed.has_duplicates) == (value, repeated)


def test_merging_leaves_the_source_alone():
    value = value_of(f"{BASE}labels: {{<<: *base, app: db}}\n")
    assert value["base"] == {"app": "web", "tier": "front"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: &x 080\nb: *x\n", {"a": 80, "b": 80}, id="of a scalar"),
        pytest.param("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}, id="of a list"),
        pytest.param("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}, id="the last of that name"),
        pytest.param("a: &x {b: &x 1, c: *x}\nd: *x\n", {"a": {"b": 1, "c": 1}, "d": 1}, id="an inner one"),
        pytest.param("&x web: *x\n", {"web": "web"}, id="of a key"),
        pytest.param("a: &x 010\n*x : b\n", {"a": 8, "8": "b"}, id="as a key"),
        pytest.param("a: &x 1e6\n*x : b\n", {"a": 1000000, "1e+06": "b"}, id="as a key that is a float"),
        pytest.param("a: &x '010'\n*x : b\n", {"a": "010", "010": "b"}, id="as a key that was quoted"),
        pytest.param("a: &x <<\n*x : b\n", {"a": "<<", "<<": "b"}, id="as a key that looks like a merge"),
        pytest.param("a: &x\nb: *x\n", {"a": None, "b": None}, id="of nothing"),
    ],
)
def test_aliases(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "detail", "index"),
    [
        ("a: *web\n", "yaml: unknown anchor 'web' referenced", 3),
        ("a: *x\nb: &x 1\n", "yaml: unknown anchor 'x' referenced", 3),
        ("a: &x [*x]\n", "yaml: anchor 'x' value contains itself", 7),
        ("&x {*x : a}\n", "yaml: anchor 'x' value contains itself", 4),
        ("a: &x {b: {<<: *x}}\n", "yaml: anchor 'x' value contains itself", 15),
        ("a: !!int web\n", "yaml: cannot decode !!str `web` as a !!int", 3),
        ("!!int web: 1\n", "yaml: cannot decode !!str `web` as a !!int", 0),
        ("{a: 1}: 1\n", 'yaml: invalid map key: map[interface {}]interface {}{"a":1}', 0),
        ("[a, ~]: 1\n", 'yaml: invalid map key: []interface {}{"a", interface {}(nil)}', 0),
        ("a: &x [1]\n*x : 1\n", "yaml: invalid map key: []interface {}{1}", 10),
        ("a: {<<: web}\n", "yaml: map merge requires map or sequence of maps as the value", 8),
        ("a: {<<: [{}, web]}\n", "yaml: map merge requires map or sequence of maps as the value", 8),
        ("a: {<<: }\n", "yaml: map merge requires map or sequence of maps as the value", 8),
        ("~: [web]\n", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: []interface {}{"web"}', 0),
        ("a: {b: 1, ~: true}\n", "unsupported map key of type: %!s(<nil>), key: <nil>, value: true", 10),
        (
            "18446744073709551615: a\n",
            'unsupported map key of type: uint64, key: 0xffffffffffffffff, value: "a"',
            0,
        ),
        ("a: !!int web\nb: {<<: 1}\n~: 1\n", "yaml: cannot decode !!str `web` as a !!int", 3),
        ("~: 1\na: !!int web\n", "yaml: cannot decode !!str `web` as a !!int", 8),
    ],
)
def test_what_decoding_refuses(text, detail, index):
    error = refused(text)
    assert (error.detail, error.index, error.is_limit) == (detail, index, False)
    assert error.hint


def test_a_long_key_is_quoted_in_part():
    assert len(refused(f"? [{'web, ' * 10_000}]\n: 1\n").detail) < 1100


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"b": [1, float("inf")], "a": {"x": float("nan")}}, (("a", "x"), "NaN")),
        ([1, -float("inf")], ((1,), "-Inf")),
        (float("inf"), ((), "+Inf")),
        ({"a": [1, "web", None, 1.5]}, None),
    ],
)
def test_numbers_that_json_lacks_are_found_in_sorted_order(value, found):
    assert unsupported_number(value) == found


@pytest.mark.parametrize("text", [".nan", "!!float .inf", "[-.Inf]"])
def test_numbers_that_json_lacks_are_announced(text):
    plain = Plain()
    compose(events(text), plain, Limits())
    assert plain.has_unsupported


def test_go_prints_every_kind_of_value():
    value = {"b": [None, True, 1, 1.5, 'a "b"'], "a": {}}
    assert go_syntax(value) == (
        'map[interface {}]interface {}{"a":map[interface {}]interface {}{}, '
        '"b":[]interface {}{interface {}(nil), true, 1, 1.5, "a \\"b\\""}}'
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_a_text_without_a_document_has_no_value(text):
    assert read(text) is None


def test_only_the_first_document_is_read():
    stream = iter([StreamStartEvent(), StreamEndEvent()])
    assert compose(lambda: next(stream), Plain(), Limits()) is None
    assert value_of("web\n...\n--- [@\n") == "web"


def test_a_parser_that_stops_early_leaves_no_document():
    stream = iter([StreamStartEvent(), DocumentStartEvent(), None])
    assert compose(lambda: next(stream), Plain(), Limits()) is None


@pytest.mark.parametrize("depth", [1, 2, 7])
def test_depth_is_counted_up_to_the_limit(depth):
    deep = "[" * depth + "]" * depth
    assert value_of(deep) is not None
    assert read(deep, max_depth=depth) is not None
    error = refused(f"[{deep}]", max_depth=depth)
    assert error.is_limit
    assert error.index == depth
    assert f"more than {depth} deep" in error.detail
    assert "--max-depth" in error.hint


def test_depth_counts_what_aliases_stand_for():
    text = "a: &a [x]\nb: &b [*a]\nc: &c [*b]\n"
    assert read(text, max_depth=4) is not None
    assert refused(text, max_depth=3).index == text.index("*b")


def test_aliases_are_counted_by_what_they_stand_for():
    text = "a: &a [x, x, x]\nb: [*a, *a]\n"
    assert read(text, max_alias_nodes=8) is not None
    error = refused(text, max_alias_nodes=7)
    assert error.is_limit
    assert error.index == text.rindex("*a")
    assert "--max-alias-nodes" in error.hint


def test_nested_aliases_multiply():
    rows = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert refused("\n".join(rows)).is_limit


def test_a_merge_counts_like_its_source():
    text = f"a: &a {{{', '.join(f'k{n}: 1' for n in range(100))}}}\nb: {{<<: [{'*a, ' * 1000}]}}\n"
    assert refused(text, max_alias_nodes=100_000).is_limit


def test_kubectl_refuses_a_document_of_aliases():
    text = f"a: &a [{'x, ' * 300}]\nb: [{'*a, ' * 320}]\n"
    assert refused(text).detail == "yaml: document contains excessive aliasing"


def test_aliases_share_one_object():
    value = value_of("a: &a {b: 1}\nc: *a\n")
    assert value["a"] is value["c"]


def spots(text):
    """Return every path of a document with the words of the text at its key and at its value."""
    places = Places()
    composed = read(text, places)
    found = {}

    def word(index):
        return text[index:].split("\n")[0]

    def walk(value, path):
        steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for step in steps:
            spot = places.spot(value, step)
            found[(*path, step)] = (word(spot.key), word(spot.value))
            walk(value[step], (*path, step))

    walk(composed.value, ())
    return found, places, composed


def test_places_of_keys_and_values():
    found, places, _ = spots("# a shop\nweb:\n  port: 80\n  tags: [a, 'b']\napi:\n- x: |\n    text\n")
    assert places.root == len("# a shop\n")
    assert found == {
        ("web",): ("web:", "port: 80"),
        ("web", "port"): ("port: 80", "80"),
        ("web", "tags"): ("tags: [a, 'b']", "[a, 'b']"),
        ("web", "tags", 0): ("a, 'b']", "a, 'b']"),
        ("web", "tags", 1): ("'b']", "'b']"),
        ("api",): ("api:", "- x: |"),
        ("api", 0): ("x: |", "x: |"),
        ("api", 0, "x"): ("x: |", "|"),
    }


def test_places_of_what_was_merged_and_aliased():
    found, _, _ = spots("base: &b {app: web}\nlabels:\n  <<: *b\n  tier: front\nagain: *b\n")
    assert found["labels", "app"] == ("app: web}", "web}")
    assert found["again",] == ("again: *b", "*b")
    assert found["again", "app"] == ("app: web}", "web}")


def test_places_of_repeated_keys():
    text = "a: 1\nb:\n- {c: 1, c: 2, c: 3}\na: 2\n"
    _, places, composed = spots(text)
    assert composed.has_duplicates
    assert {path: (text[first:][:4], text[last:][:4]) for path, (first, last) in places.duplicates.items()} == {
        ("b", 0, "c"): ("c: 1", "c: 3"),
        ("a",): ("a: 1", "a: 2"),
    }


def test_places_of_a_key_repeated_inside_a_merge():
    _, places, _ = spots("a: {<<: {b: 1, b: 2}}\n")
    assert list(places.duplicates) == [("a", "<<", "b")]


def test_what_is_not_there_has_no_place():
    places = Places()
    value = read("a: 1\n", places).value
    assert places.spot(value, "b") is None
    assert places.spot({}, "a") is None


def test_plain_words_are_found_out_once():
    plain = Plain()
    assert plain["080"] == 80
    plain["080"] = "known"
    assert plain["080"] == "known"


def test_an_explicit_mark_is_a_character_count():
    text = "é: 1\n你: [😀, x]\n"
    found, _, _ = spots(text)
    assert found["你", 1] == ("x]", "x]")
