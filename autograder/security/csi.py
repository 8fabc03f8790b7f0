"""CSIDriver objects, as ``kubectl get csidrivers -o yaml`` prints them: what decides about a volume's files.

Source: storage.k8s.io/v1 CSIDriver (fsGroupPolicy, seLinuxMount).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, cast

from autograder.manifests.documents import Document, read_text
from autograder.manifests.limits import FILES, InputError, Limits
from autograder.manifests.problems import Path

from .node import CSIDriver

_POLICIES: Final = ("ReadWriteOnceWithFSType", "File", "None")
Policy = Literal["ReadWriteOnceWithFSType", "File", "None"]


def read_drivers(data: bytes, file: str, limits: Limits = FILES) -> dict[str, CSIDriver]:
    """Return the CSI drivers that a file describes, by name.

    Raises InputError with the line and the remedy for a file that holds anything else.
    """
    documents, problems = read_text(data, file, limits)
    for problem in problems:
        # The options that raise limits are about manifests; nobody needs them for this file.
        remedy = "" if "--max" in problem.hint else problem.hint
        raise InputError(f"{file}:{problem.position.line}: {problem.detail}. {remedy}".strip())
    found = {}
    for document in documents:
        for path, item in _items(document):
            metadata = item.get("metadata")
            name = metadata.get("name") if isinstance(metadata, dict) else None
            if not isinstance(name, str) or not name:
                raise _wrong(document, path, "this CSIDriver has no name", "Write metadata, and name below it.")
            found[name] = _driver(document, path, item.get("spec") or {})
    return found


def _items(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    value = document.value
    items = value.get("items") if isinstance(value, dict) else None
    several: list[tuple[Path, Any]] = (
        [(("items", index), item) for index, item in enumerate(items)] if isinstance(items, list) else [((), value)]
    )
    for path, item in several:
        if not isinstance(item, dict) or item.get("kind", "CSIDriver") != "CSIDriver":
            remedy = "Give the output of `kubectl get csidrivers -o yaml`."
            raise _wrong(document, path, "this is no CSIDriver", remedy)
        yield path, item


def _driver(document: Document, path: Path, spec: Any) -> CSIDriver:
    if not isinstance(spec, dict):
        raise _wrong(document, (*path, "spec"), "spec is no mapping", "Write fsGroupPolicy: File below it.")
    policy = spec.get("fsGroupPolicy", _POLICIES[0])
    if policy not in _POLICIES:
        where = (*path, "spec", "fsGroupPolicy")
        raise _wrong(document, where, f"{policy!r} is no fsGroupPolicy", f"It is one of {', '.join(_POLICIES)}.")
    mount = spec.get("seLinuxMount", False)
    if not isinstance(mount, bool):
        raise _wrong(document, (*path, "spec", "seLinuxMount"), "seLinuxMount is not true or false", "Write true.")
    return CSIDriver(cast("Policy", policy), se_linux_mount=mount)


def _wrong(document: Document, path: Path, what: str, remedy: str) -> InputError:
    return InputError(f"{document.file}:{document.locate(path).line}: {what}. {remedy}")
