"""An intent asked of a team's manifests: the exercises' own format, the exercises' own words."""

from __future__ import annotations

import pytest

from autograder.manifests.limits import InputError
from autograder.review.intents import read_asked

from .scenes import DNS, by_app, closed, pod, policy, reviewed

PORT = [{"port": 8080}]
SHOP = [
    pod("web"),
    pod("api"),
    pod("db", ports=[5432]),
    *closed(),
    policy("in", select={"app": "api"}, policyTypes=["Ingress"], ingress=[{"from": by_app("web"), "ports": PORT}]),
    policy("out", select={"app": "web"}, policyTypes=["Egress"], egress=[{"to": by_app("api"), "ports": PORT}, DNS]),
]  # fmt: skip


@pytest.fixture
def asked(tmp_path):
    def write(text):
        path = tmp_path / "flows.yaml"
        path.write_text(text, encoding="utf-8")
        return read_asked(str(path))

    return write


def found(asked_for):
    return [(each.id, each.severity, each.subject, each.why) for each in reviewed(SHOP, asked=asked_for).findings]


def test_what_holds_is_not_told(asked):
    text = """
namespace: shop
flows:
- {from: web, to: api, ports: 8080, expect: allow}
- {from: '*', to: db, ports: all, expect: deny}
rest: denied
effective:
- {container: web, expect: {uid: 1000}}
standards:
- {level: restricted}
"""
    assert found(asked(text)) == []


def test_what_does_not_hold_is_an_error_with_a_flow_and_the_wish(asked):
    text = """
namespace: shop
flows:
- {from: web, to: db, ports: 5432, expect: allow, why: the shop front shows the stock}
- {from: web, to: api, ports: 8080, expect: deny, secret: true, why: api is being replaced}
- {from: outside, to: web, ports: 8080, expect: allow}
effective:
- {container: web, expect: {uid: 0}, why: it is an old image}
"""
    assert found(asked(text)) == [
        ("secret-flow-open", "error", "shop/web -> shop/api TCP 8080", "api is being replaced"),
        ("flow-too-closed", "error", "198.51.100.7 -> shop/web TCP 8080", ""),
        ("flow-too-closed", "error", "shop/web -> shop/db TCP 5432", "the shop front shows the stock"),
        ("context-wrong", "error", "shop/web: uid", "it is an old image"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rest: unchanged\n", "flows.yaml:1: rest: unchanged compares with the time before an answer"),
        ("flows:\n- {from: web, to: api, ports: 1, expect: allow}\nkeep: all\n", "flows.yaml:3: keep: compares"),
        ("rejected: true\n", "flows.yaml:1: rejected: asks for a refusal"),
        ("flows:\n- {from: web, to: api, ports: 99999, expect: allow}\n", "flows.yaml:2: flows"),
        ("- a list\n", "flows.yaml:1: "),
        ("a: b\n---\nc: d\n", "holds 2 documents"),
        ("flows: [\n", "flows.yaml:"),
    ],
)
def test_what_has_no_meaning_here_is_refused_with_its_line(asked, text, said):
    with pytest.raises(InputError) as error:
        asked(text)
    assert said in str(error.value)


def test_a_name_that_means_nothing_is_told_with_its_line_and_a_guess(asked):
    text = "namespace: shop\nflows:\n- {from: wep, to: api, ports: 1, expect: deny}\n"
    with pytest.raises(InputError, match=r"flows.yaml:3: .*there is no endpoint wep; did you mean web\?"):
        found(asked(text))
