"""The small course that these tests read, and exercises made up on the spot."""

from __future__ import annotations

from pathlib import Path

from autograder.course import read_course
from autograder.exercises.spec import Exercise, Exercises, read_exercise

ROOT = Path(__file__).parent / "fixtures" / "course"
WORLD = ROOT / "solutions" / "shop" / "world.yaml"
EXERCISES = Exercises(read_course(ROOT))
ONLY_API = EXERCISES.get("only-api")
REFUSE_IT = EXERCISES.get("refuse-it")
WHO_TALKS = EXERCISES.get("who-talks")

HEAD = """\
id: {name}
version: 1
title: Made up
points: {points}
task: Do it.
hints: [Look., Look again.]
"""


def policy(name: str = "db", spec: str = "podSelector: {}") -> str:
    """A policy in the namespace shop; `spec` is its spec in flow style or indented by two."""
    text = f"  {spec}" if "\n" not in spec else spec
    return f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
{text}
"""


def made_up(
    folder: Path, asks: str, *, starter: str = "# Yours.\n", points: str = "4", name: str = "made-up"
) -> Exercise:
    """An exercise over the small shop; `asks` is what stands in exercise.yaml beside the usual."""
    home = folder / "solutions" / "mine" / name
    home.mkdir(parents=True)
    (home / "exercise.yaml").write_text(HEAD.format(name=name, points=points) + asks, encoding="utf-8")
    (home / "world.yaml").write_text(WORLD.read_text(encoding="utf-8"), encoding="utf-8")
    (home / "starter.yaml").write_text(starter, encoding="utf-8")
    return read_exercise(home)
