"""``autograder diff``: what does a change open and close?"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from autograder.network.comparison import compare

from . import options
from .matrix_json import connection_object, endpoint_object
from .matrix_text import shortened, terminal_width
from .network_options import add_network_options, cluster_of, pod_cidrs_of, semantics_of

if TYPE_CHECKING:
    from autograder.network.comparison import Difference, Flow
    from autograder.network.reachability import Connection

HELP = "what does a change open and close?"

EXAMPLES = """\
examples:
  autograder diff before/ after/
  autograder diff <(git show HEAD:policies.yaml) policies.yaml -o json

Exit status: 0 equivalent, 1 something differs, 2 it could not be carried out.
"""

_MOST = 20


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "diff", help=HELP, description=HELP, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", metavar="OLD", help="file, folder or - for standard input")
    parser.add_argument("new", metavar="NEW", help="file, folder or -")
    add_network_options(parser, paths=False)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the difference and return the exit status. Raises InputError for manifests that cannot be read."""
    old, ignored_old = cluster_of(options.load(args, [args.old]), args)
    new, ignored_new = cluster_of(options.load(args, [args.new]), args)
    found = compare(old, new, semantics_of(args), pod_cidrs=pod_cidrs_of(args))
    if args.output == "json":
        document = difference_object(found, ignored_old + ignored_new)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(text_lines(found, terminal_width())) + "\n")
    return 0 if found.equivalent else 1


def difference_object(found: Difference, ignored: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the difference as the contract shows it."""
    witness = None
    if found.witness is not None:
        beside = found.witness.beside
        witness = {
            **_flow(found.witness.flow),
            "because": found.witness.because,
            "beside": _flow(beside) if beside is not None else None,
        }
    return {
        "version": 1,
        "equivalent": found.equivalent,
        "added": [connection_object(item) for item in found.added()],
        "removed": [connection_object(item) for item in found.removed()],
        "undefined": [{**connection_object(item), "reason": "changed"} for item in found.undefined()],
        "endpoints": {
            "only_old": [endpoint_object(endpoint) for endpoint in found.only_old],
            "only_new": [endpoint_object(endpoint) for endpoint in found.only_new],
        },
        "witness": witness,
        "ignored": ignored,
    }


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "from": flow.source.id,
        "to": flow.destination.id,
        "protocol": flow.protocol,
        "port": flow.port,
        "old": flow.old,
        "new": flow.new,
    }


def text_lines(found: Difference, width: int) -> Iterator[str]:
    """Yield the difference for people: the telling flow first, then what opened and what closed."""
    if found.equivalent:
        yield f"Equivalent: the same verdict on every flow between {len(found.endpoints):,} endpoints."
        return
    if found.witness is not None:
        flow = found.witness.flow
        yield f"{flow.source.id} → {flow.destination.id} {flow.protocol} {flow.port}: was {flow.old}, is {flow.new}."
        yield from textwrap.wrap(found.witness.because, width, initial_indent="  ", subsequent_indent="  ")
        beside = found.witness.beside
        if beside is not None:
            yield f"  Unchanged beside it: {beside.source.id} → {beside.destination.id} {beside.protocol} {beside.port} is {beside.new}."
        yield ""
    yield from _section("opened", "+", found.added(), width)
    yield from _section("closed", "-", found.removed(), width)
    yield from _section("undefined on one side", "?", found.undefined(), width)
    for title, endpoints in (("only in OLD", found.only_old), ("only in NEW", found.only_new)):
        if endpoints:
            names = ", ".join(endpoint.id for endpoint in endpoints[:_MOST])
            more = f" and {len(endpoints) - _MOST} more" if len(endpoints) > _MOST else ""
            yield f"{title}: {names}{more}"


def _section(title: str, sign: str, connections: Iterable[Connection], width: int) -> Iterator[str]:
    connections = iter(connections)
    shown = list(islice(connections, _MOST))
    if not shown:
        return
    yield f"{title}:"
    for item in shown:
        yield shortened(f"  {sign} {_names(item.sources)} → {_names(item.destinations)}: {item.ports}", width)
    rest = sum(1 for _ in connections)
    if rest:
        yield f"    and {rest:,} more; -o json lists all"


def _names(endpoints: tuple[Any, ...]) -> str:
    names = [endpoint.id for endpoint in endpoints[:3]]
    return ", ".join(names) + (f" and {len(endpoints) - 3} more" if len(endpoints) > 3 else "")  # noqa: PLR2004
