"""Numbers that may not be negative."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.manifests.problems import Path

from .errors import FieldError, invalid


def non_negative(number: int, path: Path) -> Iterator[FieldError]:
    """Yield the error of a number below zero."""
    if number < 0:
        yield invalid(path, number, "must be greater than or equal to 0")
