"""What a check found, as HTML: the outcome, the first finding in full, the belief behind it, and the rest folded."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.exercises.containers.phrasing import OF_CONTAINERS
from autograder.exercises.report import beliefs, headline, rows_of
from autograder.misconceptions import CATALOGUE

from .html import Child, Html, element, joined, prose
from .matrix import asked_table, scrolling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograder.exercises.checking import Result
    from autograder.exercises.findings import Finding
    from autograder.exercises.predictions import Predicted
    from autograder.manifests.problems import Problem
    from autograder.misconceptions import Misconception

CONTEXT: Final = 2
"""How many lines of the answer stand above and below the one that is meant."""
LONGEST: Final = 160
"""How much of one line of the answer is shown."""
_TONES: Final = {"error": ("✗", "pg-bad"), "warning": ("!", "pg-warn"), "note": ("i", "pg-note")}


def outcome(tone: str, sign: str, sentence: str, *below: Child) -> Html:
    """Return the outcome in one line, with what belongs right below it."""
    line = element("p", element("span", sign, class_="pg-sign", aria_hidden="true"), " ", sentence, class_="pg-outcome")
    return element("div", line, *below, class_=f"pg-head {tone}")


def result_html(
    result: Result, file: str = "", take_away: str = "", recurring: str = "", *, apart: bool = False
) -> Html:
    """Return a whole result.

    `file` is what findings call the answer, empty when only its text is at hand; `take_away` is what a right answer is
    to be remembered for; `recurring` is what `history.recurring` says about the belief behind a wrong one. A page that
    lies `apart` from the course has no table and no links into the course, and does not depend on the current folder.
    """
    name = element("p", result.title, class_="pg-quiet") if result.title else None
    if result.status == "pass":
        kept = element("p", element("strong", "Take away: "), prose(take_away)) if take_away else None
        notes = [finding_html(found, result, file, apart=apart) for found in result.findings]
        return joined(outcome("pg-good", "✓", headline(result), name), kept, notes)
    tone, sign = ("pg-warn", "!") if result.status == "error" else ("pg-bad", "✗")
    shown = [found for found in result.findings if not found.folded]
    folded = [found for found in result.findings if found.folded]
    return joined(
        outcome(tone, sign, headline(result), name),
        [finding_html(found, result, file, apart=apart) for found in shown],
        element("p", recurring) if recurring else None,
        _more(folded, result, file, apart=apart),
        None if apart else _matrix(result),
    )


def finding_html(found: Finding, result: Result, file: str, *, apart: bool = False) -> Html:
    """Return one finding with the line of the answer that caused it, and the belief that it shows."""
    sign, tone = _TONES[found.severity]
    title = element(
        "p",
        element("span", sign, class_="pg-sign", role="img", aria_label=f"{found.severity}:"),
        " ",
        found.title,
        [": ", element("span", found.subject, class_="pg-name")] if found.subject else None,
        class_="pg-title",
    )
    rows_told = (*rows_of(found), ("compare", "nearby"))
    facts = [(label, prose(getattr(found, name))) for label, name in rows_told if getattr(found, name)]
    if found.file and found.line:
        facts.append(("where", joined(f"{found.file}, line {found.line}")))
    rows = [[element("dt", label), element("dd", text)] for label, text in facts]
    problem = next((problem for problem in result.problems if found.line == problem.position.line), None)
    column = problem.position.column if problem is not None and found.id in _OF_PROBLEMS else None
    return element(
        "div",
        title,
        element("dl", rows) if rows else None,
        excerpt(result.text, found.line, column) if found.line and _is_answer(found.file, file) else None,
        [belief_html(belief, found, result) for belief in beliefs(found.misconceptions[:1]) if not found.folded],
        _other_beliefs(found) if not found.folded else None,
        _see(found.see, apart=apart),
        class_=f"pg-finding {tone}",
    )


def belief_html(belief: Misconception, found: Finding, result: Result) -> Html:
    """Return what somebody believes who would call the answer right, and the flow that disproves it."""
    return element(
        "div",
        element("p", opening(belief, found)),
        _told(belief.id),
        _disproof(belief, found, result),
        class_="pg-belief",
        role="note",
        aria_label="The belief behind it",
    )


def opening(belief: Misconception, found: Finding) -> str:
    """Return how a belief is introduced: what a finding has to do with it."""
    if not belief.readings:
        return "This is often written by people who think:"
    if found.id == "prediction-wrong":
        return "What you predicted would be so if this were true:"
    if found.id == "counterexample-wrong":
        return "Somebody who believes this would answer as you did:"
    if found.id in _OF_TESTS:
        whose = "This policy would be right" if found.id == "suspect-passes" else "Right policies would pass your lines"
        return f"{whose} if this were true:"
    return "Your answer would be right if this were true:"


def problem_html(problem: Problem, text: str, *, told: bool = False) -> Html:
    """Return what kubectl or the API server says about an answer: the line, a caret below the place, and the remedy.

    `told` leaves the words out: one message of the API server holds all that is wrong with an object.
    """
    sign, tone = _TONES[problem.severity]
    who = "kubectl" if problem.code is None else f"the API server ({problem.code})"
    verb = "refuses this" if problem.severity == "error" else "warns"
    place = f" in {problem.object}" if problem.object else ""
    title = element(
        "p",
        element("span", sign, class_="pg-sign", role="img", aria_label=f"{problem.severity}:"),
        f" Line {problem.position.line}: {who} {verb}{place}",
        class_="pg-title",
    )
    remedy = element("p", element("strong", "What to do: "), prose(problem.hint)) if problem.hint else None
    return element(
        "div",
        title,
        element("p", problem.message, class_="pg-said") if not told else None,
        excerpt(text, problem.position.line, problem.position.column),
        remedy,
        class_=f"pg-finding {tone}",
    )


def excerpt(text: str, line: int, column: int | None = None) -> Html | None:
    """Return the lines around one line of the answer, the one meant marked, with a caret below the column.

    Numbers are those that the cell shows: its first line, with the ``%%``, is line 1.
    """
    lines = lines_around(text, line)
    if not lines:
        return None
    width = len(str(lines[-1][0]))
    drawn: list[Child] = []
    for number, shown in lines:
        gutter = element("span", f"{number:>{width}}  ", class_="pg-number")
        drawn += [gutter, element("mark", shown) if number == line else shown, "\n"]
        if number == line and column is not None:
            pad = " " * (min(column, len(shown) + 1) - 1)
            drawn += [element("span", " " * (width + 2)), pad, element("span", "^", class_="pg-caret"), "\n"]
    return element("pre", drawn, tabindex=0, role="region", aria_label=f"Your answer around line {line}")


def lines_around(text: str, line: int) -> list[tuple[int, str]]:
    """Return the lines around one line of the answer with their numbers; none if there is no such line."""
    # What comes behind is left alone: an answer may be long, and has many findings then.
    lines = text.split("\n", line + CONTEXT)[: line + CONTEXT] if line >= 1 else []
    if len(lines) < line or not lines:
        return []
    first, last = max(1, line - CONTEXT), min(len(lines), line + CONTEXT)
    while last > line and not lines[last - 1].strip():
        last -= 1
    found = []
    for number in range(first, last + 1):
        written = lines[number - 1].replace("\t", " ")
        shown = written if len(written) <= LONGEST else written[: LONGEST - 1] + "…"
        if number == 1:
            shown = shown.removeprefix("# ") if shown.startswith("# %%") else shown
        found.append((number, shown))
    return found


def prediction_table(rows: Sequence[Predicted]) -> Html:
    """Return predictions beside what is so, misses first."""
    head = element("tr", [element("th", name, scope="col") for name in ("asked", "you said", "it is")])
    body = [
        element(
            "tr",
            element("th", row.text, scope="row", class_="pg-name"),
            element("td", row.predicted),
            element(
                "td",
                element("span", "✓ " if row.right else "✗ ", class_="pg-sign", aria_hidden="true"),
                row.truth,
                ", as you said" if row.right else None,
                class_="pg-good" if row.right else "pg-changed pg-bad",
            ),
        )
        for row in rows
    ]
    name = "Your prediction, and what is so"
    return scrolling(element("table", element("caption", name), element("thead", head), element("tbody", body)), name)


# -- pieces ---------------------------------------------------------------------------------------------------------

_OF_PROBLEMS: Final = ("manifest-rejected", "manifest-warning", "rejected-otherwise")


_OF_TESTS: Final = ("suspect-passes", "test-unsound", "test-asks-more")
_OF_EXERCISES: Final = ("world.yaml", "given.yaml")


def _is_answer(name: str | None, file: str) -> bool:
    """Whether a finding is about the answer, and not about a file that came with the exercise."""
    return name == file if file else name not in _OF_EXERCISES


@cache
def _told(misconception: str) -> Html:
    """A belief, what holds instead, and why: the same for everybody."""
    belief = CATALOGUE[misconception]
    return joined(
        element("p", f"“{belief.title}”", class_="pg-name-of-belief"),
        element("p", prose(belief.believed)),
        element("p", element("strong", "It is not so."), " ", prose(belief.true)),
        element("p", element("strong", "Why: "), prose(belief.why)),
    )


def _disproof(belief: Misconception, found: Finding, result: Result) -> Html | None:
    """The one flow that is otherwise than the belief has it."""
    if not belief.readings or not found.subject:
        return element("p", element("strong", "Try it: "), prose(belief.try_))
    flow = element("span", found.subject, class_="pg-name")
    if found.id == "prediction-wrong":
        return element(
            "p", element("strong", "The proof: "), flow, f" is {_state(found.wanted)}. You said {found.got}."
        )
    if found.id == "counterexample-wrong":
        return element("p", element("strong", "Look at it: "), flow, ". ", prose(found.because))
    if result.judgement is None:
        return element("p", element("strong", "Try it: "), prose(belief.try_))
    if found.id in OF_CONTAINERS:
        text = f". As believed, it would be as asked. In Kubernetes: {found.got}"
        return element("p", element("strong", "The proof: "), flow, text)
    is_open = found.id.endswith("open")
    believed, really = ("closed", "open") if is_open else ("open", "closed")
    return element(
        "p", element("strong", "The proof: "), flow, f" would be {believed} then. In Kubernetes it is {really}."
    )


def _state(verdict: str) -> str:
    return {"allow": "allowed", "deny": "denied"}.get(verdict, verdict)


def _other_beliefs(found: Finding) -> Html | None:
    others = beliefs(found.misconceptions[1:])
    if not others:
        return None
    listed = "; ".join(f"“{other.title}”" for other in others)
    return element("p", f"It fits these beliefs too: {listed}.", class_="pg-quiet")


def _more(folded: Sequence[Finding], result: Result, file: str, *, apart: bool) -> Html | None:
    if not folded:
        return None
    count = "One more finding" if len(folded) == 1 else f"{len(folded)} more findings"
    drawn = [finding_html(found, result, file, apart=apart) for found in folded]
    return element("details", element("summary", count), drawn)


def _matrix(result: Result) -> Html | None:
    effect = result.effect()
    if effect is None or result.judgement is None or result.judgement.hearing is None:
        return None
    table = asked_table(effect, result.judgement.hearing.after.reach)
    return element("details", element("summary", "Everything that was asked, as a table"), table)


def _see(see: str, *, apart: bool) -> Html | None:
    if not see:
        return None
    if see.startswith("https://"):
        return element(
            "p", "Read on: ", element("a", see, href=see, rel="noopener", target="_blank"), class_="pg-quiet"
        )
    # Not from here: nbgrader grades in the root of the course, and its pages of feedback lie elsewhere.
    for up in () if apart else ("../..", ".."):
        lesson = Path(up, see)
        if lesson.is_file():
            if lesson.resolve().parent == Path.cwd():
                return None  # the learner is in it
            return element("p", "Read on: ", element("a", lesson.stem, href=lesson.as_posix()), class_="pg-quiet")
    return element("p", f"Read on: {see}", class_="pg-quiet")


def take_away(concepts: Iterable[str]) -> str:
    """Return what is true about the first of some concepts that the catalogue knows; empty if it knows none."""
    for concept in concepts:
        for entry in CATALOGUE.values():
            if concept in entry.rows and entry.readings:
                return entry.true
    return ""
