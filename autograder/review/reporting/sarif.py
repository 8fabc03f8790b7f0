"""A review as SARIF 2.1.0, which code scanning of GitHub, GitLab and Azure DevOps reads.

| here | there |
|---|---|
| a check | a rule, with its lesson and its official page |
| error, warning, note | the levels of the same names |
| a fingerprint | ``partialFingerprints``, so that a moved line opens no second alert |
| what was accepted | a result with a ``suppression``: ``inSource`` for a comment, ``external`` for a baseline |

Files are given relative to where the review ran, so that they are found in the repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Final
from urllib.parse import quote

from autograder import __version__
from autograder.manifests.files import STDIN
from autograder.review.catalogue import Check, checks, title_of
from autograder.review.findings import Finding
from autograder.review.reviewing import Review

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT: Final = "podGuardrails/v1"
_ROOT: Final = "%SRCROOT%"


def of(review: Review, *, opened: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the log of one run. `opened` is the file to open for each text that was rendered, by the text's name."""
    used = {found.id for found in review.findings} | {each.finding.id for each in review.accepted}
    rules = [check for name, check in checks().items() if name in used]
    places = {check.id: index for index, check in enumerate(rules)}
    results = [_result(found, places[found.id], opened or {}) for found in review.findings]
    for each in review.accepted:
        result = _result(each.finding, places[each.finding.id], opened or {})
        kind = "inSource" if each.by == "inline" else "external"
        suppression = {"kind": kind, "status": "accepted"}
        result["suppressions"] = [suppression | ({"justification": each.reason} if each.reason else {})]
        results.append(result)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pod-guardrails",
                        "semanticVersion": __version__,
                        "rules": [_rule(check) for check in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _rule(check: Check) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": check.id,
        "name": "".join(part.capitalize() for part in check.id.split("-")),
        "shortDescription": {"text": title_of(check)},
        "defaultConfiguration": {"level": check.severity},
        "help": {"text": " ".join(part for part in (check.why, f"Lesson: {check.lesson}") if part)},
        "properties": {"lesson": check.lesson, "tags": ["security", "kubernetes"]},
    }
    if check.why:
        rule["fullDescription"] = {"text": check.why}
    if check.see:
        rule["helpUri"] = check.see
    return rule


def _result(found: Finding, rule: int, opened: Mapping[str, str]) -> dict[str, Any]:
    told = [f"{found.title}: {found.subject}.", f"{_sentence(found.got)}", f"Wanted: {_sentence(found.wanted)}"]
    if found.because:
        told.append(f"Because: {_sentence(found.because)}")
    result: dict[str, Any] = {
        "ruleId": found.id,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": " ".join(told)},
        "partialFingerprints": {_FINGERPRINT: found.fingerprint},
        "properties": {"lesson": found.check.lesson},
    }
    place = _place(found, opened)
    if place is not None:
        result["locations"] = [place]
    return result


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."


def _place(found: Finding, opened: Mapping[str, str]) -> dict[str, Any] | None:
    if found.file is None or found.file == STDIN:
        return {"logicalLocations": [{"fullyQualifiedName": found.subject}]}
    rendered = opened.get(found.file)
    location: dict[str, Any] = {"artifactLocation": _artifact(rendered or found.file)}
    if found.line is not None and rendered is None:
        location["region"] = {"startLine": found.line}
    return {"physicalLocation": location, "logicalLocations": [{"fullyQualifiedName": found.object or found.subject}]}


def _artifact(file: str) -> dict[str, str]:
    """Return where a file is: from the folder in which the review ran, if it lies below that."""
    path = PurePath(file)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except ValueError:
            return {"uri": Path(file).as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": _ROOT}
