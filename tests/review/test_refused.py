"""What kubectl and the API server say, as findings, and what a refused object does to the rest."""

from __future__ import annotations

from .scenes import closed, pod, policy, reviewed, text, told

BROKEN = policy("in", select={"app": "web"}, engress=[])


def test_a_refused_object_is_an_error_in_the_servers_own_words():
    [found] = reviewed([pod("web"), *closed(), BROKEN]).findings
    assert (found.id, found.severity, found.object) == ("manifest-rejected", "error", "NetworkPolicy shop/in")
    assert 'unknown field "spec.engress"' in found.got
    assert found.misconceptions == ("direction-misspelt",)


def test_what_is_no_yaml_is_an_error_with_its_line():
    [found] = reviewed("a: b\n---\n\tc: d\n").findings
    assert (found.id, found.line, found.file) == ("manifest-rejected", 3, "shop.yaml")


def test_the_same_object_twice_is_a_warning():
    [found] = reviewed([pod("web"), pod("web"), *closed()]).findings
    assert (found.id, found.severity) == ("manifest-warning", "warning")


def test_a_refused_pod_is_still_somebody_that_policies_select():
    web = pod("web", hostPid=True)
    into = policy("in", select={"app": "web"}, policyTypes=["Ingress"], ingress=[{"ports": [{"port": 8080}]}])
    assert told(reviewed([web, *closed(), into])) == {"error manifest-rejected: Pod shop/web, spec.hostPid"}


def test_two_equal_problems_are_told_apart():
    documents = "# no name\n" + text([{"apiVersion": "v1", "kind": "Pod", "spec": {}}] * 2)
    prints = [found.fingerprint for found in reviewed(documents).findings]
    assert len(prints) == len(set(prints)) >= 2


def test_nothing_is_here():
    result = reviewed("# nothing\n")
    assert result.findings == ()
    assert result.summary.pairs == 0
