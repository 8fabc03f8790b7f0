"""Every variant is proved by the evaluator, and one that is not sound is noticed."""

import pytest

from autograder.classroom.variants.assigned import build, family_of, made, variant_for
from autograder.classroom.variants.choosing import chosen
from autograder.classroom.variants.family import Variant, read_family
from autograder.classroom.variants.proof import flaws, prove, prove_all
from autograder.exercises.audit import audit
from autograder.exercises.checking import check
from autograder.exercises.spec import Exercises
from autograder.manifests.limits import InputError

from .families import FOLDERS, SECRET, exercise_of, meeting, small_course

FAMILIES = {folder.name: read_family(folder) for folder in FOLDERS}
MEETING = [pytest.param(variant, id=f"{name}-{variant.id}") for name in FAMILIES for variant in meeting(FAMILIES[name])]


@pytest.mark.parametrize("variant", MEETING)
def test_variants_in_which_every_two_choices_meet_are_sound(variant: Variant):
    exercise = exercise_of(next(folder for folder in FOLDERS if folder.name == variant.family.exercise))
    assert list(flaws(build(exercise, variant), variant)) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_tenth_of_all_structures_is_sound(folder, part):
    exercise = exercise_of(folder)
    found = {
        variant.id: list(flaws(build(exercise, variant), variant)) for variant in list(FAMILIES[folder.name])[part::100]
    }
    assert not any(found.values()), {name: said for name, said in found.items() if said}


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_small_mistake_in_a_variant_passes_unnoticed(folder, tmp_path):
    """Some variants as exercises of a course of their own, with their answers spoiled in every small way."""
    variants = meeting(FAMILIES[folder.name])[:6]
    course = small_course(tmp_path)
    home = course.root / "solutions" / "homework"
    for number, variant in enumerate(variants):
        place = home / f"{folder.name}-{number}"
        texts = {f"right/{name}.yaml": text for name, text in variant.right.items()}
        for name, text in {**variant.files, **texts}.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(
                text.replace(f"id: {folder.name}", f"id: {folder.name}-{number}"), encoding="utf-8"
            )
    names = [f"{folder.name}-{number}" for number in range(len(variants))]
    problems = [problem for each in audit(course, names) for problem in each.problems]
    assert problems == []


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


def changed(course, old, new, name="own-door"):
    """The exercise after a change of its family."""
    path = course.root / "solutions" / "homework" / name / "variants.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    return Exercises(course).get(name)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            'one: [{namespaceSelector: "${away-label}", podSelector: "${peer-label}"}]',
            'one: [{podSelector: "${peer-label}"}]',
            "the right answer 1-one-item earns",
            id="a right answer that is wrong",
        ),
        pytest.param(
            'one: [{namespaceSelector: "${away-label}"}, {podSelector: "${peer-label}"}]',
            'one: [{namespaceSelector: "${away-label}", podSelector: "${peer-label}"}]',
            "the wrong answer dash-is-decoration earns the full score",
            id="a wrong answer that is right",
        ),
        pytest.param(
            '{$join: [{podSelector: "${victims-selected}", policyTypes: [Ingress, Egress]}, "${rules}"]}',
            '{podSelector: "${victims-selected}", policyTypes: [Egress], egress: []}',
            "the wrong answer no-rules-allow shows no misconception",
            id="a wrong answer that shows nothing",
        ),
        pytest.param(
            "  namespace-by-name:\n    $by: peer",
            "  namespace-by-nome:\n    $by: peer",
            "named after no misconception",
            id="a misconception that does not exist",
        ),
        pytest.param(
            '  starter.yaml:\n    - $by: state\n      loose: "${loose-policy}"',
            '  starter.yaml:\n    - $by: state\n      loose: "${narrow}"',
            "there is no piece",
            id="a starter that cannot be made",
        ),
        pytest.param(
            "rest: {expect: unchanged", "rest: {expect: unspoiled", "the variant is no exercise", id="a broken intent"
        ),
        pytest.param(
            'to: "${victim-two}"', 'to: "${peers}"', "stands inside|must|no exercise", id="flows to no endpoint"
        ),
    ],
)
def test_a_variant_that_is_not_sound_is_noticed(course, old, new, said):
    exercise = changed(course, old, new)
    with pytest.raises(InputError, match=said) as caught:
        prove(exercise, family_of(exercise).default)
    assert "variants.yaml" in str(caught.value)


def test_a_starter_that_earns_points_is_noticed(course):
    exercise = changed(course, '      loose: "${loose-policy}"\n      $else:', '      loose: "${answer}"\n      $else:')
    with pytest.raises(InputError, match=r"already is a right answer|the starter earns points"):
        prove(exercise, family_of(exercise).default)


def test_too_few_answers_are_noticed(course):
    exercise = Exercises(course).get("own-door")
    family = family_of(exercise)
    variant = family.default
    variant.__dict__["right"] = dict(list(variant.right.items())[:1])
    variant.__dict__["wrong"] = {}
    assert list(flaws(made(exercise, variant), variant)) == [
        "there are 1 of at least 2 right answers",
        "there are 0 of at least 2 wrong answers",
    ]


def test_two_right_answers_that_are_the_same_are_noticed(course):
    exercise = Exercises(course).get("own-door")
    variant = family_of(exercise).default
    variant.__dict__["right"] = dict.fromkeys(("1", "2"), variant.right["1-one-item"])
    assert list(flaws(made(exercise, variant), variant)) == ["two right answers are the same"]


def test_a_wrong_answer_that_earns_too_much_is_noticed(course):
    exercise = changed(course, "weight: 7, why: What nobody", "weight: 1, why: What nobody", "own-guard")
    family = family_of(exercise)
    variant = family.described({**family.default.described, "group": "extra"})
    with pytest.raises(InputError, match=r"x-group-of-files earns 4\d.* of 50, more than two thirds"):
        prove(exercise, variant)


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_variants_of_a_class_are_proved_once(course, jobs):
    exercise = Exercises(course).get("own-door")
    family = family_of(exercise)
    variants = [(exercise, chosen(family, f"s{number % 21}", SECRET)) for number in range(63)]
    assert list(prove_all(course.root, variants, jobs)) == [20, 21]


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_unsound_variant_stops_the_proof(course, jobs):
    exercise = changed(course, 'udp: [{protocol: UDP, port: "${port}"}]', 'udp: [{protocol: TCP, port: "${port}"}]')
    variants = [(exercise, chosen(family_of(exercise), f"s{number}", SECRET)) for number in range(41)]
    with pytest.raises(InputError, match=r"port: udp.*the right answer 1-one-item earns"):
        list(prove_all(course.root, variants, jobs))


def test_a_learner_always_has_the_same_exercise(course):
    exercise = Exercises(course).get("own-door")
    ada = variant_for(exercise, "ada", SECRET)
    assert variant_for(exercise, "ada", SECRET) is ada, "it is kept ready"
    assert (ada.id, ada.version, ada.title, ada.points, ada.concepts, ada.lesson, ada.assignment) == (
        exercise.id, exercise.version, exercise.title, exercise.points, exercise.concepts, exercise.lesson, "homework",
    )  # fmt: skip
    again = variant_for(Exercises(course).get("own-door"), "ada", SECRET)
    assert (again.task, again.starter) == (ada.task, ada.starter)
    grace = variant_for(exercise, "grace", SECRET)
    assert grace.task != ada.task
    right = chosen(family_of(exercise), "ada", SECRET).right
    assert [check(ada, text).status for text in right.values()] == ["pass", "pass"]
    assert [check(grace, text).status for text in right.values()] == ["fail", "fail"]


def test_an_exercise_without_a_family_is_the_same_for_all():
    exercise = Exercises(_course()).get("cache-shards")
    assert variant_for(exercise, "ada", SECRET) is exercise


def _course():
    from autograder.course import read_course

    from .families import ROOT

    return read_course(ROOT)


def test_variants_that_nobody_needs_are_not_kept(course):
    """Ten thousand learners are graded in little memory."""
    import gc
    import weakref

    exercise = Exercises(course).get("own-door")
    family = family_of(exercise)
    built = build(exercise, family.numbered(7))
    check(built, "kind: Pod\n")
    gone = weakref.ref(built)
    del built
    gc.collect()
    assert gone() is None
