"""Runs a lesson from top to bottom, as a learner would who presses Shift+Enter, and says which cells fail.

    python -m autograder.notebook.running COURSE course/04-default-deny.ipynb

It works on a copy of the course in a temporary folder, in a process of its own, and needs IPython. It prints a JSON
list: for each cell that fails its number in the notebook and what it said.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from autograder.exercises.notebooks import read_notebook

COPIED: Final = ("course", "exercises", "solutions", "course.yaml")
_SECONDS: Final = 300
_SORRY: Final = "internal error ("
"""How a fault of the program shows, where a learner sees a sentence and no traceback."""


class Failure(NamedTuple):
    """A cell that fails."""

    cell: int
    """Which cell of the notebook, from 1."""
    said: str


def can_run() -> bool:
    """Return whether notebooks can be run here: whether IPython is installed."""
    return find_spec("IPython") is not None


def failures(root: Path, notebook: str) -> tuple[Failure, ...]:
    """Return the cells of a notebook that fail when it is run from top to bottom; `notebook` is relative to `root`."""
    command = [sys.executable, "-m", "autograder.notebook.running", str(root), notebook]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        return (Failure(0, f"it takes longer than {_SECONDS} seconds"),)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        return (Failure(0, last),)
    return tuple(Failure(cell, said) for cell, said in json.loads(done.stdout.splitlines()[-1]))


def _run(root: Path, notebook: str) -> list[tuple[int, str]]:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    cells = read_notebook(root / notebook).cells
    found = []
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder)
        for name in COPIED:
            source = root / name
            if source.is_dir():
                shutil.copytree(source, desk / name)
            elif source.is_file():
                shutil.copy(source, desk / name)
        os.chdir((desk / notebook).parent)
        shell: Any = InteractiveShell.instance()
        for cell in cells:
            if cell.kind != "code":
                continue
            with capture_output() as seen:
                result = shell.run_cell(cell.text)
            said = [seen.stdout, *(str(out.data.get("text/plain", "")) for out in seen.outputs)]
            wrong = result.error_in_exec or result.error_before_exec
            if wrong is not None:
                found.append((cell.number, f"{type(wrong).__name__}: {wrong}"))
            else:
                found += [(cell.number, " ".join(text.split())) for text in said if _SORRY in text]
        os.chdir(root)
    return found


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]).resolve(), sys.argv[2])))
