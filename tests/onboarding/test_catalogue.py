"""What is known of the course is what the course says, and every check of the review leads to something to learn."""

from __future__ import annotations

import pytest

from autograder.misconceptions import CATALOGUE
from autograder.onboarding.catalogue import START, catalogue
from autograder.onboarding.needs import needs, teachings
from autograder.onboarding.path import of, wanted
from autograder.review.catalogue import checks
from tools import onboarding_catalogue

from .needing import TAUGHT, found


def test_the_catalogue_is_the_course():
    assert onboarding_catalogue.main(["--check"]) == 0, "run python -m tools.onboarding_catalogue"


def test_every_check_says_what_to_learn_from_it():
    assert set(teachings()) == set(checks())


@pytest.mark.parametrize("check", TAUGHT)
def test_what_a_check_teaches_stands_in_its_lesson(check):
    teaching, course = teachings()[check], catalogue()
    lesson = course.lessons[checks()[check].lesson.removeprefix("course/").removesuffix(".ipynb")]
    assert teaching.part in lesson.parts
    assert teaching.concepts <= lesson.concepts
    assert set(teaching.misconceptions) <= set(CATALOGUE)


@pytest.mark.parametrize("check", TAUGHT)
def test_what_a_check_teaches_is_trained(check):
    """Each concept and belief alone has an exercise that may be taken by then."""
    asked = needs([found(check)])
    path = of(asked)
    trained = {item for step in path.steps for each in step.exercises for item in each.concepts | each.shows}
    assert wanted(asked, catalogue()) <= trained
    assert any(step.exercises for step in path.steps)


def test_every_lesson_comes_behind_what_it_needs_in_the_course():
    lessons = catalogue().lessons
    for name, lesson in lessons.items():
        assert lesson.minutes > 0
        assert bool(lesson.needs) == (name != START)
        for before in lesson.needs:
            assert lessons[before].name < name
