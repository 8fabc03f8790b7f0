from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.exercises.intent import Intent, RejectionLine, intent_faults, parse_ports, read_intent
from autograder.manifests.problems import Position, Problem
from autograder.network.ports import PortSet

FLOW = {"from": "web", "to": "db", "ports": 5432, "expect": "allow"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (8080, "TCP 8080"),
        ("8080", "TCP 8080"),
        ("TCP 8080", "TCP 8080"),
        ("UDP 53", "UDP 53"),
        ("8000-8080", "TCP 8000-8080"),
        ("SCTP 1-65535", "all SCTP"),
        ("TCP", "all TCP"),
        ("all UDP", "all UDP"),
        ("all", "all ports"),
        ("all ports", "all ports"),
        (["TCP 53", "UDP 53"], "TCP 53; UDP 53"),
    ],
)
def test_ports_are_read_as_people_write_them(written, read):
    assert str(parse_ports(written)) == read


@pytest.mark.parametrize("written", [0, 65536, "8080-8000", "0-1", "http", "TCP80", "-1", "80-"])
def test_ports_that_do_not_exist_are_refused(written):
    with pytest.raises(ValueError, match="no port"):
        parse_ports(written)


@given(st.sampled_from(["TCP", "UDP", "SCTP"]), st.integers(1, 65535), st.integers(0, 500))
def test_a_set_of_ports_is_read_back_from_what_it_prints(protocol, first, more):
    ports = PortSet.of(protocol, first, min(65535, first + more))
    assert parse_ports(str(ports)) == ports


def test_what_is_not_written_has_its_default():
    intent = read_intent({"flows": [FLOW]})
    assert intent == Intent(flows=intent.flows)
    assert intent.allow == ("NetworkPolicy",)
    assert intent.rest.expect == "any"
    assert intent.namespace == "default"
    assert intent.flows[0].weight == 1
    assert not intent.flows[0].secret


def test_everything_that_is_written_is_read():
    intent = read_intent(
        {
            "namespace": ["shop", "data"],
            "allow": ["NetworkPolicy", "Namespace"],
            "outside": {"office": "203.0.113.7", "branch": "198.51.100.0/24"},
            "flows": [
                {**FLOW, "from": ["web", "api"], "expect": "deny", "weight": 0.1, "secret": True, "why": " Because. "}
            ],
            "rest": {"expect": "denied", "weight": 3, "why": "So."},
        }
    )
    assert intent.namespaces == ("shop", "data")
    assert intent.namespace == "shop"
    assert intent.outside == {"office": "203.0.113.7/32", "branch": "198.51.100.0/24"}
    (flow,) = intent.flows
    assert (flow.sources, flow.targets, flow.weight, flow.secret, flow.why) == (
        ("web", "api"),
        ("db",),
        Fraction(1, 10),
        True,
        "Because.",
    )
    assert (intent.rest.expect, intent.rest.weight, intent.rest.why) == ("denied", 3, "So.")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({"namespace": "shop"}, "asks for nothing", id="nothing is asked"),
        pytest.param({"rest": "any"}, "asks for nothing", id="anything may happen to the rest"),
        pytest.param(
            {"flows": [{**FLOW, "ports": "9-3"}]}, "flows[0].ports: '9-3' is no port range", id="a range backwards"
        ),
        pytest.param(
            {"flows": [{**FLOW, "secret": True}]},
            "flows[0].secret: only a deny line can be secret",
            id="a secret that is to be open",
        ),
        pytest.param(
            {"flows": [FLOW], "outside": {"outside": "203.0.113.7"}}, "`outside` already means", id="outside is taken"
        ),
        pytest.param(
            {"flows": [FLOW], "outside": {"office": "203.0.113.300"}},
            "outside.office: '203.0.113.300' does not appear to be an IPv4 or IPv6 network",
            id="no address",
        ),
        pytest.param(
            {"flows": [FLOW], "outside": {"office": "203.0.113.7/24"}}, "has host bits set", id="a block with host bits"
        ),
        pytest.param(
            {"flows": [FLOW], "rejected": True},
            "an answer that the API server refuses has no effect",
            id="refused and still in effect",
        ),
        pytest.param({"rest": "denied", "rejected": {"code": 422}}, "has no effect", id="refused, and the rest judged"),
    ],
)
def test_an_intent_without_sense_is_refused(value, said):
    assert said in "\n".join(map(str, intent_faults(value)))
    with pytest.raises(ValueError, match=r"\S"):
        read_intent(value)


@pytest.mark.parametrize(
    ("written", "lines", "accepted"),
    [(False, 0, True), (True, 1, False), ({"code": 400}, 1, False), ([{"code": 400}, {"code": 422}], 2, False)],
)
def test_a_refusal_is_asked_for_in_general_or_in_detail(written, lines, accepted):
    intent = read_intent({"rejected": written})
    assert (len(intent.rejections), intent.judged_for_acceptance) == (lines, accepted)
    assert intent.wants_rejection is (lines > 0)


PROBLEM = Problem(
    "a.yaml",
    1,
    Position(1, 1),
    "NetworkPolicy shop/db",
    "error",
    422,
    "validation",
    "spec.ingress[0].from[0]",
    "Required value",
    "must specify a peer",
    "…",
)


@pytest.mark.parametrize(
    ("line", "met"),
    [
        (RejectionLine(), True),
        (RejectionLine(code=422), True),
        (RejectionLine(stage="validation", type="Required value", path="spec.ingress[0].from[0]"), True),
        (RejectionLine(code=400), False),
        (RejectionLine(path="spec.ingress[0]"), False),
    ],
)
def test_a_refusal_is_met_by_a_problem_that_has_all_that_is_asked(line, met):
    assert line.met_by(PROBLEM) is met


def test_a_refusal_reads_like_a_sentence():
    assert str(RejectionLine(code=422, type="Required value", path="spec.x")) == "422, Required value at spec.x"
    assert str(RejectionLine(path="spec.x")) == "at spec.x"
    assert str(RejectionLine()) == "any error"
