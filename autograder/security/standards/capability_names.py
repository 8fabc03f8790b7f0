"""How Pod Security reads the name of a capability: letter by letter."""

from __future__ import annotations

from autograder.security.semantics import Semantics


def normal(name: str, semantics: Semantics) -> str:
    """Return a name as a check compares it: as written, or for a believer without case and prefix.

    >>> normal("cap_sys_time", Semantics()), normal("cap_sys_time", Semantics(capability_names="normalised"))
    ('cap_sys_time', 'SYS_TIME')
    """
    return name if semantics.capability_names == "exact" else name.upper().removeprefix("CAP_")
