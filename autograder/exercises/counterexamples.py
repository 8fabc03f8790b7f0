"""Choosing the counter-example: which of these flows, or questions about containers, disproves a belief?

One that the cluster decides otherwise than whoever holds the belief expects. The learner says yes or no to each::

    web -> api:8080: no
    grafana -> api:9102: yes

=============  ===========  ==========
in the cluster as believed  disproves?
=============  ===========  ==========
allow          allow        no
allow          deny         yes
deny           allow        yes
deny           deny         no
=============  ===========  ==========

Whoever holds the belief finds that nothing disproves it. Whoever holds another one compares with what *they* think the
cluster does, and so has another table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from autograder.manifests.limits import InputError
from autograder.misconceptions import CATALOGUE, semantics

from .reasons import Reason
from .spec import Exercise

if TYPE_CHECKING:
    from .predictions import Questions

_WORDS: Final = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}


class CounterExamples:
    """The lines of a prediction, each asked whether it disproves a belief."""

    answers_are = "yes or no"
    wrong_is = "counterexample-wrong"

    def __init__(self, exercise: Exercise, asked: Questions, belief: str) -> None:
        """Take what is so, and the belief: the id of a misconception, or one reading of it.

        Raises `InputError` for a belief that the catalogue does not have or that is about something else, and when
        either every line disproves it or none does.
        """
        self._asked = asked
        self.asked_is = asked.asked_is
        self._where = exercise.at(("predict", "disproves"))
        prediction = exercise.prediction
        try:
            semantics(belief, "security" if prediction is not None and prediction.questions else "network")
        except ValueError as error:
            raise InputError(f"{self._where}: {error}") from None
        self._entry = CATALOGUE[belief.partition(":")[0]]
        self._name = belief if belief in self._entry.names else self._entry.names[0]
        self._believed = dict(asked.believed())
        self._truths = dict(zip(asked.texts, asked.truths(), strict=True))
        self._expected = dict(zip(asked.texts, self._believed[self._name], strict=True))
        found = set(self.truths()) - {None}
        if len(found) == 1:
            how = "every line disproves" if found == {"yes"} else "no line disproves"
            raise InputError(f"{self._where}: {how} {belief}, so there is nothing to choose")

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as they are written."""
        return self._asked.texts

    def where(self, index: int) -> str:
        """Return the place of a line in the exercise, as ``file:line``."""
        return self._asked.where(index)

    def word(self, text: str, value: Any) -> str | None:
        """Return what a learner's answer means; None if it is none."""
        del text
        return _WORDS.get(str(value).strip().lower())

    def truths(self) -> tuple[str | None, ...]:
        """Return for every line whether it disproves the belief; None where nobody can say."""
        return self._differing(tuple(self._truths.values()))

    def believed(self) -> Iterator[tuple[str, tuple[str | None, ...]]]:
        """Yield each reading of each model, and which lines seem to disprove the belief under it; its own first."""
        for name in dict.fromkeys([self._name, *self._believed]):
            yield name, self._differing(self._believed[name])

    def why(self, text: str) -> Reason:
        """Return what is so, what a believer expects, and why it is so."""
        truth, expected = self._truths[text], self._expected[text]
        believer = f"whoever believes “{self._entry.title}”"
        reason = self._asked.why(text)
        if truth == expected:
            told = f"In the cluster it is {truth}, and {believer} expects the same, so it cannot tell the two apart."
        else:
            told = f"In the cluster it is {truth}, and {believer} expects {expected}."
        return Reason(f"{told} {reason.text}", reason.file, reason.line)

    def _differing(self, answers: tuple[str | None, ...]) -> tuple[str | None, ...]:
        pairs = zip(answers, self._expected.values(), strict=True)
        return tuple(
            None if seen is None or expected is None else "no" if seen == expected else "yes"
            for seen, expected in pairs
        )
