"""Files, folders and standard input: where manifests come from.

| PATH | means |
|---|---|
| a file | that file, whatever its name |
| a folder | all files below it that end in .yaml, .yml or .json, in the order of their paths |
| ``-`` | standard input, once |

In folders, whatever has a name that begins with a dot is left out: ``.git``, and ``.ipynb_checkpoints``, where
Jupyter keeps old copies. Links to files are followed, links to folders are not, as with kubectl, so no loop
can catch a walk.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NoReturn, TextIO

from .limits import InputError, Limits, option, size

SUFFIXES: Final = (".yaml", ".yml", ".json")
"""What the names of manifests end in."""
STDIN: Final = "<stdin>"
"""What problems call standard input."""

_BINARY_LOOK: Final = 8192
_REMEDIES: Final = {
    errno.ENOENT: "does not exist. Check the spelling, and the folder you are in",
    errno.EACCES: "may not be read. Make it readable, for example with chmod u+r",
    errno.EPERM: "may not be read. Make it readable, for example with chmod u+r",
    errno.ELOOP: "is a link that leads back to itself. Remove the link",
    errno.ENOTDIR: "does not exist: a part of the path is a file, not a folder. Check the path",
    errno.ENAMETOOLONG: "is too long a name for a file. Check the path",
}
_NO_FILES: Final = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_sources(
    paths: Iterable[str | os.PathLike[str]],
    limits: Limits,
    stdin: bytes | str | BinaryIO | TextIO | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of every file that `paths` mean, in order.

    `stdin` stands in for the program's own standard input. Raises `InputError`.
    """
    stdin_read = False
    for path in paths:
        name = os.fsdecode(path)
        if name != "-":
            for file in _files(name):
                yield _printable(file), read_file(file, limits)
        elif not stdin_read:
            stdin_read = True
            yield STDIN, _read_stdin(stdin, limits)


def _files(path: str) -> list[str]:
    """Return the files that a path means."""
    if not path:
        raise InputError("An empty path names nothing. Name a file, a folder, or - for standard input.")
    try:
        is_folder = stat.S_ISDIR(Path(path).stat().st_mode)
    except (OSError, ValueError) as error:
        _refuse(path, error)
    if not is_folder:
        return [path]
    files: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=lambda error: _refuse(os.fsdecode(error.filename), error)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(folder, name) for name in names if name.endswith(SUFFIXES) and not name.startswith(".")]
    if not files:
        raise InputError(
            f"{_printable(path)} holds no manifests. Name a folder with files that end in .yaml, .yml or .json."
        )
    return [str(file) for file in sorted(files, key=lambda file: file.parts)]


def read_file(path: str, limits: Limits) -> bytes:
    """Return a file's content, having looked at its kind and size first.

    Raises InputError for what is no file, cannot be read, is larger than the limits allow, or is no text.
    """
    try:
        status = Path(path).stat()
        kind = _NO_FILES.get(stat.S_IFMT(status.st_mode))
        if kind is not None:
            raise InputError(
                f"{_printable(path)} is {kind}, not a file. Send it to standard input, and name - instead."
            )
        if status.st_size > limits.max_bytes:
            _refuse_size(path, limits)
        with Path(path).open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        _refuse(path, error)
    return _checked(path, data, limits)


def _read_stdin(stdin: bytes | str | BinaryIO | TextIO | None, limits: Limits) -> bytes:
    """Return what standard input holds."""
    source = sys.stdin if stdin is None else stdin
    if source is None:
        raise InputError("There is no standard input to read. Name a file instead of -.")
    content: bytes | str
    if isinstance(source, bytes | str):
        content = source
    else:
        try:
            content = getattr(source, "buffer", source).read(limits.max_bytes + 1)
        except (OSError, ValueError) as error:
            _refuse(STDIN, error)
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return _checked(STDIN, data, limits)


def _checked(path: str, data: bytes, limits: Limits) -> bytes:
    """Return the data if it can be text."""
    if len(data) > limits.max_bytes:
        _refuse_size(path, limits)
    if b"\0" in data[:_BINARY_LOOK] and not data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise InputError(f"{_printable(path)} is not text. Name a file that holds YAML or JSON, saved as UTF-8.")
    return data


def _refuse_size(path: str, limits: Limits) -> NoReturn:
    raise InputError(
        f"{_printable(path)} has more than {size(limits.max_bytes)}. Split it, or raise {option('max_bytes')}."
    )


def _refuse(path: str, error: OSError | ValueError) -> NoReturn:
    """Raise the error for something that the operating system does not let us read."""
    if isinstance(error, OSError):
        remedy = _REMEDIES.get(error.errno or 0, f"cannot be read: {error.strerror or error}. Check the path")
    else:
        remedy = f"cannot be read: {error}. Check the path"
    raise InputError(f"{_printable(path)} {remedy}.") from None


def _printable(path: str) -> str:
    """Return a path that can be written anywhere, even if its name is no text."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
