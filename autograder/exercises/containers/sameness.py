"""Do two sets of manifests run containers alike, whatever the machine is like?

They are held against each other on the scene's own machine, and on others that could be: with images of which nothing
is known, that run as root, as a number or as a name, under the other runtime, with SELinux and with AppArmor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from autograder.manifests.objects import Object
from autograder.security import Image
from autograder.security.node import NEWEST, Runtime

from . import facts
from .judging import Inside, title
from .node import Machine

_USERS: Final = ("", "1000", "app")
_PASSWD: Final = {"root": (0, 0), "app": (1000, 1000)}


class Difference(NamedTuple):
    """One fact that differs."""

    text: str
    in_scene: bool
    """Whether it differs on the scene's own machine."""


def difference(old: Iterable[Object], new: Iterable[Object], machine: Machine) -> Difference | None:
    """Return one fact in which two scenes differ; None if they run all containers alike everywhere."""
    old, new = list(old), list(new)
    for number, other in enumerate(_machines(machine, old)):
        text = _differs(Inside(old, other), Inside(new, other))
        if text is not None:
            return Difference(text, in_scene=number == 0)
    return None


def _machines(machine: Machine, objects: list[Object]) -> Iterator[Machine]:
    yield machine
    names = {context.container.image for context in Inside(objects, machine).contexts.values()}
    yield Machine(machine.node, {})
    for user in _USERS:
        yield Machine(machine.node, {name: Image(user, _PASSWD, {}) for name in names})
    other: Runtime = "crio" if machine.node.runtime == "containerd" else "containerd"
    yield Machine(replace(machine.node, runtime=other, version=NEWEST[other]), machine.images)
    yield Machine(replace(machine.node, se_linux=True, app_armor=True), machine.images)


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
