"""``autograder validate``: would the API server take it?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from . import options
from .problems_text import Sources, printable, problem_text

if TYPE_CHECKING:
    from autograder.manifests.load import Ignored, Manifests
    from autograder.manifests.problems import Problem

HELP = "would the API server take these manifests?"

EXAMPLES = """\
examples:
  autograder validate policy.yaml              every problem with its line
  autograder validate manifests/ -n shop       a folder; objects without a namespace live in shop
  kubectl get netpol -A -o yaml | autograder validate -
  autograder validate policy.yaml -o json      the same for a program

Exit status: 0 the API server would take everything, 1 it would not, 2 something could not be read.
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "validate", help=HELP, description=HELP, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_input_options(parser, judges_input=True)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what is wrong and return the exit status. Raises InputError for what cannot be read."""
    from autograder.manifests.files import read_sources
    from autograder.manifests.load import load_sources

    how = options.read_options(args)
    sources = Sources(read_sources(args.paths, how.limits))
    manifests = load_sources(sources, how)
    if args.output == "json":
        print(json.dumps(document(manifests), ensure_ascii=False, indent=1))
    else:
        _print(manifests, sources)
    return status(manifests)


def status(manifests: Manifests) -> int:
    """Return 0 when everything would be taken, 1 when something would not, 2 when a limit left that open."""
    if any(problem.type == "Limit exceeded" for problem in manifests.problems):
        return 2
    return 1 if manifests.errors else 0


def document(manifests: Manifests) -> dict[str, Any]:
    """Return the answer of the command as the contract has it."""
    return {
        "version": 1,
        "problems": [problem_object(problem) for problem in manifests.problems],
        "ignored": [options.ignored_object(item) for item in manifests.ignored],
    }


def problem_object(problem: Problem) -> dict[str, Any]:
    """Return a problem as the contract has it."""
    return {
        "file": problem.file,
        "document": problem.document,
        "line": problem.position.line,
        "column": problem.position.column,
        "object": problem.object,
        "severity": problem.severity,
        "code": problem.code,
        "stage": problem.stage,
        "path": problem.path,
        "type": problem.type,
        "detail": problem.detail,
        "message": problem.message,
    }


def _print(manifests: Manifests, sources: Sources) -> None:
    for problem in manifests.problems:
        print(problem_text(problem, sources))
    for item in manifests.ignored:
        print(f"{item.file}:{item.line}  {'warning' if item.could_change_verdict else 'ignored'}  {_about(item)}")
    print(_summary(manifests), file=sys.stderr)


def _about(item: Ignored) -> str:
    name = f" {item.name}" if item.name else ""
    return printable(f"{item.kind or 'document'}{name}: {item.reason}")


def _summary(manifests: Manifests) -> str:
    """Return the answer in a sentence."""
    taken = len(manifests.objects)
    refused = len(manifests.rejected)
    if not taken and not refused:
        return "There is no object here that is evaluated."
    if not refused:
        return f"The API server would take {'it' if taken == 1 else f'all {taken} objects'}."
    return f"The API server would refuse {refused} of {taken + refused} objects."
