"""*Baseline*: ports of the node may not be taken.

Restricted fields: ports[*].hostPort of every container. On the node's network the API server has filled it in for a
Pod, not for a template.
Allowed values: unset, 0.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, named, plural, sorted_set


def since_1_0(view: View) -> Found | None:
    """Return the containers that take a port of the node."""
    bad, numbers, places = [], [], []
    for container in view.containers:
        field, number = container.path
        # The view's spec has the host ports that defaulting fills in.
        taken = [
            (index, port["hostPort"])
            for index, port in enumerate(view.spec[field][number].get("ports", ()))  # type: ignore[index]
            if port.get("hostPort")
        ]
        if taken:
            bad.append(container)
            numbers += [str(port) for _, port in taken]
            places += [("spec", *container.path, "ports", index, "hostPort") for index, _ in taken]
    if not bad:
        return None
    numbers = sorted_set(numbers)
    return Found(
        "hostPort",
        f"{named(bad)} {plural('uses', len(bad), 'use')} {plural('hostPort', len(numbers))} {', '.join(numbers)}",
        tuple(places),
    )


CHECK = Check("hostPorts", "baseline", (Version(0, since_1_0),))
