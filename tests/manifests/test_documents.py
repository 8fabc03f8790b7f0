"""Texts to documents: splitting, JSON, errors with their places and remedies, and where things stand."""

from __future__ import annotations

import gc
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests import documents as module
from autograder.manifests.documents import ANSWERS, Document, InputError, Limits, read_text
from autograder.manifests.json_events import JsonEvents
from autograder.manifests.json_values import QuickJson
from autograder.manifests.problems import Position

POLICY = """\
# who may talk to the api of the shop
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: api
  namespace: shop
spec:
  podSelector:
    matchLabels: {app: api}
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: web
    ports:
    - port: 8080
      protocol: TCP
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
  - name: web
    image: "web:1.10"
    command: [sh, -c, 'sleep 1h']
"""


def values(text, **limits):
    documents, problems = read_text(text, limits=Limits(**limits))
    assert problems == []
    return [document.value for document in documents]


def only_problem(text, file="web.yaml", **limits):
    (problem,) = read_text(text, file, Limits(**limits))[1]
    return problem


# How a stream is cut


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        pytest.param("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}], [1, 3], id="a separator between two"),
        pytest.param("---\na: 1\n---\nb: 2\n---\n", [{"a": 1}, {"b": 2}], [1, 4], id="around two"),
        pytest.param("---\n\n---\n# none\n---\n~\n---\na: 1\n", [{"a": 1}], [8], id="empty ones do not count"),
        pytest.param("a: 1\n--- # next\nb: 2\n", [{"a": 1}, {"b": 2}], [1, 3], id="a comment behind it"),
        pytest.param("a: 1\n--- \t\nb: 2\n", [{"a": 1}, {"b": 2}], [1, 3], id="white space behind it"),
        pytest.param("a: 1\n---#next\nb: 2\n", [{"a": 1}, {"b": 2}], [1, 3], id="a comment close behind it"),
        pytest.param("a: 1\n---\u3000\nb: 2\n", [{"a": 1}, {"b": 2}], [1, 3], id="white space of another script"),
        pytest.param("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}], [1, 3], id="lines of Windows"),
        pytest.param("a: 1\n...\nb: 2\n---\nc: 3\n", [{"a": 1}, {"c": 3}], [1, 5], id="what follows dots is dropped"),
        pytest.param("a: |\n ---\n", [{"a": "---\n"}], [1], id="not when indented"),
        pytest.param("a: |\n  x", [{"a": "x\n"}], [1], id="the last line gets its end"),
        pytest.param("a: |\r\n  x\r\n  y\r\n", [{"a": "x\ny\n"}], [1], id="lines in text end in one character"),
        pytest.param("\ufeffa: 1\n---\n\ufeffb: 2\n", [{"a": 1}, {"b": 2}], [1, 3], id="byte order marks"),
        pytest.param("\ufeff---\na: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}], [1, 4], id="a mark before a separator"),
        pytest.param("", [], [], id="nothing"),
        pytest.param("\n", [], [], id="an empty line"),
        pytest.param("# only a comment", [], [], id="a comment"),
    ],
)
def test_splitting(text, expected, lines):
    documents, problems = read_text(text)
    assert problems == []
    assert [document.value for document in documents] == expected
    assert [document.first_line for document in documents] == lines
    assert [document.index for document in documents] == list(range(1, len(expected) + 1))


def test_a_byte_order_mark_of_utf_16_is_understood():
    assert values("\ufeffa: é\n".encode("utf-16-be")) == [{"a": "é"}]


@pytest.mark.parametrize("rest", ["web", "{a: 1}", "|", "- x", "-", "!"])
def test_a_separator_with_something_behind_it(rest):
    documents, problems = read_text(f"a: 1\n--- {rest}\nb: 2\n---\nc: 3\n", "web.yaml")
    assert [document.value for document in documents] == [{"b": 2}, {"c": 3}]
    (problem,) = problems
    assert problem.message == f"error parsing web.yaml: invalid Yaml document separator: {rest}"
    assert problem.position.line == 2
    assert "---" in problem.hint


def test_reading_goes_on_after_a_broken_document():
    documents, problems = read_text("a: [\n---\nb: 1\n---\nc: {\n")
    assert [(document.index, document.value) for document in documents] == [(2, {"b": 1})]
    assert [problem.document for problem in problems] == [1, 3]


# JSON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"a": 1}', [{"a": 1}], id="one value"),
        pytest.param('{"a": 1}\n{"b": [2]} 3 null "x"', [{"a": 1}, {"b": [2]}, 3, "x"], id="one after the other"),
        pytest.param('\n\t {"a": 1, "a": 2}', [{"a": 2}], id="the last of equal keys"),
        pytest.param(
            '{"a": [1e3, 1.0, -0, 1.50, 12345678901234567890]}',
            [{"a": [1000, 1, 0, 1.5, 12345678901234567000.0]}],
            id="numbers",
        ),
        pytest.param(r'{"a": "\u00e9\ud83d\ude00\ud800\/\n"}', [{"a": "é😀\ufffd/\n"}], id="escapes"),
        pytest.param(b'{"a": "\xff\xe2\x82"}', [{"a": "\ufffd\ufffd\ufffd"}], id="broken bytes in text"),
        pytest.param('{"on": "010"}', [{"on": "010"}], id="no words of YAML"),
        pytest.param("{a: 1, b: on}", [{"a": 1, "b": True}], id="YAML in braces"),
        pytest.param('{"a": 1,}', [{"a": 1}], id="a comma too many is YAML"),
        pytest.param('{"a": 1}\n---\nb: 2\n---\nc: 3\n', [{"a": 1}, {"b": 2}, {"c": 3}], id="then YAML"),
        pytest.param('{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}], id="a line each"),
        pytest.param("{}", [{}], id="an empty one"),
        pytest.param("[1, 2]", [[1, 2]], id="a list is YAML"),
    ],
)
def test_json(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "detail", "position", "hint"),
    [
        ('{"a": 1 "b": 2}', "json: offset 9: invalid character '\"' after object key:value pair", (1, 12), "comma"),
        ('{"a": [1 2}', "json: offset 10: invalid character '2' after array element", (1, 11), "comma"),
        ('{"a"; 1}', "json: offset 5: invalid character ';' after object key", (1, 5), "colon"),
        ('{"a": "x\ny": }', "json: offset 9: invalid character '\\n' in string literal", (2, 3), "Close the {"),
        ('{"a": "\\x"}', "json: offset 9: invalid character 'x' in string escape code", (1, 10), "Write the backslash"),
        (
            '{"a": "\\u12"}',
            "json: offset 12: invalid character '\"' in \\u hexadecimal character escape",
            (1, 12),
            "four",
        ),
        ('{"a": tru: }', "json: offset 10: invalid character ':' in literal true (expecting 'e')", (1, 10), ""),
        (
            '{"a": 1.: [}',
            "json: offset 9: invalid character ':' after decimal point in numeric literal",
            (1, 9),
            "decimal digits",
        ),
        ('{"a": -: [}', "json: offset 8: invalid character ':' in numeric literal", (1, 8), "decimal digits"),
        (
            '{"a": 1e: [}',
            "json: offset 9: invalid character ':' in exponent of numeric literal",
            (1, 9),
            "decimal digits",
        ),
        (
            "{app: [}",
            "json: offset 2: invalid character 'a' looking for beginning of object key string",
            (1, 8),
            "value",
        ),
        ('{"a": 1', "unexpected EOF", (1, 7), "Close"),
        ('{"a": ["x', "unexpected EOF", (1, 9), "Close"),
        ('{"é": é: [}', "json: offset 8: invalid character 'Ã' looking for beginning of value", (1, 8), "comma"),
        ('{"a": 1}\n{"b": 2}\nname: x\n', "invalid character 'a' in literal null (expecting 'u')", (3, 2), ""),
        ('{"a": 1} x', "json: offset 10: invalid character 'x' looking for beginning of value", (1, 10), "quotes"),
    ],
)
def test_what_is_neither_json_nor_yaml(text, detail, position, hint):
    problem = only_problem(text)
    assert problem.detail == detail
    assert (problem.position.line, problem.position.column) == position
    assert hint in problem.hint


def test_a_number_too_large_for_json_spoils_one_document():
    documents, problems = read_text('{"a": 1}\n{"b": 1e400}\n{"c": 3}', "shop.json")
    assert [(document.index, document.value) for document in documents] == [(1, {"a": 1}), (3, {"c": 3})]
    (problem,) = problems
    number = "json: cannot unmarshal number 1e400 into Go value of type float64"
    assert problem.message == f'unable to decode "shop.json": {number}'
    assert problem.position == Position(2, 7)


def test_places_in_json():
    first, second = read_text('{"a": 1} {"b": [\n  {"c": "x", "c": 2}]}\n')[0]
    assert first.locate(("a",)) == Position(1, 7)
    assert second.locate(()) == Position(1, 10)
    assert second.locate(("b",), key=True) == Position(1, 11)
    assert second.locate(("b", 0, "c"), key=True) == Position(2, 14)
    (duplicate,) = second.duplicates
    assert (duplicate.path, duplicate.first, duplicate.last) == (("b", 0, "c"), Position(2, 4), Position(2, 14))


JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | JSON_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_TEXT, inner, max_size=4),
    max_leaves=12,
)


def with_floats(value):
    """Return a value in which all numbers are of one kind, as in JSON."""
    if isinstance(value, dict):
        return {key: with_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [with_floats(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(st.dictionaries(JSON_TEXT, JSON_VALUE, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_json_means_what_python_reads(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert with_floats(values(text)) == [with_floats(json.loads(text))]


@given(
    st.lists(
        st.sampled_from(["{", "}", "[", "]", ",", ":", '"a"', "1", "1.5e3", "true", " ", "x", "1e400"]), max_size=9
    )
)
def test_quick_json_never_differs_from_careful_json(tokens):
    text = "{" + "".join(tokens)
    quick = QuickJson(text, module.Plain(), 100).read(0)
    if quick is not None:
        source = JsonEvents(text, 0)
        composed = module.compose(source.read().__next__, module.Plain(), Limits())
        assert (composed.value, source.end) == quick


# Errors of YAML: kubectl's words, the true place, the remedy


@pytest.mark.parametrize(
    ("text", "error", "position", "hint"),
    [
        pytest.param(
            "spec:\n\tport: 80\n",
            "line 2: found character that cannot start any token",
            (2, 1),
            "Indent with spaces. YAML allows no tabs there.",
            id="a tab",
        ),
        pytest.param(
            "spec:\n  port: 80\n\tname: web\n",
            "line 3: found a tab character that violates indentation",
            (3, 1),
            "Indent with spaces. YAML allows no tabs there.",
            id="a tab below a value",
        ),
        pytest.param(
            "spec:\n    a: 1\n  b: 2\n",
            "line 2: did not find expected key",
            (3, 3),
            "Indent this line by 4 spaces, like the line above, or by 0, like line 1.",
            id="a line indented too little",
        ),
        pytest.param(
            "ports:\n- port: 80\n   name: web\n",
            "line 3: mapping values are not allowed in this context",
            (3, 8),
            "Indent this line like line 2, which has a value already. A key with more keys below has none.",
            id="a line indented too much",
        ),
        pytest.param(
            "metadata\n  name: web\n",
            "line 2: mapping values are not allowed in this context",
            (2, 7),
            "Put a colon at the end of line 1 if it is a key.",
            id="a colon missing above",
        ),
        pytest.param(
            "port: 80\nname:web\n",
            "line 3: could not find expected ':'",
            (2, 1),
            "Put a colon and a space after the key, as in port: 80.",
            id="a space missing after a colon",
        ),
        pytest.param(
            "image: web: 1.10\n",
            "mapping values are not allowed in this context",
            (1, 11),
            "Only one key and its value fit on a line. Quote the value if the colon belongs to it.",
            id="two keys on a line",
        ),
        pytest.param(
            "a: 1\nname: 'web\nb: 2\n",
            "line 4: found unexpected end of stream",
            (2, 7),
            "The quotation mark that opens here is never closed.",
            id="a quotation mark never closed",
        ),
        pytest.param(
            "name: 'web's'\n",
            "did not find expected key",
            (1, 12),
            "The value ends before this. Put all of it in quotes.",
            id="a quotation mark inside quotes",
        ),
        pytest.param(
            "spec:\n  a: 1\n  - b\n",
            "line 2: did not find expected key",
            (3, 3),
            "A list item stands among the keys that begin on line 2. Move it below its own key.",
            id="an item among keys",
        ),
        pytest.param(
            "spec:\n  - a\n  b: 1\n",
            "line 2: did not find expected '-' indicator",
            (3, 3),
            "This stands among the items of the list of line 2. Indent it more, below its item, or less, out of it.",
            id="a key among items",
        ),
        pytest.param(
            "a:\n  - x\n - y\n",
            "line 2: did not find expected key",
            (3, 2),
            "Begin every item of this list with a dash in the same column.",
            id="dashes in two columns",
        ),
        pytest.param(
            "ports: - 80\n",
            "block sequence entries are not allowed in this context",
            (1, 8),
            "Begin the list on the line below its key. Quote the value if the dash belongs to it.",
            id="a list on its key's line",
        ),
        pytest.param(
            "a: [x, y\nb: 1\n",
            "line 1: did not find expected ',' or ']'",
            (2, 2),
            "Close the [ of line 1 first, or put a comma before this.",
            id="a bracket not closed",
        ),
        pytest.param(
            "a: {x: 1\n",
            "line 1: did not find expected ',' or '}'",
            (1, 4),
            "The { that opens here is never closed.",
            id="a brace never closed",
        ),
        pytest.param(
            "a: {x: 'y' z: 1}\n",
            "did not find expected ',' or '}'",
            (1, 12),
            "Put a comma before this, or close the { first.",
            id="a comma missing",
        ),
        pytest.param(
            "a: [what?]\n",
            "did not find expected ',' or ']'",
            (1, 9),
            "Quote the text. Between brackets a question mark has a meaning of its own.",
            id="a question mark in brackets",
        ),
        pytest.param(
            "a: [",
            "line 1: did not find expected node content",
            (1, 5),
            "Close the bracket that is still open, or write the value that is missing.",
            id="a list that only begins",
        ),
        pytest.param(
            "a: [,]",
            "did not find expected node content",
            (1, 5),
            "A value is missing before this ,",
            id="an item missing",
        ),
        pytest.param(
            "image: @web\n",
            "found character that cannot start any token",
            (1, 8),
            "Put the text in quotes. Without them it cannot begin with @",
            id="a sign that text cannot begin with",
        ),
        pytest.param(
            "cpu: *all\n",
            "unknown anchor 'all' referenced",
            (1, 6),
            "Write &all in front of a value further up, or quote the text if it begins with *.",
            id="an asterisk",
        ),
        pytest.param(
            "cpu: *\n",
            "did not find expected alphabetic or numeric character",
            (1, 6),
            "Quote the text if it begins with & or *.",
            id="an asterisk alone",
        ),
        pytest.param(
            'path: "C:\\data"\n',
            "found unknown escape character",
            (1, 10),
            "Write the backslash twice, or use single quotes.",
            id="a backslash",
        ),
        pytest.param(
            'path: "a\\/b"\n',
            "found unknown escape character",
            (1, 9),
            "Write the backslash twice, or use single quotes.",
            id="a slash after a backslash",
        ),
        pytest.param(
            'a: "\\ud83d\\ude00"\n',
            "found invalid Unicode character escape code",
            (1, 7),
            "Write the character itself instead of its escape.",
            id="half a character",
        ),
        pytest.param(
            "script: | echo\n",
            "did not find expected comment or line break",
            (1, 11),
            "Begin the text on the line below | or >. Quote the value if that sign belongs to it.",
            id="text on the line of its sign",
        ),
        pytest.param(
            "a: ? b\n",
            "mapping keys are not allowed in this context",
            (1, 4),
            "Quote the text if it begins with a question mark.",
            id="a question mark",
        ),
        pytest.param(
            "a: !b!c d\n",
            "found undefined tag handle",
            (1, 4),
            "Quote the text if it begins with an exclamation mark.",
            id="an exclamation mark",
        ),
        pytest.param(
            "name: {{ .Values.name }}\n",
            'invalid map key: map[interface {}]interface {}{".Values.name":interface {}(nil)}',
            (1, 8),
            "This is a template. Fill it in first, for example with helm template.",
            id="a template",
        ),
        pytest.param(
            "name: {{ .Values.name }}-web\n",
            "did not find expected key",
            (1, 25),
            "This is a template. Fill it in first, for example with helm template.",
            id="a template with text behind it",
        ),
        pytest.param(
            "%YAML 1.2\n---\na: 1\n",
            "found incompatible YAML document",
            (1, 1),
            "Remove the lines that begin with %. kubectl reads no YAML directives.",
            id="a directive",
        ),
        pytest.param(
            "%TAG ! x\n---\na: 1\n",
            "line 1: did not find expected <document start>",
            (1, 9),
            "Remove the lines that begin with %. kubectl reads no YAML directives.",
            id="another directive",
        ),
        pytest.param(
            "a: b\u200b\x07c\n",
            "control characters are not allowed",
            (1, 6),
            "Delete the invisible character U+0007 here, or write it as an escape in double quotes.",
            id="a control character",
        ),
        pytest.param(
            "a: !!int web\n",
            "cannot decode !!str `web` as a !!int",
            (1, 4),
            "Remove the tag that begins with !!, or write a value that fits it.",
            id="a tag that does not fit",
        ),
    ],
)
def test_errors(text, error, position, hint):
    problem = only_problem(text)
    assert problem.detail == f"error converting YAML to JSON: yaml: {error}"
    assert problem.message == f"error parsing web.yaml: {problem.detail}"
    assert (problem.position.line, problem.position.column) == position
    assert problem.hint == hint
    assert (problem.stage, problem.severity, problem.code, problem.document) == ("yaml", "error", None, 1)


def test_kubectl_counts_lines_in_the_document_and_we_in_the_file():
    problem = only_problem("a: 1\n---\nspec:\n    a: 1\n  b: 2\n")
    assert problem.detail == "error converting YAML to JSON: yaml: line 2: did not find expected key"
    assert problem.position == Position(5, 3)
    assert problem.hint.endswith("like line 3.")
    assert problem.document == 2


@pytest.mark.parametrize(
    ("text", "detail", "position"),
    [
        ("a: 1\nb:\n- .nan\n", "error converting YAML to JSON: json: unsupported value: NaN", (3, 3)),
        ("b: .inf\na: {c: -.inf}\n", "error converting YAML to JSON: json: unsupported value: -Inf", (2, 8)),
        (
            "~: web\n",
            'error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: "web"',
            (1, 1),
        ),
    ],
)
def test_what_json_lacks(text, detail, position):
    problem = only_problem(text)
    assert (problem.detail, problem.position.line, problem.position.column) == (detail, *position)


def test_a_word_for_infinity_in_one_document_does_not_spoil_another():
    documents, problems = read_text("a: .inf\n---\nb: 1\n")
    assert [document.value for document in documents] == [{"b": 1}]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("data", "detail", "position"),
    [
        (b"a: 1\nb: \xff\n", "invalid leading UTF-8 octet", (2, 4)),
        (b"a: \xc3(\n", "invalid trailing UTF-8 octet", (1, 4)),
        (b"a: \xc0\x80\n", "invalid length of a UTF-8 sequence", (1, 4)),
        (b"a: \xed\xa0\x80\n", "invalid Unicode character", (1, 4)),
        ("a: \ud800\n", "invalid Unicode character", (1, 4)),
        (b"a: \xf4\x90\x80\x80\n", "invalid Unicode character", (1, 4)),
        (b"a: \xe2\x82", "invalid trailing UTF-8 octet", (1, 4)),
        (b"a: \xf0\x9f", "incomplete UTF-8 octet sequence", (1, 4)),
        ("\ufeffa: 1\n".encode("utf-16-le"), "incomplete UTF-16 character", None),
        ("\ufeffa: 1".encode("utf-16-be"), "incomplete UTF-16 character", None),
        (b"\xfe\xff\xd8\x00\x00a\x00\n", "expected low surrogate area", None),
    ],
)
def test_text_in_no_encoding(data, detail, position):
    problem = only_problem(data)
    assert problem.detail == f"error converting YAML to JSON: yaml: {detail}"
    assert problem.hint == "Save the file as UTF-8."
    if position is not None:
        assert (problem.position.line, problem.position.column) == position


def test_standard_input_has_kubectl_s_name():
    assert only_problem("a: [", "<stdin>").message.startswith("error parsing STDIN: ")


# Limits


@pytest.mark.parametrize(
    ("text", "limits", "detail", "hint", "line"),
    [
        ("a:\n- [[x]]\n", {"max_depth": 3}, "lists and mappings lie more than 3 deep", "--max-depth", 2),
        ('{"a":\n[[[1]]]}', {"max_depth": 3}, "lists and mappings lie more than 3 deep", "--max-depth", 2),
        (
            "a: &a [1, 2]\nb: *a\n",
            {"max_alias_nodes": 2},
            "aliases stand for more than 2 nodes",
            "--max-alias-nodes",
            2,
        ),
        ("a: 1\n---\nb: 2\n---\nc: 3\n", {"max_documents": 2}, "more than 2 documents", "--max-documents", 5),
        ("{}\n{}\n{}", {"max_documents": 2}, "more than 2 documents", "--max-documents", 3),
        ("---\n" * 4, {"max_documents": 1}, "more than 1 documents", "--max-documents", 3),
    ],
)
def test_limits_say_what_raises_them(text, limits, detail, hint, line):
    problem = only_problem(text, **limits)
    assert problem.type == "Limit exceeded"
    assert detail in problem.detail
    assert hint in problem.hint
    assert problem.position.line == line


def test_a_text_too_large_is_not_read():
    with pytest.raises(InputError) as error:
        read_text("a" * (ANSWERS.max_bytes + 1), limits=ANSWERS)
    assert str(error.value) == "<answer> has more than 1 MiB. Split it, or raise --max-bytes."


def test_the_collector_is_on_again_after_a_large_text():
    text = "# a long comment\n" * 100_000
    assert read_text(text + "a: 1\n")[0][0].value == {"a": 1}
    assert gc.isenabled()
    gc.disable()
    try:
        read_text(text)
        assert not gc.isenabled()
    finally:
        gc.enable()


# Where things stand


@pytest.fixture(scope="module")
def policy():
    return read_text(POLICY, "shop.yaml")[0]


@pytest.mark.parametrize(
    ("document", "path", "key", "position"),
    [
        (0, (), False, (2, 1)),
        (0, ("kind",), False, (3, 7)),
        (0, ("kind",), True, (3, 1)),
        (0, ("spec",), False, (8, 3)),
        (0, ("spec",), True, (7, 1)),
        (0, ("spec", "podSelector", "matchLabels", "app"), False, (9, 24)),
        (0, ("spec", "ingress", 0), False, (11, 5)),
        (0, ("spec", "ingress", 0), True, (11, 5)),
        (0, ("spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", "app"), False, (14, 16)),
        (0, ("spec", "ingress", 0, "ports", 0, "protocol"), True, (17, 7)),
        (0, ("spec", "ingress", 0, "ports", 0, "endPort"), True, (16, 7)),
        (0, ("spec", "egress", 0, "to"), False, (8, 3)),
        (0, ("spec", "ingress", 5), False, (11, 3)),
        (0, ("spec", "ingress", "from"), False, (11, 3)),
        (0, ("spec", "ingress", -1), False, (11, 3)),
        (0, ("kind", "x", 0), True, (3, 7)),
        (1, ("metadata", "labels", "app"), False, (21, 54)),
        (1, ("spec", "containers", 0, "command", 2), False, (26, 23)),
    ],
)
def test_places(policy, document, path, key, position):
    found = policy[document].locate(path, key=key)
    assert (found.line, found.column) == position


@pytest.mark.parametrize(
    ("text", "path", "position"),
    [
        ("a:\n", ("a",), (1, 3)),
        ("a:\r\n  b: 1\r\n", ("a", "b"), (2, 6)),
        ("\ufeffa: 1\n", ("a",), (1, 4)),
        ("é😀: 1\n", ("é😀",), (1, 5)),
        ("on: {010: x}\n", ("true", "8"), (1, 11)),
        ("a: &a\n  b: 1\nc: *a\n", ("c",), (3, 4)),
        ("a: &a\n  b: 1\nc: *a\n", ("c", "b"), (2, 6)),
        ("a: {b: 1}\nc:\n  <<: {d: 1}\n", ("c", "d"), (3, 11)),
        ("a: 1\na: 2\n", ("a",), (2, 4)),
        ("web", (), (1, 1)),
        ("a: {b:}\n", ("a", "b:"), (1, 7)),
    ],
)
def test_more_places(text, path, position):
    (document,) = read_text(text)[0]
    found = document.locate(path)
    assert (found.line, found.column) == position


def test_repeated_keys_are_told_with_their_places():
    (document,) = read_text("# shop\nspec:\n  ingress: []\n  egress: []\n  ingress:\n  - {}\n")[0]
    assert document.value == {"spec": {"ingress": [{}], "egress": []}}
    assert document.has_duplicates
    assert [tuple(duplicate) for duplicate in document.duplicates] == [
        (("spec", "ingress"), Position(3, 3), Position(5, 3))
    ]


def test_no_repeated_keys_need_no_second_reading():
    (document,) = read_text("a: {b: 1}\nc: {b: 1}\n")[0]
    assert document.duplicates == ()
    assert document._again == []


# Whatever comes

PIECES = [
    *(
        "---\n",
        "--- x\n",
        "...\n",
        "\n",
        "\r\n",
        "\r",
        "- ",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "|\n",
        ">-\n",
    ),
    *(
        "&a ",
        "*a",
        "<<: *a\n",
        "!!int ",
        "!!str ",
        "!x ",
        "#",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "\t",
        "  ",
        "a: ",
        "b: 1\n",
    ),
    *(
        "yes",
        "~",
        "0x1F",
        "1e3",
        ".inf",
        "\\n",
        "\\ud800",
        "\\/",
        "\ufeff",
        "\x85",
        "\u2028",
        "\x01",
        "@",
        "é",
        "😀",
        "\ud800",
    ),
    *(
        "key:\n  ",
        "<<",
        "-",
        "---",
        "2001-01-01",
        "!!timestamp ",
        "!!binary ",
        "a?",
        "a:,",
        '"\\\'"',
        '{"a": 1}',
        '"\\u00e9"',
    ),
]
ROUGH = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
HOLES = st.tuples(st.integers(0, len(POLICY)), st.integers(0, 6), st.sampled_from(["", *PIECES]))


def with_holes(holes):
    """Return the policy with some of its characters replaced."""
    text = POLICY
    for start, length, piece in holes:
        text = text[:start] + piece + text[start + length :]
    return text


MUTILATED = st.lists(HOLES, min_size=1, max_size=4).map(with_holes)
ANYTHING = st.text() | st.binary() | ROUGH | ROUGH.map(lambda text: "{" + text) | MUTILATED


def places_of(document):
    """Return the place of every key and value of a document."""
    found = [document.locate(())]
    waiting = [((), document.value)]
    while waiting and len(found) < 200:
        path, value = waiting.pop()
        steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for step in steps:
            found += [document.locate((*path, step)), document.locate((*path, step), key=True)]
            waiting.append(((*path, step), value[step]))
    return found


@settings(max_examples=400)
@given(ANYTHING)
def test_whatever_comes_is_answered(text):
    documents, problems = read_text(text)
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    places = [problem.position for problem in problems]
    for document in documents:
        assert json.loads(json.dumps(document.value, allow_nan=False)) == document.value
        again = document._read_again()
        assert again.value == document.value, "the located value is the quick one"
        places += places_of(document)
        places += [place for duplicate in document.duplicates for place in duplicate[1:]]
        assert bool(document.duplicates) == document.has_duplicates
    for place in places:
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
    for problem in problems:
        assert problem.message
        assert not math.isnan(problem.position.column)
    assert [(document.index, document.value) for document in read_text(text)[0]] == [
        (document.index, document.value) for document in documents
    ]


@settings(max_examples=200)
@given(st.lists(ROUGH.filter(lambda text: "---" not in text), max_size=4))
def test_documents_do_not_disturb_each_other(texts):
    alone = [read_text(f"first: 1\n---\n{text}\n") for text in texts]
    together = read_text("first: 1\n" + "".join(f"---\n{text}\n" for text in texts))
    values_alone = [document.value for documents, _ in alone for document in documents[1:]]
    assert [document.value for document in together[0]] == [{"first": 1}, *values_alone]
    assert [problem.detail for problem in together[1]] == [p.detail for _, problems in alone for p in problems]


def test_a_document_knows_its_file():
    (document,) = read_text("a: 1\n", "shop.yaml")[0]
    assert isinstance(document, Document)
    assert (document.file, document.text, document.syntax) == ("shop.yaml", "a: 1\n", "yaml")


@pytest.mark.parametrize(
    "text", ["a: {b: [1, 2]}\n---\n# c\nd:\n- e: 1\n  e: 2\n", "x: &x {y: 1}\nz: {<<: *x}\n", '{"a": 1}']
)
def test_places_kept_while_reading_are_those_of_a_second_reading(text):
    kept, _ = read_text(text, keep_places=True)
    plain, _ = read_text(text)
    for one, other in zip(kept, plain, strict=True):
        assert one.value == other.value
        assert one.duplicates == other.duplicates
        for path in ((), *every_path(other.value)):
            assert one.locate(path) == other.locate(path)
            assert one.locate(path, key=True) == other.locate(path, key=True)


def every_path(value, before=()):
    """The way to everything in a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in entries:
        yield (*before, step)
        yield from every_path(inside, (*before, step))
