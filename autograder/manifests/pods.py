"""Pods out of Pods and workloads.

A workload's Pods are alike but for a few labels that its controller adds:

| workload | label | value |
|---|---|---|
| Deployment | pod-template-hash | unknown |
| StatefulSet | statefulset.kubernetes.io/pod-name | name-0, name-1, … |
| StatefulSet | apps.kubernetes.io/pod-index | 0, 1, … |
| StatefulSet, DaemonSet | controller-revision-hash | unknown |
| DaemonSet | pod-template-generation | unknown |
| Job, CronJob | batch.kubernetes.io/job-name, job-name | the Job's name; unknown for a CronJob |
| Job, CronJob | batch.kubernetes.io/controller-uid, controller-uid | unknown |
| Job with completionMode Indexed | batch.kubernetes.io/job-completion-index | 0, 1, … |

A label of the workload itself (its own metadata) never reaches its Pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Final

from .defaults import parallelism, protocol, replicas, with_app_armor, with_claims
from .objects import ContainerPort, Pod, Source
from .validation.ports import PROTOCOLS

_MOST_VALUES: Final = 10_000
"""Of a workload with more replicas, what differs between them is taken to be unknown."""

Varying = dict[str, tuple[str, ...] | None]


def build_pods(kind: str, value: Mapping[str, Any], namespace: str, source: Source | None) -> Pod:
    """Return the Pod, or the like Pods, that a decoded and valid object makes."""
    metadata, spec, status = value["metadata"], value["spec"], value.get("status", {})
    name = metadata.get("name") or metadata["generateName"]
    count: int | None = 1
    varying: Varying = {}
    if kind == "Pod":
        template: Mapping[str, Any] = value
        pod_spec = with_app_armor(spec, metadata.get("annotations", {}))
        completed = status.get("phase") in {"Succeeded", "Failed"}
    else:
        job_spec = spec.get("jobTemplate", {}).get("spec", {}) if kind == "CronJob" else spec
        template = job_spec.get("template", {})
        pod_spec = with_claims(template.get("spec", {}), spec.get("volumeClaimTemplates", ()))
        count = _count(kind, spec)
        varying = _varying(kind, job_spec, metadata, count)
        completed = _has_ended(status) if kind == "Job" else False
    labels, varying = _labels(template.get("metadata", {}).get("labels", {}), varying)
    return Pod(
        kind=kind,
        namespace=namespace,
        name=name,
        labels=labels,
        spec=pod_spec,
        replicas=count,
        varying=varying,
        ports=tuple(_ports(pod_spec.get("containers", ()))),
        addresses=addresses(status),
        node=pod_spec.get("nodeName") or None,
        host_network=pod_spec.get("hostNetwork", False),
        completed=completed,
        owner=_owner(metadata.get("ownerReferences", ())),
        annotations=template.get("metadata", {}).get("annotations", {}),
        source=source,
    )


def addresses(status: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a Pod's addresses; those that are none are left out.

    >>> addresses({"podIP": "10.0.0.7", "podIPs": [{"ip": "10.0.0.7"}, {"ip": "2001:db8::7"}]})
    ('10.0.0.7', '2001:db8::7')
    """
    written = [entry.get("ip", "") for entry in status.get("podIPs", ())] or [status.get("podIP", "")]
    return tuple(dict.fromkeys(address for address in written if is_address(address)))


@lru_cache(maxsize=4096)
def is_address(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _count(kind: str, spec: Mapping[str, Any]) -> int | None:
    if kind in {"DaemonSet", "CronJob"}:
        return None
    return parallelism(spec) if kind == "Job" else replicas(spec)


def _varying(kind: str, spec: Mapping[str, Any], metadata: Mapping[str, Any], count: int | None) -> Varying:
    """Return the labels that the controller adds, with all their values where they are known."""
    name = metadata.get("name")
    if kind == "Deployment":
        return {"pod-template-hash": None}
    if kind == "StatefulSet":
        indexes = _numbers(spec.get("ordinals", {}).get("start", 0), count or 0)
        names = tuple(f"{name}-{index}" for index in indexes) if name and indexes is not None else None
        return {
            "statefulset.kubernetes.io/pod-name": names,
            "apps.kubernetes.io/pod-index": indexes,
            "controller-revision-hash": None,
        }
    if kind == "DaemonSet":
        return {"controller-revision-hash": None, "pod-template-generation": None}
    if kind not in {"Job", "CronJob"} or (kind == "Job" and spec.get("manualSelector")):
        return {}
    names = (name,) if kind == "Job" and name else None
    labels: Varying = {
        "batch.kubernetes.io/job-name": names,
        "job-name": names,
        "batch.kubernetes.io/controller-uid": None,
        "controller-uid": None,
    }
    if spec.get("completionMode") == "Indexed":
        labels["batch.kubernetes.io/job-completion-index"] = _numbers(0, spec.get("completions", 1))
    return labels


def _numbers(first: int, count: int) -> tuple[str, ...] | None:
    return tuple(str(number) for number in range(first, first + count)) if count <= _MOST_VALUES else None


def _labels(written: Mapping[str, str], added: Varying) -> tuple[dict[str, str], Varying]:
    """Return the labels whose value is known, and the others.

    A template out of a cluster holds values already that its controller once added: those are right.
    """
    labels = dict(written)
    varying: Varying = {}
    for key, values in added.items():
        if values is not None and len(values) == 1:
            labels[key] = values[0]
        elif values is not None or key not in labels:
            labels.pop(key, None)
            varying[key] = values
    return labels, varying


def _ports(containers: Iterable[Mapping[str, Any]]) -> Iterable[ContainerPort]:
    """Yield the ports of containers. Up to 1.33 a StatefulSet may hold wrong ones, of which no Pod can be made."""
    for container in containers:
        for port in container.get("ports", ()):
            number = port.get("containerPort", 0)
            if 1 <= number <= 65535 and protocol(port) in PROTOCOLS:
                yield ContainerPort(port.get("name") or None, number, protocol(port))


def _owner(references: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    for reference in references:
        if reference.get("controller"):
            return reference.get("kind", ""), reference.get("name", "")
    return None


def _has_ended(status: Mapping[str, Any]) -> bool:
    """Return whether a Job is over, so that none of its Pods runs."""
    conditions = status.get("conditions", ())
    return any(each.get("type") in {"Complete", "Failed"} and each.get("status") == "True" for each in conditions)
