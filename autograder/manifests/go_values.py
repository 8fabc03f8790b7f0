"""Texts that the API server parses while it decodes: quantities and points in time.

Each function returns what the server says of a text that it refuses, or an empty string.
"""

from __future__ import annotations

import calendar
import re
from typing import Final

from .go_text import quote

_QUANTITY: Final = re.compile(r"[+-]?[0-9]*(?:\.[0-9]*)?(?P<suffix>[eEinumkKMGTP]*[-+]?[0-9]*)\Z")
_SUFFIXES: Final = frozenset({"", *"numkMGTPE", *(letter + "i" for letter in "KMGTPE")})
_EXPONENT: Final = re.compile(r"[eE][-+]?[0-9]+\Z")

_RFC3339: Final = "2006-01-02T15:04:05Z07:00"
_TIME_PARTS: Final = (
    ("2006", r"[0-9]{4}"),
    ("-", "-"),
    ("01", r"(?P<month>[0-9]{2})"),
    ("-", "-"),
    ("02", r"(?P<day>[0-9]{2})"),
    ("T", "T"),
    ("15", r"(?P<hour>[0-9]{1,2})"),
    (":", ":"),
    ("04", r"(?P<minute>[0-9]{2})"),
    (":", ":"),
    ("05", r"(?P<second>[0-9]{2})(?:[.,][0-9]+)?"),
    ("Z07:00", r"(?:Z|[-+](?P<zone_hour>[0-9]{2}):(?P<zone_minute>[0-9]{2}))"),
)
"""The pieces of the layout, and what each one reads."""
_RANGES: Final = (
    ("month", 1, 12),
    ("hour", 0, 23),
    ("minute", 0, 59),
    ("second", 0, 59),
    ("zone_hour", 0, 24),
    ("zone_minute", 0, 60),
)


def quantity_error(text: str) -> str:
    """Return why `text` is no quantity. Source: apimachinery pkg/api/resource/quantity.go, ParseQuantity.

    >>> [quantity_error(text) for text in ("500m", "1Gi", "1e3", ".5")]
    ['', '', '', '']
    >>> quantity_error("1mi")
    "unable to parse quantity's suffix"
    """
    match = _QUANTITY.match(text)
    if not text or match is None:
        return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    suffix = match["suffix"]
    if suffix in _SUFFIXES or _EXPONENT.match(suffix):
        return ""
    return "unable to parse quantity's suffix"


def time_error(text: str) -> str:
    """Return why `text` is no point in time. Source: Go's time.Parse with the layout RFC 3339.

    >>> time_error("2026-11-23T12:00:00Z")
    ''
    >>> print(time_error("today"))
    parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"
    """
    rest = text
    read: dict[str, int] = {}
    for layout, pattern in _TIME_PARTS:
        match = re.match(pattern, rest)
        if match is None:
            return f"parsing time {quote(text)} as {quote(_RFC3339)}: cannot parse {quote(rest)} as {quote(layout)}"
        rest = rest[match.end() :]
        read.update((name, int(digits)) for name, digits in match.groupdict().items() if digits)
        for name, least, most in _RANGES:
            if name in read and not least <= read[name] <= most:
                return f"parsing time {quote(text)}: {name.replace('zone_', 'time zone offset ')} out of range"
    if rest:
        return f"parsing time {quote(text)}: extra text: {quote(rest)}"
    if not 1 <= read["day"] <= calendar.monthrange(max(int(text[:4]), 1), read["month"])[1]:
        return f"parsing time {quote(text)}: day out of range"
    return ""
