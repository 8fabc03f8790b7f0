"""Small edits to the text of a manifest, which leave everything else as its author wrote it.

Comments, order, indentation and quotation marks stay. An edit is done on the text, and then proved: the new text is
read, and must mean the old value with exactly the wanted change. Where that fails, for example because a value stands
in two places through an alias, the edit is refused and nothing is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import yaml

from .documents import read_text
from .limits import DEEPEST, Limits
from .problems import Path

_STEP: Final = 2
"""By how many spaces a new mapping is indented below its key."""
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that are no text in YAML without quotation marks."""
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LIMITS: Final = Limits(max_depth=DEEPEST)


class EditError(ValueError):
    """An edit that cannot be done on this text. The message says why, and what to do by hand."""


class _Gone:
    """Stands for what an edit removes."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED: Final = _Gone()


@dataclass(frozen=True, slots=True)
class Change:
    """One edit: put `new` at `path`, or take away what is there."""

    path: Path
    """From the document. A step beyond the end of a list appends."""
    new: Any
    """A scalar, a list or a mapping; `REMOVED` to take the key or item away."""


def value_of(text: str) -> Any:
    """Return what the text of one document means. Never change it: it is kept. Raises EditError for any other text."""
    return _value(text)


def edit(text: str, changes: Sequence[Change]) -> str:
    """Return the text of one document with changes, done one after the other.

    Raises EditError for a change that cannot be done without changing more.
    """
    for change in changes:
        before = _value(text)
        after = _apply(text, change)
        if _value(after) != _changed(before, change):
            raise EditError(f"{_shown(change.path)} cannot be changed alone. It may be written with an alias: edit it.")
        text = after
    return text


@lru_cache(maxsize=4)
def _value(text: str) -> Any:
    documents, problems = read_text(text.encode("utf-8", "surrogatepass"), "<edited>", _LIMITS)
    if problems or len(documents) != 1:
        raise EditError("the text can no longer be read after the edit")
    return documents[0].value


def _changed(value: Any, change: Change) -> Any:
    """Return a value with a change, as it should be."""
    value = here = _copied(value)
    for step, following in zip(change.path, (*change.path[1:], None), strict=True):
        if following is None:
            break
        if isinstance(here, dict) and here.get(step) is None:
            here[step] = {}
        here = here[step]
    last = change.path[-1]
    if change.new is REMOVED:
        del here[last]
    elif isinstance(here, list) and isinstance(last, int) and last >= len(here):
        here.append(change.new)
    else:
        here[last] = change.new
    return value


def _copied(value: Any) -> Any:
    """Return a copy in which what an alias repeats stands in each place for itself."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _shown(path: Path) -> str:
    from .problems import format_path

    return format_path(path)


# -- doing it ----------------------------------------------------------------------------------------------------------


def _apply(text: str, change: Change) -> str:
    # The document was read within limits, so composing it is safe.
    root = yaml.compose(text, Loader=_LOADER)
    if root is None:
        raise EditError("there is nothing to edit")
    node: yaml.Node = root
    depth = 0
    parents: list[yaml.CollectionNode] = []
    for step in change.path:
        child = _child(node, step)
        if child is None or (_is_null(child) and depth + 1 < len(change.path)):
            break
        assert isinstance(node, yaml.CollectionNode)  # noqa: S101 - it has a child
        parents.append(node)
        node, depth = child, depth + 1
    rest = change.path[depth:]
    if change.new is REMOVED:
        if rest:
            raise EditError(f"{_shown(change.path)} is not there")
        return _remove(text, parents[-1], change.path[-1], parents[:-1])
    if not rest:
        return _replace(text, node, change.new)
    new = change.new
    for step in reversed(rest[1:]):
        new = {step: new}
    return _insert(text, node, rest[0], new)


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        found = None
        for key, value in node.value:
            if key.value == step:
                found = value
        return found
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item
    return None


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _replace(text: str, node: yaml.Node, new: Any) -> str:
    start, end = node.start_mark.index, _end(text, node)
    flow = _flow(new)
    if start == end and start and text[start - 1] == ":":
        flow = f" {flow}"
    return text[:start] + flow + text[end:]


def _insert(text: str, node: yaml.Node, step: str | int, new: Any) -> str:
    """Put a new key into a mapping, or a new item at the end of a list."""
    if _is_null(node):
        raise EditError("there is nothing to put it into")
    is_list = isinstance(node, yaml.SequenceNode)
    if not isinstance(node, yaml.CollectionNode) or isinstance(step, int) != is_list:
        raise EditError(f"{step} does not fit where it belongs: what is there is no {'list' if is_list else 'mapping'}")
    if node.flow_style or not node.value:
        end = node.end_mark.index - 1
        entry = _flow(new) if is_list else f"{_scalar(step)}: {_flow(new)}"
        if node.value:
            inner = text[:end].rstrip()
            return (
                f"{inner}, {entry}{text[len(inner) :]}" if not inner.endswith(",") else f"{inner} {entry}{text[end:]}"
            )
        return f"{text[:end]}{entry}{text[end:]}"
    if is_list:
        column = node.start_mark.column
        lines = [" " * column + "- " + _flow(new)]
    else:
        null = next((value for key, value in node.value if key.value == step and _is_null(value)), None)
        if null is not None:
            return _fill(text, node, str(step), null, new)
        lines = _block(str(step), new, node.value[0][0].start_mark.column)
    return _after_line(text, _last_line(text, node), lines)


def _fill(text: str, node: yaml.Node, step: str, null: yaml.Node, new: Any) -> str:
    """Put something in place of a null."""
    key = next(key for key, value in node.value if value is null)
    if null.start_mark.index == null.end_mark.index and isinstance(new, dict):
        return _after_line(text, key.start_mark.line, _block(step, new, key.start_mark.column)[1:])
    return _replace(text, null, new)


def _remove(text: str, parent: yaml.CollectionNode, step: str | int, above: Sequence[yaml.CollectionNode]) -> str:
    entries = parent.value
    spans = [
        (key.start_mark, value) if isinstance(parent, yaml.MappingNode) else (value.start_mark, value)
        for key, value in (entries if isinstance(parent, yaml.MappingNode) else [(item, item) for item in entries])
    ]
    if isinstance(parent, yaml.MappingNode):
        number = max(index for index, (key, _) in enumerate(entries) if key.value == step)
    else:
        number = int(step)
    start, value = spans[number]
    if parent.flow_style:
        return _remove_from_flow(text, spans, number)
    if len(spans) == 1:
        return _empty(text, parent, above)
    first_line, last_line = start.line, _last_line(text, value, start.line)
    lines = text.splitlines(keepends=True)
    if isinstance(parent, yaml.SequenceNode):
        first_line = start.line
        return "".join(lines[:first_line] + lines[last_line + 1 :])
    before = lines[first_line][: start.column]
    if before.strip():  # the first key behind a dash: the next one takes its place
        following = spans[number + 1][0]
        return text[: start.index] + text[following.index :]
    return "".join(lines[:first_line] + lines[last_line + 1 :])


def _remove_from_flow(text: str, spans: Sequence[tuple[Any, yaml.Node]], number: int) -> str:
    start, value = spans[number]
    if number + 1 < len(spans):
        return text[: start.index] + text[spans[number + 1][0].index :]
    end = value.end_mark.index
    begin = spans[number - 1][1].end_mark.index if number else start.index
    return text[:begin] + text[end:]


def _empty(text: str, parent: yaml.CollectionNode, above: Sequence[yaml.CollectionNode]) -> str:
    """Return the text in which a mapping or list in block style has lost its only entry."""
    if not above:
        raise EditError("nothing would be left of the document")
    empty = "[]" if isinstance(parent, yaml.SequenceNode) else "{}"
    lines = text.splitlines(keepends=True)
    begin = parent.start_mark.index
    if isinstance(parent, yaml.SequenceNode) or not text[:begin].rstrip(" \n").endswith("-"):
        begin = len(text[:begin].rstrip())
        last = _last_line(text, parent)
        end = sum(map(len, lines[: last + 1])) - (1 if lines[last].endswith("\n") else 0)
        return f"{text[:begin]} {empty}{text[end:]}"
    end = sum(map(len, lines[: _last_line(text, parent) + 1])) - 1
    return f"{text[:begin]}{empty}{text[end:]}"


# -- places ------------------------------------------------------------------------------------------------------------


def _end(text: str, node: yaml.Node) -> int:
    """Return where a value ends: block collections end behind their last entry, not where the next one begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        lines = text.splitlines(keepends=True)
        last = _last_line(text, node)
        line_start = sum(map(len, lines[:last]))
        return line_start + len(lines[last].rstrip("\n"))
    end: int = node.end_mark.index
    return end


def _last_line(text: str, node: yaml.Node, least: int = 0) -> int:
    """Return the number of the last line that belongs to a value, from 0."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        if isinstance(node, yaml.MappingNode):
            key, value = last
            return _last_line(text, value, key.start_mark.line)
        return _last_line(text, last, last.start_mark.line)
    line: int = node.end_mark.line
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"} and not node.end_mark.column:
        line -= 1  # a block scalar ends where the next line begins
        rows = text.splitlines()
        while line > least and line < len(rows) and not rows[line].strip():
            line -= 1
    if isinstance(node, yaml.ScalarNode) and node.start_mark.index == node.end_mark.index:
        return least
    return max(line, least)


def _after_line(text: str, line: int, new: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines[line + 1 : line + 1] = [f"{entry}\n" for entry in new]
    return "".join(lines)


# -- new text ----------------------------------------------------------------------------------------------------------


def _block(key: str, value: Any, column: int) -> list[str]:
    """Return the lines of a new key: mappings in block style, all else behind the colon."""
    head = f"{' ' * column}{_scalar(key)}:"
    if not isinstance(value, dict) or not value:
        return [f"{head} {_flow(value)}"]
    lines = [head]
    for name, item in value.items():
        lines += _block(name, item, column + _STEP)
    return lines


def _flow(value: Any) -> str:
    """Return a value in one line.

    >>> _flow({"type": "RuntimeDefault"}), _flow(["ALL"]), _flow(False)
    ('{type: RuntimeDefault}', '["ALL"]', 'false')
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(json.dumps(item) if isinstance(item, str) else _flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in _WORDS:
        return value
    return json.dumps(value)
