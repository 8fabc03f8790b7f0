"""Pods out of workloads: their labels, how many there are, and what the manifest says of each."""

from __future__ import annotations

import pytest

from autograder.manifests.load import Options, load_text
from autograder.manifests.objects import ContainerPort

TEMPLATE = """
  template:
    metadata: {labels: {app: web}, annotations: {team: shop}}
    spec:
      restartPolicy: RESTART
      containers:
        - {name: app, image: web:1, ports: [{name: http, containerPort: 8080}, {containerPort: 53, protocol: UDP}]}
"""


def workload(kind, spec="", *, metadata="name: web, namespace: shop, labels: {tier: front}", status=""):
    version = "batch/v1" if kind in {"Job", "CronJob"} else "apps/v1"
    template = TEMPLATE.replace("RESTART", "Never" if version == "batch/v1" else "Always")
    selector = "" if version == "batch/v1" else "  selector: {matchLabels: {app: web}}\n"
    body = f"{selector}{spec}{template}"
    if kind == "CronJob":
        inner = "\n".join(f"    {line}" for line in body.splitlines())
        body = f"  schedule: '*/5 * * * *'\n  jobTemplate:\n    spec:\n{inner}\n"
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{{metadata}}}\nspec:\n{body}\n{status}"
    found = load_text(text)
    assert found.problems == ()
    return found.pods[0]


@pytest.mark.parametrize(
    ("pod", "replicas", "labels", "varying"),
    [
        pytest.param(
            workload("Deployment", "  replicas: 3\n"), 3, {"app": "web"}, {"pod-template-hash": None}, id="a Deployment"
        ),
        pytest.param(workload("ReplicaSet", "  replicas: 2\n"), 2, {"app": "web"}, {}, id="a ReplicaSet adds nothing"),
        pytest.param(
            workload("StatefulSet", "  replicas: 2\n"),
            2,
            {"app": "web"},
            {
                "statefulset.kubernetes.io/pod-name": ("web-0", "web-1"),
                "apps.kubernetes.io/pod-index": ("0", "1"),
                "controller-revision-hash": None,
            },
            id="a StatefulSet numbers its Pods",
        ),
        pytest.param(
            workload("StatefulSet", "  replicas: 2\n  ordinals: {start: 5}\n"),
            2,
            {"app": "web"},
            {
                "statefulset.kubernetes.io/pod-name": ("web-5", "web-6"),
                "apps.kubernetes.io/pod-index": ("5", "6"),
                "controller-revision-hash": None,
            },
            id="a StatefulSet that begins at five",
        ),
        pytest.param(
            workload("StatefulSet"),
            1,
            {"app": "web", "statefulset.kubernetes.io/pod-name": "web-0", "apps.kubernetes.io/pod-index": "0"},
            {"controller-revision-hash": None},
            id="what one Pod alone can be is known",
        ),
        pytest.param(
            workload("StatefulSet", "  replicas: 2000000000\n"),
            2_000_000_000,
            {"app": "web"},
            {
                "statefulset.kubernetes.io/pod-name": None,
                "apps.kubernetes.io/pod-index": None,
                "controller-revision-hash": None,
            },
            id="two thousand million Pods are not listed",
        ),
        pytest.param(
            workload("DaemonSet"),
            None,
            {"app": "web"},
            {"controller-revision-hash": None, "pod-template-generation": None},
            id="a DaemonSet has as many as there are nodes",
        ),
        pytest.param(
            workload("Job", "  parallelism: 3\n  completions: 2\n"),
            2,
            {"app": "web", "batch.kubernetes.io/job-name": "web", "job-name": "web"},
            {"batch.kubernetes.io/controller-uid": None, "controller-uid": None},
            id="a Job",
        ),
        pytest.param(
            workload("Job", "  completions: 3\n  completionMode: Indexed\n"),
            1,
            {"app": "web", "batch.kubernetes.io/job-name": "web", "job-name": "web"},
            {
                "batch.kubernetes.io/controller-uid": None,
                "controller-uid": None,
                "batch.kubernetes.io/job-completion-index": ("0", "1", "2"),
            },
            id="an indexed Job numbers its Pods",
        ),
        pytest.param(
            workload("Job", "  manualSelector: true\n  selector: {matchLabels: {app: web}}\n"),
            1,
            {"app": "web"},
            {},
            id="a Job with a selector of its own adds nothing",
        ),
        pytest.param(
            workload("CronJob"),
            None,
            {"app": "web"},
            {
                "batch.kubernetes.io/job-name": None,
                "job-name": None,
                "batch.kubernetes.io/controller-uid": None,
                "controller-uid": None,
            },
            id="a CronJob names its Jobs after the time",
        ),
    ],
)
def test_labels_and_numbers(pod, replicas, labels, varying):
    assert (pod.replicas, dict(pod.labels), dict(pod.varying)) == (replicas, labels, varying)


def test_what_a_workload_says_of_its_pods():
    pod = workload("Deployment")
    assert (pod.kind, pod.namespace, pod.name) == ("Deployment", "shop", "web")
    assert pod.ports == (ContainerPort("http", 8080, "TCP"), ContainerPort(None, 53, "UDP"))
    assert pod.annotations == {"team": "shop"}
    assert pod.addresses == ()
    assert pod.spec["containers"][0]["image"] == "web:1"


def test_a_value_out_of_a_cluster_stands():
    """A dumped ReplicaSet's template holds the hash that its Deployment gave it."""
    text = """
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-5d4f
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]
spec:
  selector: {matchLabels: {app: web, pod-template-hash: 5d4f}}
  template:
    metadata: {labels: {app: web, pod-template-hash: 5d4f}}
    spec: {containers: [{name: app, image: web:1}]}
"""
    (pod,) = load_text(text).pods
    assert pod.labels == {"app": "web", "pod-template-hash": "5d4f"}
    assert pod.owner == ("Deployment", "web")


@pytest.mark.parametrize(
    ("condition", "ended"),
    [
        pytest.param("{type: Complete, status: 'True'}", True, id="complete"),
        pytest.param("{type: Failed, status: 'True'}", True, id="failed"),
        pytest.param("{type: Suspended, status: 'True'}", False, id="suspended"),
        pytest.param("{type: Complete, status: 'False'}", False, id="not complete"),
    ],
)
def test_a_job_that_is_over_has_no_pods_that_run(condition, ended):
    assert workload("Job", status=f"status: {{conditions: [{condition}]}}\n").completed is ended


def pod(spec="containers: [{name: app, image: web:1}]", status="", metadata="name: web"):
    found = load_text(f"apiVersion: v1\nkind: Pod\nmetadata: {{{metadata}}}\nspec: {{{spec}}}\nstatus: {{{status}}}\n")
    return found.pods[0], found.problems


@pytest.mark.parametrize(
    ("status", "addresses"),
    [
        pytest.param("", (), id="unknown"),
        pytest.param("podIP: 10.0.0.7", ("10.0.0.7",), id="one, the old way"),
        pytest.param(
            "podIP: 10.0.0.7, podIPs: [{ip: 10.0.0.7}, {ip: '2001:db8::7'}]",
            ("10.0.0.7", "2001:db8::7"),
            id="both families",
        ),
        pytest.param("podIPs: [{ip: 10.0.0.7}, {ip: 10.0.0.7}]", ("10.0.0.7",), id="the same twice"),
        pytest.param("podIPs: [{}]", (), id="an empty entry"),
    ],
)
def test_addresses(status, addresses):
    found, problems = pod(status=status)
    assert (found.addresses, problems) == (addresses, ())


def test_an_address_that_is_none_is_left_out_and_told():
    found, (problem,) = pod(status="podIPs: [{ip: 10.0.0.700}, {ip: 10.0.0.7}]")
    assert found.addresses == ("10.0.0.7",)
    assert (problem.severity, problem.path, problem.position.line) == ("warning", "status.podIPs[0].ip", 5)
    assert problem.message == 'status.podIPs[0].ip: "10.0.0.700" is no IP address; it is left out'


@pytest.mark.parametrize(
    ("phase", "completed"),
    [("Succeeded", True), ("Failed", True), ("Running", False), ("Pending", False)],
)
def test_a_pod_that_has_ended_has_no_network_identity(phase, completed):
    assert pod(status=f"phase: {phase}")[0].completed is completed


def test_a_pod_on_the_nodes_network():
    found, _ = pod("hostNetwork: true, nodeName: node-1, containers: [{name: app, image: web:1}]")
    assert (found.host_network, found.node) == (True, "node-1")


def test_ports_of_init_containers_give_no_names():
    found, _ = pod(
        "containers: [{name: app, image: web:1, ports: [{name: http, containerPort: 80}]}], "
        "initContainers: [{name: proxy, image: p:1, restartPolicy: Always, "
        "ports: [{name: admin, containerPort: 9000}]}]"
    )
    assert found.ports == (ContainerPort("http", 80),)


def test_a_generated_name_is_known_by_its_prefix():
    found, _ = pod(metadata="generateName: web-")
    assert found.name == "web-"


def test_a_template_that_no_pod_can_be_made_of():
    """Up to 1.33 the server did not look into a StatefulSet's template."""
    text = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          ports:
            [{name: postgres}, {containerPort: 70000}, {containerPort: 80, protocol: tcp}, {containerPort: 5432}]
"""
    (found,) = load_text(text, options=Options(kubernetes_version="1.33")).pods
    assert found.ports == (ContainerPort(None, 5432),)
    assert load_text(text, options=Options(kubernetes_version="1.34")).pods == ()
