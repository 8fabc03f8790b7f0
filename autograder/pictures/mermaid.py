"""The picture as a Mermaid flowchart, which GitHub, GitLab and JupyterLab draw in Markdown."""

from __future__ import annotations

import re
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


def mermaid(
    result: Reachability, *, title: str = TITLE, port: tuple[str, int] | None = None, most: int = MOST_NODES
) -> str:
    """Return a matrix as a flowchart. With a port the picture is about that port alone."""
    return "\n".join(_lines(graph(result, port=port, most=most), title)) + "\n"


def _lines(drawn: Graph, title: str) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  accTitle: {_plain(title)}"
    yield f"  accDescr: {_plain(' '.join([summary_of(drawn) + '.', *remarks_on(drawn)]))}"
    used = {key for link in drawn.links for key in (*link.sources, *link.targets)}
    for box in drawn.boxes:
        yield from _subgraph(box, drawn, whole=box.key in used)
    for number, link in enumerate(drawn.links, start=1):
        yield from _edges(f"j{number}", link)
    remarks = remarks_on(drawn)
    if remarks:
        yield f"  remarks[{quoted(*remarks)}]"
        yield "  style remarks fill:none,stroke:none"


def _subgraph(box: Box, drawn: Graph, *, whole: bool) -> Iterator[str]:
    """Yield one box; with `whole` it holds a node that stands for all that is in it."""
    yield f"  subgraph in_{box.key} [{quoted(title_of_box(box))}]"
    notes = [said_by(note, drawn) for note in drawn.notes if note.place == box.key]
    if whole or notes:
        yield f"    {_id(box.key)}[[{quoted(every_one_in(box), *(f'← {note}' for note in notes))}]]"
    for node in box.nodes:
        opening, closing = ("([", "])") if node.is_range else ("(", ")")
        yield f"    {_id(node.key)}{opening}{quoted(*lines_of(node, drawn))}{closing}"
    if box.hidden:
        yield f"    rest_{box.key}[{quoted(hidden_in(box))}]"
        yield f"    style rest_{box.key} fill:none,stroke:none"
    yield "  end"


def _edges(name: str, link: Link) -> Iterator[str]:
    """Yield a link: an arrow for each pair, or arrows that meet in a point where those are fewer."""
    label = quoted(label_of(link))
    line, arrow, two_way = ("-.-", "-.->", "<-.->") if link.reason else ("---", "-->", "<-->")
    both = set(link.sources) & set(link.targets)
    if len(link.sources) * len(link.targets) <= len(link.sources) + len(link.targets) and not both:
        for source in link.sources:
            for target in link.targets:
                yield f"  {_id(source)} {arrow}|{label}| {_id(target)}"
        return
    yield f'  {name}((" "))'
    for source in link.sources:
        yield f"  {_id(source)} {f'{two_way}|{label}|' if source in both else line} {name}"
    for target in link.targets:
        if target not in both:
            yield f"  {name} {arrow}|{label}| {_id(target)}"


def _id(key: str) -> str:
    """Return a name for a node. A bare ``outside`` behind an arrow would be read as a circle and ``utside``."""
    return f"all_{key}" if not key.startswith("node") else key


_SAFE: Final = re.compile(r"[^0-9A-Za-z .,:/()×…←⇄“”-]")


def quoted(*lines: str) -> str:
    """Return lines as one quoted label in which every sign that Mermaid or HTML could read is a numeric entity.

    >>> quoted('a "quoted" <b>')
    '"a #34;quoted#34; #60;b#62;"'
    """
    return '"' + "<br/>".join(_SAFE.sub(lambda found: f"#{ord(found[0])};", printable(line)) for line in lines) + '"'


def _plain(text: str) -> str:
    """Return one line of text for the places that know no quotes."""
    return re.sub(r"[^\w .,:()“”-]+", " ", text).strip()
