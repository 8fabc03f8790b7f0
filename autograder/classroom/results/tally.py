"""How does each learner stand in each concept, and who met which misconception? Counted while records go by.

Records come by assignment, so a learner's are far apart. The counts lie in a temporary database that goes to disk when
it grows and is gone at the end: memory stays flat however large the class is.

A misconception is *met* where the feedback names it as the belief behind an answer. An answer may fit others besides;
these are counted apart, as they may be beside the point.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from autograder.classroom.records import Record, Scored

_TABLES: Final = """
pragma journal_mode = off;
pragma synchronous = off;
create table concept (
  student text, concept text, exercises int, passed int, score int, max int, primary key (student, concept)
) without rowid;
create table met (
  misconception text, student text, assignment text, exercise text, first int,
  primary key (misconception, student, assignment, exercise)
) without rowid;
create table answered (student text primary key) without rowid;
"""
_ADD: Final = """
insert into concept values (?, ?, 1, ?, ?, ?) on conflict do update set
  exercises = exercises + 1, passed = passed + excluded.passed, score = score + excluded.score, max = max + excluded.max
"""
_CONCEPTS: Final = """
select student, concept, exercises, passed, score, max from concept
order by student, rtrim(concept, '0123456789'), length(concept), concept
"""
_CLASS: Final = """
select concept, count(*), sum(exercises), sum(passed), sum(score), sum(max) from concept group by concept
order by rtrim(concept, '0123456789'), length(concept), concept
"""
_MET: Final = """
select misconception, count(distinct case when first then student end), sum(first), sum(not first)
from met group by misconception order by 2 desc, 3 desc, 4 desc, 1
"""
_WHERE: Final = """
select assignment, exercise from met where misconception = ?
group by assignment, exercise order by sum(first) desc, count(*) desc, assignment, exercise
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A learner's exercises about one concept, over all assignments."""

    student: str
    concept: str
    exercises: int
    passed: int
    score: float
    max: float

    @property
    def share(self) -> float:
        """The share of the points that were earned; 0 if there are none to earn."""
        return self.score / self.max if self.max else 0.0


@dataclass(frozen=True, slots=True)
class Practised:
    """How a whole class stands in a concept."""

    concept: str
    learners: int
    exercises: int
    """How many exercises about it were graded, over all learners."""
    passed: int
    share: float
    """The share of the points that were earned."""


@dataclass(frozen=True, slots=True)
class Met:
    """A misconception, and how often it was met."""

    misconception: str
    learners: int
    """How many learners have at least one answer with this belief behind it."""
    answers: int
    """How many answers have this belief behind them."""
    also: int
    """How many more answers fit it besides."""
    exercises: tuple[tuple[str, str], ...]
    """Assignment and exercise, where it was met most often first."""


def belief_of(scored: Scored) -> str | None:
    """Return the misconception that the feedback names as the belief behind an answer; None if it names none."""
    for found in scored.findings:
        if found.get("severity") == "error":
            named = found.get("misconceptions") or ()
            return str(named[0]) if named else None
    return None


class Tally:
    """The counts. Use it in a ``with`` statement: the database is gone behind it."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._database = sqlite3.connect("")
        self._database.executescript(_TABLES)

    def __enter__(self) -> Self:
        """Return the tally itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Drop the database."""
        self._database.close()

    def add(self, record: Record) -> None:
        """Count a record. What is excused, and what the grader failed on, does not count."""
        if record.status == "failed":
            return
        student = _storable(record.student)
        rows = [scored for scored in record.results if not scored.excused and scored.status != "error"]
        self._database.executemany(
            _ADD,
            [
                (student, _storable(concept), scored.status == "pass", _cents(scored.score), _cents(scored.max))
                for scored in rows
                for concept in dict.fromkeys(scored.concepts)
            ],
        )
        if any(scored.state == "changed" for scored in rows):
            self._database.execute("insert or ignore into answered values (?)", (student,))
        self._database.executemany(
            "insert or ignore into met values (?, ?, ?, ?, ?)",
            [
                (_storable(name), student, _storable(record.assignment), _storable(scored.exercise), name == belief)
                for scored in rows
                for belief in (belief_of(scored),)
                for name in dict.fromkeys([*([belief] if belief else []), *scored.misconceptions])
            ],
        )

    @property
    def answered(self) -> int:
        """How many learners have changed at least one answer."""
        return int(self._database.execute("select count(*) from answered").fetchone()[0])

    def concepts(self) -> Iterator[Standing]:
        """Yield how every learner stands in every concept, by learner and concept."""
        for student, concept, exercises, passed, score, maximum in self._database.execute(_CONCEPTS):
            yield Standing(student, concept, exercises, passed, score / 100, maximum / 100)

    def concepts_of_class(self) -> Iterator[Practised]:
        """Yield how the whole class stands in every concept, by concept."""
        for concept, learners, exercises, passed, score, maximum in self._database.execute(_CLASS):
            yield Practised(concept, learners, exercises, passed, score / maximum if maximum else 0.0)

    def met(self) -> Iterator[Met]:
        """Yield the misconceptions, the one that most learners met first."""
        for name, learners, answers, also in self._database.execute(_MET).fetchall():
            where = tuple(self._database.execute(_WHERE, (name,)).fetchall())
            yield Met(name, learners, answers, also, where)


def _cents(number: float) -> int:
    """Scores have two decimals. Whole numbers add up to the same in every order."""
    return round(number * 100)


def _storable(text: str) -> str:
    """Return a text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
