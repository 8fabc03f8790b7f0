"""Namespace. Source: pkg/apis/core/validation/validation.go, ValidateNamespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.manifests.defaults import namespace_labels

from .errors import FieldError, each
from .metadata import validate_finalizer_domain, validate_metadata
from .names import dns_label, label_key


def validate(namespace: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Namespace. Its name becomes a label first, and is judged as one too."""
    metadata = namespace["metadata"]
    if name := metadata.get("name"):
        metadata = {**metadata, "labels": namespace_labels(name, metadata.get("labels", {}))}
    yield from validate_metadata(metadata, dns_label, minor, namespaced=False)
    path = ("spec", "finalizers")
    for index, finalizer in enumerate(namespace["spec"].get("finalizers", ())):
        yield from each(path, finalizer, label_key(finalizer, minor), (*path, index))
        yield from validate_finalizer_domain(finalizer, path, (*path, index))
