"""Strict decoding: from JSON to the fields of a kind, in the API server's own words.

The server decodes a JSON object into a Go struct, key after key in sorted order (kubectl sorts them).

| Written | Result |
|---|---|
| a value of the wrong type | a type error. Only the first is reported, and nothing else |
| a quantity, time or int-or-string that cannot be parsed | decoding ends: this is reported, and nothing else |
| a field that the struct does not have | an unknown field. All are reported, if there is no type error |
| null for a field | as if the field were not there: never an error |
| null as a list item or map value | the zero value: an empty struct, "", 0, false |

Numbers decode into Quantity and IntOrString, strings too. An integer field takes an integer within
its width. Which fields a struct has depends on the version of Kubernetes.

Source: sigs.k8s.io/json (internal/golang/encoding/json/decode.go and kubernetes_patch.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple, NoReturn

from .go_text import compact_json, number, quote
from .go_values import quantity_error, time_error
from .problems import Path, format_path
from .schema import INTEGERS, Struct, Type, embedded, structs, versions

MOST_UNKNOWN_FIELDS: Final = 100
"""The server stops collecting unknown fields at this many."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field that does not exist where it is written."""

    path: Path
    struct: str
    """The struct that does not have it."""

    @property
    def detail(self) -> str:
        """What the server says of it."""
        return f"unknown field {quote(format_path(self.path))}"


@dataclass(frozen=True, slots=True)
class TypeFault:
    """A value that is not what its field holds."""

    path: Path
    detail: str
    """What the server says of it."""
    wanted: str = ""
    """The type of the field in Go."""
    got: str = ""
    """``array``, ``object``, ``string``, ``bool``, ``number``; empty for text in the wrong form."""
    wants_fields: bool = False
    """Whether the field holds fields of its own. The server names structs and strings alike, as v1.Something."""


@dataclass(slots=True)
class Decoded:
    """What decoding found."""

    value: dict[str, Any]
    """The object in API names, nulls and unknown fields dropped. Not to be used if there is a fault."""
    unknown: list[Unknown] = field(default_factory=list)
    """In the order of the server; at most 100."""
    fault: TypeFault | None = None


class _Fault(Exception):  # noqa: N818 - it carries a fault out of the recursion, no more
    """A type error: where it is, what was wanted, what was got or what parsing said."""

    def __init__(self, path: Path, wanted: Type, got: str, text: str = "") -> None:
        super().__init__(path)
        self.path = path
        self.wanted = wanted
        self.got = got
        self.text = text


@dataclass(slots=True)
class _Pass:
    """One way through a value. A second one, in sorted order, is made only when the first found something."""

    sorted: bool
    path: list[str | int] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    fault: _Fault | None = None

    def items(self, value: dict[str, Any]) -> Iterable[tuple[str, Any]]:
        return sorted(value.items()) if self.sorted else value.items()

    def refuse(self, wanted: Type, value: Any) -> None:
        """Keep the first value of a wrong type, and go on: `abort` may still find something that outranks it."""
        if self.fault is None:
            self.fault = _Fault(tuple(self.path), wanted, self._got(wanted, value))
        if not self.sorted:
            raise self.fault

    def abort(self, wanted: Type, value: Any, text: str = "") -> NoReturn:
        """End decoding, as a type with a decoding rule of its own does. This is what the server reports."""
        raise _Fault(tuple(self.path), wanted, self._got(wanted, value), text)

    @staticmethod
    def _got(wanted: Type, value: Any) -> str:
        got = json_type(value)
        is_integer = wanted.name in INTEGERS or wanted.name == "IntOrString"
        return f"number {number(value)}" if got == "number" and is_integer and not wanted.container else got


_Decode = Callable[[Any, _Pass], Any]


class _Field(NamedTuple):
    """How to decode what a field, a list item or a map value holds."""

    right: type
    """The Python type that is right."""
    decode: _Decode | None
    """What to do with it; None: take it as it is."""
    other: _Decode
    """What to do with a value of another type that is not null."""
    zero: Callable[[], Any]
    """Makes what null turns into where it cannot be left out."""


def decode(kind: str, value: dict[str, Any], version: str) -> Decoded:
    """Return `value` decoded as an object of `kind`, one of `schema.kinds`. Raises UnknownVersion."""
    decode_struct = _decoders(version)[kind]
    run = _Pass(sorted=False)
    try:
        decoded = decode_struct(value, run)
    except _Fault:
        pass
    else:
        if not run.unknown:
            return Decoded(decoded)
    run = _Pass(sorted=True)
    try:
        decoded = decode_struct(value, run)
    except _Fault as fault:
        run.fault = fault
    if run.fault is not None:
        return Decoded({}, fault=_explain(kind, run.fault, version))
    return Decoded(decoded, run.unknown[:MOST_UNKNOWN_FIELDS])


def json_type(value: Any) -> str:
    """Return what the server calls the type of a JSON value.

    >>> [json_type(value) for value in (True, 8080, "web", ["web"], {})]
    ['bool', 'number', 'string', 'array', 'object']
    """
    names = {bool: "bool", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "number")


def _explain(kind: str, fault: _Fault, version: str) -> TypeFault:
    """Return the fault in the server's words: they name the innermost struct and the fields, without indexes."""
    if fault.text:
        return TypeFault(fault.path, fault.text)
    owner, here, fields, in_map = kind, Type(kind), [], False
    names_embedded = versions().index(version) >= versions().index("1.35")
    for step in fault.path:
        if isinstance(step, int) or in_map:
            in_map = False
            continue
        owner = here.name.rpartition(".")[2]
        if names_embedded and (inner := embedded(here.name, step)):
            fields.append(inner)
        here = structs(version)[here.name][step]
        fields.append(step)
        in_map = here.container == "{}"
    detail = (
        f"json: cannot unmarshal {fault.got} into Go struct field {owner}.{'.'.join(fields)} of type {fault.wanted.go}"
    )
    wants_fields = not fault.wanted.container and fault.wanted.name in structs(version)
    return TypeFault(fault.path, detail, fault.wanted.go, fault.got, wants_fields)


@cache
def _decoders(version: str) -> dict[str, _Decode]:
    """Return for each struct a function that decodes a dict into it."""
    decoders: dict[str, _Decode] = {}
    for name, struct in structs(version).items():
        decoders[name] = _struct_decoder(name, struct, decoders)
    return decoders


def _struct_decoder(name: str, struct: Struct, decoders: dict[str, _Decode]) -> _Decode:
    fields: dict[str, _Field] = {}

    def decode_struct(value: dict[str, Any], run: _Pass) -> dict[str, Any]:
        if not fields:  # filled on first use, since structs refer to one another
            fields.update((key, _field(type_, decoders)) for key, type_ in struct.items())
        decoded = {}
        path = run.path
        for key, item in run.items(value) if run.sorted else value.items():
            if key not in fields:
                run.unknown.append(Unknown((*path, key), name))
                continue
            right, decode_right, decode_other, _ = fields[key]
            if type(item) is right:
                if decode_right is None:
                    decoded[key] = item
                    continue
                path.append(key)
                decoded[key] = decode_right(item, run)
                path.pop()
            elif item is not None:
                path.append(key)
                decoded[key] = decode_other(item, run)
                path.pop()
        return decoded

    return decode_struct


def _list_decoder(item_field: _Field) -> _Decode:
    right, decode_right, decode_other, zero = item_field

    def decode_list(value: list[Any], run: _Pass) -> list[Any]:
        decoded = []
        path = run.path
        path.append(0)
        for index, item in enumerate(value):
            path[-1] = index
            if type(item) is right:
                decoded.append(decode_right(item, run) if decode_right else item)
            else:
                decoded.append(zero() if item is None else decode_other(item, run))
        path.pop()
        return decoded

    return decode_list


def _map_decoder(item_field: _Field) -> _Decode:
    right, decode_right, decode_other, zero = item_field

    def decode_map(value: dict[str, Any], run: _Pass) -> dict[str, Any]:
        decoded = {}
        path = run.path
        path.append("")
        for key, item in run.items(value):
            path[-1] = key
            if type(item) is right:
                decoded[key] = decode_right(item, run) if decode_right else item
            else:
                decoded[key] = zero() if item is None else decode_other(item, run)
        path.pop()
        return decoded

    return decode_map


def _field(type_: Type, decoders: dict[str, _Decode]) -> _Field:
    """Return how to decode a value of `type_`."""

    def refuse(value: Any, run: _Pass) -> None:
        run.refuse(type_, value)

    if type_.container:
        item = _field(Type(type_.name), decoders)
        if type_.container == "[]":
            return _Field(list, _list_decoder(item), refuse, list)
        return _Field(dict, _map_decoder(item), refuse, dict)
    if type_.is_text:
        return _Field(str, None, refuse, str)
    if type_.name == "bool":
        return _Field(bool, None, refuse, bool)
    if type_.name in INTEGERS:
        return _Field(int, _integer_decoder(type_), refuse, int)
    if type_.name in _SPECIAL:
        return _SPECIAL[type_.name](type_)
    return _Field(dict, decoders[type_.name], refuse, dict)


def _integer_decoder(type_: Type) -> _Decode:
    least, most = INTEGERS[type_.name]

    def decode_integer(value: int, run: _Pass) -> int:
        if not least <= value <= most:
            run.refuse(type_, value)
        return value

    return decode_integer


def _int_or_string(type_: Type) -> _Field:
    least, most = INTEGERS["int32"]

    def decode_other(value: Any, run: _Pass) -> int:
        if type(value) is not int or not least <= value <= most:
            run.abort(type_, value)
        return value

    return _Field(str, None, decode_other, int)


def _quantity(type_: Type) -> _Field:
    def decode_text(value: str, run: _Pass) -> str:
        text = value.strip(" ")
        if error := quantity_error(text):
            run.abort(type_, value, error)
        return text

    def decode_other(value: Any, run: _Pass) -> str:
        # The server takes the JSON text of whatever it is, which only a number survives.
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = number(value) if is_number else compact_json(value)
        if error := quantity_error(text):
            run.abort(type_, value, error)
        return text

    return _Field(str, decode_text, decode_other, lambda: "0")


def _time(type_: Type) -> _Field:
    def decode_text(value: str, run: _Pass) -> str:
        if error := time_error(value):
            run.abort(type_, value, error)
        return value

    def decode_other(value: Any, run: _Pass) -> NoReturn:
        run.abort(type_, value)

    return _Field(str, decode_text, decode_other, str)


def _free(_: Type) -> _Field:
    return _Field(dict, None, lambda value, _: value, dict)


_SPECIAL: Final[dict[str, Callable[[Type], _Field]]] = {
    "IntOrString": _int_or_string,
    "Quantity": _quantity,
    "Time": _time,
    "Free": _free,
}
"""Types with a decoding rule of their own."""
