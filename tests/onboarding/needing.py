"""Findings and needs to make paths of, without manifests."""

from __future__ import annotations

from hypothesis import strategies as st

from autograder.onboarding.needs import needs, teachings
from autograder.review.catalogue import SEVERITIES, checks
from autograder.review.findings import Finding

TAUGHT = tuple(name for name, teaching in teachings().items() if teaching.concepts)


def found(check: str, severity: str | None = None, number: int = 1, misconceptions: tuple[str, ...] = ()) -> Finding:
    of = checks()[check]
    return Finding(
        check=of,
        severity=severity or of.severity,
        object=f"Pod shop/web-{number}",
        subject=f"Pod shop/web-{number}",
        wanted="",
        got="as it is",
        because="",
        fingerprint=f"{check}-{number}",
        file="shop.yaml",
        line=number,
        misconceptions=misconceptions,
        title=of.title,
    )


some_findings = st.lists(
    st.builds(found, st.sampled_from(TAUGHT), st.sampled_from(SEVERITIES), st.integers(1, 9)), max_size=12
)
some_needs = some_findings.map(needs)
