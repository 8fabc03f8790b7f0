"""The switches of SecurityContext's semantics: Kubernetes is the default value, everything else is another value.

A misconception is this dataclass with one switch turned. Nothing else in the evaluator knows that anybody could
believe something different. What depends on the machine and not on a belief stands in `autograder.security.node`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Semantics:
    """How security fields are to be read. ``Semantics()`` is Kubernetes.

    The names and values are those of the misconception catalogue: the first value of each switch is the truth.
    """

    precedence: Literal["container", "pod"] = "container"
    """Whose value counts when Pod and container both set a field."""
    misplaced_fields: Literal["reject", "inherit"] = "reject"
    """What a field at the wrong level does: it is an unknown field, or it reaches all containers."""
    image_user: Literal["used", "ignored"] = "used"
    """Who runs where no runAsUser is set: the image's USER, or always uid 0."""
    run_as_non_root: Literal["check", "assign"] = "check"
    """What runAsNonRoot does: it checks the uid before the start, or it picks one that is not 0."""
    root_capabilities: Literal["runtime", "all"] = "runtime"
    """What a process with uid 0 holds where nothing is added or dropped: the runtime's default set, or everything."""
    non_root_capabilities: Literal["none", "bounding"] = "none"
    """What a process with another uid holds effectively after it starts: nothing, or its bounding set."""
    capability_names: Literal["exact", "normalised"] = "exact"
    """Whether a name counts as it is written, or whatever its case and with ``CAP_`` in front as well."""
    fs_group_volumes: Literal["by_type", "all"] = "by_type"
    """Which volumes fsGroup changes: those whose type allows it, or every one."""
    unowned_volume: Literal["unchanged", "first_user"] = "unchanged"
    """What becomes of a volume without fsGroup: nothing, or it belongs to the first container that uses it alone."""
    fs_group_effect: Literal["group", "owner"] = "group"
    """What fsGroup sets: the files' group and a supplementary group of each process, or the files' owner."""
    seccomp_default: Literal["unconfined", "runtime"] = "unconfined"
    """What an unset seccompProfile means on a kubelet without seccompDefault."""
    selinux_levels: Literal["dominate", "equal"] = "dominate"
    """How the levels of a process and a file must relate: the first dominates the second, or they are equal."""
    read_only_root: Literal["rootfs", "volumes"] = "rootfs"
    """What readOnlyRootFilesystem makes read-only: the container's root file system, or its volumes."""
    no_new_privs: Literal["field", "drop_all"] = "field"
    """What keeps a program from gaining privileges on exec: allowPrivilegeEscalation false, or dropping ALL too."""
    standards_unset: Literal["raw", "secure"] = "raw"
    """What *restricted* makes of fields that nobody set: they are missing, or their default is good enough."""
    standards_containers: Literal["all", "app"] = "all"
    """Which containers Pod Security looks at: init and ephemeral ones too, or only ``spec.containers``."""


KUBERNETES = Semantics()
"""The truth."""
