"""Which variants does an exercise have, and which texts make one of them?

A family is the file ``variants.yaml`` beside ``exercise.yaml``. It is the instructor's and never reaches a learner.

============ =======================================================================================================
key          holds
============ =======================================================================================================
``axes``     what is structurally different: names of axes, each with its choices
``never``    combinations of choices that make no sense, each a mapping of axes to a choice or to several
``names``    what only sounds different: lists of choices, each a mapping of words
``default``  the choices of the variant that lies beside the family as ``exercise.yaml``, ``world.yaml`` and so on
``pieces``   pieces of YAML that the texts are made of (`template`)
``files``    the texts of a variant: ``exercise.yaml``, ``world.yaml``, ``starter.yaml`` and, if needed,
             ``images.yaml`` and ``node.yaml``. A list is a list of documents
``right``    right answers by name, two at least: each a list of documents
``wrong``    wrong answers by the misconception that they must show, or ``x-…``
============ =======================================================================================================

A variant is a choice on every axis and one set of words of every list of names. Id, version, points, concepts, lesson
and title are those of the exercise, whatever the variant: one exercise, graded alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, Final

from autograder.exercises.spec import LIMITS, SPEC
from autograder.manifests.documents import Document, read_paths
from autograder.manifests.limits import InputError
from autograder.manifests.problems import Path as Way

from .template import NOTHING, Template, TemplateError, misnamed
from .written import document, documents

NAME: Final = "variants.yaml"
FILES: Final = (SPEC, "world.yaml", "starter.yaml", "images.yaml", "node.yaml")
"""What a learner may get of a variant. The first three have to be there."""
MOST: Final = 20_000
"""How many structures a family may have: they are counted out one by one."""
_KEYS: Final = ("axes", "never", "names", "default", "pieces", "files", "right", "wrong")
_NEEDED: Final = ("axes", "default", "files", "right", "wrong")
_COMMON: Final = ("id", "version", "title", "concepts", "points", "lesson")
"""What every variant has in common with the exercise."""

Choices = Mapping[str, str]


@dataclass(frozen=True)
class Variant:
    """One variant of an exercise. Its texts are made when they are asked for."""

    family: Family
    choices: tuple[tuple[str, str], ...]
    """The choice on each axis, in the order of the family."""
    names: tuple[int, ...]
    """Which words of each list of names."""

    @property
    def id(self) -> str:
        """A short name that is the same wherever the family is, and tells nothing about the choices."""
        written = [f"{axis}={choice}" for axis, choice in self.choices]
        written += [f"{name}={number}" for name, number in zip(self.family.names, self.names, strict=True)]
        text = "\n".join([self.family.exercise, str(self.family.version), *written])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def described(self) -> dict[str, str]:
        """The choices for people: those of the axes, and which words of each list of names, from 1."""
        numbers = zip(self.family.names, self.names, strict=True)
        return {**dict(self.choices), **{name: str(number + 1) for name, number in numbers}}

    @property
    def words(self) -> dict[str, Any]:
        """The words that the names contribute."""
        lists = zip(self.family.names.values(), self.names, strict=True)
        return {key: value for choices, number in lists for key, value in choices[number].items()}

    @cached_property
    def files(self) -> dict[str, str]:
        """What the learner gets: texts by the name of the file. Raises `InputError` for a broken template."""
        made = self._made("files")
        return {name: _written(made[name]) for name in FILES if name in made}

    @cached_property
    def right(self) -> dict[str, str]:
        """The right answers by name. Raises `InputError` for a broken template."""
        return {name: _written(value) for name, value in self._made("right").items()}

    @cached_property
    def wrong(self) -> dict[str, str]:
        """The wrong answers by name. Raises `InputError` for a broken template."""
        return {name: _written(value) for name, value in self._made("wrong").items()}

    def value(self, *path: str) -> Any:
        """Return one piece of the family as this variant has it. Raises `InputError` for a broken template."""
        return self._filled(path)

    def _made(self, part: str) -> dict[str, Any]:
        found = {name: self._filled((part, name)) for name in self.family.value[part]}
        return {name: value for name, value in found.items() if value is not NOTHING}

    def _filled(self, path: tuple[str, ...]) -> Any:
        node: Any = self.family.value
        for step in path:
            node = node[step]
        pieces = self.family.value.get("pieces", {})
        try:
            return Template(pieces, self.words, dict(self.choices)).filled(node)
        except TemplateError as error:
            chosen = ", ".join(f"{axis}: {choice}" for axis, choice in self.choices)
            raise InputError(f"{self.family.at(path)}: {error}. It was found with {chosen}.") from None


@dataclass(frozen=True, eq=False)
class Family:
    """The variants of one exercise."""

    exercise: str
    version: int
    axes: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[Mapping[str, Any], ...]]
    document: Document

    @property
    def value(self) -> Mapping[str, Any]:
        """The file's value."""
        found: Any = self.document.value
        return found  # type: ignore[no-any-return]

    def at(self, path: Way) -> str:
        """Return a place in the file as ``file:line``."""
        return f"{self.document.file}:{self.document.locate(path, key=True).line}"

    @cached_property
    def structures(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Every combination of choices that makes sense, in the order of the file."""
        never = [
            {axis: {choice} if isinstance(choice, str) else set(choice) for axis, choice in rule.items()}
            for rule in self.value.get("never", ())
        ]
        combinations = (dict(zip(self.axes, chosen, strict=True)) for chosen in product(*self.axes.values()))
        return tuple(
            tuple(chosen.items())
            for chosen in combinations
            if not any(all(chosen[axis] in choices for axis, choices in rule.items()) for rule in never)
        )

    @cached_property
    def default(self) -> Variant:
        """The variant that lies beside the family as the exercise of a course that is not released to a class."""
        return self.described({name: str(choice) for name, choice in self.value["default"].items()})

    @property
    def size(self) -> int:
        """How many variants there are."""
        return len(self.structures) * prod(map(len, self.names.values()))

    def numbered(self, number: int) -> Variant:
        """Return a variant by number, from 0; numbers beyond the last begin again."""
        rest, structure = divmod(number, len(self.structures))
        names = []
        for choices in self.names.values():
            rest, index = divmod(rest, len(choices))
            names.append(index)
        return Variant(self, self.structures[structure], tuple(names))

    def described(self, description: Mapping[str, str]) -> Variant:
        """Return the variant that `Variant.described` describes. Raises `ValueError` when it describes none."""
        choices = tuple((axis, description[axis]) for axis in self.axes if axis in description)
        names = tuple(int(description[name]) - 1 for name in self.names if name in description)
        fits = len(names) == len(self.names) and choices in self._known
        if not fits or not all(0 <= n < len(part) for n, part in zip(names, self.names.values(), strict=True)):
            raise ValueError(f"the family of {self.exercise} has no such variant")
        return Variant(self, choices, names)

    @cached_property
    def _known(self) -> frozenset[tuple[tuple[str, str], ...]]:
        return frozenset(self.structures)

    def __iter__(self) -> Iterator[Variant]:
        """Yield one variant of each structure; the words change from one to the next."""
        for number in range(len(self.structures)):
            names = tuple(number % len(choices) for choices in self.names.values())
            yield Variant(self, self.structures[number], names)


def read_family(folder: Path) -> Family:
    """Return the family in an exercise's folder.

    Raises `InputError` that says, with file and line, what is wrong with it.
    """
    file = folder / NAME
    documents_, problems = read_paths([file], LIMITS)
    if problems:
        raise InputError(f"{file}:{problems[0].position.line}: {problems[0].detail}")
    if len(documents_) != 1:
        raise InputError(f"{file}: holds {len(documents_)} documents. Describe one family in one document.")
    found = documents_[0]
    for double in found.duplicates:
        raise InputError(f"{file}:{double.last.line}: {double.path[-1]} stands there twice. Remove one.")
    _judge_shape(found)
    value: Any = found.value
    exercise = value["files"][SPEC]
    axes = {axis: tuple(choices) for axis, choices in value["axes"].items()}
    names = {name: tuple(choices) for name, choices in value.get("names", {}).items()}
    family = Family(exercise["id"], exercise["version"], axes, names, found)
    if not family.structures:
        raise InputError(f"{family.at(('never',))}: these rules leave no variant at all. Loosen one.")
    try:
        _ = family.default
    except ValueError:
        message = "default must have a choice for every axis and a number for every list of names, and be allowed"
        raise InputError(f"{family.at(('default',))}: {message}.") from None
    return family


def _judge_shape(found: Document) -> None:
    """Raise `InputError` with the first thing that keeps a value from being a family."""
    for path, message in _wrong(found.value):
        raise InputError(f"{found.file}:{found.locate(path, key=True).line}: {message}.")


def _wrong(value: Any) -> Iterator[tuple[Way, str]]:
    """Yield what is wrong with a family, and where. After the first the rest may make no sense."""
    if not isinstance(value, dict):
        yield (), "a family is a mapping"
        return
    for key in value:
        if key not in _KEYS:
            yield (key,), f"there is no key {key}; there are: {', '.join(_KEYS)}"
    for key in _NEEDED:
        if not isinstance(value.get(key), dict) or not value[key]:
            yield (key,) if key in value else (), f"{key} must be there and be a mapping that is not empty"
    for key, kind in (("never", list), ("names", dict), ("pieces", dict)):
        if not isinstance(value.get(key, kind()), kind):
            yield (key,), f"{key} is a {'list' if kind is list else 'mapping'}"
    yield from _wrong_axes(value["axes"], value.get("never", []))
    yield from _wrong_names(value.get("names", {}), value["axes"])
    axes = {axis: tuple(choices) for axis, choices in value["axes"].items()}
    for part in ("pieces", "files", "right", "wrong"):
        for name, node in value.get(part, {}).items():
            message = misnamed(node, axes)
            if message:
                yield (part, name), message
    yield from _wrong_files(value["files"])


def _wrong_axes(axes: Mapping[str, Any], never: list[Any]) -> Iterator[tuple[Way, str]]:
    for axis, choices in axes.items():
        if not isinstance(choices, list) or not choices or not all(isinstance(each, str) for each in choices):
            yield ("axes", axis), "an axis has a list of choices, each a word"
    if prod(len(choices) for choices in axes.values()) > MOST:
        yield ("axes",), f"there are more than {MOST} combinations; take away a choice"
    for index, rule in enumerate(never):
        if not isinstance(rule, dict) or not rule:
            yield ("never", index), "a rule is a mapping of axes to choices"
        for axis, choice in rule.items():
            named = choice if isinstance(choice, list) else [choice]
            if axis not in axes or not all(each in axes[axis] for each in named):
                yield ("never", index, axis), "this names an axis or a choice that is not there"


def _wrong_names(names: Mapping[str, Any], axes: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    for name, choices in names.items():
        if not isinstance(choices, list) or not choices or not all(isinstance(choice, dict) for choice in choices):
            yield ("names", name), "a list of names has items, each a mapping of words"
        if len({frozenset(choice) for choice in choices}) > 1 or name in axes:
            yield ("names", name), "a list of names has items with the same words each, and a name of its own"
        for index, choice in enumerate(choices):
            if not all(isinstance(word, str | int) for word in choice.values()):
                yield ("names", name, index), "a word is a text or a whole number"


def _wrong_files(files: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    if any(name not in FILES for name in files) or any(name not in files for name in FILES[:3]):
        yield ("files",), f"files are {', '.join(FILES)}, and the first three must be there"
    exercise = files[SPEC]
    if not isinstance(exercise, dict) or not isinstance(exercise.get("id"), str) or "version" not in exercise:
        yield ("files", SPEC), "an exercise is a mapping with id and version"
    if not isinstance(exercise["version"], int):
        yield ("files", SPEC, "version"), "version is a whole number"
    for key in _COMMON:
        if "$" in str(exercise.get(key, "")):
            yield ("files", SPEC, key), f"{key} is the same for every variant"


def _written(value: Any) -> str:
    return documents(value) if isinstance(value, list) else document(value)
