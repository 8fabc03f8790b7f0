"""Manifests: from text to objects, and everything that kubectl or the API server says on the way.

    read (kubectl) ─► what kind? ─► decode strictly ─► validate ─► build
                          │               │              │
                       ignored         problems       problems

Each document is judged on its own, as ``kubectl create`` would judge it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import BinaryIO, TypeVar

from .documents import Document, read_text
from .files import read_sources
from .judging import judge
from .limits import InputError
from .objects import Namespace, NetworkPolicy, Object, Pod, Service
from .options import FieldValidation, Options
from .pieces import Ignored, Piece, sort_out
from .problems import Path, Problem, format_path
from .schema import kinds

__all__ = [
    "FieldValidation",
    "Ignored",
    "InputError",
    "Manifests",
    "Options",
    "RefusedPod",
    "load_paths",
    "load_sources",
    "load_text",
]

_T = TypeVar("_T", NetworkPolicy, Pod, Namespace, Service)


@dataclass(frozen=True, slots=True)
class RefusedPod:
    """A Pod, or the Pods of a workload, that the API server refuses."""

    pod: Pod
    """What would have come after the refusal: without the unknown fields, and with the invalid values."""
    problems: tuple[Problem, ...]
    """Why it is refused, and what else is said about it."""


@dataclass(frozen=True)
class Manifests:
    """What manifests hold."""

    objects: tuple[Object, ...] = ()
    """In the order of files and documents. Of an object that is there twice, the last."""
    problems: tuple[Problem, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    documents: tuple[Document, ...] = ()
    """Every document that could be read, objects or not."""
    rejected: tuple[Ignored, ...] = ()
    """What kubectl or the API server refuses. Each has an error among the problems."""
    refused_pods: tuple[RefusedPod, ...] = ()
    """Of the rejected ones, the Pods and workloads of which one can still say what they would do."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are no mere warnings."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @cached_property
    def policies(self) -> tuple[NetworkPolicy, ...]:
        """The NetworkPolicies."""
        return self._of(NetworkPolicy)

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """The Pods, and the workloads that make Pods."""
        return self._of(Pod)

    @cached_property
    def namespaces(self) -> tuple[Namespace, ...]:
        """The declared Namespaces. One that is only referred to is not among them."""
        return self._of(Namespace)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The Services."""
        return self._of(Service)

    def _of(self, type_: type[_T]) -> tuple[_T, ...]:
        return tuple(thing for thing in self.objects if isinstance(thing, type_))


def load_text(text: str | bytes, file: str = "<answer>", options: Options | None = None) -> Manifests:
    """Return what a text holds.

    Raises InputError for a text beyond the limits, and for options that make no sense.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return load_sources([(file, data)], options)


def load_paths(
    paths: Iterable[str | PathLike[str]], options: Options | None = None, stdin: BinaryIO | bytes | str | None = None
) -> Manifests:
    """Return what files, folders (every .yaml, .yml and .json below them) and ``-`` (standard input) hold.

    Raises InputError for what cannot be read, and for options that make no sense.
    """
    options = (options or Options()).checked()
    return load_sources(read_sources(paths, options.limits, stdin), options)


def load_sources(sources: Iterable[tuple[str, bytes]], options: Options | None = None) -> Manifests:
    """Return what named contents hold: what `load_paths` finds, for whoever keeps the contents to show them.

    Raises InputError for a content beyond the limits, and for options that make no sense.
    """
    options = (options or Options()).checked()
    found = _Found()
    for file, data in sources:
        documents, unreadable = read_text(data, file, options.limits, keep_places=options.keep_places)
        problems = list(unreadable)
        found.rejected += [_unreadable(problem) for problem in unreadable]
        for document in documents:
            problems += _take(document, found, options)
        # What could not be read was found first. The sort is stable, so each document keeps its own order.
        found.problems += sorted(problems, key=lambda problem: problem.document)
        found.documents += documents
    return Manifests(
        tuple(thing for thing, _ in found.objects.values()),
        tuple(found.problems),
        tuple(found.ignored),
        tuple(found.documents),
        tuple(found.rejected),
        tuple(found.refused_pods),
    )


@dataclass(slots=True)
class _Found:
    """What has been found so far."""

    objects: dict[object, tuple[Object, Piece]] = field(default_factory=dict)
    """By kind, namespace and name; one whose name is still to be made by itself."""
    problems: list[Problem] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    rejected: list[Ignored] = field(default_factory=list)
    refused_pods: list[RefusedPod] = field(default_factory=list)


def _take(document: Document, found: _Found, options: Options) -> Iterator[Problem]:
    """Put what a document holds to what was found, and yield the problems."""
    evaluated = []
    for piece, fate in sort_out(document, options):
        if isinstance(fate, Ignored):
            found.ignored.append(fate)
        elif isinstance(fate, Problem):
            found.rejected.append(piece.set_aside(fate.detail, could_change_verdict=piece.kind in kinds()))
            yield fate
        else:
            evaluated.append(piece)
            judged = judge(piece, options)
            yield from judged.problems
            if judged.object is None:
                first = next(problem for problem in judged.problems if problem.severity == "error")
                found.rejected.append(piece.set_aside(first.sentence, could_change_verdict=True))
                if judged.refused is not None:
                    found.refused_pods.append(RefusedPod(judged.refused, tuple(judged.problems)))
            else:
                yield from _keep(piece, judged.object, found, again=not judged.generates_name)
    if document.has_duplicates and evaluated:
        yield from _duplicate_keys(document, evaluated)


def _keep(piece: Piece, thing: Object, found: _Found, *, again: bool) -> Iterator[Problem]:
    """Put an object to the others. Of the same one twice the last counts; yield a warning then.

    `again`: whether it can be the same as another one. What has its name generated cannot.
    """
    key = (piece.kind, piece.namespace, piece.name) if again else (piece.document, piece.path)
    earlier = found.objects.pop(key, None)
    found.objects[key] = thing, piece
    if earlier is None:
        return
    other = earlier[1]
    where = f"{other.document.file}:{other.line}"
    detail = f"this object is written twice: this one counts, the one at {where} does not"
    yield piece.problem(
        ("metadata", "name"),
        type_="Duplicate object",
        detail=detail,
        message=f"{piece.kind} {piece.full_name}: {detail}",
        stage="validation",
        severity="warning",
        hint="Applied in this order, the second replaces the first. Give one of them another name, or remove it.",
    )


def _duplicate_keys(document: Document, pieces: list[Piece]) -> Iterator[Problem]:
    """Yield a warning for each key that is written twice in one mapping. kubectl gives none: the last counts."""
    by_path = {piece.path: piece for piece in pieces}
    for duplicate in document.duplicates:
        lengths = range(len(duplicate.path), -1, -1)
        piece = next((by_path[duplicate.path[:n]] for n in lengths if duplicate.path[:n] in by_path), None)
        if piece is None:
            continue
        path: Path = duplicate.path[len(piece.path) :]
        key = str(path[-1]) if path else ""
        detail = f"{key} is written twice: only the one on line {duplicate.last.line} counts"
        problem = piece.problem(
            path,
            type_="Duplicate key",
            detail=detail,
            message=f"{format_path(path)}: {detail}",
            stage="yaml",
            severity="warning",
            hint="kubectl says nothing about it. Join the two, or remove one.",
        )
        yield replace(problem, position=duplicate.first)


def _unreadable(problem: Problem) -> Ignored:
    """Return a document that is no YAML as one that takes no part."""
    return Ignored(
        file=problem.file,
        document=problem.document,
        line=problem.position.line,
        api_version="",
        kind="",
        name="",
        reason=problem.detail,
        could_change_verdict=True,
    )
