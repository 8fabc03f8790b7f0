"""A review as JUnit XML, which every CI server shows as tests.

Each check is a suite. What it found are failing cases; a finding below the bar of ``--fail-on`` is a case that was
skipped, and what was accepted as well. A check that found nothing is one case that passes.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from autograder.exercises.findings import Severity
from autograder.review.catalogue import SEVERITIES, checks, title_of
from autograder.review.findings import Finding
from autograder.review.reviewing import Review


def of(review: Review, fail_on: Severity | None) -> str:
    """Return the XML. Findings at least as bad as `fail_on` are failures; with None none is."""
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on is not None else ()
    failures = sum(found.severity in bad for found in review.findings)
    suites: list[str] = []
    total = 0
    for name, check in checks().items():
        cases: list[str] = []
        failed = skipped = 0
        for found in review.findings:
            if found.id == name:
                is_bad = found.severity in bad
                failed, skipped = failed + is_bad, skipped + (not is_bad)
                cases.append(_case(found, _failure(found) if is_bad else _skipped(found.severity, _told(found))))
        for each in review.accepted:
            if each.finding.id == name:
                skipped += 1
                cases.append(_case(each.finding, _skipped("accepted", each.reason or "by the baseline")))
        if not cases and (check.texts or review.asked):
            cases.append(f"    <testcase classname={_attribute(name)} name={_attribute(title_of(check))}/>\n")
        if not cases:
            continue
        total += len(cases)
        suites.append(
            f'  <testsuite name={_attribute(name)} tests="{len(cases)}" failures="{failed}" errors="0" '
            f'skipped="{skipped}">\n{"".join(cases)}  </testsuite>\n'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="pod-guardrails review" tests="{total}" failures="{failures}" errors="0">\n'
        f"{''.join(suites)}</testsuites>\n"
    )


def _case(found: Finding, inside: str) -> str:
    place = f" file={_attribute(found.file)}" if found.file else ""
    place += f' line="{found.line}"' if found.line else ""
    return (
        f"    <testcase classname={_attribute(found.id)} name={_attribute(found.subject)}{place}>\n"
        f"{inside}    </testcase>\n"
    )


def _failure(found: Finding) -> str:
    return (
        f"      <failure type={_attribute(found.severity)} message={_attribute(f'{found.title}: {found.got}')}>"
        f"{escape(_xml(_told(found)))}</failure>\n"
    )


def _skipped(kind: str, text: str) -> str:
    return f"      <skipped message={_attribute(f'{kind}: {text}')}/>\n"


def _told(found: Finding) -> str:
    place = f"{found.file}:{found.line}" if found.file and found.line else found.file or ""
    rows = (
        ("", found.title),
        ("where: ", place),
        ("wanted: ", found.wanted),
        ("got: ", found.got),
        ("because: ", found.because),
        ("why: ", found.why),
        ("lesson: ", found.check.lesson),
    )
    return "\n".join(label + text for label, text in rows if text)


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def _xml(text: str) -> str:
    r"""Return a text without the characters that XML 1.0 cannot hold.

    >>> _xml("a\x00b\x1b[31m") == "a\ufffdb\ufffd[31m"
    True
    """
    return "".join(
        character
        if character in "\t\n\r"
        or "\x20" <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character > "\uffff"
        else "\ufffd"
        for character in text
    )
