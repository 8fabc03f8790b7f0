"""``autograder diff``: what does a change open and close?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from autograder.manifests.limits import InputError
from autograder.network.comparison import compare
from autograder.pictures.naming import Names, some_of
from autograder.pictures.words import compact

from . import options
from .matrix_json import connection_object, endpoint_object, undefined_object
from .network_options import add_network_options, cluster_of, reading_of
from .terminal import Role, Terminal, listed, paragraph, terminal

if TYPE_CHECKING:
    from autograder.network.comparison import Difference, Flow
    from autograder.network.reachability import Connection

HELP = "what does a change open and close?"

EXAMPLES = """\
examples:
  autograder diff before/ after/
  autograder diff before.yaml after.yaml --world pods.yaml
                                             policies alone need the Pods they are about
  git show HEAD:shop.yaml | autograder diff - shop.yaml -o json

Exit status: 0 equivalent, 1 something differs, 2 it could not be carried out.
"""

_MOST = 20
_MOST_NAMES = 4


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "diff",
        help=HELP,
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("old", metavar="OLD", help="file, folder or - for standard input")
    parser.add_argument("new", metavar="NEW", help="file, folder or -")
    parser.add_argument(
        "--world",
        metavar="PATH",
        action="append",
        default=[],
        help="manifests that belong to both sides, such as Namespaces and Pods; repeatable",
    )
    add_network_options(parser, paths=False)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the difference and return the exit status. Raises InputError for manifests that cannot be read."""
    if [args.old, args.new, *args.world].count("-") > 1:
        raise InputError("Standard input can be read once. Give - for one of OLD, NEW and --world only.")
    reading = reading_of(args)
    old, ignored_old = cluster_of(options.load(args, [*args.world, args.old]), reading)
    new, ignored_new = cluster_of(options.load(args, [*args.world, args.new]), reading)
    if not old.pods and not new.pods and (old.policies or new.policies):
        # Equal because empty would be a proof of nothing.
        raise InputError("Neither side holds a Pod or a workload, so no policy can differ. Give the Pods with --world.")
    found = compare(old, new, reading.semantics, pod_cidrs=reading.pod_cidrs)
    if args.output == "json":
        document = difference_object(found, ignored_old + ignored_new)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        for line in text_lines(found, terminal()):
            sys.stdout.write(f"{line}\n")
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
        "undefined": [undefined_object(item, "changed") for item in found.undefined()],
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


def text_lines(found: Difference, on: Terminal) -> Iterator[str]:
    """Yield the difference for people: the telling flow first, then what opened and what closed."""
    if found.equivalent:
        count = len(found.endpoints)
        yield from paragraph(f"Equivalent: the same verdict on every flow between {count:,} endpoints.", on.width)
        return
    if found.witness is not None:
        flow, beside = found.witness.flow, found.witness.beside
        head = f"{_flow_text(flow)}: was {flow.old}, is {flow.new}."
        yield from (on.paint(line, "head") for line in paragraph(head, on.width, hanging="  "))
        if found.witness.because:
            yield from paragraph(found.witness.because, on.width, "  ")
        if beside is not None:
            yield from paragraph(f"Unchanged beside it: {_flow_text(beside)} is {beside.new}.", on.width, "  ")
    names = Names(found.endpoints)
    yield from _section("Opened:", "+", "good", found.added(), names, on)
    yield from _section("Closed:", "-", "bad", found.removed(), names, on)
    yield from _section("Undefined on one side only:", "?", "open", found.undefined(), names, on)
    for title, endpoints in (("Only in OLD:", found.only_old), ("Only in NEW:", found.only_new)):
        if endpoints:
            yield ""
            yield from listed(title, Names(endpoints).of(endpoints), on.width)


def _flow_text(flow: Flow) -> str:
    to = "itself" if flow.source.id == flow.destination.id and not flow.source.meets_itself else flow.destination.id
    if flow.source.id == flow.destination.id and flow.source.meets_itself:
        to = f"another replica of {flow.source.id}"
    return f"{flow.source.id} → {to} {flow.protocol} {flow.port}"


def _section(
    title: str, sign: str, role: Role, connections: Iterable[Connection], names: Names, on: Terminal
) -> Iterator[str]:
    """Yield what changed in one way, a connection after the other, at most `_MOST` of them."""
    connections = iter(connections)
    shown = list(islice(connections, _MOST))
    if not shown:
        return
    yield ""
    yield title
    for item in shown:
        ends = [some_of(names.of(side), _MOST_NAMES) for side in (item.sources, item.destinations)]
        said = f"{sign} {compact(item.ports)} from {ends[0]} to {ends[1]}"
        text = paragraph(said, on.width, "  ", "      ")
        yield f"  {on.paint(sign, role)}{text[0][3:]}"
        yield from text[1:]
    rest = sum(1 for _ in connections)
    if rest:
        yield f"  and {rest:,} more; -o json lists all"
