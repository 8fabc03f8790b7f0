"""A review as GitHub-flavored Markdown, to be posted below a pull request.

What comes out of manifests is text: every character that Markdown or HTML would act on is escaped, so a name can
neither close a table nor load a picture. A comment can hold 65,536 characters; what does not fit is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Final

from autograder.review.findings import Finding
from autograder.review.reviewing import Review

LONGEST: Final = 60_000
"""How long the page gets at most, in UTF-16 units or less."""
_MOST: Final = 20
"""How many findings of one check are listed."""
_SIGNS: Final = {"error": "🔴", "warning": "🟡", "note": "🔵"}
_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&-])")
_JOINER: Final = "\u200b"


def of(review: Review) -> str:
    """Return the page."""
    counts = review.counts()
    words = [_count(counts[severity], severity) for severity in counts if counts[severity]]
    head = [f"## Pod Guardrails: {', '.join(words) or 'nothing found'}", "", _numbers(review), ""]
    body: list[str] = []
    left = 0
    length = sum(map(len, head))
    for (severity, name), group in groupby(review.findings, key=lambda found: (found.severity, found.id)):
        findings = list(group)
        block = list(_block(severity, name, findings))
        size = sum(len(line) + 1 for line in block)
        if length + size > LONGEST:
            left += len(findings)
            continue
        length += size
        body += block
    if left:
        body += [f"{left} more did not fit here. `autograder review` shows them all.", ""]
    return "\n".join([*head, *body]).rstrip("\n") + "\n"


def _numbers(review: Review) -> str:
    numbers = review.numbers()
    levels = ", ".join(f"{count} {level}" for level, count in numbers["levels"].items() if count)
    parts = [
        f"{_count(numbers['workloads'], 'workload')} ({levels})" if levels else "no workload",
        f"{_count(numbers['policies'], 'policy', 'policies')} in {_count(numbers['namespaces'], 'namespace')}",
        f"{_count(len(review.exposed), 'door')} to the outside",
    ]
    if review.accepted:
        parts.append(f"{_count(len(review.accepted), 'finding')} accepted")
    return " · ".join(parts)


def _block(severity: str, name: str, findings: list[Finding]) -> Iterator[str]:
    first = findings[0]
    is_open = " open" if severity == "error" else ""
    yield f"<details{is_open}><summary>{_SIGNS[severity]} {severity}: {html(first.title)} ({len(findings)})</summary>"
    yield ""
    if first.why:
        yield f"{escaped(first.why)} Lesson: `{first.check.lesson}`" + (
            f" · [more]({first.check.see})" if first.check.see else ""
        )
        yield ""
    yield "| where | what | got | wanted |"
    yield "|---|---|---|---|"
    for found in findings[:_MOST]:
        yield f"| {_where(found)} | {escaped(found.subject)} | {escaped(found.got)} | {escaped(found.wanted)} |"
    yield ""
    if len(findings) > _MOST:
        yield f"and {len(findings) - _MOST} more of `{name}`"
        yield ""
    yield "</details>"
    yield ""


def _where(found: Finding) -> str:
    if not found.file:
        return ""
    return escaped(f"{found.file}:{found.line}" if found.line else found.file)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def escaped(text: str) -> str:
    r"""Return a text of which Markdown shows every character and acts on none.

    >>> escaped("a|b <img> [x](y)")
    'a\\|b \\<img\\> \\[x\\]\\(y\\)'
    """
    flat = " ".join(text.split())
    # Bare links and mentions need no sign that could be escaped: a joiner of no width breaks them.
    return (
        _ACTIVE.sub(r"\\\1", flat)
        .replace("@", f"@{_JOINER}")
        .replace("://", f":{_JOINER}//")
        .replace("www.", f"www{_JOINER}.")
    )


def html(text: str) -> str:
    """Return a text inside an HTML element."""
    return escape(" ".join(text.split()))
