"""Values out of YAML events, as goyaml v2 decodes them and kubectl turns them into JSON.

`compose` reads one document from a stream of events, never from PyYAML's own composer: that one
crashes on deep nesting and knows neither goyaml's scalars nor limits. One loop serves both ways of
reading. Without a `Places` it keeps values alone, which is all that most manifests ever need. With
one it also notes where each key and value stands.

goyaml decodes a document only after parsing all of it, so a syntax error further down hides a wrong
tag further up. What decoding finds is therefore kept until the document has ended, and comes back
beside the value.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from .limits import Limits, option
from .problems import Path
from .scalars import MERGE_TAG, Scalar, TagError, key_text, resolve, resolve_tagged

Value = dict[str, Any] | list[Any] | Scalar
"""A value as JSON knows it. One that an alias repeats is one object in several places: never change it."""


class ReadError(Exception):
    """A document that kubectl refuses, or that passes a limit.

    `detail` is what kubectl prints, `index` the number of characters before the fault in the document,
    `hint` the remedy. `is_limit` tells a limit of ours from an error of kubectl's.
    """

    def __init__(self, detail: str, index: int, hint: str = "", *, is_limit: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.index = index
        self.hint = hint
        self.is_limit = is_limit


class Spot(NamedTuple):
    """Where one entry of a mapping or list stands, in characters from the start of the document."""

    key: int
    value: int


@dataclass(slots=True)
class Places:
    """Where everything in a document stands."""

    root: int = 0
    entries: dict[int, tuple[Value, dict[str | int, Spot]]] = field(default_factory=dict)
    """By the identity of a mapping or list, which is kept alive beside it: its entries' places."""
    duplicates: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Keys that are written more than once: the places of the first and of the last."""

    def note(self, container: Value, step: str | int, key: int, value: int) -> None:
        """Remember one entry. Of equal keys the last counts, as it does for the value."""
        self.entries.setdefault(id(container), (container, {}))[1][step] = Spot(key, value)

    def spot(self, container: Value, step: str | int) -> Spot | None:
        """Return where an entry stands, or None where there is none."""
        known = self.entries.get(id(container))
        return None if known is None else known[1].get(step)

    def merge(self, target: Value, source: Value) -> None:
        """Remember that `target` took over the entries of `source`."""
        for step, spot in self.entries.get(id(source), (None, {}))[1].items():
            self.note(target, step, *spot)

    def repeat(self, path: Path, first: int, last: int) -> None:
        """Remember that a key is written again."""
        self.duplicates[path] = (self.duplicates.get(path, (first, last))[0], last)


class Composed(NamedTuple):
    """One document."""

    value: Value
    refusal: ReadError | None
    """Why goyaml or the conversion to JSON refuses it after all."""
    has_duplicates: bool
    """Whether some key is written twice in one mapping."""


class Plain(dict[str, Scalar]):
    """What plain scalars mean, each found out once."""

    has_unsupported = False
    """Whether one of them was a number that JSON lacks."""

    def __missing__(self, text: str) -> Scalar:
        value = self[text] = resolve(text)
        if type(value) is float and not math.isfinite(value):
            self.has_unsupported = True
        return value


def compose(next_event: Callable[[], Event | None], plain: Plain, limits: Limits, places: Places | None = None) -> Composed | None:
    """Return the first document of a stream of events, or None where there is none.

    Raises `ReadError` where reading has to stop; whatever `next_event` raises passes through.
    """
    root: list[Any] = []
    container: Any = root
    is_list = True
    key: Any = None  # the text of the key whose value comes next, or a special key; None: a key comes next
    key_event: Any = None
    start: Any = None  # the event that began the container
    stack: list[tuple[Any, ...]] = []
    rare = _Rare(limits, places)
    max_depth = limits.max_depth
    nodes = 1
    event: Any
    value: Any
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            nodes += 1
            if event.tag is not None:
                value = rare.tagged(event, plain)
            elif event.implicit[0]:
                value = plain[event.value]
            else:
                value = event.value
            if event.anchor is not None:
                rare.anchors[event.anchor] = value
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            nodes += 1
            if len(stack) >= max_depth:
                raise rare.too_deep(event)
            stack.append((container, is_list, key, key_event, start))
            is_list = kind is SequenceStartEvent
            container = [] if is_list else {}
            key, start = None, event
            if event.anchor is not None:
                rare.anchors[event.anchor] = container
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            value, event = container, start
            container, is_list, key, key_event, start = stack.pop()
        elif kind is AliasEvent:
            value = rare.follow(event, container, stack, nodes)
        elif kind is DocumentEndEvent:
            break
        elif kind is StreamEndEvent or event is None:
            return None
        else:  # the start of the stream or of the document
            continue

        if is_list:
            if places is not None:
                places.note(container, len(container), event.start_mark.index, event.start_mark.index)
            container.append(value)
        elif key is None:
            key_event = event
            if type(value) is str and value != "<<":
                key = value
            else:
                key = rare.key(value, event)
        elif type(key) is str:
            if key in container:
                rare.repeat(container, key, key_event, stack)
            if places is not None:
                places.note(container, key, key_event.start_mark.index, event.start_mark.index)
            container[key] = value
            key = None
        else:
            key.take(container, value, event, rare)
            key = None
    if places is not None and event is not None:
        places.root = places.spot(root, 0).value  # type: ignore[union-attr]
    return Composed(root[0], min(rare.late, key=lambda item: item[0])[1] if rare.late else None, rare.has_duplicates)


class _Rare:
    """What most documents have none of: tags, anchors and aliases, merges, odd and repeated keys."""

    def __init__(self, limits: Limits, places: Places | None) -> None:
        self.limits = limits
        self.places = places
        self.anchors: dict[str, Any] = {}
        self.has_duplicates = False
        self.late: list[tuple[int, ReadError]] = []
        """What decoding (0) and the conversion to JSON (1) refuse."""
        self.merged: dict[int, set[str]] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self._aliased = 0

    def refuse(self, detail: str, event: Event, hint: str = "", *, stage: int = 0) -> None:
        """Keep an error that shows only after the whole document has been parsed."""
        self.late.append((stage, ReadError(detail, _index(event), hint)))

    def tagged(self, event: ScalarEvent, plain: Plain) -> Scalar:
        """Return the value of a scalar with a tag of its own."""
        try:
            value = resolve_tagged(event.tag, event.value)
        except TagError as error:
            self.refuse(f"yaml: {error}", event, "Remove the tag that begins with !!, or change the value to fit it.")
            return None
        if type(value) is float and not math.isfinite(value):
            plain.has_unsupported = True
        return value

    def too_deep(self, event: Event) -> ReadError:
        """Return the error for a value that lies too deep."""
        return ReadError(
            f"lists and mappings lie more than {self.limits.max_depth} deep",
            _index(event),
            f"No Kubernetes object is that deep; look for an unclosed bracket, or raise {option('max_depth')}.",
            is_limit=True,
        )

    def follow(self, event: AliasEvent, container: Any, stack: list[tuple[Any, ...]], nodes: int) -> Any:
        """Return what an alias stands for."""
        if event.anchor not in self.anchors:
            detail = f"yaml: unknown anchor '{event.anchor}' referenced"
            raise ReadError(detail, _index(event), f"Write &{event.anchor} in front of a value further up, or quote the text if the * belongs to it.")
        value = self.anchors[event.anchor]
        size, height = 1, 0
        if isinstance(value, dict | list):
            if value is container or any(frame[0] is value for frame in stack):
                self.refuse(f"yaml: anchor '{event.anchor}' value contains itself", event)
                return None
            size, height = self._measure(value)
        if len(stack) + height > self.limits.max_depth:
            raise self.too_deep(event)
        self._aliased += size
        if self._aliased > self.limits.max_alias_nodes:
            raise ReadError(
                f"aliases stand for more than {self.limits.max_alias_nodes} nodes",
                _index(event),
                f"Write the values out, or raise {option('max_alias_nodes')}.",
                is_limit=True,
            )
        total = nodes + self._aliased
        if self._aliased > 100 and total > 1000 and self._aliased / total > _allowed_ratio(total):
            self.refuse("yaml: document contains excessive aliasing", event)
        return value

    def key(self, value: Any, event: Any) -> str | _Merge | _BadKey:
        """Return what a key that is no ordinary text becomes."""
        if type(value) is str:
            is_merge = type(event) is ScalarEvent and (event.implicit[0] or event.tag == MERGE_TAG)
            return _Merge() if is_merge else value
        if isinstance(value, dict | list):
            self.refuse(f"yaml: invalid map key: {_go_syntax(value)}", event)
            return _BadKey("", "")
        if value is None:
            return _BadKey("%!s(<nil>)", "<nil>")
        return key_text(value)

    def repeat(self, container: Any, key: str, event: Event, stack: list[tuple[Any, ...]]) -> None:
        """Note a key that its mapping holds already, unless a merge brought it in."""
        if key in self.merged.get(id(container), ()):
            self.merged[id(container)].discard(key)
            return
        self.has_duplicates = True
        if self.places is not None:
            first = self.places.spot(container, key)
            path = tuple(len(frame[0]) if frame[1] else frame[2] for frame in stack[1:])
            self.places.repeat((*path, key), first.key if first else _index(event), _index(event))

    def _measure(self, value: Any) -> tuple[int, int]:
        """Return how many nodes a value has and how deep it is, all aliases in it followed."""
        if not isinstance(value, dict | list):
            return 1, 0
        known = self._sizes.get(id(value))
        if known is None:
            parts = [self._measure(part) for part in (value.values() if isinstance(value, dict) else value)]
            keys = len(parts) if isinstance(value, dict) else 0
            height = 1 + max((part[1] for part in parts), default=0)
            known = self._sizes[id(value)] = 1 + keys + sum(part[0] for part in parts), height
        return known


class _Merge:
    """The key ``<<``: its value's entries become entries of the mapping."""

    def take(self, container: dict[str, Any], value: Any, event: Event, rare: _Rare) -> None:
        """Take over the entries, in goyaml's order: of a list the last first, so that the first wins.

        goyaml sets keys as they come. A merge therefore overrides what stands before it in the mapping
        and is overridden by what follows.
        """
        sources = list(reversed(value)) if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            rare.refuse("yaml: map merge requires map or sequence of maps as the value", event)
            return
        for source in sources:
            container.update(source)
            rare.merged.setdefault(id(container), set()).update(source)
            if rare.places is not None:
                rare.places.merge(container, source)


class _BadKey:
    """A key that no JSON object can have."""

    def __init__(self, go_type: str, go_value: str) -> None:
        self.go_type = go_type
        self.go_value = go_value

    def take(self, container: dict[str, Any], value: Any, event: Event, rare: _Rare) -> None:  # noqa: ARG002
        """Refuse the entry, unless the key alone has been refused already."""
        if self.go_type:
            detail = f"unsupported map key of type: {self.go_type}, key: {self.go_value}, value: {_go_syntax(value)}"
            rare.refuse(detail, event, "Give the key a name, or quote it if the word is meant.", stage=1)


def unsupported_number(value: Value) -> tuple[Path, str] | None:
    """Return the first number that JSON lacks, in the order in which Go writes keys, and Go's word for it."""
    for path, leaf in _leaves(value, ()):
        if type(leaf) is float and not math.isfinite(leaf):
            return path, "NaN" if math.isnan(leaf) else "+Inf" if leaf > 0 else "-Inf"
    return None


def _leaves(value: Value, path: Path) -> Iterator[tuple[Path, Scalar]]:
    """Yield every scalar of a value with the way to it."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _allowed_ratio(nodes: int) -> float:
    """Return which share of a document's nodes goyaml lets aliases stand for."""
    low, high = 400_000, 4_000_000
    if nodes <= low:
        return 0.99
    if nodes >= high:
        return 0.10
    return 0.99 - 0.89 * (nodes - low) / (high - low)


def _go_syntax(value: Value) -> str:
    """Return a value as Go's ``%#v`` prints it."""
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, dict):
        return "map[interface {}]interface {}{" + ", ".join(f"{_go_syntax(key)}:{_go_syntax(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[]interface {}{" + ", ".join(map(_go_syntax, value)) + "}"
    return json.dumps(value, ensure_ascii=False)


def _index(event: Any) -> int:
    """Return the number of characters in front of an event."""
    index: int = event.start_mark.index
    return index
