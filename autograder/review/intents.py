"""Flows that must and must not be possible, as code: an intent as exercises have it, asked of a team's manifests.

The judging and the words are those of exercises. What compares with a scene before an answer has no meaning here, and
is refused: ``rest: unchanged``, ``keep``, ``rejected``. ``allow``, the kinds that an answer may hold, plays no role.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from autograder.exercises.containers.judging import Inside
from autograder.exercises.containers.judging import judge as judge_inside
from autograder.exercises.containers.node import Machine
from autograder.exercises.containers.phrasing import container_finding
from autograder.exercises.intent import FlowLine, Intent, intent_faults, read_intent
from autograder.exercises.judging import IntentError, Question
from autograder.exercises.phrasing import flow_finding
from autograder.exercises.shape import Fault
from autograder.manifests.documents import Document, read_text
from autograder.manifests.files import read_file
from autograder.manifests.limits import FILES, InputError
from autograder.security import Images, Node

from .findings import Finding, of_intent
from .scene import Scene

_MEANINGLESS: Final = {
    "keep": "compares with containers as they were before an answer. Say with `effective` what is wanted",
    "rejected": "asks for a refusal. `autograder validate` tells what the API server refuses",
}


@dataclass(frozen=True)
class Asked:
    """An intent out of a file."""

    intent: Intent
    file: str
    document: Document

    def at(self, fault: Fault) -> str:
        """Return a fault with its place in the file."""
        return f"{self.file}:{self.document.locate(fault.path, key=True).line}: {fault}"


def read_asked(path: str) -> Asked:
    """Return the intent in a file. Raises InputError, with the lines at fault, for a file that holds none."""
    documents, problems = read_text(read_file(path, FILES), path)
    if problems:
        raise InputError(f"{path}:{problems[0].position.line}: {problems[0].detail}")
    if len(documents) != 1:
        raise InputError(f"{path}: holds {len(documents)} documents. Write one intent in one document.")
    value: Any = documents[0].value
    found = intent_faults(value) or list(_meaningless(value))
    if found:
        lines = [f"{path}:{documents[0].locate(fault.path, key=True).line}: {fault}" for fault in found]
        raise InputError("\n".join(lines))
    return Asked(read_intent(value), path, documents[0])


def _meaningless(value: dict[str, Any]) -> Iterator[Fault]:
    for key, why in _MEANINGLESS.items():
        if value.get(key) not in (None, False):
            yield Fault((key,), why)
    rest = value.get("rest")
    if (rest["expect"] if isinstance(rest, dict) else rest) == "unchanged":
        yield Fault(("rest",), "unchanged compares with the time before an answer. Write denied, or leave it out")


def findings(scene: Scene, asked: Asked, node: Node | None = None, images: Images | None = None) -> Iterator[Finding]:
    """Yield a finding for each line of an intent that does not hold.

    Raises InputError for a name of the intent that means nothing in the manifests.
    """
    intent = asked.intent
    if intent.judges_flows:
        try:
            question = Question(intent, scene.cluster)
        except IntentError as error:
            raise InputError("\n".join(asked.at(fault) for fault in error.faults)) from None
        hearing = question.ask(scene.reach, scene.reach)
        for judged in hearing.judge():
            for witness in judged.witnesses:
                found = flow_finding(hearing, judged, witness, (), "", scored=False)
                yield of_intent(found, _key(judged.line), judged.line.why)
    if intent.inside:
        inside = Inside(scene.manifests.objects, Machine(node or Node(), images or {}))
        for judgement in judge_inside(intent.inside, intent.namespaces, inside, inside):
            if judgement.wrong is not None:
                found = container_finding(judgement, judgement.wrong, (), "", scored=False)
                yield of_intent(found, str(judgement.line.path), judgement.line.why)


def _key(line: object) -> str:
    """Return what a line says, the same wherever it stands in the intent."""
    if isinstance(line, FlowLine):
        return f"{', '.join(line.sources)} -> {', '.join(line.targets)} {line.ports} {line.expect}"
    return "rest"
