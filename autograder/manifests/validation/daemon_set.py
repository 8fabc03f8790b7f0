"""DaemonSet. Source: pkg/apis/apps/validation/validation.go, ValidateDaemonSetSpec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import FieldError, invalid
from .labels import print_selector, validate_selector
from .metadata import validate_metadata
from .names import dns_subdomain
from .pod_template import selector_is_sound, validate_match, validate_runs_forever, validate_template
from .replicated import validate_counts


def validate(daemon_set: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a DaemonSet. An absent selector is no error of its own: it just matches nothing."""
    yield from validate_metadata(daemon_set["metadata"], dns_subdomain, minor)
    spec = daemon_set["spec"]
    selector, template = spec.get("selector"), spec.get("template", {})
    place, path = ("spec", "selector"), ("spec", "template")
    yield from validate_selector(selector, place, minor)
    if selector_is_sound(selector, minor):
        yield from validate_match(selector, template, path, minor)
    if selector is not None and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield invalid(place, print_selector(selector, minor), "empty selector is invalid for daemonset")
    yield from validate_template(template, path, minor)
    yield from validate_runs_forever(template, path, "DaemonSet")
    yield from validate_counts(spec, ("spec",), "minReadySeconds", "revisionHistoryLimit")
