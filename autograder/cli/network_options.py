"""What every command about reachability takes: manifests, a reading of the policies, an output format."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograder.manifests.limits import InputError
from autograder.network import KUBERNETES, Cluster, Reachability, Semantics, reachability
from autograder.network.addresses import block
from autograder.network.profiles import PROFILES, profile

from . import options

if TYPE_CHECKING:
    from autograder.manifests.load import Manifests


class Reading(NamedTuple):
    """How the policies are to be read."""

    semantics: Semantics
    pod_cidrs: tuple[str, ...]
    enforced: bool
    """False with the profile of a plugin that enforces no policy."""


def add_network_options(
    parser: argparse.ArgumentParser,
    *,
    paths: bool = True,
    beliefs: bool = True,
    outputs: Sequence[str] = ("text", "json"),
) -> None:
    """Add the options to a command; with `paths` the manifests' PATH… as well, with `beliefs` --semantics.

    `outputs` are the forms of the command's answer, the default first.
    """
    options.add_input_options(parser, paths=paths, outputs=outputs)
    reading = parser.add_argument_group("reading the policies")
    if beliefs:
        reading.add_argument(
            "--semantics",
            metavar="ID",
            help="judge as somebody with this misconception would (see docs/misconceptions.md)",
        )
    else:
        parser.set_defaults(semantics=None)
    reading.add_argument(
        "--profile",
        metavar="CNI",
        help=f"decide what the specification leaves open as this CNI plugin does: {', '.join(PROFILES)}",
    )
    reading.add_argument(
        "--pod-cidr",
        metavar="CIDR",
        action="append",
        default=[],
        help="where Pods of unknown address may be; repeatable",
    )


def port_number(text: str) -> int:
    """Return the number of a port. Raises argparse.ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; ports go from 1 to 65535")
    return int(text)


def port_or_name(text: str) -> int | str:
    """Return the number of a port, or the name of a container port. Raises argparse.ArgumentTypeError."""
    if text.lstrip("-").isdigit() or not text.strip():
        return port_number(text)
    return text


def reading_of(args: argparse.Namespace) -> Reading:
    """Return what the options say. Raises InputError for a name that there is not, and for no CIDR."""
    if args.semantics and args.profile:
        raise InputError(
            "--semantics and --profile exclude each other: a belief is not a CNI plugin. Give one of them."
        )
    semantics, enforced = KUBERNETES, True
    try:
        if args.profile:
            found = profile(args.profile)
            semantics, enforced = found.semantics, found.enforces
        if args.semantics:
            from autograder.misconceptions import semantics as believed

            semantics = believed(args.semantics)
    except ValueError as error:
        raise InputError(str(error)) from error
    for cidr in args.pod_cidr:
        try:
            block(cidr)
        except ValueError as error:
            raise InputError(f"--pod-cidr {cidr}: not a CIDR. Write it like 10.244.0.0/16.") from error
    return Reading(semantics, tuple(args.pod_cidr), enforced)


def cluster_of(manifests: Manifests, reading: Reading) -> tuple[Cluster, list[dict[str, Any]]]:
    """Return the cluster that manifests describe, and what of them was ignored, as the contract shows it.

    A plugin that enforces nothing leaves the cluster without policies.
    """
    cluster = Cluster.from_manifests(manifests)
    ignored = [options.ignored_object(item) for item in manifests.ignored]
    ignored += [
        {
            "file": pod.source.file if pod.source is not None else None,
            "document": pod.source.document.index if pod.source is not None else None,
            "line": pod.source.line if pod.source is not None else None,
            "apiVersion": "v1",
            "kind": "Pod",
            "name": f"{pod.namespace}/{pod.name}",
            "reason": "completed: it has no network identity any more",
            "could_change_verdict": False,
        }
        for pod in cluster.completed
    ]
    if not reading.enforced:
        cluster = cluster.with_policies(())
    return cluster, ignored


def result_of(cluster: Cluster, reading: Reading) -> Reachability:
    """Return the matrix of a cluster as the options want it read."""
    return reachability(cluster, reading.semantics, reading.pod_cidrs)
