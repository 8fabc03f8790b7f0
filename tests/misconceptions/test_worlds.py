"""Does each world show its misconception, can nothing be left out of it, and do worlds tell beliefs apart?"""

from __future__ import annotations

import json
from itertools import combinations
from random import Random

import pytest

from autograder.manifests.load import load_text
from autograder.network import KUBERNETES, Cluster
from tests.network.judges import Oracle
from tools.find_worlds import minimal, mistakes, search
from tools.misconception_worlds import FOLDER, cluster_of, path_of, read, readings
from tools.misconceptions_page import INCLUDED, PAGE, page, telling
from tools.shop_worlds import world

NAMES = list(readings())


def test_every_reading_has_its_world_and_no_world_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {path_of(name).name for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_believer_gets_the_flow_wrong(name: str) -> None:
    found = read(path_of(name))
    assert found.verdict(KUBERNETES) == found.truth
    assert found.verdict(readings()[name]) != found.truth


@pytest.mark.parametrize("name", NAMES)
def test_the_file_itself_is_a_world_that_the_api_server_takes(name: str) -> None:
    manifests = load_text(path_of(name).read_text(encoding="utf-8"))
    assert manifests.problems == ()
    assert Cluster.from_manifests(manifests) == read(path_of(name)).cluster()


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_read_by_somebody_else_agrees_about_the_truth(name: str) -> None:
    found = read(path_of(name))
    flow = found.flow
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": found.documents})
    verdicts = Oracle(text).verdicts(flow.source, flow.destination, [(flow.protocol, flow.port)])
    assert verdicts[flow.protocol, flow.port] == ("allowed" if found.truth else "denied")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_can_be_left_out(name: str) -> None:
    found = read(path_of(name))
    assert minimal(name, found.documents, found.flow) == found


@pytest.mark.parametrize("name", NAMES)
def test_others_go_wrong_only_where_they_must(name: str) -> None:
    wider = {wide for narrow, wide in INCLUDED if narrow == name}
    assert read(path_of(name)).wrong() == {name} | wider


def test_a_world_is_written_as_it_is_read() -> None:
    for name in NAMES:
        path = path_of(name)
        assert str(read(path)) == path.read_text(encoding="utf-8")


def test_any_two_readings_are_told_apart() -> None:
    wrong = {name: read(path_of(name)).wrong() for name in NAMES}
    for one, other in combinations(NAMES, 2):
        world_of = telling(one, other, wrong)
        assert (one in wrong[world_of]) != (other in wrong[world_of])


def test_readings_that_no_world_tells_apart_are_an_error() -> None:
    with pytest.raises(LookupError, match="no world tells web from api"):
        telling("web", "api", {"web": frozenset({"web", "api"}), "api": frozenset()})


@pytest.mark.parametrize("seed", range(40))
def test_some_go_wrong_only_where_another_one_does(seed: int) -> None:
    cluster = cluster_of(world(Random(seed)))
    for flow, wrong in mistakes(cluster).items():
        for narrow, wide in INCLUDED:
            assert narrow not in wrong or wide in wrong, f"{flow}: {narrow} without {wide}"


def test_the_search_finds_the_same_again_and_what_it_finds_is_a_difference() -> None:
    first, again = search(7, tries=3, kept=1), search(7, tries=3, kept=1)
    assert first == again
    assert first
    for name, found in first.items():
        assert name in found.wrong()


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.misconceptions_page"
