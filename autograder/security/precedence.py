"""Which level decides: the container's field where it is set, else the Pod's.

==============  ===============  =====================================================
Pod's field     container's      what counts
==============  ===============  =====================================================
unset           unset            nothing is set
set             unset            the Pod's
any             set              the container's, whole: a struct replaces, never merges
==============  ===============  =====================================================

Source: pkg/securitycontext/util.go, DetermineEffectiveSecurityContext. The one exception is windowsOptions, which
is merged field by field and has a module of its own.
"""

from __future__ import annotations

from typing import Any, Final

from autograder.manifests.objects import Pod

from .containers import Container, pod_security
from .facts import Fact
from .semantics import KUBERNETES, Semantics

NOT_SET: Final = "neither the Pod nor the container sets it"


def setting(pod: Pod, container: Container, field: str, *, semantics: Semantics = KUBERNETES) -> Fact[Any]:
    """Return the value of a field that both levels have; a value of None means that it is set nowhere.

    The origin is then ``api``: the API server leaves it unset, and whoever reads it next has a default.
    """
    of_pod, of_container = pod_security(pod).get(field), container.security.get(field)
    if of_pod is None and of_container is None:
        return Fact(None, "api", NOT_SET)
    pod_wins = semantics.precedence == "pod"
    if of_container is None or (pod_wins and of_pod is not None):
        return Fact(of_pod, "pod", f"spec.securityContext.{field}")
    why = f"securityContext.{field} of the container"
    if of_pod is not None:
        why += ", which replaces that of the Pod"
    return Fact(of_container, "container", why)
