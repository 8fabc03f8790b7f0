"""Edits to a text: what they make of it, and that they make of it nothing else."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from autograder.manifests.editing import REMOVED, Change, EditError, edit

POD = """\
# The api of the shop.
spec:
  containers:
  - name: api  # the only one
    image: 'shop/api:1'
    ports:
      - containerPort: 8080   # http

    # What it may do.
    securityContext:
        privileged: true  # why?
        capabilities:
            add: [NET_ADMIN, SYS_TIME]
            drop:
            - all
  - {name: log, image: "shop/log:1"}
  hostNetwork: true
"""
API = ("spec", "containers", 0)


@pytest.mark.parametrize(
    ("path", "new", "old_text", "new_text"),
    [
        pytest.param(
            (*API, "securityContext", "privileged"), False, "privileged: true  # why?", "privileged: false  # why?",
            id="a scalar is replaced and its comment stays",
        ),
        pytest.param(
            (*API, "securityContext", "capabilities", "drop", 0), "ALL", "- all", "- ALL", id="an item of a list"
        ),
        pytest.param(
            (*API, "securityContext", "capabilities", "add"), REMOVED,
            "            add: [NET_ADMIN, SYS_TIME]\n", "", id="a key is removed with its line",
        ),
        pytest.param(
            (*API, "securityContext", "capabilities", "add", 0), REMOVED, "[NET_ADMIN, SYS_TIME]", "[SYS_TIME]",
            id="the first item in brackets",
        ),
        pytest.param(
            (*API, "securityContext", "capabilities", "add", 1), REMOVED, "[NET_ADMIN, SYS_TIME]", "[NET_ADMIN]",
            id="the last item in brackets",
        ),
        pytest.param(
            (*API, "securityContext", "capabilities", "add", 2), "KILL", "SYS_TIME]", "SYS_TIME, KILL]",
            id="an item more in brackets",
        ),
        pytest.param(
            (*API, "securityContext", "capabilities", "drop", 1), "KILL",
            "            - all\n", "            - all\n            - KILL\n", id="an item more with a dash",
        ),
        pytest.param(
            (*API, "securityContext", "runAsUser"), 1000,
            "            - all\n", "            - all\n        runAsUser: 1000\n",
            id="a new key goes to the end and is indented as the others are",
        ),
        pytest.param(
            (*API, "securityContext", "seccompProfile", "type"), "RuntimeDefault",
            "            - all\n", "            - all\n        seccompProfile:\n          type: RuntimeDefault\n",
            id="with a mapping around it",
        ),
        pytest.param(
            ("spec", "containers", 1, "securityContext", "runAsUser"), 7,
            '"shop/log:1"}', '"shop/log:1", securityContext: {runAsUser: 7}}', id="into a mapping in braces",
        ),
        pytest.param(("spec", "hostNetwork"), REMOVED, "  hostNetwork: true\n", "", id="the last key of all"),
        pytest.param(
            (*API, "name"), REMOVED, "- name: api  # the only one\n    image", "- image",
            id="the key behind a dash: the next one takes its place",
        ),
        pytest.param(
            (*API, "ports", 0), REMOVED,
            "    ports:\n      - containerPort: 8080   # http\n", "    ports: []\n", id="the only item of a list",
        ),
        pytest.param(
            ("spec", "securityContext", "runAsNonRoot"), True,
            "  hostNetwork: true\n", "  hostNetwork: true\n  securityContext:\n    runAsNonRoot: true\n",
            id="a mapping that was not there",
        ),
    ],
)  # fmt: skip
def test_an_edit_changes_this_and_nothing_else(path, new, old_text, new_text):
    assert POD.count(old_text) == 1
    assert edit(POD, [Change(path, new)]) == POD.replace(old_text, new_text)


@pytest.mark.parametrize(
    ("before", "path", "new", "after"),
    [
        pytest.param("a:\n", ("a", "b"), 1, "a:\n  b: 1\n", id="a key without a value"),
        pytest.param("a: null\n", ("a", "b"), 1, "a: {b: 1}\n", id="a null"),
        pytest.param("a: {}\n", ("a", "b"), 1, "a: {b: 1}\n", id="an empty mapping"),
        pytest.param("a: []\n", ("a", 0), "x", "a: [x]\n", id="an empty list"),
        pytest.param("{}", ("a", "b"), 1, "{a: {b: 1}}", id="braces alone"),
        pytest.param('{"a": {"b": [1]}}', ("a", "c"), False, '{"a": {"b": [1], c: false}}', id="JSON"),
        pytest.param("a:\n  b: 1", ("a", "c"), 2, "a:\n  b: 1\n  c: 2\n", id="no end of line at the end"),
        pytest.param("a:\n  b: 1\n", ("a", "b"), REMOVED, "a: {}\n", id="the only key"),
        pytest.param("a:\n- b: 1\n", ("a", 0, "b"), REMOVED, "a:\n- {}\n", id="the only key behind a dash"),
        pytest.param("a: |\n  text\n\nb: 1\n", ("a",), REMOVED, "\nb: 1\n", id="a text of several lines"),
        pytest.param("a:\n- x\nb: 1\n", ("a", 1), "z", "a:\n- x\n- z\nb: 1\n", id="a list that is not indented"),
        pytest.param("a: {b: 1,}\n", ("a", "c"), 2, "a: {b: 1, c: 2}\n", id="a comma at the end"),
    ],
)
def test_in_every_style(before, path, new, after):
    assert edit(before, [Change(path, new)]) == after


@pytest.mark.parametrize(
    ("text", "path", "new"),
    [
        pytest.param("a: &x {b: 1}\nc: *x\n", ("c", "b"), 2, id="a value that stands in two places"),
        pytest.param("a: 1\n", ("b",), REMOVED, id="a key that is not there"),
        pytest.param("a: text\n", ("a", "b"), 1, id="text where a mapping should be"),
        pytest.param("", ("a",), 1, id="nothing at all"),
    ],
)
def test_what_cannot_be_done_alone_is_refused(text, path, new):
    with pytest.raises(EditError):
        edit(text, [Change(path, new)])


scalars = st.sampled_from([True, False, None, 7, "ALL", "x y", "yes", "007", ""])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


@given(
    st.dictionaries(st.sampled_from("abcd"), values, min_size=1, max_size=3),
    st.sampled_from(["block", "flow", "json", "indented"]),
    st.data(),
)
def test_whatever_the_style_the_text_means_what_it_should(value, style, data):
    text = {
        "block": lambda: yaml.safe_dump(value, sort_keys=False),
        "flow": lambda: yaml.safe_dump(value, sort_keys=False, default_flow_style=True, width=10_000),
        "json": lambda: json.dumps(value),
        "indented": lambda: yaml.safe_dump(value, sort_keys=False, indent=6),
    }[style]()
    path = data.draw(st.sampled_from([path for path in paths(value) if path]))
    kind = data.draw(st.sampled_from(["remove", "replace", "add"]))
    here = value
    for step in path:
        here = here[step]
    if kind == "add":
        if not isinstance(here, dict | list):
            return
        path, new = ((*path, "new") if isinstance(here, dict) else (*path, len(here))), data.draw(scalars)
    else:
        new = REMOVED if kind == "remove" else data.draw(scalars)
    try:
        after = edit(text, [Change(path, new)])
    except EditError:
        # Refused rather than wrong: an edit that would leave nothing, or that this style does not allow.
        return
    # `edit` proves itself with the reader of manifests; here PyYAML says the same.
    expected = yaml.safe_load(text)
    holder = expected
    for step in path[:-1]:
        holder = holder[step]
    if new is REMOVED:
        del holder[path[-1]]
    elif isinstance(holder, list) and path[-1] == len(holder):
        holder.append(new)
    else:
        holder[path[-1]] = new
    assert yaml.safe_load(after) == expected
