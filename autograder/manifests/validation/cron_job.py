"""CronJob. Source: pkg/apis/batch/validation/validation.go, ValidateCronJobCreate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .errors import FieldError, invalid, not_supported, required
from .job import validate_job_spec
from .labels import print_selector
from .metadata import validate_metadata
from .names import dns_subdomain
from .replicated import validate_counts

_CONCURRENCY: Final = ("Allow", "Forbid", "Replace")
_LONGEST_NAME: Final = 52
"""A Job's name has 63 characters, and the controller appends 11 of them."""


def validate(cron_job: Mapping[str, Any], minor: int) -> Iterator[FieldError]:
    """Yield the errors of a CronJob. Whether the schedule makes sense is not judged."""
    yield from validate_metadata(cron_job["metadata"], dns_subdomain, minor)
    spec = cron_job["spec"]
    if not spec.get("schedule"):
        yield required(("spec", "schedule"))
    yield from validate_counts(spec, ("spec",), "startingDeadlineSeconds")
    concurrency = spec.get("concurrencyPolicy")
    if concurrency and concurrency not in _CONCURRENCY:
        yield not_supported(("spec", "concurrencyPolicy"), concurrency, _CONCURRENCY)
    path = ("spec", "jobTemplate", "spec")
    job_spec = spec.get("jobTemplate", {}).get("spec", {})
    yield from validate_job_spec(job_spec, path, minor)
    if "selector" in job_spec:
        printed = print_selector(job_spec["selector"], minor)
        yield invalid((*path, "selector"), printed, "`selector` will be auto-generated")
    yield from validate_counts(spec, ("spec",), "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    name = cron_job["metadata"].get("name", "")
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        yield invalid(("metadata", "name"), name, f"must be no more than {_LONGEST_NAME} characters")
