"""Predictions about containers: with which uid does ``api`` run, can it write ``/tmp``, does it start?

=====================  ===========================================  =====================================
question               asks                                         answer
=====================  ===========================================  =====================================
``api uid``            a fact, as `facts` names them                a number, a word, or a list
``api starts``         whether the process starts                   yes or no
``api holds NAME``     whether the process holds a capability       yes or no
``api can ACTION``     whether it can do it, over all layers        yes or no
``api reads LEVEL``    whether SELinux lets it read a file of       yes or no
                       containers at this level
``api writes LEVEL``   the same for writing                         yes or no
``api owner of PATH``  the owner of what is mounted there           a uid
``api group of PATH``  its group                                    a gid
=====================  ===========================================  =====================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from autograder.exercises.checking import world_of
from autograder.exercises.reasons import Reason
from autograder.exercises.spec import Exercise, Prediction
from autograder.manifests.limits import InputError
from autograder.manifests.problems import Path
from autograder.misconceptions import models
from autograder.security import Context, Semantics
from autograder.security.can import ask
from autograder.security.capabilities import CAPABILITIES, in_order
from autograder.security.containers import line_of
from autograder.security.filesystem import place_of

from . import facts
from .judging import Inside, answered, deciding
from .phrasing import as_sentence

_YES_NO: Final = {"yes": "yes", "no": "no", "true": "yes", "false": "no", "allowed": "yes", "denied": "no"}
_VERDICTS: Final = {"allowed": "yes", "denied": "no"}


class _Answered(NamedTuple):
    """What is so."""

    word: str | None
    """None if nobody can say."""
    why: str
    path: Path = ()


_Asking = Callable[[Context], _Answered]


class ContainerQuestions:
    """The questions of a prediction, in the scene with what is given."""

    answers_are = "an answer"
    asked_is = "question"
    wrong_is = "prediction-wrong"

    def __init__(self, exercise: Exercise, prediction: Prediction) -> None:
        """Take the prediction. Raises `InputError` for a question that makes no sense in the scene."""
        self.exercise = exercise
        self.texts = prediction.questions
        self._namespaces = prediction.scene.namespaces
        self._world = world_of(exercise)
        self._truth = self._inside(Semantics())
        self._asking: dict[str, tuple[str, _Asking]] = {}
        for index, text in enumerate(self.texts):
            container, _, aspect = text.partition(" ")
            there = self._truth.named(container, self._namespaces)
            if len(there) != 1:
                known = ", ".join("/".join(key) for key in self._truth.contexts) or "none"
                raise InputError(f"{self.where(index)}: {container} must name one container; there are {known}")
            try:
                asking = _asking(aspect.strip())
                asking(next(iter(there.values())))
            except (KeyError, ValueError) as error:
                raise InputError(f"{self.where(index)}: {error}") from None
            self._asking[text] = container, asking

    def where(self, index: int) -> str:
        """Return the place of a question in the exercise, as ``file:line``."""
        return self.exercise.at(("predict", "questions", index))

    def word(self, text: str, value: Any) -> str | None:
        """Return what a learner's answer means; None if it is none."""
        if isinstance(value, list | tuple):
            return ", ".join(_ordered([str(item).strip() for item in value])) or "none"
        written = " ".join(str(value).split())
        if not written:
            return None
        if "," in written:
            return ", ".join(_ordered([part.strip() for part in written.split(",")]))
        truth = self._answered(text, self._truth).word
        if truth in {"yes", "no"}:
            return _YES_NO.get(written.lower())
        # A word counts in any case, as long as it is the same word.
        return truth if truth is not None and written.lower() == truth.lower() else written

    def truths(self) -> tuple[str | None, ...]:
        """Return the answer to every question; None where nobody can say."""
        return tuple(self._answered(text, self._truth).word for text in self.texts)

    def believed(self) -> Iterator[tuple[str, tuple[str | None, ...]]]:
        """Yield each reading of each model about containers, and the answers under it."""
        for model in models("security"):
            readings: tuple[object, ...] = model.readings
            for name, semantics in zip(model.names, readings, strict=True):
                if isinstance(semantics, Semantics):
                    inside = self._inside(semantics)
                    yield name, tuple(self._answered(text, inside).word for text in self.texts)

    def why(self, text: str) -> Reason:
        """Return why it is so."""
        container, asking = self._asking[text]
        context = next(iter(self._truth.named(container, self._namespaces).values()))
        found = asking(context)
        source = context.pod.source
        return Reason(
            as_sentence(found.why) + ".",
            source.file if source else None,
            line_of(context.pod, *found.path) if source else None,
        )

    def _inside(self, semantics: Semantics) -> Inside:
        given = self._world.given_refused
        if given is not None:
            return self._world.inside_refused(given, semantics)
        return self._world.inside(semantics=semantics)

    def _answered(self, text: str, inside: Inside) -> _Answered:
        container, asking = self._asking[text]
        context = next(iter(inside.named(container, self._namespaces).values()))
        return asking(context)


def _ordered(items: list[str]) -> list[str]:
    if all(item.isdigit() for item in items):
        return [str(number) for number in sorted({int(item) for item in items})]
    names = {item.upper() for item in items}
    return list(in_order(names)) if names <= CAPABILITIES.keys() else sorted(items)


def _asking(aspect: str) -> _Asking:
    """Return how a question is answered. Raises ValueError or KeyError for one that is none."""
    word, _, rest = aspect.partition(" ")
    if word == "can" and rest:
        return lambda context: _can(context, rest.split())
    if word == "holds" and rest in CAPABILITIES:
        return lambda context: _holds(context, rest)
    if word in {"reads", "writes"} and rest:
        return lambda context: _selinux(context, [word, rest])
    if word in {"owner", "group"} and rest.startswith("of /"):
        return lambda context: _owned(context, rest.removeprefix("of "), word)
    if aspect not in facts.names():
        raise ValueError(f"{aspect!r} is no question; it is one of {', '.join(facts.names())}, can, holds, reads, …")
    return lambda context: _fact(context, aspect)


def _fact(context: Context, name: str) -> _Answered:
    found = facts.known(context, name)
    return _Answered(None if found.value is None else facts.words(found.value), found.why, found.path)


def _can(context: Context, words: list[str]) -> _Answered:
    answer = ask(context, words)
    return _Answered(_VERDICTS.get(answer.verdict), deciding(context, answer), context.container.path)


def _holds(context: Context, name: str) -> _Answered:
    held = context.sets.has(name)
    known = facts.known(context, "capabilities")
    return _Answered({True: "yes", False: "no", None: None}[held], known.why, known.path)


def _selinux(context: Context, words: list[str]) -> _Answered:
    answer = answered(context, words)
    return _Answered(_VERDICTS.get(answer.verdict), deciding(context, answer), facts.known(context, "selinux").path)


def _owned(context: Context, path: str, what: str) -> _Answered:
    place = place_of(path, context.places)
    if place.path != path.rstrip("/"):
        return _Answered(None, f"nothing is mounted at {path}", context.container.path)
    number = place.ownership.owner if what == "owner" else place.ownership.group
    why = place.effect.why if place.effect is not None else place.why
    if place.effect is not None and what == "owner" and place.effect.after.owner == place.effect.before.owner:
        why = f"fsGroup changes the group and the mode of a volume, never its owner ({why})"
    return _Answered(None if number is None else str(number), why, context.container.path)
