"""Windows containers: who runs, and what of a securityContext counts.

windowsOptions is the one struct that is merged: each field of the container's comes before the Pod's, and the two for
group managed service accounts move together. Source: pkg/securitycontext/util.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.manifests.objects import Pod

from .containers import Container, pod_security
from .facts import Fact
from .precedence import setting
from .stages import PASSED, Outcome

_ADMINISTRATOR = "ContainerAdministrator"


@dataclass(frozen=True, slots=True)
class Windows:
    """A Windows container."""

    user: Fact[str]
    """A value of None: the image's user."""
    host_process: Fact[bool]
    gmsa: Fact[str]
    """The name of the account's specification; a value of None: none."""
    check: Outcome
    """What the kubelet's check for runAsNonRoot says."""


def is_windows(pod: Pod) -> bool:
    """Return whether a Pod says that it is for Windows."""
    os: Mapping[str, Any] = pod.spec.get("os", {})
    return os.get("name") == "windows"


def windows(pod: Pod, container: Container) -> Windows:
    """Return what windowsOptions of both levels come to."""
    of_pod, own = pod_security(pod).get("windowsOptions", {}), container.security.get("windowsOptions", {})
    user = _merged(of_pod, own, "runAsUserName", "the image's user runs")
    has_own_account = "gmsaCredentialSpecName" in own or "gmsaCredentialSpec" in own
    gmsa = _merged({} if has_own_account else of_pod, own, "gmsaCredentialSpecName", "no service account")
    host_process = _merged(of_pod, own, "hostProcess", "it runs in a container")
    non_root = setting(pod, container, "runAsNonRoot").value
    check = PASSED
    if non_root is True and user.value == _ADMINISTRATOR:
        said = f"container's runAsUserName ({_ADMINISTRATOR}) which will be regarded as root identity"
        message = f"{said} and will break non-root policy"
        check = Outcome(ok=False, reason="CreateContainerConfigError", message=message)
    return Windows(user, Fact(bool(host_process.value), host_process.origin, host_process.why), gmsa, check)


def _merged(of_pod: Mapping[str, Any], own: Mapping[str, Any], field: str, unset: str) -> Fact[Any]:
    if field in own:
        return Fact(own[field], "container", f"windowsOptions.{field} of the container", "general")
    if field in of_pod:
        return Fact(of_pod[field], "pod", f"spec.securityContext.windowsOptions.{field}", "general")
    return Fact(None, "image" if field == "runAsUserName" else "api", f"{field} is not set: {unset}", "general")
