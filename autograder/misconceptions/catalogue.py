"""The catalogue: every misconception with its refutation, and the semantics under which believers read a manifest.

Prose and readings are data (``catalogue.toml``). They are read on first use, so importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, overload

if TYPE_CHECKING:
    from autograder import network, security

Area = Literal["network", "security"]
"""Which evaluator a model is about."""


@dataclass(frozen=True, slots=True)
class Misconception:
    """What people believe, what is true, and how to see it. All texts are for learners."""

    id: str
    """Stable. File names, findings, quiz items and reports use it."""
    kind: Literal["model", "pattern"]
    """A model can be evaluated; a pattern shows in what decoding or validation refuses."""
    rows: tuple[str, ...]
    """The concepts that it is about, such as ``N6``."""
    title: str
    """The belief in a few words, as somebody who holds it would say it."""
    believed: str
    """``Many people believe …``"""
    true: str
    """What holds instead."""
    why: str
    """The mechanism behind it."""
    try_: str
    """One thing to try that shows it."""
    see: str
    """The official page about it."""
    area: Area | None = None
    """Which evaluator runs under it; None for a pattern."""
    switch: str = ""
    """Which switch of that evaluator's semantics a believer sets; empty for a pattern."""
    values: tuple[str, ...] = ()
    """What believers set it to, the most common first."""

    @property
    def readings(self) -> tuple[network.Semantics, ...] | tuple[security.Semantics, ...]:
        """The semantics for each of `values`. Only asking for them loads the evaluator."""
        return _readings(self.area, self.switch, self.values) if self.area else ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each reading, as `semantics` takes it: the id, with the value behind it if there are several.

        >>> CATALOGUE["dash-is-decoration"].names
        ('dash-is-decoration:and', 'dash-is-decoration:or')
        """
        if len(self.values) == 1:
            return (self.id,)
        return tuple(f"{self.id}:{value}" for value in self.values)


class UnknownMisconceptionError(ValueError):
    """A name that no reading of the catalogue has."""


class _Catalogue(Mapping[str, Misconception]):
    """The misconceptions by id, in the order of the catalogue, read when first looked at."""

    def __getitem__(self, key: str) -> Misconception:
        return _entries()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_entries())

    def __len__(self) -> int:
        return len(_entries())


CATALOGUE: Final[Mapping[str, Misconception]] = _Catalogue()
"""Every misconception by id, in the order of the catalogue."""


@cache
def _entries() -> Mapping[str, Misconception]:
    import tomllib
    from importlib.resources import files

    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {name: _entry(name, fields) for name, fields in tomllib.loads(text).items()}


def _entry(name: str, fields: dict[str, Any]) -> Misconception:
    switch, values = fields.get("switch", ""), tuple(fields.get("values", ()))
    return Misconception(
        id=name,
        kind="model" if switch else "pattern",
        rows=tuple(fields["rows"]),
        title=fields["title"],
        believed=fields["believed"],
        true=fields["true"],
        why=fields["why"],
        try_=fields["try"],
        see=fields["see"],
        area=fields.get("area"),
        switch=switch,
        values=values,
    )


@cache
def _readings(area: Area, switch: str, values: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the semantics of one evaluator with one switch turned; ``autograder.network`` is the area network."""
    from importlib import import_module

    semantics = import_module(f"autograder.{area}.semantics").Semantics
    return tuple(semantics(**{switch: value}) for value in values)


def models(area: Area | None = None) -> tuple[Misconception, ...]:
    """Return the misconceptions that an evaluator can run under, of one area or of both, in the order of the catalogue.

    >>> len(models("network")), len(models("security")), len(models())
    (16, 16, 32)
    """
    return tuple(entry for entry in CATALOGUE.values() if entry.kind == "model" and area in {None, entry.area})


def patterns() -> tuple[Misconception, ...]:
    """Return the misconceptions that show in what the API server refuses, in the order of the catalogue."""
    return tuple(entry for entry in CATALOGUE.values() if entry.kind == "pattern")


@overload
def semantics(name: str, area: Literal["network"] = ...) -> network.Semantics: ...
@overload
def semantics(name: str, area: Literal["security"]) -> security.Semantics: ...
def semantics(name: str, area: Area = "network") -> network.Semantics | security.Semantics:
    """Return how somebody with this misconception reads policies, or Pods if the area is ``security``.

    `name` is an id, or ``id:value`` where believers differ; an id alone means the most common belief. Raises
    UnknownMisconceptionError, a ValueError that names the nearest id, for a name that stands for no reading there.

    >>> semantics("policies-intersect").combine
    'intersection'
    >>> semantics("dash-is-decoration:or").peer_logic
    'or'
    >>> semantics("pod-level-wins", "security").precedence
    'pod'
    """
    head, colon, value = name.partition(":")
    entry = CATALOGUE.get(head)
    if entry is None:
        raise UnknownMisconceptionError(f"{head!r} is no misconception of the catalogue. {_suggestion(head, area)}")
    if entry.kind == "pattern":
        raise UnknownMisconceptionError(
            f"{head!r} shows in what the API server refuses, so nothing can be evaluated under it. "
            f"These can be: {', '.join(model.id for model in models(area))}."
        )
    if entry.area != area:
        raise UnknownMisconceptionError(
            f"{head!r} is about {_SUBJECTS[entry.area or area]}, and this is about {_SUBJECTS[area]}. "
            f"These fit: {', '.join(model.id for model in models(area))}."
        )
    if not colon:
        return entry.readings[0]
    if value not in entry.values:
        raise UnknownMisconceptionError(f"{head!r} has no reading {value!r}. It has: {', '.join(entry.values)}.")
    return entry.readings[entry.values.index(value)]


_SUBJECTS: Final[Mapping[Area, str]] = {"network": "who can talk to whom", "security": "what a container may do"}


def _suggestion(name: str, area: Area) -> str:
    from difflib import get_close_matches

    known = [model.id for model in models(area)]
    close = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"These are: {', '.join(known)}."
