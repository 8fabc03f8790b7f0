"""Two switches of a container that decide about capabilities: allowPrivilegeEscalation and privileged.

==========================  ==============  =======================================================
allowPrivilegeEscalation    no_new_privs    so
==========================  ==============  =======================================================
false                       on              exec adds nothing; what is held already stays
true, or unset              off             setuid bits and file capabilities work
==========================  ==============  =======================================================

Nothing else counts. That it were always off for privileged containers, or with SYS_ADMIN, is not so: the API server
refuses the first together with false, and the second runs with no_new_privs. Source: pkg/securitycontext/util.go,
AddNoNewPrivileges; measured.
"""

from __future__ import annotations

from autograder.security.containers import Container
from autograder.security.facts import Fact
from autograder.security.semantics import KUBERNETES, Semantics


def no_new_privs(container: Container, *, semantics: Semantics = KUBERNETES) -> Fact[bool]:
    """Return whether the kernel keeps the container's processes from gaining privileges on exec."""
    allowed = container.security.get("allowPrivilegeEscalation")
    if allowed is False:
        return Fact(True, "container", "allowPrivilegeEscalation is false", "measured")
    if semantics.no_new_privs == "drop_all" and any(
        name.upper() == "ALL" for name in container.security.get("capabilities", {}).get("drop", ())
    ):
        return Fact(True, "container", "dropping ALL is taken to prevent it")
    if allowed is True:
        return Fact(False, "container", "allowPrivilegeEscalation is true", "measured")
    return Fact(False, "kubelet", "allowPrivilegeEscalation is not set", "measured")


def privileged(container: Container) -> Fact[bool]:
    """Return whether the container is privileged: all capabilities, all devices, no filter, no masks."""
    value = container.security.get("privileged")
    if value is None:
        return Fact(False, "api", "privileged is not set")
    return Fact(bool(value), "container", f"privileged is {'true' if value else 'false'}")
