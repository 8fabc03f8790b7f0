"""Values as the API server, a Go program, prints them in its messages."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}
_HTML: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def quote(text: str) -> str:
    r"""Return `text` between quotation marks, as strconv.Quote does.

    >>> print(quote('a "web" server'), quote("tab\t"), quote("caf\u00e9 \u200b"))
    "a \"web\" server" "tab\t" "café \u200b"
    """
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join(_escape(character) for character in text)}"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def number(value: float) -> str:
    """Return a JSON number as kubectl sends it: int64 exactly, anything else as a float64.

    >>> [number(value) for value in (80, 80.5, 99999999999, 2**64, 1e21, 1.5e-7)]
    ['80', '80.5', '99999999999', '18446744073709552000', '1e+21', '1.5e-7']
    """
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return str(value)
    try:
        real = float(value)
    except OverflowError:  # no document holds it: reading makes text of numbers beyond float64
        return str(value)
    if real == 0:
        return "-0" if str(real).startswith("-") else "0"
    digits = Decimal(repr(real))
    if 1e-6 <= abs(real) < 1e21:
        text = format(digits, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{digits.normalize():e}".partition("e")
    return f"{mantissa}e{exponent}"


def compact_json(value: Any) -> str:
    """Return `value` as Go's encoding/json writes it: no spaces, keys as they stand, HTML characters escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_HTML)
