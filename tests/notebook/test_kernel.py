"""The notebooks of the course in IPython itself: every cell runs, untouched, from top to bottom."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
report = []
for source in json.load(sys.stdin):
    with capture_output() as written:
        result = shell.run_cell(source)
    shown = result.result
    report.append({
        "failed": not result.success, "stderr": written.stderr,
        "text": repr(shown) if shown is not None else "",
        "rich": any(getattr(shown, f"_repr_{form}_", None) is not None for form in ("html", "markdown")),
    })
sys.__stdout__.write("\\n" + json.dumps(report))
"""


def run(sources, folder):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "IPYTHONDIR": str(folder / ".ipython")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=environment,
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(autouse=True)
def ipython():
    if importlib.util.find_spec("IPython") is None:
        pytest.skip("IPython is not installed")


def code(path):
    cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize(
    "path",
    [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("course/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb"))],
)
def test_every_cell_of_a_fresh_notebook_runs_and_shows_something(tmp_path, path):
    for name in ("course.yaml", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    folder = tmp_path / "work" / path
    folder.parent.mkdir(parents=True)
    for scene in ROOT.glob("course/*.yaml"):
        shutil.copy(scene, folder.parent)
    report = run(code(path), folder.parent)
    assert not [cell for cell in report if cell["failed"] or cell["stderr"]]
    assert all(cell["rich"] for cell in report[1:])


def test_the_instructors_notebook_earns_everything(tmp_path):
    for path in ROOT.glob("solutions/*/*.ipynb"):
        (tmp_path / "course.yaml").unlink(missing_ok=True)
        shutil.copy(ROOT / "course.yaml", tmp_path)
        shutil.copytree(ROOT / "solutions", tmp_path / "solutions", dirs_exist_ok=True)
        sources = code(path.relative_to(ROOT))
        report = run(sources, tmp_path)
        graded = [cell["text"] for source, cell in zip(sources, report, strict=True) if source.startswith("check(")]
        metadata = [cell["metadata"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
        points = [data["nbgrader"]["points"] for data in metadata if data.get("nbgrader", {}).get("grade")]
        assert [float(text) for text in graded] == points


def test_loading_twice_and_an_empty_cell_do_no_harm(tmp_path):
    report = run(
        ["%load_ext autograder.notebook", "%load_ext autograder.notebook", "%%manifest x\n", "show()"], tmp_path
    )
    assert [cell["failed"] for cell in report] == [False, False, True, False]
    assert "cell body is empty" in report[2]["stderr"]
    assert "Traceback" not in report[2]["stderr"]


def test_the_package_does_not_need_ipython(tmp_path):
    program = "import sys, autograder.notebook; assert not {'IPython', 'nbformat'} & set(sys.modules)"
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
