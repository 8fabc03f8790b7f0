"""``autograder reach``: who can talk to whom?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from autograder.manifests.limits import InputError
from autograder.network.ports import PROTOCOLS

from . import matrix_json, matrix_text, options
from .network_options import add_network_options, cluster_of, port_number, reading_of, result_of

if TYPE_CHECKING:
    from autograder.network import Reachability

HELP = "who can talk to whom, on which ports?"

EXAMPLES = """\
examples:
  autograder reach manifests/                        every pair, every port
  autograder reach manifests/ --port 5432            who reaches whom on TCP 5432
  autograder reach world.yaml answer.yaml -o json    the same for a program
  autograder reach manifests/ -o svg > shop.svg      a picture (svg, mermaid or dot)
  autograder reach manifests/ --semantics policies-intersect
                                                     what somebody would expect who believes that
"""

PICTURES = ("dot", "mermaid", "svg")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "reach",
        help=HELP,
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_network_options(parser, outputs=("text", "json", *PICTURES))
    parser.add_argument("--port", type=port_number, metavar="N", help="judge one destination port only")
    parser.add_argument("--protocol", choices=PROTOCOLS, help="the protocol of --port (default TCP)")
    parser.add_argument(
        "--by", choices=("pod", "workload"), default="pod", help="show every Pod, or the like Pods of a workload as one"
    )
    parser.add_argument("--expand", action="store_true", help="JSON: one pair an entry")
    parser.add_argument("--summary", action="store_true", help="counts only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the matrix and return the exit status. Raises InputError for manifests that cannot be read."""
    _refuse_what_does_not_go_together(args)
    reading = reading_of(args)
    cluster, ignored = cluster_of(options.load(args), reading)
    result = result_of(cluster, reading)
    if args.by == "workload":
        result = result.by_workload()
    port = (args.protocol or PROTOCOLS[0], args.port) if args.port is not None else None
    if args.output in PICTURES:
        _picture(args, result, port)
    elif args.summary:
        _summary(args, result, ignored)
    elif args.output == "json":
        for piece in matrix_json.document(result, ignored, expand=args.expand, port=port):
            sys.stdout.write(piece)
    else:
        matrix_text.write(matrix_text.lines(result, port=port))
    return 0


def _refuse_what_does_not_go_together(args: argparse.Namespace) -> None:
    """Raise InputError for an option that would have no effect beside another."""
    if args.protocol and args.port is None:
        raise InputError(
            f"--protocol {args.protocol} goes with --port. Without a port the answer holds every protocol."
        )
    if args.summary and (args.port is not None or args.expand or args.output in PICTURES):
        raise InputError(
            "--summary counts pairs over all ports. It goes with -o text and -o json, not with other views."
        )
    if args.expand and args.output != "json":
        raise InputError("--expand gives every pair an entry of its own in JSON. Add -o json.")


def _picture(args: argparse.Namespace, result: Reachability, port: tuple[str, int] | None) -> None:
    from autograder import pictures

    draw = {"dot": pictures.dot, "mermaid": pictures.mermaid, "svg": pictures.svg}[args.output]
    title = "Who can talk to whom"
    if port is not None:
        title += f" on {port[0]} {port[1]}"
    if args.semantics or args.profile:
        title += f", {'as understood under' if args.semantics else 'with'} {args.semantics or args.profile}"
    sys.stdout.write(draw(result, title=title, port=port))


def _summary(args: argparse.Namespace, result: Reachability, ignored: list[dict[str, object]]) -> None:
    summary = result.summary()
    counts = {
        "pairs": summary.pairs,
        "open": summary.open,
        "partly": summary.partly,
        "closed": summary.closed,
        "undefined": summary.undefined,
        "classes": summary.classes,
    }
    if args.output == "json":
        sys.stdout.write(json.dumps({"version": 1, **counts, "ignored": ignored}, ensure_ascii=False) + "\n")
        return
    share = 100 / summary.pairs if summary.pairs else 0
    for name, meaning in (("open", "every port"), ("partly", "some ports"), ("closed", "no port")):
        sys.stdout.write(f"{name:<10}{counts[name]:>10,} {counts[name] * share:5.1f} % {meaning}\n")
    sys.stdout.write(f"{'undefined':<10}{summary.undefined:>10,}  among them\n")
    sys.stdout.write(f"{'pairs':<10}{summary.pairs:>10,}  of {summary.classes:,} kinds\n")
