"""What is known about images: their USER, and the users and groups in them. A Pod says nothing of all that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """A line of an image's ``/etc/group``."""

    gid: int
    members: tuple[str, ...] = ()
    """Names of users, without those that have the group as their primary one."""


@dataclass(frozen=True)
class Image:
    """An image as far as it decides who runs."""

    user: str = ""
    """The USER of the image, as in its configuration: empty, ``1000``, ``app``, ``1000:3000`` or ``app:staff``."""
    passwd: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Its ``/etc/passwd``: uid and primary gid by user name."""
    groups: Mapping[str, ImageGroup] = field(default_factory=dict)
    """Its ``/etc/group`` by group name."""


Images = Mapping[str, Image]
"""Images by the name that a container gives. One that is not in it is unknown: never guess."""
