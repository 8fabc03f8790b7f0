"""Which stage stops a container: the checks of the evaluator, put in the order in which a cluster makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.manifests.objects import Pod

from .app_armor import AppArmor
from .seccomp import Choice
from .semantics import KUBERNETES, Semantics
from .stages import Outcome, Stage, StageName

if TYPE_CHECKING:
    from autograder.manifests.problems import Problem

    from .standards.admission import Policy


@dataclass(frozen=True, slots=True)
class Checks:
    """How each check ends, in the order in which they are made."""

    settings: Outcome
    """The kubelet: sysctls."""
    groups: Outcome
    """The kubelet: supplementalGroupsPolicy."""
    app_armor: AppArmor
    """The kubelet, whether it takes the Pod; the runtime, whether the profile is there."""
    non_root: Outcome
    """The kubelet: runAsNonRoot."""
    seccomp: Choice
    """The kubelet, whether a profile is named; the runtime, whether it is there."""
    user: Outcome
    """The runtime: a named user in the image."""
    capabilities: Outcome
    """The runtime: names of capabilities."""
    selinux: Outcome
    """The runtime: the level."""
    mapping: Outcome
    """runc: ids in a user namespace."""

    @property
    def kubelet(self) -> tuple[Outcome, ...]:
        """What the kubelet checks."""
        return self.settings, self.groups, self.app_armor.admitted, self.non_root, self.seccomp.kubelet

    @property
    def runtime(self) -> tuple[Outcome, ...]:
        """What the container runtime and runc check."""
        return (
            self.user,
            self.seccomp.runtime,
            self.capabilities,
            self.selinux,
            self.app_armor.created,
            self.mapping,
        )


def stages_of(
    pod: Pod,
    checks: Checks,
    *,
    policy: Policy | None = None,
    problems: Iterable[Problem] = (),
    minor: int = 37,
    semantics: Semantics = KUBERNETES,
) -> tuple[Stage, ...]:
    """Return every stage with how it ends. One that fails does not hide what would have come after it."""
    errors = [problem for problem in problems if problem.severity == "error"]
    return (
        _server("decode", [problem for problem in errors if problem.stage in {"yaml", "decode"}]),
        Stage("defaulting", ok=True),
        _server("validation", [problem for problem in errors if problem.stage == "validation"]),
        _admission(pod, policy, minor, semantics),
        _first("kubelet", checks.kubelet),
        _first("runtime", checks.runtime),
        Stage("kernel", ok=True),
    )


def _server(stage: StageName, errors: list[Problem]) -> Stage:
    if not errors:
        return Stage(stage, ok=True)
    first = errors[0]
    reason = {400: "BadRequest", 422: "Invalid"}.get(first.code or 0, "")
    lines = tuple(sorted({problem.position.line for problem in errors}))
    return Stage(stage, False, reason, first.message, first.code, lines)


def _admission(pod: Pod, policy: Policy | None, minor: int, semantics: Semantics) -> Stage:
    """Return what Pod Security says. Without a word about the namespace nothing is enforced, as on a new cluster."""
    if policy is None:
        return Stage("admission", ok=True)
    from .standards.admission import admit

    answer = admit(pod, policy, minor=minor, semantics=semantics)
    if answer.allowed and not answer.pods:
        return Stage("admission", ok=True)
    lines = (
        sorted({pod.source.locate(place).line for found in answer.violations for place in found.places})
        if pod.source is not None
        else []
    )
    if answer.allowed:
        # The workload is taken, and its Pods never come to be.
        return Stage("admission", False, "FailedCreate", answer.pods, None, tuple(lines))
    return Stage("admission", False, "Forbidden", answer.message, answer.code, tuple(lines))


def _first(stage: StageName, outcomes: Iterable[Outcome]) -> Stage:
    """Return the stage of several checks: the first that fails decides, then the first that is unknown."""
    found = list(outcomes)
    for wanted in (False, None):
        for outcome in found:
            if outcome.ok is wanted:
                return Stage(stage, wanted, outcome.reason, outcome.message)
    return Stage(stage, ok=True)
