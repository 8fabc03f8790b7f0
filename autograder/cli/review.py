"""``autograder review``: is the team's own YAML sound?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, cast

from autograder.manifests.limits import InputError

from . import options
from .rendered import add_no_render, read_rendered
from .security_options import add_security_options, surroundings_of

if TYPE_CHECKING:
    from autograder.exercises.findings import Severity
    from autograder.manifests.load import Manifests
    from autograder.review import Review
    from autograder.review.rendering import Rendered
    from autograder.security.standards.fixing import Fix

HELP = "is the team's own YAML sound?"

DESCRIPTION = """\
Review manifests: who can talk to whom, what is exposed, which rules do not mean
what they seem to, and what each workload may do that it should not. Every
finding names the line, why it matters, and the lesson that teaches it.
A folder with a kustomization or a Helm chart is rendered first.
"""
EXAMPLES = """\
examples:
  autograder review manifests/                            everything, for people
  autograder review overlays/prod --intent flows.yaml     and flows that must and must not be possible
  helm template shop/ | autograder review -               what another program renders
  autograder review manifests/ --baseline .guardrails.json --write-baseline
                                                          accept what there is for now
  autograder review manifests/ -o sarif > review.sarif    for code scanning (json, sarif, junit, markdown)

Accept a finding where it stands:   # pod-guardrails/accept: ID reason
Exit status: 0 nothing as bad as --fail-on, 1 something is, 2 it could not be carried out.
"""

FORMATS = ("text", "json", "sarif", "junit", "markdown")
FAIL_ON = ("error", "warning", "note", "never")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "review",
        help=HELP,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_input_options(parser, judges_input=True, outputs=FORMATS)
    parser.add_argument(
        "--format", dest="output", choices=FORMATS, default=argparse.SUPPRESS, help="the same as --output"
    )
    parser.add_argument("--intent", metavar="FILE", help="flows that must and must not be possible, and other wishes")
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default="error",
        help="from which severity on the exit status is 1 (default %(default)s)",
    )
    parser.add_argument("--baseline", metavar="FILE", help="a file of what is accepted for now")
    parser.add_argument(
        "--write-baseline", action="store_true", help="write what is found now into the file of --baseline"
    )
    parser.add_argument("--fix", action="store_true", help="show the smallest edit to restricted for every workload")
    parser.add_argument("--all", action="store_true", help="text: show every finding of every check")
    add_no_render(parser)
    parser.add_argument(
        "--pod-cidr",
        metavar="CIDR",
        action="append",
        default=[],
        help="where Pods of unknown address may be; repeatable",
    )
    add_security_options(parser, beliefs=False)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the review and return the exit status. Raises InputError for what cannot be read."""
    from autograder.review import baseline, intents, review

    _refuse_what_does_not_go_together(args)
    surroundings = surroundings_of(args)
    asked = intents.read_asked(args.intent) if args.intent else None
    entries = baseline.read_baseline(args.baseline) if args.baseline and not args.write_baseline else ()
    manifests, rendered = _read(args)
    result = review(
        manifests,
        asked=asked,
        accepted=entries,
        baseline_file=args.baseline or "",
        node=surroundings.node,
        images=surroundings.images,
        pod_cidrs=args.pod_cidr,
    )
    if args.write_baseline:
        count = baseline.write_baseline(args.baseline, result.findings)
        print(f"{args.baseline} accepts {count} finding{'s' * (count != 1)} now. Give each a reason.", file=sys.stderr)
        return 0
    severity: Severity | None = None if args.fail_on == "never" else cast("Severity", args.fail_on)
    sys.stdout.write(_written(args, result, rendered, severity))
    return 1 if result.fails(severity) else 0


def _refuse_what_does_not_go_together(args: argparse.Namespace) -> None:
    """Raise InputError for an option that would have no effect beside another, and for no CIDR."""
    from autograder.network.addresses import block

    if args.write_baseline and not args.baseline:
        raise InputError("--write-baseline writes the file that --baseline names. Add --baseline FILE.")
    if args.fix and args.output not in ("text", "json"):
        raise InputError(f"--fix goes with -o text and -o json. Patches have no place in {args.output}.")
    if args.all and args.output != "text":
        raise InputError(f"--all goes with -o text. {args.output} leaves nothing out.")
    for cidr in args.pod_cidr:
        try:
            block(cidr)
        except ValueError as error:
            raise InputError(f"--pod-cidr {cidr}: not a CIDR. Write it like 10.244.0.0/16.") from error


def _read(args: argparse.Namespace) -> tuple[Manifests, list[Rendered]]:
    """Return what the paths mean, and what had to be rendered for it."""
    manifests, rendered = read_rendered(args)
    if not manifests.documents and not manifests.problems:
        print("There is no manifest here.", file=sys.stderr)
    return manifests, rendered


def _written(args: argparse.Namespace, result: Review, rendered: list[Rendered], severity: Severity | None) -> str:
    if args.output == "junit":
        from autograder.review.reporting import junit

        return junit.of(result, severity)
    if args.output == "markdown":
        from autograder.review.reporting import markdown

        return markdown.of(result)
    if args.output == "sarif":
        from autograder.review.reporting import sarif

        return _json(sarif.of(result, opened={each.name: each.path for each in rendered}))
    fixes = _fixes(result, args) if args.fix else None
    if args.output == "json":
        from autograder.review.reporting import document

        manifests = result.manifests
        ignored = [options.ignored_object(item) for item in (*manifests.ignored, *manifests.rejected)]
        return _json(document.of(result, ignored=ignored, fixes=fixes))
    from . import review_text
    from .terminal import terminal

    return review_text.written(review_text.lines(result, terminal(), everything=args.all, fixes=fixes))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _fixes(result: Review, args: argparse.Namespace) -> dict[str, Fix | None]:
    from autograder.security.standards.fixing import fix

    minor = options.read_options(args).minor
    return {each.title: fix(each.pod, minor=minor) for each in result.workloads}
