"""Does an answer fit somebody else's variant, and not the own one?

That is a sign for the instructor, who may know why: two learners swapped desks, one wrote into the other's, one
handed in what somebody else had written. It is no verdict, it does not touch the score, and the learner never sees it.

============================================= ======================================================================
an answer                                     is tried on
============================================= ======================================================================
that names what the own scene holds           no other: a mistake in one's own problem can look like another problem
that names all that another variant's right   that variant, if it is one of the `MOST` that have most in common with
answer names, and these are not the own names the answer
that names anything else                      no other
============================================= ======================================================================

So an honest mistake hardly ever becomes a sign, and hardly ever costs time. What remains: a learner who opens the wrong
desk by accident; two learners who worked together, each on the other's problem; an answer so short that it uses names
of another variant by chance and is right there. A copied answer with the names changed is no sign: it is an answer to
the own problem, and is graded as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from autograder.classroom.submission import clean_name
from autograder.exercises.answers import body, state_of
from autograder.exercises.checking import LIMITS, check
from autograder.exercises.spec import Exercise
from autograder.manifests.limits import InputError

from .assigned import family_of, made
from .choosing import chosen
from .family import Family, Variant
from .roster import table

MOST: Final = 6
"""How many variants one answer is tried on."""
_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[./][A-Za-z0-9]+)*")
_TITLE: Final = re.compile(r"^  name: .*$", re.MULTILINE)
"""An object's own name, as `written` lays it out."""
_COMMENT: Final = re.compile(r"(^|\s)#[^\n]*")


@dataclass
class Held:
    """Who has which variant of one exercise."""

    exercise: Exercise
    variants: dict[str, Variant] = field(default_factory=dict)
    """By id."""
    holders: dict[str, set[str]] = field(default_factory=dict)
    """The learners that have it, by the variant's id."""
    by_student: dict[str, str] = field(default_factory=dict)

    def add(self, student: str, variant: Variant) -> None:
        """Note that a learner has a variant."""
        found = variant.id
        self.variants.setdefault(found, variant)
        self.holders.setdefault(found, set()).add(student)
        self.by_student[student] = found

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """What a right answer to each variant names, out of the words that variants differ by."""
        return {found: _named(variant) for found, variant in self.variants.items()}

    def candidates(self, student: str, answer: str) -> list[Variant]:
        """Return the variants that an answer may be meant for, the likeliest first; never the own one."""
        words = frozenset(_words(answer))
        mine = self.variants.get(self.by_student.get(student, ""))
        own = _all_words(mine) if mine is not None else frozenset()
        likely = [found for found, names in self.names.items() if names <= words and not names <= own]
        likely.sort(key=lambda found: (-len(words & _in_right(self.variants[found])), found))
        return [self.variants[found] for found in likely[:MOST]]


Handed = Mapping[str, Held]
"""Who has which variant, by exercise."""


def handed_to(exercises: Iterable[Exercise], students: Iterable[str], secret: bytes) -> Handed:
    """Return who has which variant, by the secret. Raises `InputError` for a broken family."""
    families = [(exercise, family) for exercise in exercises if (family := family_of(exercise)) is not None]
    handed = {exercise.id: Held(exercise) for exercise, _ in families}
    for student in map(clean_name, students):
        for exercise, family in families:
            handed[exercise.id].add(student, chosen(family, student, secret))
    return handed


def read_handed(path: Path, exercises: Iterable[Exercise]) -> Handed:
    """Return who has which variant, by the manifest of a release.

    Raises `InputError`, with file and line, for a manifest that cannot be read or was written for another version.
    """
    known: dict[str, tuple[Held, Family]] = {}
    for exercise in exercises:
        family = family_of(exercise)
        if family is not None:
            known[exercise.id] = Held(exercise), family
    for line, row in table(path):
        if row.get("exercise", "") not in known:
            continue
        held, family = known[row["exercise"]]
        if row.get("version") != str(family.version):
            message = f"{family.exercise} has version {family.version} now, and was released in another one"
            raise InputError(f"{path}:{line}: {message}. Grade with the course that was released.")
        try:
            pairs = (part.partition("=") for part in row.get("choices", "").split())
            variant = family.described({axis: choice for axis, _, choice in pairs})
        except ValueError:
            message = "these choices are none of the family's"
            raise InputError(f"{path}:{line}: {message}. Restore the file that `autograder release` wrote.") from None
        held.add(clean_name(row["student"]), variant)
    return {name: held for name, (held, _) in known.items()}


def others_answered(exercise: Exercise, student: str, answer: str, handed: Handed) -> str:
    """Return a sentence if an answer that is not right fits another learner's variant; else nothing.

    `exercise` is the one of the course, `answer` the text that was graded. Ask only about an answer that did not pass.
    Nothing in the answer raises; `InputError` is raised for a broken family.
    """
    held = handed.get(exercise.id)
    if held is None or len(answer.encode("utf-8", "replace")) > LIMITS.max_bytes:
        return ""
    student = clean_name(student)
    fits = []
    for variant in held.candidates(student, answer):
        theirs = made(held.exercise, variant)
        if state_of(theirs, answer) == "changed" and check(theirs, answer).status == "pass":
            fits.append(variant.id)
    learners = {other for found in fits for other in held.holders[found]} - {student}
    if not learners:
        return ""
    many = f"{len(learners)} other learners" if len(learners) > 1 else "another learner"
    names = " and ".join(sorted(fits))
    return f"{exercise.id}: the answer fits the variant of {many} and not the own one ({names} in variants.csv)."


def _named(variant: Variant) -> frozenset[str]:
    """Return the words by which variants differ and that every right answer to this one holds.

    What a policy is called does not matter: a name is changed first when an answer is handed on.
    """
    # A copy, since a variant keeps its texts, and here are those of a whole class.
    right = replace(variant).right.values()
    return frozenset(
        _all_words(variant) & frozenset.intersection(*(frozenset(_words(_TITLE.sub("", text))) for text in right))
    )


def _all_words(variant: Variant) -> frozenset[str]:
    """Return the words by which a variant differs from others, whether an answer needs them or not."""
    return frozenset(part for word in variant.words.values() for part in _words(str(word)))


def _in_right(variant: Variant) -> frozenset[str]:
    """Return all words of the first right answer."""
    return frozenset(_words(next(iter(variant.right.values()))))


def _words(text: str) -> list[str]:
    """Return the words of an answer: those of its names, ports and addresses, without comments."""
    return _WORD.findall(_COMMENT.sub(" ", body(text)))
