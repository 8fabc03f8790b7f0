"""Write docs/coverage.md: every concept with its lessons, its exercises and the misconceptions about it.

python -m tools.coverage_page           # writes the page
python -m tools.coverage_page --check   # says whether it is current; status 1 if not
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.course import read_course
from autograder.exercises.lesson_audit import provoked
from autograder.exercises.lessons import Lesson, read_concepts, read_lessons
from autograder.exercises.spec import Exercise, Exercises
from autograder.misconceptions import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "coverage.md"
_TRACKS: Final = {0: "NetworkPolicy", 2: "SecurityContext", 4: "both"}


def page(root: Path = ROOT) -> str:
    """Return the page for a course."""
    course = read_course(root)
    lessons = [lesson for lesson in read_lessons(course) if lesson.number]
    known = Exercises(course)
    exercises = [known.get(name) for name in known.ids]
    return "\n".join(_lines(lessons, exercises, read_concepts(course))) + "\n"


def _lines(lessons: list[Lesson], exercises: list[Exercise], concepts: dict[str, str]) -> Iterator[str]:
    yield "# What is taught, practiced and refuted where"
    yield ""
    yield "<!-- Written by tools/coverage_page.py; do not edit. -->"
    yield ""
    yield f"{len(lessons)} lessons, {len(exercises)} exercises. Exercises in *italics* are graded assignments'."
    yield ""
    yield "| track | lessons | minutes | graded assignments |"
    yield "| --- | ---: | ---: | --- |"
    for track, title in _TRACKS.items():
        own = [lesson for lesson in lessons if lesson.track == track]
        files = {lesson.file for lesson in own}
        graded = dict.fromkeys(each.assignment for each in exercises if each.lesson in files and _is_graded(each))
        minutes = sum(lesson.minutes or 0 for lesson in own)
        yield f"| {title} | {len(own)} | {minutes} | {', '.join(graded)} |"
    yield ""
    yield "Minutes are those of the lessons; the graded assignments take about as long again."
    yield ""
    yield "## Concepts"
    yield ""
    yield "| concept | | lessons | exercises | misconceptions |"
    yield "| --- | --- | --- | --- | --- |"
    for concept, title in concepts.items():
        taught = [_lesson(lesson) for lesson in lessons if concept in lesson.concepts]
        practised = [_exercise(each) for each in exercises if concept in each.concepts]
        believed = [f"`{entry.id}`" for entry in CATALOGUE.values() if concept in entry.rows]
        yield f"| {concept} | {title} | {', '.join(taught)} | {', '.join(practised)} | {', '.join(believed) or '–'} |"
    yield ""
    yield "## Misconceptions"
    yield ""
    yield "An exercise *provokes* a misconception if somebody who holds it answers otherwise than is right."
    yield ""
    yield "| misconception | refuted in | provoked by |"
    yield "| --- | --- | --- |"
    for name in CATALOGUE:
        refuted = [_lesson(lesson) for lesson in lessons if name in lesson.misconceptions]
        provoking = [_exercise(each) for each in _provoking(name, exercises)]
        yield f"| `{name}` | {', '.join(refuted)} | {', '.join(provoking)} |"


def _provoking(name: str, exercises: Iterable[Exercise]) -> list[Exercise]:
    return [each for each in exercises if name in provoked(each)]


def _is_graded(exercise: Exercise) -> bool:
    return (exercise.folder.parent / f"{exercise.assignment}.md").is_file()


def _exercise(exercise: Exercise) -> str:
    return f"*{exercise.id}*" if _is_graded(exercise) else exercise.id


def _lesson(lesson: Lesson) -> str:
    return f"[{lesson.number:02}](../{lesson.file})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.coverage_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if the page is not current")
    args = parser.parse_args(arguments)
    text = page()
    if args.check:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("docs/coverage.md is current" if current else "docs/coverage.md is not: python -m tools.coverage_page")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
