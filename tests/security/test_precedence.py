"""Which level decides, and what a field at the wrong level would do if it worked."""

from __future__ import annotations

import json

import pytest

from autograder.manifests.load import Options, load_text
from autograder.manifests.schema import structs, versions
from autograder.security import Semantics
from autograder.security.fields import FIELDS
from autograder.security.misplaced import with_misplaced
from autograder.security.precedence import setting

from .pods import first, manifest, pod


@pytest.mark.parametrize(
    ("security", "container", "field", "value", "origin"),
    [
        pytest.param(None, None, "runAsUser", None, "api", id="set nowhere"),
        pytest.param({"runAsUser": 1000}, None, "runAsUser", 1000, "pod", id="the Pod's value reaches the container"),
        pytest.param({"runAsUser": 1000}, {"runAsUser": 0}, "runAsUser", 0, "container", id="zero counts as set"),
        pytest.param(
            {"runAsNonRoot": True},
            {"runAsNonRoot": False},
            "runAsNonRoot",
            False,
            "container",
            id="false counts as set",
        ),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1,c2"}},
            {"seLinuxOptions": {"type": "spc_t"}},
            "seLinuxOptions",
            {"type": "spc_t"},
            "container",
            id="a struct replaces, and the level is lost",
        ),
        pytest.param(
            {"runAsUser": 1000},
            {"runAsGroup": 3000},
            "runAsUser",
            1000,
            "pod",
            id="other fields of the container do not",
        ),
    ],
)
def test_field_by_field(security, container, field, value, origin):
    found = pod(security, container)
    fact = setting(found, first(found), field)
    assert (fact.value, fact.origin) == (value, origin)


def test_who_believes_in_the_pod_reads_it_first():
    found = pod({"runAsUser": 1000}, {"runAsUser": 2000, "runAsGroup": 3000})
    believer = Semantics(precedence="pod")
    assert setting(found, first(found), "runAsUser", semantics=believer).value == 1000
    assert setting(found, first(found), "runAsGroup", semantics=believer).value == 3000


@pytest.mark.parametrize("kind", ["Pod", "Deployment"])
def test_fields_at_the_wrong_level_are_dropped_and_a_believer_still_sees_them(kind):
    written = manifest({"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}, "privileged": None}, kind=kind)
    [found] = load_text(json.dumps(written), options=Options(field_validation="ignore")).pods
    assert first(found).security == {}
    moved = with_misplaced(found)
    assert first(moved).security == {"capabilities": {"drop": ["ALL"]}}
    assert first(found).security == {}


def test_what_a_container_sets_itself_stays():
    written = manifest({"capabilities": {"drop": ["ALL"]}}, {"capabilities": {"add": ["SYS_TIME"]}})
    [found] = load_text(json.dumps(written), options=Options(field_validation="ignore")).pods
    assert first(with_misplaced(found)).security == {"capabilities": {"add": ["SYS_TIME"]}}


def test_a_pod_with_nothing_misplaced_is_the_same_pod():
    found = pod({"runAsUser": 1000})
    assert with_misplaced(found) is found


def test_the_table_of_fields_is_that_of_the_schema():
    known = structs(versions()[-1])
    both = {name for name, field in FIELDS.items() if not field.in_spec}
    assert both == known["PodSecurityContext"].keys() | known["SecurityContext"].keys()
    for name, field in FIELDS.items():
        assert field.pod == (name in known["PodSpec" if field.in_spec else "PodSecurityContext"])
        assert field.container == (name in known["SecurityContext"] and not field.in_spec)
