"""/proc and /sys: which paths are hidden from a container, and which it may only read.

==============  ==========================  =======================
container       hidden paths                read-only paths
==============  ==========================  =======================
Default         those below                 those below
Unmasked        none                        none
privileged      none                        none
==============  ==========================  =======================

Source: pkg/securitycontext/util.go (defaultMaskedPaths, defaultReadonlyPaths); measured.
"""

from __future__ import annotations

from typing import Final

from .containers import Container
from .facts import Fact

MASKED: Final = (
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
)
READ_ONLY: Final = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def proc_mount(container: Container) -> Fact[str]:
    """Return how /proc is mounted: ``Default`` or ``Unmasked``."""
    if container.security.get("privileged") is True:
        return Fact("Unmasked", "runtime", "in a privileged container nothing is hidden", "measured")
    value = container.security.get("procMount")
    if value is None:
        return Fact("Default", "api", "procMount is not set")
    return Fact(value, "container", f"procMount is {value}", "measured")


def masked_paths(container: Container) -> tuple[str, ...]:
    """Return the paths that are hidden."""
    return MASKED if proc_mount(container).value == "Default" else ()


def read_only_paths(container: Container) -> tuple[str, ...]:
    """Return the paths below /proc that can only be read."""
    return READ_ONLY if proc_mount(container).value == "Default" else ()
