"""From rows over possibilities to rows over endpoints: allowed if all possibilities agree, undefined if some differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from .addresses import Family
from .bits import Mask, Partition, join, meet, put, restrict, value_at
from .columns import Columns
from .ports import PROTOCOLS, PortAtoms, PortSet
from .rows import Row, either, over
from .variants import NO_FAMILY


def own_node(columns: Columns, source: int, everything: int, out: Row, into: Row) -> tuple[Row, Row]:
    """Return egress and ingress row with what holds between a Pod and its own node.

    ================================ ==================== ===========================================
    from → to                        nodes are            verdict
    ================================ ==================== ===========================================
    hostNetwork Pod → Pod, ingress   the same             always gets in (``types.go``; kubelet probes)
    hostNetwork Pod → Pod, ingress   not known            gets in if they share the node
    Pod → hostNetwork Pod, egress    the same, or unknown undefined: the documentation says allowed,
                                                          ``types.go`` grants it for ingress only
    any                              known to differ      the rules decide
    ================================ ==================== ===========================================
    """
    variant = columns.variants[source]
    if variant is None:
        return out, into
    same: Mask = columns.nodes.get(variant.node, 0) if variant.node is not None else 0
    perhaps: Mask = columns.pods if variant.node is None else same | columns.nodes.get(None, 0)
    if variant.host:
        into = Row(put(into.low, everything, same), put(into.high, everything, perhaps))
    rule = columns.semantics.own_node_egress
    if rule != "policed":
        sure = same & columns.hosts if rule == "allowed" else 0
        out = Row(put(out.low, everything, sure), put(out.high, everything, perhaps & columns.hosts))
    return out, into


def folded(columns: Columns, row_of: Callable[[int], Row], everything: int) -> list[Row]:
    """Return one row for each class, over classes; `row_of` gives the row of a column, over columns.

    Two possibilities count together only where both can be true of one connection: one address family, and one way
    of taking hostNetwork Pods. Between Pods without a common family the possibilities of no family count.
    """
    classes = len(columns.layout.members)
    if not columns.layout.planes:
        return [_judged(columns, number, row_of(number)) for number in range(classes)]
    fold = _Fold(columns, everything)
    rows = []
    for number, possibilities in enumerate(columns.layout.columns_of_class):
        real = [column for column in possibilities if _family(columns, column) != NO_FAMILY]
        found = either(fold.row(row_of(column), column) for column in real)
        strangers = fold.strangers([_family(columns, column) for column in real])
        if strangers:
            nowhere = [column for column in possibilities if _family(columns, column) == NO_FAMILY]
            apart = either(fold.row(row_of(column), column) for column in nowhere)
            found = Row(over(found.low, apart.low, strangers), over(found.high, apart.high, strangers))
        found = _between_replicas(columns, number, real, row_of, fold, everything, found)
        rows.append(_judged(columns, number, _exact(found)))
    return rows


def _between_replicas(
    columns: Columns,
    number: int,
    real: list[int],
    row_of: Callable[[int], Row],
    fold: _Fold,
    everything: int,
    found: Row,
) -> Row:
    """Return the row with what holds between two different replicas of a workload, where policies tell them apart.

    A possibility that stands for a single replica never meets itself.
    """
    if not any(_replica(columns, column) for column in real):
        return found
    low, high = everything, 0
    for column in real:
        row = row_of(column)
        for other in columns.layout.columns_of_class[number]:
            own = _replica(columns, column)
            if fold.excluded(column) >> other & 1 or (own is not None and own == _replica(columns, other)):
                continue
            low &= value_at(row.low, other)
            high |= value_at(row.high, other)
    if low & ~high:
        return found  # there is no second replica to meet
    itself = 1 << number
    return Row(put(found.low, low, itself), put(found.high, high, itself))


def _replica(columns: Columns, column: int) -> tuple[str, ...] | None:
    variant = columns.variants[column]
    return variant.replica if variant is not None else None


def _family(columns: Columns, column: int) -> Family | Literal[0] | None:
    variant = columns.variants[column]
    return variant.family if variant is not None else None


def _judged(columns: Columns, number: int, row: Row) -> Row:
    """Return the row without the pairs of two outside ranges."""
    if columns.variants[number] is not None:
        return row
    low = restrict(row.low, columns.pods)
    return Row(low, low if row.low is row.high else restrict(row.high, columns.pods))


def _exact(row: Row) -> Row:
    return Row(row.low, row.low) if row.low == row.high else row


class _Fold:
    """Folds the columns of a row into classes, remembering what it has folded."""

    def __init__(self, columns: Columns, everything: int) -> None:
        self._columns = columns
        self._everything = everything
        self._first: Mask = (1 << len(columns.layout.members)) - 1
        self._planes = [(0, len(columns.layout.members)), *columns.layout.planes]
        self._done: dict[tuple[int, Mask], tuple[Row, Row]] = {}
        self._with_family = {family: self._any_plane(mask) for family, mask in columns.families.items()}
        of_some_family = 0
        for mask in columns.families.values():
            of_some_family |= mask
        self._of_any_family = self._any_plane(columns.everyone & ~of_some_family)

    def _any_plane(self, mask: Mask) -> Mask:
        found = 0
        for offset, count in self._planes:
            found |= (mask >> offset) & ((1 << count) - 1)
        return found

    def strangers(self, families: Iterable[Family | Literal[0] | None]) -> Mask:
        """Return the classes with which none of the given families can connect."""
        reached = self._of_any_family
        for family in families:
            if family is None:
                return 0
            reached |= self._with_family[family]
        return self._first & ~reached

    def row(self, row: Row, source: int) -> Row:
        """Return the bounds over classes for one possibility of the source."""
        excluded = self.excluded(source)
        key = (id(row), excluded)
        if key not in self._done:
            # The row is kept beside the result so that its id stays taken.
            self._done[key] = (row, self._fold(row, excluded))
        return self._done[key][1]

    def excluded(self, source: int) -> Mask:
        """Return the columns that cannot be true of one connection together with this one."""
        variant = self._columns.variants[source]
        excluded: Mask = 0
        for family, mask in self._columns.families.items():
            own = variant.family if variant is not None else None
            if (own is None and family == NO_FAMILY) or (own is not None and family != own):
                excluded |= mask
        for camp, mask in self._columns.camps.items():
            if variant is not None and variant.camp is not None and camp != variant.camp:
                excluded |= mask
        return excluded

    def _fold(self, row: Row, excluded: Mask) -> Row:
        low: Partition = {self._everything: self._first}
        high: Partition = {0: self._first}
        for offset, count in self._planes:
            inside = (1 << count) - 1
            outside = self._first & ~inside | (excluded >> offset) & inside
            low = meet(low, put(_shifted(row.low, offset, inside), self._everything, outside))
            high = join(high, put(_shifted(row.high, offset, inside), 0, outside))
        return Row(low, high)


def _shifted(partition: Partition, offset: int, inside: Mask) -> Partition:
    return {value: found for value, columns in partition.items() if (found := (columns >> offset) & inside)}


def only_with_replies(rows: list[Row], atoms: PortAtoms) -> list[Row]:
    """Return the rows of somebody who believes that answers need rules of their own in the opposite direction.

    A connection then stands only in a protocol in which the opposite direction allows something as well.
    """
    protocols = [atoms.encode(PortSet.protocol(protocol)) for protocol in PROTOCOLS]

    def answered(partition_of: Callable[[Row], Partition], start: int) -> Partition:
        result: Partition = {}
        for value, columns in partition_of(rows[start]).items():
            rest = columns
            while rest:
                bit = rest & -rest
                rest ^= bit
                back = value_at(partition_of(rows[bit.bit_length() - 1]), start)
                kept = sum(value & protocol for protocol in protocols if back & protocol)
                result[kept] = result.get(kept, 0) | bit
        return result

    return [
        _exact(Row(answered(lambda row: row.low, start), answered(lambda row: row.high, start)))
        for start in range(len(rows))
    ]
