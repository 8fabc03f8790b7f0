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
    elif hint := _FOR_PODS.get(error.detail, ""):
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


_FOR_PODS: Final = {
    "cannot set `allowPrivilegeEscalation` to false and `privileged` to true": (
        "A privileged container may always gain privileges. Remove privileged, or remove allowPrivilegeEscalation."
    ),
    "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN": (
        "Names of capabilities are written without CAP_. With SYS_ADMIN a process needs no escalation any more: do "
        "without it if you can."
    ),
    "`hostUsers` must be false to use `Unmasked`": (
        "An unmasked /proc is for Pods with a user namespace of their own: write hostUsers: false in the Pod's spec."
    ),
    "must be set when seccomp type is Localhost": (
        "Write localhostProfile, a path below the kubelet's seccomp folder; or type: RuntimeDefault, which needs none."
    ),
    "can only be set when seccomp type is Localhost": "Write type: Localhost, or remove localhostProfile.",
    "must be a relative path": "The path begins below the folder: leave the / in front out.",
    "must not contain '..'": "Write the path without '..': it must stay below its folder.",
    "type is required when seccompProfile is set": "Write type: RuntimeDefault below seccompProfile.",
    "type is required when appArmorProfile is set": "Write type: RuntimeDefault below appArmorProfile.",
    "must be set when AppArmor type is Localhost": "Write localhostProfile, the name of a profile on the node.",
    "must not be padded with whitespace": "Remove the space around the name.",
    "can only be set when AppArmor type is Localhost": "Write type: Localhost, or remove localhostProfile.",
    "must be between 0 and 2147483647, inclusive": "Ids run from 0 to 2147483647. 0 is root, 1000 is a usual choice.",
    "when `hostUsers` is false": "A Pod with its own user namespace shares no other namespace of the host. Keep one.",
    "when `pod.Spec.HostUsers` is false": (
        "A Pod with its own user namespace shares no other namespace of the host. Keep one of the two."
    ),
    "ShareProcessNamespace and HostPID cannot both be enabled": "Keep one of the two; most Pods need neither.",
    "may not be specified when 'hostNetwork' is true": (
        "On the node's network the sysctl would be the node's own. Remove it, or remove hostNetwork."
    ),
    "may not be specified when 'hostIPC' is true": "With hostIPC it would be the node's own. Remove one of the two.",
    "Bidirectional mount propagation is available only to privileged containers": (
        "Leave mountPropagation out, unless the container has to mount things for the node."
    ),
    "may only be specified when readOnly is true": "Write readOnly: true beside it.",
    "may only be specified when mountPropagation is None or not specified": "Remove mountPropagation.",
    "cannot be set for a windows pod": "This field is for Linux. Remove it, or remove os.",
    "windows options cannot be set for a linux pod": "Remove windowsOptions, or write windows under os.",
    "may not specify more than 1 volume type": "A volume has one source. Give the other one a volume of its own.",
    "must be a number between 0 and 0777 (octal), both inclusive": (
        "YAML takes a number with 0 in front for octal: write 0400 or 0644."
    ),
    "cannot be set on create": "Ephemeral containers are added to a running Pod, with kubectl debug.",
}
"""By the server's detail."""


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
        case "must not have bits set beyond the prefix length":
            return "One address alone ends in /32, or /128 in IPv6. A block begins with the first address of it."
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
