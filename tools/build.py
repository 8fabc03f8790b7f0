"""Builds the course from its text: lessons, the instructor's notebooks, and the learner's release.

    python -m tools.build            write what has changed
    python -m tools.build --check    write nothing; status 1 and a list if a committed file is not current

| from                                        | comes                                                     |
|---------------------------------------------|-----------------------------------------------------------|
| ``course/.text/NAME.md``                    | ``course/NAME.ipynb``, starters put into its answer cells |
| ``solutions/ASSIGNMENT/ASSIGNMENT.md``      | ``solutions/ASSIGNMENT/ASSIGNMENT.ipynb``, answered       |
| the same                                    | ``exercises/ASSIGNMENT/ASSIGNMENT.ipynb``, to be answered |
| the public files of ``solutions/``          | the same below ``exercises/``                             |

A fence ``{exercise} ID`` becomes the exercise's title and task. Short tags on code cells become what nbgrader wants
to know:

| tag               | means                                                                                |
|-------------------|--------------------------------------------------------------------------------------|
| ``answer:ID``     | the learner's answer; the text holds ``%%manifest ID`` alone, or ``%%predict ID``    |
|                   | where tests are asked for; the build adds the YAML                                   |
| ``grade:ID``      | the cell whose value is the score                                                    |
| ``points:N``      | beside ``grade:``; may be left out, must agree with the exercise                     |
| ``predict:ID``    | a prediction; the build writes its table, for instructors with what is so            |
| ``given:ID``      | the policies that an exercise gives, to be looked at: put in by the build            |
| ``locked:NAME``   | a cell of an assignment that nobody edits                                            |

The same input gives the same bytes, on every machine. No notebook is ever run.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import yaml

from autograder.exercises.predictions import true_table
from autograder.exercises.spec import read_exercise
from tools.notebook_text import CELL_ID, BuiltCell, TextError, notebook, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.notebook_text import Cell

PUBLIC_FILES = (
    "drivers.yaml",
    "exercise.yaml",
    "given.yaml",
    "images.yaml",
    "node.yaml",
    "starter.yaml",
    "world.yaml",
)
"""What a learner gets of an exercise and of the folder around it. Everything else there is the instructor's."""

PUBLIC_FOLDERS = {"seccomp": "*.json", "suspects": "*.yaml"}
"""Folders of which a learner gets every file of a kind."""

BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"

ROLES = ("answer", "given", "grade", "locked", "predict")

Audience = Literal["lesson", "instructor", "learner"]


@dataclass(frozen=True, slots=True)
class Exercise:
    """What the build has to know of one exercise."""

    id: str
    folder: Path
    title: str
    task: str
    points: int | float
    starter: str | None
    """None for a prediction, which has neither a starter nor answers."""
    right: str | None
    """The first right answer by file name; None for a prediction."""
    given: str | None
    """What a prediction is about, or the right policies that are shown before tests; None where there is nothing."""
    asked: tuple[str, ...] = ()
    """The lines of a prediction's table."""
    suspects: tuple[tuple[str, str], ...] = ()
    """The policies that tests are to tell apart: names and texts."""
    magic: str = "manifest"
    """How the cell with the answer begins."""


def outputs(root: Path) -> dict[PurePosixPath, bytes]:
    """Return every file the build makes, by its path below `root`.

    Raises TextError for a text source or an exercise that cannot be built.
    """
    exercises = {exercise.id: exercise for exercise in _exercises(root)}
    made: dict[PurePosixPath, bytes] = {}
    for text in sorted((root / "course" / ".text").glob("*.md")):
        made[PurePosixPath("course", f"{text.stem}.ipynb")] = _built(root, text, exercises, "lesson")
    for folder in sorted(path for path in (root / "solutions").glob("*") if path.is_dir()):
        text = folder / f"{folder.name}.md"
        if text.is_file():
            name = f"{folder.name}/{folder.name}.ipynb"
            made[PurePosixPath("solutions", name)] = _built(root, text, exercises, "instructor")
            made[PurePosixPath("exercises", name)] = _built(root, text, exercises, "learner")
    for folder in {place for exercise in exercises.values() for place in (exercise.folder, exercise.folder.parent)}:
        inner = [file for name, kind in PUBLIC_FOLDERS.items() for file in sorted((folder / name).rglob(kind))]
        for source in (*(folder / name for name in PUBLIC_FILES), *inner):
            if source.is_file():
                below = source.relative_to(root / "solutions").as_posix()
                made[PurePosixPath("exercises", below)] = source.read_bytes()
    return dict(sorted(made.items()))


def stale(root: Path, made: dict[PurePosixPath, bytes]) -> list[str]:
    """Return one sentence for each file that is missing, differs, or comes from no source any more."""
    found = []
    for path, content in made.items():
        file = root / path
        if not file.is_file():
            found.append(f"{path} is missing")
        elif file.read_bytes() != content:
            found.append(f"{path} is not what its source builds")
    found += [f"{path} comes from no source" for path in _orphans(root, made)]
    return sorted(found)


def write(root: Path, made: dict[PurePosixPath, bytes]) -> list[PurePosixPath]:
    """Bring the files below `root` up to date and return the paths that were written or removed."""
    changed = []
    for path, content in made.items():
        file = root / path
        if not file.is_file() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            changed.append(path)
    for path in _orphans(root, made):
        (root / path).unlink()
        changed.append(path)
        for folder in list((root / path).parents)[: len(path.parts) - 1]:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Build, or check, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description="Build the course from its text.")
    parser.add_argument("--check", action="store_true", help="write nothing; tell what is not current")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the repository")
    options = parser.parse_args(arguments)
    try:
        made = outputs(options.root)
    except TextError as error:
        print(error, file=sys.stderr)
        return 2
    if options.check:
        found = stale(options.root, made)
        for sentence in found:
            print(sentence)
        print("Run: python -m tools.build" if found else f"{len(made)} built files are current.")
        return 1 if found else 0
    changed = write(options.root, made)
    for path in changed:
        print(path)
    print(f"{len(changed)} of {len(made)} built files changed.")
    return 0


# --- exercises -----------------------------------------------------------------------------------------------


def _exercises(root: Path) -> Iterator[Exercise]:
    seen: dict[str, str] = {}
    for file in sorted((root / "solutions").glob("*/*/exercise.yaml")):
        exercise = _exercise(file, file.relative_to(root).as_posix())
        place = file.parent.relative_to(root).as_posix()
        if exercise.id in seen:
            raise TextError(f"{place}: the id is taken by {seen[exercise.id]}; give one of them another")
        seen[exercise.id] = place
        yield exercise


def _exercise(file: Path, where: str) -> Exercise:
    """Read what the build needs. ``autograder.exercises`` judges the rest of the file."""
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TextError(f"{where}: this is not YAML: {error}") from None
    folder = file.parent
    if not isinstance(data, dict) or data.get("id") != folder.name or not CELL_ID.match(folder.name):
        raise TextError(f"{where}: id must be the folder's name, {folder.name!r}, in letters, digits and hyphens")
    title, task, points = (data.get(key) for key in ("title", "task", "points"))
    if not isinstance(title, str) or not isinstance(task, str):
        raise TextError(f"{where}: title and task must be texts")
    if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
        raise TextError(f"{where}: points must be a number above 0")
    if "predict" in data:
        if not (folder / "given.yaml").is_file():
            raise TextError(f"{where}: given.yaml must stand beside it")
        given = _text(folder / "given.yaml")
        predict = data["predict"]
        asked = tuple(predict.get("flows") or predict.get("questions") or ()) if isinstance(predict, dict) else ()
        return Exercise(folder.name, folder, title, task, points, None, None, given, asked)
    right = sorted((folder / "right").glob("*.yaml"))
    if not (folder / "starter.yaml").is_file() or not right:
        raise TextError(f"{where}: starter.yaml and at least one answer in right/ must stand beside it")
    starter = _text(folder / "starter.yaml")
    if "tests" not in data:
        return Exercise(folder.name, folder, title, task, points, starter, _text(right[0]), given=None)
    suspects = tuple((suspect.name, _text(suspect)) for suspect in sorted((folder / "suspects").glob("*.yaml")))
    shown = _text(folder / "given.yaml") if (folder / "given.yaml").is_file() else None
    return Exercise(
        folder.name, folder, title, task, points, starter, _text(right[0]), shown, suspects=suspects, magic="predict"
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8").rstrip()


# --- notebooks -----------------------------------------------------------------------------------------------


def _built(root: Path, text: Path, exercises: dict[str, Exercise], audience: Audience) -> bytes:
    where = text.relative_to(root).as_posix()
    cells = []
    for number, cell in enumerate(parse(text.read_text(encoding="utf-8"), where), start=1):
        built = _built_cell(cell, exercises, audience, f"{where}:{cell.line}")
        cells.append(built if built.id else replace(built, id=f"{text.stem}-{number:02}"))
    ids = [cell.id for cell in cells]
    for cell_id in ids:
        if not CELL_ID.match(cell_id) or ids.count(cell_id) > 1:
            raise TextError(f"{where}: the cell id {cell_id!r} is too long, has odd characters or is used twice")
    return notebook(cells)


def _built_cell(cell: Cell, exercises: dict[str, Exercise], audience: Audience, where: str) -> BuiltCell:
    tags = dict(tag.partition(":")[::2] for tag in cell.tags)
    roles = [name for name in tags if name != "points"]
    if cell.kind == "exercise":
        return BuiltCell("markdown", "", _task(cell, exercises, audience, where))
    if not tags:
        return BuiltCell(cell.kind, "", cell.source)
    if len(roles) != 1 or roles[0] not in ROLES or not tags[roles[0]]:
        raise TextError(f"{where}: a cell has one tag of these: {', '.join(f'{known}:…' for known in ROLES)}")
    role, name = roles[0], tags[roles[0]]
    if role != "locked" and name not in exercises:
        raise TextError(_no_exercise(where, name))
    if "points" in tags and (role != "grade" or tags["points"] != str(exercises[name].points)):
        raise TextError(f"{where}: points stand beside grade: and are those of exercise.yaml")
    source = cell.source
    if role in {"answer", "given"}:
        source = _filled(role, cell, exercises[name], audience, where)
    elif role == "predict":
        source = _prediction(source, exercises[name], audience, where)
    if audience == "lesson":
        # A lesson is nobody's assignment: nbgrader has nothing to know about it.
        return BuiltCell(cell.kind, "", source)
    cell_id = {"grade": f"{name}-check", "given": f"{name}-given"}.get(role, name)
    points = exercises[name].points if role == "grade" else None
    metadata = _nbgrader_metadata(role, cell_id, points)
    return BuiltCell(cell.kind, cell_id, source, _released(metadata, source, cell.kind, audience))


def _no_exercise(where: str, name: str) -> str:
    return f"{where}: there is no exercise {name!r}; its folder would be solutions/…/{name}/"


def _task(cell: Cell, exercises: dict[str, Exercise], audience: Audience, where: str) -> str:
    exercise = exercises.get(cell.source)
    if exercise is None:
        raise TextError(_no_exercise(where, cell.source))
    task = "\n\n".join([exercise.task.rstrip(), *(_folded(name, text) for name, text in exercise.suspects)])
    if audience == "lesson":
        return f"### {exercise.title}\n\n{task}"
    points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
    return f"## {exercise.title}\n\n*{points}*\n\n{task}"


def _folded(name: str, text: str) -> str:
    """A file that opens with a click."""
    return f"<details><summary><code>suspects/{name}</code></summary>\n\n```yaml\n{text}\n```\n\n</details>"


def _filled(role: str, cell: Cell, exercise: Exercise, audience: Audience, where: str) -> str:
    """An answer cell with its starter or right answer, or a cell with the policies that an exercise gives."""
    magic = f"%%{exercise.magic if role == 'answer' else 'manifest'} {exercise.id}"
    if cell.source != magic:
        raise TextError(f"{where}: this cell holds {magic} and nothing else; the build adds the YAML")
    if role == "given":
        if exercise.given is None:
            raise TextError(f"{where}: {exercise.id} gives no policies; tag its cell answer:{exercise.id}")
        return f"{magic}\n{exercise.given}"
    if exercise.starter is None or exercise.right is None:
        raise TextError(f"{where}: {exercise.id} is a prediction; tag its cell predict:{exercise.id}")
    if audience == "instructor":
        return f"{magic}\n{BEGIN_SOLUTION}\n{exercise.right}\n{END_SOLUTION}"
    return f"{magic}\n{exercise.starter}"


def _prediction(source: str, exercise: Exercise, audience: Audience, where: str) -> str:
    """A cell for a prediction: with its empty table, for the instructor of an assignment with what is so."""
    magic, _, table = source.partition("\n")
    if magic.split() != ["%%predict", exercise.id]:
        raise TextError(f"{where}: the first line must be %%predict {exercise.id}")
    asked = exercise.asked
    if table.strip() and [line.strip().removesuffix(":") for line in table.strip().split("\n")] != list(asked):
        raise TextError(f"{where}: the table must have the lines of {exercise.id}, or be left to the build")
    if audience != "instructor":
        return "\n".join([magic, *(f"{line}:" for line in asked)])
    answers = [f"{line}: {answer}" for line, answer in true_table(read_exercise(exercise.folder)).items()]
    return "\n".join([magic, BEGIN_SOLUTION, *answers, END_SOLUTION])


def _nbgrader_metadata(role: str, grade_id: str, points: float | None) -> dict[str, Any]:
    """What nbgrader's schema 3 wants of a cell; all of its keys are required."""
    answered = role in {"answer", "predict"}
    metadata: dict[str, Any] = {
        "grade": role == "grade",
        "grade_id": grade_id,
        "locked": not answered,
        "schema_version": 3,
        "solution": answered,
        "task": False,
    }
    return metadata if points is None else {**metadata, "points": points}


def _released(nbgrader: dict[str, Any], source: str, kind: str, audience: Audience) -> dict[str, Any]:
    """A cell's metadata for its audience.

    What a learner gets has the shape that ``nbgrader generate_assignment`` gives: cells that count cannot be
    deleted, cells that are not to be answered cannot be edited, and a checksum tells whether one was.
    """
    if audience == "instructor":
        return {"nbgrader": nbgrader}
    parts = [source, kind, str(nbgrader["grade"]), str(nbgrader["solution"]), str(nbgrader["locked"])]
    parts.append(nbgrader["grade_id"])
    if nbgrader["grade"]:
        parts.append(str(float(nbgrader["points"])))
    checksum = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
    metadata: dict[str, Any] = {"deletable": False, "nbgrader": {**nbgrader, "cell_type": kind, "checksum": checksum}}
    return metadata if nbgrader["solution"] else {**metadata, "editable": False}


# --- files that no source makes any more -----------------------------------------------------------------------


def _orphans(root: Path, made: dict[PurePosixPath, bytes]) -> list[PurePosixPath]:
    """Built files without a source. Hidden files (an editor's checkpoints) are none of the build's business."""
    present = [*(root / "course").glob("*.ipynb"), *(root / "solutions").glob("*/*.ipynb")]
    present += [path for path in (root / "exercises").rglob("*") if path.is_file()]
    paths = [PurePosixPath(path.relative_to(root).as_posix()) for path in present]
    visible = [path for path in paths if not any(part.startswith((".", "__")) for part in path.parts)]
    return sorted(path for path in visible if path not in made)


if __name__ == "__main__":
    sys.exit(main())
