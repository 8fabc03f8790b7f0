"""How do the grades of many learners get into the tables at once? By reading what is there, and writing what differs.

nbgrader asks the database a dozen questions a cell and commits after each. Here a batch of submissions is one
transaction. The tables are nbgrader's own (`nbgrader.api`), so any database works that nbgrader works with.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .scores import CellScore, Page
from .settings import nbgrader_api
from .source import Source

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission as it shall stand in the gradebook."""

    student: str
    shown_as: str
    """What stands as the last name of a new learner; empty if the name says it all."""
    received: dt.datetime | None
    penalty: float
    pages: Mapping[str, Page]
    """By notebook."""
    changed: Mapping[str, frozenset[str] | None]
    """By notebook, the cells whose text is another one than at the last time; None when nothing tells."""


class Tables:
    """The tables of one assignment."""

    def __init__(self, gradebook: Any, sources: Sequence[Source]) -> None:
        """Look up what the tables call the assignment, its notebooks and its cells."""
        self._api = nbgrader_api()
        self._engine = gradebook.engine
        self._sources = {source.name: source for source in sources}
        assignment = gradebook.find_assignment(sources[0].assignment)
        self._assignment = assignment.id
        self._notebooks = {notebook.name: notebook.id for notebook in assignment.notebooks}
        self._graded: dict[str, dict[str, str]] = {}
        self._commented: dict[str, dict[str, str]] = {}
        for notebook in assignment.notebooks:
            self._graded[notebook.name] = {cell.name: cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)}
            self._commented[notebook.name] = {
                cell.name: cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)
            }

    def write(self, entries: Sequence[Entry]) -> None:
        """Write a batch of submissions: all of it, or nothing."""
        api = self._api
        with self._engine.begin() as connection:
            writer = _Writer(connection)
            names = [entry.student for entry in entries]
            students = writer.rows(api.Student, "id", names)
            for entry in entries:
                if (entry.student,) not in students.by("id"):
                    writer.insert(api.Student, _named(entry))
            handed_in = writer.rows(api.SubmittedAssignment, "student_id", names, assignment_id=self._assignment)
            keys = [row["id"] for row in handed_in.all]
            notebooks = writer.rows(api.SubmittedNotebook, "assignment_id", keys)
            pages = [row["id"] for row in notebooks.all]
            grades = writer.rows(api.Grade, "notebook_id", pages)
            comments = writer.rows(api.Comment, "notebook_id", pages)
            for entry in entries:
                submission = self._submission(writer, entry, handed_in)
                self._pages(writer, entry, submission, (notebooks, grades, comments))
            writer.finish()

    def _submission(self, writer: _Writer, entry: Entry, there: _Rows) -> str:
        row = there.by("student_id").get((entry.student,))
        if row is not None:
            writer.update(self._api.SubmittedAssignment, row, {"timestamp": entry.received})
            return str(row["id"])
        key = _key(self._assignment, entry.student)
        writer.insert(
            self._api.SubmittedAssignment,
            {
                "id": key,
                "assignment_id": self._assignment,
                "student_id": entry.student,
                "timestamp": entry.received,
            },
        )
        return key

    def _pages(self, writer: _Writer, entry: Entry, submission: str, there: tuple[_Rows, _Rows, _Rows]) -> None:
        api = self._api
        notebooks, grades, comments = there
        left = entry.penalty
        for name, notebook in sorted(self._notebooks.items()):
            row = notebooks.by("assignment_id", "notebook_id").get((submission, notebook))
            key = str(row["id"]) if row is not None else _key(submission, notebook)
            if row is None:
                row = {"id": key, "assignment_id": submission, "notebook_id": notebook, "flagged": False}
                row["late_submission_penalty"] = None
                writer.insert(api.SubmittedNotebook, row)
            total = self._grades(writer, entry, name, key, grades)
            self._comments(writer, entry, name, key, comments)
            # As nbgrader has it: a penalty takes off no more than there is.
            taken = min(left, max(0.0, total))
            left -= taken
            writer.update(api.SubmittedNotebook, row, {"late_submission_penalty": taken or None})

    def _grades(self, writer: _Writer, entry: Entry, name: str, key: str, there: _Rows) -> float:
        page = entry.pages.get(name)
        changed = entry.changed.get(name)
        answers = {cell.name: cell.answer for cell in self._sources[name].graded} if name in self._sources else {}
        total = 0.0
        for cell, cell_id in sorted(self._graded[name].items()):
            score = page.scores.get(cell) if page else None
            score = score or CellScore(None, manual=True, keeps=True)
            row = there.by("notebook_id", "cell_id").get((key, cell_id))
            if row is None:
                row = {"auto_score": score.auto, "manual_score": None, "extra_credit": None}
                row |= {"needs_manual_grade": score.manual}
                writer.insert(
                    self._api.Grade, {"id": _key(key, cell_id), "notebook_id": key, "cell_id": cell_id, **row}
                )
            else:
                auto = row["auto_score"] if score.keeps else score.auto
                touched = changed is None or (answers.get(cell, "") in changed if answers.get(cell) else bool(changed))
                needs = bool(row["needs_manual_grade"])
                if score.keeps or touched or auto != row["auto_score"]:
                    needs = score.manual or row["manual_score"] is not None
                row = writer.update(self._api.Grade, row, {"auto_score": auto, "needs_manual_grade": needs})
            given = row["manual_score"] if row["manual_score"] is not None else row["auto_score"]
            total += (given + (row["extra_credit"] or 0.0)) if given is not None else 0.0
        return total

    def _comments(self, writer: _Writer, entry: Entry, name: str, key: str, there: _Rows) -> None:
        page = entry.pages.get(name)
        for cell, cell_id in sorted(self._commented[name].items()):
            said = page.comments.get(cell) if page else None
            row = there.by("notebook_id", "cell_id").get((key, cell_id))
            if row is None:
                own = {"id": _key("comment", key, cell_id), "notebook_id": key, "cell_id": cell_id}
                writer.insert(self._api.Comment, {**own, "auto_comment": said, "manual_comment": None})
            else:
                writer.update(self._api.Comment, row, {"auto_comment": said})


class _Rows:
    """Rows that were read, to be found by any of their columns."""

    def __init__(self, rows: list[Row]) -> None:
        self.all = rows
        self._indexes: dict[tuple[str, ...], dict[tuple[Any, ...], Row]] = {}

    def by(self, *columns: str) -> dict[tuple[Any, ...], Row]:
        if columns not in self._indexes:
            self._indexes[columns] = {tuple(row[column] for column in columns): row for row in self.all}
        return self._indexes[columns]


class _Writer:
    """Collects what is new, and writes it table by table."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._new: dict[Any, list[Row]] = {}

    def rows(self, model: Any, column: str, values: Sequence[str], **fixed: str) -> _Rows:
        if not values:
            return _Rows([])
        table = model.__table__
        query = table.select().where(table.c[column].in_(values))
        for name, value in fixed.items():
            query = query.where(table.c[name] == value)
        return _Rows([dict(row) for row in self._connection.execute(query).mappings()])

    def insert(self, model: Any, row: Row) -> None:
        self._new.setdefault(model.__table__, []).append(row)

    def update(self, model: Any, row: Row, values: Row) -> Row:
        """Write what differs, and return the row as it is then. `row` may be one that is still to be inserted."""
        if all(row.get(name) == value for name, value in values.items()):
            return row
        table = model.__table__
        if any(new is row for new in self._new.get(table, ())):
            row.update(values)
        else:
            self._connection.execute(table.update().where(table.c.id == row["id"]).values(**values))
        return {**row, **values}

    def finish(self) -> None:
        """Insert what is new, parents first: that is the order in which they were named."""
        for table, rows in self._new.items():
            self._connection.execute(table.insert(), rows)


def _named(entry: Entry) -> Row:
    """Return the row of a new learner. formgrader shows a name where both of its halves are there."""
    names = {"last_name": entry.shown_as, "first_name": ""} if entry.shown_as else {}
    return {"id": entry.student, "first_name": None, "last_name": None, **names}


def _key(*parts: str) -> str:
    """Return the id of a new row. nbgrader takes a random one; the same submission gets the same here."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
