"""Pod Security admission: what a namespace's labels ask for, and what the API server answers.

Labels ``pod-security.kubernetes.io/<mode>`` name a level and ``…/<mode>-version`` a policy version, for three modes:

=========  =================================  ===========================================
mode       a Pod that violates the level      a workload whose template violates it
=========  =================================  ===========================================
enforce    is refused with 403                is taken; its Pods are refused later
audit      gets an annotation in the log      the same
warn       is taken with a warning, unless    is taken with a warning
           it is refused anyway
=========  =================================  ===========================================

Source: pod-security-admission admission/admission.go and api/helpers.go (PolicyToEvaluate).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from autograder.manifests.go_text import quote
from autograder.manifests.objects import Pod
from autograder.security.semantics import KUBERNETES, Semantics

from .evaluation import LATEST, Judgement, Violation, evaluate, joined
from .model import LEVELS, Level

Mode = Literal["enforce", "audit", "warn"]

MODES: Final[tuple[Mode, ...]] = ("enforce", "audit", "warn")
PREFIX: Final = "pod-security.kubernetes.io/"
_VERSION: Final = re.compile(r"latest|v1\.([0-9]|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class LevelVersion:
    """A level at a policy version."""

    level: Level = "privileged"
    version: str = LATEST

    def __str__(self) -> str:
        """Return both as messages name them: ``restricted:latest``."""
        return f"{self.level}:{self.version}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a namespace asks for, one level for each mode."""

    enforce: LevelVersion = LevelVersion()
    audit: LevelVersion = LevelVersion()
    warn: LevelVersion = LevelVersion()


@dataclass(frozen=True, slots=True)
class Exemptions:
    """Whom an administrator has exempt: the built-in configuration exempts nobody."""

    namespaces: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    runtime_classes: frozenset[str] = frozenset()

    def covers(self, pod: Pod, user: str) -> bool:
        """Return whether a Pod that `user` creates is not judged."""
        return (
            pod.namespace in self.namespaces
            or user in self.usernames
            or pod.spec.get("runtimeClassName", "") in self.runtime_classes - {""}
        )


@dataclass(frozen=True)
class Admission:
    """What the API server answers to a Pod or to a workload."""

    allowed: bool
    message: str = ""
    """The text of the 403; empty where the object is taken."""
    code: int | None = None
    enforced_by: str = ""
    """The level and version that the namespace enforces; empty for a workload, on which nothing is enforced."""
    violations: tuple[Violation, ...] = ()
    """What the enforced level finds, in a workload's template too."""
    warnings: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    """For the audit log."""
    pods: str = ""
    """For a workload that is taken while its Pods will be refused: the event that tells so."""


def policy_of(labels: Mapping[str, str], defaults: Policy = Policy()) -> tuple[Policy, tuple[str, ...]]:
    """Return what a namespace's labels ask for, and what is wrong with them, in the API server's words.

    A level that is none counts as restricted for enforce, and as privileged for audit and warn. A version that is
    none counts as latest. Without a label for warn, a stricter level that is enforced is warned about too.
    """
    found: dict[Mode, LevelVersion] = {}
    wrong = []
    sound_enforce = False
    for mode in MODES:
        default: LevelVersion = getattr(defaults, mode)
        level, version = labels.get(PREFIX + mode), labels.get(f"{PREFIX}{mode}-version")
        one = default
        if level is not None:
            sound = level in LEVELS
            fallback: Level = "restricted" if mode == "enforce" else "privileged"
            one = replace(one, level=cast("Level", level) if sound else fallback)
            sound_enforce = sound if mode == "enforce" else sound_enforce
            if not sound:
                wrong.append(f"{_key(mode)}: Invalid value: {quote(level)}: must be one of {', '.join(LEVELS)}")
        if version is not None:
            sound = _VERSION.fullmatch(version) is not None
            one = replace(one, version=version if sound else LATEST)
            if not sound:
                detail = 'must be "latest" or "v1.x"'
                wrong.append(f"{_key(f'{mode}-version')}: Invalid value: {quote(version)}: {detail}")
        found[mode] = one
    if PREFIX + "warn" not in labels and sound_enforce:
        enforce, warn = found["enforce"], found["warn"]
        if LEVELS.index(enforce.level) > LEVELS.index(warn.level):
            kept = warn.version if f"{PREFIX}warn-version" in labels else enforce.version
            found["warn"] = LevelVersion(enforce.level, kept)
    return Policy(**found), tuple(wrong)


def admit(
    pod: Pod,
    policy: Policy,
    *,
    minor: int = 37,
    exemptions: Exemptions = Exemptions(),
    user: str = "",
    semantics: Semantics = KUBERNETES,
    judgement: Judgement | None = None,
) -> Admission:
    """Return what Pod Security admission answers when `user` creates a Pod or a workload in a namespace.

    `policy` is what the namespace asks for, out of `policy_of`. Who has a `judgement` of the Pod already hands it on;
    then `minor` and `semantics` are those of it.
    """
    if exemptions.covers(pod, user):
        return Admission(allowed=True)
    judgement = judgement or Judgement(pod, minor=minor, semantics=semantics)

    def judged(wanted: LevelVersion) -> tuple[Violation, ...]:
        return judgement.violations(wanted.level, wanted.version)

    annotations: dict[str, str] = {}
    violations = judged(policy.enforce)
    is_pod = pod.kind == "Pod"
    if is_pod:
        annotations[f"{PREFIX}enforce-policy"] = str(policy.enforce)
    if audit := judged(policy.audit):
        annotations[f"{PREFIX}audit-violations"] = _would(policy.audit, audit)
    text = f"violates PodSecurity {quote(str(policy.enforce))}: {joined(violations)}"
    if is_pod and violations:
        message = f"pods {quote(pod.name)} is forbidden: {text}"
        return Admission(
            allowed=False,
            message=message,
            code=403,
            enforced_by=str(policy.enforce),
            violations=violations,
            annotations=annotations,
        )
    warned = judged(policy.warn)
    return Admission(
        allowed=True,
        enforced_by=str(policy.enforce) if is_pod else "",
        violations=violations,
        warnings=(_would(policy.warn, warned),) if warned else (),
        annotations=annotations,
        pods=_event(pod, text) if violations else "",
    )


def tightened(namespace: str, pods: Iterable[Pod], new: LevelVersion, *, minor: int = 37) -> tuple[str, ...]:
    """Return the warnings when a namespace is given a stricter level to enforce while Pods run in it.

    The Pods go on running. Those with the same faults share a line.
    """
    first: dict[str, tuple[str, int]] = {}
    for pod in pods:
        reasons = ", ".join(found.reason for found in evaluate(pod, new.level, new.version, minor=minor))
        if reasons:
            name, count = first.get(reasons, (pod.name, 0))
            first[reasons] = min(name, pod.name), count + 1
    if not first:
        return ()
    head = f"existing pods in namespace {quote(namespace)} violate the new PodSecurity enforce level {quote(str(new))}"
    return head, *sorted(f"{name}{_others(count)}: {reasons}" for reasons, (name, count) in first.items())


def _others(count: int) -> str:
    if count == 1:
        return ""
    return " (and 1 other pod)" if count == 2 else f" (and {count - 1} other pods)"


def _key(label: str) -> str:
    return f"metadata.labels[{PREFIX}{label}]"


def _would(wanted: LevelVersion, violations: tuple[Violation, ...]) -> str:
    return f"would violate PodSecurity {quote(str(wanted))}: {joined(violations)}"


def _event(pod: Pod, text: str) -> str:
    """Return the event of the controller that is to make the Pods: a Deployment's is its ReplicaSet's."""
    name = f"{pod.name}-…"
    return f'Error creating: pods "{name}" is forbidden: {text}'
