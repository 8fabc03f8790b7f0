"""The one file that remembers what a learner did: nothing that happens to it loses anything."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from autograder.exercises import memory
from autograder.exercises.memory import BESIDE, ON_DESK, change_memory, entry_of, file_of, read_memory
from autograder.exercises.whereabouts import DESK as DESK_FILE
from autograder.manifests.limits import InputError


@pytest.fixture
def desk(tmp_path):
    (tmp_path / DESK_FILE).write_text("{}", encoding="utf-8")
    for folder in ("course", "exercises/shop"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def count(folder: Path, name: str = "first-door", by: int = 1) -> None:
    """Remember one more try."""

    def more(known: memory.Memory) -> None:
        entry = entry_of(known, name)
        entry["tries"] = entry.get("tries", 0) + by

    change_memory(folder, more)


def tries(folder: Path, name: str = "first-door") -> int:
    found = read_memory(folder)["exercises"].get(name, {}).get("tries", 0)
    assert isinstance(found, int)
    return found


def test_one_file_on_the_desk_remembers_whatever_the_folder(desk):
    count(desk)
    count(desk / "exercises" / "shop")
    assert tries(desk / "course") == 2
    assert file_of(desk / "course") == desk / ON_DESK
    assert sorted(path.name for path in desk.rglob("*") if path.is_file()) == [DESK_FILE, ON_DESK]


def test_without_a_desk_it_lies_beside_the_notebook(tmp_path):
    count(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [
        f"answers/{BESIDE}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"version": 2, "exercises": {}}', id="written by a newer edition"),
        pytest.param('{"version": 1, "exercises": {"first-door": {"tr', id="written half"),
        pytest.param("", id="empty"),
        pytest.param("[]", id="no object"),
        pytest.param('{"version": 1}', id="without exercises"),
        pytest.param("\0\0\0", id="no text"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_what_cannot_be_read_is_kept_and_a_new_memory_begins(desk, text):
    file = desk / ON_DESK
    file.write_text(text, encoding="utf-8")
    assert read_memory(desk)["exercises"] == {}
    assert file.read_text(encoding="utf-8") == text, "reading changes nothing"
    count(desk)
    assert tries(desk) == 1
    assert (desk / ".progress.1.json").read_text(encoding="utf-8") == text
    file.write_text(text, encoding="utf-8")
    count(desk)
    assert (desk / ".progress.2.json").read_text(encoding="utf-8") == text


def test_keys_of_a_newer_edition_stay(desk):
    kept = {"version": 1, "theme": "dark", "exercises": {"first-door": {"tries": 1, "stars": 5}, "new-kind": 7}}
    (desk / ON_DESK).write_text(json.dumps(kept), encoding="utf-8")
    count(desk)
    kept["exercises"]["first-door"]["tries"] = 2
    assert json.loads((desk / ON_DESK).read_text(encoding="utf-8")) == kept


def test_what_an_older_edition_kept_beside_notebooks_moves_in(desk):
    old = desk / "exercises" / "shop" / "answers"
    old.mkdir()
    (old / BESIDE).write_text('{"version": 1, "exercises": {"first-door": {"tries": 3}}}', encoding="utf-8")
    (old / ".hints.json").write_text('{"first-door": 2}', encoding="utf-8")
    assert read_memory(desk)["exercises"] == {"first-door": {"tries": 3, "hints": 2}}
    assert (old / BESIDE).exists(), "reading moves nothing"
    count(desk)
    assert read_memory(desk)["exercises"] == {"first-door": {"tries": 4, "hints": 2}}
    assert list(old.iterdir()) == []


def test_a_crash_while_writing_leaves_the_old_file(desk, monkeypatch):
    count(desk)
    before = (desk / ON_DESK).read_bytes()

    def crash(_self: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        count(desk)
    monkeypatch.undo()
    assert (desk / ON_DESK).read_bytes() == before
    count(desk)
    assert tries(desk) == 2


def test_a_full_disk_is_a_sentence_and_loses_nothing(desk, monkeypatch):
    count(desk)
    before = (desk / ON_DESK).read_bytes()

    def full(*_words: object, **_more: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match=r"\.progress\.json cannot be written: No space left on device"):
        count(desk)
    assert (desk / ON_DESK).read_bytes() == before


def _many(desk: Path, times: int) -> None:
    for _ in range(times):
        count(desk)


def test_two_programs_at_once_forget_nothing(desk):
    context = multiprocessing.get_context("spawn")
    programs = [context.Process(target=_many, args=(desk, 40)) for _ in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    assert [program.exitcode for program in programs] == [0, 0, 0]
    assert tries(desk) == 120
    assert sorted(path.name for path in desk.iterdir() if path.is_file() and path.name != ".progress.lock") == [
        DESK_FILE,
        ON_DESK,
    ]


def test_a_program_that_died_with_the_lock_stops_nobody(desk):
    context = multiprocessing.get_context("spawn")
    program = context.Process(target=_die_with_the_lock, args=(desk,))
    program.start()
    program.join(60)
    assert program.exitcode == 9
    count(desk)
    assert tries(desk) == 1


def _die_with_the_lock(desk: Path) -> None:
    change_memory(desk, lambda _: os._exit(9))


def test_nothing_new_writes_nothing(desk):
    count(desk)
    before = (desk / ON_DESK).stat()
    change_memory(desk, lambda _: None)
    assert (desk / ON_DESK).stat().st_mtime_ns == before.st_mtime_ns
    assert (desk / ON_DESK).stat().st_ino == before.st_ino
