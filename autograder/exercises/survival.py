"""What becomes of the mutants of an exercise's right answers: does the exercise notice a small mistake?

=========== ==================================================================================================
fate        the mutant
=========== ==================================================================================================
killed      is refused, or does not earn the full score
equivalent  earns it, and means the same: no flow differs from the right answer's in the scene with `decoys`, and
            no fact about a container on any machine (`containers.sameness`)
permitted   earns it, means something else, and a reviewer wrote it down as right (`permitted`)
survived    earns it, and nobody knows why: a hole in the intent or in the scene, or a permission to be given
=========== ==================================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograder.manifests.documents import Document
from autograder.manifests.load import Manifests, load_text
from autograder.manifests.objects import Object
from autograder.network.cluster import METADATA_NAME, Cluster, Endpoint
from autograder.network.comparison import Flow, compare
from autograder.network.reachability import reachability

from .answered import key_of
from .checking import World, check, world_of
from .containers.judging import holds as all_hold
from .containers.sameness import difference
from .decoys import Decoys, decoys
from .mutants import Mutant, mutants, vocabulary
from .permitted import Permission
from .spec import Exercise, Sample

Fate = Literal["killed", "equivalent", "permitted", "survived"]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that earns the full score and differs from the right answer."""

    answer: Sample
    """The right answer that it is a mutant of."""
    line: int
    """Where the edit stands in the answer's file."""
    changes: tuple[str, ...]
    """The edit, and all others of the same answer that lead to the same objects."""
    diff: str
    """What differs, as lines of YAML."""
    flow: str
    """One flow that differs, with both verdicts, in a sentence."""
    in_scene: bool
    """Whether a flow of the scene itself differs, so that the intent leaves it open; else only decoys show it."""


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of all mutants. The counts are of edits, of which several may lead to the same objects."""

    killed: int = 0
    equivalent: int = 0
    permitted: int = 0
    survived: int = 0
    survivors: tuple[Survivor, ...] = ()
    """One for all edits of an answer that lead to the same objects."""
    used: frozenset[Permission] = frozenset()
    """The permissions that some mutant needed."""


def fates(exercise: Exercise, permitted: Sequence[Permission] = ()) -> Fates:
    """Return what becomes of the mutants of all right answers that are right.

    Raises `InputError` when the exercise cannot be read.
    """
    world = world_of(exercise)
    counts: Counter[Fate] = Counter()
    survivors: list[Survivor] = []
    used: set[Permission] = set()
    for sample in exercise.right:
        if not _passes(world, sample.text):
            continue
        original = load_text(sample.text, sample.path.name, world.options)
        values = [document.value for document in original.documents]
        alive: list[tuple[tuple[Object, ...], list[Mutant]]] = []
        for mutant in mutants(values, vocabulary(world.under(original.objects))):
            if _passes(world, mutant.text):
                _put(alive, load_text(mutant.text, options=world.options).objects, mutant)
            else:
                counts["killed"] += 1
        for objects, same in alive:
            apart = _apart(world, original.objects, objects)
            allowing = [item for item in permitted if any(item.covers(mutant.change) for mutant in same)]
            if apart is None:
                counts["equivalent"] += len(same)
            elif allowing:
                counts["permitted"] += len(same)
                used.update(allowing)
            else:
                counts["survived"] += len(same)
                survivors.append(_survivor(sample, original.documents, values, same, apart))
    return Fates(
        counts["killed"], counts["equivalent"], counts["permitted"], counts["survived"], tuple(survivors),
        frozenset(used),
    )  # fmt: skip


def _put(groups: list[tuple[tuple[Object, ...], list[Mutant]]], objects: tuple[Object, ...], mutant: Mutant) -> None:
    """Put a mutant to those that lead to the same objects."""
    for known, same in groups:
        if known == objects:
            same.append(mutant)
            return
    groups.append((objects, [mutant]))


def _passes(world: World, text: str) -> bool:
    """Return whether an answer earns the full score.

    An answer of which a line does not hold never does. That is found out first, since why it fails does not matter.
    """
    if not world.intent.wants_rejection:
        manifests = load_text(text, options=world.options)
        if manifests.errors:
            return False
        if not _holds(world, manifests):
            return False
    return check(world.exercise, text).status == "pass"


def _holds(world: World, manifests: Manifests) -> bool:
    intent = world.intent
    if intent.judges_flows:
        after = reachability(world.under(manifests.objects))
        if not world.question.ask(after, world.reading()).holds():
            return False
    inside = world.inside(manifests.objects)
    return not intent.inside or all_hold(intent.inside, intent.namespaces, inside, world.unchanged())


@dataclass(frozen=True, slots=True)
class _Apart:
    """How two answers differ."""

    flow: str
    in_scene: bool


def _apart(world: World, original: Sequence[Object], changed: Sequence[Object]) -> _Apart | None:
    """Return how a mutant differs from the right answer; None when both mean the same."""
    if world.intent.wants_rejection:
        return None  # nothing of either would ever be in the cluster
    if world.intent.inside:
        first, second = (
            {**world.objects, **{key_of(thing): thing for thing in added}}.values() for added in (original, changed)
        )
        inner = difference(first, second, world.machine)
        if inner is not None:
            return _Apart(*inner)
        if not world.intent.judges_flows:
            return None
    old, new = world.under(original), world.under(changed)
    added = decoys([old, new])
    if compare(added.beside(old), added.beside(new)).equivalent:
        return None
    found = _difference(old, new, _named)
    if found is not None:
        return _Apart(found, in_scene=True)
    shown = _difference(added.beside(old), added.beside(new), lambda end: _described(end, added))
    return _Apart(shown or "The two have different endpoints.", in_scene=False)


def _difference(old: Cluster, new: Cluster, name: Callable[[Endpoint], str]) -> str | None:
    """Return one flow that differs, in a sentence; None when no flow does."""
    found = compare(old, new).witness
    return _told(found.flow, name) if found is not None else None


def _told(flow: Flow, name: Callable[[Endpoint], str]) -> str:
    ends = f"{name(flow.source)} -> {name(flow.destination)}"
    return f"{ends} {flow.protocol} {flow.port}: {flow.old} with the answer, {flow.new} with the mutant."


def _named(endpoint: Endpoint) -> str:
    return endpoint.id


def _described(endpoint: Endpoint, added: Decoys) -> str:
    """Return an endpoint's name; of a decoy what it would look like."""
    pod = next((p for p in added.pods if (p.namespace, p.name) == (endpoint.namespace, endpoint.name)), None)
    if pod is None:
        return endpoint.id
    where = f"namespace {pod.namespace}"
    if pod.namespace in added.namespaces:
        labels = {key: value for key, value in added.namespaces[pod.namespace].items() if key != METADATA_NAME}
        where = f"a new namespace {_labels(labels)}"
    return f"a new Pod {_labels(pod.labels)} in {where}"


def _labels(labels: Any) -> str:
    return "labeled " + ",".join(f"{key}={value}" for key, value in labels.items()) if labels else "without labels"


def _survivor(
    sample: Sample, documents: Sequence[Document], values: Sequence[Any], same: Sequence[Mutant], apart: _Apart
) -> Survivor:
    first = same[0]
    line = documents[first.document].locate(first.path).line
    changes = tuple(mutant.change for mutant in same)
    return Survivor(sample, line, changes, first.diff(values), apart.flow, apart.in_scene)
