"""The same policies under two readings, side by side: what Kubernetes makes of them, and what a belief would.

For each flow on which the two differ, a table: the ports cut into pieces that nothing tells apart, a row for each
policy alone, one for what holds, and one for what is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from autograder.exercises.answered import key_of
from autograder.exercises.places import Placed
from autograder.misconceptions import CATALOGUE, semantics
from autograder.network.ports import PortSet
from autograder.network.reachability import reachability

from .html import Html, element, joined, prose
from .matrix import place_text, ports_text, scrolling
from .scene import everyone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.exercises.places import Place

    from .scene import Reading

SHOWN: Final = 2
"""How many flows are shown at once; the others are folded."""
MOST: Final = 40
"""How many flows are shown at all."""


@dataclass(frozen=True)
class Difference:
    """A flow on which two readings differ."""

    source: Place
    target: Place
    truth: PortSet
    believed: PortSet
    alone: tuple[tuple[str, PortSet], ...]
    """What each policy that plays a part would allow by itself."""

    @property
    def pieces(self) -> tuple[PortSet, ...]:
        """The ports cut where any of the sets begins or ends; what none of them allows is left out."""
        sets = (self.truth, self.believed, *(ports for _, ports in self.alone))
        found = [PortSet.ALL]
        for ports in sets:
            found = [part for piece in found for part in (piece & ports, piece - ports) if part]
        named = [piece for piece in found if any(piece <= ports for ports in sets if ports != PortSet.ALL)]
        rest = [piece for piece in found if piece not in named]
        return (*sorted(named, key=lambda piece: piece.spans), *rest)


@dataclass(frozen=True)
class Comparison:
    """What a misconception makes of a text of policies, beside what is so."""

    name: str
    """The misconception, as `autograder.misconceptions.semantics` takes it."""
    differences: tuple[Difference, ...]

    @property
    def belief(self) -> str:
        """The belief in a few words."""
        return CATALOGUE[self.name.partition(":")[0]].title


def comparison(reading: Reading, name: str) -> Comparison:
    """Return where a misconception reads policies otherwise than Kubernetes does.

    Raises ValueError, which names the nearest, for a misconception that the catalogue does not have.
    """
    believed = semantics(name)
    cluster = reading.cluster
    truth = reading.reach()
    other = reading.reach(believed)
    written = {key_of(thing): None for thing in reading.objects}
    policies = sorted(
        cluster.policies, key=lambda policy: list(written).index(key_of(policy)) if key_of(policy) in written else -1
    )
    single = [(policy, reachability(cluster.with_policies([policy]))) for policy in policies]
    places = everyone(cluster).ask(other, truth).mentioned()
    placed = [Placed(reach) for reach in (truth, other, *(reach for _, reach in single))]
    bare = Placed(reachability(cluster.with_policies([])))
    found = []
    for source in places:
        for target in places:
            if (source.range is not None and target.range is not None) or source == target:
                continue
            true, think = (view.verdict(source, target)[0] for view in placed[:2])
            if true == think:
                continue
            alone = tuple(
                (policy.name, ports)
                for (policy, _), view in zip(single, placed[2:], strict=True)
                if (ports := view.verdict(source, target)[0]) != bare.verdict(source, target)[0]
            )
            found.append(Difference(source, target, true, think, alone))
    return Comparison(name, tuple(sorted(found, key=_telling)))


def comparison_html(found: Comparison) -> Html:
    """Return the comparison as tables."""
    entry = CATALOGUE[found.name.partition(":")[0]]
    if not found.differences:
        return joined(
            element("p", "Here both readings agree, so these policies cannot show the difference."),
            element("p", element("strong", "Try it: "), prose(entry.try_)),
        )
    tables = [_table(difference) for difference in found.differences[:MOST]]
    rest = tables[SHOWN:]
    count = "One more flow" if len(rest) == 1 else f"{len(rest)} more flows"
    return joined(
        element("p", "The belief: ", element("span", f"“{entry.title}”", class_="pg-name-of-belief")),
        tables[:SHOWN],
        element("details", element("summary", f"{count} on which the readings differ"), rest) if rest else None,
    )


def comparison_lines(found: Comparison) -> list[str]:
    """Return the comparison as lines of text."""
    if not found.differences:
        return [f"Believed: {found.belief}", "Here both readings agree."]
    lines = [f"Believed: {found.belief}"]
    for difference in found.differences[:MOST]:
        lines.append(f"{place_text(difference.source)} -> {place_text(difference.target)}")
        lines += [f"  {name} alone: {ports_text(ports)}" for name, ports in difference.alone]
        lines.append(f"  together, in Kubernetes: {ports_text(difference.truth)}")
        lines.append(f"  together, as believed: {ports_text(difference.believed)}")
    return lines


def _table(difference: Difference) -> Html:
    pieces = difference.pieces
    caption = f"{place_text(difference.source)} → {place_text(difference.target)}"
    head = element(
        "tr",
        element("th", "is it open?", scope="col", class_="pg-space"),
        [element("th", _piece_text(piece, pieces), scope="col") for piece in pieces],
    )
    body = [_row(f"{name} alone", ports, pieces, "") for name, ports in difference.alone]
    body.append(_row("together, in Kubernetes", difference.truth, pieces, "pg-strong"))
    body.append(_row("together, as believed", difference.believed, pieces, "", against=difference.truth))
    return scrolling(
        element("table", element("caption", caption), element("thead", head), element("tbody", body)), caption
    )


def _row(label: str, ports: PortSet, pieces: Sequence[PortSet], kind: str, against: PortSet | None = None) -> Html:
    return element(
        "tr",
        element("th", label, scope="row"),
        [_cell(piece <= ports, None if against is None else piece <= against) for piece in pieces],
        class_=kind or None,
    )


def _cell(is_open: bool, really: bool | None) -> Html:  # noqa: FBT001 - a cell has these two facts and nothing else
    word, tone = ("✓ open", "pg-on") if is_open else ("✗ closed", "pg-off")
    if really is not None and really != is_open:
        return element("td", word, element("span", "not so", class_="pg-was"), class_="pg-changed pg-bad")
    return element("td", word, class_=tone)


def _piece_text(piece: PortSet, pieces: Sequence[PortSet]) -> str:
    if len(pieces) > 1 and piece == pieces[-1] and len(piece) > len(PortSet.ALL) // 2:
        return "all other ports"
    return ports_text(piece)


def _telling(difference: Difference) -> tuple[bool, bool, int]:
    """Flows between Pods before those with the outside, and those before where the belief closes more."""
    outside = difference.source.range is not None or difference.target.range is not None
    return outside, not difference.truth - difference.believed, len(difference.pieces)
