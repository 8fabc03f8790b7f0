"""What is known about images: their USER, and the users and groups in them. A Pod says nothing of all that.

The file that ``--images`` names, by the name that a container gives the image::

    registry.shop.example/api:1.4:
      user: "1000"                                       # USER, as in the image's configuration
      passwd: {app: [1000, 1000]}                        # name: [uid, primary gid]
      groups: {extra: {gid: 50000, members: [app]}}      # name: its gid and its members

Each key may be left out. A missing ``user`` means that the image has none; a missing ``passwd`` or ``groups`` means
that nobody said what is in it, and what depends on it stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.documents import Document, read_text
from autograder.manifests.limits import FILES, InputError, Limits
from autograder.manifests.problems import Path, format_path

HIGHEST_ID: Final = 2**32 - 2
"""The highest uid or gid of Linux; the next one means that nothing is to be changed."""


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """A line of an image's ``/etc/group``."""

    gid: int
    members: tuple[str, ...] = ()
    """Names of users, without those that have the group as their primary one."""


@dataclass(frozen=True)
class Image:
    """An image as far as it decides who runs."""

    user: str = ""
    """The USER of the image, as in its configuration: empty, ``1000``, ``app``, ``1000:3000`` or ``app:staff``."""
    passwd: Mapping[str, tuple[int, int]] | None = None
    """Its ``/etc/passwd``: uid and primary gid by user name. None: nobody said what is in it."""
    groups: Mapping[str, ImageGroup] | None = None
    """Its ``/etc/group`` by group name. None: nobody said what is in it."""

    @property
    def user_part(self) -> str:
        """USER without a group. Kubernetes takes no notice of the group.

        >>> Image("1000:3000").user_part
        '1000'
        """
        return self.user.partition(":")[0]

    def name_of(self, uid: int) -> str | None:
        """Return the first user with a uid; None where there is none or nobody said."""
        return next((name for name, (number, _) in (self.passwd or {}).items() if number == uid), None)


Images = Mapping[str, Image]
"""Images by the name that a container gives. One that is not in it is unknown: never guess."""


def read_images(data: bytes, file: str, limits: Limits = FILES) -> dict[str, Image]:
    """Return the images that a file describes. Raises InputError with the line and the remedy for any other file."""
    documents, problems = read_text(data, file, limits)
    for problem in problems:
        # The options that raise limits are about manifests; nobody needs them for this file.
        remedy = "" if "--max" in problem.hint else problem.hint
        raise InputError(f"{file}:{problem.position.line}: {problem.detail}. {remedy}".strip())
    found: dict[str, Image] = {}
    for document in documents:
        if not isinstance(document.value, dict):
            raise _wrong(document, (), "this is no list of images", "Write a mapping: the name of each image, a colon.")
        for name, value in document.value.items():
            found[name] = _image(document, name, value)
    return found


def _image(document: Document, name: str, value: Any) -> Image:
    value = {} if value is None else value
    if not isinstance(value, dict):
        raise _wrong(document, (name,), f"{name} is described by no mapping", 'Write for example {user: "1000"}.')
    for key in value:
        if key not in {"user", "passwd", "groups"}:
            raise _wrong(document, (name, key), f"{key!r} is not known", "An image has user, passwd and groups.")
    user = value.get("user")
    if isinstance(user, int) and not isinstance(user, bool):
        user = str(user)
    if not isinstance(user, str | None):
        raise _wrong(document, (name, "user"), "user is no text", 'Write for example user: "1000:3000".')
    return Image((user or "").strip(), _passwd(document, name, value), _groups(document, name, value))


def _passwd(document: Document, name: str, value: Mapping[str, Any]) -> dict[str, tuple[int, int]] | None:
    if value.get("passwd") is None:
        return None
    found = {}
    for user, ids in _entries(document, (name, "passwd"), value["passwd"]):
        both = isinstance(ids, list) and len(ids) == 2 and all(map(_is_id, ids))
        if not both:
            path = (name, "passwd", user)
            raise _wrong(document, path, f"{user} needs a uid and a gid", f"Write {user}: [1000, 1000].")
        found[user] = (ids[0], ids[1])
    return found


def _groups(document: Document, name: str, value: Mapping[str, Any]) -> dict[str, ImageGroup] | None:
    if value.get("groups") is None:
        return None
    found = {}
    for group, entry in _entries(document, (name, "groups"), value["groups"]):
        path = (name, "groups", group)
        members = entry.get("members") or [] if isinstance(entry, dict) else None
        right = (
            isinstance(entry, dict)
            and entry.keys() <= {"gid", "members"}
            and _is_id(entry.get("gid"))
            and isinstance(members, list)
            and all(isinstance(member, str) for member in members)
        )
        if not right:
            raise _wrong(document, path, f"{group} needs a gid", f"Write {group}: {{gid: 50000, members: [app]}}.")
        found[group] = ImageGroup(entry["gid"], tuple(members or ()))
    return found


def _entries(document: Document, path: Path, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise _wrong(document, path, f"{path[-1]} is no mapping", "Write a name, a colon, and what belongs to it.")
    yield from value.items()


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_ID


def _wrong(document: Document, path: Path, what: str, remedy: str) -> InputError:
    line = document.locate(path).line
    where = f" (at {format_path(path)})" if path and re.fullmatch(r"[\w.\[\]/:-]+", format_path(path)) else ""
    return InputError(f"{document.file}:{line}: {what}{where}. {remedy}")
