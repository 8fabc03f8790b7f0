"""A context in words: one row for each thing that it says, for terminals and notebooks alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .capabilities import in_order
from .context import Context
from .facts import Fact

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is known about a container, in words."""

    field: str
    """The key of the JSON answer."""
    label: str
    value: str
    fact: Fact[Any]


def rows(context: Context) -> tuple[Row, ...]:
    """Return what a context says, in the order in which people ask."""
    who, sets = context.identity, context.sets
    choice = context.seccomp.value
    armor = context.app_armor.profile
    return (
        Row("uid", "user", _number(who.uid), who.uid),
        Row("gid", "group", _number(who.gid), who.gid),
        Row("groups", "groups", _listed(who.groups.value), who.groups),
        Row("effective", "capabilities", names(sets.effective), _effective(context)),
        Row("bounding", "at most", names(sets.bounding), Fact(None, "runtime", context.granted.why, "measured")),
        Row("no_new_privs", "no_new_privs", _switch(context.no_new_privs.value), context.no_new_privs),
        Row("privileged", "privileged", _yes(context.privileged.value), context.privileged),
        Row("seccomp", "seccomp", (choice.profile if choice else None) or "unconfined", context.seccomp),
        Row("selinux", "SELinux", str(context.selinux.label.value or "off"), context.selinux.label),
        Row("apparmor", "AppArmor", armor.value or "unconfined", armor),
        Row("read_only_root", "root files", _root(context), context.read_only_root),
        Row("proc_mount", "/proc", context.proc_mount.value or "Default", context.proc_mount),
        Row(
            "host_namespaces",
            "of the node",
            _listed(context.host_namespaces.value) or "nothing",
            context.host_namespaces,
        ),
        Row("user_namespace", "user ids", _ids(context), context.user_namespace),
    )


def names(capabilities: Iterable[str] | None) -> str:
    """Return capabilities in numeric order; ``none`` and ``all 41`` in words.

    >>> names({"SYS_TIME", "CHOWN"}), names(()), names(None)
    ('CHOWN, SYS_TIME', 'none', 'unknown')
    """
    if capabilities is None:
        return UNKNOWN
    found = in_order(capabilities)
    if len(found) == 41:
        return "all 41"
    return ", ".join(found) or "none"


def _effective(context: Context) -> Fact[Any]:
    uid = context.identity.uid.value
    if context.sets.effective is None:
        return Fact(None, "unknown", "it depends on the user")
    if uid == 0:
        return Fact(None, "kernel", "uid 0 holds what the runtime grants", "measured")
    if not context.sets.effective and context.sets.bounding:
        return Fact(None, "kernel", "a process that is not uid 0 starts without any, whatever is added", "measured")
    if not context.sets.bounding:
        return Fact(None, "runtime", "the runtime grants none", "measured")
    return Fact(None, "kernel", "as far as the runtime grants them", "measured")


def _number(fact: Fact[int]) -> str:
    return UNKNOWN if fact.value is None else str(fact.value)


def _listed(values: Iterable[Any] | None) -> str:
    return UNKNOWN if values is None else ", ".join(map(str, values))


def _switch(value: bool | None) -> str:  # noqa: FBT001 - it is what is worded
    return "on" if value else "off"


def _yes(value: bool | None) -> str:  # noqa: FBT001
    return "yes" if value else "no"


def _root(context: Context) -> str:
    return "read-only" if context.read_only_root.value else "writable, as far as their modes allow"


def _ids(context: Context) -> str:
    return "a namespace of its own" if context.user_namespace.value else "those of the node"
