"""What a Pod's manifest cannot say and its fate depends on: the node, its runtime, and what an administrator set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Runtime = Literal["containerd", "crio"]

RUNTIMES: Final[tuple[Runtime, ...]] = ("containerd", "crio")

NEWEST: Final[Mapping[Runtime, tuple[int, int]]] = {"containerd": (2, 3), "crio": (1, 36)}
"""The version of each runtime that is assumed where none is named."""


@dataclass(frozen=True, slots=True)
class CSIDriver:
    """A CSIDriver object, as far as it decides what becomes of a volume's files."""

    fs_group_policy: Literal["ReadWriteOnceWithFSType", "File", "None"] = "ReadWriteOnceWithFSType"
    delegates: bool = False
    """Whether the driver applies fsGroup itself (VOLUME_MOUNT_GROUP)."""
    se_linux_mount: bool = False


@dataclass(frozen=True)
class Node:
    """Where a Pod runs. ``Node()`` is a node with containerd and no setting changed.

    None means that nobody said: what depends on it is unknown.
    """

    minor: int = 37
    """The version of Kubernetes without its 1."""
    runtime: Runtime = "containerd"
    version: tuple[int, int] = (2, 3)
    """Major and minor version of the runtime."""
    seccomp_default: bool = False
    """The kubelet's ``seccompDefault``: an unset seccompProfile means RuntimeDefault."""
    profiles: Mapping[str, Any] | None = None
    """The seccomp profiles below the kubelet's ``seccomp`` folder, decoded, by relative path."""
    csi: Mapping[str, CSIDriver] = field(default_factory=dict)
    """CSI drivers by name."""
    app_armor: bool | None = None
    """Whether the kernel has AppArmor."""
    se_linux: bool | None = None
    """Whether the kernel has SELinux and the runtime uses it."""

    @property
    def name(self) -> str:
        """The runtime and its version, for people.

        >>> Node().name
        'containerd 2.3'
        """
        title = "CRI-O" if self.runtime == "crio" else self.runtime
        return f"{title} {self.version[0]}.{self.version[1]}"

    @property
    def binds_low_ports(self) -> bool:
        """Whether any process may bind a port below 1024 in the Pod's own network.

        containerd from 2.0 sets ``net.ipv4.ip_unprivileged_port_start`` to 0 there (enable_unprivileged_ports in
        internal/cri/config/config_unix.go); containerd 1 and CRI-O leave it alone.
        """
        return self.runtime == "containerd" and self.version >= (2, 0)

    @property
    def pings(self) -> bool:
        """Whether any process may open an ICMP socket of type SOCK_DGRAM in the Pod's own network.

        containerd from 2.0 sets ``net.ipv4.ping_group_range`` there (enable_unprivileged_icmp).
        """
        return self.binds_low_ports
