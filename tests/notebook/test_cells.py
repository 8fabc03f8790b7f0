"""The cells of a notebook as a learner runs them: what is saved, what is shown, and that nothing ever raises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course import find_course
from autograder.exercises.checking import check as exercises_check
from autograder.exercises.shape import nearest
from autograder.exercises.spec import Exercise, Exercises
from autograder.notebook import check, compare, hint, show, solution, task
from autograder.notebook.cells import MISSPELT, manifest, predict
from autograder.notebook.findings import result_html
from autograder.notebook.html import element
from autograder.notebook.output import Output
from autograder.notebook.reasons import invitation

INTERSECT = "np-union/cache-shards/wrong/policies-intersect.yaml"
RIGHT = "np-union/cache-shards/right/1-ports-in-the-rule.yaml"
GIVEN = "practice/two-seasons/given.yaml"
pytestmark = pytest.mark.usefixtures("desk")

BELIEF = "Several policies leave only what all of them allow"
PREDICTED = "api -> cache:7003: deny\napi -> cache:7007: allow\napi -> cache:7009: deny\nweb -> cache:7007: deny\n"
HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: mine, namespace: shop}\n"


# --- %%manifest -----------------------------------------------------------------------------------------------------


def test_the_text_is_saved_beside_the_notebook_line_for_line(desk, sample):
    text = sample(RIGHT)
    manifest("cache-shards", text)
    saved = (desk / "answers/cache-shards.yaml").read_text(encoding="utf-8")
    assert saved == f"# %%manifest cache-shards\n{text}"


def test_what_changes_is_shown_before_and_after(sample, look):
    text, tags = look(manifest("cache-shards", sample(RIGHT)))
    assert "Accepted." in text
    assert "Saved as answers/cache-shards.yaml." in text
    assert "TCP 7001-7008was every port" in text
    headers = [attributes["scope"] for tag, attributes in tags if tag == "th"]
    assert set(headers) == {"col", "row"}


def test_the_text_twin_says_the_same(sample):
    lines = str(manifest("cache-shards", sample(RIGHT))).splitlines()
    assert lines == ["Accepted.", "shop/api -> shop/cache: TCP 7001-7008 (was every port; less than before)"]


def test_a_verdict_that_changed_unfolds_to_its_reason_for_a_click_or_a_key(sample, look):
    text, tags = look(manifest("cache-shards", sample(RIGHT)))
    folded = [attributes for tag, attributes in tags if tag == "details" and attributes.get("class") == "pg-why"]
    assert folded == [{"class": "pg-why"}]  # closed at first
    assert sum(tag == "summary" for tag, _ in tags) == 2  # the verdict, and all columns
    assert "TCP 7001: allowed.shop/cache-clients lets it in by ingress rule 1" in text
    assert "TCP 7009: denied.shop/cache-clients closes ingress into shop/cache" in text
    assert "Click an underlined verdict, or press Enter on it, to see why." in text
    assert "have none" not in text


def test_a_closed_port_is_explained_as_closed(look):
    text, _ = look(manifest("mine", HEAD + "spec: {podSelector: {matchLabels: {app: cache}}}\n"))
    assert "TCP 7001: denied.shop/mine closes ingress into shop/cache, and it has no rule that opens anything." in text


def test_a_destination_that_declares_nothing_is_explained_by_a_port_that_people_know(look):
    body = (
        HEAD
        + "spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}\n"
    )
    text, _ = look(manifest("mine", body))
    assert "TCP 443: denied.shop/mine closes egress out of shop/web" in text


def test_many_changes_carry_a_few_reasons_and_the_rest_is_counted(look):
    text, tags = look(manifest("mine", HEAD + "spec: {podSelector: {}}\n"))
    assert sum(attributes.get("class") == "pg-why" for tag, attributes in tags if tag == "details") == 12
    assert "To keep this short, 9 more have none." in text
    assert "1 more has none." in str(invitation({("a", "b"): element("p", "why")}, 2))


def test_a_verdict_that_is_open_says_why_before_those_that_are_closed(look):
    rule = "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}"
    body = HEAD + f"spec: {{podSelector: {{}}, ingress: [{rule}]}}\n"
    output = manifest("mine", body)
    text, _ = look(output)
    assert text.count("TCP 8080: allowed.shop/mine lets it in by ingress rule 1") == 1
    assert "lets it in" not in str(output)  # the text twin lists verdicts alone


def test_a_name_of_ones_own_acts_in_the_shop(look):
    text, _ = look(manifest("my-policy", HEAD + "spec: {podSelector: {matchLabels: {app: web}}}\n"))
    assert "shop/web" in text
    assert "closed" in text


def test_another_world_is_found_beside_the_notebook(desk, look):
    (desk / "harbor.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: crane, namespace: harbor}\n"
        "spec: {containers: [{name: crane, image: crane}]}\n",
        encoding="utf-8",
    )
    policy = HEAD.replace("shop", "harbor") + "spec: {podSelector: {}}\n"
    text, _ = look(manifest("quiet --world harbor", policy))
    assert "harbor/crane" in text
    assert "harbor/crane" in str(compare("quiet", "no-rules-allow"))


def test_a_text_that_is_no_manifest_is_told_so(look):
    text, _ = look(manifest("mine", "# nothing yet\n"))
    assert "There is no manifest in this cell." in text


def test_a_policy_that_selects_nobody_changes_nothing(look):
    text, _ = look(manifest("mine", HEAD + "spec: {podSelector: {matchLabels: {app: nobody}}}\n"))
    assert "Nothing changes." in text


def test_a_kind_that_does_not_count_is_named(look):
    text, _ = look(manifest("cache-shards", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"))
    assert "Namespace shop counts for nothing in this exercise." in text


def test_an_exercise_that_is_misspelt_is_suggested(look):
    text, _ = look(manifest("cache-shard", HEAD + "spec: {}\n"))
    assert "There is no exercise cache-shard. Did you mean cache-shards?" in text


def test_a_name_of_a_lesson_is_no_slip_of_the_keyboard(look):
    found = find_course(around=Path.cwd())
    lines = [line for lesson in (found.root / "course").glob("*.ipynb") for line in lesson.read_text().splitlines()]
    names = {match[1] for line in lines if (match := re.search(r'"%%manifest ([a-z0-9-]+)\\n', line))}
    exercises = set(Exercises(found).ids)
    own = sorted(names - exercises)
    assert len(own) > 20
    assert {name: nearest(name, exercises, MISSPELT) for name in own} == dict.fromkeys(own)
    text, _ = look(manifest("search-closed", HEAD + "spec: {}\n"))
    assert "Did you mean" not in text


def test_an_exercise_is_a_world_as_well():
    cell = "apiVersion: v1\nkind: Pod\nmetadata: {name: mine, namespace: shop}\n"
    cell += "spec: {containers: [{name: mine, image: shop/cache:1.9}]}\n"
    assert "mine: user id unknown" in str(manifest("mine", cell))
    assert "mine: user id 0" in str(manifest("mine --world shop-today", cell))


def test_one_message_about_three_faults_is_told_once(look):
    rule = "{from: [{}], ports: [{port: '8080', protocol: ANY}]}"
    text, _ = look(manifest("mine", HEAD + f"spec: {{podSelector: {{}}, ingress: [{rule}]}}\n"))
    assert "This is refused, for 3 reasons." in text
    assert text.count('The NetworkPolicy "mine" is invalid') == 1
    assert text.count("What to do:") == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("", "Write one name behind the %%", id="no name"),
        pytest.param("two names", "Write one name behind the %%", id="two names"),
        pytest.param("../../etc/passwd", "is no name. Use small letters", id="a path"),
        pytest.param("x" * 49, "is no name. Use small letters", id="a name that is too long"),
        pytest.param("'unclosed", "is no name. Use small letters", id="an open quote"),
        pytest.param("mine --world", "is no name. Use small letters", id="a world without a name"),
        pytest.param("mine --world nowhere", "There is no scene 'nowhere'", id="a world that is not there"),
    ],
)
def test_a_line_that_cannot_be_understood_gets_one_sentence(look, line, words):
    text, _ = look(manifest(line, HEAD))
    assert words[1:] in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        pytest.param(
            "metadata:\n  name: a\n namespace: b\n",
            4,
            "did not find expected key",
            id="YAML that does not hold together",
        ),
        pytest.param(
            HEAD + "spec:\n  podselector: {}\n", 6, 'unknown field "spec.podselector"', id="a field that is misspelt"
        ),
        pytest.param(
            HEAD + "spec:\n  policyTypes: [Ingres]\n", 6, 'Unsupported value: "Ingres"', id="a value that is not taken"
        ),
        pytest.param(
            HEAD + "spec:\n  ingress: [{from: [{namespaceSelector: [a]}]}]\n", 6, "cannot unmarshal array", id="a list"
        ),
    ],
)
def test_what_is_refused_is_shown_at_its_line_with_a_caret(look, body, line, words):
    output = manifest("mine", body)
    text, tags = look(output)
    assert "This is refused" in text
    assert f"Line {line}:" in text
    assert words in text
    assert "^" in text
    assert f"line {line}: " in str(output)
    assert [name["aria-label"] for tag, name in tags if tag == "pre"] == [f"Your answer around line {line}"]


def test_many_problems_are_folded(look):
    body = HEAD + "spec:\n  podSelector: {}\n" + "".join(f"  field{number}: 1\n" for number in range(30))
    text, tags = look(manifest("mine", body))
    assert text.count("unknown field") >= 1
    assert sum(tag == "details" for tag, _ in tags) <= 1


# --- %%predict ------------------------------------------------------------------------------------------------------


def test_an_unfinished_prediction_reveals_nothing_and_is_not_saved(desk, look):
    text, _ = look(predict("two-seasons", PREDICTED.replace("7009: deny", "7009:")))
    assert "Not yet" in text
    assert "api -> cache:7009" in text
    assert "7003" not in text
    assert not (desk / "answers").exists()


def test_a_finished_prediction_is_saved_and_the_truth_comes_with_the_next_cell(sample, look):
    assert "Noted" in look(predict("two-seasons", PREDICTED))[0]
    text, _ = look(manifest("two-seasons", sample(GIVEN)))
    assert "2 of 4 turned out otherwise than you predicted." in text
    assert text.index("cache:7003") < text.index("cache:7007")  # misses first
    assert BELIEF in text
    assert "api -> cache:7003 is allowed. You said deny." in text


def test_counter_examples_are_chosen_and_then_looked_at(sample, look):
    nothing = "".join(f"{line}: no\n" for line in (
        "web -> api:8080", "web -> api:9102", "cache -> api:8080", "monitoring/prometheus -> api:9102",
        "monitoring/grafana -> api:8080", "web -> cache:7003",
    ))  # fmt: skip
    assert "every line needs yes or no" in look(predict("sum-or-rest", nothing.replace("7003: no", "7003:")))[0]
    assert "Noted" in look(predict("sum-or-rest", nothing))[0]
    text, _ = look(manifest("sum-or-rest", sample("practice/sum-or-rest/given.yaml")))
    assert "3 of 6 lines are not as you said." in text
    assert "Somebody who believes this would answer as you did:" in text
    assert BELIEF in text
    assert "In the cluster it is allow, and whoever believes" in text
    assert "together, as believed: closed" in str(compare("sum-or-rest", "policies-intersect"))
    assert "1.5 of 2" in look(check("sum-or-rest"))[0]


TESTS = "api -> cache:7010: allow\nmonitoring/prometheus -> cache:7001: deny\n"


def test_tests_are_saved_and_put_to_the_suspects_by_check(desk, look):
    assert "Noted" in look(predict("cache-on-trial", TESTS))[0]
    saved = (desk / "answers/cache-on-trial.prediction.yaml").read_text(encoding="utf-8")
    assert saved == f"# %%predict cache-on-trial\n{TESTS}"
    output = check("cache-on-trial")
    text, tags = look(output)
    assert repr(output) == "3.00"
    assert [attributes["scope"] for tag, attributes in tags if tag == "th"].count("row") == 2
    assert text.count("fails") == 3  # e the first line, a and c the second
    assert text.count("passes") >= 7


def test_a_suspect_that_gets_through_is_named_with_the_belief_behind_it(look):
    predict("cache-on-trial", TESTS.partition("\n")[0] + "\n")
    text, _ = look(check("cache-on-trial"))
    assert "A wrong policy gets through: suspects/a.yaml" in text
    assert "This policy would be right if this were true:" in text
    assert BELIEF in text
    assert "prometheus ->" not in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param("", "Not yet: there is no line in it.", id="nothing"),
        pytest.param(TESTS + "wbe -> cache:80: deny\n", "did you mean web?", id="a misspelt Pod"),
        pytest.param(TESTS + "web: [", "Not yet: not every line can be read as a test.", id="no YAML"),
    ],
)
def test_tests_that_cannot_be_read_are_told_and_not_saved(desk, look, table, words):
    text, _ = look(predict("cache-on-trial", table))
    assert words in text
    assert not (desk / "answers").exists()


def test_a_cell_with_manifests_for_tests_shows_what_they_do_and_is_no_answer(desk, sample, look):
    text, _ = look(manifest("cache-on-trial", sample("practice/cache-on-trial/suspects/b.yaml")))
    assert "Accepted: 2 objects." in text
    assert (desk / "answers/cache-on-trial.yaml").is_file()
    assert "No answer yet" in look(check("cache-on-trial"))[0]


def test_a_right_prediction_names_no_belief(sample, look):
    predict("two-seasons", PREDICTED.replace("7003: deny", "7003: allow").replace("7009: deny", "7009: allow"))
    text, _ = look(manifest("two-seasons", sample(GIVEN)))
    assert "You predicted all of it." in text
    assert BELIEF not in text


def test_without_a_prediction_the_cell_still_runs(sample, look):
    text, _ = look(manifest("two-seasons", sample(GIVEN)))
    assert "You have not predicted yet." in text
    assert "TCP 7001-7010" in text


def test_a_prediction_is_graded_like_anything_else():
    predict("two-seasons", PREDICTED)
    assert repr(check("two-seasons")) == "1.50"


@pytest.mark.parametrize("text", ["", "[", "allow", "api -> cache:7003: perhaps\n", "other -> cache:1: allow\n"])
def test_a_prediction_in_any_other_form_is_told_kindly(look, text):
    shown, _ = look(predict("two-seasons", text))
    assert "Not yet" in shown


def test_an_exercise_that_asks_for_manifests_is_no_prediction(look):
    text, _ = look(predict("cache-shards", "a: allow"))
    assert "Begin its cell with %%manifest cache-shards." in text


# --- check ----------------------------------------------------------------------------------------------------------


def test_a_believer_in_intersection_gets_the_belief_and_the_flow_that_disproves_it(sample, look):
    manifest("cache-shards", sample(INTERSECT))
    report = check("cache-shards")
    text, tags = look(report)
    assert repr(report) == "0.00"
    assert f"Your answer would be right if this were true:“{BELIEF}”" in text
    assert "It is not so. Policies add up." in text
    assert "The proof: shop/api -> shop/cache TCP 7009 would be closed then. In Kubernetes it is open." in text
    folded = [attributes.get("class") for tag, attributes in tags if tag == "details"]
    assert folded.count(None) == 2  # the other findings, and the table
    assert folded.count("pg-why") == 7  # a reason for each pair that was asked about
    assert text.index(BELIEF) < text.index("more findings")


def test_a_right_answer_gets_a_quiet_confirmation_and_what_to_remember(sample, look):
    manifest("cache-shards", sample(RIGHT))
    report = check("cache-shards")
    text, tags = look(report)
    assert repr(report) == "40.00"
    assert "Right: 40 of 40 points." in text
    assert "Take away: Policies add up." in text
    assert "details" not in {tag for tag, _ in tags}


def test_lines_are_counted_as_the_cell_shows_them(sample, look):
    text = sample(INTERSECT)
    manifest("cache-shards", text)
    report = check("cache-shards")
    number = int(re.search(r"the cell, line (\d+)", str(report))[1])
    assert ["%%manifest cache-shards", *text.splitlines()][number - 1] == "    - from:"
    assert f"{number} - from:" in look(report)[0]


def test_a_line_of_the_world_is_not_shown_as_a_line_of_the_answer(sample, look):
    manifest("cache-shards", sample(RIGHT).replace("name: cache-clients", "name: another-name"))
    text, tags = look(check("cache-shards"))
    assert "world.yaml, line" in text
    assert "pre" not in {tag for tag, _ in tags}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("cache-shards", "No answer yet", id="nothing was answered"),
        pytest.param("cache-shrads", "Did you mean cache-shards?", id="no such exercise"),
        pytest.param("../cache", "is no name", id="a path"),
        pytest.param(7, "7 is no name", id="no text"),
    ],
)
def test_check_without_an_answer_or_an_exercise_earns_nothing_and_says_why(look, name, words):
    report = check(name)
    text, _ = look(report)
    assert words in text
    assert repr(report) == "0.00"


def test_the_starter_earns_nothing(sample, look):
    manifest("cache-shards", sample("np-union/cache-shards/starter.yaml"))
    text, _ = look(check("cache-shards"))
    assert "This is still the starter" in text


def test_the_saved_answer_counts_when_the_kernel_is_new(sample, monkeypatch):
    manifest("cache-shards", sample(RIGHT))
    monkeypatch.setattr("autograder.notebook.cells._RUN", {})
    assert repr(check("cache-shards")) == "40.00"


def test_a_file_that_was_edited_elsewhere_is_not_lost_silently(desk, sample, look):
    manifest("cache-shards", sample(INTERSECT))
    (desk / "answers/cache-shards.yaml").write_text(sample(RIGHT), encoding="utf-8")
    text, _ = look(check("cache-shards"))
    assert "Two different answers" in text


def test_on_a_page_of_feedback_the_line_is_shown_without_the_name_of_a_file(sample, look):
    exercise = Exercises(find_course(around=Path.cwd())).get("cache-shards")
    for text, lines in (
        (sample(INTERSECT), 3),
        (sample(RIGHT).replace("name: cache-clients", "name: another-name"), 0),
    ):
        page = Output(result_html(exercises_check(exercise, text)), "")
        assert sum(tag == "pre" for tag, _ in look(page)[1]) == lines


def test_there_is_no_link_from_the_root_of_the_course_where_nbgrader_grades(desk, sample, look, monkeypatch):
    monkeypatch.chdir(desk.parents[2])
    manifest("cache-shards", sample(INTERSECT))
    text, tags = look(check("cache-shards"))
    assert "Read on: course/09-many-policies.ipynb" in text
    assert "a" not in {tag for tag, _ in tags}


def test_the_lesson_is_a_link_where_it_is_there(desk, sample, look):
    lesson = desk.parents[1] / "course/09-many-policies.ipynb"
    lesson.parent.mkdir()
    lesson.write_text("{}", encoding="utf-8")
    manifest("cache-shards", sample(INTERSECT))
    _, tags = look(check("cache-shards"))
    assert ("a", {"href": "../../course/09-many-policies.ipynb"}) in tags


# --- show, compare, hint ----------------------------------------------------------------------------------------------


def test_the_map_shows_every_namespace_and_pod(look):
    text, tags = look(show("shop"))
    assert "4 namespaces, 7 Pods." in text
    for words in ("namespace shop", "prometheus", "shard-1 … shard-10 7001-7010", "10.244.2.40", "listens on no port"):
        assert words in text
    assert next(name["aria-label"] for tag, name in tags if tag == "section") == "namespace shop"
    assert "cache  app=cache tier=backend  shard-1 … shard-10 7001-7010, metrics 9121  10.244.1.12" in str(show())


def test_the_scene_of_an_exercise_names_the_policies_in_force(look):
    assert "One policy is in force: shop/cache-clients." in look(show("cache-shards"))[0]


def test_the_picture_has_a_name_and_a_text_and_is_open_once_a_policy_is_in_force(look):
    text, tags = look(show("cache-shards"))
    assert "Who reaches whom, as a picture" in text
    assert "shop/api → shop/cache: all ports." in text
    picture = next(attributes for tag, attributes in tags if tag == "svg")
    assert picture["role"] == "img"
    assert set(picture["aria-labelledby"].split()) <= {attributes.get("id") for _, attributes in tags}
    assert [attributes for tag, attributes in tags if tag == "details"] == [{"open": None}]
    assert [attributes for tag, attributes in look(show())[1] if tag == "details"] == [{}]


def test_of_a_large_scene_a_part_is_shown_and_the_rest_counted(desk, look):
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: ship-{0}, namespace: {1}}}\n"
        "spec: {{containers: [{{name: a, image: a}}]}}\n"
    )
    pods = [pod.format(number, "harbor") for number in range(100)] + [pod.format(1, f"pier-{n}") for n in range(100)]
    (desk / "fleet.yaml").write_text("---\n".join(pods), encoding="utf-8")
    output = show("fleet")
    text, tags = look(output)
    assert "101 namespaces, 200 Pods." in text
    assert "and 88 more Pods" in text
    assert "and 77 more namespaces" in text
    assert sum(tag == "section" for tag, _ in tags) == 24
    assert len(output._repr_html_()) < 50_000
    assert len(str(output).splitlines()) == 202
    assert str(output).splitlines()[-2] == "and 102 more lines"


def test_a_scene_without_pods_has_no_picture(desk, look):
    (desk / "void.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: void}\n", encoding="utf-8")
    text, tags = look(show("void"))
    assert "no Pods" in text
    assert "svg" not in {tag for tag, _ in tags}


def test_two_readings_stand_side_by_side(sample, look):
    manifest("two-seasons", sample(GIVEN))
    output = compare("two-seasons", "policies-intersect")
    text, _ = look(output)
    assert "TCP 7001-7005" in text
    assert "together, in Kubernetes✓ open✓ open✓ open✗ closed" in text
    assert "together, as believed✗ closednot so✓ open✗ closednot so✗ closed" in text
    assert str(output).splitlines() == [
        f"Believed: {BELIEF}",
        "shop/api -> shop/cache",
        "  cache-spring alone: TCP 7001-7008",
        "  cache-autumn alone: TCP 7006-7010",
        "  together, in Kubernetes: TCP 7001-7010",
        "  together, as believed: TCP 7006-7008",
    ]


def test_readings_that_agree_are_told_so(sample, look):
    manifest("two-seasons", sample(GIVEN))
    text, _ = look(compare("two-seasons", "dns-is-free"))
    assert "Here both readings agree" in text


@pytest.mark.parametrize(
    ("name", "belief", "words"),
    [
        pytest.param("two-seasons", "policies-intersect", "Run the cell that begins with %%manifest", id="not run"),
        pytest.param("saved", "policies-intersekt", "Did you mean 'policies-intersect'?", id="a misspelt belief"),
        pytest.param("saved", "port-quoted", "nothing can be evaluated under it", id="a belief without a reading"),
        pytest.param("broken", "policies-intersect", "is refused as it stands", id="a text that is refused"),
    ],
)  # fmt: skip
def test_compare_says_what_is_missing(look, name, belief, words):
    manifest("saved", HEAD + "spec: {}\n")
    manifest("broken", "a: [")
    assert words in look(compare(name, belief))[0]


def test_the_task_is_shown_as_markdown_with_what_it_is_worth():
    asked = task("cache-shards")
    assert asked._repr_markdown_().startswith("**Take two shards away** (40 points)\n\nShards 9 and 10 of the cache")
    assert str(asked).startswith("Take two shards away (40 points)\n\nShards 9 and 10 of the cache")
    assert asked._repr_html_ is None


def test_the_task_of_no_exercise_is_a_sentence():
    assert "Did you mean cache-shards?" in str(task("cache-shard"))


def test_hints_come_one_at_a_time_as_markdown():
    first, second = hint("cache-shards"), hint("cache-shards")
    assert first._repr_markdown_().startswith("**Hint.** Which policy lets `api` in")
    assert str(first) != str(second)


def test_the_solution_comes_on_request_or_once_the_answer_is_right(sample):
    manifest("cache-shards", sample(INTERSECT))
    assert 'solution("' not in str(check("cache-shards"))
    assert str(solution("cache-shards")).endswith('To ask, run solution("cache-shards", asked=True).')
    asked = solution("cache-shards", asked=True)
    assert "**A right answer:**\n\n````yaml\n" in asked._repr_markdown_()
    manifest("cache-shards", sample(RIGHT))
    assert str(check("cache-shards")).endswith('For the reasoning, run solution("cache-shards").')
    assert str(solution("cache-shards")) == str(asked)
    assert str(asked).endswith(sample(RIGHT).rstrip())


def test_a_release_for_a_class_sends_people_to_their_instructor(sample, look, monkeypatch):
    monkeypatch.setattr(Exercise, "solution", None)
    manifest("cache-shards", sample(RIGHT))
    assert 'solution("' not in look(check("cache-shards"))[0]
    for asked in (False, True):
        assert "Ask your instructor" in look(solution("cache-shards", asked=asked))[0]


def test_a_belief_that_comes_back_is_told_in_one_sentence(desk, sample, look):
    manifest("cache-shards", sample(INTERSECT))
    assert "answers so far" not in str(check("cache-shards"))
    manifest("db-filter", sample("practice/db-filter/wrong/policies-intersect.yaml"))
    report = check("db-filter")
    sentence = "The same belief fits 2 of your answers so far: cache-shards, db-filter."
    assert sentence in str(report)
    text, _ = look(report)
    assert text.index("It is not so.") < text.index(sentence) < text.index("more finding")
    assert (desk / "answers/.history.json").is_file()


# --- nothing raises, and nothing that a learner writes becomes HTML ------------------------------------------------

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`&"


@pytest.mark.parametrize(
    "body",
    [
        HOSTILE,
        f"kind: {HOSTILE!r}\napiVersion: v1\n",
        HEAD.replace("mine", "'<b>mine'") + "spec: {}\n",
        HEAD + f"spec: {{podSelector: {{matchLabels: {{app: {HOSTILE!r}}}}}}}\n",
        HEAD + f"spec: {{{HOSTILE!r}: 1}}\n",
        "\x00\x1b[2J\u202e",
        "---\n" * 2000,
        "[" * 5000,
        "a: &a [*a]\n",
        "x" * 2_000_000,
    ],
    ids=range(10),
)
def test_hostile_text_stays_text(look, body):
    for output in (
        manifest("cache-shards", body),
        check("cache-shards"),
        compare("cache-shards", "policies-intersect"),
    ):
        text, tags = look(output)
        assert not {"script", "img", "b"} & {tag for tag, _ in tags}
        assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
        assert "internal error" not in text.lower()
        assert len(output._repr_html_()) < 100_000


PIECES = st.sampled_from([
    "kind: NetworkPolicy\n", "apiVersion: networking.k8s.io/v1\n", "metadata: {name: a}\n", "spec:\n", "  ingress:\n",
    "  podSelector: {}\n", "  - from: []\n", "---\n", "    - podSelector: {}\n",
    "\t", "[", "}", ": ", "- ", "&a ", "*a", "é", "\x00",
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(PIECES, max_size=12).map("".join))
def test_no_text_raises_or_shows_a_fault_of_ours(look, body):
    for output in (manifest("cache-shards", body), check("cache-shards")):
        assert "internal error" not in look(output)[0].lower()
