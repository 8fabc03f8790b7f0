"""Pods and the workloads that made them: who stands for whom.

A cluster's dump holds a workload three times: the Deployment, its ReplicaSets and their Pods. Manifests in a
repository hold it once. `represented` keeps what is closest to real Pods; `workload_of` names what they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.manifests.objects import Pod

Workload = tuple[str, str, str]
"""Namespace, kind and name."""

_TEMPLATE_HASH = "pod-template-hash"


def _itself(pod: Pod) -> Workload:
    return pod.namespace, pod.kind, pod.name


def represented(pods: Iterable[Pod]) -> tuple[Pod, ...]:
    """Return the Pods and workloads without those that others in the list stand for.

    A workload goes when something that it owns is there: a Deployment when its ReplicaSet is, a ReplicaSet when its
    Pods are. A ReplicaSet scaled to zero, of which a Deployment keeps several, goes itself.
    """
    pods = tuple(pods)
    if all(pod.owner is None for pod in pods):
        return pods
    known = {_itself(pod) for pod in pods}
    kept = [
        pod
        for pod in pods
        if not (pod.owner is not None and pod.replicas == 0 and (pod.namespace, *pod.owner) in known)
    ]
    owners = {(pod.namespace, *pod.owner) for pod in kept if pod.owner is not None}
    return tuple(pod for pod in kept if _itself(pod) not in owners)


def workload_of(pod: Pod) -> Workload:
    """Return the workload that a Pod belongs to; the Pod itself when nothing owns it.

    The ReplicaSet of a Deployment is named after it, with the pod-template-hash behind, so the Deployment's name
    shows even where no manifest holds it.
    """
    if pod.owner is None:
        return _itself(pod)
    kind, name = pod.owner
    suffix = f"-{pod.labels[_TEMPLATE_HASH]}" if _TEMPLATE_HASH in pod.labels else None
    if kind == "ReplicaSet" and suffix is not None and name.endswith(suffix):
        return pod.namespace, "Deployment", name[: -len(suffix)]
    return pod.namespace, kind, name
