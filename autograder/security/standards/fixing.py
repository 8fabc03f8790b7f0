"""The smallest edit that brings a Pod to a level, as a patch that keeps the author's comments and order.

One edit serves all containers where the Pod's level allows it: runAsNonRoot and seccompProfile. What would change what
the workload is for is not decided here: a hostPath volume is named in `remaining` and left alone. The edited text is
read and judged again, so the patch does what it says.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.documents import Document
from autograder.manifests.editing import REMOVED, Change, EditError, edit, value_of
from autograder.manifests.files import read_file
from autograder.manifests.kinds import TEMPLATES
from autograder.manifests.limits import FILES, InputError
from autograder.manifests.load import Options, load_text
from autograder.manifests.objects import Pod
from autograder.manifests.problems import Path, format_path

from .evaluation import LATEST, Violation, evaluate
from .model import Level

_PASSES: Final = 6
"""How often the edited Pod is judged again: mending one fault can show the next."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit to the manifest."""

    path: Path
    """From the object."""
    old: Any
    """What was there; None if nothing was."""
    new: Any
    """What is there now; None if it was removed."""
    why: str
    """The reason of the check that asks for it."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to the level."""

    edits: tuple[Edit, ...]
    patch: str
    """A unified diff of the file; empty if nothing can be edited."""
    text: str
    """The document after the edits."""
    remaining: tuple[str, ...] = ()
    """What keeps it from the level all the same, and only a person can decide."""
    notes: tuple[str, ...] = ()
    """What an edit changes for the workload."""

    def to_json(self) -> dict[str, Any]:
        """Return the fix as the command line's contract has it."""
        return {
            "patch": self.patch,
            "edits": [
                {"path": format_path(edit.path), "old": edit.old, "new": edit.new, "why": edit.why}
                for edit in self.edits
            ],
            "remaining": list(self.remaining),
            "notes": list(self.notes),
        }


def fix(pod: Pod, level: Level = "restricted", version: str = LATEST, *, minor: int = 37) -> Fix | None:
    """Return the smallest edits that bring a Pod or a workload to a level; None if there is nothing to do.

    Raises ValueError for a `version` that is none.
    """
    violations = evaluate(pod, level, version, minor=minor)
    if not violations or pod.source is None:
        return None
    document = pod.source.document
    plan = _Plan(pod, document.text)
    for _ in range(_PASSES):
        fresh = [found for found in violations if plan.mend(found)]
        if not fresh:
            break
        pod = plan.read_again(minor)
        violations = evaluate(pod, level, version, minor=minor)
        if not violations:
            break
    remaining = [*plan.remaining, *(f"{found}" for found in violations if not _is_told(found, plan.remaining))]
    return Fix(
        tuple(plan.edits),
        _patch(document, plan.text),
        plan.text,
        tuple(dict.fromkeys(remaining)),
        tuple(dict.fromkeys(plan.notes)),
    )


def _is_told(violation: Violation, remaining: list[str]) -> bool:
    return violation.check in {"hostPathVolumes", "restrictedVolumes"} and bool(remaining)


class _Plan:
    """The edits so far, and the text with them."""

    def __init__(self, pod: Pod, text: str) -> None:
        self.pod, self.text = pod, text
        self.edits: list[Edit] = []
        self.remaining: list[str] = []
        self.notes: list[str] = []
        source = pod.source
        assert source is not None  # noqa: S101 - `fix` looked
        self.document, self.inside = source.document, source.path
        self.template = TEMPLATES[pod.kind]

    def mend(self, violation: Violation) -> bool:
        """Do what a violation asks for; return whether anything was edited."""
        count = len(self.edits)
        for path, new in _MENDERS[violation.check](self, violation):
            self._do(path, new, violation.reason)
        return len(self.edits) > count

    def _do(self, path: Path, new: Any, why: str) -> None:
        old = self.at(path)
        # An item of a list may be null and stand there all the same.
        is_gone = old is None and not isinstance(path[-1], int)
        if (is_gone and new is REMOVED) or old == new:
            return
        try:
            self.text = edit(self.text, [Change((*self.inside, *path), new)])
        except EditError as error:
            self.remaining.append(str(error))
            return
        self.edits.append(Edit(path, old, None if new is REMOVED else new, why))

    def at(self, path: Path) -> Any:
        """Return what stands at a path of the object in the edited text; None where nothing does."""
        here: Any = value_of(self.text)
        for step in (*self.inside, *path):
            if isinstance(here, dict):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here

    def read_again(self, minor: int) -> Pod:
        """Return the edited Pod, as the API server would take it."""
        options = Options(namespace=self.pod.namespace, kubernetes_version=f"1.{minor}", field_validation="ignore")
        for found in load_text(self.text, self.document.file, options).pods:
            if (found.kind, found.namespace, found.name) == (self.pod.kind, self.pod.namespace, self.pod.name):
                self.pod = found
        return self.pod


# -- what each check asks for ------------------------------------------------------------------------------------------

Edits = Iterator[tuple[Path, Any]]


def _set(value: Any) -> Callable[[_Plan, Violation], Edits]:
    """Return a mender that sets the fields at fault."""

    def mend(_plan: _Plan, violation: Violation) -> Edits:
        for place in violation.places:
            yield place, value

    return mend


def _remove(note: str = "") -> Callable[[_Plan, Violation], Edits]:
    """Return a mender that removes the fields at fault, those at the end of a list first."""

    def mend(plan: _Plan, violation: Violation) -> Edits:
        if note:
            plan.notes.append(note)
        for place in reversed(violation.places):
            yield place, REMOVED

    return mend


def _of_pod(field: str, value: Any) -> Callable[[_Plan, Violation], Edits]:
    """Return a mender that mends what is wrong where it stands, and what is missing for the whole Pod."""

    def mend(plan: _Plan, violation: Violation) -> Edits:
        written = [place for place in violation.places if plan.at(place) is not None]
        if written:
            for place in written:
                yield place, value["type"] if isinstance(value, Mapping) and place[-1] == "type" else value
        else:
            yield (*plan.template, "spec", "securityContext", field), value

    return mend


def _non_root(plan: _Plan, violation: Violation) -> Edits:
    plan.notes.append(
        "runAsNonRoot checks and chooses nothing: the containers start if their image's USER is a number above 0, or "
        "with a runAsUser."
    )
    yield from _of_pod("runAsNonRoot", True)(plan, violation)  # noqa: FBT003 - the value of the field


def _capabilities(plan: _Plan, violation: Violation) -> Edits:
    for place in violation.places:
        if place[-1] == "add":
            yield from _added(plan, place, {"NET_BIND_SERVICE"} if "restricted" in violation.check else None)
            continue
        dropped = plan.at(place) or []
        near = [index for index, name in enumerate(dropped) if str(name).upper() == "ALL"]
        if near:
            yield (*place, near[0]), "ALL"
        elif dropped:
            yield (*place, len(dropped)), "ALL"
        else:
            yield place, ["ALL"]


def _added(plan: _Plan, place: Path, allowed: set[str] | None) -> Edits:
    from .checks.capabilities_baseline import ALLOWED

    names = plan.at(place) or []
    kept = [name for name in names if name in (ALLOWED if allowed is None else allowed)]
    lost = [name for name in names if name not in kept]
    if lost:
        told = ", ".join(name or '""' for name in lost)  # null in a list of texts is an empty one
        plan.notes.append(f"{told} is no longer added: see whether the program works without.")
    if not kept:
        yield place, REMOVED
        return
    for index in reversed(range(len(names))):
        if names[index] in lost:
            yield (*place, index), REMOVED


def _user(plan: _Plan, violation: Violation) -> Edits:
    plan.notes.append(
        "runAsUser: 0 is removed. The image's USER runs now; if it names none, write a runAsUser above 0."
    )
    for place in violation.places:
        yield place, REMOVED


def _volumes(plan: _Plan, violation: Violation) -> Edits:
    """Edit nothing: which other volume would do is not to be guessed."""
    for place in violation.places:
        name = plan.at((*place[:-1], "name"))
        plan.remaining.append(
            f"The volume {name} is of type {place[-1]}. Choose another, such as emptyDir or persistentVolumeClaim, or "
            "do without."
        )
    yield from ()


def _settings(plan: _Plan, violation: Violation) -> Edits:
    plan.notes.append("Kernel settings that are not on the list are removed.")
    for place in reversed(violation.places):
        yield place[:-1], REMOVED


def _app_armor(plan: _Plan, violation: Violation) -> Edits:
    for place in violation.places:
        if "annotations" in place:
            yield place, REMOVED
        elif plan.at(place) is not None:
            yield place, "RuntimeDefault"


_SECCOMP: Final = {"type": "RuntimeDefault"}

_MENDERS: Final[dict[str, Callable[[_Plan, Violation], Edits]]] = {
    "allowPrivilegeEscalation": _set(value=False),
    "appArmorProfile": _app_armor,
    "capabilities_baseline": _capabilities,
    "capabilities_restricted": _capabilities,
    "hostNamespaces": _remove(
        "The Pod gets namespaces of its own: its address, processes and IPC are no longer the node's."
    ),
    "hostPathVolumes": _volumes,
    "hostPorts": _remove("The ports of the node are free again: reach the Pod through a Service."),
    "hostProbesAndHostLifecycle": _remove("Probes and handlers go to the Pod itself."),
    "privileged": _set(value=False),
    "procMount": _set("Default"),
    "procMount_restricted": _set("Default"),
    "restrictedVolumes": _volumes,
    "runAsNonRoot": _non_root,
    "runAsUser": _user,
    "seLinuxOptions": _remove("The runtime chooses the SELinux user, role and type."),
    "seccompProfile_baseline": _of_pod("seccompProfile", _SECCOMP),
    "seccompProfile_restricted": _of_pod("seccompProfile", _SECCOMP),
    "sysctls": _settings,
    "windowsHostProcess": _set(value=False),
}


# -- the patch ---------------------------------------------------------------------------------------------------------


def _patch(document: Document, after: str) -> str:
    """Return a unified diff of the file; of the document alone, with the file's lines, where no file can be read."""
    old, new = document.text.split("\n"), after.split("\n")
    name = document.file.lstrip("/")
    whole = _file_lines(document)
    first = document.first_line - 1
    inside = [line.removesuffix("\r") for line in whole[first : first + len(old) - 1]]
    if whole and inside == old[:-1]:
        end = "\r" if any(line.endswith("\r") for line in whole) else ""
        rest = whole[first + len(old) - 1 :]
        changed = [*whole[:first], *(f"{line}{end}" for line in new[:-1]), *rest]
        return _diff(whole, changed, name)
    return "".join(
        f"{_shifted(line, first)}\n" if line.startswith("@@") else f"{line}\n"
        for line in _diff(old, new, name).splitlines()
    )


def _diff(old: list[str], new: list[str], name: str) -> str:
    before, after = ([f"{line}\n" for line in lines[:-1]] + [lines[-1]] * bool(lines[-1]) for lines in (old, new))
    return "".join(map(_ended, difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")))


def _file_lines(document: Document) -> list[str]:
    """Return the lines of the document's file, without the line feeds; none if it cannot be read."""
    try:
        return read_file(document.file, FILES).decode("utf-8-sig").split("\n")
    except (InputError, UnicodeDecodeError):
        return []


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _shifted(line: str, offset: int) -> str:
    """Return the head of a hunk with the lines of the file."""
    _, old, new, *rest = line.split(" ")
    return " ".join(["@@", _moved(old, offset), _moved(new, offset), *rest])


def _moved(span: str, offset: int) -> str:
    first, comma, count = span[1:].partition(",")
    return f"{span[0]}{int(first) + offset}{comma}{count}"
