"""The pieces of a document: one object, or the items of a List, and what each of them is.

| apiVersion | kind | it is |
|---|---|---|
| absent | absent, and no metadata or spec either | no manifest: ignored |
| absent or no text | | refused by kubectl |
| | absent or no text | refused by kubectl |
| that of an evaluated kind | that kind | evaluated |
| of a built-in group, but not served (any more) | | refused by kubectl: no matches for kind |
| anything else | | not evaluated: ignored |

Sources: kubectl pkg/validation/validation.go, cli-runtime pkg/resource/mapper.go and visitor.go,
apimachinery pkg/apis/meta/v1/unstructured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from .documents import Document
from .go_text import compact_json, quote
from .kinds import BUILT_IN, CLUSTER_SCOPED, could_change_verdict, is_served
from .options import Options
from .problems import Path, Problem, Severity, Stage, format_path
from .schema import kinds

_LONGEST_BODY: Final = 1000
"""No more than this is shown of a document that a message quotes."""
_LONGEST_MESSAGE: Final = 50_000
_LONGEST_PART: Final = 5_000
"""Names and values can be as large as a file. Of longer texts only the beginning is kept."""
_BEFORE_CONTENT: Final = re.compile(r"(?:[ \t]*(?:---[ \t]*)?(?:[#%][^\n]*)?\n)*")
_NO_VALIDATION: Final = "if you choose to ignore these errors, turn validation off with --validate=false"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A document, or an item of a List, that takes no part in an answer."""

    file: str
    document: int
    line: int
    api_version: str
    kind: str
    name: str
    """``namespace/name``, or the name alone where no namespace is written."""
    reason: str
    could_change_verdict: bool = False
    """Whether it could allow or deny traffic, so that an answer without it may be wrong."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One object as it is written."""

    document: Document
    path: Path
    """The way from the document: empty, or ``("items", 3)`` inside a List."""
    value: Any
    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    """As written; where none is, the namespace of the options, if the kind is evaluated and has one."""
    name: str = ""
    """As written, or the prefix that a name would be made of."""

    @property
    def line(self) -> int:
        """The first line, found without reading the document again where that is possible."""
        if self.path:
            return self.document.locate(self.path).line
        text = self.document.text
        before = _BEFORE_CONTENT.match(text)
        return self.document.first_line + text.count("\n", 0, before.end() if before else 0)

    @property
    def full_name(self) -> str:
        """Namespace and name, or the name alone."""
        return f"{self.namespace}/{self.name}" if self.namespace and self.name else self.name

    def set_aside(self, reason: str, *, could_change_verdict: bool = False) -> Ignored:
        """Return this piece as one that takes no part in an answer."""
        return Ignored(
            file=self.document.file,
            document=self.document.index,
            line=self.line,
            api_version=shortened(self.api_version),
            kind=shortened(self.kind),
            name=shortened(self.full_name),
            reason=shortened(reason),
            could_change_verdict=could_change_verdict,
        )

    def problem(
        self,
        path: Path,
        *,
        type_: str,
        detail: str,
        message: str,
        stage: Stage,
        code: int | None = None,
        severity: Severity = "error",
        hint: str = "",
        value: str = "",
        at: Path | None = None,
        key: bool = False,
    ) -> Problem:
        """Return a problem of this piece: `path` as the server prints it, `at` where it is if that is more exact."""
        place = self.path + (path if at is None else at)
        return Problem(
            file=self.document.file,
            document=self.document.index,
            position=self.document.locate(place, key=key),
            object=shortened(f"{self.kind} {self.full_name}".strip()),
            severity=severity,
            code=code,
            stage=stage,
            path=shortened(format_path(path)),
            type=type_,
            detail=shortened(detail),
            message=shortened(message, _LONGEST_MESSAGE),
            hint=hint,
            value=shortened(value),
        )


def shortened(text: str, most: int = _LONGEST_PART) -> str:
    """Return a text, or its beginning if it is longer than anybody would read.

    >>> shortened("web", 2)
    'we…'
    """
    return text if len(text) <= most else text[:most] + "…"


def source_name(file: str) -> str:
    """Return what kubectl calls a file."""
    return "STDIN" if file == "<stdin>" else file


def sort_out(document: Document, options: Options) -> Iterator[tuple[Piece, Ignored | Problem | None]]:
    """Yield the pieces of a document, each with what became of it; None: it is to be evaluated."""
    yield from _sort_out(_piece(document, (), document.value, options), options)


def _piece(document: Document, path: Path, value: Any, options: Options) -> Piece:
    if not isinstance(value, dict):
        return Piece(document, path, value)
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    api_version, kind = _text(value.get("apiVersion")), _text(value.get("kind"))
    namespace = _text(metadata.get("namespace"))
    if kinds().get(kind) == api_version:
        namespace = "" if kind in CLUSTER_SCOPED else namespace or options.namespace
    name = _text(metadata.get("name")) or _text(metadata.get("generateName"))
    return Piece(document, path, value, api_version, kind, namespace, name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sort_out(piece: Piece, options: Options) -> Iterator[tuple[Piece, Ignored | Problem | None]]:
    value = piece.value
    if not isinstance(value, dict):
        reason = "it is a list, not an object" if isinstance(value, list) else "it is plain text, not an object"
        yield piece, piece.set_aside(reason)
        return
    if not value.keys() & {"apiVersion", "kind", "metadata", "spec"}:
        yield piece, piece.set_aside("it has no apiVersion and no kind, so it is no manifest")
        return
    headless = _headless(piece, options)
    if headless is not None:
        yield piece, headless
    elif "items" in value and (piece.kind.endswith("List") or piece.kind in kinds()):
        yield from _open_list(piece, options)
    elif kinds().get(piece.kind) == piece.api_version:
        yield piece, None
    elif is_served(piece.api_version, piece.kind, kinds()):
        reason = f"{piece.kind} ({piece.api_version}) is not evaluated"
        changes = could_change_verdict(piece.api_version, piece.kind)
        if changes:
            reason += ", and it can allow or deny traffic"
        yield piece, piece.set_aside(reason, could_change_verdict=changes)
    else:
        yield piece, _no_match(piece)


def _headless(piece: Piece, options: Options) -> Problem | None:
    """Return what kubectl says of an object without apiVersion or kind, or with one that it cannot use."""
    value, file = piece.value, quote(source_name(piece.document.file))
    wrong = []
    for key in ("apiVersion", "kind"):
        if value.get(key) is None:
            wrong.append((key, f"{key} not set"))
        elif not isinstance(value[key], str):
            wrong.append((key, f"{key} isn't string type"))
        elif key == "apiVersion" and value[key].count("/") > 1:
            wrong.append((key, f"unexpected GroupVersion string: {value[key]}"))
    if not wrong and piece.kind:
        return None
    if not wrong or options.field_validation == "ignore":
        key = "kind" if not piece.kind else "apiVersion"
        body = compact_json(value)
        detail = f"Object '{'Kind' if key == 'kind' else key}' is missing in '{shortened(body, _LONGEST_BODY)}'"
        message = f"error: unable to decode {file}: {detail}"
    else:
        key = wrong[0][0]
        detail = ", ".join(sentence for _, sentence in wrong)
        listed = f"[{detail}]" if len(wrong) > 1 else detail
        message = f"error: error validating {file}: error validating data: {listed}; {_NO_VALIDATION}"
    return piece.problem(
        (key,),
        type_="Missing kind",
        detail=detail,
        message=message,
        stage="decode",
        hint=_missing_hint(piece, key),
    )


def _missing_hint(piece: Piece, key: str) -> str:
    if key == "apiVersion" and piece.kind in kinds():
        return f"Write apiVersion: {kinds()[piece.kind]} above kind: {piece.kind}."
    return "Every object begins with apiVersion and kind, as in apiVersion: networking.k8s.io/v1, kind: NetworkPolicy."


def _open_list(piece: Piece, options: Options) -> Iterator[tuple[Piece, Ignored | Problem | None]]:
    """Yield the items of a List, or of a typed list such as PodList, whose items may leave out what they are."""
    items = piece.value["items"]
    if items is None:
        return
    if not isinstance(items, list):
        yield piece, _undecodable(piece, ("items",), "Go struct field decodeList.items of type []json.RawMessage")
        return
    inherited = {"apiVersion": piece.api_version, "kind": piece.kind.removesuffix("List")}
    for index, item in enumerate(items):
        path = (*piece.path, "items", index)
        if item is not None and not isinstance(item, dict):
            yield piece, _undecodable(piece, ("items", index), "Go value of type map[string]interface {}")
            return
        value = item or {}
        if not value.get("kind") and not value.get("apiVersion"):
            value = {**value, **inherited}
        yield from _sort_out_item(_piece(piece.document, path, value, options), options)


def _sort_out_item(piece: Piece, options: Options) -> Iterator[tuple[Piece, Ignored | Problem | None]]:
    if piece.kind:
        yield from _sort_out(piece, options)
        return
    detail = "Object 'Kind' is missing in 'unstructured object has no kind'"
    yield (
        piece,
        piece.problem(
            ("kind",),
            type_="Missing kind",
            detail=detail,
            message=f'error: unable to get type info from the object "*unstructured.Unstructured": {detail}',
            stage="decode",
            hint=_missing_hint(piece, "kind"),
        ),
    )


def _undecodable(piece: Piece, path: Path, wanted: str) -> Problem:
    value = piece.value
    for step in path:
        value = value[step]
    from .decode import json_type

    detail = f"json: cannot unmarshal {json_type(value)} into {wanted}"
    file = quote(source_name(piece.document.file))
    return piece.problem(
        path,
        type_="Wrong type",
        detail=detail,
        message=f"error: unable to decode {file}: {detail}",
        stage="decode",
        hint="items is a list of objects: put a dash in front of each." if path == ("items",) else "",
    )


def _no_match(piece: Piece) -> Problem:
    """Return what kubectl says of a kind that the cluster does not have in this version."""
    metadata = piece.value.get("metadata")
    written = _text(metadata.get("namespace")) if isinstance(metadata, dict) else ""
    detail = f"no matches for kind {quote(piece.kind)} in version {quote(piece.api_version)}"
    where = f"name: {quote(piece.name)} namespace: {quote(written)} from {quote(source_name(piece.document.file))}"
    right = kinds().get(piece.kind)
    if right is not None:
        field, hint = "apiVersion", f"{piece.kind} belongs to {right}: write apiVersion: {right}."
    else:
        field, hint = "kind", _kind_hint(piece)
    return piece.problem(
        (field,),
        type_="No match",
        detail=detail,
        message=f"error: resource mapping not found for {where}: {detail}\nensure CRDs are installed first",
        stage="decode",
        hint=hint,
    )


def _kind_hint(piece: Piece) -> str:
    known = sorted(BUILT_IN.get(piece.api_version, frozenset()) | kinds().keys())
    for kind in known:
        if kind.casefold() == piece.kind.casefold():
            return f"Kinds are case-sensitive: write {kind}."
    near = get_close_matches(piece.kind, known, n=1)
    return f"Did you mean {near[0]}?" if near else ""
