"""ReplicaSet. Source: pkg/apis/apps/validation/validation.go, ValidateReplicaSetSpec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import FieldError
from .metadata import validate_metadata
from .names import dns_subdomain
from .replicated import validate_counts, validate_selector_and_template


def validate(replica_set: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a ReplicaSet."""
    yield from validate_metadata(replica_set["metadata"], dns_subdomain, minor)
    spec = replica_set["spec"]
    yield from validate_counts(spec, ("spec",), "replicas", "minReadySeconds")
    yield from validate_selector_and_template(spec, ("spec",), minor)
