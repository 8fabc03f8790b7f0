"""A sound course has no problems, and each fault is told with its file, its line and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder import cli
from autograder.course import read_course
from autograder.exercises.audit import audit
from autograder.exercises.survival import Fates
from autograder.manifests.limits import InputError

from .course import ONLY_API, ROOT

REPOSITORY = Path(__file__).parents[2]
SCHEMA = REPOSITORY / "autograder" / "cli" / "schemas" / "course-check.json"
RIGHT = [sample.path.name for sample in ONLY_API.right]
HOME = "solutions/shop/only-api"
LENIENT = """\
intent:
  namespace: shop
  flows:
    - {from: api, to: db, ports: 5432, expect: allow}
    - {from: web, to: db, ports: all, expect: deny}
"""


@pytest.fixture
def course(tmp_path):
    """A sound course of one exercise and one prediction."""
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "solutions" / "shop" / "refuse-it")
    return tmp_path


def problems(root, *names):
    return [problem for each in audit(read_course(root), names) for problem in each.problems]


def edit(root, file, old, new):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(capsys, *words):
    status = cli.main(["course", "check", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def valid(text):
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    return document


def test_a_sound_course_has_no_problems(course):
    only, who = audit(read_course(course))
    assert (only.id, only.right, only.wrong, only.problems) == ("only-api", 2, 2, ())
    assert only.mutants.killed > 100
    assert (who.id, who.right, who.wrong, who.problems, who.mutants.killed) == ("who-talks", 0, 0, (), 0)


def _twin(root):
    shutil.copytree(root / HOME, root / "solutions" / "winter" / "only-api")
    shutil.copy(root / "solutions" / "shop" / "world.yaml", root / "solutions" / "winter")


def _rename(old, new):
    return lambda root: (root / HOME / old).rename(root / HOME / new)


def _edit(file, old, new):
    return lambda root: edit(root, file, old, new)


def _write(file, text):
    return lambda root: (root / file).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        pytest.param(_twin, ("id-twice", "solutions/winter/only-api/exercise.yaml", 1, "solutions/shop/only-api has"),
                     id="two exercises of one id"),
        pytest.param(_edit(f"{HOME}/exercise.yaml", "title: Only", "titel: Only"),
                     ("exercise-broken", f"{HOME}/exercise.yaml", 3, "did you mean `title`?"), id="a misspelt field"),
        pytest.param(_edit(f"{HOME}/exercise.yaml", "  - Who is selected?", '  - " "'),
                     ("exercise-broken", f"{HOME}/exercise.yaml", 20, "hints[0]: must not be empty"),
                     id="an empty hint"),
        pytest.param(_edit(f"{HOME}/exercise.yaml", "{from: api,", "{from: apy,"),
                     ("exercise-broken", f"{HOME}/exercise.yaml", 14, "did you mean api?"), id="a flow of nobody"),
        pytest.param(_write(f"{HOME}/starter.yaml", ONLY_API.right[0].text),
                     ("exercise-broken", f"{HOME}/exercise.yaml", 9, "the starter already is a right answer"),
                     id="a starter that is right"),
        pytest.param(lambda root: (root / HOME / "starter.yaml").unlink(),
                     ("exercise-broken", f"{HOME}/exercise.yaml", 1, "starter.yaml is missing"), id="no starter"),
        pytest.param(lambda root: (root / "solutions" / "shop" / "world.yaml").unlink(),
                     ("exercise-broken", f"{HOME}/exercise.yaml", 1, "there is no world.yaml"), id="no world"),
        pytest.param(lambda root: (root / HOME / "right" / RIGHT[1]).unlink(),
                     ("right-too-few", f"{HOME}/exercise.yaml", 1, "1 of at least 2"), id="one right answer"),
        pytest.param(lambda root: shutil.copy(root / HOME / "right" / RIGHT[0], root / HOME / "right" / "9.yaml"),
                     ("right-twice", f"{HOME}/right/9.yaml", 1, f"the same as right/{RIGHT[0]}"),
                     id="a right answer twice"),
        pytest.param(_edit(f"{HOME}/right/{RIGHT[0]}", "- port: 5432", "- port: 5433"),
                     ("right-fails", f"{HOME}/right/{RIGHT[0]}", 12, "of 4: "), id="a right answer that is not"),
        pytest.param(_rename("right/" + RIGHT[0], "wrong/x-right.yaml"),
                     ("wrong-passes", f"{HOME}/wrong/x-right.yaml", 1, "earns the full score"),
                     id="a wrong answer that is right"),
        pytest.param(_rename("wrong/x-too-wide.yaml", "wrong/pod-peer-any-namespac.yaml"),
                     ("wrong-unknown", f"{HOME}/wrong/pod-peer-any-namespac.yaml", 1, "no misconception is called"),
                     id="a misconception that nobody knows"),
        pytest.param(_rename("wrong/x-too-wide.yaml", "wrong/policies-intersect.yaml"),
                     ("wrong-misread", f"{HOME}/wrong/policies-intersect.yaml", None, "not policies-intersect"),
                     id="a misconception that does not show"),
        pytest.param(_edit("solutions/shop/who-talks/exercise.yaml", "- office -> web:8080", '- "* -> web:8080"'),
                     ("exercise-broken", "solutions/shop/who-talks/exercise.yaml", 14, "must name one endpoint"),
                     id="a prediction without one truth"),
        pytest.param(_write(f"{HOME}/right/permitted.txt", "# Why.\n\nNetworkPolicy db: spec left out\n"),
                     ("permission-unexplained", f"{HOME}/right/permitted.txt", 3, "no reason is given"),
                     id="a permission without a reason"),
        pytest.param(_write(f"{HOME}/right/permitted.txt", "# Why.\nNetworkPolicy db: spec left out\n"),
                     ("permission-unneeded", f"{HOME}/right/permitted.txt", 2, "no mutant needs"),
                     id="a permission that nobody needs"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_a_remedy(course, monkeypatch, spoil, found):
    monkeypatch.setattr("autograder.exercises.audit.fates", lambda *_: Fates())  # none of these faults is a mutant's
    spoil(course)
    told = problems(course)
    id_, file, line, said = found
    matching = [problem for problem in told if problem.id == id_ and problem.file == file and said in problem.message]
    assert matching, told
    assert line in (None, matching[0].line)
    assert all(problem.remedy and problem.line >= 1 for problem in told)


def test_a_survivor_is_told_with_its_edit_and_a_flow_and_can_be_permitted(course):
    text = (course / HOME / "exercise.yaml").read_text(encoding="utf-8")
    start, end = text.index("intent:"), text.index("hints:")
    (course / HOME / "exercise.yaml").write_text(text[:start] + LENIENT + text[end:], encoding="utf-8")
    survivors = [problem for problem in problems(course, "only-api") if problem.id == "mutant-survived"]
    assert survivors
    assert all(problem.diff and problem.flow for problem in survivors)
    assert all((course / problem.file).is_file() for problem in survivors)
    _write(f"{HOME}/right/permitted.txt", "# The shop does not care.\nNetworkPolicy *\n")(course)
    (each,) = audit(read_course(course), ["only-api"])
    assert each.mutants.survived == 0
    assert each.mutants.permitted > len(survivors)
    assert [problem.id for problem in each.problems if problem.id.startswith(("mutant", "permission"))] == []


@pytest.mark.parametrize(
    ("name", "said"), [("only-apy", "Did you mean only-api?"), ("zzz", "There are: only-api, who-talks.")]
)
def test_an_exercise_that_is_not_there(course, name, said):
    with pytest.raises(InputError) as caught:
        problems(course, name)
    assert said in str(caught.value)


# -- the command -----------------------------------------------------------------------------------


def test_the_command_says_yes(course, capsys):
    status, out, err = run(capsys, "--course", str(course))
    assert (status, err) == (0, "")
    assert out.startswith("only-api: 2 right, 2 wrong; mutants: ")
    assert out.endswith("2 exercises, no problems\n")


def test_the_command_says_no_and_what_to_do(course, capsys):
    (course / HOME / "right" / RIGHT[1]).unlink()
    status, out, _ = run(capsys, "only-api", "--course", str(course))
    assert status == 1
    assert f"{HOME}/exercise.yaml:1: right-too-few" in out
    assert out.endswith("1 exercise, 1 problem\n")


def test_the_document_is_as_its_schema_says(course, capsys):
    _write(f"{HOME}/right/permitted.txt", "NetworkPolicy db: spec left out\n")(course)
    status, out, err = run(capsys, "--course", str(course), "-o", "json")
    document = valid(out)
    assert (status, err) == (1, "")
    assert [problem["id"] for problem in document["problems"]] == ["permission-unexplained", "permission-unneeded"]
    assert [each["id"] for each in document["exercises"]] == ["only-api", "who-talks"]
    assert document["exercises"][0]["mutants"]["survived"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([], "only-apy", id="an exercise that is not there"),
        pytest.param(["--course", "nowhere"], "nowhere is not a course", id="a course that is not there"),
    ],
)
def test_what_cannot_be_checked_is_said(course, capsys, monkeypatch, words, said):
    monkeypatch.chdir(course)
    status, out, err = run(capsys, "only-apy", *words)
    assert (status, out) == (2, "")
    assert said in err


def test_a_release_cannot_be_checked(course, capsys):
    (course / "solutions").rename(course / "exercises")
    status, out, err = run(capsys, "--course", str(course), "-o", "json")
    assert (status, out) == (2, "")
    assert "A release holds no answers" in err


def test_half_the_command_is_bad_usage(capsys):
    assert cli.main(["course"]) == 2
    assert "check" in capsys.readouterr().err
