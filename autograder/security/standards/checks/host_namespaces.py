"""*Baseline*: the namespaces of the host may not be shared.

Restricted fields: spec.hostNetwork, spec.hostPID, spec.hostIPC.
Allowed values: unset, false.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View


def since_1_0(view: View) -> Found | None:
    """Return the namespaces that are the host's."""
    shared = [field for field in ("hostNetwork", "hostPID", "hostIPC") if view.spec.get(field)]
    if not shared:
        return None
    detail = ", ".join(f"{field}=true" for field in shared)
    return Found("host namespaces", detail, tuple(("spec", field) for field in shared))


CHECK = Check("hostNamespaces", "baseline", (Version(0, since_1_0),))
