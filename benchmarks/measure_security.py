"""Measures what a world of Pods costs in a process of its own, and prints the figures as JSON.

    python -m benchmarks.measure_security FILE RUNS

Each run does everything once, the baseline first, as `benchmarks.measure` does.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from autograder.manifests.load import Manifests, load_text
from autograder.security import effective_of_all
from autograder.security.standards import Judgement

from .measure import baseline, timed


def _effective(manifests: Manifests) -> int:
    """Compute every context whole, what is computed only on demand as well, and return how many there are."""
    return sum(1 for context in effective_of_all(manifests.pods) if context.volumes is not None and context.writable)


def _standards(manifests: Manifests) -> Counter[str]:
    """Find each Pod's level and all that keeps it from restricted, and return how many Pods have which level."""
    levels: Counter[str] = Counter()
    for pod in manifests.pods:
        judgement = Judgement(pod)
        judgement.violations("restricted")
        levels[judgement.level()] += 1
    return levels


def measure(text: str, runs: int) -> dict[str, Any]:
    """Return the median seconds of every step over `runs` runs, and what they worked on."""
    seconds: dict[str, list[float]] = {name: [] for name in ("baseline", "reading", "effective", "standards")}
    found: dict[str, Any] = {}
    for _ in range(runs):
        spent, _nothing = timed(lambda: baseline(text))
        seconds["baseline"].append(spent)
        spent, manifests = timed(lambda: load_text(text, file="world.yaml"))
        seconds["reading"].append(spent)
        if manifests.problems:
            sys.exit(f"the world is not valid: {manifests.problems[0].message}")
        spent, containers = timed(lambda loaded=manifests: _effective(loaded))
        seconds["effective"].append(spent)
        spent, levels = timed(lambda loaded=manifests: _standards(loaded))
        seconds["standards"].append(spent)
        found = {"containers": containers, "levels": levels}
    return {"seconds": {name: statistics.median(spent) for name, spent in seconds.items()}, "bytes": len(text), **found}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2]))))
