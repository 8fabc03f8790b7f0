"""The pages that lead into the course name every lesson and every assignment, in their order and with their times."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.course import read_course
from autograder.exercises.containers.facts import names
from autograder.exercises.lessons import Lesson, read_lessons
from autograder.exercises.spec import Exercises

ROOT = Path(__file__).parents[1]
TRACKS = {0: "NetworkPolicy", 2: "SecurityContext", 4: "both together"}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return [lesson for lesson in read_lessons(read_course(ROOT)) if lesson.number]


@pytest.fixture(scope="module")
def assignments(lessons) -> dict[str, list[int]]:
    """The graded assignments in teaching order, each with the numbers of the lessons that its exercises belong to."""
    exercises = Exercises(read_course(ROOT))
    numbers = {lesson.file: lesson.number for lesson in lessons}
    found = {}
    for name in exercises.assignments:
        # An assignment of variants is a class's: it belongs behind no lesson, and instructors hand it out.
        is_released = all((each.folder / "variants.yaml").is_file() for each in exercises.of_assignment(name))
        if (ROOT / "solutions" / name / f"{name}.md").is_file() and not is_released:
            found[name] = sorted({numbers[each.lesson] for each in exercises.of_assignment(name)})
    return dict(sorted(found.items(), key=lambda item: item[1][-1]))


def test_the_welcome_page_lists_every_lesson_with_its_minutes(lessons):
    rows = re.findall(r"^\| (\d\d) \[(.+)\]\((.+)\.ipynb\) \| (\d+) \|", page("course/README.md"), re.MULTILINE)
    assert rows == [(f"{each.number:02}", each.title, each.name, str(each.minutes)) for each in lessons]


def test_the_welcome_page_names_each_assignment_behind_its_last_lesson(assignments):
    rows = re.findall(
        r"^\| (\d\d) .*\| \[(.+)\]\(\.\./exercises/(.+)\.ipynb\) \|$", page("course/README.md"), re.MULTILINE
    )
    assert rows == [(f"{after[-1]:02}", name, f"{name}/{name}") for name, after in assignments.items()]


def test_the_instructors_guide_lists_each_assignment_with_the_lessons_before_it(assignments):
    exercises = Exercises(read_course(ROOT))
    rows = re.findall(r"^\| `([a-z-]+)` \| .+ \| ([\d, ]+) \| (\d) \|$", page("docs/instructors.md"), re.MULTILINE)
    every = [(name, set(after), len(exercises.of_assignment(name))) for name, after in assignments.items()]
    found = [(name, {int(number) for number in after.split(", ")}, int(count)) for name, after, count in rows]
    assert [(name, count) for name, _, count in found] == [(name, count) for name, _, count in every]
    assert [name for (name, told, _), (_, needed, _) in zip(found, every, strict=True) if not needed <= told] == []


def test_the_readme_tells_how_long_each_track_takes(lessons, assignments):
    rows = re.findall(r"^\| (.+?)(?::.*)? \| (\d+) \| (\d+) minutes \| (\d+) \|$", page("README.md"), re.MULTILINE)
    tracks = {lesson.number: lesson.track for lesson in lessons}
    assert rows == [
        (
            title,
            str(sum(lesson.track == track for lesson in lessons)),
            str(sum(lesson.minutes or 0 for lesson in lessons if lesson.track == track)),
            str(sum(tracks[after[-1]] == track for after in assignments.values())),
        )
        for track, title in TRACKS.items()
    ]


def test_the_changelog_counts_lessons_and_assignments(lessons, assignments):
    assert f"{len(lessons)} lessons in two tracks" in page("CHANGELOG.md")
    assert f"{len(assignments)} graded assignments" in page("CHANGELOG.md")


def test_contributing_names_every_key_of_an_intent_and_every_fact():
    text = page("CONTRIBUTING.md").partition("\n## An exercise\n")[2].partition("\n## ")[0]
    schema = json.loads(page("autograder/exercises/schemas/intent.json"))
    node = json.loads(page("autograder/exercises/schemas/node.json"))
    named = set(re.findall(r"`([^`]+)`", text))
    assert schema["properties"].keys() <= named
    assert node["properties"].keys() - {"version"} <= named
    facts = re.search(r"\*\*Facts\.\*\* (.+?): all else", text)
    assert facts is not None
    assert re.findall(r"`([^`]+)`", facts[1]) == list(names())


def test_assignments_of_variants_are_named_where_instructors_and_learners_look():
    exercises = Exercises(read_course(ROOT))
    released = [
        name
        for name in exercises.assignments
        if all((each.folder / "variants.yaml").is_file() for each in exercises.of_assignment(name))
    ]
    assert released == ["homework"]
    for name in released:
        assert f"`{name}`" in page("docs/instructors.md")
        assert f"../exercises/{name}/{name}.ipynb" in page("course/README.md")
