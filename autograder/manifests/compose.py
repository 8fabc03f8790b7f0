"""Values out of a parser's events, as goyaml v2 decodes them and kubectl turns them into JSON.

`compose` reads one document from a stream of events, never from PyYAML's own composer: that one
crashes on deep nesting, and knows neither goyaml's scalars nor limits. One loop serves both ways of
reading. Without a `Places` it keeps values alone, which is all that most manifests ever need. With
one it also notes where each key and value stands.

goyaml decodes a document only when all of it has been parsed, so a syntax error further down hides a
wrong tag further up. What decoding refuses is therefore kept until the document has ended.

| Written | Means |
|---|---|
| a key twice | the last counts, silently |
| ``on: 1``, ``010: 1`` | the keys "true" and "8" |
| ``~: 1``, ``[a]: 1`` | refused: JSON has no such key |
| ``<<: *base`` | the entries of base, over keys that stand before it, under those that follow |
| ``<<: [*a, *b]`` | the same, a over b |
| ``!vault x`` | text: tags that goyaml does not know are ignored, on lists and mappings all tags are |
| ``.nan``, ``.inf`` | refused: JSON has no such number |

Source: go.yaml.in/yaml/v2 decode.go, sigs.k8s.io/yaml yaml.go.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn

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

from .go_text import number, quote
from .limits import Limits, option
from .problems import Path
from .scalars import TAG_PREFIX, KeyTypeError, Scalar, TagError, key_text, resolve, resolve_tagged

Value = dict[str, Any] | list[Any] | Scalar
"""A value as JSON knows it. What an alias repeats is one object in several places, so never change it."""


NextEvent = Callable[[], Event | None]
"""What hands out a parser's events, one a call."""


class ReadError(Exception):
    """A document that kubectl refuses, or that passes a limit."""

    def __init__(self, detail: str, index: int, hint: str = "", *, is_limit: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        """What kubectl prints, or how the limit was passed."""
        self.index = index
        """The number of characters of the document before the fault."""
        self.hint = hint
        """The remedy, in a sentence or two; empty where none is known."""
        self.is_limit = is_limit


class Spot(NamedTuple):
    """Where an entry of a mapping or list stands, in characters from the start of the document."""

    key: int
    value: int


class Repeated(NamedTuple):
    """A key that is written more than once: the places of the first and of the last."""

    first: int
    last: int


@dataclass(slots=True)
class Places:
    """Where everything in a document stands."""

    root: int = 0
    duplicates: dict[Path, Repeated] = field(default_factory=dict)
    """In the order of the text."""
    _entries: dict[int, tuple[Value, dict[str | int, tuple[int, int]]]] = field(default_factory=dict)
    """By the identity of a mapping or list, which is kept alive beside its entries' places."""

    def note(self, container: Value, step: str | int, key: int, value: int) -> None:
        """Remember one entry. Of equal keys the last counts, as it does for the value."""
        known = self._entries.get(id(container))
        if known is None:
            known = self._entries[id(container)] = container, {}
        known[1][step] = key, value

    def merge(self, target: Value, source: Value) -> None:
        """Remember that `target` took over the entries of `source`."""
        known = self._entries.get(id(source))
        if known is not None:
            for step, (key, value) in known[1].items():
                self.note(target, step, key, value)

    def spot(self, container: Value, step: str | int) -> Spot | None:
        """Return where an entry stands, or None where there is none."""
        known = self._entries.get(id(container))
        spot = None if known is None else known[1].get(step)
        return None if spot is None else Spot(*spot)

    def repeat(self, path: Path, first: int, last: int) -> None:
        """Remember that a key is written again."""
        known = self.duplicates.get(path)
        self.duplicates[path] = Repeated(known.first if known else first, last)


class Composed(NamedTuple):
    """One document."""

    value: Value
    has_duplicates: bool
    """Whether some key is written twice in one mapping."""


class Plain(dict[str, Scalar]):
    """What plain scalars mean. Each is found out once, since manifests repeat themselves."""

    has_unsupported = False
    """Whether any was a number that JSON lacks."""

    def __missing__(self, text: str) -> Scalar:
        value = self[text] = resolve(text)
        if type(value) is float and not math.isfinite(value):
            self.has_unsupported = True
        return value


_Frame = tuple[Any, bool, Any, Any, Any]
"""A mapping or list that waits for what lies in it to end: the five variables that describe it."""


def compose(next_event: NextEvent, plain: Plain, limits: Limits, places: Places | None = None) -> Composed | None:
    """Return the first document of a stream of events, or None where there is none.

    Raises `ReadError`. Whatever `next_event` raises passes through.
    """
    root: list[Any] = []
    container: Any = root
    is_list = True
    key: Any = None  # a mapping's key whose value comes next; None where a key comes next
    key_event: Any = None
    start: Any = None  # the event that began the container
    stack: list[_Frame] = []
    max_depth = limits.max_depth
    rare = _Rare(limits, places)
    nodes = 1  # as goyaml counts them, which counts the document
    event: Any
    value: Any
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            nodes += 1
            if event.tag is not None:
                value = rare.tagged(event, plain)
            elif event.style:
                value = event.value
            else:
                value = plain[event.value]
            if event.anchor is not None:
                rare.anchors[event.anchor] = value, event
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            nodes += 1
            if len(stack) >= max_depth:
                rare.refuse_depth(event)
            stack.append((container, is_list, key, key_event, start))
            is_list = kind is SequenceStartEvent
            container = [] if is_list else {}
            key = None
            start = event
            if event.anchor is not None:
                rare.anchors[event.anchor] = container, event
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            value = container
            event = start
            container, is_list, key, key_event, start = stack.pop()
        elif kind is AliasEvent:
            nodes += 1
            value = rare.follow(event, container, stack, nodes)
        elif kind is DocumentEndEvent:
            break
        elif kind is StreamEndEvent or event is None:
            return None
        else:  # the stream or the document begins
            continue

        if is_list:
            if places is not None:
                places.note(container, len(container), event.start_mark.index, event.start_mark.index)
            container.append(value)
        elif key is None:
            key_event = event
            key = value if type(value) is str and value != "<<" else rare.key(value, event)
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
    rare.refuse_late()
    if places is not None:
        first = places.spot(root, 0)
        places.root = first.value if first is not None else 0
    return Composed(root[0], rare.has_duplicates)


class _Rare:
    """What most documents have none of: tags, anchors and aliases, merges, odd and repeated keys."""

    def __init__(self, limits: Limits, places: Places | None) -> None:
        self.limits = limits
        self.places = places
        self.anchors: dict[str, tuple[Any, Any]] = {}
        """The value and the event of what has a name. The last of that name counts."""
        self.has_duplicates = False
        self._late: dict[int, ReadError] = {}
        self._merged: dict[int, set[str]] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self._aliased = 0

    def refuse(self, detail: str, event: Any, hint: str = "", *, stage: int = 0) -> None:
        """Keep an error of decoding (stage 0) or of the way to JSON (stage 1) until the document has ended."""
        self._late.setdefault(stage, ReadError(detail, event.start_mark.index, hint))

    def refuse_late(self) -> None:
        """Raise the first error that was kept, if any."""
        if self._late:
            raise self._late[min(self._late)]

    def refuse_depth(self, event: Any) -> NoReturn:
        """Raise the error for a value that lies too deep."""
        raise ReadError(
            f"lists and mappings lie more than {self.limits.max_depth} deep inside one another",
            event.start_mark.index,
            f"No Kubernetes object is that deep. Look for a bracket never closed, or raise {option('max_depth')}.",
            is_limit=True,
        )

    def tagged(self, event: Any, plain: Plain) -> Scalar:
        """Return the value of a scalar with a tag of its own."""
        try:
            value = resolve_tagged(event.tag, event.value)
        except TagError as error:
            self.refuse(f"yaml: {error}", event, "Remove the tag that begins with !!, or write a value that fits it.")
            return None
        if type(value) is float and not math.isfinite(value):
            plain.has_unsupported = True
        return value

    def follow(self, event: Any, container: Any, stack: list[_Frame], nodes: int) -> Any:
        """Return what an alias stands for."""
        name: str = event.anchor
        if name not in self.anchors:
            hint = f"Write &{name} in front of a value further up, or quote the text if it begins with *."
            raise ReadError(f"yaml: unknown anchor '{name}' referenced", event.start_mark.index, hint)
        value = self.anchors[name][0]
        size, height = 1, 0
        if isinstance(value, dict | list):
            if value is container or any(frame[0] is value for frame in stack):
                hint = f"Write the value out, without *{name}."
                self.refuse(f"yaml: anchor '{name}' value contains itself", event, hint)
                return None
            size, height = self._measure(value)
        if len(stack) + height > self.limits.max_depth:
            self.refuse_depth(event)
        self._aliased += size
        if self._aliased > self.limits.max_alias_nodes:
            raise ReadError(
                f"aliases stand for more than {self.limits.max_alias_nodes} nodes",
                event.start_mark.index,
                f"Write the values out, or raise {option('max_alias_nodes')}.",
                is_limit=True,
            )
        total = nodes + self._aliased
        if self._aliased > 100 and total > 1000 and self._aliased / total > _allowed_share(total):
            self.refuse("yaml: document contains excessive aliasing", event, "Write the values out.")
        return value

    def key(self, value: Any, event: Any) -> str | _Merge | _BadKey:
        """Return what a key becomes that is not ordinary text."""
        if isinstance(value, dict | list):
            hint = "Quote the key. Brackets and braces begin a list or a mapping."
            self.refuse(f"yaml: invalid map key: {_shorten(go_syntax(value))}", event, hint)
            return _BadKey("", event)
        written = event
        if isinstance(event, AliasEvent):
            event = self.anchors[str(event.anchor)][1]
            if not isinstance(event, ScalarEvent):  # it contains itself, which is refused already
                return _BadKey("", written)
        elif value == "<<" and (event.implicit[0] or event.tag == _MERGE_TAG):
            return _Merge()
        if event.style and event.tag is None:
            return event.value  # type: ignore[no-any-return]
        try:
            return key_text(event.tag, event.value)
        except TagError:  # refused already, as a value
            return _BadKey("", written)
        except KeyTypeError as error:
            return _BadKey(str(error), written)

    def repeat(self, container: Any, key: str, event: Any, stack: list[_Frame]) -> None:
        """Note a key that its mapping holds already, unless it was merged in."""
        merged = self._merged.get(id(container), ())
        if key in merged and isinstance(merged, set):
            merged.discard(key)
            return
        self.has_duplicates = True
        if self.places is not None:
            first = self.places.spot(container, key)
            path = tuple(len(frame[0]) if frame[1] else str(frame[2]) for frame in stack[1:])
            last = event.start_mark.index
            self.places.repeat((*path, key), first.key if first is not None else last, last)

    def merge(self, container: dict[str, Any], source: dict[str, Any]) -> None:
        """Give a mapping the entries of another."""
        container.update(source)
        self._merged.setdefault(id(container), set()).update(source)
        if self.places is not None:
            self.places.merge(container, source)

    def _measure(self, value: Any) -> tuple[int, int]:
        """Return how many nodes a value has and how deep it is, all aliases in it followed."""
        if not isinstance(value, dict | list):
            return 1, 0
        known = self._sizes.get(id(value))
        if known is None:
            size, height = 1, 0
            for part in value.values() if isinstance(value, dict) else value:
                part_size, part_height = self._measure(part)
                size += part_size + isinstance(value, dict)
                height = max(height, part_height)
            known = self._sizes[id(value)] = size, height + 1
        return known


_LONGEST_QUOTE: Final = 1000
_MERGE_TAG: Final = TAG_PREFIX + "merge"


class _Merge:
    """The key ``<<``."""

    def __str__(self) -> str:
        return "<<"

    def take(self, container: dict[str, Any], value: Any, event: Any, rare: _Rare) -> None:
        """Merge the value's entries, of a list the last first, so that the first wins."""
        sources = value[::-1] if isinstance(value, list) else [value]
        if any(not isinstance(source, dict) for source in sources):
            detail = "yaml: map merge requires map or sequence of maps as the value"
            rare.refuse(detail, event, "Write an alias of a mapping after <<, or quote the key if it is meant as text.")
            return
        for source in sources:
            rare.merge(container, source)


class _BadKey:
    """A key that no JSON object can have. Kubernetes has none either, so its entry is dropped."""

    def __init__(self, detail: str, event: Any) -> None:
        self.detail = detail
        self.event = event

    def __str__(self) -> str:
        return "?"

    def take(self, container: dict[str, Any], value: Any, event: Any, rare: _Rare) -> None:  # noqa: ARG002
        """Refuse the entry, unless the key has been refused already. Go prints the value too."""
        if self.detail:
            detail = f"{self.detail}, value: {_shorten(go_syntax(value))}"
            hint = "Write a name before the colon, in quotes if it looks like null or a number."
            rare.refuse(detail, self.event, hint, stage=1)


def unsupported_number(value: Value) -> tuple[Path, str] | None:
    """Return the first number that JSON lacks, in the order in which Go writes it, and Go's word for it."""
    for path, leaf in _leaves(value, ()):
        if type(leaf) is float and not math.isfinite(leaf):
            return path, "NaN" if math.isnan(leaf) else "+Inf" if leaf > 0 else "-Inf"
    return None


def go_syntax(value: Value) -> str:
    """Return a value as Go's ``%#v`` prints it.

    >>> go_syntax(["web", {"port": 80, "host": None}])
    '[]interface {}{"web", map[interface {}]interface {}{"host":interface {}(nil), "port":80}}'
    """
    if isinstance(value, dict):
        entries = ", ".join(f"{quote(key)}:{_inside(value[key])}" for key in sorted(value))
        return f"map[interface {{}}]interface {{}}{{{entries}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_inside, value))}}}"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else number(value)


def _shorten(text: str) -> str:
    """Return a text that fits into a message. kubectl would print all of it."""
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"


def _inside(value: Value) -> str:
    return "interface {}(nil)" if value is None else go_syntax(value)


def _leaves(value: Value, path: Path) -> Iterator[tuple[Path, Scalar]]:
    """Yield every scalar of a value and the way to it, keys in sorted order."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _allowed_share(nodes: int) -> float:
    """Return which share of a document's nodes goyaml lets aliases stand for."""
    low, high = 400_000, 4_000_000
    if nodes <= low:
        return 0.99
    if nodes >= high:
        return 0.10
    return 0.99 - 0.89 * (nodes - low) / (high - low)
