"""Label selectors on plain labels: does it match, and if not, which condition fails?

======================= =============================== ====================================
operator                key is present                  key is missing
======================= =============================== ====================================
``In``                  value is among `values`         no match
``NotIn``               value is not among `values`     **match**
``Exists``              match, even with value ``""``   no match
``DoesNotExist``        no match                        match
======================= =============================== ====================================

Source of the rule: apimachinery ``pkg/labels/selector.go`` (Requirement.Matches).
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.manifests.objects import LabelSelector, Requirement


def requirement_matches(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    """Return whether labels satisfy one entry of matchExpressions."""
    present = requirement.key in labels
    match requirement.operator:
        case "In":
            return present and labels[requirement.key] in requirement.values
        case "NotIn":
            return not present or labels[requirement.key] not in requirement.values
        case "Exists":
            return present
        case _:
            return not present


def requirements(selector: LabelSelector) -> list[Requirement]:
    """Return the selector as one list of requirements that must all hold."""
    return [Requirement(key, "In", (value,)) for key, value in selector.match_labels] + list(selector.match_expressions)


def matches(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Return whether labels satisfy every condition of a selector; ``{}`` matches everything."""
    return all(labels.get(key) == value for key, value in selector.match_labels) and all(
        requirement_matches(requirement, labels) for requirement in selector.match_expressions
    )


def failing(selector: LabelSelector, labels: Mapping[str, str]) -> list[Requirement]:
    """Return the conditions of a selector that labels do not satisfy, in the order in which they are written."""
    return [requirement for requirement in requirements(selector) if not requirement_matches(requirement, labels)]


def is_empty(selector: LabelSelector) -> bool:
    """Return whether a selector has no condition at all."""
    return not selector.match_labels and not selector.match_expressions


def describe(requirement: Requirement) -> str:
    """Return a requirement as people write it: ``app=api``, ``tier in (web, api)``, ``!debug``."""
    values = requirement.values
    match requirement.operator:
        case "In" if len(values) == 1:
            return f"{requirement.key}={values[0]}"
        case "In":
            return f"{requirement.key} in ({', '.join(values)})"
        case "NotIn":
            return f"{requirement.key} not in ({', '.join(values)})"
        case "Exists":
            return requirement.key
        case _:
            return f"!{requirement.key}"
