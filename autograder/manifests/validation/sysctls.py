"""Sysctls: their names, and in which namespace of the kernel they live.

Source: pkg/apis/core/validation/validation.go (validateSysctls, ValidateHostSysctl), component-helpers
node/util/sysctl/namespace.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from autograder.manifests.problems import Path

from .errors import FieldError, duplicate, invalid, required

_SEGMENT: Final = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_PATTERN: Final = rf"({_SEGMENT}[\./])*{_SEGMENT}"
_NAME: Final = re.compile(_PATTERN)
_LONGEST: Final = 253
_IPC: Final = ("kernel.shm", "kernel.msg", "fs.mqueue.")


def namespace_of(sysctl: str) -> str:
    """Return the namespace that a sysctl belongs to: ``net``, ``ipc``, or empty for one of the whole node.

    >>> namespace_of("net.ipv4.tcp_syncookies"), namespace_of("kernel.shmmax"), namespace_of("vm.swappiness")
    ('net', 'ipc', '')
    """
    name = sysctl if _first(sysctl, ".") < _first(sysctl, "/") else sysctl.translate(str.maketrans("./", "/."))
    if name == "kernel.sem" or name.startswith(_IPC):
        return "ipc"
    return "net" if name.startswith("net.") else ""


def _first(text: str, sign: str) -> int:
    index = text.find(sign)
    return len(text) + (sign == "/") if index < 0 else index


def validate_sysctls(sysctls: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    """Yield the errors of the Pod's sysctls."""
    seen: set[str] = set()
    for index, sysctl in enumerate(sysctls):
        name, place = sysctl.get("name", ""), (*path, index, "name")
        if not name:
            yield required(place)
        elif len(name) > _LONGEST or _NAME.fullmatch(name) is None:
            yield invalid(place, name, f"must have at most {_LONGEST} characters and match regex ^{_PATTERN}$")
        elif name in seen:
            yield duplicate(place, name)
        namespace = namespace_of(name)
        if spec.get("hostNetwork") and namespace == "net":
            yield invalid(place, name, "may not be specified when 'hostNetwork' is true")
        elif spec.get("hostIPC") and namespace == "ipc":
            yield invalid(place, name, "may not be specified when 'hostIPC' is true")
        seen.add(name)
