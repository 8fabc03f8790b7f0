"""The matrix as one JSON document, written as it is computed.

A matrix of 10,000 Pods lists ids millions of times, so each id is encoded once and runs of ids are joined as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.network import Endpoint, PortSet, Reachability
from autograder.network.reachability import Connection, Rectangle


def endpoint_object(endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint as the contract shows it."""
    if endpoint.range is not None:
        return {"id": endpoint.id, "range": list(endpoint.range), "family": endpoint.family}
    return {
        "id": endpoint.id,
        "kind": endpoint.kind,
        "namespace": endpoint.namespace,
        "name": endpoint.name,
        "replicas": endpoint.replicas,
        "addresses": list(endpoint.addresses),
    }


def ports_object(ports: PortSet) -> dict[str, list[list[int]]]:
    """Return ports as ``{"TCP": [[low, high], …]}``."""
    return {protocol: [list(interval) for interval in intervals] for protocol, intervals in ports.by_protocol().items()}


def connection_object(connection: Connection) -> dict[str, Any]:
    """Return what is allowed as ``{from, to, allowed}``."""
    return {**_ends(connection), "allowed": ports_object(connection.ports)}


def undefined_object(connection: Connection, reason: str) -> dict[str, Any]:
    """Return what is undefined as ``{from, to, ports, reason}``."""
    return {**_ends(connection), "ports": ports_object(connection.ports), "reason": reason}


def _ends(connection: Connection) -> dict[str, list[str]]:
    return {
        "from": [endpoint.id for endpoint in connection.sources],
        "to": [endpoint.id for endpoint in connection.destinations],
    }


class _Ids:
    """Encoded ids, by class and by runs of classes."""

    def __init__(self, result: Reachability) -> None:
        self._result = result
        self._of_class = [
            ",".join(json.dumps(endpoint.id) for endpoint in result.members(number)) for number in range(result.classes)
        ]
        self._runs: dict[tuple[int, ...], str] = {}

    def of(self, classes: tuple[int, ...]) -> str:
        found = self._runs.get(classes)
        if found is None:
            of_class = self._of_class
            found = "[" + ",".join([of_class[number] for number in classes]) + "]"
            # Few long runs recur; remembering every one would cost as much as the document.
            if len(self._runs) < 512:
                self._runs[classes] = found
        return found


def document(
    result: Reachability, ignored: list[dict[str, Any]], *, expand: bool = False, port: tuple[str, int] | None = None
) -> Iterator[str]:
    """Yield the text of the document that `autograder reach -o json` writes, in pieces.

    `expand` gives every pair an entry of its own. With a port there is ``reach`` in place of ``connections``.
    """
    yield '{"version":1,"endpoints":['
    yield ",\n".join(json.dumps(endpoint_object(endpoint), ensure_ascii=False) for endpoint in result.endpoints)
    ids = _Ids(result)
    allowed: Iterable[Rectangle] = result.rectangles()
    if port is not None:
        allowed = (rectangle for rectangle in allowed if port in rectangle.ports)
    yield '],\n"reach":[' if port is not None else '],\n"connections":['
    yield from _joined(_entries(result, ids, allowed, "" if port is not None else "allowed", expand=expand))
    open_ends: Iterable[Rectangle] = result.undefined_rectangles()
    if port is not None:
        open_ends = (rectangle for rectangle in open_ends if port in rectangle.ports)
    yield '],\n"undefined":['
    yield from _joined(_entries(result, ids, open_ends, "ports", expand=expand))
    yield f'],\n"ignored":{json.dumps(ignored, ensure_ascii=False)}}}\n'


def _entries(
    result: Reachability, ids: _Ids, rectangles: Iterable[Rectangle], ports_name: str, *, expand: bool
) -> Iterator[str]:
    texts: dict[PortSet, str] = {}
    for rectangle in rectangles:
        tail = ""
        if ports_name:
            found = texts.get(rectangle.ports)
            if found is None:
                found = texts[rectangle.ports] = json.dumps(ports_object(rectangle.ports), separators=(",", ":"))
            tail = f',"{ports_name}":{found}'
        if rectangle.reason:
            tail += f',"reason":{json.dumps(rectangle.reason)}'
        if not expand:
            yield f'{{"from":{ids.of(rectangle.sources)},"to":{ids.of(rectangle.destinations)}{tail}}}'
            continue
        for source in (endpoint for number in rectangle.sources for endpoint in result.members(number)):
            for destination in (endpoint for number in rectangle.destinations for endpoint in result.members(number)):
                if result.judged(source, destination):
                    yield f'{{"from":[{json.dumps(source.id)}],"to":[{json.dumps(destination.id)}]{tail}}}'


def _joined(entries: Iterable[str]) -> Iterator[str]:
    separator = ""
    for entry in entries:
        yield separator + entry
        separator = ",\n"
