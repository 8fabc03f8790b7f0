"""What a learner reads: the same words as in the check, and nothing of a submission takes effect."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.feedback import page_html, page_markdown
from autograder.classroom.feedback.frame import page_style
from autograder.classroom.feedback.summary import LONGEST, MOST
from autograder.exercises.checking import check
from autograder.exercises.findings import finding, told
from autograder.exercises.report import beliefs
from autograder.notebook.findings import result_html
from autograder.notebook.html import visible
from tests.classroom import graded as classes
from tests.classroom.hostile_texts import TEXTS

from .test_escaping import Reader, letters, with_every_program

GOLDEN = Path(__file__).parent / "golden"
CASES = [pytest.param(text, id=name) for name, text in TEXTS.items()]


def pages(record, results):
    """Both pages of a submission."""
    lessons = classes.lessons(record.assignment) if record.assignment == classes.ASSIGNMENT else {}
    return page_html(record, results, "Pod Guardrails", lessons), page_markdown(record, results, lessons)


def words_of(html):
    """What stands on a page, without the style sheet."""
    return Reader(re.sub(r"<(style|title)>.*?</\1>", "", html, flags=re.DOTALL)).text


# -- what it says ------------------------------------------------------------------------------------


def test_feedback_is_what_was_read_and_approved(request):
    """The page without its style sheet, and the Markdown, for a learner with everything that can happen."""
    record, results = classes.grace(
        late=90000,
        penalty=10.0,
        excused=("three-teams",),
        manual=({"cell": "why", "max": 5}, {"cell": "how", "max": 1}),
    )
    record = replace(record, trouble=("notes.zip holds no notebook and no YAML file. Hand in the files themselves.",))
    html, markdown = pages(record, results)
    texts = {"feedback.html": html.replace(page_style(), "").replace("><", ">\n<"), "feedback.md": markdown}
    for name, text in texts.items():
        if request.config.getoption("--write-golden"):
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
        assert text == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({}, "100 of 100 points", id="the sum stands on top"),
        pytest.param(
            {"late": 3600}, "Handed in 1 hour after the due date. No points were taken off", id="late, for free"
        ),
        pytest.param(
            {"late": 60, "penalty": 1.0}, "1 minute after the due date. It cost 1 point.", id="late, at a cost"
        ),
        pytest.param({"received": None}, "100 of 100 points", id="nobody knows when it came"),
        pytest.param({"manual": ({"cell": "a", "max": 2.5},)}, "graded by a person, for up to 2.5 points", id="manual"),
        pytest.param({"excused": ("three-teams",)}, "Excused, so not part of the sum: Three teams", id="excused"),
        pytest.param({"trouble": ("a.zip is broken.",)}, "a.zip is broken.", id="what could not be read"),
    ],
)
def test_what_happened_to_the_sum_is_said_in_both(changes, sentence):
    record, results = classes.graded(**changes)
    expected = sentence.replace("100 of 100", f"{record.score:g} of {record.max:g}")
    html, markdown = pages(record, results)
    assert expected in " ".join(words_of(html).split())
    assert expected in markdown.replace("`", "")


@pytest.mark.parametrize(
    ("status", "sentences"),
    [
        pytest.param("failed", ["Not graded yet", "That is not your fault."], id="a failure is the grader's"),
        pytest.param("unreadable", ["Cannot be read: 0 of", "Nothing that can be graded was found"], id="unreadable"),
    ],
)
def test_what_was_not_graded_says_so(status, sentences):
    for page in pages(classes.nothing("ken", status), []):
        assert all(sentence in page for sentence in sentences)


def test_what_failed_could_be_read():
    for page in pages(classes.nothing("ken", "failed", trouble=("This could not be graded yet.",)), []):
        assert "This could not be graded yet." in page
        assert "What could not be read" not in page


def test_signs_are_not_for_the_learner():
    record, results = classes.graded(signs=("It answers the variant of somebody else.",))
    for page in pages(record, results):
        assert "somebody else" not in page


def test_the_words_are_those_of_the_check():
    """Every text of the first finding, and the belief behind it."""
    record, results = classes.grace()
    html, markdown = pages(record, results)
    seen = letters(words_of(html)), letters(markdown)
    tried = 0
    for result in results:
        for found in result.findings[:1]:
            tried += 1
            texts = [found.title, found.subject, found.wanted, found.got, found.because]
            texts += [belief.true for belief in beliefs(found.misconceptions[:1])]
            for text in texts:
                assert all(letters(text.replace("`", "")) in page.replace("`", "") for page in seen)
    assert tried >= 3


@pytest.mark.parametrize("misconception", sorted(classes.BELIEVED.values()))
def test_a_wrong_answer_shows_its_line_and_the_lesson(misconception):
    record, results = classes.grace()
    result = next(result for result in results if misconception in result.misconceptions)
    found = result.findings[0]
    line = result.text.split("\n")[found.line - 1]
    html, markdown = pages(record, results)
    assert f"<mark>{line}</mark>" in html
    assert re.search(rf"^> +{found.line}  {re.escape(line)}$", markdown, re.MULTILINE)
    assert "What to read next" in html
    assert f"- `{classes.lessons()[result.exercise]}`" in markdown


def test_after_a_right_answer_nothing_is_left_to_read():
    html, markdown = pages(*classes.graded())
    assert "What to read next" not in html + markdown


def test_an_exercise_without_its_result_still_shows_its_points():
    record, _ = classes.grace()
    for page in pages(record, []):
        assert page.count("The details of this check are not kept.") == len(record.results)


def test_the_same_record_gives_the_same_bytes():
    assert pages(*classes.grace()) == pages(*classes.grace())


def test_pages_do_not_depend_on_where_they_are_made(tmp_path, monkeypatch):
    """In a notebook a finding leads to its lesson. On a page the link would depend on the current folder."""
    here = pages(*classes.grace())
    lesson = tmp_path / "course" / "09-many-policies.ipynb"
    (tmp_path / "work").mkdir()
    lesson.parent.mkdir()
    lesson.write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    result = next(result for result in classes.grace()[1] if result.exercise == "cache-shards")
    assert 'href="../course/09-many-policies.ipynb"' in result_html(result)
    assert pages(*classes.grace()) == here


# -- how it is made ----------------------------------------------------------------------------------


def test_a_page_is_complete_by_itself():
    record, results = classes.grace()
    html, _ = pages(record, results)
    read = Reader(html)
    assert read.names().isdisjoint({"script", "link", "img", "iframe", "object", "form", "base", "button"})
    assert html.count("<style>") == 1
    assert "@import" not in html
    assert "url(" not in html
    assert not re.search(r"\son[a-z]+=", html)
    for _, attributes in read.elements:
        for name, value in attributes:
            assert name != "src"
            if name == "href":
                assert value.startswith(("#", "https://kubernetes.io/")), value


def test_a_page_follows_the_reader_into_the_dark_and_onto_paper():
    assert "@media screen and (prefers-color-scheme: dark)" in page_style()
    assert "--pg-good: #7ee2a0" in page_style()
    assert "@media print" in page_style()
    assert "data-theme" not in page_style().partition("@media")[0].replace('html[data-theme="dark"]', "")


def pairs_of_colors():
    """Every text color on every background of it, in light and dark, as the style sheet names them."""
    text = page_style()
    light = dict(re.findall(r"(--pg-[a-z-]+): (#[0-9a-f]+)", text.partition("@media")[0]))
    light |= {"--pg-text": "#1f2328", "--pg-paper": "#fff"}
    dark = {**light}
    for query in re.findall(r"@media[^{]*dark\) \{(.*?)\n\}", text, re.DOTALL):
        dark |= dict(re.findall(r"(--pg-[a-z-]+): (#[0-9a-f]+)", query))
    for mode, colors in (("light", light), ("dark", dark)):
        for ink in ("text", "quiet", "good", "bad", "warn", "note"):
            for paper in ("paper", "soft", "note-soft"):
                yield pytest.param(colors[f"--pg-{ink}"], colors[f"--pg-{paper}"], id=f"{mode}: {ink} on {paper}")
        for tone in ("good", "bad", "warn", "note"):
            yield pytest.param(colors["--pg-text"], colors[f"--pg-{tone}-soft"], id=f"{mode}: text on {tone}-soft")


@pytest.mark.parametrize(("ink", "paper"), [*pairs_of_colors()])
def test_contrast_is_enough_for_everybody(ink, paper):
    def brightness(color):
        digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((brightness(ink), brightness(paper)), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


# -- what others wrote -------------------------------------------------------------------------------


def told_of(text):
    """A submission in which a text stands wherever a learner can put one."""
    record, results = classes.grace()
    said = finding(
        "manifest-rejected", file=text, line=1, misconceptions=("policies-intersect",), nearby=text,
        who="kubectl", subject=text, message=text, hint=text, see=text,
    )  # fmt: skip
    more = finding("not-a-manifest", file=text, line=2, document=1)
    results = [
        replace(result, findings=told([said, more, said]), status="fail", title=text, text=f"{text}\nkind: Pod\n{text}")
        for result in results
    ]
    scored = tuple(replace(part, title=text, status="fail") for part in record.results)
    return replace(record, student=text, assignment=text, trouble=(text,), results=scored), results


@pytest.mark.parametrize("text", CASES)
def test_no_text_is_markup_on_a_page(text):
    def elements(text):
        html, _ = pages(*told_of(text))
        # Backticks are code, which harms nobody; their number differs.
        return [(tag, [name for name, _ in attributes]) for tag, attributes in Reader(html).elements if tag != "code"]

    plain = elements("\n".join("x" * max(len(line), 1) for line in text.split("\n")))
    if "\n" not in text and text.strip():
        assert elements(text) == plain
    assert {tag for tag, _ in elements(text)} == {tag for tag, _ in plain}


@with_every_program
@pytest.mark.parametrize("text", CASES)
def test_no_text_is_markup_in_markdown(draw, text):
    _, markdown = pages(*told_of(text))
    read = Reader(draw(markdown))
    assert read.names() <= {"h1", "h2", "p", "ul", "li", "strong", "code", "pre", "blockquote"}
    assert {attribute for _, attributes in read.elements for attribute in attributes} <= {("class", "language-text")}
    _, plain = pages(*told_of("x"))
    ours = [tag for tag, _ in Reader(draw(plain)).elements if tag in {"h1", "h2", "li", "blockquote", "strong"}]
    if text.strip():
        assert [tag for tag, _ in read.elements if tag in {"h1", "h2", "li", "blockquote", "strong"}] == ours


@pytest.mark.parametrize("text", CASES)
def test_pages_can_be_written_and_move_no_cursor(text):
    for page in pages(*told_of(text)):
        page.encode("utf-8")
        assert visible(page) == page


@pytest.mark.parametrize(
    "template",
    [
        pytest.param(
            "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata:\n  name: '{}'\nspec: {{}}\n", id="name"
        ),
        pytest.param("kind: '{}'\napiVersion: v1\nmetadata: {{name: a}}\n", id="a kind"),
        pytest.param(
            "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\n'{}': 1\nmetadata: {{name: a}}\n", id="a key"
        ),
        pytest.param("{}", id="no YAML at all"),
    ],
)
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "![](http://x)<img onerror=x>", "` [a](javascript:b)"])
def test_what_the_check_itself_says_about_hostile_yaml_is_text(template, text):
    exercise = classes.one("cache-shards")
    result = check(exercise, template.format(text))
    record, _ = classes.graded()
    record = replace(record, results=tuple(part for part in record.results if part.exercise == exercise.id))
    html, markdown = pages(record, [result])
    assert letters(text.replace("`", "")) in letters(words_of(html))
    assert Reader(html).names().isdisjoint({"script", "img"})
    assert "<script" not in markdown
    assert "<img" not in markdown


def test_size_is_bounded_whatever_the_answer_holds():
    text = "<" * 200_000
    record, results = classes.graded()
    findings = [finding("not-a-manifest", file=text, line=number, document=text) for number in range(1, 3 * MOST)]
    results = [replace(result, findings=told(findings), status="fail", text=text) for result in results]
    for page in pages(record, results):
        assert len(page) < len(results) * MOST * (8 * LONGEST * 4 + 2000)
        assert f"{2 * MOST - 1} " in page
    html, markdown = pages(*classes.grace())
    assert max(len(html.encode()), len(markdown.encode())) < 100_000


@given(st.text(), st.text())
def test_pages_are_made_of_any_text(student, text):
    record, results = classes.graded()
    found = told([finding("answer-unreadable", exercise=text, problem=text)])
    results = [replace(result, findings=found, text=text, status="fail") for result in results]
    html, markdown = pages(replace(record, student=student, trouble=(text,)), results)
    assert Reader(html).names().isdisjoint({"script", "img"})
    assert markdown.startswith("# np-union")
