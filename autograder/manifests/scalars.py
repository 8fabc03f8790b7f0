"""What a plain word of YAML means to kubectl.

kubectl reads YAML with goyaml v2 (inside sigs.k8s.io/yaml), turns it into JSON and knows only JSON
from there on. PyYAML's own resolver answers differently for ``y``, ``080``, ``1e3``, ``1:30`` or
``2001-01-01``, so it is never asked; the functions here follow goyaml's ``resolve`` step by step.

| Written | JSON | Why |
|---|---|---|
| ``y`` ``Yes`` ``ON`` ``true`` | true | a word of goyaml's list, which has each in three spellings |
| ``yES`` ``tRUE`` | "yES" "tRUE" | any other spelling is text |
| (nothing) ``~`` ``null`` ``Null`` ``NULL`` | null | |
| ``80`` ``+80`` ``8_0`` | 80 | underscores are dropped |
| ``0x50`` ``0o120`` ``0120`` ``0b1010000`` | 80 | a leading 0 means octal |
| ``080`` ``08`` | 80, 8 | no octal number, so a decimal one |
| ``1e3`` ``8.0`` | 1000, 8 | JSON knows one kind of number |
| ``1.10`` | 1.1 | |
| ``1:30`` ``12:30:45`` ``2001-01-01`` | text | no base 60, and dates stay text |
| ``1e400`` ``10.0.0.0/8`` ``-`` | text | |

Source: go.yaml.in/yaml/v2 resolve.go, sigs.k8s.io/yaml yaml.go, sigs.k8s.io/json.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

Scalar = str | int | float | bool | None
"""What one scalar turns into. No float is integral and within int64; no integer is beyond int64."""

TAG_PREFIX: Final = "tag:yaml.org,2002:"
"""What ``!!`` stands for."""

_WORDS: Final[dict[str, tuple[Scalar, str]]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), (True, "bool")),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), (False, "bool")),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (None, "null")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (math.nan, "float")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (math.inf, "float")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (-math.inf, "float")),
}
_HINTED: Final = frozenset("+-0123456789yYnNtTfFoO~.")
"""First characters that can begin anything but text."""

_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DOT_FLOAT: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
_BASES: Final = {"b": 2, "o": 8, "x": 16}
_DIGITS: Final = {
    2: re.compile(r"[01]+\Z"),
    8: re.compile(r"[0-7]+\Z"),
    10: re.compile(r"[0-9]+\Z"),
    16: re.compile(r"[0-9a-fA-F]+\Z"),
}
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?P<t>[Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?P<zone>Z|[-+](?:[01][0-9]|2[0-4]):(?:[0-5][0-9]|60))?)?\Z"
)
_INT64: Final = range(-(2**63), 2**63)
_UINT64: Final = range(2**64)
_LONGEST_INTEGER: Final = 70
"""More digits than any 64-bit integer has, even in base 2. Python's int() is slow on very many."""


class TagError(ValueError):
    """A scalar that contradicts its explicit tag, such as ``!!int web``. The text is goyaml's."""


class KeyTypeError(ValueError):
    """A scalar that JSON cannot have as a key."""

    def __init__(self, go_type: str, go_value: str) -> None:
        super().__init__(f"unsupported map key of type: {go_type}, key: {go_value}")


def resolve(text: str) -> Scalar:
    """Return what the plain, untagged scalar `text` means.

    NaN and the infinities come back as such: JSON lacks them, and the caller refuses them.

    >>> [resolve(text) for text in ("y", "yES", "080", "0x50", "1e3", "1.10", "1:30", "~")]
    [True, 'yES', 80, 80, 1000, 1.1, '1:30', None]
    """
    if text and text[0] not in _HINTED:
        return text
    return _as_json(_resolve(text)[0])


def resolve_tagged(tag: str, text: str) -> Scalar:
    """Return what a scalar with an explicit tag means, be it quoted or not.

    Tags that goyaml does not know, such as ``!vault``, are ignored and leave text. Raises `TagError` where
    goyaml cannot make the one into the other.

    >>> resolve_tagged("tag:yaml.org,2002:int", "0x50"), resolve_tagged("!port", "80")
    (80, '80')
    """
    return _as_json(_resolve_tagged(tag, text))


def key_text(tag: str | None, text: str) -> str:
    """Return the JSON key that a plain or tagged scalar makes: ``on:`` is "true" and ``010:`` is "8".

    A fraction is printed with the precision of a float32, and exponents begin early, as in Go's ``%g``.
    Raises `KeyTypeError` for null and for integers beyond int64, and `TagError`.

    >>> [key_text(None, text) for text in ("on", "010", "web", "1.50", "1e6", ".inf")]
    ['true', '8', 'web', '1.5', '1e+06', '.inf']
    """
    value = _resolve(text)[0] if tag is None else _resolve_tagged(tag, text)
    if value is None:
        raise KeyTypeError("%!s(<nil>)", "<nil>")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value not in _INT64:
            raise KeyTypeError("uint64", f"{value:#x}")
        return str(value)
    return _float32(value) if isinstance(value, float) else value


def _resolve(text: str) -> tuple[Scalar, str]:
    """Return goyaml's value and its tag's short name. An integral float is still a float here."""
    word = _WORDS.get(text)
    if word is not None:
        return word
    first = text[0]
    number: Scalar = None
    if first == ".":
        number = _finite(text) if _DOT_FLOAT.match(text) else None
    elif first in "+-0123456789":
        plain = text.replace("_", "")
        number = _integer(plain)
        if number is None and _FLOAT.match(plain):
            number = _finite(plain)
    if number is None:
        return text, "str"
    return number, "int" if isinstance(number, int) else "float"


def _resolve_tagged(tag: str, text: str) -> Scalar:
    name = tag.removeprefix(TAG_PREFIX) if tag.startswith(TAG_PREFIX) else ""
    if name == "binary":
        return _binary(text)
    if name not in {"bool", "int", "float", "null", "timestamp"}:
        return text
    value, found = (text, "str") if text and text[0] not in _HINTED else _resolve(text)
    if name == "timestamp" and _is_timestamp(text):
        return text
    if name == "float" and isinstance(value, int) and found == "int" and value in _INT64:
        return float(value)
    if found != name:
        raise TagError(f"cannot decode !!{found} `{text}` as a !!{name}")
    return value


def _as_json(value: Scalar) -> Scalar:
    """Return a number as it is after one trip through JSON: 1000.0 is 1000, and 2**63 is a float.

    Go prints a float with the fewest digits that tell it apart, so a large one comes back rounded in decimal.
    """
    if type(value) is float:
        if value.is_integer() and abs(value) < 1e19:
            integer = int(Decimal(repr(value)))
            return integer if integer in _INT64 else value
    elif type(value) is int and value not in _INT64:
        return float(value)
    return value


def _integer(plain: str) -> int | None:
    """Return Go's ``ParseInt(plain, 0, 64)``, or its ``ParseUint``, or None where both refuse."""
    sign, digits = (plain[0], plain[1:]) if plain[0] in "+-" else ("", plain)
    base = 10
    if digits[:1] == "0":
        base = 8
        if len(digits) > 2 and digits[1].lower() in _BASES:
            base, digits = _BASES[digits[1].lower()], digits[2:]
            # goyaml reads what follows 0b a second time, with a sign of its own: 0b-101 is -5.
            if base == 2 and not sign and plain[1] == "b" and digits[0] in "+-":
                sign, digits = digits[0], digits[1:]
    if not _DIGITS[base].match(digits):
        return None
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LONGEST_INTEGER:
        return None
    number = int(sign + digits, base)
    return number if number in (_INT64 if sign else _UINT64) else None


def _finite(text: str) -> float | None:
    """Return the number, or None where Go reports one that is out of range."""
    number = float(text)
    return number if math.isfinite(number) else None


def _is_timestamp(text: str) -> bool:
    """Return whether goyaml takes `text` for a date or a time: with a T it has a zone, else it has none."""
    match = _TIMESTAMP.match(text)
    if match is None or (match["t"] is not None and (match["t"] == " ") == (match["zone"] is not None)):
        return False
    year, month, day, _, hour, minute, second, _ = match.groups(default="0")
    try:
        datetime(int(year) or 2000, int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return False
    return True


def _binary(text: str) -> str:
    """Return the text that base64 holds, as JSON carries it: each broken byte becomes U+FFFD."""
    try:
        data = base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise TagError("!!binary value contains invalid base64 data") from None
    return replace_broken(data)


def replace_broken(data: bytes) -> str:
    """Return UTF-8 text in which U+FFFD stands for each byte that does not belong there, as in Go."""
    return re.sub("[\udc80-\udcff]", "\ufffd", data.decode("utf-8", "surrogateescape"))


def _float32(value: float) -> str:
    """Return Go's ``FormatFloat(value, 'g', -1, 32)``, with YAML's words for what is not finite."""
    if math.isnan(value):
        return ".nan"
    try:
        packed = struct.pack("f", value)
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    single: float = struct.unpack("f", packed)[0]
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    shortest = (f"{single:.{digits}e}" for digits in range(9))
    mantissa, _, exponent = next(text for text in shortest if struct.pack("f", float(text)) == packed).partition("e")
    power = int(exponent)
    if -4 <= power < 6:
        digits = len(mantissa.replace(".", "").lstrip("-"))
        return f"{float(f'{mantissa}e{exponent}'):.{max(0, digits - 1 - power)}f}"
    return f"{mantissa}e{power:+03d}"
