"""Which misconceptions about containers does an answer fit?

As for policies: an answer fits a model when what is asked fails under Kubernetes and holds under the believer's
reading. The fit that reads the fewest facts otherwise is the most specific, and is told first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autograder.misconceptions import models
from autograder.security import Semantics

from . import facts
from .judging import Inside, holds
from .lines import Line

Reading = Callable[[Semantics], Inside]
"""Returns the containers of a scene as somebody reads them."""


def fits(
    lines: Iterable[Line],
    namespaces: tuple[str, ...],
    after: Reading,
    before: Reading,
    *,
    refused: bool = False,
) -> tuple[str, ...]:
    """Return the ids of the misconceptions under which all lines hold, the most specific first.

    With `refused` the API server refuses the answer. Then only a belief counts that makes it acceptable, and none at
    all if what was asked would hold without it.
    """
    listed = tuple(lines)
    found: list[tuple[int, str]] = []
    if refused and holds(listed, namespaces, after(Semantics()), before(Semantics())):
        return ()
    for model in models("security"):
        readings: tuple[object, ...] = model.readings
        for semantics in readings:
            if not isinstance(semantics, Semantics) or (refused and semantics.misplaced_fields != "inherit"):
                continue
            believed = after(semantics)
            if holds(listed, namespaces, believed, before(semantics)):
                found.append((distance(after(Semantics()), believed), model.id))
    return tuple(dict.fromkeys(name for _, name in sorted(found, key=lambda fit: fit[0])))


def telling(after: Reading) -> tuple[str, ...]:
    """Return the ids of the misconceptions under which some fact is otherwise than it is.

    Only of these an answer can say whether its author holds them.
    """
    truth = after(Semantics())
    found = []
    for model in models("security"):
        readings: tuple[object, ...] = model.readings
        if any(isinstance(each, Semantics) and distance(truth, after(each)) for each in readings):
            found.append(model.id)
    return tuple(found)


def distance(one: Inside, other: Inside) -> int:
    """Return in how many facts about containers two readings of a scene differ."""
    return sum(
        facts.known(context, name).value != facts.known(other.contexts[key], name).value
        for key, context in one.contexts.items()
        if key in other.contexts
        for name in facts.names()
    )
