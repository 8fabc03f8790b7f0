"""``make bench``: tables of ratios, measured side by side in one run.

Absolute seconds say more about a machine than about a program, so every figure stands beside a baseline that was
measured in the same minutes: reading the same text with PyYAML's C loader in the same process, and whole commands
beside other programs in environments of their own.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from autograder.course import find_course

from . import pods, worlds
from .peers import ANALYZER, CHECKOV, Peer

LARGEST_FOR_PEERS = 1000
_PATIENCE = 20
"""Seconds after which one run of a peer has to be enough."""


def main() -> int:
    """Measure and print the tables; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of Pods, with commas between")
    parser.add_argument("--runs", type=int, default=5, help="runs of each step; the median counts (default 5)")
    parser.add_argument("--classes", default="1000,10000", help="sizes of classes to grade (default 1000,10000)")
    parser.add_argument("--executed", type=int, default=20, help="how many of them nbgrader executes (default 20)")
    parser.add_argument("--no-peer", action="store_true", help="leave other programs out")
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        shops = {size: _written(Path(folder) / f"world-{size}.yaml", worlds.documents(size)) for size in sizes}
        pod_files = {size: _written(Path(folder) / f"pods-{size}.yaml", pods.documents(size)) for size in sizes}
        print(
            "(a) is for d in yaml.load_all(text, Loader=CSafeLoader): pass\n"
            f"Each world in a process of its own, CPU time, median of {args.runs} runs; ratios are step / (a) in that "
            "process.\n"
        )
        _network_steps(shops, args.runs)
        _security_steps(pod_files, args.runs)
        _review_steps({"network": shops, "containers": pod_files}, args.runs)
        if not args.no_peer:
            _beside_analyzer(shops)
            _beside_checkov(pod_files)
        _small_things(args.runs)
    if not args.no_peer:
        _class(args.executed, args.classes)
    return 0


def _class(executed: int, sizes: str) -> None:
    found = _json([sys.executable, "-m", "benchmarks.measure_class", str(executed), sizes])
    stock = found["stock"]
    count = stock["count"]
    theirs = {kind: (stock["grading"][kind] + stock["feedback"][kind]) / count for kind in ("wall", "cpu")}
    print(
        f"\nA class: np-union, five exercises, no two answers the same, graded with feedback. nbgrader executes {count}"
    )
    print(f"notebooks (autograde, generate_feedback), in its own way; on the scores of {stock['agreed']} both agree.")
    _row(("", "learners", "wall s", "ms each", "CPU ms", "peak MiB", "ratio wall", "ratio CPU"))
    _row(
        (
            "nbgrader", f"{count:,}", f"{theirs['wall'] * count:.1f}", f"{theirs['wall'] * 1000:,.0f}",
            f"{theirs['cpu'] * 1000:,.0f}", f"{stock['grading']['peak_mib']:.0f}", "1", "1",
        )
    )  # fmt: skip
    for size, cost in found["ours"].items():
        own = {kind: cost[kind] / int(size) for kind in ("wall", "cpu")}
        ratios = [f"{theirs[kind] / own[kind]:.0f}" for kind in ("wall", "cpu")]
        each = [f"{own[kind] * 1000:.1f}" for kind in ("wall", "cpu")]
        _row(("ours", f"{int(size):,}", f"{cost['wall']:.1f}", *each, f"{cost['peak_mib']:.0f}", *ratios))


def _written(path: Path, documents: Iterator[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        yaml.dump_all(documents, file, Dumper=yaml.CSafeDumper, sort_keys=False)
    return path


def _row(cells: Iterable[str]) -> None:
    print("   ".join(f"{cell:>10}" for cell in cells), flush=True)


def _network_steps(worlds_by_size: dict[int, Path], runs: int) -> None:
    print("Network: the whole matrix, all ports.")
    _row(("Pods", "classes", "YAML MB", "(a) s", "reading", "evaluating", "writing", "JSON MB", "peak MiB"))
    for size, path in worlds_by_size.items():
        found = _json([sys.executable, "-m", "benchmarks.measure", str(path), str(runs)])
        seconds = found["seconds"]
        base = seconds["baseline"]
        _row(
            (
                f"{size:,}",
                f"{found['classes']:,}",
                f"{found['bytes'] / 1e6:.2f}",
                f"{base:.3f}",
                *(f"{seconds[step] / base:.2f}" for step in ("reading", "evaluating", "writing")),
                f"{found['written'] / 1e6:.1f}",
                f"{found['peak_mib']:.0f}",
            )
        )
    print()


def _security_steps(worlds_by_size: dict[int, Path], runs: int) -> None:
    print("Containers: every context whole; every Pod's level, and all that keeps it from restricted.")
    _row(("Pods", "containers", "YAML MB", "(a) s", "reading", "effective", "standards", "baseline", "restricted"))
    for size, path in worlds_by_size.items():
        found = _json([sys.executable, "-m", "benchmarks.measure_security", str(path), str(runs)])
        seconds = found["seconds"]
        base = seconds["baseline"]
        _row(
            (
                f"{size:,}",
                f"{found['containers']:,}",
                f"{found['bytes'] / 1e6:.2f}",
                f"{base:.3f}",
                *(f"{seconds[step] / base:.2f}" for step in ("reading", "effective", "standards")),
                *(f"{found['levels'].get(level, 0):,}" for level in ("baseline", "restricted")),
            )
        )
    print()


def _review_steps(files: dict[str, dict[int, Path]], runs: int) -> None:
    print("Review: every check on policies and workloads, the line of every finding. Whole is from text to findings.")
    _row(("world", "workloads", "YAML MB", "(a) s", "reading", "whole", "beyond", "findings"))
    for world, by_size in files.items():
        for size, path in by_size.items():
            found = _json([sys.executable, "-m", "benchmarks.measure_review", str(path), str(runs)])
            seconds = found["seconds"]
            base, reading, whole = (seconds[step] for step in ("baseline", "reading", "review"))
            ratios = (reading / base, whole / base, (whole - reading) / base)
            cells = (f"{size:,}", f"{found['bytes'] / 1e6:.2f}", f"{base:.3f}", *(f"{ratio:.2f}" for ratio in ratios))
            _row((world, *cells, f"{found['findings']:,}"))
    print()


def _beside_analyzer(shops: dict[int, Path]) -> None:
    if not ANALYZER.install():
        return
    print(f"Beside {ANALYZER.package} {ANALYZER.version}, --connectivity -o txt_no_fw_rules, its fastest pair mode.")
    _beside(
        ANALYZER,
        shops,
        lambda path: ["reach", path, "-o", "json"],
        lambda path: ["--connectivity", path, "-r", path, "-o", "txt_no_fw_rules"],
    )


def _beside_checkov(pod_files: dict[int, Path]) -> None:
    if not CHECKOV.install():
        return
    print(f"Beside {CHECKOV.package} {CHECKOV.version}, all of its checks for Kubernetes, on the same Pods.")
    _beside(
        CHECKOV,
        pod_files,
        lambda path: ["standards", path, "-o", "json"],
        lambda path: ["-f", path, "--framework", "kubernetes", "--quiet", "--compact", "-o", "json", "--skip-download"],
    )


def _beside(
    peer: Peer, files: dict[int, Path], ours: Callable[[str], list[str]], theirs: Callable[[str], list[str]]
) -> None:
    print("Whole commands in turn, CPU time, children included; median of 3, of 1 where the peer takes long.")
    print(f"{'Pods':>7} {'ours s':>9} {'peer s':>9} {'peer / ours':>12}")
    for size, path in files.items():
        if size > LARGEST_FOR_PEERS:
            continue
        own_seconds, peer_seconds = [], []
        for _ in range(3):
            own_seconds.append(_process_time([sys.executable, "-m", "autograder", *ours(str(path))]))
            peer_seconds.append(_process_time([str(peer.path), *theirs(str(path))]))
            if peer_seconds[-1] > _PATIENCE:
                break
        own, other = statistics.median(own_seconds), statistics.median(peer_seconds)
        print(f"{size:>7,} {own:>9.3f} {other:>9.2f} {other / own:>12.0f}", flush=True)
    print()


def _small_things(runs: int) -> None:
    print(f"Small things, wall time, median of {4 * runs} runs in turn; the ratio is against an empty Python.\n")
    commands = {
        "python -c pass": ["-c", "pass"],
        "import autograder": ["-c", "import autograder"],
        "import yaml": ["-c", "import yaml"],
        "autograder check, flows, cold": ["-m", "autograder", "check", *_answered("np-union", "cache-shards")],
        "autograder check, containers, cold": ["-m", "autograder", "check", *_answered("sc-users", "stock-prepare")],
    }
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(4 * runs):
        for name, words in commands.items():
            spent[name].append(_wall_time([sys.executable, *words]))
    base = statistics.median(spent["python -c pass"])
    for name, seconds in spent.items():
        middle = statistics.median(seconds)
        print(f"{name:36} {middle * 1000:4.0f} ms   ratio {middle / base:5.2f}")
    found = _json([sys.executable, "-m", "benchmarks.check_one", str(10 * runs)])
    for kind, seconds in found.items():
        print(f"one exercise checked in a warm process, a {kind} answer: {seconds * 1000:.1f} ms of CPU")


def _answered(assignment: str, exercise: str) -> list[str]:
    """Return the words that check a right answer to an exercise."""
    folder = find_course().root / "solutions" / assignment / exercise
    answer = min((folder / "right").glob("*.yaml"))
    return [exercise, "--answer", str(answer), "--course", str(find_course().root)]


def _json(command: list[str]) -> Any:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _process_time(command: list[str]) -> float:
    """Return the CPU seconds of a command and its children. Its exit status does not matter: a peer's may say 'no'."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _wall_time(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
