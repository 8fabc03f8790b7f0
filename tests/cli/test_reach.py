"""``autograder reach``: the contract, form by form, on the shop and on random worlds."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from autograder.manifests.load import load_text
from autograder.network import Cluster, Reachability, reachability
from tests.network import scenes, worlds

from . import shops
from .running import Answer, fits, run

ROOT = Path(__file__).parents[2]
ALL = {"TCP": [[1, 65535]], "UDP": [[1, 65535]], "SCTP": [[1, 65535]]}
Pairs = dict[tuple[str, str], dict[str, list[list[int]]]]


def reach(documents: list[scenes.Manifest], *words: str, **more: Any) -> Answer:
    return run("reach", "-", *words, stdin=worlds.as_json(documents), **more)


def result_of(documents: list[scenes.Manifest]) -> Reachability:
    return reachability(Cluster.from_manifests(load_text(worlds.as_json(documents), file="<stdin>")))


def in_full(entries: list[dict[str, Any]], key: str) -> list[tuple[tuple[str, str], Any]]:
    """Every pair of every entry."""
    return [(pair, entry.get(key)) for entry in entries for pair in product(entry["from"], entry["to"])]


def judged(result: Reachability) -> list[tuple[str, str]]:
    return [(a.id, b.id) for a in result.endpoints for b in result.endpoints if result.judged(a, b)]


# -- the first argument of the course --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "ports"),
    [
        pytest.param([], [[1, 10]], id="Kubernetes adds 1-8 and 6-10"),
        pytest.param(["--semantics", "policies-intersect"], [[6, 8]], id="who believes in intersection expects 6-8"),
        pytest.param(["--profile", "calico"], [[1, 10]], id="a CNI plugin that enforces adds as well"),
        pytest.param(["--profile", "none"], [[1, 65535]], id="a CNI plugin that enforces nothing lets all pass"),
    ],
)
def test_one_to_eight_and_six_to_ten(words, ports):
    answer = reach(shops.two(), *words, "-o", "json")
    assert (answer.status, answer.err) == (0, "")
    fits("reach", answer.json)
    allowed = dict(in_full(answer.json["connections"], "allowed"))
    assert allowed["shop/web", "shop/api"]["TCP"] == ports


@pytest.mark.parametrize(("port", "listed"), [(1, True), (10, True), (11, False)])
def test_one_port_alone(port, listed):
    answer = reach(shops.two(), "--port", str(port), "-o", "json")
    fits("reach", answer.json)
    pairs = [pair for pair, _ in in_full(answer.json["reach"], "-")]
    assert (("shop/web", "shop/api") in pairs) == listed


def test_another_protocol():
    pairs = [
        pair
        for pair, _ in in_full(reach(shops.two(), "--port", "8", "--protocol", "UDP", "-o", "json").json["reach"], "")
    ]
    assert ("shop/web", "shop/api") not in pairs
    assert ("shop/api", "shop/web") in pairs


# -- the document ----------------------------------------------------------------------------------------------------


def test_the_document_in_full():
    documents = [
        scenes.pod("shop/web", None, "10.1.0.10"),
        scenes.workload("Deployment", "shop/api", replicas=2),
        scenes.workload("DaemonSet", "shop/agent"),
        scenes.policy(
            "shop/only-the-office", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}"
        ),
    ]
    answer = reach(documents, "-o", "json")
    fits("reach", answer.json)
    endpoints = {endpoint["id"]: endpoint for endpoint in answer.json["endpoints"]}
    assert endpoints["shop/web"] == {
        "id": "shop/web", "kind": "Pod", "namespace": "shop", "name": "web", "replicas": 1, "addresses": ["10.1.0.10"],
    }  # fmt: skip
    assert (endpoints["shop/api"]["kind"], endpoints["shop/api"]["replicas"]) == ("Deployment", 2)
    assert endpoints["shop/agent"]["replicas"] is None, "the manifest does not say how many there are"
    assert endpoints["203.0.113.0/24"] == {
        "id": "203.0.113.0/24", "range": ["203.0.113.0", "203.0.113.255"], "family": "IPv4",
    }  # fmt: skip
    assert answer.json["ignored"] == []
    allowed = dict(in_full(answer.json["connections"], "allowed"))
    assert allowed["203.0.113.0/24", "shop/web"] == ALL
    assert ("shop/api", "shop/web") not in allowed
    undefined = dict(in_full(answer.json["undefined"], "reason"))
    assert undefined["shop/api", "shop/web"] == "address unknown", "its address could be the office's"


def test_the_kind_stands_in_front_only_where_two_share_a_name():
    documents = [scenes.pod("shop/web"), scenes.workload("Deployment", "shop/web"), scenes.pod("shop/api")]
    ids = [endpoint["id"] for endpoint in reach(documents, "-o", "json").json["endpoints"]]
    assert ids[:3] == ["shop/api", "Deployment/shop/web", "Pod/shop/web"]


def test_what_takes_no_part_is_listed():
    documents = [
        *shops.two(),
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password", "namespace": "shop"}},
        scenes.pod("shop/migration", None, phase="Succeeded"),
    ]
    answer = reach(documents, "-o", "json")
    fits("reach", answer.json)
    assert answer.status == 0
    found = {item["name"].rpartition("/")[2]: item for item in answer.json["ignored"]}
    assert found["password"]["kind"] == "Secret"
    assert found["migration"]["reason"].startswith("completed")
    assert found["migration"]["document"] == len(documents)


def test_pods_of_a_workload_as_one():
    answer = reach(shops.large(200), "--by", "workload", "-o", "json")
    fits("reach", answer.json)
    replicas = {endpoint["id"]: endpoint.get("replicas") for endpoint in answer.json["endpoints"]}
    assert replicas["market-00/web"] == 4
    assert len(replicas) < 60
    allowed = dict(in_full(answer.json["connections"], "allowed"))
    assert allowed["market-00/db", "market-00/db"] == {"TCP": [[5432, 5432]]}, "two replicas of one region"
    assert ("market-00/api", "market-00/api") not in allowed


def test_an_unknown_address_can_be_bounded():
    documents = [
        scenes.workload("Deployment", "shop/web"),
        scenes.pod("shop/db", None, "10.1.0.10"),
        scenes.policy(
            "shop/db", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}"
        ),
    ]
    open_end = reach(documents, "-o", "json").json["undefined"]
    assert (("shop/web", "shop/db"), "address unknown") in in_full(open_end, "reason")
    bounded = reach(documents, "--pod-cidr", "10.0.0.0/8", "--pod-cidr", "fd00::/8", "-o", "json")
    fits("reach", bounded.json)
    assert bounded.json["undefined"] == []


def test_objects_without_a_namespace_live_where_the_option_says():
    documents = [{**scenes.pod("x/web"), "metadata": {"name": "web"}}]
    assert reach(documents, "-n", "shop", "-o", "json").json["endpoints"][0]["id"] == "shop/web"


# -- what the contract promises, on random worlds --------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(worlds.worlds)
def test_every_form_tells_the_same(documents):
    result = result_of(documents)
    plain, expanded, summary = (
        reach(documents, *words, "-o", "json").json for words in ([], ["--expand"], ["--summary"])
    )
    for document in (plain, expanded, summary):
        fits("reach", document)

    ids = [endpoint["id"] for endpoint in plain["endpoints"]]
    assert len(set(ids)) == len(ids)
    pairs = in_full(plain["connections"], "allowed")
    allowed = dict(pairs)
    assert len(pairs) == len(allowed), "a pair stands in at most one entry"
    in_order = set(judged(result))
    for pair in in_order:
        ports = result.allowed(*pair)
        listed = {protocol: [list(part) for part in parts] for protocol, parts in ports.by_protocol().items()}
        assert allowed.get(pair, {}) == listed, "absent means that nothing is allowed"

    assert all(len(entry["from"]) == len(entry["to"]) == 1 for entry in expanded["connections"] + expanded["undefined"])
    assert {pair: ports for pair, ports in pairs if pair in in_order} == dict(
        in_full(expanded["connections"], "allowed")
    )
    unsure = [pair for pair, _ in in_full(expanded["undefined"], "ports")]
    assert set(unsure) == {pair for pair, _ in in_full(plain["undefined"], "ports")} & in_order

    values = list(dict(in_full(expanded["connections"], "allowed")).values())
    assert summary["pairs"] == len(in_order)
    assert summary["open"] == values.count(ALL)
    assert summary["partly"] == len(values) - values.count(ALL)
    assert summary["closed"] == len(in_order) - len(values)
    assert summary["undefined"] == len(set(unsure))


@settings(max_examples=40, deadline=None)
@given(worlds.worlds)
def test_a_port_is_a_slice_of_all_ports(documents):
    result = result_of(documents)
    for protocol, port in (("TCP", 80), ("UDP", 53)):
        document = reach(documents, "--port", str(port), "--protocol", protocol, "-o", "json").json
        fits("reach", document)
        listed = {pair for pair, _ in in_full(document["reach"], "-")}
        unsure = {pair for pair, _ in in_full(document["undefined"], "-")}
        for pair in judged(result):
            assert (pair in listed) == ((protocol, port) in result.allowed(*pair))
            assert (pair in unsure) == any((protocol, port) in ports for ports, _ in result.undefined(*pair))


@settings(max_examples=25, deadline=None)
@given(worlds.worlds)
def test_text_is_there_for_any_world_in_any_width(documents):
    for columns in (1, 40, 72, 200):
        answer = reach(documents, columns=columns)
        assert answer.status == 0
        assert answer.out.endswith("\n")
        assert max(map(len, answer.out.splitlines())) <= max(columns, 40)


# -- for people ------------------------------------------------------------------------------------------------------


def test_the_counts_in_text():
    answer = reach(shops.two(), "--summary")
    assert answer.status == 0
    assert [line.split()[:2] for line in answer.out.splitlines()] == [
        ["open", "7"], ["partly", "1"], ["closed", "2"], ["undefined", "0"], ["pairs", "10"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "colored"),
    [
        pytest.param({}, False, id="none in a pipe"),
        pytest.param({"FORCE_COLOR": "1"}, True, id="where somebody wants them"),
        pytest.param({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="none where somebody does not"),
    ],
)
def test_colors(environ, colored):
    answer = reach(shops.twelve(), columns=80, **environ)
    assert ("\x1b[" in answer.out) == colored
    plain = reach(shops.twelve(), columns=80)
    assert all(line in plain.out for line in answer.out.splitlines() if "\x1b" not in line), "colors change no word"


def test_nobody_to_talk():
    answer = reach([scenes.namespace("shop")])
    assert answer.status == 0
    assert "There is no Pod and no workload here" in answer.out
    assert reach([scenes.namespace("shop")], "-o", "json").json["connections"] == []


# -- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "start"), [("dot", "digraph "), ("mermaid", "flowchart LR\n"), ("svg", "<svg ")])
def test_pictures(form, start):
    answer = reach(shops.twelve(), "-o", form)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(start)
    assert "prometheus" in answer.out
    one_port = reach(shops.twelve(), "-o", form, "--port", "9000", "--semantics", "policies-intersect")
    assert "Who can talk to whom on TCP 9000" in one_port.out
    assert "policies-intersect" in one_port.out
    assert "TCP 5432" not in one_port.out


def test_a_picture_is_one_file():
    root = ET.fromstring(reach(shops.two(), "-o", "svg").out)  # noqa: S314 - our own text
    assert root.get("role") == "img"


# -- what cannot be carried out --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--port", "0"], "'0' is no port; ports go from 1 to 65535", id="port 0"),
        pytest.param(["--port", "65536"], "'65536' is no port", id="port 65536"),
        pytest.param(["--port", "http"], "'http' is no port", id="a port's name: every Pod has its own"),
        pytest.param(["--port", "²"], "'²' is no port", id="a digit that is none"),
        pytest.param(["--protocol", "TCP"], "--protocol TCP goes with --port", id="a protocol without a port"),
        pytest.param(["--port", "80", "--protocol", "tcp"], "invalid choice: 'tcp'", id="a protocol in small letters"),
        pytest.param(["--pod-cidr", "10.0.0.0"], "--pod-cidr 10.0.0.0: not a CIDR. Write it like 10.244.0.0/16.",
                     id="an address for a CIDR"),
        pytest.param(["--pod-cidr", "10.0.0.0/33"], "--pod-cidr 10.0.0.0/33: not a CIDR", id="a prefix too long"),
        pytest.param(["--pod-cidr", ""], "not a CIDR", id="an empty CIDR"),
        pytest.param(["--semantics", "policies-intersct"], "Did you mean 'policies-intersect'?", id="a wrong name"),
        pytest.param(["--semantics", "port-quoted"], "nothing can be evaluated under it", id="no reading"),
        pytest.param(["--profile", "calicoo"], "there is no CNI profile 'calicoo'", id="a CNI plugin misspelt"),
        pytest.param(["--semantics", "dns-is-free", "--profile", "calico"], "exclude each other", id="both at once"),
        pytest.param(["--summary", "--port", "80"], "--summary counts pairs over all ports", id="counts of one port"),
        pytest.param(["--summary", "-o", "svg"], "--summary counts pairs", id="a picture of counts"),
        pytest.param(["--expand"], "Add -o json.", id="expanded text"),
        pytest.param(["--expand", "-o", "dot"], "Add -o json.", id="an expanded picture"),
        pytest.param(["-o", "png"], "invalid choice: 'png'", id="a form that there is not"),
        pytest.param(["-n", "No Name"], "cannot be the name of a namespace", id="a namespace that cannot be"),
        pytest.param(["--kubernetes-version", "1.12"], "invalid choice: '1.12'", id="a version too old"),
    ],
)  # fmt: skip
def test_bad_words(words, said):
    answer = reach(shops.two(), *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "internal error" not in answer.err


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        pytest.param("a: [", "<stdin>:1:5", id="broken YAML"),
        pytest.param("kind: Pod\napiVersion: v1\n", "name", id="a Pod without a name"),
        pytest.param("{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: db}, spec: {ports: []}}",
                     "ports", id="an unknown field"),
    ],
)  # fmt: skip
def test_what_the_api_server_would_refuse_has_no_answer(stdin, said):
    answer = run("reach", "-", "-o", "json", stdin=stdin)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "--keep-going" in answer.err
    kept = run("reach", "-", "-o", "json", "--keep-going", stdin=stdin)
    assert kept.status == 0
    fits("reach", kept.json)
    assert len(kept.json["ignored"]) == 1
    assert kept.json["ignored"][0]["could_change_verdict"] or "a: [" in stdin


def test_paths_that_hold_nothing(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, said in ((empty, "holds no manifests"), (tmp_path / "missing.yaml", "does not exist")):
        answer = run("reach", str(path))
        assert (answer.status, answer.out) == (2, "")
        assert str(path) in answer.err
        assert said in answer.err


def test_a_folder_and_a_file(tmp_path):
    folder = tmp_path / "manifests"
    folder.mkdir()
    first, second = shops.two()[:3], shops.two()[3:]
    (folder / "pods.yaml").write_text(shops.text(first), encoding="utf-8")
    (tmp_path / "policies.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "List", "items": second}), encoding="utf-8"
    )
    answer = run("reach", str(folder), str(tmp_path / "policies.json"), "-o", "json")
    assert dict(in_full(answer.json["connections"], "allowed"))["shop/web", "shop/api"] == {"TCP": [[1, 10]]}


def test_as_a_program(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(shops.text(shops.two()), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "autograder", "reach", str(file), "-o", "json"],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    fits("reach", json.loads(answer.stdout))
