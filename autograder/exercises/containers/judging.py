"""Do containers run as an intent asks? Lines in; out come the same lines, each with a verdict and a witness.

Nothing here knows about exercises, answers or scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from autograder.manifests.objects import Namespace, Object, Pod
from autograder.manifests.problems import Path, Problem
from autograder.security import KUBERNETES, Context, Semantics, effective
from autograder.security.can import ASKS_NONE, Answer, ask, use_level
from autograder.security.capabilities import in_order
from autograder.security.containers import line_of
from autograder.security.filesystem import place_of
from autograder.security.misplaced import with_misplaced
from autograder.security.standards import LEVELS, Judgement, Violation
from autograder.security.standards.admission import policy_of

from . import facts
from .lines import EVERY, FURTHER, CanLine, EffectiveLine, KeepLine, LevelLine, Line, is_matcher
from .node import Machine

Key = tuple[str, str, str]
"""Namespace, Pod and container."""


class Inside:
    """The containers of a scene, as somebody reads it. Each Pod is looked at when it is asked about."""

    def __init__(
        self,
        objects: Iterable[Object],
        machine: Machine,
        semantics: Semantics = KUBERNETES,
        problems: Mapping[tuple[str, str], tuple[Problem, ...]] | None = None,
    ) -> None:
        """Take the objects of a scene; `problems` are why the API server refuses Pods, by namespace and name."""
        self._pods: dict[tuple[str, str], Pod] = {}
        self._labels: dict[str, Mapping[str, str]] = {}
        for thing in objects:
            if isinstance(thing, Pod):
                read = with_misplaced(thing) if semantics.misplaced_fields == "inherit" else thing
                self._pods[thing.namespace, thing.name] = read
            elif isinstance(thing, Namespace):
                self._labels[thing.name] = thing.labels
        self.machine, self.semantics = machine, semantics
        self._problems = problems or {}

    @cached_property
    def contexts(self) -> dict[Key, Context]:
        """Every container with what it runs with."""
        found: dict[Key, Context] = {}
        for (namespace, name), pod in self._pods.items():
            policy = policy_of(self._labels[namespace])[0] if namespace in self._labels else None
            problems = self._problems.get((namespace, name), ())
            for context in effective(
                pod,
                node=self.machine.node,
                images=self.machine.images,
                policy=policy,
                problems=problems,
                semantics=self.semantics,
            ):
                found[namespace, name, context.container.name] = context
        return found

    def named(self, name: str, namespaces: tuple[str, ...]) -> dict[Key, Context]:
        """Return the containers that a name means; the first namespace is that of short names."""
        home = namespaces[0] if namespaces else "default"
        if name == EVERY:
            return {key: item for key, item in self.contexts.items() if not namespaces or key[0] in namespaces}
        parts = name.split("/")
        if len(parts) == 1:
            of_pod = {key: item for key, item in self.contexts.items() if key[:2] == (home, name)}
            return of_pod or {key: item for key, item in self.contexts.items() if key[0] == home and key[2] == name}
        wanted = (home, *parts) if len(parts) == 2 else tuple(parts)
        if wanted[2] == FURTHER:
            return self._further((wanted[0], wanted[1]))
        return {
            key: item for key, item in self.contexts.items() if key[:2] == wanted[:2] and wanted[2] in {EVERY, key[2]}
        }

    def _further(self, key: tuple[str, str]) -> dict[Key, Context]:
        """Return a container that somebody could add to a Pod: with the image of its first one, and nothing said."""
        pod = self._pods.get(key)
        containers = list(pod.spec.get("containers", ())) if pod is not None else []
        if pod is None or not containers:
            return {}
        name = "a-further-container"
        added = {"name": name, "image": containers[0].get("image", "")}
        wider = replace(pod, spec={**pod.spec, "containers": [*containers, added]}, source=None)
        return Inside([wider], self.machine, self.semantics).named(f"{key[0]}/{key[1]}/{name}", (key[0],))

    def pods(self, name: str, namespaces: tuple[str, ...]) -> dict[tuple[str, str], Pod]:
        """Return the Pods and workloads that a name means."""
        if name == EVERY:
            return {key: pod for key, pod in self._pods.items() if not namespaces or key[0] in namespaces}
        home = namespaces[0] if namespaces else "default"
        parts = name.split("/")
        wanted = (home, name) if len(parts) == 1 else (parts[0], parts[1])
        return {key: pod for key, pod in self._pods.items() if key == wanted}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that proves that a line does not hold."""

    subject: str
    """The container and the fact or the action; of a level the Pod."""
    wanted: str
    got: str
    because: str
    pod: Pod | None = None
    path: Path = ()
    """The field at fault, from the Pod's spec."""
    allowed: bool | None = None
    """Of an action: whether it can be done."""

    @property
    def place(self) -> tuple[str | None, int | None]:
        """The file and the line to look at."""
        if self.pod is None or self.pod.source is None:
            return None, None
        return self.pod.source.file, line_of(self.pod, *self.path)


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with its verdict."""

    line: Line
    wrong: Wrong | None = None

    @property
    def holds(self) -> bool:
        """Whether the line holds."""
        return self.wrong is None

    @property
    def leaks(self) -> bool:
        """Whether something secret can be done."""
        return self.line.secret and self.wrong is not None and self.wrong.allowed is True


def judge(lines: Iterable[Line], namespaces: tuple[str, ...], after: Inside, before: Inside) -> tuple[Judged, ...]:
    """Return every line with its verdict; `before` is what ``keep`` compares with."""
    listed = tuple(lines)
    return tuple(Judged(line, next(_wrongs(line, listed, namespaces, after, before), None)) for line in listed)


def holds(lines: Iterable[Line], namespaces: tuple[str, ...], after: Inside, before: Inside) -> bool:
    """Return whether every line holds; stops at the first that does not."""
    listed = tuple(lines)
    return not any(True for line in listed for _ in _wrongs(line, listed, namespaces, after, before))


def _wrongs(
    line: Line, lines: tuple[Line, ...], namespaces: tuple[str, ...], after: Inside, before: Inside
) -> Iterator[Wrong]:
    if isinstance(line, LevelLine):
        yield from _of_level(line, namespaces, after)
        return
    if isinstance(line, KeepLine):
        yield from _of_keep(line, lines, namespaces, after, before)
        return
    contexts = after.named(line.container, namespaces)
    if not contexts:
        yield _missing(line.container, after)
    for context in contexts.values():
        if isinstance(line, EffectiveLine):
            yield from _of_facts(line, context)
        else:
            yield from _of_action(line, context)


def _missing(name: str, after: Inside) -> Wrong:
    there = ", ".join(title(key) for key in after.contexts) or "no container"
    return Wrong(name, f"a container {name}", f"there is none; there are {there}", "Names stay as the task has them.")


def title(key: Key) -> str:
    """Return a container's name as people write it: ``shop/api``, ``shop/api/metrics`` where the two differ.

    >>> title(("shop", "api", "api")), title(("shop", "api", "metrics"))
    ('shop/api', 'shop/api/metrics')
    """
    namespace, pod, container = key
    return f"{namespace}/{pod}" if container == pod else f"{namespace}/{pod}/{container}"


def _title(context: Context) -> str:
    return title((context.pod.namespace, context.pod.name, context.container.name))


# -- effective ---------------------------------------------------------------------------------------------------------


def _of_facts(line: EffectiveLine, context: Context) -> Iterator[Wrong]:
    for name, wanted in line.expect.items():
        found = facts.known(context, name)
        if not fits(name, wanted, found.value):
            yield Wrong(
                f"{_title(context)}: {name}",
                wanted_words(wanted),
                facts.words(found.value),
                found.why,
                context.pod,
                found.path,
            )


def fits(name: str, wanted: Any, got: Any) -> bool:
    """Return whether a value is as asked. What is unknown is never.

    >>> fits("groups", [2000, 1000], [1000, 2000]), fits("uid", {"not": 0}, 1000), fits("uid", {"not": 0}, None)
    (True, True, False)
    """
    if got is None:
        return False
    if is_matcher(wanted):
        kind, value = next(iter(wanted.items()))
        there = set(got) if isinstance(got, list) else {got}
        if kind == "has":
            return set(value) <= there
        if kind == "lacks":
            return not set(value) & there
        return _canonical(name, value) != _canonical(name, got)
    return _canonical(name, wanted) == _canonical(name, got)


def _canonical(name: str, value: Any) -> str:
    if isinstance(value, list):
        value = list(in_order(value)) if name in {"capabilities", "bounding"} else sorted(value, key=str)
    return facts.words(value)


def wanted_words(wanted: Any) -> str:
    """Return what is asked of a fact, as people read it.

    >>> wanted_words({"not": 0}), wanted_words({"lacks": ["NET_RAW"]})
    ('anything but 0', 'without NET_RAW')
    """
    if is_matcher(wanted):
        kind, value = next(iter(wanted.items()))
        return {"not": "anything but ", "has": "with ", "lacks": "without "}[kind] + facts.words(value)
    return facts.words(wanted)


# -- can ---------------------------------------------------------------------------------------------------------------


def _of_action(line: CanLine, context: Context) -> Iterator[Wrong]:
    answer = answered(context, line.action)
    if answer.verdict != line.expect:
        action = " ".join(line.action)
        if context.starts.ok is False:
            stop = facts.known(context, "starts")
            wanted = f"it {'can' if line.expect == 'allowed' else 'cannot'} {_phrase(line.action)}"
            yield Wrong(f"{_title(context)}: {action}", wanted, "it does not start", stop.why, context.pod, stop.path)
            return
        got = {"allowed": "it can", "denied": "it cannot", "unknown": "nobody can say"}[answer.verdict]
        if answer.errno:
            got += f": {answer.errno}"
        yield Wrong(
            f"{_title(context)}: {action}",
            f"it {'can' if line.expect == 'allowed' else 'cannot'} {_phrase(line.action)}",
            got,
            deciding(context, answer),
            context.pod,
            _field_of(context, answer, line.action),
            allowed={"allowed": True, "denied": False, "unknown": None}[answer.verdict],
        )


def answered(context: Context, action: Sequence[str]) -> Answer:
    """Return whether a container can do something: what `autograder can` knows, and ``reads`` or ``writes`` a level.

    Raises ValueError, which says what is right, for words that make no action.
    """
    if len(action) == 2 and action[0] in {"reads", "writes"}:
        return use_level(context, action[1], "read" if action[0] == "reads" else "write")
    return ask(context, action)


def _phrase(action: Sequence[str]) -> str:
    """Return an action as it stands behind ``can``.

    >>> _phrase(["reads", "s0:c1,c2"]), _phrase(["syscall", "ptrace"]), _phrase(["write", "/tmp"])
    ('read a file at the level s0:c1,c2', 'make the system call ptrace', 'write /tmp')
    """
    word, *rest = action
    form = {
        "reads": "read a file at the level {}",
        "writes": "write a file at the level {}",
        "syscall": "make the system call {}",
        "bind": "listen on port {}",
        "setuid": "become root with a setuid program",
    }.get(word, f"{word} {{}}")
    return form.format(" ".join(rest))


_LAYERS: Final = {
    "seccomp": "seccomp",
    "capability": "capabilities",
    "selinux": "SELinux",
    "apparmor": "AppArmor",
    "no_new_privs": "no_new_privs",
}
"""The layers by the names that the lessons use; any other is itself."""


def deciding(context: Context, answer: Answer) -> str:
    """Return what the layer says that decides; of several that let pass, the last that has something to say."""
    wanted = {"allowed": True, "denied": False, "unknown": None}[answer.verdict]
    links = [link for link in answer.chain if link.ok is wanted]
    told = [link for link in links if link.why != ASKS_NONE] or links
    link = told[-1] if answer.verdict == "allowed" else told[0]
    process = f"; the process has {_ids(context)}" if link.layer == "permissions" else ""
    return f"{_LAYERS.get(link.layer, link.layer)}: {link.why}{process}"


def _ids(context: Context) -> str:
    groups = context.identity.groups.value
    uid = context.identity.uid.value
    who = "an unknown user" if uid is None else f"uid {uid}"
    return who + (f" and the groups {', '.join(map(str, groups))}" if groups is not None else "")


def _field_of(context: Context, answer: Answer, action: Sequence[str]) -> Path:
    """Return the field of the manifest that the deciding layer reads; of a mounted file it is the mount."""
    name = {"seccomp": "seccomp", "capability": "capabilities", "no_new_privs": "no_new_privs", "selinux": "selinux"}
    fact = name.get(answer.decided_by)
    if fact is not None:
        return facts.known(context, fact).path
    if answer.decided_by == "mount" and context.read_only_root.value:
        return facts.known(context, "read_only_root").path
    if action[0] in {"read", "write"}:
        effect = place_of(action[1], context.places).effect
        for index, mount in enumerate(context.container.value.get("volumeMounts", ()) if effect else ()):
            if effect is not None and mount.get("mountPath") == effect.mount.path:
                return (*context.container.path, "volumeMounts", index)
    return facts.known(context, "uid").path


# -- standards ---------------------------------------------------------------------------------------------------------


def _of_level(line: LevelLine, namespaces: tuple[str, ...], after: Inside) -> Iterator[Wrong]:
    pods = after.pods(line.object, namespaces)
    if not pods:
        yield _missing(line.object, after)
    for pod in pods.values():
        judgement = Judgement(pod, minor=after.machine.node.minor, semantics=after.semantics)
        violations = judgement.violations(line.level)
        for violation in violations[:1]:
            yield Wrong(
                f"{pod.namespace}/{pod.name}",
                f"the level {line.level}",
                f"only {judgement.level()}: {violation.reason}"
                + (f", and {len(violations) - 1} more" * (len(violations) > 1)),
                f"the check {violation.check}: {violation.detail}",
                pod,
                _place(pod, violation),
            )


def _place(pod: Pod, violation: Violation) -> Path:
    from autograder.manifests.kinds import spec_path

    start = spec_path(pod.kind)
    for place in violation.places:
        if place[: len(start)] == start:
            return place[len(start) :]
    return ()


# -- keep --------------------------------------------------------------------------------------------------------------


def _of_keep(
    line: KeepLine, lines: tuple[Line, ...], namespaces: tuple[str, ...], after: Inside, before: Inside
) -> Iterator[Wrong]:
    for key, old in before.contexts.items():
        new = after.contexts.get(key)
        if new is None:
            there = ", ".join(map(title, after.contexts)) or "none"
            yield Wrong(title(key), "it is still there", f"it is gone; there are {there}", "Names stay as they are.")
            continue
        if new.pod == old.pod and new.container == old.container:
            continue
        for name in facts.names() if line.facts is None else line.facts:
            if line.facts is None and _is_named(name, key, lines, namespaces, after):
                continue
            was, now = facts.known(old, name), facts.known(new, name)
            if name == "level" and LEVELS.index(now.value) > LEVELS.index(was.value):
                continue  # a stricter level is nobody's loss
            if was.value != now.value and not (line.facts is not None and _only_grew(was.value, now.value)):
                shown = _change(was.value, now.value)
                yield Wrong(f"{title(key)}: {name}", f"as before: {shown[0]}", shown[1], now.why, new.pod, now.path)
    if line.facts is None:
        for key, new in after.contexts.items():
            if key not in before.contexts:
                yield Wrong(title(key), "no further container", "a new one", "Nobody asked for it.", new.pod)


_FOLLOW: Final[Mapping[str, tuple[str, ...]]] = {
    "starts": ("stops at",),
    "stops at": ("starts",),
    "capabilities": ("bounding",),
    "bounding": ("capabilities",),
    "uid": ("gid", "groups", "capabilities", "writable"),
    "gid": ("groups", "writable"),
    "groups": ("volumes", "writable"),
    "volumes": ("groups", "writable"),
    "read_only_root": ("writable",),
    "privileged": ("capabilities", "bounding", "seccomp", "apparmor", "selinux", "proc_mount", "writable"),
}
"""Facts that may change with one that is asked for."""
_OF_FILES: Final = ("uid", "gid", "groups", "volumes", "writable", "read_only_root", "capabilities")
_DECIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "syscall": ("uid", "gid", "groups", "writable", "seccomp", "capabilities", "bounding"),
    "bind": ("uid", "gid", "groups", "writable", "seccomp", "capabilities", "bounding", "sysctls"),
    "setuid": ("no_new_privs",),
    "reads": ("selinux",),
    "writes": ("selinux",),
    "read": _OF_FILES,
    "write": _OF_FILES,
}
"""Facts that decide about an action, and may change where it is asked for."""


def _is_named(name: str, key: Key, lines: tuple[Line, ...], namespaces: tuple[str, ...], after: Inside) -> bool:
    """Return whether some other line is about this fact of this container."""
    return any(
        name in _free(line) and _is_about(line, key, namespaces, after)
        for line in lines
        if not isinstance(line, KeepLine)
    )


def _free(line: EffectiveLine | CanLine | LevelLine) -> set[str]:
    """Return the facts that may change where a line is asked for: those that it names, and those that hang on them."""
    if isinstance(line, EffectiveLine):
        return {"level", *line.expect, *(other for fact in line.expect for other in _FOLLOW.get(fact, ()))}
    return {"level"} if isinstance(line, LevelLine) else {"level", *_DECIDE[line.action[0]]}


def _is_about(line: EffectiveLine | CanLine | LevelLine, key: Key, namespaces: tuple[str, ...], after: Inside) -> bool:
    if isinstance(line, LevelLine):
        return key[:2] in after.pods(line.object, namespaces)
    return key in after.named(line.container, namespaces)


def _only_grew(was: Any, now: Any) -> bool:
    """Return whether a mapping holds all that it held. A further mount takes nothing from those that are there."""
    return isinstance(was, dict) and isinstance(now, dict) and was.items() <= now.items()


def _change(was: Any, now: Any) -> tuple[str, str]:
    """Return the parts of two values in which they differ, in words."""
    if isinstance(was, dict) and isinstance(now, dict):
        keys = [key for key in {**was, **now} if was.get(key) != now.get(key)]
        return ", ".join(_part(was, key) for key in keys), ", ".join(_part(now, key) for key in keys)
    return facts.words(was), facts.words(now)


def _part(value: dict[str, Any], key: str) -> str:
    return f"{key} {facts.words(value[key])}" if key in value else f"no {key}"
