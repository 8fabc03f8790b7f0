"""The course is built from text: always the same bytes, current as committed, nothing of the instructor gets out."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from autograder.exercises.answers import as_cell
from autograder.exercises.predictions import true_table
from autograder.exercises.spec import read_exercise
from tools import build
from tools.notebook_text import BuiltCell, Cell, TextError, notebook, parse

ROOT = Path(__file__).resolve().parent.parent
GRADED = sorted(ROOT.glob("solutions/*/*/right"))
NOTEBOOKS = [
    path for pattern in ("course/*", "solutions/*/*", "exercises/*/*") for path in ROOT.glob(f"{pattern}.ipynb")
]


def cells_of(path):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


# --- the course as it is committed ------------------------------------------------------------------------------


def test_what_is_committed_is_what_builds():
    assert build.stale(ROOT, build.outputs(ROOT)) == []


def test_two_builds_are_byte_for_byte_the_same(tmp_path):
    made = []
    for name in ("one", "two"):
        copy = tmp_path / name
        for folder in ("course", "solutions"):
            shutil.copytree(ROOT / folder, copy / folder)
        build.write(copy, build.outputs(copy))
        made.append({path.relative_to(copy): path.read_bytes() for path in copy.rglob("*") if path.is_file()})
    assert made[0] == made[1]


def released_texts():
    """Every piece of text that a learner gets: whole files, and each cell of each notebook."""
    for path in sorted([*ROOT.glob("exercises/**/*"), *ROOT.glob("course/**/*")]):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(ROOT).parts):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix == ".ipynb":
                for cell in cells_of(path):
                    yield f"{name}#{cell['id']}", source(cell)
            else:
                yield name, path.read_text(encoding="utf-8")


def objects(text):
    """The manifests in a text, or None where it holds none. Layout and comments make no difference."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%%"))
    try:
        return [document for document in yaml.safe_load_all(body) if document is not None]
    except yaml.YAMLError:
        return None


@pytest.mark.parametrize("folder", [path.parent for path in GRADED], ids=lambda folder: folder.name)
def test_the_release_holds_no_answer_and_no_words_of_the_instructor(folder):
    secret_answers = [
        objects(path.read_text(encoding="utf-8"))
        for kind in ("right", "wrong")
        for path in (folder / kind).glob("*.yaml")
    ]
    secret_lines = {
        line.strip() for line in (folder / "solution.md").read_text(encoding="utf-8").splitlines() if len(line) > 60
    }
    assert secret_answers
    assert secret_lines
    for name, text in released_texts():
        assert objects(text) not in secret_answers, name
        assert not [line for line in secret_lines if line in text], name
        assert build.BEGIN_SOLUTION not in text, name


def test_only_public_files_are_released():
    files = [path for path in ROOT.glob("exercises/**/*") if path.is_file() and path.suffix != ".ipynb"]
    inner = [
        path
        for path in files
        for folder, kind in build.PUBLIC_FOLDERS.items()
        if path.match(kind) and folder in path.parts
    ]
    assert {path.name for path in files if path not in inner} <= set(build.PUBLIC_FILES)
    assert not list(ROOT.glob("exercises/**/right")) + list(ROOT.glob("exercises/**/wrong"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_notebook_has_unique_ids_no_outputs_and_names_no_kernel(path):
    document = json.loads(path.read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in document["cells"]]
    assert len(ids) == len(set(ids))
    assert document["metadata"] == {"language_info": {"name": "python"}}
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def test_a_released_answer_cell_holds_the_starter_and_the_instructors_holds_the_first_right_answer():
    folder = ROOT / "solutions/np-union/cache-shards"
    starter = (folder / "starter.yaml").read_text(encoding="utf-8").rstrip()
    right = (folder / "right/1-ports-in-the-rule.yaml").read_text(encoding="utf-8").rstrip()
    released = {cell["id"]: cell for cell in cells_of("exercises/np-union/np-union.ipynb")}
    kept = {cell["id"]: cell for cell in cells_of("solutions/np-union/np-union.ipynb")}
    assert source(released["cache-shards"]) == f"%%manifest cache-shards\n{starter}"
    assert source(kept["cache-shards"]) == f"%%manifest cache-shards\n### BEGIN SOLUTION\n{right}\n### END SOLUTION"


def test_released_cells_have_the_metadata_that_nbgrader_gives():
    cells = {cell["id"]: cell["metadata"] for cell in cells_of("exercises/np-union/np-union.ipynb")}
    answer, grade, setup = cells["cache-shards"], cells["cache-shards-check"], cells["np-union-setup"]
    assert answer["deletable"] is False
    assert "editable" not in answer
    assert (grade["deletable"], grade["editable"]) == (False, False)
    assert (setup["deletable"], setup["editable"]) == (False, False)
    assert {key: value for key, value in answer["nbgrader"].items() if key != "checksum"} == {
        "cell_type": "code",
        "grade": False,
        "grade_id": "cache-shards",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    # The sums that nbgrader 0.9.6 itself writes for these two cells.
    assert grade["nbgrader"]["checksum"] == "03206e06f895fdd584d6f55bb9363d76"
    assert setup["nbgrader"]["checksum"] == "b3def7b5338261f72b37404bfc3a4eb3"
    assert grade["nbgrader"]["points"] == 40


def test_tests_are_written_into_a_predict_cell_below_the_suspects():
    """The learner gets the starter and every suspect folded, the instructor the first right table."""
    released = {cell["id"]: cell for cell in cells_of("exercises/np-debugging/np-debugging.ipynb")}
    kept = {cell["id"]: cell for cell in cells_of("solutions/np-debugging/np-debugging.ipynb")}
    exercise = read_exercise(ROOT / "solutions/np-debugging/tests-before-change")
    assert source(released["tests-before-change"]) == as_cell(exercise, exercise.starter)
    table = exercise.right[0].text
    assert source(kept["tests-before-change"]) == (
        f"%%predict tests-before-change\n### BEGIN SOLUTION\n{table}### END SOLUTION"
    )
    (task,) = [source(cell) for cell in released.values() if source(cell).startswith("## Tests before the change")]
    for suspect in exercise.suspects:
        assert f"<code>suspects/{suspect.path.name}</code>" in task
        assert suspect.text in task
        copy = ROOT / "exercises/np-debugging/tests-before-change/suspects" / suspect.path.name
        assert copy.read_text(encoding="utf-8") == suspect.text


def test_a_graded_prediction_is_released_empty_and_the_instructors_says_what_comes_true():
    """Its cell has the exercise's name, as an answer cell has: nbgrader's side knows exercises by it."""
    released = {cell["id"]: cell for cell in cells_of("exercises/np-start/np-start.ipynb")}["four-policies"]
    kept = {cell["id"]: cell for cell in cells_of("solutions/np-start/np-start.ipynb")}["four-policies"]
    exercise = read_exercise(ROOT / "solutions/np-start/four-policies")
    assert source(released) == as_cell(exercise, exercise.starter)
    table = "".join(f"{flow}: {verdict}\n" for flow, verdict in true_table(exercise).items())
    assert source(kept) == f"%%predict four-policies\n### BEGIN SOLUTION\n{table}### END SOLUTION"
    assert released["metadata"]["nbgrader"]["grade_id"] == "four-policies"


def with_first_address(item):
    status = {name: value for name, value in item.get("status", {}).items() if name != "podIPs"}
    return {**item, "status": status}


def test_worlds_tell_one_story():
    """A Pod or Namespace of the shop is the same in every world that has it; a Pod may have a second address."""
    shop = {
        (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]): with_first_address(item)
        for item in objects((ROOT / "course/shop.yaml").read_text(encoding="utf-8"))
    }
    worlds = sorted(ROOT.glob("solutions/**/world.yaml"))
    assert worlds
    for world in worlds:
        for item in objects(world.read_text(encoding="utf-8")):
            key = (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"])
            if item["kind"] in {"Pod", "Namespace"} and (world.parent / "images.yaml").is_file():
                continue  # a scene about containers shows a Pod, and what admission asks, as somebody has changed it
            told = with_first_address(item)
            assert told == shop.get(key, told), f"{world.relative_to(ROOT)}: {key}"


# --- the build step -----------------------------------------------------------------------------------------------

EXERCISE = """
id: open-port
title: One port
task: Open it.
points: 2
"""
LESSON = """\
# A lesson

```{exercise} open-port
```

```{code-cell}
:tags: [answer:open-port]
%%manifest open-port
```
"""


@pytest.fixture
def small(tmp_path):
    """A course with one lesson, one assignment and one exercise."""

    def put(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    put("course/.text/01-lesson.md", LESSON)
    put("solutions/np-one/np-one.md", LESSON + '\n```{code-cell}\n:tags: [grade:open-port]\ncheck("open-port")\n```\n')
    put("solutions/np-one/world.yaml", "kind: Namespace\n")
    put("solutions/np-one/open-port/exercise.yaml", EXERCISE)
    put("solutions/np-one/open-port/starter.yaml", "a: start\n")
    put("solutions/np-one/open-port/solution.md", "secret")
    put("solutions/np-one/open-port/right/1.yaml", "a: right\n")
    return tmp_path


@pytest.fixture
def put(small):
    def write(path, text):
        file = small / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return write


def test_the_build_makes_lesson_solution_and_release(small):
    assert [str(path) for path in build.outputs(small)] == [
        "course/01-lesson.ipynb",
        "exercises/np-one/np-one.ipynb",
        "exercises/np-one/open-port/exercise.yaml",
        "exercises/np-one/open-port/starter.yaml",
        "exercises/np-one/world.yaml",
        "solutions/np-one/np-one.ipynb",
    ]


def test_an_exercise_stands_in_the_notebook_with_title_task_and_points(small):
    built = build.outputs(small)
    lesson, release = (
        json.loads(content)
        for path, content in built.items()
        if path.name in {"01-lesson.ipynb", "np-one.ipynb"} and "solutions" not in path.parts
    )
    assert source(lesson["cells"][1]) == "### One port\n\nOpen it."
    assert source(release["cells"][1]) == "## One port\n\n*2 points*\n\nOpen it."


def test_check_tells_what_is_missing_changed_or_left_over_and_writes_nothing(small, put, capsys):
    assert build.main(["--root", str(small)]) == 0
    (small / "course/01-lesson.ipynb").unlink()
    put("exercises/np-one/open-port/starter.yaml", "a: other\n")
    put("exercises/np-one/old/world.yaml", "a: old\n")
    capsys.readouterr()
    assert build.main(["--check", "--root", str(small)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "course/01-lesson.ipynb is missing",
        "exercises/np-one/old/world.yaml comes from no source",
        "exercises/np-one/open-port/starter.yaml is not what its source builds",
        "Run: python -m tools.build",
    ]
    assert not (small / "course/01-lesson.ipynb").exists()


def test_building_again_repairs_all_of_it_and_then_has_nothing_to_do(small, put, capsys):
    build.main(["--root", str(small)])
    put("exercises/np-one/old/world.yaml", "a: old\n")
    put("exercises/np-one/open-port/starter.yaml", "a: other\n")
    assert build.main(["--root", str(small)]) == 0
    assert not (small / "exercises/np-one/old").exists()
    capsys.readouterr()
    assert build.main(["--root", str(small)]) == 0
    assert capsys.readouterr().out == "0 of 6 built files changed.\n"
    assert build.main(["--check", "--root", str(small)]) == 0


def test_checkpoints_of_an_editor_are_left_alone(small, put):
    put("exercises/np-one/.ipynb_checkpoints/np-one-checkpoint.ipynb", "{}")
    build.write(small, build.outputs(small))
    assert (small / "exercises/np-one/.ipynb_checkpoints/np-one-checkpoint.ipynb").exists()


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        pytest.param(
            "course/.text/01-lesson.md",
            "# Lesson\n\n```{code-cell}\nshow()\n",
            "course/.text/01-lesson.md:3: this fence is never closed; end it with a line ```",
            id="a fence that nobody closes",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "---\ntitle: x\n",
            "course/.text/01-lesson.md:1: the front matter is never closed; end it with a line ---",
            id="front matter that nobody closes",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "\n```{code-cell}\n:color: red\nshow()\n```\n",
            "course/.text/01-lesson.md:3: unknown option 'color'; a code cell takes :tags: alone",
            id="an unknown option",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{code-cell}\n:tags: answer\nshow()\n```\n",
            "course/.text/01-lesson.md:2: tags are written as a list of words, :tags: [one, two]",
            id="tags that are no list",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{code-cell}\n:tags: [anwser:open-port]\n%%manifest open-port\n```\n",
            "course/.text/01-lesson.md:1: a cell has one tag of these: answer:…, given:…, grade:…, locked:…, predict:…",
            id="a tag that is misspelt",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{code-cell}\n:tags: [answer:open-prot]\n%%manifest open-prot\n```\n",
            "course/.text/01-lesson.md:1: there is no exercise 'open-prot'; its folder would be solutions/…/open-prot/",
            id="an exercise that is not there",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{exercise} open-prot\n```\n",
            "course/.text/01-lesson.md:1: there is no exercise 'open-prot'; its folder would be solutions/…/open-prot/",
            id="a task that is not there",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{code-cell}\n:tags: [answer:open-port]\n%%manifest open-port\na: right\n```\n",
            "course/.text/01-lesson.md:1: this cell holds %%manifest open-port and nothing else; "
            "the build adds the YAML",
            id="an answer in the text",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{code-cell}\n:tags: [predict:open-port]\n%%predict other\n```\n",
            "course/.text/01-lesson.md:1: the first line must be %%predict open-port",
            id="a prediction of another name",
        ),
        pytest.param(
            "course/.text/01-lesson.md",
            "```{code-cell}\n:tags: [given:open-port]\n%%manifest open-port\n```\n",
            "course/.text/01-lesson.md:1: open-port gives no policies; tag its cell answer:open-port",
            id="given policies of an exercise that asks for an answer",
        ),
        pytest.param(
            "solutions/np-one/np-one.md",
            '```{code-cell}\n:tags: [grade:open-port, points:3]\ncheck("open-port")\n```\n',
            "solutions/np-one/np-one.md:1: points stand beside grade: and are those of exercise.yaml",
            id="points that differ from the exercise's",
        ),
        pytest.param(
            "solutions/np-one/np-one.md",
            "```{code-cell}\n:tags: [grade:open-port]\nx\n```\n\n```{code-cell}\n:tags: [grade:open-port]\nx\n```\n",
            "solutions/np-one/np-one.md: the cell id 'open-port-check' is too long, "
            "has odd characters or is used twice",
            id="the same cell twice",
        ),
        pytest.param(
            "solutions/np-one/open-port/exercise.yaml",
            EXERCISE.replace("open-port", "open-door"),
            "solutions/np-one/open-port/exercise.yaml: id must be the folder's name, 'open-port', "
            "in letters, digits and hyphens",
            id="an id that is not the folder's name",
        ),
        pytest.param(
            "solutions/np-one/open-port/exercise.yaml",
            EXERCISE.replace("points: 2", "points: 0"),
            "solutions/np-one/open-port/exercise.yaml: points must be a number above 0",
            id="no points",
        ),
        pytest.param(
            "solutions/np-two/open-port/exercise.yaml",
            EXERCISE + "predict: {}\n",
            "solutions/np-two/open-port/exercise.yaml: given.yaml must stand beside it",
            id="a prediction of nothing",
        ),
        pytest.param(
            "solutions/np-two/open-port/exercise.yaml",
            EXERCISE,
            "solutions/np-two/open-port/exercise.yaml: starter.yaml and at least one answer in right/ "
            "must stand beside it",
            id="an exercise without answers",
        ),
    ],
)
def test_a_source_that_cannot_be_built_gets_one_sentence_and_status_2(small, put, capsys, path, text, message):
    put(path, text)
    assert build.main(["--root", str(small)]) == 2
    assert capsys.readouterr().err == message + "\n"
    assert not (small / "exercises").exists()


def test_two_exercises_of_the_same_id_are_refused(small):
    shutil.copytree(small / "solutions/np-one/open-port", small / "solutions/np-two/open-port")
    with pytest.raises(
        TextError, match=re.escape("the id is taken by solutions/np-one/open-port; give one of them another")
    ):
        build.outputs(small)


# --- text to cells ------------------------------------------------------------------------------------------------


def test_prose_fences_and_code_become_cells_in_order():
    text = (
        "---\ntitle: x\n---\n\nOne.\n\n+++\n\nTwo.\n\n```yaml\n+++\na: 1\n```\n\n"
        "```{code-cell}\n:tags: [a, b:c]\n\nx = 1\n```\n\nThree.\n"
    )
    assert parse(text, "lesson.md") == [
        Cell("markdown", "One.", 5),
        Cell("markdown", "Two.\n\n```yaml\n+++\na: 1\n```", 9),
        Cell("code", "x = 1", 16, ("a", "b:c")),
        Cell("markdown", "Three.", 22),
    ]


def test_a_longer_fence_may_show_a_shorter_one():
    assert parse("````\n```{code-cell}\n```\n````\n", "lesson.md") == [
        Cell("markdown", "````\n```{code-cell}\n```\n````", 1)
    ]


def test_a_notebook_is_laid_out_as_jupyter_saves_it():
    content = notebook([BuiltCell("markdown", "a", "One\nTwo"), BuiltCell("code", "b", "")]).decode()
    assert content.endswith('"nbformat": 4,\n "nbformat_minor": 5\n}\n')
    assert json.loads(content)["cells"][0]["source"] == ["One\n", "Two"]
    assert content.startswith('{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "id": "a",')
