"""Capabilities: what the runtime grants, what a process holds, and what it could regain."""

from __future__ import annotations

from .escalation import no_new_privs, privileged
from .granting import Granted, Step, granted
from .process import (
    ORDINARY,
    SETUID_ROOT,
    Execution,
    Program,
    Sets,
    after_start,
    execute,
    regained,
    with_capabilities,
)
from .table import ALL, CAPABILITIES, DEFAULTS, Capability, hexadecimal, in_order, mask, names_of

__all__ = [
    "ALL",
    "CAPABILITIES",
    "DEFAULTS",
    "ORDINARY",
    "SETUID_ROOT",
    "Capability",
    "Execution",
    "Granted",
    "Program",
    "Sets",
    "Step",
    "after_start",
    "execute",
    "granted",
    "hexadecimal",
    "in_order",
    "mask",
    "names_of",
    "no_new_privs",
    "privileged",
    "regained",
    "with_capabilities",
]
