r"""How is a value written as YAML that people read? In block style, in the order given, the same bytes everywhere.

A hundred lines of a scene take PyYAML some ten milliseconds, and its layout may change with its version. What is
written here is only ever mappings, lists, texts, numbers, true, false and null.

>>> print(document({"name": "web", "ports": [{"port": 80, "name": "80"}], "labels": {}, "note": "One.\nTwo.\n"}))
name: web
ports:
  - port: 80
    name: "80"
labels: {}
note: |
  One.
  Two.
<BLANKLINE>
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9./_-]*((?:,? |:)[A-Za-z0-9][A-Za-z0-9./_-]*)*\.?")
"""Texts that mean themselves without quotes; one with a comma only outside of brackets."""
_DOTTED: Final = re.compile(r"[0-9]+(\.[0-9]+){2,}(/[0-9]+)?")
"""Addresses and versions, which are no numbers."""
_LINE: Final = 60
_MEANINGFUL: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def document(value: Any) -> str:
    """Return one document."""
    return "\n".join(_lines(value)) + "\n"


def documents(values: Iterable[Any]) -> str:
    """Return several documents with ``---`` between them."""
    return "---\n".join(document(value) for value in values)


def _lines(value: Any) -> Iterator[str]:
    """Yield the lines of a value, beginning in the first column."""
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from _entry(f"{_scalar(key)}:", held)
    elif isinstance(value, list) and value:
        for item in value:
            first, *more = _lines(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in more)
    else:
        yield _scalar(value)


def _entry(key: str, held: Any) -> Iterator[str]:
    if isinstance(held, list) and held and _short(held):
        yield f"{key} [{', '.join(map(_scalar, held))}]"
    elif isinstance(held, dict | list) and held:
        yield key
        yield from (f"  {line}" for line in _lines(held))
    elif isinstance(held, str) and _is_block(held):
        yield f"{key} |" if held.endswith("\n") else f"{key} |-"
        yield from (f"  {line}" if line else "" for line in held.removesuffix("\n").split("\n"))
    else:
        yield f"{key} {_scalar(held)}"


def _short(items: list[Any]) -> bool:
    """Return whether a list is written in one line: its items are words and numbers, and few."""
    words = all(not isinstance(item, dict | list) and "," not in str(item) for item in items)
    return words and sum(len(str(item)) + 2 for item in items) <= _LINE


def _is_block(text: str) -> bool:
    """Return whether a text can be written as a block, line by line."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and text[0] not in "\n "
        and not text.endswith("\n\n")
        and all(line == line.rstrip() and line.isprintable() for line in lines)
    )


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _MEANINGFUL
        return value if plain or _DOTTED.fullmatch(value) else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """Return a text in quotes: as JSON has it, with everything unseen as YAML's escape."""
    if text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    seen = (
        json.dumps(sign, ensure_ascii=False)[1:-1] if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in text
    )
    return f'"{"".join(seen)}"'
