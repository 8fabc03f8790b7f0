"""``autograder can``: may this container do that, and would it succeed?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from autograder.manifests.limits import InputError

from . import options
from .effective import contexts_of
from .problems_text import printable
from .security_options import add_security_options, surroundings_of
from .terminal import Role, Terminal, entries, paragraph, terminal

if TYPE_CHECKING:
    from autograder.security import Context
    from autograder.security.can import Answer

HELP = "may a container do that, and which layer decides?"

EXAMPLES = """\
examples:
  autograder can pod.yaml api syscall mount           seccomp, capability and AppArmor in turn
  autograder can pod.yaml api syscall clone 0=0x11    with an argument; they count from 0
  autograder can pod.yaml api write /tmp/report       permissions, read-only mounts and SELinux
  autograder can pod.yaml api read /etc/shop/key
  autograder can pod.yaml shop/api/migrate bind 80    a container of a Pod of a namespace
  autograder can pod.yaml api setuid                  would a setuid program become root?
"""
_ACTIONS: Final = ("syscall", "read", "write", "bind", "setuid")
_MARKS: Final = {True: "✓", False: "✗", None: "?"}
_ROLES: Final[dict[str, Role]] = {"allowed": "good", "denied": "bad", "unknown": "open"}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "can",
        help=HELP,
        description=HELP,
        usage="autograder can PATH… CONTAINER ACTION… [options]",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "words",
        metavar="PATH… CONTAINER ACTION…",
        nargs="+",
        help="manifests, a container's name (or POD/NAME, or NAMESPACE/POD/NAME), and one of: "
        "syscall NAME [ARG=VALUE…], read PATH, write PATH, bind PORT, setuid",
    )
    options.add_input_options(parser, paths=False)
    add_security_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the answer and return the exit status. Raises InputError for what cannot be read or understood."""
    paths, name, action, operands = _words(args.words)
    around = surroundings_of(args)
    manifests = options.load(args, paths, refused_pods=True)
    context = _named(name, list(contexts_of(manifests, around)))
    from autograder.security import can

    try:
        answer = can.ask(context, [action, *operands])
    except ValueError as error:
        raise InputError(str(error)) from error
    if args.output == "json":
        ignored = [options.ignored_object(item) for item in manifests.ignored]
        print(json.dumps(_document(context, answer, ignored), ensure_ascii=False, indent=1))
        return 0
    for line in _lines(context, " ".join([action, *operands]), answer, terminal()):
        print(line)
    return 0


def _words(words: list[str]) -> tuple[list[str], str, str, list[str]]:
    """Return paths, container, action and what the action is about. The first word that can be an action is it."""
    at = next((index for index, word in enumerate(words) if word in _ACTIONS and index >= 2), None)
    if at is None:
        raise InputError(
            f"say what the container would do: {', '.join(_ACTIONS)}. For example: autograder can pod.yaml api bind 80"
        )
    return words[: at - 1], words[at - 1], words[at], words[at + 1 :]


def _named(name: str, contexts: list[Context]) -> Context:
    def names(context: Context) -> tuple[str, ...]:
        pod, container = context.pod, context.container.name
        return container, f"{pod.name}/{container}", f"{pod.namespace}/{pod.name}/{container}"

    found = [context for context in contexts if name in names(context)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(names(context)[2] for context in (found or contexts)[:10]) or "none"
    if found:
        raise InputError(f"several containers are called {name}: {listed}. Name one of them in full.")
    raise InputError(f"there is no container {name}. There are: {listed}.")


def _document(context: Context, answer: Answer, ignored: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": 1,
        "pod": f"{context.pod.namespace}/{context.pod.name}",
        "container": context.container.name,
        "verdict": answer.verdict,
        "decided_by": answer.decided_by,
        "errno": answer.errno or None,
        "chain": [
            {"layer": link.layer, "ok": link.ok, "why": link.why, "errno": link.errno or None} for link in answer.chain
        ],
        "ignored": ignored,
    }


def _lines(context: Context, question: str, answer: Answer, out: Terminal) -> Iterator[str]:
    pod = context.pod
    errno = f" ({answer.errno})" if answer.errno else ""
    head = printable(f"{pod.namespace}/{pod.name}/{context.container.name}: {question}:")
    said = answer.verdict + errno
    *above, last = entries([*head.split(" "), said], out.width, " ")
    yield from above
    yield last.removesuffix(said) + out.paint(said, _ROLES[answer.verdict])
    for link in answer.chain:
        text = printable(f"{_MARKS[link.ok]} {link.layer}: {link.why}")
        yield from paragraph(text, out.width, "  ", "    ")
    if context.starts.ok is False:
        for line in f"The container does not start: {context.starts.message}".splitlines():
            print(printable(line), file=sys.stderr)
