"""A wrong flow as a finding: real names, the ports, why, and the nearest flow that is right."""

from __future__ import annotations

from typing import Final

from autograder.network.ports import PortSet
from autograder.network.reachability import HOST_NETWORK, UNKNOWN_ADDRESS

from .findings import Finding, finding
from .intent import FlowLine, RestLine
from .judging import Flow, Hearing, Judged, Right, Witness
from .reasons import why

DOCUMENTATION: Final = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"

_ADVICE: Final = {
    UNKNOWN_ADDRESS: "The Pod has no address yet, so no ipBlock surely holds it. Select it by its labels instead.",
    HOST_NETWORK: "A Pod on its node's network is not surely seen as a Pod. Network plugins differ here.",
}
_REST: Final = {
    "unchanged": "Every flow that the task does not name stays as it is.",
    "denied": "Every flow that the task does not name is closed.",
}


def flow_finding(
    hearing: Hearing,
    judged: Judged,
    witness: Witness,
    believed: tuple[str, ...],
    lesson: str,
    *,
    scored: bool = True,
) -> Finding:
    """Return the finding for one witness of a line that does not hold. Where nothing is `scored`, no score is told."""
    line, flow = judged.line, witness.flow
    reason = why(hearing.after, flow)
    right = hearing.nearby(witness)
    return finding(
        _id(judged, witness),
        file=reason.file,
        line=reason.line,
        weight=float(line.weight),
        misconceptions=believed,
        nearby=_compared(right) if right else "",
        flow=flow,
        source=flow.source,
        target=flow.target,
        ports=_named(hearing, line, flow) if isinstance(line, FlowLine) else witness.ports,
        open=witness.ports,
        closed="any port" if witness.ports == PortSet.ALL else witness.ports,
        wanted=_wanted(hearing, line, flow),
        why=line.why,
        because=reason.text,
        cap=" As long as this is open, the score is at most half." if scored else "",
        reason=witness.reason,
        advice=_ADVICE.get(witness.reason, "Write the policy so that the verdict does not hang on it."),
        see=lesson or DOCUMENTATION,
    )


def _id(judged: Judged, witness: Witness) -> str:
    if witness.kind == "undefined":
        return "undefined-verdict"
    if not isinstance(judged.line, FlowLine):
        return f"unasked-{witness.kind}"
    if witness.kind == "open":
        return "secret-flow-open" if judged.line.secret else "flow-too-open"
    return "flow-too-closed"


def _wanted(hearing: Hearing, line: FlowLine | RestLine, flow: Flow) -> str:
    if isinstance(line, RestLine):
        return _REST[line.expect]
    word = "can" if line.expect == "allow" else "cannot"
    return f"{flow.source} {word} reach {flow.target} on {_named(hearing, line, flow)}."


def _named(hearing: Hearing, line: FlowLine, flow: Flow) -> str:
    """Return the ports of a line as a sentence about it names them: less what other lines say of the same pair."""
    if line.expect == "allow" or line.ports != PortSet.ALL:
        return str(line.ports)
    others = hearing.question.wanted(flow.source, flow.target)[0]
    return f"any port but {others}" if others else "any port"


def _compared(right: Right) -> str:
    return f"{right.flow} is {'open' if right.expect == 'allow' else 'closed'}, as it should be."
