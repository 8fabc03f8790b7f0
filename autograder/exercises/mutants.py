"""Mutants: every answer that differs from a right one by a single small edit, as somebody could have made by mistake.

Edits are made to values, not to text, so a mutant is always YAML; whether the API server takes it is for others to say.

================== ===================================================================================
edited             how
================== ===================================================================================
document           left out, where there are several
any key            left out: a label, ``policyTypes``, ``from``, ``ports``, ``endPort``, ``except``, …
any list item      left out: a rule, a peer, a port, a value
a rule, peer, port split into two list items before each of its keys: one hyphen too many
two list items     joined where they share no key: one hyphen too few
policyTypes        every other set of directions
a selector         widened to ``{}``
a label, a value   each other value that the key has in the scene
an operator        turned into its opposite
port, endPort      one up, one down; another port that something in the scene serves
protocol           each other one
CIDR               one bit longer, one bit shorter
name               a new one, and that of each other policy in the answer and in the scene
namespace          each other one of the scene
a field's name     misspelled: one capital letter written small
Pods, workloads    see `containers.mutants`
================== ===================================================================================
"""

from __future__ import annotations

import copy
import difflib
import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from autograder.manifests.problems import Path, format_path
from autograder.network.cluster import Cluster
from autograder.network.ports import LAST_PORT, PROTOCOLS

from .containers.mutants import KINDS, pod_edits
from .edits import Edits, drop, misspelt, replace_items, set_field

_KIND: Final = "NetworkPolicy"
_SPLITTABLE: Final = frozenset({"ingress", "egress", "from", "to", "ports"})
"""Lists whose items are mappings that mean something else when they are two."""
_SELECTORS: Final = frozenset({"podSelector", "namespaceSelector"})
_DIRECTIONS: Final = (["Ingress"], ["Egress"], ["Ingress", "Egress"])
_OPPOSITE: Final = {"In": "NotIn", "NotIn": "In", "Exists": "DoesNotExist", "DoesNotExist": "Exists"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A right answer with one edit."""

    change: str
    """What is edited, in words that stay the same as long as the answer does."""
    documents: tuple[Any, ...]
    """The values of all documents."""
    document: int
    """Which document is edited, from 0."""
    path: Path
    """The field that is edited, in the right answer."""

    @property
    def text(self) -> str:
        """The mutant as an answer: JSON, which leaves nothing to the writer of YAML."""
        return "\n".join(json.dumps(value, ensure_ascii=False) for value in self.documents) + "\n"

    def diff(self, answer: Sequence[Any]) -> str:
        """Return what differs from the right answer, as lines of YAML that begin with ``-`` or ``+``."""
        lines = list(difflib.unified_diff(_written(answer), _written(self.documents), n=2, lineterm=""))
        return "\n".join(line for line in lines[2:] if not line.startswith("@@"))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the scene offers to whoever writes something else."""

    labels: Mapping[str, Mapping[str, tuple[str, ...]]]
    """For ``podSelector`` and ``namespaceSelector`` the values of each key."""
    ports: tuple[int | str, ...]
    """The numbers and the names of all ports that containers declare."""
    namespaces: tuple[str, ...]
    policies: tuple[str, ...]


def vocabulary(cluster: Cluster) -> Vocabulary:
    """Return what a scene offers."""
    return Vocabulary(
        labels={
            "podSelector": _values(pod.labels for pod in cluster.pods),
            "namespaceSelector": _values(cluster.namespaces.values()),
        },
        ports=tuple(
            dict.fromkeys(
                port for pod in cluster.pods for item in pod.ports for port in (item.number, item.name) if port
            )
        ),
        namespaces=tuple(sorted(cluster.namespaces)),
        policies=tuple(policy.name for policy in cluster.policies),
    )


def mutants(answer: Sequence[Any], words: Vocabulary) -> Iterator[Mutant]:
    """Yield every mutant of an answer, given as the values of its documents, each value once."""
    answer = json.loads(json.dumps(answer))  # an alias is a value of its own: an edit changes one place
    seen = {_identity(answer)}
    for mutant in _all(answer, words):
        identity = _identity(mutant.documents)
        if identity not in seen:
            seen.add(identity)
            yield mutant


def _all(answer: Sequence[Any], words: Vocabulary) -> Iterator[Mutant]:
    names = [_name(value) for value in answer]
    for index, value in enumerate(answer):
        if len(answer) > 1:
            rest = (*answer[:index], *answer[index + 1 :])
            yield Mutant(f"{_title(value)}: left out", rest, index, ())
        if not isinstance(value, dict):
            continue
        others = [name for name in dict.fromkeys([*names, *words.policies]) if name != names[index]]
        edits: Edits = iter(())
        if value.get("kind") == _KIND:
            edits = _edits(value, words, others)
        elif value.get("kind") in KINDS:
            edits = pod_edits(value)
        for path, how, edit in edits:
            edited = copy.deepcopy(value)
            edit(edited)
            documents = (*answer[:index], edited, *answer[index + 1 :])
            yield Mutant(f"{_title(value)}: {format_path(path)} {how}", documents, index, path)


def _edits(policy: dict[str, Any], words: Vocabulary, others: Sequence[str]) -> Edits:
    """Yield the edits of one policy; `others` are the names of the other policies."""
    metadata = policy.get("metadata")
    if isinstance(metadata, dict):
        for name in (f"{metadata.get('name')}-2", *others):
            yield set_field(("metadata",), "name", name, metadata)
        for namespace in words.namespaces:
            if namespace != metadata.get("namespace"):
                yield set_field(("metadata",), "namespace", namespace, metadata)
        if "namespace" in metadata:
            yield drop(("metadata",), "namespace")
    if isinstance(policy.get("spec"), dict):
        for directions in _DIRECTIONS:
            if policy["spec"].get("policyTypes") != directions:
                yield set_field(("spec",), "policyTypes", directions, policy["spec"])
        yield from _walk(policy["spec"], ("spec",), words)


def _walk(value: Any, path: Path, words: Vocabulary) -> Edits:
    """Yield the edits of a value and of everything in it."""
    if isinstance(value, dict):
        yield from _in_mapping(value, path, words)
        for key, item in value.items():
            yield drop(path, key)
            yield from misspelt(path, key)
            yield from _walk(item, (*path, key), words)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield drop(path, index)
            yield from _walk(item, (*path, index), words)
        if path[-1] in _SPLITTABLE:
            yield from _hyphens(value, path)


def _in_mapping(value: dict[str, Any], path: Path, words: Vocabulary) -> Edits:
    """Yield the edits that depend on what a mapping is."""
    for key in _SELECTORS & value.keys():
        if value[key]:
            yield set_field(path, key, {}, value)
    if path[-1] == "matchLabels":
        known = words.labels.get(str(path[-2]), {})
        for key, old in value.items():
            yield from (set_field(path, key, new, value) for new in known.get(key, ()) if new != old)
    elif len(path) > 1 and path[-2] == "matchExpressions":
        yield from _in_requirement(value, path, words)
    elif len(path) > 1 and path[-2] == "ports":
        yield from _in_port(value, path, words)
    elif path[-1] == "ipBlock":
        yield from _in_block(value, path)


def _in_requirement(value: dict[str, Any], path: Path, words: Vocabulary) -> Edits:
    opposite = _OPPOSITE.get(value.get("operator", ""))
    if opposite:
        yield set_field(path, "operator", opposite, value)
    known = words.labels.get(str(path[-3]), {}).get(value.get("key", ""), ())
    values = value.get("values")
    for index, old in enumerate(values if isinstance(values, list) else ()):
        yield from (set_field((*path, "values"), index, new, values) for new in known if new != old)


def _in_port(value: dict[str, Any], path: Path, words: Vocabulary) -> Edits:
    for protocol in PROTOCOLS:
        if protocol != value.get("protocol", "TCP"):
            yield set_field(path, "protocol", protocol, value)
    port, end = value.get("port"), value.get("endPort")
    for key, number in (("port", port), ("endPort", end)):
        if isinstance(number, int):
            yield from (
                set_field(path, key, near, value) for near in (number - 1, number + 1) if 1 <= near <= LAST_PORT
            )
    for other in words.ports:
        if other != port and isinstance(other, type(port)):
            yield set_field(path, "port", other, value)


def _in_block(value: dict[str, Any], path: Path) -> Edits:
    cidrs: list[tuple[Path, str | int, Any, Any]] = [(path, "cidr", value.get("cidr"), value)]
    exceptions = value.get("except")
    if isinstance(exceptions, list):
        cidrs += [((*path, "except"), index, cidr, exceptions) for index, cidr in enumerate(exceptions)]
    for where, key, cidr, holder in cidrs:
        yield from (set_field(where, key, near, holder) for near in _near(cidr))


def _near(cidr: Any) -> Iterator[str]:
    """Yield the blocks that are one bit shorter and longer. What is no CIDR has none."""
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        return
    if network.prefixlen:
        yield str(network.supernet())
    if network.prefixlen < network.max_prefixlen:
        yield str(next(network.subnets()))


def _hyphens(items: list[Any], path: Path) -> Edits:
    """Yield the edits that a hyphen makes: an item becomes two, or two become one."""
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        keys = list(item)
        for cut in range(1, len(keys)):
            pieces = [{key: item[key] for key in part} for part in (keys[:cut], keys[cut:])]
            yield (
                (*path, index),
                f"split in two before {keys[cut]}",
                replace_items(path, slice(index, index + 1), pieces),
            )
        following = items[index + 1] if index + 1 < len(items) else None
        if isinstance(following, dict) and not item.keys() & following.keys():
            joined = [{**item, **following}]
            yield (*path, index), f"joined with [{index + 1}]", replace_items(path, slice(index, index + 2), joined)


def _values(labels: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for mapping in labels:
        for key, value in mapping.items():
            found.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in found.items()}


def _name(value: Any) -> str:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""


def _title(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else None
    return f"{kind or 'document'} {_name(value)}".strip()


def _written(values: Sequence[Any]) -> list[str]:
    text: str = yaml.safe_dump_all(json.loads(json.dumps(values)), sort_keys=False, width=1_000_000, allow_unicode=True)
    return text.splitlines()


def _identity(values: Sequence[Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False)
