"""Findings: what is wrong with an answer, one concrete thing each, as data.

A finding's `id` is stable and may be relied on. Its prose is not: it lives in ``messages.toml``, apart from the code
that finds things, and is filled in with names, ports and lines here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Severity = Literal["error", "warning", "note"]
"""``error``: the answer does not pass. ``warning`` and ``note`` cost nothing."""

_TEXTS: Final = ("title", "subject", "wanted", "got", "because", "see")
_SEVERITIES: Final = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One concrete thing about an answer."""

    id: str
    severity: Severity
    title: str
    """The kind of fault in a few words."""
    subject: str
    """The flow, the field or the object: ``shop/web -> shop/db TCP 5432``."""
    wanted: str
    got: str
    because: str
    """The rule and the line that caused it."""
    file: str | None = None
    line: int | None = None
    """The line in `file`, from 1."""
    weight: float = 0.0
    """The weight of the line of the intent that does not hold."""
    misconceptions: tuple[str, ...] = ()
    """Ids of what somebody believes who would call this answer right, the most specific first."""
    see: str = ""
    """Where to read on."""
    nearby: str = ""
    """The nearest thing that is right, to compare with."""
    folded: bool = False
    """Shown only on request: the first finding is shown in full, the rest is folded."""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the command line's contract has it."""
        return {
            "id": self.id,
            "severity": self.severity,
            "title": self.title,
            "subject": self.subject,
            "wanted": self.wanted,
            "got": self.got,
            "because": self.because,
            "file": self.file,
            "line": self.line,
            "weight": self.weight,
            "misconceptions": list(self.misconceptions),
            "see": self.see,
        }


@cache
def messages() -> Mapping[str, Mapping[str, str]]:
    """Return the texts of all findings by id. The order is that in which findings are told."""
    with Path(__file__).with_name("messages.toml").open("rb") as stream:
        loaded: Mapping[str, Mapping[str, str]] = tomllib.load(stream)
    return loaded


def finding(
    finding_id: str,
    *,
    file: str | None = None,
    line: int | None = None,
    weight: float = 0.0,
    misconceptions: Iterable[str] = (),
    nearby: str = "",
    **names: object,
) -> Finding:
    """Return a finding with its texts filled in from `names`.

    Raises KeyError for an unknown id, or a name that the text needs and `names` lacks: both are faults of the caller.
    """
    texts = messages()[finding_id]
    names["file"] = file
    filled = {key: " ".join(texts.get(key, "").format_map(names).split()) for key in _TEXTS}
    severity: Any = texts.get("severity", "error")
    return Finding(
        id=finding_id,
        severity=severity,
        file=file,
        line=line,
        weight=weight,
        misconceptions=tuple(misconceptions),
        nearby=nearby,
        title=filled["title"],
        subject=filled["subject"],
        wanted=filled["wanted"],
        got=filled["got"],
        because=filled["because"],
        see=filled["see"],
    )


def told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order in which they are told, all but the first error folded.

    What keeps the rest from being judged comes first, then what is too open, then what is too closed, then what costs
    nothing. Findings of one kind keep their order.
    """
    order = {name: index for index, name in enumerate(messages())}
    ordered = sorted(findings, key=lambda found: (_SEVERITIES[found.severity], order[found.id]))
    errors = 0
    result = []
    for found in ordered:
        is_error = found.severity == "error"
        result.append(replace(found, folded=is_error and errors > 0))
        errors += is_error
    return tuple(result)
