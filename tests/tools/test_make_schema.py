"""The schema is current, and the script that makes it reads both kinds of models and refuses what it cannot read."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from tools import make_schema
from tools.go_types import EMPTY_STRUCTS, NAMED_TEXT, OTHER_RULES

VARIABLE = "KUBERNETES_PACKAGES"
"""Names the folders of the unpacked packages, oldest first, separated as PATH is."""

OLD = """
class V1Port(object):
    openapi_types = {
        'end_port': 'int',
        'labels': 'dict(str, str)',
    }

    attribute_map = {
        'end_port': 'endPort',
        'labels': 'labels',
    }
"""
NEW = """
class V1Port(BaseModel):
    openapi_types: ClassVar[Dict[str, str]] = {
        "end_port": "int",
        "labels": "dict[str, str]"
    }

    attribute_map: ClassVar[Dict[str, str]] = {
        "end_port": "endPort",
        "labels": "labels"
    }
"""


@pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} does not say where the kubernetes packages are")
def test_the_schema_is_current():
    folders = [Path(folder) for folder in os.environ[VARIABLE].split(os.pathsep)]
    assert make_schema.make(folders) == make_schema.TARGET.read_text("utf-8")


def package(tmp_path, text):
    models = tmp_path / "kubernetes" / "client" / "models"
    models.mkdir(parents=True)
    (models / "v1_port.py").write_text(textwrap.dedent(text), "utf-8")
    return make_schema.open_package(tmp_path)


@pytest.mark.parametrize("text", [pytest.param(OLD, id="as they were"), pytest.param(NEW, id="as pydantic models")])
def test_models_are_read_in_both_forms(tmp_path, text):
    types, names = package(tmp_path, text).tables("V1Port")
    assert names == {"end_port": "endPort", "labels": "labels"}
    assert [make_schema.parse_type(type_, "Port", names[name])[0] for name, type_ in types.items()] == [
        "int32",
        "{}string",
    ]


def test_a_folder_without_models_is_refused(tmp_path):
    with pytest.raises(make_schema.SchemaError, match="holds no unpacked kubernetes package"):
        make_schema.open_package(tmp_path)


def test_a_model_without_tables_is_refused(tmp_path):
    with pytest.raises(make_schema.SchemaError, match="has no openapi_types"):
        package(tmp_path, "class V1Port(object):\n    pass\n").tables("V1Port")


def test_a_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(make_schema.SchemaError, match="has no model V1Pod"):
        package(tmp_path, OLD).tables("V1Pod")


def test_an_object_must_be_explained():
    with pytest.raises(make_schema.SchemaError, match=r"say in tools/go_types\.py which type it has"):
        make_schema.parse_type("object", "Port", "anything")


@pytest.mark.parametrize(
    ("by_version", "line"),
    [
        pytest.param([{"a": "string"}, {"a": "string"}], "a string", id="always there"),
        pytest.param([{}, {"a": "string"}], "a string 1.34-", id="came"),
        pytest.param([{"a": "string"}, {}], "a string -1.33", id="went"),
    ],
)
def test_a_field_carries_its_versions(by_version, line):
    structs = {f"1.{33 + index}": {"Port": fields} for index, fields in enumerate(by_version)}
    assert make_schema.merge(structs) == {"Port": line}


@pytest.mark.parametrize(
    ("by_version", "why"),
    [
        pytest.param([{"a": "string"}, {"a": "int32"}], "changed its type", id="another type"),
        pytest.param([{"a": "string"}, {}, {"a": "string"}], "went and came back", id="a gap"),
    ],
)
def test_what_the_format_cannot_say_is_refused(by_version, why):
    structs = {f"1.{33 + index}": {"Port": fields} for index, fields in enumerate(by_version)}
    with pytest.raises(make_schema.SchemaError, match=why):
        make_schema.merge(structs)


def test_no_field_has_two_types_in_the_table():
    fields = [
        field for table in (OTHER_RULES, NAMED_TEXT, EMPTY_STRUCTS) for row in table.values() for field in row.split()
    ]
    assert len(fields) == len(set(fields))


def test_the_wrong_number_of_folders_is_bad_usage(tmp_path, capsys):
    with pytest.raises(SystemExit):
        make_schema.main([str(tmp_path)])
    assert "5 folders are needed" in capsys.readouterr().err


def test_packages_that_cannot_be_read_are_told(tmp_path, capsys):
    assert make_schema.main([str(tmp_path)] * 5) == 2
    assert "holds no unpacked kubernetes package" in capsys.readouterr().err
