"""The schema file is whole, and says what is known of a few fields."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.manifests import schema
from autograder.manifests.options import Options
from tools.make_schema import KINDS, PACKAGES, digest, version_of

FILE = Path(schema.__file__).with_name("schema.json")
CONTENT = json.loads(FILE.read_text("ascii"))
SIMPLE = {"string", "bool", "int32", "int64", "float64", "IntOrString", "Quantity", "Time", "Free"}


def test_nobody_edited_it_by_hand():
    assert CONTENT["sha256"] == digest(CONTENT["structs"])


def test_it_stays_small():
    assert FILE.stat().st_size < 40_000


def test_it_knows_every_version_and_kind():
    assert schema.versions() == tuple(version_of(package) for package in PACKAGES)
    assert schema.kinds() == KINDS


def test_the_newest_version_is_the_default():
    assert Options().kubernetes_version == schema.versions()[-1]


@pytest.mark.parametrize("version", schema.versions())
def test_every_type_is_known(version):
    structs = schema.structs(version)
    for name, fields in structs.items():
        for field, type_ in fields.items():
            known = type_.name in SIMPLE or re.fullmatch(r"=[A-Z]\w+", type_.name) or type_.name in structs
            assert known, f"{name}.{field}: {type_}"
            assert type_.container in {"", "[]", "{}"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_what_every_object_has(kind):
    for version in schema.versions():
        assert {"apiVersion", "kind", "metadata", "spec"} <= schema.structs(version)[kind].keys()


@pytest.mark.parametrize("version", schema.versions())
def test_the_embedded_structs_name_fields_that_there_are(version):
    for struct, (_, fields) in CONTENT["embedded"].items():
        assert set(fields.removeprefix("!").split()) <= schema.structs(version)[struct].keys()


@pytest.mark.parametrize(
    ("struct", "field", "since", "until"),
    [
        pytest.param("PodSpec", "hostnameOverride", "1.34", "1.37", id="a field that came"),
        pytest.param("PodSpec", "workloadRef", "1.35", "1.35", id="a field that came and went"),
        pytest.param("PodStatus", "resize", "1.33", "1.37", id="a field that was always there"),
    ],
)
def test_a_field_is_there_in_its_versions_alone(struct, field, since, until):
    versions = schema.versions()
    there = [version for version in versions if field in schema.structs(version)[struct]]
    assert there == list(versions[versions.index(since) : versions.index(until) + 1])


@pytest.mark.parametrize(
    ("struct", "field", "go"),
    [
        pytest.param("NetworkPolicySpec", "policyTypes", "[]v1.PolicyType", id="a list of named strings"),
        pytest.param("NetworkPolicyPort", "endPort", "int32", id="a number"),
        pytest.param("NetworkPolicyPort", "port", "int32", id="a number or a string, which errors call a number"),
        pytest.param("PodSecurityContext", "runAsUser", "int64", id="a wide number"),
        pytest.param("LabelSelector", "matchLabels", "map[string]string", id="a map"),
        pytest.param("ResourceRequirements", "limits", "v1.ResourceList", id="a map with a name"),
        pytest.param("NetworkPolicyPeer", "namespaceSelector", "v1.LabelSelector", id="a struct"),
        pytest.param("ObjectMeta", "uid", "types.UID", id="a type of another package"),
        pytest.param("ObjectMeta", "creationTimestamp", "string", id="a time, which is read from text"),
    ],
)
def test_types_are_named_as_go_names_them(struct, field, go):
    assert schema.structs("1.37")[struct][field].go == go


def test_an_unknown_version_is_refused():
    with pytest.raises(schema.UnknownVersion, match=re.escape("Kubernetes 1.20 is not known. Known are 1.33, 1.34")):
        schema.structs("1.20")
