"""Why a verdict is as it is, for the cells of a matrix: unfolded by a click or a key, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from autograder.exercises.places import Placed
from autograder.network.explanation import explain
from autograder.network.ports import PortSet

from .html import Html, element, joined, prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autograder.exercises.effect import Effected
    from autograder.exercises.places import Place
    from autograder.network.explanation import Explanation
    from autograder.network.reachability import Reachability

    Pair = tuple[Place, Place]
    Flows = list[tuple[str, int]]

MOST: Final = 12
"""How many verdicts of one output say why."""
LONGEST: Final = 700
"""How much of one reason is shown: names can be long."""
_HTTPS: Final = ("TCP", 443)
"""What stands for all ports of a place that declares none."""


def reasons(cells: Iterable[Effected], reach: Reachability, *, asked: bool) -> dict[Pair, Html]:
    """Return the reasons of the first verdicts among some, by source and destination.

    `asked` says whether a verdict is looked at for what was asked, or for what has changed.
    """
    placed = Placed(reach)
    found: dict[Pair, Html] = {}
    for cell in cells:
        if len(found) == MOST:
            break
        ends = placed.endpoint(cell.source), placed.endpoint(cell.target)
        if all(ends):
            found[cell.source, cell.target] = joined(
                [
                    _reason(_explained(reach, ends, cell, flow))
                    for flow in (_asked_flow(cell) if asked else _changed_flows(cell))
                ]
            )
    return found


def _asked_flow(cell: Effected) -> Flows:
    """Return a port on which the verdict is not as asked, else one that was asked about; declared ones first."""
    now = cell.after
    wrong = (cell.allow - now.allowed) | (cell.deny & (now.allowed | now.undefined))
    return [_declared(cell, ports) or ports.first() for ports in (wrong, cell.allow, cell.deny) if ports][:1]


def _changed_flows(cell: Effected) -> Flows:
    """Return a port whose verdict has changed, and one whose verdict differs from that; declared ones first.

    The destination declares the second one: why some port that nobody listens on is closed tells nothing.
    """
    now, then = cell.after, cell.before
    kinds = (now.allowed, now.undefined, PortSet.ALL - now.allowed - now.undefined)
    kept = (then.allowed, then.undefined, PortSet.ALL - then.allowed - then.undefined)
    changed = [ports - before for ports, before in zip(kinds, kept, strict=True)]
    first = next(flow for flow in (*(_declared(cell, ports) for ports in changed), *map(_any, changed)) if flow)
    others = [_declared(cell, ports) for ports in kinds if first not in ports]
    return [first, *[flow for flow in others if flow]][:2]


def _declared(cell: Effected, ports: PortSet) -> tuple[str, int] | None:
    """Return the first port among some that the destination declares."""
    pod = cell.target.pod
    flows = ((port.protocol, port.number) for port in (pod.ports if pod is not None else ()))
    return next((flow for flow in flows if flow in ports), None)


def _any(ports: PortSet) -> tuple[str, int] | None:
    if not ports:
        return None
    return _HTTPS if _HTTPS in ports else ports.first()


def foldable(verdict: Html, why: Html) -> Html:
    """Return a verdict that unfolds to its reason."""
    return element("details", element("summary", verdict), element("div", why, class_="pg-reason"), class_="pg-why")


def invitation(folded: Mapping[Pair, Html], asked_for: int) -> Html | None:
    """Return the sentence that says where reasons are, and how many verdicts have none."""
    if not folded:
        return None
    more = asked_for - len(folded)
    tail = f" To keep this short, {more} more {'has' if more == 1 else 'have'} none." if more > 0 else ""
    return element("p", f"Click an underlined verdict, or press Enter on it, to see why.{tail}", class_="pg-quiet")


def _explained(reach: Reachability, ends: tuple[str, str], cell: Effected, flow: tuple[str, int]) -> Explanation:
    protocol, port = flow
    return explain(
        reach,
        *ends,
        port,
        protocol,
        source_address=cell.source.example or None,
        destination_address=cell.target.example or None,
    )


def _reason(found: Explanation) -> Html:
    reason = found.reason if len(found.reason) <= LONGEST else f"{found.reason[:LONGEST]} …"
    opinions = [
        element("li", f"{opinion.title}: {'open here too' if opinion.verdict == 'undefined' else opinion.verdict}.")
        for opinion in found.opinions
    ]
    return joined(
        element("p", element("strong", f"{found.protocol} {found.port}: {found.verdict}.")),
        element("p", prose(reason)),
        element("ul", opinions) if opinions else None,
    )
