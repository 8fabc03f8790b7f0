"""Two containers and one volume: what can one of them do with a file that the other has written?

A new file belongs to whoever made it. Its group is that of the folder where the folder has the setgid bit, as fsGroup
sets it, else that of the process. With the usual umask 022 its mode is 0644, so the group may read it and not write
it: sharing a group is not enough for writing. Deleting is a matter of the folder, not of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .permissions import SETGID, Ownership, Who, both, may, may_delete
from .volumes import VolumeEffect

UMASK = 0o022


@dataclass(frozen=True, slots=True)
class Sharer:
    """A container that mounts the volume."""

    name: str
    who: Who
    effect: VolumeEffect
    """The volume as it sees it."""

    @property
    def writes(self) -> bool | None:
        """Whether it can make files in the volume's root."""
        if self.effect.mount.read_only:
            return False
        return may(self.who, self.effect.after, "change", directory=True)


@dataclass(frozen=True, slots=True)
class Shared:
    """What one container can do with a file that another has made in the volume's root."""

    writer: str
    other: str
    file: Ownership
    can_read: bool | None
    can_write: bool | None
    can_delete: bool | None
    why: str


def shared(sharers: Sequence[Sharer], umask: int = UMASK) -> tuple[Shared, ...]:
    """Return, for each container that can write and each other one, what the other can do with what it wrote."""
    return tuple(
        _pair(writer, other, umask)
        for writer in sharers
        if writer.writes is not False
        for other in sharers
        if other.name != writer.name
    )


def _pair(writer: Sharer, other: Sharer, umask: int) -> Shared:
    folder = writer.effect.after
    inherits = folder.mode is not None and bool(folder.mode & SETGID)
    group = folder.group if inherits else writer.who.gid if folder.mode is not None else None
    file = Ownership(writer.who.uid, group, 0o666 & ~umask)
    closed = other.effect.mount.read_only
    enters = may(other.who, other.effect.after, "execute", directory=True)
    return Shared(
        writer.name,
        other.name,
        file,
        both(enters, may(other.who, file, "read")),
        False if closed else both(enters, may(other.who, file, "write")),
        False if closed else may_delete(other.who, other.effect.after, file.owner),
        _why(other, file, closed=closed, inherits=inherits),
    )


def _why(other: Sharer, file: Ownership, *, closed: bool, inherits: bool) -> str:
    who = other.who
    origin = "from the setgid folder" if inherits else "of its process"
    text = f"the file has owner {file.owner}, group {file.group} ({origin}), mode {file.octal}"
    if closed:
        return f"{text}; {other.name} mounts the volume read-only"
    if who.capabilities is not None and "DAC_OVERRIDE" in who.capabilities:
        return f"{text}; {other.name} holds DAC_OVERRIDE"
    if who.uid is not None and who.uid == file.owner:
        return f"{text}; {other.name} runs as the same user"
    if who.groups is not None and file.group in who.groups:
        return f"{text}; {other.name} is in the group, which may read and not write"
    if who.uid is None or who.groups is None:
        return f"{text}; who {other.name} runs as is not fully known"
    return f"{text}; {other.name} is neither the owner nor in the group"
