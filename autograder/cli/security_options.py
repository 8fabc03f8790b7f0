"""What every command about containers takes: images, runtime, kubelet, and how fields are read."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.manifests.limits import FILES, InputError
from autograder.security.images import Image
from autograder.security.node import NEWEST, RUNTIMES, Node, Runtime
from autograder.security.semantics import KUBERNETES, Semantics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograder.security.seccomp import Profile

_VERSION: Final = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.\d+)?")
_YES_OR_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True)
class Surroundings:
    """What a manifest does not say, as the options tell it."""

    node: Node
    images: Mapping[str, Image]
    semantics: Semantics


def add_security_options(parser: argparse.ArgumentParser, *, beliefs: bool = True) -> None:
    """Add the options to a command; with `beliefs` also --semantics."""
    node = parser.add_argument_group("the node and its images")
    node.add_argument(
        "--images",
        metavar="FILE",
        help="a YAML file that describes images: their USER, passwd and groups. What it lacks is unknown",
    )
    node.add_argument("--runtime", choices=RUNTIMES, default=RUNTIMES[0], help="default %(default)s")
    node.add_argument(
        "--runtime-version",
        metavar="V",
        help=f"such as 2.1 (default {', '.join(f'{name} {major}.{minor}' for name, (major, minor) in NEWEST.items())})",
    )
    node.add_argument(
        "--seccomp-default", action="store_true", help="the kubelet has seccompDefault: unset means RuntimeDefault"
    )
    node.add_argument(
        "--seccomp-dir",
        metavar="DIR",
        help="the kubelet's folder of seccomp profiles, for Localhost profiles; what it lacks is missing",
    )
    node.add_argument(
        "--csi", metavar="FILE", help="CSIDriver objects, as `kubectl get csidrivers -o yaml` prints them"
    )
    node.add_argument(
        "--selinux", choices=tuple(_YES_OR_NO), help="whether the node enforces SELinux (default unknown)"
    )
    node.add_argument("--apparmor", choices=tuple(_YES_OR_NO), help="whether the node has AppArmor (default unknown)")
    if beliefs:
        parser.add_argument("--semantics", metavar="ID", help="answer as somebody would who holds this misconception")


def surroundings_of(args: argparse.Namespace) -> Surroundings:
    """Return what the options say. Raises InputError for what cannot be read or makes no sense."""
    from autograder.manifests.files import read_file
    from autograder.security.csi import read_drivers
    from autograder.security.images import read_images

    runtime: Runtime = args.runtime
    node = Node(
        minor=int(args.kubernetes_version.partition(".")[2]),
        runtime=runtime,
        version=_version(args.runtime_version) if args.runtime_version else NEWEST[runtime],
        seccomp_default=args.seccomp_default,
        profiles=_profiles(Path(args.seccomp_dir)) if args.seccomp_dir else None,
        csi=read_drivers(read_file(args.csi, FILES), args.csi) if args.csi else {},
        app_armor=_YES_OR_NO.get(args.apparmor),
        se_linux=_YES_OR_NO.get(args.selinux),
    )
    images = read_images(read_file(args.images, FILES), args.images) if args.images else {}
    return Surroundings(node, images, _semantics(getattr(args, "semantics", None)))


def _profiles(folder: Path) -> Mapping[str, Profile]:
    """Return the seccomp profiles of a folder. What a runtime ignores in them is told on stderr."""
    from autograder.security.seccomp import read_folder

    found = read_folder(folder)
    for name, profile in sorted(found.items()):
        for warning in profile.warnings:
            print(f"{folder / name}: {warning.rstrip('.?')}{'?' if warning.endswith('?') else '.'}", file=sys.stderr)
    return found


def _semantics(name: str | None) -> Semantics:
    if name is None:
        return KUBERNETES
    from autograder.misconceptions import semantics

    try:
        return semantics(name, "security")
    except ValueError as error:
        raise InputError(f"--semantics: {error}") from error


def _version(text: str) -> tuple[int, int]:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise InputError(f"--runtime-version {text}: this is no version. Write it like 2.1.")
    return int(match[1]), int(match[2])
