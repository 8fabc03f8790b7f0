"""The matrix for people: a table while it fits the terminal, else a list of who reaches whom.

The table has a line for every kind of endpoint, and every pair is a cell. The list says once what holds for everyone,
for every Pod or for a whole namespace, as the pictures do, and so stays short where there are thousands of Pods.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from autograder.network import PortSet, Reachability

from .terminal import Terminal, entries, listed, paragraph, terminal

if TYPE_CHECKING:
    from autograder.pictures.graph import Graph, Node

NOT_JUDGED: Final = "-"
OPEN: Final = "all"
YES: Final = "yes"
CLOSED: Final = "."
UNDEFINED: Final = "?"
_WIDEST_CELL: Final = 22
_MOST_NODES: Final = 30
_MOST_LINES: Final = 8


def cell_text(allowed: PortSet, undefined: PortSet) -> str:
    """Return one cell: ``all``, ``.`` for nothing, the ports, with ``?`` behind where some are undefined."""
    text = CLOSED if not allowed else OPEN if allowed == PortSet.ALL else str(allowed)
    if undefined:
        text = UNDEFINED if not allowed else f"{text} {UNDEFINED}"
    return text


def lines(
    result: Reachability, *, port: tuple[str, int] | None = None, on: Terminal | None = None, most: int = _MOST_NODES
) -> Iterator[str]:
    """Yield the matrix as text, on one port or on all: a table if it fits, else a list of about `most` places."""
    on = on or terminal()
    inside = [endpoint for endpoint in result.endpoints if not endpoint.is_range]
    workloads = sum(endpoint.kind != "Pod" for endpoint in inside)
    counts = [
        *([_count(len(inside) - workloads, "Pod")] if workloads < len(inside) or not inside else []),
        *([_count(workloads, "workload")] if workloads else []),
        _count(len(result.cluster.policies), "policy", "policies"),
    ]
    about = f"; {port[0]} {port[1]}" if port is not None else ""
    yield from _painted(paragraph(f"{', '.join(counts)}{about}", on.width, hanging="  "), on)
    yield ""
    if not inside:
        yield from paragraph("There is no Pod and no workload here, so there is nobody to talk.", on.width)
        return
    table = _table(_Kinds(result, port), on.width) if result.classes * 4 < on.width else None
    yield from table if table is not None else _list(result, port, on, most)


def write(text: Iterable[str]) -> None:
    """Write lines to standard output."""
    for line in text:
        sys.stdout.write(f"{line}\n")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


# -- the table -------------------------------------------------------------------------------------------------------


class _Kinds:
    """The classes of a result as lines of a table."""

    def __init__(self, result: Reachability, port: tuple[str, int] | None) -> None:
        self.result = result
        self.port = port
        found = [(result.members(number), number) for number in range(result.classes)]
        found.sort(key=lambda item: (item[0][0].is_range, item[0][0].id if not item[0][0].is_range else ""))
        self.numbers = [number for _, number in found]
        self.members = [members for members, _ in found]
        self.ranges = sum(members[0].is_range for members in self.members)

    def label(self, line: int) -> str:
        """Return the first endpoint of a line and how many more there are; a workload with its replicas."""
        first, *others = self.members[line]
        if first.is_range and self.ranges == 1:
            return "everything outside"
        text = f"outside {first.id}" if first.is_range else first.id
        if not first.is_range and first.replicas not in (1, None):
            text += f" ×{first.replicas}"
        return f"{text} and {len(others):,} more" if others else text

    def cell(self, source: int, destination: int) -> str:
        """Return the verdict between two lines; between two different endpoints of one line on the diagonal."""
        first, last = self.members[source][0], self.members[destination][0]
        if first.is_range and last.is_range:
            return NOT_JUDGED
        if source == destination and len(self.members[source]) == 1 and not first.meets_itself:
            return NOT_JUDGED
        low, high = self.result.ports_between_classes(self.numbers[source], self.numbers[destination])
        if self.port is not None:
            return YES if self.port in low else UNDEFINED if self.port in high else CLOSED
        return cell_text(low, high - low)


def _table(kinds: _Kinds, width: int) -> list[str] | None:
    """Return the table, or None when it is wider than the terminal or a cell would have to be cut."""
    size = len(kinds.numbers)
    labels = [f"{line + 1} {kinds.label(line)}" for line in range(size)]
    cells = [[kinds.cell(source, destination) for destination in range(size)] for source in range(size)]
    if max(len(cell) for row in cells for cell in row) > _WIDEST_CELL:
        return None
    corner = "from ↓  to →"
    label_width = max(len(corner), *map(len, labels))
    widths = [max(len(str(column + 1)), *(len(row[column]) for row in cells)) for column in range(size)]
    if label_width + sum(widths) + 2 * size > width:
        return None
    heads = "  ".join(str(column + 1).ljust(widths[column]) for column in range(size))
    result = [f"{corner:{label_width}}  {heads}".rstrip()]
    for line, row in enumerate(cells):
        body = "  ".join(cell.ljust(widths[column]) for column, cell in enumerate(row))
        result.append(f"{labels[line]:{label_width}}  {body}".rstrip())
    seen = {cell for row in cells for cell in row}
    legend = [
        *([f"{OPEN}: every port"] if OPEN in seen else []),
        *([f"{YES}: {kinds.port[0]} {kinds.port[1]} is allowed"] if kinds.port is not None and YES in seen else []),
        *([f"{CLOSED}: nothing"] if CLOSED in seen else []),
        *([f"{UNDEFINED}: undefined by the specification"] if any(cell.endswith(UNDEFINED) for cell in seen) else []),
        *([f"{NOT_JUDGED}: not judged"] if NOT_JUDGED in seen else []),
    ]
    return [*result, "", *entries(legend, width)]


# -- the list --------------------------------------------------------------------------------------------------------


def _list(result: Reachability, port: tuple[str, int] | None, on: Terminal, most: int) -> Iterator[str]:
    """Yield for each place who reaches it on which ports; places with the same visitors together."""
    from autograder.pictures.graph import graph
    from autograder.pictures.naming import joined
    from autograder.pictures.words import hidden_remarks, reader_remarks, title_of

    drawn = graph(result, port=port, most=most)
    names = _names(drawn)
    visitors = _visitors(drawn, names, plain=port is not None)
    for box in drawn.boxes:
        if box.namespace is not None:
            inside = [f"{title_of(node, drawn)}{_replicas(node)}" for node in box.nodes]
            rest = [f"{box.hidden:,} more"] if box.hidden else []
            yield from listed(f"in {box.namespace}:", [*inside, *rest], on.width, most_lines=2)
    yield ""
    together: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for place, found in visitors.items():
        together[found].append(place)
    for found, places in together.items():
        yield from _painted(listed("to", joined([names[place] for place in places]), on.width), on)
        for verdict, who in found[:_MOST_LINES]:
            yield from listed(verdict, joined(who.split("\0")), on.width, indent="   ", most_lines=2)
        if len(found) > _MOST_LINES:
            yield f"   and {len(found) - _MOST_LINES} more kinds of visitors"
    for words, keys in (("Nobody reaches", drawn.closed), ("These reach nobody:", drawn.silent)):
        some = [names[node.key] for node in drawn.nodes if node.key in keys]
        if some:
            yield from listed(words, some, on.width)
    remarks = [*reader_remarks(drawn), *hidden_remarks(drawn)]
    if any(place == box.key for place in visitors for box in drawn.boxes if box.namespace is not None):
        remarks.insert(0, "What is said of every Pod adds to what is said of one.")
    if drawn.hidden_pods:
        fewer = ", --by workload shows fewer" if drawn.workloads < drawn.pods // 2 else ""
        remarks.append(f"-o json lists all, --summary counts{fewer}.")
    if remarks:
        yield ""
    for remark in remarks:
        yield from (on.paint(line, "quiet") for line in paragraph(remark, on.width))


def _painted(text: Iterable[str], on: Terminal) -> Iterator[str]:
    return (on.paint(line, "head") for line in text)


def _visitors(drawn: Graph, names: dict[str, str], *, plain: bool) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return for every place, in the order of the picture, on which ports it takes whom; `plain` without ports.

    Who is a list of names with NUL between them.
    """
    from autograder.pictures.graph import OUTSIDE
    from autograder.pictures.words import audience_of, said_of

    def verdict(ports: PortSet, reason: str) -> str:
        if plain:
            return f"undefined ({reason}) from" if reason else "from"
        return f"{said_of(ports, reason)} from"

    order = [place for box in drawn.boxes for place in (box.key, *(node.key for node in box.nodes))]
    if OUTSIDE not in order:
        order.append(OUTSIDE)
    found: dict[str, list[tuple[str, str]]] = {place: [] for place in order}
    for note in drawn.notes:
        found[note.place].append((verdict(note.ports, note.reason), audience_of(note, names)))
    for link in drawn.links:
        who = "\0".join([*(names[key] for key in link.sources), *link.unseen])
        for target in link.targets:
            found[target].append((verdict(link.ports, link.reason), who))
    return {place: tuple(visitors) for place, visitors in found.items() if visitors}


def _names(drawn: Graph) -> dict[str, str]:
    """Return the names of all places in full; workloads with their replicas."""
    from autograder.pictures.graph import OUTSIDE
    from autograder.pictures.words import names_of

    names = {OUTSIDE: "every address outside", **names_of(drawn)}
    return names | {node.key: f"{names[node.key]}{_replicas(node)}" for node in drawn.nodes}


def _replicas(node: Node) -> str:
    first = node.endpoints[0]
    alone = len(node.endpoints) == 1 and not first.is_range and first.replicas not in (1, None)
    return f" ×{first.replicas}" if alone else ""
