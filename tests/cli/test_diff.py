"""``autograder diff``: what opens, what closes, one flow that proves it, and a proof where nothing does."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests.load import load_text
from autograder.network import Cluster, PortSet, reachability
from tests.network import scenes, worlds

from . import shops
from .running import Answer, fits, run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def diff(tmp_path):
    """Compare two lists of manifests."""

    def compare(old: list[scenes.Manifest], new: list[scenes.Manifest], *words: str, **more: Any) -> Answer:
        paths = []
        for name, documents in (("old.json", old), ("new.json", new)):
            path = tmp_path / name
            path.write_text(worlds.as_json(documents), encoding="utf-8")
            paths.append(str(path))
        return run("diff", *paths, *words, **more)

    return compare


def in_full(entries: list[dict[str, Any]], key: str) -> dict[tuple[str, str], Any]:
    found = {}
    for entry in entries:
        for pair in product(entry["from"], entry["to"]):
            assert pair not in found or key == "ports"
            found[pair] = entry[key]
    return found


def without(documents: list[scenes.Manifest], name: str) -> list[scenes.Manifest]:
    return [document for document in documents if document["metadata"]["name"] != name]


def test_the_same_is_equivalent(diff):
    answer = diff(shops.twelve(), list(reversed(shops.twelve())), "-o", "json")
    assert (answer.status, answer.err) == (0, "")
    fits("diff", answer.json)
    assert answer.json["equivalent"] is True
    assert answer.json["witness"] is None
    text = diff(shops.twelve(), shops.twelve())
    assert text.status == 0
    assert text.out.startswith("Equivalent: the same verdict on every flow between ")


def test_a_policy_more(diff):
    answer = diff(without(shops.two(), "api-second"), shops.two(), "-o", "json")
    assert answer.status == 1
    fits("diff", answer.json)
    assert in_full(answer.json["added"], "allowed") == {("shop/web", "shop/api"): {"TCP": [[9, 10]]}}
    assert answer.json["removed"] == answer.json["undefined"] == []
    witness = answer.json["witness"]
    assert (witness["from"], witness["to"], witness["old"], witness["new"]) == (
        "shop/web", "shop/api", "denied", "allowed",
    )  # fmt: skip
    assert witness["port"] in (9, 10)
    assert "shop/api-second" in witness["because"]


def test_under_a_belief_the_same_change_closes(diff):
    words = ("--semantics", "policies-intersect", "-o", "json")
    answer = diff(without(shops.two(), "api-second"), shops.two(), *words)
    assert in_full(answer.json["removed"], "allowed") == {("shop/web", "shop/api"): {"TCP": [[1, 5]]}}
    assert answer.json["added"] == []


def test_what_opens_and_what_closes(diff):
    answer = diff(without(shops.twelve(), "inside"), without(shops.twelve(), "closed"))
    assert answer.status == 1
    assert answer.out.index("Opened:") < answer.out.index("Closed:")
    assert "  + " in answer.out
    assert "  - " in answer.out


def test_endpoints_that_come_and_go(diff):
    answer = diff(without(shops.two(), "web"), without(shops.two(), "api"), "-o", "json")
    assert answer.status == 1
    fits("diff", answer.json)
    assert [item["id"] for item in answer.json["endpoints"]["only_old"]] == ["shop/api"]
    assert [item["id"] for item in answer.json["endpoints"]["only_new"]] == ["shop/web"]
    text = diff(without(shops.two(), "web"), without(shops.two(), "api")).out
    assert "Only in OLD: shop/api" in text
    assert "Only in NEW: shop/web" in text


def test_the_outside_is_cut_alike_on_both_sides(diff):
    def world(cidr: str) -> list[scenes.Manifest]:
        spec = f"{{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: {cidr}}}}}]}}]}}"
        return [scenes.pod("shop/web", None, "10.0.0.1"), scenes.policy("shop/office", spec)]

    answer = diff(world("203.0.113.0/24"), world("203.0.113.0/25"), "-o", "json")
    fits("diff", answer.json)
    assert in_full(answer.json["removed"], "allowed") == {
        ("203.0.113.128/25", "shop/web"): {"TCP": [[1, 65535]], "UDP": [[1, 65535]], "SCTP": [[1, 65535]]}
    }
    two_halves = [
        *world("203.0.113.0/25"),
        {**world("203.0.113.128/25")[1], "metadata": {"name": "b", "namespace": "shop"}},
    ]
    assert diff(world("203.0.113.0/24"), two_halves).status == 0, "two halves are a whole"


def test_policies_alone_need_their_pods(diff, tmp_path):
    pods, policies = shops.two()[:3], shops.two()[3:]
    answer = diff(policies, policies[:1])
    assert (answer.status, answer.out) == (2, "")
    assert "Give the Pods with --world." in answer.err
    world = tmp_path / "world.json"
    world.write_text(worlds.as_json(pods), encoding="utf-8")
    assert diff(policies, policies[:1], "--world", str(world)).status == 1
    assert diff(policies, policies, "--world", str(world)).status == 0


def test_nothing_equals_nothing(diff):
    assert diff([scenes.namespace("shop")], [scenes.namespace("data")]).status == 0


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_old_and_added_less_removed_is_new(random: Random):
    documents = worlds.world(random)
    if documents[0]["kind"] == "List":
        documents = documents[0]["items"]
    policies = [item for item in documents if item["kind"] == "NetworkPolicy"]
    scene = [item for item in documents if item["kind"] != "NetworkPolicy"]
    sides = [[*scene, *random.sample(policies, random.randint(0, len(policies)))] for _ in range(2)]
    with TemporaryDirectory() as folder:
        paths = []
        for name, side in zip(("old.json", "new.json"), sides, strict=True):
            paths.append(str(Path(folder) / name))
            Path(paths[-1]).write_text(worlds.as_json(side), encoding="utf-8")
        answer = run("diff", *paths, "-o", "json")
        text = run("diff", *paths, columns=40)
    old, new = (reachability(Cluster.from_manifests(load_text(worlds.as_json(side), file="x"))) for side in sides)
    if not old.cluster.pods and any(side.cluster.policies for side in (old, new)):
        assert answer.status == text.status == 2, "nothing that could differ is no proof"
        return
    found = answer.json
    fits("diff", found)
    assert answer.status == text.status == (0 if found["equivalent"] else 1)
    added, removed = (in_full(found[name], "allowed") for name in ("added", "removed"))
    pods = [endpoint for endpoint in old.endpoints if not endpoint.is_range]
    for source, destination in product(pods, pods):
        if old.judged(source, destination):
            pair = source.id, destination.id
            before, after = old.allowed(*pair), new.allowed(*pair)
            opened, closed = (port_set(side.get(pair, {})) for side in (added, removed))
            assert opened <= after - before
            assert closed <= before - after
            if not old.undefined(*pair) and not new.undefined(*pair):
                assert (before | opened) - closed == after
    assert max(map(len, text.out.splitlines())) <= 110


def port_set(ports: dict[str, list[list[int]]]) -> PortSet:
    found = PortSet.EMPTY
    for protocol, intervals in ports.items():
        for first, last in intervals:
            found |= PortSet.of(protocol, first, last)
    return found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["-", "-"], "Standard input can be read once", id="standard input twice"),
        pytest.param(["-", "x.yaml", "--world", "-"], "Standard input can be read once", id="and as the world"),
        pytest.param(["-"], "required: NEW", id="one side only"),
        pytest.param(["-", "/missing/new.yaml"], "/missing/new.yaml does not exist", id="a side that is not there"),
        pytest.param(["-", "-", "-o", "svg"], "invalid choice: 'svg'", id="a picture"),
        pytest.param(["-", "x.yaml", "--semantics", "policies-intersct"], "Did you mean", id="a belief misspelt"),
    ],
)
def test_bad_words(words, said):
    answer = run("diff", *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert "internal error" not in answer.err


def test_a_side_that_the_api_server_would_refuse(diff):
    bad = [*shops.two(), scenes.policy("shop/bad", "{podSelector: {}, policyTypes: [Engress]}")]
    answer = diff(shops.two(), bad)
    assert (answer.status, answer.out) == (2, "")
    assert "Engress" in answer.err
    kept = diff(shops.two(), bad, "--keep-going", "-o", "json")
    assert kept.status == 0
    fits("diff", kept.json)
    assert kept.json["ignored"][0]["name"].endswith("bad")


def test_as_a_program(tmp_path):
    paths = []
    for name, documents in (("old", shops.two()), ("new", without(shops.two(), "api-first"))):
        paths.append(tmp_path / f"{name}.yaml")
        paths[-1].write_text(shops.text(documents), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "autograder", "diff", *map(str, paths), "-o", "json"],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (1, "")
    fits("diff", json.loads(answer.stdout))
