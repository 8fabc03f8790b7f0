"""Lessons: what is read out of their texts, and each fault of a lesson or of the course with its place and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import read_course
from autograder.exercises.lesson_audit import audit_lessons, provoked
from autograder.exercises.lessons import read_concepts, read_lessons
from autograder.exercises.reading_ease import ease, plain, syllables_of
from autograder.exercises.spec import Exercises
from autograder.manifests.limits import InputError

from .course import ROOT

LESSON = """\
---
title: One door
concepts: [N9]
misconceptions: [pod-peer-any-namespace]
---

# One door

**Goal.** You can open one door.

**You need** nothing. **Time:** about 20 minutes.

## Remember first

<details><summary>One?</summary>Yes.</details>

<details><summary>Two?</summary>Yes.</details>

<details><summary>Three?</summary>Yes.</details>

## Predict

```{code-cell}
:tags: [predict:who-talks]
%%predict who-talks
```

```{code-cell}
:tags: [answer:only-api]
%%manifest only-api
```

## Take away

- It is one door.

**In the Kubernetes documentation:** [policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
"""
CONCEPTS = "N9: A peer of the own namespace\n"


@pytest.fixture
def course(tmp_path):
    """A sound course of one lesson and two exercises."""
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "solutions" / "shop" / "refuse-it")
    for name in ("only-api", "who-talks"):
        spec = tmp_path / "solutions" / "shop" / name / "exercise.yaml"
        text = spec.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith(("concepts:", "lesson:"))]
        lines[1:1] = ["concepts: [N9]", "lesson: course/01-door.ipynb"]
        spec.write_text("\n".join(lines) + "\n", encoding="utf-8")
    folder = tmp_path / "course" / ".text"
    folder.mkdir(parents=True)
    (folder / "01-door.md").write_text(LESSON, encoding="utf-8")
    (folder / "concepts.yaml").write_text(CONCEPTS, encoding="utf-8")
    return tmp_path


def flaws(root: Path) -> list[str]:
    """Every flaw but those about misconceptions that so small a course cannot provoke."""
    found = audit_lessons(read_course(root))
    return [f"{flaw.file}:{flaw.line}: {flaw.id}: {flaw.message}" for flaw in found if flaw.id != "belief-unprovoked"]


def edit(root: Path, old: str, new: str, name: str = "01-door.md") -> None:
    path = root / "course" / ".text" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_course_has_no_flaws(course):
    assert flaws(course) == []


def test_what_is_read_out_of_a_lesson(course):
    edit(course, "**You need** nothing.", "**You need** [this](00-start.ipynb) and [that](../course/02-x.ipynb).")
    [lesson] = read_lessons(read_course(course))
    assert (lesson.number, lesson.track, lesson.file) == (1, 0, "course/01-door.ipynb")
    assert (lesson.title, lesson.concepts, lesson.misconceptions) == ("One door", ("N9",), ("pod-peer-any-namespace",))
    assert lesson.needs == ("00-start", "02-x")
    assert (lesson.minutes, lesson.exercises) == (20, ("who-talks", "only-api"))
    assert lesson.line_of("# One door") == 7
    assert all("%%" not in line.text for line in lesson.prose)


def test_a_course_without_texts_has_no_lessons(tmp_path):
    shutil.copytree(ROOT, tmp_path, dirs_exist_ok=True)
    found = read_course(tmp_path)
    assert (read_lessons(found), read_concepts(found), list(audit_lessons(found))) == ((), {}, [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "title: One door\n", "", "01-door.md:1: lesson-front: the front matter lacks a title", id="no title"
        ),
        pytest.param("concepts: [N9]", "concepts: [N99]", "lesson-front: no concept is called N99", id="no concept"),
        pytest.param(
            "[pod-peer-any-namespace]",
            "[pod-peer-any-namespac]",
            "no misconception is called pod-peer-any-namespac",
            id="no misconception",
        ),
        pytest.param("**Goal.**", "Goal:", "lesson-part: the lesson does not say its goal", id="no goal"),
        pytest.param(
            "## Take away", "## The end", "lesson-part: the lesson does not say what to take away", id="no end"
        ),
        pytest.param("%%predict", "%%show", "lesson-part: the lesson does not say a prediction", id="no prediction"),
        pytest.param(
            "<details><summary>Three?</summary>Yes.</details>", "", "2 questions to remember, not 3", id="two questions"
        ),
        pytest.param(
            "about 20 minutes", "about 50 minutes", "01-door.md:11: lesson-time: 50 minutes", id="far too long"
        ),
        pytest.param(
            "need** nothing",
            "need** [it](03-late.ipynb)",
            "lesson-needs: needs 03-late, which there is not",
            id="no lesson",
        ),
        pytest.param(
            "need** nothing", "need** [it](01-door.ipynb)", "needs 01-door, which does not come before it", id="itself"
        ),
        pytest.param(
            "predict:who-talks", "predict:who-talk", "lesson-exercise: there is no exercise who-talk", id="no exercise"
        ),
        pytest.param(
            "[pod-peer-any-namespace]",
            "[pod-peer-any-namespace, except-denies]",
            "lesson-belief: except-denies is named, and nothing in the lesson shows it",
            id="a belief that nothing shows",
        ),
        pytest.param(
            "It is one door.", "See [it](gone.ipynb).", "link-broken: there is no gone.ipynb", id="a dead link"
        ),
        pytest.param(
            "It is one door.",
            "See [it](http://shop.example/).",
            "link-elsewhere: http://shop.example/ is not",
            id="elsewhere",
        ),
        pytest.param(
            "It is one door.", "![](shop.yaml)", "picture-silent: the picture shop.yaml has no text", id="a picture"
        ),
        pytest.param(
            "It is one door.",
            "It " + "is a door and " * 15 + "no more.",
            "sentence-long: a sentence of over 40 words",
            id="an endless sentence",
        ),
        pytest.param(
            "You can open one door.",
            "Understanding authorization necessitates comprehensively internalizing organizational responsibilities. "
            * 9,
            "lesson-hard: reads like year",
            id="hard words",
        ),
    ],
)
def test_a_flaw_of_a_lesson_is_told_with_its_place(course, old, new, said):
    edit(course, old, new)
    assert said in "\n".join(flaws(course))


def test_a_lesson_cannot_need_a_later_one(course):
    shutil.copy(course / "course" / ".text" / "01-door.md", course / "course" / ".text" / "02-later.md")
    edit(course, "**You need** nothing", "**You need** [it](02-later.ipynb)")
    assert any("needs 02-later, which does not come before it" in flaw for flaw in flaws(course))


@pytest.mark.parametrize(
    ("concepts", "said"),
    [
        pytest.param(
            "N9: a\nS1: Two levels\n", "row-untaught: no lesson teaches S1: Two levels", id="nobody teaches it"
        ),
        pytest.param(
            "N9: a\nS1: Two levels\n", "row-unpractised: S1 is practiced in 0 of at least 2", id="nor lets practice"
        ),
    ],
)
def test_every_row_is_taught_and_practiced(course, concepts, said):
    (course / "course" / ".text" / "concepts.yaml").write_text(concepts, encoding="utf-8")
    assert said in "\n".join(flaws(course))


def test_a_course_provokes_every_misconception(course):
    found = {flaw.message for flaw in audit_lessons(read_course(course)) if flaw.id == "belief-unprovoked"}
    assert "no exercise tells who believes except-denies" in found
    assert "no exercise tells who believes pod-peer-any-namespace" not in found
    assert "pod-peer-any-namespace" in provoked(Exercises(read_course(course)).get("who-talks"))


def test_an_assignment_is_worth_a_hundred_points(course):
    (course / "solutions" / "shop" / "shop.md").write_text("# Shop\n", encoding="utf-8")
    assert any("solutions/shop/shop.md:1: points: is worth" in flaw for flaw in flaws(course))


def test_an_exercise_asks_for_nothing_that_only_a_later_lesson_teaches(course):
    later = (
        LESSON.replace("[N9]", "[N12]")
        .replace("%%manifest only-api", "%%manifest mine")
        .replace("[answer:only-api]", "[]")
    )
    (course / "course" / ".text" / "02-later.md").write_text(later.replace(":tags: []\n", ""), encoding="utf-8")
    spec = course / "solutions" / "shop" / "only-api" / "exercise.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("[N9]", "[N9, N12]"), encoding="utf-8")
    (course / "course" / ".text" / "concepts.yaml").write_text(CONCEPTS + "N12: Blocks\n", encoding="utf-8")
    assert any("lesson-order: only-api asks for N12, which only 02-later teaches" in flaw for flaw in flaws(course))


def test_broken_texts_are_told_with_their_line(course):
    edit(course, "concepts: [N9]", "concepts: [N9")
    with pytest.raises(InputError, match=r"01-door\.md:"):
        read_lessons(read_course(course))


# -- how hard it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("See **[the page](x.md)** for `kubectl get`.", "See the page for it."),
        ("<kbd>Shift</kbd> and _this_", "Shift and this"),
        ("## A heading", "A heading"),
    ],
)
def test_plain(text, read):
    assert plain(text) == read


@pytest.mark.parametrize(
    ("word", "count"), [("Pod", 1), ("policy", 3), ("rule", 1), ("selected", 3), ("closed", 1), ("the", 1)]
)
def test_syllables(word, count):
    assert syllables_of(word) == count


def test_short_sentences_of_short_words_are_easy():
    simple = ease(["The door is shut. Who may come in? Nobody may."])
    hard = ease(["Authorization considerations necessitate institutional responsibility documentation."])
    assert simple.grade < 3
    assert hard.grade > 15
    assert (simple.sentences, simple.longest) == (3, "The door is shut")
    assert ease([]).words == 0
