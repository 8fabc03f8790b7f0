"""What the API server fills in where a manifest says nothing.

Decoded values stay as their author wrote them. Whoever needs a value asks here for what it becomes.

Sources: pkg/apis/networking/v1/defaults.go, pkg/apis/core/v1/defaults.go, pkg/apis/apps/v1/defaults.go,
pkg/apis/batch/v1/defaults.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from .objects import Direction, Protocol

METADATA_NAME: Final = "kubernetes.io/metadata.name"


def policy_types(spec: Mapping[str, Any]) -> tuple[Direction, ...]:
    """Return the directions that a NetworkPolicy is about.

    | policyTypes | egress | becomes |
    |---|---|---|
    | written, not empty | | as written, each once |
    | absent, null or empty | absent, null or empty | Ingress |
    | absent, null or empty | at least one rule | Ingress, Egress |

    >>> policy_types({"egress": [{}]})
    ('Ingress', 'Egress')
    """
    written = spec.get("policyTypes")
    if written:
        return tuple(dict.fromkeys(written))
    return ("Ingress", "Egress") if spec.get("egress") else ("Ingress",)


def protocol(port: Mapping[str, Any]) -> Protocol:
    """Return the protocol of a port: TCP where none is written.

    >>> protocol({"port": 53})
    'TCP'
    """
    return cast("Protocol", port.get("protocol") or "TCP")


def namespace_labels(name: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return a Namespace's labels. The server sets kubernetes.io/metadata.name, whatever was written.

    >>> namespace_labels("shop", {"kubernetes.io/metadata.name": "other"})
    {'kubernetes.io/metadata.name': 'shop'}
    """
    return {**labels, METADATA_NAME: name}


def target_port(port: Mapping[str, Any]) -> int | str:
    """Return where a Service's port leads: to the same number where nothing is written.

    >>> target_port({"port": 80}), target_port({"port": 80, "targetPort": "http"})
    (80, 'http')
    """
    target: int | str = port.get("targetPort") or port.get("port", 0)
    return target


def service_type(spec: Mapping[str, Any]) -> str:
    """Return a Service's type: ClusterIP where none is written."""
    written: str = spec.get("type") or "ClusterIP"
    return written


def with_host_ports(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a Pod's spec with its host ports: on the node's network every port is one. In a template they stay open.

    >>> with_host_ports({"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]})["containers"]
    [{'ports': [{'containerPort': 80, 'hostPort': 80}]}]
    """
    if not spec.get("hostNetwork"):
        return spec
    filled = {
        field: [_with_host_ports(each) for each in spec[field]]
        for field in ("containers", "initContainers")
        if field in spec
    }
    return {**spec, **filled}


def _with_host_ports(container: Mapping[str, Any]) -> Mapping[str, Any]:
    ports = [
        {**port, "hostPort": port.get("hostPort") or port.get("containerPort", 0)}
        for port in container.get("ports", ())
    ]
    return {**container, "ports": ports} if ports else container


def with_claims(spec: Mapping[str, Any], claims: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the spec of a StatefulSet's Pods with a volume for each of its volumeClaimTemplates.

    A volume of the template with the same name is replaced. Source: pkg/controller/statefulset updateStorage.
    """
    names = [name for claim in claims if (name := claim.get("metadata", {}).get("name"))]
    if not names:
        return spec
    added = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]
    return {**spec, "volumes": added + [each for each in spec.get("volumes", ()) if each.get("name") not in names]}


APP_ARMOR_ANNOTATION: Final = "container.apparmor.security.beta.kubernetes.io/"
"""In front of a container's name: the annotation of old for its AppArmor profile."""


def app_armor_profile(annotation: str) -> dict[str, str] | None:
    """Return the profile that an AppArmor annotation means; None for one that means nothing.

    >>> app_armor_profile("localhost/web"), app_armor_profile("unconfined"), app_armor_profile("web")
    ({'type': 'Localhost', 'localhostProfile': 'web'}, {'type': 'Unconfined'}, None)
    """
    if annotation == "unconfined":
        return {"type": "Unconfined"}
    if annotation == "runtime/default":
        return {"type": "RuntimeDefault"}
    name = annotation.removeprefix("localhost/")
    return {"type": "Localhost", "localhostProfile": name} if name and name != annotation else None


def with_app_armor(spec: Mapping[str, Any], annotations: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a Pod's spec with the profiles of its annotations in those containers that set none themselves.

    The API server does so when a Pod is created, not for a template. Source: pkg/registry/core/pod/strategy.go,
    applyAppArmorVersionSkew.
    """
    if not annotations or not any(key.startswith(APP_ARMOR_ANNOTATION) for key in annotations):
        return spec
    if spec.get("os", {}).get("name") == "windows":
        return spec
    of_pod = spec.get("securityContext", {}).get("appArmorProfile")
    filled = dict(spec)
    for field in ("initContainers", "containers", "ephemeralContainers"):
        if field in spec:
            filled[field] = [_with_app_armor(each, of_pod, annotations) for each in spec[field]]
    return filled


def _with_app_armor(container: Mapping[str, Any], of_pod: Any, annotations: Mapping[str, str]) -> Mapping[str, Any]:
    context = container.get("securityContext", {})
    annotation = annotations.get(APP_ARMOR_ANNOTATION + container.get("name", ""))
    profile = None if annotation is None or "appArmorProfile" in context else app_armor_profile(annotation)
    if profile is None or profile == of_pod or not _is_sound(profile):
        return container
    return {**container, "securityContext": {**context, "appArmorProfile": profile}}


def _is_sound(profile: Mapping[str, str]) -> bool:
    name = profile.get("localhostProfile", "")
    return name == name.strip() and len(name.encode("utf-8", "surrogatepass")) <= 4095


def replicas(spec: Mapping[str, Any]) -> int:
    """Return how many Pods a Deployment, ReplicaSet or StatefulSet makes: 1 where nothing is written."""
    written: int = spec.get("replicas", 1)
    return written


def parallelism(spec: Mapping[str, Any]) -> int:
    """Return how many Pods of a Job run at once: 1 where nothing is written, and never more than it needs.

    >>> parallelism({"parallelism": 5, "completions": 2})
    2
    """
    at_once: int = spec.get("parallelism", 1)
    return min(at_once, spec["completions"]) if "completions" in spec else at_once
