"""``autograder standards``: which level of the Pod Security Standards does a Pod pass?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.manifests.limits import InputError
from autograder.security.standards import LATEST, LEVELS, Judgement, Level, Violation, policy_minor
from autograder.security.standards.admission import Admission, LevelVersion, Policy, admit, policy_of

from . import options
from .problems_text import printable
from .terminal import Role, Terminal, paragraph, terminal

if TYPE_CHECKING:
    from autograder.manifests.load import Manifests
    from autograder.manifests.objects import Pod
    from autograder.security.semantics import Semantics
    from autograder.security.standards.fixing import Fix

HELP = "which level of the Pod Security Standards does a Pod pass?"

EXAMPLES = """\
examples:
  autograder standards manifests/                      the level of every Pod and workload
  autograder standards manifests/ --level restricted   status 1 unless all of them pass
  autograder standards pod.yaml --fix > fix.patch      the smallest edit to restricted, as a patch
  autograder standards pod.yaml --version v1.30        by the rules of an older policy version

Namespaces among the manifests say by their labels what is enforced.
Exit status: 0 every Pod passes --level (or none was asked for), 1 not every Pod does, 2 it could not be carried out.
"""


@dataclass(frozen=True)
class Answer:
    """What is said about one Pod or workload."""

    pod: Pod
    level: Level
    admission: Admission
    enforced: LevelVersion | None
    """What the namespace enforces, if the input says so. Of a workload that is about its Pods."""
    violations: tuple[Violation, ...]
    """What keeps it from the level in question."""
    fix: Fix | None = None


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "standards",
        help=HELP,
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_input_options(parser)
    parser.add_argument("--level", choices=LEVELS[1:], help="the level that every Pod must pass")
    parser.add_argument(
        "--version", metavar="V", default=LATEST, help="the policy version, such as v1.30 (default %(default)s)"
    )
    parser.add_argument("--fix", action="store_true", help="print the smallest edit to the level as a patch")
    parser.add_argument("--semantics", metavar="ID", help="judge as somebody would who holds this misconception")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the levels and return the exit status. Raises InputError for what cannot be read."""
    minor = options.read_options(args).minor
    try:
        policy_minor(args.version, minor)
    except ValueError as error:
        raise InputError(f"--version: {error}") from error
    semantics = _semantics(args.semantics)
    manifests = options.load(args)
    if not manifests.pods:
        print("There is no Pod and no workload here.", file=sys.stderr)
    answers = [*_answers(manifests, args, minor, semantics)]
    if args.output == "json":
        print(json.dumps(_document(answers, manifests), ensure_ascii=False, indent=1))
    elif args.fix:
        _print_patches(answers, args.level or "restricted")
    else:
        for line in _lines(answers, args, terminal()):
            print(line)
    return 1 if args.level and any(answer.violations for answer in answers) else 0


def _semantics(name: str | None) -> Semantics:
    from autograder.security.semantics import KUBERNETES

    if name is None:
        return KUBERNETES
    from autograder.misconceptions import semantics

    try:
        return semantics(name, "security")
    except ValueError as error:
        raise InputError(f"--semantics: {error}") from error


def _answers(manifests: Manifests, args: argparse.Namespace, minor: int, semantics: Semantics) -> Iterator[Answer]:
    labels: Mapping[str, Mapping[str, str]] = {each.name: each.labels for each in manifests.namespaces}
    policies = {name: policy_of(written) for name, written in labels.items()}
    for name, (_, wrong) in policies.items():
        for sentence in wrong:
            print(f'The Namespace "{name}" is invalid: {sentence}', file=sys.stderr)
    wanted: Level = args.level or "restricted"
    asked = Policy(enforce=LevelVersion(args.level, args.version)) if args.level else Policy()
    for pod in manifests.pods:
        stated = any(label.startswith("pod-security.kubernetes.io/") for label in labels.get(pod.namespace, ()))
        policy = policies[pod.namespace][0] if stated else asked
        judgement = Judgement(pod, minor=minor, semantics=semantics)
        yield Answer(
            pod,
            judgement.level(args.version),
            admit(pod, policy, judgement=judgement),
            policy.enforce if stated else None,
            judgement.violations(wanted, args.version),
            _fix(pod, wanted, args.version, minor) if args.fix else None,
        )


def _fix(pod: Pod, level: Level, version: str, minor: int) -> Fix | None:
    from autograder.security.standards.fixing import fix

    return fix(pod, level, version, minor=minor)


# -- JSON --------------------------------------------------------------------------------------------------------------


def _document(answers: list[Answer], manifests: Manifests) -> dict[str, Any]:
    return {
        "version": 1,
        "pods": [_object(answer) for answer in answers],
        "ignored": [options.ignored_object(item) for item in manifests.ignored],
    }


def _object(answer: Answer) -> dict[str, Any]:
    admission = answer.admission
    return {
        **_place(answer.pod),
        "object": _title(answer.pod),
        "level": answer.level,
        "allowed": admission.allowed,
        "message": admission.message or admission.pods,
        "enforced_by": None if answer.enforced is None else str(answer.enforced),
        "warnings": list(admission.warnings),
        "violations": [
            {
                "check": found.check,
                "level": found.level,
                "reason": found.reason,
                "detail": found.detail,
                "lines": _at(answer.pod, found),
            }
            for found in answer.violations
        ],
        "fix": None if answer.fix is None else answer.fix.to_json(),
    }


def _place(pod: Pod) -> dict[str, Any]:
    return {"file": pod.source.file, "line": pod.source.line} if pod.source else {}


def _title(pod: Pod) -> str:
    return f"{pod.kind} {pod.namespace}/{pod.name}"


def _at(pod: Pod, violation: Violation) -> list[int]:
    if pod.source is None:
        return []
    return sorted({pod.source.locate(place).line for place in violation.places})


# -- text --------------------------------------------------------------------------------------------------------------


def _lines(answers: list[Answer], args: argparse.Namespace, out: Terminal) -> Iterator[str]:
    wanted = args.level or "restricted"
    for number, answer in enumerate(answers):
        if number:
            yield ""
        place = f" ({answer.pod.source.file}:{answer.pod.source.line})" if answer.pod.source else ""
        mark: Role = "good" if not answer.violations else "bad" if answer.level == "privileged" else "open"
        *above, last = paragraph(printable(f"{_title(answer.pod)}{place}: {answer.level}"), out.width, "", "    ")
        yield from above
        yield last.removesuffix(answer.level) + out.paint(answer.level, mark)
        if answer.violations:
            yield from paragraph(f"What keeps it from {wanted} ({args.version}):", out.width, "  ", "    ")
        for found in answer.violations:
            lines = _at(answer.pod, found)
            where = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}: " if lines else ""
            yield from paragraph(printable(f"{where}{found}"), out.width, "    - ", "      ")
        yield from _admission_lines(answer, out)


def _admission_lines(answer: Answer, out: Terminal) -> Iterator[str]:
    """Yield what the API server says, where the namespace asks for something."""
    admission = answer.admission
    if answer.enforced is None:
        return
    if not admission.allowed:
        yield from paragraph(
            printable(f"The API server refuses it (403): {admission.message}"), out.width, "  ", "    "
        )
    elif admission.pods:
        text = f"The API server takes it, and refuses its Pods: {admission.pods}"
        yield from paragraph(printable(text), out.width, "  ", "    ")
    for warning in admission.warnings:
        yield from paragraph(printable(f"Warning: {warning}"), out.width, "  ", "    ")


def _print_patches(answers: list[Answer], level: Level) -> None:
    """Print the patches to standard output, and all else to standard error: ``… --fix | patch -p1`` works."""
    for answer in answers:
        title = _title(answer.pod)
        if answer.fix is None:
            print(printable(f"{title}: is {level} as it stands."), file=sys.stderr)
            continue
        print(answer.fix.patch, end="")
        count = len(answer.fix.edits)
        print(printable(f"{title}: {count} edit{'s' * (count != 1)} to {level}."), file=sys.stderr)
        for text in (*answer.fix.remaining, *answer.fix.notes):
            print(printable(f"  {text}"), file=sys.stderr)
