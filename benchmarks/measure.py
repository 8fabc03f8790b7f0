"""Measures one world in a process of its own and prints the figures as JSON.

    python -m benchmarks.measure FILE RUNS

Each run does everything once, the baseline first, so that a machine that slows down slows all columns alike.
"""

from __future__ import annotations

import gc
import io
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from autograder.cli import matrix_json
from autograder.manifests.load import Options, load_text
from autograder.network import Cluster, reachability


class _Nowhere(io.TextIOBase):
    """Takes text as a pipe would: encoded, counted, and thrown away."""

    size = 0

    def write(self, text: str) -> int:
        self.size += len(text.encode())
        return len(text)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of a piece of work, and what it returned."""
    gc.collect()
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def baseline(text: str) -> None:
    """Read a text as cheaply as PyYAML can, and throw it away."""
    for _ in yaml.load_all(text, Loader=yaml.CSafeLoader):
        pass


def _write(result: Any) -> int:
    nowhere = _Nowhere()
    for piece in matrix_json.document(result, []):
        nowhere.write(piece)
    return nowhere.size


def measure(text: str, runs: int) -> dict[str, Any]:
    """Return the median seconds of every step over `runs` runs, and what they worked on."""
    seconds: dict[str, list[float]] = {name: [] for name in ("baseline", "reading", "evaluating", "writing")}
    written = 0
    for _ in range(runs):
        for name, work in (("baseline", lambda: baseline(text)),):
            spent, _nothing = timed(work)
            seconds[name].append(spent)
        spent, manifests = timed(lambda: load_text(text, file="world.yaml", options=Options()))
        seconds["reading"].append(spent)
        if manifests.problems:
            sys.exit(f"the world is not valid: {manifests.problems[0].message}")
        spent, result = timed(lambda loaded=manifests: reachability(Cluster.from_manifests(loaded)))
        seconds["evaluating"].append(spent)
        spent, written = timed(lambda judged=result: _write(judged))
        seconds["writing"].append(spent)
    return {
        "seconds": {name: statistics.median(spent) for name, spent in seconds.items()},
        "bytes": len(text),
        "written": written,
        "classes": result.classes,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2]))))
