"""StatefulSet. Source: pkg/apis/apps/validation/validation.go, ValidateStatefulSetSpec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from autograder.manifests.defaults import with_claims

from .errors import FieldError, Named, each, invalid, required
from .labels import print_selector, validate_selector
from .metadata import validate_metadata
from .names import dns_label
from .numbers import non_negative
from .pod_template import (
    selector_is_sound,
    validate_match,
    validate_runs_forever,
    validate_template,
    validate_template_metadata,
)
from .replicated import validate_counts

_POD_MANAGEMENT: Final = ("OrderedReady", "Parallel")


def validate(stateful_set: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a StatefulSet."""
    # Its Pods are named after it, and their names become labels.
    yield from validate_metadata(stateful_set["metadata"], dns_label, minor)
    spec = stateful_set["spec"]
    management = spec.get("podManagementPolicy")
    if management and management not in _POD_MANAGEMENT:
        yield invalid(("spec", "podManagementPolicy"), Named(management), "must be 'OrderedReady' or 'Parallel'")
    yield from validate_counts(spec, ("spec",), "replicas", "minReadySeconds")
    if "ordinals" in spec:
        yield from non_negative(spec["ordinals"].get("start", 0), ("spec", "ordinals.start"))
    if name := spec.get("serviceName"):
        yield from each(("spec", "serviceName"), name, dns_label(name))
    yield from _validate_selector_and_template(spec, minor)


def _validate_selector_and_template(spec: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    selector = spec.get("selector")
    place = ("spec", "selector")
    if selector is None:
        yield required(place)
    else:
        yield from validate_selector(selector, place, minor)
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            yield invalid(place, print_selector(selector, minor), "empty selector is invalid for statefulset")
    template = spec.get("template", {})
    path = ("spec", "template")
    if not selector_is_sound(selector, minor):
        yield invalid(place, print_selector(selector, minor), "")
    else:
        yield from validate_match(selector, template, path, minor)
        if minor >= 34:
            claims = spec.get("volumeClaimTemplates", ())
            yield from validate_template(_as_it_will_be(template, claims), path, minor)
        else:  # the spec of the template is not looked at until its Pods are made
            yield from validate_template_metadata(template.get("metadata", {}), path, minor)
    yield from validate_runs_forever(template, path, "StatefulSet")


def _as_it_will_be(template: Mapping[str, Any], claims: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the template as the controller makes Pods of it: it sets hostname and subdomain, and adds volumes."""
    spec = with_claims(template.get("spec", {}), claims)
    kept = {field: value for field, value in spec.items() if field not in {"hostname", "subdomain"}}
    return {**template, "spec": kept}
