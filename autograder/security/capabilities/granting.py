"""What the runtime puts into the container's set: defaults, add, drop.

containerd, in this order; CRI-O differs where it is said:

1. the defaults, 14 under containerd and 9 under CRI-O (none of them if ``add`` holds ALL)
2. ``add`` holds ALL, in any case: all capabilities
3. ``drop`` holds ALL, in any case: none
4. every other name of ``add``, in capitals
5. every other name of ``drop``, in capitals: dropping wins
6. a privileged container gets all of them, whatever is dropped

===========================  =========================  =============================
manifest                     containerd                 CRI-O
===========================  =========================  =============================
nothing                      14                         9
drop ALL or all              none                       none
drop ALL, add NET_ADMIN      NET_ADMIN                  NET_ADMIN
add ALL, drop CHOWN          all but CHOWN              all but CHOWN
add ALL, drop ALL            none                       none
add and drop SYS_TIME        14                         9
add sys_time                 14 and SYS_TIME            9 and SYS_TIME
add CAP_SYS_TIME             14, it is ignored          9 and SYS_TIME
drop CAP_CHOWN               14, CHOWN stays            9 without CHOWN
add NOPE                     14, it is ignored          the container is not created
privileged, drop ALL         all                        all
===========================  =========================  =============================

Sources: containerd internal/cri/opts/spec_linux_opts.go (WithCapabilities), CRI-O
internal/factory/container/container.go (SpecSetupCapabilities). The rows of containerd were measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from autograder.security.node import Runtime
from autograder.security.semantics import KUBERNETES, Semantics

from .table import ALL, DEFAULTS, in_order


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic."""

    what: str
    after: frozenset[str]
    """The set when the step is done."""


@dataclass(frozen=True, slots=True)
class Granted:
    """The set that a container gets: its bounding set."""

    names: frozenset[str]
    steps: tuple[Step, ...]
    ignored: tuple[str, ...] = ()
    """Names that silently do nothing, as they are written."""
    error: str = ""
    """What the runtime says when it refuses to create the container."""

    @property
    def why(self) -> str:
        """The steps in a sentence."""
        text = "; ".join(step.what for step in self.steps)
        if self.ignored:
            written = dict.fromkeys(name or '""' for name in self.ignored)
            ignored = ", ".join(written)
            are, do = ("is", "does") if len(written) == 1 else ("are", "do")
            text += f"; {ignored} {are} not known to the runtime and {do} nothing"
        return text


@lru_cache(maxsize=4096)
def granted(
    add: tuple[str, ...],
    drop: tuple[str, ...],
    *,
    privileged: bool = False,
    runtime: Runtime = "containerd",
    root: bool = False,
    semantics: Semantics = KUBERNETES,
) -> Granted:
    """Return what a container gets.

    `root`: whether its process has uid 0; only somebody who takes the container's root for the host's asks.
    """
    base = DEFAULTS[runtime]
    steps = [Step(f"{_title(runtime)} grants {len(base)} by default", base)]
    if root and semantics.root_capabilities == "all":
        base = ALL
        steps = [Step("root is taken to hold all of them", base)]
    names = base
    if _has_all(add):
        names = ALL
        steps.append(Step("add ALL", names))
    if _has_all(drop):
        names = frozenset()
        steps.append(Step("drop ALL", names))
    added, unknown_added = _known(add, runtime, semantics)
    dropped, unknown_dropped = _known(drop, runtime, semantics)
    if runtime == "crio" and (unknown_added or unknown_dropped):
        where = "add" if unknown_added else "drop"
        name = (unknown_added or unknown_dropped)[0]
        error = f'unknown capability "{_prefixed(name)}" to {where}'
        return Granted(names, tuple(steps), error=error)
    if added:
        names |= added
        steps.append(Step(f"add {', '.join(in_order(added))}", names))
    if dropped:
        names -= dropped
        steps.append(Step(f"drop {', '.join(in_order(dropped))}", names))
    if privileged:
        names = ALL
        steps.append(Step("privileged: all, whatever is dropped", names))
    return Granted(names, tuple(steps), (*unknown_added, *unknown_dropped))


def _title(runtime: Runtime) -> str:
    return "CRI-O" if runtime == "crio" else "containerd"


def _has_all(names: Iterable[str]) -> bool:
    return any(name.upper() == "ALL" for name in names)


def _known(names: Iterable[str], runtime: Runtime, semantics: Semantics) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the capabilities that names mean, and the names that mean none. ALL is neither."""
    found, unknown = set(), []
    for name in names:
        short = name.upper()
        if short == "ALL":
            continue
        # containerd puts CAP_ in front of whatever is there, so that CAP_X becomes CAP_CAP_X.
        if runtime == "crio" or semantics.capability_names == "normalised":
            short = short.removeprefix("CAP_")
        if short in ALL:
            found.add(short)
        else:
            unknown.append(name)
    return frozenset(found), tuple(unknown)


def _prefixed(name: str) -> str:
    short = name.upper()
    return short if short.startswith("CAP_") else f"CAP_{short}"
