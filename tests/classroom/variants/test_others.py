"""A sign for the instructor: an answer that fits somebody else's variant, and not the own one."""

import re

import pytest

from autograder.classroom.variants.assigned import variant_for, variant_of
from autograder.classroom.variants.desks import assigned, manifest_rows, read_assignment, write_manifest
from autograder.classroom.variants.others import handed_to, others_answered, read_handed
from autograder.exercises.checking import check
from autograder.exercises.spec import Exercises
from autograder.manifests.limits import InputError

from .families import SECRET, small_course

CLASS = ("ada", "grace", "linus", *(f"s{number}" for number in range(60)))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def exercises(course):
    return {exercise.id: exercise for exercise in Exercises(course).of_assignment("homework")}


@pytest.fixture(scope="module")
def handed(exercises):
    return handed_to(exercises.values(), CLASS, SECRET)


@pytest.mark.parametrize("name", ["own-door", "own-guard"])
@pytest.mark.parametrize("right", [0, 1])
def test_ada_hands_in_what_is_right_for_grace(exercises, handed, name, right):
    exercise = exercises[name]
    answer = list(variant_of(exercise, "grace", SECRET).right.values())[right]
    result = check(variant_for(exercise, "ada", SECRET), answer)
    assert result.status == "fail"
    assert result.score <= exercise.points / 2
    theirs = variant_of(exercise, "grace", SECRET).id
    assert others_answered(exercise, "ada", answer, handed) == (
        f"{name}: the answer fits the variant of another learner and not the own one ({theirs} in variants.csv)."
    )


@pytest.mark.parametrize("name", ["own-door", "own-guard"])
def test_an_honest_mistake_is_no_sign(exercises, handed, name):
    """The wrong answers of every learner's own variant, and their own right ones."""
    exercise = exercises[name]
    for student in CLASS:
        variant = variant_of(exercise, student, SECRET)
        for text in (*variant.wrong.values(), *variant.right.values()):
            assert others_answered(exercise, student, text, handed) == "", (student, text)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: f"# mine\n\n{text}# done\n", id="with comments"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="from Windows"),
        pytest.param(lambda text: f"%%manifest own-door\n{text}", id="with the line of the cell"),
        pytest.param(
            lambda text: re.sub("^  name: .*-door$", "  name: mine", text, flags=re.MULTILINE),
            id="with another name for the policy",
        ),
    ],
)
def test_a_copy_that_was_dressed_up_is_seen(exercises, handed, change):
    exercise = exercises["own-door"]
    # Where a policy has to replace the one in force, it cannot have another name.
    free = [student for student in CLASS if dict(variant_of(exercise, student, SECRET).choices)["state"] != "loose"]
    for student in free[1:12]:
        text = change(variant_of(exercise, student, SECRET).right["1-one-item"])
        assert "fits the variant of another learner" in others_answered(exercise, "ada", text, handed)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("# grace\n", id="a comment"),
        pytest.param("kind: [", id="no YAML"),
        pytest.param("\0\ud800", id="no text"),
        pytest.param("a " * 2_000_000, id="far too much"),
        pytest.param("&a [*a]", id="an alias of itself"),
    ],
)
def test_an_answer_that_is_none_is_no_sign(exercises, handed, text):
    assert others_answered(exercises["own-door"], "ada", text, handed) == ""


def test_the_starter_of_another_learner_is_no_sign(exercises, handed):
    for student in CLASS:
        starter = variant_for(exercises["own-door"], student, SECRET).starter
        assert others_answered(exercises["own-door"], "ada", starter, handed) == ""


def test_an_answer_that_names_everything_is_tried_on_few(exercises, handed, monkeypatch):
    from autograder.classroom.variants import others

    tried = []
    monkeypatch.setattr(others, "check", lambda exercise, text: tried.append(exercise) or check(exercise, text))
    everything = "\n---\n".join(
        variant_of(exercises["own-door"], student, SECRET).right["1-one-item"] for student in CLASS
    )
    others_answered(exercises["own-door"], "ada", everything, handed)
    assert len(tried) == others.MOST


def test_learners_with_the_same_variant_are_counted_and_never_oneself(exercises):
    exercise = exercises["own-door"]
    handed = handed_to([exercise], ["ada", "grace"], SECRET)
    theirs = variant_of(exercise, "grace", SECRET)
    for twin in ("linus", "dennis"):
        handed["own-door"].add(twin, theirs)
    text = theirs.right["1-one-item"]
    assert "the variant of 3 other learners and not" in others_answered(exercise, "ada", text, handed)
    assert others_answered(exercise, "grace", text, handed) == ""
    assert others_answered(exercise, "dennis", text, handed) == ""


def test_somebody_who_is_not_in_the_roster_is_compared_as_well(exercises, handed):
    text = variant_of(exercises["own-door"], "grace", SECRET).right["1-one-item"]
    assert "of another learner" in others_answered(exercises["own-door"], "nobody-knows", text, handed)


def test_an_exercise_without_variants_has_no_signs(exercises):
    assert others_answered(exercises["own-door"], "ada", "kind: Pod", {}) == ""


def test_the_manifest_tells_the_same_as_the_secret(course, exercises, tmp_path):
    assignment = read_assignment(course, "homework")
    students = [*CLASS, "=1+1", "Zo\u00eb"]
    rows = [row for given in assigned(assignment, students, SECRET) for row in manifest_rows(given)]
    read = read_handed(write_manifest(tmp_path, rows), exercises.values())
    told = handed_to(exercises.values(), students, SECRET)
    for name in exercises:
        assert read[name].by_student == told[name].by_student
        assert read[name].holders == told[name].holders


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("own-door,1,", "own-door,2,", "variants.csv:2: own-door has version 1 now", id="another version"),
        pytest.param("direction=", "direktion=", "variants.csv:2: these choices are none", id="spoiled choices"),
        pytest.param("victims=", "victims=x", "variants.csv:2: these choices are none", id="a spoiled number"),
        pytest.param("student,", "pupil,", "variants.csv:1: there is no column student", id="another header"),
    ],
)
def test_a_spoiled_manifest_is_told(course, exercises, tmp_path, old, new, said):
    assignment = read_assignment(course, "homework")
    path = write_manifest(tmp_path, manifest_rows(next(assigned(assignment, ["ada"], SECRET))))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_handed(path, exercises.values())
