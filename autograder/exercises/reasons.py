"""Why a flow is as it is, in the words of the network evaluator, with the file and the line to look at."""

from __future__ import annotations

from typing import NamedTuple

from autograder.network.explanation import Explanation, PolicyTrace, explain

from .judging import Flow
from .places import Placed


class Reason(NamedTuple):
    """Why, and where that is written."""

    text: str
    file: str | None
    line: int | None


def why(placed: Placed, flow: Flow) -> Reason:
    """Return why a flow is allowed or not.

    The line is that of the rule that allows it, else of the rule that comes closest, at the end that decides.
    """
    start, end = placed.endpoint(flow.source), placed.endpoint(flow.target)
    if not start or not end:
        return Reason(f"{flow.source if not start else flow.target} is not there any more.", None, None)
    explanation = explain(
        placed.reach,
        start,
        end,
        flow.port,
        flow.protocol,
        source_address=flow.source.example or None,
        destination_address=flow.target.example or None,
    )
    trace = _deciding(explanation)
    return Reason(explanation.reason, trace.file if trace else None, trace.line if trace else None)


def _deciding(explanation: Explanation) -> PolicyTrace | None:
    """Return the policy that decides: the one that lets in or out, or of those that do not the nearest to it."""
    ends = (explanation.ingress, explanation.egress)
    if explanation.verdict == "allowed":
        return next((end.allowing for end in ends if end.allowing is not None), None)
    closed = next((end for end in ends if end.nearest is not None), None)
    if closed is None or closed.nearest is None:
        return None
    ruled = [(trace.rule.distance, index) for index, trace in enumerate(closed.policies) if trace.rule is not None]
    return closed.policies[min(ruled)[1]] if ruled else closed.nearest.trace
