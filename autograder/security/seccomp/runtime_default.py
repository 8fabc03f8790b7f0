"""RuntimeDefault: the filter that a runtime brings along, computed from the container's bounding set.

It is not one list. A capability that a container is given opens the system calls that would be of no use without it,
and a container that drops ALL loses ``chroot`` with SYS_CHROOT.

Sources: containerd contrib/seccomp/seccomp_default.go; containers/common pkg/seccomp/seccomp.json, as CRI-O uses it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from autograder.security.node import Node, Runtime

from .profile import ENOSYS, EPERM, Condition, Profile, Rule
from .table import read

_CLONE_NEW: Final = 0x7E020000
"""The flags of clone that make new namespaces."""
_AF_ALG: Final = 38
_AF_VSOCK: Final = 40
_AF_NETLINK: Final = 16
_NETLINK_AUDIT: Final = 9
_PERSONALITIES: Final = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
_EINVAL: Final = 22


def runtime_default(node: Node, bounding: frozenset[str]) -> Profile:
    """Return the filter of RuntimeDefault on a node, for a container with this bounding set."""
    return _profile(node.runtime, node.version >= (2, 0), bounding & _known(node.runtime))


@lru_cache(maxsize=8)
def _known(runtime: Runtime) -> frozenset[str]:
    """Return the capabilities that make a difference."""
    table = read("default.toml")[runtime]
    either = " ".join(table.get("either", {}).values())
    return frozenset([*table["capabilities"], *either.split(), "SYS_ADMIN", "AUDIT_WRITE"])


@lru_cache(maxsize=256)
def _profile(runtime: Runtime, newer: bool, bounding: frozenset[str]) -> Profile:  # noqa: FBT001 - a key of the cache
    table = read("default.toml")[runtime]
    passing = _passing(runtime)
    passing += table["also"].split()
    rules: list[Rule]
    if runtime == "containerd":
        passing += [] if newer else table["before_2"].split()
        for capability, names in table["capabilities"].items():
            passing += names.split() if capability in bounding else []
        rules = _containerd(bounding, newer=newer)
    else:
        rules = _crio(table, bounding)
    return Profile(
        default=table["default"],
        rules=(Rule(tuple(passing), "ALLOW"), *rules),
        default_errno=table["default_errno"],
        name="RuntimeDefault",
    )


def _passing(runtime: Runtime) -> list[str]:
    """Return the calls that pass whatever the arguments and the capabilities."""
    groups = read("syscalls.toml")["purposes"].values()
    return [name for group in groups for kind in ("both", runtime) for name in group.get(kind, "").split()]


def _containerd(bounding: frozenset[str], *, newer: bool) -> list[Rule]:
    rules = [_personality(value) for value in _PERSONALITIES]
    if newer:
        rules += [
            Rule(("socket",), "ALLOW", conditions=(condition,))
            for condition in (
                Condition(0, "LT", _AF_ALG),
                Condition(0, "EQ", _AF_ALG + 1),
                Condition(0, "GT", _AF_VSOCK),
            )
        ]
    else:
        rules.append(Rule(("socket",), "ALLOW"))
    if "SYS_ADMIN" not in bounding:
        rules.append(Rule(("clone",), "ALLOW", conditions=(Condition(0, "MASKED_EQ", _CLONE_NEW, 0),)))
        rules.append(Rule(("clone3",), "ERRNO", ENOSYS))
    return rules


def _crio(table: dict[str, Any], bounding: frozenset[str]) -> list[Rule]:
    rules = [Rule(tuple(table["refused"].split()), "ERRNO", EPERM)]
    rules += [_personality(value) for value in _PERSONALITIES]
    for capability, names in table["capabilities"].items():
        listed = tuple(names.split())
        rules.append(Rule(listed, "ALLOW") if capability in bounding else Rule(listed, "ERRNO", EPERM))
    for name, capabilities in table["either"].items():
        has = bounding & set(capabilities.split())
        rules.append(Rule((name,), "ALLOW") if has else Rule((name,), "ERRNO", EPERM))
    rules.append(Rule(("socket",), "ERRNO", EPERM, (Condition(0, "EQ", _AF_VSOCK),)))
    netlink, audit = Condition(0, "EQ", _AF_NETLINK), Condition(2, "EQ", _NETLINK_AUDIT)
    if "AUDIT_WRITE" in bounding:
        rules.append(Rule(("socket",), "ALLOW", conditions=(Condition(0, "NE", _AF_VSOCK),)))
    else:
        rules.append(Rule(("socket",), "ERRNO", _EINVAL, (netlink, audit)))
        rules.append(Rule(("socket",), "ALLOW", conditions=(netlink, Condition(2, "NE", _NETLINK_AUDIT))))
        rules.append(Rule(("socket",), "ALLOW", conditions=(Condition(0, "NE", _AF_NETLINK),)))
    return rules


def _personality(value: int) -> Rule:
    return Rule(("personality",), "ALLOW", conditions=(Condition(0, "EQ", value),))
