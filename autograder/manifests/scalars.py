"""What a plain word of YAML means to kubectl.

kubectl reads YAML with goyaml v2 (inside sigs.k8s.io/yaml), turns it into JSON and from there on
knows only JSON. PyYAML's own resolver answers differently for ``y``, ``080``, ``1e3``, ``1:30`` or
``2001-01-01``, so it is never asked; the functions here follow goyaml's ``resolve`` step by step.

| Written | JSON | why |
|---|---|---|
| ``y`` ``Yes`` ``ON`` ``true`` | true | a word of goyaml's list, in exactly three spellings: yes, Yes, YES |
| ``yES`` ``tRUE`` | "yES" "tRUE" | any other spelling is text |
| (nothing) ``~`` ``null`` ``Null`` ``NULL`` | null | |
| ``80`` ``+80`` ``8_0`` | 80 | underscores are dropped |
| ``0x50`` ``0o120`` ``0120`` ``0b1010000`` | 80 | a leading 0 means octal |
| ``080`` ``08`` | 80 8 | no octal number, so a decimal fraction without a fraction |
| ``1e3`` ``8.0`` | 1000 8 | JSON knows one kind of number |
| ``1.10`` | 1.1 | |
| ``1:30`` ``12:30:45`` ``2001-01-01`` | text | no base 60, no dates |
| ``1e400`` ``10.0.0.0/8`` ``-`` | text | |
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from typing import Final

Scalar = str | int | float | bool | None
"""What one scalar may turn into. A float is never integral within the range of int64."""

TAG_PREFIX: Final = "tag:yaml.org,2002:"
MERGE_TAG: Final = TAG_PREFIX + "merge"

_WORDS: Final[dict[str, tuple[Scalar, str]]] = {
    **{word: (True, "bool") for word in ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")},
    **{word: (False, "bool") for word in ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")},
    **{word: (None, "null") for word in ("", "~", "null", "Null", "NULL")},
    **{word: (math.nan, "float") for word in (".nan", ".NaN", ".NAN")},
    **{word: (math.inf, "float") for word in (".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF")},
    **{word: (-math.inf, "float") for word in ("-.inf", "-.Inf", "-.INF")},
    "<<": ("<<", "merge"),
}
_HINTED: Final = frozenset("+-0123456789yYnNtTfFoO~.")
"""First characters that can begin anything but text. ``<<`` is text wherever it is no merge key."""

_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DOT_FLOAT: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
_DIGITS: Final[dict[int, re.Pattern[str]]] = {
    2: re.compile(r"[01]+\Z"),
    8: re.compile(r"[0-7]*\Z"),
    10: re.compile(r"[0-9]+\Z"),
    16: re.compile(r"[0-9a-fA-F]+\Z"),
}
_PREFIXES: Final = {"0x": 16, "0X": 16, "0o": 8, "0O": 8, "0b": 2, "0B": 2}
_TIMESTAMP: Final = re.compile(
    r"[0-9]{4}-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:[Tt ](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)
_MAX_INT64: Final = 2**63 - 1
_MAX_UINT64: Final = 2**64 - 1
_LONGEST_NUMBER: Final = 400
"""No float64 needs more; a longer run of digits is still read, but never by Python's slow int()."""


class TagError(ValueError):
    """A scalar that contradicts its explicit tag, such as ``!!int web``; the text is goyaml's."""


def resolve(text: str) -> Scalar:
    """Return what the plain, untagged scalar `text` means.

    NaN and the infinities come back as floats: JSON has no such numbers, and the caller refuses them.

    >>> [resolve(text) for text in ("y", "yES", "080", "0x50", "1e3", "1.10", "1:30", "~")]
    [True, 'yES', 80, 80, 1000, 1.1, '1:30', None]
    """
    if text and text[0] not in _HINTED:
        return text
    return as_json(_resolve(text)[0])


def resolve_tagged(tag: str, text: str) -> Scalar:
    """Return what a scalar with an explicit tag means, be it quoted or not.

    Raises `TagError` where goyaml cannot make the one into the other. Tags that goyaml does not know,
    such as ``!vault``, are ignored and leave text.
    """
    name = tag.removeprefix(TAG_PREFIX) if tag.startswith(TAG_PREFIX) else ""
    if name == "binary":
        return _binary(text)
    if name == "str" or name not in {"bool", "int", "float", "null", "timestamp"}:
        return text
    value, found = (text, "str") if text and text[0] not in _HINTED else _resolve(text)
    if found == "str" and name == "timestamp" and is_timestamp(text):
        found = "timestamp"
    if name == "float" and found == "int" and isinstance(value, int) and value <= _MAX_INT64:
        return as_json(float(value))
    if found != name:
        message = f"cannot decode !!{found} `{text}` as a !!{name}"
        raise TagError(message)
    return as_json(value)


def as_json(value: Scalar) -> Scalar:
    """Return a number as it is after one trip through JSON: ``1000.0`` is 1000, 2**63 is no int64.

    >>> as_json(8.0), as_json(2**63), as_json(1.5)
    (8, 9.223372036854776e+18, 1.5)
    """
    if type(value) is float:
        if value.is_integer() and -(2.0**63) <= value < 2.0**63:
            return int(value)
    elif type(value) is int and value > _MAX_INT64:
        return float(value)
    return value


def format_number(value: float) -> str:
    """Return a number as Go's encoding/json prints it, which is how the API server quotes it.

    >>> [format_number(number) for number in (80, 80.5, 1e20, 1e21, 1e-7)]
    ['80', '80.5', '100000000000000000000', '1e+21', '1e-7']
    """
    if isinstance(value, int):
        return str(value)
    text = repr(value)
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return mantissa.removesuffix(".0")
    power = int(exponent)
    digits = mantissa.lstrip("-").replace(".", "")
    sign = "-" if value < 0 else ""
    if power >= 21 or power <= -7:  # noqa: PLR2004 - Go's own thresholds
        return f"{mantissa.removesuffix('.0')}e{power:+d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    return sign + digits.removesuffix("0" if mantissa.endswith(".0") else "").ljust(power + 1, "0")


def key_text(value: int | float | bool) -> str:  # noqa: FBT001, PYI041 - each is converted by a rule of its own
    """Return the JSON key for a YAML key that is a number or a boolean.

    ``on:`` becomes "true", ``010:`` "8", and fractions are printed with the precision of a float32.

    >>> key_text(True), key_text(8), key_text(1.5), key_text(1e30)
    ('true', '8', '1.5', '1e+30')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _format_float32(value)


def is_timestamp(text: str) -> bool:
    """Return whether goyaml takes `text` for a date or a time (which it then keeps as text)."""
    match = _TIMESTAMP.match(text)
    if match is None:
        return False
    month, day = int(match["month"]), int(match["day"])
    return 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004


def _resolve(text: str) -> tuple[Scalar, str]:
    """Return goyaml's value and the short name of the tag it found."""
    word = _WORDS.get(text)
    if word is not None:
        return word
    first = text[0]
    number: Scalar = None
    if first == ".":
        number = _finite(text.replace("_", "")) if _DOT_FLOAT.match(text) else None
    elif first in "+-0123456789":
        if is_timestamp(text):
            return text, "timestamp"
        plain = text.replace("_", "")
        number = _integer(plain)
        if number is None and _FLOAT.match(plain):
            number = _finite(plain)
        if number is None:
            number = _signed_binary(plain)
    if number is None:
        return text, "str"
    return number, "int" if isinstance(number, int) else "float"


def _integer(plain: str) -> int | None:
    """Return Go's ``ParseInt(plain, 0, 64)``, else its ``ParseUint``; None where both refuse."""
    sign, digits = (plain[0], plain[1:]) if plain[0] in "+-" else ("", plain)
    base = 10
    if digits[:1] == "0":
        base = _PREFIXES.get(digits[:2], 8) if len(digits) > 2 else 8  # noqa: PLR2004
        digits = digits[2:] if base != 8 or digits[1:2] in {"o", "O"} else digits[1:]  # noqa: PLR2004
        if not digits and plain[-1:] != "0":
            return None
    if len(digits) > _LONGEST_NUMBER:
        digits = digits.lstrip("0")
    if len(digits) > _LONGEST_NUMBER or not _DIGITS[base].match(digits):
        return None
    number = int(digits or "0", base)
    if sign == "-":
        number = -number
        return number if number >= -_MAX_INT64 - 1 else None
    return number if number <= (_MAX_INT64 if sign else _MAX_UINT64) else None


def _signed_binary(plain: str) -> int | None:
    """Return the value of ``0b-101`` and ``0b+101``, which goyaml lets pass by accident."""
    if plain[:2] != "0b" or plain[2:3] not in {"+", "-"} or not _DIGITS[2].match(plain[3:]):
        return None
    if len(plain) > _LONGEST_NUMBER:
        return None
    number = int(plain[2:], 2)
    return number if -_MAX_INT64 - 1 <= number <= _MAX_INT64 else None


def _finite(text: str) -> float | None:
    """Return the float, or None where Go's ParseFloat reports a number out of range."""
    number = float(text)
    return number if math.isfinite(number) else None


def _binary(text: str) -> str:
    """Return the text inside base64, as JSON carries it: broken UTF-8 becomes U+FFFD."""
    try:
        data = base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        message = "!!binary value contains invalid base64 data"
        raise TagError(message) from None
    return data.decode("utf-8", "replace")


def _format_float32(value: float) -> str:
    """Return Go's ``FormatFloat(value, 'g', -1, 32)`` with YAML's words for what is not finite."""
    if math.isnan(value):
        return ".nan"
    try:
        bits = struct.pack("<f", value)
    except OverflowError:
        bits = struct.pack("<f", math.copysign(math.inf, value))
    single: float = struct.unpack("<f", bits)[0]
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    text = next(
        candidate
        for digits in range(9)
        if struct.pack("<f", float(candidate := f"{single:.{digits}e}")) == bits or digits == 8  # noqa: PLR2004
    )
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    if -4 <= power < max(21, 6) and power < 6:  # noqa: PLR2004
        digits_after = max(len(mantissa.lstrip("-").replace(".", "")) - 1 - power, 0)
        return f"{float(text):.{digits_after}f}"
    return f"{mantissa}e{power:+03d}"
