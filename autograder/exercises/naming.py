"""What the names in an intent mean in a scene.

====================== ==============================================================================
written                means
====================== ==============================================================================
``web``                the outside address of that name, else the endpoint in the intent's namespace
``monitoring/web``     an endpoint's id
``Deployment/shop/web`` the same, where two kinds share a name
``monitoring/*``       every Pod of a namespace
``*``                  every Pod
``outside``            every address outside the cluster
``app=web,tier=front`` the Pods of the intent's namespace with these labels
``monitoring/app=web`` the same in another namespace; ``*/app=web`` in every namespace
====================== ==============================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.manifests.problems import Path
from autograder.network.addresses import block

from .intent import EVERY_POD, EVERYWHERE, OUTSIDE, Intent
from .places import Block, Place, lies_in
from .shape import Fault, nearest


@dataclass(frozen=True, slots=True)
class Ends:
    """The places that one side of a line names, each with the number of the name that means it."""

    pods: Mapping[str, int]
    """By endpoint id."""
    blocks: Mapping[Block, int]

    def position(self, place: Place) -> int | None:
        """Return which name of the side means a place, or None when none does."""
        if place.range is None:
            return self.pods.get(place.label)
        return next((number for bounds, number in self.blocks.items() if lies_in(place.range, bounds)), None)

    @property
    def is_one(self) -> bool:
        """Whether the side names one endpoint, or one block of addresses."""
        return len(self.pods) + len(self.blocks) == 1


class Names:
    """The names of one scene. Collects a fault for each name that means nothing."""

    def __init__(self, intent: Intent, pods: Sequence[Place]) -> None:
        """Take the intent, for its namespace and its outside addresses, and the endpoints of the scene."""
        self._intent = intent
        self._pods = pods
        self._ids = {place.label for place in pods}
        self.faults: list[Fault] = [
            Fault(("outside", name), f"is also a Pod of namespace {intent.namespace}; give the address another name")
            for name in intent.outside
            if f"{intent.namespace}/{name}" in self._ids
        ]

    def ends(self, written: Sequence[str], path: Path) -> Ends:
        """Return what one side of a line names; `path` is where it is written."""
        pods: dict[str, int] = {}
        blocks: dict[Block, int] = {}
        for index, name in enumerate(written):
            if name in self._intent.outside:
                blocks.setdefault(block(self._intent.outside[name]), index)
            elif name == OUTSIDE:
                for cidr in EVERYWHERE:
                    blocks.setdefault(block(cidr), index)
            else:
                found = self._matching(name)
                for label in found:
                    pods.setdefault(label, index)
                if not found:
                    self.faults.append(Fault((*path, index) if len(written) > 1 else path, self._unknown(name)))
        return Ends(pods, blocks)

    def _matching(self, name: str) -> list[str]:
        """Return the ids of the endpoints that a name or a pattern means."""
        if name == EVERY_POD:
            return [place.label for place in self._pods]
        namespace, slash, rest = name.partition("/")
        if not slash or "." in namespace:  # no namespace's name has a dot, the prefix of a label's key nearly always
            namespace, rest = self._intent.namespace, name
        if "=" in rest:
            labels = [pair.partition("=")[::2] for pair in rest.split(",")]
            return [
                place.label
                for place in self._pods
                if namespace in (EVERY_POD, place.namespace)
                and place.pod is not None
                and all(place.pod.labels.get(key) == value for key, value in labels)
            ]
        if rest == EVERY_POD:
            return [place.label for place in self._pods if place.namespace == namespace]
        return [found for found in dict.fromkeys((name, f"{namespace}/{rest}")) if found in self._ids][:1]

    def _unknown(self, name: str) -> str:
        """Return why a name means nothing, and what was perhaps meant."""
        if "=" in name or name.endswith(f"/{EVERY_POD}"):
            return f"{name} matches no Pod of the scene"
        home = f"{self._intent.namespace}/"
        short = sorted({label.removeprefix(home) for label in self._ids})
        same = sorted(label for label in self._ids if label.endswith(f"/{name}"))
        guess = same[0] if same else nearest(name, [*short, *self._ids, *self._intent.outside, OUTSIDE])
        return f"there is no endpoint {name}; " + (
            f"did you mean {guess}?" if guess else f"known are {', '.join(short)}"
        )
