"""The matrix for people: a table while it fits the terminal, a list grouped by destination when it does not.

Endpoints that no policy tells apart share a line, so 2,000 Pods of twelve kinds are a table of twelve lines.
"""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator

from autograder.network import PortSet, Reachability

NOT_JUDGED = "-"
OPEN = "all"
YES = "yes"
CLOSED = "."
UNDEFINED = "?"
_WIDEST_CELL = 22
_NARROW = 40


def terminal_width() -> int:
    """Return how many columns there are to write on; 100 when nobody knows."""
    return max(_NARROW, shutil.get_terminal_size((100, 24)).columns)


def shortened(text: str, width: int) -> str:
    """Return the text, its middle left out when it is longer than `width`.

    >>> shortened("monitoring/prometheus-0", 12)
    'monito…eus-0'
    """
    if len(text) <= width:
        return text
    head = (width - 1) // 2 + (width - 1) % 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def cell_text(allowed: PortSet, undefined: PortSet) -> str:
    """Return one cell: ``all``, ``.`` for nothing, the ports, with ``?`` behind where some are undefined."""
    text = CLOSED if not allowed else OPEN if allowed == PortSet.ALL else str(allowed)
    if undefined:
        text = UNDEFINED if not allowed else f"{text} {UNDEFINED}"
    return text


class _Kinds:
    """The classes of a result as lines of a table."""

    def __init__(self, result: Reachability, port: tuple[str, int] | None) -> None:
        self.result = result
        self.port = port
        found = [(result.members(number), number) for number in range(result.classes)]
        found.sort(key=lambda item: (item[0][0].is_range, item[0][0].id if not item[0][0].is_range else ""))
        self.numbers = [number for _, number in found]
        self.members = [members for members, _ in found]

    def label(self, line: int) -> str:
        """Return the first endpoint of a line and how many more there are; a workload with its replicas."""
        first, *others = self.members[line]
        text = first.id
        if not first.is_range and first.replicas != 1:
            text += f" ×{first.replicas if first.replicas is not None else '…'}"
        return f"{text} and {len(others)} more" if others else text

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


def lines(
    result: Reachability, *, port: tuple[str, int] | None = None, width: int | None = None, most: int = 60
) -> Iterator[str]:
    """Yield the matrix as text, on one port or on all: a table if it fits `width`, else at most `most` lines of a list."""
    width = width or terminal_width()
    kinds = _Kinds(result, port)
    pods = sum(not endpoint.is_range for endpoint in result.endpoints)
    policies = len(result.cluster.policies)
    yield (
        f"{_count(pods, 'Pod or workload', 'Pods and workloads')}, {_count(policies, 'policy', 'policies')}, "
        f"{_count(len(result.endpoints) - pods, 'range', 'ranges')} of outside addresses"
    )
    yield ""
    if not pods:
        yield "There is no Pod and no workload here, so there is nobody to talk."
        return
    table = _table(kinds, width) if result.classes * 4 < width else None
    yield from table if table is not None else _list(kinds, width, most)
    yield ""
    legend = f"{OPEN}: every port" if port is None else f"{YES}: {port[0]} {port[1]} is allowed"
    yield f"{legend}   {CLOSED}: nothing   {UNDEFINED}: undefined by the specification   {NOT_JUDGED}: not judged"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _table(kinds: _Kinds, width: int) -> list[str] | None:
    """Return the table, or None when it is wider than the terminal or a cell would have to be cut."""
    size = len(kinds.numbers)
    labels = [kinds.label(line) for line in range(size)]
    cells = [[kinds.cell(source, destination) for destination in range(size)] for source in range(size)]
    if max(len(cell) for row in cells for cell in row) > _WIDEST_CELL:
        return None
    label_width = max(len(f"{size} {label}") for label in labels)
    widths = [max(len(str(column + 1)), *(len(row[column]) for row in cells)) for column in range(size)]
    if label_width + sum(widths) + 2 * size > width:
        return None
    heads = "  ".join(str(column + 1).ljust(widths[column]) for column in range(size))
    result = [f"{'from ↓  to →':{label_width}}  {heads}".rstrip()]
    for line, row in enumerate(cells):
        body = "  ".join(cell.ljust(widths[column]) for column, cell in enumerate(row))
        result.append(f"{f'{line + 1} {labels[line]}':{label_width}}  {body}".rstrip())
    return result


def _list(kinds: _Kinds, width: int, most: int) -> Iterator[str]:
    """Yield for each destination who reaches it on which ports, sources with the same verdict together."""
    written = 0
    total = len(kinds.numbers)
    for destination in range(total):
        if written >= most:
            yield f"and {_count(total - destination, 'more destination', 'more destinations')}; `-o json` lists all, --summary counts"
            return
        by_verdict: dict[str, list[int]] = defaultdict(list)
        for source in range(total):
            cell = kinds.cell(source, destination)
            if cell not in (NOT_JUDGED, CLOSED):
                by_verdict[cell].append(source)
        yield f"to {shortened(kinds.label(destination), width - 3)}"
        written += 1
        if not by_verdict:
            yield "   nobody"
            written += 1
        for verdict, sources in by_verdict.items():
            yield from _wrapped(verdict, [kinds.label(source) for source in sources], total, width)
            written += 1


def _wrapped(verdict: str, names: list[str], total: int, width: int) -> Iterator[str]:
    """Yield one line: the verdict, then as many names as fit, then how many more."""
    if len(names) >= total - 1:
        yield f"   {verdict}: everybody else"
        return
    line = f"   {verdict}: "
    for index, name in enumerate(names):
        more = f", and {len(names) - index} more"
        if index and len(line) + len(name) + len(more) > width:
            yield shortened(line.removesuffix(", ") + more, width)
            return
        line += f"{name}, "
    yield shortened(line.removesuffix(", "), width)


def write(text: Iterator[str]) -> None:
    """Write lines to standard output."""
    for line in text:
        sys.stdout.write(f"{line}\n")
