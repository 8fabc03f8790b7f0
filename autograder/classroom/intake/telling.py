"""Which assignment is a file for? Told by its name, then by where it lies, then by what stands in it.

=========================================================== =======================================================
of a file                                                   tells
=========================================================== =======================================================
``answers/deny-all.yaml``, ``deny-all.prediction.yaml``      the assignment of the exercise ``deny-all``
``np-union.ipynb``, ``np_union (1).ipynb``, ``NP-Union-Copy1.ipynb``  ``np-union``
``exercises/np-union/my work.ipynb``                         ``np-union``
cells that begin with ``%%manifest EXERCISE``, nbgrader's    the assignment that most of these exercises belong to,
``grade_id``, a first line ``# %%predict EXERCISE``          if there is one
=========================================================== =======================================================

The text of a notebook is searched and not parsed, so a broken one tells its assignment too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from .paths import kind_of

_AGAIN: Final = re.compile(r"(?:[ _-]*\([0-9]{1,3}\)|[ _-]copy ?[0-9]{0,3}|-[0-9]{1,3})$", re.IGNORECASE)
"""What browsers, platforms and Jupyter put behind the name of a file that is there already."""
_NAMED: Final = re.compile(
    rb"%%(?P<magic>manifest|predict)[ \t]+(?P<cell>[A-Za-z0-9][\w.-]{0,99})"
    rb'|"grade_id"\s{0,20}:\s{0,20}"(?P<role>[A-Za-z0-9][\w.-]{0,99})"',
    re.ASCII,
)
_MOST: Final = 10_000
"""How many names are looked at in one text. A notebook of a course has a few dozen."""
_PARTS_OF_ROLES: Final = ("-check", "-prediction")


class Teller:
    """Knows the exercises and assignments of a course."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """Take the assignment of every exercise."""
        self._of_exercise = dict(known)
        self._by_form = {_form(name): name for name in sorted(set(known.values()), reverse=True)}

    @property
    def only(self) -> str:
        """The assignment of a course that has just one; else empty."""
        return next(iter(self._by_form.values())) if len(self._by_form) == 1 else ""

    def named(self, name: str) -> str:
        """Return the assignment that a name is, written this way or that; empty if it is none."""
        form = _form(name)
        while form:
            if form in self._by_form:
                return self._by_form[form]
            shorter = _AGAIN.sub("", form)
            if shorter == form:
                return ""
            form = shorter
        return ""

    def is_exercise(self, stem: str) -> bool:
        """Return whether the stem of a YAML file is an exercise of the course."""
        return stem.removesuffix(".prediction") in self._of_exercise

    def by_name(self, path: str) -> str:
        """Return the assignment that the path of a file inside a submission tells; empty if it tells none."""
        pure = PurePosixPath(path)
        if kind_of(path) == "yaml" and self.is_exercise(pure.stem):
            return self._of_exercise[pure.stem.removesuffix(".prediction")]
        return next(
            (told for part in (pure.stem, *reversed(pure.parts[:-1])) if (told := self.named(part))),
            "",
        )

    def by_text(self, data: bytes) -> str:
        """Return the assignment that a text tells; empty if it tells none, or two alike."""
        counts = Counter(self._of_exercise[exercise] for exercise in self.exercises_in(data))
        (first, most), (_, next_most) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
        return first if most > next_most else ""

    def exercises_in(self, data: bytes) -> list[str]:
        """Return the exercises that a text names, in its order, each once."""
        found: dict[str, None] = {}
        for match in islice(_NAMED.finditer(data), _MOST):
            name = (match["cell"] or match["role"]).decode("ascii")
            for part in _PARTS_OF_ROLES if match["role"] else ():
                name = name.removesuffix(part)
            if name in self._of_exercise:
                found[name] = None
        return list(found)

    def answer_in(self, data: bytes) -> str:
        """Return the stem that an answer's file should have, by the line that names its exercise; or nothing."""
        match = _NAMED.search(data)
        name = match["cell"].decode("ascii") if match and match["cell"] else ""
        if match is None or name not in self._of_exercise:
            return ""
        return f"{name}.prediction" if match["magic"] == b"predict" else name

    def split(self, stem: str) -> tuple[str, str]:
        """Return the learner and the assignment in a stem such as ``ada_np-union``; what is not told is empty.

        ``ada`` is a learner, ``np-union`` an assignment. A learner's name may hold anything, so the longest assignment
        at the end counts, else the longest at the beginning.
        """
        if told := self.named(stem):
            return "", told
        marks = [index for index, sign in enumerate(stem) if sign in "_-. +"]
        for mark in marks:
            if mark and (told := self.named(stem[mark + 1 :])):
                return stem[:mark], told
        for mark in reversed(marks):
            if mark + 1 < len(stem) and (told := self.named(stem[:mark])):
                return stem[mark + 1 :], told
        return stem, ""

    def split_exercise(self, stem: str) -> tuple[str, str]:
        """Return the learner and the answer in the stem of a YAML file, ``ada_deny-all``; what is not told is empty."""
        if self.is_exercise(stem):
            return "", stem
        for index, sign in enumerate(stem):
            if index and sign in "_-. +" and self.is_exercise(stem[index + 1 :]):
                return stem[:index], stem[index + 1 :]
        return stem, ""


def uploaded_again(name: str) -> tuple[str, int]:
    """Return a file's name without the number of its upload, and that number.

    >>> uploaded_again("np-union-1.ipynb"), uploaded_again("np-union (2).ipynb"), uploaded_again("np-union.ipynb")
    (('np-union.ipynb', 1), ('np-union.ipynb', 2), ('np-union.ipynb', 0))
    """
    pure = PurePosixPath(name)
    match = re.search(r"(?:-(\d{1,3})| ?\((\d{1,3})\))$", pure.stem, re.ASCII)
    if match is None or match.start() == 0:
        return name, 0
    return pure.stem[: match.start()] + pure.suffix, int(match[1] or match[2])


def _form(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-").strip("-")
