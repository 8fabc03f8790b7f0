"""One object through decoding, validation and building: what comes out, and what the server says on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .build import build
from .decode import TypeFault, Unknown, decode
from .go_text import compact_json, quote
from .hints import for_error, for_fault
from .kinds import CLUSTER_SCOPED, TEMPLATES
from .objects import Object, Pod, Source
from .options import Options
from .pieces import Piece, source_name
from .pods import build_pods, is_address
from .problems import Path, Problem, format_path
from .suggest import suggestion
from .validation import MOST_ERRORS, FieldError, validate, warn

BAD_REQUEST: Final = 400
INVALID: Final = 422


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of an object."""

    object: Object | None
    """None when kubectl or the API server refuses it."""
    problems: list[Problem]
    generates_name: bool = False
    """Whether it has no name of its own, so that each time it is another object."""
    refused: Pod | None = None
    """What would have come after the refusal: the Pod without its unknown fields, and with its invalid values. None
    for other kinds, and where the text does not even have the right types."""


def judge(piece: Piece, options: Options) -> Judged:
    """Return what becomes of an object of an evaluated kind."""
    problems: list[Problem] = []
    kind, value = piece.kind, piece.value
    if kind not in CLUSTER_SCOPED and not isinstance(_written_namespace(value), str | None):
        problems.append(_replaced_namespace(piece))
        value = {**value, "metadata": {key: item for key, item in value["metadata"].items() if key != "namespace"}}
    decoded = decode(kind, value, options.kubernetes_version)
    if decoded.fault is not None:
        return Judged(None, [*problems, _type_error(piece, decoded.fault)])
    result = decoded.value
    metadata = result.setdefault("metadata", {})
    result.setdefault("spec", {})
    if decoded.unknown and options.field_validation != "ignore":
        problems += _unknown_fields(piece, decoded.unknown, options)
        if options.field_validation == "strict":
            return Judged(None, problems, refused=_refused_pod(piece, result))
    if kind in CLUSTER_SCOPED:
        metadata.pop("namespace", None)  # the server clears it
    errors = validate(kind, result, options.minor)
    if errors:
        return Judged(None, problems + _invalid(piece, errors, options), refused=_refused_pod(piece, result))
    for path, text in warn(kind, result, options.minor):
        problems.append(_warning(piece, path, text))
    problems += _bad_addresses(piece, result)
    built = build(kind, result, piece.namespace, Source(piece.document, piece.path))
    return Judged(built, problems, generates_name=not metadata.get("name"))


def _refused_pod(piece: Piece, value: dict[str, Any]) -> Pod | None:
    metadata = value["metadata"]
    if piece.kind not in TEMPLATES or not (metadata.get("name") or metadata.get("generateName")):
        return None
    return build_pods(piece.kind, value, piece.namespace, Source(piece.document, piece.path))


def _written_namespace(value: dict[str, Any]) -> Any:
    metadata = value.get("metadata")
    return metadata.get("namespace") if isinstance(metadata, dict) else None


def _replaced_namespace(piece: Piece) -> Problem:
    """Return a warning that the server would not give: kubectl takes a namespace that is no text for none at all."""
    path = ("metadata", "namespace")
    written = compact_json(_written_namespace(piece.value))
    detail = f"kubectl takes no notice of {written}, since it is not text, and uses the namespace {piece.namespace}"
    return piece.problem(
        path,
        type_="Replaced value",
        detail=detail,
        message=f"{format_path(path)}: {detail}",
        stage="decode",
        severity="warning",
        hint="Put the namespace in quotation marks.",
    )


def _refused(piece: Piece, detail: str) -> str:
    """Return what kubectl prints when the server cannot decode an object."""
    version = piece.api_version.rpartition("/")[2]
    return (
        f"Error from server (BadRequest): error when creating {quote(source_name(piece.document.file))}: "
        f'{piece.kind} in version "{version}" cannot be handled as a {piece.kind}: {detail}'
    )


def _type_error(piece: Piece, fault: TypeFault) -> Problem:
    return piece.problem(
        fault.path,
        type_="Wrong type" if fault.wanted else "Wrong form",
        detail=fault.detail,
        message=_refused(piece, fault.detail),
        stage="decode",
        code=BAD_REQUEST,
        hint=for_fault(fault, _at(piece.value, fault.path)),
    )


def _unknown_fields(piece: Piece, unknown: list[Unknown], options: Options) -> Iterator[Problem]:
    strict = options.field_validation == "strict"
    all_of_them = "strict decoding error: " + ", ".join(each.detail for each in unknown)
    for each in unknown:
        value = _at(piece.value, each.path)
        yield piece.problem(
            each.path,
            type_="Unknown field",
            detail=each.detail,
            message=_refused(piece, all_of_them) if strict else f"Warning: {each.detail}",
            stage="decode",
            code=BAD_REQUEST if strict else None,
            severity="error" if strict else "warning",
            hint=suggestion(each, value, piece.kind, options.kubernetes_version),
            key=True,
        )


def _invalid(piece: Piece, errors: list[FieldError], options: Options) -> list[Problem]:
    lines = [f"{error.field}: {error.body(options.minor)}" for error in errors]
    metadata = piece.value.get("metadata") or {}
    head = f"The {piece.kind} {quote(metadata.get('name') or metadata.get('generateName') or '')} is invalid: "
    if len(errors) >= MOST_ERRORS:
        lines.append("… and perhaps more")
    message = head + (lines[0] if len(lines) == 1 else "\n" + "\n".join(f"* {line}" for line in lines))
    return [
        piece.problem(
            error.path,
            type_=error.type,
            detail=error.detail,
            value=error.printed(options.minor),
            message=message,
            stage="validation",
            code=INVALID,
            hint=for_error(piece.kind, error),
            at=error.place,
        )
        for error in errors
    ]


def _warning(piece: Piece, path: Path, text: str) -> Problem:
    return piece.problem(
        path,
        type_="Warning",
        detail=text.removeprefix(f"{format_path(path)}: "),
        message=f"Warning: {text}",
        stage="validation",
        severity="warning",
    )


def _bad_addresses(piece: Piece, value: dict[str, Any]) -> Iterator[Problem]:
    """Yield a warning for each address of a Pod that is none: the server never reads it, and here it counts."""
    if piece.kind != "Pod" or "status" not in value:
        return
    status = value["status"]
    written: list[tuple[Path, str]] = [
        (("status", "podIPs", index, "ip"), entry.get("ip", "")) for index, entry in enumerate(status.get("podIPs", ()))
    ]
    if "podIP" in status:
        written.append((("status", "podIP"), status["podIP"]))
    for path, address in written:
        if address and not is_address(address):
            detail = f"{quote(address)} is no IP address; it is left out"
            yield piece.problem(
                path,
                type_="Dropped value",
                detail=detail,
                message=f"{format_path(path)}: {detail}",
                stage="validation",
                severity="warning",
            )


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
