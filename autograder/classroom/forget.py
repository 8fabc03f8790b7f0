"""How is a learner forgotten? Everything that is stored under the name is deleted, and then the name is looked for.

=========================================== ==================================================================
where                                       what becomes of it
=========================================== ==================================================================
``OUT/records``, ``OUT/feedback``,          the learner's files are deleted
``OUT/previous``
``OUT/passed-over.csv``                     the rows that name the learner are left out
``OUT/*.csv``, ``*.json``, ``*.html``, …    made anew from the records that remain; else deleted, if the name
                                            stands in them
nbgrader's gradebook                        the learner's rows are deleted in every table, with what earlier
                                            deletions have left behind; the file is then written anew, so that
                                            nothing of them stays in its gaps
nbgrader's ``submitted``, ``autograded``,   the learner's folders are deleted
``feedback``
anything else there                         stays, and is named if the name stands in it
=========================================== ==================================================================

Half of it may be gone already. What a person wrote about a learner elsewhere is for that person to delete.
"""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import os
import re
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from autograder.course import Course, find_course, read_course
from autograder.exercises.answers import replace_file
from autograder.manifests.limits import InputError

from .bulk.running import REPLACED
from .bulk.whole import PASSED_OVER, PREVIOUS, finish
from .gradebook.settings import Settings, nbgrader_api, opened, read_settings
from .records import FEEDBACK, RECORDS
from .results.cells import MARK
from .submission import clean_name, file_name

MADE: Final = frozenset({".csv", ".json", ".html", ".md"})
"""What the program makes from the records, in the folder of grades itself."""
_CHUNK: Final = 1 << 20
_WORD: Final = rb"A-Za-z0-9_@+\-\x80-\xff"
_SUBMISSIONS: Final = "select id from submitted_assignment where {who}"
_OF_SUBMISSION: Final = (
    f"assignment_id in ({_SUBMISSIONS}) or assignment_id not in (select id from submitted_assignment)"  # noqa: S608
)
_PAGES: Final = f"select id from submitted_notebook where {_OF_SUBMISSION}"  # noqa: S608 - no input is in these texts
_OF_PAGE: Final = f"notebook_id in ({_PAGES}) or notebook_id not in (select id from submitted_notebook)"  # noqa: S608
_DELETIONS: Final = (
    ("grade", _OF_PAGE),
    ("comment", _OF_PAGE),
    ("submitted_notebook", _OF_SUBMISSION),
    ("submitted_assignment", "{who}"),
    ("student", "id in ({names})"),
)
"""What goes from each table, children first."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted, and what still names the learner."""

    deleted: tuple[str, ...]
    """In words: files, folders, rows."""
    remade: tuple[Path, ...]
    """Files that were made anew without the learner."""
    left: tuple[Path, ...]
    """Files in which the name stands, or whose own name it is."""


def stored(student: str, *, out: Path | None = None, course_root: Path | None = None) -> tuple[str, ...]:
    """Return what `forget` would delete, in words. Raises `InputError` as it does."""
    settings = _settings(course_root)
    files = [str(path) for path in _files_of(student, out, settings)]
    rows = _rows(student, settings, delete=False)
    return (*files, *rows)


def forget(student: str, *, out: Path | None = None, course_root: Path | None = None) -> Forgotten:
    """Delete what is stored about a learner in a folder of grades and in the gradebook of a course.

    Raises InputError when a place is none of these, or something cannot be deleted. What is gone until then is gone;
    run it again for the rest.
    """
    settings = _settings(course_root)
    if out is not None and not out.is_dir():
        raise InputError(f"{out}: there is no such folder. Name the one that `autograder grade --out` has written.")
    deleted = []
    for path in _files_of(student, out, settings):
        _delete(path)
        deleted.append(str(path))
    deleted += _rows(student, settings, delete=True)
    remade = _make_anew(student, out, course_root, deleted) if out is not None else ()
    return Forgotten(tuple(deleted), remade, tuple(mentions(student, _places(out, settings))))


def mentions(student: str, places: Iterable[Path]) -> Iterator[Path]:
    """Yield the files below some folders that a learner is named in, or whose name it is, by path."""
    pattern = _pattern(student)
    names = _names(student)
    seen: set[Path] = set()
    for place in places:
        for folder, folders, files in os.walk(place):
            folders.sort()
            for name in sorted(files):
                path = Path(folder, name)
                if path in seen:
                    continue
                seen.add(path)
                own = {part for part in path.relative_to(place).parts if part in names} or path.stem in names
                if own or _holds(path, pattern):
                    yield path


def _settings(course_root: Path | None) -> Settings | None:
    return read_settings(course_root) if course_root is not None else None


def _names(student: str) -> frozenset[str]:
    """Return the names that a learner may have in files and tables."""
    own = {student, clean_name(student)} if student.strip() else set()
    return frozenset(own | {file_name(name) for name in own})


def _places(out: Path | None, settings: Settings | None) -> list[Path]:
    """Return the folders that something about a learner may be in."""
    places = [out] if out is not None else []
    if settings is not None:
        places += settings.trees
        places.append(settings.root / "downloaded")
        if settings.database is not None:
            places.append(settings.database.parent)
    return [place for place in dict.fromkeys(places) if place.is_dir()]


# -- files -------------------------------------------------------------------------------------------------------------


def _files_of(student: str, out: Path | None, settings: Settings | None) -> Iterator[Path]:
    """Yield the files and folders that are a learner's alone."""
    names = sorted(_names(student))
    if out is not None:
        for name in sorted({file_name(name) for name in names} & set(names)):
            for records in (out / RECORDS, out / PREVIOUS / RECORDS, out / REPLACED / RECORDS):
                yield from sorted(records.glob(f"*/{name}.json"))
                yield from sorted(records.glob(f"*/.{name}.json.part"))
            yield from sorted((out / FEEDBACK).glob(f"*/{name}"))
    if settings is not None:
        for name in names:
            yield from settings.folders_of(name)


def _delete(path: Path) -> None:
    """Delete a file or a folder with all that is in it; a link goes, and not what it leads to."""
    try:
        if path.is_dir() and not path.is_symlink():
            for folder, folders, files in os.walk(path, topdown=False):
                for name in (*files, *folders):
                    _unlink(Path(folder, name))
        _unlink(path)
    except OSError as error:
        raise InputError(
            f"{error.filename or path} cannot be deleted: {error.strerror}. Close it and try again."
        ) from None


def _unlink(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
            return
        if not path.is_symlink():
            path.chmod(stat.S_IWRITE | stat.S_IREAD)  # Windows deletes no file that is read-only
        path.unlink()


def _make_anew(student: str, out: Path, course_root: Path | None, deleted: list[str]) -> tuple[Path, ...]:
    """Make the tables and the report again where they are; delete any other made file that names the learner."""
    pattern = _pattern(student)
    named = [path for path in sorted(out.iterdir()) if path.suffix in MADE and _holds(path, pattern)]
    if named or deleted:
        _without_rows(out / PASSED_OVER, pattern)
        if (out / "grades.csv").exists():
            finish(out, _course(course_root))
    remade = []
    for path in named:
        if _holds(path, pattern):
            _delete(path)
            deleted.append(str(path))
        else:
            remade.append(path)
    return tuple(remade)


def _course(root: Path | None) -> Course | None:
    """Return the course that gives the report its titles and examples; None if there is none here."""
    try:
        return read_course(root) if root is not None else find_course()
    except InputError:
        return None


def _without_rows(path: Path, pattern: re.Pattern[bytes]) -> None:
    """Write a table anew without the rows that name the learner."""
    if not path.is_file() or not _holds(path, pattern):
        return
    text = path.read_text(encoding="utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(text)))
    kept = [cells for cells in rows if not any(pattern.search(cell.encode("utf-8")) for cell in cells)]
    # The cells are guarded already, and quoting them again changes nothing.
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n" for cells in (head, *kept)]
    replace_file(path, MARK + "".join(quoted))


# -- the gradebook -----------------------------------------------------------------------------------------------------


def _rows(student: str, settings: Settings | None, *, delete: bool) -> list[str]:
    """Delete a learner's rows, or count them, and return what they are in words."""
    if settings is None:
        return []
    if settings.database is None:
        return _rows_of_a_server(student, settings, delete=delete)
    if not settings.database.is_file():
        return []
    try:
        with contextlib.closing(sqlite3.connect(settings.database, isolation_level=None)) as database:
            found = list(_counted(database, student, delete=delete))
            if delete:
                database.execute("vacuum")
                database.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.Error as error:
        raise InputError(f"{settings.database} cannot be used: {error}. Close other programs that use it.") from None
    return found


def _counted(database: sqlite3.Connection, student: str, *, delete: bool) -> Iterator[str]:
    """Yield how many rows are the learner's in each table, and delete them all or none."""
    names = sorted(_names(student))
    marks = ", ".join("?" * len(names))
    there = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
    if not {"submitted_assignment", "submitted_notebook"} <= there:
        raise InputError("the gradebook has none of nbgrader's tables. Name the course whose gradebook it is.")
    database.execute("begin immediate")
    for table, condition in _DELETIONS:
        if table not in there:
            continue
        where = condition.format(who=f"student_id in ({marks})", names=marks)
        values = names if "?" in where else []
        # The tables and conditions stand above; names go in as values.
        [(count,)] = database.execute(f"select count(*) from {table} where {where}", values)  # noqa: S608
        if delete:
            database.execute(f"delete from {table} where {where}", values)  # noqa: S608
        if count:
            yield f"{count} {'row' if count == 1 else 'rows'} of the table {table} in the gradebook"
    database.execute("commit")


def _rows_of_a_server(student: str, settings: Settings, *, delete: bool) -> list[str]:
    found = []
    with opened(settings) as gradebook:
        for name in sorted(_names(student)):
            with contextlib.suppress(nbgrader_api().MissingEntry):
                gradebook.find_student(name)
                if delete:
                    gradebook.remove_student(name)
                found.append(f"all rows of {name} in the gradebook {settings.url}")
    return found


# -- the search --------------------------------------------------------------------------------------------------------


def _pattern(student: str) -> re.Pattern[bytes]:
    """Return what finds a learner's names as words of their own, in any of the ways in which files spell them."""
    spelled: set[str] = set()
    for name in _names(student):
        spelled |= {name, html.escape(name), quote(name, safe=""), quote(name)}
        spelled |= {json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1], name.replace('"', '""')}
    found = b"|".join(
        re.escape(each.encode("utf-8", "surrogatepass")) for each in sorted(spelled, key=len, reverse=True)
    )
    return re.compile(
        rb"(?<![" + _WORD + rb"])(?<![A-Za-z0-9]\.)(?:" + found + rb")(?![" + _WORD + rb"]|\.[A-Za-z0-9])"
    )


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Return whether a file holds a name. What cannot be read is taken to."""
    if path.is_symlink() or not path.is_file():
        return False
    overlap = b""
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                if pattern.search(overlap + chunk):
                    return True
                overlap = (overlap + chunk)[-4096:]
    except OSError:
        return True
    return False
