"""A class is graded at once, in parts, and on from where it was killed: the same bytes every time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.classroom.bulk import running
from autograder.classroom.bulk.grading import Grader
from autograder.classroom.bulk.locking import locked
from autograder.classroom.bulk.running import Job, grade_one
from autograder.classroom.bulk.settings import Settings, read_due, read_excused, read_later
from autograder.classroom.bulk.shards import Shard, read_shard
from autograder.classroom.bulk.whole import grade_class, merge_class
from autograder.classroom.intake import Intake, find
from autograder.classroom.records import read_record, record_path, records_in
from autograder.classroom.submission import Submission
from autograder.course import read_course
from autograder.exercises.answers import as_cell, body
from autograder.exercises.checking import check
from autograder.exercises.spec import Exercises
from autograder.manifests.limits import InputError
from benchmarks.classes import write_class

ROOT = Path(__file__).resolve().parents[2]
COURSE = read_course(ROOT)
EXERCISES = Exercises(COURSE)
KNOWN = {name: EXERCISES.assignment_of(name) for name in EXERCISES.ids}
ASSIGNMENT = "np-union"
COUNT = 40


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """What a class has handed in, in nbgrader's tree."""
    folder = tmp_path_factory.mktemp("class")
    write_class(folder, COUNT, ASSIGNMENT, root=ROOT)
    return folder


@pytest.fixture(scope="module")
def whole(submitted, tmp_path_factory):
    """The same class, graded at once in one process."""
    out = tmp_path_factory.mktemp("whole") / "out"
    grade_class(Job(COURSE, Settings(), out), found(submitted), processes=1)
    return out


def found(folder: Path) -> Intake:
    return find([folder], known=KNOWN)


def bytes_of(out: Path) -> dict[str, bytes]:
    """Everything in a folder of grades but the lock."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def cells(student: str, **answers: str) -> Submission:
    """A submission whose notebook holds answers, by the exercise's name with underscores."""
    named = {name.replace("_", "-"): text for name, text in answers.items()}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"cell_type": "code", "metadata": {}, "source": as_cell(EXERCISES.get(name), text)}
            for name, text in named.items()
        ],
    }
    return Submission(student, ASSIGNMENT, {f"{ASSIGNMENT}.ipynb": json.dumps(notebook).encode()})


def right(name: str) -> str:
    return EXERCISES.get(name).right[0].text


# -- one submission ----------------------------------------------------------------------------------------------------


def test_the_grade_is_what_the_learners_own_check_says(whole, submitted):
    for record in records_in(whole):
        notebook = json.loads((submitted / record.student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text())
        texts = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in notebook["cells"]
                 if "nbgrader" in cell["metadata"]}  # fmt: skip
        for scored in record.results:
            exercise = EXERCISES.get(scored.exercise)
            own = check(exercise, "# " + texts[scored.exercise])
            assert (scored.score, scored.status) == (own.score, own.status)
            assert [each["title"] for each in scored.findings] == [each.title for each in own.findings]
            assert scored.misconceptions == own.misconceptions
        assert record.score == round(sum(scored.score for scored in record.results), 2)


@pytest.mark.parametrize(
    ("submission", "score", "state"),
    [
        pytest.param(cells("ada", cache_shards=right("cache-shards")), 40.0, "changed", id="a right cell earns all"),
        pytest.param(cells("ada", cache_shards=EXERCISES.get("cache-shards").starter), 0.0, "starter",
                     id="the starter earns nothing"),
        pytest.param(cells("ada"), 0.0, "missing", id="a notebook without the cell earns nothing"),
        pytest.param(Submission("ada", ASSIGNMENT, {"answers/cache-shards.yaml": right("cache-shards").encode()}), 40.0,
                     "changed", id="the answer's file counts where there is no notebook"),
        pytest.param(Submission("ada", ASSIGNMENT, {"cache-shards.yml": right("cache-shards").encode()}), 40.0,
                     "changed", id="so does one that ends in .yml and lies alone"),
        pytest.param(Submission("ada", ASSIGNMENT, {"a/cache-shards.yaml": b"kind: Pod",
                                                    "b/answers/cache-shards.yaml": right("cache-shards").encode()}),
                     40.0, "changed", id="of two files the one among the answers counts"),
        pytest.param(Submission("ada", ASSIGNMENT, {"np-union.ipynb": b"{"}), 0.0, "unreadable",
                     id="a broken notebook earns nothing, and says so"),
        pytest.param(Submission("ada", ASSIGNMENT, {"np-union.ipynb": b"{",
                                                    "answers/cache-shards.yaml": right("cache-shards").encode()}),
                     40.0, "changed", id="a broken notebook does not spoil the file beside it"),
    ],
)  # fmt: skip
def test_what_counts_of_a_submission(submission, score, state):
    record = Grader(COURSE, Settings()).grade(submission).record
    scored = next(part for part in record.results if part.exercise == "cache-shards")
    assert (scored.score, scored.state) == (score, state)


def test_a_submission_of_which_nothing_can_be_read_earns_nothing_with_the_reason():
    record = Grader(COURSE, Settings()).grade(Submission("ada", ASSIGNMENT, {}, trouble=("It is empty.",))).record
    assert (record.status, record.score, record.trouble) == ("unreadable", 0.0, ("It is empty.",))
    assert record.max == sum(float(exercise.points) for exercise in EXERCISES.of_assignment(ASSIGNMENT))


def test_equal_answers_have_equal_digests_and_others_have_not():
    grader = Grader(COURSE, Settings())
    text = right("cache-shards")
    one, same, other = (
        grader.grade(cells("ada", cache_shards=each)).record.results for each in (text, f"\n{text}\n\n", text + "# x\n")
    )
    digests = [
        next(part.answer_sha256 for part in parts if part.exercise == "cache-shards") for parts in (one, same, other)
    ]
    assert digests[0] == digests[1] != digests[2]
    assert body(text) == body(f"\n{text}\n\n")


@pytest.mark.parametrize(
    ("late", "received", "seconds", "penalty"),
    [
        ("none", "2026-11-27T17:59:59Z", 0, 0.0),
        ("none", "2026-11-27T18:00:10Z", 10, 0.0),
        ("zero", "2026-11-27T18:00:10Z", 10, 40.0),
        ("zero", None, 0, 0.0),
    ],
)
def test_late_work_is_as_nbgrader_has_it(late, received, seconds, penalty):
    settings = Settings(due=read_due(["2026-11-27T19:00+01:00"], [ASSIGNMENT]), late=late)
    made = cells("ada", cache_shards=right("cache-shards"))
    record = Grader(COURSE, settings).grade(Submission("ada", ASSIGNMENT, made.files, received)).record
    assert (record.late, record.penalty, record.score) == (seconds, penalty, 40.0 - penalty)


@pytest.mark.parametrize(
    ("student", "assignment", "seconds"),
    [
        ("grace", ASSIGNMENT, 3600),  # as everybody
        ("ada", ASSIGNMENT, 0),  # an hour more
        ("ada", "np-start", 1800),  # half an hour more for everything else
        ("linus", "np-start", 0),
        ("linus", ASSIGNMENT, 3600),  # the date is for another assignment
    ],
)
def test_an_extension_is_for_one_learner(tmp_path, student, assignment, seconds):
    file = tmp_path / "extensions.csv"
    file.write_text(
        "student,assignment,due\n"
        f"ada,{ASSIGNMENT},2026-11-27T20:00+01:00\nada,,2026-11-27T19:30+01:00\n\nlinus,np-start,2026-11-27T21:00Z\n",
        encoding="utf-8",
    )
    later = read_later(file, [ASSIGNMENT, "np-start"])
    settings = Settings(due=read_due(["2026-11-27T19:00+01:00"], []), later=later)
    assert settings.seconds_late(student, assignment, "2026-11-27T19:00:00Z") == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student\n", ":1: the columns student and due"),
        ("student,due\nada,tomorrow\n", ":2: 'tomorrow' is no time"),
        ("student,due\nada,2026-11-27T18:00\n", ":2: add the distance from UTC"),
        ("student,due\nada\n", ":2: '' is no time"),
        ("student,due\n,2026-11-27T18:00Z\n", ":2: there is no student"),
        ("student,due,assignment\nada,2026-11-27T18:00Z,np-onion\n", ":2: there is no assignment 'np-onion'"),
        ("student,due\nada,2026-11-27T18:00Z\nada,2026-11-28T18:00Z\n", ":3: ada has another date"),
        ("student,due\nada,0001-01-01T00:00+14:00\n", ":2: '0001-01-01T00:00.14:00' is no time of this world"),
    ],
)
def test_a_list_of_extensions_that_means_nothing_is_refused(tmp_path, text, said):
    file = tmp_path / "extensions.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_later(file, [ASSIGNMENT])


def test_an_excused_exercise_is_left_out_of_the_sum_and_of_its_maximum(tmp_path):
    file = tmp_path / "excused.csv"
    file.write_text("student,exercise\nada,cache-shards\n\n", encoding="utf-8")
    settings = Settings(excused=read_excused(file, EXERCISES.ids))
    submission = cells("ada", cache_shards=right("cache-shards"))
    mine = Grader(COURSE, settings).grade(submission).record
    theirs = Grader(COURSE, settings).grade(cells("grace", cache_shards=right("cache-shards"))).record
    assert (mine.score, theirs.score) == (0.0, 40.0)
    assert theirs.max - mine.max == 40.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2026-11-27T18:00"], "add the distance from UTC"),
        (["tomorrow"], "'tomorrow' is no time"),
        (["np-onion=2026-11-27T18:00Z"], "no assignment 'np-onion'"),
        (["2026-11-27T18:00Z", "2026-11-28T18:00Z"], "another due date"),
    ],
)
def test_a_due_date_that_means_nothing_is_refused(words, said):
    with pytest.raises(InputError, match=said):
        read_due(words, [ASSIGNMENT])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,exercise\n", ":1: the columns student and exercise"),
        ("student,exercise\nada,cache-shard\n", ":2: there is no exercise or assignment 'cache-shard'"),
        ("student,exercise\n,cache-shards\n", ":2: there is no student"),
    ],
)
def test_a_list_of_excuses_that_means_nothing_is_refused(tmp_path, text, said):
    file = tmp_path / "excused.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_excused(file, EXERCISES.ids)


# -- all of them -------------------------------------------------------------------------------------------------------


def test_several_processes_write_the_same_bytes_as_one(submitted, whole, tmp_path):
    summary = grade_class(Job(COURSE, Settings(), tmp_path / "out"), found(submitted), processes=2)
    assert summary.counts == {"graded": COUNT}
    assert bytes_of(tmp_path / "out") == bytes_of(whole)


def test_nothing_is_graded_twice(submitted, whole):
    before = {path: path.stat().st_mtime_ns for path in (whole / "records").rglob("*.json")}
    summary = grade_class(Job(COURSE, Settings(), whole), found(submitted), processes=1)
    assert summary.counts == {"kept": COUNT}
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize("what", ["record", "feedback", "damaged"])
def test_what_is_missing_or_damaged_is_made_again(submitted, whole, what):
    record = record_path(whole, ASSIGNMENT, "learner-00003")
    before = bytes_of(whole)
    if what == "record":
        record.unlink()
    elif what == "damaged":
        record.write_text('{"version": 1, "student":', encoding="utf-8")
    else:
        (whole / "feedback" / ASSIGNMENT / "learner-00003" / "feedback.md").unlink()
    summary = grade_class(Job(COURSE, Settings(), whole), found(submitted), processes=1)
    assert summary.counts == {"kept": COUNT - 1, "graded": 1}
    assert {name: text for name, text in bytes_of(whole).items() if not name.startswith(("previous/", "changes"))} == {
        name: text for name, text in before.items() if not name.startswith(("previous/", "changes"))
    }


def test_another_due_date_grades_again_and_says_what_changed(submitted, tmp_path):
    out = tmp_path / "out"
    grade_class(Job(COURSE, Settings(), out), found(submitted), processes=1)
    settings = Settings(excused={"learner-00001": ("cache-shards",)})
    summary = grade_class(Job(COURSE, settings, out), found(submitted), processes=1)
    assert summary.counts == {"graded": COUNT}
    changes = (out / "changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert all('"learner-00001"' in line for line in changes[1:])
    assert any("excused" in line for line in changes[1:])


def test_one_that_the_grader_fails_on_does_not_stop_the_rest(submitted, tmp_path, monkeypatch):
    grader = Grader(COURSE, Settings())
    honest = grader.grade

    def fails(submission):
        if submission.student == "learner-00002":
            raise RuntimeError("a fault of ours")
        return honest(submission)

    monkeypatch.setattr(grader, "grade", fails)
    outcomes = [grade_one(grader, tmp_path, each).outcome for each in found(submitted).found[:4]]
    assert outcomes == ["graded", "graded", "failed", "graded"]
    record = read_record(record_path(tmp_path, ASSIGNMENT, "learner-00002"))
    assert record.signs == (
        "The grader failed: RuntimeError: a fault of ours. Grade this one by hand, and report the fault.",
    )
    feedback = (tmp_path / "feedback" / ASSIGNMENT / "learner-00002" / "feedback.md").read_text(encoding="utf-8")
    assert "a fault of ours" not in feedback
    monkeypatch.undo()
    assert grade_one(grader, tmp_path, found(submitted).found[2]).outcome == "graded", "tried again"


class Deadly:
    """A submission that takes its process with it: once, or every time."""

    def __init__(self, submission: Submission, mark: Path, *, always: bool) -> None:
        """Take what it would have been; `mark` remembers that it has killed."""
        self.submission, self.mark, self.always = submission, mark, always
        self.student, self.assignment = submission.student, submission.assignment

    def read(self) -> Submission:
        """Kill a worker; the process of the test is spared."""
        worker = running._GRADER is not None
        if worker and (self.always or not self.mark.exists()):
            self.mark.touch()
            os._exit(9)
        return self.submission


@pytest.mark.parametrize(("always", "outcome"), [(False, "graded"), (True, "failed")])
def test_a_process_that_dies_costs_nobody_a_grade(submitted, tmp_path, always, outcome):
    deadly = Deadly(cells("mallory", cache_shards=right("cache-shards")), tmp_path / "mark", always=always)
    listed = [*found(submitted).found[:30], deadly]
    summary = running.run(Job(COURSE, Settings(), tmp_path / "out"), listed, processes=2)
    assert summary.total == 31
    # What a process had finished before it died is found done.
    assert summary.counts["failed"] == always
    assert summary.counts["graded"] + summary.counts["kept"] == 31 - always
    assert read_record(record_path(tmp_path / "out", ASSIGNMENT, "mallory")).status == outcome


def test_an_assignment_that_does_not_exist_stops_everything_before_anything_is_written(tmp_path):
    made = cells("ada")
    odd = Deadly(Submission("ada", "np-onion", made.files), tmp_path / "mark", always=False)
    with pytest.raises(InputError, match="no assignment 'np-onion'"):
        running.run(Job(COURSE, Settings(), tmp_path / "out"), [odd], processes=1)
    assert not (tmp_path / "out").exists()


def test_two_programs_never_write_into_one_folder(tmp_path):
    with locked(tmp_path / "out"):
        asks = (
            "import sys; from pathlib import Path; from autograder.classroom.bulk.locking import locked\n"
            "with locked(Path(sys.argv[1])): print('both')"
        )
        other = subprocess.run(
            [sys.executable, "-c", asks, str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert "another program is grading into it" in other.stderr
    assert not other.stdout
    with locked(tmp_path / "out"):
        pass


# -- in parts ----------------------------------------------------------------------------------------------------------


def test_every_learner_is_in_one_part_and_no_part_is_nearly_empty():
    parts = [sum(Shard(index, 4).holds(f"learner-{number}") for number in range(1000)) for index in range(4)]
    assert sum(parts) == 1000
    assert min(parts) > 200


@pytest.mark.parametrize("text", ["4/4", "-1/4", "1", "1/0", "a/b", "0/1001", "1/4/2"])
def test_a_part_that_does_not_exist_is_refused(text):
    with pytest.raises(InputError, match="write I/N"):
        read_shard(text)


def graded_in_parts(submitted, folder, count=3, settings=None):
    parts = []
    for index in range(count):
        parts.append(folder / f"part-{index}")
        grade_class(Job(COURSE, settings or Settings(), parts[-1]), found(submitted), shard=Shard(index, count))
    return parts


def test_parts_merge_into_the_same_bytes_as_the_whole(submitted, whole, tmp_path):
    parts = graded_in_parts(submitted, tmp_path)
    assert not (parts[0] / "grades.csv").exists()
    assert merge_class(list(reversed(parts)), tmp_path / "merged", COURSE) == COUNT
    expected = {name: text for name, text in bytes_of(whole).items() if not name.startswith(("previous/", "changes"))}
    assert bytes_of(tmp_path / "merged") == expected
    merge_class(parts, tmp_path / "merged", COURSE)
    assert bytes_of(tmp_path / "merged") == expected


def test_parts_that_are_no_whole_class_are_not_merged(submitted, tmp_path):
    parts = graded_in_parts(submitted, tmp_path)
    for given, said in (
        (parts[:2], "the parts 2/3 are missing"),
        ([*parts, parts[0].parent / "part-9"], "no such folder"),
        ([parts[0], parts[0].parent / "copy", *parts[1:]], "both part 0/3"),
    ):
        if given[1].name == "copy":
            (given[1]).symlink_to(parts[0])
        with pytest.raises(InputError, match=said):
            merge_class(given, tmp_path / "merged", COURSE)
    (parts[1] / "shard.json").unlink()
    with pytest.raises(InputError, match="part-1 is not a complete part"):
        merge_class(parts, tmp_path / "merged", COURSE)
    assert not (tmp_path / "merged" / "records").exists()


def test_parts_of_different_settings_are_not_merged(submitted, tmp_path):
    parts = graded_in_parts(submitted, tmp_path, 2)
    other = Settings(due={"": "2026-11-27T18:00:00Z"}, late="zero")
    grade_class(Job(COURSE, other, parts[1]), found(submitted), shard=Shard(1, 2))
    with pytest.raises(InputError, match="different courses or settings"):
        merge_class(parts, tmp_path / "merged", COURSE)


# -- killed ------------------------------------------------------------------------------------------------------------


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "autograder", *map(str, words)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_that_is_killed_at_any_moment_is_continued_to_the_same_bytes(submitted, whole, tmp_path):
    out = tmp_path / "out"
    kills = 0
    for moment in range(1, 40):
        process = subprocess.Popen(
            command("grade", submitted, "--out", out, "--jobs", 2), cwd=ROOT, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 120
        wanted = moment * 4
        while process.poll() is None and time.monotonic() < deadline:
            if len(list((out / "records").glob("*/*.json"))) >= wanted:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.002)
        if process.wait() == 0:
            break
    assert kills >= 3
    expected = {name: text for name, text in bytes_of(whole).items() if not name.startswith(("previous/", "changes"))}
    assert {name: text for name, text in bytes_of(out).items() if not name.endswith(".part")} == expected


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_four_machines_one_of_which_is_lost_half_way_and_tried_again(submitted, whole, tmp_path):
    """As an Indexed Job runs it: N processes that know nothing of each other, and one that comes back."""

    def start(index):
        return subprocess.Popen(
            command("grade", submitted, "--out", tmp_path / f"shard-{index}", "--shard", f"{index}/4", "--jobs", 1),
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    running_parts = [start(index) for index in range(4)]
    lost = tmp_path / "shard-2" / "records"
    while running_parts[2].poll() is None and not list(lost.glob("*/*.json")):
        time.sleep(0.002)
    os.killpg(running_parts[2].pid, signal.SIGKILL)
    assert running_parts[2].wait() == -signal.SIGKILL
    assert [part.wait() for index, part in enumerate(running_parts) if index != 2] == [0, 0, 0]
    parts = [tmp_path / f"shard-{index}" for index in range(4)]
    early = subprocess.run(
        command("merge", *parts, "--out", tmp_path / "all"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert early.returncode == 2
    assert "shard-2 is not a complete part" in early.stderr
    assert start(2).wait() == 0
    subprocess.run(command("merge", *parts, "--out", tmp_path / "all"), cwd=ROOT, check=True, capture_output=True)
    expected = {name: text for name, text in bytes_of(whole).items() if not name.startswith(("previous/", "changes"))}
    assert bytes_of(tmp_path / "all") == expected
