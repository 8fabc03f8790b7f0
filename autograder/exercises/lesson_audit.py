"""Are the lessons sound, and does the course as a whole teach, refute and practice all that it sets out to?

======================= ============================================================================================
looked at               it is sound when
======================= ============================================================================================
a lesson's front matter its title is there; concepts and misconceptions are those of the course and of the catalogue
its parts               goal, needs, time, three questions to remember, a prediction, a take-away, documentation
its time                is 20 to 30 minutes
what it needs           are earlier lessons: so the needs have no cycle
its exercises           are there, and ask for nothing that only a later lesson teaches
its misconceptions      are each held against the truth in a cell, or in a wrong answer or a prediction of its own
its links               lead to files that are there, or to the documentation of Kubernetes
its pictures            have a text for people who do not see them
its words               can be read with eight years of school, and none of its sentences is endless
a row of the course     is taught, and practiced in two exercises at least
a misconception         is provoked in one exercise at least, in which it and the truth differ
an assignment           is worth 100 points
======================= ============================================================================================
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from autograder.course import Course
from autograder.manifests.limits import InputError
from autograder.misconceptions import CATALOGUE, models

from .flow_tests import telling as telling_tests
from .lessons import CONCEPTS, FOLDER, Lesson, read_concepts, read_lessons
from .predictions import telling
from .reading_ease import ease, plain
from .scoring import exact
from .shape import nearest
from .spec import SOURCES, Exercise, Exercises

MINUTES: Final = range(20, 31)
QUESTIONS: Final = 3
GRADE: Final = 8.0
LONGEST: Final = 40
"""How many words a sentence may have."""
ENOUGH: Final = 2
"""In how many exercises each row is practiced at least."""
WORTH: Final = 100
_PARTS: Final = (
    ("its goal", re.compile(r"^\*\*Goal\.?\*\*", re.MULTILINE)),
    ("what it needs", re.compile(r"^\*\*You need\*\*", re.MULTILINE)),
    ("its time", re.compile(r"\*\*Time:?\*\*")),
    ("what to take away", re.compile(r"^## Take away$", re.MULTILINE)),
    ("the documentation", re.compile(r"^\*\*In the Kubernetes documentation:?\*\*", re.MULTILINE)),
    ("a prediction", re.compile(r"^%%predict ", re.MULTILINE)),
    ("a manifest to run", re.compile(r"^%%manifest ", re.MULTILINE)),
)
_LINK: Final = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_HOSTS: Final = ("https://kubernetes.io/", "https://github.com/", "https://man7.org/", "https://www.kernel.org/")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that keeps a lesson, or the course as a whole, from being sound."""

    id: str
    file: str
    """Relative to the root of the course."""
    line: int
    message: str
    remedy: str


def audit_lessons(course: Course) -> Iterator[Flaw]:
    """Yield what is wrong with the lessons and with the course as a whole; nothing for one that has no lessons.

    Raises `InputError` for a file of the course that cannot be read.
    """
    lessons = read_lessons(course)
    if not lessons:
        return
    exercises = Exercises(course)
    known = {name: exercises.get(name) for name in exercises.ids}
    concepts = read_concepts(course)
    audit = _Audit(course, lessons, known, concepts)
    for lesson in lessons:
        yield from audit.of(lesson)
    yield from audit.whole()


class _Audit:
    def __init__(
        self,
        course: Course,
        lessons: tuple[Lesson, ...],
        exercises: Mapping[str, Exercise],
        concepts: Mapping[str, str],
    ) -> None:
        self._root = course.root
        self._lessons = {lesson.name: lesson for lesson in lessons}
        self._exercises, self._concepts = exercises, concepts
        self._taught: dict[str, list[Lesson]] = defaultdict(list)
        for lesson in lessons:
            for concept in lesson.concepts if lesson.number else ():
                self._taught[concept].append(lesson)

    def of(self, lesson: Lesson) -> Iterator[Flaw]:
        """Yield what is wrong with one page."""
        yield from self._links(lesson)
        yield from self._words(lesson)
        for name in lesson.exercises:
            if name not in self._exercises:
                guess = nearest(name, self._exercises)
                yield self._flaw("lesson-exercise", lesson, f":{name}", f"there is no exercise {name}", guess)
        if not lesson.number:
            return
        yield from self._front(lesson)
        yield from self._parts(lesson)
        yield from self._needs(lesson)
        yield from self._shown(lesson)

    def _front(self, lesson: Lesson) -> Iterator[Flaw]:
        if not lesson.title or not lesson.concepts:
            yield self._flaw("lesson-front", lesson, "---", "the front matter lacks a title or concepts")
        for kind, found, known in (
            ("concept", lesson.concepts, self._concepts),
            ("misconception", lesson.misconceptions, CATALOGUE),
        ):
            for name in found:
                if known and name not in known:
                    yield self._flaw("lesson-front", lesson, name, f"no {kind} is called {name}", nearest(name, known))

    def _parts(self, lesson: Lesson) -> Iterator[Flaw]:
        for what, pattern in _PARTS:
            if pattern.search(lesson.text) is None:
                yield self._flaw("lesson-part", lesson, "# ", f"the lesson does not say {what}")
        before = lesson.text.partition("## Remember first")[2].partition("\n## ")[0]
        count = before.count("<details>")
        if count != QUESTIONS:
            message = f"{count} questions to remember, not {QUESTIONS}"
            yield self._flaw("lesson-part", lesson, "## Remember first", message)
        if lesson.minutes is not None and lesson.minutes not in MINUTES:
            message = f"{lesson.minutes} minutes; a lesson takes {MINUTES[0]} to {MINUTES[-1]}"
            yield self._flaw("lesson-time", lesson, "**Time", message)

    def _needs(self, lesson: Lesson) -> Iterator[Flaw]:
        for name in lesson.needs:
            other = self._lessons.get(name)
            if other is None:
                guess = nearest(name, self._lessons)
                yield self._flaw("lesson-needs", lesson, name, f"needs {name}, which there is not", guess)
            elif other.number >= lesson.number:
                message = f"needs {name}, which does not come before it"
                yield self._flaw("lesson-needs", lesson, name, message)
        for exercise in self._exercises.values():
            if exercise.lesson != lesson.file:
                continue
            for concept in exercise.concepts:
                taught = self._taught.get(concept, [])
                if taught and not any(other.number <= lesson.number for other in taught):
                    first = taught[0].name
                    message = f"{exercise.id} asks for {concept}, which only {first} teaches"
                    yield self._flaw("lesson-order", lesson, exercise.id, message)

    def _shown(self, lesson: Lesson) -> Iterator[Flaw]:
        own = [exercise for exercise in self._exercises.values() if exercise.lesson == lesson.file]
        shown = {name for exercise in own for name in provoked(exercise)} | set(lesson.compared)
        for name in lesson.misconceptions:
            if name in CATALOGUE and name not in shown:
                message = f"{name} is named, and nothing in the lesson shows it"
                yield self._flaw("lesson-belief", lesson, name, message)

    def _links(self, lesson: Lesson) -> Iterator[Flaw]:
        for line in lesson.lines:
            for match in _LINK.finditer(line.text) if not line.fenced else ():
                target = match["target"].partition("#")[0]
                if match["picture"] and not match["text"].strip():
                    yield Flaw(
                        "picture-silent", self._file(lesson), line.number, f"the picture {target} has no text",
                        "Say in the brackets what it shows.",
                    )  # fmt: skip
                if not target or target.startswith(_HOSTS):
                    continue
                if "://" in target:
                    yield Flaw(
                        "link-elsewhere", self._file(lesson), line.number, f"{target} is not a page of Kubernetes",
                        "Link to the documentation of Kubernetes.",
                    )  # fmt: skip
                elif not (self._root / "course" / target).exists():
                    yield Flaw(
                        "link-broken", self._file(lesson), line.number, f"there is no {target}",
                        "Mend the link, or add the file.",
                    )  # fmt: skip

    def _words(self, lesson: Lesson) -> Iterator[Flaw]:
        found = ease(line.text for line in lesson.prose)
        if found.grade > GRADE:
            yield self._flaw("lesson-hard", lesson, "# ", f"reads like year {found.grade} of school, not {GRADE:g}")
        for line in lesson.prose:
            one = ease([line.text])
            if one.words and len(plain(one.longest).split()) > LONGEST:
                message = f"a sentence of over {LONGEST} words: {one.longest}"
                yield Flaw("sentence-long", self._file(lesson), line.number, message, "Make two of it.")

    def whole(self) -> Iterator[Flaw]:
        """Yield what is wrong with the course as a whole."""
        practiced: dict[str, list[str]] = defaultdict(list)
        provoking: dict[str, list[str]] = defaultdict(list)
        worth: dict[str, Fraction] = defaultdict(Fraction)
        for exercise in self._exercises.values():
            for concept in exercise.concepts:
                practiced[concept].append(exercise.id)
            for name in provoked(exercise):
                provoking[name].append(exercise.id)
            worth[exercise.assignment] += exact(exercise.points)
        place = f"{FOLDER}/{CONCEPTS}"
        for number, (concept, title) in enumerate(self._concepts.items(), 1):
            if not self._taught.get(concept):
                yield Flaw("row-untaught", place, number, f"no lesson teaches {concept}: {title}", "Teach it.")
            count = len(practiced[concept])
            if count < ENOUGH:
                message = f"{concept} is practiced in {count} of at least {ENOUGH} exercises: {title}"
                yield Flaw("row-unpractised", place, number, message, "Write an exercise for it.")
        for name in CATALOGUE if self._concepts else ():
            if not provoking[name]:
                message = f"no exercise tells who believes {name}"
                yield Flaw("belief-unprovoked", place, 1, message, "Write a wrong answer of this name.")
        for assignment, points in worth.items():
            folder = self._root / SOURCES[0] / assignment
            if (folder / f"{assignment}.md").is_file() and points != WORTH:
                file = (folder / f"{assignment}.md").relative_to(self._root).as_posix()
                yield Flaw("points", file, 1, f"is worth {points} points, not {WORTH}", "Share them out again.")

    def _flaw(self, id_: str, lesson: Lesson, where: str, message: str, guess: str | None = None) -> Flaw:
        remedy = f"Did you mean {guess}?" if guess else _REMEDIES[id_]
        return Flaw(id_, self._file(lesson), lesson.line_of(where), message, remedy)

    def _file(self, lesson: Lesson) -> str:
        path: Path = lesson.path
        return path.relative_to(self._root).as_posix()


_REMEDIES: Final[Mapping[str, str]] = {
    "lesson-front": "Mend the lines between the two ---.",
    "lesson-exercise": "Mend the tag of the cell, or add the exercise.",
    "lesson-part": "Write it as the other lessons do.",
    "lesson-time": "Make two lessons of it, or mend the time.",
    "lesson-needs": "Link to lessons that come before this one.",
    "lesson-order": "Move the exercise to a later lesson, or teach it here.",
    "lesson-belief": "Add a compare cell or a wrong answer, or take it out of the front matter.",
    "lesson-hard": "Use shorter sentences and shorter words.",
}


def provoked(exercise: Exercise) -> tuple[str, ...]:
    """Return the misconceptions that an exercise tells from the truth.

    Of a written one those that its wrong answers are named after; of a prediction those under which it turns out
    otherwise; of tests those that take a wrong suspect for right as well. Raises `InputError` when the exercise is
    broken.
    """
    named = tuple(sample.name for sample in exercise.wrong if sample.name in CATALOGUE)
    try:
        if exercise.prediction is not None:
            return tuple(dict.fromkeys((*named, *telling(exercise))))
        if exercise.testing is not None:
            return tuple(dict.fromkeys((*named, *telling_tests(exercise))))
    except InputError:
        return named
    return named


def beliefs() -> tuple[str, ...]:
    """Return the ids of all misconceptions, models first."""
    ids = [model.id for model in models()]
    return (*ids, *(name for name in CATALOGUE if name not in ids))
