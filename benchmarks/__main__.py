"""``make bench``: one table of ratios, measured side by side in one run.

Absolute seconds say more about a machine than about a program, so every figure stands beside a baseline that was
measured in the same minutes: reading the same text with PyYAML's C loader in the same process, and the whole command
beside network-config-analyzer in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import yaml

from .worlds import documents

HERE = Path(__file__).parent
PEER = "network-config-analyzer"
PEER_ENVIRONMENT = HERE / ".venv-peer"
LARGEST_FOR_PEER = 1000
HEADS = ("Pods", "classes", "YAML MB", "(a) s", "reading", "evaluating", "writing", "JSON MB", "peak MiB")


def main() -> int:
    """Measure and print the tables; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of Pods, with commas between")
    parser.add_argument("--runs", type=int, default=5, help="runs of each step; the median counts (default 5)")
    parser.add_argument("--no-peer", action="store_true", help=f"leave {PEER} out")
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        worlds = {size: _world(Path(folder), size) for size in sizes}
        _steps(worlds, args.runs)
        if not args.no_peer:
            _beside_peer(worlds)
        _small_things(args.runs)
    return 0


def _world(folder: Path, size: int) -> Path:
    path = folder / f"world-{size}.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump_all(documents(size), file, Dumper=yaml.CSafeDumper, sort_keys=False)
    return path


def _steps(worlds: dict[int, Path], runs: int) -> None:
    print(
        "Whole matrix, all ports, beside (a): for d in yaml.load_all(text, Loader=CSafeLoader): pass\n"
        f"Each world in a process of its own, CPU time, median of {runs} runs; ratios are step / (a) in that process.\n"
    )
    print("   ".join(f"{head:>10}" for head in HEADS))
    for size, path in worlds.items():
        found = _json([sys.executable, "-m", "benchmarks.measure", str(path), str(runs)])
        seconds = found["seconds"]
        base = seconds["baseline"]
        row = [
            f"{size:,}",
            f"{found['classes']:,}",
            f"{found['bytes'] / 1e6:.2f}",
            f"{base:.3f}",
            *(f"{seconds[step] / base:.2f}" for step in ("reading", "evaluating", "writing")),
            f"{found['written'] / 1e6:.1f}",
            f"{found['peak_mib']:.0f}",
        ]
        print("   ".join(f"{cell:>10}" for cell in row), flush=True)
    print()


def _beside_peer(worlds: dict[int, Path]) -> None:
    peer = _peer()
    if peer is None:
        return
    print(
        f"Whole command beside (b): {PEER} {_version(peer)}, --connectivity -o txt_no_fw_rules, its fastest pair mode\n"
        "for all ports. CPU times of the processes, children included, in turn, median of 3 (of 1 where (b)\n"
        "takes over 20 s).\n"
    )
    print(f"{'Pods':>7} {'ours s':>9} {'(b) s':>9} {'(b) / ours':>11}")
    for size, path in worlds.items():
        if size > LARGEST_FOR_PEER:
            continue
        ours_seconds, peer_seconds = [], []
        for _ in range(3):
            ours_seconds.append(_process_time([sys.executable, "-m", "autograder", "reach", str(path), "-o", "json"]))
            peer_seconds.append(
                _process_time([str(peer), "--connectivity", str(path), "-r", str(path), "-o", "txt_no_fw_rules"])
            )
            if peer_seconds[-1] > 20:
                break
        ours, theirs = statistics.median(ours_seconds), statistics.median(peer_seconds)
        print(f"{size:>7,} {ours:>9.3f} {theirs:>9.2f} {theirs / ours:>11.0f}", flush=True)
    print()


def _peer() -> Path | None:
    """Return the peer's program, installed by name into an environment of its own; None when it cannot be had."""
    folder = "Scripts" if os.name == "nt" else "bin"
    program = PEER_ENVIRONMENT / folder / "nca"
    if not program.exists():
        print(f"Installing {PEER} into {PEER_ENVIRONMENT.name} …", flush=True)
        venv.create(PEER_ENVIRONMENT, with_pip=True, clear=True)
        python = PEER_ENVIRONMENT / folder / "python"
        done = subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=False, capture_output=True, text=True)
        if done.returncode:
            print(
                f"{PEER} cannot be installed here, so this column is left out: {done.stderr.strip().splitlines()[-1]}\n"
            )
            return None
    return program


def _version(program: Path) -> str:
    code = f"import importlib.metadata as m; print(m.version({PEER!r}))"
    return subprocess.run(
        [program.with_name("python"), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def _small_things(runs: int) -> None:
    print(f"Small things, wall time, median of {4 * runs} runs in turn; the ratio is against an empty Python.\n")
    empty, imported = [], []
    for _ in range(4 * runs):
        empty.append(_wall_time([sys.executable, "-c", "pass"]))
        imported.append(_wall_time([sys.executable, "-c", "import autograder"]))
    base, ours = statistics.median(empty), statistics.median(imported)
    print(f"python -c pass {base * 1000:.0f} ms; import autograder {ours * 1000:.0f} ms, ratio {ours / base:.2f}")
    found = _json([sys.executable, "-m", "benchmarks.check_one", str(10 * runs)])
    for kind, seconds in found.items():
        print(f"one exercise checked in a warm process, a {kind} answer: {seconds * 1000:.1f} ms of CPU")


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
    subprocess.run(command, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
