"""What `review` and `onboarding` read: a team's manifests, and what the team's own tools make of folders."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from . import options

if TYPE_CHECKING:
    from autograder.manifests.load import Manifests
    from autograder.review.rendering import Rendered


def add_no_render(parser: argparse.ArgumentParser) -> None:
    """Name the option that lets no tool run."""
    parser.add_argument(
        "--no-render", action="store_true", help="read kustomizations and charts as plain files, run no tool"
    )


def read_rendered(args: argparse.Namespace) -> tuple[Manifests, list[Rendered]]:
    """Return what the paths mean, and what had to be rendered for it; what is ignored and could matter is warned of.

    Raises InputError for what cannot be read or rendered.
    """
    from autograder.manifests.files import read_sources
    from autograder.manifests.load import load_sources
    from autograder.review.rendering import sources

    how = replace(options.read_options(args), keep_places=True)
    rendered: list[Rendered] = []
    if args.no_render:
        found = read_sources(args.paths, how.limits)
    else:
        found = sources(args.paths, how.limits, rendered, namespace=args.namespace)
    manifests = load_sources(found, how)
    for item in manifests.ignored:
        if item.could_change_verdict:
            print(f"{item.file}:{item.line}: warning: {item.reason}", file=sys.stderr)
    return manifests, rendered
