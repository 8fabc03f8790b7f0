"""The lessons of a course as their authors wrote them: ``course/.text/NUMBER-name.md``.

A lesson begins with a front matter: its title, the concepts that it teaches, the misconceptions that it refutes. What
it needs is what its paragraph **You need** links to. Pages without a number between 1 and 99 teach nothing: the start,
the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.course import Course
from autograder.manifests.documents import read_text
from autograder.manifests.limits import InputError

from .spec import LIMITS, read_file

FOLDER: Final = "course/.text"
CONCEPTS: Final = "concepts.yaml"
"""Beside the lessons: every concept of the course with its title."""
_NAME: Final = re.compile(r"^(?P<number>[0-9]{2})-[a-z0-9-]+$")
_FRONT: Final = re.compile(r"\A---\n(?P<front>.*?)\n---\n", re.DOTALL)
_FENCE: Final = re.compile(r"^(?P<marks>`{3,}|~{3,})")
_NEED: Final = re.compile(r"\*\*You need\*\*(?P<text>.*?)(?:\n\n|\Z)", re.DOTALL)
_LESSON: Final = re.compile(r"\((?:\.\./course/)?(?P<name>[0-9]{2}-[a-z0-9-]+)\.ipynb\)")
_TIME: Final = re.compile(r"\*\*Time:?\*\*:?\D*(?P<minutes>[0-9]+)")
_TAG: Final = re.compile(r"\b(?P<role>answer|predict|given):(?P<id>[a-z0-9-]+)")
_COMPARE: Final = re.compile(r"^compare\(\"(?P<name>[a-z0-9-]+)\",\s*\"(?P<belief>[a-z:-]+)\"\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a lesson's text."""

    number: int
    """From 1."""
    text: str
    fenced: bool
    """Whether it belongs to a code cell or to an example."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson, or another page of the course."""

    name: str
    """Such as ``04-default-deny``."""
    path: Path
    title: str
    concepts: tuple[str, ...]
    misconceptions: tuple[str, ...]
    text: str
    """All but the front matter."""
    lines: tuple[Line, ...]

    @property
    def number(self) -> int:
        """Its place in the course; 0 for a page that is no lesson."""
        return number_of(self.file)

    @property
    def track(self) -> int:
        """Which lessons belong together: those with the same tens, from 1 on counted as 0, from 21 on as 2."""
        return track_of(self.number)

    @property
    def file(self) -> str:
        """The notebook that is built from it, as exercises name it."""
        return f"course/{self.name}.ipynb"

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the lessons that come first."""
        match = _NEED.search(self.text)
        return tuple(dict.fromkeys(_LESSON.findall(match["text"]))) if match else ()

    @property
    def minutes(self) -> int | None:
        """How long it takes, as it says itself."""
        match = _TIME.search(self.text)
        return int(match["minutes"]) if match else None

    @property
    def exercises(self) -> tuple[str, ...]:
        """The ids of the exercises in it."""
        return tuple(dict.fromkeys(match["id"] for match in _TAG.finditer(self.text)))

    @property
    def compared(self) -> tuple[str, ...]:
        """The misconceptions that it holds against the truth, in cells of their own."""
        return tuple(dict.fromkeys(match["belief"].partition(":")[0] for match in _COMPARE.finditer(self.text)))

    def line_of(self, wanted: str) -> int:
        """Return the first line that holds a text; 1 if none does."""
        return next((line.number for line in self.lines if wanted in line.text), 1)

    @property
    def prose(self) -> Iterator[Line]:
        """The lines that people read: no code, no tables."""
        return (line for line in self.lines if not line.fenced and not line.text.lstrip().startswith("|"))


def track_of(number: int) -> int:
    """Return the track of a lesson with this number, as `Lesson.track` has it."""
    return 0 if number < 20 else 2 if number < 40 else 4


def number_of(file: str) -> int:
    """Return the number of a lesson from its notebook, as exercises name it; 0 for a page that is no lesson.

    >>> number_of("course/04-default-deny.ipynb")
    4
    """
    match = _NAME.match(file.removeprefix("course/").removesuffix(".ipynb"))
    return int(match["number"]) if match else 0


def read_lessons(course: Course) -> tuple[Lesson, ...]:
    """Return the pages of a course by name; none for a course without their texts.

    Raises `InputError` for a page that cannot be read.
    """
    folder = course.root / FOLDER
    return tuple(map(_read, sorted(folder.glob("*.md")))) if folder.is_dir() else ()


def read_concepts(course: Course) -> dict[str, str]:
    """Return the concepts that a course has to teach, with their titles; none if it does not say.

    Raises `InputError` for a file that is no mapping of texts.
    """
    file = course.root / FOLDER / CONCEPTS
    if not file.is_file():
        return {}
    value = _value(read_file(file), file)
    return {str(key): str(title) for key, title in value.items()}


def markdown_lines(text: str, start: int = 0) -> Iterator[Line]:
    r"""Yield the lines of Markdown that begins after line `start` of its file, each with whether a fence is around it.

    >>> [line.fenced for line in markdown_lines("Look:\n```\ncode\n```\nSee?")]
    [False, True, True, True, False]
    """
    fence = ""
    for number, line in enumerate(text.split("\n"), start + 1):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match["marks"]
            yield Line(number, line, fenced=True)
        elif match and line.strip() == fence:
            fence = ""
            yield Line(number, line, fenced=True)
        else:
            yield Line(number, line, fenced=bool(fence))


def _read(path: Path) -> Lesson:
    whole = read_file(path)
    match = _FRONT.match(whole)
    front = _value(match["front"], path) if match else {}
    start = whole.count("\n", 0, match.end()) if match else 0
    text = whole[match.end() :] if match else whole
    return Lesson(
        path.stem,
        path,
        str(front.get("title", "")),
        tuple(map(str, front.get("concepts") or ())),
        tuple(map(str, front.get("misconceptions") or ())),
        text,
        tuple(markdown_lines(text, start)),
    )


def _value(text: str, path: Path) -> dict[str, Any]:
    documents, problems = read_text(text, str(path), LIMITS)
    if problems:
        raise InputError(f"{path}:{problems[0].position.line}: {problems[0].detail}")
    value = documents[0].value if documents else {}
    if not isinstance(value, dict):
        raise InputError(f"{path}:1: this is no mapping. Write a name, a colon, and what belongs to it.")
    return dict(value)
