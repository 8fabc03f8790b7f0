"""Writes ``autograder/onboarding/course.json``: what the course teaches and trains, where its texts are not at hand.

An installed package has the notebooks, and neither the texts that they are built from nor, in a release for a class,
the wrong answers. A path through the course needs both, so what it needs of them is kept as data.

    python -m tools.onboarding_catalogue          write it
    python -m tools.onboarding_catalogue --check  exit with 1 if it is not up to date
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from autograder.course import Course, read_course
from autograder.exercises.answers import replace_file
from autograder.exercises.lessons import Lesson, read_concepts, read_lessons
from autograder.exercises.spec import Exercise, Exercises
from autograder.misconceptions import CATALOGUE

ROOT: Final = Path(__file__).parents[1]
FILE: Final = ROOT / "autograder" / "onboarding" / "course.json"
START: Final = "00-start"
_START_MINUTES: Final = 10
"""As the page says itself, in words: about ten minutes."""
_HEADING: Final = re.compile(r"^## (?P<title>.+)$")
_WORKED: Final = re.compile(r"\b(?:answer|predict):(?P<id>[a-z0-9-]+)")


def catalogue(course: Course) -> dict[str, Any]:
    """Return what `autograder.onboarding` has to know about a course. Raises InputError for one that is not sound."""
    lessons = [lesson for lesson in read_lessons(course) if lesson.number or lesson.name == START]
    exercises = Exercises(course)
    return {
        "concepts": read_concepts(course),
        "lessons": {lesson.name: _lesson(lesson, lessons) for lesson in lessons},
        "exercises": dict(_exercises([exercises.get(name) for name in exercises.ids], lessons)),
    }


def _lesson(lesson: Lesson, lessons: list[Lesson]) -> dict[str, Any]:
    return {
        "title": lesson.title,
        "minutes": _START_MINUTES if lesson.name == START else lesson.minutes,
        "needs": _needs(lesson, lessons),
        "concepts": list(lesson.concepts),
        "misconceptions": list(lesson.misconceptions),
        "parts": [match["title"] for line in lesson.lines if not line.fenced and (match := _HEADING.match(line.text))],
    }


def _needs(lesson: Lesson, lessons: list[Lesson]) -> list[str]:
    """What its text links to; else the lesson before it, and for the first of a track the page that shows how."""
    if lesson.name == START:
        return []
    before = [other.name for other in lessons if other.number < lesson.number and other.track == lesson.track]
    return list(lesson.needs) or [before[-1] if before else START]


def _exercises(exercises: list[Exercise], lessons: list[Lesson]) -> Any:
    """Exercises that stand in a notebook, by lesson; an example that is only shown trains nothing."""
    worked = {match["id"]: lesson.name for lesson in lessons for match in _WORKED.finditer(lesson.text)}
    for exercise in sorted(exercises, key=lambda each: (each.lesson, each.assignment, each.id)):
        inside = worked.get(exercise.id)
        graded = exercise.assignment != "practice"
        lesson = Path(exercise.lesson).stem or inside or ""
        if not lesson or (not graded and inside is None):
            continue
        yield (
            exercise.id,
            {
                "title": exercise.title,
                "lesson": lesson,
                "page": f"exercises/{exercise.assignment}" if graded else f"course/{inside}.ipynb",
                "graded": graded,
                "points": exercise.points,
                "concepts": list(exercise.concepts),
                "shows": sorted({wrong.name for wrong in exercise.wrong} & set(CATALOGUE)),
            },
        )


def main(words: list[str]) -> int:
    """Write the file, or with ``--check`` compare it, and return the exit status."""
    text = json.dumps(catalogue(read_course(ROOT)), ensure_ascii=False, indent=1) + "\n"
    if words == ["--check"]:
        return int(not FILE.is_file() or FILE.read_text(encoding="utf-8") != text)
    replace_file(FILE, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
