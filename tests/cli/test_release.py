"""``autograder release``, as an instructor types it, and what a learner does with what comes of it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.classroom.variants.families import SECRET, small_course

from .running import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course")).root


@pytest.fixture
def place(tmp_path):
    (tmp_path / "class.csv").write_text("student,name\nada,Ada\ngrace,Grace\nlinus,Linus\n", encoding="utf-8")
    (tmp_path / "secret").write_text(SECRET.hex() + "\n", encoding="ascii")
    return tmp_path


def release(course, place, *words, held="secret"):
    return run(
        "release", "homework", "--course", str(course), "--roster", str(place / "class.csv"), "--jobs", "1",
        "--out", str(place / "desks"), "--secret", str(place / held), *words,
    )  # fmt: skip


def read(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_class_gets_its_desks(course, place):
    answer = release(course, place)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        f"3 desks for homework in {place / 'desks'}.",
        "own-door: 3 variants, 3 of them of one learner alone.",
        "own-guard: 3 variants, 3 of them of one learner alone.",
        f"Who has what stands in {place / 'desks' / 'variants.csv'}. It is yours alone.",
    ]
    assert sorted(read(place / "desks")) == ["ada.zip", "grace.zip", "linus.zip", "variants.csv"]


def test_stopped_half_way_and_started_again_it_writes_the_same(course, place):
    release(course, place)
    first = read(place / "desks")
    (place / "desks" / "grace.zip").write_bytes(first["grace.zip"][:1000])
    (place / "desks" / "linus.zip").unlink()
    (place / "desks" / "variants.csv").unlink()
    release(course, place)
    assert read(place / "desks") == first


def test_who_joins_later_changes_nothing_for_the_others(course, place):
    release(course, place)
    first = read(place / "desks")
    with (place / "class.csv").open("a", encoding="utf-8") as file:
        file.write("dennis,Dennis\n")
    release(course, place)
    second = read(place / "desks")
    assert second.pop("dennis.zip")
    assert first.pop("variants.csv") != second.pop("variants.csv")
    assert second == first


def test_archives_of_nobody_are_named_and_kept(course, place):
    (place / "desks").mkdir()
    (place / "desks" / "old.zip").write_bytes(b"")
    answer = release(course, place)
    assert "1 archive there is not in the roster: old.zip" in answer.out
    assert (place / "desks" / "old.zip").exists()


def test_a_secret_is_made_the_first_time(course, place):
    answer = release(course, place, held="data/new-secret")
    assert answer.status == 0
    held = (place / "data" / "new-secret").read_text(encoding="ascii")
    assert len(held) == 65
    again = read(place / "desks")
    release(course, place, held="data/new-secret")
    assert read(place / "desks") == again
    assert (place / "data" / "new-secret").read_text(encoding="ascii") == held


def test_without_secret_it_lies_beside_the_course(course, place):
    words = ["--course", str(course), "--roster", str(place / "class.csv"), "--out", str(place / "desks")]
    assert run("release", "homework", *words).status == 0
    assert (course / "classroom-data" / "variants-secret").is_file()


def test_a_learner_works_on_the_desk_with_the_package_alone(course, place):
    """In a process of its own, in the folder of the notebook, without the course of the instructor."""
    release(course, place)
    with zipfile.ZipFile(place / "desks" / "ada.zip") as archive:
        archive.extractall(place / "ada")
    folder = place / "ada" / "homework" / "exercises" / "homework"
    code = (
        "from autograder.notebook import check, hint, show, task\n"
        "print(task('own-door')); print(hint('own-door')); print(show('own-door')); print(check('own-door').score)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.startswith("A door of your own (50 points)\n\n")
    assert "Which Pods does the policy have to select" in done.stdout
    assert "The scene of own-door" in done.stdout
    assert done.stdout.rstrip().endswith("0.0")
    checked = subprocess.run(
        [sys.executable, "-m", "autograder", "check"],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert checked.returncode == 1, checked.stderr
    assert "0 of 2 right, 0 of 100 points" in checked.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--secret", "{place}/desks/secret"], "lies among the desks", id="a secret that is handed out"),
        pytest.param(["--roster", "{place}/none.csv"], "none.csv: No such file", id="no roster"),
        pytest.param(["--secret", "{place}/class.csv"], "holds no secret", id="a secret that is none"),
        pytest.param(["--jobs", "0"], "is no number of processes", id="no process"),
    ],
)
def test_what_cannot_be_carried_out_is_told(course, place, words, said):
    answer = release(course, place, *[word.format(place=place) for word in words])
    assert answer.status == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not list((place / "desks").glob("*.zip"))


def test_an_assignment_without_variants_is_told(place):
    words = ["--course", str(ROOT), "--roster", str(place / "class.csv"), "--out", str(place / "desks")]
    answer = run("release", "np-union", *words, "--secret", str(place / "secret"))
    assert answer.status == 2
    assert "no exercise of np-union has variants" in answer.err
    assert "These have: homework." in answer.err
