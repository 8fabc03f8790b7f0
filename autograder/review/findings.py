"""Findings of a review: what exercises' findings are, and the lesson, why it matters, and a fingerprint that lasts.

A fingerprint is made of the check, the object and what is wrong in it, never of files and lines, so it stays the same
when a manifest is moved or grows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.exercises.findings import Finding as ExerciseFinding
from autograder.exercises.findings import Severity
from autograder.manifests.documents import Document
from autograder.manifests.objects import Source
from autograder.manifests.problems import Path

from .catalogue import SEVERITIES, Check, checks, rank


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a review found."""

    check: Check
    severity: Severity
    object: str
    """``Kind namespace/name``; ``Namespace name`` for what is about a namespace; empty for a text that is no object."""
    subject: str
    wanted: str
    got: str
    because: str
    """The rule or field that caused it."""
    fingerprint: str
    file: str | None = None
    line: int | None = None
    """The line in `file`, from 1."""
    document: Document | None = None
    """Where it is written, to see what is accepted there."""
    in_document: Path = ()
    """The way from the document to the object."""
    weight: float = 0.0
    """The weight of the line of the intent that does not hold."""
    misconceptions: tuple[str, ...] = ()
    why: str = ""
    title: str = ""

    @property
    def id(self) -> str:
        """The id of the check."""
        return self.check.id

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the command line's contract has it."""
        return {
            "id": self.check.id,
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
            "see": self.check.see,
            "lesson": self.check.lesson,
            "why": self.why,
            "fingerprint": self.fingerprint,
        }


def finding(
    check_id: str,
    source: Source | None,
    subject_of: str,
    *,
    path: Path = (),
    key: str = "",
    severity: Severity | None = None,
    misconceptions: Iterable[str] = (),
    **names: object,
) -> Finding:
    """Return a finding with its texts filled in from `names`.

    `source` and `path` are where it is written, `subject_of` is the object, and `key` is what tells it from another
    finding of the same check in the same object. Raises KeyError for an unknown check, or a name that the text needs:
    both are faults of the caller.
    """
    check = checks()[check_id]
    filled = {name: _one_line(text.format_map(names)) for name, text in check.texts.items()}
    return Finding(
        check=check,
        severity=severity or check.severity,
        object=subject_of,
        fingerprint=fingerprint(check_id, subject_of, key),
        file=source.file if source is not None else None,
        line=source.locate(path).line if source is not None else None,
        document=source.document if source is not None else None,
        in_document=source.path if source is not None else (),
        misconceptions=tuple(misconceptions),
        why=check.why,
        title=check.title.format_map(names) if "{" in check.title else check.title,
        subject=filled["subject"],
        wanted=filled["wanted"],
        got=filled["got"],
        because=filled["because"],
    )


def of_intent(found: ExerciseFinding, key: str, why: str) -> Finding:
    """Return what an intent found, in the words of exercises. `key` is the line of the intent."""
    return Finding(
        check=checks()[found.id],
        severity=found.severity,
        object="",
        subject=found.subject,
        wanted=found.wanted.removesuffix(why).rstrip(),
        got=found.got,
        because=found.because,
        fingerprint=fingerprint(found.id, found.subject, key),
        file=found.file,
        line=found.line,
        weight=found.weight,
        misconceptions=found.misconceptions,
        why=why,
        title=found.title,
    )


def fingerprint(*parts: str) -> str:
    """Return a short text that is the same for the same parts, and hardly ever for others."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order in which they are told: the worst first, then by check, file and line."""
    places = rank()
    return tuple(
        sorted(
            findings,
            key=lambda found: (
                SEVERITIES.index(found.severity),
                places[found.check.id],
                found.file or "",
                found.line or 0,
                found.subject,
                found.fingerprint,
            ),
        )
    )


def _one_line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text or "  " in text or text[:1] == " " or text[-1:] == " " else text
