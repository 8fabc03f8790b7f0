"""The families of the course, small ones made up on the spot, and variants in which every two choices meet."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

from autograder.classroom.variants.family import Family, Variant, read_family
from autograder.course import Course, read_course
from autograder.exercises.spec import Exercise, Exercises

ROOT = Path(__file__).parents[3]
FOLDERS = sorted(path.parent for path in ROOT.glob("solutions/*/*/variants.yaml"))
SECRET = bytes(range(32))

SMALL = """\
axes:
  direction: [in, out]
  peer: [near, far]
never:
  - {direction: out, peer: far}
names:
  victims:
    - {victim: api}
    - {victim: web}
    - {victim: db}
default: {direction: in, peer: near, victims: 1}
pieces:
  rules: {$by: direction, in: [one], out: [two]}
files:
  exercise.yaml: {id: made-up, version: 1, title: Made up, points: 4, task: "For ${victim}.", hints: [Look., Again.]}
  world.yaml: [{rules: "${rules}"}]
  starter.yaml: [{kind: Pod}]
right: {one: [{kind: "${victim}"}]}
wrong: {x-one: [{kind: Pod}]}
"""


def family_in(folder: Path, text: str = SMALL) -> Family:
    """The family that a text describes."""
    (folder / "variants.yaml").write_text(text, encoding="utf-8")
    return read_family(folder)


def exercise_of(folder: Path) -> Exercise:
    """The exercise in a folder of the course."""
    return Exercises(read_course(ROOT)).get(folder.name)


def meeting(family: Family) -> list[Variant]:
    """Few variants in which any two choices that may meet do meet."""

    def pairs(variant: Variant) -> set[Any]:
        return set(combinations(variant.choices, 2))

    variants = list(family)
    open_pairs = set().union(*map(pairs, variants))
    found = []
    while open_pairs:
        # Evenly strewn candidates are enough, and quicker than all.
        best = max(variants[len(found) % 7 :: 7], key=lambda variant: len(pairs(variant) & open_pairs))
        if not pairs(best) & open_pairs:
            best = max(variants, key=lambda variant: len(pairs(variant) & open_pairs))
        found.append(best)
        open_pairs -= pairs(best)
    return found


def small_course(folder: Path) -> Course:
    """A copy of the course that holds the homework alone, its released side too."""
    import shutil

    for side in ("solutions", "exercises"):
        shutil.copytree(ROOT / side / "homework", folder / side / "homework")
    shutil.copy(ROOT / "course.yaml", folder)
    return read_course(folder)
