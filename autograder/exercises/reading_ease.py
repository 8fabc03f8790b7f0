"""How hard a text is to read: the grade of Flesch and Kincaid, out of its sentences, words and syllables.

    0.39 · words / sentences + 11.8 · syllables / words - 15.59

About the years of school that a reader needs. Syllables are counted as groups of vowels, which is right to within a few
percent for English prose. Code, links' addresses, tables and HTML do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_CODE: Final = re.compile(r"`[^`]*`|<code>.*?</code>")
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG: Final = re.compile(r"<[^>]+>")
_SENTENCE: Final = re.compile(r"[.!?:](?=\s|$)")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_SPOKEN: Final = re.compile(r"[^aeiouy]les?$|[td]ed$|[scgxz]es$")
"""Ends of words whose last e is heard."""
_VOWELS: Final = re.compile(r"[aeiouy]+")


class Ease(NamedTuple):
    """How hard a text is."""

    grade: float
    words: int
    sentences: int
    longest: str
    """The longest sentence."""


def ease(paragraphs: Iterable[str]) -> Ease:
    """Return how hard some paragraphs are to read.

    >>> ease(["The cat sat. It ate."]).sentences
    2
    """
    sentences = [part for text in paragraphs for part in _SENTENCE.split(plain(text)) if _WORD.search(part)]
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        return Ease(0.0, 0, 0, "")
    syllables = sum(map(syllables_of, words))
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    longest = max(sentences, key=lambda sentence: len(_WORD.findall(sentence)))
    return Ease(round(grade, 1), len(words), len(sentences), " ".join(longest.split()))


def plain(text: str) -> str:
    """Return Markdown as it is read aloud: a piece of code is one word, a link is its text.

    >>> plain("See **[the page](x.md)** for `kubectl get`.")
    'See the page for it.'
    """
    text = _TAG.sub("", _LINK.sub(r"\1", _CODE.sub("it", text)))
    return re.sub(r"[*_#>]+", "", text).strip()


def syllables_of(word: str) -> int:
    """Return about how many syllables a word has.

    >>> [syllables_of(word) for word in ("Pod", "policy", "closed", "selected")]
    [1, 3, 1, 3]
    """
    lower = re.sub(r"[^a-z]", "", word.lower())
    found = len(_VOWELS.findall(lower))
    if lower.endswith(("e", "es", "ed")) and _SPOKEN.search(lower) is None:
        found -= 1
    return max(1, found)
