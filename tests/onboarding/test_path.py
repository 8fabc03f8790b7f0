"""A path teaches what was found, in an order that works, within the time that there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.manifests.load import Options, load_text
from autograder.onboarding import path
from autograder.onboarding.catalogue import START, catalogue
from autograder.onboarding.needs import needs
from autograder.onboarding.path import of, wanted
from autograder.review import review

from .needing import found, some_findings, some_needs

COURSE = catalogue()
SHOP = (Path(__file__).parent / "shop.yaml").read_text(encoding="utf-8")
lessons = st.sampled_from(sorted(COURSE.lessons))


def names(steps):
    return [step.lesson.name for step in steps]


@settings(deadline=None, max_examples=60)
@given(some_needs, st.lists(lessons, max_size=2), st.none() | st.integers(1, 700))
# Each has an exercise that would fit best, and that uses ports, which nobody has taught by then.
@example(needs([found("dash-splits-peer"), found("dns-forgotten")]), [], None)
@example(needs([found("manifest-rejected"), found("namespace-not-labelled")]), [], None)
def test_nothing_is_used_before_it_is_taught(asked, known, limit):
    had = COURSE.before(known)
    done, taught = set(had), {concept for name in had for concept in COURSE.lessons[name].concepts}
    for step in of(asked, known=known, limit=limit).steps:
        assert set(step.lesson.needs) <= done or step.lesson.name in had
        done.add(step.lesson.name)
        taught |= step.lesson.concepts
        for exercise in [*step.exercises, *([step.test] if step.test else [])]:
            assert exercise.lesson == step.lesson.name
            assert exercise.concepts <= taught


@settings(deadline=None, max_examples=60)
@given(some_needs)
def test_every_concept_and_belief_is_trained(asked):
    trained = {item for step in of(asked).steps for each in step.exercises for item in each.concepts | each.shows}
    assert wanted(asked, COURSE) <= trained


@settings(deadline=None, max_examples=60)
@given(some_needs, st.integers(1, 700))
def test_the_minutes_are_kept_and_nothing_is_lost_silently(asked, limit):
    result = of(asked, limit=limit)
    assert result.minutes <= limit
    left = [need for each in result.left_out for need in each.needs]
    assert {need.check.id for need in [*result.needs, *left]} == {need.check.id for need in asked}
    for each in result.left_out:
        assert each.minutes > limit


@settings(deadline=None, max_examples=60)
@given(some_findings, some_findings)
def test_more_findings_never_lose_a_lesson(some, others):
    assert set(names(of(needs(some)).steps)) <= set(names(of(needs([*some, *others])).steps))


@settings(deadline=None, max_examples=30)
@given(some_findings)
def test_the_order_of_findings_does_not_matter(some):
    one, other = of(needs(some)), of(needs(reversed(some)))
    assert names(one.steps) == names(other.steps)
    assert [step.exercises for step in one.steps] == [step.exercises for step in other.steps]


@pytest.mark.parametrize(
    ("checks", "known", "path"),
    [
        ([], [], []),
        (["acceptance-unused"], [], []),
        (["policy-pods-not-here"], [], []),
        (["host-namespaces"], [], [START, "21-containers"]),
        (["host-namespaces"], [START], ["21-containers"]),
        (["host-namespaces"], ["21-containers"], ["21-containers"]),
        (["root-user"], ["22-two-levels"], ["23-users"]),
        (["policy-on-host-network"], [], [START, "01-open-by-default"]),
        # An error among containers outweighs a warning about policies, and the other way round.
        (["host-namespaces", "policy-on-host-network"], [], [START, "21-containers", "01-open-by-default"]),
        (
            ["context-wrong", "manifest-rejected"],
            ["09-many-policies", "21-containers"],
            ["11-debugging", "22-two-levels"],
        ),
    ],
)
def test_table(checks, known, path):
    assert names(of(needs(map(found, checks)), known=known).steps) == path


@pytest.mark.parametrize(
    ("severities", "path"),
    [
        # Each alone fits into 40 minutes, both do not.
        (("error", "warning"), [START, "21-containers"]),
        (("note", "warning"), [START, "01-open-by-default"]),
        (("error", ["warning"] * 4), [START, "01-open-by-default"]),
        (("error", ["warning"] * 3), [START, "21-containers"]),
    ],
)
def test_the_heaviest_comes_first_into_little_time(severities, path):
    first, second = severities
    others = [second] if isinstance(second, str) else second
    some = [found("host-namespaces", first)]
    some += [found("policy-on-host-network", severity, number) for number, severity in enumerate(others)]
    assert names(of(needs(some), limit=40).steps) == path


def test_beliefs_that_a_finding_names_count_and_not_the_usual_ones():
    named = needs([found("dash-splits-peer", misconceptions=("selector-is-a-list",))])
    assert named[0].misconceptions == ("selector-is-a-list",)
    assert needs([found("dash-splits-peer")])[0].misconceptions == ("dash-is-decoration",)


def test_the_shop_learns_what_it_got_wrong_and_nothing_else():
    result = path(review(load_text(SHOP, "shop.yaml", Options(keep_places=True))))
    assert [step.lesson.name for step in result.steps if step.found] == [
        "04-default-deny",
        "05-one-hyphen",
        "28-seccomp",
    ]
    clean = names_of(result.clean)
    assert {"24-non-root", "27-escalation", "07-ip-blocks"} <= clean
    assert not clean & {"04-default-deny", "05-one-hyphen", "28-seccomp"}


def test_without_policies_nothing_about_policies_is_called_clean():
    pod = SHOP.split("---\n")[1]
    result = path(review(load_text(pod, "shop.yaml", Options(keep_places=True))))
    assert all(lesson.track == "containers" for lesson in result.clean)


def names_of(found_lessons):
    return {lesson.name for lesson in found_lessons}
