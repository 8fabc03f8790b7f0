"""When was it handed in? Times as nbgrader and learning platforms write them, as ``2026-11-23T10:00:00Z``.

====================================== ===============================================================
written                                by
====================================== ===============================================================
``2026-11-23 10:00:00.123456 UTC``     nbgrader's ``timestamp.txt`` (``Exchange.timestamp_format``)
``2026-11-23 10:00:00 Europe/Berlin``  the same, after a zone was set
``2026-11-23 10:00:00 +0100``          the same, after the format was set
``2026-11-23T10:00:00+01:00``          anybody (ISO 8601)
``2026-11-23-10-00-00``                Blackboard, and nbgrader's example for ``zip_collect``
====================================== ===============================================================

A time without a zone, or with one that is not known, is UTC, as nbgrader has it. Parts of a second are left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

_FORM: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T -]"
    r"(?P<hour>[0-9]{2})[:-](?P<minute>[0-9]{2})(?:[:-](?P<second>[0-9]{2}))?"
    r"(?:[.,][0-9]+)?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z][A-Za-z0-9_+/-]*)?"
)
_OFFSET: Final = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})")
LONGEST: Final = 100
"""How much of a ``timestamp.txt`` is read."""


def read_time(text: str) -> str | None:
    """Return a time in UTC, to the second; None when it is none.

    >>> read_time("2026-11-23 10:00:00.123456 UTC"), read_time("2026-11-23 10:00:00 +0100"), read_time("yesterday")
    ('2026-11-23T10:00:00Z', '2026-11-23T09:00:00Z', None)
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        return None
    try:
        time = datetime.fromisoformat(f"{match['day']}T{match['hour']}:{match['minute']}:{match['second'] or '00'}")
        time = time.replace(tzinfo=_zone(match["zone"] or "UTC")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time.year >= 1970 else None


def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        delta = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"]))
        return timezone(-delta if offset["sign"] == "-" else delta)
    if name in {"UTC", "Z", "GMT"}:
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown zone, a name that is no zone, or a system without zones
        return UTC
