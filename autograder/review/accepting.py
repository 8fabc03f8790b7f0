"""What the authors of manifests have accepted, with a reason, beside what it is about.

| written | where | accepts |
|---|---|---|
| ``# pod-guardrails/accept: ID reason`` | a comment anywhere in the document | findings of this check in the document |
| ``pod-guardrails/accept: ID reason`` | an annotation; several on lines of their own | the same, in the object |

Without a reason nothing is accepted. What accepts nothing any more is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from autograder.manifests.documents import Document
from autograder.manifests.objects import Source
from autograder.manifests.problems import Path

from .catalogue import checks
from .findings import Finding, finding

KEY: Final = "pod-guardrails/accept"
_COMMENT: Final = re.compile(
    r"(?:^|[ \t])#[ \t]*pod-guardrails/accept:[ \t]*(?P<id>\S*)[ \t]*(?P<reason>[^\n]*)", re.MULTILINE
)
_ID: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(slots=True)
class Acceptance:
    """One word of an author."""

    id: str
    reason: str
    document: Document
    line: int
    path: Path = ()
    """The way to the object with the annotation; empty for a comment, which is about the whole document."""
    is_comment: bool = True
    used: int = field(default=0)

    def covers(self, found: Finding) -> bool:
        """Return whether a finding is accepted by it."""
        return (
            bool(self.reason)
            and found.id == self.id
            and found.document is self.document
            and (self.is_comment or found.in_document == self.path)
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that somebody has accepted."""

    finding: Finding
    by: str
    """``inline`` or ``baseline``."""
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return it as the command line shows it."""
        return {**self.finding.to_json(), "accepted_by": self.by, "reason": self.reason}


def acceptances(documents: Iterable[Document]) -> Iterator[Acceptance]:
    """Yield what is accepted in documents."""
    for document in documents:
        if KEY not in document.text:
            continue
        if document.syntax == "yaml":
            for match in _COMMENT.finditer(document.text):
                line = document.first_line + document.text.count("\n", 0, match.start("id"))
                yield Acceptance(match["id"], match["reason"].strip(), document, line)
        yield from _annotations(document, document.value, ())


def _annotations(document: Document, value: Any, path: Path) -> Iterator[Acceptance]:
    """Yield the annotations of an object, and of the objects of a List."""
    if not isinstance(value, dict):
        return
    metadata = value.get("metadata")
    written = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = written.get(KEY) if isinstance(written, dict) else None
    if isinstance(text, str):
        line = document.locate((*path, "metadata", "annotations", KEY), key=True).line
        for each in text.splitlines():
            if each.strip():
                name, _, reason = each.strip().partition(" ")
                yield Acceptance(name, reason.strip(), document, line, path, is_comment=False)
    items = value.get("items")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield from _annotations(document, item, (*path, "items", index))


def sort_out(
    findings: Iterable[Finding], words: list[Acceptance]
) -> tuple[list[Finding], list[Accepted], list[Finding]]:
    """Return the findings that nobody has accepted, those that somebody has, and what is to be said about the words."""
    left: list[Finding] = []
    accepted: list[Accepted] = []
    by_document: dict[int, list[Acceptance]] = {}
    for word in words:
        by_document.setdefault(id(word.document), []).append(word)
    for found in findings:
        covering = [word for word in by_document.get(id(found.document), ()) if word.covers(found)]
        if covering:
            for word in covering:
                word.used += 1
            accepted.append(Accepted(found, "inline", covering[0].reason))
        else:
            left.append(found)
    return left, accepted, [said for word in words for said in _said(word)]


def _said(word: Acceptance) -> Iterator[Finding]:
    source = Source(word.document, word.path)
    place = f"{word.document.file}, line {word.line}"
    known = bool(_ID.fullmatch(word.id)) and word.id in checks()
    common: dict[str, Any] = {"subject": place, "id": word.id or "ID"}
    if not word.reason and (known or not word.id):
        made = finding(
            "acceptance-without-reason",
            source,
            "",
            key=f"{word.document.file} {word.id}",
            got="it names no check" if not word.id else "it gives no reason",
            because=f"the {'comment' if word.is_comment else 'annotation'} {KEY}",
            **common,
        )
    elif not word.used:
        made = finding(
            "acceptance-unused",
            source,
            "",
            key=f"{word.document.file} {word.id}",
            got=f"no finding of {word.id} is here any more" if known else f"there is no check {word.id}",
            because=f"it was accepted by a {'comment' if word.is_comment else 'annotation'}: {word.reason}",
            **common,
        )
    else:
        return
    yield _at(made, word.line)


def _at(found: Finding, line: int) -> Finding:
    return replace(found, line=line)
