"""Write docs/misconceptions.md: the catalogue, and which world misleads whom.

python -m tools.misconceptions_page           # writes the page
python -m tools.misconceptions_page --check   # says whether it is current; status 1 if not
"""

from __future__ import annotations

import argparse
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.misconceptions import models, patterns
from tools import misconception_pods
from tools.misconception_worlds import FOLDER, World, path_of, read, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "misconceptions.md"

INCLUDED: Final = {
    ("policies-are-ordered:last", "policies-intersect"): (
        "What the last policy does not allow, not all policies allow. What it does allow, Kubernetes allows as well."
    ),
    ("policies-are-ordered:deny-wins", "policies-intersect"): (
        "A policy without rules allows nothing, so together with it all policies allow nothing."
    ),
    ("dns-is-free", "one-end-suffices"): (
        "A lookup that is wrongly taken for free is stopped by the source's egress alone, and whoever asks only the "
        "destination lets it pass as well."
    ),
    ("egress-port-is-local", "one-end-suffices"): (
        "A port that is wrongly taken for the sender's makes only the source's egress wider, and whoever asks only the "
        "destination does not look there at all."
    ),
}
"""Pairs of readings of which the first goes wrong only where the second does, and why that is so."""


_PAGE: Final = """\
# What people believe about NetworkPolicy and SecurityContext

<!-- Written by tools/misconceptions_page.py; do not edit. -->

Every misconception of the course has a name. Wrong answers, findings and quiz questions use it. A *model* is a way to
read manifests: `autograder reach --semantics NAME` evaluates policies under it, and `autograder effective --semantics
NAME` containers. A *pattern* shows in what the API server refuses.

## Models of policies

{models}

## Models of containers

{containers}

Each has a Pod in which the belief, and no other one, leads to a wrong answer.

{pods}

## Patterns

{patterns}

## Worlds

Each world is a small piece of the shop, found by a random search and then made as small as it gets
(`python -m tools.find_worlds`). In it one flow shows the belief: Kubernetes says one thing, a believer says the other.

{worlds}

## Who is misled where

✗ gets the flow of this world wrong, · gets it right. Most flows mislead one belief alone, so one wrong prediction names
the belief behind it.

{misled}

Four beliefs never go wrong alone:

{inclusions}

## Which world tells two beliefs apart

No two beliefs coincide. Of any two, the flow of either world misleads one and not the other. For these pairs only one
of the two worlds will do.

{apart}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page; return 1 if it is checked and not current."""
    parser = argparse.ArgumentParser(prog="python -m tools.misconceptions_page", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, and say whether the page is current")
    options = parser.parse_args(arguments)
    text = page()
    if options.check:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        print(f"{PAGE.name} is not current. Run: python -m tools.misconceptions_page", file=sys.stderr)
        return 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    """Return the text of the page."""
    worlds = {name: read(path_of(name)) for name in readings()}
    wrong = {name: found.wrong() for name, found in worlds.items()}
    return _PAGE.format(
        models=_models(),
        containers=_containers(),
        pods=_pods(),
        patterns=_table(
            ("name", "believed", "true"), ((f"`{entry.id}`", entry.title, entry.true) for entry in patterns())
        ),
        worlds=_worlds(worlds),
        misled=_misled(wrong),
        inclusions=_inclusions(),
        apart=_apart(wrong),
    )


def _models() -> str:
    numbers = {name: number for number, name in enumerate(readings(), 1)}
    rows = [
        (str(numbers[name]), f"`{name}`", model.title, model.true, f"`{model.switch}={value}`", ", ".join(model.rows))
        for model in models("network")
        for name, value in zip(model.names, model.values, strict=True)
    ]
    return _table(("", "name", "believed", "true", "switch", "concept"), rows)


def _containers() -> str:
    rows = [
        (f"`{model.id}`", model.title, model.true, f"`{model.switch}={model.values[0]}`", ", ".join(model.rows))
        for model in models("security")
    ]
    return _table(("name", "believed", "true", "switch", "concept"), rows)


def _pods() -> str:
    rows = []
    for model in models("security"):
        path = misconception_pods.path_of(model.id)
        found = misconception_pods.read(path)
        link = f"[{model.id}](../tests/misconceptions/{path.parent.name}/{path.name})"
        rows.append((link, f"{found.container}: {found.ask}", f"{found.truth}", f"{found.believed}"))
    return _table(("Pod for", "question", "Kubernetes", "a believer"), rows)


def _worlds(worlds: Mapping[str, World]) -> str:
    words = {True: "allowed", False: "denied"}
    rows = [
        (
            str(number),
            f"[{name}](../tests/misconceptions/{FOLDER.name}/{path_of(name).name})",
            f"{found.flow}",
            words[found.truth],
            words[not found.truth],
        )
        for number, (name, found) in enumerate(worlds.items(), 1)
    ]
    return _table(("world", "for", "flow", "Kubernetes", "a believer"), rows)


def _misled(wrong: Mapping[str, frozenset[str]]) -> str:
    rows = [
        (f"**{number}** `{name}`", *("✗" if other in found else "·" for other in wrong))
        for number, (name, found) in enumerate(wrong.items(), 1)
    ]
    return _table(("world", *(str(number) for number in range(1, len(wrong) + 1))), rows)


def _inclusions() -> str:
    numbers = {name: number for number, name in enumerate(readings(), 1)}
    return "\n".join(
        f"- **{numbers[narrow]}** only where **{numbers[wide]}** does. {why}"
        for (narrow, wide), why in INCLUDED.items()
    )


def _apart(wrong: Mapping[str, frozenset[str]]) -> str:
    numbers = {name: number for number, name in enumerate(wrong, 1)}
    rows = [
        (f"**{numbers[one]}** and **{numbers[other]}**", str(numbers[telling(one, other, wrong)]))
        for one, other in combinations(wrong, 2)
        if other in wrong[one] or one in wrong[other]
    ]
    return _table(("beliefs", "world"), rows)


def telling(one: str, other: str, wrong: Mapping[str, frozenset[str]]) -> str:
    """Return the name of a world whose flow exactly one of two readings gets wrong, one of their own if possible.

    Raises LookupError when no world does.
    """
    for name in (one, other, *wrong):
        if (one in wrong[name]) != (other in wrong[name]):
            return name
    raise LookupError(f"no world tells {one} from {other}")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *((*row, *[""] * (len(head) - len(row))) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
