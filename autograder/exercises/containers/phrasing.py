"""A line about containers that does not hold, as a finding."""

from __future__ import annotations

import re
from typing import Final

from autograder.exercises.findings import Finding, finding
from autograder.security.fields import FIELDS

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
_WORD: Final = re.compile(r"[a-z]+[,:;]?")
_LEVELS: Final = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
_CONTEXT: Final = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"


def container_finding(
    judged: Judged, wrong: Wrong, believed: tuple[str, ...], lesson: str, *, scored: bool = True
) -> Finding:
    """Return the finding for what proves that a line does not hold. Where nothing is `scored`, no score is told."""
    file, line = wrong.place
    is_level = isinstance(judged.line, LevelLine)
    is_act = isinstance(judged.line, CanLine)
    return finding(
        _id(judged, wrong),
        file=file,
        line=line,
        weight=float(judged.line.weight),
        misconceptions=believed,
        subject=wrong.subject,
        wanted=as_sentence(wrong.wanted) if is_act else wrong.wanted.removesuffix("."),
        got=(as_sentence(wrong.got) if is_act else wrong.got.removesuffix(".")) + ".",
        because=as_sentence(wrong.because) + ("" if is_level or not wrong.because else "."),
        cap=" As long as this is so, the score is at most half." if scored else "",
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


def as_sentence(text: str) -> str:
    """Return a text with a capital letter and without its full stop. A name at the beginning is spelled as it is.

    >>> as_sentence("it can write /tmp."), as_sentence("hostUsers is not set"), as_sentence("privileged is true")
    ('It can write /tmp', 'hostUsers is not set', 'privileged is true')
    """
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    is_word = _WORD.fullmatch(first) is not None and first not in FIELDS
    return (text[:1].upper() + text[1:] if is_word else text).removesuffix(".")
