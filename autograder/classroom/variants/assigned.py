"""How does a learner have an exercise?

An exercise with a family (`family`) is another one for every learner: the same id, version, title, points and concepts,
with a world, a starter and an intent of its own. Any other exercise is the same for all.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from autograder.exercises.checking import world_of
from autograder.exercises.spec import Exercise, read_exercise
from autograder.manifests.limits import InputError

from .choosing import chosen
from .family import NAME, Family, Variant, read_family

KEPT: Final = 128
"""How many variants are kept ready. A class of a thousand has nearly as many different ones; each costs some
milliseconds to make, and some hundred kilobytes to keep."""

_FAMILIES: WeakKeyDictionary[Exercise, Family | None] = WeakKeyDictionary()
_MADE: OrderedDict[tuple[str, str, str], Exercise] = OrderedDict()


def family_of(exercise: Exercise) -> Family | None:
    """Return the family of an exercise, read once; None if it has none.

    Raises `InputError` for a family that cannot be read or describes another exercise.
    """
    if exercise not in _FAMILIES:
        _FAMILIES[exercise] = _agreeing(exercise) if (exercise.folder / NAME).is_file() else None
    return _FAMILIES[exercise]


def variant_of(exercise: Exercise, student: str, secret: bytes) -> Variant | None:
    """Return a learner's variant of an exercise; None if it is the same for all. Raises `InputError` as `family_of`."""
    family = family_of(exercise)
    return chosen(family, student, secret) if family is not None else None


def variant_for(exercise: Exercise, student: str, secret: bytes) -> Exercise:
    """Return an exercise as a learner has it: the exercise itself if it has no family.

    The same learner, exercise, version and secret give the same variant. Raises `InputError` for a broken family.
    """
    variant = variant_of(exercise, student, secret)
    return exercise if variant is None else made(exercise, variant)


def made(exercise: Exercise, variant: Variant) -> Exercise:
    """Return a variant as an exercise; the last `KEPT` are kept. Raises `InputError` for a broken template."""
    key = (str(exercise.folder), exercise.id, variant.id)
    if key not in _MADE:
        _MADE[key] = build(exercise, variant)
        if len(_MADE) > KEPT:
            _MADE.popitem(last=False)
    _MADE.move_to_end(key)
    return _MADE[key]


def build(exercise: Exercise, variant: Variant) -> Exercise:
    """Return a variant as an exercise, made anew. Raises `InputError` for a broken template."""
    # An exercise is a folder. This one is needed only until everything in it was read.
    with tempfile.TemporaryDirectory(prefix="variant-") as place:
        folder = Path(place) / exercise.assignment / exercise.id
        write(variant, folder)
        try:
            found = read_exercise(folder)
            _ = found.starter
            _ = found.world
            world = world_of(found)
            _ = world.machine
        except InputError as error:
            chosen_ = ", ".join(f"{axis}: {choice}" for axis, choice in variant.described.items())
            where = variant.family.document.file
            message = str(error).replace(f"{folder}", exercise.id)
            raise InputError(f"{where}: with {chosen_} the variant is no exercise. {message}") from None
    return found


def write(variant: Variant, folder: Path) -> None:
    """Write the files of a variant that a learner gets. Raises `InputError` for a broken template."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in variant.files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _agreeing(exercise: Exercise) -> Family:
    """Return the family in the folder of an exercise. Raises `InputError` if the two do not agree."""
    family = read_family(exercise.folder)
    common = family.value["files"]["exercise.yaml"]
    there = {
        "id": exercise.id,
        "version": exercise.version,
        "title": exercise.title,
        "concepts": list(exercise.concepts),
        "points": exercise.points,
        "lesson": exercise.lesson,
    }
    for key, value in there.items():
        if common.get(key) != value:
            at = family.at(("files", "exercise.yaml", key) if key in common else ("files", "exercise.yaml"))
            raise InputError(f"{at}: {key} must be {value}, as in exercise.yaml. Write them anew from the family.")
    return family
