from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.checking import check
from autograder.exercises.predictions import (
    answers_are,
    believer_tables,
    check_prediction,
    commit,
    compared,
    otherwise,
    read_table,
    telling,
    true_table,
)
from autograder.exercises.report import Style, result_lines
from autograder.manifests.limits import InputError

from .course import ROOT, made_up

BELIEF = "pod-peer-any-namespace"
GIVEN = (ROOT / "solutions" / "shop" / "who-talks" / "given.yaml").read_text(encoding="utf-8")
FLOWS = ("web -> db:5432", "api -> db:5432", "monitoring/prometheus -> db:9187", "office -> web:8080")
TRUE = {FLOWS[0]: "no", FLOWS[1]: "no", FLOWS[2]: "yes", FLOWS[3]: "no"}


def chosen(tmp_path, belief=BELIEF, flows=FLOWS, given_yaml=GIVEN):
    """A choice among flows, in the small shop with one policy in force."""
    made = made_up(
        tmp_path,
        f"predict:\n  namespace: shop\n  outside: {{office: 203.0.113.7}}\n  disproves: {belief}\n"
        f"  flows: [{', '.join(map(repr, flows))}]\n",
    )
    (made.folder / "given.yaml").write_text(given_yaml, encoding="utf-8")
    return made


@pytest.fixture
def choice(tmp_path):
    return chosen(tmp_path)


def written(table):
    return "".join(f"{line}: {word}\n" for line, word in table.items())


def test_a_flow_disproves_a_belief_when_the_cluster_decides_otherwise_than_expected(choice):
    assert true_table(choice) == TRUE
    assert answers_are(choice) == "yes or no"


@pytest.mark.parametrize(
    ("text", "score", "found"),
    [
        pytest.param(written(TRUE), 4.0, [], id="all right"),
        pytest.param(written(TRUE).replace("yes", "True").replace("no", "False"), 4.0, [], id="in other words"),
        pytest.param(
            written(TRUE).replace("5432: no", "5432: yes", 1), 3.5, ["counterexample-wrong"], id="one too many"
        ),
        pytest.param(written(TRUE).replace("yes", "no"), 3.5, ["counterexample-wrong"], id="one missed"),
        pytest.param(written(dict.fromkeys(FLOWS, "")), 0.0, ["prediction-missing"] * 4, id="the empty table"),
        pytest.param(
            written(TRUE).replace("yes", "deny"), 0.0, ["prediction-unreadable"], id="a verdict is no answer here"
        ),
    ],
)
def test_what_a_choice_is_worth(choice, text, score, found):
    result = check(choice, text)
    assert result.score == score
    assert (result.status == "pass") is (score == result.max)
    assert [each.id for each in result.findings] == found


def test_whoever_holds_the_belief_finds_that_nothing_disproves_it_and_is_told_so(choice):
    table = believer_tables(choice)[BELIEF]
    assert set(table.values()) == {"no"}
    result = check_prediction(choice, written(table))
    assert result.misconceptions[0] == BELIEF
    (found,) = result.findings
    assert (found.subject, found.wanted, found.got) == (FLOWS[2], "yes", "no")
    assert (found.file, found.line) == ("given.yaml", 11)
    assert "In the cluster it is deny" in found.because
    assert "expects allow" in found.because


def test_another_belief_has_another_table(choice):
    others = {name: table for name, table in believer_tables(choice).items() if name != BELIEF}
    assert any("yes" in table.values() and table != TRUE for table in others.values())
    assert BELIEF in telling(choice)


def test_a_line_that_both_decide_alike_is_said_to_tell_nothing(choice):
    (found,) = check(choice, written(TRUE).replace("5432: no", "5432: yes", 1)).findings
    assert found.subject == FLOWS[0]
    assert "expects the same, so it cannot tell the two apart" in found.because


def test_two_readings_are_compared_by_what_the_lines_are_about(choice):
    ((line, truth, believed, _),) = otherwise(choice, BELIEF)
    assert (line, truth, believed) == (FLOWS[2], "deny", "allow")


def test_nothing_is_revealed_before_every_line_has_an_answer(choice, tmp_path):
    half = written(TRUE).replace("8080: no", "8080:")
    assert commit(choice, tmp_path / "desk", half) is None
    with pytest.raises(ValueError, match="reveals nothing"):
        compared(choice, read_table(choice, half))
    assert commit(choice, tmp_path / "desk", written(TRUE)) == tmp_path / "desk" / "answers" / "made-up.prediction.yaml"


def test_a_terminal_says_it_in_its_own_words(choice):
    told = "\n".join(result_lines(check(choice, written(dict.fromkeys(FLOWS, "no"))), Style(width=100)))
    assert "It is not as you said: monitoring/prometheus -> db:9187" in told
    assert "right is yes" in told
    assert "Somebody who believes this would answer so" in told


@pytest.mark.parametrize(
    ("belief", "flows", "said"),
    [
        pytest.param("policies-intersects", FLOWS, "policies-intersect", id="a misspelt belief"),
        pytest.param("unset-user-is-root", FLOWS, "about what a container may do", id="a belief about something else"),
        pytest.param("selector-is-a-list", FLOWS, "nothing can be evaluated", id="a belief without a reading"),
        pytest.param(BELIEF, FLOWS[:2], "no line disproves", id="nothing but agreement"),
        pytest.param(BELIEF, FLOWS[2:3], "every line disproves", id="nothing but counter-examples"),
        pytest.param(BELIEF, ("* -> db:5432", FLOWS[2]), "must name one endpoint on either side", id="many at once"),
    ],
)
def test_a_choice_that_cannot_be_judged_is_told_with_its_line(tmp_path, belief, flows, said):
    with pytest.raises(InputError) as caught:
        check(chosen(tmp_path, belief, flows), "a: b")
    assert said in str(caught.value)
    assert "exercise.yaml:" in str(caught.value)


def test_one_reading_of_a_belief_can_be_named(tmp_path):
    dash = GIVEN.replace("        - podSelector:\n            matchLabels:\n              app: prometheus\n",
                         "        - namespaceSelector: {}\n          podSelector:\n            matchLabels:\n"
                         "              app: prometheus\n")  # fmt: skip
    tables = {}
    for value in ("and", "or"):
        name = f"dash-is-decoration:{value}"
        made = chosen(tmp_path / value, name, given_yaml=dash)
        assert set(believer_tables(made)[name].values()) == {"no"}
        tables[value] = true_table(made)
    assert tables["or"][FLOWS[0]] == "yes"
    assert tables["and"] != tables["or"]


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: mailer, namespace: shop}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000}
  containers:
    - {name: mailer, image: busybox, securityContext: {runAsUser: 2000}}
"""


def test_questions_about_containers_can_disprove_a_belief_as_well(tmp_path):
    made = made_up(
        tmp_path,
        "predict: {namespace: shop, disproves: pod-level-wins, questions: [mailer uid, mailer gid]}\n",
    )
    (made.folder / "given.yaml").write_text(POD, encoding="utf-8")
    assert true_table(made) == {"mailer uid": "yes", "mailer gid": "no"}
    (found,) = check(made, "mailer uid: no\nmailer gid: no\n").findings
    assert found.misconceptions[0] == "pod-level-wins"
    assert "In the cluster it is 2000" in found.because
    assert "expects 1000" in found.because
    ((line, truth, believed, _),) = otherwise(made, "pod-level-wins")
    assert (line, truth, believed) == ("mailer uid", "2000", "1000")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return chosen(tmp_path_factory.mktemp("choice"))


@settings(deadline=None, max_examples=30)
@given(answers=st.lists(st.sampled_from(["yes", "no"]), min_size=4, max_size=4))
def test_committing_earns_half_and_each_right_line_its_share(kept, answers):
    table = dict(zip(FLOWS, answers, strict=True))
    right = sum(table[line] == word for line, word in TRUE.items())
    assert check(kept, written(table)).score == 2 + 2 * right / 4
