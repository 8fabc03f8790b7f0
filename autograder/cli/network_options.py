"""What every command about reachability takes: manifests, a reading of the policies, an output format."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograder.manifests.limits import InputError
from autograder.network import KUBERNETES, Cluster, reachability
from autograder.network.addresses import block
from autograder.network.profiles import profile

from . import options

if TYPE_CHECKING:
    from autograder.manifests.load import Manifests
    from autograder.network import Reachability, Semantics


def add_network_options(
    parser: argparse.ArgumentParser, *, paths: bool = True, outputs: Sequence[str] = ("text", "json")
) -> None:
    """Add the options to a command; with `paths` the manifests' PATH… as well. `outputs` are its output formats."""
    options.add_input_options(parser, paths=paths, outputs=outputs)
    reading = parser.add_argument_group("reading the policies")
    reading.add_argument(
        "--semantics", metavar="ID", help="judge as somebody with this misconception would (see docs/misconceptions.md)"
    )
    reading.add_argument(
        "--profile", metavar="CNI", help="decide what the specification leaves open as this CNI plugin does"
    )
    reading.add_argument(
        "--pod-cidr",
        metavar="CIDR",
        action="append",
        default=[],
        help="where Pods of unknown address may be; repeatable",
    )


def semantics_of(args: argparse.Namespace) -> Semantics:
    """Return the semantics that --semantics or --profile names; Kubernetes' own without either.

    Raises InputError for a name that there is not, and for both at once.
    """
    if args.semantics and args.profile:
        message = "--semantics and --profile exclude each other: a belief is not a CNI plugin. Give one of them."
        raise InputError(message)
    try:
        if args.profile:
            return profile(args.profile).semantics
        if args.semantics:
            from autograder.misconceptions import semantics

            return semantics(args.semantics)
    except ValueError as error:
        raise InputError(str(error)) from error
    return KUBERNETES


def pod_cidrs_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the values of --pod-cidr. Raises InputError for one that is no CIDR."""
    for cidr in args.pod_cidr:
        try:
            block(cidr)
        except ValueError as error:
            message = f"--pod-cidr {cidr}: not a CIDR. Write it like 10.244.0.0/16."
            raise InputError(message) from error
    return tuple(args.pod_cidr)


def cluster_of(manifests: Manifests, args: argparse.Namespace) -> tuple[Cluster, list[dict[str, Any]]]:
    """Return the cluster that manifests describe, and what of them was ignored, as the contract shows it.

    A profile that enforces nothing leaves the cluster without policies.
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
    if args.profile and not profile(args.profile).enforces:
        cluster = cluster.with_policies(())
    return cluster, ignored


def result_of(args: argparse.Namespace, cluster: Cluster) -> Reachability:
    """Return the matrix of a cluster as the options want it read. Raises InputError."""
    return reachability(cluster, semantics_of(args), pod_cidrs_of(args))
