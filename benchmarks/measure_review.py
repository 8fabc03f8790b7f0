"""Measures what a review costs in a process of its own, and prints the figures as JSON.

    python -m benchmarks.measure_review FILE RUNS

Each run does everything once, the baseline first, as `benchmarks.measure` does. A review is timed whole: reading with
places, every check, the line of every finding.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from autograder.manifests.load import Options, load_text
from autograder.review import Review, review
from autograder.review.reporting import document

from .measure import baseline, timed


def _review(text: str) -> Review:
    return review(load_text(text, file="world.yaml", options=Options(keep_places=True)))


def measure(text: str, runs: int) -> dict[str, Any]:
    """Return the median seconds of every step over `runs` runs, and what they worked on."""
    seconds: dict[str, list[float]] = {name: [] for name in ("baseline", "reading", "review", "writing")}
    found: dict[str, Any] = {}
    for _ in range(runs):
        spent, _nothing = timed(lambda: baseline(text))
        seconds["baseline"].append(spent)
        spent, manifests = timed(lambda: load_text(text, file="world.yaml"))
        seconds["reading"].append(spent)
        if any(problem.severity == "error" for problem in manifests.problems):
            sys.exit(f"the world is not valid: {manifests.problems[0].message}")
        del manifests
        spent, result = timed(lambda: _review(text))
        seconds["review"].append(spent)
        spent, written = timed(lambda judged=result: json.dumps(document.of(judged), ensure_ascii=False))
        seconds["writing"].append(spent)
        found = {
            "workloads": len(result.workloads),
            "findings": len(result.findings),
            "written": len(written),
        }
    return {"seconds": {name: statistics.median(spent) for name, spent in seconds.items()}, "bytes": len(text), **found}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2]))))
