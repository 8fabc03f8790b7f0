"""Spelling: what counts as prose, which words are wrong, and that the course's own texts are right."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from autograder import cli
from autograder.course import read_course
from autograder.exercises.lessons import FOLDER
from autograder.exercises.prose import prose_of, words_of
from autograder.exercises.spelling import WORDS, Speller, audit_spelling, why_not
from autograder.manifests.limits import InputError

from .course import ROOT

REPOSITORY = Path(__file__).parents[2]
LESSON = """\
---
title: One door
concepts: [N9]
---

# One door

The `api` of the shop has one door. Nobody colours it.

```yaml
colour: grey
```
"""
OWN = "api\n{}podSelector\nprometheus\n"
"""The list of words of the small course, with a place for more."""


@pytest.fixture(scope="module")
def speller():
    return Speller(["kubelet", "NetworkPolicy"])


@pytest.fixture
def course(tmp_path):
    """A course with one lesson, in which one word is wrong, and a list with all other words that it needs."""
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    write(tmp_path, f"{FOLDER}/01-door.md", LESSON)
    write(tmp_path, f"{FOLDER}/{WORDS}", OWN.format(""))
    return tmp_path


def write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def flaws(root: Path) -> list[str]:
    return [f"{flaw.file}:{flaw.line}: {flaw.id}: {flaw.message}" for flaw in audit_spelling(read_course(root))]


# -- which words there are ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a `colour` span", ["a", "span"], id="code in a line is no prose"),
        pytest.param("a ``colour ` tick`` span", ["a", "span"], id="nor is code that holds a backtick"),
        pytest.param("a <code>colour</code> tag", ["a", "tag"], id="nor is code in HTML"),
        pytest.param("<summary>One <b>door</b></summary>", ["One", "door"], id="a tag goes, its text stays"),
        pytest.param("see [the page](colour.md).", ["see", "the", "page"], id="a link is its text"),
        pytest.param("![A mapp](colour.svg)", ["A", "mapp"], id="what a picture shows is prose"),
        pytest.param("at https://colour.example/grey now", ["at", "now"], id="an address is none"),
        pytest.param("read /etc/colour now", ["read", "now"], id="nor is a path"),
        pytest.param("run with --colour now", ["run", "with", "now"], id="nor is an option"),
        pytest.param("%%colour night", ["night"], id="nor is a magic"),
        pytest.param("the flow {colour} is open", ["the", "flow", "is", "open"], id="nor is a placeholder"),
        pytest.param("CAP_COLOUR N12 v1.37 colour.yaml", [], id="nor is what has digits, dots or underscores"),
        pytest.param("the exercise *colour-me*, done", ["the", "exercise", "done"], id="nor is an exercise's name"),
        pytest.param("a read-only root", ["a", "read", "only", "root"], id="a hyphen joins two words"),
        pytest.param("**Bold**, _slanted_ and “quoted”", ["Bold", "slanted", "and", "quoted"], id="marks are no words"),
        pytest.param("the Pod’s port", ["the", "Pod's", "port"], id="an apostrophe may be typographic"),
        pytest.param("and/or naïve", ["and", "or", "naïve"], id="a slash between two words, a letter with an accent"),
    ],
)
def test_words(text, words):
    assert list(words_of(text, {"colour-me"})) == words


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        pytest.param(f"{FOLDER}/02-a.md", "---\ntitle: A\nconcepts: [N1]\n---\nB\n", [(2, "A"), (5, "B")], id="front"),
        pytest.param("docs/a.md", "A\n```\nB\n```\nC\n~~~\nD\n", [(1, "A"), (5, "C")], id="fences"),
        pytest.param("docs/a.md", "A\n\n    B\n\n    C\n\nD\n", [(1, "A"), (7, "D")], id="indented code"),
        pytest.param("docs/a.md", "- A\n    B\n", [(1, "- A"), (2, "B")], id="a list's second line"),
        pytest.param(f"{FOLDER}/concepts.yaml", "N1: A\nN2: B c\n", [(1, "A"), (2, "B c")], id="concepts"),
        pytest.param(
            "solutions/shop/a/exercise.yaml",
            "id: a\ntitle: A\ntask: |\n  B\n\n  ```\n  C\n  ```\n  D\nintent:\n  flows:\n"
            "    - {from: x, why: E}\nhints:\n  - F\n  - >\n    G\n    H\n",
            [(2, "A"), (4, "B"), (9, "D"), (12, "E"), (14, "F"), (16, "G H")],
            id="an exercise",
        ),
        pytest.param(
            "solutions/shop/a/starter.yaml", "# A b\nkind: Pod\n# kind: Pod\n  # - a: b\n#   c\n", [(1, "A b")],
            id="a starter: comments that are no YAML",
        ),
        pytest.param("solutions/shop/a/right/permitted.txt", "# A\nPod a: b\n", [(1, "A")], id="permissions"),
        pytest.param(
            "autograder/misconceptions/a.toml", '# A\n[x]\nvalues = ["b"]\nwhy = "C d"\n', [(1, "A"), (4, "C d")],
            id="texts of the package",
        ),
    ],
)  # fmt: skip
def test_what_is_read_in_a_file_and_on_which_line(tmp_path, file, text, said):
    write(tmp_path, file, text)
    found = list(prose_of(tmp_path))
    assert [(line, " ".join(text.split())) for _, line, text in found] == said
    assert {name for name, _, _ in found} == {file}


@pytest.mark.parametrize(
    ("file", "data"),
    [
        pytest.param("docs/a.md", b"\xff", id="not UTF-8"),
        pytest.param("solutions/shop/a/exercise.yaml", b"a: [", id="no YAML"),
        pytest.param("autograder/misconceptions/a.toml", b"a = ", id="no TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, file, data):
    write(tmp_path, file, "")
    (tmp_path / file).write_bytes(data)
    with pytest.raises(InputError, match=Path(file).name):
        list(prose_of(tmp_path))


# -- which are wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "known"),
    [
        *((word, True) for word in ("color", "behavior", "labeled", "gray", "practiced", "Pod's", "Nobody", "don't")),
        *((word, False) for word in ("colour", "behaviour", "labelled", "grey", "practised", "organise", "centre")),
        *((word, False) for word in ("recieve", "seperate", "teh", "policys", "Colour's")),
        *((word, True) for word in ("kubelet", "Kubelet", "kubelet's", "NetworkPolicy")),
        *((word, False) for word in ("kubelets", "networkpolicy", "NetworkPolciy")),
    ],
)
def test_a_word_is_american_or_the_course_s_own(speller, word, known):
    assert speller.knows(word) is known


def test_what_was_meant_is_guessed(speller):
    assert speller.guesses("colour")[0] == "color"


def test_a_wrong_word_is_told_once_a_file_with_its_line_and_remedy(course):
    write(course, "docs/a.md", "Centre.\n\nIt is the centre, and Centre.\n")
    found = list(audit_spelling(read_course(course)))
    assert [(flaw.file, flaw.line, flaw.message) for flaw in found] == [
        (f"{FOLDER}/01-door.md", 8, "no dictionary has colours"),
        ("docs/a.md", 1, "no dictionary has Centre"),
        ("docs/a.md", 3, "no dictionary has centre"),
    ]
    assert found[0].id == "word-unknown"
    assert found[0].remedy.startswith("Did you mean colors or ")
    assert f"add it to {FOLDER}/{WORDS}" in found[0].remedy


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param("colours\n", [], id="a word that is needed"),
        pytest.param("Colours\n", ["01-door.md:8: word-unknown"], id="a capital too much"),
        pytest.param("colours\ndoor\n", ["3: word-idle: the dictionary has door"], id="in the dictionary"),
        pytest.param(
            "zebras\ncolours\n", ["2: word-idle", "3: word-order: colours stands below zebras"], id="unsorted"
        ),
        pytest.param("colours\ncolours\n", ["3: word-order: colours stands below colours"], id="twice"),
        pytest.param("colours\n\n", ["3: word-order: '' is no word"], id="an empty line"),
        pytest.param("# Ours\ncolours\n", ["2: word-order: '# Ours' is no word"], id="a comment"),
    ],
)
def test_the_list_of_words(course, words, said):
    write(course, f"{FOLDER}/{WORDS}", OWN.format(words))
    found = flaws(course)
    assert len(found) == len(said)
    assert all(part in flaw for part, flaw in zip(said, found, strict=True)), found


# -- where it runs -----------------------------------------------------------------------------------------------------


def test_the_check_of_a_course_tells_wrong_words(course, capsys):
    status = cli.main(["course", "check", "--course", str(course)])
    said = capsys.readouterr()
    assert status == 1
    assert f"{FOLDER}/01-door.md:8: word-unknown\n    no dictionary has colours\n" in said.out
    assert "Spelling is not checked" not in said.err


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        pytest.param("the list", f"Spelling is not checked: there is no {FOLDER}/{WORDS}.", id="no list"),
        pytest.param("spylls", "Spelling is not checked: spylls is not installed. Install it: pip", id="no spylls"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_is_checked(course, capsys, monkeypatch, missing, said):
    if missing == "the list":
        (course / FOLDER / WORDS).unlink()
    else:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    cli.main(["course", "check", "--course", str(course)])
    shown = capsys.readouterr()
    assert said in shown.err
    assert "word-unknown" not in shown.out
    assert "lesson-part" in shown.out


def test_this_course_is_spelled_right():
    course = read_course(REPOSITORY)
    assert why_not(course) == ""
    assert flaws(REPOSITORY) == []
