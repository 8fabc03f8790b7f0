"""Check an answer: text in; score, status and findings out.

The learner's own check and the grade are this one function. It reads text and never runs anything.

=================================  =========  ==========================================================
the answer                         status     score
=================================  =========  ==========================================================
everything that is asked holds     pass       full
the API server refuses it          fail       0, and only the refusal is told
untouched, empty, or not there     fail       0
anything else                      fail       as `scoring` says
the exercise itself is broken      error      0
=================================  =========  ==========================================================

What the world of an exercise says by itself is computed once and kept with the exercise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from autograder.manifests.limits import ANSWERS, InputError
from autograder.manifests.load import Ignored, Manifests, Options, load_text
from autograder.manifests.objects import Namespace, NetworkPolicy, Object, Pod
from autograder.manifests.problems import Problem
from autograder.network.cluster import Cluster
from autograder.network.reachability import Reachability, reachability
from autograder.network.semantics import KUBERNETES, Semantics

from .answered import Answered, key_of, read_answer, size_of
from .answers import Answer, magic_of, readable, state_of
from .diagnosis import differing, fits
from .effect import Effect, effect_of
from .findings import Finding, finding, told
from .intent import Intent
from .judging import Hearing, IntentError, Judged, Question
from .remarks import flow_findings, inside_findings, problem_findings, refusal_findings, warning_findings
from .scoring import raw, score
from .spec import Exercise, read_file

if TYPE_CHECKING:
    from autograder.security.semantics import Semantics as Inner

    from .containers.judging import Inside
    from .containers.judging import Judged as JudgedInside
    from .containers.node import Machine

# What judges containers is imported where it is needed: a check from a shell about flows would wait for it in vain.

Status = Literal["pass", "fail", "error"]

LIMITS: Final = replace(ANSWERS, max_documents=200)
"""What an answer is read with."""
MOST_ITEMS: Final = 1000
"""How many objects, rules, peers and ports an answer may hold. More takes seconds to judge, and nobody writes it."""
_KEPT_BELIEFS: Final = 256
"""Of how many different answers is kept what their authors believe."""
_KEPT_READINGS: Final = 64
"""How many readings of one world are kept. The catalogue has far fewer models."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an answer to an exercise is worth, and why."""

    exercise: str
    version: int
    title: str
    score: float
    max: float
    status: Status
    findings: tuple[Finding, ...]
    """In the order in which they are told; all but the first error folded."""
    problems: tuple[Problem, ...] = ()
    """What kubectl and the API server say about the answer."""
    misconceptions: tuple[str, ...] = ()
    """The misconceptions that the whole answer fits, the most specific first."""
    judgement: Judgement | None = field(default=None, compare=False, repr=False)
    """What was judged; None when nothing could be."""
    ignored: tuple[Ignored, ...] = field(default=(), compare=False, repr=False)
    """Documents of the answer that are not evaluated."""
    text: str = field(default="", compare=False, repr=False)
    """The answer itself, to show a line of it."""

    def effect(self) -> Effect | None:
        """Return what the answer changes, or None when there is nothing to show."""
        return self.judgement.effect() if self.judgement is not None else None

    def to_json(self) -> dict[str, Any]:
        """Return the result as the command line's contract has it."""
        return {
            "exercise": self.exercise,
            "version": self.version,
            "score": self.score,
            "max": self.max,
            "status": self.status,
            "findings": [found.to_json() for found in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """The lines of an intent with their verdicts, and the two scenes that were compared."""

    hearing: Hearing | None
    """None if nothing is asked about flows."""
    lines: tuple[Judged, ...]
    inside: tuple[JudgedInside, ...] = ()
    """The lines about containers."""
    readings: Callable[[Inner], Inside] | None = field(default=None, compare=False, repr=False)
    """The containers of the scene with the answer, as somebody reads them; None if nothing is asked about them."""

    def telling(self) -> tuple[str, ...]:
        """Return the misconceptions under which the answer would do something else than it does."""
        of_flows = differing(self.hearing.question, self.hearing.after.reach) if self.hearing is not None else ()
        if self.readings is None:
            return of_flows
        from .containers.diagnosis import telling

        return (*of_flows, *telling(self.readings))

    @property
    def leaks(self) -> bool:
        """Whether something secret is open, or can be done."""
        return any(judged.leaks for judged in self.lines) or any(judged.leaks for judged in self.inside)

    def effect(self) -> Effect | None:
        """Return what changes between the two scenes; None if nothing is asked about flows."""
        return effect_of(self.hearing) if self.hearing is not None else None


class World:
    """The scene of an exercise, and what it says by itself. Make it with `world_of`."""

    def __init__(self, exercise: Exercise, policies: str = "") -> None:
        """Read the scene, with more policies in force if there are any.

        Raises `InputError` when the scene cannot be read or the intent does not fit it.
        """
        self.exercise = exercise
        self.intent = intent_of(exercise)
        self.manifests = _sound(load_text(read_file(exercise.world), "world.yaml"), exercise.world)
        self.objects: dict[tuple[str, str, str], Object] = {key_of(thing): thing for thing in self.manifests.objects}
        self.given_refused: Manifests | None = None
        """What is given, if the API server refuses a Pod in it: a prediction may ask what becomes of it."""
        if policies:
            given = load_text(policies, "given.yaml", self.options)
            if given.refused_pods and exercise.prediction is not None and exercise.prediction.questions:
                self.given_refused = given
            else:
                _sound(given, exercise.folder / "given.yaml")
            self.objects.update((key_of(thing), thing) for thing in given.objects)
        self.cluster = cluster_of(self.objects.values())
        if exercise.prediction is not None and not exercise.prediction.enforced:
            self.cluster = self.cluster.with_policies([])
        self._readings: dict[Semantics, Reachability] = {}
        self._unchanged: dict[Inner, Inside] = {}
        self.beliefs: dict[str, tuple[str, ...]] = {}
        """What answers fit, by their objects; `_believed` keeps it."""
        try:
            self.question = Question(self.intent, self.cluster)
        except IntentError as error:
            part = ("predict",) if exercise.prediction else ("tests", "intent") if exercise.testing else ("intent",)
            lines = [f"{exercise.at((*part, *fault.path))}: {fault}" for fault in error.faults]
            raise InputError("\n".join(lines)) from None

    @property
    def options(self) -> Options:
        """How answers are read."""
        return Options(namespace=self.intent.namespace, limits=LIMITS, keep_places=True)

    def reading(self, semantics: Semantics = KUBERNETES) -> Reachability:
        """Return who can talk to whom in the world without an answer; kept once computed."""
        found = self._readings.get(semantics)
        if found is None:
            found = reachability(self.cluster, semantics)
            if len(self._readings) < _KEPT_READINGS:
                self._readings[semantics] = found
        return found

    @cached_property
    def machine(self) -> Machine:
        """The node of the scene and what is known of its images. Raises `InputError` for files that cannot be read."""
        from .containers.node import machine_of

        return machine_of(self.exercise.world)

    def inside(self, added: Iterable[Object] = (), semantics: Inner | None = None) -> Inside:
        """Return the containers of the scene with an answer's objects added, as somebody, or a cluster, reads them."""
        objects = {**self.objects, **{key_of(thing): thing for thing in added}}
        return self._read_inside(objects, semantics or _as_clusters_do())

    def inside_refused(self, manifests: Manifests, semantics: Inner) -> Inside:
        """Return the same for an answer that the API server refuses: what its Pods would have been."""
        pods = [entry.pod for entry in manifests.refused_pods]
        problems = {(entry.pod.namespace, entry.pod.name): entry.problems for entry in manifests.refused_pods}
        objects = {**self.objects, **{key_of(thing): thing for thing in (*manifests.objects, *pods)}}
        return self._read_inside(objects, semantics, problems)

    def unchanged(self, semantics: Inner | None = None) -> Inside:
        """Return the containers as they are without an answer: those of the scene, and what only the starter has."""
        semantics = semantics or _as_clusters_do()
        if semantics not in self._unchanged:
            objects = {**{key_of(thing): thing for thing in self._started}, **self.objects}
            self._unchanged[semantics] = self._read_inside(objects, semantics)
        return self._unchanged[semantics]

    def _read_inside(
        self,
        objects: Mapping[Any, Object],
        semantics: Inner,
        problems: Mapping[tuple[str, str], tuple[Problem, ...]] | None = None,
    ) -> Inside:
        from .containers.judging import Inside

        return Inside(objects.values(), self.machine, semantics, problems)

    @cached_property
    def _started(self) -> tuple[Pod, ...]:
        """The Pods of the starter, those that the API server refuses among them."""
        found = load_text(self.exercise.starter, "starter.yaml", self.options)
        pods = [thing for thing in found.objects if isinstance(thing, Pod)]
        return (*pods, *(entry.pod for entry in found.refused_pods))

    def under(self, added: Iterable[Object]) -> Cluster:
        """Return the scene with an answer's objects added; one that is there already is replaced."""
        added = list(added)
        if all(isinstance(thing, NetworkPolicy) for thing in added):
            policies = {key_of(policy): policy for policy in self.cluster.policies}
            policies.update((key_of(thing), thing) for thing in added if isinstance(thing, NetworkPolicy))
            return self.cluster.with_policies(policies.values())
        return cluster_of({**self.objects, **{key_of(thing): thing for thing in added}}.values())

    @cached_property
    def starter_raw(self) -> Fraction:
        """The share of the intent that the starter already fulfills, or the scene without any answer."""
        read = read_answer(self.intent, self.exercise.starter, "starter.yaml", self.options)
        share = raw(_weighed(self, read, _judgement(self, read)))
        if self.intent.flows or self.intent.inside:
            # What the scene does without any answer is worth nothing either, whatever the starter spoils.
            nothing = read_answer(self.intent, "", "starter.yaml", self.options)
            share = max(share, raw(_weighed(self, nothing, _judgement(self, nothing))))
        if share >= 1:
            raise InputError(
                f"{self.exercise.at(('intent',))}: the starter already is a right answer, so there is nothing to do"
            )
        return share


def _as_clusters_do() -> Inner:
    from autograder.security.semantics import KUBERNETES as AS_CLUSTERS_DO

    return AS_CLUSTERS_DO


def intent_of(exercise: Exercise) -> Intent:
    """Return what an exercise asks of a scene: of a prediction its flows, of tests the task that they test."""
    if exercise.prediction is not None:
        return exercise.prediction.scene
    return exercise.testing.intent if exercise.testing is not None else exercise.intent or Intent()


_WORLD: Final = "_world"
"""Where an exercise keeps its scene. A table of scenes by exercise would keep every exercise for ever, since a scene
knows its exercise; so both can go when nobody needs them any more, as with the variants of a class."""


def world_of(exercise: Exercise) -> World:
    """Return the scene of an exercise, a prediction's with its given policies in force; read once and kept.

    Raises `InputError` when it cannot be read.
    """
    kept = vars(exercise)
    if _WORLD not in kept:
        kept[_WORLD] = World(exercise, exercise.given if exercise.prediction else "")
    found: World = kept[_WORLD]
    return found


def check(exercise: Exercise, text: str, file: str = "<answer>") -> Result:
    """Return what an answer is worth and why; `file` is what findings call it.

    A prediction is checked by `predictions`, tests by `flow_tests`. Raises `InputError` when the exercise itself is
    broken; nothing that an answer holds raises.
    """
    if exercise.prediction is not None:
        from .predictions import check_prediction

        return check_prediction(exercise, text, file)
    if exercise.testing is not None:
        from .flow_tests import check_tests

        return check_tests(exercise, text, file)
    world = world_of(exercise)
    starter = world.starter_raw
    state = state_of(exercise, text)
    if state != "changed":
        found = finding(f"answer-{'untouched' if state == 'starter' else state}", exercise=exercise.id, file=file)
        return _failed(exercise, [found])
    if len(text.encode("utf-8", "replace")) > LIMITS.max_bytes:
        return _too_large(exercise, file, f"{LIMITS.max_bytes >> 20} MiB")
    return _check(world, text, file, starter)


def check_answer(exercise: Exercise, answer: Answer) -> Result:
    """Return what an answer out of a notebook or a file is worth, and what is to be said about where it came from.

    Raises `InputError` when the exercise itself is broken.
    """
    if answer.state == "missing":
        world_of(exercise)
        found = finding("answer-missing", exercise=exercise.id, magic=magic_of(exercise), file=answer.file)
        return _failed(exercise, [found, *answer.notes])
    result = check(exercise, answer.text, answer.file)
    if not answer.notes:
        return result
    return replace(result, findings=told([*result.findings, *answer.notes]))


def unreadable(exercise: Exercise, problem: str) -> Result:
    """Return the result of an answer that nobody can read: a broken notebook, for example."""
    return _failed(exercise, [finding("answer-unreadable", exercise=exercise.id, problem=problem)])


def broken(exercise_id: str, problem: str) -> Result:
    """Return the result of an exercise that cannot be checked, whatever the answer."""
    return Result(
        exercise_id, 0, "", 0.0, 0.0, "error", (finding("exercise-broken", exercise=exercise_id, problem=problem),)
    )


# -- the scene -----------------------------------------------------------------------------------


def cluster_of(objects: Iterable[Object]) -> Cluster:
    """Return the scene that objects make."""
    sorted_out: dict[type, list[Any]] = {}
    for thing in objects:
        sorted_out.setdefault(type(thing), []).append(thing)
    by_type: Mapping[type, list[Any]] = sorted_out
    from autograder.manifests.objects import Service

    return Cluster.of(*(by_type.get(kind, []) for kind in (Namespace, Pod, NetworkPolicy, Service)))


def _sound(manifests: Manifests, path: Path) -> Manifests:
    """Return manifests of the course without errors. Raises `InputError` with the first there is."""
    for problem in manifests.problems:
        if problem.severity == "error":
            raise InputError(f"{path}:{problem.position.line}: {problem.message}")
    return manifests


# -- what it is worth ------------------------------------------------------------------------------


def _judgement(world: World, read: Answered) -> Judgement | None:
    """Return the verdict on every line, or None when the answer is refused, which leaves nothing to judge."""
    if read.refused:
        return None
    intent = world.intent
    hearing = None
    if intent.judges_flows:
        hearing = world.question.ask(reachability(world.under(read.objects)), world.reading())
    inside: tuple[JudgedInside, ...] = ()
    if intent.inside:
        from .containers.judging import judge as judge_inside

        inside = judge_inside(intent.inside, intent.namespaces, world.inside(read.objects), world.unchanged())
    return Judgement(
        hearing,
        hearing.judge() if hearing is not None else (),
        inside,
        (lambda semantics: world.inside(read.objects, semantics)) if intent.inside else None,
    )


def _weighed(world: World, read: Answered, judgement: Judgement | None) -> Iterator[tuple[Fraction, bool]]:
    """Yield the weight of every line and whether it holds."""
    intent = world.intent
    if intent.wants_rejection:
        for line in intent.rejections:
            yield line.weight, any(line.met_by(problem) for problem in read.refused)
        return
    if judgement is not None:
        yield from ((judged.line.weight, judged.holds) for judged in judgement.lines)
        yield from ((judged.line.weight, judged.holds) for judged in judgement.inside)
    if judgement is None:
        yield (
            sum(
                (line.weight for line in (*intent.flows, *intent.inside)),
                intent.rest.weight if intent.rest.expect != "any" else Fraction(0),
            ),
            False,
        )
    if intent.judged_for_acceptance:
        yield Fraction(1), not read.refused
    yield Fraction(1), not read.scope and not read.refused


def _check(world: World, text: str, file: str, starter: Fraction) -> Result:
    read = read_answer(world.intent, readable(text), file, world.options)
    if not read.manifests.documents and not read.problems:
        return _failed(world.exercise, [finding("answer-empty", exercise=world.exercise.id, file=file)])
    if size_of(read.objects) > MOST_ITEMS:
        return _too_large(world.exercise, file, f"{MOST_ITEMS} objects, rules, peers and ports together")
    intent, lesson = world.intent, world.exercise.lesson
    judgement = _judgement(world, read)
    share = raw(_weighed(world, read, judgement))
    notes = [*read.notes, *warning_findings(read)]
    if intent.wants_rejection:
        findings = list(refusal_findings(intent, read, file))
        return _result(world, text, read, share, starter, findings, notes, None)
    if judgement is None:
        findings = list(problem_findings(intent, read, _believed_refused(world, read), lesson))
        return _result(world, text, read, Fraction(0), starter, findings, notes, None)
    believed = _believed(world, read, judgement)
    findings = [
        *read.scope,
        *flow_findings(judgement.hearing, judgement.lines, believed, lesson),
        *inside_findings(judgement.inside, believed, lesson),
    ]
    return _result(world, text, read, share, starter, findings, notes, judgement, believed)


def _believed(world: World, read: Answered, judgement: Judgement) -> tuple[str, ...]:
    """Return the misconceptions that the whole answer fits: about flows or about containers, never half of each.

    Many learners write the same in other words: the same objects with other comments and other line breaks believe the
    same, so they are read under every belief once. Where an object stands is no part of its `repr`.
    """
    key = repr(read.objects)
    found = world.beliefs.get(key)
    if found is None:
        if len(world.beliefs) >= _KEPT_BELIEFS:
            world.beliefs.clear()
        found = world.beliefs[key] = _fits(world, read, judgement)
    return found


def _fits(world: World, read: Answered, judgement: Judgement) -> tuple[str, ...]:
    flows = [judged for judged in judgement.lines if not judged.holds]
    inside = [judged for judged in judgement.inside if not judged.holds]
    if flows and not inside and judgement.hearing is not None:
        return fits(world.question, judgement.hearing.after.reach, flows, world.reading)
    if inside and not flows:
        from .containers.diagnosis import fits as fits_inside

        return fits_inside(
            world.intent.inside,
            world.intent.namespaces,
            lambda semantics: world.inside(read.objects, semantics),
            world.unchanged,
        )
    return ()


def _result(
    world: World,
    text: str,
    read: Answered,
    share: Fraction,
    starter: Fraction,
    findings: list[Finding],
    notes: list[Finding],
    judgement: Judgement | None,
    believed: tuple[str, ...] = (),
) -> Result:
    exercise = world.exercise
    leaked = judgement is not None and judgement.leaks
    return Result(
        exercise=exercise.id,
        version=exercise.version,
        title=exercise.title,
        score=score(exercise.points, share, starter, leaked=leaked),
        max=float(exercise.points),
        status="pass" if share == 1 else "fail",
        findings=told([*findings, *notes]),
        problems=read.problems,
        misconceptions=believed,
        judgement=judgement,
        ignored=tuple(read.manifests.ignored),
        text=text,
    )


def _failed(exercise: Exercise, findings: list[Finding]) -> Result:
    """Return the result of an answer that was not judged."""
    return Result(exercise.id, exercise.version, exercise.title, 0.0, float(exercise.points), "fail", told(findings))


def _too_large(exercise: Exercise, file: str, limit: str) -> Result:
    return _failed(exercise, [finding("answer-too-large", exercise=exercise.id, file=file, limit=limit)])


def _believed_refused(world: World, read: Answered) -> tuple[str, ...]:
    """Return the misconceptions under which an answer that is refused would be right.

    A field at the wrong level is refused, and would do what is asked if it reached all containers.
    """
    if not world.intent.inside or not read.manifests.refused_pods:
        return ()
    from .containers.diagnosis import fits as fits_inside

    return fits_inside(
        world.intent.inside,
        world.intent.namespaces,
        lambda semantics: world.inside_refused(read.manifests, semantics),
        world.unchanged,
        refused=True,
    )
