"""One fault that validation finds in a field, and how the API server words it.

Source: apimachinery pkg/util/validation/field/errors.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.go_text import compact_json, quote
from autograder.manifests.problems import Path, format_path

REQUIRED: Final = "Required value"
INVALID: Final = "Invalid value"
NOT_SUPPORTED: Final = "Unsupported value"
FORBIDDEN: Final = "Forbidden"
NOT_FOUND: Final = "Not found"
DUPLICATE: Final = "Duplicate value"
TOO_LONG: Final = "Too long"
TOO_MANY: Final = "Too many"

_WITHOUT_VALUE: Final = frozenset({REQUIRED, FORBIDDEN, TOO_LONG})


class Named(str):
    """A string with a type of its own in Go, such as a protocol. It is printed as JSON since 1.34."""

    __slots__ = ()


class Printed(str):
    """A value that is printed as it stands here."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class FieldError:
    """A value that the API server refuses."""

    type: str
    path: Path
    """The field that the server names."""
    detail: str
    value: Any = None
    """The value that is printed: a string, number, bool, list, `Named` or `Printed`."""
    at: Path | None = None
    """Where exactly the fault is, when the server names only a field around it (one label of many)."""

    @property
    def place(self) -> Path:
        """The most precise place that is known."""
        return self.path if self.at is None else self.at

    @property
    def field(self) -> str:
        """The field as the server prints it."""
        return format_path(self.path)

    def printed(self, minor: int) -> str:
        """Return the value as the server of Kubernetes 1.`minor` prints it; empty where it prints none."""
        return "" if self.type in _WITHOUT_VALUE else _printed(self.value, minor)

    def body(self, minor: int) -> str:
        """Return what the server of Kubernetes 1.`minor` says of the field."""
        return ": ".join(part for part in (self.type, self.printed(minor), self.detail) if part)


def _printed(value: Any, minor: int) -> str:
    if isinstance(value, Printed):
        return value
    if isinstance(value, str) and not (isinstance(value, Named) and minor >= 34):
        return quote(value)
    if value is None:
        return "null" if minor >= 34 else '"null"'
    return compact_json(value)


def go_strings(go_type: str, items: Iterable[str], minor: int) -> Printed:
    """Return a list of strings as the server prints it: JSON since 1.34, Go source before.

    >>> go_strings("networking.PolicyType", ["Ingress"], 37), go_strings("networking.PolicyType", ["Ingress"], 33)
    ('["Ingress"]', '[]networking.PolicyType{"Ingress"}')
    """
    if minor >= 34:
        return Printed(compact_json(list(items)))
    return Printed(f"[]{go_type}{{{', '.join(map(quote, items))}}}")


def required(path: Path, detail: str = "", at: Path | None = None) -> FieldError:
    """Return the error for a value that is missing."""
    return FieldError(REQUIRED, path, detail, at=at)


def invalid(path: Path, value: Any, detail: str, at: Path | None = None) -> FieldError:
    """Return the error for a malformed value."""
    return FieldError(INVALID, path, detail, value, at)


def not_supported(path: Path, value: str, supported: Iterable[str]) -> FieldError:
    """Return the error for a value outside an enumeration."""
    return FieldError(NOT_SUPPORTED, path, "supported values: " + ", ".join(map(quote, supported)), Named(value))


def forbidden(path: Path, detail: str, at: Path | None = None) -> FieldError:
    """Return the error for a value that is well formed, and not allowed here."""
    return FieldError(FORBIDDEN, path, detail, at=at)


def not_found(path: Path, value: str) -> FieldError:
    """Return the error for a name that nothing bears."""
    return FieldError(NOT_FOUND, path, "", value)


def duplicate(path: Path, value: Any) -> FieldError:
    """Return the error for a value that may stand only once."""
    return FieldError(DUPLICATE, path, "", value)


def too_long(path: Path, most: int, unit: str = "bytes") -> FieldError:
    """Return the error for a text, which is not printed, of more than `most` bytes."""
    return FieldError(TOO_LONG, path, f"may not be more than {most} {unit}")


def each(path: Path, value: Any, details: Iterable[str], at: Path | None = None) -> Iterator[FieldError]:
    """Yield one Invalid value for each of `details`: a name can break several rules at once."""
    for detail in details:
        yield invalid(path, value, detail, at)
