"""Which variants are the same problem under other names?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.variants.family import Variant, read_family
from autograder.classroom.variants.form import normal_form

from .families import FOLDERS, SMALL, family_in

FAMILIES = {folder.name: read_family(folder) for folder in FOLDERS}
STRUCTURES = {"own-door": 1596, "own-guard": 5352}
"""How many problems there are when names and numbers do not count. docs/variants.md names them."""


@pytest.mark.parametrize("name", STRUCTURES)
@given(number=st.integers(0, 10**9), names=st.integers(0, 10**9))
def test_names_and_numbers_make_no_other_problem(name, number, names):
    family = FAMILIES[name]
    structure = number % len(family.structures)
    other = family.numbered(structure + names * len(family.structures))
    assert normal_form(family.numbered(structure)) == normal_form(other)


@pytest.mark.slow
@pytest.mark.parametrize("name", STRUCTURES)
def test_so_many_problems_there_are(name):
    assert len({normal_form(variant) for variant in FAMILIES[name]}) == STRUCTURES[name]


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_axis_makes_another_problem(name):
    """Each choice of an axis is a problem of its own, the other choices being the same."""
    family = FAMILIES[name]
    allowed = set(family.structures)
    for axis, choices in family.axes.items():
        for start in family.structures[::97]:
            changed = [tuple({**dict(start), axis: choice}.items()) for choice in choices]
            variants = [
                Variant(family, structure, family.default.names) for structure in changed if structure in allowed
            ]
            if len(variants) == len(choices):
                assert len(set(map(normal_form, variants))) == len(choices), (axis, start)
                break
        else:
            pytest.fail(f"no choices leave {axis} free")


def test_a_symmetric_choice_is_one_problem():
    """Which of two containers that are alike is the odd one makes no difference, and is not counted twice."""
    family = FAMILIES["own-guard"]
    like = {**family.default.described, "trap": "host"}
    one, other = (normal_form(family.described({**like, "who": who})) for who in ("main", "side"))
    assert one == other
    init = normal_form(family.described({**like, "who": "init"}))
    assert init != one


def test_prose_makes_no_other_problem(tmp_path):
    one = family_in(tmp_path, SMALL.replace('"For ${victim}."', '"For.", intent: {why: Because.}'))
    form = normal_form(one.default)
    other = family_in(tmp_path, SMALL.replace('"For ${victim}."', '"For you.", intent: {why: Since.}'))
    assert normal_form(other.default) == form
    third = family_in(tmp_path, SMALL.replace('"For ${victim}."', '"For you.", intent: {rest: any}'))
    assert normal_form(third.default) != form


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_word_of_the_names_stands_in_a_template(folder):
    """It would be taken for a name there, and learners could take it for one, too."""
    family = FAMILIES[folder.name]
    text = (folder / "variants.yaml").read_text(encoding="utf-8").partition("\npieces:")[2]
    written = set(re.findall(r"[A-Za-z0-9./_-]+", re.sub(r"\$\{[^}]*\}|#.*", " ", text)))
    words = {str(word) for choices in family.names.values() for choice in choices for word in choice.values()}
    assert not words & written
