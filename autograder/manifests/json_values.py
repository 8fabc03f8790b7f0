"""The quick way to read JSON: by Python's own decoder, which is written in C.

It is taken for values alone, and only where it is sure to answer what `json_events` would: that one
knows Go's errors, places, repeated keys and limits. Whatever is doubtful is left to it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from .compose import Plain, Value

_DOUBTFUL: Final = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")
"""Broken bytes, and escapes of surrogates, which Go reads one by one."""


class _DoubtError(Exception):
    """Something that the slow way has to decide."""


class QuickJson:
    """Reads the JSON values of one text."""

    def __init__(self, text: str, plain: Plain, max_depth: int) -> None:
        self._text = text
        self._plain = plain
        self._max_depth = max_depth
        self._is_clear = _DOUBTFUL.search(text) is None
        self._decode = json.JSONDecoder(
            object_pairs_hook=_mapping, parse_int=self._number, parse_float=self._number, parse_constant=_doubt
        ).raw_decode

    def read(self, start: int) -> tuple[Value, int] | None:
        """Return the value that begins at `start` and where it ends; None where anything is in doubt."""
        if not self._is_clear or self._text[start] not in "{[":  # a bare number may be the start of a wrong one
            return None
        try:
            value, end = self._decode(self._text, start)
        except (ValueError, RecursionError, _DoubtError):
            self._is_clear = False  # do not try in vain value after value
            return None
        return (value, end) if _depth(value) <= self._max_depth else None

    def _number(self, text: str) -> Any:
        number = self._plain[text]
        if isinstance(number, str):  # goyaml takes a number that is out of range for text, Go's JSON does not
            raise _DoubtError
        return number


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise _DoubtError
    return mapping


def _doubt(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which only Python takes for JSON."""
    raise _DoubtError(word)


def _depth(value: Value) -> int:
    """Return how deep lists and mappings lie inside one another."""
    depth = 0
    level: list[Any] = [value] if isinstance(value, dict | list) else []
    while level:
        depth += 1
        level = [
            part
            for container in level
            for part in (container.values() if type(container) is dict else container)
            if type(part) is dict or type(part) is list
        ]
    return depth
