from __future__ import annotations

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import read_course
from autograder.exercises.answers import answer_path, magic_of
from autograder.exercises.audit import audit
from autograder.exercises.checking import check
from autograder.exercises.flow_tests import commit_tests, passing, read_tests, telling
from autograder.exercises.history import remember
from autograder.exercises.lineup import lineup_of
from autograder.exercises.report import Style, result_lines
from autograder.exercises.spec import read_exercise
from autograder.manifests.limits import InputError

from .course import ROOT, made_up

TASK = """\
tests:
  most: 4
  right: [b, d]
  intent:
    namespace: shop
    outside: {office: 203.0.113.7}
    flows:
      - {from: api, to: db, ports: 5432, expect: allow}
      - {from: monitoring/prometheus, to: db, ports: 9187, expect: allow}
      - {from: ["*", outside], to: db, ports: all, expect: deny}
"""
STARTER = "# SOURCE -> DESTINATION:PORT: allow, or deny\n"
API = "{podSelector: {matchLabels: {app: api}}}"
PROMETHEUS = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}, podSelector: {matchLabels: {app: prometheus}}}"  # noqa: E501


def db(*rules):
    """A policy on db; each rule is its peers and its ports."""
    lines = "".join(
        f"    - from: [{', '.join(peers)}]\n      ports: [{', '.join(f'{{port: {port}}}' for port in ports)}]\n"
        for peers, ports in rules
    )
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\n"
        f"spec:\n  podSelector: {{matchLabels: {{app: db}}}}\n  ingress:\n{lines}"
    )


RIGHT = db(([API], [5432]), ([PROMETHEUS], [9187]))
WEB_SHUT = (
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n"
    "spec: {podSelector: {matchLabels: {app: web}}}\n"
)
SUSPECTS = {
    "a": db(([API], [5432]), (["{podSelector: {matchLabels: {app: prometheus}}}"], [9187])),
    "b": RIGHT,
    "c": db(([API], [5432]), (["{namespaceSelector: {}}", "{podSelector: {matchLabels: {app: prometheus}}}"], [9187])),
    "d": RIGHT + WEB_SHUT,
    "e": db(([API, PROMETHEUS], [5432, 9187])),
}
PROM, WEB, BOTH = (
    "monitoring/prometheus -> db:9187: allow\n",
    "web -> db:9187: deny\n",
    "monitoring/prometheus -> db:5432: deny\n",
)
TABLE = PROM + WEB + BOTH


def exercise_of(folder, task=TASK, suspects=SUSPECTS, given_yaml=""):
    made = made_up(folder, task, starter=STARTER)
    (made.folder / "suspects").mkdir()
    for name, text in suspects.items():
        (made.folder / "suspects" / f"{name}.yaml").write_text(text, encoding="utf-8")
    if given_yaml:
        (made.folder / "given.yaml").write_text(given_yaml, encoding="utf-8")
    return read_exercise(made.folder)


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    return exercise_of(tmp_path_factory.mktemp("tests"))


def ids(result):
    return [found.id for found in result.findings]


UNSOUND, MORE, PASSES = "test-unsound", "test-asks-more", "suspect-passes"


@pytest.mark.parametrize(
    ("text", "score", "found"),
    [
        pytest.param(TABLE, 4.0, [], id="three lines that tell all five apart"),
        pytest.param("%%predict made-up\n" + TABLE, 4.0, [], id="with the first line of the cell"),
        pytest.param(TABLE + "office -> db:5432: deny\n", 4.0, [], id="a sound line that catches nobody costs nothing"),
        pytest.param(TABLE.replace("web -> db:9187", "shop/web  ->  shop/db:9187/TCP"), 4.0, [], id="spelled out"),
        pytest.param(TABLE.replace(": deny", ": Denied"), 4.0, [], id="in other words"),
        pytest.param(PROM + WEB, 3.33, [PASSES], id="one wrong suspect gets through"),
        pytest.param(WEB, 2.67, [PASSES] * 2, id="two get through"),
        pytest.param("api -> db:5432: allow\n", 0.0, [PASSES] * 3, id="a line that calls everything right"),
        pytest.param("api -> db:5432: deny\n", 0.0, [UNSOUND, *[PASSES] * 3], id="a line that calls everything wrong"),
        pytest.param(TABLE + "api -> db:9187: allow\n", 3.5, [UNSOUND], id="one line that right policies fail"),
        pytest.param(TABLE + "api -> web:8080: allow\n", 3.5, [MORE], id="one line on which right policies differ"),
        pytest.param("web -> db:9187: allow\n", 0.0, [UNSOUND, *[PASSES] * 3], id="an unsound line catches nobody"),
        pytest.param(STARTER, 0.0, ["answer-untouched"], id="the starter"),
        pytest.param(STARTER + "# Looked at.\n", 0.0, ["tests-missing"], id="comments alone"),
        pytest.param("", 0.0, ["tests-missing"], id="nothing"),
        pytest.param(
            TABLE + TABLE.replace("shop/", "").replace("db:", "api:"), 0.0, ["tests-too-many"], id="six lines"
        ),
        pytest.param(TABLE + WEB, 0.0, ["test-unreadable"], id="the same line twice"),
        pytest.param(
            TABLE + "shop/web -> db:9187: deny\n", 0.0, ["test-unreadable"], id="the same flow in other words"
        ),
        pytest.param(TABLE + "web -> db:80:\n", 0.0, ["test-unreadable"], id="no verdict"),
        pytest.param(TABLE + "web -> db:80: yes\n", 0.0, ["test-unreadable"], id="yes is no verdict"),
        pytest.param(TABLE + "web -> db: deny\n", 0.0, ["test-unreadable"], id="no port"),
        pytest.param(TABLE + "web -> db:70000: deny\n", 0.0, ["test-unreadable"], id="a port that there is not"),
        pytest.param(TABLE + "wbe -> db:80: deny\n", 0.0, ["test-unreadable"], id="a misspelt Pod"),
        pytest.param(TABLE + "'* -> db:80': deny\n", 0.0, ["test-unreadable"], id="many at once"),
        pytest.param(TABLE + "outside -> db:80: deny\n", 0.0, ["test-unreadable"], id="everything outside"),
        pytest.param(TABLE + "db -> db:80: deny\n", 0.0, ["test-unreadable"], id="a Pod to itself"),
        pytest.param(TABLE + "office -> office:80: deny\n", 0.0, ["test-unreadable"], id="no Pod at all"),
        pytest.param("- web -> db:80: deny\n", 0.0, ["test-unreadable"], id="a list"),
        pytest.param("web: [", 0.0, ["test-unreadable"], id="no YAML"),
        pytest.param("x" * (2 << 20), 0.0, ["test-unreadable"], id="far too much"),
    ],
)
def test_what_a_table_is_worth(exercise, text, score, found):
    result = check(exercise, text)
    assert (ids(result), result.score) == (found, score)
    assert (result.status == "pass") is (score == result.max)


def test_a_huge_table_is_refused_before_any_line_is_looked_up(exercise, monkeypatch):
    monkeypatch.setattr("autograder.exercises.flow_tests.Question", None)
    text = "".join(f"web -> db:{port}: deny\n" for port in range(1, 20_001))
    (found,) = check(exercise, text).findings
    assert (found.id, found.got) == ("tests-too-many", "20000 lines")


def test_the_answer_is_a_table_in_a_predict_cell_and_a_file_of_its_own(exercise, tmp_path):
    assert magic_of(exercise) == "predict"
    assert exercise.starter == STARTER
    assert commit_tests(exercise, tmp_path, TABLE + "web: deny\n") is None
    path = commit_tests(exercise, tmp_path, "%%predict made-up\n" + TABLE)
    assert path == answer_path(exercise, tmp_path) == tmp_path / "answers" / "made-up.prediction.yaml"
    assert path.read_text(encoding="utf-8") == "# %%predict made-up\n" + TABLE


def test_a_line_that_a_right_policy_fails_is_told_with_its_line_and_the_rule(exercise):
    found = check(exercise, TABLE + "api -> db:9187: allow\n").findings[0]
    assert (found.file, found.line, found.subject) == ("<answer>", 4, "api -> db:9187: allow")
    assert found.got == "suspects/b.yaml does the task, and denies it."
    assert found.because.startswith("suspects/b.yaml, line 7: ")


def test_a_line_that_the_task_leaves_open_is_told_with_two_right_policies_that_differ(exercise):
    found = check(exercise, TABLE + "api -> web:8080: allow\n").findings[0]
    assert found.got == "suspects/d.yaml does the task and denies it; suspects/b.yaml does it too and allows it."
    assert "the task leaves this flow open" in found.because


def test_a_wrong_policy_that_gets_through_is_named_with_its_belief_and_without_the_flow(exercise):
    (found,) = check(exercise, WEB + BOTH).findings
    assert (found.subject, found.misconceptions[0]) == ("suspects/a.yaml", "pod-peer-any-namespace")
    assert found.got == "it passes both lines that right policies pass"
    assert "it leaves something closed that the task wants open" in found.because
    assert "prometheus" not in found.because + found.got + found.wanted


def test_who_reads_the_right_policies_otherwise_has_the_belief_named(exercise):
    """In d no rule lets anybody in to web, and whoever believes that this leaves it open asks for that."""
    result = check(exercise, TABLE + "api -> web:8080: allow\n")
    assert result.misconceptions == result.findings[0].misconceptions
    assert result.misconceptions[0] == "no-rules-allow"
    assert check(exercise, TABLE + "api -> db:9187: allow\n").misconceptions == ()


def test_a_belief_that_takes_all_that_got_through_for_right_is_the_answers_own(exercise):
    assert check(exercise, WEB + BOTH).misconceptions[0] == "pod-peer-any-namespace"
    assert check(exercise, BOTH).misconceptions == ()  # a and c are right under different beliefs


def test_it_tells_the_beliefs_that_take_a_wrong_policy_for_right(exercise, tmp_path):
    assert {"pod-peer-any-namespace", "dash-is-decoration"} <= set(telling(exercise))
    result = check(exercise, TABLE)
    (past,) = remember(exercise, result, TABLE, tmp_path).exercises.values()
    assert set(past.last.differs) == set(telling(exercise))
    result = check(exercise, "web: deny\n")
    assert remember(exercise, result, "web: deny\n", tmp_path / "other").exercises == {}


def test_every_line_can_be_shown_with_what_every_suspect_makes_of_it(exercise):
    ((test, verdicts),) = passing(exercise, BOTH)
    assert test.text == "monitoring/prometheus -> db:5432: deny"
    assert [verdict for _, verdict in verdicts] == ["deny", "deny", "deny", "deny", "allow"]
    assert list(passing(exercise, BOTH + "web: deny\n")) == []


def test_a_right_policy_that_is_shown_counts_among_the_right_ones(tmp_path):
    shown = exercise_of(tmp_path, given_yaml=RIGHT)
    assert check(shown, TABLE).status == "pass"
    wrong = exercise_of(tmp_path / "wrong", given_yaml=SUSPECTS["a"])
    with pytest.raises(InputError, match=r"given\.yaml:1: this is to be right, and .* is closed against the intent"):
        check(wrong, TABLE)


def test_a_terminal_says_it_in_its_own_words(exercise):
    told = "\n".join(result_lines(check(exercise, WEB), Style(width=100)))
    assert "A wrong policy gets through: suspects/a.yaml" in told
    assert "This policy would be right if this were true" in told


@pytest.mark.parametrize(
    ("task", "suspects", "said"),
    [
        pytest.param(TASK.replace("[b, d]", "[b, x]"), SUSPECTS, "suspects/ holds no x.yaml", id="none of this name"),
        pytest.param(TASK.replace("[b, d]", "[b, d, e]"), SUSPECTS, "right, and shop/api -> shop/db TCP 9187 is open",
                     id="a wrong one that is called right"),
        pytest.param(TASK.replace("[b, d]", "[b]"), SUSPECTS, "d.yaml:1: this does all that the intent asks",
                     id="a right one that is not called so"),
        pytest.param(TASK, {"b": RIGHT, "d": RIGHT + WEB_SHUT}, "no suspect is wrong", id="nobody to catch"),
        pytest.param(TASK, {**SUSPECTS, "a": "kind: ["}, "a.yaml:1: ", id="a suspect that cannot be read"),
        pytest.param(TASK.replace("from: api", "from: apy"), SUSPECTS, "did you mean api?", id="a flow of nobody"),
    ],
)  # fmt: skip
def test_a_lineup_that_is_not_what_the_exercise_says_is_told(tmp_path, task, suspects, said):
    with pytest.raises(InputError) as caught:
        lineup_of(exercise_of(tmp_path, task, suspects))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("task", "said"),
    [
        pytest.param(TASK + "predict: {flows: [a -> b:1]}\n", "or `tests`", id="two kinds at once"),
        pytest.param("tests: {most: 3, right: [b]}\n", "`intent` is missing", id="no task"),
        pytest.param(TASK.replace("most: 4", "most: 0"), "at least 1", id="no line allowed"),
        pytest.param("tests: {most: 3, right: [b], intent: {rejected: true}}\n", "asks for nothing about flows",
                     id="a task that is not about flows"),
    ],
)  # fmt: skip
def test_a_description_that_makes_no_sense_is_told_with_its_line(tmp_path, task, said):
    with pytest.raises(InputError) as caught:
        made_up(tmp_path, task)
    assert said in str(caught.value)
    assert "exercise.yaml:" in str(caught.value)


def test_an_exercise_without_tests_is_a_fault_of_the_caller(tmp_path):
    with pytest.raises(ValueError, match="asks for no tests"):
        lineup_of(made_up(tmp_path, "intent: {rejected: true}\n"))


# -- the audit ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sound(tmp_path):
    """A course with one exercise about tests, with right and wrong tables."""
    made = exercise_of(tmp_path)
    shutil.copy(ROOT / "course.yaml", tmp_path)
    for path, text in {
        "right/1.yaml": TABLE,
        "right/2.yaml": PROM + "web -> db:9187/TCP: deny\nmonitoring/prometheus -> db:5432: deny\n",
        "wrong/pod-peer-any-namespace.yaml": WEB + BOTH,
        "wrong/x-nothing-caught.yaml": "api -> db:5432: allow\n",
    }.items():
        (made.folder / path).parent.mkdir(exist_ok=True)
        (made.folder / path).write_text(text, encoding="utf-8")
    return made.folder


def problems(home):
    (audited,) = audit(read_course(home.parents[2]))
    return {problem.id: problem for problem in audited.problems}


def test_a_sound_exercise_about_tests_has_no_problems(sound):
    (audited,) = audit(read_course(sound.parents[2]))
    assert (audited.right, audited.wrong, audited.problems, audited.mutants.killed) == (2, 2, (), 0)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        pytest.param("right/1.yaml", PROM + WEB, "right-fails", id="a right table that lets one through"),
        pytest.param("right/2.yaml", TABLE, "right-twice", id="a right table twice"),
        pytest.param("wrong/x-nothing-caught.yaml", TABLE, "wrong-passes", id="a wrong table that is right"),
        pytest.param("wrong/policies-intersect.yaml", WEB, "wrong-misread", id="a belief that does not show"),
        pytest.param("starter.yaml", WEB, "starter-scores", id="a starter that catches somebody"),
        pytest.param("suspects/b.yaml", SUSPECTS["a"], "exercise-broken", id="a right suspect that is wrong"),
        pytest.param("suspects/f.yaml", RIGHT, "exercise-broken", id="a wrong suspect that is right"),
    ],
)
def test_a_fault_of_an_exercise_about_tests_is_told(sound, path, text, found):
    (sound / path).write_text(text, encoding="utf-8")
    assert found in problems(sound)
    assert problems(sound)[found].file.endswith(path)


words = st.sampled_from([*TABLE.splitlines(), "api -> web:8080: allow", "- a", "---", "x: {", "", "web: 1", "# a"])


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=200) | st.lists(words, max_size=8).map("\n".join))
def test_no_table_raises(exercise, text):
    result = check(exercise, text)
    assert 0 <= result.score <= 4
    assert result.score == 0 or not read_tests(exercise, text).findings


flows = st.lists(
    st.tuples(
        st.sampled_from(["web", "api", "monitoring/prometheus", "office"]),
        st.sampled_from(["db", "web"]),
        st.sampled_from([5432, 8080, 9187]),
        st.sampled_from(["allow", "deny"]),
    ),
    min_size=1, max_size=4, unique_by=lambda flow: flow[:3],
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(flows=flows)
def test_a_table_is_right_exactly_when_right_suspects_pass_it_and_wrong_ones_do_not(exercise, flows):
    flows = [flow for flow in flows if flow[0] != flow[1]] or [("web", "db", 5432, "deny")]
    text = "".join(f"{source} -> {target}:{port}: {word}\n" for source, target, port, word in flows)
    rows = list(passing(exercise, text))
    passed = {file: all(dict(verdicts)[file] == test.expect for test, verdicts in rows) for file, _ in rows[0][1]}
    wanted = {f"suspects/{name}.yaml": name in "bd" for name in "abcde"}
    assert (check(exercise, text).status == "pass") is (passed == wanted)
