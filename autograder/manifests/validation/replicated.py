"""What Deployment and ReplicaSet have in common. Source: pkg/apis/apps/validation/validation.go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.manifests.problems import Path

from .errors import FieldError, invalid, required
from .labels import print_selector, validate_selector
from .numbers import non_negative
from .pod_template import selector_is_sound, validate_match, validate_runs_forever, validate_template


def validate_selector_and_template(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of the selector and of the template that it must match."""
    selector = spec.get("selector")
    place = (*path, "selector")
    if selector is None:
        yield required(place)
    else:
        yield from validate_selector(selector, place, minor)
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            # Both kinds say deployment.
            yield invalid(place, print_selector(selector, minor), "empty selector is invalid for deployment")
    if not selector_is_sound(selector, minor):
        yield invalid(place, print_selector(selector, minor), "invalid label selector")
        return
    template = spec.get("template", {})
    yield from validate_match(selector, template, (*path, "template"), minor)
    yield from validate_template(template, (*path, "template"), minor)
    yield from validate_runs_forever(template, (*path, "template"), "ReplicaSet")


def validate_counts(spec: Mapping[str, Any], path: Path, *fields: str) -> Iterator[FieldError]:
    """Yield the errors of counts that are below zero."""
    for field in fields:
        yield from non_negative(spec.get(field, 0), (*path, field))
