"""What is known about a container, by names that intents, predictions and findings use.

======================  ==============================================================================================
fact                    value
======================  ==============================================================================================
starts                  whether its process starts
stops at                the stage that stops it; ``nothing`` if none does
uid, gid, groups        of its process; groups sorted, the gid among them
capabilities            what its process holds effectively, in numeric order
bounding                what it can hold at most
no_new_privs            whether programs can gain nothing on exec
privileged, proc_mount, host_namespaces, user_namespace, sysctls
seccomp, apparmor       ``unconfined``, or the profile
selinux                 ``off``, or the label
read_only_root          whether the container's own files are read-only
writable                the paths that its process may write, sorted
volumes                 for each mount its volume, owner, group, mode, and whether it is read-only
world_readable          the files of Secrets, ConfigMaps and the like that every user may read, sorted
level                   the strictest level of Pod Security that its Pod passes
image, rest             the image; all else in the manifest, such as commands, ports and labels
======================  ==============================================================================================

A value of None is unknown.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from autograder.security.capabilities import CAPABILITIES, in_order
from autograder.security.fields import FIELDS
from autograder.security.selinux import LevelError, read_level
from autograder.security.standards import LEVELS, Judgement

if TYPE_CHECKING:
    from autograder.manifests.problems import Path
    from autograder.security import Context, Fact


@dataclass(frozen=True, slots=True)
class Known:
    """A fact about a container."""

    value: Any
    why: str
    path: Path
    """The field that decides it, from the Pod's spec; the container where no field does."""


def known(context: Context, name: str) -> Known:
    """Return a fact. Raises KeyError for a name that is none."""
    found = _FACTS[name](context)
    if found.why.startswith(_NAMES_A_FIELD):
        return replace(found, why=f"it comes from {found.why}")
    return found


_NAMES_A_FIELD: Final = ("spec.", "securityContext.")
"""How reasons begin that name a field and say no more."""


def names() -> tuple[str, ...]:
    """Return the names of all facts, in the order in which people ask."""
    return tuple(_FACTS)


def words(value: Any) -> str:
    """Return a value as people read it.

    >>> words(True), words([1000, 2000]), words([]), words(None), words({"a": "1"})
    ('yes', '1000, 2000', 'none', 'unknown', 'a=1')
    """
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={words(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list | tuple):
        if len(value) == len(CAPABILITIES) and set(value) == CAPABILITIES.keys():
            return f"all {len(value)}"
        return ", ".join(words(item) for item in value) or "none"
    return str(value)


# -- each fact ---------------------------------------------------------------------------------------------------------


def _field(context: Context, fact: Fact[Any], field: str) -> Path:
    """Return where a field stands that decided a fact; the container where none did."""
    if fact.origin == "pod":
        return (field,) if FIELDS[field].in_spec else ("securityContext", field)
    if fact.origin == "container":
        return (*context.container.path, "securityContext", field)
    return context.container.path


def _plain(read: Callable[[Context], Fact[Any]], field: str) -> Callable[[Context], Known]:
    def known_fact(context: Context) -> Known:
        fact = read(context)
        value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
        return Known(value, fact.why, _field(context, fact, field))

    return known_fact


def _starts(context: Context) -> Known:
    starts = context.starts
    return Known(starts.ok, _stop(context), _stopping_field(context))


def _stops_at(context: Context) -> Known:
    starts = context.starts
    stage = "nothing" if starts.ok else starts.stage if starts.ok is False else None
    return Known(stage, _stop(context), _stopping_field(context))


def _stop(context: Context) -> str:
    starts = context.starts
    if starts.ok:
        return "no stage stops it"
    reason = f" ({starts.reason})" if starts.reason else ""
    return f"{starts.stage}{reason}: {starts.message}"


def _stopping_field(context: Context) -> Path:
    if context.starts.stage == "kubelet" and context.identity.check.ok is not True:
        return _field(context, context.identity.non_root, "runAsNonRoot")
    if context.starts.stage == "runtime" and context.selinux.created.ok is False:
        return _field(context, context.selinux.label, "seLinuxOptions")
    return context.container.path


def _groups(context: Context) -> Known:
    fact = context.identity.groups
    value = None if fact.value is None else list(fact.value)
    has = "supplementalGroups" in context.pod.spec.get("securityContext", {})
    path: Path = ("securityContext", "supplementalGroups") if has else context.container.path
    return Known(value, fact.why, path)


def _capabilities(context: Context) -> Known:
    uid = context.identity.uid.value
    held = context.sets.effective
    if held is None:
        why = "what it holds depends on its user, who is unknown"
    elif uid == 0:
        why = f"uid 0 holds what the runtime grants: {context.granted.why}"
    elif held:
        why = f"the process holds what the runtime grants: {context.granted.why}"
    else:
        why = "a process that is not uid 0 starts without any, whatever is added"
    return Known(None if held is None else list(in_order(held)), why, _capabilities_field(context))


def _bounding(context: Context) -> Known:
    return Known(list(in_order(context.sets.bounding)), context.granted.why, _capabilities_field(context))


def _capabilities_field(context: Context) -> Path:
    if "capabilities" in context.container.security:
        return (*context.container.path, "securityContext", "capabilities")
    return context.container.path


def _seccomp(context: Context) -> Known:
    choice = context.seccomp.value
    value = (choice.profile or "unconfined") if choice else None
    return Known(value, context.seccomp.why, _field(context, context.seccomp, "seccompProfile"))


def _apparmor(context: Context) -> Known:
    fact = context.app_armor.profile
    return Known(fact.value or "unconfined", fact.why, _field(context, fact, "appArmorProfile"))


def _selinux(context: Context) -> Known:
    fact = context.selinux.label
    label = fact.value
    if label is not None and label.level is not None:
        with contextlib.suppress(LevelError):  # the order of categories plays no role
            label = replace(label, level=str(read_level(label.level)))
    return Known(str(label or "off"), fact.why, _field(context, fact, "seLinuxOptions"))


def _sysctls(context: Context) -> Known:
    return Known(context.sysctls, "spec.securityContext.sysctls", ("securityContext", "sysctls"))


def _writable(context: Context) -> Known:
    paths = sorted(entry.path for entry in context.writable if entry.this_process)
    return Known(paths, "its user, its mounts and readOnlyRootFilesystem decide", context.container.path)


def _volumes(context: Context) -> Known:
    value = {
        effect.mount.path: f"{effect.mount.volume.type} {effect.mount.volume.name} "
        f"{words(effect.after.owner)}:{words(effect.after.group)} {words(effect.after.octal)}"
        + (" read-only" if effect.mount.read_only else "")
        for effect in context.volumes
    }
    return Known(value, "; ".join(effect.why for effect in context.volumes), context.container.path)


def _world_readable(context: Context) -> Known:
    """Return the files of Secrets, ConfigMaps and the like that every user of the container may read."""
    found, why, path = [], "every file of a volume is closed to others", context.container.path
    for effect in context.volumes:
        for name, ownership in effect.files:
            if ownership.mode is not None and ownership.mode & 0o004:
                found.append(f"{effect.mount.path.rstrip('/')}/{name}")
                mode = f"the files of {effect.mount.volume.name} have the mode {ownership.octal}"
                why = f"{mode}, whose last digit is for others"
    return Known(sorted(found), why, path)


def _level(context: Context) -> Known:
    judgement = Judgement(context.pod, minor=context.node.minor, semantics=context.semantics)
    level = judgement.level()
    if level == LEVELS[-1]:
        return Known(level, "no check of Pod Security finds anything", context.container.path)
    first = judgement.violations(LEVELS[LEVELS.index(level) + 1])[0]
    return Known(level, f"the check {first.check}: {first.reason} ({first.detail})", context.container.path)


def _image(context: Context) -> Known:
    return Known(context.container.image, "the field image", (*context.container.path, "image"))


_OF_CONTAINER: Final = frozenset({"securityContext", "image", "volumeMounts"})
_OF_POD: Final = frozenset(
    {
        "securityContext",
        "volumes",
        "initContainers",
        "containers",
        "ephemeralContainers",
        *(field.name for field in FIELDS.values() if field.in_spec),
    }
)
"""What other facts are about."""


def _rest(context: Context) -> Known:
    own = {key: value for key, value in context.container.value.items() if key not in _OF_CONTAINER}
    spec = {key: value for key, value in context.pod.spec.items() if key not in _OF_POD}
    return Known({"labels": dict(context.pod.labels), **spec, **own}, "", context.container.path)


_FACTS: Final[Mapping[str, Callable[[Context], Known]]] = {
    "starts": _starts,
    "stops at": _stops_at,
    "uid": _plain(lambda context: context.identity.uid, "runAsUser"),
    "gid": _plain(lambda context: context.identity.gid, "runAsGroup"),
    "groups": _groups,
    "capabilities": _capabilities,
    "bounding": _bounding,
    "no_new_privs": _plain(lambda context: context.no_new_privs, "allowPrivilegeEscalation"),
    "privileged": _plain(lambda context: context.privileged, "privileged"),
    "seccomp": _seccomp,
    "selinux": _selinux,
    "apparmor": _apparmor,
    "read_only_root": _plain(lambda context: context.read_only_root, "readOnlyRootFilesystem"),
    "proc_mount": _plain(lambda context: context.proc_mount, "procMount"),
    "host_namespaces": _plain(lambda context: context.host_namespaces, "hostNetwork"),
    "user_namespace": _plain(lambda context: context.user_namespace, "hostUsers"),
    "sysctls": _sysctls,
    "writable": _writable,
    "volumes": _volumes,
    "world_readable": _world_readable,
    "level": _level,
    "image": _image,
    "rest": _rest,
}
