"""Containers in a notebook: what they run with, side by side and with sources. Each table has a text twin.

Signs and words say everything; color only helps. A table that may be wide scrolls in a box that the keyboard reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from autograder.exercises.containers.node import machine_of
from autograder.manifests.kinds import spec_path
from autograder.manifests.limits import ANSWERS, InputError
from autograder.manifests.load import Options, load_text
from autograder.manifests.objects import Namespace
from autograder.security import effective
from autograder.security.can import syscall
from autograder.security.capabilities import CAPABILITIES, in_order, regained
from autograder.security.containers import line_of
from autograder.security.seccomp import SYSCALLS
from autograder.security.standards import evaluate, level_of
from autograder.security.standards.admission import policy_of
from autograder.security.wording import rows

from .findings import outcome
from .html import Child, Html, breakable, element, joined
from .output import Output

if TYPE_CHECKING:
    from autograder.manifests.objects import Pod
    from autograder.security import Context
    from autograder.security.standards import Level, Violation

    from .scene import Scene

CALLS: Final = (
    "mount",
    "unshare",
    "chroot",
    "ptrace",
    "bpf",
    "keyctl",
    "sethostname",
    "settimeofday",
    "mknod",
    "setuid",
    "openat",
)
"""The calls that a table shows where nobody names any: those that tell filters and capabilities apart."""
_ORIGINS: Final = {
    "pod": "the Pod",
    "container": "the container",
    "image": "the image",
    "runtime": "the runtime",
    "kubelet": "the kubelet",
    "api": "nobody",
    "kernel": "the kernel",
    "unknown": "not known",
}
_SURE: Final = {"read": "read in source code", "measured": "measured", "general": "general knowledge"}


class Inside(NamedTuple):
    """The containers that a text describes, in a scene."""

    contexts: tuple[Context, ...]
    pods: tuple[Pod, ...]
    text: str
    file: str


def inside(text: str, file: str, scene: Scene) -> Inside:
    """Return the containers of a text. Raises InputError if there is none, or if the text cannot be read."""
    manifests = load_text(text, file, Options(namespace=scene.namespace, limits=ANSWERS))
    refused = [(entry.pod, entry.problems) for entry in manifests.refused_pods]
    machine = machine_of(scene.file)
    policies = {each.name: policy_of(each.labels)[0] for each in scene.objects if isinstance(each, Namespace)}
    pods = [*((pod, ()) for pod in manifests.pods), *refused]
    contexts = [
        context
        for pod, problems in pods
        for context in effective(
            pod, node=machine.node, images=machine.images, policy=policies.get(pod.namespace), problems=problems
        )
    ]
    if not contexts:
        wrong = next((problem for problem in manifests.problems if problem.severity == "error"), None)
        if wrong is not None:
            raise InputError(f"{file}:{wrong.position.line}: {wrong.message}")
        raise InputError(f"{file} describes no Pod and no workload.")
    return Inside(tuple(contexts), tuple(pod for pod, _ in pods), text, file)


# -- the context -------------------------------------------------------------------------------------------------------


def context_output(found: Inside) -> Output:
    """Show what each container runs with, where each value comes from, and how sure that is."""
    html: list[Child] = []
    lines: list[str] = []
    for context in found.contexts:
        html += [_start(context), _context_table(context)]
        lines += _context_lines(context)
    return Output(joined(html), "\n".join(lines))


def _heads(found: Inside) -> list[str]:
    """Return a name for each container: its own, with the Pod's in front where two would be called the same."""
    names = [context.container.name for context in found.contexts]
    if len(set(names)) == len(names):
        return names
    return [f"{context.pod.name}/{context.container.name}" for context in found.contexts]


def _title(context: Context) -> str:
    pod = context.pod
    kinds = {"regular": "container", "init": "init container", "sidecar": "sidecar", "ephemeral": "ephemeral container"}
    return f"{pod.namespace}/{pod.name}, {kinds[context.container.kind]} {context.container.name}"


def _start(context: Context) -> Html:
    starts = context.starts
    if starts.ok:
        return outcome("pg-good", "✓", f"{_title(context)}: starts")
    tone, sign, word = ("pg-bad", "✗", "does not start") if starts.ok is False else ("pg-warn", "?", "may not start")
    steps = " › ".join(
        f"{stage.name} {'✓' if stage.ok else '✗' if stage.ok is False else '?'}" for stage in context.stages
    )
    return outcome(
        tone,
        sign,
        f"{_title(context)}: {word}",
        joined(
            element(
                "p", f"{starts.stage}: ", element("code", starts.reason) if starts.reason else None, " ", starts.message
            ),
            element("p", steps, class_="pg-quiet"),
        ),
    )


def _context_table(context: Context) -> Html:
    head = ("what", "value", "decided by", "why")
    body = []
    for row in rows(context):
        sure = element("span", f" ({_SURE[row.fact.confidence]})", class_="pg-quiet")
        body.append(
            element(
                "tr",
                element("th", row.label, scope="row"),
                element("td", element("code", breakable(row.value)), class_="pg-wrap"),
                element("td", _ORIGINS[row.fact.origin]),
                element("td", breakable(row.fact.why), sure, class_="pg-wrap"),
            )
        )
    return table(f"What {context.container.name} runs with", head, body)


def _context_lines(context: Context) -> Iterator[str]:
    starts = context.starts
    word = {True: "starts", False: "does not start", None: "may not start"}[starts.ok]
    yield f"{_title(context)}: {word}" + (f" ({starts.stage}: {starts.message})" if starts.message else "")
    for row in rows(context):
        yield f"  {row.label}: {row.value} ({_ORIGINS[row.fact.origin]}: {row.fact.why})"


# -- capabilities ------------------------------------------------------------------------------------------------------


def capabilities_output(found: Inside) -> Output:
    """Show the capabilities of all containers side by side: what each holds, and what could be regained."""
    shown = in_order({name for context in found.contexts for name in context.sets.bounding})
    heads = _heads(found)
    body = []
    lines = []
    for name in shown:
        entry = CAPABILITIES[name]
        cells = [_held(context, name) for context in found.contexts]
        body.append(
            element(
                "tr",
                element("th", element("code", name), scope="row"),
                [element("td", f"{sign} {word}", class_="pg-on" if sign == "●" else "pg-off") for sign, word in cells],
                element("td", f"{entry.danger}: {entry.permits}", class_="pg-wrap"),
            )
        )
        held = "; ".join(f"{head}: {word}" for head, (_, word) in zip(heads, cells, strict=True))
        lines.append(f"{name}: {held}. {entry.permits}")
    notes = []
    for head, context in zip(heads, found.contexts, strict=True):
        text = regained(context.sets, context.identity.uid.value, no_new_privs=bool(context.no_new_privs.value))
        notes.append(element("p", element("code", head), f": {context.granted.why}. {text}"))
        lines.append(f"{head}: {context.granted.why}. {text}")
    if not body:
        body = [element("tr", element("td", "No container can ever hold a capability.", colspan=len(heads) + 2))]
    html = joined(table("Capabilities", ("capability", *heads, "danger, and what it permits"), body), notes)
    return Output(html, "\n".join(lines))


def _held(context: Context, name: str) -> tuple[str, str]:
    """Return a sign and a word for what a container has of a capability."""
    if name not in context.sets.bounding:
        return "·", "never"
    held = context.sets.has(name)
    if held is None:
        return "?", "depends on the user"
    if held:
        return "●", "held"
    return ("·", "out of reach") if context.no_new_privs.value else ("○", "only regained")


# -- system calls ------------------------------------------------------------------------------------------------------


def syscalls_output(found: Inside, calls: Sequence[str]) -> Output:
    """Show which system calls pass, and which layer stops the others. Raises InputError for a call that is none."""
    heads = _heads(found)
    body, lines = [], []
    for call in calls or CALLS:
        try:
            answers = [syscall(context, call) for context in found.contexts]
        except ValueError as error:
            raise InputError(str(error)) from None
        cells: list[Html] = []
        words = []
        for head, answer in zip(heads, answers, strict=True):
            sign, tone = {"allowed": ("✓", "pg-on"), "denied": ("✗", "pg-off"), "unknown": ("?", "pg-off")}[
                answer.verdict
            ]
            said = f"{answer.verdict}" + (f", {answer.errno}: {answer.decided_by}" if answer.errno else "")
            why = "; ".join(link.why for link in answer.chain if link.ok is not True) or answer.chain[-1].why
            cells.append(
                element(
                    "td", f"{sign} {said}", element("span", why, class_="pg-fact pg-quiet"), class_=f"{tone} pg-wrap"
                )
            )
            words.append(f"{head}: {said} ({why})")
        does = element("td", SYSCALLS[call].does, class_="pg-wrap")
        body.append(element("tr", element("th", element("code", call), scope="row"), cells, does))
        lines.append(f"{call}: {'; '.join(words)}")
    return Output(table("System calls", ("call", *heads, "what it does"), body), "\n".join(lines))


# -- volumes -----------------------------------------------------------------------------------------------------------


def volumes_output(found: Inside) -> Output:
    """Show each mounted volume before and after fsGroup, and what stays writable."""
    head = ("container", "mounted at", "volume", "before", "after", "fsGroup", "why")
    body, lines, notes = [], [], []
    for name, context in zip(_heads(found), found.contexts, strict=True):
        for effect in context.volumes:
            applied = {True: "✓ applied", False: "· not applied", None: "? depends"}[effect.applied]
            before, after = (_owned(side.owner, side.group, side.octal) for side in (effect.before, effect.after))
            why = "; ".join([effect.why, *effect.notes])
            path = effect.mount.path + (" (read-only)" if effect.mount.read_only else "")
            cells = (path, f"{effect.mount.volume.name} ({effect.mount.volume.type})", before, after, applied)
            body.append(
                element(
                    "tr",
                    element("th", name, scope="row"),
                    [element("td", cell) for cell in cells],
                    element("td", why, class_="pg-wrap"),
                )
            )
            lines.append(f"{name}: {'; '.join(cells)}; {why}")
        writable = ", ".join(entry.path for entry in context.writable if entry.this_process) or "nothing that is known"
        notes.append(element("p", element("code", name), f" may write: {writable}"))
        lines.append(f"{name} may write: {writable}")
    if not body:
        body = [element("tr", element("td", "No volume is mounted.", colspan=len(head)))]
    return Output(joined(table("Volumes", head, body), notes), "\n".join(lines))


def _owned(owner: int | None, group: int | None, mode: str | None) -> str:
    return "unknown" if mode is None and group is None else f"{owner}:{group} {mode or '?'}"


# -- standards ---------------------------------------------------------------------------------------------------------


def standards_output(found: Inside, level: Level) -> Output:
    """Show which level each Pod passes, and the lines that keep it from a stricter one."""
    html: list[Child] = []
    lines: list[str] = []
    for pod in found.pods:
        wrong = evaluate(pod, level)
        title = f"{pod.kind} {pod.namespace}/{pod.name}: {level_of(pod)}"
        tone, sign = ("pg-good", "✓") if not wrong else ("pg-bad", "✗")
        sentence = title if not wrong else f"{title}, not {level}"
        html.append(outcome(tone, sign, sentence))
        lines.append(sentence)
        for violation in wrong:
            numbers = _lines_of(pod, violation)
            html.append(
                element(
                    "div",
                    element("p", element("span", "✗ ", class_="pg-sign"), violation.reason, class_="pg-title"),
                    element("p", violation.detail),
                    excerpt(found.text, numbers),
                    class_="pg-finding pg-bad",
                )
            )
            where = f"line {', '.join(map(str, numbers))}: " if numbers else ""
            lines.append(f"  {where}{violation}")
    return Output(joined(html), "\n".join(lines))


def _lines_of(pod: Pod, violation: Violation) -> list[int]:
    start = len(spec_path(pod.kind))
    found = {line_of(pod, *place[start:]) for place in violation.places if place[:start] == spec_path(pod.kind)}
    return sorted(line for line in found if line is not None)


def excerpt(text: str, numbers: Iterable[int]) -> Html | None:
    """Return the lines of a text with their numbers, marked; None if there are none."""
    rows_ = text.splitlines()
    shown = [number for number in numbers if 1 <= number <= len(rows_)]
    if not shown:
        return None
    return element(
        "pre",
        [
            joined(
                element("span", f"{number:>4}  ", class_="pg-number"),
                element("mark", rows_[number - 1] or " "),
                Html("\n"),
            )
            for number in shown
        ],
    )


# -- tables ------------------------------------------------------------------------------------------------------------


def table(caption: str, head: Sequence[str], body: Sequence[Html]) -> Html:
    """Return a table in a box that scrolls and that the keyboard reaches."""
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", [element("th", text, scope="col") for text in head])),
            element("tbody", list(body)),
        ),
        class_="pg-scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )
