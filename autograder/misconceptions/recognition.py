"""Beliefs that show in what the API server refuses: one small predicate each, asked of every problem.

A predicate sees the problem and what the author wrote at that place, never the server's prose, which changes from
version to version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .catalogue import CATALOGUE, Misconception

if TYPE_CHECKING:
    from autograder.manifests.documents import Document
    from autograder.manifests.problems import Path, Problem

_STEP: Final = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")
_ABSENT: Final = object()
_NEAR: Final = 0.8
"""How like a word must be to one that Kubernetes knows: ``egrass`` is, ``outgoing`` is not."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A problem, and what stands at its place."""

    problem: Problem
    kind: str
    path: Path
    value: Any
    """As the author wrote it."""

    @property
    def name(self) -> str:
        """The field, or for an item of a list the list's field."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def is_unknown_field(self) -> bool:
        return self.problem.type == "Unknown field"

    @property
    def is_item(self) -> bool:
        return isinstance(self.path[-1], int)

    @property
    def is_peer(self) -> bool:
        return self.is_item and (self.inside("ingress", "from") or self.inside("egress", "to"))

    def inside(self, *fields: str) -> bool:
        """Return whether the path without its indexes ends with these fields."""
        return tuple(step for step in self.path if isinstance(step, str))[-len(fields) :] == fields


def recognize(problems: Iterable[Problem], documents: Iterable[Document]) -> list[tuple[Misconception, Problem]]:
    """Return the patterns that problems show, each with the problem that shows it, which knows the position.

    They come in the order of the problems, and for one problem in the order of the catalogue. `documents` are those
    that the problems were found in; a problem of another document shows nothing.
    """
    read = {(document.file, document.index): document for document in documents}
    found = []
    for problem in problems:
        document = read.get((problem.file, problem.document))
        spot = _spot(problem, document) if document is not None else None
        if spot is not None:
            found += [(CATALOGUE[name], problem) for name, shows in _PATTERNS.items() if shows(spot)]
    return found


# -- finding what was written ------------------------------------------------------------------------------------------


def _spot(problem: Problem, document: Document) -> _Spot | None:
    path = tuple(_steps(problem.path))
    if not path:
        return None
    for written in _objects(document.value, problem.object):
        value = _at(written, path)
        if value is not _ABSENT:
            return _Spot(problem, str(written.get("kind", "")), path, value)
    return None


def _steps(path: str) -> Iterator[str | int]:
    """Yield the steps of a path as the API server prints it."""
    for field, index in _STEP.findall(path):
        yield int(index) if index.isdigit() else field or index


def _objects(value: Any, named: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document that a problem may be about, the one that it names first.

    `named` is ``Kind namespace/name``. Items of a List are objects of their own.
    """
    if not isinstance(value, dict):
        return
    kind, _, identity = named.partition(" ")
    name = identity.rpartition("/")[2]
    items = value.get("items")
    objects = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    exact = [item for item in objects if item.get("kind") == kind and _at(item, ("metadata", "name")) == name]
    yield from exact
    yield value
    yield from (item for item in objects if item not in exact)


def _at(value: Any, path: Path) -> Any:
    """Return what stands at a path, or `_ABSENT`."""
    for step in path:
        in_dict = isinstance(value, dict) and step in value
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not (in_dict or in_list):
            return _ABSENT
        value = value[step]
    return value


# -- the patterns ------------------------------------------------------------------------------------------------------


def _selector_is_a_list(spot: _Spot) -> bool:
    return isinstance(spot.value, list) and spot.name in {"podSelector", "namespaceSelector"}


def _direction_misspelt(spot: _Spot) -> bool:
    if spot.kind != "NetworkPolicy":
        return False
    if spot.is_item and spot.inside("spec", "policyTypes"):
        return isinstance(spot.value, str) and _is_like(spot.value, ("ingress", "egress"))
    if not spot.is_unknown_field or spot.path not in {("spec", spot.name), (spot.name,)}:
        return False
    known = ("ingress", "egress", "policytypes")
    # The right letters in the wrong size, or at the wrong place, are other beliefs.
    return spot.name.casefold() not in known and _is_like(spot.name, known)


def _is_like(word: str, known: tuple[str, ...]) -> bool:
    from difflib import get_close_matches

    return bool(get_close_matches(word.casefold(), known, n=1, cutoff=_NEAR))


def _field_misspelt(spot: _Spot) -> bool:
    if not spot.is_unknown_field:
        return False
    struct = _struct(spot.kind, spot.path[:-1])
    names = _fields(struct) | _other_level(struct)
    return spot.name not in names and spot.name.casefold() in _folded(names)


def _wrong_level(spot: _Spot) -> bool:
    if not spot.is_unknown_field:
        return False
    struct = _struct(spot.kind, spot.path[:-1])
    return spot.name.casefold() in _folded(_other_level(struct)) - _folded(_fields(struct))


def _port_quoted(spot: _Spot) -> bool:
    is_number = isinstance(spot.value, str) and spot.value.strip().isdigit()
    return is_number and spot.name.casefold().endswith("port")


def _empty_peer_is_anyone(spot: _Spot) -> bool:
    return spot.is_peer and spot.value in ({}, None)


def _protocol_any(spot: _Spot) -> bool:
    return spot.inside("ports", "protocol") and isinstance(spot.value, str) and spot.value != ""


def _one_of_each(spot: _Spot) -> bool:
    if not spot.is_peer or not isinstance(spot.value, dict) or spot.value.get("ipBlock") is None:
        return False
    return any(spot.value.get(key) is not None for key in ("podSelector", "namespaceSelector"))


_PATTERNS: Final[Mapping[str, Callable[[_Spot], bool]]] = {
    "selector-is-a-list": _selector_is_a_list,
    "direction-misspelt": _direction_misspelt,
    "field-misspelt": _field_misspelt,
    "wrong-level": _wrong_level,
    "port-quoted": _port_quoted,
    "empty-peer-is-anyone": _empty_peer_is_anyone,
    "protocol-any": _protocol_any,
    "one-of-each": _one_of_each,
}


# -- what Kubernetes knows ---------------------------------------------------------------------------------------------

_LEVELS: Final = {"PodSecurityContext": "SecurityContext", "SecurityContext": "PodSecurityContext"}


def _struct(kind: str, path: Path) -> str:
    """Return the name of the struct at a path of a kind, or an empty string where there is none."""
    from autograder.manifests.schema import structs, versions

    known = structs(versions()[-1])
    struct = kind
    for step in path:
        if isinstance(step, str):
            field = known.get(struct, {}).get(step)
            if field is None:
                return ""
            struct = field.name
    return struct if struct in known else ""


def _fields(struct: str) -> frozenset[str]:
    from autograder.manifests.schema import structs, versions

    return frozenset(structs(versions()[-1]).get(struct, ()))


def _other_level(struct: str) -> frozenset[str]:
    """Return the fields of the other level's securityContext; nothing if the struct is no securityContext."""
    return _fields(_LEVELS.get(struct, ""))


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
