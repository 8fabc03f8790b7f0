"""Predictions: say first what will be so, then look.

The learner fills in a small YAML table, one line for each flow or question::

    web -> api:8080: allow            api uid: 1000
    web -> db:5432: deny              api can write /tmp: no

A prediction is *committed* when every line has an answer; before that nothing is revealed. Half of the points are for
committing one and half for being right, line by line. Nobody can prove when it was committed, so nothing claims it.

With ``disproves`` in the exercise the lines are the same and the question is another: see `counterexamples`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from autograder.manifests.limits import InputError

from .answers import write_answer
from .checking import Result
from .counterexamples import CounterExamples
from .findings import Finding, finding, told
from .flow_questions import FlowQuestions
from .phrasing import DOCUMENTATION
from .reasons import Reason
from .scoring import score
from .shape import nearest
from .spec import Exercise, Prediction
from .table_text import read_rows, squeezed


class Questions(Protocol):
    """What a prediction asks, and what is so."""

    answers_are: str
    """What stands behind a colon, in words."""
    asked_is: str
    """What a line is about, in a word."""
    wrong_is: str
    """The id of the finding about a line that was answered wrongly."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as they are written."""

    def where(self, index: int) -> str:
        """Return the place of a line in the exercise, as ``file:line``."""

    def word(self, text: str, value: Any) -> str | None:
        """Return what a learner's answer means; None if it is none."""

    def truths(self) -> tuple[str | None, ...]:
        """Return what is so for every line; None where nobody can say."""

    def believed(self) -> Iterator[tuple[str, tuple[str | None, ...]]]:
        """Yield each reading of each model, and what would be so under it."""

    def why(self, text: str) -> Reason:
        """Return why it is so."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """One line, what the learner said, and what is so."""

    text: str
    predicted: str
    truth: str

    @property
    def right(self) -> bool:
        """Whether the prediction came true."""
        return self.predicted == self.truth


@dataclass(frozen=True, slots=True)
class Table:
    """A learner's table as it was read."""

    verdicts: dict[str, str]
    """By the text of the line; one without an answer is absent."""
    findings: tuple[Finding, ...]
    """Lines that are no prediction, and those that have no answer yet."""

    @property
    def committed(self) -> bool:
        """Whether every line has an answer and nothing else stands there."""
        return not self.findings


@dataclass(frozen=True)
class _Truths:
    """What is so, and under which misconception something else would be."""

    questions: Questions
    verdicts: dict[str, str]
    believed: dict[str, tuple[str | None, ...]]
    """For each reading of each model the answers in the order of the lines."""


_KNOWN: WeakKeyDictionary[Exercise, _Truths] = WeakKeyDictionary()
_EXAMPLES: Final = {FlowQuestions.answers_are: "allow", CounterExamples.answers_are: "yes"}
"""What an answer looks like, where that gives nothing away."""


def read_table(exercise: Exercise, text: str, file: str = "<answer>") -> Table:
    """Return the table that a learner wrote. Nothing in it raises; what is wrong becomes findings."""
    questions = _truths(exercise).questions
    lines = _Lines(questions, file)
    read = read_rows(text, file, questions.asked_is)
    found = [lines.unreadable(fault.subject or exercise.id, fault.line, fault.got) for fault in read.faults]
    verdicts: dict[str, str] = {}
    asked = {squeezed(text): text for text in questions.texts}
    written: dict[str, int | None] = {}
    for row in read.rows:
        which = asked.get(row.key)
        if which is None:
            guess = nearest(row.key, asked.values())
            got = f"a {questions.asked_is} that is not asked for"
            found.append(lines.unreadable(row.key, row.line, f"{got}; did you mean {guess}?" if guess else got))
            continue
        written.setdefault(which, row.line)
        word = questions.word(which, row.value) if row.value is not None else None
        if word is not None:
            verdicts[which] = word
        elif row.value is not None:
            found.append(lines.unreadable(which, row.line, f"{row.value!r}"))
    if read.lost:
        return Table({}, tuple(found))
    unread = {each.subject for each in found}
    found += [
        lines.missing(text, written.get(text))
        for text in questions.texts
        if text not in verdicts and text not in unread
    ]
    return Table(verdicts, tuple(found))


def commit(exercise: Exercise, folder: Path, text: str) -> Path | None:
    """Write a complete prediction beside the answers and return its file; None when it is not complete.

    `folder` is where the notebook lies. Raises `InputError` when the file cannot be written.
    """
    return write_answer(exercise, folder, text) if read_table(exercise, text).committed else None


def compared(exercise: Exercise, table: Table) -> tuple[Predicted, ...]:
    """Return every line with the prediction and the truth, misses first.

    Raises ValueError for a table that is not committed, since it must reveal nothing, and `InputError` when the
    exercise is broken.
    """
    if not table.committed:
        raise ValueError("a prediction that is not committed reveals nothing")
    truths = _truths(exercise)
    rows = [Predicted(text, table.verdicts[text], truths.verdicts[text]) for text in truths.questions.texts]
    return tuple(sorted(rows, key=lambda row: row.right))


def check_prediction(exercise: Exercise, text: str, file: str = "<answer>") -> Result:
    """Return what a prediction is worth. Raises `InputError` when the exercise is broken."""
    truths = _truths(exercise)
    table = read_table(exercise, text, file)
    points = float(exercise.points)
    if not table.committed:
        return Result(exercise.id, exercise.version, exercise.title, 0.0, points, "fail", told(table.findings))
    rows = compared(exercise, table)
    right = Fraction(sum(row.right for row in rows), len(rows))
    believed = _fits(table, truths) if right < 1 else ()
    findings = []
    for row in rows:
        if not row.right:
            reason = truths.questions.why(row.text)
            findings.append(
                finding(
                    truths.questions.wrong_is,
                    file=reason.file,
                    line=reason.line,
                    weight=1.0,
                    misconceptions=believed,
                    flow=row.text,
                    truth=row.truth,
                    predicted=row.predicted,
                    because=reason.text,
                    see=exercise.lesson or DOCUMENTATION,
                )
            )
    return Result(
        exercise=exercise.id,
        version=exercise.version,
        title=exercise.title,
        score=score(points, Fraction(1, 2) + right / 2, Fraction(0)),
        max=points,
        status="pass" if right == 1 else "fail",
        findings=told(findings),
        misconceptions=believed,
    )


def telling(exercise: Exercise) -> tuple[str, ...]:
    """Return the ids of the misconceptions under which some line of a prediction is otherwise than it is.

    Raises `InputError` when the exercise is broken.
    """
    truths = _truths(exercise)
    so = tuple(truths.verdicts.values())
    names = (name.partition(":")[0] for name, verdicts in truths.believed.items() if verdicts != so)
    return tuple(dict.fromkeys(names))


def believer_tables(exercise: Exercise) -> dict[str, dict[str, str]]:
    """Return for each reading what a believer would write; one for which something has no answer is left out.

    Raises `InputError` when the exercise is broken.
    """
    truths = _truths(exercise)
    return {
        name: {text: word for text, word in zip(truths.questions.texts, answers, strict=True) if word is not None}
        for name, answers in truths.believed.items()
        if None not in answers
    }


def otherwise(exercise: Exercise, misconception: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return the lines of a prediction that a misconception answers otherwise: line, truth, belief, and why it is so.

    Of counter-examples this tells what the lines are about, not whether they disprove anything. Raises `InputError`
    when the exercise is broken. None for a misconception that is about something else.
    """
    truths = _read(_asked(exercise))
    found = []
    for name, answers in truths.believed.items():
        if misconception in {name, name.partition(":")[0]}:
            for text, answer in zip(truths.questions.texts, answers, strict=True):
                if answer != truths.verdicts[text]:
                    why = truths.questions.why(text).text
                    found.append((text, truths.verdicts[text], answer or "unknown", why))
    return tuple(dict.fromkeys(found))


def true_table(exercise: Exercise) -> dict[str, str]:
    """Return what is so, by line. Raises `InputError` when the exercise is broken."""
    return dict(_truths(exercise).verdicts)


def answers_are(exercise: Exercise) -> str:
    """Return what stands behind a colon, in words: ``allow or deny``. Raises `InputError` for a broken exercise."""
    return _truths(exercise).questions.answers_are


def _prediction(exercise: Exercise) -> Prediction:
    if exercise.prediction is None:
        raise ValueError(f"{exercise.id} asks for no prediction")
    return exercise.prediction


def _truths(exercise: Exercise) -> _Truths:
    """Return what is so; computed once for each exercise.

    Raises `InputError` when a line makes no sense in the scene, or nobody can say what is so.
    """
    found = _KNOWN.get(exercise)
    if found is None:
        questions = _asked(exercise)
        belief = _prediction(exercise).disproves
        found = _KNOWN[exercise] = _read(CounterExamples(exercise, questions, belief) if belief else questions)
    return found


def _asked(exercise: Exercise) -> Questions:
    """Return what the lines of a prediction are about."""
    prediction = _prediction(exercise)
    if not prediction.questions:
        return FlowQuestions(exercise, prediction)
    # Needed here alone: a question about flows need not wait for all that is known of containers.
    from .containers.questions import ContainerQuestions

    return ContainerQuestions(exercise, prediction)


def _read(questions: Questions) -> _Truths:
    verdicts: dict[str, str] = {}
    for index, (text, verdict) in enumerate(zip(questions.texts, questions.truths(), strict=True)):
        if verdict is None:
            raise InputError(f"{questions.where(index)}: {text} has no single verdict, so nobody can predict it")
        verdicts[text] = verdict
    return _Truths(questions, verdicts, dict(questions.believed()))


def _fits(table: Table, truths: _Truths) -> tuple[str, ...]:
    """Return the misconceptions that predict all that the learner predicted, those that err least first."""
    predicted = tuple(table.verdicts[text] for text in truths.questions.texts)
    found = [name.partition(":")[0] for name, verdicts in truths.believed.items() if verdicts == predicted]
    return tuple(dict.fromkeys(found))


class _Lines:
    """Findings about the lines of a table."""

    def __init__(self, questions: Questions, file: str) -> None:
        self._questions, self._file = questions, file

    def unreadable(self, subject: str, line: int | None, got: str) -> Finding:
        questions = self._questions
        example = f"{questions.texts[0]}: {_EXAMPLES.get(questions.answers_are, '…')}"
        return finding(
            "prediction-unreadable", file=self._file, line=line, subject=subject, example=example, got=got,
            asked=questions.asked_is, answers=questions.answers_are,
        )  # fmt: skip

    def missing(self, subject: str, line: int | None) -> Finding:
        answers = self._questions.answers_are
        return finding("prediction-missing", flow=subject, file=self._file, line=line, answers=answers)
