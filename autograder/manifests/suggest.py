"""The nearest right thing for a field that does not exist where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final

from .decode import Unknown
from .problems import Path, format_path
from .schema import Struct, structs, versions

_ALIKE: Final = 0.7
"""How like a field's name must be to be suggested."""
_AS_ALIKE: Final = 0.1
"""A second name is suggested too if it is this close to the first: `engress` may be either direction."""

_LONGEST: Final = 100
"""No field has so long a name that a longer one could be meant for it."""

_OTHER_LEVEL: Final = {
    ("SecurityContext", "PodSecurityContext"): "the Pod's securityContext, beside containers",
    ("PodSecurityContext", "SecurityContext"): "the securityContext of each container",
    ("Container", "PodSpec"): "the Pod's spec, beside containers",
    ("EphemeralContainer", "PodSpec"): "the Pod's spec, beside containers",
    ("PodSpec", "Container"): "each container",
    **{
        (struct, "VolumeMount"): "the mount, under volumeMounts of each container"
        for struct in (
            "Volume",
            "EmptyDirVolumeSource",
            "HostPathVolumeSource",
            "ConfigMapVolumeSource",
            "SecretVolumeSource",
            "ProjectedVolumeSource",
            "DownwardAPIVolumeSource",
        )
    },
}
"""Structs that are taken for one another, and where the second one stands."""


def suggestion(unknown: Unknown, value: Any, kind: str, version: str) -> str:
    """Return a sentence that says what to write instead of an unknown field, or an empty string.

    `value` is what the field holds. In this order: the same name in another case, in another version, at the
    other level, further up, further down; a name that is alike; a label outside matchLabels.
    """
    known = structs(version)
    fields = known[unknown.struct]
    name = str(unknown.path[-1])
    if len(name) > _LONGEST:
        return ""
    for field in fields:
        if field.casefold() == name.casefold():
            return f"Field names are case-sensitive: write {field}."
    sentence = _in_another_version(unknown.struct, name, version) or _elsewhere(unknown, name, kind, known)
    if sentence:
        return sentence
    alike = _alike(name, unknown.struct, version)
    if alike:
        return f"Did you mean {' or '.join(alike)}?"
    if unknown.struct == "LabelSelector" and not isinstance(value, dict | list):
        return f"Labels to look for stand under matchLabels: write matchLabels: {{{name}: …}}."
    return ""


def _in_another_version(struct: str, name: str, version: str) -> str:
    """Return when the field is there, if that is at another time."""
    having = [other for other in versions() if name in structs(other)[struct]]
    if not having:
        return ""
    if versions().index(having[0]) > versions().index(version):
        return f"{name} is there since Kubernetes {having[0]}, and this is {version}."
    return f"{name} was there up to Kubernetes {having[-1]}, and this is {version}."


def _elsewhere(unknown: Unknown, name: str, kind: str, known: dict[str, Struct]) -> str:
    """Return where the field belongs, if a struct nearby has one of this name."""
    for (here, there), place in _OTHER_LEVEL.items():
        if unknown.struct == here:
            right = next((field for field in known[there] if field.casefold() == name.casefold()), None)
            if right is not None:
                return f"{right} belongs in {place}."
    # Downwards: `cidr` written in a peer belongs in its ipBlock.
    fields = known[unknown.struct]
    inside = [field for field, type_ in fields.items() if name in known.get(type_.name, ())]
    if 1 <= len(inside) <= 2:
        return f"{name} belongs in {' or '.join(inside)}."
    # Upwards: `ports` written inside `from` belongs beside it.
    for path, struct in reversed(list(_ancestors(unknown.path, kind, known))):
        if name in known[struct] and name not in {"kind", "name", "type"}:
            beside = unknown.path[len(path)]
            return f"{name} belongs further up, beside {beside}{_in(path)}."
    return ""


def _in(path: Path) -> str:
    return f" in {format_path(path)}" if path else ""


def _ancestors(path: Path, kind: str, known: dict[str, Struct]) -> Iterator[tuple[Path, str]]:
    """Yield the structs around the one that a field stands in, outermost first, with the way to each."""
    struct = kind
    places: list[tuple[Path, str]] = []
    for index, step in enumerate(path[:-1]):
        if isinstance(step, int):
            continue
        places.append((path[:index], struct))
        if step not in known[struct]:
            return
        struct = known[struct][step].name
        if struct not in known:
            break
    yield from places


@lru_cache(maxsize=1024)
def _alike(name: str, struct: str, version: str) -> tuple[str, ...]:
    """Return the fields of a struct whose names are most like `name`, at most two."""
    matcher = SequenceMatcher(b=name.casefold(), autojunk=False)
    scored = []
    for field in structs(version)[struct]:
        matcher.set_seq1(field.casefold())
        if matcher.real_quick_ratio() >= _ALIKE and (score := matcher.ratio()) >= _ALIKE:
            scored.append((-score, field))
    scored.sort()
    return tuple(field for score, field in scored[:2] if score - scored[0][0] <= _AS_ALIKE)
