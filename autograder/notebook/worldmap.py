"""A scene as a map: its namespaces, the Pods in them with labels and ports, the policies in force, and a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from autograder.network.reachability import reachability
from autograder.pictures import svg

from .html import Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from autograder.manifests.objects import ContainerPort, Pod
    from autograder.network.cluster import Cluster

METADATA_NAME: Final = "kubernetes.io/metadata.name"
MOST_PLACES: Final = 24
"""How many namespaces the map shows."""
MOST_PODS: Final = 12
"""How many Pods of a namespace the map shows."""
MOST_LINES: Final = 200
"""How many namespaces and Pods the text shows."""


def map_html(cluster: Cluster, title: str) -> Html:
    """Return the map, the namespaces with the most Pods first."""
    cluster = _sorted(cluster)
    shown = list(cluster.namespaces.items())[:MOST_PLACES]
    more = len(cluster.namespaces) - len(shown)
    return joined(
        element("p", element("strong", title), ": ", _counted(cluster)),
        element("div", [_place(name, labels, _pods_of(cluster, name)) for name, labels in shown], class_="pg-map"),
        element("p", f"and {_plural(more, 'more namespace')}", class_="pg-quiet") if more else None,
        element("p", _policies(cluster)),
        _picture(cluster),
    )


def _picture(cluster: Cluster) -> Html | None:
    """Who reaches whom, drawn; folded while no policy is in force, for then it shows but one thing."""
    if not cluster.pods:
        return None
    drawn = Html(svg(reachability(cluster)))
    summary = element("summary", "Who reaches whom, as a picture")
    return element("details", summary, element("div", drawn, class_="pg-picture"), open=bool(cluster.policies))


def map_lines(cluster: Cluster, title: str) -> list[str]:
    """Return the same as lines of text, the first of them in a large scene."""
    cluster = _sorted(cluster)
    lines = [f"{title}: {_counted(cluster)}", *_place_lines(cluster)]
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([f"and {_plural(more, 'more line')}"] if more > 0 else []), _policies(cluster)]


def _place_lines(cluster: Cluster) -> Iterator[str]:
    for name, labels in cluster.namespaces.items():
        yield f"namespace {name}  {_labels(labels)}".rstrip()
        for pod in _pods_of(cluster, name):
            facts = (pod.name, _labels(pod.labels), ", ".join(_ports(pod.ports)), " ".join(pod.addresses))
            yield "  " + "  ".join(fact for fact in facts if fact)


def _place(name: str, labels: Mapping[str, str], pods: Sequence[Pod]) -> Html:
    written = _labels(labels)
    more = len(pods) - MOST_PODS
    return element(
        "section",
        element(
            "p",
            "namespace ",
            element("span", name, class_="pg-name pg-pod"),
            element("span", written, class_="pg-fact pg-name pg-quiet") if written else None,
            class_="pg-place-name",
        ),
        element("ul", [_pod(pod) for pod in pods[:MOST_PODS]], role="list")
        if pods
        else element("p", "no Pods", class_="pg-quiet"),
        element("p", f"and {_plural(more, 'more Pod')}", class_="pg-rest pg-quiet") if more > 0 else None,
        class_="pg-place",
        aria_label=f"namespace {name}",
    )


def _pod(pod: Pod) -> Html:
    kind = (
        ""
        if pod.kind == "Pod"
        else f"{pod.kind}, " + ("any number" if pod.replicas is None else f"{pod.replicas} Pods")
    )
    ports = _ports(pod.ports)
    return element(
        "li",
        element("span", pod.name, class_="pg-name pg-pod"),
        element("span", f" ({kind})", class_="pg-quiet") if kind else None,
        element("span", _labels(pod.labels) or "no labels", class_="pg-fact pg-name"),
        [element("span", port, class_="pg-fact") for port in ports or ["listens on no port"]],
        element("span", ", ".join(pod.addresses), class_="pg-fact pg-name pg-quiet") if pod.addresses else None,
    )


def _sorted(cluster: Cluster) -> Cluster:
    """The same scene with the fullest namespaces first: they make the columns of the map."""
    names = sorted(cluster.namespaces, key=lambda name: (-len(_pods_of(cluster, name)), name))
    return replace(cluster, namespaces={name: cluster.namespaces[name] for name in names})


def _pods_of(cluster: Cluster, namespace: str) -> list[Pod]:
    return [pod for pod in cluster.pods if pod.namespace == namespace]


def _labels(labels: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in labels.items() if key != METADATA_NAME)


def _ports(ports: Sequence[ContainerPort]) -> list[str]:
    """Return ports with their names, neighbors as one range: ``shard-1 … shard-10 7001-7010``, ``metrics 9121``."""
    runs: list[list[ContainerPort]] = []
    for port in ports:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and port.number == last.number + 1
            and port.protocol == last.protocol
            and port.name
            and last.name
        ):
            runs[-1].append(port)
        else:
            runs.append([port])
    return [_run(run) for run in runs]


def _run(run: Sequence[ContainerPort]) -> str:
    first, last = run[0], run[-1]
    protocol = "" if first.protocol == "TCP" else f" {first.protocol}"
    if len(run) == 1:
        return f"{first.name or ''} {first.number}{protocol}".strip()
    return f"{first.name} … {last.name} {first.number}-{last.number}{protocol}"


def _counted(cluster: Cluster) -> str:
    return f"{_plural(len(cluster.namespaces), 'namespace')}, {_plural(len(cluster.pods), 'Pod')}."


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _policies(cluster: Cluster) -> str:
    if not cluster.policies:
        return "No policy is in force: everyone reaches everyone, on every port."
    names = ", ".join(f"{policy.namespace}/{policy.name}" for policy in cluster.policies)
    return (
        f"{len(cluster.policies)} in force: {names}."
        if len(cluster.policies) > 1
        else f"One policy is in force: {names}."
    )
