"""What to do about a problem, in one sentence, where the server's own words do not say it."""

from __future__ import annotations

from typing import Any, Final

from .decode import TypeFault
from .validation import FieldError

_OPERATORS: Final = {"in": "In", "notin": "NotIn", "exists": "Exists", "doesnotexist": "DoesNotExist"}


def for_fault(fault: TypeFault, value: Any) -> str:
    """Return what to do about a value of the wrong type; `value` is what was written."""
    field = next((str(step) for step in reversed(fault.path) if isinstance(step, str)), "the field")
    if fault.wanted.startswith("[]"):
        if fault.got == "object":
            return f"{field} is a list: put a dash in front of each item."
        return f"{field} is a list: put the value on a line of its own, with a dash in front, or in square brackets."
    if fault.got == "array":
        return f"{field} is no list: remove the dash."
    if fault.wants_fields:
        return f"{field} holds fields: write them below it, indented, with a space after each colon."
    got = fault.got.partition(" ")[0]
    if fault.wanted in {"int32", "int64"}:
        if got == "string" and str(value).isdigit():
            return f"A number is wanted here: remove the quotation marks, {field}: {value}."
        return "A whole number is wanted here."
    if fault.wanted == "bool":
        return "Write true or false, without quotation marks."
    if got in {"number", "bool"} and not fault.wanted.startswith("map["):
        return "Text is wanted here: put quotation marks around the value."
    return ""


def for_error(kind: str, error: FieldError) -> str:
    """Return what to do about a value that validation refuses."""
    if kind == "NetworkPolicy":
        hint = _for_policy(error)
        if hint:
            return hint
    value = error.value
    if error.type == "Unsupported value" and isinstance(value, str):
        for name in error.detail.removeprefix("supported values: ").split(", "):
            if name.strip('"').casefold() == value.casefold():
                return f"Values are case-sensitive: write {name.strip(chr(34))}."
    if error.detail == "not a valid selector operator":
        right = _OPERATORS.get(str(value).casefold())
        return (
            f"Values are case-sensitive: write {right}." if right else "Operators are In, NotIn, Exists, DoesNotExist."
        )
    if error.detail == "`selector` does not match template `labels`":
        return "Every label that the selector asks for must stand in template.metadata.labels, with the same value."
    return ""


def _for_policy(error: FieldError) -> str:
    field = next((step for step in reversed(error.path) if isinstance(step, str)), "")
    match error.detail:
        case "must specify a peer":
            return (
                "An empty peer is not everyone. To allow everyone, leave the whole from or to out; "
                "to allow every Pod of this namespace, write podSelector: {}."
            )
        case "may not specify both ipBlock and another peer":
            return "Give ipBlock an item of its own, with a dash in front."
        case "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)":
            return "Write an address and the length of its prefix; a single address ends in /32, or /128 in IPv6."
        case "must be a strict subset of `cidr`":
            return "An exception is a smaller part of cidr, of the same family."
        case "must contain at least one letter (a-z)" if field == "port" and str(error.value).isdigit():
            return f"In quotation marks it is the name of a port: write port: {error.value}."
    if (
        field == "protocol"
        and error.type == "Unsupported value"
        and str(error.value).upper() in {"ANY", "ALL", "*", ""}
    ):
        return "No word means every protocol. For every port and protocol leave ports out; else list TCP, UDP and SCTP."
    return ""
