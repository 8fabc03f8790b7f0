"""Pod. Source: pkg/apis/core/validation/validation.go, ValidatePodCreate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.manifests.defaults import with_app_armor, with_host_ports

from .errors import FieldError, forbidden, invalid
from .metadata import validate_metadata
from .names import dns_subdomain
from .pod_spec import validate_pod_spec
from .security_context import validate_annotations_match, validate_security_annotations


def validate(pod: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Pod."""
    yield from validate_metadata(pod["metadata"], dns_subdomain, minor)
    annotations = pod["metadata"].get("annotations", {})
    spec = with_app_armor(with_host_ports(pod["spec"]), annotations)
    if annotations:
        yield from validate_security_annotations(annotations, spec, ("metadata", "annotations"))
    yield from validate_pod_spec(spec, ("spec",), minor)
    for field in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(field, ())):
            image = container.get("image", "")
            if image != image.strip():
                yield invalid(("spec", field, index, "image"), image, "must not have leading or trailing whitespace")
    if spec.get("ephemeralContainers"):
        yield forbidden(("spec", "ephemeralContainers"), "cannot be set on create")
    if spec.get("nodeName") and spec.get("schedulingGates"):
        yield forbidden(("spec", "nodeName"), "cannot be set until all schedulingGates have been cleared")
    if annotations:
        yield from validate_annotations_match(annotations, spec, ("spec",))
