from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.checking import check
from autograder.exercises.predictions import check_prediction, commit, compared, read_table, true_table
from autograder.manifests.limits import InputError

from .course import ONLY_API, WHO_TALKS, made_up

TRUE = """\
web -> db:5432: deny
api -> db:5432: allow
monitoring/prometheus -> db:9187: deny
office -> web:8080: allow
"""
BELIEVED = TRUE.replace("9187: deny", "9187: allow")


def ids(result):
    return [found.id for found in result.findings]


@pytest.mark.parametrize(
    ("text", "score", "found"),
    [
        pytest.param(TRUE, 2.0, [], id="all right"),
        pytest.param("# %%predict who-talks\n" + TRUE, 2.0, [], id="with the cell's first line"),
        pytest.param(TRUE.replace("deny", "Denied"), 2.0, [], id="in other words"),
        pytest.param(TRUE.replace(" -> ", "  ->  "), 2.0, [], id="with more blanks"),
        pytest.param("{" + TRUE.replace("\n", ", ") + "}", 2.0, [], id="in flow style"),
        pytest.param(BELIEVED, 1.75, ["prediction-wrong"], id="three of four"),
        pytest.param(
            TRUE.replace("allow", "x").replace("deny", "allow").replace("x", "deny"),
            1.0,
            ["prediction-wrong"] * 4,
            id="all wrong: committing counts half",
        ),
        pytest.param(WHO_TALKS.starter, 0.0, ["prediction-missing"] * 4, id="the empty table"),
        pytest.param("", 0.0, ["prediction-missing"] * 4, id="nothing"),
        pytest.param(TRUE.replace("web:8080: allow", "web:8080:"), 0.0, ["prediction-missing"], id="one left open"),
        pytest.param(
            TRUE.replace("web:8080: allow", "web:8080: perhaps"), 0.0, ["prediction-unreadable"], id="a third answer"
        ),
        pytest.param(
            TRUE.replace("web:8080: allow", "web:8080: yes"), 0.0, ["prediction-unreadable"], id="yes is not allow"
        ),
        pytest.param(TRUE + "web -> db:80: deny\n", 0.0, ["prediction-unreadable"], id="a flow that nobody asked for"),
        pytest.param(TRUE + "web -> db:5432: allow\n", 0.0, ["prediction-unreadable"], id="a flow twice"),
        pytest.param("- allow\n", 0.0, ["prediction-unreadable"] + ["prediction-missing"] * 4, id="a list"),
        pytest.param("web: [", 0.0, ["prediction-unreadable"] + ["prediction-missing"] * 4, id="no YAML"),
        pytest.param("x" * (2 << 20), 0.0, ["prediction-unreadable"], id="far too much"),
    ],
)
def test_what_a_prediction_is_worth(text, score, found):
    result = check(WHO_TALKS, text)
    assert result.score == score
    assert (result.status == "pass") is (score == result.max)
    assert ids(result) == found


def test_a_prediction_that_fits_a_misconception_says_so_and_why():
    result = check(WHO_TALKS, BELIEVED)
    assert result.misconceptions == ("pod-peer-any-namespace",)
    (found,) = result.findings
    assert (found.subject, found.wanted, found.got) == ("monitoring/prometheus -> db:9187", "deny", "allow")
    assert (found.file, found.line) == ("given.yaml", 11)
    assert "shop/db" in found.because


def test_nothing_is_revealed_before_all_is_predicted(tmp_path):
    half = TRUE.replace("web:8080: allow", "web:8080:")
    assert commit(WHO_TALKS, tmp_path, half) is None
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="reveals nothing"):
        compared(WHO_TALKS, read_table(WHO_TALKS, half))
    assert not any("because" in found.because for found in check(WHO_TALKS, half).findings)


def test_a_complete_prediction_is_kept_beside_the_answers(tmp_path):
    path = commit(WHO_TALKS, tmp_path, "%%predict who-talks\n" + BELIEVED)
    assert path == tmp_path / "answers" / "who-talks.prediction.yaml"
    assert path.read_text(encoding="utf-8") == "# %%predict who-talks\n" + BELIEVED


def test_predictions_are_compared_with_the_truth_misses_first():
    rows = compared(WHO_TALKS, read_table(WHO_TALKS, BELIEVED))
    assert (rows[0].text, rows[0].predicted, rows[0].truth, rows[0].right) == (
        "monitoring/prometheus -> db:9187",
        "allow",
        "deny",
        False,
    )
    assert [row.right for row in rows] == [False, True, True, True]


def test_the_true_table_is_a_prediction_that_comes_true():
    table = "".join(f"{flow}: {verdict}\n" for flow, verdict in true_table(WHO_TALKS).items())
    assert check_prediction(WHO_TALKS, table).status == "pass"


def test_a_line_that_is_wrong_is_told_with_its_number_and_the_nearest_flow():
    (found,) = read_table(WHO_TALKS, TRUE.replace("web -> db", "wbe -> db")).findings[:1]
    assert (found.line, found.subject) == (1, "wbe -> db:5432")
    assert found.got == "a flow that is not asked for; did you mean web -> db:5432?"


def test_an_exercise_that_asks_for_no_prediction_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="asks for no prediction"):
        read_table(ONLY_API, "")


@pytest.mark.parametrize(
    ("flows", "given_yaml", "said"),
    [
        pytest.param(
            '["app=web -> db:80", "* -> api:80"]', "", "must name one endpoint on either side", id="many at once"
        ),
        pytest.param('["web -> web:80"]', "", "asks for nothing", id="a Pod to itself"),
        pytest.param('["office -> web:80"]', "203.0.113.0/25", "has no single verdict", id="a block of two minds"),
        pytest.param('["wbe -> db:80"]', "", "did you mean web?", id="a misspelt endpoint"),
    ],
)
def test_a_prediction_that_cannot_be_judged_is_told(tmp_path, flows, given_yaml, said):
    made = made_up(tmp_path, f"predict: {{namespace: shop, outside: {{office: 203.0.113.0/24}}, flows: {flows}}}\n")
    if given_yaml:
        (made.folder / "given.yaml").write_text(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\n"
            f"spec: {{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: {given_yaml}}}}}]}}]}}\n",
            encoding="utf-8",
        )
    with pytest.raises(InputError) as caught:
        check(made, "a: b")
    assert said in str(caught.value)


def test_a_block_with_one_verdict_can_be_predicted(tmp_path):
    made = made_up(
        tmp_path, 'predict: {namespace: shop, outside: {office: 203.0.113.0/24}, flows: ["office -> web:80"]}\n'
    )
    assert check(made, "office -> web:80: allow").status == "pass"


words = st.sampled_from([*TRUE.splitlines(), *WHO_TALKS.starter.splitlines(), "- a", "---", "x: {", "", "web: 1"])


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200) | st.lists(words, max_size=8).map("\n".join))
def test_no_table_raises(text):
    result = check(WHO_TALKS, text)
    assert 0 <= result.score <= 2
    assert result.score == 0 or read_table(WHO_TALKS, text).committed
