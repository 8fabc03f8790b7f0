"""The picture as Graphviz DOT: a cluster for each namespace, an edge for each arrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from autograder.network import Reachability

from .graph import MOST_NODES, Box, Graph, Link, graph
from .words import (
    TITLE,
    every_one_in,
    hidden_in,
    label_of,
    lines_of,
    printable,
    remarks_on,
    said_by,
    summary_of,
    title_of_box,
)

_FONT: Final = 'fontname="Helvetica,Arial,sans-serif"'


def dot(
    result: Reachability, *, title: str = TITLE, port: tuple[str, int] | None = None, most: int = MOST_NODES
) -> str:
    """Return a matrix as a digraph; render it with ``dot -Tsvg``. With a port the picture is about that port alone."""
    return "\n".join(_lines(graph(result, port=port, most=most), title)) + "\n"


def _lines(drawn: Graph, title: str) -> Iterator[str]:
    yield f"digraph {quoted(title)} {{"
    yield "  rankdir=LR; bgcolor=white; nodesep=0.3; ranksep=1.1;"
    yield f"  graph [{_FONT}, fontsize=13, labeljust=l];"
    yield f"  node [{_FONT}, fontsize=12, shape=box, style=rounded];"
    yield f"  edge [{_FONT}, fontsize=11];"
    yield f"  label={_left(title, summary_of(drawn), *remarks_on(drawn))};"
    used = {key for link in drawn.links for key in (*link.sources, *link.targets)}
    for box in drawn.boxes:
        yield from _cluster(box, drawn, whole=box.key in used)
    for number, link in enumerate(drawn.links, start=1):
        yield from _edges(f"link{number}", link)
    yield "}"


def _cluster(box: Box, drawn: Graph, *, whole: bool) -> Iterator[str]:
    """Yield one box; with `whole` it holds a node that stands for all that is in it."""
    notes = [f"← {said_by(note, drawn)}" for note in drawn.notes if note.place == box.key]
    yield f"  subgraph {quoted(f'cluster {box.key}')} {{"
    yield f"    label={_left(title_of_box(box), *notes)}; style={'dotted' if box.namespace is None else 'rounded'};"
    if whole:
        yield f"    {quoted(box.key)} [label={quoted(every_one_in(box))}, shape=tab, style=solid];"
    for node in box.nodes:
        shape = ", shape=ellipse, style=solid" if node.is_range else ""
        yield f"    {quoted(node.key)} [label={quoted(*lines_of(node, drawn))}{shape}];"
    if box.hidden:
        yield f"    {quoted(f'{box.key} rest')} [label={quoted(hidden_in(box))}, shape=plaintext];"
    yield "  }"


def _edges(name: str, link: Link) -> Iterator[str]:
    """Yield a link: an edge for each pair, or edges that meet in a point where those are fewer."""
    label = f"label={quoted(label_of(link))}"
    style = ", style=dashed" if link.reason else ""
    both = set(link.sources) & set(link.targets)
    if len(link.sources) * len(link.targets) <= len(link.sources) + len(link.targets) and not both:
        for source in link.sources:
            for target in link.targets:
                yield f"  {quoted(source)} -> {quoted(target)} [{label}{style}];"
        return
    yield f"  {quoted(name)} [shape=point, xlabel={label.removeprefix('label=')}];"
    for source in link.sources:
        direction = "dir=both" if source in both else "dir=none"
        yield f"  {quoted(source)} -> {quoted(name)} [{direction}{style}];"
    for target in link.targets:
        if target not in both:
            yield f"  {quoted(name)} -> {quoted(target)} [{label}{style}];"


def _escaped(text: str) -> str:
    """Return text that means itself in a quoted string: no escape, no entity, no control character is left."""
    return printable(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def quoted(*lines: str) -> str:
    r"""Return lines as one quoted string of DOT, centered.

    >>> quoted('say "hi"', "C:\\n")
    '"say \\"hi\\"\\nC:\\\\n"'
    """
    return '"' + "\\n".join(map(_escaped, lines)) + '"'


def _left(*lines: str) -> str:
    """Return lines as one quoted string, flush left."""
    return '"' + "".join(f"{_escaped(line)}\\l" for line in lines) + '"'
