"""Is the catalogue complete, well written, and cheap to have?"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields

import pytest

from autograder import network, security
from autograder.misconceptions import CATALOGUE, UnknownMisconceptionError, models, patterns, semantics
from autograder.network import Semantics

SWITCHES = {
    "policies-intersect": ("combine", ("intersection",)),
    "policies-are-ordered": ("combine", ("last", "deny-wins")),
    "empty-rule-denies": ("empty_rule", ("nothing",)),
    "no-rules-allow": ("no_rules", ("allow",)),
    "empty-selector-selects-nothing": ("empty_selector", ("none",)),
    "pod-peer-any-namespace": ("pod_peer_scope", ("cluster",)),
    "dash-is-decoration": ("peer_logic", ("and", "or")),
    "rules-decide-direction": ("directions", ("rules",)),
    "one-end-suffices": ("ends", ("destination",)),
    "replies-need-rules": ("replies", ("ruled",)),
    "dns-is-free": ("dns", ("free",)),
    "egress-port-is-local": ("egress_port", ("source",)),
    "service-in-front": ("nat", ("before",)),
    "no-protocol-is-any": ("default_protocol", ("any",)),
    "except-denies": ("except_scope", ("pod",)),
    "namespace-by-name": ("namespace_key", ("name",)),
}
SECURITY = {
    "pod-level-wins": ("precedence", ("pod",)),
    "pod-level-takes-all": ("misplaced_fields", ("inherit",)),
    "unset-user-is-root": ("image_user", ("ignored",)),
    "non-root-picks-uid": ("run_as_non_root", ("assign",)),
    "container-root-is-host-root": ("root_capabilities", ("all",)),
    "added-capabilities-reach-non-root": ("non_root_capabilities", ("bounding",)),
    "capability-names-any-form": ("capability_names", ("normalised",)),
    "fsgroup-changes-every-volume": ("fs_group_volumes", ("all",)),
    "first-user-owns-volume": ("unowned_volume", ("first_user",)),
    "fsgroup-is-the-user": ("fs_group_effect", ("owner",)),
    "seccomp-on-by-default": ("seccomp_default", ("runtime",)),
    "level-must-match": ("selinux_levels", ("equal",)),
    "read-only-root-is-for-volumes": ("read_only_root", ("volumes",)),
    "drop-all-stops-escalation": ("no_new_privs", ("drop_all",)),
    "unset-is-secure": ("standards_unset", ("secure",)),
    "init-containers-exempt": ("standards_containers", ("app",)),
}
NETWORK = list(SWITCHES)
SWITCHES |= SECURITY
MODELS = list(SWITCHES)
PATTERNS = [
    "selector-is-a-list",
    "direction-misspelt",
    "field-misspelt",
    "wrong-level",
    "port-quoted",
    "empty-peer-is-anyone",
    "protocol-any",
    "one-of-each",
]
BLAME = re.compile(
    r"\b(simply|just|obviously|of course|clearly|easy|easily|wrongly|mistake|stupid|failed to|fail to)\b", re.IGNORECASE
)
WORD = re.compile(r"[\w`:{}\[\]./'-]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text; what stands in code has none."""
    plain = re.sub(r"`[^`]*`", "CODE", text)
    return [part for part in re.split(r"(?<=[.?!])\s+", plain) if part]


def test_the_catalogue_holds_these_in_this_order() -> None:
    assert list(CATALOGUE) == [*MODELS, *PATTERNS]
    assert [entry.id for entry in models()] == MODELS
    assert [entry.id for entry in patterns()] == PATTERNS
    assert [entry.id for entry in models("network")] == NETWORK
    assert [entry.id for entry in models("security")] == list(SECURITY)
    assert len(CATALOGUE) == 40


@pytest.mark.parametrize("name", MODELS)
def test_a_model_turns_one_switch_of_the_semantics(name: str) -> None:
    entry = CATALOGUE[name]
    assert entry.kind == "model"
    assert (entry.switch, entry.values) == SWITCHES[name]
    area = security if name in SECURITY else network
    for value, reading in zip(entry.values, entry.readings, strict=True):
        assert reading == area.Semantics(**{entry.switch: value})
        truth = area.KUBERNETES
        turned = {field.name for field in fields(truth) if getattr(reading, field.name) != getattr(truth, field.name)}
        assert turned == {entry.switch}


def test_every_switch_of_the_security_evaluator_is_one_belief() -> None:
    assert {field.name for field in fields(security.Semantics)} == {switch for switch, _ in SECURITY.values()}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_has_no_semantics(name: str) -> None:
    entry = CATALOGUE[name]
    assert (entry.kind, entry.switch, entry.values, entry.readings) == ("pattern", "", (), ())


@pytest.mark.parametrize("name", [*MODELS, *PATTERNS])
class TestProse:
    def test_the_belief_is_put_as_many_people_hold_it(self, name: str) -> None:
        assert CATALOGUE[name].believed.startswith("Many people believe that ")

    def test_every_text_is_short_and_made_of_sentences(self, name: str) -> None:
        entry = CATALOGUE[name]
        for text in (entry.believed, entry.true, entry.why, entry.try_):
            assert text == text.strip()
            assert text[-1] in ".?"
            assert 1 <= len(sentences(text)) <= 3, text
            for sentence in sentences(text):
                assert len(WORD.findall(sentence)) <= 30, sentence

    def test_the_title_is_a_short_phrase(self, name: str) -> None:
        title = CATALOGUE[name].title
        assert title[-1] not in ".?!"
        assert len(title) <= 60

    def test_nobody_is_blamed(self, name: str) -> None:
        entry = CATALOGUE[name]
        for text in (entry.title, entry.believed, entry.true, entry.why, entry.try_):
            assert not BLAME.search(text), text

    def test_something_to_try_names_something_of_the_shop(self, name: str) -> None:
        named = re.search(r"\b(web|api|cache|db|report|shop|dash|quotes|items)\b", CATALOGUE[name].try_)
        assert named, CATALOGUE[name].try_

    def test_it_points_to_the_official_page_and_to_concepts(self, name: str) -> None:
        entry = CATALOGUE[name]
        assert re.fullmatch(r"https://kubernetes\.io/docs/[\w/-]+/(#[\w-]+)?", entry.see)
        assert entry.rows
        assert all(re.fullmatch(r"[NS]\d{1,2}", row) for row in entry.rows)


def test_titles_are_told_apart() -> None:
    assert len({entry.title for entry in CATALOGUE.values()}) == len(CATALOGUE)


@pytest.mark.parametrize(
    ("name", "switch", "value"),
    [
        ("policies-intersect", "combine", "intersection"),
        ("policies-intersect:intersection", "combine", "intersection"),
        ("policies-are-ordered", "combine", "last"),
        ("policies-are-ordered:deny-wins", "combine", "deny-wins"),
        ("dash-is-decoration", "peer_logic", "and"),
        ("dash-is-decoration:or", "peer_logic", "or"),
    ],
)
def test_a_reading_is_found_by_name(name: str, switch: str, value: str) -> None:
    assert semantics(name) == Semantics(**{switch: value})


def test_every_name_of_a_model_is_a_name_of_a_reading() -> None:
    for entry in models():
        assert tuple(semantics(name, entry.area) for name in entry.names) == entry.readings


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("polices-intersect", "Did you mean 'policies-intersect'?"),
        ("policies_intersect", "Did you mean 'policies-intersect'?"),
        ("Dash-Is-Decoration", "Did you mean 'dash-is-decoration'?"),
        ("dns-free:free", "Did you mean 'dns-is-free'?"),
        ("zebra", "These are: policies-intersect, "),
        ("", "These are: policies-intersect, "),
        ("dash-is-decoration:xor", "'dash-is-decoration' has no reading 'xor'. It has: and, or."),
        ("dash-is-decoration:", "has no reading ''"),
        ("port-quoted", "nothing can be evaluated under it"),
        (
            "pod-level-wins",
            "'pod-level-wins' is about what a container may do, and this is about who can talk to whom.",
        ),
    ],
)
def test_a_name_that_is_none_gets_a_helpful_answer(name: str, says: str) -> None:
    with pytest.raises(UnknownMisconceptionError, match=re.escape(says)):
        semantics(name)
    assert issubclass(UnknownMisconceptionError, ValueError)


def test_importing_reads_nothing_and_evaluates_nothing() -> None:
    code = (
        "import sys, autograder.misconceptions as m; before = set(sys.modules); "
        "print(*sorted({'tomllib', 'yaml', 'autograder.network', 'autograder.manifests.documents'} & before)); "
        "len(m.CATALOGUE); print('tomllib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["", "True"]
