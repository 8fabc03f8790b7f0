"""AppArmor: which profile a container runs under.

==============================  ==========================================================================
written                         the profile
==============================  ==========================================================================
nothing, or RuntimeDefault      the runtime's own, where the node has AppArmor; none if privileged
Localhost                       that one, privileged or not; if it is not loaded the container is not made
Unconfined                      none
==============================  ==========================================================================

A container's field comes before the annotation of old, and that before the Pod's field; the API server has copied the
annotation of a Pod into the field already. Sources: pkg/security/apparmor, containerd
internal/cri/server/container_create_linux.go (generateApparmorSpecOpts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from autograder.manifests.defaults import APP_ARMOR_ANNOTATION, app_armor_profile
from autograder.manifests.objects import Pod

from .containers import Container
from .facts import Fact
from .node import Node
from .precedence import setting
from .semantics import KUBERNETES, Semantics
from .stages import PASSED, Outcome

_DEFAULTS: Final = {"containerd": "cri-containerd.apparmor.d", "crio": "crio-default"}

DENIES: Final = (
    ("mount", "mounting anything"),
    ("write /proc/sys", "kernel settings, but those for shared memory"),
    ("write /sys", "everything under /sys"),
    ("read /proc/kcore", "the memory of the kernel"),
    ("write /proc/sysrq-trigger", "commands to the kernel"),
)
"""What the runtimes' default profiles forbid. Capabilities, files and networks they leave alone."""


@dataclass(frozen=True, slots=True)
class AppArmor:
    """A container under AppArmor."""

    profile: Fact[str]
    """The profile's name; a value of None: none."""
    admitted: Outcome
    """Whether the kubelet takes the Pod."""
    created: Outcome
    """Whether the runtime can create the container."""


def app_armor(pod: Pod, container: Container, *, node: Node, semantics: Semantics = KUBERNETES) -> AppArmor:
    """Return the profile of a container."""
    wanted = setting(pod, container, "appArmorProfile", semantics=semantics)
    value, why, origin = wanted.value, wanted.why, wanted.origin
    annotation = pod.annotations.get(APP_ARMOR_ANNOTATION + container.name)
    if origin != "container" and annotation is not None and app_armor_profile(annotation) is not None:
        value, why, origin = app_armor_profile(annotation), "the annotation for this container", "pod"
    kind = (value or {}).get("type")
    privileged = container.security.get("privileged") is True
    if kind == "Localhost":
        name = (value or {}).get("localhostProfile", "")
        if node.app_armor is False:
            message = "Cannot enforce AppArmor: AppArmor is not enabled on the host"
            refused = Outcome(ok=False, reason="AppArmor", message=message)
            return AppArmor(Fact(name, origin, why), refused, PASSED)
        loaded = Outcome(ok=None, message=f"it depends on whether the profile {name} is loaded on the node")
        return AppArmor(Fact(name, origin, why), PASSED, loaded)
    if kind == "Unconfined":
        return AppArmor(Fact(None, origin, f"{why} is Unconfined"), PASSED, PASSED)
    if node.app_armor is False:
        return AppArmor(Fact(None, "kernel", "the node has no AppArmor"), PASSED, PASSED)
    if privileged:
        return AppArmor(Fact(None, "runtime", "a privileged container runs unconfined"), PASSED, PASSED)
    said = "nothing is set" if kind is None else why
    where = "" if node.app_armor else ", where the node has AppArmor"
    return AppArmor(Fact(_DEFAULTS[node.runtime], "runtime", f"{said}: the runtime's profile{where}"), PASSED, PASSED)
