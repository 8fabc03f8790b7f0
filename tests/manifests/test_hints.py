"""What is suggested beside the server's words."""

from __future__ import annotations

import pytest

from autograder.manifests.load import Options, load_text

POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web}}\nspec: {}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {}\n"
APP = "{{containers: [{{name: app, image: web:1{}}}]{}}}"


def in_policy(spec):
    return POLICY.format(spec)


def in_pod(container="", pod=""):
    return POD.format(APP.format(container, pod))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(in_policy("{engress: []}"), "Did you mean egress or ingress?", id="engress may be either"),
        pytest.param(in_policy("{policyType: [Egress]}"), "Did you mean policyTypes?", id="policyType"),
        pytest.param(in_policy("{ingress: [{form: []}]}"), "Did you mean from?", id="form"),
        pytest.param(
            in_policy("{Egress: []}"),
            "Field names are case-sensitive: write egress.",
            id="the same letters in another size",
        ),
        pytest.param(
            in_policy("{podSelector: {app: web}}"),
            "Labels to look for stand under matchLabels: write matchLabels: {app: …}.",
            id="labels without matchLabels",
        ),
        pytest.param(
            in_policy("{egress: [{to: [{podSelector: {}, ports: []}]}]}"),
            "ports belongs further up, beside to in spec.egress[0].",
            id="ports inside to",
        ),
        pytest.param(
            in_policy("{ingress: [{from: [{cidr: 10.0.0.0/8}]}]}"),
            "cidr belongs in ipBlock.",
            id="cidr without ipBlock",
        ),
        pytest.param(
            in_policy("{ingress: [{podSelector: {}}]}"), "podSelector belongs in from.", id="a selector without from"
        ),
        pytest.param(
            in_policy("{ingress: [{from: [{matchLabels: {app: web}}]}]}"),
            "matchLabels belongs in namespaceSelector or podSelector.",
            id="matchLabels without a selector",
        ),
        pytest.param(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\ningress: []\n",
            "ingress belongs in spec.",
            id="rules beside spec",
        ),
        pytest.param(
            in_pod(", hostNetwork: true"),
            "hostNetwork belongs in the Pod's spec, beside containers.",
            id="hostNetwork low",
        ),
        pytest.param(in_pod("", ", ports: []"), "ports belongs in each container.", id="ports high"),
        pytest.param(
            in_pod(", securityContext: {fsGroup: 5}"),
            "fsGroup belongs in the Pod's securityContext, beside containers.",
            id="fsGroup in a container",
        ),
        pytest.param(
            in_pod("", ", securityContext: {capabilities: {}}"),
            "capabilities belongs in the securityContext of each container.",
            id="capabilities at the Pod",
        ),
        pytest.param(
            in_pod("", ", securityContext: {readonlyRootFilesystem: true}"),
            "readOnlyRootFilesystem belongs in the securityContext of each container.",
            id="wrong level and wrong letters",
        ),
        pytest.param(
            in_pod(", securityContext: {runAsNonroot: true}"),
            "Field names are case-sensitive: write runAsNonRoot.",
            id="runAsNonroot",
        ),
        pytest.param(in_policy("{zzz: 1}"), "", id="nothing is near"),
    ],
)
def test_unknown_fields(text, hint):
    (problem,) = load_text(text).problems
    assert (problem.type, problem.hint) == ("Unknown field", hint)


@pytest.mark.parametrize(
    ("version", "hint"),
    [
        pytest.param("1.33", "hostnameOverride is there since Kubernetes 1.34, and this is 1.33.", id="not yet"),
        pytest.param("1.34", None, id="there"),
    ],
)
def test_fields_of_other_versions(version, hint):
    problems = load_text(in_pod("", ", hostnameOverride: web"), options=Options(kubernetes_version=version)).problems
    assert [problem.hint for problem in problems] == ([hint] if hint else [])


def test_a_field_that_is_gone():
    (problem,) = load_text(in_pod("", ", workloadRef: {}")).problems
    assert problem.hint == "workloadRef was there up to Kubernetes 1.35, and this is 1.37."


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(
            in_policy("{ingress: {}}"),
            "ingress is a list: put a dash in front of each item.",
            id="a mapping for a list",
        ),
        pytest.param(
            in_policy("{policyTypes: Ingress}"),
            "policyTypes is a list: put the value on a line of its own, with a dash in front, or in square brackets.",
            id="text for a list",
        ),
        pytest.param(
            in_policy("{ingress: [{from: [{namespaceSelector: [{}]}]}]}"),
            "namespaceSelector is no list: remove the dash.",
            id="a list for a mapping",
        ),
        pytest.param(
            in_policy("{podSelector: {matchLabels: {version: 1}}}"),
            "Text is wanted here: put quotation marks around the value.",
            id="a number for text",
        ),
        pytest.param(
            in_policy("{podSelector: {matchLabels: {canary: yes}}}"),
            "Text is wanted here: put quotation marks around the value.",
            id="yes for text",
        ),
        pytest.param(
            in_policy('{ingress: [{ports: [{port: 80, endPort: "90"}]}]}'),
            "A number is wanted here: remove the quotation marks, endPort: 90.",
            id="a number in quotation marks",
        ),
        pytest.param(
            in_policy("{ingress: [{ports: [{port: 80.5}]}]}"), "A whole number is wanted here.", id="a fraction"
        ),
        pytest.param(
            in_policy("{podSelector: web}"),
            "podSelector holds fields: write them below it, indented, with a space after each colon.",
            id="text for a mapping",
        ),
        pytest.param(
            in_pod("", ", hostNetwork: 'true'"), "Write true or false, without quotation marks.", id="text for true"
        ),
        pytest.param(
            in_policy("{ingress: [{ports: [80]}]}"),
            "ports holds fields: write them below it, indented, with a space after each colon.",
            id="a bare number among the ports",
        ),
    ],
)
def test_wrong_types(text, hint):
    (problem,) = load_text(text).problems
    assert (problem.type, problem.hint) == ("Wrong type", hint)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(
            in_policy('{ingress: [{ports: [{port: "80"}]}]}'),
            "In quotation marks it is the name of a port: write port: 80.",
            id="a port in quotation marks",
        ),
        pytest.param(
            in_policy("{ingress: [{from: [{}]}]}"),
            "An empty peer is not everyone. To allow everyone, leave the whole from or to out; "
            "to allow every Pod of this namespace, write podSelector: {}.",
            id="an empty peer",
        ),
        pytest.param(
            in_policy("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}"),
            "Give ipBlock an item of its own, with a dash in front.",
            id="ipBlock beside a selector",
        ),
        pytest.param(
            in_policy("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.7}}]}]}"),
            "Write an address and the length of its prefix; a single address ends in /32, or /128 in IPv6.",
            id="an address without a prefix",
        ),
        pytest.param(
            in_policy("{ingress: [{ports: [{protocol: tcp}]}]}"), "Values are case-sensitive: write TCP.", id="tcp"
        ),
        pytest.param(
            in_policy("{ingress: [{ports: [{protocol: ANY}]}]}"),
            "No word means every protocol. For every port and protocol leave ports out; else list TCP, UDP and SCTP.",
            id="protocol ANY",
        ),
        pytest.param(
            in_policy("{policyTypes: [ingress]}"), "Values are case-sensitive: write Ingress.", id="a small policy type"
        ),
        pytest.param(
            in_policy("{podSelector: {matchExpressions: [{key: app, operator: in, values: [web]}]}}"),
            "Values are case-sensitive: write In.",
            id="a small operator",
        ),
        pytest.param(
            in_policy("{podSelector: {matchExpressions: [{key: app, operator: Gt, values: ['1']}]}}"),
            "Operators are In, NotIn, Exists, DoesNotExist.",
            id="an operator of node selectors",
        ),
        pytest.param(in_policy("{ingress: [{ports: [{port: 0}]}]}"), "", id="the server's words are enough"),
    ],
)
def test_refused_values(text, hint):
    (problem,) = load_text(text).problems
    assert (problem.code, problem.hint) == (422, hint)


def test_a_selector_that_misses_its_own_template():
    text = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: app, image: web:1}]}}
"""
    (problem,) = load_text(text).problems
    assert problem.hint.startswith("Every label that the selector asks for must stand in template.metadata.labels")
