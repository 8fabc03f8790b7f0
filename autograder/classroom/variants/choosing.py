"""Which variant is whose?

The number of a learner's variant is HMAC-SHA256, keyed with the secret of the course, of the exercise, its version and
the learner's name. So whoever has the secret can tell it at any time, on any machine and with any Python, and nobody
else can tell anything about it. The number has 256 bits, so each variant is equally likely beyond any doubt.

The secret is made once, lies in a file that only its owner can read, and is in nothing that a learner gets.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

from autograder.classroom.submission import clean_name
from autograder.manifests.limits import InputError

from .family import Family, Variant

SECRET: Final = Path("classroom-data") / "variants-secret"
"""Where the secret lies, from the root of the course."""
_WRITTEN: Final = re.compile(r"[0-9a-f]{64}")
_LOST: Final = "Without it nobody can tell which variant was whose."


def chosen(family: Family, student: str, secret: bytes) -> Variant:
    """Return a learner's variant. Names are compared as `clean_name` writes them."""
    parts = ("pod-guardrails variant", family.exercise, str(family.version), clean_name(student))
    message = "\0".join(parts).encode("utf-8", "replace")
    return family.numbered(int.from_bytes(hmac.digest(secret, message, "sha256"), "big"))


def secret_of(path: Path) -> bytes:
    """Return the secret in a file, which is made if it is not there: with mode 0600, and never a second time.

    Raises `InputError` when it cannot be read or made, or holds something else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked: the file is there with the whole secret, or not at all, and of two at once one wins.
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        if not path.exists():
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
            try:
                with contextlib.suppress(FileExistsError):
                    os.link(part, path)
            except OSError:  # a file system without links
                part.replace(path)
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
    except OSError as error:
        raise InputError(f"{path} cannot be made: {error.strerror}. Name another place with --secret.") from None
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """Return the secret in a file. Raises `InputError` when it is missing, cannot be read, or holds something else."""
    try:
        with path.open("rb") as file:
            text = file.read(100).decode("ascii", "replace").strip()
    except FileNotFoundError:
        message = f"{path}: there is no such file. Name the file that `autograder release` used. {_LOST}"
        raise InputError(message) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Make the file readable.") from None
    if not _WRITTEN.fullmatch(text):
        message = f"{path} holds no secret, which is one line of 64 digits 0 to 9 and a to f. Restore the file. {_LOST}"
        raise InputError(message)
    return bytes.fromhex(text)
