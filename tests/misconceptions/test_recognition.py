"""Which belief shows in what the API server refuses? Whole manifests in, patterns and their places out."""

from __future__ import annotations

import pytest

from autograder.manifests.load import Options, load_text
from autograder.misconceptions import CATALOGUE, patterns, recognize

INDENT = "\n" + " " * 2


def policy(spec: str) -> str:
    """A policy of the shop; its spec starts on line 6."""
    body = INDENT.join(spec.strip("\n").splitlines())
    return f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\nspec:\n  {body}\n"


def pod(spec: str) -> str:
    """A Pod of the shop; its spec starts on line 6."""
    body = INDENT.join(spec.strip("\n").splitlines())
    return f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  {body}\n"


def deployment(spec: str) -> str:
    """A Deployment whose Pods have the given spec, which starts on line 14."""
    body = ("\n" + " " * 6).join(spec.strip("\n").splitlines())
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n"
        "  selector:\n    matchLabels:\n      app: web\n"
        "  template:\n    metadata:\n      labels:\n        app: web\n"
        f"    spec:\n      {body}\n"
    )


def seen(text: str, options: Options | None = None) -> list[tuple[str, int]]:
    """The patterns of a text, each with its line."""
    manifests = load_text(text, "answer.yaml", options or Options())
    return [(found.id, problem.position.line) for found, problem in recognize(manifests.problems, manifests.documents)]


CONTAINERS = """
containers:
  - name: web
    image: shop/web:1
"""

SHOWN = [
    (
        "a namespaceSelector with a dash",
        policy("""
podSelector: {}
ingress:
  - from:
      - namespaceSelector:
          - matchExpressions:
              - {key: team, operator: In, values: [shop]}
"""),
        ("selector-is-a-list", 10),
    ),
    (
        "a podSelector with a dash, under egress",
        policy("""
podSelector: {}
egress:
  - to:
      - podSelector:
          - matchLabels:
              app: db
"""),
        ("selector-is-a-list", 10),
    ),
    (
        "the policy's own podSelector with a dash",
        policy("""
podSelector:
  - matchLabels:
      app: db
"""),
        ("selector-is-a-list", 7),
    ),
    *(
        (
            f"{field} for a field of the spec",
            policy(f"podSelector: {{}}\n{field}: {value}\n"),
            ("direction-misspelt", 7),
        )
        for field, value in (
            ("engress", "[{}]"),
            ("Engress", "[{}]"),
            ("egrass", "[{}]"),
            ("ingres", "[]"),
            ("ignress", "[]"),
            ("policyType", "[Ingress]"),
            ("policyTipes", "[Ingress]"),
        )
    ),
    *(
        (
            f"{value} among policyTypes",
            policy(f"podSelector: {{}}\npolicyTypes:\n  - {value}\n"),
            ("direction-misspelt", 8),
        )
        for value in ("Engress", "ingress", "EGRESS", "Ingres", "egress")
    ),
    (
        "engress beside the spec",
        policy("podSelector: {}") + "engress:\n  - {}\n",
        ("direction-misspelt", 7),
    ),
    (
        "Egress with a capital letter as a field",
        policy("podSelector: {}\nEgress: [{}]\n"),
        ("field-misspelt", 7),
    ),
    (
        "a small letter inside a policy's field",
        policy("podselector: {}\n"),
        ("field-misspelt", 6),
    ),
    (
        "readonlyRootFilesystem",
        pod(CONTAINERS + "    securityContext:\n      readonlyRootFilesystem: true\n"),
        ("field-misspelt", 10),
    ),
    (
        "runAsNonroot of the whole Pod",
        pod("securityContext:\n  runAsNonroot: true\n" + CONTAINERS.lstrip()),
        ("field-misspelt", 7),
    ),
    (
        "a misspelt field in a Deployment's Pods",
        deployment("securityContext:\n  RunAsUser: 1000\n" + CONTAINERS.lstrip()),
        ("field-misspelt", 15),
    ),
    *(
        (
            f"{field} under the Pod's securityContext",
            pod(f"securityContext:\n  {field}: {value}\n" + CONTAINERS.lstrip()),
            ("wrong-level", 7),
        )
        for field, value in (
            ("capabilities", "{drop: [ALL]}"),
            ("privileged", "false"),
            ("allowPrivilegeEscalation", "false"),
            ("readOnlyRootFilesystem", "true"),
            ("procMount", "Default"),
        )
    ),
    *(
        (
            f"{field} under a container's securityContext",
            pod(CONTAINERS + f"    securityContext:\n      {field}: {value}\n"),
            ("wrong-level", 10),
        )
        for field, value in (("fsGroup", "2000"), ("supplementalGroups", "[4000]"), ("sysctls", "[]"))
    ),
    (
        "capabilities under the securityContext of a Deployment's Pods",
        deployment("securityContext:\n  capabilities: {drop: [ALL]}\n" + CONTAINERS.lstrip()),
        ("wrong-level", 15),
    ),
    (
        "a port in quotes",
        policy('podSelector: {}\ningress:\n  - ports:\n      - port: "80"\n'),
        ("port-quoted", 9),
    ),
    (
        "an endPort in quotes",
        policy('podSelector: {}\ningress:\n  - ports:\n      - port: 80\n        endPort: "90"\n'),
        ("port-quoted", 10),
    ),
    (
        "a containerPort in quotes",
        pod(CONTAINERS + '    ports:\n      - containerPort: "8080"\n'),
        ("port-quoted", 10),
    ),
    (
        "an empty item under from",
        policy("podSelector: {}\ningress:\n  - from:\n      - {}\n"),
        ("empty-peer-is-anyone", 9),
    ),
    (
        "a dash with nothing behind it under to",
        policy("podSelector: {}\negress:\n  - to:\n      -\n"),
        ("empty-peer-is-anyone", 9),
    ),
    *(
        (
            f"protocol: {word}",
            policy(f"podSelector: {{}}\ningress:\n  - ports:\n      - port: 53\n        protocol: {word}\n"),
            ("protocol-any", 10),
        )
        for word in ("ANY", "tcp", "Udp", "ICMP", "'*'", "TCP/UDP")
    ),
    (
        "an ipBlock and a podSelector in one item",
        policy("podSelector: {}\ningress:\n  - from:\n      - ipBlock: {cidr: 10.0.0.0/8}\n        podSelector: {}\n"),
        ("one-of-each", 9),
    ),
    (
        "an ipBlock and a namespaceSelector in one item, under egress",
        policy(
            "podSelector: {}\negress:\n  - to:\n      - namespaceSelector: {}\n        ipBlock: {cidr: 10.0.0.0/8}\n"
        ),
        ("one-of-each", 9),
    ),
]


@pytest.mark.parametrize(("text", "shown"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_one_pattern_shows_at_its_place(text: str, shown: tuple[str, int]) -> None:
    assert seen(text) == [shown]


def test_every_pattern_is_shown_by_a_row() -> None:
    assert {name for _, _, (name, _) in SHOWN} == {entry.id for entry in patterns()}


NOT_SHOWN = [
    ("a right policy", policy("podSelector: {}\npolicyTypes: [Ingress]\ningress:\n  - ports:\n      - port: 80\n")),
    ("a direction in other words", policy("podSelector: {}\noutgoing: [{}]\n")),
    ("a word that is far from Ingress", policy("podSelector: {}\npolicyTypes: [Both]\n")),
    ("one word where policyTypes is a list", policy("podSelector: {}\npolicyTypes: Ingress\n")),
    ("the right field at the wrong place", policy("podSelector: {}") + "egress:\n  - {}\n"),
    ("a field of a peer beside the rule", policy("podSelector: {}\ningress:\n  - ports: []\n    podSelector: {}\n")),
    ("to under ingress", policy("podSelector: {}\ningress:\n  - to: []\n")),
    ("a port that is no number", policy('podSelector: {}\ningress:\n  - ports:\n      - port: "eighty!"\n')),
    ("a range written as text", policy('podSelector: {}\ningress:\n  - ports:\n      - port: "80-90"\n')),
    ("a port beyond the last one", policy("podSelector: {}\ningress:\n  - ports:\n      - port: 70000\n")),
    (
        "a peer whose selector has nothing behind it",
        policy("podSelector: {}\ningress:\n  - from:\n      - podSelector:\n"),
    ),
    ("an empty rule", policy("podSelector: {}\ningress:\n  - {}\n")),
    ("an empty protocol", policy("podSelector: {}\ningress:\n  - ports:\n      - protocol: ''\n")),
    ("an ipBlock alone", policy("podSelector: {}\ningress:\n  - from:\n      - ipBlock: {cidr: 10.0.0.0/33}\n")),
    ("a field that exists at no level", pod("securityContext:\n  drop: [ALL]\n" + CONTAINERS.lstrip())),
    ("a securityContext field outside of it", pod("runAsNonRoot: true\n" + CONTAINERS.lstrip())),
    ("engress in another kind", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\nspec:\n  engress: []\n"),
    ("YAML that cannot be read", "kind: [NetworkPolicy\n"),
    ("a list of numbers", "[1, 2, 3]\n"),
    ("nothing", ""),
]


@pytest.mark.parametrize("text", [row[1] for row in NOT_SHOWN], ids=[row[0] for row in NOT_SHOWN])
def test_no_pattern_shows(text: str) -> None:
    assert seen(text) == []


def test_a_field_that_is_misspelt_and_at_the_wrong_level_shows_both() -> None:
    text = pod("securityContext:\n  readonlyRootFilesystem: true\n" + CONTAINERS.lstrip())
    assert seen(text) == [("field-misspelt", 7), ("wrong-level", 7)]


def test_every_problem_of_every_document_is_looked_at_in_order() -> None:
    first = policy('podSelector: {}\ningress:\n  - from:\n      - {}\n    ports:\n      - port: "80"\n')
    second = policy("podSelector: {}\nengress: []\npolicyType: [Egress]\n")
    found = seen(f"{first}---\n{second}")
    assert sorted(found) == sorted(
        [
            ("port-quoted", 11),
            ("empty-peer-is-anyone", 9),
            ("direction-misspelt", 19),
            ("direction-misspelt", 20),
        ]
    )
    assert {name for name, line in found[:2]} == {"port-quoted", "empty-peer-is-anyone"}


@pytest.mark.parametrize("validation", ["warn", "ignore"])
def test_a_client_that_only_warns_changes_nothing_about_the_belief(validation: str) -> None:
    text = policy("podSelector: {}\nengress: [{}]\n")
    manifests = load_text(text, "answer.yaml", Options(field_validation=validation))
    found = recognize(manifests.problems, manifests.documents)
    assert [entry.id for entry, _ in found] == ([] if validation == "ignore" else ["direction-misspelt"])


def test_objects_in_a_list_are_found_by_their_names() -> None:
    def item(name: str, port: str) -> str:
        return (
            "  - apiVersion: networking.k8s.io/v1\n    kind: NetworkPolicy\n"
            f"    metadata:\n      name: {name}\n"
            f"    spec:\n      ingress:\n        - ports:\n            - port: {port}\n"
        )

    text = "apiVersion: v1\nkind: List\nitems:\n" + item("web", "80") + item("api", '"81"') + item("db", "http")
    assert seen(text) == [("port-quoted", 19)]


def test_problems_of_documents_that_are_not_given_show_nothing() -> None:
    manifests = load_text(policy("podSelector: {}\nengress: []\n"), "answer.yaml", Options())
    assert manifests.problems
    assert recognize(manifests.problems, []) == []


def test_what_is_recognized_is_the_entry_of_the_catalogue() -> None:
    manifests = load_text(policy("podSelector: {}\nengress: []\n"), "answer.yaml", Options())
    [(entry, problem)] = recognize(manifests.problems, manifests.documents)
    assert entry is CATALOGUE["direction-misspelt"]
    assert problem in manifests.problems
