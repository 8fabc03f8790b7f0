"""What does an answer hold, and what of it may count?

================================================= ==================================================================
in the answer                                     then
================================================= ==================================================================
an object of a kind that the intent allows        it counts
an object of another kind, or for a namespace     it is set aside, and told
that the exercise is not about
a document that is no manifest                    it is told
an object that does not write its namespace       it counts, with a note: kubectl would take the current one
what kubectl or the API server refuses            nothing of the answer counts
================================================= ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.load import Manifests, Options, load_text
from autograder.manifests.objects import Namespace, NetworkPolicy, Object, Pod
from autograder.manifests.problems import Problem

from .findings import Finding, finding
from .intent import Intent

MOST_TOLD: Final = 20
"""How many findings of one kind are told. Nobody reads more, and broken text can have thousands."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as the API server takes it."""

    objects: tuple[Object, ...]
    """What it may hold here. What it may not is set aside."""
    problems: tuple[Problem, ...]
    scope: tuple[Finding, ...]
    """What was set aside, and why."""
    notes: tuple[Finding, ...]
    manifests: Manifests

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Why kubectl or the API server refuses it; empty when they take it."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def read_answer(intent: Intent, text: str, file: str, options: Options) -> Answered:
    """Return what an answer holds. Nothing raises: what is wrong with it is a part of what it says."""
    manifests = load_text(text, file, options)
    allowed: list[Object] = []
    scope: list[Finding] = []
    notes: list[Finding] = []
    for thing in manifests.objects:
        wrong = _out_of_scope(intent, thing)
        if wrong is None:
            allowed.append(thing)
            notes += _unwritten(intent, thing)
        else:
            scope.append(wrong)
    kinds = ", ".join(intent.allow)
    for skipped in manifests.ignored[:MOST_TOLD]:
        if skipped.kind:
            subject = f"{skipped.kind} {skipped.name or ''}".strip()
            scope.append(
                finding(
                    "kind-not-allowed", file=skipped.file, line=skipped.line, weight=1.0,
                    subject=subject, allowed=kinds, kind=skipped.kind, article=_article(skipped.kind),
                )
            )  # fmt: skip
        else:
            scope.append(
                finding("not-a-manifest", file=skipped.file, line=skipped.line, weight=1.0, document=skipped.document)
            )
    return Answered(tuple(allowed), tuple(manifests.problems), tuple(scope), tuple(notes), manifests)


def _out_of_scope(intent: Intent, thing: Object) -> Finding | None:
    """Return what is wrong with an object that the answer may not hold."""
    kind = kind_of(thing)
    file, line = (thing.source.file, thing.source.line) if thing.source else (None, None)
    subject = f"{kind} {name_of(thing)}"
    if kind not in intent.allow:
        return finding(
            "kind-not-allowed", file=file, line=line, weight=1.0,
            subject=subject, allowed=", ".join(intent.allow), kind=kind, article=_article(kind),
        )  # fmt: skip
    namespace = thing.name if isinstance(thing, Namespace) else thing.namespace
    if intent.namespaces and namespace not in intent.namespaces:
        return finding(
            "namespace-not-allowed", file=file, line=line, weight=1.0,
            subject=subject, allowed=" and ".join(intent.namespaces), namespace=namespace,
        )  # fmt: skip
    return None


def _unwritten(intent: Intent, thing: Object) -> Iterator[Finding]:
    """Yield a note when an object does not say its namespace."""
    if isinstance(thing, Namespace) or thing.source is None:
        return
    here: Any = thing.source.document.value
    for step in (*thing.source.path, "metadata", "namespace"):
        try:
            here = here[step]
        except (LookupError, TypeError):
            here = None
    if not here:
        yield finding(
            "namespace-not-written", file=thing.source.file, line=thing.source.line,
            subject=f"{kind_of(thing)} {name_of(thing)}", namespace=intent.namespace,
        )  # fmt: skip


def _article(kind: str) -> str:
    return "an" if kind[:1] in "AEIOU" else "a"


def kind_of(thing: Object) -> str:
    """Return an object's kind."""
    return thing.kind if isinstance(thing, Pod) else type(thing).__name__


def name_of(thing: Object) -> str:
    """Return ``namespace/name``, or the name of an object that has no namespace."""
    return thing.name if isinstance(thing, Namespace) else f"{thing.namespace}/{thing.name}"


def key_of(thing: Object) -> tuple[str, str, str]:
    """Return what makes two manifests the same object."""
    return kind_of(thing), "" if isinstance(thing, Namespace) else thing.namespace, thing.name


def size_of(objects: Iterable[Object]) -> int:
    """Return how much there is to judge: objects, rules, peers and ports."""
    size = 0
    for thing in objects:
        rules = (*thing.ingress, *thing.egress) if isinstance(thing, NetworkPolicy) else ()
        size += 1 + sum(1 + len(rule.peers) + len(rule.ports) for rule in rules)
    return size
