"""Small sets with one popular mistake each, as people write them: each is found, named, and at the right line.

A row is the mistake, the manifests beside default deny, and what is told: the check, the line where it stands, and
words of the finding.
"""

from __future__ import annotations

import pytest
import yaml

from .scenes import closed, pod, reviewed

PODS = [pod("web"), pod("api"), pod("db", ports=[5432]), pod("report", "data"), pod("other", "data")]
AROUND = yaml.safe_dump_all([*PODS, *closed("shop", "data")])
"""What every set has beside it, after the manifest that is wrong."""

HEAD = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mistake, namespace: shop}
spec:
"""
WORKLOAD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: clock, namespace: shop}
spec:
  selector: {matchLabels: {app: clock}}
  template:
    metadata: {labels: {app: clock}}
    spec:
"""
ROWS = {
    "a rule {} meant as a denial": (
        HEAD + "  podSelector: {matchLabels: {app: db}}\n  policyTypes: [Ingress]\n  ingress:\n  - {}\n",
        ("rule-allows-everyone", 8, "the internet too"),
    ),
    "the namespace's name as a bare label": (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: data}\n---\n" + HEAD
        + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Ingress]\n  ingress:\n"
        "  - from:\n    - namespaceSelector:\n        matchLabels: {name: data}\n",
        ("namespace-not-labelled", 14, "name=data"),
    ),
    "a podSelector that should reach into another namespace": (
        HEAD + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Ingress]\n  ingress:\n"
        "  - from:\n    - podSelector: {matchLabels: {app: report}}\n    ports: [{port: 8080}]\n",
        ("peer-matches-nobody", 9, "data/report has, in namespace data"),
    ),
    "a dash before podSelector": (
        HEAD + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Ingress]\n  ingress:\n"
        "  - from:\n    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}\n"
        "    - podSelector: {matchLabels: {app: report}}\n    ports: [{port: 8080}]\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: out, namespace: data}\n"
        "spec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n"
        "  - ports: [{port: 8080}, {port: 53, protocol: UDP}]\n",
        ("dash-splits-peer", 10, "data/other -> shop/api TCP 8080"),
    ),
    "egress closed without a rule for DNS, and the other end closed": (
        HEAD + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Egress]\n  egress:\n"
        "  - to:\n    - podSelector: {matchLabels: {app: db}}\n    ports: [{port: 5432}]\n",
        ("dns-forgotten", 8, "no rule opens UDP 53"),
        ("one-end-closed", 8, "shop/api -> shop/db TCP 5432"),
    ),
    "DNS looked for in the own namespace": (
        HEAD + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Egress]\n  egress:\n"
        "  - to:\n    - podSelector: {matchLabels: {k8s-app: kube-dns}}\n    ports: [{port: 53, protocol: UDP}]\n",
        ("dns-forgotten", 8, "no rule opens UDP 53 towards anybody"),
        ("peer-matches-nobody", 9, "no Pod of shop has k8s-app=kube-dns"),
    ),
    "the port of the Service": (
        HEAD + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Ingress]\n  ingress:\n"
        "  - ports:\n    - port: 80\n---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\n"
        "spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}\n",
        ("port-not-served", 9, "leads to port 8080"),
    ),
    "an egress rule that policyTypes leaves out": (
        HEAD + "  podSelector: {matchLabels: {app: api}}\n  policyTypes: [Ingress]\n  egress:\n"
        "  - ports: [{port: 53, protocol: UDP}]\n",
        ("rule-without-effect", 8, "policyTypes names Ingress only"),
    ),
    "a label misspelt in the selector of the policy": (
        HEAD + "  podSelector: {matchLabels: {app: databse}}\n  policyTypes: [Ingress]\n",
        ("policy-selects-nothing", 5, "app=databse"),
    ),
    "a policy in another namespace than its Pods": (
        HEAD + "  podSelector: {matchLabels: {app: report}}\n  policyTypes: [Ingress]\n",
        ("policy-selects-nothing", 5, "data/report has the labels that NetworkPolicy mistake asks for"),
    ),
    "a capability added for a user who is not root": (
        WORKLOAD
        + "      securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}\n"
        "      containers:\n      - name: clock\n        image: registry.shop.example/clock:1\n"
        "        securityContext:\n          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n"
        "          capabilities:\n            drop: [ALL]\n            add: [SYS_TIME]\n",
        ("capabilities-added", 18, "adds SYS_TIME. User 1000 of container clock does not get it"),
    ),
    "the node's network, and a hostPort that comes with it": (
        WORKLOAD + "      hostNetwork: true\n"
        "      securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}\n"
        "      containers:\n      - name: clock\n        image: registry.shop.example/clock:1\n"
        "        ports: [{containerPort: 9100, hostPort: 9100}]\n        securityContext: {allowPrivilegeEscalation: "
        "false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}\n",
        ("host-namespaces", 9, "hostNetwork=true"),
        ("host-ports", 14, "while hostNetwork is true, taking out hostPort changes nothing"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_popular_mistake_is_found_and_named_at_its_line(name):
    manifest, *expected = ROWS[name]
    found = reviewed(f"{manifest}---\n{AROUND}").findings
    assert sorted((each.id, each.line) for each in found) == sorted((check, line) for check, line, _ in expected)
    for check, _, words in expected:
        assert words in next(each.got for each in found if each.id == check)
