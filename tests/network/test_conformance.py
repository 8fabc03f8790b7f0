"""Do the oracle and the evaluator do what every conformant network plugin must do?"""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from .conformance import NAMESPACES, PODS, PROBES, SCENARIOS, Moment
from .judges import JUDGES, Judge
from .worlds import as_json

ENDPOINTS = [f"{namespace}/{pod}" for namespace in NAMESPACES for pod in PODS]
ROWS = [
    pytest.param(moment, id=scenario.name + (f", moment {index}" if len(scenario.moments) > 1 else ""))
    for scenario in SCENARIOS
    for index, moment in enumerate(scenario.moments, start=1)
]


def expected(moment: Moment, source: str, destination: str, protocol: str, port: int) -> str:
    """The verdict of the last line that covers a probe."""
    verdict = "allowed"
    for line in moment.expect:
        word, line_source, arrow, line_destination, *ports = line.split()
        assert arrow == ">"
        line_protocol, _, line_port = (ports[0] if ports else "*").partition("/")
        if (
            fnmatchcase(source, line_source)
            and fnmatchcase(destination, line_destination)
            and line_protocol in ("*", protocol)
            and line_port in ("", str(port))
        ):
            verdict = {"allow": "allowed", "deny": "denied"}[word]
    return verdict


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("moment", ROWS)
def test_conformance(moment: Moment, judge: type[Judge]) -> None:
    found = judge(as_json(moment.manifests()))
    wrong = []
    for source in ENDPOINTS:
        for destination in ENDPOINTS:
            if source == destination:
                continue
            verdicts = found.verdicts(source, destination, PROBES)
            wrong += [
                f"{source} > {destination} {protocol}/{port}: {verdicts[protocol, port]}"
                for protocol, port in PROBES
                if verdicts[protocol, port] != expected(moment, source, destination, protocol, port)
            ]
    assert wrong == []


def test_no_scenario_says_the_same_as_another() -> None:
    worlds = [as_json(moment.manifests()) for scenario in SCENARIOS for moment in scenario.moments]
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
    assert len(names) >= 48
    assert len(set(worlds)) >= 48
