"""The file tree of a container: what is mounted where, what can be written, and by whom.

readOnlyRootFilesystem makes the image's own files read-only, and nothing else. What stays writable:

============================  ===========================================================================
path                          for whom
============================  ===========================================================================
each mounted volume           as its owner, group and mode say, unless the mount is read-only
/etc/hosts                    root (the kubelet mounts it read-write)
/dev/termination-log          everybody (terminationMessagePath)
/dev                          root
/dev/shm, /dev/mqueue         everybody
/proc, below the masks        root, and each process its own entries
/sys, in a privileged one     root
============================  ===========================================================================

/etc/hostname and /etc/resolv.conf follow the field. Sources: pkg/kubelet/kubelet_pods.go (makeHostsMount), containerd
internal/cri/server/container_create.go, runc's default mounts; the list was measured.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from autograder.security.containers import Container
from autograder.security.facts import Confidence
from autograder.security.semantics import KUBERNETES, Semantics

from .permissions import UNKNOWN, Ownership, Who, may
from .volumes import VolumeEffect

Errno = Literal["", "EROFS", "EACCES"]

_ROOT_DIRECTORY: Final = Ownership(0, 0, 0o755)
_ROOT_FILE: Final = Ownership(0, 0, 0o644)
_EVERYBODYS_FILE: Final = Ownership(0, 0, 0o666)
_IMAGE: Final = {
    "/": _ROOT_DIRECTORY,
    "/etc": _ROOT_DIRECTORY,
    "/bin": _ROOT_DIRECTORY,
    "/usr": _ROOT_DIRECTORY,
    "/lib": _ROOT_DIRECTORY,
    "/opt": _ROOT_DIRECTORY,
    "/run": _ROOT_DIRECTORY,
    "/var": _ROOT_DIRECTORY,
    "/tmp": Ownership(0, 0, 0o1777),  # noqa: S108 - a path in a container
    "/var/tmp": Ownership(0, 0, 0o1777),  # noqa: S108
}
"""Directories that nearly every image has, and how nearly every image has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A mount point of a container, or the root of its own files."""

    path: str
    kind: Literal["root", "volume", "kubelet", "runtime"]
    ownership: Ownership
    """Of the mount's root."""
    why: str
    confidence: Confidence = "measured"
    read_only: bool = False
    file: bool = False
    effect: VolumeEffect | None = None

    @property
    def below(self) -> str:
        """What the paths below it begin with."""
        return "/" if self.path == "/" else self.path + "/"


_PROC: Final = Place("/proc", "runtime", Ownership(0, 0, 0o555), "proc, where each process has its own entries")
_SYS: Final = Place("/sys", "runtime", _ROOT_DIRECTORY, "read-only unless it is privileged")
_SYS_READ_ONLY: Final = replace(_SYS, read_only=True)
_DEVICES: Final = (
    Place("/dev", "runtime", _ROOT_DIRECTORY, "a tmpfs of the runtime"),
    Place("/dev/pts", "runtime", _ROOT_DIRECTORY, "terminals"),
    Place("/dev/shm", "runtime", Ownership(0, 0, 0o1777), "shared memory, a tmpfs"),  # noqa: S108
    Place("/dev/mqueue", "runtime", Ownership(0, 0, 0o1777), "message queues"),
)
_HOSTS: Final = Place("/etc/hosts", "kubelet", _ROOT_FILE, "the kubelet mounts it read-write, always", file=True)
"""Mounts that every container has alike."""


@dataclass(frozen=True, slots=True)
class WritablePath:
    """A path at which something can be written."""

    path: str
    who: str
    """``everyone``, ``uid 0``, ``group 2000``, or words where it is unknown."""
    this_process: bool | None
    """Whether the container's own process may; None if that depends on something unknown."""
    why: str


@dataclass(frozen=True, slots=True)
class Access:
    """Whether a path can be read or written, and what decides it."""

    ok: bool | None
    errno: Errno
    decided_by: Literal["mount", "permissions", "unknown"]
    why: str
    confidence: Confidence = "read"


def places(
    container: Container,
    volumes: Sequence[VolumeEffect],
    *,
    semantics: Semantics = KUBERNETES,
) -> tuple[Place, ...]:
    """Return everything that is mounted into a container, its own root file system first."""
    wanted = container.security.get("readOnlyRootFilesystem") is True
    on_volumes = semantics.read_only_root == "volumes"
    read_only = wanted and not on_volumes
    privileged = container.security.get("privileged") is True
    field = "readOnlyRootFilesystem is true" if read_only else "readOnlyRootFilesystem is not set to true"
    log = _absolute(container.value.get("terminationMessagePath") or "/dev/termination-log")
    found = [
        Place("/", "root", _ROOT_DIRECTORY, field, "general", read_only=read_only),
        _PROC,
        _SYS if privileged else _SYS_READ_ONLY,
        *_DEVICES,
        Place("/etc/hostname", "runtime", _ROOT_FILE, field, read_only=read_only, file=True),
        Place("/etc/resolv.conf", "runtime", _ROOT_FILE, field, read_only=read_only, file=True),
        _HOSTS,
        Place(log, "kubelet", _EVERYBODYS_FILE, "the kubelet mounts it for the last words", file=True),
    ]
    for effect in volumes:
        mount = effect.mount
        closed = mount.read_only or (wanted and on_volumes)
        why = f"the {mount.volume.type} {mount.volume.name}"
        if closed:
            why += ", mounted read-only"
        found.append(
            Place(
                _absolute(mount.path),
                "volume",
                effect.after,
                why,
                effect.confidence,
                read_only=closed,
                effect=effect,
            )
        )
    return tuple(found)


def place_of(path: str, mounted: Sequence[Place]) -> Place:
    """Return the mount that a path lies in: the one with the longest path; of two at one path the last."""
    path = _absolute(path)
    inside = [place for place in mounted if path == place.path or path.startswith(place.below)]
    return max(enumerate(inside), key=lambda entry: (len(entry[1].path), entry[0]))[1]


def write(path: str, mounted: Sequence[Place], who: Who) -> Access:
    """Return whether a process may create a file at a path, or change one that only it itself would have made.

    For a directory the question is about a new file in it. What nobody told about an image's files stays unknown. If
    both the permissions and a read-only mount forbid it, the kernel says EROFS for a new file and EACCES for one that
    is there.
    """
    path = _absolute(path)
    place = place_of(path, mounted)
    if place.kind == "runtime" and place.path in {"/proc", "/sys"}:
        return _write_pseudo(path, place, who)
    words = f"{place.path} is {_described(place)}"
    target = _target(path, place)
    ok, errno = _writes(target, place, who)
    if errno == "EROFS" or (ok is False and not errno):
        # For a new file the kernel looks at the mount before it looks at the folder's mode.
        confidence = place.confidence if place.file else "measured"
        return Access(ok, errno, "mount", f"{words}: it is read-only ({place.why})", confidence)
    if ok is None:
        return Access(ok, errno, "unknown", f"{words}; who owns it and how it may be used is unknown", "general")
    why = _granted(who, target or UNKNOWN) if ok else _denied(who, target or UNKNOWN)
    return Access(ok, errno, "permissions", f"{words}; {why}", place.confidence)


def read(path: str, mounted: Sequence[Place], who: Who) -> Access:
    """Return whether a process may read what lies at a path, if there is anything."""
    path = _absolute(path)
    place = place_of(path, mounted)
    words = f"{place.path} is {_described(place)}"
    listed = _listed(path, place)
    if listed is not None:
        allowed = may(who, listed, "read")
        return _reading(allowed, f"{words}; the file has {_mode(listed)}", place.confidence)
    if place.kind == "volume" or place.file:
        target = place.ownership
        allowed = may(who, target, "read", directory=not place.file)
        if path != place.path and allowed is not False:
            allowed = True if _may_somewhere(who) else None
        return _reading(allowed, f"{words}; it has {_mode(target)}", place.confidence)
    if path in _IMAGE or place.kind == "runtime":
        target = _IMAGE.get(path, place.ownership)
        return _reading(may(who, target, "read", directory=True), f"{words}; it has {_mode(target)}", "general")
    return _reading(_may_somewhere(who), f"{words}; the image decides about its files", "general")


def writable_paths(mounted: Sequence[Place], who: Who) -> tuple[WritablePath, ...]:
    """Return the mounts at which somebody can write, and whether the container's process can.

    Of two mounts at one path the later one covers the earlier, as it does in `place_of`.
    """
    visible = {place.path: place for place in mounted}
    found = []
    for path, place in visible.items():
        if place.read_only or path == "/dev/pts":
            continue
        if path == "/":
            found += _root_paths(place.why, who, visible)
        elif path == "/proc":
            why = "its own entries under /proc, such as /proc/self/oom_score_adj"
            found.append(WritablePath("/proc", "each process", this_process=True, why=why))
        else:
            ok = _write_pseudo(path, place, who).ok if path == "/sys" else _writes(place.ownership, place, who)[0]
            found.append(WritablePath(path, _audience(place.ownership), ok, place.why))
    return tuple(found)


def _root_paths(reason: str, who: Who, mounted: Collection[str]) -> list[WritablePath]:
    """Return the folders of the image that are there for writing, but for those that a mount covers."""
    why = f"the image's own files: {reason}"
    paths = [path for path in ("/", "/tmp", "/var/tmp") if path == "/" or path not in mounted]  # noqa: S108
    return [
        WritablePath(path, _audience(_IMAGE[path]), may(who, _IMAGE[path], "write", directory=True), why)
        for path in paths
    ]


# -- pieces ------------------------------------------------------------------------------------------------------------


def _absolute(path: str) -> str:
    """Return a path from the root, as the kubelet makes a mountPath without a leading slash, in its shortest form.

    >>> _absolute("data/"), _absolute("//data/./a/../b")
    ('/data', '/data/b')
    """
    return posixpath.normpath("/" + path.lstrip("/"))


def _writes(target: Ownership | None, place: Place, who: Who) -> tuple[bool | None, Errno]:
    """Return whether a process may write at `target`, which lies in `place`, and the error that it gets.

    No error with False: the mount is read-only, and which of two errors comes first is unknown.
    """
    if target is None:
        allowed = enters = _may_somewhere(who)
    else:
        allowed = may(who, target, "write", directory=not place.file)
        enters = True if place.file else may(who, target, "execute", directory=True)
    if place.read_only and not place.file and enters is not False:
        return False, "EROFS"
    if allowed is False or (allowed is True and enters is False):
        return False, "EACCES"
    if place.read_only:
        return False, "EROFS" if allowed else ""
    return (None, "") if allowed is None or enters is None else (True, "")


def _target(path: str, place: Place) -> Ownership | None:
    """Return whose permissions decide about a new file at a path; None if nobody told about the folder."""
    if place.file or path == place.path:
        return place.ownership
    folder = posixpath.dirname(path)
    if place.kind == "root":
        return _IMAGE.get(path) or _IMAGE.get(folder)
    if place.kind == "volume" and place.ownership.mode is None:
        return None
    return place.ownership


def _listed(path: str, place: Place) -> Ownership | None:
    """Return the ownership of a file that a volume holds from the start."""
    if place.effect is None:
        return None
    inside = posixpath.relpath(path, place.path)
    files = dict(place.effect.files)
    if inside in files:
        return files[inside]
    return files.get("*") if inside != "." and "/" not in inside else None


def _write_pseudo(path: str, place: Place, who: Who) -> Access:
    if place.read_only:
        return Access(
            ok=False, errno="EROFS", decided_by="mount", why=f"{place.path} is {place.why}", confidence="measured"
        )
    if path.startswith("/proc/sys"):
        return Access(
            ok=None,
            errno="",
            decided_by="unknown",
            why="/proc/sys is read-only unless the container is privileged or unmasked",
            confidence="read",
        )
    if who.uid == 0:
        return Access(
            ok=None, errno="", decided_by="unknown", why=f"{place.path}: it depends on the entry", confidence="general"
        )
    return Access(
        ok=None,
        errno="",
        decided_by="unknown",
        why=f"{place.path}: a process may write its own entries only",
        confidence="general",
    )


def _may_somewhere(who: Who) -> bool | None:
    """Return whether a process may do everything with files that nobody told about."""
    return True if who.capabilities is not None and "DAC_OVERRIDE" in who.capabilities else None


def _reading(allowed: bool | None, why: str, confidence: Confidence) -> Access:  # noqa: FBT001
    if allowed is None:
        return Access(ok=None, errno="", decided_by="unknown", why=why, confidence=confidence)
    return Access(
        ok=allowed, errno="" if allowed else "EACCES", decided_by="permissions", why=why, confidence=confidence
    )


def _described(place: Place) -> str:
    return {
        "root": "a part of the container's own root file system",
        "volume": "a volume",
        "kubelet": "a file of the kubelet",
        "runtime": "made by the runtime",
    }[place.kind]


def _mode(what: Ownership) -> str:
    if what.mode is None:
        return "an unknown owner and mode"
    return f"owner {what.owner}, group {what.group}, mode {what.octal}"


def _denied(who: Who, what: Ownership) -> str:
    return f"it has {_mode(what)}, and uid {who.uid} may not write there"


def _granted(who: Who, what: Ownership) -> str:
    by_bits = may(Who(who.uid, who.gid, who.groups, frozenset()), what, "write", directory=True)
    if by_bits is not True:
        return f"it has {_mode(what)}, and the capability DAC_OVERRIDE passes over that"
    return f"it has {_mode(what)}"


def _audience(what: Ownership) -> str:
    """Return who may write, in a few words.

    >>> _audience(Ownership(0, 2000, 0o2770)), _audience(Ownership(0, 0, 0o777)), _audience(Ownership(0, 0, 0o755))
    ('uid 0 and group 2000', 'everyone', 'uid 0')
    """
    if what.mode is None:
        return "whom its owner and mode let"
    if what.mode & 0o002:
        return "everyone"
    names = [f"uid {what.owner}"] if what.mode & 0o200 else []
    names += [f"group {what.group}"] if what.mode & 0o020 else []
    return " and ".join(names) or "nobody"
