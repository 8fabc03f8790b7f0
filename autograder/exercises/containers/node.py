"""The machine of a scene: files beside ``world.yaml`` that say what manifests do not.

=================  =============================================================================================
file               what it says
=================  =============================================================================================
``node.yaml``      the runtime and its version, seccompDefault, SELinux, AppArmor (``schemas/node.json``)
``images.yaml``    USER, users and groups of images (`autograder.security.images`)
``drivers.yaml``   CSIDriver objects
``seccomp/``       seccomp profiles, as below the kubelet's folder of this name
=================  =============================================================================================

Each may be absent: what only it could tell is unknown, or as on a node where nothing was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autograder.exercises.shape import faults
from autograder.manifests.documents import read_paths
from autograder.manifests.limits import InputError, Limits
from autograder.security.csi import read_drivers
from autograder.security.images import Image, read_images
from autograder.security.node import NEWEST, Node, Runtime
from autograder.security.seccomp import read_folder

NODE: Final = "node.yaml"
IMAGES: Final = "images.yaml"
DRIVERS: Final = "drivers.yaml"
PROFILES: Final = "seccomp"
_LIMITS: Final = Limits(max_bytes=4 << 20)


@dataclass(frozen=True)
class Machine:
    """The node that runs the Pods of a scene, and what is known of its images."""

    node: Node = field(default_factory=Node)
    images: Mapping[str, Image] = field(default_factory=dict)


def machine_of(world: Path) -> Machine:
    """Return the machine of the scene in a ``world.yaml``. Raises `InputError` for a file that cannot be read."""
    folder = world.parent
    images = folder / IMAGES
    known = read_images(images.read_bytes(), str(images)) if images.is_file() else {}
    return Machine(_node(folder), known)


def _node(folder: Path) -> Node:
    value = _value(folder / NODE)
    runtime: Runtime = value.get("runtime", "containerd")
    version = value.get("version")
    drivers, profiles = folder / DRIVERS, folder / PROFILES
    return Node(
        runtime=runtime,
        version=_version(version) if version else NEWEST[runtime],
        seccomp_default=value.get("seccompDefault", False),
        profiles=read_folder(profiles) if profiles.is_dir() else None,
        csi=read_drivers(drivers.read_bytes(), str(drivers)) if drivers.is_file() else {},
        app_armor=value.get("apparmor"),
        se_linux=value.get("selinux"),
    )


def _value(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    documents, problems = read_paths([file], _LIMITS)
    if problems:
        raise InputError(f"{file}:{problems[0].position.line}: {problems[0].detail}")
    if len(documents) != 1:
        raise InputError(f"{file}: holds {len(documents)} documents. Describe one node in one document.")
    found = faults(documents[0].value, "node")
    if found:
        raise InputError(
            "\n".join(f"{file}:{documents[0].locate(fault.path, key=True).line}: {fault}" for fault in found)
        )
    value: Any = documents[0].value
    return dict(value)


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)
