"""What each learner gets: a desk that works, with nothing on it that is not theirs."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import PurePosixPath

import pytest

from autograder.classroom.variants.assigned import family_of, variant_for, variant_of
from autograder.classroom.variants.desks import (
    assigned,
    desk_of,
    manifest_rows,
    read_assignment,
    write_desk,
    write_manifest,
)
from autograder.classroom.variants.family import FILES
from autograder.course import read_course
from autograder.exercises.answers import submitted_answer
from autograder.exercises.checking import check_answer
from autograder.exercises.notebooks import read_notebook
from autograder.exercises.spec import Exercises
from autograder.manifests.limits import InputError

from .families import SECRET, small_course

STUDENTS = ("ada", "grace.hopper", "../linus")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def assignment(course):
    return read_assignment(course, "homework")


@pytest.fixture(scope="module")
def given(assignment):
    return {each.student: each for each in assigned(assignment, STUDENTS, SECRET)}


def opened(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder / "homework"


def test_a_desk_is_a_small_course_of_the_learners_own(assignment, given, tmp_path):
    desk = opened(desk_of(assignment, given["ada"]), tmp_path)
    files = sorted(path.relative_to(desk).as_posix() for path in desk.rglob("*") if path.is_file())
    assert files == [
        "course.yaml",
        "exercises/homework/homework.ipynb",
        "exercises/homework/own-door/exercise.yaml",
        "exercises/homework/own-door/starter.yaml",
        "exercises/homework/own-door/world.yaml",
        "exercises/homework/own-guard/exercise.yaml",
        "exercises/homework/own-guard/images.yaml",
        "exercises/homework/own-guard/starter.yaml",
        "exercises/homework/own-guard/world.yaml",
    ]
    course = read_course(desk)
    assert (course.title, course.version) == (assignment.course.title, assignment.course.version)
    assert (desk / course.start).is_file()
    for exercise in assignment.own:
        mine = variant_for(exercise, "ada", SECRET)
        theirs = Exercises(course).get(exercise.id)
        assert (theirs.task, theirs.starter, theirs.points) == (mine.task, mine.starter, exercise.points)
        assert theirs.solution is None
        assert theirs.right == theirs.wrong == ()


@pytest.mark.parametrize("student", STUDENTS)
def test_an_answer_on_the_desk_is_worth_what_it_is_worth_in_the_grade(assignment, given, student, tmp_path):
    """The learner's check on the desk, and the instructor's grade of the notebook, for right and wrong answers."""
    desk = opened(desk_of(assignment, given[student]), tmp_path)
    notebook = desk / "exercises" / "homework" / "homework.ipynb"
    for exercise in assignment.own:
        own, mine = Exercises(read_course(desk)).get(exercise.id), variant_for(exercise, student, SECRET)
        untouched = submitted_answer(mine, notebook)
        assert (untouched.state, untouched.side) == ("starter", "cell")
        variant = variant_of(exercise, student, SECRET)
        for text in (*variant.right.values(), *variant.wrong.values()):
            value = json.loads(notebook.read_bytes())
            cell = next(c for c in value["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == exercise.id)
            cell["source"] = f"%%manifest {exercise.id}\n{text}"
            handed_in = tmp_path / "handed-in.ipynb"
            handed_in.write_text(json.dumps(value), encoding="utf-8")
            there, here = (check_answer(each, submitted_answer(each, handed_in)) for each in (own, mine))
            assert there == here
            assert (here.status == "pass") == (text in variant.right.values())


def test_the_notebook_prints_the_task_and_holds_none(assignment, given, tmp_path):
    desk = opened(desk_of(assignment, given["ada"]), tmp_path)
    notebook = read_notebook(desk / "exercises" / "homework" / "homework.ipynb")
    text = "\n".join(cell.text for cell in notebook.cells)
    for exercise in assignment.own:
        assert f'task("{exercise.id}")' in text
        for student in STUDENTS:
            assert variant_for(exercise, student, SECRET).task.splitlines()[0] not in text


def test_only_the_starters_differ_between_two_notebooks(assignment, given):
    def cells(student):
        with zipfile.ZipFile(io.BytesIO(desk_of(assignment, given[student]))) as archive:
            return json.loads(archive.read("homework/exercises/homework/homework.ipynb"))["cells"]

    differ = [one["id"] for one, other in zip(cells("ada"), cells("grace.hopper"), strict=True) if one != other]
    assert differ == ["own-door", "own-guard"]


def test_nothing_of_the_instructors_is_on_a_desk(assignment, given):
    """No secret, no choice, no family, no right or wrong answer, and nobody else's starter or task."""
    for student in STUDENTS:
        with zipfile.ZipFile(io.BytesIO(desk_of(assignment, given[student]))) as archive:
            everything = "\n".join(archive.read(name).decode() for name in archive.namelist())
        assert SECRET.hex() not in everything
        assert "$by" not in everything
        assert not any(f'"{name}"' in everything or f" {name}" in everything for name in STUDENTS)
        for exercise, variant in given[student].variants:
            assert variant.id not in everything
            for text in (*variant.right.values(), *variant.wrong.values()):
                assert text not in everything
            family = family_of(exercise)
            assert not any(f"{axis}={choice}" in everything for axis in family.axes for choice in family.axes[axis])


def test_what_somebody_put_into_the_release_by_mistake_stays_there(tmp_path):
    course = small_course(tmp_path)
    folder = course.root / "exercises" / "homework"
    for name in (
        "own-door/right/1.yaml",
        "own-door/variants.yaml",
        "answers/own-door.yaml",
        ".ipynb_checkpoints/x.ipynb",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("kind: Pod\n", encoding="utf-8")
    (folder / "about.txt").write_text("Read me.\n", encoding="utf-8")
    assignment = read_assignment(course, "homework")
    with zipfile.ZipFile(io.BytesIO(desk_of(assignment, next(assigned(assignment, ["ada"], SECRET))))) as archive:
        names = archive.namelist()
    assert "homework/exercises/homework/about.txt" in names
    assert {PurePosixPath(name).name for name in names} == {*FILES[:4], "homework.ipynb", "course.yaml", "about.txt"}
    assert not any("answers" in name or "right" in name for name in names)


def test_archives_hold_no_time_and_no_machine(assignment, given):
    with zipfile.ZipFile(io.BytesIO(desk_of(assignment, given["ada"]))) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.create_system, entry.external_attr >> 16, entry.compress_type) == (3, 0o100644, 0)
        assert archive.namelist() == sorted(archive.namelist())


def test_the_same_input_gives_the_same_bytes(course, assignment, given):
    other = read_assignment(read_course(course.root), "homework")
    for each in assigned(other, reversed(STUDENTS), SECRET):
        assert desk_of(other, each) == desk_of(assignment, given[each.student])


def test_the_bytes_are_known(assignment, given):
    """Golden: they change when the families, the notebook or the version change, and with nothing else."""
    with zipfile.ZipFile(io.BytesIO(desk_of(assignment, given["ada"]))) as archive:
        world = archive.read("homework/exercises/homework/own-door/world.yaml")
    assert hashlib.sha256(world).hexdigest()[:16] == "3daa3ac8a277f049"


def test_a_desk_is_written_as_a_whole(assignment, given, tmp_path):
    path = write_desk(tmp_path / "desks", assignment, given["../linus"])
    assert path.parent == tmp_path / "desks"
    assert [file.name for file in path.parent.iterdir()] == [given["../linus"].file]
    first = path.read_bytes()
    path.write_bytes(first[:100])
    (path.parent / f".{path.name}.part").write_bytes(b"half")
    assert write_desk(tmp_path / "desks", assignment, given["../linus"]).read_bytes() == first
    assert len(list(path.parent.iterdir())) == 1


def test_a_place_that_is_no_folder_is_told(assignment, given, tmp_path):
    (tmp_path / "desks").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="Name another folder with --out"):
        write_desk(tmp_path / "desks", assignment, given["ada"])


def test_the_manifest_says_who_has_what(assignment, tmp_path):
    everybody = list(assigned(assignment, ["ada", "=1+1"], SECRET))
    path = write_manifest(tmp_path, [row for each in everybody for row in manifest_rows(each)])
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [(row["student"], row["exercise"], row["version"]) for row in rows] == [
        ("ada", "own-door", "1"), ("ada", "own-guard", "1"), ("'=1+1", "own-door", "1"), ("'=1+1", "own-guard", "1"),
    ]  # fmt: skip
    door = variant_of(assignment.own[0], "ada", SECRET)
    assert (rows[0]["file"], rows[0]["variant"]) == ("ada.zip", door.id)
    assert rows[0]["choices"].startswith(" ".join(f"{axis}={choice}" for axis, choice in door.choices))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param("unbuilt", "make build", id="not built"),
        pytest.param("gone", "no assignment 'homework'", id="not there"),
        pytest.param("without families", "no exercise of homework has variants", id="no families"),
        pytest.param("without the task", "no cell shows the task of own-door", id="no cell prints the task"),
        pytest.param("with a task", "cell 1 holds the task of own-door", id="the task of the course in a cell"),
    ],
)
def test_an_assignment_that_cannot_be_released_is_told(tmp_path, spoil, said):
    course = small_course(tmp_path)
    notebook = course.root / "exercises/homework/homework.ipynb"
    value = json.loads(notebook.read_bytes())
    if spoil == "unbuilt":
        notebook.unlink()
    elif spoil == "gone":
        shutil.rmtree(course.root / "solutions/homework")
    elif spoil == "without families":
        for path in course.root.glob("solutions/*/*/variants.yaml"):
            path.unlink()
    elif spoil == "without the task":
        value["cells"] = [cell for cell in value["cells"] if cell["id"] != "own-door-task"]
        notebook.write_text(json.dumps(value), encoding="utf-8")
    else:
        value["cells"][0]["source"] = [Exercises(course).get("own-door").task]
        notebook.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_assignment(course, "homework")
