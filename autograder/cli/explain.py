"""``autograder explain``: why may one end open a connection to another, or why not?"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograder.manifests.limits import InputError
from autograder.network import explanation
from autograder.network.lookup import UnknownEndpointError, find
from autograder.network.ports import PROTOCOLS

from . import options
from .network_options import add_network_options, cluster_of, port_or_name, reading_of, result_of
from .terminal import Role, Terminal, paragraph, terminal

if TYPE_CHECKING:
    from autograder.network.explanation import End, Explanation, PolicyTrace

HELP = "why is a connection allowed, denied or undefined?"

EXAMPLES = """\
examples:
  autograder explain manifests/ --from shop/web --to data/db --port 5432
  autograder explain manifests/ --from 203.0.113.7 --to shop/web --port http
  autograder explain world.yaml answer.yaml --from api --to cache --port 6379 -o json
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "explain",
        help=HELP,
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_network_options(parser, beliefs=False)
    parser.add_argument(
        "--from", dest="source", required=True, metavar="X", help="who connects: namespace/name, name or IP address"
    )
    parser.add_argument(
        "--to", dest="destination", required=True, metavar="Y", help="to whom: namespace/name, name or IP address"
    )
    parser.add_argument(
        "--port",
        required=True,
        type=port_or_name,
        metavar="N|NAME",
        help="the destination's port, a number or its name",
    )
    parser.add_argument("--protocol", choices=PROTOCOLS, default=PROTOCOLS[0], help="default TCP")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the explanation and return the exit status. Raises InputError for what cannot be read or found."""
    reading = reading_of(args)
    cluster, ignored = cluster_of(options.load(args), reading)
    result = result_of(cluster, reading)
    try:
        source, source_address = find(result, args.source, args.namespace)
        destination, destination_address = find(result, args.destination, args.namespace)
        if source.is_range and destination.is_range:
            raise InputError(
                "Both ends are outside the cluster, and no NetworkPolicy says anything about that. Name a Pod for one."
            )
        found = explanation.explain(
            result,
            source.id,
            destination.id,
            args.port,
            args.protocol,
            source_address=source_address,
            destination_address=destination_address,
        )
    except (UnknownEndpointError, ValueError) as error:
        raise InputError(str(error)) from error
    if args.output == "json":
        sys.stdout.write(json.dumps(explanation_object(found, ignored), indent=1, ensure_ascii=False) + "\n")
    else:
        for line in text_lines(found, terminal(), source_address, destination_address):
            sys.stdout.write(f"{line}\n")
    return 0


def explanation_object(found: Explanation, ignored: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the explanation as the contract shows it."""
    return {
        "version": 1,
        "from": found.source.id,
        "to": found.destination.id,
        "protocol": found.protocol,
        "port": found.port,
        "verdict": found.verdict,
        "reason": found.reason,
        "egress": _end(found.egress),
        "ingress": _end(found.ingress),
        "implementations": [
            {"profile": opinion.profile, "title": opinion.title, "verdict": opinion.verdict, "notes": opinion.notes}
            for opinion in found.opinions
        ],
        "ignored": ignored,
    }


def _end(end: End) -> dict[str, Any]:
    nearest = None
    if end.nearest is not None:
        edit = end.nearest.edit
        nearest = {
            **_place(end.nearest.trace),
            "failed": [condition.text for condition in end.nearest.failed],
            "edit": {"path": list(edit.path), "old": edit.old, "new": edit.new},
        }
    return {
        "isolated": end.isolated,
        "verdict": end.verdict,
        "reason": end.reason,
        "policies": [
            {
                **_place(trace),
                "matched": trace.matched,
                "why": [condition.text for condition in (*trace.rule.peer, *trace.rule.port)] if trace.rule else [],
            }
            for trace in end.policies
        ],
        "nearest": nearest,
    }


def _place(trace: PolicyTrace) -> dict[str, Any]:
    return {
        "policy": trace.name,
        "file": trace.file,
        "line": trace.line,
        "rule": trace.rule.index if trace.rule is not None else None,
    }


_ROLES: dict[str, Role] = {"allowed": "good", "denied": "bad", "undefined": "open"}


def text_lines(
    found: Explanation, on: Terminal, source_address: str | None = None, destination_address: str | None = None
) -> Iterator[str]:
    """Yield the explanation as paragraphs, then the edits that would open the flow, then the rules that decide.

    The addresses are those that were asked for, where an end is a range of outside addresses.
    """
    heading = f"{_heading(found, source_address, destination_address)}: "
    if len(heading) + len(found.verdict) + 1 > on.width:
        yield from paragraph(f"{heading}{found.verdict}.", on.width, hanging="  ")
    else:
        yield f"{heading}{on.paint(found.verdict, _ROLES[found.verdict])}."
    yield ""
    yield from paragraph(found.reason, on.width, "  ")
    ends = (found.egress, found.ingress)
    for end in ends:
        if found.verdict == "denied" and end.nearest is not None:
            yield ""
            yield from _edit_lines(end, on.width)
    if found.opinions:
        yield ""
        yield "  What CNI plugins do:"
        yield from _opinion_lines(found, on.width)
    places = [(end, trace) for end in ends for trace in end.policies]
    if places:
        yield ""
        yield "  Policies that select either end:"
        for end, trace in places:
            yield from paragraph(_place_text(end, trace), on.width, "    ", "      ")


def _heading(found: Explanation, source_address: str | None, destination_address: str | None) -> str:
    source, destination = source_address or found.source.id, destination_address or found.destination.id
    if found.source.id == found.destination.id:
        destination = f"another replica of {source}" if found.source.meets_itself else "itself"
    return f"{source} → {destination} {found.protocol} {found.port}"


def _place_text(end: End, trace: PolicyTrace) -> str:
    where = f"{trace.file}:{trace.line}  " if trace.file is not None else ""
    direction = end.direction.lower()
    if trace.rule is None:
        return f"{where}{trace.name}, no {direction} rule"
    says = "matches" if trace.matched else "does not match"
    return f"{where}{trace.name}, {direction} rule {trace.rule.index + 1}: {says}"


def _opinion_lines(found: Explanation, width: int) -> Iterator[str]:
    """Yield what the plugins do, those that do the same together."""
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    for opinion in found.opinions:
        same[opinion.verdict, opinion.notes].append(opinion.title)
    for (verdict, notes), titles in same.items():
        says = "not known either" if verdict == "undefined" else verdict
        yield from paragraph(f"{', '.join(titles)}: {says}. {notes}".rstrip(), width, "    ", "      ")


def _edit_lines(end: End, width: int) -> Iterator[str]:
    nearest = end.nearest
    assert nearest is not None  # noqa: S101 - checked by the caller
    path, name = nearest.edit.path, str(nearest.edit.path[-1])
    added = nearest.edit.new[len(nearest.edit.old or []) :]
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[:-1]).lstrip(".")
    file = f" ({nearest.trace.file}:{nearest.trace.line})" if nearest.trace.file is not None else ""
    head = f"To open {end.direction.lower()}, add to {nearest.trace.name}{file}, under {where}:"
    yield from paragraph(head, width, "  ")
    yield f"    {name}:"
    yield from _yaml(added, 4)


def _yaml(items: list[Any], indent: int) -> list[str]:
    """Return a list as block YAML. JSON scalars are YAML scalars, so nothing else is needed."""
    lines = []
    for item in items:
        inner = _mapping(item, indent + 2)
        lines.append(f"{' ' * indent}- {inner[0].lstrip()}" if inner else f"{' ' * indent}- {{}}")
        lines += inner[1:]
    return lines


def _mapping(value: dict[str, Any], indent: int) -> list[str]:
    lines: list[str] = []
    for key, inner in value.items():
        pad = " " * indent
        if isinstance(inner, dict) and inner:
            lines += [f"{pad}{key}:", *_mapping(inner, indent + 2)]
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            lines += [f"{pad}{key}:", *_yaml(inner, indent)]
        else:
            lines.append(f"{pad}{key}: {_scalar(inner)}")
    return lines


def _scalar(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    plain = isinstance(value, str) and value and value.replace("-", "").replace(".", "").replace("/", "").isalnum()
    return value if plain and not value[0].isdigit() and value.lower() not in _WORDS else text


_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
"""Words that YAML readers take for something else than text."""
