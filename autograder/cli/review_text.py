"""A review for people in a terminal: by check, so that why it matters and where to learn it stand there once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

from . import matrix_text
from .problems_text import printable
from .terminal import Role, Terminal, paragraph

if TYPE_CHECKING:
    from autograder.review import Review
    from autograder.review.findings import Finding
    from autograder.review.reporting.document import Fixes

_FEW: Final = 5
"""How many findings of one check are shown without --all."""
_SMALL: Final = 12
"""Up to how many endpoints the matrix is shown whole."""
_LABEL: Final = 9
_PAGE: Final = 110
_ROLES: Final[dict[str, Role]] = {"error": "bad", "warning": "open", "note": "quiet"}


def lines(review: Review, out: Terminal, *, everything: bool = False, fixes: Fixes | None = None) -> Iterator[str]:
    """Yield a review as lines; with `everything` no check is cut short. `fixes` are shown if they were asked for."""
    width = min(out.width, _PAGE)
    for (severity, _), group in groupby(review.findings, key=lambda found: (found.severity, found.id)):
        findings = list(group)
        yield from _check(severity, findings, out, width, everything=everything)
        yield ""
    yield from _exposed(review, out, width)
    yield from _reach(review, out, width)
    if fixes is not None:
        yield from _fixes(fixes, out, width)
    yield from _last(review, out, width)


def _check(severity: str, findings: list[Finding], out: Terminal, width: int, *, everything: bool) -> Iterator[str]:
    first = findings[0]
    count = f" ({len(findings)})" if len(findings) > 1 else ""
    head = paragraph(printable(f"{severity}: {first.title}{count}"), width, "", "  ")
    yield from (out.paint(line, _ROLES[severity]) for line in head)
    shown = findings if everything else findings[:_FEW]
    shared = len({found.wanted for found in findings}) == 1
    # Of a field the line says it all; a rule needs the sentence.
    causes = {found.because for found in findings} if first.check.texts.get("because") != "{field}" else set()
    for found in shown:
        yield from _finding(found, out, width, wanted=not shared, because=len(causes) > 1)
    if len(shown) < len(findings):
        yield from paragraph(f"and {len(findings) - len(shown)} more; --all shows them", width, "  ", "    ")
    if len(causes) == 1:
        yield from _row("because", first.because, out, width)
    if shared:
        yield from _row("wanted", first.wanted, out, width)
    yield from _row("why", first.why, out, width)
    yield from _row("lesson", first.check.lesson, out, width)
    yield from _row("check", first.id, out, width)


def _finding(found: Finding, out: Terminal, width: int, *, wanted: bool, because: bool) -> Iterator[str]:
    place = f"{found.file}:{found.line}" if found.file and found.line else found.file or ""
    yield from paragraph(printable(f"{found.subject} ({place})" if place else found.subject), width, "  ", "    ")
    yield from paragraph(printable(found.got), width, "    ", "    ")
    if because:
        yield from _row("because", found.because, out, width, indent=4)
    if wanted:
        yield from _row("wanted", found.wanted, out, width, indent=4)


def _row(label: str, text: str, out: Terminal, width: int, indent: int = 2) -> Iterator[str]:
    if not text:
        return
    pad = " " * indent
    if width < 50:
        yield out.paint(f"{pad}{label}", "quiet")
        yield from paragraph(printable(text), width, f"{pad}  ")
        return
    first, *rest = paragraph(printable(text), width, f"{pad}{label:{_LABEL}}", f"{pad}{'':{_LABEL}}")
    yield first.replace(label, out.paint(label, "quiet"), 1)
    yield from rest


def _exposed(review: Review, out: Terminal, width: int) -> Iterator[str]:
    if not review.exposed:
        return
    yield out.paint("exposed to the outside", "head")
    for door in review.exposed:
        if door.undefined:
            reach = f"as open as its node is{f', on {door.ports}' if door.ports else ''}"
        elif not door.open:
            reach = "its policies let nobody outside in"
        elif door.everyone:
            reach = f"every address reaches {door.open}"
        else:
            reach = f"some addresses reach {door.open}"
        yield from paragraph(printable(f"{door.endpoint} by {door.via}: {reach}"), width, "  ", "    ")
    yield ""


def _reach(review: Review, out: Terminal, width: int) -> Iterator[str]:
    """Yield who can reach whom: the matrix of a small scene, else the counts."""
    reach = review.scene.reach.by_workload()
    if not review.scene.cluster.pods:
        return
    yield out.paint("who can reach whom", "head")
    if len(reach.endpoints) <= _SMALL:
        yield from matrix_text.lines(reach, on=Terminal(width, out.color))
    else:
        summary = review.summary
        parts = [f"{summary.pairs:,} pairs of ends", f"{summary.open:,} open on every port"]
        parts += [f"{summary.partly:,} on some ports", f"{summary.closed:,} closed"]
        if summary.undefined:
            parts.append(f"{summary.undefined:,} left open by the specification")
        yield from paragraph(f"{', '.join(parts)}. `autograder reach` shows them.", width, "  ", "  ")
    yield ""


def _fixes(fixes: Fixes, out: Terminal, width: int) -> Iterator[str]:
    yield out.paint("smallest edits to restricted", "head")
    for title, fix in fixes.items():
        if fix is None:
            continue
        count = len(fix.edits)
        yield from paragraph(printable(f"{title}: {count} edit{'s' * (count != 1)}"), width, "  ", "    ")
        yield from (f"    {printable(line)}" for line in fix.patch.splitlines())
        for text in (*fix.remaining, *fix.notes):
            yield from paragraph(printable(text), width, "    ", "      ")
    yield ""


def _last(review: Review, out: Terminal, width: int) -> Iterator[str]:
    numbers = review.numbers()
    if review.workloads:
        levels = ", ".join(f"{count} {level}" for level, count in review.levels().items() if count)
        yield from paragraph(f"{_count(numbers['workloads'], 'workload')} by level: {levels}.", width)
    if review.accepted:
        by_file = sum(each.by == "baseline" for each in review.accepted)
        inline = len(review.accepted) - by_file
        yield from paragraph(f"accepted: {inline} in the manifests, {by_file} by the baseline.", width)
    counts = review.counts()
    words = [_count(number, severity) for severity, number in counts.items() if number]
    role: Role = "bad" if counts["error"] else "open" if counts["warning"] else "good"
    yield from (out.paint(line, role) for line in paragraph(", ".join(words) or "nothing found", width))


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"


def written(text: Iterable[str]) -> str:
    """Return lines as one text."""
    return "".join(f"{line}\n" for line in text)
