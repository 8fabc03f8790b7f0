"""Files, folders and standard input: where manifests come from."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from .limits import InputError, Limits

SUFFIXES = (".yaml", ".yml", ".json")
STDIN = "<stdin>"


def read_sources(
    paths: Iterable[str | os.PathLike[str]], limits: Limits, stdin: bytes | str | BinaryIO | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file that `paths` mean. Raises `InputError`."""
    for path in paths:
        name = os.fspath(path)
        if name == "-":
            yield STDIN, _read_stdin(stdin, limits)
        elif os.path.isdir(name):
            files = sorted(file for file in Path(name).rglob("*") if file.suffix in SUFFIXES and not file.is_dir())
            if not files:
                raise InputError(f"{name} holds no manifests. Put files ending in .yaml, .yml or .json there.")
            for file in files:
                yield str(file), _read_file(str(file), limits)
        else:
            yield name, _read_file(name, limits)


def _read_file(name: str, limits: Limits) -> bytes:
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):
            raise InputError(f"{name} is not a regular file.")
        with open(name, "rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from None
    return data


def _read_stdin(stdin: bytes | str | BinaryIO | None, limits: Limits) -> bytes:
    if isinstance(stdin, str):
        return stdin.encode("utf-8", "surrogatepass")
    if isinstance(stdin, bytes):
        return stdin
    return (stdin or sys.stdin.buffer).read(limits.max_bytes + 1)
