"""Files: who may do what with them, what fsGroup changes, and what stays writable."""

from __future__ import annotations

from .permissions import Ownership, Who, may
from .sharing import Shared, Sharer, shared
from .tree import Access, Place, WritablePath, place_of, places, read, writable_paths, write
from .volumes import Mount, Volume, VolumeEffect, mounts_of, volume_effects, volumes_of

__all__ = [
    "Access",
    "Mount",
    "Ownership",
    "Place",
    "Shared",
    "Sharer",
    "Volume",
    "VolumeEffect",
    "Who",
    "WritablePath",
    "may",
    "mounts_of",
    "place_of",
    "places",
    "read",
    "shared",
    "volume_effects",
    "volumes_of",
    "writable_paths",
    "write",
]
