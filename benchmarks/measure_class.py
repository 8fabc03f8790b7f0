"""A whole assignment, graded with feedback: `autograder grade`, and stock nbgrader that executes every notebook.

Both grade the same learners' notebooks of the same assignment. nbgrader is measured on a few, because of how long it
takes; per submission, so the ratio is not flattered by a class that is larger.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from autograder.course import find_course

from .classes import ASSIGNMENT, write_class

STOCK = """\
import os, sys
from pathlib import Path
c = get_config()
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "released"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
"""
"""nbgrader as it comes: its own preprocessors, with the Execute step."""


class Cost(NamedTuple):
    """What a command cost, its children included."""

    wall: float
    cpu: float
    peak_mib: float


def measure(stock_count: int, counts: list[int]) -> dict[str, Any]:
    """Return the cost per submission of both, in seconds, and the scores on which they agree."""
    root = find_course().root
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stock = _stock(root, folder / "stock", stock_count)
        ours = {}
        for count in counts:
            write_class(folder / f"class-{count}", count)
            out = folder / f"out-{count}"
            command = [sys.executable, "-m", "autograder", "grade", str(folder / f"class-{count}"), "--out", str(out)]
            ours[count] = _cost(command, root)._asdict()
            shutil.rmtree(folder / f"class-{count}")
            scores = _scores(out)
            agreed = sum(scores.get(student) == score for student, score in stock.pop("scores", {}).items())
            if "agreed" not in stock:
                stock["agreed"] = agreed
            shutil.rmtree(out)
        return {"stock": stock, "ours": ours}


def _stock(root: Path, folder: Path, count: int) -> dict[str, Any]:
    folder.mkdir()
    shutil.copy(root / "course.yaml", folder)
    shutil.copytree(root / "solutions" / ASSIGNMENT, folder / "solutions" / ASSIGNMENT)
    (folder / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
    nbgrader = [sys.executable, "-m", "nbgrader"]
    environ = {**os.environ, "JUPYTER_PLATFORM_DIRS": "1", "PYTHONPATH": str(root)}
    _cost([*nbgrader, "generate_assignment", ASSIGNMENT, "--create"], folder, environ)
    write_class(folder / "submitted", count)
    grading = _cost([*nbgrader, "autograde", ASSIGNMENT], folder, environ)
    feedback = _cost([*nbgrader, "generate_feedback", ASSIGNMENT], folder, environ)
    made = len(list((folder / "feedback").glob("*/*/*.html")))
    if made != count:
        raise SystemExit(f"nbgrader wrote {made} pages of feedback for {count} submissions")
    return {
        "count": count,
        "grading": grading._asdict(),
        "feedback": feedback._asdict(),
        "scores": _stock_scores(folder, environ),
    }


def _stock_scores(folder: Path, environ: dict[str, str]) -> dict[str, float]:
    """Return each learner's score in nbgrader's gradebook."""
    asks = (
        "import json; from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book:\n"
        f"    found = book.assignment_submissions({ASSIGNMENT!r})\n"
        "    print(json.dumps({each.student_id: each.score for each in found}))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asks], cwd=folder, env=environ, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _scores(out: Path) -> dict[str, float]:
    paths = (out / "records" / ASSIGNMENT).glob("*.json")
    return {found["student"]: found["score"] for found in (json.loads(path.read_bytes()) for path in paths)}


def _cost(command: list[str], folder: Path, environ: dict[str, str] | None = None) -> Cost:
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=said)
        # Of this child and what it started alone: the peak of all children would be that of the largest before it.
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)}: status {child.returncode}\n{said.read().decode()[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), [int(count) for count in sys.argv[2].split(",")])))
