"""May this container do that, and would it succeed? One answer over all layers, with the layer that decides.

    system call ─► seccomp ─► capability ─► AppArmor
    file        ─► permissions ─► mount ─► SELinux
    port        ─► seccomp ─► port number or NET_BIND_SERVICE
    setuid      ─► no_new_privs ─► bounding set

The first layer that says no decides. Where a layer depends on something that nobody said, the answer is unknown,
unless another layer says no anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from . import filesystem
from .capabilities import SETUID_ROOT, execute, in_order
from .context import Context
from .seccomp import SYSCALLS, judge, profile_of
from .seccomp.profile import errno_name
from .selinux import access, relabelled
from .sysctls import lowest_free_port
from .windows import is_windows

Layer = Literal[
    "seccomp", "capability", "permissions", "mount", "selinux", "apparmor", "no_new_privs", "kernel", "start"
]

ACTIONS: Final = ("syscall", "read", "write", "bind", "setuid")
"""``syscall NAME [ARG=VALUE…]``, ``read PATH``, ``write PATH``, ``bind PORT``, ``setuid``."""

ASKS_NONE: Final = "it asks for no capability"
"""What the layer of capabilities says of a call that needs none."""
_ALTERNATIVES: Final[Mapping[str, str]] = {"BPF": "SYS_ADMIN", "PERFMON": "SYS_ADMIN"}
"""Capabilities in whose place the kernel takes an older one."""
_NODE_ONLY: Final = frozenset(
    {"SYS_TIME", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "SYSLOG", "SYS_PACCT", "BPF", "PERFMON", "DAC_READ_SEARCH"}
)
"""Capabilities that the kernel asks for in the node's user namespace: one of the Pod's own does not help."""
_MOUNTS: Final = frozenset({"mount", "umount2", "pivot_root", "move_mount"})
_TCP: Final = {0: 2, 1: 1, 2: 0}
"""The arguments of socket() for a TCP socket: AF_INET, SOCK_STREAM, the usual protocol."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one layer says."""

    layer: Layer
    ok: bool | None
    why: str
    errno: str = ""
    """The error that the program sees, such as ``EPERM``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it can be done."""

    verdict: Literal["allowed", "denied", "unknown"]
    decided_by: Layer
    chain: tuple[Link, ...]

    @property
    def errno(self) -> str:
        """The error that the program sees; empty if it is allowed or unknown."""
        return next((link.errno for link in self.chain if link.ok is False), "")


def ask(context: Context, words: Sequence[str]) -> Answer:
    """Return the answer to an action in words, as `ACTIONS` has them: ``["write", "/tmp/report"]``.

    Raises ValueError, which says what is right, for words that make no action.
    """
    if is_windows(context.pod):
        return _answer([Link("kernel", None, "the rules of Linux do not hold in a Windows container")])
    action, operands = words[0] if words else "", list(words[1:])
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is no action. It is one of {', '.join(ACTIONS)}.")
    if action == "setuid":
        if operands:
            raise ValueError(f"setuid stands alone; {operands[0]!r} is too much.")
        return setuid(context)
    if not operands:
        wanted = {"syscall": "the name of a system call", "bind": "a port"}.get(action, "a path")
        raise ValueError(f"{action} needs {wanted} behind it.")
    first, *rest = operands
    if action == "syscall":
        return syscall(context, first, dict(map(_argument, rest)))
    if rest:
        raise ValueError(f"{action} takes one thing; {rest[0]!r} is too much.")
    if action == "bind":
        if not first.isascii() or not first.isdigit() or not 1 <= int(first) <= 65535:
            raise ValueError(f"{first!r} is no port; ports go from 1 to 65535.")
        return bind(context, int(first))
    return (write if action == "write" else read)(context, first)


def _argument(word: str) -> tuple[int, int]:
    index, equals, value = word.removeprefix("arg").partition("=")
    try:
        found = int(index), int(value, 0)
    except ValueError:
        found = (-1, 0)
    if not equals or not 0 <= found[0] <= 5 or not -(2**63) <= found[1] < 2**64:
        raise ValueError(f"{word!r} is no argument. Write it like 0=0x11: its place from 0 to 5, and 64 bits at most.")
    return found


def syscall(context: Context, name: str, arguments: Mapping[int, int] | None = None) -> Answer:
    """Return whether a system call passes the filter and gets what it asks for.

    Raises ValueError, which names the nearest call, for a call that Linux does not have.
    """
    links = [_filter(context, name, arguments or {})]
    needs = SYSCALLS[name].needs
    links.append(_capability(context, needs) if needs else Link("capability", True, ASKS_NONE))
    if name in _MOUNTS:
        links += _app_armor_mount(context)
    return _answer(links)


def write(context: Context, path: str) -> Answer:
    """Return whether the container's process may write a file at a path."""
    return _file(context, path, "write")


def read(context: Context, path: str) -> Answer:
    """Return whether the container's process may read what lies at a path."""
    return _file(context, path, "read")


def use_level(context: Context, level: str, want: Literal["read", "write"]) -> Answer:
    """Return whether SELinux lets the process use a file of containers at a level.

    Raises LevelError for a level that is none.
    """
    label = context.selinux.label.value
    if label is None:
        return _answer([Link("selinux", True, "SELinux is off on the node")])
    if label.type != "spc_t" and label.level is None:
        return _answer([Link("selinux", None, "the runtime picks the categories of the process")])
    decision = access((label.type, label.level or "s0"), ("container_file_t", level), want, semantics=context.semantics)
    return _answer([Link("selinux", decision.allowed, decision.why, "" if decision.allowed else "EACCES")])


def bind(context: Context, port: int) -> Answer:
    """Return whether the container's process may listen on a TCP or UDP port."""
    links = [_filter(context, "socket", _TCP), _filter(context, "bind", {})]
    free = lowest_free_port(context.pod, node=context.node)
    if free.value is not None and port >= free.value:
        links.append(Link("kernel", True, f"port {port} is free for everybody: {free.why}"))
    else:
        link = _capability(context, "NET_BIND_SERVICE", "EACCES")
        links.append(
            Link(link.layer, link.ok, f"port {port} is below {free.value} ({free.why}); {link.why}", link.errno)
        )
    return _answer(links)


def setuid(context: Context) -> Answer:
    """Return whether a program with the setuid bit of root makes the container's process root."""
    uid = context.identity.uid.value
    if uid == 0:
        return _answer([Link("kernel", True, "the process is uid 0 already")])
    switched = context.no_new_privs
    if switched.value:
        why = f"no_new_privs is on, so the program runs as the same user: {switched.why}"
        return _answer([Link("no_new_privs", False, why)])
    after = execute(context.sets, uid, SETUID_ROOT, no_new_privs=False)
    held = ", ".join(in_order(after.sets.effective or ())) or "no capability"
    return _answer(
        [
            Link("no_new_privs", True, f"no_new_privs is off: {switched.why}"),
            Link("kernel", True, f"the process becomes uid 0 and holds {held}"),
        ]
    )


# -- layers ------------------------------------------------------------------------------------------------------------


def _filter(context: Context, name: str, arguments: Mapping[int, int]) -> Link:
    choice = context.seccomp.value
    if choice is None:
        return Link("seccomp", None, context.seccomp.why)
    try:
        profile = profile_of(choice, context.sets.bounding, node=context.node)
    except LookupError:
        judge(None, name)  # a call that does not exist is an error all the same
        return Link("seccomp", None, f"nobody showed the profile {choice.file}")
    verdict = judge(profile, name, arguments)
    why = f"{name}: {verdict.why}"
    if verdict.depends_on:
        why += f" ({'; '.join(verdict.depends_on)})"
    if verdict.warning:
        why += f"; {verdict.warning}"
    killed = verdict.action if verdict.action and verdict.action.startswith("KILL") else ""
    return Link("seccomp", verdict.passes, why, "" if verdict.passes else verdict.errno_name or killed or "")


def _capability(context: Context, needs: str, errno: str = "EPERM") -> Link:
    has = context.sets.has(needs)
    other = _ALTERNATIVES.get(needs)
    if has is not True and other is not None:
        instead = context.sets.has(other)
        has = True if instead is True else (None if None in {has, instead} else has)
    if has is True and context.user_namespace.value and needs in _NODE_ONLY:
        why = f"it holds {needs}, but in the Pod's own user namespace only"
        return Link("capability", False, why, errno)
    if has is None:
        return Link("capability", None, f"it asks for {needs}, and whether the process holds it depends on its user")
    if has:
        return Link("capability", True, f"it asks for {needs}, which the process holds")
    why = f"it asks for {needs}, which the process does not hold"
    if needs in context.sets.bounding:
        why += ", although its container may: a process that is not uid 0 starts without any"
    return Link("capability", False, why, errno)


def _app_armor_mount(context: Context) -> list[Link]:
    profile = context.app_armor.profile.value
    if profile is None or context.node.app_armor is False:
        return []
    if context.app_armor.profile.origin != "runtime":
        return [Link("apparmor", None, f"it depends on what the profile {profile} says")]
    if context.node.app_armor is None:
        return [Link("apparmor", None, f"where the node has AppArmor, {profile} forbids mounting", "EACCES")]
    return [Link("apparmor", False, f"{profile} forbids mounting", "EACCES")]


def _file(context: Context, path: str, want: Literal["read", "write"]) -> Answer:
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is no absolute path. Begin it with a slash.")
    found = (filesystem.write if want == "write" else filesystem.read)(path, context.places, context.who)
    layer: Layer = "kernel" if found.decided_by == "unknown" else found.decided_by
    links = [Link(layer, found.ok, found.why, found.errno)]
    effect = filesystem.place_of(path, context.places).effect
    label = context.selinux.label.value
    if context.node.se_linux and effect is not None and label is not None:
        kind = effect.mount.volume.type
        if relabelled(kind):
            links.append(Link("selinux", True, f"the {kind} was relabeled for the Pod"))
        else:
            decision = access((label.type, label.level or "s0"), ("var_t", "s0"), want)
            why = f"a {kind} keeps its labels: {decision.why}"
            links.append(Link("selinux", decision.allowed, why, "" if decision.allowed else "EACCES"))
    return _answer(links)


def _answer(links: list[Link]) -> Answer:
    for wanted, verdict in ((False, "denied"), (None, "unknown")):
        for link in links:
            if link.ok is wanted:
                return Answer("denied" if verdict == "denied" else "unknown", link.layer, tuple(links))
    return Answer("allowed", links[-1].layer, tuple(links))


__all__ = [
    "ACTIONS",
    "ASKS_NONE",
    "Answer",
    "Link",
    "ask",
    "bind",
    "errno_name",
    "read",
    "setuid",
    "syscall",
    "use_level",
    "write",
]
