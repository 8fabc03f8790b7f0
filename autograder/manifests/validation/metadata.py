"""Metadata: name, namespace, labels, annotations, finalizers.

Source: apimachinery pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.problems import Path

from .errors import TOO_LONG, FieldError, each, go_strings, invalid, required
from .labels import validate_labels
from .names import NameRule, as_prefix, dns_label, label_key

_MOST_ANNOTATION_BYTES: Final = 256 * 1024
_PLAIN_FINALIZERS: Final = frozenset({"orphan", "foregroundDeletion", "kubernetes"})


def validate_metadata(
    metadata: Mapping[str, Any], rule: NameRule, minor: int, *, namespaced: bool = True
) -> Iterator[FieldError]:
    """Yield the errors of an object's metadata; `rule` is the rule for the name of its kind.

    A name that the server would generate is not known, so only its prefix is judged.
    """
    path: Path = ("metadata",)
    prefix = metadata.get("generateName", "")
    name = metadata.get("name", "")
    if prefix:
        yield from each((*path, "generateName"), prefix, rule(as_prefix(prefix)))
    if name:
        yield from each((*path, "name"), name, rule(name))
    elif not prefix:
        yield required((*path, "name"), "name or generateName is required")
    namespace = metadata.get("namespace", "")
    if namespaced and namespace:
        yield from each((*path, "namespace"), namespace, dns_label(namespace))
    yield from validate_labels(metadata.get("labels"), (*path, "labels"), minor)
    yield from validate_annotations(metadata.get("annotations"), (*path, "annotations"), minor)
    yield from _validate_finalizers(metadata.get("finalizers", ()), (*path, "finalizers"), minor)


def validate_annotations(annotations: Mapping[str, str] | None, path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of annotations: keys are label keys in any case; values are free, within 256 KiB in all."""
    if not annotations:
        return
    for key in sorted(annotations):
        yield from each(path, key, label_key(key.lower(), minor), (*path, key))
    size = sum(_length(key) + _length(value) for key, value in annotations.items())
    if size > _MOST_ANNOTATION_BYTES:
        yield FieldError(TOO_LONG, path, f"may not be more than {_MOST_ANNOTATION_BYTES} bytes")


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _validate_finalizers(finalizers: list[str], path: Path, minor: int) -> Iterator[FieldError]:
    for index, finalizer in enumerate(finalizers):
        yield from each(path, finalizer, label_key(finalizer, minor), (*path, index))
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        sentence = "finalizer orphan and foregroundDeletion cannot be both set"
        yield invalid(path, go_strings("string", finalizers, minor), sentence)
    for index, finalizer in enumerate(finalizers):
        yield from validate_finalizer_domain(finalizer, (*path, index))


def validate_finalizer_domain(finalizer: str, path: Path, at: Path | None = None) -> Iterator[FieldError]:
    """Yield the error of a finalizer that is none of Kubernetes' own and has no domain in front."""
    if "/" not in finalizer and finalizer not in _PLAIN_FINALIZERS:
        yield invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified", at)
