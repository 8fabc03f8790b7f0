"""What does a key, or a saved file, do while somebody watches an exercise?

========== ================================= ======================================================
key        on the exercise                   on the list
========== ================================= ======================================================
h          the next hint
l          the list                          back to the exercise
n          the next exercise not right yet   down (as are j and the arrow)
p          the one that was shown before     up (as are k and the arrow)
t          the whole task, or the finding
s          the solution, once it is right
r          asks, then puts the starter back
enter                                        takes the exercise
up, down   move what does not fit
q          ends                              ends
========== ================================= ======================================================
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final, Literal

from autograder.cli.learner import ALL_RIGHT, NO_DESK
from autograder.exercises.answers import Answer, answer_path, notebooks_in, write_answer
from autograder.exercises.checking import Result, broken, check_answer
from autograder.exercises.hints import next_hint, solution
from autograder.exercises.history import offer, recurring, remember, work_on
from autograder.exercises.progress import Progress, progress
from autograder.exercises.reset import reset
from autograder.exercises.spec import Exercise, Exercises
from autograder.exercises.whereabouts import desk_of, find_answer, home_of
from autograder.manifests.limits import InputError

from .files import Stamp, settle, stamps

View = Literal["exercise", "task", "list", "reset"]

_UNTOUCHED: Final = ("starter", "empty", "missing")


class Session:
    """One exercise in front of a learner, and what was found out about the answer."""

    exercise: Exercise
    folder: Path
    answer: Answer
    result: Result
    _seen: dict[Path, Stamp]

    def __init__(self, exercises: Exercises, start: Path, name: str = "") -> None:
        """Open an exercise, the next one if none is named; `start` is where the learner stands.

        Raises `InputError` when there is no such exercise, no desk, or nothing left to do.
        """
        self._exercises = exercises
        self._start = start
        self._before: list[str] = []
        self.view: View = "exercise"
        self.offset = 0
        self.chosen = 0
        self.hint = ""
        self.solution: tuple[str, str] = ("", "")
        self.notice = ""
        self.again = ""
        self.offered = ""
        self.progress: Progress = self._progress()
        name = name or self.progress.next
        if not name:
            raise InputError(ALL_RIGHT)
        self._open(name)

    @property
    def file(self) -> Path:
        """The file to write the answer in."""
        return answer_path(self.exercise, self.folder)

    @property
    def paths(self) -> list[Path]:
        """The files that decide about the answer, the answer's own file first."""
        return [self.file, *notebooks_in(self.folder)]

    @property
    def untouched(self) -> bool:
        """Whether nothing was written yet."""
        return self.answer.state in _UNTOUCHED

    def pages(self) -> list[tuple[str, Path]]:
        """Return what lies on the desk and belongs to the task: the scene, and the lesson."""
        desk = desk_of(self.folder)
        if desk is None:
            return []
        released = desk / "exercises" / self.exercise.assignment
        listed = [
            ("The scene", released / self.exercise.id / self.exercise.world.name),
            ("The scene", released / self.exercise.world.name),
            ("The lesson, in JupyterLab", desk / self.exercise.lesson),
        ]
        return [(name, path) for name, path in listed if path.is_file()]

    # -- what happens -------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Judge the answer as it stands now, and remember it. Nothing raises: what goes wrong becomes the result."""
        # Before anything is read, so that what is saved meanwhile is seen.
        self._seen = stamps(self.paths)
        try:
            self.answer, folder = find_answer(self.exercise, self._start, anywhere=True)
            if self.answer.state != "missing":
                self.folder = folder
            self.result = check_answer(self.exercise, self.answer)
        except InputError as error:
            self.answer = Answer(self.exercise.id, "", str(self.file), "changed", "file")
            self.result = broken(self.exercise.id, str(error))
            self.again = self.offered = ""
            return
        history = remember(self.exercise, self.result, self.answer.text, self.folder, draft=True)
        self.again = recurring(history, self.result)
        self.offered = offer(self.exercise, self.result, self.folder)
        self.progress = self._progress()

    @property
    def stale(self) -> bool:
        """Whether a file is another one than when the answer was checked."""
        return stamps(self.paths) != self._seen

    def saved(self) -> None:
        """Answer a file that was saved: it is checked once it is whole, and what was said about the old one is gone."""
        settle(self.paths)
        self.notice = ""
        self.solution = ("", "")
        self.offset = 0
        if self.view != "list":
            self.view = "exercise"
        self.check()

    def press(self, key: str) -> bool:
        """Do what a key asks for; return False when it ends the session. Nothing raises."""
        try:
            return self._press(key)
        except InputError as error:
            self.notice = str(error)
            return True

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _press(self, key: str) -> bool:
        if self.view == "reset":
            self.view = "exercise"
            if key in ("y", "Y"):
                self._reset()
            else:
                self.notice = "Nothing was changed."
            return True
        if key in ("q", "Q"):
            return False
        if self.view == "list":
            self._in_list(key)
            return True
        self.notice = ""
        match key:
            case "h":
                self.hint = next_hint(self.exercise, self.folder).text
                self.view, self.offset, self.offered = "exercise", 0, ""
            case "l":
                self.view, self.offset = "list", 0
                ids = [one.id for one in self.progress.exercises]
                self.chosen = ids.index(self.exercise.id) if self.exercise.id in ids else 0
            case "n":
                self._next()
            case "p" if self._before:
                self._open(self._before.pop(), back=True)
            case "t" | "escape":
                self.view = "exercise" if self.view == "task" or key == "escape" else "task"
                self.offset = 0
            case "s":
                self._solution()
            case "r":
                self.view = "reset"
            case _:
                self._scroll(key)
        return True

    def _scroll(self, key: str) -> None:
        steps = {"down": 1, "j": 1, " ": 10, "page-down": 10, "up": -1, "k": -1, "page-up": -10, "home": -9999}
        self.offset = max(0, self.offset + steps.get(key, 0))

    def _in_list(self, key: str) -> None:
        last = len(self.progress.exercises) - 1
        steps = {"down": 1, "j": 1, "n": 1, "up": -1, "k": -1, "p": -1, "page-down": 10, " ": 10, "page-up": -10}
        steps |= {"home": -9999, "end": 9999}
        self.chosen = min(max(self.chosen + steps.get(key, 0), 0), max(last, 0))
        if key in ("l", "escape"):
            self.view = "exercise"
        elif key == "enter" and last >= 0:
            self._open(self.progress.exercises[self.chosen].id)

    def _next(self) -> None:
        following = self.progress.after(self.exercise.id)
        if following:
            self._open(following)
        elif self.result.status == "pass":
            self.notice = "Every exercise is right. There is nothing left to do."
        else:
            self.notice = "This is the last one that is not right yet."

    def _solution(self) -> None:
        shown = solution(self.exercise, passed=self.result.status == "pass")
        if shown.kind == "solution":
            self.solution = (shown.text, shown.answers[0] if shown.answers else "")
            self.view, self.offset = "exercise", 0
        else:
            anyway = f" To see it all the same: autograder solution {self.exercise.id} --anyway"
            self.notice = shown.text + (anyway if shown.kind == "not-yet" else "")

    def _reset(self) -> None:
        done = reset(self.exercise, self.folder)
        kept = ", ".join(path.name for path in done.kept)
        self.hint, self.solution = "", ("", "")
        self.check()
        self.notice = f"The starter is back. Your old answer is kept as {kept}." if kept else "The starter is back."

    def _open(self, name: str, *, back: bool = False) -> None:
        """Put an exercise in front of the learner.

        Raises `InputError` when it cannot be opened; then nothing has changed.
        """
        exercise = self._exercises.get(name)
        folder = home_of(exercise, self._start)
        if folder is None:
            raise InputError(NO_DESK)
        answer, _ = find_answer(exercise, self._start, anywhere=True)
        path = answer_path(exercise, folder)
        if not path.is_file():
            # So that there is a file to open, with what counts now: the starter, or what the notebook's cell says.
            write_answer(exercise, folder, answer.text if answer.state == "changed" else exercise.starter)
        if not back and hasattr(self, "exercise") and self.exercise.id != name:
            self._before.append(self.exercise.id)
        self.exercise, self.folder = exercise, folder
        self.view, self.offset, self.hint, self.notice, self.solution = "exercise", 0, "", "", ("", "")
        with contextlib.suppress(InputError):
            work_on(exercise, folder)
        self.check()

    def _progress(self) -> Progress:
        return progress(self._exercises, self._start)


def title_of(found: Progress, exercise: str) -> str:
    """Return what stands above an exercise: its track and its lesson."""
    one = found.of(exercise)
    if one is None:
        return ""
    title = found.lessons.get(one.lesson, "")
    return f"{one.track}, lesson {one.lesson[:2]}: {title}" if title and one.lesson[:2] != "00" else title or one.track
