"""What the commands for a person who learns have in common: the desk, the style, and how progress is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.manifests.limits import InputError

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.exercises.answers import Answer
    from autograder.exercises.progress import Known, Progress, Standing
    from autograder.exercises.report import Style
    from autograder.exercises.spec import Exercise, Exercises

PAGE = 110
"""Prose is not wider than a page."""
NO_DESK = "there is no desk here. Lay one out with `autograder start --desk-only`, or go to the one you have."
ALL_RIGHT = "every exercise is right. See what is due for review with `autograder progress`."
_SIGNS = {"right": "good", "tried": "warn", "new": "quiet"}
_WORDS = {"right": "right", "tried": "not there yet", "new": "open"}


def add_course(parser: argparse.ArgumentParser) -> None:
    """Name the option that all of them have."""
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")


def style() -> Style:
    """Return how to write for whoever reads standard output."""
    from autograder.exercises.report import Style

    from .terminal import terminal

    found = terminal(sys.stdout)
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    return Style(min(found.width, PAGE), color=found.color, plain=not encoding.startswith("utf"))


def place(course: Course) -> Path:
    """Return the folder from which answers and the memory are found.

    ============================================= =================================
    the learner stands                            then it is
    ============================================= =================================
    on a desk, or beside one                      the current folder
    elsewhere, and a desk lies beside the course  that desk
    elsewhere                                     the current folder
    ============================================= =================================
    """
    from autograder.exercises.whereabouts import desk_of

    here = Path.cwd()
    return here if desk_of(here) is not None else desk_of(course.root) or here


def whereabouts(exercise: Exercise, course: Course) -> Path:
    """Return the folder in which the learner answers an exercise. Raises `InputError` if there is no desk."""
    from autograder.exercises.whereabouts import home_of

    home = home_of(exercise, place(course))
    if home is None:
        raise InputError(NO_DESK)
    return home


def answer_of(exercise: Exercise, course: Course) -> tuple[Answer, Path]:
    """Return the learner's answer and the folder it lies in. Raises `InputError` when a file there cannot be read."""
    from autograder.exercises.whereabouts import find_answer

    found = find_answer(exercise, Path.cwd(), anywhere=True)
    start = place(course)
    return found if found[0].state != "missing" else find_answer(exercise, start, anywhere=True)


def next_exercise(exercises: Exercises) -> str:
    """Return the exercise to do next. Raises `InputError` when all are right."""
    from autograder.exercises.progress import progress

    found = progress(exercises, place(exercises.course)).next
    if not found:
        raise InputError(ALL_RIGHT)
    return found


def short(path: Path) -> str:
    """Return a path as short as it is clear: relative to the current folder where it lies below it."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def bar(part: int, whole: int, width: int, style: Style) -> str:
    """Return how much is done, as a bar.

    >>> from autograder.exercises.report import Style
    >>> bar(1, 4, 8, Style(plain=True))
    '[##------]'
    """
    full = 0 if not whole else part * width // whole
    signs = ("#", "-") if style.plain else ("█", "░")
    drawn = signs[0] * full + signs[1] * (width - full)
    return f"[{drawn}]" if style.plain else drawn


def standing_line(one: Standing, style: Style, width: int = 0) -> str:
    """Return an exercise as one line: sign, name, title, points, and its state in words."""
    from autograder.exercises.report import points

    sign = style.paint(style.sign(_SIGNS[one.state]), _SIGNS[one.state])
    kind = "graded, " if one.graded else ""
    state = _WORDS[one.state]
    if one.state == "tried" and one.tries > 1:
        state = f"{state} ({one.tries} tries)"
    worth = f"{points(one.points)} {'point' if one.points == 1 else 'points'}"
    return f"  {sign} {one.id:{width}}  {style.paint(f'{kind}{worth}, {state}', 'quiet')}"


def path_words(found: Progress) -> str:
    """Return how far somebody has come on a path."""
    return f"{found.path_done} of {len(found.on_path)} exercises of your path right, see onboarding.md"


def summary_lines(found: Progress, style: Style) -> Iterator[str]:
    """Yield how far the learner has come, by track."""
    for track in found.tracks:
        done = f", complete since {track.done.isoformat()}" if track.complete and track.done else ""
        what = f"{track.right} of {track.exercises} graded exercises right{done}"
        yield f"  {track.name:<10}  {bar(track.right, track.exercises, 20, style)}  {what}"


def concept_line(known: Known, found: Progress, style: Style) -> str:
    """Return a concept as one line."""
    from autograder.exercises.review import when

    role = {"mastered": "good", "practiced": "warn", "new": "quiet"}[known.grip]
    word = f"{known.grip}, due {when(known.due, found.day)}" if known.due else known.grip
    room = style.width - 2 - 2 - 5 - 2 - 24
    title = known.title if len(known.title) <= room else known.title[: max(room - 1, 1)] + ("." if style.plain else "…")
    return f"  {style.paint(style.sign(role), role)} {known.id:<4} {title:<{max(room, 1)}}  {style.paint(word, role)}"
