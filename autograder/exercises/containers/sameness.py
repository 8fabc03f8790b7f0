"""Do two sets of manifests run containers alike?

They are held against each other on the scene's own machine, and where nobody said whether it has SELinux or AppArmor,
also with them and without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from autograder.manifests.objects import Object

from . import facts
from .judging import Inside, title
from .node import Machine


class Difference(NamedTuple):
    """One fact that differs."""

    text: str
    in_scene: bool
    """Whether it differs on the scene's own machine."""


def difference(old: Iterable[Object], new: Iterable[Object], machine: Machine) -> Difference | None:
    """Return one fact in which two scenes differ; None if they run all containers alike everywhere."""
    old, new = list(old), list(new)
    for number, other in enumerate(_machines(machine)):
        text = _differs(Inside(old, other), Inside(new, other))
        if text is not None:
            return Difference(text, in_scene=number == 0)
    return None


def _machines(machine: Machine) -> Iterator[Machine]:
    node = machine.node
    yield machine
    for has in (True, False):
        yield replace(
            machine,
            node=replace(
                node,
                se_linux=has if node.se_linux is None else node.se_linux,
                app_armor=has if node.app_armor is None else node.app_armor,
            ),
        )


def _differs(old: Inside, new: Inside) -> str | None:
    if old.contexts.keys() != new.contexts.keys():
        changed = old.contexts.keys() ^ new.contexts.keys()
        return f"{', '.join(map(title, sorted(changed)))}: only one of the two has it."
    for key, context in old.contexts.items():
        other = new.contexts[key]
        if context.pod == other.pod:
            continue
        for name in facts.names():
            was, now = facts.known(context, name).value, facts.known(other, name).value
            if was != now:
                return (
                    f"{title(key)}: {name} is {facts.words(was)} with the answer, {facts.words(now)} with the mutant."
                )
    return None
