"""Deployment. Source: pkg/apis/apps/validation/validation.go, ValidateDeploymentSpec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import FieldError
from .metadata import validate_metadata
from .names import dns_subdomain
from .replicated import validate_counts, validate_selector_and_template


def validate(deployment: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Deployment."""
    yield from validate_metadata(deployment["metadata"], dns_subdomain, minor)
    spec = deployment["spec"]
    yield from validate_counts(spec, ("spec",), "replicas")
    yield from validate_selector_and_template(spec, ("spec",), minor)
    yield from validate_counts(spec, ("spec",), "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
