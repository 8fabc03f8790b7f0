"""What is said about an answer: which findings come out of a judgement, a refusal, or a refusal that did not come?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from autograder.manifests.load import Manifests
from autograder.manifests.problems import Problem
from autograder.misconceptions import recognize

from .answered import MOST_TOLD, Answered, kind_of, name_of
from .findings import Finding, finding
from .intent import Intent, RejectionLine
from .judging import Hearing, Judged
from .phrasing import flow_finding

if TYPE_CHECKING:
    from .containers.judging import Judged as JudgedInside

_API_REFERENCE: Final = "https://kubernetes.io/docs/reference/kubernetes-api/"


def flow_findings(
    hearing: Hearing | None, lines: Iterable[Judged], believed: tuple[str, ...], lesson: str
) -> Iterator[Finding]:
    """Yield a finding for every witness of a line about flows that does not hold; none if nothing was asked of them."""
    if hearing is None:
        return
    for judged in lines:
        for witness in judged.witnesses:
            yield flow_finding(hearing, judged, witness, believed, lesson)


def inside_findings(lines: Iterable[JudgedInside], believed: tuple[str, ...], lesson: str) -> Iterator[Finding]:
    """Yield a finding for every line about containers that does not hold."""
    for judged in lines:
        if judged.wrong is not None:
            from .containers.phrasing import container_finding

            yield container_finding(judged, judged.wrong, believed, lesson)


def problem_findings(intent: Intent, read: Answered, believed: tuple[str, ...], lesson: str) -> Iterator[Finding]:
    """Yield a finding for everything that kubectl or the API server refuses.

    `believed` are the misconceptions under which the answer would be right if it were taken.
    """
    weight = float(sum((line.weight for line in (*intent.flows, *intent.inside)), Fraction(1)))
    for problem in read.refused[:MOST_TOLD]:
        yield finding(
            "manifest-rejected",
            file=problem.file,
            line=problem.position.line,
            weight=weight,
            misconceptions=dict.fromkeys([*believed, *beliefs_behind(problem, read.manifests)]),
            who="kubectl" if problem.code is None else "The API server",
            subject=_subject(problem),
            message=problem.message,
            hint=problem.hint or "Nothing of the answer was judged, because nothing of it would be in the cluster.",
            see=lesson or _API_REFERENCE,
        )


def refusal_findings(intent: Intent, read: Answered, file: str) -> Iterator[Finding]:
    """Yield a finding for every refusal that was asked for and did not come."""
    for line in intent.rejections:
        if any(line.met_by(problem) for problem in read.refused):
            continue
        common: dict[str, Any] = {"weight": float(line.weight), "wanted": line, "why": line.why}
        if not read.refused:
            yield finding("not-rejected", file=file, subject=_whole(read), **common)
        else:
            problem = _closest(line, read.refused)
            yield finding(
                "rejected-otherwise", file=problem.file, line=problem.position.line,
                misconceptions=beliefs_behind(problem, read.manifests),
                subject=_subject(problem), message=problem.message, **common,
            )  # fmt: skip


def _closest(line: RejectionLine, problems: tuple[Problem, ...]) -> Problem:
    """Return the problem that has most in common with a refusal that is asked for."""
    return max(
        problems,
        key=lambda problem: (
            (problem.path == line.path)
            + (problem.type == line.type)
            + (problem.code == line.code)
            + (problem.stage == line.stage)
        ),
    )


def _whole(read: Answered) -> str:
    return ", ".join(f"{kind_of(thing)} {name_of(thing)}" for thing in read.objects) or "the answer"


def _subject(problem: Problem) -> str:
    return ", ".join(part for part in (problem.object, problem.path) if part) or f"document {problem.document}"


def warning_findings(read: Answered) -> Iterator[Finding]:
    """Yield a finding for everything of which the API server warns."""
    warnings = [problem for problem in read.problems if problem.severity == "warning"]
    for problem in warnings[:MOST_TOLD]:
        yield finding(
                "manifest-warning", file=problem.file, line=problem.position.line,
                subject=_subject(problem), message=problem.message, hint=problem.hint,
            )  # fmt: skip


def beliefs_behind(problem: Problem, manifests: Manifests) -> tuple[str, ...]:
    """Return the misconceptions that show in what the API server refuses."""
    return tuple(pattern.id for pattern, _ in recognize([problem], manifests.documents))
