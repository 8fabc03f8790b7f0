"""Whether a value out of YAML has the shape that a JSON Schema asks for, told in sentences for people.

The schemas under ``schemas/`` are the one description of the exercise format: editors read them to help authors, and
this module reads them to check what authors wrote. It knows the part of JSON Schema (draft 2020-12) that they use
and refuses any other keyword, so that a rule in a schema can never be silently without effect.

Where a subschema has a ``title``, the title is the noun phrase for what was expected: *ports must be a port such as
"TCP 8080"*.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import Any, Final

from autograder.manifests.problems import Path, format_path

Schema = Mapping[str, Any]

HOME: Final = File(__file__).with_name("schemas")
"""Where the schemas lie."""

_TYPES: Final[dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "object": ("a mapping", lambda value: isinstance(value, dict)),
    "array": ("a list", lambda value: isinstance(value, list)),
    "string": ("text", lambda value: isinstance(value, str)),
    "integer": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "number": ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "null": ("nothing", lambda value: value is None),
}
_SILENT: Final = {"$schema", "$id", "$defs", "title", "description", "default", "examples"}
"""Keywords that say something to readers and ask nothing of a value."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a value is not what the schema asks for."""

    path: Path
    message: str

    def __str__(self) -> str:
        """Return the place and the message as one sentence."""
        return f"{format_path(self.path)}: {self.message}" if self.path else self.message


@cache
def schema(name: str) -> Schema:
    """Return a schema of this package: ``exercise`` or ``intent``."""
    loaded: Schema = json.loads((HOME / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def faults(value: Any, name: str) -> list[Fault]:
    """Return everything in which `value` differs from the named schema, in the order of the schema."""
    return list(_faults(value, schema(name), name, ()))


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known word that `word` was probably meant to be, or None; `alike` is how much has to agree, up to 1.

    >>> nearest("flow", ["flows", "rest"])
    'flows'
    """
    candidates = sorted(known)
    by_lower = {candidate.lower(): candidate for candidate in reversed(candidates)}
    if word.lower() in by_lower:
        return by_lower[word.lower()]
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=alike)
    return close[0] if close else None


def _written(value: Any) -> str:
    """Return a value as its author would recognize it, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def _resolve(reference: str, home: str) -> tuple[Schema, str]:
    """Return the subschema that a ``$ref`` names, and the schema it stands in."""
    file, _, pointer = reference.partition("#")
    name = file.removesuffix(".json") or home
    found: Any = schema(name)
    for step in pointer.split("/")[1:]:
        found = found[step]
    return found, name


def _noun(rule: Schema, home: str) -> str:
    """Return what a subschema wants, as a noun phrase."""
    while "$ref" in rule and "title" not in rule:
        rule, home = _resolve(rule["$ref"], home)
    if "title" in rule:
        return str(rule["title"])
    if "enum" in rule:
        return _choices(rule["enum"])
    if "const" in rule:
        return _written(rule["const"])
    if "anyOf" in rule:
        return " or ".join(dict.fromkeys(_noun(branch, home) for branch in rule["anyOf"]))
    return _TYPES[rule["type"]][0] if "type" in rule else "something else"


def _choices(values: Sequence[Any]) -> str:
    words = [str(value) if isinstance(value, str) else _written(value) for value in values]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _faults(value: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    """Yield the faults of one value under one subschema."""
    if "$ref" in rule:
        target, where = _resolve(rule["$ref"], home)
        yield from _faults(value, target, where, path)
        return
    if "type" in rule and not _TYPES[rule["type"]][1](value):
        yield Fault(path, f"must be {_noun(rule, home)}, not {_written(value)}")
        return
    for keyword, wanted in rule.items():
        if keyword not in _SILENT and keyword != "type":
            yield from _RULES[keyword](value, wanted, rule, home, path)


def _enum(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule, home
    if value not in wanted:
        guess = (
            nearest(value, [choice for choice in wanted if isinstance(choice, str)]) if isinstance(value, str) else None
        )
        hint = f'; did you mean "{guess}"?' if guess else ""
        yield Fault(path, f"must be {_choices(wanted)}, not {_written(value)}{hint}")


def _pattern(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield Fault(path, f"must be {_noun(rule, home)}, not {_written(value)}")


def _min_length(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule, home
    if isinstance(value, str) and len(value.strip()) < wanted:
        yield Fault(path, "must not be empty" if wanted == 1 else f"must have at least {wanted} characters")


def _bound(word: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Schema, str, Path], Iterable[Fault]]:
    def rule(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
        del rule, home
        if isinstance(value, int | float) and not isinstance(value, bool) and not holds(value, wanted):
            yield Fault(path, f"must be {word} {wanted}, not {_written(value)}")

    return rule


def _items(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, wanted, home, (*path, index))


def _min_items(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule, home
    if isinstance(value, list) and len(value) < wanted:
        yield Fault(path, "must not be empty" if wanted == 1 else f"must have at least {wanted} items")


def _max_items(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule, home
    if isinstance(value, list) and len(value) > wanted:
        yield Fault(path, f"must have at most {wanted} items")


def _unique_items(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del wanted, rule, home
    if isinstance(value, list):
        for index, item in enumerate(value):
            if item in value[:index]:
                yield Fault((*path, index), f"{_written(item)} stands there twice")


def _properties(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule
    if isinstance(value, dict):
        for key, item in value.items():
            if key in wanted:
                yield from _faults(item, wanted[key], home, (*path, key))


def _required(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    if isinstance(value, dict):
        for key in wanted:
            if key not in value:
                noun = _noun(rule["properties"][key], home)
                yield Fault(path, f"`{key}` is missing; it is {noun}")


def _additional(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    if not isinstance(value, dict):
        return
    known = rule.get("properties", {})
    for key, item in value.items():
        if key in known:
            continue
        if wanted is False:
            guess = nearest(str(key), known)
            remedy = f"did you mean `{guess}`?" if guess else f"known are {', '.join(sorted(known))}"
            yield Fault((*path, str(key)), f"there is no field of this name; {remedy}")
        else:
            yield from _faults(item, wanted, home, (*path, str(key)))


def _property_names(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del rule
    if isinstance(value, dict):
        for key in value:
            for fault in _faults(key, wanted, home, ()):
                yield Fault((*path, str(key)), f"the name {fault.message}")


def _min_properties(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    del home
    if isinstance(value, dict) and len(value) < wanted:
        yield Fault(path, f"must not be empty; known are {', '.join(sorted(rule.get('properties', {})))}")


def _any_of(value: Any, wanted: Any, rule: Schema, home: str, path: Path) -> Iterable[Fault]:
    """Yield the faults under the branch that the author was most likely after: the one of the value's own type."""
    tried = [(branch, list(_faults(value, branch, home, path))) for branch in wanted]
    if any(not found for _, found in tried):
        return
    meant = [found for branch, found in tried if _of_type(value, branch, home)]
    if len(meant) == 1:
        yield from meant[0]
    else:
        yield Fault(path, f"must be {_noun(rule, home)}, not {_written(value)}")


def _of_type(value: Any, rule: Schema, home: str) -> bool:
    while "$ref" in rule:
        rule, home = _resolve(rule["$ref"], home)
    return "type" not in rule or _TYPES[rule["type"]][1](value)


_RULES: Final[dict[str, Callable[[Any, Any, Schema, str, Path], Iterable[Fault]]]] = {
    "enum": _enum,
    "pattern": _pattern,
    "minLength": _min_length,
    "minimum": _bound("at least", lambda value, wanted: value >= wanted),
    "maximum": _bound("at most", lambda value, wanted: value <= wanted),
    "exclusiveMinimum": _bound("more than", lambda value, wanted: value > wanted),
    "items": _items,
    "minItems": _min_items,
    "maxItems": _max_items,
    "uniqueItems": _unique_items,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "minProperties": _min_properties,
    "anyOf": _any_of,
}
