"""Is the oracle's one saving, to try equal cases once, really only a saving?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import worlds
from .oracle import Packet, World, verdict

if TYPE_CHECKING:
    from .oracle import Verdict


@pytest.mark.parametrize("seed", range(40))
def test_trying_equal_cases_once_changes_no_verdict(seed: int) -> None:
    """Every case, tried one by one, gives the verdict that `judge` gives."""
    world = World(worlds.seeded(seed), worlds.pod_cidr_choices[seed % len(worlds.pod_cidr_choices)])
    probes = [(protocol, port) for protocol in worlds.PROTOCOLS for port in (1, 80, 8080)]
    outside = world.representatives[:: max(1, len(world.representatives) // 4)]
    ends = [*list(world.endpoints)[:3], *outside]
    for source in ends:
        for destination in ends:
            if source == destination or not (isinstance(source, str) or isinstance(destination, str)):
                continue
            found = world.judge(source, destination, probes)
            cases = list(world.possibilities(source, destination))[:400]
            for protocol, port in probes:
                seen = {world.lets_through(Packet(a, b, protocol, port), cni) for a, b, cni in cases}
                expected: set[Verdict] = {verdict(seen)}
                if len(cases) == 400:
                    expected.add("undefined")
                assert found[protocol, port] in expected


def test_worlds_are_varied() -> None:
    """The generator reaches every form that the comparison is meant to cover."""
    text = "\n".join(worlds.as_json(worlds.seeded(seed)) for seed in range(300))
    wanted = (
        '"ingress": null', '"ingress": []', '"from": []', '"from": null', '"ports": [{}]', '"ports": [null',
        '"podSelector": null', '"podSelector": {}', '"namespaceSelector": {}', '"namespaceSelector": null',
        '"policyTypes": []', '"policyTypes": null', '"policyTypes": ["Egress"]', '"endPort"', '"except"',
        '"cidr": "::/0"', '"hostNetwork": true', '"Succeeded"', '"DoesNotExist"', '"NotIn"', '"initContainers"',
        '"spec": null', '"List"', "pod-template-hash", "apps.kubernetes.io/pod-index", '"protocol": "SCTP"',
    )  # fmt: skip
    assert [form for form in wanted if form not in text] == []
