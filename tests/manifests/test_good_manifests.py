"""Good manifests: the API server has nothing to say, and neither have we."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from autograder.manifests.load import Options, load_paths
from autograder.manifests.schema import versions

FILE = Path(__file__).parent / "good_manifests.yaml"


@pytest.mark.parametrize("version", versions())
def test_good_manifests_have_no_problem(version):
    found = load_paths([FILE], Options(kubernetes_version=version))
    assert [problem.message for problem in found.problems] == []
    assert (found.ignored, found.rejected) == ((), ())


def test_all_of_them_are_there():
    found = load_paths([FILE])
    assert Counter(pod.kind for pod in found.pods) == dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"), 1
    )
    assert [namespace.name for namespace in found.namespaces] == ["shop", "monitoring"]
    assert [service.name for service in found.services] == ["web", "db", "payments"]
    assert [policy.name for policy in found.policies] == ["default-deny", "web"]


def test_a_dumped_pod_says_where_it_is():
    (pod,) = [pod for pod in load_paths([FILE]).pods if pod.kind == "Pod"]
    assert (pod.addresses, pod.node, pod.owner) == (
        ("10.244.1.7", "2001:db8:1::7"),
        "node-1",
        ("StatefulSet", "cache"),
    )
