"""A file of what a team has accepted for now: findings by their fingerprint, each with a reason.

The file is JSON, sorted, one finding after the other, so that a change reads well in a review. Writing it again keeps
the reasons. Files and lines stand in it for readers alone: a finding is known by its fingerprint.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from autograder.manifests.documents import read_text
from autograder.manifests.files import read_file
from autograder.manifests.limits import FILES, InputError
from autograder.manifests.whole import write_whole

from .accepting import Accepted
from .findings import Finding, finding

VERSION: Final = 1
_KEYS: Final = ("fingerprint", "id", "subject", "reason")


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted finding."""

    fingerprint: str
    id: str
    subject: str
    reason: str
    line: int | None = None
    """Where it stands in the file of the baseline."""


def read_baseline(path: str) -> tuple[Entry, ...]:
    """Return the entries of a file. Raises InputError for a file that cannot be read or is no baseline."""
    documents, problems = read_text(read_file(path, FILES), path)
    if problems:
        raise InputError(f"{path}:{problems[0].position.line}: {problems[0].detail}")
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict) or value.get("version") != VERSION or not isinstance(value.get("accepted"), list):
        raise InputError(
            f"{path}: is no baseline of version {VERSION}. Write one with autograder review … --write-baseline {path}."
        )
    entries = []
    for index, item in enumerate(value["accepted"]):
        line = documents[0].locate(("accepted", index)).line
        if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in _KEYS):
            raise InputError(f"{path}:{line}: an entry needs the texts {', '.join(_KEYS)}.")
        entries.append(Entry(item["fingerprint"], item["id"], item["subject"], item["reason"], line))
    return tuple(entries)


def sort_out(
    findings: Iterable[Finding], entries: Iterable[Entry], path: str
) -> tuple[list[Finding], list[Accepted], list[Finding]]:
    """Return the findings that the baseline lacks, those that it has, and a note for each entry that is gone."""
    known = {(entry.fingerprint, entry.id): entry for entry in entries}
    left: list[Finding] = []
    accepted: list[Accepted] = []
    met = set()
    for found in findings:
        key = (found.fingerprint, found.id)
        entry = known.get(key)
        if entry is None:
            left.append(found)
        else:
            met.add(key)
            accepted.append(Accepted(found, "baseline", entry.reason))
    return left, accepted, [_gone(entry, path) for key, entry in known.items() if key not in met]


def _gone(entry: Entry, path: str) -> Finding:
    made = finding(
        "acceptance-unused",
        None,
        "",
        key=f"{entry.fingerprint} {entry.id}",
        subject=f"{path}, {entry.subject}",
        id=entry.id,
        got=f"no finding of {entry.id} is left for {entry.subject}",
        because=f"the baseline accepts it{': ' if entry.reason else ''}{entry.reason}",
    )
    return replace(made, file=path, line=entry.line)


def baseline_text(findings: Iterable[Finding], before: Iterable[Entry] = ()) -> str:
    """Return the text of a baseline that accepts findings; reasons that were there before are kept."""
    reasons = {(entry.fingerprint, entry.id): entry.reason for entry in before}
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for found in findings:
        key = (found.fingerprint, found.id)
        entries.setdefault(
            key,
            {
                "fingerprint": found.fingerprint,
                "id": found.id,
                "subject": found.subject,
                "reason": reasons.get(key, ""),
            },
        )
    ordered = sorted(entries.values(), key=lambda item: (item["id"], item["subject"], item["fingerprint"]))
    return json.dumps({"version": VERSION, "accepted": ordered}, ensure_ascii=False, indent=1) + "\n"


def write_baseline(path: str, findings: Iterable[Finding]) -> int:
    """Write a baseline of findings, as a whole or not at all, and return how many it holds.

    Raises InputError when it cannot be written, or when a file of that name is there and is none.
    """
    before = read_baseline(path) if Path(path).exists() else ()
    text = baseline_text(findings, before)
    try:
        write_whole(Path(path), text)
    except OSError as error:
        raise InputError(f"{path} cannot be written. Name a file in a folder that you may write to.") from error
    return len(json.loads(text)["accepted"])
