"""What each workload may do that it should not: one finding for each workload and each control that it fails.

What *baseline* forbids is an error, what only *restricted* asks for is a warning, and what no level asks for is a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.exercises.findings import Severity
from autograder.manifests.kinds import TEMPLATES
from autograder.manifests.objects import Pod
from autograder.manifests.problems import Path, format_path
from autograder.review.findings import Finding, finding
from autograder.review.scene import Scene, listed
from autograder.security import Context, Images, Node, effective
from autograder.security.capabilities import CAPABILITIES, granted
from autograder.security.containers import Container, containers_of, pod_security
from autograder.security.identity import identity
from autograder.security.standards import Judgement, Level, Violation
from autograder.security.standards.admission import Policy, admit, policy_of

_IDS: Final[Mapping[str, str]] = {
    "allowPrivilegeEscalation": "escalation-possible",
    "appArmorProfile": "apparmor-off",
    "capabilities_baseline": "capabilities-added",
    "capabilities_restricted": "capabilities-kept",
    "hostNamespaces": "host-namespaces",
    "hostPathVolumes": "host-path",
    "hostPorts": "host-ports",
    "hostProbesAndHostLifecycle": "host-probes",
    "privileged": "privileged",
    "procMount": "proc-mount",
    "procMount_restricted": "proc-mount",
    "restrictedVolumes": "volume-type",
    "runAsNonRoot": "non-root-not-required",
    "runAsUser": "root-user",
    "seLinuxOptions": "selinux-options",
    "seccompProfile_baseline": "seccomp-off",
    "seccompProfile_restricted": "seccomp-not-set",
    "sysctls": "unsafe-sysctls",
    "windowsHostProcess": "windows-host-process",
}
"""The check of the standards, and the finding that it becomes."""
_STRICTER: Final[Mapping[str, str]] = {
    "procMount_restricted": "procMount",
    "restrictedVolumes": "hostPathVolumes",
    "seccompProfile_restricted": "seccompProfile_baseline",
}
"""Checks of *restricted* that ask for the same as one of *baseline* and more: where that one fails too, it is told."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One Pod or workload, and which level it passes."""

    pod: Pod
    level: Level

    @property
    def title(self) -> str:
        """``Deployment shop/web``."""
        return title_of(self.pod)


def title_of(pod: Pod) -> str:
    """Return ``Kind namespace/name``."""
    return f"{pod.kind} {pod.namespace}/{pod.name}"


def findings(
    scene: Scene, workloads: list[Workload], node: Node | None = None, images: Images | None = None
) -> Iterator[Finding]:
    """Yield what each workload fails, and put each workload with its level at the end of `workloads`."""
    node = node or Node()
    policies = {namespace.name: policy_of(namespace.labels)[0] for namespace in scene.manifests.namespaces}
    for pod in scene.manifests.pods:
        judgement = Judgement(pod, minor=node.minor)
        baseline = judgement.violations("baseline")
        restricted = judgement.violations("restricted")
        level: Level = "privileged" if baseline else "baseline" if restricted else "restricted"
        workloads.append(Workload(pod, level))
        policy = policies.get(pod.namespace)
        if policy is not None:
            yield from _admission(pod, policy, judgement)
        if _may_not_start(pod, node, images):
            for context in effective(pod, node=node, images=images):
                yield from _start(context)
        yield from _controls(pod, baseline, restricted, images)
        yield from _names(pod, node)
        yield from _beyond(pod, images)


# -- the standards -----------------------------------------------------------------------------------------------------


def _controls(
    pod: Pod, baseline: tuple[Violation, ...], restricted: tuple[Violation, ...], images: Images | None
) -> Iterator[Finding]:
    failed = {violation.check for violation in baseline}
    for violation in baseline:
        yield _control(pod, _IDS[violation.check], violation, violation.places, images)
    for violation in restricted:
        if violation.level != "restricted" or _STRICTER.get(violation.check) in failed:
            continue
        if violation.check != "capabilities_restricted":
            yield _control(pod, _IDS[violation.check], violation, violation.places, images)
            continue
        # Two faults in one check: what is not dropped, and what is added.
        kept = tuple(place for place in violation.places if place[-1] == "drop")
        added = tuple(place for place in violation.places if place[-1] == "add")
        if kept:
            yield _control(pod, "capabilities-kept", violation, kept, images)
        if added and "capabilities_baseline" not in failed:
            yield _control(pod, "capabilities-added", violation, added, images, "warning")


def _control(
    pod: Pod,
    check: str,
    violation: Violation,
    places: tuple[Path, ...],
    images: Images | None,
    severity: Severity | None = None,
) -> Finding:
    path = places[0] if places else ()
    unheld = _unheld(pod, places, images) if check == "capabilities-added" else ""
    return finding(
        check,
        pod.source,
        title_of(pod),
        path=path,
        severity=severity,
        subject=title_of(pod),
        misconceptions=_beliefs(unheld),
        detail=_detail(pod, check, violation),
        who=_who(pod, places),
        names=_added(pod, places) + unheld if check == "capabilities-added" else "",
        field=_field(pod, path),
        user=_user(pod, images) if check == "non-root-not-required" else "",
    )


def _who(pod: Pod, places: tuple[Path, ...]) -> str:
    """Return the containers that places belong to, or the Pod."""
    names: list[str] = []
    inside = len(TEMPLATES[pod.kind]) + 1
    for place in places:
        field, index = (*place[inside : inside + 2], None, None)[:2]
        if not isinstance(index, int) or not str(field).lower().endswith("containers"):
            return "the Pod"
        names.append(pod.spec[str(field)][index].get("name", ""))
    return f"container{'s' * (len(names) > 1)} {listed(names)}" if names else "the Pod"


def _added(pod: Pod, places: tuple[Path, ...]) -> str:
    """Return the capabilities that are added where places say, but for the one that every level permits."""
    found: list[str] = []
    for place in places:
        here: Any = {"spec": pod.spec}
        for step in place[len(TEMPLATES[pod.kind]) :]:
            here = here[step]
        found += [str(name) for name in here if name != "NET_BIND_SERVICE"]
    return listed(sorted(set(found)), 6)


def _detail(pod: Pod, check: str, violation: Violation) -> str:
    """Return what the standards say, and what a person needs beside it."""
    if check == "host-path":
        return _mounted(pod, violation)
    detail = violation.detail or violation.reason
    if check == "host-ports" and pod.host_network:
        # The API server writes the hostPort back for such a Pod, and its ports are the node's in any case.
        return f"{detail}; while hostNetwork is true, taking out hostPort changes nothing"
    return detail


def _unheld(pod: Pod, places: tuple[Path, ...], images: Images | None) -> str:
    """Return sentences about containers whose user does not get what is added; empty if every user does, or may.

    Who is not root starts with an empty effective set. A file with capabilities can give back what is in the bounding
    set, unless no_new_privs forbids it.
    """
    told = ""
    inside = len(TEMPLATES[pod.kind]) + 1
    wanted = {place[inside : inside + 2] for place in places}
    for container in containers_of(pod):
        if tuple(container.path) not in wanted:
            continue
        uid = identity(pod, container, images).uid
        if uid.value:
            barred = container.security.get("allowPrivilegeEscalation") is False
            told += f". User {uid.value} of container {container.name} does not get it" + (
                "" if barred else ", unless the file of a program has it"
            )
    return told


def _beliefs(unheld: str) -> tuple[str, ...]:
    return ("added-capabilities-reach-non-root",) if unheld else ()


def _mounted(pod: Pod, violation: Violation) -> str:
    """Return which folders of the node the Pod has, and whether it may write there."""
    told = []
    for volume in pod.spec.get("volumes", ()):
        if "hostPath" not in volume:
            continue
        mounts = [
            mount
            for container in containers_of(pod)
            for mount in container.value.get("volumeMounts", ())
            if mount.get("name") == volume.get("name")
        ]
        how = (
            "not mounted" if not mounts else "read-only" if all(each.get("readOnly") for each in mounts) else "writable"
        )
        told.append(f"{volume['hostPath'].get('path', '')} ({how})")
    return f"it has from the node: {listed(told, 6)}" if told else violation.detail


def _field(pod: Pod, path: Path) -> str:
    """Return a field as the API server prints it, and whether it is written there."""
    if not path:
        return "the manifest as a whole"
    here: Any = {"spec": pod.spec, "metadata": {"annotations": pod.annotations}}
    for step in path[len(TEMPLATES[pod.kind]) :]:
        try:
            here = here[step]
        except (LookupError, TypeError):
            return f"{format_path(path)} is not set"
    return f"{format_path(path)} is set"


def _user(pod: Pod, images: Images | None) -> str:
    """Return as whom the containers run, one sentence for the first of them that may be root."""
    for container in containers_of(pod):
        uid = identity(pod, container, images).uid
        if uid.value == 0:
            return f"Container {container.name} runs as root: {uid.why}."
        if uid.value is None:
            return f"As whom container {container.name} runs is the image's to say."
    return "Every container has a runAsUser above 0 now, and nothing keeps it so."


# -- does it start? ----------------------------------------------------------------------------------------------------


def _admission(pod: Pod, policy: Policy, judgement: Judgement) -> Iterator[Finding]:
    answer = admit(pod, policy, judgement=judgement)
    message = answer.message or answer.pods
    if not message or policy.enforce is None:
        return
    first = next((violation.places[0] for violation in answer.violations if violation.places), ())
    yield finding(
        "refused-by-namespace",
        pod.source,
        title_of(pod),
        path=first,
        subject=title_of(pod),
        namespace=pod.namespace,
        level=str(policy.enforce),
        message=message,
    )


def _may_not_start(pod: Pod, node: Node, images: Images | None) -> bool:
    """Return whether it is worth to compute the whole context: only these fields can keep a container from starting."""
    of_pod = pod_security(pod)
    if images or node.profiles is not None or pod.spec.get("hostUsers") is False or of_pod.get("sysctls"):
        return True
    if pod.spec.get("os", {}).get("name") == "windows":
        return True
    if of_pod.get("supplementalGroupsPolicy") or of_pod.get("seLinuxOptions") or of_pod.get("appArmorProfile"):
        return True
    for container in containers_of(pod):
        security = container.security
        user = security.get("runAsUser", of_pod.get("runAsUser"))
        if user == 0 and security.get("runAsNonRoot", of_pod.get("runAsNonRoot")):
            return True
        if security.get("seLinuxOptions") or security.get("appArmorProfile"):
            return True
        if any(_unknown(security)):
            return True
    return False


def _unknown(security: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield where a capability stands whose name is not spelled as in capabilities(7); most of these mean nothing."""
    capabilities = security.get("capabilities", {})
    for key in ("add", "drop"):
        for index, name in enumerate(capabilities.get(key, ())):
            if name not in CAPABILITIES and name != "ALL":
                yield key, index


def _start(context: Context) -> Iterator[Finding]:
    starts = context.starts
    if starts.ok is not False:
        return
    pod, container = context.pod, context.container
    path: Path = (*TEMPLATES[pod.kind], "spec", *container.path)
    if "securityContext" in container.value:
        path = (*path, "securityContext")
    yield finding(
        "does-not-start",
        pod.source,
        title_of(pod),
        path=path,
        key=container.name,
        subject=title_of(pod),
        container=container.name,
        message=f"{starts.reason}: {starts.message}" if starts.reason else starts.message,
        field=f"the {starts.stage} stops it; see {format_path(path)}",
    )


def _names(pod: Pod, node: Node) -> Iterator[Finding]:
    """Yield a finding for each container with names of capabilities that its runtime passes over."""
    for container in containers_of(pod):
        places = list(_unknown(container.security))
        if not places:
            continue
        capabilities = container.security["capabilities"]
        ignored = granted(
            tuple(capabilities.get("add", ())), tuple(capabilities.get("drop", ())), runtime=node.runtime
        ).ignored
        for key, index in places:
            name = capabilities[key][index]
            if name in ignored:
                path: Path = (
                    *TEMPLATES[pod.kind], "spec", *container.path, "securityContext", "capabilities", key, index,
                )  # fmt: skip
                yield finding(
                    "capability-unknown",
                    pod.source,
                    title_of(pod),
                    path=path,
                    key=f"{container.name} {key} {name}",
                    misconceptions=("capability-names-any-form",),
                    subject=title_of(pod),
                    got=f"container {container.name}: {key} names {name}, which {node.name} does not know",
                    field=_field(pod, path),
                )


# -- beyond the standards ----------------------------------------------------------------------------------------------


def _beyond(pod: Pod, images: Images | None) -> Iterator[Finding]:
    template = TEMPLATES[pod.kind]
    if pod.spec.get("os", {}).get("name") != "windows":
        writable = [each for each in containers_of(pod) if not each.security.get("readOnlyRootFilesystem")]
        if writable:
            path: Path = (*template, "spec", *writable[0].path, "securityContext", "readOnlyRootFilesystem")
            names = [each.name for each in writable]
            yield finding(
                "writable-root",
                pod.source,
                title_of(pod),
                path=path,
                subject=title_of(pod),
                got=f"{'container' if len(names) == 1 else 'containers'} {listed(names)} can write to "
                f"{'its' if len(names) == 1 else 'their'} own files, as far as the user may",
                field=_field(pod, path),
            )
    yield from _secrets(pod, images)


def _one_user(pod: Pod, container: Container, images: Images | None) -> bool:
    """Return whether all of a container's processes are one user who is not root: nobody is there to hide from."""
    return bool(identity(pod, container, images).uid.value) and (
        container.security.get("allowPrivilegeEscalation") is False
    )


def _secrets(pod: Pod, images: Images | None) -> Iterator[Finding]:
    for index, volume in enumerate(pod.spec.get("volumes", ())):
        secret = volume.get("secret")
        if secret is None:
            continue
        modes = [item.get("mode", secret.get("defaultMode", 0o644)) for item in secret.get("items", ())]
        modes = modes or [secret.get("defaultMode", 0o644)]
        opened = [mode for mode in modes if mode & 0o004]
        users = [
            container.name
            for container in containers_of(pod)
            if any(mount.get("name") == volume["name"] for mount in container.value.get("volumeMounts", ()))
            and not _one_user(pod, container, images)
        ]
        if opened and users:
            path: Path = (*TEMPLATES[pod.kind], "spec", "volumes", index, "secret", "defaultMode")
            yield finding(
                "secret-world-readable",
                pod.source,
                title_of(pod),
                path=path,
                key=volume["name"],
                subject=f"{title_of(pod)}, volume {volume['name']}",
                got=f"the files of Secret {secret.get('secretName', '')} have the mode {opened[0]:04o} in container"
                f"{'s' * (len(users) > 1)} {listed(users)}",
                field=_field(pod, path),
            )
