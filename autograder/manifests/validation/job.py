"""Job. Source: pkg/apis/batch/validation/validation.go, ValidateJob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from autograder.manifests.problems import Path

from .errors import FieldError, invalid, not_supported, required
from .labels import validate_selector
from .metadata import validate_metadata
from .names import dns_label, dns_subdomain
from .pod_template import selector_is_sound, validate_match, validate_template
from .replicated import validate_counts

JOB_NAME: Final = "batch.kubernetes.io/job-name"

_COUNTS: Final = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_COMPLETION_MODES: Final = ("NonIndexed", "Indexed")


def validate(job: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Job. Its selector and the labels that it needs are normally made by the server."""
    metadata, spec = job["metadata"], _as_created(job)
    if not metadata.get("labels") and "labels" in job["spec"].get("template", {}).get("metadata", {}):
        # A Job without labels gets those of its Pods.
        metadata = {**metadata, "labels": spec["template"]["metadata"]["labels"]}
    for error in _validate(metadata, spec, minor):
        is_name_label = error.at is not None and error.at[-1] == JOB_NAME
        yield replace(error, at=("metadata", "name")) if is_name_label else error


def _as_created(job: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the spec with what the server adds: the counts, and a label of the Job's name, which may be too long."""
    spec, name = job["spec"], job["metadata"].get("name")
    if "completions" not in spec and "parallelism" not in spec:
        spec = {**spec, "completions": 1, "parallelism": 1}
    if spec.get("manualSelector") or not name:
        return cast("Mapping[str, Any]", spec)
    template = spec.get("template", {})
    metadata = template.get("metadata", {})
    labels = {**metadata.get("labels", {}), JOB_NAME: name}
    return {**spec, "template": {**template, "metadata": {**metadata, "labels": labels}}}


def _validate(metadata: Mapping[str, Any], spec: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    yield from validate_metadata(metadata, dns_subdomain, minor)
    yield from validate_job_spec(spec, ("spec",), minor)
    selector = spec.get("selector")
    yield from validate_selector(selector, ("spec", "selector"), minor)
    if spec.get("manualSelector"):
        if selector is None:
            yield required(("spec", "selector"))
        if selector_is_sound(selector, minor):
            yield from validate_match(selector, spec.get("template", {}), ("spec", "template"), minor)
    if spec.get("completionMode") == "Indexed" and spec.get("completions", 0) > 0:
        # Its Pods' host names are the Job's name and their index.
        name = metadata.get("name", "")
        hostname = f"{name}-{spec['completions'] - 1}"
        if (name or not metadata.get("generateName")) and dns_label(hostname):
            yield invalid(("metadata", "name"), name, f"will not able to create pod with invalid DNS label: {hostname}")


def validate_job_spec(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of a Job's spec, alone or in a CronJob."""
    yield from validate_counts(spec, path, *_COUNTS)
    mode = spec.get("completionMode")
    if mode is not None and mode not in _COMPLETION_MODES:
        yield not_supported((*path, "completionMode"), mode, _COMPLETION_MODES)
    if mode == "Indexed" and "completions" not in spec:
        yield required((*path, "completions"), "when completion mode is Indexed")
    template = spec.get("template", {})
    yield from validate_template(template, (*path, "template"), minor)
    policy = template.get("spec", {}).get("restartPolicy") or "Always"
    place = (*path, "template", "spec", "restartPolicy")
    if policy == "Always":
        yield required(place, 'valid values: "OnFailure", "Never"')
    elif policy not in {"OnFailure", "Never"}:
        yield not_supported(place, policy, ("OnFailure", "Never"))
    elif "podFailurePolicy" in spec and policy != "Never":
        yield invalid(place, policy, 'only "Never" is supported when podFailurePolicy is specified')
