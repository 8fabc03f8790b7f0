"""How did the class do, what was hard, which beliefs were met, and what is there to look at? As a page and as JSON.

The first part names no learner and can be shown to the class; the last part, for the instructor, does. A belief is
shown with the course's own example of an answer that holds it: no learner's answer stands in the report.

Records go by one at a time. What is kept are counters, and of everything that is listed only the beginning.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from autograder.classroom.feedback.frame import document, section
from autograder.classroom.feedback.summary import lasting, points_in_words
from autograder.classroom.records import Record, Scored, feedback_folder, records_in
from autograder.course import Course
from autograder.exercises.lessons import Lesson, read_concepts, read_lessons
from autograder.exercises.spec import Exercises
from autograder.misconceptions import CATALOGUE
from autograder.notebook.html import Child, Html, element, joined, prose
from autograder.notebook.matrix import scrolling

from .charts import bar, histogram
from .tables import first_finding, share
from .tally import Met, Tally
from .writing import replacing

VERSION: Final = 1
LISTED: Final = 200
"""How many submissions of one kind are listed. All of them stand in grades.csv."""
SHOWN: Final = 12
"""How many exercises and misconceptions are shown at once; the others are folded."""
BINS: Final = ("0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-89", "90-99", "100")
"""Percent of the points, rounded down."""
_LINES: Final = 60
_KINDS: Final = (
    ("failed", "The grader failed", "Nothing was earned or lost. Look at them, and grade them again."),
    ("unreadable", "Could not be read", "They earned 0. The feedback tells the learner why."),
    ("trouble", "Read in part", "Something of it could not be read; the rest was graded."),
    ("signs", "Signs to look at", "A sign is no verdict. Look at the submission, and ask the learner."),
    ("late", "Handed in late", ""),
)


@dataclass(slots=True)
class _Assignment:
    """What is counted for an assignment."""

    submissions: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    late: int = 0
    shares: Counter[int] = field(default_factory=Counter)
    """How many submissions earned so many thousandths of the points. There are 1001 at most."""

    def add(self, record: Record) -> None:
        self.submissions += 1
        self.statuses[record.status] += 1
        self.late += record.late > 0
        if record.status != "failed":
            part = record.score / record.max if record.max else 0.0
            self.shares[min(max(int(part * 1000 + 1e-9), 0), 1000)] += 1

    @property
    def bins(self) -> list[int]:
        found = [0] * len(BINS)
        for thousandths, count in self.shares.items():
            found[thousandths // 100] += count
        return found

    @property
    def mean(self) -> float:
        total = self.shares.total()
        return sum(part * count for part, count in self.shares.items()) / total / 1000 if total else 0.0

    @property
    def median(self) -> float:
        """The middle one; the lower of two."""
        left = (self.shares.total() + 1) // 2
        for part in sorted(self.shares):
            left -= self.shares[part]
            if left <= 0:
                return part / 1000
        return 0.0


@dataclass(slots=True)
class _Exercise:
    """What is counted for an exercise. What is excused, or could not be checked, is not."""

    title: str
    graded: int = 0
    answered: int = 0
    right: int = 0
    cents: int = 0
    max_cents: int = 0
    first: Counter[str] = field(default_factory=Counter)

    def add(self, scored: Scored) -> None:
        self.graded += 1
        self.answered += scored.state == "changed"
        self.right += scored.status == "pass"
        self.cents += round(scored.score * 100)
        self.max_cents += round(scored.max * 100)
        found = first_finding(scored)
        if found is not None:
            self.first[found] += 1

    @property
    def share_right(self) -> float:
        return share(self.right, self.graded)


@dataclass(slots=True)
class _Class:
    """Everything that is counted."""

    submissions: int = 0
    assignments: dict[str, _Assignment] = field(default_factory=dict)
    exercises: dict[tuple[str, str], _Exercise] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    """What a finding is called, by its id."""
    listed: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind, _, _ in _KINDS})
    counts: Counter[str] = field(default_factory=Counter)
    """How many there are of what is listed."""

    def add(self, record: Record, out: Path) -> None:
        self.submissions += 1
        self.assignments.setdefault(record.assignment, _Assignment()).add(record)
        for scored in record.results:
            if scored.excused or scored.status == "error" or record.status == "failed":
                continue
            self.exercises.setdefault((record.assignment, scored.exercise), _Exercise(scored.title)).add(scored)
            for found in scored.findings:
                self.titles.setdefault(str(found["id"]), str(found["title"]))
        for kind, sentences in _to_look_at(record):
            self.counts[kind] += 1
            if len(self.listed[kind]) < LISTED:
                self.listed[kind].append(
                    {
                        "student": record.student,
                        "assignment": record.assignment,
                        "says": list(sentences),
                        "feedback": _address(out, record),
                    }
                )

    def hardest(self) -> list[tuple[tuple[str, str], _Exercise]]:
        """The exercises, those that fewest got right first."""
        return sorted(
            self.exercises.items(),
            key=lambda entry: (entry[1].share_right, share(entry[1].cents, entry[1].max_cents), entry[0]),
        )


def write_report(out: Path, course: Course | None = None) -> tuple[Path, Path]:
    """Write ``report.html`` and ``report.json`` into a folder of grades, and return both files.

    The course gives titles of concepts, lessons to go over again, and examples. Raises `InputError` for a broken
    record, a broken course, and a file that cannot be written.
    """
    counted = _Class()
    with Tally() as tally:
        for record in records_in(out):
            counted.add(record, out)
            tally.add(record)
        data = _data(counted, tally, _Lookup(course))
    page, twin = out / "report.html", out / "report.json"
    with replacing(page) as stream:
        stream.write(_page(data))
    with replacing(twin) as stream:
        stream.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    return page, twin


# -- what is counted, as data ------------------------------------------------------------------------


class _Lookup:
    """What the course knows about concepts and misconceptions; nothing without a course."""

    def __init__(self, course: Course | None) -> None:
        self.title = course.title if course is not None else ""
        self.concepts = read_concepts(course) if course is not None else {}
        self._lessons: tuple[Lesson, ...] = read_lessons(course) if course is not None else ()
        self._exercises = Exercises(course) if course is not None else None

    def lessons(self, misconception: str, where: Iterable[tuple[str, str]]) -> list[str]:
        """The lessons that refute a misconception, that of the exercise where it was met most often first."""
        known = self._exercises.ids if self._exercises is not None else ()
        practised = [self._exercises.get(name).lesson for _, name in where if name in known] if self._exercises else []
        found = [lesson.file for lesson in self._lessons if misconception in lesson.misconceptions]
        if not found:
            return [lesson for lesson in practised if lesson][:1]
        first = next((lesson for lesson in practised if lesson in found), found[0])
        return [first, *(lesson for lesson in found if lesson != first)]

    def example(self, misconception: str, where: Iterable[tuple[str, str]]) -> dict[str, str] | None:
        """An answer with this belief behind it, as the authors of the course wrote it."""
        if self._exercises is None:
            return None
        ids = self._exercises.ids
        for _, name in where:
            exercise = self._exercises.get(name) if name in ids else None
            for sample in exercise.wrong if exercise is not None else ():
                if exercise is not None and sample.name == misconception:
                    lines = sample.text.rstrip("\n").split("\n")
                    cut = [*lines[:_LINES], "# …"] if len(lines) > _LINES else lines
                    return {"exercise": name, "title": exercise.title, "text": "\n".join(cut)}
        return None


def _data(counted: _Class, tally: Tally, lookup: _Lookup) -> dict[str, Any]:
    learners = tally.answered
    return {
        "version": VERSION,
        "course": lookup.title,
        "submissions": counted.submissions,
        "learners": learners,
        "assignments": [
            {
                "assignment": name,
                "submissions": found.submissions,
                "graded": found.statuses["graded"],
                "unreadable": found.statuses["unreadable"],
                "failed": found.statuses["failed"],
                "late": found.late,
                "full_marks": found.shares[1000],
                "mean": round(found.mean, 4),
                "median": round(found.median, 4),
                "distribution": [
                    {"percent": label, "submissions": count} for label, count in zip(BINS, found.bins, strict=True)
                ],
            }
            for name, found in sorted(counted.assignments.items())
        ],
        "exercises": [_exercise_data(place, found, counted.titles) for place, found in counted.hardest()],
        "concepts": [
            {
                "concept": found.concept,
                "title": lookup.concepts.get(found.concept, ""),
                "learners": found.learners,
                "right": share(found.passed, found.exercises),
                "share": round(found.share, 4),
            }
            for found in tally.concepts_of_class()
        ],
        "misconceptions": [_met_data(met, learners, lookup) for met in tally.met()],
        "look_at": {kind: {"count": counted.counts[kind], "listed": counted.listed[kind]} for kind, _, _ in _KINDS},
    }


def _exercise_data(place: tuple[str, str], found: _Exercise, titles: dict[str, str]) -> dict[str, Any]:
    # Of two that are equally common the first by name, so that the order of submissions does not matter.
    common = min(found.first.items(), key=lambda entry: (-entry[1], entry[0]), default=None)
    return {
        "assignment": place[0],
        "exercise": place[1],
        "title": found.title or place[1],
        "graded": found.graded,
        "answered": found.answered,
        "right": found.share_right,
        "mean": share(found.cents, found.max_cents),
        "first_finding": {"id": common[0], "title": titles[common[0]], "submissions": common[1]} if common else None,
    }


def _met_data(met: Met, learners: int, lookup: _Lookup) -> dict[str, Any]:
    entry = CATALOGUE.get(met.misconception)
    return {
        "misconception": met.misconception,
        "title": entry.title if entry else met.misconception,
        "believed": entry.believed if entry else "",
        "true": entry.true if entry else "",
        "try": entry.try_ if entry else "",
        "learners": met.learners,
        "share": share(met.learners, learners),
        "answers": met.answers,
        "also_fits": met.also,
        "where": [name for _, name in met.exercises],
        "lessons": lookup.lessons(met.misconception, met.exercises),
        "example": lookup.example(met.misconception, met.exercises),
    }


def _to_look_at(record: Record) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield what an instructor should look at, and what is to be said about it."""
    if record.status == "failed":
        yield "failed", record.signs or record.trouble
    elif record.status == "unreadable":
        yield "unreadable", record.trouble
    elif record.trouble:
        yield "trouble", record.trouble
    if record.signs and record.status != "failed":
        yield "signs", record.signs
    if record.late:
        cost = f"It cost {points_in_words(record.penalty)}." if record.penalty else "Nothing was taken off."
        yield "late", (f"By {lasting(record.late)}. {cost}",)


def _address(out: Path, record: Record) -> str:
    """The feedback of a submission as the report links to it."""
    folder = feedback_folder(out, record.assignment, record.student)
    return quote((folder / "feedback.html").relative_to(out).as_posix())


# -- the page ----------------------------------------------------------------------------------------


def _page(data: dict[str, Any]) -> str:
    return document(
        f"Class report: {data['course'] or 'grades'}",
        element("p", data["course"], class_="pg-quiet") if data["course"] else None,
        element("h1", "Class report"),
        element(
            "p", f"{_many(data['submissions'], 'submission')}. {_many(data['learners'], 'learner')} changed an answer."
        ),
        section("Scores", _overview(data["assignments"]), map(_distribution, data["assignments"])),
        section("Exercises", _exercises(data["exercises"])),
        section("Misconceptions", _misconceptions(data["misconceptions"])),
        section("Concepts", _concepts(data["concepts"])),
        section("For the instructor only", _look_at(data["look_at"])),
        element(
            "footer", element("p", "The same numbers are in report.json, and those of each learner in grades.csv.")
        ),
    )


def _overview(assignments: list[dict[str, Any]]) -> Html:
    if not assignments:
        return element("p", "There are no records in this folder.")
    heads = ("submissions", "mean", "median", "full marks", "late", "unreadable", "failed")
    rows: list[list[Child]] = [
        [
            found["assignment"] or "none",
            str(found["submissions"]),
            percent(found["mean"]),
            percent(found["median"]),
            str(found["full_marks"]),
            str(found["late"]),
            str(found["unreadable"]),
            str(found["failed"]),
        ]
        for found in assignments
    ]
    return _table("Assignments", ("assignment", *heads), rows, numbers=range(1, 8))


def _distribution(found: dict[str, Any]) -> Html:
    bins = [(entry["percent"], entry["submissions"]) for entry in found["distribution"]]
    name = found["assignment"] or "none"
    total = sum(count for _, count in bins)
    low = sum(count for _, count in bins[:5])
    alt = (
        f"How scores in {name} are spread: {found['full_marks']} of {_many(total, 'submission')} earned every point, "
        f"{low} earned less than half. The mean is {percent(found['mean'])}, the median {percent(found['median'])}."
    )
    rows: list[list[Child]] = [[f"{label}%", str(count)] for label, count in bins]
    picture = histogram([count for _, count in bins], [label for label, _ in bins], "percent of the points", alt)
    return joined(
        element("h3", name),
        element("figure", picture, element("figcaption", alt, class_="pg-quiet")),
        element(
            "details",
            element("summary", "The same as a table"),
            _table(f"How scores in {name} are spread", ("points", "submissions"), rows, numbers=(1,)),
        ),
    )


def _exercises(exercises: list[dict[str, Any]]) -> Html:
    if not exercises:
        return element("p", "No exercise was graded.")
    heads = ("exercise", "assignment", "graded", "right", "mean", "most common first finding")

    def row(found: dict[str, Any]) -> list[Child]:
        common = found["first_finding"]
        return [
            joined(found["title"], element("span", found["exercise"], class_="pg-fact pg-quiet pg-name")),
            found["assignment"],
            str(found["graded"]),
            joined(percent(found["right"]), bar(found["right"])),
            percent(found["mean"]),
            f"{common['title']} ({common['submissions']})" if common else "none",
        ]

    rows = [row(found) for found in exercises]
    return _shown("The hardest first", heads, rows, "exercise", numbers=(2, 3, 4))


def _misconceptions(misconceptions: list[dict[str, Any]]) -> Html:
    met = [found for found in misconceptions if found["learners"]]
    if not met:
        return element("p", "No answer had a known misconception behind it.")
    heads = ("misconception", "learners", "share", "answers", "lesson to go over again")
    rows: list[list[Child]] = [
        [
            element("a", found["title"], href=f"#{found['misconception']}"),
            str(found["learners"]),
            joined(percent(found["share"]), bar(found["share"])),
            str(found["answers"]),
            element("span", Path(found["lessons"][0]).stem if found["lessons"] else "", class_="pg-name"),
        ]
        for found in met
    ]
    return joined(
        element(
            "p",
            "Each is the belief behind a wrong answer, as the feedback names it. "
            "Shares are of the learners who changed at least one answer.",
        ),
        _shown("What most learners met first", heads, rows, "misconception", numbers=(1, 2, 3)),
        [_belief(found) for found in met],
    )


def _belief(found: dict[str, Any]) -> Html:
    """A belief, what holds instead, and an answer of the course's own that has it behind it."""
    example = found["example"]
    lessons = ", ".join(f"`{lesson}`" for lesson in found["lessons"])
    shown = element(
        "details",
        element("summary", "An example, written by the course's authors"),
        element("p", f"An answer to “{example['title']}”:"),
        element("pre", example["text"], tabindex=0, role="region", aria_label="An example answer"),
    ) if example else None  # fmt: skip
    return element(
        "div",
        element("h3", f"“{found['title']}”", class_="pg-name-of-belief"),
        element("p", f"{_many(found['learners'], 'learner')}, {_many(found['answers'], 'answer')}.", class_="pg-quiet"),
        element("p", prose(found["believed"])) if found["believed"] else None,
        element("p", element("strong", "It is not so."), " ", prose(found["true"])) if found["true"] else None,
        element("p", element("strong", "Try it in class: "), prose(found["try"])) if found["try"] else None,
        element("p", element("strong", "Go over again: "), prose(lessons)) if lessons else None,
        shown,
        class_="pg-belief",
        id=found["misconception"],
    )


def _concepts(concepts: list[dict[str, Any]]) -> Html:
    if not concepts:
        return element("p", "No exercise was graded.")
    rows: list[list[Child]] = [
        [
            joined(found["concept"], " ", found["title"]),
            str(found["learners"]),
            percent(found["right"]),
            joined(percent(found["share"]), bar(found["share"])),
        ]
        for found in concepts
    ]
    heads = ("concept", "learners", "answers right", "points earned")
    return _table("The whole class, by concept", heads, rows, numbers=(1, 2, 3))


def _look_at(kinds: dict[str, Any]) -> Html:
    parts: list[Child] = []
    for kind, title, remark in _KINDS:
        found = kinds[kind]
        if not found["count"]:
            continue
        rest = found["count"] - len(found["listed"])
        rows: list[list[Child]] = [
            [
                element("a", entry["student"], href=entry["feedback"]),
                entry["assignment"],
                joined([element("span", sentence, class_="pg-fact") for sentence in entry["says"]]),
            ]
            for entry in found["listed"]
        ]
        parts.append(
            joined(
                element("h3", f"{title}: {found['count']}"),
                element("p", remark) if remark else None,
                element(
                    "details",
                    element("summary", _many(len(rows), "submission")),
                    _table(title, ("learner", "assignment", "what is known"), rows),
                ),
                element("p", f"{rest} more are in grades.csv.", class_="pg-quiet") if rest else None,
            )
        )
    return joined(
        parts or element("p", "Nothing was late, unreadable, or a sign of anything, and the grader never failed.")
    )


# -- pieces ------------------------------------------------------------------------------------------


def percent(part: float) -> str:
    """Return a share in percent; what is not all or nothing is not called so.

    >>> percent(1), percent(0.9999), percent(0.001), percent(0.5), percent(0)
    ('100%', '99%', '1%', '50%', '0%')
    """
    rounded = round(part * 100)
    if 0 < part < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded}%"


def _many(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _shown(name: str, heads: tuple[str, ...], rows: list[list[Child]], thing: str, numbers: Iterable[int] = ()) -> Html:
    """Return a table whose end is folded."""
    first = _table(name, heads, rows[:SHOWN], numbers)
    rest = rows[SHOWN:]
    if not rest:
        return first
    more = element("summary", f"{_many(len(rest), thing)} more")
    return joined(first, element("details", more, _table(f"{name}: the others", heads, rest, numbers)))


def _table(name: str, heads: Iterable[str], rows: Iterable[list[Child]], numbers: Iterable[int] = ()) -> Html:
    """Return a table whose first column names the rows; `numbers` are the columns that hold numbers."""
    right = set(numbers)
    head = element(
        "tr",
        [
            element("th", text, scope="col", class_="pg-points" if index in right else None)
            for index, text in enumerate(heads)
        ],
    )
    body = [
        element(
            "tr",
            element("th", first, scope="row"),
            [
                element("td", child, class_="pg-points" if index in right else None)
                for index, child in enumerate(others, 1)
            ],
        )
        for first, *others in rows
    ]
    table = element("table", element("caption", name), element("thead", head), element("tbody", body))
    return element("div", scrolling(table, name), class_="pg-tale")
