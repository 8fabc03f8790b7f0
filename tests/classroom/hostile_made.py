"""The makers of hostile submissions: notebooks, archives and files, whole or broken on purpose."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from .submissions import ASSIGNMENT, EXERCISE, Notebook, answered, cell_of, code

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
NAME = f"{ASSIGNMENT}.ipynb"
PREDICTION = "three-teams"
PWNED = "pwned"
"""The file that every payload would create where the program runs."""

Build = Callable[[Path], None]
"""Writes what is handed in into a folder."""


@cache
def _release() -> str:
    return (ROOT / "exercises" / ASSIGNMENT / NAME).read_text(encoding="utf-8")


def release() -> Notebook:
    """Return the notebook as it is handed out."""
    notebook: Notebook = json.loads(_release())
    return notebook


@cache
def right() -> str:
    """Return a right answer to `EXERCISE`."""
    folder = ROOT / "solutions" / ASSIGNMENT / EXERCISE / "right"
    return min(folder.glob("*.yaml")).read_text(encoding="utf-8")


def good() -> bytes:
    """Return a notebook with the right answer."""
    return dumped(answered(release(), right()))


def blank() -> bytes:
    """Return the notebook as it is handed out."""
    return _release().encode()


def dumped(notebook: Any) -> bytes:
    """Return a notebook as its file."""
    return json.dumps(notebook).encode()


def put(name: str, data: bytes | Callable[[], bytes]) -> Build:
    """Return what writes one file."""
    return puts({name: data})


def puts(files: Mapping[str, bytes | Callable[[], bytes]]) -> Build:
    """Return what writes some files."""

    def build(folder: Path) -> None:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data())

    return build


def changed(change: Callable[[Notebook], Any], answer: str | None = None) -> Build:
    """Return what writes a notebook with an answer (the right one, if none is given) after a change."""

    def data() -> bytes:
        notebook = answered(release(), right() if answer is None else answer)
        made = change(notebook)
        return made if isinstance(made, bytes) else dumped(notebook)

    return put(NAME, data)


def written(answer: str | Callable[[], str]) -> Build:
    """Return what writes a notebook with an answer."""
    return put(NAME, lambda: dumped(answered(release(), answer if isinstance(answer, str) else answer())))


def predicted(table: str) -> Build:
    """Return what writes a notebook with a right answer, and a table of predictions in the cell before it."""

    def change(notebook: Notebook) -> None:
        cell_of(notebook, PREDICTION)["source"] = f"%%predict {PREDICTION}\n{table}"

    return changed(change)


def policy(name: str = "cache-from-api", annotation: str = "", label: str = "cache") -> str:
    """Return a policy with texts of the learner's in it."""
    note = f"\n  annotations:\n    note: {json.dumps(annotation)}" if annotation else ""
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {json.dumps(name)}\n"
        f"  namespace: shop{note}\nspec:\n  podSelector:\n    matchLabels:\n      app: {json.dumps(label)}\n"
        "  policyTypes: [Ingress]\n"
    )


def zipped(
    files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    """Return an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2026, 11, 23, 10, 0, 0))
            info.compress_type = method
            archive.writestr(info, data)
        archive.comment = comment
    return stream.getvalue()


def packed(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Build:
    """Return what writes a learner's own archive."""
    files = tuple(files)
    return put("work.zip", lambda: zipped(files, method))


def patched(change: Callable[[bytearray], bytes | bytearray | None], files: Mapping[str, bytes] | None = None) -> Build:
    """Return what writes an archive after its bytes were changed."""

    def data() -> bytes:
        raw = bytearray(zipped((files or {NAME: good()}).items()))
        return bytes(change(raw) or raw)

    return put("work.zip", data)


def of_kind(name: str, kind: int) -> zipfile.ZipInfo:
    """Return an entry that says it is a link, a device, a pipe."""
    info = zipfile.ZipInfo(name, (2026, 11, 23, 10, 0, 0))
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return info


def entry_at(raw: bytearray) -> int:
    """Return where the directory of an archive begins."""
    return raw.index(b"PK\x01\x02")


def zeros(size: int) -> bytes:
    """Return zeros, packed."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(engine.compress(bytes(MIB)) for _ in range(size // MIB)) + engine.flush()


def raw_zip(name: bytes, data: bytes, size: int, *, copies: int = 1, flags: int = 0, crc: int = 0) -> bytes:
    """Return an archive of one deflated entry that claims a size, perhaps listed many times."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, 8, 0, 33, crc, len(data), size, len(name), 0) + name
    entries = b"".join(
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, flags, 8, 0, 33, crc, len(data), size, len(own), 0, 0, 0, 0, 0, 0
        )
        + own
        for own in [name] + [b"%d-" % index + name for index in range(1, copies)]
    )
    start = len(local) + len(data)
    return local + data + entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(entries), start, 0)


class Payload:
    """Unpickling this runs a command."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {PWNED}",)


def link(target: str, name: str, *, is_folder: bool = False) -> Build:
    def build(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target, target_is_directory=is_folder)

    return build


def loop(folder: Path) -> None:
    put(NAME, good)(folder)
    (folder / "again").symlink_to(".", target_is_directory=True)


def pipe(folder: Path) -> None:
    make = getattr(os, "mkfifo", None)
    if make is None:
        raise OSError("no pipes here")
    make(folder / NAME)


def socket_file(folder: Path) -> None:
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        raise OSError("no sockets here")
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket may only be short
    try:
        with socket.socket(family) as listening:
            listening.bind(NAME)
    finally:
        os.chdir(here)


def unreadable(folder: Path) -> None:
    path = folder / NAME
    path.write_bytes(good())
    path.chmod(0)
    if os.access(path, os.R_OK):
        raise OSError("this user may read everything")


def deep_folders(folder: Path) -> None:
    here = folder
    for _ in range(40):
        here = here / "d"
    here.mkdir(parents=True)
    (here / NAME).write_bytes(good())


def raw_name(name: bytes) -> Build:
    def build(folder: Path) -> None:
        with open(os.path.join(os.fsencode(folder), name), "wb") as stream:  # noqa: PTH118, PTH123 - a name of bytes
            stream.write(good())

    return build


def with_nul(raw: bytearray) -> bytearray:
    return raw.replace(b"@", b"\0")


def with_password(raw: bytearray) -> None:
    raw[6] |= 1
    raw[entry_at(raw) + 8] |= 1


def with_one_byte_changed(raw: bytearray) -> None:
    raw[len(NAME) + 30 + 200] ^= 0x10


def with_another_name_inside(raw: bytearray) -> None:
    raw[30 : 30 + len(NAME)] = b"x" * len(NAME)


def far_away(raw: bytearray) -> bytes:
    at = entry_at(raw)
    raw[at + 42 : at + 46] = b"\xff\xff\xff\xff"
    raw[at + 30 : at + 32] = struct.pack("<H", 12)
    end = raw.rindex(b"PK\x05\x06")
    extra = struct.pack("<HHQ", 1, 8, 1 << 62)
    head = at + 46 + len(NAME)
    directory = end - at + len(extra)
    return bytes(raw[:head] + extra + raw[head:end] + raw[end : end + 12]) + struct.pack("<LLH", directory, at, 0)


def forged(notebook: Notebook) -> None:
    notebook["cells"].insert(1, code("import autograder.notebook as n\nn.check = check = lambda *_: 40.0"))
    check = cell_of(notebook, f"{EXERCISE}-check")
    check["outputs"] = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "40.0"}}
    ]


def with_edited_grade(notebook: Notebook) -> None:
    check = cell_of(notebook, f"{EXERCISE}-check")
    check["source"] = "40.0"
    check["metadata"]["nbgrader"].update(points=4000, grade=False, solution=True, locked=False)


def with_outputs(text: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                data = {"text/plain": text}
                cell["outputs"] = [
                    {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}
                ]

    return change


def with_a_twin(notebook: Notebook) -> None:
    notebook["cells"].append(deepcopy(cell_of(notebook, EXERCISE)))
    cell_of(notebook, EXERCISE)["source"] = cell_of(release(), EXERCISE)["source"]


def renamed_exercise(old: str, new: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        cell = cell_of(notebook, EXERCISE)
        cell["source"] = cell["source"].replace(old, new, 1)
        cell["metadata"] = {}

    return change


def claims_another(notebook: Notebook) -> None:
    cell = cell_of(notebook, EXERCISE)
    cell["source"] = cell["source"].replace(EXERCISE, "report-leaves", 1)


def many_cells(notebook: Notebook) -> None:
    notebook["cells"][1:1] = [code(f"# {number}") for number in range(100_000)]


def many_roles(notebook: Notebook) -> None:
    cell = cell_of(notebook, EXERCISE)
    notebook["cells"] += [deepcopy(cell) for _ in range(2000)]


def wrong_types(notebook: Notebook) -> None:
    odd: list[Any] = [
        None, 7, "cell", [], {}, {"cell_type": 4, "source": 4}, {"source": [1, None]}, {"source": {"a": 1}},
        {"cell_type": "code", "source": "x", "metadata": []}, {"source": "x", "metadata": {"nbgrader": "yes"}},
        {"source": "x", "metadata": {"nbgrader": {"grade_id": [EXERCISE]}}}, {"input": None},
        {"cell_type": "code", "source": ["%%manifest ", EXERCISE, {"not": "text"}]},
    ]  # fmt: skip
    notebook["cells"][1:1] = odd
    notebook.update(nbformat="four", metadata=[], worksheets=[None, {"cells": 3}, {"cells": [None]}])


def other_format(number: Any) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        notebook["nbformat"] = number

    return change


def big_outputs(notebook: Notebook) -> None:
    data = {"image/png": "A" * (20 * MIB)}
    notebook["cells"][1]["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]


def with_commands(source: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        notebook["cells"].insert(0, code(source))
        notebook["cells"].append(code(source))

    return change


def last_of_two(notebook: Notebook) -> bytes:
    cells = json.dumps(notebook["cells"])
    starter = json.dumps(release()["cells"])
    return f'{{"cells": {cells}, "cells": {starter}, "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'.encode()


def alias_bomb(levels: int = 12) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def edited_course(folder: Path) -> None:
    puts({NAME: blank(), f"{EXERCISE}/exercise.yaml": f"id: {EXERCISE}\npoints: 1\n".encode()})(folder)
    puts({f"{EXERCISE}/starter.yaml": b"kind: List\n", f"{EXERCISE}/world.yaml": b"", "course.yaml": b"{}"})(folder)


def plain_zip(name: bytes, flags: int = 0) -> bytes:
    data = good()
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = engine.compress(data) + engine.flush()
    return raw_zip(name, body, len(data), flags=flags, crc=zlib.crc32(data))


def zipped_twice(first: bytes, second: bytes) -> bytes:
    other = f"{NAME[:-1]}B"
    return zipped([(NAME, first), (other, second)]).replace(other.encode(), NAME.encode())
