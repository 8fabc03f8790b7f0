"""The Pod template of a workload, and the selector that must match it.

Sources: pkg/apis/core/validation/validation.go (ValidatePodTemplateSpec), pkg/apis/apps/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.manifests.problems import Path

from .errors import FieldError, forbidden, invalid, not_supported
from .labels import print_labels, selector_matches, validate_labels, validate_selector
from .metadata import validate_annotations
from .pod_spec import validate_pod_spec
from .security_context import validate_annotations_match, validate_security_annotations


def validate_template(template: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Pod template."""
    yield from validate_template_metadata(template.get("metadata", {}), path, minor)
    spec = template.get("spec", {})
    annotations = template.get("metadata", {}).get("annotations", {})
    if annotations:
        for error in validate_security_annotations(annotations, spec, (*path, "annotations")):
            place = (*path, "metadata", *error.place[len(path) :])
            yield FieldError(error.type, error.path, error.detail, error.value, place)
    yield from validate_pod_spec(spec, (*path, "spec"), minor)
    if annotations:
        yield from validate_annotations_match(annotations, spec, (*path, "spec"))
    if spec.get("ephemeralContainers"):
        yield forbidden((*path, "spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template")


def validate_template_metadata(metadata: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Pod template's labels and annotations; names in it do not matter.

    The server leaves ``metadata`` out of their paths.
    """
    for field, validate in (("labels", validate_labels), ("annotations", validate_annotations)):
        for error in validate(metadata.get(field), (*path, field), minor):
            place = (*path, "metadata", *error.place[len(path) :])
            yield FieldError(error.type, error.path, error.detail, error.value, place)


def selector_is_sound(selector: Mapping[str, Any] | None, minor: int) -> bool:
    """Return whether a selector can be evaluated: it is absent, which selects nothing, or without errors."""
    return next(validate_selector(selector, (), minor), None) is None


def validate_match(
    selector: Mapping[str, Any] | None, template: Mapping[str, Any], path: Path, minor: int
) -> Iterator[FieldError]:
    """Yield the error of a template whose labels the workload's own selector does not match."""
    labels = template.get("metadata", {}).get("labels")
    if not selector_matches(selector, labels or {}):
        place = (*path, "metadata", "labels")
        yield invalid(place, print_labels(labels, minor), "`selector` does not match template `labels`")


def validate_runs_forever(template: Mapping[str, Any], path: Path, workload: str) -> Iterator[FieldError]:
    """Yield the errors of a template whose Pods would end, although the workload keeps them running."""
    spec = template.get("spec", {})
    policy = spec.get("restartPolicy") or "Always"
    if policy != "Always":
        yield not_supported((*path, "spec", "restartPolicy"), policy, ("Always",))
    if "activeDeadlineSeconds" in spec:
        detail = f"activeDeadlineSeconds in {workload} is not Supported"
        yield forbidden((*path, "spec", "activeDeadlineSeconds"), detail)
