"""What does a piece of a template say, once the choices are made?

A template is YAML. Everything in it means itself, apart from:

========================== =========================================================================================
in the template            in the variant
========================== =========================================================================================
``a ${word} here``         the word, or the piece of this name as text
``${word}`` alone          the piece itself: a list, a mapping, a number
``$by: AXIS``, a mapping   what stands under the name of the choice made on this axis, else under ``$else``; without
                           either, or if that is null, nothing: the key, or the item of the list, is left out
``$join: [A, B, …]``       lists one behind the other, mappings laid over one another, or texts and numbers as a text
========================== =========================================================================================

Nothing is executed: there are no conditions, loops or functions, and a piece that needs itself is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

BY: Final = "$by"
ELSE: Final = "$else"
JOIN: Final = "$join"
DEEPEST: Final = 60
"""How deep pieces may lie inside one another. A piece that needs itself ends here."""
_REFERENCE: Final = re.compile(r"\$\{([^}]*)\}")


class TemplateError(ValueError):
    """What is wrong with a template, as a sentence without its place."""


class _Nothing:
    """The value of a ``$by`` that has nothing to say for a choice."""


NOTHING: Final = _Nothing()


class Template:
    """The pieces of a family, seen from one variant."""

    def __init__(self, pieces: Mapping[str, Any], words: Mapping[str, Any], choices: Mapping[str, str]) -> None:
        """Take the pieces as they are written, the words of the choices, and the choice made on each axis."""
        self._pieces = pieces
        self._words = words
        self._choices = choices

    def filled(self, node: Any, depth: int = 0) -> Any:
        """Return a node without marks; `NOTHING` if it is left out. Raises `TemplateError`."""
        if depth > DEEPEST:
            raise TemplateError(f"a piece needs itself, or pieces lie more than {DEEPEST} deep inside one another")
        if isinstance(node, str):
            return self._text(node, depth)
        if isinstance(node, list):
            items = [self.filled(item, depth + 1) for item in node]
            return [item for item in items if item is not NOTHING]
        if not isinstance(node, dict):
            return node
        if BY in node:
            return self._chosen(node, depth)
        if JOIN in node:
            return self._joined(node, depth)
        filled = {self._key(key): self.filled(value, depth + 1) for key, value in node.items()}
        return {key: value for key, value in filled.items() if value is not NOTHING}

    def _text(self, text: str, depth: int) -> Any:
        whole = _REFERENCE.fullmatch(text)
        if whole is not None:
            return self._piece(whole[1], depth)
        return _REFERENCE.sub(lambda match: self._inline(match[1], depth), text)

    def _key(self, key: str) -> str:
        return _REFERENCE.sub(lambda match: self._inline(match[1], 0), key)

    def _inline(self, name: str, depth: int) -> str:
        value = self._piece(name, depth)
        if value is NOTHING:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise TemplateError(f"${{{name}}} stands inside a text, and is neither a text nor a whole number")
        return str(value).rstrip("\n")

    def _piece(self, name: str, depth: int) -> Any:
        if name in self._words:
            return self._words[name]
        if name not in self._pieces:
            known = ", ".join(sorted({*self._words, *self._pieces}))
            raise TemplateError(f"there is no piece or word called {name}; there are: {known}")
        return self.filled(self._pieces[name], depth + 1)

    def _chosen(self, node: Mapping[str, Any], depth: int) -> Any:
        axis = node[BY]
        if axis not in self._choices:
            raise TemplateError(f"{BY} names {axis}, and there is no such axis")
        choice = self._choices[axis]
        found = node.get(choice, node.get(ELSE))
        return NOTHING if found is None else self.filled(found, depth + 1)

    def _joined(self, node: Mapping[str, Any], depth: int) -> Any:
        if len(node) != 1 or not isinstance(node[JOIN], list):
            raise TemplateError(f"{JOIN} stands alone in its mapping and holds a list")
        parts = [part for part in self.filled(node[JOIN], depth) if part is not NOTHING]
        if all(isinstance(part, list) for part in parts):
            return [item for part in parts for item in part]
        if all(isinstance(part, dict) for part in parts):
            return {key: value for part in parts for key, value in part.items()}
        if all(isinstance(part, str | int) for part in parts):
            return "".join(map(str, parts))
        raise TemplateError(f"{JOIN} holds lists, mappings or texts, and not several of them")


def misnamed(node: Any, axes: Mapping[str, tuple[str, ...]]) -> str:
    """Return what is wrong with the first ``$by`` that names no axis, or a choice that its axis lacks; else nothing."""
    if isinstance(node, list):
        return next(filter(None, (misnamed(item, axes) for item in node)), "")
    if not isinstance(node, dict):
        return ""
    if BY in node:
        axis = node[BY]
        if not isinstance(axis, str) or axis not in axes:
            return f"{BY} names {axis}, and there is no such axis"
        unknown = sorted(set(node) - {BY, ELSE, *axes[axis]})
        if unknown:
            return f"the axis {axis} has no choice {unknown[0]}; it has: {', '.join(axes[axis])}"
    return next(filter(None, (misnamed(value, axes) for value in node.values())), "")
