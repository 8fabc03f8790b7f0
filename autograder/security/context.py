"""The effective context of a container: everything that decides what it may do, each with its source and reason.

    manifest ─► misplaced fields? ─► identity ─► capabilities ─► seccomp, SELinux, AppArmor ─► files ─► stages

One call, one container. What is dear to compute and not always asked for, such as the file tree, is computed when it is
looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograder.manifests.objects import Pod

from . import sysctls as kernel_settings
from .app_armor import AppArmor, app_armor
from .capabilities import Granted, Sets, after_start, granted, no_new_privs, privileged
from .containers import Container, containers_of
from .facts import Fact
from .filesystem import Place, VolumeEffect, Who, WritablePath, places, volume_effects, writable_paths
from .host import host_namespaces, mapped, user_namespace
from .identity import Identity, identity
from .misplaced import with_misplaced
from .node import Node
from .pipeline import Checks, stages_of
from .proc_mount import proc_mount
from .seccomp import Choice, select
from .selinux import SELinux, label
from .semantics import KUBERNETES, Semantics
from .stages import PASSED, Outcome, Stage, Start, start_of
from .windows import is_windows, windows

if TYPE_CHECKING:
    from autograder.manifests.problems import Problem

    from .images import Images
    from .standards.admission import Policy

_NOT_ON_WINDOWS = "a Windows container has none"


@dataclass(frozen=True)
class Context:
    """What one container runs with."""

    pod: Pod
    """As it is read: a believer's Pod may differ from the one that was written."""
    container: Container
    node: Node
    semantics: Semantics
    identity: Identity
    granted: Granted
    """What the runtime grants, and how that came about."""
    sets: Sets
    """The capabilities of its first process."""
    no_new_privs: Fact[bool]
    privileged: Fact[bool]
    host_namespaces: Fact[tuple[str, ...]]
    user_namespace: Fact[bool]
    proc_mount: Fact[str]
    seccomp: Fact[Choice]
    selinux: SELinux
    app_armor: AppArmor
    read_only_root: Fact[bool]
    stages: tuple[Stage, ...]
    users: Sequence[tuple[Container, int | None]] = field(default=(), repr=False)
    """The Pod's containers with their uids."""

    @property
    def starts(self) -> Start:
        """Whether the container's process starts, and if not, where it stops."""
        return start_of(self.stages)

    @property
    def who(self) -> Who:
        """The process as the kernel sees it when a file is opened."""
        who = self.identity
        return Who(who.uid.value, who.gid.value, who.groups.value, self.sets.effective)

    @cached_property
    def volumes(self) -> tuple[VolumeEffect, ...]:
        """The mounted volumes, in the order of the manifest."""
        return volume_effects(self.pod, self.container, node=self.node, users=self.users, semantics=self.semantics)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Everything that is mounted, the container's own root first; nothing of Windows, which has other paths."""
        if is_windows(self.pod):
            return ()
        return places(self.container, self.volumes, semantics=self.semantics)

    @cached_property
    def writable(self) -> tuple[WritablePath, ...]:
        """The paths at which somebody can write."""
        return writable_paths(self.places, self.who)

    @property
    def sysctls(self) -> dict[str, str]:
        """The kernel settings of the Pod."""
        return kernel_settings.sysctls_of(self.pod)


def effective(
    pod: Pod,
    *,
    node: Node | None = None,
    images: Images | None = None,
    policy: Policy | None = None,
    problems: Iterable[Problem] = (),
    semantics: Semantics = KUBERNETES,
) -> tuple[Context, ...]:
    """Return the context of every container of a Pod, or of the Pods that a workload makes.

    In the order of Kubernetes: init containers and sidecars, containers, ephemeral containers. `images` say what is
    known of images; one that they lack is unknown, and so is what depends on it. `policy` is what the namespace asks
    of Pod Security. `problems` are why the API server refuses the Pod, if it does.
    """
    node = node or Node()
    if semantics.misplaced_fields == "inherit":
        pod = with_misplaced(pod)
        problems = ()
    containers = containers_of(pod)
    identities = [identity(pod, container, images, semantics=semantics) for container in containers]
    users = tuple((container, found.uid.value) for container, found in zip(containers, identities, strict=True))
    shared = _Shared(pod, node, policy, tuple(problems), semantics)
    return tuple(
        _context(shared, container, found, users) for container, found in zip(containers, identities, strict=True)
    )


def effective_of_all(
    pods: Iterable[Pod],
    *,
    node: Node | None = None,
    images: Images | None = None,
    policies: Mapping[str, Policy] | None = None,
    semantics: Semantics = KUBERNETES,
) -> Iterator[Context]:
    """Yield the contexts of many Pods; `policies` are by namespace. See `effective`."""
    node = node or Node()
    for pod in pods:
        policy = (policies or {}).get(pod.namespace)
        yield from effective(pod, node=node, images=images, policy=policy, semantics=semantics)


class _Shared:
    """What all containers of a Pod have in common."""

    def __init__(
        self,
        pod: Pod,
        node: Node,
        policy: Policy | None,
        problems: tuple[Problem, ...],
        semantics: Semantics,
    ) -> None:
        self.pod, self.node, self.semantics = pod, node, semantics
        self.host = host_namespaces(pod)
        self.user_namespace = user_namespace(pod)
        self.settings = kernel_settings.admitted(pod, node=node)
        self.policy, self.problems = policy, problems
        self.windows = is_windows(pod)


def _context(
    shared: _Shared,
    container: Container,
    who: Identity,
    users: tuple[tuple[Container, int | None], ...],
) -> Context:
    pod, node, semantics = shared.pod, shared.node, shared.semantics
    capabilities = container.security.get("capabilities", {})
    is_privileged = privileged(container)
    found = granted(
        tuple(capabilities.get("add", ())),
        tuple(capabilities.get("drop", ())),
        privileged=bool(is_privileged.value),
        runtime=node.runtime,
        root=who.uid.value == 0,
        semantics=semantics,
    )
    windows_check = PASSED
    if shared.windows:
        who, found, windows_check = _on_windows(pod, container, who)
    sets = after_start(found.names, who.uid.value, semantics=semantics)
    if shared.windows:
        seccomp: Fact[Choice] = Fact(Choice("Unconfined"), "kernel", _NOT_ON_WINDOWS)
        selinux = SELinux(Fact(None, "kernel", _NOT_ON_WINDOWS), shares_categories=True, created=PASSED)
        armor = AppArmor(Fact(None, "kernel", _NOT_ON_WINDOWS), PASSED, PASSED)
    else:
        seccomp = select(pod, container, node=node, semantics=semantics)
        selinux = label(pod, container, node=node, semantics=semantics)
        armor = app_armor(pod, container, node=node, semantics=semantics)
    checks = Checks(
        settings=shared.settings,
        groups=_groups_policy(pod, node),
        non_root=windows_check if shared.windows else who.check,
        seccomp=seccomp.value or Choice("Unconfined"),
        user=PASSED if shared.windows else who.lookup,
        selinux=selinux.created,
        app_armor=armor,
        capabilities=Outcome(ok=False, reason="CreateContainerError", message=found.error) if found.error else PASSED,
        mapping=mapped(pod, who.uid.value, who.gid.value),
    )
    return Context(
        pod=pod,
        container=container,
        node=node,
        semantics=semantics,
        identity=who,
        granted=found,
        sets=sets,
        no_new_privs=no_new_privs(container, semantics=semantics),
        privileged=is_privileged,
        host_namespaces=shared.host,
        user_namespace=shared.user_namespace,
        proc_mount=proc_mount(container),
        seccomp=seccomp,
        selinux=selinux,
        app_armor=armor,
        read_only_root=_read_only_root(container),
        stages=stages_of(
            pod, checks, policy=shared.policy, problems=shared.problems, minor=node.minor, semantics=semantics
        ),
        users=users,
    )


def _read_only_root(container: Container) -> Fact[bool]:
    value = container.security.get("readOnlyRootFilesystem")
    if value is None:
        return Fact(False, "api", "readOnlyRootFilesystem is not set")
    return Fact(bool(value), "container", f"readOnlyRootFilesystem is {'true' if value else 'false'}", "measured")


def _groups_policy(pod: Pod, node: Node) -> Outcome:
    """Return whether the node can leave the image's groups out, if the Pod asks for it."""
    if pod.spec.get("securityContext", {}).get("supplementalGroupsPolicy") != "Strict":
        return PASSED
    needed = (2, 0) if node.runtime == "containerd" else (1, 31)
    if node.version >= needed:
        return PASSED
    message = "SupplementalGroupsPolicy=Strict is not supported in this node"
    return Outcome(ok=False, reason="SupplementalGroupsPolicyNotSupported", message=message)


def _on_windows(pod: Pod, container: Container, who: Identity) -> tuple[Identity, Granted, Outcome]:
    nothing: Fact[Any] = Fact(None, "unknown", _NOT_ON_WINDOWS)
    found = windows(pod, container)
    return (
        Identity(nothing, nothing, nothing, who.non_root, found.check, PASSED),
        Granted(frozenset(), ()),
        found.check,
    )
