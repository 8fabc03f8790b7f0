"""Worlds that tell a misconception from the truth: what a file of them holds, and how it is judged.

A file starts with a document that names the witness, one flow that a believer gets wrong. The manifests follow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from autograder.manifests.load import load_text
from autograder.misconceptions import models, semantics
from autograder.network import KUBERNETES, Cluster, reachability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.network import Reachability, Semantics
    from tools.shop_worlds import Manifest

FOLDER: Final = Path(__file__).resolve().parent.parent / "tests" / "misconceptions" / "worlds"
_SEPARATOR: Final = "---\n"
_WORDS: Final = {True: "allowed", False: "denied"}


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection that somebody wants to open."""

    source: str
    destination: str
    protocol: str
    port: int

    def __str__(self) -> str:
        """Return the flow as people write it."""
        return f"{self.source} -> {self.destination}, {self.protocol} {self.port}"

    def passes(self, reach: Reachability) -> bool:
        """Return whether it gets through."""
        return (self.protocol, self.port) in reach.allowed(self.source, self.destination)


@dataclass(frozen=True, slots=True)
class World:
    """Manifests, and the flow that a believer gets wrong in them."""

    flow: Flow
    truth: bool
    """Whether Kubernetes lets the flow through. The believer says the opposite."""
    documents: list[Manifest]
    """The manifests."""

    def cluster(self) -> Cluster:
        """Return the scene. Raises ValueError when the API server would refuse a manifest."""
        return cluster_of(self.documents)

    def verdict(self, reading: Semantics = KUBERNETES) -> bool:
        """Return whether the flow gets through under a reading."""
        return self.flow.passes(reachability(self.cluster(), reading))

    def wrong(self) -> frozenset[str]:
        """Return the names of all readings that get the flow wrong."""
        cluster = self.cluster()
        return frozenset(
            name
            for name, reading in readings().items()
            if self.flow.passes(reachability(cluster, reading)) != self.truth
        )

    def __str__(self) -> str:
        """Return the text of the world's file."""
        witness = {
            "witness": {
                "from": self.flow.source,
                "to": self.flow.destination,
                "protocol": self.flow.protocol,
                "port": self.flow.port,
                "truth": _WORDS[self.truth],
                "believed": _WORDS[not self.truth],
            }
        }
        written = (yaml.dump(document, Dumper=_Dumper, sort_keys=False) for document in (witness, *self.documents))
        return _SEPARATOR.join(written)


def cluster_of(documents: Iterable[Manifest]) -> Cluster:
    """Return the scene that manifests describe. Raises ValueError when the API server would refuse one of them."""
    manifests = load_text(_SEPARATOR.join(f"{json.dumps(document)}\n" for document in documents), "world.yaml")
    if manifests.problems:
        raise ValueError(manifests.problems[0].message)
    return Cluster.from_manifests(manifests)


def readings() -> dict[str, Semantics]:
    """Return the semantics of every reading of the catalogue that is about flows, by its name."""
    return {name: semantics(name) for model in models("network") for name in model.names}


def path_of(name: str) -> Path:
    """Return the file of a reading, or of two that it tells apart (``one+other``)."""
    return FOLDER / f"{name.replace(':', '--')}.yaml"


def read(path: Path) -> World:
    """Return the world in a file."""
    head, *documents = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    witness = head["witness"]
    flow = Flow(witness["from"], witness["to"], witness["protocol"], witness["port"])
    return World(flow, witness["truth"] == _WORDS[True], documents)


class _Dumper(yaml.SafeDumper):
    """Writes lists indented under their key, as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True
