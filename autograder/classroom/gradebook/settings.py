"""Where does nbgrader keep the class of a course? What its ``nbgrader_config.py`` says.

Only that file is read, from the instructor's folder. It is Python and is run, as nbgrader runs it.
"""

from __future__ import annotations

import contextlib
import glob
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.manifests.limits import InputError

CONFIG: Final = "nbgrader_config.py"
STEPS: Final = ("submitted_directory", "autograded_directory", "feedback_directory")
"""nbgrader's settings for the folders that hold something of a learner."""
_SQLITE: Final = "sqlite:///"
_WHO: Final = "the-student-8f1c"
_ANY: Final = "any-assignment-8f1c"
"""Stand in a path for what is looked for in it."""


@dataclass(frozen=True)
class Settings:
    """nbgrader's settings for one course."""

    root: Path
    """The folder that holds ``nbgrader_config.py``, absolute."""
    url: str
    """The gradebook's database, with an absolute path where it is a file."""
    course_id: str
    _directory: Any
    """nbgrader's own CourseDirectory, which knows how paths are made."""

    @property
    def database(self) -> Path | None:
        """The file of the gradebook; None when it is kept by a server."""
        return Path(self.url.removeprefix(_SQLITE)) if self.url.startswith(_SQLITE) else None

    def autograded(self, student: str, assignment: str) -> Path:
        """Return the folder of a graded submission."""
        return self._folder(self._directory.autograded_directory, student, assignment)

    def submitted(self, student: str, assignment: str) -> Path:
        """Return the folder where nbgrader looks for a submission."""
        return self._folder(self._directory.submitted_directory, student, assignment)

    def folders_of(self, student: str) -> list[Path]:
        """Return the folders of a learner in nbgrader's tree, by path."""
        if student in {"", ".", ".."} or {"/", os.sep} & set(student):
            return []  # nbgrader has no folder of such a name
        found: set[Path] = set()
        for step in STEPS:
            # The layout may put the assignment before the student or behind, so the student's own part is looked for.
            folder = self._folder(getattr(self._directory, step), _WHO, _ANY)
            start = self.root if folder.is_relative_to(self.root) else Path(folder.anchor)
            parts = folder.relative_to(start).parts
            upto = next((index for index, part in enumerate(parts, start=1) if _WHO in part), 0)
            pattern = "/".join(glob.escape(part) for part in parts[:upto])
            if pattern:
                found.update(start.glob(pattern.replace(_WHO, glob.escape(student)).replace(_ANY, "*")))
        return sorted(found)

    @property
    def trees(self) -> list[Path]:
        """The folders that hold all learners' submissions, grades and feedback."""
        return [self.root / getattr(self._directory, step) for step in STEPS]

    def timestamp(self, student: str, assignment: str) -> Any:
        """Return when nbgrader thinks that a submission came, or None. Raises InputError for a broken timestamp."""
        folder = self.submitted(student, assignment)
        try:
            return self._directory.get_existing_timestamp(str(folder))
        except (ValueError, OSError, OverflowError, SystemExit):
            message = (
                f"{folder / 'timestamp.txt'} holds no time. Write one such as 2026-11-23 10:00:00 UTC, or remove it."
            )
            raise InputError(message) from None

    def _folder(self, step: str, student: str, assignment: str) -> Path:
        path: str = self._directory.format_path(step, student, assignment)
        return self.root / path


def read_settings(root: Path) -> Settings:
    """Return the settings of the course in a folder.

    Raises InputError when nbgrader is not installed, or the folder has no nbgrader_config.py that works.
    """
    root = root.resolve()
    if not (root / CONFIG).is_file():
        message = f"{root} has no {CONFIG}. Name the folder of the course that nbgrader is run in."
        raise InputError(message)
    nbgrader_api()
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    with _inside(root):
        try:
            config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
            directory = CourseDirectory(config=config, root=str(root))
            url = str(directory.db_url)
        except Exception as error:  # whatever a configuration in Python may raise
            message = f"{root / CONFIG} does not work: {type(error).__name__}: {error}. Mend it; nbgrader reads it too."
            raise InputError(message) from error
    return Settings(root, _absolute(url, root), str(directory.course_id), directory)


def nbgrader_api() -> Any:
    """Return the module ``nbgrader.api``. Raises InputError when nbgrader is not installed."""
    try:
        from nbgrader import api
    except ImportError as error:
        message = (
            f"nbgrader is not installed ({error}). Install it with `pip install 'pod-guardrails[classroom]'`, "
            "or grade without a gradebook."
        )
        raise InputError(message) from None
    return api


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Any]:
    """Open the gradebook, and make it if there is none yet.

    Raises InputError when it cannot be opened.
    """
    api = nbgrader_api()
    database = settings.database
    try:
        if database is not None:
            database.parent.mkdir(parents=True, exist_ok=True)
        _put_programs_on_path()
        gradebook = api.Gradebook(settings.url, settings.course_id)
    except Exception as error:  # a locked, broken or foreign database; drivers raise errors of their own
        raise _unusable(settings, error) from error
    try:
        _name_version(gradebook, api)
        yield gradebook
    finally:
        gradebook.close()


def _unusable(settings: Settings, error: Exception) -> InputError:
    where = settings.database or settings.url
    reason = str(getattr(error, "orig", error)).split("\n", maxsplit=1)[0]
    return InputError(
        f"the gradebook {where} cannot be used: {reason}. Close other programs that use it; if it was made by another "
        "nbgrader, copy it to a safe place and run `nbgrader db upgrade`."
    )


def _name_version(gradebook: Any, api: Any) -> None:
    """Write the version of the tables where the first run was ended before nbgrader could do so."""
    with gradebook.engine.begin() as connection:
        if not gradebook.engine.dialect.has_table(connection, "alembic_version"):
            version = api.get_alembic_version()
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{version}')")  # noqa: S608


def _put_programs_on_path() -> None:
    """Let nbgrader find `alembic`, which it starts by name, where the environment is not activated."""
    here = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if here not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, path])


def _absolute(url: str, root: Path) -> str:
    if not url.startswith(_SQLITE):
        return url
    return _SQLITE + str(root / url.removeprefix(_SQLITE))


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Be in a folder: nbgrader's configuration may name paths relative to itself."""
    was = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(was)
