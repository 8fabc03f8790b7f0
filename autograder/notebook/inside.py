"""What manifests do inside containers: the facts that people ask for, and which of them a text has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from autograder.exercises.containers import facts
from autograder.exercises.containers.judging import Inside, title
from autograder.exercises.containers.node import machine_of
from autograder.exercises.predictions import otherwise
from autograder.manifests.objects import Pod
from autograder.misconceptions import CATALOGUE, semantics
from autograder.security import KUBERNETES, Semantics

from .html import Html, element, joined, prose
from .security import table

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from autograder.exercises.containers.judging import Key
    from autograder.exercises.spec import Exercise

    from .scene import Reading

SHOWN: Final = ("starts", "uid", "gid", "groups", "capabilities", "no_new_privs", "seccomp", "read_only_root", "level")
"""The facts that are always shown; others only if they changed."""
LABELS: Final = {
    "starts": "starts?",
    "uid": "user id",
    "gid": "group id",
    "groups": "groups",
    "capabilities": "capabilities held",
    "bounding": "capabilities at most",
    "no_new_privs": "no_new_privs on?",
    "read_only_root": "root files read-only?",
    "level": "Pod Security level",
    "selinux": "SELinux label",
    "apparmor": "AppArmor",
    "writable": "may write",
    "rest": "the rest of the manifest",
}


_OF_THE_POD: Final = ("decode", "defaulting", "validation", "admission")
"""The stages that take or refuse a Pod as a whole; those after them are about one container."""


class Cell(NamedTuple):
    """A fact about a container."""

    value: str
    was: str | None
    """What it was before, if it has changed."""
    why: str


class Told(NamedTuple):
    """What there is to say about the containers of a text."""

    html: Html | None
    """A table of them; None if the text describes none."""
    lines: list[str]
    forbidden: list[str]
    """The Pods that the API server refuses at admission, with status 403."""


def containers_after(reading: Reading, believed: Semantics = KUBERNETES) -> Inside:
    """Return the containers of a scene with the objects of a text in it, refused ones too."""
    entries = reading.manifests.refused_pods
    problems = {(entry.pod.namespace, entry.pod.name): entry.problems for entry in entries}
    objects = {(type(thing), getattr(thing, "namespace", ""), thing.name): thing for thing in reading.scene.objects}
    for thing in (*reading.objects, *(entry.pod for entry in entries)):
        objects[type(thing), getattr(thing, "namespace", ""), thing.name] = thing
    return Inside(objects.values(), machine_of(reading.scene.file), believed, problems)


def _written(reading: Reading) -> list[tuple[str, str]]:
    """Return namespace and name of the Pods and workloads that a text writes."""
    pods = [thing for thing in reading.objects if isinstance(thing, Pod)]
    return [(pod.namespace, pod.name) for pod in (*pods, *(entry.pod for entry in reading.manifests.refused_pods))]


def inside_output(reading: Reading) -> Told:
    """Return a table of the containers that a text describes, its lines, and the Pods that are forbidden."""
    written = set(_written(reading))
    after = containers_after(reading)
    keys = [key for key in after.contexts if key[:2] in written]
    if not keys:
        return Told(None, [], [])
    before = Inside(reading.scene.objects, after.machine)
    columns = {key: dict(_cells(key, after, before)) for key in keys}
    shown = [name for name in facts.names() if any(name in cells for cells in columns.values())]
    head = ("what", *(_head(key, keys) for key in keys))
    body = [
        element(
            "tr",
            element("th", LABELS.get(name, name), scope="row"),
            [_cell(columns[key].get(name)) for key in keys],
        )
        for name in shown
    ]
    lines = [
        f"{title(key)}: {LABELS.get(name, name)} {cell.value}" + (f" (was {cell.was})" if cell.was is not None else "")
        for key in keys
        for name, cell in columns[key].items()
    ]
    stops = _stops(keys, after, {problem.message for problem in reading.problems})
    html = joined(
        table("What the containers run with", head, body), [element("p", stop, class_="pg-said") for stop in stops]
    )
    return Told(html, [*lines, *stops], _forbidden(keys, after))


def _head(key: Key, keys: Sequence[Key]) -> str:
    alone = len({other[2] for other in keys}) == len(keys)
    return key[2] if alone else title(key)


def _cells(key: Key, after: Inside, before: Inside) -> Iterator[tuple[str, Cell]]:
    context, old = after.contexts[key], before.contexts.get(key)
    for name in facts.names():
        if name == "stops at":
            continue
        found = facts.known(context, name)
        was = facts.known(old, name) if old is not None else None
        changed = was is not None and was.value != found.value
        if name in SHOWN or (changed and name != "rest"):
            yield name, Cell(facts.words(found.value), facts.words(was.value) if was and changed else None, found.why)


def _cell(cell: Cell | None) -> Html:
    if cell is None:
        return element("td")
    was = element("span", f"was {cell.was}", class_="pg-was") if cell.was is not None else None
    tone = "pg-changed pg-wrap" if cell.was is not None else "pg-wrap"
    return element("td", element("code", cell.value), was, class_=tone, title=cell.why)


def _stops(keys: Sequence[Key], after: Inside, told: Container[str]) -> list[str]:
    """Return where containers stop, and with which message if it is not `told` already."""
    found = []
    for key in keys:
        starts = after.contexts[key].starts
        if starts.ok is not True:
            who = "/".join(key[:2]) if starts.stage in _OF_THE_POD else title(key)
            word = "does not start" if starts.ok is False else "may not start"
            reason = f" ({starts.reason})" if starts.reason else ""
            message = "see above" if starts.message in told else starts.message
            found.append(f"{who} {word}. {starts.stage}{reason}: {message}")
    return list(dict.fromkeys(found))


def _forbidden(keys: Sequence[Key], after: Inside) -> list[str]:
    """Return the Pods that Pod Security refuses. It only warns about workloads: their Pods fail later."""
    found = [
        "/".join(key[:2])
        for key in keys
        if (context := after.contexts[key]).pod.kind == "Pod"
        and context.starts.ok is False
        and context.starts.stage == "admission"
    ]
    return list(dict.fromkeys(found))


# -- two readings ------------------------------------------------------------------------------------------------------


class Twofold(NamedTuple):
    """A fact on which two readings differ."""

    container: str
    fact: str
    truth: str
    believed: str
    why: str


def twofold(reading: Reading, name: str) -> list[Twofold]:
    """Return where a belief about containers reads a text otherwise than a cluster does.

    Raises ValueError, which names the nearest, for a misconception that the catalogue does not have.
    """
    truth, believed = containers_after(reading), containers_after(reading, semantics(name, "security"))
    found = []
    for key, context in truth.contexts.items():
        for fact in facts.names():
            so, thought = facts.known(context, fact), facts.known(believed.contexts[key], fact)
            if so.value != thought.value and fact not in {"rest", "stops at"}:
                found.append(
                    Twofold(
                        title(key), LABELS.get(fact, fact), facts.words(so.value), facts.words(thought.value), so.why
                    )
                )
    return found


def twofold_answers(exercise: Exercise, name: str) -> list[Twofold]:
    """Return the questions of a prediction that a belief answers otherwise than a cluster does."""
    found = []
    for text, truth, believed, why in otherwise(exercise, name):
        container, _, asked = text.partition(" ")
        found.append(Twofold(container, asked, truth, believed, why))
    return found


def twofold_html(found: Sequence[Twofold], name: str) -> Html:
    """Return the two readings as a table."""
    entry = CATALOGUE[name.partition(":")[0]]
    if not found:
        return joined(
            element("p", "Here both readings agree, so these manifests cannot show the difference."),
            element("p", element("strong", "Try it: "), prose(entry.try_)),
        )
    body = [
        element(
            "tr",
            element("th", row.container, scope="row"),
            element("td", row.fact),
            element("td", element("code", row.truth), class_="pg-strong pg-wrap"),
            element("td", element("code", row.believed), element("span", "not so", class_="pg-was"), class_="pg-wrap"),
            element("td", row.why, class_="pg-wrap"),
        )
        for row in found
    ]
    head = ("container", "what", "in Kubernetes", "as believed", "why it is so")
    return joined(
        element("p", "The belief: ", element("span", f"“{entry.title}”", class_="pg-name-of-belief")),
        table("Two readings of the same manifests", head, body),
    )


def twofold_lines(found: Sequence[Twofold], name: str) -> list[str]:
    """Return the two readings as lines of text."""
    lines = [f"Believed: {CATALOGUE[name.partition(':')[0]].title}"]
    if not found:
        return [*lines, "Here both readings agree."]
    return [
        *lines,
        *(f"{row.container}: {row.fact} is {row.truth} in Kubernetes, {row.believed} as believed" for row in found),
    ]
