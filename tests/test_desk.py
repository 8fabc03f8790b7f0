"""What a newer course may do to a learner's desk, and what it never does."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import desk as module
from autograder.course import Course, read_course
from autograder.desk import Changes, Conflict, fingerprint, first_page, lay_out, shown_files
from autograder.manifests.limits import InputError

LESSON = "course/01-web-and-db.ipynb"
TEXT = "exercises/np-union/world.yaml"


def notebook(text: str, **more: object) -> str:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": [], "source": text}
    return json.dumps({"cells": [{**cell, **more}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def make_course(root: Path, files: dict[str, str]) -> Course:
    """A course that holds exactly these files."""
    for old in sorted(root.rglob("*"), reverse=True):
        old.unlink() if old.is_file() else old.rmdir()
    for name, text in {"course.yaml": 'title: Shop\nversion: "1"\nstart: course/README.md\n', **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return read_course(root)


def on(desk: Path) -> dict[str, str]:
    """What a learner sees on the desk."""
    return {
        path.relative_to(desk).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(desk.rglob("*"))
        if path.is_file() and path.name != module.MEMORY
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return tmp_path / "work"


FIRST = {LESSON: notebook("web"), TEXT: "web: 1\n"}
NOTHING = Changes((), (), (), (), forgot=False)


def test_a_new_desk_holds_the_lessons_and_the_exercises(root, desk):
    assert lay_out(make_course(root, FIRST), desk) == Changes((LESSON, TEXT), (), (), (), forgot=False)
    assert on(desk) == FIRST


def test_laying_out_twice_changes_nothing(root, desk):
    course = make_course(root, FIRST)
    lay_out(course, desk)
    before = {path: path.stat().st_mtime_ns for path in desk.rglob("*") if path.name != module.MEMORY}
    assert lay_out(course, desk) == NOTHING
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize(
    ("learner", "newer", "then", "changes"),
    [
        pytest.param({}, {TEXT: "web: 2\n"}, {TEXT: "web: 2\n"}, Changes((), (TEXT,), (), (), forgot=False),
                     id="a file that nobody touched is replaced by the newer one"),
        pytest.param({TEXT: "mine\n"}, {}, {TEXT: "mine\n"}, NOTHING,
                     id="a file that the learner changed stays while the course is the same"),
        pytest.param({TEXT: "mine\n"}, {TEXT: "web: 2\n"},
                     {TEXT: "mine\n", "exercises/np-union/world.new.yaml": "web: 2\n"},
                     Changes((), (), (), (Conflict(TEXT, "exercises/np-union/world.new.yaml"),), forgot=False),
                     id="a file that both changed stays, and the newer one comes beside it"),
        pytest.param({TEXT: "web: 2\n"}, {TEXT: "web: 2\n"}, {TEXT: "web: 2\n"}, NOTHING,
                     id="a file that both changed in the same way is no conflict"),
        pytest.param({TEXT: None}, {}, {TEXT: "web: 1\n"}, Changes((TEXT,), (), (), (), forgot=False),
                     id="a file that the learner deleted comes back fresh"),
        pytest.param({}, {TEXT: None}, {TEXT: None}, Changes((), (), (TEXT,), (), forgot=False),
                     id="a file that left the course leaves the desk"),
        pytest.param({TEXT: "mine\n"}, {TEXT: None}, {TEXT: "mine\n"}, NOTHING,
                     id="a file that the learner changed stays though it left the course"),
        pytest.param({"exercises/np-union/answers/cache.yaml": "mine\n"}, {TEXT: None},
                     {TEXT: None, "exercises/np-union/answers/cache.yaml": "mine\n"},
                     Changes((), (), (TEXT,), (), forgot=False),
                     id="a file of the learner's own stays in a folder that left the course"),
        pytest.param({"course/notes.md": "mine\n"}, {"course/notes.md": "theirs\n"},
                     {"course/notes.md": "mine\n", "course/notes.new.md": "theirs\n"},
                     Changes((), (), (), (Conflict("course/notes.md", "course/notes.new.md"),), forgot=False),
                     id="a new file of the course does not take the place of the learner's own"),
        pytest.param({LESSON: notebook("web", id="b", execution_count=3)}, {LESSON: notebook("db")},
                     {LESSON: notebook("db")}, Changes((), (LESSON,), (), (), forgot=False),
                     id="a notebook that was only opened is replaced by the newer one"),
        pytest.param({LESSON: notebook("web", outputs=[{"text": "4 of 6"}])}, {LESSON: notebook("db")},
                     {LESSON: notebook("web", outputs=[{"text": "4 of 6"}]),
                      "course/01-web-and-db.new.ipynb": notebook("db")},
                     Changes((), (), (), (Conflict(LESSON, "course/01-web-and-db.new.ipynb"),), forgot=False),
                     id="a notebook with results is the learner's"),
        pytest.param({}, {LESSON: notebook("web", metadata={"nbgrader": {"points": 2}})},
                     {LESSON: notebook("web", metadata={"nbgrader": {"points": 2}})},
                     Changes((), (LESSON,), (), (), forgot=False),
                     id="a notebook whose marks alone are newer is replaced too"),
    ],
)  # fmt: skip
def test_what_a_newer_course_does(root, desk, learner, newer, then, changes):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, learner)
    course = make_course(root, {name: text for name, text in {**FIRST, **newer}.items() if text is not None})
    assert lay_out(course, desk) == changes
    assert on(desk) == {name: text for name, text in {**FIRST, **learner, **then}.items() if text is not None}
    assert lay_out(course, desk) == NOTHING, "and the time after that nothing is left to do"


def edit(desk: Path, files: dict[str, str | None]) -> None:
    """What the learner does between two starts."""
    for name, text in files.items():
        if text is None:
            (desk / name).unlink()
        else:
            (desk / name).parent.mkdir(parents=True, exist_ok=True)
            (desk / name).write_text(text, encoding="utf-8")


PLACES = ("course/a.yaml", "exercises/b.yaml", "course/a.new.yaml")
EDITIONS = st.dictionaries(st.sampled_from(PLACES[:2]), st.sampled_from(["1", "2", "3"]), min_size=1)
LEARNERS = st.dictionaries(st.sampled_from(PLACES), st.sampled_from([None, "mine", "mine too"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(EDITIONS, LEARNERS), min_size=2, max_size=5))
def test_whatever_the_course_does_what_the_learner_wrote_stays(story):
    with tempfile.TemporaryDirectory() as folder:
        root, desk = Path(folder) / "shop", Path(folder) / "work"
        root.mkdir()
        for edition, edits in story:
            before = on(desk)
            lay_out(make_course(root, edition), desk)
            after = on(desk)
            kept = {name: text for name, text in before.items() if text.startswith("mine")}
            assert {name: after.get(name) for name in kept} == kept
            for name, text in edition.items():
                assert after[name] == text or name in kept
            edit(desk, {name: text for name, text in edits.items() if text is not None or name in after})


def test_the_third_edition_takes_the_place_of_the_second_beside_the_learners_file(root, desk):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, {TEXT: "mine\n"})
    for text in ("web: 2\n", "web: 3\n"):
        lay_out(make_course(root, {**FIRST, TEXT: text}), desk)
    assert on(desk) == {**FIRST, TEXT: "mine\n", "exercises/np-union/world.new.yaml": "web: 3\n"}


def test_an_edition_beside_that_the_learner_wrote_in_stays_too(root, desk):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, {TEXT: "mine\n"})
    lay_out(make_course(root, {**FIRST, TEXT: "web: 2\n"}), desk)
    edit(desk, {"exercises/np-union/world.new.yaml": "merged\n"})
    changes = lay_out(make_course(root, {**FIRST, TEXT: "web: 3\n"}), desk)
    assert changes.conflicts == (Conflict(TEXT, "exercises/np-union/world.new2.yaml"),)
    assert on(desk)["exercises/np-union/world.new.yaml"] == "merged\n"


def test_a_learner_who_takes_the_new_edition_gets_the_next_one_without_a_word(root, desk):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, {TEXT: "mine\n"})
    lay_out(make_course(root, {**FIRST, TEXT: "web: 2\n"}), desk)
    (desk / "exercises/np-union/world.new.yaml").replace(desk / TEXT)
    assert lay_out(make_course(root, {**FIRST, TEXT: "web: 3\n"}), desk).updated == (TEXT,)
    assert on(desk) == {**FIRST, TEXT: "web: 3\n"}


class Killed(BaseException):
    """The process ends here, as if the power failed."""


@pytest.mark.parametrize("moment", ["before the file is whole", "before it takes its place", "after"])
@pytest.mark.parametrize("survives", range(5))
def test_a_desk_that_was_laid_out_half_is_finished_the_next_time(root, desk, monkeypatch, survives, moment):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, {"course/notes.md": "mine\n"})
    newer = {LESSON: notebook("db"), TEXT: "web: 2\n", "course/shop.yaml": "new\n"}
    course = make_course(root, newer)
    write, count = module._write, 0

    def write_until_killed(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count <= survives:
            write(path, data)
            return
        if moment == "after":
            write(path, data)
        else:
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(data[: len(data) // 2] if moment == "before the file is whole" else data)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write", write_until_killed)
        with pytest.raises(Killed):
            lay_out(course, desk)
    # The course may be newer still when the learner comes back.
    for last in (newer, {**newer, TEXT: "web: 3\n"}):
        changes = lay_out(make_course(root, last), desk)
        assert changes.conflicts == ()
        assert on(desk) == {**last, "course/notes.md": "mine\n"}
        assert lay_out(make_course(root, last), desk) == NOTHING


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        pytest.param(errno.ENOSPC, "Free some space", id="a full disk"),
        pytest.param(errno.EACCES, "Make it writable", id="a folder that may not be written"),
        pytest.param(errno.EROFS, "Make it writable", id="a disk that is read-only"),
    ],
)
@pytest.mark.parametrize("survives", range(4))
def test_a_disk_that_refuses_is_told_with_its_remedy(root, desk, monkeypatch, survives, number, remedy):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, {"course/notes.md": "mine\n"})
    course = make_course(root, {LESSON: notebook("db"), TEXT: "web: 2\n", "course/shop.yaml": "new\n"})
    count = 0

    def sync(_: int) -> None:
        nonlocal count
        count += 1
        if count > survives:
            raise OSError(number, os.strerror(number), "the disk")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", sync)
        with pytest.raises(InputError, match=remedy) as caught:
            lay_out(course, desk)
    assert os.strerror(number) in str(caught.value)
    assert "Nothing that you wrote was changed." in str(caught.value)
    assert not list(desk.rglob("*.part"))
    assert on(desk)["course/notes.md"] == "mine\n"
    assert lay_out(course, desk).conflicts == ()
    assert on(desk)[TEXT] == "web: 2\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told_by_name(root, desk):
    desk.mkdir(mode=0o555)
    with pytest.raises(InputError, match=r"work.*Permission denied.*--desk"):
        lay_out(make_course(root, FIRST), desk)


def test_a_file_in_the_place_of_a_folder_is_told_by_name(root, desk):
    desk.mkdir()
    (desk / "course").write_text("mine\n", encoding="utf-8")
    with pytest.raises(InputError, match="rename yours"):
        lay_out(make_course(root, FIRST), desk)
    assert (desk / "course").read_text(encoding="utf-8") == "mine\n"


def test_a_folder_in_the_place_of_a_file_is_told_by_name(root, desk):
    (desk / TEXT).mkdir(parents=True)
    with pytest.raises(InputError, match=r"world\.yaml.*rename yours"):
        lay_out(make_course(root, FIRST), desk)


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param("", id="empty"),
        pytest.param("not JSON", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="nothing in it"),
        pytest.param('{"pristine": {"": []}}', id="a file without a name"),
        pytest.param('{"pristine": 3}', id="a number"),
        pytest.param('{"given": {}, "pristine": {"course/a.md": 3}}', id="a number of editions"),
        pytest.param("[" * 99999, id="endless nesting"),
    ],
)
def test_a_damaged_memory_keeps_every_file_that_differs(root, desk, memory):
    lay_out(make_course(root, FIRST), desk)
    edit(desk, {module.MEMORY: memory, TEXT: "mine\n"})
    changes = lay_out(make_course(root, FIRST), desk)
    assert changes.forgot
    assert changes.conflicts == (Conflict(TEXT, "exercises/np-union/world.new.yaml"),)
    assert on(desk)[TEXT] == "mine\n"


def test_a_memory_that_somebody_else_wrote_removes_nothing_outside_the_desk(root, desk):
    outside = desk.parent / "diary.txt"
    outside.write_text("mine\n", encoding="utf-8")
    lay_out(make_course(root, FIRST), desk)
    names = ["../diary.txt", "course/../../diary.txt", str(outside)]
    memory = json.loads((desk / module.MEMORY).read_text(encoding="utf-8"))
    memory["pristine"] |= {name: [fingerprint(name, b"mine\n")] for name in names}
    edit(desk, {module.MEMORY: json.dumps(memory)})
    assert lay_out(make_course(root, FIRST), desk) == NOTHING
    assert outside.exists()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("solutions/np-union/world.yaml", id="what lies in solutions"),
        pytest.param("course/.text/01-web-and-db.md", id="hidden texts"),
        pytest.param("course/01-web-and-db.md", id="the text of a notebook"),
        pytest.param("course/.ipynb_checkpoints/01-web-and-db-checkpoint.ipynb", id="an editor's checkpoint"),
        pytest.param("course/__pycache__/a.pyc", id="Python's cache"),
        pytest.param("exercises/np-union/cache/right/1.yaml", id="right answers"),
        pytest.param("exercises/np-union/cache/wrong/policies-intersect.yaml", id="wrong answers"),
        pytest.param("exercises/np-union/cache/solution.md", id="a solution"),
    ],
)
def test_the_desk_does_not_show(root, desk, name):
    lay_out(make_course(root, {**FIRST, name: "secret\n"}), desk)
    assert on(desk) == FIRST


def test_a_course_without_anything_to_show_is_refused(root, desk):
    with pytest.raises(InputError, match="is empty"):
        lay_out(make_course(root, {}), desk)
    assert not desk.exists()


@pytest.mark.parametrize("inside", ["course", "exercises/mine", "solutions"])
def test_a_desk_inside_the_course_is_refused(root, inside):
    with pytest.raises(InputError, match="lies inside"):
        lay_out(make_course(root, FIRST), root / inside)


@pytest.mark.parametrize(
    ("files", "page"),
    [
        pytest.param({"course/README.md": "", LESSON: ""}, "course/README.md", id="the page that course.yaml names"),
        pytest.param({"course/02.ipynb": "", LESSON: ""}, LESSON, id="else the first lesson"),
        pytest.param({TEXT: ""}, "", id="else none"),
    ],
)
def test_first_page(root, files, page):
    assert first_page(make_course(root, files)) == page


@pytest.mark.parametrize(
    "broken",
    ["", "{", "[]", "3", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"source": 3}]}', "[" * 99999, "\xff"],
    ids=repr,
)  # fmt: skip
def test_a_broken_notebook_has_a_fingerprint_of_its_own(broken):
    data = broken[:100_000].encode("latin-1")
    assert fingerprint("a.ipynb", data) == fingerprint("a.txt", data)


def test_lines_and_one_string_are_the_same_text():
    one, lines = notebook("web\ndb\n"), notebook("web\ndb\n").replace('"web\\ndb\\n"', '["web\\n", "db\\n"]')
    assert one != lines
    assert fingerprint("a.ipynb", one.encode()) == fingerprint("a.ipynb", lines.encode())


def test_the_repository_has_something_to_show():
    course = read_course(Path(__file__).parents[1])
    shown = shown_files(course)
    assert first_page(course) in shown
    assert any(name.endswith(".ipynb") for name in shown)
