"""The label that a container's process runs with: user, role, type and level.

seLinuxOptions of a container replaces that of the Pod as a whole. What the runtime makes of it:

==============================  ==================================================================================
written                         the label
==============================  ==================================================================================
nothing                         the runtime's: container_t and two random categories, one pair for each Pod
a level                         that level, and the rest from the runtime
a type without a level          containerd: two *new* categories, so that the containers of the Pod no longer share
                                theirs; CRI-O: those of the Pod
privileged                      none: it runs as spc_t, unconfined
hostPID or hostIPC              CRI-O: no label
==============================  ==================================================================================

A level that is none is taken by the API server, and the container is not created. On nodes where SELinux is off, and
with containerd unless ``enable_selinux`` is set, all of this has no effect. Sources: containerd
internal/cri/server/podsandbox and container_create_linux.go, CRI-O server/container_create_linux.go, container-selinux.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.objects import Pod
from autograder.security.containers import Container, pod_security
from autograder.security.facts import Fact
from autograder.security.node import Node
from autograder.security.precedence import setting
from autograder.security.semantics import KUBERNETES, Semantics
from autograder.security.stages import PASSED, Outcome

from .levels import LevelError, read_level

DEFAULT_USER: Final = "system_u"
DEFAULT_ROLE: Final = "system_r"
DEFAULT_TYPE: Final = "container_t"
UNCONFINED: Final = "spc_t"


@dataclass(frozen=True, slots=True)
class Label:
    """A process label. A level of None: two categories that the runtime picks."""

    user: str
    role: str
    type: str
    level: str | None

    def __str__(self) -> str:
        """Return the label as ``ps -Z`` shows it.

        >>> str(Label("system_u", "system_r", "container_t", None))
        'system_u:system_r:container_t:s0:c?,c?'
        """
        return f"{self.user}:{self.role}:{self.type}:{self.level or 's0:c?,c?'}"


@dataclass(frozen=True, slots=True)
class SELinux:
    """A container under SELinux."""

    label: Fact[Label]
    """A value of None: no label, since SELinux is off."""
    shares_categories: bool
    """Whether it has the categories of the other containers of its Pod."""
    created: Outcome
    """Whether the runtime can create the container with it."""


def label(pod: Pod, container: Container, *, node: Node, semantics: Semantics = KUBERNETES) -> SELinux:
    """Return the label of a container's process."""
    if node.se_linux is False:
        return SELinux(Fact(None, "kernel", "SELinux is off on the node"), shares_categories=True, created=PASSED)
    if container.security.get("privileged") is True:
        found = Label(DEFAULT_USER, DEFAULT_ROLE, UNCONFINED, "s0")
        return SELinux(
            Fact(found, "runtime", "a privileged container gets no label and runs unconfined"), False, PASSED
        )
    if node.runtime == "crio" and (pod.spec.get("hostPID") or pod.spec.get("hostIPC")):
        why = "CRI-O gives no label to a Pod with the host's processes or IPC"
        return SELinux(Fact(Label(DEFAULT_USER, DEFAULT_ROLE, UNCONFINED, "s0"), "runtime", why), False, PASSED)
    wanted = setting(pod, container, "seLinuxOptions", semantics=semantics)
    options: Mapping[str, Any] = wanted.value or {}
    level = options.get("level") or None
    own = wanted.origin == "container"
    inherited = None
    if level is None and own and node.runtime == "crio":
        inherited = pod_security(pod).get("seLinuxOptions", {}).get("level") or None
    made = Label(
        options.get("user") or DEFAULT_USER,
        options.get("role") or DEFAULT_ROLE,
        options.get("type") or DEFAULT_TYPE,
        level or inherited,
    )
    shares = not (own and level is None and node.runtime == "containerd" and bool(options))
    created = _created(level, node)
    if not options:
        return SELinux(Fact(made, "runtime", "no seLinuxOptions are set, so the runtime picks a label"), True, created)
    why = wanted.why
    if level is None:
        why += _about_level(own=own, inherited=inherited, node=node)
    return SELinux(Fact(made, wanted.origin, why), shares, created)


def _about_level(*, own: bool, inherited: str | None, node: Node) -> str:
    if inherited is not None:
        return ", and CRI-O keeps the level of the Pod"
    if own and node.runtime == "containerd":
        return ", and containerd picks new categories, other than those of the Pod's other containers"
    return ", and the runtime picks the categories"


def _created(level: str | None, node: Node) -> Outcome:
    if level is None:
        return PASSED
    try:
        read_level(level)
    except LevelError as error:
        if node.se_linux:
            return Outcome(ok=False, reason="CreateContainerError", message=str(error))
        return Outcome(ok=None, message=f"where SELinux is on: {error}")
    return PASSED
