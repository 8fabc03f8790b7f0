"""Is a variant sound: does the evaluator agree with the variant's own answers?

=================== ================================================================================
looked at           it is sound when
=================== ================================================================================
the starter         it earns nothing, and nothing either once a comment was added
the right answers   there are two at least, different ones, and each earns the full score
the wrong answers   there are two at least, none earns more than two thirds, and one that is named
                    after a misconception has it as the first of its first finding
=================== ================================================================================

A variant is made by choices alone, so nobody has looked at it before. It is proved before anybody gets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from autograder.course import read_course
from autograder.exercises.checking import check
from autograder.exercises.spec import Exercise, Exercises
from autograder.manifests.limits import InputError
from autograder.misconceptions import models, patterns

from .assigned import family_of, made
from .family import Variant

ENOUGH: Final = 2
_FREE: Final = "x-"
"""How the names of wrong answers begin that stand for no misconception."""
_CHUNK: Final = 20
"""How many variants a process proves at a time: some seconds of work."""

Wanted = tuple[str, dict[str, str]]
"""An exercise's id, and the description of one of its variants."""


def prove_all(root: Path, variants: Iterable[tuple[Exercise, Variant]], jobs: int = 1) -> Iterator[int]:
    """Prove each variant once, in several processes if told so, and yield now and then how many are sound so far.

    `root` is the folder of the course. Raises `InputError` as `prove`; of several unsound variants the first counts.
    """
    wanted = {(exercise.id, variant.id): (exercise.id, variant.described) for exercise, variant in variants}
    chunks = _chunks(list(wanted.values()))
    done = 0
    if jobs < 2 or len(chunks) < 2:
        for chunk in chunks:
            done += _prove_chunk(root, chunk)
            yield done
        return
    # Fresh processes: a fork would take along threads of whoever called, such as a notebook's.
    with ProcessPoolExecutor(min(jobs, len(chunks)), mp_context=get_context("spawn")) as pool:
        try:
            for count in pool.map(_prove_chunk, [root] * len(chunks), chunks):
                done += count
                yield done
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(wanted: list[Wanted]) -> list[list[Wanted]]:
    """Return a list in pieces of the same size."""
    rest = iter(wanted)
    return list(iter(lambda: list(islice(rest, _CHUNK)), []))


def _prove_chunk(root: Path, chunk: list[Wanted]) -> int:
    """Prove some variants, and return how many they were."""
    exercises = _exercises(root)
    for name, description in chunk:
        exercise = exercises.get(name)
        family = family_of(exercise)
        if family is not None:
            prove(exercise, family.described(description))
    return len(chunk)


@cache
def _exercises(root: Path) -> Exercises:
    return Exercises(read_course(root))


def prove(exercise: Exercise, variant: Variant) -> None:
    """Return if a variant of an exercise is sound. Raises `InputError` with all that is wrong with it."""
    found = list(flaws(made(exercise, variant), variant))
    if found:
        chosen = ", ".join(f"{axis}: {choice}" for axis, choice in variant.described.items())
        where = variant.family.document.file
        raise InputError("\n".join(f"{where}: with {chosen} {flaw}." for flaw in found))


def flaws(exercise: Exercise, variant: Variant) -> Iterator[str]:
    """Yield what is wrong with a variant, `exercise` being the variant itself: the ends of sentences."""
    for text in (exercise.starter, f"{exercise.starter}\n# Looked at.\n"):
        if check(exercise, text).score > 0:
            yield "the starter earns points"
            break
    for part, answers in (("right", variant.right), ("wrong", variant.wrong)):
        if len(answers) < ENOUGH:
            yield f"there are {len(answers)} of at least {ENOUGH} {part} answers"
    if len(set(variant.right.values())) < len(variant.right):
        yield "two right answers are the same"
    for name, text in variant.right.items():
        result = check(exercise, text, name)
        if result.status != "pass":
            first = next((f": {found.title}: {found.subject}" for found in result.findings), "")
            yield f"the right answer {name} earns {result.score:g} of {result.max:g}{first}"
    known = {misconception.id for misconception in (*models(), *patterns())}
    for name, text in variant.wrong.items():
        result = check(exercise, text, name)
        told = result.findings[0].misconceptions if result.findings else ()
        if result.status == "pass":
            yield f"the wrong answer {name} earns the full score"
        elif 3 * result.score > 2 * result.max:
            yield f"the wrong answer {name} earns {result.score:g} of {result.max:g}, more than two thirds"
        elif not name.startswith(_FREE) and name not in known:
            yield f"the wrong answer {name} is named after no misconception; others begin with {_FREE}"
        elif name in known and told[:1] != (name,):
            yield f"the wrong answer {name} shows {told[0] if told else 'no misconception'}"
