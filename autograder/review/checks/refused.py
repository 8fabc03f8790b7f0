"""What kubectl and the API server say about the manifests themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from autograder.manifests.problems import Problem
from autograder.misconceptions import recognize
from autograder.review.findings import Finding, finding, fingerprint
from autograder.review.scene import Scene


def findings(scene: Scene) -> Iterator[Finding]:
    """Yield a finding for each problem, the API server's own words in it."""
    documents = {(document.file, document.index): document for document in scene.manifests.documents}
    again: Counter[tuple[str, ...]] = Counter()
    for problem in scene.manifests.problems:
        check = "manifest-rejected" if problem.severity == "error" else "manifest-warning"
        subject = _subject(problem)
        made = finding(
            check,
            None,
            problem.object,
            misconceptions=[found.id for found, _ in recognize([problem], scene.manifests.documents)]
            if problem.severity == "error"
            else (),
            who="kubectl" if problem.code is None else "The API server",
            subject=subject,
            message=problem.message,
            hint=problem.hint or f"the field {problem.path or 'at this line'}",
        )
        # What is no object at all is known by its file. Two problems that say the same are told apart by their order.
        what = (check, problem.object or problem.file, problem.path, problem.type, problem.value or problem.detail)
        again[what] += 1
        yield replace(
            made,
            file=problem.file,
            line=problem.position.line,
            document=documents.get((problem.file, problem.document)),
            fingerprint=fingerprint(*what, str(again[what])),
        )


def _subject(problem: Problem) -> str:
    return ", ".join(part for part in (problem.object, problem.path) if part) or f"document {problem.document}"
