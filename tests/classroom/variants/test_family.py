"""Families as their authors write them: what they hold, and what is said about a broken one."""

import json
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.variants.assigned import family_of
from autograder.classroom.variants.family import FILES, read_family
from autograder.exercises.spec import read_exercise
from autograder.manifests.limits import InputError
from tools.variants import main

from .families import FOLDERS, ROOT, SMALL, family_in


def test_what_makes_no_sense_is_left_out(tmp_path):
    family = family_in(tmp_path)
    assert [dict(choices) for choices in family.structures] == [
        {"direction": "in", "peer": "near"},
        {"direction": "in", "peer": "far"},
        {"direction": "out", "peer": "near"},
    ]
    assert family.size == 9


def test_every_number_is_a_variant_and_every_variant_has_one(tmp_path):
    family = family_in(tmp_path)
    ids = [family.numbered(number).id for number in range(family.size)]
    assert len(set(ids)) == family.size
    assert family.numbered(family.size + 4).id == ids[4]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@given(number=st.integers(0, 2**256 - 1))
def test_a_variant_is_found_again_by_its_description(folder, number):
    family = _FAMILIES[folder.name]
    variant = family.numbered(number)
    assert family.described(variant.described) == variant


_FAMILIES = {folder.name: read_family(folder) for folder in FOLDERS}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"direction": "up"}, id="an unknown choice"),
        pytest.param({"direction": "out", "peer": "far"}, id="what makes no sense"),
        pytest.param({"victims": "0"}, id="numbers begin with 1"),
        pytest.param({"victims": "4"}, id="a number beyond the last"),
        pytest.param({"victims": "x"}, id="no number"),
    ],
)
def test_a_description_of_no_variant_is_refused(tmp_path, change):
    family = family_in(tmp_path)
    with pytest.raises(ValueError):
        family.described({**family.default.described, **change})


def test_a_description_without_an_axis_is_refused(tmp_path):
    family = family_in(tmp_path)
    with pytest.raises(ValueError):
        family.described({"direction": "in", "victims": "1"})


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        pytest.param("pieces:", "piece:", 12, "there is no key piece", id="an unknown key"),
        pytest.param("axes:\n  direction: [in, out]\n", "axes:\n  direction: in\n", 2, "a list of choi", id="no list"),
        pytest.param("peer: far}", "peer: fur}", 5, "is not there", id="an unknown choice in a rule"),
        pytest.param("out: [two]", "up: [two]", 13, "no choice up", id="a piece with an unknown choice"),
        pytest.param("default: {direction: in,", "default: {", 11, "a choice for every axis", id="half a default"),
        pytest.param("victims: 1}", "victims: 9}", 11, "a number for every list", id="a default beyond the last"),
        pytest.param("{victim: web}", "{other: web}", 7, "the same words each", id="words that differ"),
        pytest.param("  starter.yaml: [{kind: Pod}]\n", "", 14, "must be there", id="no starter"),
        pytest.param("title: Made up", 'title: "${victim}"', 15, "the same for every variant", id="a varying title"),
        pytest.param("- {direction: out, peer: far}", "- {direction: [in, out]}", 4, "no variant", id="none is left"),
        pytest.param('right: {one: [{kind: "${victim}"}]}\n', "", 1, "right must be there", id="no right answer"),
        pytest.param("pieces:\n", "axes: {}\npieces:\n", 12, "stands there twice", id="a key that stands there twice"),
        pytest.param("axes:", "axes: [", 3, "", id="no YAML"),
    ],
)  # fmt: skip
def test_a_broken_family_is_told_with_its_line(tmp_path, old, new, line, said):
    assert old in SMALL
    with pytest.raises(InputError) as caught:
        family_in(tmp_path, SMALL.replace(old, new))
    assert said in str(caught.value)
    assert f"variants.yaml:{line}: " in str(caught.value), caught.value


def test_a_broken_piece_is_told_with_the_choices_that_show_it(tmp_path):
    family = family_in(tmp_path, SMALL.replace("out: [two]", 'out: "${gone}"'))
    assert family.default.files
    with pytest.raises(InputError, match=r"variants.yaml:16: .*called gone.*found with direction: out, peer: near"):
        _ = family.numbered(2).files


def test_a_family_is_not_for_another_exercise(tmp_path):
    exercise = read_exercise(FOLDERS[0])
    for file in FILES[:3]:
        (tmp_path / exercise.id).mkdir(exist_ok=True)
        (tmp_path / exercise.id / file).write_bytes((FOLDERS[0] / file).read_bytes())
    text = (FOLDERS[0] / "variants.yaml").read_text(encoding="utf-8").replace("points: 50", "points: 40")
    (tmp_path / exercise.id / "variants.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="points must be 50"):
        family_of(read_exercise(tmp_path / exercise.id))


def test_the_default_variants_are_current(capsys):
    assert main(["--check", "--root", str(ROOT)]) == 0, capsys.readouterr().out


def test_a_default_variant_that_is_not_current_is_noticed(tmp_path, capsys):
    folder = tmp_path / "solutions" / "mine" / "made-up"
    folder.mkdir(parents=True)
    family_in(folder)
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    (folder / "wrong" / "x-old.yaml").write_text("kind: Pod\n", encoding="utf-8")
    (folder / "world.yaml").write_text("kind: Pod\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().out.split("\n")[:2] == [
        "solutions/mine/made-up/world.yaml is not what its family makes",
        "solutions/mine/made-up/wrong/x-old.yaml is not what its family makes",
    ]
    assert main(["--root", str(tmp_path)]) == 0
    assert not (folder / "wrong" / "x-old.yaml").exists()


def test_a_family_reaches_no_learner():
    for name in ("variants.yaml", "right", "wrong", "solution.md"):
        assert not list((ROOT / "exercises").rglob(name))


def test_variants_are_the_same_in_another_process():
    """Nothing hangs on the hash seed of a process, or on an order that only this process has."""
    code = (
        "import sys, json, pathlib; from autograder.classroom.variants.family import read_family;"
        "v = read_family(pathlib.Path(sys.argv[1])).numbered(10**40);"
        "print(json.dumps([v.id, v.files, v.right, v.wrong]))"
    )
    for folder in FOLDERS:
        said = {
            subprocess.run(
                [sys.executable, "-c", code, str(folder)],
                env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
                capture_output=True, text=True, check=True,
            ).stdout
            for seed in ("1", "2")
        }  # fmt: skip
        variant = _FAMILIES[folder.name].numbered(10**40)
        assert [json.loads(text) for text in said] == [[variant.id, variant.files, variant.right, variant.wrong]]


@pytest.mark.parametrize(
    "odd", [None, 1, "x", [], {}, [1], [None], {"a": 1}, {"a": None}, {"a": [1]}, [{}], [[]]], ids=str
)
@pytest.mark.parametrize(
    "way", ["axes", "never", "names", "default", "pieces", "files", "right", "wrong", "files/exercise.yaml"]
)
def test_a_family_of_an_odd_shape_is_told_and_never_raises_anything_else(tmp_path, way, odd):
    value = yaml.safe_load(SMALL)
    *above, last = way.split("/")
    holder = value
    for step in above:
        holder = holder[step]
    holder[last] = odd
    said = ""
    try:
        family = family_in(tmp_path, json.dumps(value))
        made = [(variant.files, variant.right, variant.wrong) for variant in family]
    except InputError as error:
        said, made = str(error), []
    assert made or "variants.yaml" in said
