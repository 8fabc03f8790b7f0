"""May a process use a file? Two halves, and both must say yes.

1. type enforcement: may a process of this type use a file of that type at all?
2. the level: if the process' type is constrained, its level must dominate that of the file.

Getting a file's attributes is not constrained by the second half. Sources: container-selinux (container.te,
container.if) for the types, refpolicy policy/mcs for the constraint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from autograder.security.facts import Confidence
from autograder.security.semantics import KUBERNETES, Semantics

from .levels import dominates, read_level

Want = Literal["read", "write"]

CONSTRAINED: Final = frozenset({"container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
"""Process types whose level is looked at. spc_t is not among them."""
_UNCONFINED: Final = frozenset({"spc_t", "unconfined_t"})
_MAY_WRITE: Final = frozenset({"container_file_t"})
_MAY_READ: Final = _MAY_WRITE | {"container_ro_file_t", "container_share_t", "container_var_lib_t"}
RELABELLED: Final = frozenset(
    {
        "emptyDir",
        "secret",
        "configMap",
        "projected",
        "downwardAPI",
        "csi",
        "persistentVolumeClaim",
        "ephemeral",
        "iscsi",
    }
)
"""Volumes that the kubelet has relabeled for the container. hostPath, NFS and image volumes keep their labels."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether SELinux allows it."""

    allowed: bool
    decided_by: Literal["type", "sensitivity", "category", "nothing"]
    """Which half says no; ``nothing`` where both say yes."""
    why: str
    confidence: Confidence


def access(
    process: tuple[str, str], file: tuple[str, str], want: Want, *, semantics: Semantics = KUBERNETES
) -> Decision:
    """Return whether a process may read or write a file; each is given as type and level.

    Raises LevelError for a level that is none.

    >>> access(("container_t", "s0:c1,c2"), ("container_file_t", "s0:c1"), "write").allowed
    True
    >>> access(("container_t", "s0"), ("container_file_t", "s0:c1"), "read").decided_by
    'category'
    """
    (process_type, process_level), (file_type, file_level) = process, file
    own, other = read_level(process_level), read_level(file_level)
    if process_type in _UNCONFINED:
        return Decision(True, "nothing", f"{process_type} is not confined", "general")
    if file_type not in (_MAY_WRITE if want == "write" else _MAY_READ):
        why = f"{process_type} may not {want} files of type {file_type}, whatever the levels are"
        return Decision(False, "type", why, "general")
    if semantics.selinux_levels == "equal":
        if own == other:
            return Decision(True, "nothing", "the levels are equal", "read")
        half: Literal["sensitivity", "category"] = "sensitivity" if own.sensitivity != other.sensitivity else "category"
        return Decision(False, half, f"{own} and {other} are not equal", "read")
    if process_type not in CONSTRAINED:
        return Decision(True, "nothing", f"the level of {process_type} is not looked at", "read")
    if dominates(own, other):
        return Decision(True, "nothing", f"{own} dominates {other}", "read")
    if own.sensitivity < other.sensitivity:
        why = f"sensitivity s{own.sensitivity} is below s{other.sensitivity}"
        return Decision(False, "sensitivity", why, "read")
    missing = sorted(other.categories - own.categories)
    names = ", ".join(f"c{number}" for number in missing[:4]) + (" and more" if len(missing) > 4 else "")
    return Decision(False, "category", f"the process lacks {names}", "read")


def relabelled(volume_type: str) -> bool:
    """Return whether the kubelet has a volume of this type relabeled, so that the container's level fits."""
    return volume_type in RELABELLED
