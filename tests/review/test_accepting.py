"""What is accepted, where, and for how long: comments and annotations, baselines, fingerprints."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.manifests.limits import InputError
from autograder.review import baseline
from autograder.review.catalogue import checks

from .scenes import closed, pod, reviewed, text, told

BARE = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: {app: web}
spec:
  hostPID: true  # the agent counts processes
  containers:
  - {name: web, image: web}
"""
DENY = "\n---\n" + text(closed())
HOST = "error host-namespaces: Pod shop/web"


def with_comment(comment, manifest=BARE):
    return manifest.replace("# the agent counts processes", comment)


ACCEPTED = {
    "behind the field": with_comment("# pod-guardrails/accept: host-namespaces it counts processes"),
    "without a space": with_comment("#pod-guardrails/accept:host-namespaces it counts processes"),
    "above the manifest": "# pod-guardrails/accept: host-namespaces it counts processes\n" + BARE,
    "as an annotation": BARE.replace(
        "  labels:", '  annotations: {pod-guardrails/accept: "host-namespaces it counts processes"}\n  labels:'
    ),
    "as one of several annotations": BARE.replace(
        "  labels:",
        "  annotations:\n    pod-guardrails/accept: |\n      writable-root it is a test\n"
        "      host-namespaces it counts processes\n  labels:",
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_finding_is_accepted(name):
    result = reviewed(ACCEPTED[name] + DENY)
    assert HOST not in told(result)
    [found] = [each for each in result.accepted if each.finding.id == "host-namespaces"]
    assert (found.by, found.reason) == ("inline", "it counts processes")
    assert not any(each.id.startswith("acceptance") for each in result.findings)


NOT_ACCEPTED = {
    "without a reason": ("# pod-guardrails/accept: host-namespaces", "warning acceptance-without-reason"),
    "without anything": ("# pod-guardrails/accept:", "warning acceptance-without-reason"),
    "another check": ("# pod-guardrails/accept: privileged it is needed", "note acceptance-unused"),
    "no check": ("# pod-guardrails/accept: host-namespace it counts processes", "note acceptance-unused"),
    "not a comment": ("|# pod-guardrails/accept: host-namespaces it counts", None),
}


@pytest.mark.parametrize("name", NOT_ACCEPTED)
def test_a_finding_stays_and_the_word_is_told(name):
    comment, said = NOT_ACCEPTED[name]
    if said is None:  # the text of a value, not a comment
        manifest = BARE.replace("image: web}", 'image: "x#pod-guardrails/accept: host-namespaces it counts"}')
    else:
        manifest = with_comment(comment)
    found = told(reviewed(manifest + DENY))
    assert HOST in found
    assert {each.partition(":")[0] for each in found if "acceptance" in each} == ({said} if said else set())


def test_a_comment_is_about_its_own_document_and_an_annotation_about_its_own_object():
    other = BARE.replace("name: web\n", "name: api\n")
    for accepted in (ACCEPTED["behind the field"], ACCEPTED["as an annotation"]):
        found = told(reviewed(accepted + "\n---\n" + other + DENY))
        assert HOST not in found
        assert "error host-namespaces: Pod shop/api" in found
    items = [
        {**pod("web", hostPID=True), "metadata": {"name": "web", "annotations": {
            "pod-guardrails/accept": "host-namespaces it counts"}}},
        pod("api", hostPID=True, namespace="default"),
    ]  # fmt: skip
    found = told(reviewed([{"apiVersion": "v1", "kind": "List", "items": items}]))
    assert "error host-namespaces: Pod default/api" in found
    assert "error host-namespaces: Pod default/web" not in found


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_baseline_accepts_what_there_is_and_tells_what_is_gone(tmp_path):
    path = str(tmp_path / "accepted.json")
    before = reviewed(BARE + DENY)
    count = baseline.write_baseline(path, before.findings)
    assert count == len(before.findings) > 3
    entries = baseline.read_baseline(path)
    again = reviewed(BARE + DENY, accepted=entries, baseline_file=path)
    assert again.findings == ()
    assert len(again.accepted) == count
    mended = reviewed(BARE.replace("hostPID: true", "hostPID: false") + DENY, accepted=entries, baseline_file=path)
    [gone] = mended.findings
    assert (gone.id, gone.severity, gone.file) == ("acceptance-unused", "note", path)
    assert "host-namespaces" in gone.got
    assert json.loads((tmp_path / "accepted.json").read_text().splitlines()[(gone.line or 0) - 1] + "}") == {}


def test_writing_again_keeps_reasons_and_is_the_same_to_the_byte(tmp_path):
    path = tmp_path / "accepted.json"
    findings = reviewed(BARE + DENY).findings
    baseline.write_baseline(str(path), findings)
    value = json.loads(path.read_text())
    value["accepted"][0]["reason"] = "ada looks after it"
    path.write_text(json.dumps(value), encoding="utf-8")
    baseline.write_baseline(str(path), findings)
    first = path.read_bytes()
    assert b"ada looks after it" in first
    baseline.write_baseline(str(path), reversed(findings))
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no baseline of version 1"),
        ("[]", "no baseline of version 1"),
        ('{"version": 2, "accepted": []}', "no baseline of version 1"),
        ('{"version": 1, "accepted": [{"id": "privileged"}]}', ":1: an entry needs"),
        ('{"version": 1, "accepted": [', "accepted.json:1: "),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_and_not_overwritten(tmp_path, content, said):
    path = tmp_path / "accepted.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        baseline.read_baseline(str(path))
    with pytest.raises(InputError):
        baseline.write_baseline(str(path), [])
    assert path.read_text() == content


def test_a_baseline_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        baseline.write_baseline(str(tmp_path / "file" / "accepted.json"), [])


# -- fingerprints ------------------------------------------------------------------------------------------------------

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: in, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - from: []
  - {}
"""


def prints(written):
    return sorted((found.id, found.fingerprint) for found in reviewed(written).findings)


@given(st.lists(st.sampled_from(["\n", "# a comment\n", "---\n# nothing\n"]), max_size=6))
def test_moved_lines_change_no_fingerprint(filling):
    assert prints("".join(filling) + BARE + "\n---\n" + "".join(filling) + POLICY) == prints(BARE + "\n---\n" + POLICY)


def test_neither_does_a_rule_above():
    other = POLICY.replace("  - from: []", "  - from: [{podSelector: {}}]\n    ports: [{port: 80}]\n  - from: []")
    assert set(prints(BARE + "\n---\n" + POLICY)) <= set(prints(BARE + "\n---\n" + other))


def test_what_is_different_has_another_fingerprint():
    found = prints(BARE + "\n---\n" + BARE.replace("name: web\n", "name: api\n") + "\n---\n" + POLICY)
    assert len({each for _, each in found}) == len(found)


def test_every_finding_of_the_tables_has_a_fingerprint_of_its_own():
    from .test_policies import FAULTS
    from .test_workloads import ROWS

    for documents in [*(row[0] for row in FAULTS.values()), *([row[0]] for row in ROWS.values())]:
        found = [(each.id, each.fingerprint) for each in reviewed(documents).findings]
        assert len(set(found)) == len(found)


def test_every_check_is_found_by_some_row():
    """A check that no table provokes is one that nobody has seen work."""
    from .test_policies import FAULTS
    from .test_workloads import ROWS

    rows = [*FAULTS.values(), *ROWS.values()]
    seen = {line.split()[1].rstrip(":") for row in rows for line in row[1:]}
    elsewhere = {"manifest-rejected", "manifest-warning", "refused-by-namespace"}
    elsewhere |= {"acceptance-without-reason", "acceptance-unused"}
    own = {name for name, check in checks().items() if check.texts}
    assert own - seen == elsewhere
