"""A review as the command line's contract has it: one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.review.checks.workloads import Workload
from autograder.review.reviewing import Review
from autograder.security.standards.fixing import Fix

Fixes = Mapping[str, Fix | None]
"""The smallest edit to *restricted* for each workload, by its title; None where it passes already."""


def of(review: Review, *, ignored: Iterable[dict[str, Any]] = (), fixes: Fixes | None = None) -> dict[str, Any]:
    """Return the whole review. `ignored` is what took no part, as every command lists it."""
    return {
        "version": 1,
        "findings": [found.to_json() for found in review.findings],
        "accepted": [each.to_json() for each in review.accepted],
        "summary": review.numbers(),
        "exposed": [each.to_json() for each in review.exposed],
        "workloads": [_workload(each, fixes) for each in review.workloads],
        "ignored": list(ignored),
    }


def _workload(workload: Workload, fixes: Fixes | None) -> dict[str, Any]:
    source = workload.pod.source
    fix = fixes.get(workload.title) if fixes is not None else None
    return {
        "object": workload.title,
        "file": source.file if source is not None else None,
        "line": source.line if source is not None else None,
        "level": workload.level,
        "fix": None if fix is None else fix.to_json(),
    }
