"""Whose variant is which, and the secret that only the instructor has."""

import os
import stat
from collections import Counter

import pytest

from autograder.classroom.variants.choosing import chosen, read_secret, secret_of
from autograder.manifests.limits import InputError

from .families import SECRET, SMALL, family_in


def test_the_choice_is_the_same_for_ever(tmp_path):
    """These are golden: another line means that every learner of every class gets another variant."""
    family = family_in(tmp_path)
    assert [chosen(family, student, SECRET).described for student in ("ada", "grace", "linus")] == [
        {"direction": "out", "peer": "near", "victims": "2"},
        {"direction": "in", "peer": "far", "victims": "3"},
        {"direction": "in", "peer": "far", "victims": "3"},
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Zoe\u0308", "Zo\u00eb", True, id="two ways to write one letter"),
        pytest.param("ada  lovelace", " ada lovelace\n", True, id="spaces"),
        pytest.param("ada\u202e", "ada", True, id="direction marks"),
        pytest.param("ada", "Ada", False, id="capital letters differ"),
        pytest.param("ada", "\u0430da", False, id="a letter that only looks alike differs"),
    ],
)
def test_names_are_compared_as_submissions_write_them(tmp_path, one, other, same):
    family = family_in(
        tmp_path, SMALL.replace("    - {victim: db}\n", "".join(f"    - {{victim: v{n}}}\n" for n in range(900)))
    )
    assert (chosen(family, one, SECRET) == chosen(family, other, SECRET)) == same


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(SMALL.replace("version: 1", "version: 2"), id="another version"),
        pytest.param(SMALL.replace("id: made-up", "id: made-upon"), id="another exercise"),
    ],
)
def test_another_exercise_is_another_draw(tmp_path, other):
    students = [f"s{number}" for number in range(50)]
    first = family_in(tmp_path)
    before = [chosen(first, student, SECRET).described for student in students]
    second = family_in(tmp_path, other)
    assert before != [chosen(second, student, SECRET).described for student in students]
    assert before != [chosen(first, student, SECRET[::-1]).described for student in students], "another secret, too"


def test_every_variant_is_equally_likely(tmp_path):
    family = family_in(tmp_path)
    counts = Counter(chosen(family, f"s{number}", SECRET).id for number in range(9000))
    assert len(counts) == 9
    assert all(850 < count < 1150 for count in counts.values()), counts


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "classroom-data" / "secret"
    first = secret_of(path)
    assert len(first) == 32
    assert secret_of(path) == read_secret(path) == first
    assert [file.name for file in path.parent.iterdir()] == ["secret"], "nothing is left beside it"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_of(tmp_path / "other") != first


def test_a_place_for_secrets_that_is_a_file_is_told(tmp_path):
    (tmp_path / "classroom-data").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="Name another place with --secret"):
        secret_of(tmp_path / "classroom-data" / "secret")


@pytest.mark.parametrize(
    "held",
    [b"", b"secret\n", b"0" * 63, b"0" * 65, b"\xff" * 64, b"g" * 64, bytes(1000)],
    ids=["empty", "a word", "short", "long", "binary", "no digits", "zeros"],
)
def test_a_file_that_holds_no_secret_is_kept_and_told(tmp_path, held):
    path = tmp_path / "secret"
    path.write_bytes(held)
    with pytest.raises(InputError, match="holds no secret"):
        secret_of(path)
    assert path.read_bytes() == held


def test_a_secret_that_is_gone_is_not_made_for_grading(tmp_path):
    with pytest.raises(InputError, match="which variant was whose"):
        read_secret(tmp_path / "secret")
    assert not (tmp_path / "secret").exists()
