"""In which order are lessons taken? Nothing is used before it is taught, and the more pressing half comes first.

The start page comes before everything. The halves of the course do not build on one another, so the heavier one comes
first; what belongs to both comes last. Within a half the order is the course's, which respects every prerequisite.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .catalogue import Catalogue


def ordered(lessons: Iterable[str], weights: Mapping[str, int], catalogue: Catalogue) -> tuple[str, ...]:
    """Return lessons in the order in which they are taken; `weights` says how much depends on a lesson."""
    names = sorted(lessons)
    of_track: dict[str, int] = {}
    for name in names:
        track = catalogue.lessons[name].track
        of_track[track] = of_track.get(track, 0) + weights.get(name, 0)
    return tuple(sorted(names, key=lambda name: _place(catalogue.lessons[name].track, of_track, name)))


def _place(track: str, weights: Mapping[str, int], name: str) -> tuple[int, int, str, str]:
    return ({"": 0, "both": 2}.get(track, 1), -weights[track], track and ("0" if track == "network" else "1"), name)
