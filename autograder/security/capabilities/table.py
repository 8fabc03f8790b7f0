"""The capabilities there are, in words and in numbers.

Source: capabilities(7), include/uapi/linux/capability.h; containerd pkg/oci/spec.go (defaultUnixCaps), CRI-O
internal/config/capabilities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from autograder.security.node import Runtime

Danger = Literal["low", "medium", "high", "host"]

NUMBERS: Final = {
    name: number
    for number, name in enumerate(
        [
            "CHOWN",
            "DAC_OVERRIDE",
            "DAC_READ_SEARCH",
            "FOWNER",
            "FSETID",
            "KILL",
            "SETGID",
            "SETUID",
            "SETPCAP",
            "LINUX_IMMUTABLE",
            "NET_BIND_SERVICE",
            "NET_BROADCAST",
            "NET_ADMIN",
            "NET_RAW",
            "IPC_LOCK",
            "IPC_OWNER",
            "SYS_MODULE",
            "SYS_RAWIO",
            "SYS_CHROOT",
            "SYS_PTRACE",
            "SYS_PACCT",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_NICE",
            "SYS_RESOURCE",
            "SYS_TIME",
            "SYS_TTY_CONFIG",
            "MKNOD",
            "LEASE",
            "AUDIT_WRITE",
            "AUDIT_CONTROL",
            "SETFCAP",
            "MAC_OVERRIDE",
            "MAC_ADMIN",
            "SYSLOG",
            "WAKE_ALARM",
            "BLOCK_SUSPEND",
            "AUDIT_READ",
            "PERFMON",
            "BPF",
            "CHECKPOINT_RESTORE",
        ]
    )
}
"""The number of each capability: its bit in the masks under /proc."""

ALL: Final = frozenset(NUMBERS)
_CRIO: Final = frozenset(
    ["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE", "KILL"]
)
DEFAULTS: Final[Mapping[Runtime, frozenset[str]]] = {
    "containerd": _CRIO | frozenset(["AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SYS_CHROOT"]),
    "crio": _CRIO,
}
"""What each runtime grants where nothing is added or dropped: 14 and 9."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability, for people."""

    name: str
    """Without ``CAP_``."""
    number: int
    permits: str
    danger: Danger
    """What an intruder who has it can do: little, something, a lot, or take over the node."""
    why: str

    @property
    def by_default(self) -> tuple[Runtime, ...]:
        """The runtimes that grant it to every container."""
        return tuple(runtime for runtime, names in DEFAULTS.items() if self.name in names)


class _Table(Mapping[str, Capability]):
    """The capabilities by name, in numeric order; their texts are read when one is looked at."""

    def __getitem__(self, name: str) -> Capability:
        return _read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(NUMBERS)

    def __len__(self) -> int:
        return len(NUMBERS)


CAPABILITIES: Final[Mapping[str, Capability]] = _Table()
"""Every capability by its name without ``CAP_``."""


@cache
def _read() -> dict[str, Capability]:
    import tomllib
    from importlib.resources import files

    text = files(__package__).joinpath("table.toml").read_text(encoding="utf-8")
    return {name: Capability(name, **fields) for name, fields in tomllib.loads(text).items()}


def mask(names: Iterable[str]) -> int:
    """Return capabilities as a mask of bits.

    >>> hex(mask(DEFAULTS["containerd"]))
    '0xa80425fb'
    """
    return sum(1 << NUMBERS[name] for name in set(names))


def hexadecimal(names: Iterable[str]) -> str:
    """Return capabilities as /proc/1/status prints them.

    >>> hexadecimal({"NET_BIND_SERVICE"})
    '0000000000000400'
    """
    return f"{mask(names):016x}"


def names_of(bits: int) -> frozenset[str]:
    """Return the capabilities of a mask; bits without a name are left out.

    >>> sorted(names_of(0x401))
    ['CHOWN', 'NET_BIND_SERVICE']
    """
    return frozenset(name for name, number in NUMBERS.items() if bits >> number & 1)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return capabilities in numeric order."""
    return tuple(sorted(names, key=NUMBERS.__getitem__))
