"""Which variants are the same problem under other names?

Two variants are the same problem if one becomes the other when names and numbers are replaced. So every word that
comes from the names of the family becomes a symbol, numbered as it is met in the intent and then in the scene, the
order of lists is forgotten, and prose is left out. What remains is the normal form: who shall reach whom in what
direction, which ports in which form, which containers and which level, and what the scene has in store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from .family import Variant

_PROSE: Final = frozenset({"why", "status"})
"""What changes no verdict: reasons, and the addresses of Pods, which no intent names."""


def normal_form(variant: Variant) -> str:
    """Return what is the same for two variants exactly if they are the same problem under other names."""
    masked = _Masked(variant)
    intent = masked.of(variant.value("files", "exercise.yaml")["intent"])
    parts = [intent, *(masked.of(variant.value("files", name)) for name in sorted(variant.files) if name != _SPEC)]
    return json.dumps([_unordered(part) for part in parts], sort_keys=True)


_SPEC: Final = "exercise.yaml"


class _Masked:
    """Replaces the words of a variant by symbols, in the order in which it meets them."""

    def __init__(self, variant: Variant) -> None:
        self._words = {str(word) for word in variant.words.values()}
        longest_first = sorted(self._words, key=lambda word: (-len(word), word))
        self._pattern = re.compile(
            rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![0-9A-Za-z])"
        )
        self._symbols: dict[str, str] = {}

    def of(self, value: Any) -> Any:
        """Return a value without words."""
        if isinstance(value, dict):
            return {self._text(key): self.of(held) for key, held in value.items() if key not in _PROSE}
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int) and not isinstance(value, bool) and str(value) in self._words:
            return self._symbol(str(value))
        return value

    def _text(self, text: str) -> str:
        symbol: Callable[[re.Match[str]], str] = lambda match: self._symbol(match[0])  # noqa: E731 - typed for the call
        return self._pattern.sub(symbol, text)

    def _symbol(self, word: str) -> str:
        return self._symbols.setdefault(word, f"<{len(self._symbols)}>")


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(held) for key, held in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value
