"""Are words spelled as American English spells them, or as the course's own list has them?

=============== ==================================================================================================
found           when
=============== ==================================================================================================
word-unknown    a word stands neither in the dictionary nor in the list; British spellings are not in the dictionary
word-idle       a line of the list that the dictionary has as well
word-order      the list is not sorted, or has a word twice, or a line that is no word
=============== ==================================================================================================

The list is ``course/.text/words.txt``, a word a line. A word in small letters there may begin with a capital in a
text; a word with capitals stands for itself alone. ``'s`` behind a word is not looked at.

The dictionary is the American one of LibreOffice, which comes with `spylls`: Hunspell in pure Python. It was chosen
because it takes nothing for right that is wrong. Of 6,000 known misspellings it took none and of 535 British spellings
the six that are American too; a list made from frequencies took 27 and 77.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final

from autograder.course import Course

from .lesson_audit import Flaw, beliefs
from .lessons import FOLDER, read_lessons
from .prose import prose_of, words_of
from .spec import SOURCES, Exercises, read_file

WORDS: Final = "words.txt"
"""Beside the lessons: the words of the course that no dictionary has."""
_GUESSES: Final = 2


def why_not(course: Course) -> str:
    """Return why the spelling of a course cannot be checked, with the remedy; empty if it can."""
    if not (course.root / FOLDER / WORDS).is_file():
        return f"there is no {FOLDER}/{WORDS}. Write the words there that no dictionary has, or leave it empty"
    if importlib.util.find_spec("spylls") is None:
        return 'spylls is not installed. Install it: pip install -c constraints.txt -e ".[test]"'
    return ""


def audit_spelling(course: Course) -> Iterator[Flaw]:
    """Yield the words that are spelled wrong, each where a file has it first, then what is wrong with the list.

    Needs what `why_not` asks for. Raises `InputError` for a file of the course that cannot be read.
    """
    own = [line.strip() for line in read_file(course.root / FOLDER / WORDS).split("\n")]
    speller = Speller(own)
    names = _names(course)
    told: set[tuple[str, str]] = set()
    for said in prose_of(course.root):
        for word in words_of(said.text, names):
            if (said.file, word) not in told and not speller.knows(word):
                told.add((said.file, word))
                yield Flaw(
                    "word-unknown", said.file, said.line, f"no dictionary has {word}",
                    _remedy(speller.guesses(word)),
                )  # fmt: skip
    yield from _listed(own, speller)


class Speller:
    """The dictionary, and the words that a course adds to it."""

    def __init__(self, own: Collection[str] = ()) -> None:
        """Read the dictionary, which takes a second or two the first time."""
        self._dictionary = _dictionary()
        self._own = frozenset(own)
        self._known: dict[str, bool] = {}

    def knows(self, word: str) -> bool:
        """Return whether a word is spelled right."""
        if word not in self._known:
            self._known[word] = self._look_up(word.removesuffix("'s"))
        return self._known[word]

    def common(self, word: str) -> bool:
        """Return whether the dictionary has a word, whatever the list says."""
        return bool(self._dictionary.lookup(word))

    def guesses(self, word: str) -> list[str]:
        """Return what may have been meant, the likeliest first."""
        return list(islice(self._dictionary.suggest(word), _GUESSES))

    def _look_up(self, word: str) -> bool:
        return self.common(word) or word in self._own or word[0].lower() + word[1:] in self._own


@cache
def _dictionary() -> Any:
    from spylls.hunspell import Dictionary

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # spylls leaves its files to the garbage collector
        return Dictionary.from_files("en_US")


def _listed(own: list[str], speller: Speller) -> Iterator[Flaw]:
    """Yield what is wrong with the list."""
    place = f"{FOLDER}/{WORDS}"
    before = ""
    for number, word in enumerate(own, 1):
        if not word and number == len(own):
            continue
        if list(words_of(word)) != [word]:
            yield Flaw("word-order", place, number, f"{word!r} is no word", "Write one word a line, and nothing else.")
            continue
        if _place(word) <= _place(before):
            message = f"{word} stands below {before}"
            yield Flaw("word-order", place, number, message, "Sort the list; each word stands there once.")
        if speller.common(word):
            yield Flaw("word-idle", place, number, f"the dictionary has {word}", "Take it out.")
        before = word


def _place(word: str) -> tuple[str, str]:
    return word.lower(), word


def _names(course: Course) -> frozenset[str]:
    """The names of assignments, exercises, lessons and misconceptions, which are no words."""
    known = Exercises(course)
    lessons = (lesson.name for lesson in read_lessons(course))
    folders = (path.name for path in (course.root / SOURCES[0]).glob("*/"))
    return frozenset((*known.ids, *known.assignments, *folders, *lessons, *beliefs()))


def _remedy(guesses: list[str]) -> str:
    add = f"if it is right, add it to {FOLDER}/{WORDS}."
    return f"Did you mean {' or '.join(guesses)}? Else {add}" if guesses else f"Mend it; {add}"
