"""The 19 checks, one module each, in the order in which their findings are told."""

from __future__ import annotations

from typing import Final

from autograder.security.standards.model import Check

from . import (
    allow_privilege_escalation,
    app_armor_profile,
    capabilities_baseline,
    capabilities_restricted,
    host_namespaces,
    host_path_volumes,
    host_ports,
    host_probes_and_host_lifecycle,
    privileged,
    proc_mount,
    proc_mount_restricted,
    restricted_volumes,
    run_as_non_root,
    run_as_user,
    se_linux_options,
    seccomp_profile_baseline,
    seccomp_profile_restricted,
    sysctls,
    windows_host_process,
)

_ALL: Final = (
    allow_privilege_escalation,
    app_armor_profile,
    capabilities_baseline,
    capabilities_restricted,
    host_namespaces,
    host_path_volumes,
    host_ports,
    host_probes_and_host_lifecycle,
    privileged,
    proc_mount,
    proc_mount_restricted,
    restricted_volumes,
    run_as_non_root,
    run_as_user,
    se_linux_options,
    seccomp_profile_baseline,
    seccomp_profile_restricted,
    sysctls,
    windows_host_process,
)

CHECKS: Final[tuple[Check, ...]] = tuple(
    sorted((module.CHECK for module in _ALL), key=lambda check: (check.level != "baseline", check.id))
)
"""Every check: those of *baseline* first, each level by id in the order of bytes, as Kubernetes sorts them."""
