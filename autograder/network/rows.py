"""One direction of the matrix: for each source, which destinations it reaches on which ports, as partitions.

A row is a pair of partitions over all columns, the *lower* bound (allowed whatever the open facts are) and the
*upper* bound (allowed under some of them). Where nothing is open both are the same object, and nothing is paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .addresses import Family
from .bits import Mask, Partition, add, bits, join, meet, put, value_at
from .columns import Columns
from .rules import Compiled, Grant, Perhaps

Groups = tuple[int, ...]
Sum = tuple[Partition, list[Perhaps]]
"""What some grants allow, and what they allow beside it at Pods of unknown address."""


class Row(NamedTuple):
    """Lower and upper bound of what one source reaches."""

    low: Partition
    high: Partition


def meet_rows(left: Row, right: Row) -> Row:
    """Return what both allow."""
    low = meet(left.low, right.low)
    exact = left.low is left.high and right.low is right.high
    return Row(low, low if exact else meet(left.high, right.high))


def join_rows(left: Row, right: Row) -> Row:
    """Return what either allows."""
    low = join(left.low, right.low)
    exact = left.low is left.high and right.low is right.high
    return Row(low, low if exact else join(left.high, right.high))


def either(rows: Iterable[Row]) -> Row:
    """Return the bounds of a source that is one of several, nobody knows which: all agree, or some allow."""
    found: Row | None = None
    for row in rows:
        found = row if found is None else Row(meet(found.low, row.low), join(found.high, row.high))
    if found is None:
        message = "a source must be something"
        raise ValueError(message)
    return found


class Side:
    """The rows of one direction, ingress or egress, computed once per distinct set of grants."""

    def __init__(self, columns: Columns, policies: list[Compiled], everything: int, *, ingress: bool) -> None:
        """Take the policies that isolate in this direction; `everything` is all ports as atoms."""
        self._columns = columns
        self._policies = policies
        self._everything = everything
        self._ingress = ingress
        self._isolated: Mask = 0
        for policy in policies:
            self._isolated |= policy.subject
        self._denials = [denial for policy in policies for denial in policy.denials]
        by_sources = self._by_sources()
        self._sources = list(by_sources)
        """Grants with the same sources form a group; these are the sources of each group."""
        self._grants = list(by_sources.values())
        """The grants of each group, each with the index of its policy in `policies`."""
        self._merged = [_merge(grant for _, grant in grants) for grants in self._grants]
        self._groups = self._groups_of_columns()
        """For each column the groups that name it as a source. Equal groups, equal rows."""
        self._rows: dict[Groups, Row] = {}
        self._anywhere: dict[tuple[Groups, Family | None], Row] = {}

    def _by_sources(self) -> dict[Mask, list[tuple[int, Grant]]]:
        by_sources: dict[Mask, list[tuple[int, Grant]]] = defaultdict(list)
        for index, policy in enumerate(self._policies):
            for grant in policy.grants:
                by_sources[grant.sources].append((index, grant))
            if not self._ingress:
                by_sources[policy.subject].extend(())  # isolated, even if nothing is granted
            for sources, _ in policy.denials:
                by_sources[sources].extend(())
        return by_sources

    def _groups_of_columns(self) -> list[Groups]:
        groups: list[list[int]] = [[] for _ in self._columns.variants]
        for number, sources in enumerate(self._sources):
            for column in bits(sources):
                groups[column].append(number)
        return [tuple(found) for found in groups]

    def groups(self, source: int) -> tuple[Groups, Family | None, bool]:
        """Return what decides the row of a source: equal values, equal rows."""
        for family, pods in self._columns.unknown.items() if self._ingress else ():
            if pods >> source & 1:
                return self._groups[source], family, True
        return self._groups[source], None, False

    def row(self, source: int) -> Row:
        """Return what a source reaches as far as this direction decides."""
        groups, family, unknown = self.groups(source)
        return self._row_from_anywhere(groups, family) if unknown else self._row(groups)

    def _row(self, groups: Groups) -> Row:
        found = self._rows.get(groups)
        if found is None:
            union = self._columns.semantics.combine == "union"
            found = self._united(groups) if union else self._combined(groups)
            found = self._denied(found, groups)
            self._rows[groups] = found
        return found

    def _denied(self, row: Row, groups: Groups) -> Row:
        if self._denials:
            named = {self._sources[group] for group in groups}
            for sources, destinations in self._denials:
                if sources in named:
                    row = Row(put(row.low, 0, destinations), put(row.high, 0, destinations))
        return row

    def _row_from_anywhere(self, groups: Groups, family: Family | None) -> Row:
        """Return the row of a Pod of unknown address: it may be in any of the possible ranges.

        Under union the rows of the ranges can be folded once for everybody. A believer's way of combining does
        not distribute over that fold, so there each range is tried together with the Pod's own grants.
        """
        key = (groups, family)
        found = self._anywhere.get(key)
        if found is None:
            places = {self._groups[column] for column in bits(self._columns.possible[family])}
            if not places:
                found = self._row(groups)
            elif self._columns.semantics.combine == "union":
                nobody: tuple[Groups, Family | None] = ((-1,), family)
                if nobody not in self._anywhere:
                    self._anywhere[nobody] = either(self._row(place) for place in places)
                found = join_rows(self._row(groups), self._anywhere[nobody])
            else:
                found = either(self._row(tuple(sorted({*groups, *place}))) for place in places)
            self._anywhere[key] = found
        return found

    def _united(self, groups: Groups) -> Row:
        """Add up everything that any policy allows: the truth."""
        return self._widened(*self._sum(groups))

    def _sum(self, groups: Groups) -> Sum:
        """Return everything that any policy allows, and what hangs on an unknown address beside it."""
        everyone = self._columns.everyone
        if self._ingress:
            start = {self._everything: everyone & ~self._isolated, 0: self._isolated}
            partition = {value: columns for value, columns in start.items() if columns}
        elif groups:
            partition = {0: everyone}
        else:
            partition = {self._everything: everyone}
        sure: dict[int, Mask] = {}
        perhaps: list[Perhaps] = []
        for group in groups:
            _pour(self._merged[group][0].items(), sure)
            perhaps += self._merged[group][1]
        return _accumulate(partition, sure.items()), perhaps

    def _combined(self, groups: Groups) -> Row:
        """Combine the policies as somebody believes it: intersection, the last one, or deny first.

        These do not distribute over the places where a Pod of unknown address may be, so each place is tried.
        """
        row = self._combined_at(groups, {}, None)
        for family, pods in self._columns.unknown.items() if not self._ingress else ():
            places = bits(self._columns.possible[family])
            if places:
                tried = either(self._combined_at(groups, {family: pods}, place) for place in places)
                row = Row(over(row.low, tried.low, pods), over(row.high, tried.high, pods))
        return row

    def _combined_at(self, groups: Groups, unknown: Mapping[Family | None, Mask], place: int | None) -> Row:
        """Combine the policies with the given Pods in one of the outside ranges."""
        combine = self._columns.semantics.combine
        granted: dict[int, list[Grant]] = defaultdict(list)
        for group in groups:
            for index, grant in self._grants[group]:
                granted[index].append(grant)
        everything: Partition = {self._everything: self._columns.everyone}
        row = Row(everything, everything)
        if combine == "deny-wins":
            row = _exact(self._placed(self._sum(groups), unknown, place))
        for index, policy in enumerate(self._policies):
            scope = self._scope(policy, groups)
            if not scope:
                continue
            if combine == "deny-wins":
                if not policy.has_rules:
                    row = Row(put(row.low, 0, scope), put(row.high, 0, scope))
                continue
            sure, perhaps = _merge(granted[index])
            own = self._placed((_accumulate({0: self._columns.everyone}, sure.items()), perhaps), unknown, place)
            if combine == "last":
                row = _exact(over(row.low, own, scope))
            else:
                row = meet_rows(row, _exact(over(everything, own, scope)))
        return row

    @staticmethod
    def _placed(added: Sum, unknown: Mapping[Family | None, Mask], place: int | None) -> Partition:
        """Return a sum of grants with the Pods of unknown address in the place of an outside range."""
        partition, perhaps = added
        if place is None:
            return partition
        for pods in unknown.values():
            partition = add(partition, value_at(partition, place), pods)
            named = [(grant.atoms, grant.pods & pods) for grant in perhaps if grant.inside >> place & 1]
            partition = _accumulate(partition, named)
        return partition

    def _scope(self, policy: Compiled, groups: Groups) -> Mask:
        """Return the destinations for which a policy decides about the source of these groups."""
        if self._ingress:
            return policy.subject
        return self._columns.everyone if any(self._sources[group] == policy.subject for group in groups) else 0

    def _widened(self, partition: Partition, perhaps: list[Perhaps]) -> Row:
        """Return the row with bounds for destinations of unknown address.

        Such a Pod is wherever one of the possible ranges is, and the same partition already says what the rules
        allow towards each range. All ranges agree: certain. Some range allows: possible.
        """
        row = _exact(partition)
        for family, pods in self._columns.unknown.items() if not self._ingress else ():
            ranges = self._columns.possible[family]
            if perhaps and ranges:
                tried = either(_exact(self._placed((partition, perhaps), {family: pods}, at)) for at in bits(ranges))
                row = Row(over(row.low, tried.low, pods), over(row.high, tried.high, pods))
            elif ranges:
                least, most = self._everything, 0
                for value, columns in partition.items():
                    if columns & ranges:
                        least &= value
                        most |= value
                row = Row(add(row.low, least, pods), add(row.high, most, pods))
        return row


def _exact(partition: Partition) -> Row:
    return Row(partition, partition)


def _merge(grants: Iterable[Grant]) -> tuple[dict[int, Mask], list[Perhaps]]:
    """Return destinations by ports, and what hangs on an unknown address."""
    sure: dict[int, Mask] = {}
    perhaps: list[Perhaps] = []
    for grant in grants:
        _pour(grant.destinations, sure)
        perhaps += grant.perhaps
    return sure, perhaps


def _pour(grants: Iterable[tuple[int, Mask]], into: dict[int, Mask]) -> None:
    for atoms, destinations in grants:
        into[atoms] = into.get(atoms, 0) | destinations


def _accumulate(partition: Partition, grants: Iterable[tuple[int, Mask]]) -> Partition:
    for atoms, destinations in grants:
        partition = add(partition, atoms, destinations)
    return partition


def over(below: Partition, above: Partition, scope: Mask) -> Partition:
    """Return `above` inside the scope and `below` outside of it."""
    result = {value: columns & ~scope for value, columns in below.items() if columns & ~scope}
    for value, columns in above.items():
        if columns & scope:
            result[value] = result.get(value, 0) | (columns & scope)
    return result
