"""What is in a zip archive? Told from its directory; entries are read one at a time, in memory, within limits.

Python's own ``zipfile`` is made for archives that somebody trusts. This reader is small, the same under every version
of Python, and made for the others:

================================================ ================================================================
archive                                          here
================================================ ================================================================
millions of entries                              reading stops at the limit, before they take memory
one entry with a name that is no UTF-8           that name has replacement characters; the others are read
entries that share bytes ("the better zip bomb") each of them is refused
sizes that lie, check sums that do not fit       the entry is refused
``a.yaml`` in the directory, other name inside   the entry is refused: programs would disagree about what it is
encrypted, or packed by a rare method            the entry is refused, with the remedy
links and devices                                the entry is refused
a name twice                                     the last counts, as when it is unpacked, and that is told
================================================ ================================================================

An entry is read from where it begins, so a worker that reads one learner's part of a large archive does not read the
directory again.
"""

from __future__ import annotations

import stat
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final, NamedTuple

from autograder.manifests.limits import MIB, InputError, size

from .limits import IntakeLimits
from .paths import clean_path, shown

STORED: Final = 0
DEFLATED: Final = 8
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8: Final = 0x800
_UNIX: Final = 3
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT: Final = 0xFFFF
_NONE: Final = 0xFFFFFFFF
_CHUNK: Final = 1 << 16
_FREE: Final = MIB
"""How much an entry may become before its ratio is looked at: small texts of one line pack better than bombs."""
_AGAIN: Final = "Pack it again, as an ordinary .zip."


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder of an archive."""

    path: str
    """Cleaned, with ``/``; only a name."""
    is_folder: bool
    raw: bytes
    """The name as the archive has it."""
    offset: int
    packed: int
    size: int
    method: int
    crc: int
    fault: str = ""
    """Why it cannot be read, and what helps; empty if it can."""
    leads_out: bool = False
    """Whether its name is refused: then nothing tells whose it is."""
    note: str = ""
    """What has to be said although it can be read."""


class _Directory(NamedTuple):
    start: int
    size: int
    shift: int
    """How many bytes stand in front of the archive."""


def entries_of(stream: BinaryIO, name: str, most: int, limits: IntakeLimits) -> list[Entry]:
    """Return the entries of an archive, in its order, each path once.

    Raises `InputError` when it is no zip archive, is damaged, or holds more than `most` entries.
    """
    found: list[Entry] = []
    try:
        directory = _directory(stream)
        for entry in _entries(stream, directory, limits):
            found.append(entry)
            if len(found) > most:
                raise InputError(f"{name} holds too many files. Hand in the notebook and the answers alone.")
    except (struct.error, ValueError, OverflowError) as error:
        why = f": {error}" if isinstance(error, ValueError) and str(error) else ""
        raise InputError(f"{name} is no zip archive that can be read{why}. {_AGAIN}") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from None
    return _each_once(_without_overlaps(found, directory.start))


def unpack(stream: BinaryIO, entry: Entry, most: int, ratio: int) -> bytes:
    """Return what an entry holds. Raises `InputError` when that cannot be told for sure, or is more than `most`."""
    name = shown(entry.path)
    if entry.fault:
        raise InputError(f"{name}: {entry.fault}")
    if entry.size > most:
        raise InputError(f"{name}: it is larger than {size(most)}. Make it smaller: clear the outputs of a notebook.")
    try:
        stream.seek(entry.offset)
        head = _LOCAL.unpack(stream.read(_LOCAL.size))
        if head[0] != b"PK\x03\x04" or stream.read(head[9]) != entry.raw:
            raise InputError(f"{name}: the archive contradicts itself about what this is. {_AGAIN}")
        stream.seek(head[10], 1)
        pieces = _pieces(stream, entry, most, ratio)
        data = b"".join(pieces)
    except (struct.error, zlib.error, EOFError, ValueError, OverflowError):
        raise InputError(f"{name}: it is damaged inside the archive. {_AGAIN}") from None
    except OSError as error:
        raise InputError(f"{name}: it cannot be read ({error.strerror}). Make the archive readable.") from None
    if len(data) != entry.size or zlib.crc32(data) != entry.crc:
        raise InputError(f"{name}: it is damaged inside the archive, or the archive lies about its size. {_AGAIN}")
    return data


def _directory(stream: BinaryIO) -> _Directory:
    """Return where the directory is. Raises ValueError or struct.error when there is none."""
    end = stream.seek(0, 2)
    start = max(0, end - _END.size - _LONGEST_COMMENT)
    stream.seek(start)
    tail = stream.read(end - start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise ValueError("it has no directory")
    fields = _END.unpack_from(tail, at)
    disk, length, offset = fields[1], fields[5], fields[6]
    position = start + at
    if at >= _LOCATOR64.size and tail[at - _LOCATOR64.size :].startswith(b"PK\x06\x07"):
        position -= _LOCATOR64.size + _END64.size
        if position < 0:
            raise ValueError("its directory is broken")
        stream.seek(position)
        wide = _END64.unpack(stream.read(_END64.size))
        if wide[0] != b"PK\x06\x06":
            raise ValueError("its directory is broken")
        disk, length, offset = wide[4], wide[8], wide[9]
    if disk:
        raise ValueError("it is one part of several")
    shift = position - length - offset
    if shift < 0:
        raise ValueError("its directory is broken")
    return _Directory(offset + shift, length, shift)


def _entries(stream: BinaryIO, directory: _Directory, limits: IntakeLimits) -> Iterator[Entry]:
    stream.seek(directory.start)
    left = directory.size
    while left > 0:
        fields = _ENTRY.unpack(stream.read(_ENTRY.size))
        if fields[0] != b"PK\x01\x02":
            raise ValueError("its directory is broken")
        raw, extra = stream.read(fields[10]), stream.read(fields[11])
        stream.seek(fields[12], 1)
        left -= _ENTRY.size + sum(fields[10:13])
        if len(raw) != fields[10] or left < 0:
            raise ValueError("its directory ends too early")
        unpacked, packed, offset = _wide(fields[9], fields[8], fields[16], extra)
        text = _text(raw, utf8=bool(fields[3] & _UTF8))
        path, fault = clean_path(text, limits)
        mode = fields[15] >> 16 if fields[1] >> 8 == _UNIX else 0
        is_folder = text.endswith(("/", "\\")) or stat.S_ISDIR(mode)
        yield Entry(
            path=path,
            is_folder=is_folder,
            raw=raw,
            offset=offset + directory.shift,
            packed=packed,
            size=unpacked,
            method=fields[4],
            crc=fields[7],
            fault=f"{fault}. Pack the notebook and the answers alone." if fault else _fault(mode, fields[3], fields[4]),
            leads_out=bool(fault),
        )


def _fault(mode: int, flags: int, method: int) -> str:
    """Return why an entry cannot be read, by what the directory says of it."""
    if stat.S_ISLNK(mode):
        return "it is a link. Hand in the file itself."
    if stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return "it is no regular file. Hand in the file itself."
    if flags & _ENCRYPTED:
        return "it is encrypted. Pack it again without a password."
    if method not in {STORED, DEFLATED}:
        return f"it is packed by a method that is not read here (number {method}). {_AGAIN}"
    return ""


def _wide(unpacked: int, packed: int, offset: int, extra: bytes) -> tuple[int, int, int]:
    """Return the sizes and the offset of an entry, from the extra field where they are too large for their own."""
    values = [unpacked, packed, offset]
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 1:
            field, at = extra[4 : 4 + length], 0
            for index, value in enumerate(values):
                if value == _NONE:
                    (values[index],) = struct.unpack_from("<Q", field, at)
                    at += 8
        extra = extra[4 + length :]
    return values[0], values[1], values[2]


def _text(raw: bytes, *, utf8: bool) -> str:
    """Return a name as text. Many programs write UTF-8 without saying so; the old rule is code page 437."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if utf8 else raw.decode("cp437")


def _without_overlaps(found: list[Entry], end: int) -> list[Entry]:
    """Return the entries, those refused whose bytes are also another's or the directory's."""
    starts = sorted(entry.offset for entry in found)
    checked = []
    for entry in found:
        after = bisect_right(starts, entry.offset)
        following = starts[after] if after < len(starts) else end
        shared = after > 1 and starts[after - 2] == entry.offset
        if shared or entry.offset + _LOCAL.size + len(entry.raw) + entry.packed > following:
            entry = replace(entry, fault=f"it shares its bytes with something else in the archive. {_AGAIN}")  # noqa: PLW2901
        checked.append(entry)
    return checked


def _each_once(found: list[Entry]) -> list[Entry]:
    """Return the entries without those that a later one of the same path replaces."""
    last: dict[tuple[str, bool, bool], Entry] = {}
    for entry in found:
        key = (entry.path, entry.is_folder, entry.leads_out)  # a name that is refused takes nobody's place
        doubled = key in last and not entry.is_folder
        last[key] = replace(entry, note="it stands in the archive twice; the last one counts.") if doubled else entry
    return list(last.values())


def _pieces(stream: BinaryIO, entry: Entry, most: int, ratio: int) -> Iterator[bytes]:
    """Yield what an entry holds, and stop with an error as soon as it is too much."""
    if entry.method == STORED:
        if entry.packed != entry.size:
            raise ValueError
        yield stream.read(entry.size)
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    left, total, pending = entry.packed, 0, b""
    while not engine.eof:
        if not pending and left:
            pending = stream.read(min(_CHUNK, left))
            left -= len(pending)
            if not pending:
                raise EOFError
        piece = engine.decompress(pending, _CHUNK)
        if not piece and not left and not engine.unconsumed_tail and not engine.eof:
            raise EOFError
        pending = engine.unconsumed_tail
        total += len(piece)
        if total > most or total > entry.size:
            raise ValueError
        if total > _FREE and total > ratio * (entry.packed - left - len(pending)):
            raise InputError(f"{shown(entry.path)}: it is packed too tightly to be honest work. {_AGAIN}")
        yield piece
