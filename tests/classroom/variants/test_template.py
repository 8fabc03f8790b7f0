"""What a piece of a template says, once the choices are made."""

import pytest

from autograder.classroom.variants.template import NOTHING, Template, TemplateError, misnamed

AXES = {"direction": ("in", "out"), "peer": ("near", "far")}
PIECES = {
    "ports": [{"port": "${port}"}],
    "who": {"$by": "peer", "near": "beside ${victim}", "far": "far away"},
    "chain": "${who}",
    "itself": ["${itself}"],
    "left-out": {"$by": "peer", "far": 1},
}
WORDS = {"victim": "api", "port": 8080}
CHOICES = {"direction": "in", "peer": "near"}


@pytest.mark.parametrize(
    ("node", "filled"),
    [
        pytest.param("plain", "plain", id="a text means itself"),
        pytest.param(None, None, id="null means itself"),
        pytest.param({"a": [True, 1, 0.5]}, {"a": [True, 1, 0.5]}, id="values mean themselves"),
        pytest.param("for ${victim}:${port}", "for api:8080", id="words stand inside a text"),
        pytest.param("${port}", 8080, id="a word alone keeps its kind"),
        pytest.param("${ports}", [{"port": 8080}], id="a piece alone is the piece"),
        pytest.param("${chain}", "beside api", id="a piece may need another"),
        pytest.param("so ${left-out}.", "so .", id="nothing inside a text is nothing"),
        pytest.param({"app-${victim}": 1}, {"app-api": 1}, id="keys are filled too"),
        pytest.param({"$by": "direction", "in": 1, "out": 2}, 1, id="the choice that was made"),
        pytest.param({"$by": "direction", "out": 2, "$else": 3}, 3, id="else what else says"),
        pytest.param([1, {"$by": "direction", "out": 2}, 3], [1, 3], id="an item without a choice is left out"),
        pytest.param([{"$by": "direction", "in": None, "$else": 2}], [], id="null leaves out, whatever else says"),
        pytest.param({"a": {"$by": "direction", "out": 2}}, {}, id="a key without a choice is left out"),
        pytest.param({"$join": [[1], [], [2, 3]]}, [1, 2, 3], id="lists one after the other"),
        pytest.param({"$join": [{"a": 1}, {"a": 2, "b": 3}]}, {"a": 2, "b": 3}, id="the later mapping counts"),
        pytest.param({"$join": ["${port}", "-", "x"]}, "8080-x", id="texts and numbers become a text"),
        pytest.param({"$join": [[1], {"$by": "direction", "out": [2]}]}, [1], id="nothing joins nothing"),
        pytest.param("$${victim}", "$api", id="a dollar alone means itself"),
    ],
)
def test_a_node_is_filled(node, filled):
    assert Template(PIECES, WORDS, CHOICES).filled(node) == filled


def test_a_choice_without_an_entry_is_nothing():
    assert Template(PIECES, WORDS, CHOICES).filled({"$by": "peer", "far": 1}) is NOTHING


@pytest.mark.parametrize(
    ("node", "said"),
    [
        pytest.param("${nobody}", "no piece or word called nobody", id="an unknown piece"),
        pytest.param("${itself}", "needs itself", id="a piece that needs itself"),
        pytest.param("x ${ports}", "stands inside a text", id="a list inside a text"),
        pytest.param({"$by": "color", "red": 1}, "no such axis", id="an unknown axis"),
        pytest.param({"$join": [[1], {"a": 1}]}, "not several of them", id="a list and a mapping"),
        pytest.param({"$join": [[1]], "more": 1}, "stands alone", id="a join with a neighbor"),
    ],
)
def test_a_broken_template_is_told(node, said):
    with pytest.raises(TemplateError, match=said):
        Template(PIECES, WORDS, CHOICES).filled(node)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        pytest.param([{"a": {"$by": "peer", "nearby": 1}}], "the axis peer has no choice nearby", id="a choice"),
        pytest.param({"$by": "peers"}, "there is no such axis", id="an axis"),
        pytest.param({"$by": ["peer"]}, "there is no such axis", id="a list for an axis"),
        pytest.param({"$by": "peer", "near": {"$by": "x"}}, "names x", id="inside a choice"),
        pytest.param({"$by": "peer", "near": 1, "$else": 2}, "", id="nothing is wrong"),
    ],
)
def test_a_misspelt_choice_is_found_without_making_it(node, said):
    assert said in misnamed(node, AXES)
    assert bool(said) == bool(misnamed(node, AXES))
