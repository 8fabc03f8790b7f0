"""From text to objects: what is taken, what is refused, what is ignored, and where each problem stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests.limits import InputError, Limits
from autograder.manifests.load import Options, load_paths, load_text
from autograder.manifests.objects import (
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Peer,
    PolicyPort,
    Requirement,
    Rule,
    Service,
    ServicePort,
)
from autograder.manifests.schema import kinds, versions

POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n"
POD = "{apiVersion: v1, kind: Pod, metadata: {name: NAME}, spec: {containers: [{name: app, image: web:1}]}}"


def only_problem(text, **options):
    (problem,) = load_text(text, "web.yaml", Options(**options)).problems
    return problem


# -- objects -----------------------------------------------------------------------------------------------------------


def test_a_policy_with_everything():
    text = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector:
    matchLabels: {tier: back, app: db}
    matchExpressions: [{key: canary, operator: DoesNotExist}]
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector: {matchLabels: {app: api}}
          namespaceSelector: {}
        - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
      ports: [{port: 5432}, {port: metrics, protocol: TCP}, {port: 7000, endPort: 7010, protocol: UDP}, {}]
    - {}
  egress: []
"""
    (policy,) = load_text(text).policies
    assert policy == NetworkPolicy(
        namespace="shop",
        name="db",
        pod_selector=LabelSelector((("app", "db"), ("tier", "back")), (Requirement("canary", "DoesNotExist"),)),
        policy_types=("Ingress", "Egress"),
        ingress=(
            Rule(
                (
                    Peer(LabelSelector((("app", "api"),)), LabelSelector()),
                    Peer(ip_block=IPBlock("10.0.0.0/8", ("10.1.0.0/16",))),
                ),
                (
                    PolicyPort("TCP", 5432, protocol_written=False),
                    PolicyPort("TCP", "metrics"),
                    PolicyPort("UDP", 7000, 7010),
                    PolicyPort("TCP", protocol_written=False),
                ),
            ),
            Rule(),
        ),
        egress=(),
    )
    assert policy.source.line == 2
    assert policy.source.locate(("spec", "ingress", 1)).line == 16


@pytest.mark.parametrize(
    ("spec", "types", "written"),
    [
        pytest.param("{}", ("Ingress",), False, id="nothing said is Ingress"),
        pytest.param("{policyTypes: []}", ("Ingress",), False, id="an empty list is nothing said"),
        pytest.param("{policyTypes: null, egress: [{}]}", ("Ingress", "Egress"), False, id="egress rules add Egress"),
        pytest.param("{egress: []}", ("Ingress",), False, id="an empty egress adds nothing"),
        pytest.param("{policyTypes: [Egress], ingress: [{}]}", ("Egress",), True, id="what is written stands"),
        pytest.param("{policyTypes: [Egress, Egress]}", ("Egress",), True, id="twice is once"),
    ],
)
def test_the_directions_of_a_policy(spec, types, written):
    (policy,) = load_text(f"{POLICY}spec: {spec}\n").policies
    assert (policy.policy_types, policy.policy_types_written) == (types, written)


def test_a_null_selector_selects_every_pod_of_the_spec_and_nothing_in_a_peer():
    (policy,) = load_text(
        f"{POLICY}spec:\n  podSelector:\n  ingress:\n"
        "    - from:\n        - podSelector: {}\n          namespaceSelector:\n"
    ).policies
    assert policy.pod_selector == LabelSelector()
    assert policy.ingress[0].peers == (Peer(pod_selector=LabelSelector()),)


def test_the_server_sets_the_name_label_of_a_namespace():
    labels = "{kubernetes.io/metadata.name: other, team: web}"
    text = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {labels}}}\n"
    (namespace,) = load_text(text).namespaces
    assert namespace.labels == {"kubernetes.io/metadata.name": "shop", "team": "web"}


def test_a_service():
    text = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  clusterIP: 10.96.0.7
  ports: [{name: http, port: 80, targetPort: web}, {name: dns, port: 53, protocol: UDP}]
"""
    (service,) = load_text(text).services
    assert service == Service(
        namespace="default",
        name="web",
        selector={"app": "web"},
        ports=(ServicePort("http", 80, "web"), ServicePort("dns", 53, 53, "UDP")),
        cluster_ips=("10.96.0.7",),
    )


@pytest.mark.parametrize(
    ("metadata", "namespace"),
    [
        pytest.param("{name: web}", "shop", id="that of the options"),
        pytest.param("{name: web, namespace: ''}", "shop", id="an empty one is none"),
        pytest.param("{name: web, namespace: cache}", "cache", id="what is written"),
    ],
)
def test_the_namespace_of_an_object(metadata, namespace):
    text = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {metadata}\n"
    (policy,) = load_text(text, options=Options(namespace="shop")).policies
    assert policy.namespace == namespace


def test_kubectl_takes_no_notice_of_a_namespace_that_is_a_number():
    found = load_text("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: 2024}\n")
    assert found.policies[0].namespace == "default"
    (problem,) = found.problems
    assert (problem.severity, problem.position.line, problem.path) == ("warning", 3, "metadata.namespace")
    assert "2024" in problem.detail


# -- lists, folders, the same object twice -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"apiVersion: v1\nkind: List\nitems: [{POD}]\n", id="a List"),
        pytest.param(
            "apiVersion: v1\nkind: PodList\n"
            "items: [{metadata: {name: NAME}, spec: {containers: [{name: app, image: web:1}]}}]\n",
            id="a list of Pods, which need not say so",
        ),
        pytest.param(
            f"apiVersion: v1\nkind: List\nitems: [{{apiVersion: v1, kind: List, items: [{POD}]}}]\n",
            id="a List in a List",
        ),
    ],
)
def test_lists_are_opened(text):
    found = load_text(text.replace("NAME", "web"))
    assert [pod.name for pod in found.pods] == ["web"]
    assert (found.problems, found.ignored) == ((), ())


def test_an_empty_list_holds_nothing():
    found = load_text("apiVersion: v1\nkind: List\nitems:\n")
    assert (found.objects, found.problems, found.ignored) == ((), (), ())


def test_a_problem_of_an_item_stands_at_the_item():
    text = f"apiVersion: v1\nkind: List\nitems:\n- {POD}\n- {POD}\n".replace("NAME", "web", 1).replace("NAME", "Web")
    problem = only_problem(text)
    assert (problem.position.line, problem.path) == (5, "metadata.name")


@pytest.mark.parametrize(
    ("items", "detail"),
    [
        pytest.param(
            "{}",
            "json: cannot unmarshal object into Go struct field decodeList.items of type []json.RawMessage",
            id="no list",
        ),
        pytest.param(
            "[web]", "json: cannot unmarshal string into Go value of type map[string]interface {}", id="text in it"
        ),
        pytest.param(
            "[{metadata: {name: web}, apiVersion: v1}]",
            "Object 'Kind' is missing in 'unstructured object has no kind'",
            id="an item without a kind",
        ),
    ],
)
def test_lists_that_kubectl_cannot_open(items, detail):
    assert only_problem(f"apiVersion: v1\nkind: List\nitems: {items}\n").detail == detail


def test_of_the_same_object_twice_the_last_counts():
    text = f"{POLICY}spec: {{policyTypes: [Ingress]}}\n---\n{POLICY}spec: {{policyTypes: [Egress]}}\n"
    found = load_text(text, "web.yaml")
    assert [policy.policy_types for policy in found.policies] == [("Egress",)]
    (problem,) = found.problems
    assert (problem.severity, problem.document, problem.position.line) == ("warning", 2, 8)
    assert problem.detail == "this object is written twice: this one counts, the one at web.yaml:1 does not"


def test_objects_whose_names_are_generated_are_never_the_same():
    pod = POD.replace("name: NAME", "generateName: web-")
    assert len(load_text(f"{pod}\n---\n{pod}\n").pods) == 2


def test_the_same_name_in_two_namespaces_is_two_objects():
    text = POLICY + "---\n" + POLICY.replace("{name: web}", "{name: web, namespace: shop}")
    assert len(load_text(text).policies) == 2


def test_files_are_read_in_the_order_of_their_paths(tmp_path):
    (tmp_path / "b.yaml").write_text(POLICY + "spec: {policyTypes: [Egress]}\n", "utf-8")
    (tmp_path / "a.yaml").write_text(POLICY, "utf-8")
    found = load_paths([tmp_path])
    assert [policy.policy_types for policy in found.policies] == [("Egress",)]
    assert [problem.file for problem in found.problems] == [str(tmp_path / "b.yaml")]


def test_standard_input_is_read():
    found = load_paths(["-"], stdin=POLICY.encode())
    assert [policy.source.file for policy in found.policies] == ["<stdin>"]


def test_kubectl_calls_standard_input_by_its_own_name():
    (problem,) = load_paths(["-"], stdin=(POLICY + "spec: {engress: []}\n").encode()).problems
    assert 'error when creating "STDIN"' in problem.message


# -- what is refused before the server is asked ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        pytest.param(
            "kind: Pod\nmetadata: {name: web}\n",
            {},
            'error: error validating "web.yaml": error validating data: apiVersion not set; '
            "if you choose to ignore these errors, turn validation off with --validate=false",
            id="no apiVersion",
        ),
        pytest.param(
            "metadata: {name: web}\nspec: {}\n",
            {},
            'error: error validating "web.yaml": error validating data: [apiVersion not set, kind not set]; '
            "if you choose to ignore these errors, turn validation off with --validate=false",
            id="neither",
        ),
        pytest.param(
            "apiVersion: 1\nkind: Pod\n",
            {},
            'error: error validating "web.yaml": error validating data: apiVersion isn\'t string type; '
            "if you choose to ignore these errors, turn validation off with --validate=false",
            id="an apiVersion that is a number",
        ),
        pytest.param(
            "apiVersion: v1\nmetadata: {name: web}\n",
            {"field_validation": "ignore"},
            "error: unable to decode \"web.yaml\": Object 'Kind' is missing in "
            '\'{"apiVersion":"v1","metadata":{"name":"web"}}\'',
            id="no kind, without validation",
        ),
        pytest.param(
            "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n",
            {},
            'error: resource mapping not found for name: "web" namespace: "shop" from "web.yaml": '
            'no matches for kind "NetworkPolicy" in version "extensions/v1beta1"\nensure CRDs are installed first',
            id="a version that is gone",
        ),
        pytest.param(
            "apiVersion: v1\nkind: NetworkPolicy\nmetadata: {name: web}\n",
            {},
            'error: resource mapping not found for name: "web" namespace: "" from "web.yaml": '
            'no matches for kind "NetworkPolicy" in version "v1"\nensure CRDs are installed first',
            id="another group",
        ),
        pytest.param(
            "apiVersion: networking.k8s.io/v1\nkind: Networkpolicy\nmetadata: {name: web}\n",
            {},
            'error: resource mapping not found for name: "web" namespace: "" from "web.yaml": '
            'no matches for kind "Networkpolicy" in version "networking.k8s.io/v1"\nensure CRDs are installed first',
            id="a kind in the wrong letters",
        ),
    ],
)
def test_what_kubectl_refuses_itself(text, options, message):
    problem = only_problem(text, **options)
    assert problem.message == message
    assert (problem.severity, problem.code, problem.stage) == ("error", None, "decode")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(
            "kind: NetworkPolicy\n",
            "Write apiVersion: networking.k8s.io/v1 above kind: NetworkPolicy.",
            id="no apiVersion",
        ),
        pytest.param(
            "apiVersion: v1\nkind: NetworkPolicy\n",
            "NetworkPolicy belongs to networking.k8s.io/v1: write apiVersion: networking.k8s.io/v1.",
            id="another group",
        ),
        pytest.param(
            "apiVersion: networking.k8s.io/v1\nkind: networkpolicy\n",
            "Kinds are case-sensitive: write NetworkPolicy.",
            id="small letters",
        ),
        pytest.param(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicies\n", "Did you mean NetworkPolicy?", id="the plural"
        ),
    ],
)
def test_the_right_apiversion_or_kind_is_named(text, hint):
    assert only_problem(text).hint == hint


# -- what is ignored ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api_version", "kind", "changes"),
    [
        ("v1", "ConfigMap", False),
        ("networking.k8s.io/v1", "Ingress", False),
        ("example.com/v1", "Service", False),
        ("serving.knative.dev/v1", "Service", False),
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", True),
        ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", True),
        ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", True),
        ("cilium.io/v2", "CiliumNetworkPolicy", True),
        ("cilium.io/v2", "CiliumClusterwideNetworkPolicy", True),
        ("projectcalico.org/v3", "NetworkPolicy", True),
        ("projectcalico.org/v3", "GlobalNetworkPolicy", True),
        ("crd.projectcalico.org/v1", "GlobalNetworkPolicy", True),
        ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", True),
    ],
)
def test_kinds_that_are_not_evaluated(api_version, kind, changes):
    found = load_text(
        f"---\n# a comment\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web, namespace: shop}}\n"
    )
    (item,) = found.ignored
    assert (found.objects, found.problems) == ((), ())
    assert (item.api_version, item.kind, item.name, item.line) == (api_version, kind, "shop/web", 3)
    assert item.could_change_verdict is changes
    assert item.reason.startswith(f"{kind} ({api_version}) is not evaluated")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            "replicaCount: 3\nimage: web\n",
            "it has no apiVersion and no kind, so it is no manifest",
            id="the values of a chart",
        ),
        pytest.param("- web\n- api\n", "it is a list, not an object", id="a list"),
        pytest.param("just words\n", "it is plain text, not an object", id="text"),
    ],
)
def test_documents_that_are_no_manifests(text, reason):
    found = load_text(text)
    (item,) = found.ignored
    assert (item.reason, item.could_change_verdict, found.problems) == (reason, False, ())


# -- unknown fields by --field-validation ------------------------------------------------------------------------------

DROPPED = POLICY + "spec: {podSelector: {}, engress: [{}]}\n"


def test_strict_refuses_unknown_fields():
    found = load_text(DROPPED)
    assert (found.objects, [problem.severity for problem in found.problems]) == ((), ["error"])
    assert [item.kind for item in found.rejected] == ["NetworkPolicy"]


def test_warn_drops_them_and_the_policy_becomes_another():
    found = load_text(DROPPED, options=Options(field_validation="warn"))
    (problem,) = found.problems
    assert (problem.severity, problem.code, problem.message) == (
        "warning",
        None,
        'Warning: unknown field "spec.engress"',
    )
    assert found.policies[0].policy_types == ("Ingress",)


def test_ignore_says_nothing():
    found = load_text(DROPPED, options=Options(field_validation="ignore"))
    assert found.problems == ()
    assert found.policies[0].egress == ()


def test_a_type_error_is_refused_even_then():
    found = load_text(POLICY + "spec: {ingress: {}}\n", options=Options(field_validation="ignore"))
    assert [problem.code for problem in found.problems] == [400]


# -- positions, duplicates, order --------------------------------------------------------------------------------------


def test_each_problem_has_its_own_place():
    text = POLICY + "spec:\n  podSelector:\n    app: web\n  ingress:\n    - form: []\n    - from: []\n      port: 80\n"
    found = load_text(text)
    assert [(problem.path, problem.position.line, problem.position.column) for problem in found.problems] == [
        ("spec.ingress[0].form", 8, 7),
        ("spec.ingress[1].port", 10, 7),
        ("spec.podSelector.app", 6, 5),
    ]
    assert len({problem.message for problem in found.problems}) == 1


def test_a_bad_label_is_pointed_at_though_the_server_names_the_map():
    text = POLICY + "spec:\n  podSelector:\n    matchLabels:\n      app: web\n      tier: front end\n"
    problem = only_problem(text)
    assert (problem.path, problem.position.line) == ("spec.podSelector.matchLabels", 8)


def test_what_is_missing_stands_at_what_should_hold_it():
    problem = only_problem("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: app\n")
    assert (problem.path, problem.position.line) == ("spec.containers[0].image", 7)


def test_a_key_written_twice_is_told():
    text = POLICY + "spec:\n  ingress:\n    - {}\n  ingress: []\n"
    found = load_text(text)
    assert found.policies[0].ingress == ()
    (problem,) = found.problems
    assert (problem.severity, problem.stage, problem.path, problem.position.line) == (
        "warning",
        "yaml",
        "spec.ingress",
        5,
    )
    assert problem.detail == "ingress is written twice: only the one on line 7 counts"


def test_a_key_written_twice_in_what_is_ignored_is_not_told():
    assert load_text("apiVersion: v1\nkind: ConfigMap\ndata: {a: 1, a: 2}\n").problems == ()


def test_problems_come_in_the_order_of_the_documents():
    text = f"{POLICY}spec: {{engress: []}}\n---\n]\n---\n{POLICY}spec: []\n"
    assert [problem.document for problem in load_text(text).problems] == [1, 2, 3]


def test_a_document_that_is_no_yaml_is_among_the_rejected():
    found = load_text("]\n")
    assert [(item.document, item.kind) for item in found.rejected] == [(1, "")]


def test_a_thousand_errors_end_at_a_hundred():
    ports = ", ".join(f"{{port: {number}}}" for number in range(70_000, 71_000))
    found = load_text(f"{POLICY}spec: {{ingress: [{{ports: [{ports}]}}]}}\n")
    assert len(found.problems) == 100
    assert found.problems[0].message.endswith("\n* … and perhaps more")


def test_what_nobody_would_read_is_shortened():
    fields = {letter * 100_000: 1 for letter in "abcdefgh"}  # in JSON, where a key may be of any length
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"}}
    found = load_text(json.dumps({**head, "spec": fields}))
    assert len(found.problems) == 8
    for problem in found.problems:
        assert len(problem.message) < 60_000
        assert len(problem.detail) + len(problem.path) + len(problem.hint) < 20_000


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(
            Options(kubernetes_version="1.20"), "Kubernetes 1.20 is not known. Known versions are 1.33", id="version"
        ),
        pytest.param(Options(field_validation="maybe"), "It is strict, warn or ignore", id="field validation"),
        pytest.param(Options(namespace="My Shop"), "'My Shop' cannot be the name of a namespace", id="namespace"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, words):
    with pytest.raises(InputError, match=words):
        load_text(POLICY, options=options)


def test_a_text_beyond_the_limits_is_refused():
    with pytest.raises(InputError, match="max-bytes"):
        load_text(POLICY, options=Options(limits=Limits(max_bytes=10)))


# -- whatever comes ----------------------------------------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
FIELDS = """
metadata spec status name namespace labels podSelector matchLabels matchExpressions ingress egress from to ports port
policyTypes containers image template selector items ipBlock cidr except key operator values endPort protocol
"""
words = st.sampled_from(FIELDS.split())
trees = st.recursive(
    scalars | st.sampled_from(["web", "In", "TCP", "10.0.0.0/8", "Ingress", 80]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=4), inner, max_size=4),
    max_leaves=30,
)
dressed = st.tuples(st.sampled_from(sorted(kinds().items())), st.dictionaries(words, trees, max_size=5)).map(
    lambda pair: {"apiVersion": pair[0][1], "kind": pair[0][0], **pair[1]}
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(dressed, min_size=1, max_size=2),
    st.sampled_from(versions()),
    st.sampled_from(["strict", "warn", "ignore"]),
)
def test_no_tree_of_values_raises(values, version, field_validation):
    text = "\n---\n".join(json.dumps(value) for value in values)
    found = load_text(text, options=Options(kubernetes_version=version, field_validation=field_validation))
    assert len(found.objects) + len(found.rejected) + len(found.ignored) >= 1 or found.problems or "items" in text
    for problem in found.problems:
        assert problem.message
        assert problem.position.line >= 1
        assert problem.position.column >= 1
