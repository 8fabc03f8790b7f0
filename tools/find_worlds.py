"""Find for each misconception a small world in which it and Kubernetes differ, and write it down as a test.

    python -m tools.find_worlds            # writes tests/misconceptions/worlds/
    python -m tools.find_worlds --seed 7   # the same from other random worlds

The search is random but seeded. Of the differences that it meets it keeps those that the fewest other misconceptions
explain as well; most witnesses are wrong under one belief alone. A world is then made smaller for as long as the
difference stays and no other belief joins in: documents go first, then rules, peers, ports and their keys.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any, Final

from autograder.network import reachability
from tools.misconception_worlds import FOLDER, Flow, World, cluster_of, path_of, readings
from tools.shop_worlds import ASKED, Manifest, world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autograder.network import Cluster

Path = tuple[str | int, ...]

_TRIES: Final = 2500
_KEPT: Final = 8
_WHOLE: Final = frozenset({"podSelector", "namespaceSelector", "policyTypes"})
"""Fields that stay as they are or go: a selector without its labels selects everything."""
_KEPT_FIELDS: Final = frozenset({("spec", "podSelector"), ("spec", "policyTypes")})
"""Fields whose absence would be legal, and read badly."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the worlds; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.find_worlds", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=2026, help="where the random worlds start (default: 2026)")
    options = parser.parse_args(arguments)
    found = search(options.seed)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, best in found.items():
        path_of(name).write_text(str(best), encoding="utf-8")
        print(f"{name}: {best.flow}")
    missing = [name for name in readings() if name not in found]
    if missing:
        print(f"Nothing found for: {', '.join(missing)}.", file=sys.stderr)
        return 1
    return 0


def search(seed: int, tries: int = _TRIES, kept: int = _KEPT) -> dict[str, World]:
    """Return the best world for each reading, out of `tries` random ones of which `kept` a reading are made small."""
    random = Random(seed)  # noqa: S311 - a search wants repeatable worlds, not secrets
    candidates: dict[str, list[tuple[tuple[int, int, int], list[Manifest], Flow]]] = defaultdict(list)
    for _ in range(tries):
        documents = world(random)
        cluster = cluster_of(documents)
        for place, (flow, wrong) in enumerate(mistakes(cluster).items()):
            for name in wrong:
                candidates[name].append(((len(wrong), size(documents), place), documents, flow))
    best = {}
    for name, found in candidates.items():
        promising = sorted(found, key=lambda candidate: candidate[0])[:kept]
        best[name] = min((minimal(name, documents, flow) for _, documents, flow in promising), key=rank)
    return {name: best[name] for name in readings() if name in best}


def rank(candidate: World) -> tuple[int, int, int]:
    """Return what makes a world good: few others who go wrong in it, few documents, few fields."""
    return len(candidate.wrong()), len(candidate.documents), size(candidate.documents)


def mistakes(cluster: Cluster) -> dict[Flow, frozenset[str]]:
    """Return for each flow that people ask about, in their order, the readings that get it wrong."""
    truth = reachability(cluster)
    believed = {name: reachability(cluster, semantics) for name, semantics in readings().items()}
    return {
        flow: frozenset(name for name, reach in believed.items() if flow.passes(reach) != flow.passes(truth))
        for flow in flows(cluster)
    }


def flows(cluster: Cluster) -> Iterator[Flow]:
    """Yield the connections that people would ask about: to every declared port of the destination."""
    pods = {pod.name: pod for pod in cluster.pods}
    for start, end in ASKED:
        if start in pods and end in pods:
            source, destination = pods[start], pods[end]
            for port in destination.ports:
                yield Flow(f"{source.namespace}/{start}", f"{destination.namespace}/{end}", port.protocol, port.number)


def minimal(name: str, documents: list[Manifest], flow: Flow) -> World:
    """Return the world without everything that a reading's mistake about a flow does not need."""
    best = World(flow, flow.passes(reachability(cluster_of(documents))), documents)
    wrong = best.wrong()
    while True:
        for smaller in reductions(best.documents):
            candidate = World(flow, best.truth, smaller)
            if _still_wrong(name, candidate) and candidate.wrong() <= wrong:
                best, wrong = candidate, candidate.wrong()
                break
        else:
            return best


def _still_wrong(name: str, candidate: World) -> bool:
    """Return whether people would still ask about the flow, and a reading still get it wrong in the same way."""
    try:
        cluster = candidate.cluster()
    except ValueError:
        return False
    if candidate.flow not in flows(cluster):
        return False
    return candidate.verdict() == candidate.truth != candidate.verdict(readings()[name])


def reductions(documents: list[Manifest]) -> Iterator[list[Manifest]]:
    """Yield the world with one thing less: a document, or a field or item of one, the largest first."""
    for index in range(len(documents)):
        yield documents[:index] + documents[index + 1 :]
    for index, document in enumerate(documents):
        if document["kind"] == "NetworkPolicy":
            for path in sorted(paths(document["spec"], ("spec",)), key=len):
                smaller = without(document, path)
                # An item {} under ports is legal and means all of TCP, which nobody would guess.
                if path not in _KEPT_FIELDS and not (path[-3:-2] == ("ports",) and not at(smaller, path[:-1])):
                    yield [*documents[:index], smaller, *documents[index + 1 :]]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to every field and item inside a value."""
    inside: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for step, child in inside:
        yield (*path, step)
        if step not in _WHOLE:
            yield from paths(child, (*path, step))


def without(document: Manifest, path: Path) -> Manifest:
    """Return a copy of a document without one field or item."""
    copy = deepcopy(document)
    del at(copy, path[:-1])[path[-1]]
    return copy


def at(value: Any, path: Path) -> Any:
    """Return what stands at the end of a path."""
    for step in path:
        value = value[step]
    return value


def size(documents: list[Manifest]) -> int:
    """Return how many fields and items the policies have; policyTypes count even where they are absent."""
    policies = [document for document in documents if document["kind"] == "NetworkPolicy"]
    return sum(sum(1 for _ in paths(policy)) + ("policyTypes" not in policy["spec"]) for policy in policies)


if __name__ == "__main__":
    sys.exit(main())
