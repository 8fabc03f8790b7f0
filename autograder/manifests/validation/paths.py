"""Paths that must stay below where they begin. Source: validateLocalDescendingPath, ValidateLocalNonReservedPath."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.manifests.problems import Path

from .errors import FieldError, invalid


def descending_path(text: str, path: Path, at: Path | None = None) -> Iterator[FieldError]:
    """Yield the errors of a path that must be relative and must not lead upwards."""
    if text.startswith("/"):
        yield invalid(path, text, "must be a relative path", at)
    yield from no_backsteps(text, path, at)


def no_backsteps(text: str, path: Path, at: Path | None = None) -> Iterator[FieldError]:
    """Yield the error of a path that leads upwards somewhere."""
    if ".." in text.split("/"):
        yield invalid(path, text, "must not contain '..'", at)


def non_reserved_path(text: str, path: Path) -> Iterator[FieldError]:
    """Yield the errors of a path in a volume whose names beginning with ``..`` belong to the kubelet."""
    yield from descending_path(text, path)
    if text.startswith("..") and not text.startswith("../"):
        yield invalid(path, text, "must not start with '..'")
