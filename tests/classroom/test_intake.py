"""Whose work is where, and what is it for? Every layout that is handed out, every rule that decides between two."""

from __future__ import annotations

import io
import os
import pickle
import re
import stat
import sys
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.intake import PATTERNS, Intake, IntakeLimits, find
from autograder.classroom.intake import folders as folders_module
from autograder.classroom.intake.archives import Entry, entries_of, unpack
from autograder.classroom.intake.folders import read_regular
from autograder.classroom.intake.limits import LIMITS
from autograder.classroom.intake.paths import clean_path, kind_of
from autograder.classroom.intake.patterns import of_file, of_folder
from autograder.classroom.intake.telling import Teller
from autograder.classroom.intake.times import read_time
from autograder.manifests.limits import InputError

KNOWN = {"deny-all": "np-basics", "two-callers": "np-basics", "cache-shards": "np-union", "three-teams": "np-union"}
UNION = b'{"cells": [{"source": "%%manifest cache-shards\\n"}, {"source": "%%predict three-teams\\n"}]}'
BASICS = b'{"cells": [{"metadata": {"nbgrader": {"grade_id": "deny-all-check"}}}]}'
TORN = BASICS[:-1] + b', {"source": "%%manifest cache-shards"}'
ANSWER = b"# %%manifest cache-shards\nkind: NetworkPolicy\n"
TIME = b"2026-11-23 10:00:00.5 UTC\n"

Tree = Mapping[str, Any]
"""Files by path; a value that is a tree itself is an archive."""


def write(root: Path, tree: Tree) -> None:
    for name, data in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            path.mkdir()
        else:
            path.write_bytes(zipped(data) if isinstance(data, Mapping) else data)


def zipped(tree: Tree) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tree.items():
            archive.writestr(name, zipped(data) if isinstance(data, Mapping) else data or b"")
    return stream.getvalue()


def found(intake: Intake) -> dict[tuple[str, str], list[str]]:
    """Return the files of every submission, by learner and assignment."""
    return {(each.student, each.assignment): list(each.read().files) for each in intake.found}


ADA = ("ada", "np-union")
GRACE = ("grace", "np-union")
NB = "np-union.ipynb"


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param(
            {
                f"top/ada/np-union/{NB}": UNION,
                "top/ada/np-union/answers/cache-shards.yaml": ANSWER,
                "top/ada/np-union/timestamp.txt": TIME,
                "top/ada/np-basics/np-basics.ipynb": BASICS,
                "top/grace/np-union/Untitled.ipynb": b"{}",
                "top/linus/np-union": None,
            },
            {
                ADA: ["answers/cache-shards.yaml", NB],
                ("ada", "np-basics"): ["np-basics.ipynb"],
                GRACE: ["Untitled.ipynb"],
                ("linus", "np-union"): [],
            },
            id="nbgrader's tree",
        ),
        pytest.param(
            {"top/ada/my work.ipynb": UNION, "top/grace/homework/x.ipynb": UNION, f"top/linus/{NB}": b"torn"},
            {ADA: ["my work.ipynb"], GRACE: ["x.ipynb"], ("linus", "np-union"): [NB]},
            id="a folder of learners' folders",
        ),
        pytest.param(
            {"top/np-union/ada.ipynb": b"", "top/np-union/grace/x.ipynb": b"", "top/np-basics/ada.ipynb": b""},
            {ADA: ["ada.ipynb"], GRACE: ["x.ipynb"], ("ada", "np-basics"): ["ada.ipynb"]},
            id="a folder an assignment, learners in it",
        ),
        pytest.param(
            {
                "top/ada.ipynb": UNION,
                "top/grace_np-union.ipynb": b"",
                "top/np_union-linus (2).ipynb": b"",
                "top/ken_cache-shards.yaml": b"",
                "top/dennis.yaml": ANSWER,
                "top/bjarne.yaml": b"# %%predict three-teams\n",
                "top/barbara.zip": {f"work/{NB}": UNION, "work/answers/cache-shards.yaml": ANSWER},
            },
            {
                ADA: ["ada.ipynb"],
                GRACE: [NB],
                ("linus (2)", "np-union"): [NB],
                ("ken", "np-union"): ["cache-shards.yaml"],
                ("dennis", "np-union"): ["cache-shards.yaml"],
                ("bjarne", "np-union"): ["three-teams.prediction.yaml"],
                ("barbara", "np-union"): ["answers/cache-shards.yaml", NB],
            },
            id="a folder of files",
        ),
        pytest.param(
            {
                "top.zip": {
                    f"lovelaceada_12345_67890_{NB}": UNION,
                    "lovelaceada_12345_67891_answers.zip": {"answers/cache-shards.yaml": ANSWER},
                    f"hoppergrace_LATE_22_1_{NB}": b"",
                    "hoppergrace_LATE_22_2_np-union-1.ipynb": UNION,
                    "anon_x7Qb2_9_np-union.ipynb": UNION,
                    "torvaldslinus_33_text.html": b"<p>",
                    "thompsonken_44_5_answer.pdf": b"%PDF",
                }
            },
            {
                ("lovelaceada_12345", "np-union"): ["answers/cache-shards.yaml", NB],
                ("hoppergrace_22", "np-union"): ["np-union-1.ipynb"],
                ("anon_x7Qb2", "np-union"): [NB],
                ("torvaldslinus_33", "np-union"): [],
                ("thompsonken_44", "np-union"): [],
            },
            id="Canvas",
        ),
        pytest.param(
            {
                "top.zip": {
                    f"Ada Lovelace_11_assignsubmission_file/{NB}": UNION,
                    f"Grace Hopper_22_assignsubmission_file_/work/{NB}": UNION,
                    "Grace Hopper_22_assignsubmission_file_/work/answers/cache-shards.yaml": ANSWER,
                    "Linus Torvalds_33_assignsubmission_onlinetext/onlinetext.html": b"<p>",
                }
            },
            {
                ("Ada Lovelace_11", "np-union"): [NB],
                ("Grace Hopper_22", "np-union"): ["answers/cache-shards.yaml", NB],
                ("Linus Torvalds_33", "np-union"): [],
            },
            id="Moodle, in folders",
        ),
        pytest.param(
            {"top.zip": {f"Ada Lovelace_11_assignsubmission_file/{NB}": UNION}},
            {("Ada Lovelace_11", "np-union"): [NB]},
            id="Moodle, one learner",
        ),
        pytest.param(
            {"top.zip": {"Ada Lovelace_11_assignsubmission_file/": b"", f"Grace_2_assignsubmission_file/{NB}": UNION}},
            {("Ada Lovelace_11", "np-union"): [], ("Grace_2", "np-union"): [NB]},
            id="Moodle, an empty folder",
        ),
        pytest.param(
            {f"top/Ada Lovelace_11_assignsubmission_file/w/{NB}": UNION, "top/Grace_2_assignsubmission_file": None},
            {("Ada Lovelace_11", "np-union"): [NB], ("Grace_2", "np-union"): []},
            id="Moodle, unpacked",
        ),
        pytest.param(
            {
                f"top/Ada Lovelace_11_assignsubmission_file_{NB}": UNION,
                "top/Ada Lovelace_11_assignsubmission_file_cache-shards.yaml": ANSWER,
            },
            {("Ada Lovelace_11", "np-union"): ["cache-shards.yaml", NB]},
            id="Moodle, flat, unpacked",
        ),
        pytest.param(
            {
                "top.zip": {
                    f"gradebook_K8S_u1_ada_attempt_2026-11-23-10-00-00_{NB}": b"",
                    f"gradebook_K8S_u1_ada_attempt_2026-11-24-10-00-00_{NB}": UNION,
                    "gradebook_K8S_u1_ada_attempt_2026-11-24-10-00-00.txt": b"Name: Ada",
                }
            },
            {ADA: [NB]},
            id="Blackboard",
        ),
        pytest.param(
            {f"top/np-union/archive/np-union_ada_attempt_2026-11-23-10-00-00_{NB}": UNION}, {ADA: [NB]},
            id="nbgrader's zip_collect",
        ),
        pytest.param(
            {f"top/inbound/ada+np-union+2026-11-23 10.00.00/{NB}": UNION} if sys.platform == "win32" else
            {f"top/inbound/ada+np-union+2026-11-23 10:00:00.5 UTC+x-_=/{NB}": UNION},
            {ADA: [NB]},
            id="nbgrader's exchange",
        ),
        pytest.param(
            {"ada.zip": {f"ada-desk/exercises/np-union/{NB}": UNION, "ada-desk/course/01.ipynb": b"{}",
                         "ada-desk/exercises/np-union/answers/cache-shards.yaml": ANSWER,
                         "ada-desk/exercises/np-union/cache-shards/starter.yaml": b"x"}},
            {ADA: ["course/01.ipynb", f"exercises/np-union/{NB}", "exercises/np-union/answers/cache-shards.yaml"]},
            id="one learner's archive",
        ),
        pytest.param(
            {f"ada/exercises/np-union/{NB}": UNION, "ada/exercises/np-basics/np-basics.ipynb": BASICS},
            {ADA: [NB], ("ada", "np-basics"): ["np-basics.ipynb"]},
            id="one learner's desk",
        ),
        pytest.param({"ada/answers/cache-shards.yaml": b"a: 1"}, {ADA: ["answers/cache-shards.yaml"]},
                     id="one learner's answers"),
        pytest.param({f"ada/np-union/{NB}": b""}, {ADA: [NB]}, id="one learner's folder of the tree"),
        pytest.param({"top.zip": {f"class/lovelaceada_1_2_{NB}": UNION, f"class/hoppergrace_3_4_{NB}": UNION}},
                     {("lovelaceada_1", "np-union"): [NB], ("hoppergrace_3", "np-union"): [NB]},
                     id="a folder around everything"),
        pytest.param({"top/submissions.zip": {f"lovelaceada_1_2_{NB}": UNION}, "top/ada.ipynb": UNION},
                     {("lovelaceada_1", "np-union"): [NB], ADA: ["ada.ipynb"]},
                     id="a platform's archive among files"),
        pytest.param({"top/submitted/ada/x.ipynb": UNION, "top/submitted/grace/x.ipynb": UNION},
                     {ADA: ["x.ipynb"], GRACE: ["x.ipynb"]}, id="a folder called submitted"),
    ],
)  # fmt: skip
def test_layouts_are_told_apart(tree: Tree, expected: dict[tuple[str, str], list[str]], tmp_path: Path):
    write(tmp_path, tree)
    intake = find(sorted(tmp_path.iterdir()), known=KNOWN)
    assert {key: sorted(files) for key, files in found(intake).items()} == {
        key: sorted(files) for key, files in expected.items()
    }
    assert [(each.assignment, each.student) for each in intake.found] == sorted(
        (assignment, student) for student, assignment in expected
    )


def test_layouts_may_be_mixed_in_one_call(tmp_path: Path):
    write(tmp_path, {f"submitted/ada/np-union/{NB}": UNION, "grace.ipynb": UNION, "c.zip": {f"x_1_2_{NB}": UNION}})
    assert list(found(find(sorted(tmp_path.iterdir()), known=KNOWN))) == [ADA, GRACE, ("x_1", "np-union")]


@pytest.mark.parametrize(
    "named", ["ada", "ada/np-union", f"ada/np-union/{NB}", "ada/np-union/answers/cache-shards.yaml"]
)
def test_one_learner_may_be_named_at_any_level(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, {f"ada/np-union/{NB}": UNION, "ada/np-union/answers/cache-shards.yaml": ANSWER})
    monkeypatch.chdir(tmp_path)
    assert found(find([Path(named)], known=KNOWN)) == {ADA: ["answers/cache-shards.yaml", NB]}


def test_a_link_that_is_named_is_followed_and_no_other(tmp_path: Path):
    write(tmp_path, {"there/x.ipynb": UNION, "there/w.zip": {NB: UNION}, "top/linus.ipynb": UNION})
    try:
        for name, target in {"ada.ipynb": "x.ipynb", "grace.zip": "w.zip", "top/ken.ipynb": "x.ipynb"}.items():
            (tmp_path / name).symlink_to(tmp_path / "there" / target)
    except OSError:
        pytest.skip("this user may not make links")
    intake = find([tmp_path / "ada.ipynb", tmp_path / "grace.zip", tmp_path / "top"], known=KNOWN)
    assert found(intake) == {ADA: ["ada.ipynb"], GRACE: [NB], ("linus", "np-union"): ["linus.ipynb"]}
    assert [(each.origin, each.reason) for each in intake.passed_over] == [
        ("top/ken.ipynb", "It is a link, which is not followed.")
    ]


def test_own_patterns_come_before_those_of_platforms(tmp_path: Path):
    write(tmp_path, {"k8s/2026~ada~20261123~np-union.ipynb": UNION, "k8s/2026~grace~x~cache-shards.yaml": ANSWER})
    own = re.compile(r"2026~(?P<student>\w+)~\w+~(?P<file>.+)")
    assert found(find([tmp_path / "k8s"], known=KNOWN, patterns=(own, *PATTERNS))) == {
        ADA: [NB], GRACE: ["cache-shards.yaml"],
    }  # fmt: skip
    with pytest.raises(InputError, match="no group"):
        find([tmp_path], known=KNOWN, patterns=[re.compile("(?P<file>x)")])


def test_nbgraders_pattern_without_the_ending_works(tmp_path: Path):
    write(tmp_path, {"in/np-union_ada_attempt_2026-11-23-10-00-00_np-union.ipynb": UNION})
    own = re.compile(r".*_(?P<student>[^_/]+)_attempt_(?P<received>[0-9\-]+)_(?P<file>[\w\-]+)")
    (handed,) = find([tmp_path / "in"], known=KNOWN, patterns=[own]).found
    assert (handed.student, handed.received, list(handed.read().files)) == ("ada", "2026-11-23T10:00:00Z", [NB])


# -- which assignment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("np-union.ipynb", b"", "np-union"),
        ("NP_Union (3).ipynb", b"", "np-union"),
        ("np-union-Copy1.ipynb", b"", "np-union"),
        ("exercises/np-union/x.ipynb", b"", "np-union"),
        ("np-basics/np-union.ipynb", b"", "np-union"),
        ("np-union/np-basics/x.ipynb", b"", "np-basics"),
        ("answers/deny-all.yaml", b"", "np-basics"),
        ("three-teams.prediction.yaml", b"", "np-union"),
        ("np-union/notes.yaml", b"", "np-union"),
        ("x.ipynb", UNION, "np-union"),
        ("x.ipynb", BASICS, "np-basics"),
        ("x.ipynb", UNION + BASICS, "np-union"),
        ("x.ipynb", TORN, ""),
        ("x.ipynb", b'{"grade_id": "np-union-setup"}', ""),
        ("x.ipynb", "%%manifest c\u0430che-shards".encode(), ""),
        ("x.yaml", ANSWER, "np-union"),
        ("np-unions.ipynb", b"", ""),
    ],
)
def test_a_file_tells_its_assignment_by_name_then_by_text(path: str, data: bytes, told: str):
    teller = Teller(KNOWN)
    assert (teller.by_name(path) or teller.by_text(data)) == told


def test_a_text_that_is_full_of_names_is_not_read_to_its_end():
    assert Teller(KNOWN).exercises_in(b"%%manifest x\n" * 10_000 + ANSWER) == []


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("ada", ("ada", "")),
        ("ada_np-union", ("ada", "np-union")),
        ("ada.lovelace-np_union (2)", ("ada.lovelace", "np-union")),
        ("np-union_ada", ("ada", "np-union")),
        ("np-union", ("", "np-union")),
        ("np-union-1", ("", "np-union")),
        ("ada_np-onion", ("ada_np-onion", "")),
        ("np-union-np-basics", ("np-union", "np-basics")),
    ],
)
def test_a_name_is_split_into_learner_and_assignment(stem: str, expected: tuple[str, str]):
    assert Teller(KNOWN).split(stem) == expected


def test_with_an_assignment_everything_is_for_it_but_what_lies_in_the_folder_of_another(tmp_path: Path):
    write(tmp_path, {
        "top/ada/np-basics/np-basics.ipynb": BASICS, f"top/ada/np-union/{NB}": UNION, "top/grace.ipynb": b"torn",
        "top/linus.ipynb": BASICS, "top/ken_np-basics.ipynb": b"",
    })  # fmt: skip
    intake = find([tmp_path / "top"], known=KNOWN, assignment="np-union")
    assert found(intake) == {
        ADA: [NB], GRACE: ["grace.ipynb"], ("ken", "np-union"): ["np-basics.ipynb"],
        ("linus", "np-union"): ["linus.ipynb"],
    }  # fmt: skip
    assert [(each.student, each.origin, each.reason) for each in intake.passed_over] == [
        ("ada", "top/ada/np-basics", "It is for np-basics, not for np-union.")
    ]
    ken = next(each for each in intake.found if each.student == "ken").read()
    assert ken.trouble == (
        "By their names, the files are for np-basics, not for np-union. Was something else meant to be handed in?",
    )


def test_with_an_assignment_a_whole_desk_is_cut_down_to_it(tmp_path: Path):
    write(
        tmp_path, {"x_1_2_desk.zip": {f"exercises/np-union/{NB}": UNION, "exercises/np-basics/np-basics.ipynb": BASICS}}
    )
    (handed,) = find([tmp_path], known=KNOWN, assignment="np-union").found
    assert list(handed.read().files) == [NB]


def test_what_nothing_tells_is_for_what_everything_else_is_for(tmp_path: Path):
    write(tmp_path, {"top/ada.ipynb": UNION, "top/grace.ipynb": b"torn", "top/linus.zip": b"torn"})
    assert list(found(find([tmp_path / "top"], known=KNOWN))) == [ADA, GRACE, ("linus", "np-union")]


def test_what_nothing_tells_is_passed_over_where_there_are_several(tmp_path: Path):
    write(tmp_path, {"top/ada.ipynb": UNION, "top/grace.ipynb": BASICS, "top/linus.ipynb": b"torn"})
    intake = find([tmp_path / "top"], known=KNOWN)
    assert list(found(intake)) == [("grace", "np-basics"), ADA]
    assert [(each.student, each.origin, each.reason) for each in intake.passed_over] == [
        ("linus", "top/linus.ipynb", "Nothing tells which assignment it is for. Name it with --assignment.")
    ]


def test_a_course_of_one_assignment_needs_no_telling(tmp_path: Path):
    write(tmp_path, {"top/ada.ipynb": b"torn"})
    assert list(found(find([tmp_path / "top"], known={"cache-shards": "np-union"}))) == [ADA]


# -- which attempt ---------------------------------------------------------------------------------

ATTEMPT = "top/gradebook_K8S_u1_ada_attempt_2026-11-{}-10-00-00_np-union.ipynb"


@pytest.mark.parametrize(
    ("tree", "counts", "passed"),
    [
        pytest.param({ATTEMPT.format("09"): b"", ATTEMPT.format("10"): UNION}, ATTEMPT.format("10"),
                     [ATTEMPT.format("09")], id="the newest"),
        pytest.param({"top/ada-9/np-union.ipynb": b"", "top/submissions/ada-9/np-union.ipynb": UNION},
                     "top/submissions/ada-9", ["top/ada-9"], id="without a time, the last by name"),
        pytest.param({"top/collected/ada/np-union/timestamp.txt": TIME, f"top/collected/ada/np-union/{NB}": UNION,
                      f"top/submitted/ada/np-union/{NB}": b""}, "top/collected/ada/np-union",
                     ["top/submitted/ada/np-union"], id="one with a time before one without"),
        pytest.param({"top/ada_1_7_np-union.ipynb": b"", "top/ada_1_8_np-union-1.ipynb": b"",
                      "top/ada_1_9_np-union-10.ipynb": UNION}, "top/ada_1_9_np-union-10.ipynb",
                     ["top/ada_1_7_np-union.ipynb", "top/ada_1_8_np-union-1.ipynb"], id="the last upload of a file"),
    ],
)  # fmt: skip
def test_of_several_attempts_one_counts_and_the_others_are_told(
    tree: Tree, counts: str, passed: list[str], tmp_path: Path
):
    write(tmp_path, tree)
    intake = find([tmp_path / "top"], known=KNOWN)
    (handed,) = intake.found
    assert handed.origin == counts
    assert UNION in handed.read().files.values()
    assert [each.origin for each in intake.passed_over] == passed


def test_without_a_time_the_tenth_comes_after_the_ninth(tmp_path: Path):
    write(tmp_path, {f"hand-in-9/ada/{NB}": b"", f"hand-in-10/ada/{NB}": UNION})
    (handed,) = find([tmp_path / "hand-in-10", tmp_path / "hand-in-9"], known=KNOWN).found
    assert handed.origin == "hand-in-10/ada"


def test_a_path_named_twice_is_one_attempt(tmp_path: Path):
    write(tmp_path, {f"submitted/ada/np-union/{NB}": UNION})
    named = [tmp_path / "submitted", tmp_path / "submitted", tmp_path / "submitted" / "ada" / ".." / "ada"]
    intake = find(named, known=KNOWN)
    assert [each.student for each in intake.found] == ["ada"]


# -- what is passed over, and what is told ---------------------------------------------------------


def test_what_is_no_submission_is_told_with_its_reason(tmp_path: Path):
    write(
        tmp_path, {"top/ada.ipynb": UNION, "top/roster.csv": b"", f"top/{NB}": b"", ".DS_Store": b"", "top/.git/x": b""}
    )
    intake = find([tmp_path / "top"], known=KNOWN)
    assert [(each.origin, each.reason) for each in intake.passed_over] == [
        ("top/np-union.ipynb", "Its name tells what it is for, and no learner."),
        ("top/roster.csv", "It is no submission: neither a notebook, nor a YAML file, nor a .zip archive."),
    ]


def test_a_path_that_does_not_exist_is_an_error_with_a_remedy(tmp_path: Path):
    with pytest.raises(InputError, match=r"gone\.zip: there is no such file or folder\. Name"):
        find([tmp_path / "gone.zip"], known=KNOWN)


def test_an_archive_of_a_class_that_is_broken_is_passed_over(tmp_path: Path):
    write(tmp_path, {"class.zip": b"PK\x05\x06", "ada.ipynb": UNION})
    intake = find([tmp_path / "class.zip", tmp_path / "ada.ipynb"], known=KNOWN)
    assert list(found(intake)) == [ADA]
    assert [each.origin for each in intake.passed_over] == ["class.zip"]


def test_a_submission_that_is_gone_when_it_is_read_is_told(tmp_path: Path):
    write(tmp_path, {f"submitted/ada/np-union/{NB}": UNION, "c.zip": {f"x_1_2_{NB}": UNION}, "linus.ipynb": UNION})
    intake = find(sorted(tmp_path.iterdir()), known=KNOWN)
    (tmp_path / "submitted/ada/np-union" / NB).unlink()
    (tmp_path / "c.zip").unlink()
    (tmp_path / "linus.ipynb").unlink()
    ada, linus, other = (each.read() for each in intake.found)
    assert not ada.files
    assert not linus.files
    assert not other.files
    assert "linus.ipynb: it is gone. Hand it in again." in linus.trouble
    assert any("c.zip cannot be read" in sentence for sentence in other.trouble)


def test_a_file_that_grows_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "x.ipynb"
    path.write_bytes(UNION)
    real = folders_module.os.fstat

    def growing(descriptor: int) -> os.stat_result:
        with path.open("ab") as stream:
            stream.write(b" ")
        return real(descriptor)

    monkeypatch.setattr(folders_module.os, "fstat", growing)
    with pytest.raises(InputError, match="changed while it was read"):
        read_regular(path, 1000)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, {f"ada/{NB}": UNION})

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (handed,) = find([tmp_path / "ada"], known=KNOWN).found
    monkeypatch.setattr(folders_module.os, "open", refuse)
    assert handed.read().trouble[0] == f"{NB}: it cannot be read (Permission denied). Make it readable."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_that_took_a_files_place_does_not_block(tmp_path: Path):
    os.mkfifo(tmp_path / NB)
    told: list[str] = []

    def read() -> None:
        try:
            read_regular(tmp_path / NB, 100)
        except InputError as error:
            told.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(20)
    assert told == ["it is no regular file. Hand in the file itself."]


@pytest.mark.parametrize("refuses", [True, False], ids=["the system refuses links", "it does not"])
def test_a_link_that_took_a_files_place_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, refuses: bool
):
    write(tmp_path, {"secret": b"secret"})
    try:
        (tmp_path / NB).symlink_to(tmp_path / "secret")
    except OSError:
        pytest.skip("this user may not make links")
    if not refuses:
        monkeypatch.setattr(folders_module, "_FLAGS", os.O_RDONLY)
    with pytest.raises(InputError, match="it is a link"):
        read_regular(tmp_path / NB, 100)


def test_a_submission_is_small_on_its_way_to_another_process(tmp_path: Path):
    write(tmp_path, {f"submitted/ada/np-union/{NB}": UNION, "c.zip": {f"x_1_2_{NB}": UNION}})
    for handed in find(sorted(tmp_path.iterdir()), known=KNOWN).found:
        data = pickle.dumps(handed)
        assert len(data) < 1000
        assert pickle.loads(data) == handed  # noqa: S301 - its own


def test_names_that_look_the_same_written_are_one_and_others_are_not(tmp_path: Path):
    write(tmp_path, {"top/a\u0308da.ipynb": UNION, "sub/\u00e4da.ipynb": UNION, "top/Ada.ipynb": UNION})
    intake = find([tmp_path / "top", tmp_path / "sub"], known=KNOWN)
    assert {each.student for each in intake.found} == {"\u00e4da", "Ada"}


# -- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "tree", "read", "says"),
    [
        (IntakeLimits(notebook_bytes=10), {NB: b"x" * 10}, 1, ""),
        (IntakeLimits(notebook_bytes=10), {NB: b"x" * 11}, 0, "larger than 10 bytes"),
        (IntakeLimits(yaml_bytes=10), {"a.yaml": b"x" * 11, NB: b"x" * 11}, 1, "a.yaml: it is larger"),
        (IntakeLimits(submission_bytes=10), {"a.yaml": b"x" * 6, "b.yaml": b"x" * 6}, 1, "all files together"),
        (IntakeLimits(files=2), {"a.yaml": b"", "b.yaml": b"", "c.yaml": b""}, 2, "more than 2 notebooks"),
        (IntakeLimits(entries=2), {"a.yaml": b"", "b.txt": b"", "c.yaml": b""}, 0, "too many files"),
        (IntakeLimits(entries=2), {"w.zip": {"a.yaml": b"", "b.txt": b"", "c.yaml": b""}}, 0, "too many files"),
        (IntakeLimits(depth=3), {"a/b/c.yaml": b""}, 1, ""),
        (IntakeLimits(depth=3), {"a/b/c/d.yaml": b""}, 0, "too deep"),
        (IntakeLimits(depth=3), {"w.zip": {"a/b/c/d.yaml": b""}}, 0, "3 folders deep"),
        (IntakeLimits(path_length=10), {"w.zip": {"a" * 10 + ".yaml": b""}}, 0, "longer than 10"),
        (IntakeLimits(archive_bytes=10), {"w.zip": {"a.yaml": b""}}, 0, "larger than 10 bytes"),
        (IntakeLimits(yaml_bytes=10), {"w.zip": {"a.yaml": b"x" * 11}}, 0, "larger than 10 bytes"),
        (IntakeLimits(ratio=2), {"w.zip": {NB: b"x" * (2 << 20)}}, 0, "too tightly"),
        (IntakeLimits(troubles=1), {"a.zip": b"", "b.zip": b"", NB: b""}, 1, "There is more that cannot be read."),
    ],
)  # fmt: skip
def test_a_limit_is_told_and_the_rest_is_read(limits: IntakeLimits, tree: Tree, read: int, says: str, tmp_path: Path):
    write(tmp_path / "submitted" / "ada" / "np-union", tree)
    (handed,) = find([tmp_path / "submitted"], known=KNOWN, limits=limits).found
    submission = handed.read()
    assert len(submission.files) == read
    assert says in " ".join(submission.trouble)
    assert bool(submission.trouble) == bool(says)


def test_an_archive_of_a_class_has_a_limit_too(tmp_path: Path):
    write(tmp_path, {"class.zip": {f"x_{number}_2_{NB}": UNION for number in range(4)}})
    intake = find([tmp_path / "class.zip"], known=KNOWN, limits=IntakeLimits(class_entries=3))
    assert "too many files" in intake.passed_over[0].reason


# -- archives --------------------------------------------------------------------------------------


def test_what_zipfile_writes_is_read_as_zipfile_reads_it():
    tree = {"a.ipynb": UNION * 1000, "\u00e4/b.yaml": b"", "c/": b"", "d.bin": bytes(range(256)) * 99}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        stream = io.BytesIO(b"in front")
        stream.seek(0, 2)
        with zipfile.ZipFile(stream, "a", method) as archive:
            for name, data in tree.items():
                with archive.open(name, "w", force_zip64=True) as entry:
                    entry.write(data)
            archive.comment = b"behind"
        entries = entries_of(stream, "x.zip", 10, LIMITS)
        assert [entry.path for entry in entries] == ["a.ipynb", "\u00e4/b.yaml", "c", "d.bin"]
        assert [unpack(stream, entry, 1 << 20, 10_000) for entry in entries] == list(tree.values())


def test_what_is_streamed_into_an_archive_is_read():
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.yaml", ANSWER)
    stream = io.BytesIO(pipe.data)
    (entry,) = entries_of(stream, "x.zip", 10, LIMITS)
    assert unpack(stream, entry, 1000, 300) == ANSWER


ARCHIVE = zipped({"a.yaml": ANSWER, NB: UNION, "b/c.yaml": b"x" * 1000})


def gone_through(data: bytes) -> list[bytes]:
    """Return all that can be read of an archive."""
    stream = io.BytesIO(data)
    try:
        entries = entries_of(stream, "x.zip", 100, LIMITS)
    except InputError:
        return []
    read = []
    for entry in entries:
        try:
            read.append(unpack(stream, entry, 10_000, 300))
        except InputError:
            continue
    return read


@given(st.binary(max_size=300))
def test_any_bytes_are_an_archive_or_an_error(data: bytes):
    gone_through(data)
    gone_through(ARCHIVE + data)
    gone_through(data + ARCHIVE)


@given(st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_an_archive_with_changed_bytes_gives_what_it_held_or_an_error(changes: list[tuple[int, int]]):
    data = bytearray(ARCHIVE)
    for place, value in changes:
        data[place] = value
    for read in gone_through(bytes(data)):
        assert read in (ANSWER, UNION, b"x" * 1000, b"")


@given(st.text())
def test_a_clean_path_stays_inside_and_can_be_read(name: str):
    path, _ = clean_path(name, LIMITS)
    assert path
    assert path.isprintable()
    assert not path.startswith("/")
    assert ".." not in path.split("/")
    assert len(path) <= LIMITS.path_length * 4  # one character of a name may become several in its normal form


def test_refused_entries_never_take_the_place_of_others():
    entries = entries_of(io.BytesIO(zipped({"a.yaml": b"1", "../a.yaml": b"2"})), "x.zip", 10, LIMITS)
    assert [(entry.path, bool(entry.fault)) for entry in entries] == [("a.yaml", False), ("a.yaml", True)]


# -- names and times -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student", "file"),
    [
        ("lovelaceada_12345_67890_np-union.ipynb", "lovelaceada_12345", "np-union.ipynb"),
        ("lovelaceada_LATE_12345_67890_my_work-1.ipynb", "lovelaceada_12345", "my_work-1.ipynb"),
        ("m\u00fcllerj\u00f6rg_5_6_x.zip", "m\u00fcllerj\u00f6rg_5", "x.zip"),
        ("o_brien_LATE_1_2_x.ipynb", "o_brien_1", "x.ipynb"),
        ("LATE_anon_x7Qb2_67890_x.ipynb", "anon_x7Qb2", "x.ipynb"),
        ("a_1_2_b_3_4_x.ipynb", "a_1", "b_3_4_x.ipynb"),
        ("Ada Lovelace_1_assignsubmission_file_x.ipynb", "Ada Lovelace_1", "x.ipynb"),
        ("Team 7_assignsubmission_file_x.ipynb", "Team 7", "x.ipynb"),
        ("gradebook_2026_10_Unit 1_ada_attempt_2026-11-23-10-00-00_x.ipynb", "ada", "x.ipynb"),
    ],
)
def test_names_of_platforms_tell_whose_a_file_is(name: str, student: str, file: str):
    upload = of_file(name, PATTERNS)
    assert upload is not None
    assert (upload.student, upload.file) == (student, file)


@pytest.mark.parametrize("name", ["ada.ipynb", "np-union.ipynb", "ada_np-union.ipynb", "ada 1_2.ipynb", "notes_1.yaml"])
def test_other_names_tell_nothing(name: str):
    assert of_file(name, PATTERNS) is None
    assert of_folder(name, PATTERNS) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-23 10:00:00.123456 UTC", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00:00", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00 UTC\n", "2026-11-23T10:00:00Z"),
        ("2026-11-23T10:00:00+01:00", "2026-11-23T09:00:00Z"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00:00 -0530", "2026-11-23T15:30:00Z"),
        ("2026-11-23-10-00-00", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00:00 Mars/Olympus", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00:00 ../../etc/passwd", None),
        ("2026-13-23 10:00:00", None),
        ("0001-01-01 00:00:00 +2359", None),
        ("9999-12-31 23:59:59 -2359", None),
        ("2026-11-23 10:00:00 +9999", None),
        ("yesterday", None),
        ("", None),
        ("\u0662\u0660\u0662\u0666-11-23 10:00:00", None),
    ],
)
def test_times_are_read_as_nbgrader_and_platforms_write_them(text: str, time: str | None):
    assert read_time(text) == time


@given(st.text(max_size=60))
def test_any_text_is_a_time_or_none(text: str):
    assert read_time(text) is None or read_time(read_time(text) or "") == read_time(text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.IPYNB", "notebook"),
        ("a.yml", "yaml"),
        ("a.tar.gz", "packed"),
        ("a.ipynb.txt", "renamed"),
        ("ipynb", "other"),
    ],
)
def test_the_ending_tells_the_kind(name: str, kind: str):
    assert kind_of(name) == kind


# -- anything at all -------------------------------------------------------------------------------

NAMES = st.sampled_from([
    "ada", "grace", "np-union", "np-basics", "answers", "submitted", "exercises", "deny-all.yaml", NB, "x.ipynb",
    "w.zip",
    "ada_1_2_x.ipynb", "Ada_1_assignsubmission_file_", ".ipynb_checkpoints", "timestamp.txt", "ada+np-union+2026-11-23",
    "a_attempt_2026-11-23-10-00-00_x.ipynb", "roster.csv", "..", "a.rar", "\u202e.ipynb", "x" * 90, "course.yaml",
])  # fmt: skip
DATA = st.sampled_from(
    [UNION, BASICS, ANSWER, TIME, b"", b"\xff\xfe", ARCHIVE, ARCHIVE[:-9], zipped({NB: UNION})]
) | st.binary(max_size=60)
TREES = st.recursive(DATA, lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=12)


def flat(tree: Any, path: str = "") -> dict[str, bytes]:
    if isinstance(tree, bytes):
        return {path or "x": tree}
    return {
        name: data
        for key, inner in tree.items()
        for name, data in flat(inner, f"{path}/{key}" if path else key).items()
    }


@given(
    tree=st.dictionaries(NAMES, TREES, max_size=4),
    as_archive=st.booleans(),
    assignment=st.sampled_from(["", "np-union"]),
)
def test_whatever_is_named_nothing_raises_and_each_pair_is_there_once(
    tree: Any, *, as_archive: bool, assignment: str, tmp_path_factory: pytest.TempPathFactory
):
    root = tmp_path_factory.mktemp("any")
    files = flat(tree)
    if as_archive:
        (root / "class.zip").write_bytes(zipped(files))
    else:
        write(root / "class", {name: data for name, data in files.items() if ".." not in name.split("/")})
        (root / "class").mkdir(exist_ok=True)
    intake = find(list(root.iterdir()), known=KNOWN, assignment=assignment)
    pairs = [(each.assignment, each.student) for each in intake.found]
    assert pairs == sorted(set(pairs))
    assert {pair[0] for pair in pairs} <= set(KNOWN.values())
    for each in intake.found:
        submission = each.read()
        assert submission.files or submission.trouble
        assert list(submission.files) == sorted(submission.files)
        assert each.read() == submission
    for passed in intake.passed_over:
        assert passed.reason.endswith(".")
        assert passed.origin.isprintable()
    assert find(list(root.iterdir()), known=KNOWN, assignment=assignment) == intake


def test_a_mode_of_a_folder_is_a_folder():
    info = zipfile.ZipInfo("answers")
    info.create_system = 3
    info.external_attr = (stat.S_IFDIR | 0o755) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, b"")
    (entry,) = entries_of(stream, "x.zip", 10, LIMITS)
    assert isinstance(entry, Entry)
    assert entry.is_folder
