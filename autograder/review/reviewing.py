"""One review: every check over the scene, what is accepted set apart, and the whole in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.exercises.findings import Severity
from autograder.manifests.collector import collector_paused
from autograder.manifests.load import Manifests
from autograder.network.reachability import Summary
from autograder.security import Images, Node

from . import accepting, baseline, exposure, intents
from .accepting import Accepted
from .catalogue import SEVERITIES
from .checks import ends, hyphen, isolation, opening, refused, selecting, serving, workloads
from .checks.workloads import Workload
from .exposure import Exposed
from .findings import Finding, told
from .scene import Scene


@dataclass(frozen=True)
class Review:
    """What came of a review."""

    findings: tuple[Finding, ...]
    """What nobody has accepted, the worst first."""
    accepted: tuple[Accepted, ...]
    workloads: tuple[Workload, ...]
    """Every Pod and workload with its level, in the order of the manifests."""
    summary: Summary
    exposed: tuple[Exposed, ...]
    scene: Scene = field(compare=False, repr=False)
    asked: bool = False
    """Whether an intent was asked."""

    @property
    def manifests(self) -> Manifests:
        """What was reviewed."""
        return self.scene.manifests

    def counts(self) -> dict[Severity, int]:
        """Return how many findings there are of each severity, the worst first."""
        found = Counter(each.severity for each in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    def levels(self) -> dict[str, int]:
        """Return how many workloads pass which level of the Pod Security Standards as their strictest."""
        found = Counter(each.level for each in self.workloads)
        return {level: found[level] for level in ("restricted", "baseline", "privileged")}

    def fails(self, severity: Severity | None) -> bool:
        """Return whether some finding is at least as bad as a severity; with None nothing fails."""
        if severity is None:
            return False
        worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(found.severity in worst for found in self.findings)

    def numbers(self) -> dict[str, Any]:
        """Return the review in numbers, as the command line shows it."""
        summary = self.summary
        return {
            "workloads": len(self.workloads),
            "policies": len(self.scene.policies),
            "namespaces": len(self.scene.namespaces),
            "levels": self.levels(),
            "pairs": summary.pairs,
            "open": summary.open,
            "partly": summary.partly,
            "closed": summary.closed,
            "undefined": summary.undefined,
            "findings": self.counts(),
            "accepted": len(self.accepted),
        }


def review(
    manifests: Manifests,
    *,
    asked: intents.Asked | None = None,
    accepted: Iterable[baseline.Entry] = (),
    baseline_file: str = "",
    node: Node | None = None,
    images: Images | None = None,
    pod_cidrs: Iterable[str] = (),
) -> Review:
    """Return what there is to say about manifests.

    `asked` is an intent that has to hold, `accepted` what a baseline accepts. Load the manifests with ``keep_places``,
    or each document is read a second time for its lines. Raises InputError for an intent that does not fit.
    """
    with collector_paused():
        scene = Scene(manifests, pod_cidrs)
        found_workloads: list[Workload] = []
        found = list(_all(scene, asked, found_workloads, node, images))
        left, inline, words = accepting.sort_out(found, list(accepting.acceptances(manifests.documents)))
        left, by_file, gone = baseline.sort_out(left, accepted, baseline_file)
        return Review(
            findings=told([*left, *words, *gone]),
            accepted=tuple(sorted([*inline, *by_file], key=lambda each: (each.finding.id, each.finding.subject))),
            workloads=tuple(found_workloads),
            summary=exposure.summary(scene),
            exposed=tuple(exposure.exposed(scene)),
            scene=scene,
            asked=asked is not None,
        )


def _all(
    scene: Scene,
    asked: intents.Asked | None,
    found_workloads: list[Workload],
    node: Node | None,
    images: Images | None,
) -> Iterator[Finding]:
    if asked is not None:
        yield from intents.findings(scene, asked, node, images)
    yield from refused.findings(scene)
    for room in (hyphen, opening, selecting, serving, ends, isolation):
        yield from room.findings(scene)
    yield from workloads.findings(scene, found_workloads, node, images)
