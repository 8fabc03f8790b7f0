"""Endpoints by the names that people give them."""

from __future__ import annotations

import difflib

from .addresses import address
from .cluster import Endpoint
from .reachability import Reachability


class UnknownEndpointError(ValueError):
    """No endpoint has that name, or several have."""


def find(result: Reachability, name: str, namespace: str = "default") -> tuple[Endpoint, str | None]:
    """Return the endpoint that a person means, and the address when an address was given.

    `name` is an endpoint's id, a name in `namespace`, a name that only one endpoint has, or an IP address: that of a
    Pod means the Pod, any other the outside range that holds it. Raises UnknownEndpointError with the nearest names.
    """
    by_id = {endpoint.id: endpoint for endpoint in result.endpoints}
    if name in by_id:
        return by_id[name], None
    if f"{namespace}/{name}" in by_id:
        return by_id[f"{namespace}/{name}"], None
    place = _address(name)
    if place is not None:
        for endpoint in result.endpoints:
            if any(_address(text) == place for text in endpoint.addresses):
                return endpoint, None
        for endpoint in result.endpoints:
            if endpoint.range is not None:
                (family, first), (_, last) = address(endpoint.range[0]), address(endpoint.range[1])
                if family == place[0] and first <= place[1] <= last:
                    return endpoint, name
    called = [endpoint for endpoint in result.endpoints if endpoint.name == name and not endpoint.is_range]
    if len(called) == 1:
        return called[0], None
    if called:
        message = (
            f"{name!r} is the name of {', '.join(endpoint.id for endpoint in called)}. Write the one you mean in full."
        )
        raise UnknownEndpointError(message)
    pods = [endpoint.id for endpoint in result.endpoints if not endpoint.is_range]
    names = {pod: pod for pod in pods} | {pod.rpartition("/")[2]: pod for pod in pods}
    near = [names[found] for found in difflib.get_close_matches(name, names, n=3, cutoff=0.5)] or pods[:3]
    remedy = f"Did you mean {' or '.join(near)}?" if near else "These manifests hold no Pod and no workload."
    message = f"There is no Pod and no workload {name!r} in these manifests. {remedy}"
    raise UnknownEndpointError(message)


def _address(text: str) -> tuple[int, int] | None:
    try:
        return address(text)
    except (ValueError, OverflowError):
        return None
