"""Single edits of a value out of YAML: what a slip of the hand does to a manifest."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml

from autograder.manifests.problems import Path

Edit = Callable[[Any], None]
"""Changes a value in place."""
Edits = Iterator[tuple[Path, str, Edit]]
"""What is edited, how in words, and the edit."""
_INNER_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")


def set_field(path: Path, key: str | int, new: Any, holder: Any) -> tuple[Path, str, Edit]:
    """Return the edit that gives a field of `holder`, which stands at `path`, another value."""
    is_there = isinstance(key, int) or key in holder
    how = f"is {brief(new)}, not {brief(holder[key])}" if is_there else f"is {brief(new)}, not absent"

    def edit(value: Any) -> None:
        at(value, path)[key] = copy.deepcopy(new)

    return (*path, key), how, edit


def drop(path: Path, key: str | int) -> tuple[Path, str, Edit]:
    """Return the edit that leaves a field or an item out."""

    def edit(value: Any) -> None:
        del at(value, path)[key]

    return (*path, key), "left out", edit


def replace_items(path: Path, where: slice, items: list[Any]) -> Edit:
    """Return the edit that puts other items into a list."""

    def edit(value: Any) -> None:
        at(value, path)[where] = copy.deepcopy(items)

    return edit


def misspelt(path: Path, key: Any) -> Edits:
    """Yield the edit that writes the first inner capital of a field's name small; none for a name without one."""
    if not isinstance(key, str):
        return
    wrong = _INNER_CAPITAL.sub(lambda match: match[0].lower(), key, count=1)
    if wrong == key or "/" in key:
        return

    def edit(value: Any) -> None:
        holder = at(value, path)
        items = [(wrong if name == key else name, item) for name, item in holder.items()]
        holder.clear()
        holder.update(items)

    yield (*path, key), f"written {wrong}", edit


def move(path: Path, key: str, new: Path) -> tuple[Path, str, Edit]:
    """Return the edit that takes a field away from one mapping and puts it into another, which may not be there."""

    def edit(value: Any) -> None:
        item = at(value, path).pop(key)
        holder = value
        for step in new:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        holder[key] = item

    return (*path, key), f"moved to {'.'.join(map(str, new))}", edit


def at(value: Any, path: Path) -> Any:
    """Return what stands at a path."""
    for step in path:
        value = value[step]
    return value


def brief(value: Any) -> str:
    """Return a value on one line, as YAML writes it."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1_000_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
