"""The words in a picture: names of nodes, what stands on an arrow, and the picture told as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from autograder.network import PortSet

from .graph import EVERYONE, OUTSIDE, Box, Graph, Link, Node, Note, addresses_of
from .naming import some_of

TITLE = "Who can talk to whom"
NOBODY = "nobody gets in"
SILENT = "reaches nobody"
_MOST_TOLD = 60
_UNPRINTABLE: Final = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Return one line of text with U+FFFD for everything that no page can hold."""
    return _UNPRINTABLE.sub("\ufffd", text)


def title_of(node: Node, graph: Graph) -> str:
    """Return the name of a node, without the namespace that its box names."""
    first = node.endpoints[0]
    if first.range is None:
        return f"all {len(node.endpoints):,} Pods" if node.whole else node.title
    ranges = graph.outside
    if len(ranges) == 1:
        return "every address"
    if len(node.endpoints) == 1:
        return {"0.0.0.0/0": "any IPv4 address", "::/0": "any IPv6 address"}.get(first.id, first.id)
    if node is max(ranges, key=addresses_of):
        return "all other addresses"
    return _and_more(first.id, len(node.endpoints) - 1)


def detail_of(node: Node) -> str:
    """Return what else there is to say about a node; the empty string for a Pod like any other."""
    first = node.endpoints[0]
    if first.range is not None:
        return ""
    if len(node.endpoints) > 1 or first.kind == "Pod":
        return ""
    if first.replicas in (None, 1):
        return first.kind
    return f"{first.kind}, {first.replicas} replicas"


def state_of(node: Node, graph: Graph) -> str:
    """Return what is closed at a node; the empty string for nothing."""
    return ", ".join([*([NOBODY] if node.key in graph.closed else []), *([SILENT] if node.key in graph.silent else [])])


def lines_of(node: Node, graph: Graph) -> list[str]:
    """Return all that a node says of itself where notes cannot stand beside it, line by line."""
    notes = [f"← {said_by(note, graph)}" for note in graph.notes if note.place == node.key]
    return [text for text in (title_of(node, graph), detail_of(node), state_of(node, graph), *notes) if text]


def every_one_in(box: Box) -> str:
    """Return how to call all that is in a box."""
    return "every address outside" if box.namespace is None else f"every Pod of {box.namespace}"


def title_of_box(box: Box) -> str:
    """Return the name of a box."""
    return "outside the cluster" if box.namespace is None else box.namespace


def hidden_in(box: Box) -> str:
    """Return how much of a box is not drawn; the empty string for nothing."""
    what = "range" if box.namespace is None else "Pod"
    return f"and {box.hidden:,} more {what}{'' if box.hidden == 1 else 's'}" if box.hidden else ""


def said_by(note: Note, graph: Graph) -> str:
    """Return a note as text: ``everyone but web: TCP 80``."""
    names = {node.key: title_of(node, graph) for node in note.but}
    return f"{audience_of(note, names)}: {said_of(note.ports, note.reason)}"


def audience_of(note: Note, names: dict[str, str]) -> str:
    """Return whom a note means: ``everyone but web and api``."""
    return (
        f"{note.who} but {_and([names.get(node.key) or node.endpoints[0].id for node in note.but])}"
        if note.but
        else note.who
    )


def said_of(ports: PortSet, reason: str) -> str:
    """Return ports as they stand on an arrow, with the reason where they are undefined."""
    return f"undefined, {compact(ports)} ({reason})" if reason else compact(ports)


def compact(ports: PortSet) -> str:
    """Return ports as text, by what is missing where that is shorter.

    >>> compact(PortSet.ALL - PortSet.of("TCP", 53))
    'all ports but TCP 53'
    """
    missing = PortSet.ALL - ports
    return f"all ports but {missing}" if missing and len(missing.spans) < len(ports.spans) else str(ports)


def summary_of(graph: Graph) -> str:
    """Return what there is to see in one line."""
    spaces = sum(box.namespace is not None for box in graph.boxes) + graph.hidden_boxes
    pods = graph.pods - graph.workloads
    parts = [
        *([_count(pods, "Pod")] if pods or not graph.workloads else []),
        *([_count(graph.workloads, "workload")] if graph.workloads else []),
        _count(spaces, "namespace"),
        _count(graph.policies, "policy", "policies"),
    ]
    return ", ".join(parts)


def remarks_on(graph: Graph) -> list[str]:
    """Return what a reader has to know who takes the picture at its word."""
    if not graph.pods:
        return ["There is no Pod and no workload here, so there is nobody to talk."]
    remarks = []
    if not any(box.key == OUTSIDE for box in graph.boxes):
        remarks += [_outside_remark(note, graph) for note in graph.notes if note.place == OUTSIDE]
    remarks += reader_remarks(graph)
    if any(link.reason for link in graph.links) or any(note.reason for note in graph.notes):
        remarks.append("Dashed: the specification leaves it open, and CNI plugins differ.")
    return remarks + hidden_remarks(graph)


def reader_remarks(graph: Graph) -> list[str]:
    """Return what words such as “everyone” mean where they are used."""
    remarks = []
    if any(note.who == EVERYONE for note in graph.notes):
        remarks.append("“everyone” is every Pod and every address outside.")
    if any(node.key in graph.silent for node in graph.nodes) and (graph.notes or graph.links):
        remarks.append("Where all are meant, Pods that reach nobody are not.")
    return remarks


def hidden_remarks(graph: Graph) -> list[str]:
    """Return what is left out."""
    remarks = []
    if graph.hidden_pods:
        what = "Pods and workloads" if graph.workloads else "Pods"
        where = f", among them all of {_count(graph.hidden_boxes, 'namespace')}" if graph.hidden_boxes else ""
        remarks.append(f"Left out: {graph.hidden_pods:,} of {graph.pods:,} {what}{where}.")
    if graph.hidden_pods or any(box.hidden for box in graph.boxes):
        remarks.append("What goes to those is left out as well.")
    return remarks


def _outside_remark(note: Note, graph: Graph) -> str:
    who = audience_of(note, {node.key: title_of(node, graph) for node in note.but})
    who = who[0].upper() + who[1:]
    said = said_of(note.ports, note.reason)
    reaches = f"{who}: {said}" if note.reason else f"{who} reaches them on {said}"
    return f"Addresses outside are not drawn. {reaches}."


def told(graph: Graph) -> Iterator[str]:
    """Yield the picture as sentences, for those who do not see it."""
    yield f"{summary_of(graph)}."
    names = names_of(graph)
    sentences = [_link_sentence(link, names) for link in graph.links]
    sentences += [_note_sentence(note, names, graph) for note in graph.notes if note.place in names]
    for node in graph.nodes:
        if state := state_of(node, graph):
            sentences.append(f"{names[node.key]}: {state}.")
    yield from sentences[:_MOST_TOLD]
    if len(sentences) > _MOST_TOLD:
        yield f"And {len(sentences) - _MOST_TOLD} more."
    yield from remarks_on(graph)


def names_of(graph: Graph) -> dict[str, str]:
    """Return the full name of every place in a graph, for text that stands alone."""
    names = {}
    for box in graph.boxes:
        names[box.key] = every_one_in(box)
        for node in box.nodes:
            names[node.key] = _full_name(node, graph)
    return names


def _full_name(node: Node, graph: Graph) -> str:
    if node.is_range:
        return title_of(node, graph)
    namespace = node.endpoints[0].namespace
    return f"every Pod of {namespace}" if node.whole else f"{namespace}/{title_of(node, graph)}"


def label_of(link: Link) -> str:
    """Return what stands on an arrow: the ports, and whether more sources than one can see use it."""
    label = said_of(link.ports, link.reason)
    return f"{label}, also from {some_of(link.unseen)}" if link.unseen else label


def _link_sentence(link: Link, names: dict[str, str]) -> str:
    sources, targets = (_and([names[key] for key in side]) for side in (link.sources, link.targets))
    return f"{sources} → {targets}: {label_of(link)}."


def _note_sentence(note: Note, names: dict[str, str], graph: Graph) -> str:
    return f"{names[note.place]} is open to {said_by(note, graph)}."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _and_more(name: str, more: int) -> str:
    return f"{name} (and {more:,} more)" if more else name


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
