"""``autograder review`` as people and CI servers call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.review.scenes import closed, pod, text

from .running import fits, run

SOUND = [pod("web"), *closed()]
BARE = [{**pod("web"), "spec": {"containers": [{"name": "web", "image": "web"}]}}, *closed()]
HOST = [{**pod("web"), "spec": {**pod("web")["spec"], "hostPID": True}}, *closed()]


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(documents, name="shop.yaml"):
        (tmp_path / name).write_text("# a shop\n" + text(documents), encoding="utf-8")
        return name

    return write


@pytest.mark.parametrize(
    ("documents", "bar", "status"),
    [
        (SOUND, "note", 0),
        (BARE, "error", 0),
        (BARE, "warning", 1),
        (HOST, "error", 1),
        (HOST, "never", 0),
        ([{**pod("web"), "spec": {}}], "error", 1),
    ],
)
def test_the_exit_status_is_for_a_ci_server(written, documents, bar, status):
    assert run("review", written(documents), "--fail-on", bar).status == status


@pytest.mark.parametrize("documents", [SOUND, BARE, HOST, [{**pod("web"), "spec": {}}]])
def test_json_fits_its_schema(written, documents):
    answer = run("review", written(documents), "--format", "json", "--fix")
    assert answer.err == ""
    fits("review", answer.json)
    for workload in answer.json["workloads"]:
        assert (workload["fix"] is None) == (workload["level"] == "restricted")


def test_the_text_is_what_was_found(written):
    answer = run("review", written(HOST))
    assert "error: The Pod shares namespaces with its node" in answer.out
    assert "Pod shop/web (shop.yaml:" in answer.out
    assert "course/21-containers.ipynb" in answer.out
    assert answer.out.endswith("1 error\n")
    assert run("review", written(SOUND)).out.endswith("nothing found\n")


def test_a_check_with_many_findings_is_cut_short_unless_all_is_asked(written):
    name = written([{**pod(f"web-{number}"), "spec": BARE[0]["spec"]} for number in range(9)])
    assert "and 4 more; --all shows them" in run("review", name).out
    assert "more; --all" not in run("review", name, "--all").out


def test_the_fix_is_a_patch(written):
    answer = run("review", written(BARE), "--fix")
    assert "smallest edits to restricted" in answer.out
    assert "+++ b/shop.yaml" in answer.out


def test_a_baseline_is_written_and_read(written):
    name = written(HOST)
    answer = run("review", name, "--baseline", "accepted.json", "--write-baseline")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == "accepted.json accepts 1 finding now. Give each a reason.\n"
    assert run("review", name, "--baseline", "accepted.json").out.endswith("nothing found\n")
    fits("review", run("review", name, "--baseline", "accepted.json", "-o", "json").json)
    mended = run("review", written(SOUND), "--baseline", "accepted.json")
    assert "note: What was accepted here is gone" in mended.out


def test_an_intent_is_asked(written):
    name = written(SOUND)
    Path("flows.yaml").write_text(
        "namespace: shop\nflows:\n- {from: outside, to: web, ports: 8080, expect: allow}\n", encoding="utf-8"
    )
    answer = run("review", name, "--intent", "flows.yaml", "-o", "json")
    assert answer.status == 1
    fits("review", answer.json)
    assert [found["id"] for found in answer.json["findings"]] == ["flow-too-closed"]


def test_standard_input_is_what_another_program_rendered():
    answer = run("review", "-", "-o", "sarif", stdin=text(HOST))
    assert answer.status == 1
    assert json.loads(answer.out)["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--write-baseline"], "Add --baseline FILE"),
        (["--fix", "-o", "sarif"], "--fix goes with -o text and -o json"),
        (["--all", "-o", "json"], "--all goes with -o text"),
        (["--pod-cidr", "ten"], "--pod-cidr ten: not a CIDR"),
        (["--baseline", "none.json"], "none.json does not exist"),
        (["--intent", "none.yaml"], "none.yaml does not exist"),
    ],
)
def test_what_makes_no_sense_is_told(written, words, said):
    answer = run("review", written(SOUND), *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_a_chart_without_helm_is_told_what_to_do(written, monkeypatch):
    written(SOUND, "Chart.yaml")
    monkeypatch.setenv("PATH", "")
    answer = run("review", ".")
    assert answer.status == 2
    assert "helm template . | autograder review -" in answer.err
    assert run("review", ".", "--no-render").status == 0


def test_policies_of_other_kinds_are_warned_about(written):
    other = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "x"}, "spec": {}}
    assert "warning: " in run("review", written([*SOUND, other])).err


def test_the_same_input_gives_the_same_bytes(written):
    for form in ("text", "json", "sarif", "junit", "markdown"):
        first, second = (run("review", written(BARE), "-o", form).out for _ in range(2))
        assert first == second


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{name}'] * 9)}]\n" for name, after in zip("bcdefghi", "cdefghij", strict=True)
)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("kind: [\n", "manifest-rejected", id="broken YAML"),
        pytest.param(BOMB, "manifest-rejected", id="an alias bomb"),
        pytest.param("[" * 5000, "manifest-rejected", id="brackets without an end"),
    ],
)
def test_what_kubectl_could_not_read_is_a_finding_like_others(written, form, content, said):
    written(SOUND)
    Path("broken.yaml").write_text(content, encoding="utf-8")
    answer = run("review", ".", "-o", form)
    assert answer.status == 1
    assert "Traceback" not in answer.out + answer.err
    assert "broken.yaml" in answer.out
    if form == "json":
        assert [found["id"] for found in answer.json["findings"]] == [said]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["shop.yaml", "--max-bytes", "10"], "Split it, or raise --max-bytes", id="a large file"),
        pytest.param(["gone"], "gone does not exist", id="no such folder"),
        pytest.param(["picture.yaml"], "picture.yaml is not text", id="no text"),
    ],
)
def test_what_cannot_be_carried_out_is_a_sentence(written, words, said):
    written(SOUND)
    Path("picture.yaml").write_bytes(b"\x00\x01\x02")
    answer = run("review", *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_an_empty_folder_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    answer = run("review", "empty")
    assert "There is no manifest here" in answer.err or answer.status == 2
    assert "Traceback" not in answer.err


def test_no_color_means_no_color(written):
    name = written(HOST)
    assert "\x1b[" in run("review", name, columns=80, FORCE_COLOR="1").out
    assert "\x1b[" not in run("review", name, columns=80, FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in run("review", name).out
