"""Which filter a container gets.

==============================  ===========================================================================
written                         the container runs
==============================  ===========================================================================
privileged: true                without a filter, whatever else is written
a seccompProfile, container     under that one
a seccompProfile, Pod           under that one, if the container has none
nothing                         without a filter; with the kubelet's seccompDefault under RuntimeDefault
==============================  ===========================================================================

Sources: pkg/kubelet/kuberuntime/helpers.go (getSeccompProfile); containerd
internal/cri/server/container_create.go (generateSeccompSpecOpts).
"""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import normpath
from typing import Final, Literal

from autograder.manifests.objects import Pod
from autograder.security.containers import Container
from autograder.security.facts import Fact
from autograder.security.node import Node
from autograder.security.precedence import setting
from autograder.security.semantics import KUBERNETES, Semantics
from autograder.security.stages import PASSED, Outcome

from .profile import Profile
from .runtime_default import runtime_default

FOLDER: Final = "/var/lib/kubelet/seccomp"
"""Where the kubelet looks for profiles, unless it was told otherwise."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The filter of a container."""

    kind: Literal["Unconfined", "RuntimeDefault", "Localhost"]
    file: str = ""
    """For Localhost: the path below the kubelet's folder."""
    kubelet: Outcome = PASSED
    """What the kubelet says before it asks the runtime."""
    runtime: Outcome = PASSED
    """What the runtime says when it creates the container."""

    @property
    def mode(self) -> Literal["unconfined", "filter"]:
        """``Seccomp:`` in /proc/1/status is 0 for unconfined and 2 for filter."""
        return "unconfined" if self.kind == "Unconfined" else "filter"

    @property
    def profile(self) -> str | None:
        """The profile in one word: ``RuntimeDefault``, ``localhost/audit.json``; None without a filter."""
        if self.kind == "Unconfined":
            return None
        return f"localhost/{self.file}" if self.kind == "Localhost" else self.kind


UNCONFINED: Final = Choice("Unconfined")
RUNTIME_DEFAULT: Final = Choice("RuntimeDefault")


def select(pod: Pod, container: Container, *, node: Node, semantics: Semantics = KUBERNETES) -> Fact[Choice]:
    """Return which filter a container gets, and whether it can be loaded."""
    if container.security.get("privileged") is True:
        return Fact(UNCONFINED, "runtime", "a privileged container has no filter, whatever is written")
    wanted = setting(pod, container, "seccompProfile", semantics=semantics)
    if wanted.value is None:
        if node.seccomp_default:
            return Fact(RUNTIME_DEFAULT, "kubelet", "no seccompProfile is set, and the kubelet has seccompDefault")
        if semantics.seccomp_default == "runtime":
            return Fact(
                RUNTIME_DEFAULT, "kubelet", "no seccompProfile is set, and the runtime's filter is taken to be on"
            )
        return Fact(
            UNCONFINED, "kubelet", "no seccompProfile is set, and the kubelet has no seccompDefault", "measured"
        )
    kind = wanted.value.get("type", "")
    if kind == "Localhost":
        return Fact(_localhost(wanted.value.get("localhostProfile") or "", node), wanted.origin, wanted.why)
    return Fact(RUNTIME_DEFAULT if kind == "RuntimeDefault" else UNCONFINED, wanted.origin, wanted.why)


def profile_of(choice: Choice, bounding: frozenset[str], *, node: Node) -> Profile | None:
    """Return the filter itself as the runtime takes it; None without one.

    Raises LookupError for a Localhost profile that nobody showed.
    """
    if choice.kind == "Unconfined":
        return None
    if choice.kind == "RuntimeDefault":
        return runtime_default(node, bounding)
    profile: Profile | None = (node.profiles or {}).get(choice.file)
    if profile is None:
        raise LookupError(choice.file)
    return profile.for_container(bounding) if node.runtime == "crio" else profile.for_oci()


def _localhost(file: str, node: Node) -> Choice:
    if not file:
        message = "localhostProfile must be set if seccompProfile type is Localhost."
        return Choice("Localhost", "", Outcome(ok=False, reason="CreateContainerConfigError", message=message))
    file = normpath(file)  # as the kubelet joins it to its folder
    if node.profiles is None:
        unknown = f"it depends on whether {FOLDER}/{file} is on the node"
        return Choice("Localhost", file, runtime=Outcome(ok=None, message=unknown))
    if file not in node.profiles:
        path = f"{FOLDER}/{file}"
        message = f'cannot load seccomp profile "{path}": open {path}: no such file or directory'
        return Choice("Localhost", file, runtime=Outcome(ok=False, reason="CreateContainerError", message=message))
    return Choice("Localhost", file)
