"""A line about containers that does not hold, as a finding."""

from __future__ import annotations

from typing import Final

from autograder.exercises.findings import Finding, finding

from .judging import Judged, Wrong
from .lines import CanLine, EffectiveLine, LevelLine

OF_CONTAINERS: Final = frozenset(
    {
        "secret-act-allowed",
        "act-allowed",
        "level-missed",
        "context-wrong",
        "act-denied",
        "act-unknown",
        "kept-changed",
    }
)
"""The ids of the findings that are made here."""
_LEVELS: Final = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
_CONTEXT: Final = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"


def container_finding(judged: Judged, wrong: Wrong, believed: tuple[str, ...], lesson: str) -> Finding:
    """Return the finding for what proves that a line does not hold."""
    file, line = wrong.place
    is_level = isinstance(judged.line, LevelLine)
    return finding(
        _id(judged, wrong),
        file=file,
        line=line,
        weight=float(judged.line.weight),
        misconceptions=believed,
        subject=wrong.subject,
        wanted=_sentence(wrong.wanted),
        got=_sentence(wrong.got) + ".",
        because=_sentence(wrong.because) + ("" if is_level or not wrong.because else "."),
        why=judged.line.why,
        see=lesson or (_LEVELS if is_level else _CONTEXT),
    )


def _id(judged: Judged, wrong: Wrong) -> str:
    if isinstance(judged.line, CanLine):
        if wrong.allowed is None:
            return "act-unknown"
        if not wrong.allowed:
            return "act-denied"
        return "secret-act-allowed" if judged.line.secret else "act-allowed"
    if isinstance(judged.line, EffectiveLine):
        return "context-wrong"
    return "level-missed" if isinstance(judged.line, LevelLine) else "kept-changed"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].removesuffix(".")
