"""What an answer changes: who reaches whom before and after it, and what was asked, as a matrix of data.

Terminals and notebooks draw it; nothing here knows how.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.network.ports import PortSet
from autograder.network.reachability import Reachability

from .judging import Hearing, Question
from .places import Place

State = Literal["right", "too-open", "too-closed", "undefined", "unasked", "not-judged"]
"""``right``: as asked. ``too-open``, ``too-closed``, ``undefined``: not as asked. ``unasked``: no line names the pair.
``not-judged``: a Pod to itself, or two addresses outside."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is allowed between two places, and what the specification leaves open."""

    allowed: PortSet
    undefined: PortSet

    def __str__(self) -> str:
        """Return the verdict as people read it: ``TCP 80``, ``nothing``, ``TCP 80; perhaps UDP 53``."""
        if not self.undefined:
            return str(self.allowed)
        return f"{self.allowed}; perhaps {self.undefined}" if self.allowed else f"perhaps {self.undefined}"


@dataclass(frozen=True, slots=True)
class Effected:
    """One cell of the matrix."""

    source: Place
    target: Place
    before: Verdict
    after: Verdict
    allow: PortSet
    """The ports that must be open."""
    deny: PortSet
    """The ports that must be closed."""
    state: State

    @property
    def changed(self) -> bool:
        """Whether the answer changes the verdict."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Effect:
    """The matrix: a row for each source, a column for each destination."""

    places: tuple[Place, ...]
    """The places of rows and columns, in the same order."""
    cells: tuple[tuple[Effected, ...], ...]
    left_out: int = 0
    """How many places more there are that the matrix does not show."""

    @property
    def changes(self) -> tuple[Effected, ...]:
        """The cells that the answer changes, row by row."""
        return tuple(cell for row in self.cells for cell in row if cell.changed)

    @property
    def wrong(self) -> tuple[Effected, ...]:
        """The cells that are not as asked, row by row."""
        return tuple(
            cell for row in self.cells for cell in row if cell.state in ("too-open", "too-closed", "undefined")
        )


def effect(question: Question, after: Reachability, before: Reachability, most: int = 40) -> Effect:
    """Return what changes between the places that an intent names; between all Pods when it names none.

    At most `most` places are shown.
    """
    return effect_of(question.ask(after, before), most)


def effect_of(hearing: Hearing, most: int = 40) -> Effect:
    """Return the same for a question that has been asked."""
    places = hearing.mentioned() or hearing.question.pods
    shown = places[:most]
    cells = tuple(tuple(_cell(hearing, source, target) for target in shown) for source in shown)
    return Effect(shown, cells, len(places) - len(shown))


def _cell(hearing: Hearing, source: Place, target: Place) -> Effected:
    if not hearing.question.judges(source, target):
        return Effected(source, target, _NOTHING, _NOTHING, PortSet.EMPTY, PortSet.EMPTY, "not-judged")
    before, after = (Verdict(*placed.verdict(source, target)) for placed in (hearing.before, hearing.after))
    allow, deny = hearing.question.wanted(source, target)
    return Effected(source, target, before, after, allow, deny, _state(after, allow, deny))


_NOTHING = Verdict(PortSet.EMPTY, PortSet.EMPTY)


def _state(now: Verdict, allow: PortSet, deny: PortSet) -> State:
    if not allow and not deny:
        return "unasked"
    if now.allowed & deny:
        return "too-open"
    if allow - now.allowed - now.undefined:
        return "too-closed"
    if now.undefined & (allow | deny):
        return "undefined"
    return "right"
