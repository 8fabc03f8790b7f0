from __future__ import annotations

import shutil

import pytest

from autograder.course import read_course
from autograder.exercises.spec import Exercises, read_exercise
from autograder.manifests.limits import InputError

from .course import EXERCISES, HEAD, ONLY_API, REFUSE_IT, ROOT, WHO_TALKS

INTENT = "intent: {rest: denied}\n"


def write(folder, text, name="made-up"):
    home = folder / name
    home.mkdir()
    (home / "exercise.yaml").write_text(text, encoding="utf-8")
    return home


def test_an_exercise_is_read_as_it_is_written():
    assert (ONLY_API.id, ONLY_API.version, ONLY_API.points, ONLY_API.assignment) == ("only-api", 3, 4, "shop")
    assert ONLY_API.concepts == ("N6",)
    assert ONLY_API.hints == ("Who is selected?", "A rule holds peers and ports.")
    assert ONLY_API.world.name == "world.yaml"
    assert ONLY_API.starter.startswith("# Yours.")
    assert [sample.name for sample in ONLY_API.right] == ["1-two-rules", "2-two-policies"]
    assert [sample.name for sample in ONLY_API.wrong] == ["pod-peer-any-namespace", "x-too-wide"]
    assert ONLY_API.right[0].text.startswith("apiVersion")


def test_rung_3_is_cut_out_of_the_solution():
    solution = ONLY_API.solution
    assert solution.rung.startswith("```yaml\n")
    assert solution.rung.endswith("```")
    assert "## not a heading" in solution.rung
    assert "podSelector" not in solution.reasoning
    assert "## What people write" in solution.reasoning


def test_a_prediction_has_flows_instead_of_an_intent_and_a_table_instead_of_a_starter():
    assert WHO_TALKS.intent is None
    first = WHO_TALKS.prediction.flows[0]
    assert (first.source, first.target, first.protocol, first.port) == ("web", "db", "TCP", 5432)
    assert WHO_TALKS.starter.splitlines()[0] == "web -> db:5432:"
    assert WHO_TALKS.given.startswith("apiVersion")
    assert REFUSE_IT.given == ""
    assert REFUSE_IT.solution is None


def test_a_course_names_its_exercises_and_reads_each_once():
    assert EXERCISES.ids == ("only-api", "refuse-it", "who-talks")
    assert EXERCISES.assignments == ("shop",)
    assert EXERCISES.get("only-api") is ONLY_API
    assert EXERCISES.of_assignment("shop") == (ONLY_API, REFUSE_IT, WHO_TALKS)


def test_a_release_without_solutions_is_read_from_its_exercises(tmp_path):
    shutil.copy(ROOT / "course.yaml", tmp_path)
    shutil.copytree(
        ROOT / "solutions", tmp_path / "exercises", ignore=shutil.ignore_patterns("right", "wrong", "solution.md")
    )
    found = Exercises(read_course(tmp_path)).get("only-api")
    assert found.solution is None
    assert found.right == ()
    assert found.starter == ONLY_API.starter


@pytest.mark.parametrize(
    ("asked", "said"),
    [("only-apy", "Did you mean only-api?"), ("zzz", "There are: only-api, refuse-it, who-talks.")],
)
def test_an_unknown_id_is_answered_with_the_nearest(asked, said):
    with pytest.raises(InputError) as caught:
        EXERCISES.get(asked)
    assert said in str(caught.value)


def test_two_exercises_of_one_name_are_refused(tmp_path):
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    shutil.copytree(tmp_path / "solutions" / "shop", tmp_path / "solutions" / "other")
    with pytest.raises(InputError, match="have the same name"):
        Exercises(read_course(tmp_path)).get("only-api")


def test_a_course_without_exercises_says_so(tmp_path):
    shutil.copy(ROOT / "course.yaml", tmp_path)
    exercises = Exercises(read_course(tmp_path))
    assert exercises.ids == ()
    with pytest.raises(InputError, match="has no exercises"):
        exercises.get("only-api")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", ["exercise.yaml: holds 0 documents"], id="an empty file"),
        pytest.param("a: 1\n---\nb: 2\n", ["holds 2 documents"], id="two documents"),
        pytest.param("a: [\n", ["exercise.yaml:"], id="no YAML"),
        pytest.param("- a\n", ["exercise.yaml:1: must be an exercise"], id="a list"),
        pytest.param(
            HEAD.format(name="made-up", points=4) + INTENT + "id: made-up\n",
            [":8: id: stands there twice"],
            id="a key twice",
        ),
        pytest.param(
            HEAD.format(name="made-up", points=4) + "intnet: {}\n",
            [":7: intnet: there is no field of this name; did you mean `intent`?"],
            id="a misspelt field",
        ),
        pytest.param(
            HEAD.format(name="other", points=4) + INTENT,
            [":1: id: must be the name of the folder, made-up"],
            id="the folder of another exercise",
        ),
        pytest.param(
            HEAD.format(name="made-up", points="0.125") + INTENT,
            [":4: points: must have at most two decimals"],
            id="a thousandth of a point",
        ),
        pytest.param(HEAD.format(name="made-up", points=4), ["needs either `intent`"], id="nothing is asked"),
        pytest.param(
            HEAD.format(name="made-up", points=4) + INTENT + "predict: {flows: [web -> db:1]}\n",
            ["needs either `intent`"],
            id="two things are asked",
        ),
        pytest.param(
            HEAD.format(name="made-up", points=4) + "intent:\n  rest: denied\n  flows:\n"
            "    - {from: web, to: db, ports: 9-3, expect: deny}\n    - {from: web}\n",
            [":11: intent.flows[1]: `to` is missing"],
            id="a fault deep inside",
        ),
        pytest.param(
            HEAD.format(name="made-up", points=4) + "predict: {flows: [web -> db:99999]}\n",
            ["predict.flows[0]: ports run from 1 to 65535"],
            id="a port that does not exist",
        ),
        pytest.param(
            HEAD.format(name="made-up", points=4) + "predict: {flows: [web to db]}\n",
            ['predict.flows[0]: must be a flow such as "web -> api:8080"'],
            id="words instead of an arrow",
        ),
    ],
)
def test_a_faulty_exercise_is_told_with_file_line_and_remedy(tmp_path, text, said):
    with pytest.raises(InputError) as caught:
        read_exercise(write(tmp_path, text))
    for part in said:
        assert part in str(caught.value)


def test_missing_files_are_told_when_they_are_needed(tmp_path):
    exercise = read_exercise(write(tmp_path, HEAD.format(name="made-up", points=4) + INTENT))
    with pytest.raises(InputError, match=r"no world\.yaml"):
        _ = exercise.world
    with pytest.raises(InputError, match=r"starter\.yaml is missing"):
        _ = exercise.starter
    (exercise.folder / "starter.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(InputError, match=r"starter\.yaml:2: not UTF-8"):
        _ = exercise.starter
