"""``autograder diff``: what does a change open and close?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from autograder.network.comparison import compare
from autograder.pictures.words import compact

from . import options
from .matrix_json import connection_object, endpoint_object
from .network_options import add_network_options, cluster_of, pod_cidrs_of, semantics_of
from .terminal import Role, Terminal, listed, paragraph, terminal

if TYPE_CHECKING:
    from autograder.network import Endpoint
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
_MOST_NAMES = 4


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
        yield from paragraph(found.witness.because, on.width, "  ")
        if beside is not None:
            yield from paragraph(f"Unchanged beside it: {_flow_text(beside)} is {beside.new}.", on.width, "  ")
    yield from _section("Opened:", "+", "good", found.added(), on)
    yield from _section("Closed:", "-", "bad", found.removed(), on)
    yield from _section("Undefined before or now, and not both times:", "?", "open", found.undefined(), on)
    for title, endpoints in (("Only in OLD:", found.only_old), ("Only in NEW:", found.only_new)):
        if endpoints:
            yield ""
            yield from listed(title, [endpoint.id for endpoint in endpoints], on.width)


def _flow_text(flow: Flow) -> str:
    to = "itself" if flow.source.id == flow.destination.id and not flow.source.meets_itself else flow.destination.id
    if flow.source.id == flow.destination.id and flow.source.meets_itself:
        to = f"another replica of {flow.source.id}"
    return f"{flow.source.id} → {to} {flow.protocol} {flow.port}"


def _section(title: str, sign: str, role: Role, connections: Iterable[Connection], on: Terminal) -> Iterator[str]:
    """Yield what changed in one way, a connection after the other, at most `_MOST` of them."""
    connections = iter(connections)
    shown = list(islice(connections, _MOST))
    if not shown:
        return
    yield ""
    yield title
    for item in shown:
        ports = compact(item.ports)
        text = paragraph(
            f"{sign} {ports} from {_names(item.sources)} to {_names(item.destinations)}", on.width, "  ", "      "
        )
        yield f"  {on.paint(sign, role)}{text[0][3:]}"
        yield from text[1:]
    rest = sum(1 for _ in connections)
    if rest:
        yield f"  and {rest:,} more; -o json lists all"


def _names(endpoints: tuple[Endpoint, ...]) -> str:
    """Return a few names, and how many more there are."""
    names = [endpoint.id for endpoint in endpoints]
    if len(names) > _MOST_NAMES + 1:
        names = [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES:,} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
