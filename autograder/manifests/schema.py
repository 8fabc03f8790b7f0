"""The fields of the kinds that are evaluated, for each version of Kubernetes.

`schema.json` is made by tools/make_schema.py, which also describes its format. Here it is read, and
cut down to the fields that one version has.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

TEXT: Final = "string"
INTEGERS: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


class UnknownVersion(ValueError):  # noqa: N818 - it names what was given, which is how it reads when raised
    """A version of Kubernetes that the schema does not know."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a field holds."""

    name: str
    """``string``, ``int32``, ``Quantity`` …, ``=Protocol`` for a string with a name, or a struct's name."""
    container: str = ""
    """``[]`` for a list, ``{}`` for a map from string, empty for the thing itself."""

    @property
    def go(self) -> str:
        """The type as Go prints it.

        >>> [parse_type(text).go for text in ("string", "[]Container", "=Protocol", "{}string", "{}Quantity")]
        ['string', '[]v1.Container', 'v1.Protocol', 'map[string]string', 'v1.ResourceList']
        """
        if self.container == "{}":
            named = {
                "Quantity": "v1.ResourceList",
                "=ClaimResourceStatus": "map[v1.ResourceName]v1.ClaimResourceStatus",
            }
            return named.get(self.name) or f"map[string]{self.item_go}"
        return self.container + self.item_go

    @property
    def item_go(self) -> str:
        """The type of one item, as Go prints it."""
        if self.name in INTEGERS or self.name in {TEXT, "bool", "float64"}:
            return self.name
        special = {"=UID": "types.UID", "IntOrString": "int32", "Time": TEXT}
        if self.name in special:
            return special[self.name]
        return self.name if "." in self.name else "v1." + self.name.removeprefix("=")

    @property
    def is_text(self) -> bool:
        """Whether it is a string, named or not."""
        return self.name == TEXT or self.name.startswith("=")


Struct = dict[str, Type]
"""The fields of a struct by name."""


def parse_type(text: str) -> Type:
    """Return the type that `text` writes."""
    if text.startswith(("[]", "{}")):
        return Type(text[2:], text[:2])
    return Type(text)


@cache
def _schema() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath("schema.json").read_text("utf-8"))
    return content


@cache
def versions() -> tuple[str, ...]:
    """Return the versions of Kubernetes that are known, oldest first."""
    return tuple(_schema()["packages"])


@cache
def kinds() -> dict[str, str]:
    """Return the kinds that can be decoded and the apiVersion of each."""
    return dict(_schema()["kinds"])


@cache
def structs(version: str) -> dict[str, Struct]:
    """Return the structs as `version` knows them; those that it does not reach are there, and never asked for.

    Raises UnknownVersion.
    """
    known = versions()
    if version not in known:
        raise UnknownVersion(f"Kubernetes {version} is not known. Known are {', '.join(known)}.")
    number = known.index(version)
    found: dict[str, Struct] = {}
    for name, line in _schema()["structs"].items():
        fields: Struct = {}
        found[name] = fields
        for entry in line.split(", ") if line else ():
            field, type_, *span = entry.split(" ")
            if span:
                since, _, until = span[0].partition("-")
                if (since and number < known.index(since)) or (until and number > known.index(until)):
                    continue
            fields[field] = parse_type(type_)
    return found


@cache
def embedded(struct: str, field: str) -> str:
    """Return the struct inside `struct` that `field` really belongs to in Go, or an empty string.

    >>> embedded("Volume", "emptyDir"), embedded("Volume", "name")
    ('VolumeSource', '')
    """
    inner, fields = _schema()["embedded"].get(struct, ("", ""))
    listed = field in fields.removeprefix("!").split()
    return inner if listed != fields.startswith("!") else ""
