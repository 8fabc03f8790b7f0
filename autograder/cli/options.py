"""What every command that reads manifests takes, and how it reads them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from autograder.manifests.limits import InputError, Limits, option

if TYPE_CHECKING:
    from autograder.manifests.load import Ignored, Manifests
    from autograder.manifests.options import Options

_LIMITS = {
    "max_bytes": "the size of a file in bytes",
    "max_depth": "how deep lists and mappings may lie inside one another",
    "max_alias_nodes": "how many nodes the aliases of one document may stand for",
    "max_documents": "how many documents a file may hold",
}


def add_input_options(
    parser: argparse.ArgumentParser,
    *,
    paths: bool = True,
    judges_input: bool = False,
    outputs: Sequence[str] = ("text", "json"),
) -> None:
    """Add the options to a command: with `paths` the manifests' PATH… as well.

    A command that `judges_input` answers with the problems it finds, so it has nothing to leave out. `outputs` are
    the forms of its answer, the default first.
    """
    from autograder.manifests.schema import versions

    if paths:
        parser.add_argument(
            "paths",
            metavar="PATH",
            nargs="+",
            help="a file, a folder (every .yaml, .yml and .json below it), or - for standard input",
        )
    parser.add_argument(
        "-o", "--output", choices=outputs, default=outputs[0], help="the form of the answer (default %(default)s)"
    )
    reading = parser.add_argument_group("reading the manifests")
    reading.add_argument(
        "-n",
        "--namespace",
        metavar="NS",
        default="default",
        help="the namespace of objects that name none (default default)",
    )
    reading.add_argument(
        "--kubernetes-version",
        choices=versions(),
        default=versions()[-1],
        help="whose fields and rules count (default %(default)s)",
    )
    reading.add_argument(
        "--field-validation",
        choices=("strict", "warn", "ignore"),
        default="strict",
        help="what becomes of unknown fields: refused, dropped with a warning, dropped (default %(default)s)",
    )
    if not judges_input:
        reading.add_argument(
            "--keep-going",
            action="store_true",
            help="leave out what the API server would refuse, and answer for the rest",
        )
    for limit in fields(Limits):
        text = f"{_LIMITS[limit.name]} (default {limit.default})"
        reading.add_argument(option(limit.name), type=int, metavar="N", default=limit.default, help=text)


def read_options(args: argparse.Namespace) -> Options:
    """Return how to read manifests. Raises InputError for limits that make no sense."""
    from autograder.manifests.options import Options

    return Options(
        namespace=args.namespace,
        kubernetes_version=args.kubernetes_version,
        field_validation=args.field_validation,
        limits=Limits(**{limit.name: getattr(args, limit.name) for limit in fields(Limits)}),
    ).checked()


def load(args: argparse.Namespace, paths: Iterable[str] | None = None, *, refused_pods: bool = False) -> Manifests:
    """Return the manifests of a command that needs sound ones; warnings go to standard error.

    With `refused_pods` the command has an answer for Pods that the API server refuses, so these are no reason to stop.

    With --keep-going what the API server would refuse is left out, and listed with what is ignored. Without
    it the problems go to standard error. Raises InputError then, and for what cannot be read.
    """
    from autograder.manifests.files import read_sources
    from autograder.manifests.load import load_sources

    from .problems_text import Sources, problem_text

    options = read_options(args)
    sources = Sources(read_sources(args.paths if paths is None else paths, options.limits))
    manifests = load_sources(sources, options)
    for problem in manifests.problems:
        print(problem_text(problem, sources), file=sys.stderr)
    for item in manifests.ignored:
        if item.could_change_verdict:
            print(f"{item.file}:{item.line}: warning: {item.reason}", file=sys.stderr)
    answered = len(manifests.refused_pods) if refused_pods else 0
    if len(manifests.rejected) > answered and not args.keep_going:
        count = len(manifests.rejected)
        them = "it" if count == 1 else "them"
        raise InputError(
            f"The API server would refuse {count} object{'s' * (count > 1)} (see above), so there is no answer. "
            f"Mend {them}, or leave {them} out with --keep-going."
        )
    return replace(manifests, ignored=manifests.ignored + manifests.rejected)


def ignored_object(item: Ignored) -> dict[str, Any]:
    """Return something ignored as the contract shows it; what is not known is null."""
    return {
        "file": item.file,
        "document": item.document,
        "line": item.line,
        "apiVersion": item.api_version or None,
        "kind": item.kind or None,
        "name": item.name or None,
        "reason": item.reason,
        "could_change_verdict": item.could_change_verdict,
    }
