"""The path: which lessons and exercises somebody takes who wrote what a review found, and why.

============================ =======================================================================================
a lesson is on the path       because findings are about what it teaches, or because such a lesson builds on it
an exercise is on the path    because it is one of the fewest that train every concept that a finding is about, and lay
                              open every misconception behind one; all that it uses has been taught by then
a lesson that is only needed  has a test: whoever gets that exercise right at once may go on
with a limit of minutes       findings are taken up by lesson, the heaviest first, as long as they fit with all that
                              comes before; what does not fit is told
============================ =======================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.review import Review
from autograder.review.catalogue import Check, checks

from .catalogue import CAPSTONE, START, Catalogue, Exercise, Lesson, catalogue
from .needs import Need, needs, teachings
from .ordering import ordered
from .selecting import fewest


@dataclass(frozen=True, slots=True)
class Step:
    """One lesson of the path."""

    lesson: Lesson
    needs: tuple[Need, ...]
    """What was found that it is about, the heaviest first; nothing for a lesson that only comes before."""
    exercises: tuple[Exercise, ...]
    test: Exercise | None
    """For a lesson that only comes before: whoever gets this right at once may skip it."""

    @property
    def beliefs(self) -> dict[str, str]:
        """The first misconception that may be behind each need, by its check; each is told once."""
        told: dict[str, str] = {}
        for need in self.needs:
            for belief in need.misconceptions[:1]:
                if belief not in told.values():
                    told[need.check.id] = belief
        return told

    @property
    def found(self) -> bool:
        """Whether something was found that it teaches."""
        return bool(self.needs)

    @property
    def minutes(self) -> int:
        """How long it takes, with its exercises."""
        return self.lesson.minutes + sum(exercise.minutes for exercise in self.exercises)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What did not fit into the minutes."""

    lesson: Lesson
    needs: tuple[Need, ...]
    minutes: int
    """How long the path would be with it."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the course."""

    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    clean: tuple[Lesson, ...]
    """Lessons that something in the manifests could have asked for, and nothing did."""
    limit: int | None
    """The minutes that there are."""
    known: tuple[Lesson, ...]
    capstone: Lesson

    @property
    def minutes(self) -> int:
        """How long everything takes."""
        return sum(step.minutes for step in self.steps)

    @property
    def shortest(self) -> int:
        """How long it takes whoever skips all that only comes before."""
        return sum(step.minutes for step in self.steps if step.found)

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises in the order of the path; of a lesson that only comes before, the one to skip it by."""
        return tuple(
            exercise.id
            for step in self.steps
            for exercise in ((step.test,) if step.test is not None else step.exercises)
        )

    @property
    def needs(self) -> tuple[Need, ...]:
        """All that the path takes up, in its order."""
        return tuple(need for step in self.steps for need in step.needs)


def path(review: Review, *, limit: int | None = None, known: Iterable[str] = ()) -> Path:
    """Return the way through the course that a review asks for.

    `limit` is the minutes that there are, `known` names lessons that need no more teaching. Raises KeyError for a
    lesson that is none.
    """
    manifests = review.manifests
    halves = {half for half, there in (("network", review.scene.policies), ("containers", review.workloads)) if there}
    return of(needs(review.findings), limit=limit, known=known, halves=halves if manifests.documents else ())


def of(
    found: Sequence[Need], *, limit: int | None = None, known: Iterable[str] = (), halves: Iterable[str] = ()
) -> Path:
    """Return the way that needs ask for; `halves` of the course are those that the manifests are about."""
    course = catalogue()
    had = frozenset(known)
    by_lesson: dict[str, list[Need]] = {}
    for need in found:
        by_lesson.setdefault(need.lesson, []).append(need)
    left: list[LeftOut] = []
    if limit is None:
        steps = _steps(found, had, course)
    else:
        steps, left = _within(limit, by_lesson, had, course)
    return Path(
        steps,
        tuple(left),
        _clean(by_lesson, set(halves), course),
        limit,
        tuple(course.lessons[name] for name in sorted(had)),
        course.lessons[CAPSTONE],
    )


def _within(
    limit: int, by_lesson: Mapping[str, Sequence[Need]], known: frozenset[str], course: Catalogue
) -> tuple[tuple[Step, ...], list[LeftOut]]:
    """Return what fits into so many minutes, and what does not."""
    taken: list[Need] = []
    left: list[LeftOut] = []
    steps: tuple[Step, ...] = ()
    for name in sorted(by_lesson, key=lambda name: (-sum(need.weight for need in by_lesson[name]), name)):
        longer = _steps([*taken, *by_lesson[name]], known, course)
        minutes = sum(step.minutes for step in longer)
        if minutes <= limit:
            taken += by_lesson[name]
            steps = longer
        else:
            left.append(LeftOut(course.lessons[name], tuple(by_lesson[name]), minutes))
    return steps, left


def wanted(found: Iterable[Need], course: Catalogue) -> frozenset[str]:
    """Return the concepts and misconceptions that exercises have to train; a belief that no exercise shows is none."""
    shown = frozenset[str]().union(*(exercise.shows for exercise in course.exercises.values()))
    items: set[str] = set()
    for need in found:
        items |= need.concepts | (set(need.misconceptions) & shown)
    return frozenset(items)


def _steps(found: Sequence[Need], known: frozenset[str], course: Catalogue) -> tuple[Step, ...]:
    wanted_lessons = {need.lesson for need in found}
    weights: dict[str, int] = {}
    for need in found:
        weights[need.lesson] = weights.get(need.lesson, 0) + need.weight
    had = course.before(known)
    # What somebody knows is not taught again, but what was found in it is: knowing it did not help.
    names = ordered(course.before(wanted_lessons, had - wanted_lessons), weights, course)
    taught = frozenset[str]().union(*(course.lessons[name].concepts for name in had))
    taught_by: dict[str, frozenset[str]] = {}
    for name in names:
        taught |= course.lessons[name].concepts
        taught_by[name] = taught
    ready = {
        name: exercise
        for name, exercise in course.exercises.items()
        if exercise.lesson in taught_by and exercise.concepts <= taught_by[exercise.lesson]
    }
    chosen = fewest(
        wanted(found, course),
        {name: (exercise.concepts | exercise.shows, exercise.minutes) for name, exercise in ready.items()},
    )
    return tuple(
        Step(
            course.lessons[name],
            tuple(sorted((need for need in found if need.lesson == name), key=lambda need: -need.weight)),
            tuple(ready[each] for each in chosen if ready[each].lesson == name),
            None if name in wanted_lessons else _test(name, ready),
        )
        for name in names
    )


def _test(lesson: str, ready: dict[str, Exercise]) -> Exercise | None:
    """Return the exercise that asks for most of a lesson: a manifest that lays open many misconceptions."""
    if lesson == START:
        return None
    own = [exercise for exercise in ready.values() if exercise.lesson == lesson]
    return max(own, key=lambda each: (len(each.concepts), len(each.shows), not each.graded), default=None)


def _clean(found: Iterable[str], halves: set[str], course: Catalogue) -> tuple[Lesson, ...]:
    """Return the lessons of these halves that a check of the review belongs to, and no finding."""
    asked = {check.lesson.removeprefix("course/").removesuffix(".ipynb") for check in _about_manifests()}
    return tuple(
        lesson for name, lesson in course.lessons.items() if name in asked - set(found) and lesson.track in halves
    )


def _about_manifests() -> list[Check]:
    return [
        check for name, check in checks().items() if check.texts and name in teachings() and teachings()[name].concepts
    ]
