"""What a process holds: the five sets after its start, and after it executes another program.

The kernel's rule for execve, capabilities(7)::

    P'(permitted)   = (P(inheritable) & F(inheritable)) | (F(permitted) & P(bounding)) | P(ambient)
    P'(effective)   = F(effective) ? P'(permitted) : P(ambient)

F are the file's capabilities. For effective uid 0 the file counts as if it had all of them; for other users an ordinary
file has none. Kubernetes leaves inheritable and ambient empty. So:

==================  =====================================  ======================================================
the process         effective and permitted                bounding
==================  =====================================  ======================================================
uid 0               what the runtime grants                the same
another uid         nothing, whatever is added             what the runtime grants: no more can be regained
==================  =====================================  ======================================================

Source: kernel security/commoncap.c; runc libcontainer/init_linux.go (finalizeNamespace). All rows were measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from autograder.security.semantics import KUBERNETES, Semantics

from .table import ALL, in_order

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Sets:
    """The five sets of a process. None: unknown, since the uid is."""

    effective: frozenset[str] | None
    permitted: frozenset[str] | None
    bounding: frozenset[str]
    inheritable: frozenset[str] = _NOTHING
    ambient: frozenset[str] = _NOTHING

    def has(self, name: str) -> bool | None:
        """Return whether a capability can be used right now; None if that depends on an unknown uid.

        >>> Sets(None, None, frozenset({"CHOWN"})).has("SYS_TIME")
        False
        """
        if name not in self.bounding:
            return False
        return None if self.effective is None else name in self.effective


@dataclass(frozen=True, slots=True)
class Program:
    """A program file, as far as it changes who runs it."""

    set_user: int | None = None
    """The owner, if the setuid bit is set."""
    permitted: frozenset[str] = _NOTHING
    """Its file capabilities."""
    inheritable: frozenset[str] = _NOTHING
    effective: bool = False
    """The effective bit of the file: what ``setcap cap_x+ep`` sets, and ``+p`` does not."""


ORDINARY: Final = Program()
SETUID_ROOT: Final = Program(set_user=0)


def with_capabilities(*names: str) -> Program:
    """Return a program that was given capabilities with ``setcap …+ep``."""
    return Program(permitted=frozenset(names), effective=True)


@dataclass(frozen=True, slots=True)
class Execution:
    """What comes of executing a program."""

    uid: int | None
    """The effective uid; None if it is unknown."""
    sets: Sets
    errno: str = ""
    """``EPERM`` if the kernel refuses, and the process stays what it was."""


def after_start(bounding: frozenset[str], uid: int | None, *, semantics: Semantics = KUBERNETES) -> Sets:
    """Return the sets of a container's first process, which the runtime gave a set and then executed."""
    if semantics.non_root_capabilities == "bounding":
        return Sets(bounding, bounding, bounding)
    if uid is None:
        # With nothing to hold it does not matter who runs.
        held = None if bounding else _NOTHING
        return Sets(held, held, bounding)
    held = bounding if uid == 0 else _NOTHING
    return Sets(held, held, bounding)


def execute(sets: Sets, uid: int | None, program: Program, *, no_new_privs: bool) -> Execution:
    """Return what a process becomes when it executes a program.

    A file with the effective bit whose capabilities do not fit into the bounding set is refused with EPERM, whoever
    executes it: to root and under no_new_privs as well. Otherwise no_new_privs lets neither the setuid bit nor file
    capabilities add anything.
    """
    gained = (sets.inheritable & program.inheritable) | (program.permitted & sets.bounding)
    if program.effective and not program.permitted <= gained:
        return Execution(uid, sets, "EPERM")
    target = uid if no_new_privs or program.set_user is None else program.set_user
    if target is None:
        held = None if sets.bounding else _NOTHING
        return Execution(None, Sets(held, held, sets.bounding))
    if target == 0:
        gained = (sets.inheritable & ALL) | (ALL & sets.bounding) | sets.ambient
        if no_new_privs and sets.permitted is not None:
            gained &= sets.permitted
        return Execution(0, Sets(gained, gained, sets.bounding, sets.inheritable, sets.ambient))
    if no_new_privs or not (program.permitted or program.inheritable):
        kept = sets.ambient
        return Execution(target, Sets(kept, kept, sets.bounding, sets.inheritable, sets.ambient))
    effective = gained if program.effective else sets.ambient
    return Execution(target, Sets(effective, gained, sets.bounding, sets.inheritable))


def regained(sets: Sets, uid: int | None, *, no_new_privs: bool) -> str:
    """Return in a sentence what setuid and file-capability programs of the image would bring.

    >>> regained(Sets(frozenset(), frozenset(), frozenset()), 1000, no_new_privs=True)
    'Nothing: no_new_privs keeps setuid bits and file capabilities from adding anything.'
    """
    if no_new_privs:
        return "Nothing: no_new_privs keeps setuid bits and file capabilities from adding anything."
    if uid == 0:
        return "Nothing new: the process is uid 0 already and holds its whole bounding set."
    if not sets.bounding:
        return (
            "A setuid-root program becomes uid 0, without any capability. A program with file capabilities cannot be "
            "executed (EPERM)."
        )
    count = len(sets.bounding)
    few = f": {', '.join(in_order(sets.bounding))}" if count <= 4 else ""
    names = f"the {count} capabilities of the bounding set" if count > 1 else "the one capability of the bounding set"
    return f"A setuid-root program becomes uid 0 and holds {names}{few}. File capabilities give those that are in it."
