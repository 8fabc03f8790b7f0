"""``autograder explain``: a verdict, its reason, the rule and line, and what would open the flow."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from autograder.manifests.load import load_text
from autograder.network import Cluster, reachability
from autograder.network.explanation import verdict_of
from autograder.network.profiles import PROFILES
from tests.network import scenes, worlds

from . import shops
from .running import Answer, fits, run

ROOT = Path(__file__).parents[2]


def explain(
    documents: list[scenes.Manifest], source: str, destination: str, port: str, *words: str, **more: Any
) -> Answer:
    text = more.pop("text", None) or worlds.as_json(documents)
    return run("explain", "-", "--from", source, "--to", destination, "--port", port, *words, stdin=text, **more)


@pytest.mark.parametrize(
    ("source", "destination", "port", "verdict"),
    [
        pytest.param("shop/api", "data/db", "sql", "allowed", id="a rule lets it in, by the port's name"),
        pytest.param("shop/search", "data/db", "5432", "denied", id="a label is missing"),
        pytest.param("payments/ledger", "data/db", "5432", "denied", id="the way out is closed as well"),
        pytest.param("monitoring/grafana", "monitoring/prometheus", "9090", "allowed", id="no policy anywhere"),
        pytest.param("monitoring/node-exporter", "data/db", "5432", "undefined", id="a Pod on its node's network"),
        pytest.param("shop/cart", "shop/cart", "8080", "undefined", id="a Pod to itself"),
        pytest.param("data/db", "data/db", "5432", "denied", id="one replica to another"),
        pytest.param("203.0.113.7", "payments/gateway", "https", "allowed", id="an address of the office"),
        pytest.param("203.0.113.200", "payments/gateway", "8443", "denied", id="an address that the block leaves out"),
        pytest.param("2001:db8::7", "payments/gateway", "8443", "denied", id="an IPv6 address"),
        pytest.param("10.1.1.13", "payments/gateway", "8443", "allowed", id="a Pod by its address"),
        pytest.param("cart", "gateway", "8443", "allowed", id="Pods by names that nobody shares"),
        pytest.param("payments/gateway", "198.51.100.1", "53", "allowed", id="to somewhere outside"),
    ],
)
def test_verdicts(source, destination, port, verdict):
    answer = explain(shops.twelve(), source, destination, port, "-o", "json")
    assert (answer.status, answer.err) == (0, ""), "an explanation is an answer, whatever the verdict"
    fits("explain", answer.json)
    assert answer.json["verdict"] == verdict
    assert bool(answer.json["implementations"]) == (verdict == "undefined")
    text = explain(shops.twelve(), source, destination, port)
    assert verdict in text.out.splitlines()[0]
    assert " ".join(answer.json["reason"].split()) in " ".join(text.out.split())


def test_the_first_argument_of_the_course():
    found = explain(shops.two(), "shop/web", "shop/api", "3", "-o", "json").json
    assert found["verdict"] == "allowed"
    assert [(policy["policy"], policy["matched"]) for policy in found["ingress"]["policies"]] == [
        ("shop/api-first", True),
        ("shop/api-second", False),
    ]
    assert "policies add up" in found["reason"]


def test_a_rule_is_named_with_file_and_line(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(shops.text(shops.two()), encoding="utf-8")
    answer = run("explain", str(file), "--from", "web", "--to", "api", "--port", "10", "-n", "shop", "-o", "json")
    (second,) = [policy for policy in answer.json["ingress"]["policies"] if policy["matched"]]
    assert second["file"] == str(file)
    assert second["rule"] == 0
    line = file.read_text(encoding="utf-8").splitlines()[second["line"] - 1]
    assert line.strip() == "- from:"
    text = run("explain", str(file), "--from", "web", "--to", "api", "--port", "10", "-n", "shop", columns=200)
    assert f"{file}:{second['line']}  shop/api-second, ingress rule 1: matches" in text.out


def test_the_edit_opens_the_flow():
    documents = shops.twelve()
    found = explain(documents, "payments/ledger", "data/db", "5432", "-o", "json").json
    for end in ("egress", "ingress"):
        nearest = found[end]["nearest"]
        space, name = nearest["policy"].split("/")
        (policy,) = [
            item
            for item in documents
            if item["kind"] == "NetworkPolicy"
            and (item["metadata"]["namespace"], item["metadata"]["name"]) == (space, name)
        ]
        here: Any = policy
        for step in nearest["edit"]["path"][:-1]:
            here = here[step]
        assert here.get(nearest["edit"]["path"][-1], []) == (nearest["edit"]["old"] or [])
        here[nearest["edit"]["path"][-1]] = nearest["edit"]["new"]
    assert explain(documents, "payments/ledger", "data/db", "5432", "-o", "json").json["verdict"] == "allowed"


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_the_edit_in_text_is_yaml(columns):
    answer = explain(shops.twelve(), "payments/ledger", "monitoring/prometheus", "9090", columns=columns)
    lines = answer.out.splitlines()
    start = next(number for number, line in enumerate(lines) if line == "    egress:")
    block = lines[start : start + lines[start:].index("")]
    assert yaml.safe_load("\n".join(block)) == {
        "egress": [
            {
                "to": [
                    {
                        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
                        "podSelector": {"matchLabels": {"app": "prometheus"}},
                    }
                ],
                "ports": [{"protocol": "TCP", "port": 9090}],
            }
        ]
    }


def test_labels_that_yaml_reads_otherwise_stay_text():
    documents = [
        scenes.pod("shop/web", {"app": "yes", "tier": "1.10", "zone": ""}, "10.0.0.1"),
        scenes.pod("shop/twin", {"app": "yes", "tier": "2"}, "10.0.0.3"),
        scenes.pod("shop/api", None, "10.0.0.2"),
        scenes.policy("shop/closed", "{podSelector: {matchLabels: {app: api}}}"),
    ]
    answer = explain(documents, "shop/web", "shop/api", "80")
    lines = answer.out.splitlines()
    start = lines.index("    ingress:")
    block = lines[start : start + lines[start:].index("")]
    peer = yaml.safe_load("\n".join(block))["ingress"][0]["from"][0]
    assert peer == {"podSelector": {"matchLabels": {"app": "yes", "tier": "1.10", "zone": ""}}}


def test_what_the_common_plugins_do_with_what_is_undefined():
    found = explain(shops.twelve(), "shop/cart", "shop/cart", "9999", "-o", "json").json
    assert {item["profile"] for item in found["implementations"]} == PROFILES.keys()
    decided = explain(shops.twelve(), "monitoring/node-exporter", "data/db", "5432", "--profile", "none", "-o", "json")
    assert decided.json["verdict"] == "allowed", "a profile decides"


@settings(max_examples=40, deadline=None)
@given(worlds.worlds)
def test_explanations_agree_with_the_matrix(documents):
    text = worlds.as_json(documents)
    result = reachability(Cluster.from_manifests(load_text(text, file="<stdin>")))
    # An address that a Pod has means the Pod: the piece of the world outside that begins there cannot be asked for so.
    taken = {ip for pod in result.cluster.pods for ip in pod.addresses}
    ends = [end for end in result.endpoints if not (end.is_range and end.range[0] in taken)]
    pairs = ((a.id, b.id) for a in ends for b in ends if not (a.is_range and b.is_range))
    for number, (source, destination) in enumerate(islice(pairs, 0, 40, 9)):
        ask = [result.endpoint(end).range[0] if result.endpoint(end).is_range else end for end in (source, destination)]
        found = explain(documents, *ask, "80", "-o", "json", text=text).json
        fits("explain", found)
        assert found["verdict"] == verdict_of(result, source, destination, "TCP", 80)[0]
        if number == 0:
            shown = explain(documents, *ask, "80", columns=40, text=text).out
            assert max(map(len, shown.splitlines())) <= 80, "only YAML and long names may be wider than the terminal"


@pytest.mark.parametrize(
    ("source", "destination", "port", "words", "said"),
    [
        pytest.param("shop/wbe", "shop/api", "8080", [], "Did you mean shop/web", id="a name misspelt"),
        pytest.param("10.9.9.999", "shop/api", "8080", [], "no workload '10.9.9.999'", id="no address"),
        pytest.param("8.8.8.8", "1.1.1.1", "53", [], "Both ends are outside the cluster", id="two addresses outside"),
        pytest.param("shop/web", "shop/api", "sql", [], "it declares http (TCP 8080)", id="another Pod's name"),
        pytest.param("shop/web", "8.8.8.8", "https", [], "https", id="a port's name outside"),
        pytest.param("shop/web", "shop/api", "http", ["--protocol", "UDP"], "no UDP port called", id="its protocol"),
        pytest.param("shop/web", "shop/api", "0", [], "'0' is no port", id="port 0"),
        pytest.param("shop/web", "shop/api", "70000", [], "'70000' is no port", id="port 70000"),
        pytest.param("shop/web", "shop/api", "²", [], "'²' is no port", id="a digit that is none"),
        pytest.param("shop/web", "shop/api", "", [], "'' is no port", id="no port at all"),
        pytest.param("shop/web", "shop/api", "80", ["--profile", "calicoo"], "no CNI profile", id="a profile misspelt"),
        pytest.param("shop/web", "shop/api", "80", ["--semantics", "dns-is-free"], "unrecognized", id="a belief"),
        pytest.param("", "shop/api", "80", [], "There is no Pod and no workload ''", id="an empty name"),
    ],
)  # fmt: skip
def test_bad_words(source, destination, port, words, said):
    answer = explain(shops.twelve(), source, destination, port, *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "internal error" not in answer.err


def test_a_name_that_several_share():
    documents = [scenes.pod("shop/web"), scenes.pod("data/web"), scenes.pod("shop/api")]
    answer = explain(documents, "web", "shop/api", "80")
    assert answer.status == 2
    assert "'web' is the name of data/web, shop/web. Write the one you mean in full." in answer.err


def test_nobody_there():
    answer = explain([scenes.namespace("shop")], "shop/web", "shop/api", "80")
    assert answer.status == 2
    assert "These manifests hold no Pod and no workload." in answer.err


@pytest.mark.parametrize("missing", ["--from", "--to", "--port"])
def test_all_three_are_needed(missing):
    words = {"--from": "shop/web", "--to": "shop/api", "--port": "80"}
    del words[missing]
    answer = run("explain", "-", *(word for pair in words.items() for word in pair))
    assert answer.status == 2
    assert f"required: {missing}" in answer.err


def test_as_a_program(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(shops.text(shops.two()), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "autograder", "explain", str(file), "-o", "json",
         "--from", "shop/web", "--to", "shop/api", "--port", "7"],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    fits("explain", json.loads(answer.stdout))
