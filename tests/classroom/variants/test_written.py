"""What is written is what is read: by PyYAML, and by the reader that judges answers."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.variants.written import document, documents
from autograder.manifests.documents import read_text

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["yes", "8080", "1.0", "0x1", "a: b", "- a", "#", "a #b", "", " a", "a ", "~", "null", "2026-11-28"]
    ),
    st.sampled_from(
        ["one\ntwo\n", "one\ntwo", "one\n", "\n", " x\ny\n", "a\n\nb\n", "a\n\n", "tab\tand\nline\n", "a \nb\n"]
    ),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-(2**31), 2**31), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=20,
)


@given(VALUES)
def test_pyyaml_reads_what_was_written(value):
    assert yaml.safe_load(document(value)) == value


@given(st.lists(st.dictionaries(st.sampled_from(["kind", "a", "on", "b"]), VALUES, min_size=1), min_size=1, max_size=3))
def test_the_reader_of_answers_reads_what_was_written(values):
    found, problems = read_text(documents(values).encode(), "made.yaml")
    said = [problem.message for problem in problems]
    assert [each.value for each in found] == values or any("special characters" in text for text in said), said


def test_the_layout_is_the_one_of_the_course():
    value = {
        "kind": "NetworkPolicy",
        "spec": {"policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}], "ports": []}]},
        "cidr": "10.0.0.0/8",
        "number": "80",
    }
    assert document(value) == (
        "kind: NetworkPolicy\n"
        "spec:\n"
        "  policyTypes: [Ingress]\n"
        "  ingress:\n"
        "    - from:\n"
        "        - podSelector: {}\n"
        "      ports: []\n"
        "cidr: 10.0.0.0/8\n"
        'number: "80"\n'
    )
