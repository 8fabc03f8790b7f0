"""The scene of a cell: which Pods there are, and what a text of policies does to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.course import find_course
from autograder.exercises.answered import key_of, kind_of, name_of
from autograder.exercises.checking import cluster_of, intent_of
from autograder.exercises.effect import Effect, effect
from autograder.exercises.intent import EVERY_POD, OUTSIDE, FlowLine, Intent
from autograder.exercises.judging import Question
from autograder.exercises.spec import Exercise, read_file
from autograder.manifests.documents import InputError
from autograder.manifests.limits import ANSWERS
from autograder.manifests.load import Manifests, Options, load_text
from autograder.network.ports import PortSet
from autograder.network.reachability import Reachability, reachability
from autograder.network.semantics import KUBERNETES, Semantics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.manifests.objects import Object
    from autograder.manifests.problems import Problem
    from autograder.network.cluster import Cluster

SHOP: Final = "shop"
"""The scene of a cell that names no exercise."""
_EVERYONE: Final = (EVERY_POD, OUTSIDE)


@dataclass(frozen=True)
class Scene:
    """A world, and the rules by which a text is read in it."""

    name: str
    file: Path
    objects: tuple[Object, ...]
    namespace: str = "default"
    """Where objects go that name no namespace."""
    kinds: tuple[str, ...] = ()
    """Which kinds count; none given: all."""
    enforced: bool = True
    """Whether the network plugin of the scene enforces policies."""

    @property
    def cluster(self) -> Cluster:
        """The scene without anything added."""
        return self.as_enforced(cluster_of(self.objects))

    def as_enforced(self, cluster: Cluster) -> Cluster:
        """Return a cluster with what the network plugin makes of its policies."""
        return cluster if self.enforced else cluster.with_policies([])

    def read(self, text: str, file: str = "<answer>") -> Reading:
        """Return what a text says here. Nothing in the text raises."""
        manifests = load_text(text, file, Options(namespace=self.namespace, limits=ANSWERS))
        counted = [thing for thing in manifests.objects if not self.kinds or kind_of(thing) in self.kinds]
        aside = [f"{kind_of(thing)} {name_of(thing)}" for thing in manifests.objects if thing not in counted]
        return Reading(self, tuple(counted), tuple(aside), manifests)


@dataclass(frozen=True)
class Reading:
    """A text as it was read in a scene."""

    scene: Scene
    objects: tuple[Object, ...]
    aside: tuple[str, ...]
    """Objects of kinds that do not count here."""
    manifests: Manifests

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What kubectl and the API server say about it."""
        return tuple(self.manifests.problems)

    @property
    def refused(self) -> bool:
        """Whether kubectl or the API server refuses it."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def cluster(self) -> Cluster:
        """The scene with the objects in it; one that is there already is replaced."""
        return self.only(self.objects)

    def only(self, objects: Iterable[Object]) -> Cluster:
        """Return the scene with some of the objects in it."""
        both = {key_of(thing): thing for thing in (*self.scene.objects, *objects)}
        return self.scene.as_enforced(cluster_of(both.values()))

    def reach(self, semantics: Semantics = KUBERNETES) -> Reachability:
        """Return who can talk to whom."""
        return reachability(self.cluster, semantics)

    def effect(self, after: Reachability) -> Effect:
        """Return what the text changes, for every Pod and for the world outside; `after` is what it makes so."""
        before = reachability(self.scene.cluster)
        return effect(everyone(self.scene.cluster), after, before)


def everyone(cluster: Cluster) -> Question:
    """Return the question that asks about every Pod and all that is outside."""
    line = FlowLine(sources=_EVERYONE, targets=_EVERYONE, ports=PortSet.ALL, expect="allow")
    return Question(Intent(flows=(line,)), cluster)


def scene_of_exercise(exercise: Exercise) -> Scene:
    """Return the scene of an exercise. Raises `InputError` when it cannot be read."""
    intent = intent_of(exercise)
    asks_containers = exercise.prediction is not None and bool(exercise.prediction.questions)
    scene = _scene(exercise.id, exercise.world, intent.namespace, () if asks_containers else intent.allow)
    return replace(scene, enforced=exercise.prediction is None or exercise.prediction.enforced)


def scene_named(name: str, folder: Path) -> Scene:
    """Return the scene in ``NAME.yaml``: beside the notebook, or among the lessons of the course.

    Raises `InputError` when there is none, or it cannot be read.
    """
    here = folder / f"{name}.yaml"
    if here.is_file():
        return _scene(name, here)
    lessons = find_course(around=folder).root / "course"
    if (lessons / here.name).is_file():
        return _scene(name, lessons / here.name)
    raise InputError(f"there is no scene {name!r}: no {here.name} beside the notebook or in {lessons}.")


def _scene(name: str, file: Path, namespace: str = "default", kinds: tuple[str, ...] = ()) -> Scene:
    manifests = load_text(read_file(file), file.name, Options(namespace=namespace))
    for problem in manifests.problems:
        if problem.severity == "error":
            raise InputError(f"{file}:{problem.position.line}: {problem.message}")
    return Scene(name, file, tuple(manifests.objects), namespace, kinds)
