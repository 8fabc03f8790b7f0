"""How wide text is in a sans-serif font, well enough to lay out boxes without asking a browser."""

from __future__ import annotations

from typing import Final

_NARROW: Final = frozenset("ijl.,:;'|!()[]/ It-fr")
_WIDE: Final = frozenset("mwMW@%⇄—")


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is, rather too wide than too narrow."""
    units = sum(
        0.36
        if sign in _NARROW
        else 0.92
        if sign in _WIDE
        else 1.05
        if sign > "\u2e7f"
        else 0.68
        if sign.isupper()
        else 0.58
        for sign in text
    )
    return units * size * (1.06 if bold else 1)


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return the text, its middle left out where it is wider than `width`.

    >>> shortened("payments-of-the-whole-shop-7d9f5", 120, 12)
    'payments-…op-7d9f5'
    """
    if width_of(text, size, bold=bold) <= width:
        return text
    kept = len(text)
    short = "…"
    while kept > 1:
        kept -= 1
        head = (kept + 1) // 2
        short = f"{text[:head]}…{text[len(text) - (kept - head) :]}"
        if width_of(short, size, bold=bold) <= width:
            break
    return short


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the text in lines no wider than `width`, broken between words; a word that is wider is shortened.

    >>> wrapped("TCP 80, 443, 8000-8999; UDP 53", 100, 12)
    ['TCP 80, 443,', '8000-8999; UDP', '53']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(shortened(word, width, size, bold=bold))
    return lines
