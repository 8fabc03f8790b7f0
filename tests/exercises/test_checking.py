from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.answers import Answer, file_answer, learner_answer
from autograder.exercises.checking import broken, check, check_answer, unreadable, world_of
from autograder.exercises.findings import finding, messages, told
from autograder.manifests.limits import InputError

from .course import EXERCISES, ONLY_API, REFUSE_IT, made_up, policy

RIGHT = {sample.name: sample.text for sample in ONLY_API.right}
WRONG = {sample.name: sample.text for sample in ONLY_API.wrong}


def ids(result):
    return [found.id for found in result.findings]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_earns_everything_and_no_error(name):
    result = check(ONLY_API, RIGHT[name])
    assert (result.status, result.score, result.max) == ("pass", 4.0, 4.0)
    assert ids(result) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(ONLY_API.starter, "answer-untouched", id="the starter"),
        pytest.param("\n" + ONLY_API.starter + "\n\n", "answer-untouched", id="the starter with blank lines"),
        pytest.param("", "answer-empty", id="nothing"),
        pytest.param("# words\n---\n", "answer-empty", id="comments"),
        pytest.param("kind: [", "manifest-rejected", id="half a document"),
        pytest.param("a: b", "not-a-manifest", id="something else in YAML"),
        pytest.param("x" * (1 << 20 | 1), "answer-too-large", id="far too much"),
        pytest.param(policy(spec="podSelecter: {}"), "manifest-rejected", id="an unknown field"),
    ],
)
def test_what_earns_nothing(text, found):
    result = check(ONLY_API, text)
    assert (result.status, result.score) == ("fail", 0.0)
    assert found in ids(result)


def test_a_believer_is_recognized():
    result = check(ONLY_API, WRONG["pod-peer-any-namespace"])
    assert result.status == "fail"
    assert result.misconceptions == ("pod-peer-any-namespace",)
    (found,) = result.findings
    assert found.id == "flow-too-closed"
    assert found.subject == "monitoring/prometheus -> shop/db TCP 9187"
    assert found.wanted == "monitoring/prometheus can reach shop/db on TCP 9187. prometheus reads metrics."
    assert found.got == "It cannot reach shop/db on TCP 9187."
    assert found.misconceptions == ("pod-peer-any-namespace",)
    assert (found.file, found.line) == ("<answer>", 17)
    assert found.weight == 1.0
    assert found.see == "course/01-doors.ipynb"
    assert found.nearby == "shop/api -> shop/db TCP 5432 is open, as it should be."


def test_what_leaks_is_told_first_and_caps_the_score():
    result = check(ONLY_API, WRONG["x-too-wide"])
    assert ids(result) == ["secret-flow-open", "flow-too-open"]
    first, second = result.findings
    assert first.subject == "office (203.0.113.7) -> shop/db TCP 5432"
    assert not first.folded
    assert second.folded
    assert 0 <= result.score <= 2.0


def test_of_two_leaks_neither_lifts_the_score_above_half():
    wide = RIGHT["1-two-rules"] + "    - from:\n        - ipBlock: {cidr: 203.0.113.7/32}\n"
    result = check(ONLY_API, wide)
    assert ids(result) == ["secret-flow-open"]
    assert result.score == 2.0


def test_doing_worse_than_the_starter_earns_nothing():
    closed = policy(spec="{podSelector: {}, policyTypes: [Ingress, Egress]}").replace("spec:\n", "spec:")
    assert check(ONLY_API, closed).score == 0.0


@pytest.mark.parametrize(
    ("added", "found", "subject", "line"),
    [
        pytest.param(
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring, labels: {a: b}}\n",
            "kind-not-allowed",
            "Namespace monitoring",
            25,
            id="a namespace relabelled",
        ),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
            "kind-not-allowed",
            "ConfigMap x",
            25,
            id="a kind that is not evaluated",
        ),
        pytest.param(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: monitoring}\n"
            "spec: {podSelector: {}}\n",
            "namespace-not-allowed",
            "NetworkPolicy monitoring/p",
            25,
            id="a policy in another namespace",
        ),
        pytest.param("a: b\n", "not-a-manifest", "document 2", 25, id="no manifest"),
    ],
)
def test_what_an_answer_may_not_hold_is_set_aside_and_told(added, found, subject, line):
    result = check(ONLY_API, RIGHT["1-two-rules"] + "---\n" + added)
    (only,) = [told_ for told_ in result.findings if told_.severity == "error"]
    assert (only.id, only.subject, only.line) == (found, subject, line)
    assert result.status == "fail"
    assert 0 < result.score < result.max


def test_an_object_of_the_world_is_replaced_and_not_joined(tmp_path):
    made = made_up(
        tmp_path,
        "intent: {namespace: shop, flows: [{from: web, to: db, ports: 5432, expect: allow}]}\n",
    )
    closed = policy("given", "podSelector: {}")
    world = made.folder / "world.yaml"
    world.write_text(world.read_text(encoding="utf-8") + "---\n" + closed, encoding="utf-8")
    assert (
        check(made, policy("given", "{podSelector: {}, ingress: [{}]}").replace("spec:\n ", "spec:")).status == "pass"
    )
    assert check(made, policy("other", "podSelector: {matchLabels: {app: web}}")).status == "fail"


def test_an_answer_may_change_pods_and_namespaces_where_the_intent_allows_it(tmp_path):
    made = made_up(
        tmp_path,
        "intent: {namespace: [shop, monitoring], allow: [Namespace], "
        "flows: [{from: monitoring/prometheus, to: db, ports: 9187, expect: allow}]}\n",
    )
    world = made.folder / "world.yaml"
    given = policy("given", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ops}}}]}]}")
    world.write_text(world.read_text(encoding="utf-8") + "---\n" + given.replace("spec:\n ", "spec:"), encoding="utf-8")
    labelled = "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring, labels: {team: ops}}\n"
    assert check(made, labelled).status == "pass"
    assert ids(check(made, labelled + "---\n" + policy())) == ["kind-not-allowed"]


def test_a_namespace_that_is_not_written_is_taken_for_the_intents_and_noted():
    result = check(ONLY_API, RIGHT["1-two-rules"].replace("  namespace: shop\n", ""))
    assert result.status == "pass"
    (note,) = result.findings
    assert (note.id, note.severity, note.folded) == ("namespace-not-written", "note", False)


def test_what_kubectl_does_not_say_is_a_warning_that_costs_nothing():
    result = check(ONLY_API, RIGHT["1-two-rules"].replace("spec:\n", "spec:\n  podSelector: {}\n", 1))
    assert result.status == "pass"
    assert ids(result) == ["manifest-warning"]


def test_every_refusal_is_told_the_first_one_in_full():
    text = (
        policy(spec="{podSelecter: {}, engress: []}").replace("spec:\n ", "spec:")
        + "---\n"
        + policy("b", "polcyTypes: []")
    )
    result = check(ONLY_API, text)
    assert ids(result) == ["manifest-rejected"] * len(result.findings)
    assert [found.folded for found in result.findings] == [False] + [True] * (len(result.findings) - 1)
    assert result.findings[0].title == "The API server refuses this manifest"
    assert "podSelecter" in result.findings[0].got
    assert result.judgement is None
    assert result.effect() is None


def test_more_than_anybody_writes_is_not_judged():
    ports = ", ".join(f"{{port: {number}}}" for number in range(1, 1000))
    many = policy(spec=f"{{podSelector: {{}}, ingress: [{{ports: [{ports}]}}]}}")
    result = check(ONLY_API, many)
    assert ids(result) == ["answer-too-large"]
    assert "1000 objects, rules, peers and ports" in result.findings[0].wanted


@pytest.mark.parametrize(
    "text", ["---\na: b\n" * 150, "---\nkind: NetworkPolicy\n" * 150, policy(spec="x: 1") + "---\nx: {\n" * 150]
)
def test_broken_text_without_end_is_told_in_few_findings(text):
    assert 0 < len(check(ONLY_API, text).findings) <= 25


def test_a_text_with_too_many_documents_is_refused():
    result = check(ONLY_API, "---\na: b\n" * 300)
    assert ids(result) == ["manifest-rejected"]


# -- refusals as the task ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status", "found"),
    [
        pytest.param(policy(spec="{podSelector: {}, ingress: [{from: [{}]}]}"), "pass", [], id="refused as asked"),
        pytest.param(
            policy(spec="{podSelector: {}, egress: [{to: [{}]}]}"),
            "fail",
            ["rejected-otherwise"],
            id="refused otherwise",
        ),
        pytest.param(policy(spec="podSelector: {}"), "fail", ["not-rejected"], id="taken"),
        pytest.param("kind: [", "fail", ["rejected-otherwise"], id="no YAML"),
    ],
)
def test_a_refusal_that_is_asked_for(text, status, found):
    result = check(REFUSE_IT, text)
    assert result.status == status
    assert [told_.id for told_ in result.findings if told_.severity == "error"] == found
    assert result.score == (2.0 if status == "pass" else 0.0)


def test_being_taken_can_be_all_that_is_asked(tmp_path):
    made = made_up(tmp_path, "intent: {namespace: shop, rejected: false}\n", starter=policy(spec="podSelecter: {}"))
    assert check(made, policy(spec="podSelector: {}")).status == "pass"
    assert check(made, policy(spec="podSelektor: {}")).score == 0.0


# -- the exercise itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "starter", "said"),
    [
        pytest.param(
            "intent: {namespace: shop, flows: [{from: wbe, to: db, ports: 1, expect: deny}]}\n",
            "# Yours.\n",
            "exercise.yaml:7: flows[0].from: there is no endpoint wbe; did you mean web?",
            id="a misspelt endpoint",
        ),
        pytest.param(
            "intent: {namespace: shop, flows: [{from: web, to: db, ports: 1, expect: allow}]}\n",
            policy(spec="ingress: [{}]"),
            "the starter already is a right answer",
            id="nothing to do",
        ),
    ],
)
def test_a_broken_exercise_is_told(tmp_path, asks, starter, said):
    made = made_up(tmp_path, asks, starter=starter)
    with pytest.raises(InputError) as caught:
        check(made, policy())
    assert said in str(caught.value)


def test_a_broken_world_is_told_with_its_line(tmp_path):
    made = made_up(tmp_path, "intent: {namespace: shop, flows: [{from: web, to: db, ports: 1, expect: deny}]}\n")
    (made.folder / "world.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspek: {}\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"world\.yaml:\d+: .*spek"):
        check(made, policy())


def test_the_result_of_a_broken_exercise_and_of_a_broken_notebook():
    assert (broken("x", "no world").status, broken("x", "no world").max) == ("error", 0.0)
    result = unreadable(ONLY_API, "shop.ipynb is not a notebook")
    assert (result.status, result.score, result.max, ids(result)) == ("fail", 0.0, 4.0, ["answer-unreadable"])


# -- where the answer comes from ------------------------------------------------------------------------


def test_a_missing_answer_is_a_failed_one(tmp_path):
    result = check_answer(ONLY_API, learner_answer(ONLY_API, tmp_path))
    assert (result.status, ids(result)) == ("fail", ["answer-missing"])
    assert "%%manifest only-api" in result.findings[0].wanted


def test_notes_about_the_answer_are_told_after_what_is_wrong_with_it():
    note = finding("answers-differ", counts="a", other="b", exercise="only-api")
    answer = Answer("only-api", WRONG["x-too-wide"], "answers/only-api.yaml", "changed", "file", (note,))
    result = check_answer(ONLY_API, answer)
    assert ids(result) == ["secret-flow-open", "flow-too-open", "answers-differ"]
    assert result.findings[0].file == "answers/only-api.yaml"


def test_an_answer_in_a_named_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(RIGHT["2-two-policies"], encoding="utf-8")
    assert check_answer(ONLY_API, file_answer(ONLY_API, path)).status == "pass"


# -- findings -------------------------------------------------------------------------------------------


def test_findings_are_told_too_open_before_too_closed_and_notes_last():
    texts = messages().values()
    names = dict.fromkeys(re.findall(r"\{(\w+)\}", " ".join(part for text in texts for part in text.values())), "x")
    del names["file"]
    made = [
        finding(name, **names)
        for name in ("namespace-not-written", "flow-too-closed", "flow-too-open", "secret-flow-open")
    ]
    ordered = told(made)
    assert [found.id for found in ordered] == [
        "secret-flow-open",
        "flow-too-open",
        "flow-too-closed",
        "namespace-not-written",
    ]
    assert [found.folded for found in ordered] == [False, True, True, False]


@pytest.mark.parametrize("name", messages())
def test_every_message_says_what_kind_of_fault_it_is(name):
    texts = messages()[name]
    needed = {"title", "subject", "wanted", "got", "because"}
    assert needed <= set(texts) <= needed | {"see", "severity"}
    assert texts.get("severity", "error") in ("error", "warning", "note")
    assert not texts["title"].endswith(".")


# -- properties -------------------------------------------------------------------------------------------


def test_reading_the_world_happens_once():
    assert world_of(ONLY_API) is world_of(EXERCISES.get("only-api"))


lines = st.sampled_from(
    RIGHT["1-two-rules"].splitlines() + WRONG["x-too-wide"].splitlines() + ["---", "", "  - {}", "\t", "a: *b", "? x"]
)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=300) | st.lists(lines, max_size=30).map("\n".join))
def test_no_text_raises_and_every_score_lies_in_its_bounds(text):
    result = check(ONLY_API, text)
    assert 0 <= result.score <= result.max
    assert (result.status == "pass") is (result.score == result.max)
    assert result.status == "pass" or any(found.severity == "error" for found in result.findings)
    assert sum(found.severity == "error" and not found.folded for found in result.findings) <= 1


shuffles = st.permutations(RIGHT["2-two-policies"].split("---\n"))


@settings(deadline=None, max_examples=20)
@given(shuffles, st.sampled_from(["", "# words\n", "---\n"]), st.sampled_from(["\n", "\r\n"]))
def test_a_right_answer_stays_right_however_it_is_laid_out(documents, before, ending):
    text = (before + "\n---\n".join(documents)).replace("\n", ending)
    assert check(ONLY_API, text).status == "pass"
