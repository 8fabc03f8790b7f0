"""What does a path say, in sentences? Every page draws these, so that all say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from autograder.misconceptions import CATALOGUE, Misconception
from autograder.onboarding.catalogue import START, Exercise, Lesson
from autograder.onboarding.needs import Need
from autograder.onboarding.path import LeftOut, Path, Step
from autograder.review.catalogue import title_of
from autograder.review.findings import Finding

FEW: Final = 2
"""How many findings of one check are shown: they are there to be recognized, `review` lists them all."""
TITLE: Final = "A path through the course"
CLEAN: Final = "Nothing was found about"
LEFT_OUT: Final = "Left out for time"
AFTERWARDS: Final = "Afterwards"
_HOUR: Final = 60


def duration(minutes: int) -> str:
    """Return a time as people say it.

    >>> duration(25), duration(60), duration(135)
    ('25 min', '1 h', '2 h 15 min')
    """
    hours, rest = divmod(minutes, _HOUR)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest or not hours else [])])


def counted(count: int, name: str) -> str:
    """Return a number with its noun: ``1 finding``, ``2 findings``."""
    return f"{count} {name}{'s' * (count != 1)}"


def headline(path: Path) -> str:
    """Return the path in a few words."""
    if path.steps:
        return f"{counted(len(path.steps), 'lesson')}, {duration(path.minutes)}"
    return (
        f"nothing fits into {duration(path.limit or 0)}" if path.left_out else "nothing to learn from these manifests"
    )


def opening(path: Path) -> Iterator[str]:
    """Yield what there is to know before the first step."""
    if not path.steps and not path.left_out:
        yield "The review found nothing that a lesson would have to teach."
        return
    if not path.steps:
        first = min(path.left_out, key=lambda each: (each.minutes, each.lesson.name))
        yield (
            f"The shortest way to a lesson that something was found about takes {duration(first.minutes)}: "
            f"{first.lesson.title}. What somebody knows already can be left out with --knows."
        )
        return
    count = sum(len(need.findings) for need in path.needs)
    about = sum(step.found for step in path.steps)
    rest = sum(len(need.findings) for each in path.left_out for need in each.needs)
    of_all = f"{count} of {counted(count + rest, 'finding')}" if rest else counted(count, "finding")
    yield f"{of_all} in your manifests, and {counted(about, 'lesson')} to learn from."
    before = len(path.steps) - about
    if before:
        yield (
            "1 more comes first, as groundwork, and says how to skip it. "
            if before == 1
            else f"{before} more come first, as groundwork, and each says how to skip it. "
        ) + f"Without groundwork it is {duration(path.shortest)}."


def role(step: Step) -> str:
    """Return why a lesson without findings is on the path, and how to skip it; empty for one with findings."""
    if step.found:
        return ""
    if step.lesson.name == START:
        return "How to work here. Skip it if you have worked here before."
    if step.test is None:
        return "Later lessons build on it."
    where = f" ({exercise(step.test)})" if step.test.graded else ""
    return f"Later lessons build on it. Skip it if you get `{step.test.id}`{where} right at the first try."


def found_title(need: Need) -> str:
    """Return what was found, and how often."""
    return f"{need.findings[0].title or title_of(need.check)} ({counted(len(need.findings), need.severity)})"


def place(found: Finding) -> str:
    """Return where a finding stands: file and line, as far as they are known."""
    if not found.file:
        return ""
    return f"{found.file}:{found.line}" if found.line else found.file


def shown(need: Need) -> tuple[Finding, ...]:
    """Return the findings that stand for all of a need: of different objects, as far as there are."""
    by_object: dict[str, Finding] = {}
    for found in need.findings:
        by_object.setdefault(found.object or found.subject, found)
    first = list(by_object.values())[:FEW]
    rest = [found for found in need.findings if found not in first]
    return tuple([*first, *rest][:FEW])


def more(need: Need) -> str:
    """Return how many findings are not shown; empty if all are."""
    count = len(need.findings) - len(shown(need))
    return f"and {count} more" if count else ""


def meaning(need: Need) -> str:
    """Return what a need's findings mean."""
    return need.findings[0].why or need.check.why


def belief(step: Step, need: Need) -> Misconception | None:
    """Return the misconception that may be behind a need; None if there is none, or it was told in this step."""
    name = step.beliefs.get(need.check.id)
    return CATALOGUE[name] if name else None


def reading(step: Step) -> str:
    """Return the parts of the lesson that matter most; empty if there are none."""
    parts = list(dict.fromkeys(need.part for need in step.needs if need.part in step.lesson.parts))
    quoted = [f"“{part}”" for part in sorted(parts, key=step.lesson.parts.index)]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)


def exercise(each: Exercise) -> str:
    """Return where an exercise is, and what it takes."""
    return f"in {each.page}, {duration(each.minutes)}" if each.graded else "in the lesson"


def left_out(each: LeftOut) -> str:
    """Return what did not fit."""
    count = sum(len(need.findings) for need in each.needs)
    return f"{each.lesson.title}: {counted(count, 'finding')}. With it the path takes {duration(each.minutes)}."


def named(lessons: Iterable[Lesson]) -> list[str]:
    """Return lessons by their titles."""
    return [lesson.title for lesson in lessons]


def afterwards(path: Path) -> str:
    """Return what comes behind the path."""
    after = "For proof" if path.needs or path.left_out else "To see whether that holds for you"
    return f"{after}: {path.capstone.title} ({duration(path.capstone.minutes)} and the exercises), "
