"""Many endpoints in few words: whole namespaces, names with a common beginning, the first of several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final

from autograder.network import Endpoint

_MOST_NAMED: Final = 3
EVERY_POD_OF: Final = "every Pod of "


def title_of(endpoints: Sequence[Endpoint], namespace: Sequence[str]) -> str:
    """Return the name of several endpoints among all the names of their namespace.

    >>> pods = tuple(Endpoint(f"shop/web-{number}", "Pod", "shop", f"web-{number}") for number in range(3))
    >>> title_of(pods, ["web-0", "web-1", "web-2", "api"])
    'web-* (3)'
    >>> title_of(pods, ["web-0", "web-1", "web-2", "web-3"])
    'web-0 (and 2 more)'
    """
    names = [endpoint.name for endpoint in endpoints]
    # What the first and the last in order share is shared by all between them.
    both = zip(min(names), max(names), strict=False)
    prefix = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], both)).rpartition("-")[0]
    if prefix and sum(name.startswith(f"{prefix}-") for name in namespace) == len(names) > 1:
        return f"{prefix}-* ({len(names):,})"
    return and_more(names)


def and_more(names: Sequence[str]) -> str:
    """Return the first name and how many more there are, as one name that can stand in a list."""
    return f"{names[0]} (and {len(names) - 1:,} more)" if len(names) > 1 else names[0]


def some_of(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """Return a few names and how many more there are.

    >>> some_of(["web", "api", "db", "cache", "queue"])
    'web, api, db and 2 more'
    """
    names = joined(names)
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most:,} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def joined(names: Sequence[str]) -> list[str]:
    """Return names in which words that several in a row share are said once.

    >>> joined(["every Pod of data", "every Pod of shop", "payments/ledger"])
    ['every Pod of data', 'shop', 'payments/ledger']
    """
    found: list[str] = []
    for place, name in enumerate(names):
        again = place > 0 and names[place - 1].startswith(EVERY_POD_OF) and name.startswith(EVERY_POD_OF)
        found.append(name.removeprefix(EVERY_POD_OF) if again else name)
    return found


class Names:
    """The endpoints of a cluster, as they are summed up where several of them are meant."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        """Take every endpoint that there is."""
        self._ranges = 0
        self._names: dict[str, list[str]] = defaultdict(list)
        for endpoint in endpoints:
            self._ranges += endpoint.is_range
            if not endpoint.is_range:
                self._names[endpoint.namespace].append(endpoint.name)

    def of(self, some: Iterable[Endpoint]) -> list[str]:
        """Return the shortest true names of some endpoints, in their order.

        >>> shop = [Endpoint(f"shop/{name}", "Pod", "shop", name) for name in ("web-0", "web-1", "api")]
        >>> db = Endpoint("data/db", "Pod", "data", "db")
        >>> Names([*shop, db]).of([*shop, db]), Names([*shop, db]).of(shop[:2])
        (['every Pod of shop', 'data/db'], ['shop/web-* (2)'])
        """
        ranges: list[Endpoint] = []
        inside: dict[str, list[Endpoint]] = defaultdict(list)
        for endpoint in some:
            (ranges if endpoint.is_range else inside[endpoint.namespace]).append(endpoint)
        found = [name for namespace, pods in inside.items() for name in self._of_namespace(namespace, pods)]
        if len(ranges) == self._ranges and len(ranges) > 1:
            return [*found, "every address outside"]
        return [*found, *(endpoint.id for endpoint in ranges)]

    def _of_namespace(self, namespace: str, pods: list[Endpoint]) -> list[str]:
        everyone = self._names[namespace]
        if len(pods) == len(everyone) > 1:
            return [f"{EVERY_POD_OF}{namespace}"]
        alike: dict[str, list[Endpoint]] = defaultdict(list)
        for pod in pods:
            prefix, dash, _ = pod.name.rpartition("-")
            alike[f"{prefix}-" if dash else pod.name].append(pod)
        found = []
        for prefix, group in alike.items():
            if len(group) > 1 and sum(name.startswith(prefix) for name in everyone) == len(group):
                found.append(f"{namespace}/{prefix}* ({len(group):,})")
            else:
                found += [pod.id for pod in group]
        return found
