"""The security fields of a Pod: at which level each of them exists, and what holds where nobody sets it.

Source: pkg/apis/core/v1 types (PodSecurityContext, SecurityContext), pkg/securitycontext/util.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SecurityField:
    """A field of a securityContext, or a security field of the Pod's spec itself."""

    name: str
    pod: bool
    """Whether the Pod's securityContext has it (for a field of the spec: the spec)."""
    container: bool
    """Whether a container's securityContext has it."""
    unset: str
    """What holds where nobody sets it."""
    in_spec: bool = False
    """Whether it stands in the Pod's spec itself and not in a securityContext."""


def _both(name: str, unset: str) -> SecurityField:
    return SecurityField(name, pod=True, container=True, unset=unset)


def _pod(name: str, unset: str, *, in_spec: bool = False) -> SecurityField:
    return SecurityField(name, pod=True, container=False, unset=unset, in_spec=in_spec)


def _container(name: str, unset: str) -> SecurityField:
    return SecurityField(name, pod=False, container=True, unset=unset)


FIELDS: Final = {
    field.name: field
    for field in (
        _both("runAsUser", "the user of the image's USER, and uid 0 if it names none"),
        _both("runAsGroup", "the primary group of the user in the image's /etc/passwd, else 0"),
        _both("runAsNonRoot", "nothing is checked"),
        _both("seLinuxOptions", "the runtime picks a label"),
        _both("seccompProfile", "no filter, or RuntimeDefault if the kubelet has seccompDefault"),
        _both("appArmorProfile", "the runtime's default profile, where the node has AppArmor"),
        _both("windowsOptions", "nothing; it is for Windows only"),
        _pod("supplementalGroups", "none"),
        _pod("supplementalGroupsPolicy", "Merge: the image's groups count too"),
        _pod("fsGroup", "volumes stay as they are"),
        _pod("fsGroupChangePolicy", "Always"),
        _pod("seLinuxChangePolicy", "MountOption"),
        _pod("sysctls", "none"),
        _container("capabilities", "the runtime's default set"),
        _container("privileged", "false"),
        _container("allowPrivilegeEscalation", "no_new_privs is off"),
        _container("readOnlyRootFilesystem", "false"),
        _container("procMount", "Default"),
        _pod("hostUsers", "true: no user namespace of its own", in_spec=True),
        _pod("hostNetwork", "false", in_spec=True),
        _pod("hostPID", "false", in_spec=True),
        _pod("hostIPC", "false", in_spec=True),
        _pod("shareProcessNamespace", "false", in_spec=True),
    )
}
"""Every security field by name."""
