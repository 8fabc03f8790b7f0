"""Rules for port numbers, port names and protocols."""

from __future__ import annotations

import re
from typing import Final

PROTOCOLS: Final = ("TCP", "UDP", "SCTP")
"""In the order of NetworkPolicy's error; elsewhere the server sorts them."""

_ALLOWED: Final = re.compile(r"[-a-z0-9]+\Z")
_LETTER: Final = re.compile(r"[a-z]")


def port_number(number: int) -> list[str]:
    """Return what is wrong with a port number.

    >>> port_number(443), port_number(0)
    ([], ['must be between 1 and 65535, inclusive'])
    """
    return [] if 1 <= number <= 65535 else ["must be between 1 and 65535, inclusive"]


def port_name(name: str) -> list[str]:
    """Return every rule that a port's name breaks, in the server's order.

    A number in quotation marks is a name, and a bad one:

    >>> port_name("http"), port_name("80")
    ([], ['must contain at least one letter (a-z)'])
    """
    wrong = []
    if len(name.encode("utf-8", "surrogatepass")) > 15:
        wrong.append("must be no more than 15 characters")
    if not _ALLOWED.match(name):
        wrong.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not _LETTER.search(name):
        wrong.append("must contain at least one letter (a-z)")
    if "--" in name:
        wrong.append("must not contain consecutive hyphens")
    if name.startswith("-") or name.endswith("-"):
        wrong.append("must not begin or end with a hyphen")
    return wrong
