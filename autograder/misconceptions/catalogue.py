"""The catalogue: every misconception with its refutation, and the semantics under which believers read a manifest.

Prose and readings are data (``catalogue.toml``). They are read on first use, so importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from autograder.network.semantics import Semantics


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
    switch: str = ""
    """Which switch of the semantics a believer sets; empty for a pattern."""
    values: tuple[str, ...] = ()
    """What believers set it to, the most common first."""
    readings: tuple[Semantics, ...] = ()
    """The semantics for each of `values`."""

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
        switch=switch,
        values=values,
        readings=tuple(_reading(fields["area"], switch, value) for value in values),
    )


def _reading(area: str, switch: str, value: str) -> Any:
    """Return the semantics of one evaluator with one switch turned; ``autograder.network`` is the area network."""
    from importlib import import_module

    return import_module(f"autograder.{area}.semantics").Semantics(**{switch: value})


def models() -> tuple[Misconception, ...]:
    """Return the misconceptions that an evaluator can run under, in the order of the catalogue."""
    return tuple(entry for entry in CATALOGUE.values() if entry.readings)


def patterns() -> tuple[Misconception, ...]:
    """Return the misconceptions that show in what the API server refuses, in the order of the catalogue."""
    return tuple(entry for entry in CATALOGUE.values() if not entry.readings)


def semantics(name: str) -> Semantics:
    """Return how somebody with this misconception reads policies.

    `name` is an id, or ``id:value`` where believers differ; an id alone means the most common belief. Raises
    UnknownMisconceptionError, a ValueError that names the nearest id, for a name that stands for no reading.

    >>> semantics("policies-intersect").combine
    'intersection'
    >>> semantics("dash-is-decoration:or").peer_logic
    'or'
    """
    head, colon, value = name.partition(":")
    entry = CATALOGUE.get(head)
    if entry is None:
        raise UnknownMisconceptionError(f"{head!r} is no misconception of the catalogue. {_suggestion(head)}")
    if not entry.readings:
        raise UnknownMisconceptionError(
            f"{head!r} shows in what the API server refuses, so nothing can be evaluated under it. "
            f"These can be: {', '.join(model.id for model in models())}."
        )
    if not colon:
        return entry.readings[0]
    if value not in entry.values:
        raise UnknownMisconceptionError(f"{head!r} has no reading {value!r}. It has: {', '.join(entry.values)}.")
    return entry.readings[entry.values.index(value)]


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    known = [model.id for model in models()]
    close = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"These are: {', '.join(known)}."
