"""Single edits of a Pod or workload that somebody could make by mistake.

======================= ==========================================================================================
edited                  how
======================= ==========================================================================================
a securityContext       left out
a security field        left out, misspelled, moved to the other level
a number                one up, one down, 0
true, false             the other
a word with a few       each other one: a profile's type, a policy
values
a capability            left out; in small letters; with CAP_ in front; another one; one added to ``add``
a level                 without categories; with one category less
a mount, a volume       left out; readOnly turned; mounted elsewhere
hostPID and the like    left out, turned
a container             left out
name, namespace, image  another one
======================= ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.exercises.edits import Edits, drop, misspelt, move, replace_items, set_field
from autograder.manifests.kinds import TEMPLATES, spec_path
from autograder.manifests.problems import Path
from autograder.security.fields import FIELDS

KINDS: Final = frozenset(TEMPLATES)
"""The kinds that are edited."""
_CONTAINERS: Final = ("initContainers", "containers")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "seccompProfile": ("RuntimeDefault", "Unconfined"),
    "appArmorProfile": ("RuntimeDefault", "Unconfined"),
    "fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "supplementalGroupsPolicy": ("Merge", "Strict"),
    "procMount": ("Default", "Unmasked"),
    "seLinuxChangePolicy": ("MountOption", "Recursive"),
}
_OTHERS: Final = ("NET_RAW", "SYS_ADMIN")
_HOST: Final = ("hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace")


def pod_edits(value: dict[str, Any]) -> Edits:
    """Yield the edits of a Pod or workload."""
    metadata = value.get("metadata")
    if isinstance(metadata, dict):
        yield set_field(("metadata",), "name", f"{metadata.get('name')}-2", metadata)
        if "namespace" in metadata:
            yield set_field(("metadata",), "namespace", f"{metadata['namespace']}-2", metadata)
    where = spec_path(value["kind"])
    spec = _there(value, where)
    if not isinstance(spec, dict):
        return
    for field in _HOST:
        if field in spec:
            yield drop(where, field)
            yield set_field(where, field, not spec[field], spec)
    yield from _volumes(spec, where)
    containers = [(*where, kind, index) for kind in _CONTAINERS for index in range(len(spec.get(kind) or ()))]
    yield from _context(value, where, [(*place, "securityContext") for place in containers])
    for place in containers:
        container = _there(value, place)
        if not isinstance(container, dict):
            continue
        yield drop(place[:-1], place[-1])
        yield set_field(place, "image", f"{container.get('image')}-2", container)
        yield from _mounts(container, place)
        yield from _context(value, place, [(*where, "securityContext")])


def _there(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


def _context(value: dict[str, Any], owner: Path, elsewhere: list[Path]) -> Edits:
    """Yield the edits of the securityContext below `owner`; its fields can be moved `elsewhere`."""
    holder, path = _there(value, owner), (*owner, "securityContext")
    context = _there(value, path)
    if not isinstance(holder, dict) or not isinstance(context, dict):
        return
    yield drop(owner, "securityContext")
    for key, item in context.items():
        yield drop(path, key)
        yield from misspelt(path, key)
        if key in FIELDS:
            yield from (move(path, key, other) for other in elsewhere)
        yield from _of_value(key, item, path, context)


def _of_value(key: str, item: Any, path: Path, holder: dict[str, Any]) -> Edits:
    if isinstance(item, bool):
        yield set_field(path, key, not item, holder)
    elif isinstance(item, int):
        yield from (set_field(path, key, other, holder) for other in (item + 1, item - 1, 0) if 0 <= other != item)
    elif isinstance(item, str):
        yield from (set_field(path, key, other, holder) for other in _WORDS.get(key, ()) if other != item)
    elif isinstance(item, list):
        yield from _of_list(item, (*path, key))
    elif isinstance(item, dict):
        yield from _of_struct(key, item, (*path, key))


def _of_list(items: list[Any], path: Path) -> Edits:
    for index, item in enumerate(items):
        yield drop(path, index)
        if isinstance(item, int):
            yield set_field(path, index, item + 1, items)


def _of_struct(key: str, item: dict[str, Any], path: Path) -> Edits:
    for inner, value in item.items():
        yield drop(path, inner)
        if inner == "type":
            yield from (set_field(path, inner, other, item) for other in _WORDS.get(key, ()) if other != value)
        if inner == "level" and isinstance(value, str):
            yield from (set_field(path, inner, other, item) for other in _levels(value))
        if key == "capabilities" and isinstance(value, list):
            yield from _capabilities(inner, value, path)


def _levels(level: str) -> Iterator[str]:
    sensitivity, _, categories = level.partition(":")
    if categories:
        yield sensitivity
        listed = categories.split(",")
        yield from (
            f"{sensitivity}:{','.join([*listed[:at], *listed[at + 1 :]])}" for at in range(len(listed)) if listed[1:]
        )


def _capabilities(inner: str, names: list[Any], path: Path) -> Edits:
    for index, name in enumerate(names):
        yield drop((*path, inner), index)
        if isinstance(name, str):
            for other in (name.lower(), f"CAP_{name}", *_OTHERS):
                if other not in names:
                    yield set_field((*path, inner), index, other, names)
    if inner == "add":
        for other in _OTHERS:
            if other not in names:
                place = (*path, inner)
                yield (*place, len(names)), f"{other} added", replace_items(place, slice(len(names), None), [other])


def _volumes(spec: dict[str, Any], path: Path) -> Edits:
    volumes = spec.get("volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        yield drop((*path, "volumes"), index)
        if isinstance(volume, dict):
            for key in volume.keys() - {"name"}:
                if isinstance(volume[key], dict):
                    yield from (drop((*path, "volumes", index, key), inner) for inner in volume[key])


def _mounts(container: dict[str, Any], path: Path) -> Edits:
    mounts = container.get("volumeMounts")
    for index, mount in enumerate(mounts if isinstance(mounts, list) else ()):
        place = (*path, "volumeMounts", index)
        yield drop((*path, "volumeMounts"), index)
        if isinstance(mount, dict):
            yield set_field(place, "readOnly", not mount.get("readOnly", False), mount)
            yield set_field(place, "mountPath", f"{mount.get('mountPath')}-2", mount)
