"""Who may do what with a file, by its owner, group and mode: the kernel's decision.

One class of the three counts, the first that fits; the others are not looked at.

==========================  =======================  ==============================================
the process                 the bits that count      what a capability adds
==========================  =======================  ==============================================
has the file's uid          of the owner             DAC_OVERRIDE: read and write whatever the bits
else is in its group        of the group             say, execute where any x bit is set
else                        of others                DAC_READ_SEARCH: read, and search a directory
==========================  =======================  ==============================================

So uid 0 without capabilities is a user like any other, and an owner without the right bit is refused although others
may have it. Sources: path_resolution(7), capabilities(7), fs/namei.c (acl_permission_check, generic_permission).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Want = Literal["read", "write", "execute", "change"]
"""``change`` is about a folder: making and deleting files in it needs writing and searching at once."""

_BITS: Final[dict[Want, int]] = {"read": 4, "write": 2, "execute": 1, "change": 3}
SETGID: Final = 0o2000
STICKY: Final = 0o1000


@dataclass(frozen=True, slots=True)
class Who:
    """A process, as far as the kernel asks for permissions. None: unknown."""

    uid: int | None
    gid: int | None
    groups: tuple[int, ...] | None
    """All groups, the gid among them."""
    capabilities: frozenset[str] | None
    """The effective ones."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns a file or a directory, and its mode. None: unknown."""

    owner: int | None
    group: int | None
    mode: int | None

    @property
    def octal(self) -> str | None:
        """The mode as ``stat -c %a`` prints it.

        >>> Ownership(0, 2000, 0o2777).octal
        '2777'
        """
        return None if self.mode is None else f"{self.mode:o}"


UNKNOWN: Final = Ownership(None, None, None)


def may(who: Who, what: Ownership, want: Want, *, directory: bool = False) -> bool | None:
    """Return whether a process may read, write, execute or change; None if something unknown decides.

    >>> may(Who(1000, 1000, (1000,), frozenset()), Ownership(0, 2000, 0o2770), "write")
    False
    >>> may(Who(1000, 1000, (1000, 2000), frozenset()), Ownership(0, 2000, 0o2770), "write")
    True
    """
    if who.uid is not None and who.groups is not None and None not in (what.owner, what.group, what.mode):
        # Everything is known, as nearly always: one class counts.
        shift = 6 if who.uid == what.owner else 3 if what.group in who.groups else 0
        return _allows(who, shift, want, what.mode, directory)
    answers = {_allows(who, shift, want, what.mode, directory) for shift in _classes(who, what)}
    return answers.pop() if len(answers) == 1 else None


def may_delete(who: Who, folder: Ownership, owner: int | None) -> bool | None:
    """Return whether a process may delete or rename a file of `owner` in a folder.

    It must be able to write and to search the folder; in a sticky one it must own the file or the folder too, or have
    FOWNER. Source: fs/namei.c (may_delete, __check_sticky).
    """
    return both(may(who, folder, "change", directory=True), _passes_sticky(who, folder, owner))


def both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001
    """Return whether both are true; one that is false decides, whatever the unknown other would be.

    >>> both(None, False), both(None, True), both(True, True)
    (False, None, True)
    """
    if False in {one, other}:
        return False
    return None if None in {one, other} else True


def symbolic(mode: int, *, directory: bool = True) -> str:
    """Return a mode as ``ls -l`` shows it.

    >>> symbolic(0o2777), symbolic(0o640, directory=False), symbolic(0o1777)
    ('drwxrwsrwx', '-rw-r-----', 'drwxrwxrwt')
    """
    import stat

    return stat.filemode(mode | (stat.S_IFDIR if directory else stat.S_IFREG))


def _classes(who: Who, what: Ownership) -> Iterator[int | None]:
    """Yield the shift of each class of bits that may count: 6 owner, 3 group, 0 others; None for an unknown mode."""
    if what.mode is None:
        yield None
        return
    owner_open = who.uid is None or what.owner is None
    if owner_open or who.uid == what.owner:
        yield 6
    if not owner_open and who.uid == what.owner:
        return
    is_member = what.group is not None and (
        what.group == who.gid or (who.groups is not None and what.group in who.groups)
    )
    if is_member or who.groups is None or what.group is None:
        yield 3
    if not is_member:
        yield 0


def _passes_sticky(who: Who, folder: Ownership, owner: int | None) -> bool | None:
    """Return whether the sticky bit, if the folder has it, lets a process delete what somebody else may have made."""
    if folder.mode is not None and not folder.mode & STICKY:
        return True
    if who.capabilities is not None and "FOWNER" in who.capabilities:
        return True
    if who.uid is not None and who.uid in {owner, folder.owner}:
        return True
    return None if None in {folder.mode, who.uid, who.capabilities, owner, folder.owner} else False


def _allows(who: Who, shift: int | None, want: Want, mode: int | None, directory: bool) -> bool | None:  # noqa: FBT001
    bits = shift is not None and mode is not None and mode >> shift & _BITS[want] == _BITS[want]
    if bits:
        return True
    if want == "execute" and not directory and mode is not None and not mode & 0o111:
        return False
    if who.capabilities is None:
        return None
    if "DAC_OVERRIDE" in who.capabilities and (want != "execute" or directory or mode is not None):
        return True
    if "DAC_READ_SEARCH" in who.capabilities and (want == "read" or (want == "execute" and directory)):
        return True
    return None if shift is None else False
