"""Plain and tagged words: what kubectl makes of each."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.manifests.scalars import KeyTypeError, TagError, key_text, replace_broken, resolve, resolve_tagged

TAG = "tag:yaml.org,2002:"


def same(value, other):
    return type(value) is type(other) and (value == other or (value != value and other != other))  # noqa: PLR0124


@pytest.mark.parametrize(
    ("words", "value"),
    [
        pytest.param("y Y yes Yes YES on On ON true True TRUE", True, id="words for true"),
        pytest.param("n N no No NO off Off OFF false False FALSE", False, id="words for false"),
        pytest.param("~ null Null NULL", None, id="words for null"),
        pytest.param("80 +80 8_0 0x50 0X50 0o120 0O120 0120 0b1010000 080 0_80 8e1 8.0e1 80. 80.0", 80, id="eighty"),
        pytest.param("-80 -0x50 -0120 -8e1 -80.0 -0b1010000", -80, id="minus eighty"),
        pytest.param("0 00 -0 +0 0.0 -0.0 .0 0e5 1e-400", 0, id="nothing at all"),
        pytest.param("08 8. 8_ 8.0 0b1000 0o10 010", 8, id="eight"),
        pytest.param("1e3 1E3 1e+3 1_000 1000.0", 1000, id="a thousand"),
        pytest.param("1.10 1.1 +1.1 11e-1 1_.1", 1.1, id="a version that loses its zero"),
        pytest.param(".5 +.5 0.5 5e-1 .5_0", 0.5, id="a half"),
        pytest.param("0b-101 -5", -5, id="a sign after 0b"),
        pytest.param("9223372036854775807 0x7fffffffffffffff", 2**63 - 1, id="the largest int64"),
        pytest.param("-9223372036854775808", -(2**63), id="the smallest int64"),
        pytest.param("9223372036854775808 0x8000000000000000", 2.0**63, id="beyond int64 is a float"),
        pytest.param("18446744073709551616 1.8446744073709552e19", 2.0**64, id="beyond uint64 is a float"),
        pytest.param("1234567890123456789.0", 1234567890123456800, id="a large float has few digits"),
        pytest.param("1e21", 1e21, id="too large for an integer"),
        pytest.param(".inf .Inf .INF +.inf", math.inf, id="infinity"),
        pytest.param("-.inf -.Inf -.INF", -math.inf, id="minus infinity"),
        pytest.param(".nan .NaN .NAN", math.nan, id="not a number"),
    ],
)
def test_words_that_are_no_text(words, value):
    assert [word for word in words.split() if not same(resolve(word), value)] == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("yES tRUE nULL oN oFF nO yEs .nAN .iNF -.NaN", id="words in other spellings"),
        pytest.param("1:30 12:30:45 190:20:30.15", id="base 60"),
        pytest.param("2001-01-01 2001-12-14t21:59:43.10-05:00 2001-02-30", id="dates"),
        pytest.param("10.0.0.0/8 1.2.3 1.27.3-alpha 0.0.0.0/0 ::1", id="addresses and versions"),
        pytest.param(
            "- + . .. +. -. ~x _ _1 = << ! 0x 0o 0b 0xg 0b2 0o8 1e 1e+ e1 .e1 ._5 .5_ 1e400 -1e400", id="almost"
        ),
        pytest.param("web api db 8080/tcp 80,443 1,000 1e5m 100Mi 0.5Gi", id="text"),
        pytest.param("0x1p3 infinity nan NaN inf Inf -- ++1 +-1 0b1_2 1.0.", id="numbers of other languages"),
        pytest.param("٣ １ ½ é", id="digits of other scripts"),
    ],
)
def test_words_that_stay_text(words):
    assert [word for word in words.split() if resolve(word) != word] == []


def test_nothing_is_null():
    assert resolve("") is None


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "80", "80"),
        ("str", "yes", "yes"),
        ("int", "0x50", 80),
        ("int", "8_0", 80),
        ("float", "3", 3),
        ("float", "3.5", 3.5),
        ("float", "9223372036854775807", 2.0**63),
        ("bool", "on", True),
        ("null", "", None),
        ("null", "~", None),
        ("timestamp", "2001-01-01", "2001-01-01"),
        ("timestamp", "2001-1-1T1:2:3.5+01:00", "2001-1-1T1:2:3.5+01:00"),
        ("binary", "c2hvcA==", "shop"),
        ("binary", "c2hv\ncA==", "shop"),
        ("binary", "/w==", "\ufffd"),
        ("set", "80", "80"),
    ],
)
def test_a_tag_decides(tag, text, value):
    assert same(resolve_tagged(TAG + tag, text), value)


@pytest.mark.parametrize("tag", ["!vault", "!", "!!x", "tag:example.org,2002:int"])
def test_an_unknown_tag_leaves_text(tag):
    assert resolve_tagged(tag, "80") == "80"


@pytest.mark.parametrize(
    ("tag", "text", "message"),
    [
        ("int", "web", "cannot decode !!str `web` as a !!int"),
        ("int", "3.5", "cannot decode !!float `3.5` as a !!int"),
        ("int", "", "cannot decode !!null `` as a !!int"),
        ("int", "2001-01-01", "cannot decode !!str `2001-01-01` as a !!int"),
        ("float", "18446744073709551615", "cannot decode !!int `18446744073709551615` as a !!float"),
        ("float", "yes", "cannot decode !!bool `yes` as a !!float"),
        ("bool", "80", "cannot decode !!int `80` as a !!bool"),
        ("bool", "yES", "cannot decode !!str `yES` as a !!bool"),
        ("null", "web", "cannot decode !!str `web` as a !!null"),
        ("timestamp", "2001-02-30", "cannot decode !!str `2001-02-30` as a !!timestamp"),
        ("timestamp", "2001-01-01T01:02:03", "cannot decode !!str `2001-01-01T01:02:03` as a !!timestamp"),
        ("binary", "no base64", "!!binary value contains invalid base64 data"),
    ],
)
def test_a_tag_that_does_not_fit(tag, text, message):
    with pytest.raises(TagError) as error:
        resolve_tagged(TAG + tag, text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("on", "true"),
        ("n", "false"),
        ("010", "8"),
        ("080", "80"),
        ("8.0", "8"),
        ("1.50", "1.5"),
        ("0.1", "0.1"),
        ("-.5", "-0.5"),
        ("0.30000000000000004", "0.3"),
        ("16777217.0", "1.6777216e+07"),
        ("123456.0", "123456"),
        ("1e6", "1e+06"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1e300", ".inf"),
        ("-1e300", "-.inf"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("web", "web"),
        ("2001-01-01", "2001-01-01"),
    ],
)
def test_keys_become_text(text, key):
    assert key_text(None, text) == key


def test_a_tagged_key_is_what_its_tag_says():
    assert key_text(TAG + "str", "010") == "010"
    assert key_text(TAG + "float", "3") == "3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("~", "unsupported map key of type: %!s(<nil>), key: <nil>"),
        ("", "unsupported map key of type: %!s(<nil>), key: <nil>"),
        ("18446744073709551615", "unsupported map key of type: uint64, key: 0xffffffffffffffff"),
    ],
)
def test_keys_that_json_lacks(text, message):
    with pytest.raises(KeyTypeError) as error:
        key_text(None, text)
    assert str(error.value) == message


def test_each_broken_byte_counts():
    assert replace_broken(b"a\xe2\x82b\xff") == "a\ufffd\ufffdb\ufffd"


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_integers_mean_themselves(number):
    assert same(resolve(str(number)), number)
    assert same(resolve(f"{number:#x}"), number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_mean_themselves(number):
    assert float(resolve(repr(number))) == number


@given(st.text(alphabet="+-0123456789_.eExXoObB:yYnNtTfF~", max_size=12) | st.text(max_size=30))
def test_any_word_has_a_meaning_that_json_knows(text):
    value = resolve(text)
    if isinstance(value, float) and not math.isfinite(value):
        assert text.lower() in {".nan", ".inf", "+.inf", "-.inf"}
    else:
        assert same(json.loads(json.dumps(value)), value)


@given(st.text(alphabet="+-0123456789_.eE", min_size=1, max_size=12))
def test_what_is_a_json_number_means_what_json_says(text):
    try:
        number = json.loads(text)
    except ValueError:
        return
    assert math.isinf(number) or resolve(text) == number


@given(
    st.sampled_from(["int", "float", "bool", "null", "timestamp", "binary", "str", "web"]),
    st.text(alphabet="+-0123456789_.eEyntTZ:= ", max_size=24),
)
def test_any_tag_on_any_word_answers_or_says_why(tag, text):
    message = ""
    try:
        resolve_tagged(TAG + tag, text)
    except TagError as error:
        message = str(error)
        with pytest.raises(TagError):
            key_text(TAG + tag, text)
    assert not message or tag == "binary" or message.endswith(f"as a !!{tag}")
