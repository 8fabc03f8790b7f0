"""Validation: what the API server refuses in an object that it could decode.

One module a kind, each with ``validate(object, minor) -> Iterator[FieldError]``: the object decoded, with
``metadata`` and ``spec`` at least empty, and the minor version of Kubernetes (37 for 1.37). Errors come
in the server's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from autograder.manifests.problems import Path

from . import (
    cron_job,
    daemon_set,
    deployment,
    job,
    namespace,
    network_policy,
    pod,
    replica_set,
    service,
    stateful_set,
)
from .errors import REQUIRED, FieldError
from .warnings import warnings

__all__ = ["MOST_ERRORS", "FieldError", "validate", "warn"]

_VALIDATORS: Final[dict[str, Callable[[Mapping[str, Any], int], Iterator[FieldError]]]] = {
    "CronJob": cron_job.validate,
    "DaemonSet": daemon_set.validate,
    "Deployment": deployment.validate,
    "Job": job.validate,
    "Namespace": namespace.validate,
    "NetworkPolicy": network_policy.validate,
    "Pod": pod.validate,
    "ReplicaSet": replica_set.validate,
    "Service": service.validate,
    "StatefulSet": stateful_set.validate,
}

_CHECKED_LAST: Final = {"CronJob": "schedule", "NetworkPolicy": "cidr"}
"""Required fields that generated code checks since 1.37, after everything else."""


MOST_ERRORS: Final = 100
"""The server says everything that is wrong with an object, however much; here it ends at this many."""


def validate(kind: str, value: Mapping[str, Any], minor: int) -> list[FieldError]:
    """Return the errors of a decoded object, the same sentence about the same field only once, as kubectl does."""
    errors = list(islice(_VALIDATORS[kind](value, minor), MOST_ERRORS))
    if len(errors) < 2:
        return errors
    if minor >= 37 and kind in _CHECKED_LAST:
        errors.sort(key=lambda error: error.type == REQUIRED and error.path[-1] == _CHECKED_LAST[kind])
    seen: dict[tuple[str, str], FieldError] = {}
    for error in errors:
        seen.setdefault((error.field, error.body(minor)), error)
    return list(seen.values())


def warn(kind: str, value: Mapping[str, Any], minor: int) -> Iterable[tuple[Path, str]]:
    """Return what the server warns of in a valid object: the place of each and the text."""
    return islice(warnings(kind, value, minor), MOST_ERRORS)
