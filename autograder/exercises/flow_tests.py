"""Tests: state the flows that any correct policy must satisfy.

The learner writes a table of their own, one flow a line, with what every right policy makes of it::

    web -> api:8080: allow
    grafana -> api:9102: deny

The *suspects* (`lineup`) run through it. A line is **sound** when every right suspect passes it: who asks for more than
the task does, or for something else, calls a right policy wrong. A suspect is **caught** when it fails a sound line.

===========================  ==========================================
the table                    share of the points
===========================  ==========================================
untouched or empty           0
a line that is no test, or   0, and nothing is told of the suspects
more lines than may be
catches no wrong suspect     0: it calls everything right
anything else                half of the share of sound lines, and
                             half of the share of wrong suspects caught
===========================  ==========================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from autograder.network.ports import LAST_PORT, PortSet

from .answers import state_of, write_answer
from .checking import Result
from .findings import Finding, finding, told
from .flow_questions import Verdict, verdict_on, verdict_word
from .intent import FlowLine, Intent
from .judging import Flow, IntentError, Question
from .lineup import Lineup, Suspect, lineup_of
from .phrasing import DOCUMENTATION
from .places import Place, Placed
from .reasons import why
from .scoring import score
from .spec import Exercise, PredictedFlow, read_flow
from .table_text import Row, read_rows

_FORM: Final = "SOURCE -> DESTINATION:PORT: allow, or deny behind the second colon"
_MOST_TOLD: Final = 20
"""How many lines that cannot be read are told. Broken text can have thousands."""
_FAULTS: Final = {
    "open": "it leaves something open that the task wants closed",
    "closed": "it leaves something closed that the task wants open",
    "undefined": "the specification leaves open what it does with something that the task asks for",
}


@dataclass(frozen=True, slots=True)
class Test:
    """One line that can be put to a policy."""

    __test__ = False  # for pytest, which would take it for one of its own

    flow: PredictedFlow
    expect: Verdict
    source: Place
    target: Place
    line: int | None

    @property
    def text(self) -> str:
        """The line as it is written."""
        return f"{self.flow.text}: {self.expect}"

    @property
    def asked(self) -> Flow:
        """The flow with its ends found."""
        return Flow(self.source, self.target, self.flow.protocol, self.flow.port)

    def verdict(self, placed: Placed) -> Verdict | None:
        """Return what a policy makes of the flow; None where nobody can say."""
        return verdict_on(placed, self.flow, self.source, self.target)

    def passes(self, placed: Placed) -> bool:
        """Return whether a policy passes."""
        return self.verdict(placed) == self.expect


@dataclass(frozen=True, slots=True)
class Tests:
    """A learner's table as it was read."""

    __test__ = False

    lines: tuple[Test, ...]
    findings: tuple[Finding, ...]
    """Lines that are no test, and lines that are too many."""


def read_tests(exercise: Exercise, text: str, file: str = "<answer>") -> Tests:
    """Return the tests that a learner wrote. Nothing in the text raises; what is wrong becomes findings.

    Raises `InputError` when the exercise is broken.
    """
    lineup = lineup_of(exercise)
    state = state_of(exercise, text)
    if state != "changed":
        kind = "answer-untouched" if state == "starter" else "tests-missing"
        return Tests((), (finding(kind, exercise=exercise.id, file=file, form=_FORM),))

    def unreadable(subject: str, line: int | None, got: str) -> Finding:
        return finding("test-unreadable", file=file, line=line, subject=subject or exercise.id, form=_FORM, got=got)

    read = read_rows(text, file, "flow")
    most = exercise.testing.most if exercise.testing is not None else 0
    if len(read.rows) > most:
        found = finding("tests-too-many", file=file, exercise=exercise.id, most=most, count=len(read.rows))
        return Tests((), (found,))
    unread = [unreadable(*fault) for fault in read.faults[:_MOST_TOLD]]
    tests: dict[Flow, Test] = {}
    for row in read.rows:
        test = _test(lineup, row)
        if isinstance(test, str):
            unread.append(unreadable(row.key, row.line, test))
        elif test.asked in tests:
            unread.append(unreadable(row.key, row.line, f"the same flow as {tests[test.asked].flow.text}"))
        else:
            tests[test.asked] = test
    return Tests(tuple(tests.values()), tuple(unread))


def commit_tests(exercise: Exercise, folder: Path, text: str) -> Path | None:
    """Write tests that can be read beside the answers and return their file; None when some cannot.

    `folder` is where the notebook lies. Raises `InputError` when the file cannot be written, or the exercise is broken.
    """
    return None if read_tests(exercise, text).findings else write_answer(exercise, folder, text)


def check_tests(exercise: Exercise, text: str, file: str = "<answer>") -> Result:
    """Return what a table of tests is worth. Raises `InputError` when the exercise is broken."""
    lineup = lineup_of(exercise)
    tests = read_tests(exercise, text, file)
    points = float(exercise.points)
    if tests.findings:
        return Result(exercise.id, exercise.version, exercise.title, 0.0, points, "fail", told(tests.findings))
    sound = [test for test in tests.lines if all(test.passes(suspect.placed) for suspect in lineup.right)]
    missed = [suspect for suspect in lineup.wrong if all(test.passes(suspect.placed) for test in sound)]
    caught = len(lineup.wrong) - len(missed)
    share = Fraction(0)
    if caught:
        share = (Fraction(len(sound), len(tests.lines)) + Fraction(caught, len(lineup.wrong))) / 2
    if len(sound) < len(tests.lines):
        believed = _believed(lineup, tests.lines)
    else:
        believed = tuple(name for name in _first(missed) if all(name in suspect.beliefs for suspect in missed))
    findings = [
        *(_unsound(exercise, lineup, test, believed, file) for test in tests.lines if test not in sound),
        *(_uncaught(exercise, suspect, len(sound)) for suspect in missed),
    ]
    return Result(
        exercise=exercise.id,
        version=exercise.version,
        title=exercise.title,
        score=score(points, share, Fraction(0)),
        max=points,
        status="pass" if share == 1 else "fail",
        findings=told(findings),
        misconceptions=believed,
        text=text,
    )


def passing(exercise: Exercise, text: str) -> Iterator[tuple[Test, tuple[tuple[str, Verdict | None], ...]]]:
    """Yield each line of a table with what every suspect makes of it, by the suspect's file; none if one is no test.

    Raises `InputError` when the exercise is broken.
    """
    tests = read_tests(exercise, text)
    for test in () if tests.findings else tests.lines:
        yield test, tuple((suspect.file, test.verdict(suspect.placed)) for suspect in lineup_of(exercise).suspects)


def telling(exercise: Exercise) -> tuple[str, ...]:
    """Return the ids of the misconceptions that take some wrong suspect for right.

    Raises `InputError` when the exercise is broken.
    """
    return tuple(dict.fromkeys(name for suspect in lineup_of(exercise).wrong for name in suspect.beliefs))


# -- reading -----------------------------------------------------------------------------------------------------------


def _test(lineup: Lineup, row: Row) -> Test | str:
    """Return the test in a row, or why it is none."""
    try:
        flow = read_flow(row.key)
    except ValueError:
        return "no flow with a port" if "->" in row.key else "no flow"
    if not 1 <= flow.port <= LAST_PORT:
        return f"port {flow.port}; ports run from 1 to {LAST_PORT}"
    expect = verdict_word(row.value) if row.value is not None else None
    if expect is None:
        return "nothing behind the second colon" if row.value is None else f"{row.value!r} behind the second colon"
    task = lineup.world.intent
    ports = PortSet.of(flow.protocol, flow.port)
    line = FlowLine((flow.source,), (flow.target,), ports, "allow")
    try:
        question = Question(
            Intent(namespaces=task.namespaces, outside=task.outside, flows=(line,)), lineup.world.cluster
        )
    except IntentError as error:
        fault = error.faults[0]
        return fault.message if fault.path else "a flow that no policy decides on: a Pod to itself, or two from outside"
    pair = question.first_pair(0)
    if pair is None or not all(side.is_one for side in question.ends[0]):
        return "a flow between many; name one Pod, or one address of the task, on either side"
    return Test(flow, expect, *pair, row.line)


# -- what is said about it ---------------------------------------------------------------------------------------------


def _unsound(exercise: Exercise, lineup: Lineup, test: Test, believed: tuple[str, ...], file: str) -> Finding:
    """Return the finding about a line that some right policy fails."""
    failing = next(suspect for suspect in lineup.right if not test.passes(suspect.placed))
    other = next((suspect for suspect in lineup.right if test.passes(suspect.placed)), None)
    reason = why(failing.placed, test.asked)
    place = f"{reason.file}, line {reason.line}: " if reason.file and reason.line else ""
    return finding(
        "test-unsound" if other is None else "test-asks-more",
        file=file,
        line=test.line,
        weight=1.0,
        misconceptions=believed,
        subject=test.text,
        suspect=failing.file,
        verdict=_said(test.verdict(failing.placed)),
        other=other.file if other is not None else "",
        opposite=_said(test.expect),
        because=f"{place}{reason.text}",
        see=exercise.lesson or DOCUMENTATION,
    )


def _uncaught(exercise: Exercise, suspect: Suspect, sound: int) -> Finding:
    """Return the finding about a wrong policy that fails no line. It does not say which flow would show it."""
    few = {0: "it has no line to fail", 1: "it passes the one line", 2: "it passes both lines"}
    return finding(
        "suspect-passes",
        weight=1.0,
        misconceptions=suspect.beliefs,
        subject=suspect.file,
        got=f"{few.get(sound, f'it passes all {sound} lines')} that right policies pass",
        fault=_FAULTS[suspect.fault or "undefined"],
        see=exercise.lesson or DOCUMENTATION,
    )


def _said(verdict: Verdict | None) -> str:
    return {"allow": "allows it", "deny": "denies it", None: "leaves it open"}[verdict]


def _first(suspects: list[Suspect]) -> tuple[str, ...]:
    return suspects[0].beliefs if suspects else ()


def _believed(lineup: Lineup, tests: tuple[Test, ...]) -> tuple[str, ...]:
    """Return the misconceptions under which every right policy passes every line, the most specific first."""
    found = [
        name for name, seen in lineup.readings.items() if all(test.passes(placed) for placed in seen for test in tests)
    ]
    found.sort(key=lineup.distance)
    return tuple(dict.fromkeys(name.partition(":")[0] for name in found))
