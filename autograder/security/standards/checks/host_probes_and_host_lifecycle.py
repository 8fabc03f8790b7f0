"""*Baseline*: probes and lifecycle handlers may not be sent to another host.

Restricted fields: livenessProbe, readinessProbe, startupProbe, lifecycle.postStart and lifecycle.preStop of every
container: httpGet.host and tcpSocket.host.
Allowed values: unset, empty.

From v1.34.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from autograder.manifests.problems import Path
from autograder.security.containers import Container
from autograder.security.standards.model import Check, Found, Version, View, plural, quoted, sorted_set

_HANDLERS: Final = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)


def since_1_34(view: View) -> Found | None:
    """Return the containers that name a host, and the hosts."""
    found = [(container, place, host) for container in view.containers for place, host in _hosts(container)]
    if not found:
        return None
    names = sorted_set(container.name for container, _, _ in found)
    hosts = sorted_set(host for _, _, host in found)
    return Found(
        "probe or lifecycle host",
        f"{plural('container', len(names))} {quoted(names)} {plural('uses', len(names), 'use')} "
        f"{plural('probe or lifecycle host', len(hosts))} {quoted(hosts)}",
        tuple(place for _, place, _ in found),
    )


def _hosts(container: Container) -> Iterator[tuple[Path, str]]:
    for way in _HANDLERS:
        handler = container.value
        for step in way:
            handler = handler.get(step, {})
        for action in ("httpGet", "tcpSocket"):
            host = handler.get(action, {}).get("host")
            if host:
                yield ("spec", *container.path, *way, action, "host"), host


CHECK = Check("hostProbesAndHostLifecycle", "baseline", (Version(34, since_1_34),))
