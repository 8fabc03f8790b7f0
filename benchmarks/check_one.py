"""Checks one exercise over and over in a process of its own, and prints the median CPU seconds as JSON.

python -m benchmarks.check_one RUNS
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from autograder.course import find_course
from autograder.exercises.checking import check
from autograder.exercises.spec import Exercises

EXERCISE = "cache-shards"


def main(runs: int) -> dict[str, float]:
    """Return seconds for a right answer and for one that believes in intersection."""
    exercise = Exercises(find_course(Path(__file__).parents[1])).get(EXERCISE)
    believed = next(sample for sample in exercise.wrong if sample.name == "policies-intersect")
    found = {}
    for kind, text in (("right", exercise.right[0].text), ("wrong", believed.text)):
        check(exercise, text)
        spent = []
        for _ in range(runs):
            start = time.process_time()
            check(exercise, text)
            spent.append(time.process_time() - start)
        found[kind] = statistics.median(spent)
    return found


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
