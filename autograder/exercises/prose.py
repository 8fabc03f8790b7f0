"""Where in the files of a course do people read words, and which words?

============================================ =====================================================================
file, from the root of the course            what people read in it
============================================ =====================================================================
``course/.text/*.md``, ``course/README.md``, all but code, addresses, tags of HTML, and what the front matter says
``solutions/**/*.md``, ``docs/*.md``,        beside the title
``*.md``
``course/.text/concepts.yaml``               titles
``solutions/*/*/exercise.yaml``              title, task and hints, and every ``why``
``starter.yaml``, ``given.yaml``,            comments
``right/permitted.txt``
``autograder/**/*.toml``                     texts of more than one word, where the file holds texts for people
============================================ =====================================================================

No words are what stands in a code span, and what is shaped like code: ``CAP_CHOWN``, ``v1.37``, ``course.yaml``,
``--level``, a {placeholder}. Nor is the name of an exercise.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from autograder.manifests.documents import read_text
from autograder.manifests.limits import InputError

from .lessons import markdown_lines
from .spec import LIMITS, read_file

_FRONT: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_READ: Final = ("title", "task", "hints", "why")
"""The keys of exercise.yaml whose texts people read, at any depth."""
_CODE: Final = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|<code>.*?</code>|<!--.*?-->")
_TARGET: Final = re.compile(r"(?<=\])\([^)\s]*\)")
_NO_PROSE: Final = re.compile(
    r"[a-z]+://[^\s)>]+|</?[A-Za-z][^>]*>|&#?\w+;|(?<![\w.])/[\w./-]+|\{[^{}\s]*\}|%%?[a-z]\w*"
)
_SHAPED: Final = re.compile(r"[\d_=@$\\]|^--?\w|\w[.:]\w")
"""A token like this is code, a path or an option, even without backticks."""
_EDGES: Final = "*_.,;:!?()[]{}<>\"'“”‘’…|~#/+"
_COMMENT: Final = re.compile(r"^\s*# (?P<text>\S.*)$")
_YAML: Final = re.compile(r"^(- .*|\w+:( \S+)?)$")
"""What a comment may hold beside words: a line that can be put in force."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Said(NamedTuple):
    """One line of text that people read."""

    file: str
    """Relative to the root of the course."""
    line: int
    text: str


def prose_of(root: Path) -> Iterator[Said]:
    """Yield what people read in the files below the root of a course, by file and line; of what is not there, nothing.

    Raises `InputError` for a file that cannot be read.
    """
    seen = set()
    for pattern, reader in _FILES:
        for path in sorted(root.glob(pattern)):
            if path not in seen and path.is_file():
                seen.add(path)
                file = path.relative_to(root).as_posix()
                for line, text in reader(path):
                    yield Said(file, line, text)


def words_of(text: str, names: Collection[str] = ()) -> Iterator[str]:
    """Yield the words of a line of Markdown; `names` are no words.

    >>> list(words_of("Run **`kubectl get`** on v1.37: the [Pod's](pod.md) rule, see night-shift.", {"night-shift"}))
    ['Run', 'on', 'the', "Pod's", 'rule', 'see']
    """
    for token in _NO_PROSE.sub(" ", _TARGET.sub("", _CODE.sub(" ", text))).split():
        bare = token.strip(_EDGES)
        if bare not in names and _SHAPED.search(bare) is None:
            for word in _WORD.findall(bare):
                yield word.replace("’", "'")


def _markdown(path: Path) -> Iterator[tuple[int, str]]:
    whole = read_file(path)
    front = _FRONT.match(whole)
    start = whole.count("\n", 0, front.end()) if front else 0
    for number, line in enumerate(front[0].split("\n") if front else (), 1):
        if line.startswith("title:"):
            yield number, line.removeprefix("title:")
    yield from _paragraphs(whole[front.end() :] if front else whole, start)


def _paragraphs(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the lines of Markdown that are no code block, with their numbers."""
    blank, indented = True, False
    for line in markdown_lines(text, start):
        indented = line.text.startswith("    ") and (blank or indented)
        blank = not line.text.strip()
        if not (line.fenced or indented or blank):
            yield line.number, line.text


def _exercise(path: Path) -> Iterator[tuple[int, str]]:
    return _texts(path, wanted=False)


def _titles(path: Path) -> Iterator[tuple[int, str]]:
    return _texts(path, wanted=True)


def _texts(path: Path, *, wanted: bool) -> Iterator[tuple[int, str]]:
    whole = read_file(path)
    documents, problems = read_text(whole, str(path), LIMITS)
    if problems:
        raise InputError(f"{path}:{problems[0].position.line}: {problems[0].detail}")
    raw = whole.split("\n")
    for document in documents:
        for way, text in _strings(document.value, (), wanted=wanted):
            yield from _placed(raw, document.locate(way).line, text)


def _strings(value: Any, way: tuple[str | int, ...], *, wanted: bool) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the texts below the keys that people read, with their paths."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, (*way, key), wanted=wanted or key in _READ)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _strings(inner, (*way, index), wanted=wanted)
    elif wanted and isinstance(value, str):
        yield way, value


def _comments(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(read_file(path).split("\n"), 1):
        match = _COMMENT.match(line)
        if match and _YAML.match(match["text"]) is None:
            yield number, match["text"]


def _toml(path: Path) -> Iterator[tuple[int, str]]:
    whole = read_file(path)
    try:
        value = tomllib.loads(whole)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}. Mend the file.") from None
    raw = whole.split("\n")
    yield from _comments(path)
    for _, text in _strings(value, (), wanted=True):
        if " " in text:
            yield from _placed(raw, 1, text)


def _placed(raw: list[str], start: int, text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text out of YAML or TOML, each with the line of the file that it begins in."""
    at = start
    for _, line in _paragraphs(text):
        for head in (line.strip(), line.strip()[:24], line.split()[0]):  # a folded text has longer lines than its file
            found = next((number for number in range(at, len(raw) + 1) if head in raw[number - 1]), None)
            if found is not None:
                at = found
                break
        yield at, line


_FILES: Final[tuple[tuple[str, Callable[[Path], Iterator[tuple[int, str]]]], ...]] = (
    ("course/.text/*.md", _markdown),
    ("course/.text/concepts.yaml", _titles),
    ("course/README.md", _markdown),
    ("solutions/*/*/exercise.yaml", _exercise),
    ("solutions/*/*/starter.yaml", _comments),
    ("solutions/*/*/given.yaml", _comments),
    ("solutions/*/*/right/permitted.txt", _comments),
    ("solutions/**/*.md", _markdown),
    ("docs/*.md", _markdown),
    ("*.md", _markdown),
    ("autograder/exercises/*.toml", _toml),
    ("autograder/misconceptions/*.toml", _toml),
    ("autograder/security/capabilities/*.toml", _toml),
    ("autograder/security/seccomp/notes.toml", _toml),
)
